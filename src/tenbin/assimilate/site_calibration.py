"""The land's parameters fitted to flux towers: each site by itself, or one set for many and for places unseen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from tenbin.assimilate import site_model
from tenbin.assimilate.site_ground import Ground
from tenbin.assimilate.site_model import FLUXES, SiteBatch
from tenbin.core.arrays import jax, jnp
from tenbin.inference.least_squares import Fit, WithData, solve_many
from tenbin.land.drivers import Drivers

__all__ = ["KNOBS", "SHARED_KNOBS", "calibrate_sites", "predict_shared"]

KNOBS = (
    "land.canopy.leaf.vcmax25",
    "land.canopy.leaf.jmax_ratio",
    "land.canopy.leaf.quantum_yield",
    "land.canopy.leaf.light_curvature",
    "land.canopy.leaf.respiration_fraction",
    "land.canopy.stomata.g1",
    "land.canopy.stomata.slope_stress",
    "land.canopy.capacity_stress",
    "land.canopy.clumping",
    "land.canopy.lai_scale",
    "land.canopy.warmth_coupling",
    "land.phenology.capacity_lag",
    "land.phenology.growth_memory",
    "land.phenology.frost_threshold",
    "land.phenology.frost_full",
    "land.energy.soil_resistance",
    "land.energy.soil_resistance_fall",
    "land.energy.understory_resistance",
    "land.energy.light_extinction",
    "land.ground.hydraulics.conductivity_scale",
    "land.ground.hydraulics.porosity_scale",
    "land.ground.water.unstressed_wetness",
    "land.ground.root_decay",
    "land.ground.interception.capacity_per_leaf",
    "land.life.vegetation.root_respiration",
    "land.life.vegetation.respiration_q10",
    "land.life.vegetation.growth_respiration",
    "land.life.vegetation.growth_time",
    "land.life.decomposition.q10",
    "land.life.decomposition.moisture_half",
    "land.life.decomposition.litter_depth",
    "land.life.decomposition.structural_rate",
    "land.life.decomposition.moisture_none",
    "land.energy.heat_roughness",
    "land.energy.ground_share",
    "land.ground.interception.refills",
    "brown_share",
    "evergreen_hold",
    "water_seen",
    "soil_store",
)
"""Parameters that daily fluxes of carbon and water can tell at one site; the others keep their prior values."""

_OF_ONE_SITE = (
    "land.life.vegetation.growth_respiration",
    "land.phenology.growth_memory",
    "water_seen",
)
SHARED_KNOBS = (
    *(name for name in KNOBS if name not in _OF_ONE_SITE),
    "land.canopy.light_coupling",
    "land.canopy.aridity_coupling",
    "land.canopy.density_coupling",
    "store_fall",
)
"""Those of one site but for what many sites together hardly moved, and what carries traits and history from place to
place: light, dryness and density of leaves."""

_INDEPENDENT_DAYS = 400.0
"""What a flux of a site counts for, in independent observations: its errors last for weeks and are of the model."""

_WEIGHTS = {"gpp": 1.0, "et": 2.5, "nee": 1.0}
"""How much a flux counts [1], chosen on the second quarters of the catalogued records."""


class _Data(NamedTuple):
    """What a fit sees: weather, ground, prior place and spread of knobs (end, knob, site), observations, errors."""

    drivers: Drivers
    ground: Ground
    centre: np.ndarray
    spread: np.ndarray
    observed: np.ndarray
    error: np.ndarray


def calibrate_sites(
    datasets: dict[str, xr.Dataset],
    *,
    seed: int = 0,
    iterations: int = 12,
    tell: Callable[..., Any] | None = None,
) -> dict[str, pd.DataFrame]:
    """Each site fitted to its own observed `gpp`, `et`, `nee` (NaN where they may not be seen), predicted every day.

    Returns kg m-2 s-1 by day. Starts at the priors of its plant type; `seed` is not used, for nothing is drawn. Days
    after the last that any site observed are predicted, but not run in the fit.
    """
    batch = site_model.batch_of(datasets)
    data = _data(batch, KNOBS, _error_of_sites(batch.observed))
    fit = _fit(_of_each_site, _until_last_seen(data), len(batch.names), len(KNOBS), iterations, tell)
    return _frames(batch, np.asarray(_predict_each(jnp.asarray(fit.parameters), data)))


def predict_shared(
    train: dict[str, xr.Dataset],
    held_out: dict[str, xr.Dataset],
    *,
    seed: int = 0,
    iterations: int = 6,
    years: int = 3,
    tell: Callable[..., Any] | None = None,
) -> dict[str, pd.DataFrame]:
    """Sites `held_out` predicted with one set of turns learned at the sites `train`; nothing is tuned at them.

    A turn moves a parameter from the prior value of the site's plant type by so many prior spreads, alike everywhere.
    The last `years` years of each record are learned from, which suffices for one set and takes a third of the time.
    """
    last = {name: ds.isel(time=slice(-years * 365, None)) for name, ds in train.items()}
    batch = site_model.batch_of(last)
    data = _data(batch, SHARED_KNOBS, _error_across(batch.observed))
    fit = _fit(_of_all_sites, data, 1, len(SHARED_KNOBS), iterations, tell)
    target = site_model.batch_of(held_out)
    there = _data(target, SHARED_KNOBS, np.ones_like(target.observed[:, :1]))
    return _frames(target, np.asarray(_predict_all(jnp.asarray(fit.parameters), there)))


def _until_last_seen(data: _Data) -> _Data:
    """The data without the days after the last observation, but for what is left of its week."""
    seen = np.flatnonzero(np.isfinite(data.observed).any(axis=(0, 2)))
    days = -(-(seen.max() + 1) // 7) * 7 if seen.size else data.observed.shape[1]
    drivers = jax.tree.map(lambda series: series[:days], data.drivers)
    return data._replace(drivers=drivers, observed=data.observed[:, :days])


def _data(batch: SiteBatch, names: tuple[str, ...], error: np.ndarray) -> _Data:
    centre, spread = site_model.knobs_of(names, batch.ground)
    return _Data(batch.drivers, batch.ground, centre, spread, batch.observed, error)


def _predicted(names: tuple[str, ...], turns: jax.Array, data: _Data) -> jax.Array:
    """Fluxes (flux, time, site) for turns (knob, site)."""
    ends = site_model.turned_ends(names, data.centre, data.spread, turns, data.ground)
    return site_model.predict(ends, data.drivers, data.ground)


@jax.jit
def _predict_each(turns: jax.Array, data: _Data) -> jax.Array:
    return _predicted(KNOBS, turns.T, data)


@jax.jit
def _predict_all(turns: jax.Array, data: _Data) -> jax.Array:
    return _predicted(SHARED_KNOBS, jnp.repeat(turns.T, data.centre.shape[2], axis=1), data)


def _of_each_site(turns: jax.Array, data: _Data) -> jax.Array:
    """Residuals (site, flux and day) of a fit with a set of turns for each site."""
    misfit = _weighed(_predict_each(turns, data), data)
    return jnp.moveaxis(misfit, -1, 0).reshape(turns.shape[0], -1)


def _of_all_sites(turns: jax.Array, data: _Data) -> jax.Array:
    """Residuals (1, flux and day and site) of a fit with one set of turns."""
    return _weighed(_predict_all(turns, data), data).reshape(1, -1)


def _fit(
    residuals: WithData,
    data: _Data,
    problems: int,
    knobs: int,
    iterations: int,
    tell: Callable[..., Any] | None,
) -> Fit:
    start = np.zeros((problems, knobs))
    return solve_many(
        residuals, data, start, np.zeros(knobs), np.ones(knobs), iterations=iterations, block=16, tell=tell
    )


def _error_of_sites(observed: np.ndarray) -> np.ndarray:
    """Error (flux, 1, site) that makes sites count alike: the flux's own spread, by its days and its weight."""
    seen = np.isfinite(observed)
    count = np.maximum(seen.sum(axis=1, keepdims=True), 1)
    mean = np.where(seen, observed, 0.0).sum(axis=1, keepdims=True) / count
    spread = np.sqrt(np.where(seen, (observed - mean) ** 2, 0.0).sum(axis=1, keepdims=True) / count)
    weight = np.array([_WEIGHTS[flux] for flux in FLUXES])[:, None, None]
    return np.where(spread > 0.0, spread, 1.0) * np.sqrt(count / (_INDEPENDENT_DAYS * weight))


def _error_across(observed: np.ndarray) -> np.ndarray:
    """As for one site, but a quiet site's spread counts at least half that of the median site."""
    error = _error_of_sites(observed)
    return np.maximum(error, 0.5 * np.median(error, axis=2, keepdims=True))


def _weighed(predicted: jax.Array, data: _Data) -> jax.Array:
    """Differences over errors (flux, time, site), 0 where nothing was observed."""
    seen = jnp.isfinite(data.observed)
    return jnp.where(seen, (predicted - jnp.where(seen, data.observed, 0.0)) / data.error, 0.0)


def _frames(batch: SiteBatch, predicted: np.ndarray) -> dict[str, pd.DataFrame]:
    return {
        name: pd.DataFrame(dict(zip(FLUXES, predicted[:, : len(days), place], strict=True)), index=days)
        for place, (name, days) in enumerate(zip(batch.names, batch.time, strict=True))
    }
