"""One block of tiles of the land: brought to rest under its weather, then run through the time that is kept."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import SECONDS_PER_DAY, SECONDS_PER_YEAR
from tenbin.land import closure, ecosystem, labelled, permafrost, spinup, year
from tenbin.land.biogeochemistry_state import carbon_total
from tenbin.land.closure import Closure
from tenbin.land.drivers import Drivers, Surface, surface
from tenbin.land.ecosystem import LandState, Options
from tenbin.land.plant_types import index_of
from tenbin.workflow.land_estimates import disturbances
from tenbin.workflow.land_parameters import parameters_of
from tenbin.workflow.land_settings import ESTIMATED, LandConfig
from tenbin.workflow.land_tiles import Tiles

__all__ = [
    "Block",
    "Outcome",
    "block_of",
    "flooded",
    "initial_state",
    "options_of",
    "run_block",
    "settle",
    "settling_years",
]

_settled = jax.jit(spinup.settled)
_CROP = index_of("crop")
_FERTILISER = 7.0e-3 / float(SECONDS_PER_YEAR)
"""Nitrogen on cropland [kg N m-2 s-1]: about 110 Tg N a year on 1.5e13 m2 (FAOSTAT, rounded)."""
_DEPOSITION = 4.0e-4 / float(SECONDS_PER_YEAR)
"""Nitrogen from the air [kg N m-2 s-1]: about 60 Tg N a year on land (Vet et al. 2014, Atmos. Environ. 93, 3)."""
_ICE_LENSES = 100.0
"""Excess ice [kg m-2 per m] where the year's mean is below -5 degC: an order of magnitude, for want of a map."""


def options_of(config: LandConfig) -> Options:
    """What is compiled in for the run."""
    return Options(lai=config.lai, canopy=config.canopy)


class Block(NamedTuple):
    """Tiles with all that drives them: years of weather, the month each day counts in, and what does not change."""

    years: list[Drivers]
    months: list[np.ndarray]
    here: ecosystem.Place
    options: Options


class Outcome(NamedTuple):
    """Fields of the tiles by name ((month, tile) or (tile,)), worst closure residual by quantity, last state."""

    fields: dict[str, np.ndarray]
    residuals: dict[str, float]
    state: LandState


def block_of(config: LandConfig, weather: xr.Dataset, cover: xr.Dataset, tiles: Tiles) -> Block:
    """The `tiles` of the cells of `weather` and `cover`, ready to run."""
    time = pd.DatetimeIndex(weather["time"].values)
    drivers, ground = _inputs(config, weather, cover, tiles, time)
    options = options_of(config)
    here = jax.jit(ecosystem.place, static_argnames="options")(
        ground, parameters_of(config.parameters), options
    )
    parts = [np.flatnonzero(time.year == number) for number in np.unique(time.year)]
    years = [jax.tree.map(lambda x, days=days: x[days[0] : days[-1] + 1], drivers) for days in parts]
    months = [(time.month[days] - time.month[days[0]]).to_numpy() for days in parts]
    return Block(years, months, here, options)


def initial_state(block: Block) -> LandState:
    """Young land at the mean temperature of the weather."""
    tas = jnp.mean(jnp.stack([jnp.mean(part.tas, axis=0) for part in block.years]), axis=0)
    leaves = block.years[0].lai[0] if block.options.lai == "prescribed" else jnp.full_like(tas, 1.0)
    return jax.jit(ecosystem.initial_state, static_argnames="options")(block.here, tas, leaves, block.options)


def run_block(config: LandConfig, block: Block, state: LandState) -> Outcome:
    """Settle the land from `state` and run it through the years that are kept."""
    state = settle(config, state, block)
    kept, worst, before = [], dict.fromkeys(Closure._fields, 0.0), state
    for number in range(len(block.years)):
        before, made = state, _year(state, block, number)
        state = made.state
        for name, value in closure.residuals(before, state, made.traffic)._asdict().items():
            # Written so that NaN is the worst of all.
            worst[name] = float(np.maximum(worst[name], jnp.max(jnp.abs(value))))
        kept.append(made)
    return Outcome(_fields(before, kept), worst, state)


def settle(config: LandConfig, state: LandState, block: Block) -> LandState:
    """The state after `settle_years` years, the weather's years in turn, slow pools solved while they pass."""
    solved = settling_years(config.settle_years) if config.soil_settles else set()
    for number in range(config.settle_years):
        at = number % len(block.years)
        made = _year(state, block, at)
        life = made.state.life
        if number + 1 in solved:
            duration = len(block.months[at]) * float(SECONDS_PER_DAY)
            life = _settled(state.life, life, made.turnover, duration, block.here.life)
        state = made.state._replace(life=life)
    return state


def settling_years(years: int) -> set[int]:
    """After which of the `years` of settling the slow pools are solved: six times, the last quarter runs freely.

    >>> sorted(settling_years(40)), sorted(settling_years(1)), settling_years(0)
    ([8, 12, 16, 20, 25, 30], [1], set())
    """
    return {round(years * share) for share in (0.2, 0.3, 0.4, 0.5, 0.625, 0.75)} - {0}


def _year(state: LandState, block: Block, number: int) -> year.YearOfLand:
    month = block.months[number]
    n_months = int(month[-1]) + 1
    return year.pass_year(state, block.years[number], jnp.asarray(month), block.here, block.options, n_months)


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
    if config.disturbance == ESTIMATED:
        extra |= disturbances(here, tiles.plant_type)
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


def _fields(before: LandState, kept: list[year.YearOfLand]) -> dict[str, np.ndarray]:
    """Months of all years kept; stores, thaw and frozen ground as the last of them left them."""
    last = kept[-1]
    life = last.state.life
    months = {name: np.concatenate([np.asarray(one.months[name]) for one in kept]) for name in last.months}
    stores = {
        "cVeg": sum(life.vegetation),
        "cLitter": jnp.sum(life.litter, axis=0),
        "cSoil": jnp.sum(life.soil, axis=0),
        "nMineral": life.mineral.ammonium + life.mineral.nitrate,
        "thaw_depth": last.thaw_depth,
        "permafrost": permafrost.permafrost_probability(last.warmest),
        "drift": carbon_total(life) - carbon_total(before.life),
    }
    return months | {name: np.asarray(value) for name, value in stores.items()}
