"""How dead plants become soil and breath: the cascade of Century, paced by warmth, water and frost at depth."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import ZERO_CELSIUS
from tenbin.core.limits import larger, within
from tenbin.core.params import param
from tenbin.land.columns import by_layer, on_layers, sweep
from tenbin.land.smoothing import smooth_positive, smooth_step
from tenbin.land.soil_grid import DEFAULT_GRID, SoilGrid
from tenbin.land.vegetation_carbon import DAY, YEAR, temperature_response

__all__ = [
    "POOLS",
    "Cascade",
    "DecompositionParams",
    "Soilscape",
    "cascade",
    "century_temperature",
    "decay_fractions",
    "decayed_share",
    "depth_means",
    "depth_slowing",
    "inherited",
    "layer_activity",
    "lloyd_taylor",
    "metabolic_fraction",
    "moisture_response",
    "profile_weights",
    "rows",
    "soilscape",
    "sum_of_rows",
]

_PARTON = "Parton et al. 1987, Soil Sci. Soc. Am. J. 51, 1173; 1993, Glob. Biogeochem. Cycles 7, 785"
_DEPTH = "Jobbagy and Jackson 2000, Ecol. Appl. 10, 423, as an e-folding depth"
POOLS = ("metabolic", "structural", "coarse", "active", "slow", "passive")
"""Order of the six dead pools wherever they stand in a row."""

SLOW_TO_PASSIVE, SLOW_RESPIRED, PASSIVE_RESPIRED = 0.03, 0.55, 0.55
ACTIVE_TO_PASSIVE, METABOLIC_RESPIRED, STRUCTURAL_RESPIRED, LIGNIN_RESPIRED = 0.004, 0.55, 0.50, 0.30
"""Shares of decayed carbon [1], Parton et al. 1987, figure 1 (structural: mean of surface 0.45 and soil 0.55)."""


class DecompositionParams(eqx.Module):
    """Pace of decay at 25 degC in moist ground, and what slows it."""

    metabolic_rate: jax.Array = param(
        16.0, "yr-1", bounds=(2.0, 40.0), prior_sd=4.0, source=_PARTON + ": 14.8 to 18.5", transform="log"
    )
    structural_rate: jax.Array = param(
        4.4, "yr-1", bounds=(0.5, 12.0), prior_sd=1.0, source=_PARTON + ": 3.9 to 4.9", transform="log"
    )
    coarse_rate: jax.Array = param(
        0.5,
        "yr-1",
        bounds=(0.02, 3.0),
        prior_sd=0.3,
        source="Harmon et al. 2020, Carbon Balance Manag. 15, 1: dead wood, raised to 25 degC",
        transform="log",
    )
    active_rate: jax.Array = param(
        7.3, "yr-1", bounds=(1.0, 20.0), prior_sd=2.0, source=_PARTON, transform="log"
    )
    slow_rate: jax.Array = param(
        0.2, "yr-1", bounds=(0.02, 1.0), prior_sd=0.08, source=_PARTON, transform="log"
    )
    passive_rate: jax.Array = param(
        0.0045, "yr-1", bounds=(5e-4, 0.03), prior_sd=0.002, source=_PARTON, transform="log"
    )
    turnover_multiplier: jax.Array = param(
        [1.0] * 13,
        "1",
        bounds=(0.1, 10.0),
        prior_sd=0.5,
        source="1 by definition; carries what the ground's history did",
        transform="log",
    )
    q10: jax.Array = param(
        2.0, "1", bounds=(1.0, 4.5), prior_sd=0.5, source="Rayner et al. 2005, GB2026: 1.5; Davidson 2006: 2"
    )
    q10_slope: jax.Array = param(
        0.005,
        "K-1",
        bounds=(0.0, 0.015),
        prior_sd=0.003,
        source="fall of ln Q10 per kelvin, Lloyd and Taylor 1994",
    )
    moisture_half: jax.Array = param(
        0.25,
        "1",
        bounds=(0.01, 3.0),
        prior_sd=0.15,
        source="Moyano et al. 2012, Biogeosciences 9, 1173: saturation of half response, by eye",
        transform="log",
    )
    moisture_none: jax.Array = param(
        0.0,
        "1",
        bounds=(0.0, 0.4),
        prior_sd=0.1,
        source="saturation where decay stops: at 14 MPa, .23 in loam, Manzoni et al. 2012, Ecology 93, 930; 0: never",
    )
    moisture_optimum: jax.Array = param(
        0.70, "1", bounds=(0.3, 0.95), prior_sd=0.1, source="Moyano et al. 2012: where lack of oxygen begins"
    )
    wet_response: jax.Array = param(
        0.35, "1", bounds=(0.02, 1.0), prior_sd=0.15, source="Moyano et al. 2012: response of drowned ground"
    )
    frost_temperature: jax.Array = param(
        272.65,
        "K",
        bounds=(268.15, 274.15),
        prior_sd=0.7,
        source="own choice: half of the microbes' water frozen",
    )
    litter_depth: jax.Array = param(
        0.08,
        "m",
        bounds=(0.02, 0.4),
        prior_sd=0.04,
        source="own choice: surface and fine roots",
        transform="log",
    )
    active_depth: jax.Array = param(
        0.20, "m", bounds=(0.03, 1.0), prior_sd=0.08, source=_DEPTH, transform="log"
    )
    slow_depth: jax.Array = param(0.30, "m", bounds=(0.05, 2.0), prior_sd=0.1, source=_DEPTH, transform="log")
    passive_depth: jax.Array = param(
        0.50, "m", bounds=(0.05, 3.0), prior_sd=0.2, source=_DEPTH, transform="log"
    )
    slowing_depth: jax.Array = param(
        0.5,
        "m",
        bounds=(0.1, 20.0),
        prior_sd=0.3,
        source="Koven et al. 2013, Biogeosciences 10, 7109: e-folding of decay with depth, which warmth and"
        " water do not explain (minerals, lack of oxygen and of fresh food)",
        transform="log",
    )
    structural_lignin: jax.Array = param(
        [0.30, 0.28, 0.30, 0.38, 0.32, 0.38, 0.35, 0.32, 0.18, 0.18, 0.25, 0.18, 0.25],
        "1",
        bounds=(0.02, 0.8),
        prior_sd=0.08,
        source="Parton et al. 1993: lignin over structural carbon of litter, by kind of plant",
    )
    litter_lignin: jax.Array = param(
        0.18,
        "1",
        bounds=(0.03, 0.4),
        prior_sd=0.05,
        source="Parton et al. 1993: lignin in dry leaf and root litter",
    )
    coarse_lignin: jax.Array = param(
        0.28, "1", bounds=(0.1, 0.5), prior_sd=0.04, source="Harmon et al. 1986, Adv. Ecol. Res. 15, 133"
    )


def moisture_response(saturation: jax.Array, params: DecompositionParams) -> jax.Array:
    """Pace of decay [1] at liquid `saturation` of the pores [0..1]: rises, has an optimum, falls when drowned.

    s (1 + K) / (s + K), where s is what lies above the saturation `moisture_none` over all that can, and above the
    optimum times a parabola down to `wet_response` at S = 1 (shape of the curves of Moyano et al. 2012).
    """
    wet = within(saturation, 0.0, 1.0)
    half, optimum = params.moisture_half, params.moisture_optimum
    drowned = larger(wet - optimum, 0.0) * (1.0 / (1.0 - optimum))
    moist = larger(wet - params.moisture_none, 0.0) / (1.0 - params.moisture_none)
    return moist * (1.0 + half) / (moist + half) * (1.0 - (1.0 - params.wet_response) * (drowned * drowned))


def lloyd_taylor(temperature: jax.Array, activation: float = 308.56) -> jax.Array:
    """exp(E0 (1/56.02 - 1/(T - 227.13))), 1 at 10 degC (Lloyd and Taylor 1994); smooth to nil below 232 K."""
    return jnp.exp(activation * (1.0 / 56.02 - 1.0 / smooth_positive(temperature - 227.13, 4.0)))


def century_temperature(temperature: jax.Array) -> jax.Array:
    """Century's arc tangent, 0.56 + 0.465 atan(0.097 (T - 15.7)) [1] with T in degC (Del Grosso et al. 2005)."""
    return 0.56 + 0.465 * jnp.arctan(0.097 * (temperature - (float(ZERO_CELSIUS) + 15.7)))


def depth_slowing(params: DecompositionParams, n_layer: int, grid: SoilGrid = DEFAULT_GRID) -> jax.Array:
    """Pace of decay at depth over that at the surface [1], exp(-z / `slowing_depth`) at the layers' middles;
    (layer, 1
    or cell). Koven et al. 2013."""
    middle = jnp.asarray(grid.midpoint[:n_layer], params.slowing_depth.dtype)
    return jnp.exp(-middle[:, None] / jnp.atleast_1d(params.slowing_depth))


def layer_activity(temperature: jax.Array, saturation: jax.Array, params: DecompositionParams) -> jax.Array:
    """Pace of decay of each layer relative to 25 degC and moist [1], (layer, cell); near nil in frozen ground.

    `temperature` [K], `saturation` (liquid) [0..1].
    """
    return by_layer(lambda t, s: _activity(t, s, params), temperature, saturation)


def _activity(temperature: jax.Array, saturation: jax.Array, params: DecompositionParams) -> jax.Array:
    reference = float(ZERO_CELSIUS) + 25.0
    warm = temperature_response(temperature, reference, params.q10, params.q10_slope)
    thawed = smooth_step(temperature - params.frost_temperature, 0.6)
    return warm * thawed * moisture_response(saturation, params)


class Soilscape(NamedTuple):
    """The ground as life meets it: `pace` (pool, cell) of decay; `activity`, `temperature` [K] (cell,) of roots."""

    pace: jax.Array
    activity: jax.Array
    temperature: jax.Array


def soilscape(
    temperature: jax.Array,
    saturation: jax.Array,
    weights: jax.Array,
    zone: int,
    params: DecompositionParams,
    grid: SoilGrid = DEFAULT_GRID,
) -> Soilscape:
    """Means over layers with the `weights` (pool, layer, 1 or cell) of the pools, in one sweep.

    Decay is `layer_activity` slowed with depth; roots lie as the pool at place `zone` does. `temperature` [K] and
    liquid `saturation` [0..1] are (layer, cell).
    """
    weights = weights.astype(temperature.dtype)
    pools, n = weights.shape[:2]
    slow = weights * depth_slowing(params, n, grid).astype(temperature.dtype)

    def add(total: Soilscape, row: tuple) -> tuple[Soilscape, None]:
        temperature, saturation, slow, roots = row
        active = _activity(temperature, saturation, params)
        return Soilscape(
            total.pace + slow * on_layers(active, pools),
            total.activity + roots * active,
            total.temperature + roots * temperature,
        ), None

    nothing = jnp.zeros_like(temperature[0])
    start = Soilscape(jnp.zeros((pools, *nothing.shape), nothing.dtype), nothing, nothing)
    return sweep(add, start, (temperature, saturation, jnp.moveaxis(slow, 1, 0), weights[zone]))[0]


def profile_weights(depth: jax.Array, n_layer: int, grid: SoilGrid = DEFAULT_GRID) -> jax.Array:
    """Share of a pool in each of the first `n_layer` layers, (layer, 1 or cell), if it thins as exp(-z/depth).

    `depth` [m]. What would lie deeper is counted into these layers in proportion, so that the shares sum to 1.
    """
    faces = jnp.asarray(grid.interface[: n_layer + 1], depth.dtype)
    left = jnp.exp(-faces[:, None] / jnp.atleast_1d(depth))
    return (left[:-1] - left[1:]) / (1.0 - left[-1:])


def depth_means(values: jax.Array, weights: jax.Array) -> jax.Array:
    """Means over layers of `values` (layer, cell) with `weights` (profile, layer, 1 or cell); (profile, cell)."""
    weights = jnp.moveaxis(weights.astype(values.dtype), 1, 0)
    profiles = weights.shape[1]

    def add(total: jax.Array, row: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, None]:
        return total + row[1] * on_layers(row[0], profiles), None

    return sweep(add, jnp.zeros((profiles, *values.shape[1:]), values.dtype), (values, weights))[0]


def rows(*values: jax.Array | float) -> jax.Array:
    """Values () or (cell,) as rows of one array, (row, 1) or (row, cell)."""
    return jnp.stack(jnp.broadcast_arrays(*(jnp.atleast_1d(value) for value in values)))


class Cascade(NamedTuple):
    """What of decay does not change from day to day: see `cascade`; pools in the order of `POOLS`.

    `weights` (6, layer, 1 or cell) share of each pool in the layers; `exponents` (6, 1 or cell) rates times the step
    at full activity [1]; `heirs` (3, 6, 1 or cell) shares of what a pool loses that active, slow and passive gain.
    """

    weights: jax.Array
    exponents: jax.Array
    heirs: jax.Array


def cascade(
    sand: jax.Array,
    params: DecompositionParams,
    n_layer: int,
    *,
    grid: SoilGrid = DEFAULT_GRID,
    dt: float = DAY,
) -> Cascade:
    """Rates, depths and shares of the cascade of Parton et al. 1987 in soil with this mass share of `sand` [0..1].

    Fine texture protects the active pool: its rate falls by 1 - 0.75 (silt + clay), its breath by
    0.85 - 0.68 (silt + clay); structural lignin slows structural litter by exp(-3 lignin).
    """
    litter = (params.litter_depth,) * 3
    depths = rows(*litter, params.active_depth, params.slow_depth, params.passive_depth)
    pace, fine = params.turnover_multiplier * (dt / YEAR), 1.0 - sand
    exponents = rows(
        params.metabolic_rate * pace,
        params.structural_rate * jnp.exp(-3.0 * params.structural_lignin) * pace,
        params.coarse_rate * pace,
        params.active_rate * (1.0 - 0.75 * fine) * pace,
        params.slow_rate * pace,
        params.passive_rate * pace,
    )
    weights = jnp.stack([profile_weights(depth, n_layer, grid) for depth in depths])
    return Cascade(weights, exponents, _heirs(fine, params))


def _heirs(fine: jax.Array, params: DecompositionParams) -> jax.Array:
    """Shares of what each pool loses that the active, slow and passive pools gain, (3, 6, 1 or cell)."""
    kept, kept_lignin = 1.0 - STRUCTURAL_RESPIRED, 1.0 - LIGNIN_RESPIRED
    lignin, wood, none = params.structural_lignin, params.coarse_lignin, 0.0 * fine
    to_active = rows(
        (1.0 - METABOLIC_RESPIRED) + none,
        (1.0 - lignin) * kept,
        (1.0 - wood) * kept,
        none,
        (1.0 - SLOW_RESPIRED - SLOW_TO_PASSIVE) + none,
        (1.0 - PASSIVE_RESPIRED) + none,
    )
    from_active = 1.0 - (0.85 - 0.68 * fine) - ACTIVE_TO_PASSIVE
    to_slow = rows(none, lignin * kept_lignin, wood * kept_lignin, from_active, none, none)
    to_passive = rows(none, none, none, ACTIVE_TO_PASSIVE + none, SLOW_TO_PASSIVE + none, none)
    return jnp.stack([to_active, to_slow, to_passive])


def decayed_share(exponent: jax.Array) -> jax.Array:
    """1 - exp(-x) by 2 n / (d + n), n/d the continued fraction of tanh(x/2): to 1e-13 for x <= 0.2, 1e-5 for x <= 2.

    A step of a day has x < 0.15. One division instead of an exponential; between 0 and 1 for any x >= 0, and
    without the cancellation that 1 - exp(-x) suffers in 32 bits for slow pools.
    """
    half = 0.5 * exponent
    square = half * half
    above = half * (105.0 + 10.0 * square)
    return 2.0 * above / (105.0 + square * (45.0 + square) + above)


def decay_fractions(activity: jax.Array, plan: Cascade, oxygen: jax.Array | float = 1.0) -> jax.Array:
    """Part of each of the six pools that decays in one step [1], (6, cell), exact for a constant day.

    `activity` (layer, cell) of `layer_activity`; `oxygen` [0..1] cuts all rates in wetlands.
    """
    return decayed_share(plan.exponents * (depth_means(activity, plan.weights) * oxygen))


def inherited(lost: jax.Array, plan: Cascade) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Carbon (cell,) that active, slow and passive pools gain when the six pools have `lost` theirs (6, cell)."""
    active, slow, passive = (sum_of_rows(plan.heirs[k], lost) for k in range(3))
    return active, slow, passive


def sum_of_rows(values: jax.Array, weights: jax.Array | None = None) -> jax.Array:
    """Sum of `values` (row, cell), or of their products with `weights`, over rows, written out; (cell,).

    For a handful of rows in memory this costs a fraction of what the general reduction of the compiler does.
    """
    terms = [values[k] if weights is None else values[k] * weights[k] for k in range(values.shape[0])]
    return sum(terms[1:], terms[0])


def metabolic_fraction(lignin: jax.Array | float, nitrogen: jax.Array, carbon: jax.Array) -> jax.Array:
    """Share of fresh litter that is metabolic [1], 0.85 / (1 + 0.0212 lignin/N), 0 to 0.85.

    It has the value and slope of 0.85 - 0.018 lignin/N (Parton et al. 1987) in tender litter, but stays positive.
    `lignin` is its share of dry matter (twice the carbon); `nitrogen` and `carbon` [kg m-2] of the litter.
    """
    ratio = lignin * 2.0 * carbon / (nitrogen + 0.002 * carbon + float(jnp.finfo(carbon.dtype).tiny))
    return 0.85 / (1.0 + 0.018 / 0.85 * ratio)
