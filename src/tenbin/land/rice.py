"""Methane of a rice field day by day: substrate, redox under water, what the mud holds, and the ways out."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import within
from tenbin.core.logarithm import log
from tenbin.core.params import param
from tenbin.land.smoothing import smooth_minimum, smooth_positive

__all__ = [
    "RiceFluxes",
    "RiceParams",
    "RiceState",
    "initial_state",
    "redox_factor",
    "step",
    "temperature_factor",
    "water_filled_pore_space",
]

_HUANG_1998 = "Huang et al. 1998, Global Change Biol. 4, 247"
_HUANG_2004 = "Huang et al. 2004, J. Geophys. Res. 109, D08113"
_DENIER_1996 = "Denier van der Gon et al. 1996, Global Biogeochem. Cycles 10, 1"
_CAO_1995 = "Cao et al. 1995, Global Biogeochem. Cycles 9, 183"
_CH4MOD = "CH4MOD, public code (FillWaterPtn, EhvalueD), after Huang et al. 2004"
_DAY = 86400.0
_CARBON_OF_CARBOHYDRATE = 0.4
"""Carbon in carbohydrate, C6H12O6 [kg C kg-1]: 72 / 180."""
_CARBON_OF_BIOMASS = 0.4
"""Carbon in rice dry matter [kg C kg-1], as in DayCent (2.5 g of biomass per g C)."""
_CARBON_TO_METHANE = 0.5
"""Share of fermented carbon that becomes CH4 [1]: C6H12O6 -> 3 CO2 + 3 CH4 (Huang et al. 1998)."""
_METHANE_PER_CARBON = 16.0 / 12.0
_LEAST_EBULLITION = 2.0e-6 * 12.0 / 16.0 / _DAY
"""CH4 production below which no bubbles rise [kg C m-2 s-1]: 0.002 g CH4 m-2 d-1 (Huang et al. 1998)."""


class RiceState(NamedTuple):
    """What a rice field remembers, each (cell,).

    `redox` [mV] is the soil's potential Eh, in the unit of all its literature; `labile_litter` and `slow_litter`
    [kg C m-2] are organic matter brought onto the field; `shoot` [kg C m-2] is standing shoot; `stored` [kg C m-2]
    is methane dissolved and trapped as bubbles in the mud.
    """

    redox: jax.Array
    labile_litter: jax.Array
    slow_litter: jax.Array
    shoot: jax.Array
    stored: jax.Array


class RiceFluxes(NamedTuple):
    """Methane [kg CH4 m-2 s-1] and the carbon behind it [kg C m-2 s-1], each (cell,), per area of rice field.

    `ch4_production` = `ch4_emission` + `ch4_oxidised` + what the store gains; `ch4_emission` leaves by plants,
    `ch4_ebullition` of it by bubbles and `ch4_release` of it from mud that falls dry. `carbon_from_roots` is exudate,
    to be taken from the plants, `carbon_from_litter` is from this state; together they are `co2` (oxidised CH4
    included) + 12/16 `ch4_emission` + what the store gains.
    """

    ch4_production: jax.Array
    ch4_emission: jax.Array
    ch4_ebullition: jax.Array
    ch4_release: jax.Array
    ch4_oxidised: jax.Array
    co2: jax.Array
    carbon_from_litter: jax.Array
    carbon_from_roots: jax.Array


class RiceParams(eqx.Module):
    """What a calibration may change in the methane of rice."""

    exudation: jax.Array = param(
        1.8e-3,
        "g m-2 d-1 (g m-2)-1.25",
        bounds=(1.0e-4, 1.0e-2),
        prior_sd=5.0e-4,
        source=_HUANG_1998,
        transform="log",
    )
    variety: jax.Array = param(
        1.0,
        "1",
        bounds=(0.3, 3.0),
        prior_sd=0.3,
        source=_HUANG_1998 + "; 0.5-1.5 of cultivars",
        transform="log",
    )
    labile_rate: jax.Array = param(
        0.027, "d-1", bounds=(0.003, 0.2), prior_sd=0.008, source=_HUANG_1998, transform="log"
    )
    slow_rate: jax.Array = param(
        0.003, "d-1", bounds=(0.0003, 0.02), prior_sd=0.001, source=_HUANG_1998, transform="log"
    )
    labile_share: jax.Array = param(
        0.35, "1", bounds=(0.05, 0.95), prior_sd=0.15, source="non-structural part of straw; own choice"
    )
    q10: jax.Array = param(3.0, "1", bounds=(1.5, 6.0), prior_sd=0.5, source=_HUANG_1998 + "; 2-4")
    redox_rate: jax.Array = param(
        0.125, "d-1", bounds=(0.01, 0.5), prior_sd=0.04, source=_CH4MOD + ", bare soil", transform="log"
    )
    redox_rate_grown: jax.Array = param(
        0.04, "d-1", bounds=(0.005, 0.3), prior_sd=0.015, source=_CH4MOD + ", full stand", transform="log"
    )
    reoxidation_rate: jax.Array = param(
        0.12, "d-1", bounds=(0.02, 0.6), prior_sd=0.04, source=_CH4MOD + ": 0.098 x 1.23", transform="log"
    )
    redox_flooded: jax.Array = param(-250.0, "mV", bounds=(-350.0, -160.0), prior_sd=30.0, source=_CAO_1995)
    redox_drained: jax.Array = param(250.0, "mV", bounds=(100.0, 600.0), prior_sd=60.0, source=_CH4MOD)
    peak_shoot: jax.Array = param(
        0.43,
        "kg C m-2",
        bounds=(0.1, 1.2),
        prior_sd=0.1,
        source=_HUANG_1998 + ": 9.46 G^0.76 of grain G = 500 g m-2",
    )
    root_ratio: jax.Array = param(0.15, "1", bounds=(0.03, 0.6), prior_sd=0.05, source=_HUANG_1998)
    plant_share: jax.Array = param(0.55, "1", bounds=(0.1, 0.95), prior_sd=0.1, source=_HUANG_1998)
    bubble_share: jax.Array = param(0.70, "1", bounds=(0.05, 0.95), prior_sd=0.15, source=_HUANG_2004)
    turnover: jax.Array = param(
        0.45,
        "d-1",
        bounds=(0.05, 4.0),
        prior_sd=0.2,
        source="chosen so that draining at the end frees a tenth of the season's CH4, " + _DENIER_1996,
        transform="log",
    )
    release_rate: jax.Array = param(
        0.5,
        "d-1",
        bounds=(0.1, 3.0),
        prior_sd=0.2,
        source="MERES, public code of DSSAT (Methane.for): half of what is stored, each day without water",
        transform="log",
    )
    rooted: jax.Array = param(
        4.0e-4,
        "kg C m-2",
        bounds=(4.0e-5, 0.04),
        prior_sd=4.0e-4,
        source="DayCent, 1 g m-2 of roots",
        transform="log",
    )


def initial_state(like: jax.Array) -> RiceState:
    """A drained, bare field: Eh 250 mV (Huang et al. 2004), no litter, plants or gas; shape and dtype of `like`."""
    nothing = jnp.zeros_like(like)
    return RiceState(jnp.full_like(like, 250.0), nothing, nothing, nothing, nothing)


def step(
    state: RiceState,
    *,
    flooded: jax.Array,
    soil_temperature: jax.Array,
    shoot_growth: jax.Array,
    organic_input: jax.Array,
    sand: jax.Array,
    params: RiceParams,
    harvested: jax.Array | float = 0.0,
    dt: float = _DAY,
) -> tuple[RiceState, RiceFluxes]:
    """One step `dt` [s], a day or less, of a rice field; all arrays (cell,), fluxes per area of field.

    `flooded` [0..1] share of the field under water, `soil_temperature` [K] of the top 0.1 m, `shoot_growth` and
    `organic_input` [kg C m-2 s-1], `sand` [0..1] mass fraction, `harvested` [0..1] share of the shoot cut at the end.
    Production 0.5 f(Eh) (decomposed + Q10 exuded) in carbon: CH4MOD (Huang et al. 1998, 2004), which gives 0.27 g CH4
    per g of carbohydrate.
    """
    warmth = temperature_factor(soil_temperature, params.q10)
    texture = 0.325 + 2.25 * sand
    shoot = state.shoot + shoot_growth * dt
    labile, slow = _decomposed(state, flooded, warmth * texture, params, dt)
    litter = (labile + slow) / dt
    roots = warmth * _exuded(shoot, texture, params)
    spare = smooth_positive(1.0 - shoot / params.peak_shoot, 0.02)
    redox = _redox(state.redox, flooded, labile / dt, spare, params, dt)
    substrate = litter + roots
    produced = _CARBON_TO_METHANE * redox_factor(redox) * substrate
    stored, ways = _ways_out(state.stored, produced, flooded, shoot, spare, soil_temperature, params, dt)
    emitted = ways.plants + ways.bubbles + ways.release
    arriving = organic_input * dt
    ended = RiceState(
        redox=redox,
        labile_litter=state.labile_litter - labile + params.labile_share * arriving,
        slow_litter=state.slow_litter - slow + (1.0 - params.labile_share) * arriving,
        shoot=shoot * (1.0 - harvested),
        stored=stored,
    )
    fluxes = RiceFluxes(
        ch4_production=produced * _METHANE_PER_CARBON,
        ch4_emission=emitted * _METHANE_PER_CARBON,
        ch4_ebullition=ways.bubbles * _METHANE_PER_CARBON,
        ch4_release=ways.release * _METHANE_PER_CARBON,
        ch4_oxidised=ways.oxidised * _METHANE_PER_CARBON,
        co2=substrate - produced + ways.oxidised,
        carbon_from_litter=litter,
        carbon_from_roots=roots,
    )
    return ended, fluxes


def temperature_factor(soil_temperature: jax.Array, q10: jax.Array) -> jax.Array:
    """Warmth [0..1] of soil [K]: Q10^((T - 30)/10) below 30 C and 1 above (Huang et al. 1998), corner of 0.5 K."""
    short_of_best = smooth_positive(303.15 - soil_temperature, 0.5)
    return jnp.exp(-0.1 * short_of_best * log(q10))


def redox_factor(redox: jax.Array) -> jax.Array:
    """Share of substrate that methanogens get [0..1] at Eh [mV]: exp(-1.7 (1 + Eh/150)) above -150 mV, else 1.

    Huang et al. (1998); the corner rounded over 10 mV (6 % low at -150 mV, 1 % low 30 mV away).
    """
    return jnp.exp((-1.7 / 150.0) * smooth_positive(redox + 150.0, 10.0))


def water_filled_pore_space(flooded: jax.Array, drained: float = 0.75) -> jax.Array:
    """Water-filled pore space [0..1] of paddy soil: full under water, `drained` [0..1] when the field is let dry.

    Ties the nitrogen gases to the water of the field: pass it to `nitrous_oxide.step`. A few days after draining a
    puddled clay holds three quarters of its pores in water; own choice.
    """
    return drained + (1.0 - drained) * flooded


def _decomposed(
    state: RiceState, flooded: jax.Array, favour: jax.Array, params: RiceParams, dt: float
) -> tuple[jax.Array, jax.Array]:
    """Litter decomposed [kg C m-2 per step], labile and slow: k SI TI WI M (Huang et al. 1998).

    WI = 0.49 exp(3.88 w - 5.4 w^2) of water w [m3 m-3], 0.636 flooded and 0.45 drained (CH4MOD).
    """
    water = 0.45 + 0.186 * flooded
    wetness = 0.49 * jnp.exp(3.88 * water - 5.4 * water * water)
    days = favour * wetness * (dt / _DAY)
    # k M days / (1 + k days): at most the pool, and k M days for a small share
    labile, slow = params.labile_rate * days, params.slow_rate * days
    return state.labile_litter * labile / (1.0 + labile), state.slow_litter * slow / (1.0 + slow)


def _exuded(shoot: jax.Array, texture: jax.Array, params: RiceParams) -> jax.Array:
    """Root exudation at 30 C [kg C m-2 s-1]: 0.0018 VI SI W^1.25 g m-2 d-1 of shoot W [g m-2] (Huang et al. 1998)."""
    grams = shoot * (1000.0 / _CARBON_OF_BIOMASS)
    rate = params.exudation * params.variety * texture * grams * jnp.sqrt(jnp.sqrt(grams + 1e-6))
    return rate * (1e-3 * _CARBON_OF_CARBOHYDRATE / _DAY)


def _redox(
    redox: jax.Array, flooded: jax.Array, labile: jax.Array, spare: jax.Array, params: RiceParams, dt: float
) -> jax.Array:
    """Eh [mV] at the end of the step, falling towards its flooded and rising towards its drained limit.

    Under water dEh/dt = -(0.125 s^4 + 0.04) (0.23 + min(1, C)) (Eh - limit) d-1, C [g m-2 d-1] labile carbohydrate
    decomposed, s = 1 - W/Wmax [0..1] the growth still to come: roots of a grown stand leak oxygen, so that a field
    once dried is long in turning reduced again. Drained -0.12 (Eh - limit). Form of Cao et al. (1995), rates of the
    public code of CH4MOD; a field partly under water moves by the share of each.
    """
    grams = labile * (1000.0 * _DAY / _CARBON_OF_CARBOHYDRATE)
    reduction = 0.23 + smooth_minimum(grams, jnp.ones_like(grams), 0.97)
    square = spare * spare
    rate = params.redox_rate * square * square + params.redox_rate_grown
    pull = flooded * rate * reduction * (redox - params.redox_flooded)
    push = (1.0 - flooded) * params.reoxidation_rate * (redox - params.redox_drained)
    return redox - (dt / _DAY) * (pull + push)


class _Ways(NamedTuple):
    """Where methane goes [kg C m-2 s-1], each (cell,): to the air by plants, bubbles and release, or oxidised."""

    plants: jax.Array
    bubbles: jax.Array
    release: jax.Array
    oxidised: jax.Array


def _ways_out(
    stored: jax.Array,
    produced: jax.Array,
    flooded: jax.Array,
    shoot: jax.Array,
    spare: jax.Array,
    soil_temperature: jax.Array,
    params: RiceParams,
    dt: float,
) -> tuple[jax.Array, _Ways]:
    """CH4 in the mud at the end of the step [kg C m-2] and where the rest went.

    Plants let 0.55 s^0.25 of what is produced out, `spare` s = 1 - W/Wmax; none without plants. Under water the rest
    waits in the mud; what is `turnover` of it a day comes up: bubbles carry 0.7 of that above 0.002 g CH4 m-2 d-1,
    less where roots spread, none in frozen soil (Huang et al. 1998, 2004, as bounded in DayCent); the remainder is
    oxidised. Mud that falls dry lets go what it holds, unless it is frozen; what is made in it then does not wait.
    """
    rooted = params.rooted / (params.rooted + params.root_ratio * shoot)
    thawed = within(soil_temperature - 273.15, 0.0, 1.0)
    by_plants = params.plant_share * jnp.sqrt(jnp.sqrt(spare)) * (1.0 - rooted) * produced
    left = produced - by_plants
    slow = flooded * params.turnover / _DAY
    fast = (1.0 - flooded) * thawed * params.release_rate / _DAY
    # Implicit: never negative, whatever the step.
    kept = (stored + flooded * left * dt) / (1.0 + (slow + fast) * dt)
    rising = (1.0 - flooded) * left + slow * kept
    above = rising * rising / (rising + _LEAST_EBULLITION)
    by_bubbles = params.bubble_share * thawed * rooted * above
    return kept, _Ways(by_plants, by_bubbles, fast * kept, rising - by_bubbles)
