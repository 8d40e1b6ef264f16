"""The land model at flux towers: many sites side by side, each with its weather, its ground and its parameters."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import equinox as eqx
import numpy as np
import pandas as pd
import xarray as xr

from tenbin.assimilate.site_ground import Ground, green_lai, ground_of, warm_grass
from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import SECONDS_PER_DAY
from tenbin.core.params import Declaration, declarations, param
from tenbin.data.embedded_tables import background_co2
from tenbin.data.towers import gaps
from tenbin.land import ecosystem, labelled, simulation, spinup
from tenbin.land.biogeochemistry_state import BiogeochemistryState
from tenbin.land.drivers import Drivers
from tenbin.land.ecosystem import LandParams, LandState, Options, Place
from tenbin.land.parameters import at_cells, replace
from tenbin.land.plant_types import index_of

__all__ = [
    "FLUXES",
    "Ends",
    "SiteBatch",
    "SiteParams",
    "batch_of",
    "knobs_of",
    "predict",
    "turned",
    "turned_ends",
]

FLUXES = ("gpp", "et", "nee")
OPTIONS = Options(gases=False, tags=False, nitrogen=False)
"""What towers see: their daily carbon and water do not depend on methane, nor on whence water came."""


class SiteParams(eqx.Module):
    """The land's parameters, what its past left in the soil, and how satellite and tower see leaves and water."""

    land: LandParams = eqx.field(default_factory=LandParams)
    soil_store: jax.Array = param(
        1.0,
        "1",
        bounds=(0.1, 4.0),
        prior_sd=0.3,
        source="wood and dead matter over those of a steady state; sinks of forests let it lie below 1",
        transform="log",
    )
    store_fall: jax.Array = param(
        0.0,
        "1",
        bounds=(-2.0, 6.0),
        prior_sd=1.5,
        source="own choice: how much less than at rest dense stands hold, as forests that regrow do",
    )
    brown_share: jax.Array = param(
        0.5,
        "1",
        bounds=(0.0, 1.0),
        prior_sd=0.25,
        source="own choice: part of the year's least leaf area that is not green where plants die or shed leaves",
    )
    evergreen_hold: jax.Array = param(
        0.3,
        "1",
        bounds=(0.0, 1.0),
        prior_sd=0.2,
        source="own choice: satellites overstate the seasons of evergreens, Heiskanen et al. 2012, AFM 166, 72",
    )
    water_seen: jax.Array = param(
        0.9,
        "1",
        bounds=(0.6, 1.2),
        prior_sd=0.08,
        source="evapotranspiration a tower reports over what there is; closure .8, Wilson et al. 2002, AFM 113, 223",
    )


class SiteBatch(NamedTuple):
    """Sites of one length: drivers (time, site), ground (site,), what was observed (flux, time, site), NaN if not."""

    names: tuple[str, ...]
    time: tuple[pd.DatetimeIndex, ...]
    drivers: Drivers
    ground: Ground
    observed: np.ndarray


def batch_of(datasets: dict[str, xr.Dataset]) -> SiteBatch:
    """Sites put side by side, of whole weeks; the shorter ones repeat their last days, which are not predicted.

    Records that differ by a leap day so have one length, for which the model is compiled once.
    """
    sites = [gaps.fill(ds) for ds in datasets.values()]
    days = -(-max(ds.sizes["time"] for ds in sites) // 7) * 7
    drivers = [_drivers(ds, days) for ds in sites]
    observed = [_observed(ds, days) for ds in sites]
    return SiteBatch(
        tuple(datasets),
        tuple(pd.DatetimeIndex(ds["time"].values) for ds in sites),
        Drivers(*(jnp.concatenate(parts, axis=1) for parts in zip(*drivers, strict=True))),
        ground_of(sites),
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


def knobs_of(names: tuple[str, ...], ground: Ground) -> tuple[np.ndarray, np.ndarray]:
    """Prior place on the real line and prior spread there (end, knob, site) of the parameters `names` at the sites.

    The two ends are the plant type of the site and C4 grass.
    """
    declared = {d.name: d for d, _ in declarations(SiteParams())}
    kinds = np.stack(_kinds(ground))
    centre, spread = zip(*(_knob(declared[name], kinds) for name in names), strict=True)
    return np.stack(centre, axis=1), np.stack(spread, axis=1)


def _knob(declared: Declaration, kinds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    lower, upper, is_log = _range(declared)
    default = np.asarray(declared.default, float)
    at_site = default[kinds] if default.ndim else np.full(kinds.shape, float(default))
    value = np.log(at_site) if is_log else at_site
    # A default on its bound has no place on the real line: it starts a hundredth of the range inside.
    share = np.clip((value - lower) / (upper - lower), 0.01, 0.99)
    # On a logarithm the spread is relative, that of the middle plant type: a small value is not less certain.
    sd = np.full(kinds.shape, declared.prior_sd / np.median(default) if is_log else declared.prior_sd)
    slope = (upper - lower) * share * (1.0 - share)
    return np.log(share / (1.0 - share)), np.clip(sd / slope, 0.02, 3.0)


def turned(
    names: tuple[str, ...], centre: jax.Array, spread: jax.Array, turns: jax.Array, kinds: jax.Array
) -> SiteParams:
    """Parameters at cells of plant types `kinds` when those of `names` are turned by `turns` prior spreads, all
    (knob, cell)."""
    declared = {d.name: d for d, _ in declarations(SiteParams())}
    here = at_cells(SiteParams(), kinds, centre.dtype)
    values = {}
    for name, place in zip(names, centre + spread * turns, strict=True):
        lower, upper, is_log = _range(declared[name])
        value = lower + (upper - lower) * jax.nn.sigmoid(place)
        values[name] = jnp.exp(value) if is_log else value
    return replace(here, values)


class Ends(NamedTuple):
    """Parameters at the sites: those of the plant type there, and those of C4 grass under the same turns."""

    own: SiteParams
    grass: SiteParams


def _kinds(ground: Ground) -> tuple[jax.Array, jax.Array]:
    own = ground.surface.plant_type
    return own, jnp.full_like(own, index_of("c4_grass"))


def turned_ends(
    names: tuple[str, ...], centre: np.ndarray, spread: np.ndarray, turns: jax.Array, ground: Ground
) -> Ends:
    """Parameters at both ends when those of `names` are turned by `turns` (knob, site); see `knobs_of`."""
    parts = zip(jnp.asarray(centre), jnp.asarray(spread), _kinds(ground), strict=True)
    return Ends(*(turned(names, place, width, turns, kinds) for place, width, kinds in parts))


def _range(declared: Declaration) -> tuple[float, float, bool]:
    """Bounds on the scale where a knob is turned, and whether that is the logarithm."""
    lower, upper = declared.bounds
    is_log = declared.transform == "log"
    return (math.log(lower), math.log(upper), True) if is_log else (lower, upper, False)


def _between(own: Any, grass: Any, share: jax.Array) -> Any:
    """Parameters of leaves of which `share` is C4 grass; those that no plant type has for itself are alike."""
    return jax.tree.map(lambda a, b: a if jnp.ndim(a) == 0 else a + share * (b - a), own, grass)


class _Weather(NamedTuple):
    """A day's weather and the share of leaf area that is C4 grass."""

    sky: Drivers
    grass: jax.Array


def predict(ends: Ends, drivers: Drivers, ground: Ground) -> jax.Array:
    """Daily GPP, evapotranspiration as towers see it, NEE [kg m-2 s-1] (flux, time, cell) from a settled start."""
    share = warm_grass(drivers.lai, ground)
    params = _between(ends.own, ends.grass, warm_grass(ground.mean_lai, ground))
    here = ecosystem.place_with(ground.surface, params.land, OPTIONS)
    green = green_lai(drivers.lai, params.brown_share, params.evergreen_hold, ground)
    drivers = drivers._replace(lai=green)
    step = _step(here, ends)
    state = _settled(here, step, _Weather(drivers, share), params, ground)

    def keep(fluxes: ecosystem.LandFluxes) -> jax.Array:
        water = params.water_seen * fluxes.ground.evapotranspiration
        return jnp.stack([fluxes.canopy.gpp, water, fluxes.life.nee])

    _, daily = simulation.day_by_day(step, state, _Weather(drivers, share), keep)
    return jnp.moveaxis(daily, 0, 1)


def _step(here: Place, ends: Ends) -> simulation.DailyStep:
    """A day of the land in which leaves are as much C4 grass as they are on that day."""
    own_c4 = here.c4

    def step(state: LandState, today: _Weather) -> Any:
        leaves = _between(ends.own.land.canopy, ends.grass.land.canopy, today.grass)
        params = eqx.tree_at(lambda p: p.canopy, here.params, leaves)
        c4 = own_c4 + today.grass * (1.0 - own_c4)
        return ecosystem.step(state, today.sky, here._replace(params=params, c4=c4), OPTIONS)

    return step


def _settled(
    here: Place, step: simulation.DailyStep, weather: _Weather, params: SiteParams, ground: Ground
) -> LandState:
    """The first year run over and over, its slow carbon brought to rest each time, and then given its history."""
    drivers = weather.sky
    state = ecosystem.initial_state(
        here, jnp.mean(drivers.tas, axis=0), jnp.mean(drivers.lai, axis=0), OPTIONS
    )
    year = jax.tree.map(lambda x: x[:_YEAR], weather)

    def rest(state: LandState, _: None) -> tuple[LandState, None]:
        after, flows = simulation.mean_of_days(step, state, year, lambda fluxes: fluxes.life)
        life = spinup.settled(state.life, after.life, flows, _YEAR * float(SECONDS_PER_DAY), here.life)
        return after._replace(life=life), None

    state, _ = jax.lax.scan(rest, state, None, length=_ROUNDS)
    return state._replace(life=_with_history(state.life, params, ground))


def _with_history(life: BiogeochemistryState, params: SiteParams, ground: Ground) -> BiogeochemistryState:
    """Wood and dead matter scaled by `soil_store`, and by `store_fall` where a stand is denser than leaf area 1.

    Without the wood, the litter of a steady state would soon bring the dead matter back and end the sink.
    """
    density = ground.mean_lai / (ground.mean_lai + 3.0) - 0.25
    store = params.soil_store * jnp.exp(-params.store_fall * density)
    living = life.living._replace(wood=life.living.wood * store)
    return life._replace(dead=life.dead * store, living=living)


_YEAR = 365
_ROUNDS = 3
"""Rounds of a year and a settling: each brings breath and growth closer to the stocks they make."""
