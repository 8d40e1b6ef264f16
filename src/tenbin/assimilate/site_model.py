"""The land model at flux towers: many sites side by side, each with its weather, its ground and its parameters."""

from __future__ import annotations

import math
from typing import NamedTuple

import equinox as eqx
import numpy as np
import pandas as pd
import xarray as xr

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import SECONDS_PER_DAY
from tenbin.core.params import Declaration, declarations, param
from tenbin.data.embedded_tables import background_co2
from tenbin.data.towers import gaps
from tenbin.land import ecosystem, labelled, simulation, spinup
from tenbin.land.drivers import Drivers, Surface
from tenbin.land.ecosystem import LandParams, LandState, Options, Place
from tenbin.land.parameters import at_cells, replace

__all__ = ["FLUXES", "SiteBatch", "SiteParams", "batch_of", "knobs_of", "predict", "turned"]

FLUXES = ("gpp", "et", "nee")
OPTIONS = Options(gases=False, tags=False, nitrogen=False)
"""What towers see: their daily carbon and water do not depend on methane, nor on whence water came."""


class SiteParams(eqx.Module):
    """The land's parameters and, for a place whose history is not known, how much its soil holds."""

    land: LandParams = eqx.field(default_factory=LandParams)
    soil_store: jax.Array = param(
        1.0,
        "1",
        bounds=(0.1, 4.0),
        prior_sd=0.3,
        source="dead carbon over that of a steady state; sinks of forests let it lie below 1",
        transform="log",
    )


class SiteBatch(NamedTuple):
    """Sites of one length: drivers (time, site), ground (site,), what was observed (flux, time, site), NaN if not."""

    names: tuple[str, ...]
    time: tuple[pd.DatetimeIndex, ...]
    drivers: Drivers
    surface: Surface
    observed: np.ndarray


def batch_of(datasets: dict[str, xr.Dataset]) -> SiteBatch:
    """Sites put side by side; the shorter ones repeat their last days, which are not predicted."""
    sites = [gaps.fill(ds) for ds in datasets.values()]
    days = max(ds.sizes["time"] for ds in sites)
    drivers = [_drivers(ds, days) for ds in sites]
    observed = [_observed(ds, days) for ds in sites]
    return SiteBatch(
        tuple(datasets),
        tuple(pd.DatetimeIndex(ds["time"].values) for ds in sites),
        Drivers(*(jnp.concatenate(parts, axis=1) for parts in zip(*drivers, strict=True))),
        labelled.site_surface([ds.attrs for ds in sites]),
        np.stack(observed, axis=-1),
    )


def _drivers(ds: xr.Dataset, days: int) -> Drivers:
    """A tower's own CO2 holds the breath of its forest: the air's background stands in for it."""
    month = pd.DatetimeIndex(ds["time"].values)
    latitude = float(ds.attrs["latitude"])
    ds = ds.assign(co2=("time", background_co2(month, latitude)))
    drivers = labelled.drivers_of(ds, np.array([latitude]))
    return jax.tree.map(lambda x: jnp.pad(x, ((0, days - x.shape[0]), (0, 0)), mode="edge"), drivers)


def _observed(ds: xr.Dataset, days: int) -> np.ndarray:
    nothing = np.full(ds.sizes["time"], np.nan)
    columns = [ds[name].to_numpy() if name in ds else nothing for name in FLUXES]
    return np.stack([np.pad(c, (0, days - len(c)), constant_values=np.nan) for c in columns])


def knobs_of(names: tuple[str, ...], surface: Surface) -> tuple[np.ndarray, np.ndarray]:
    """Prior place on the real line and prior spread there (knob, site) of the parameters `names` at the sites."""
    declared = {d.name: d for d, _ in declarations(SiteParams())}
    kinds = np.asarray(surface.plant_type)
    centre, spread = zip(*(_knob(declared[name], kinds) for name in names), strict=True)
    return np.stack(centre), np.stack(spread)


def _knob(declared: Declaration, kinds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    lower, upper, is_log = _range(declared)
    default = np.asarray(declared.default, float)
    at_site = default[kinds] if default.ndim else np.full(len(kinds), float(default))
    value = np.log(at_site) if is_log else at_site
    # A default on its bound has no place on the real line: it starts a hundredth of the range inside.
    share = np.clip((value - lower) / (upper - lower), 0.01, 0.99)
    sd = declared.prior_sd / at_site if is_log else np.full(len(kinds), declared.prior_sd)
    slope = (upper - lower) * share * (1.0 - share)
    return np.log(share / (1.0 - share)), np.clip(sd / slope, 0.02, 3.0)


def turned(
    names: tuple[str, ...], centre: jax.Array, spread: jax.Array, turns: jax.Array, surface: Surface
) -> SiteParams:
    """Parameters at the cells when those of `names` are turned by `turns` prior spreads, all (knob, cell)."""
    declared = {d.name: d for d, _ in declarations(SiteParams())}
    here = at_cells(SiteParams(), surface.plant_type, surface.latitude.dtype)
    values = {}
    for name, place in zip(names, centre + spread * turns, strict=True):
        lower, upper, is_log = _range(declared[name])
        value = lower + (upper - lower) * jax.nn.sigmoid(place)
        values[name] = jnp.exp(value) if is_log else value
    return replace(here, values)


def _range(declared: Declaration) -> tuple[float, float, bool]:
    """Bounds on the scale where a knob is turned, and whether that is the logarithm."""
    lower, upper = declared.bounds
    is_log = declared.transform == "log"
    return (math.log(lower), math.log(upper), True) if is_log else (lower, upper, False)


def predict(params: SiteParams, drivers: Drivers, surface: Surface) -> jax.Array:
    """Daily GPP, evapotranspiration and NEE [kg m-2 s-1] (flux, time, cell) from a settled start."""
    here = ecosystem.place_with(surface, params.land, OPTIONS)
    state = _settled(here, drivers, params)

    def keep(fluxes: ecosystem.LandFluxes) -> jax.Array:
        return jnp.stack([fluxes.canopy.gpp, fluxes.ground.evapotranspiration, fluxes.life.nee])

    _, daily = simulation.day_by_day(_step(here), state, drivers, keep)
    return jnp.moveaxis(daily, 0, 1)


def _step(here: Place) -> simulation.DailyStep:
    return lambda state, weather: ecosystem.step(state, weather, here, OPTIONS)


def _settled(here: Place, drivers: Drivers, params: SiteParams) -> LandState:
    """The first year run over and over, its slow carbon brought to rest each time, then scaled by `soil_store`."""
    state = ecosystem.initial_state(
        here, jnp.mean(drivers.tas, axis=0), jnp.mean(drivers.lai, axis=0), OPTIONS
    )
    year = jax.tree.map(lambda x: x[:_YEAR], drivers)

    def rest(state: LandState, _: None) -> tuple[LandState, None]:
        after, flows = simulation.mean_of_days(_step(here), state, year, lambda fluxes: fluxes.life)
        life = spinup.settled(state.life, after.life, flows, _YEAR * float(SECONDS_PER_DAY), here.life)
        return after._replace(life=life), None

    state, _ = jax.lax.scan(rest, state, None, length=_ROUNDS)
    life = state.life
    return state._replace(life=life._replace(dead=life.dead * params.soil_store))


_YEAR = 365
_ROUNDS = 3
"""Rounds of a year and a settling: each brings breath and growth closer to the stocks they make."""
