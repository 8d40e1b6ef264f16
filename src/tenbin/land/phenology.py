"""When leaves come and go: memories of warmth, cold and water, and the leaf area that follows them.

Leaf area relaxes towards a target that the memories of temperature, day length and water limit smoothly, the
idea of Knorr et al. (2010, J. Geophys. Res. 115, G04017, doi:10.1029/2009JG001119). The memories run on
whatever leaf area is used, so that a prescribed one loses nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import SECONDS_PER_DAY, ZERO_CELSIUS
from tenbin.core.limits import smaller
from tenbin.core.params import param
from tenbin.land.smoothing import smooth_positive, smooth_step

__all__ = [
    "PhenologyParams",
    "PhenologyState",
    "capacity_share",
    "frost_factor",
    "growing_degree_days_needed",
    "initial",
    "remember",
    "step",
    "target_share",
]

_KNORR = "Knorr et al. 2010, J. Geophys. Res. 115, G04017"
_MAKELA = "Makela et al. 2008, Glob. Change Biol. 14, 92"
_BOTTA = "Botta et al. 2000, Glob. Change Biol. 6, 709"
_CHILLED = 5.0
"""Days below this temperature [C] chill buds, and warmth above it makes them grow (Botta et al. 2000)."""

_LEAST_AREA = 0.05
"""Leaf area that is as good as none where a share of it is asked for [1]."""


class PhenologyParams(eqx.Module):
    """Time scales and thresholds of the leaves' calendar; what differs between plant types is by type.

    A `..._need` of 0..1 says how strongly a type heeds warmth, day length or water: evergreens little.
    """

    growth_memory: jax.Array = param(
        20.0,
        "d",
        bounds=(3.0, 90.0),
        prior_sd=8.0,
        source=_KNORR + ": 30 d; Kattge and Knorr 2007: 30 d",
        transform="log",
    )
    frost_memory: jax.Array = param(
        6.0, "d", bounds=(1.0, 30.0), prior_sd=4.0, source=_MAKELA + ": 2 to 14 d", transform="log"
    )
    frost_threshold: jax.Array = param(
        [-20.0, -20.0, -8.0, -6.0, -8.0, -6.0, -6.0, -8.0, -8.0, -4.0, -8.0, -8.0, -8.0],
        "degC",
        bounds=(-30.0, 10.0),
        prior_sd=4.0,
        source=_MAKELA + ": -10 to 0 C",
    )
    frost_full: jax.Array = param(
        [8.0, 8.0, 14.0, 16.0, 14.0, 18.0, 18.0, 14.0, 12.0, 12.0, 12.0, 12.0, 12.0],
        "K",
        bounds=(3.0, 35.0),
        prior_sd=4.0,
        source=_MAKELA + ": Smax 14 to 24 K",
    )
    light_memory: jax.Array = param(
        30.0,
        "d",
        bounds=(3.0, 120.0),
        prior_sd=15.0,
        source="month of acclimation, Maire et al. 2012, PLoS ONE 7",
        transform="log",
    )
    water_memory: jax.Array = param(
        20.0, "d", bounds=(3.0, 120.0), prior_sd=10.0, source=_KNORR, transform="log"
    )
    capacity_lag: jax.Array = param(
        0.0,
        "d",
        bounds=(0.0, 30.0),
        prior_sd=8.0,
        source="own choice: days by which photosynthetic capacity trails leaf area, an effect of leaf age",
    )
    climate_memory: jax.Array = param(
        60.0,
        "d",
        bounds=(10.0, 400.0),
        prior_sd=30.0,
        source="own choice: time over which leaves come to heed the dryness of the air and the stand's leaf area",
        transform="log",
    )
    leaf_time: jax.Array = param(
        [20.0, 12.0, 20.0, 25.0, 9.0, 25.0, 10.0, 20.0, 9.0, 9.0, 10.0, 9.0, 12.0],
        "d",
        bounds=(2.0, 90.0),
        prior_sd=5.0,
        source=_KNORR,
        transform="log",
    )
    warmth_need: jax.Array = param(
        [0.0, 0.1, 0.2, 0.15, 1.0, 0.15, 1.0, 0.4, 0.8, 0.8, 1.0, 0.9, 0.6],
        "1", bounds=(0.0, 1.0), prior_sd=0.2, source=_KNORR,
    )  # fmt: skip
    light_need: jax.Array = param(
        [0.0, 0.0, 0.05, 0.05, 1.0, 0.05, 1.0, 0.1, 0.0, 0.0, 0.6, 0.0, 0.0],
        "1", bounds=(0.0, 1.0), prior_sd=0.2, source=_KNORR,
    )  # fmt: skip
    water_need: jax.Array = param(
        [0.2, 1.0, 0.4, 0.2, 0.2, 0.1, 0.1, 0.6, 1.0, 1.0, 0.2, 0.8, 1.0],
        "1", bounds=(0.0, 1.0), prior_sd=0.2, source=_KNORR,
    )  # fmt: skip
    warmth_threshold: jax.Array = param(
        [12.0, 12.0, 6.0, 4.0, 9.0, 3.0, 6.0, 4.0, 4.0, 12.0, 2.0, 7.0, 5.0],
        "degC", bounds=(-5.0, 25.0), prior_sd=2.5, source=_KNORR + ": 9 to 15 C for deciduous types",
    )  # fmt: skip
    warmth_width: jax.Array = param(2.0, "K", bounds=(0.3, 8.0), prior_sd=0.8, source=_KNORR, transform="log")
    light_threshold: jax.Array = param(10.5, "h", bounds=(6.0, 16.0), prior_sd=0.8, source=_KNORR)
    light_width: jax.Array = param(0.5, "h", bounds=(0.1, 3.0), prior_sd=0.3, source=_KNORR, transform="log")
    water_threshold: jax.Array = param(0.30, "1", bounds=(0.02, 0.9), prior_sd=0.1, source=_KNORR)
    water_width: jax.Array = param(
        0.10,
        "1",
        bounds=(0.01, 0.4),
        prior_sd=0.05,
        source="smooth form of the water limit of " + _KNORR,
        transform="log",
    )
    budburst_warmth: jax.Array = param(
        638.0,
        "K d",
        bounds=(50.0, 2000.0),
        prior_sd=150.0,
        source=_BOTTA + ": -68 + 638 exp(-.01 days chilled)",
    )
    budburst_offset: jax.Array = param(-68.0, "K d", bounds=(-200.0, 200.0), prior_sd=50.0, source=_BOTTA)
    budburst_need: jax.Array = param(
        [0.0, 0.0, 0.0, 0.0, 0.6, 0.0, 0.4, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        "1", bounds=(0.0, 1.0), prior_sd=0.3, source=_BOTTA,
    )  # fmt: skip


class PhenologyState(NamedTuple):
    """What leaves remember, each (cell,): running means of temperature [K], light [W m-2] and wetness [1].

    `growth_temperature` of weeks, `frost_temperature` of days (Makela's state of acclimation), `chill` [d] the
    days of cold and `warmth` [K d] the degree days since midwinter, `lai` [1] the leaf area. `capacity_area` [1]
    is the leaf area that capacity has come to, `deficit` [Pa] and `mean_lai` [1] are means of months.
    """

    growth_temperature: jax.Array
    frost_temperature: jax.Array
    growth_light: jax.Array
    water: jax.Array
    chill: jax.Array
    warmth: jax.Array
    lai: jax.Array
    capacity_area: jax.Array
    deficit: jax.Array
    mean_lai: jax.Array


def initial(
    tas: jax.Array, rsds: jax.Array, wetness: jax.Array, lai: jax.Array, vpd: jax.Array | float = 1000.0
) -> PhenologyState:
    """A state that remembers one steady weather, all (cell,): temperature [K], light [W m-2], wetness, leaves,
    deficit of the air [Pa]."""
    none, deficit = jnp.zeros_like(tas), jnp.full_like(tas, vpd)
    return PhenologyState(tas, tas, rsds, wetness, none, none, lai, lai, deficit, lai)


def remember(
    state: PhenologyState,
    tas: jax.Array,
    rsds: jax.Array | float,
    day_length: jax.Array,
    wetness: jax.Array,
    params: PhenologyParams,
    dt: float = SECONDS_PER_DAY,
    vpd: jax.Array | float = 1000.0,
) -> PhenologyState:
    """The memories of weather after a day of temperature [K], light [W m-2], day length [s], root-zone wetness
    [0..1] and deficit of the air `vpd` [Pa].

    Running means are exact for a constant day. Chill and warmth fade while days are short enough (below about
    9 h) respectively while it freezes, so that each year starts anew without a calendar.
    """
    days = dt / SECONDS_PER_DAY
    celsius = tas - ZERO_CELSIUS
    cold, warm = smooth_step(_CHILLED - celsius, 1.0), smooth_positive(celsius - _CHILLED, 1.0)
    growing = smooth_step(celsius - _CHILLED - 10.0, 2.0)
    winter = smooth_step(ZERO_CELSIUS + 1.0 - state.frost_temperature, 1.0)
    return state._replace(
        growth_temperature=_towards(state.growth_temperature, tas, params.growth_memory, days),
        frost_temperature=_towards(state.frost_temperature, tas, params.frost_memory, days),
        growth_light=_towards(state.growth_light, rsds, params.light_memory, days),
        water=_towards(state.water, wetness, params.water_memory, days),
        chill=(state.chill + days * cold) / (1.0 + days * growing / 15.0),
        warmth=(state.warmth + days * warm) / (1.0 + days * winter / 10.0),
        deficit=_slowly(state.deficit, vpd, params.climate_memory, days),
    )


def step(
    state: PhenologyState,
    tas: jax.Array,
    day_length: jax.Array,
    wetness: jax.Array,
    max_lai: jax.Array,
    params: PhenologyParams,
    dt: float = SECONDS_PER_DAY,
    *,
    rsds: jax.Array | float = 150.0,
    vpd: jax.Array | float = 1000.0,
    prescribed_lai: jax.Array | None = None,
) -> tuple[PhenologyState, jax.Array]:
    """One day of the leaves' calendar -> (state, lai [1]): leaf area relaxes to `max_lai` times the limits.

    All (cell,): temperature [K], day length [s], root-zone wetness [0..1], light `rsds` [W m-2], `vpd` [Pa]. With
    `prescribed_lai` the memories advance and the leaf area is the prescribed one.
    """
    days = dt / SECONDS_PER_DAY
    after = remember(state, tas, rsds, day_length, wetness, params, dt, vpd)
    if prescribed_lai is not None:
        return _with_leaves(after, prescribed_lai, params, days), prescribed_lai
    target = max_lai * target_share(after, day_length, params)
    lai = _towards(after.lai, target, params.leaf_time, days)
    return _with_leaves(after, lai, params, days), lai


def _with_leaves(
    state: PhenologyState, lai: jax.Array, params: PhenologyParams, days: float
) -> PhenologyState:
    return state._replace(
        lai=lai,
        capacity_area=_slowly(state.capacity_area, lai, params.capacity_lag, days),
        mean_lai=_slowly(state.mean_lai, lai, params.climate_memory, days),
    )


def capacity_share(state: PhenologyState) -> jax.Array:
    """Photosynthetic capacity per leaf area over that of leaves of lasting area [1], 0..2.

    Young leaves have less than their area promises, and those that stay when others fall keep theirs; a lag of
    nought gives 1.
    """
    return smaller((state.capacity_area + _LEAST_AREA) / (state.lai + _LEAST_AREA), 2.0)


def target_share(state: PhenologyState, day_length: jax.Array, params: PhenologyParams) -> jax.Array:
    """Share of the greatest leaf area that the memories allow, 0..1 [1]; a need of nought lifts a limit."""
    celsius = state.growth_temperature - ZERO_CELSIUS
    hours = day_length / 3600.0
    budburst = state.warmth - growing_degree_days_needed(state.chill, params)
    return (
        _heed(params.warmth_need, smooth_step(celsius - params.warmth_threshold, params.warmth_width))
        * _heed(params.light_need, smooth_step(hours - params.light_threshold, params.light_width))
        * _heed(params.water_need, smooth_step(state.water - params.water_threshold, params.water_width))
        * _heed(params.budburst_need, smooth_step(budburst, 30.0))
    )


def growing_degree_days_needed(chill: jax.Array, params: PhenologyParams) -> jax.Array:
    """Degree days above 5 C that open buds after `chill` days of cold [K d] (Botta et al. 2000)."""
    return params.budburst_offset + params.budburst_warmth * jnp.exp(-0.01 * chill)


def frost_factor(state: PhenologyState, params: PhenologyParams) -> jax.Array:
    """Share of photosynthesis that the memory of cold leaves to plants, 0..1 [1].

    Rises from the threshold X0 to one over Smax kelvin of the state of acclimation (Makela et al. 2008, eq. 5),
    its two corners rounded.
    """
    place = (state.frost_temperature - ZERO_CELSIUS - params.frost_threshold) / params.frost_full
    return smooth_positive(place, 0.1) - smooth_positive(place - 1.0, 0.1)


def _towards(value: jax.Array, target: jax.Array | float, time: jax.Array, days: float) -> jax.Array:
    """Exact relaxation of `value` to a constant `target` over `days`, e-folding `time` [d]."""
    return target + (value - target) * jnp.exp(-days / time)


def _slowly(value: jax.Array, target: jax.Array | float, time: jax.Array, days: float) -> jax.Array:
    """Relaxation of `value` to `target` by an implicit step, which a `time` [d] of nought leaves well defined."""
    return (time * value + days * target) / (time + days)


def _heed(need: jax.Array, limit: jax.Array) -> jax.Array:
    return 1.0 - need * (1.0 - limit)
