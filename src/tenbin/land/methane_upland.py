"""Atmospheric methane eaten by the microbes of dry soils: four published models behind one call."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import C_TO_CH4, GAS_CONSTANT, MOLAR_MASS, ZERO_CELSIUS
from tenbin.core.limits import larger, within
from tenbin.core.logarithm import log
from tenbin.core.params import param
from tenbin.land.methane_gas import SNOW_DIFFUSIVITY

__all__ = ["SCHEMES", "UplandParams", "UplandSoil", "curry", "del_grosso", "potter", "ridgwell", "uptake"]

AIR_DIFFUSIVITY = 0.196  # cm2 s-1 at 0 C and 1 atm (Curry 2007, eq. 4; Ridgwell et al. 1999, eq. 5)
CURRY_UNITS = 586.7  # mg CH4 ppmv-1 s d-1 m-2 cm-1 (Curry 2007, eq. 10)
RIDGWELL_UNITS = 616.9  # mg CH4 ppmv-1 s d-1 m-2 cm-1 (Ridgwell et al. 1999, eq. 4)
MOIST = 0.2  # MPa, suction below which water does not hinder methanotrophs (Curry 2007, eq. 9)
DRY = 100.0  # MPa, suction at which they stop
PRESENT_METHANE = 1.75e-6  # mol mol-1, air of the measurements that Potter 1996 and Del Grosso 2000 fitted
SEA_LEVEL = 101325.0  # Pa
MILLIGRAM_PER_DAY = 1e-6 / 86400.0  # kg s-1
GRAM_PER_HECTARE_DAY = 1e-7 / 86400.0  # kg m-2 s-1

_C07 = "Curry 2007, Glob. Biogeochem. Cycles 21, GB4012"
_R99 = "Ridgwell et al. 1999, Glob. Biogeochem. Cycles 13, 59"
_P96 = "Potter et al. 1996, Chemosphere 32, 2219"
_V23 = "Voigt et al. 2023, Nat. Clim. Change 13, 1095"
_DG = "Del Grosso et al. 2000, Glob. Biogeochem. Cycles 14, 999"


class UplandParams(eqx.Module):
    """What is uncertain in the methane sink of soils; each a scalar or one value per cell."""

    rate: jax.Array = param(
        1.7e-5,
        "s-1",
        bounds=(5e-7, 1e-3),
        prior_sd=1.5e-5,
        source=_V23 + ", mean flux of eleven covers at three sites; 5e-5 in Curry 2007",
        transform="log",
    )
    drought: jax.Array = param(0.8, "1", bounds=(0.2, 2.0), prior_sd=0.2, source=_C07 + ", beta")
    crop_loss: jax.Array = param(0.75, "1", bounds=(0.0, 0.95), prior_sd=0.2, source=_R99)
    ridgwell_rate: jax.Array = param(
        8.7e-4, "cm s-1", bounds=(5e-5, 1e-2), prior_sd=4e-4, source=_R99, transform="log"
    )
    ridgwell_depth: jax.Array = param(
        6.0, "cm", bounds=(1.0, 30.0), prior_sd=3.0, source=_R99 + ", of the active layer", transform="log"
    )
    gradient: jax.Array = param(
        0.04, "ppmv cm-1", bounds=(0.005, 0.2), prior_sd=0.02, source=_P96, transform="log"
    )
    del_grosso_scale: jax.Array = param(
        1.0, "1", bounds=(0.1, 5.0), prior_sd=0.5, source=_DG, transform="log"
    )
    barren_gpp: jax.Array = param(
        0.02,
        "kg m-2 yr-1",
        bounds=(0.0, 0.2),
        prior_sd=0.02,
        source="own choice: productivity of half a sink; none in hyper-arid soil, Angel and Conrad 2009",
    )


class UplandSoil(NamedTuple):
    """What a model of the sink may ask of the topsoil, each (cell,)."""

    temperature: jax.Array  # K
    porosity: jax.Array  # m3 m-3
    air: jax.Array  # m3 m-3, pores neither water nor ice fills
    suction: jax.Array  # MPa, positive
    clay: jax.Array  # 0..1
    field_capacity: jax.Array  # m3 m-3
    supply: jax.Array  # 1, (rain + soil water) / potential evaporation of a month


def uptake(
    soil_temperature: jax.Array,
    porosity: jax.Array,
    air_filled_porosity: jax.Array,
    suction: jax.Array,
    clay: jax.Array,
    crop_fraction: jax.Array,
    wetland_fraction: jax.Array,
    ch4: jax.Array,
    params: UplandParams,
    *,
    scheme: Callable[[UplandSoil, jax.Array, UplandParams], jax.Array] | None = None,
    field_capacity: jax.Array | float = 0.3,
    supply: jax.Array | float = 1.0,
    snow_depth: jax.Array | float = 0.0,
    year_gpp: jax.Array | float = math.inf,
) -> jax.Array:
    """Methane taken up by the ground [kg CH4 m-2 s-1], positive into the soil, per area of the whole cell.

    Topsoil (0-0.3 m) means (cell,): `soil_temperature` [K], `porosity` and `air_filled_porosity` [m3 m-3, ice
    counted as filled], `suction` [MPa, positive; a table in kPa must be divided by 1000 first], `clay`,
    `crop_fraction`, `wetland_fraction` [0..1], `ch4` [mol mol-1]. `scheme` is one of `SCHEMES`, Curry's if not
    given. Where crops grow the sink falls by up to 75 % and wetlands have none (Curry 2007, eqs. 11 and 12).
    `snow_depth` [m] lies over the soil as a resistance; soil on which nothing grows, by the mean of a year's GPP
    `year_gpp` [kg C m-2 yr-1], holds no methanotrophs.
    """
    soil = UplandSoil(
        soil_temperature,
        porosity,
        within(air_filled_porosity, 1e-6, porosity),
        suction,
        clay,
        jnp.asarray(field_capacity),
        jnp.asarray(supply),
    )
    reach = (1.0 - params.crop_loss * crop_fraction) * (1.0 - wetland_fraction)
    inhabited = 1.0 / (1.0 + params.barren_gpp / (year_gpp + 1e-6))
    eaten = inhabited * (scheme or curry)(soil, ch4, params)
    return reach * under_snow(eaten, soil_temperature, snow_depth, ch4)


def under_snow(
    uptake: jax.Array, temperature: jax.Array, snow_depth: jax.Array | float, ch4: jax.Array
) -> jax.Array:
    """`uptake` of bare ground [kg CH4 m-2 s-1] once the gas must pass snow: 1 / (1 / v + depth / D), v = uptake / C.

    `temperature` [K], `snow_depth` [m], C of `ch4` [mol mol-1] at sea level.
    """
    dense = larger(ch4 * MOLAR_MASS["ch4"] * SEA_LEVEL / (GAS_CONSTANT * temperature), 1e-12)
    return uptake / (1.0 + uptake / dense * snow_depth / SNOW_DIFFUSIVITY)


def warm_response(celsius: jax.Array) -> jax.Array:
    """exp(0.0693 T - 8.56e-7 T^4) above 0 C, best at 27 C (Ridgwell et al. 1999, eq. 9b).

    Curry cuts it to zero at 43.3 C, where it is still 0.99: here it falls on its own instead, to 0.03 at 54 C.
    """
    warm = within(celsius, 0.0, 60.0)
    square = warm * warm
    return jnp.exp(0.0693 * warm - 8.56e-7 * square * square)


def cold_response(celsius: jax.Array) -> jax.Array:
    """(0.1 T + 1)^2 from -10 C, where it is zero, to 0 C (Curry 2007, eq. 7); 1 above."""
    cold = within(0.1 * celsius + 1.0, 0.0, 1.0)
    return cold * cold


def moisture_response(suction: jax.Array, exponent: jax.Array) -> jax.Array:
    """1 below 0.2 MPa, then [1 - log(psi / 0.2) / log(100 / 0.2)]^beta to 0 at 100 MPa (Curry 2007, eq. 9)."""
    left = log(DRY / larger(suction, 1e-6)) / log(DRY / MOIST)
    return jnp.exp(exponent * log(within(left, 1e-6, 1.0)))


def soil_diffusivity(soil: UplandSoil) -> jax.Array:
    """Diffusivity of CH4 in soil [cm2 s-1]: 0.196 (1 + 0.0055 T) phi^(4/3) (air / phi)^(1.5 + 3/b).

    b = 15.9 clay + 2.91 (Ridgwell et al. 1999, eqs. 5 to 7; Curry 2007, eqs. 4 and 5). The exponent is the real
    number 4/3: written as a quotient of whole numbers it becomes 1 in some languages.
    """
    clapp = 15.9 * soil.clay + 2.91
    warm = 1.0 + 0.0055 * (soil.temperature - ZERO_CELSIUS)
    phi = soil.porosity
    open_part = jnp.exp((1.5 + 3.0 / clapp) * log(soil.air / phi))
    return AIR_DIFFUSIVITY * warm * phi ** (4.0 / 3.0) * open_part


def curry(soil: UplandSoil, ch4: jax.Array, params: UplandParams) -> jax.Array:
    """C g0 sqrt(D k) [kg CH4 m-2 s-1]: exact where first-order loss k fills a deep soil (Curry 2007, eq. 10)."""
    celsius = soil.temperature - ZERO_CELSIUS
    rate = params.rate * warm_response(celsius) * cold_response(celsius)
    rate = rate * moisture_response(soil.suction, params.drought)
    mixed = soil_diffusivity(soil) * rate
    # The square root has no slope at zero; at 1e-20 cm2 s-2 nothing is taken up anyway.
    flux = ch4 * 1e6 * CURRY_UNITS * jnp.sqrt(mixed + 1e-20)
    return flux * MILLIGRAM_PER_DAY


def ridgwell(soil: UplandSoil, ch4: jax.Array, params: UplandParams) -> jax.Array:
    """C D / z [1 - D / (D + k z)] [kg CH4 m-2 s-1]: loss in a thin layer at depth z (Ridgwell 1999, eq. 4).

    k = k0 r_T r_SM, r_SM the water `supply`, at most 1; nothing below 0 C, where Curry's cold branch here lets
    it fade over ten degrees instead.
    """
    celsius = soil.temperature - ZERO_CELSIUS
    rate = params.ridgwell_rate * warm_response(celsius) * cold_response(celsius)
    rate = rate * within(soil.supply, 0.0, 1.0)
    through = soil_diffusivity(soil)
    depth = params.ridgwell_depth
    flux = ch4 * 1e6 * RIDGWELL_UNITS * through * rate / (through + rate * depth)
    return flux * MILLIGRAM_PER_DAY


def potter(soil: UplandSoil, ch4: jax.Array, params: UplandParams) -> jax.Array:
    """Fick's law with one gradient for all soils, 0.04 ppmv cm-1 [kg CH4 m-2 s-1] (Potter et al. 1996).

    Diffusivity in air 0.194 (0.9734 + 0.0055 T) cm2 s-1, in soil by the aggregate model. The gradient scales
    with the methane of the air (the paper's air is today's) and fades as the soil freezes.
    """
    celsius = soil.temperature - ZERO_CELSIUS
    free = 1e-4 * 0.194 * (0.9734 + 0.0055 * celsius)
    through = free * aggregate_diffusivity(soil.field_capacity, soil.porosity, soil.porosity - soil.air)
    slope = 1e-6 * 100.0 * params.gradient * ch4 / PRESENT_METHANE
    molar = SEA_LEVEL / (GAS_CONSTANT * soil.temperature)
    return through * slope * molar * MOLAR_MASS["ch4"] * cold_response(celsius)


def del_grosso(soil: UplandSoil, ch4: jax.Array, params: UplandParams) -> jax.Array:
    """Grassland, coniferous and tropical soils of DayCent [kg CH4 m-2 s-1] (Del Grosso et al. 2000).

    CH4max = 53.8 Dopt + 0.58 g C ha-1 d-1, times a beta function of water between Wmin and Wmax (at least 0.1)
    and 0.9 + 0.095 T max(0.11, Dopt). W are tenths of volumetric per cent. Its own rule for farmland is not
    used: `crop_loss` serves all schemes. Scales with the methane of the air, fades as the soil freezes.
    """
    celsius = soil.temperature - ZERO_CELSIUS
    capacity = soil.field_capacity
    least, best, most = 3.0 * capacity - 0.28, 6.3 * capacity - 0.58, 10.6 * capacity + 1.9
    open_best = aggregate_diffusivity(capacity, soil.porosity, 0.1 * best)
    wet = 10.0 * (soil.porosity - soil.air)
    rise = larger((wet - least) / (best - least), 1e-6)
    fall = larger((most - wet) / (most - best), 1e-6)
    water = rise**0.4 * fall ** (0.4 * (most - best) / (best - least))
    warm = larger(0.9 + 0.095 * celsius * larger(open_best, 0.11), 0.0)
    carbon = (53.8 * open_best + 0.58) * larger(water, 0.1) * warm
    scale = params.del_grosso_scale * ch4 / PRESENT_METHANE * C_TO_CH4 * GRAM_PER_HECTARE_DAY
    return carbon * scale * cold_response(celsius)


def aggregate_diffusivity(field_capacity: jax.Array, porosity: jax.Array, water: jax.Array) -> jax.Array:
    """Diffusivity in soil over that in air [1] of aggregates with pores inside and between them.

    Millington and Shearer 1971, Soil Sci. 111, 372, with the exponent 0.5 x + 1.16 of DayCent's code
    (Potter et al. 1996, eq. 3): `field_capacity` A lies within aggregates, P = porosity - A between them,
    `water` [m3 m-3] fills A first.
    """
    between = larger(porosity - field_capacity, 1e-3)
    inside = within(water, 0.0, field_capacity)
    free = larger(between - larger(water - field_capacity, 0.0), 1e-6)
    dry = 1.0 - inside / field_capacity
    hollow = larger((field_capacity - inside) / (1.0 - between), 1e-6)
    through = dry * dry * _tortuous(hollow) * (1.0 - _tortuous(between))
    along = free - _tortuous(free)
    share = free / between
    series = through * along / (1e-6 + through + along)
    return within(series + share * share * _tortuous(free), 0.0, 1.0)


def _tortuous(x: jax.Array) -> jax.Array:
    return x ** (0.5 * x + 1.16)


SCHEMES: dict[str, Callable[[UplandSoil, jax.Array, UplandParams], jax.Array]] = {
    "curry": curry,
    "ridgwell": ridgwell,
    "potter": potter,
    "del_grosso": del_grosso,
}
"""Models of the sink by name."""
