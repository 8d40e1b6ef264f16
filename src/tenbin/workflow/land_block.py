"""One block of tiles of the land: brought to rest under its weather, then run through the time that is kept."""

from __future__ import annotations

import difflib

import numpy as np
import pandas as pd
import xarray as xr

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import SECONDS_PER_YEAR
from tenbin.core.errors import Fault, raise_if_any
from tenbin.core.params import declarations, validate
from tenbin.land import biogeochemistry, closure, ecosystem, labelled, permafrost, year
from tenbin.land.drivers import Drivers, Surface, surface
from tenbin.land.ecosystem import LandParams, LandState, Options
from tenbin.land.parameters import replace
from tenbin.land.plant_types import index_of
from tenbin.workflow.land_settings import LandConfig
from tenbin.workflow.land_tiles import Tiles

__all__ = ["OPTIONS", "parameters_of", "run_block"]

OPTIONS = Options(lai="prognostic")
_CROP = index_of("crop")
_FERTILISER = 7.0e-3 / float(SECONDS_PER_YEAR)
"""Nitrogen on cropland [kg N m-2 s-1]: about 110 Tg N a year on 1.5e13 m2 (FAOSTAT, rounded)."""
_DEPOSITION = 4.0e-4 / float(SECONDS_PER_YEAR)
"""Nitrogen from the air [kg N m-2 s-1]: about 60 Tg N a year on land (Vet et al. 2014, Atmos. Environ. 93, 3)."""
_ICE_LENSES = 100.0
"""Excess ice [kg m-2 per m] where the year's mean is below -5 degC: an order of magnitude, for want of a map."""


def parameters_of(config: LandConfig) -> LandParams:
    """The parameters of the run; InputError for every name that no parameter has and every value out of bounds."""
    params = LandParams()
    known = {declared.name: np.shape(value) for declared, value in declarations(params)}
    raise_if_any(_unknown(name, list(known)) for name in config.parameters if name not in known)
    changed = {name: jnp.full(known[name], value) for name, value in config.parameters.items()}
    params = replace(params, changed) if changed else params
    validate(params)
    return params


def _unknown(name: str, known: list[str]) -> Fault:
    close = difflib.get_close_matches(name, known, n=1)
    remedy = f"did you mean {close[0]!r}?" if close else "see the table of parameters in the documentation"
    return Fault("parameters", name, "an unknown parameter", "a dotted name of the table", remedy)


def run_block(
    config: LandConfig, weather: xr.Dataset, cover: xr.Dataset, tiles: Tiles
) -> tuple[dict[str, np.ndarray], dict[str, float], LandState]:
    """Fields of the tiles by name ((month, tile) or (tile,)), worst closure residual by quantity, and the state."""
    time = pd.DatetimeIndex(weather["time"].values)
    drivers, ground = _inputs(config, weather, cover, tiles, time)
    here = jax.jit(ecosystem.place, static_argnames="options")(ground, parameters_of(config), OPTIONS)
    start = jnp.full_like(drivers.tas[0], 1.0)
    state = ecosystem.initial_state(here, jnp.mean(drivers.tas, axis=0), start, OPTIONS)
    month = jnp.asarray((time.year - time.year[0]) * 12 + time.month - 1)
    n_months = int(month.max()) + 1
    state = settle(config, state, drivers, month, here, n_months)
    kept = year.pass_year(state, drivers, month, here, OPTIONS, n_months)
    worst = closure.residuals(state, kept.state, kept.traffic)
    residuals = {name: float(jnp.max(jnp.abs(value))) for name, value in worst._asdict().items()}
    return _fields(state, kept), residuals, kept.state


def settle(
    config: LandConfig,
    state: LandState,
    drivers: Drivers,
    month: jax.Array,
    here: ecosystem.Place,
    n_months: int,
) -> LandState:
    """The state after `settle_years` years of the same weather, slow pools solved half way."""
    for _ in range(config.settle_years):
        state = year.pass_year(state, drivers, month, here, OPTIONS, n_months).state
    return state


def _inputs(
    config: LandConfig, weather: xr.Dataset, cover: xr.Dataset, tiles: Tiles, time: pd.DatetimeIndex
) -> tuple[Drivers, Surface]:
    here, land = weather.isel(cell=tiles.cell), cover.isel(cell=tiles.cell)
    is_crop = tiles.plant_type == _CROP
    cropped = np.maximum(land["crop_fraction"].values, 1e-6)
    rice = np.where(is_crop, np.minimum(land["rice_fraction"].values / cropped, 1.0), 0.0)
    mean = here["tas"].mean("time").values
    ground = surface(
        config.precision,
        latitude=here["lat"].values,
        elevation=here["elevation"].values,
        plant_type=jnp.asarray(tiles.plant_type),
        **{name: land[name].values for name in ("sand", "clay", "organic", "ph", "wetland_fraction")},
        rice_fraction=rice,
        crop_fraction=is_crop.astype(float),
        excess_ice=np.where(mean < 268.15, _ICE_LENSES, 0.0),
    )
    shape = here["tas"].shape
    extra = {
        "lai": np.zeros(shape),
        "nitrogen_deposition": np.full(shape, _DEPOSITION),
        "fertiliser": np.broadcast_to(np.where(is_crop, _FERTILISER, 0.0), shape),
        "flooded": flooded(here["tas"].values, here["pr"].values) * (rice > 0.0),
    }
    full = here.assign({name: (("time", "cell"), value) for name, value in extra.items() if name not in here})
    return labelled.drivers_of(full, here["lat"].values, config.precision), ground


def flooded(tas: np.ndarray, pr: np.ndarray, length: int = 110) -> np.ndarray:
    """Where rice stands in water (time, cell): the `length` days of most rain while it is warmer than 18 degC.

    One crop a year, flooded without a break; a calendar of rice takes its place by the driver `flooded`.
    """
    suited = np.where(tas > 291.15, pr + 1e-9, 0.0)
    window = np.ones(length)
    padded = np.concatenate([suited, suited[: length - 1]])
    total = np.apply_along_axis(np.convolve, 0, padded, window, "valid")
    first = total.argmax(axis=0)
    day = np.arange(len(tas))[:, None]
    return (np.mod(day - first, len(tas)) < length).astype(float) * (total.max(axis=0) > 0.0)


def _fields(before: LandState, kept: year.YearOfLand) -> dict[str, np.ndarray]:
    life = kept.state.life
    vegetation = sum(life.vegetation)
    soil = sum(life.litter) + sum(life.soil)
    fields = dict(kept.months) | {
        "cVeg": vegetation,
        "cSoil": soil,
        "nMineral": life.mineral.ammonium + life.mineral.nitrate,
        "thaw_depth": kept.thaw_depth,
        "permafrost": permafrost.permafrost_probability(kept.warmest),
        "drift": biogeochemistry.carbon_total(life) - biogeochemistry.carbon_total(before.life),
    }
    return {name: np.asarray(value) for name, value in fields.items()}
