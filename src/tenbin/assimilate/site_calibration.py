"""The land's parameters fitted to flux towers: each site by itself, or one set for many and for places unseen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tenbin.assimilate import site_model
from tenbin.assimilate.site_model import FLUXES, Knob, SiteBatch
from tenbin.core.arrays import jax, jnp
from tenbin.inference.least_squares import Fit, solve_many

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
    "land.life.vegetation.root_respiration",
    "land.life.vegetation.respiration_q10",
    "land.life.vegetation.growth_respiration",
    "land.life.vegetation.growth_time",
    "land.life.decomposition.q10",
    "land.life.decomposition.moisture_half",
    "land.life.decomposition.structural_rate",
    "soil_store",
)
"""Parameters that daily fluxes of carbon and water can tell at one site; the others keep their prior values."""

SHARED_KNOBS = (
    *(name for name in KNOBS if name != "soil_store"),
    "land.canopy.light_coupling",
    "land.canopy.aridity_coupling",
    "land.canopy.density_coupling",
    "soil_store",
)
"""Those of one site, and what carries traits from place to place: light, dryness and density of leaves."""

_INDEPENDENT_DAYS = 150.0
"""What a flux of a site counts for, in independent observations: its errors last for weeks and are of the model."""


def calibrate_sites(
    datasets: dict[str, xr.Dataset],
    *,
    seed: int = 0,
    iterations: int = 15,
    tell: Callable[..., Any] | None = None,
) -> dict[str, pd.DataFrame]:
    """Each site fitted to its own observed `gpp`, `et`, `nee` (NaN where they may not be seen), predicted every day.

    Returns kg m-2 s-1 by day. Starts at the priors of its plant type; `seed` is not used, for nothing is drawn.
    """
    batch = site_model.batch_of(datasets)
    knobs = site_model.knobs_of(KNOBS, batch.surface)
    error = _error_of_sites(batch.observed)

    def residuals(turns: jax.Array) -> jax.Array:
        predicted = _predicted(knobs, turns.T, batch)
        return jnp.moveaxis(_weighed(predicted, batch.observed, error), -1, 0).reshape(len(batch.names), -1)

    fit = _fit(residuals, len(batch.names), len(knobs), iterations, tell)
    predicted = jax.jit(lambda turns: _predicted(knobs, turns.T, batch))(jnp.asarray(fit.parameters))
    return _frames(batch, np.asarray(predicted))


def predict_shared(
    train: dict[str, xr.Dataset],
    held_out: dict[str, xr.Dataset],
    *,
    seed: int = 0,
    iterations: int = 15,
    tell: Callable[..., Any] | None = None,
) -> dict[str, pd.DataFrame]:
    """Sites `held_out` predicted with one set of turns learned at the sites `train`; nothing is tuned at them.

    A turn moves a parameter from the prior value of the site's plant type by so many prior spreads, alike everywhere.
    """
    batch = site_model.batch_of(train)
    knobs = site_model.knobs_of(SHARED_KNOBS, batch.surface)
    error = _error_across(batch.observed)

    def residuals(turns: jax.Array) -> jax.Array:
        everywhere = jnp.repeat(turns.T, len(batch.names), axis=1)
        return _weighed(_predicted(knobs, everywhere, batch), batch.observed, error).reshape(1, -1)

    fit = _fit(residuals, 1, len(knobs), iterations, tell)
    target = site_model.batch_of(held_out)
    knobs = site_model.knobs_of(SHARED_KNOBS, target.surface)
    turns = jnp.repeat(jnp.asarray(fit.parameters).T, len(target.names), axis=1)
    return _frames(target, np.asarray(jax.jit(lambda t: _predicted(knobs, t, target))(turns)))


def _predicted(knobs: tuple[Knob, ...], turns: jax.Array, batch: SiteBatch) -> jax.Array:
    params = site_model.turned(knobs, turns, batch.surface)
    return site_model.predict(params, batch.drivers, batch.surface)


def _fit(
    residuals: Callable[[jax.Array], jax.Array],
    problems: int,
    knobs: int,
    iterations: int,
    tell: Callable[..., Any] | None,
) -> Fit:
    start = np.zeros((problems, knobs))
    return solve_many(
        residuals, start, np.zeros(knobs), np.ones(knobs), iterations=iterations, block=8, tell=tell
    )


def _error_of_sites(observed: np.ndarray) -> np.ndarray:
    """Error (flux, 1, site) that makes every flux of every site count alike: its own spread, over its days."""
    count = np.maximum(np.isfinite(observed).sum(axis=1, keepdims=True), 1)
    spread = np.nanstd(observed, axis=1, keepdims=True)
    return np.where(spread > 0.0, spread, 1.0) * np.sqrt(count / _INDEPENDENT_DAYS)


def _error_across(observed: np.ndarray) -> np.ndarray:
    """As for one site, but a quiet site's spread counts at least half that of the median site."""
    error = _error_of_sites(observed)
    return np.maximum(error, 0.5 * np.median(error, axis=2, keepdims=True))


def _weighed(predicted: jax.Array, observed: np.ndarray, error: np.ndarray) -> jax.Array:
    """Differences over errors (flux, time, site), 0 where nothing was observed."""
    seen = np.isfinite(observed)
    return jnp.where(seen, (predicted - np.where(seen, observed, 0.0)) / error, 0.0)


def _frames(batch: SiteBatch, predicted: np.ndarray) -> dict[str, pd.DataFrame]:
    return {
        name: pd.DataFrame(dict(zip(FLUXES, predicted[:, : len(days), place], strict=True)), index=days)
        for place, (name, days) in enumerate(zip(batch.names, batch.time, strict=True))
    }
