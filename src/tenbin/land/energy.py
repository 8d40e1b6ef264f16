"""Where the sun's energy goes: net radiation, and the water that canopy, soil, wet leaves and snow could evaporate.

Canopy and soil each answer to their share of the net radiation by Penman and Monteith (Monteith 1965, Symp. Soc.
Exp. Biol. 19, 205), split by Beer's law as in Leuning et al. (2008, Water Resour. Res. 44, W10419). Plants and
soil evaporate under the daylight's energy and dryness, wet leaves and snow under the means of 24 h.
"""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import GAS_CONSTANT, SECONDS_PER_DAY, STEFAN_BOLTZMANN, ZERO_CELSIUS
from tenbin.core.limits import larger, within
from tenbin.core.logarithm import log
from tenbin.core.params import param
from tenbin.land import radiation
from tenbin.land.below_canopy import open_ground, wind_over_snow
from tenbin.land.smoothing import smooth_positive

__all__ = [
    "AirState",
    "EnergyFluxes",
    "EnergyParams",
    "aerodynamic_resistance",
    "air_state",
    "close",
    "daily",
    "equilibrium_evaporation",
    "penman_monteith",
    "surface_albedo",
]

HEAT_CAPACITY = 1013.0
"""Heat capacity of air at constant pressure [J kg-1 K-1] (FAO-56, eq. 8)."""
_DRY_AIR = 287.05
"""Gas constant of dry air [J kg-1 K-1] (WMO-No. 8)."""
_FUSION = 3.337e5
"""Latent heat of fusion of ice [J kg-1] (CRC Handbook)."""
_VON_KARMAN = 0.41
_FAO = "FAO-56 (Allen et al. 1998)"
_BUOYANCY = 5.0 * 9.81 * 10.0
"""Five times gravity times the height of the wind [m2 s-2] (Choudhury and Monteith 1988)."""
_SNOW_ROUGHNESS_RESISTANCE = 344.0
"""Resistance of the 2 m of air over snow in a wind there of 1 m s-1 [s m-1]: log(2 m / 1 mm)^2 over 0.41^2."""


class EnergyParams(eqx.Module):
    """Brightness, height and resistances of the surface."""

    canopy_albedo: jax.Array = param(
        [0.13, 0.15, 0.14, 0.10, 0.16, 0.09, 0.12, 0.17, 0.20, 0.20, 0.18, 0.19, 0.22],
        "1", bounds=(0.03, 0.4), prior_sd=0.03, source="Houldcroft et al. 2009, J. Hydromet. 10, 183, rounded",
    )  # fmt: skip
    canopy_height: jax.Array = param(
        [30.0, 15.0, 15.0, 20.0, 20.0, 15.0, 15.0, 1.0, 0.4, 0.6, 0.2, 0.7, 0.3],
        "m", bounds=(0.02, 60.0), prior_sd=5.0, source="Simard et al. 2011, J. Geophys. Res. 116; short rounded",
        transform="log",
    )  # fmt: skip
    soil_albedo: jax.Array = param(
        0.17, "1", bounds=(0.05, 0.45), prior_sd=0.05, source="Houldcroft et al. 2009"
    )
    snow_albedo: jax.Array = param(
        0.70,
        "1",
        bounds=(0.4, 0.9),
        prior_sd=0.08,
        source="Verseghy 1991, Int. J. Climatol. 11: .5 old to .84 fresh",
    )
    canopy_snow_albedo: jax.Array = param(
        0.22, "1", bounds=(0.1, 0.6), prior_sd=0.05, source="Betts and Ball 1997, J. Geophys. Res. 102, 28901"
    )
    emissivity: jax.Array = param(
        0.97, "1", bounds=(0.9, 1.0), prior_sd=0.01, source="Jin and Liang 2006, J. Clim. 19"
    )
    light_extinction: jax.Array = param(
        0.6,
        "1",
        bounds=(0.3, 0.9),
        prior_sd=0.08,
        source="Leuning et al. 2008, Water Resour. Res. 44, W10419",
    )
    heat_roughness: jax.Array = param(
        2.3, "1", bounds=(0.5, 8.0), prior_sd=0.7, source="log(z0m/z0h), 0.1 in " + _FAO
    )
    soil_resistance: jax.Array = param(
        8.206,
        "1",
        bounds=(5.0, 11.0),
        prior_sd=0.7,
        source="log of s m-1 of dry bare soil; Sellers et al. 1992, J. Geophys. Res. 97, 19033",
    )
    soil_resistance_fall: jax.Array = param(
        4.255, "1", bounds=(1.0, 8.0), prior_sd=0.7, source="Sellers et al. 1992, J. Geophys. Res. 97, 19033"
    )
    understory_resistance: jax.Array = param(
        30.0, "s m-1", bounds=(1.0, 300.0), prior_sd=20.0, transform="log",
        source="per leaf area; Choudhury and Monteith 1988, Q. J. R. Meteorol. Soc. 114, 373, by size",
    )  # fmt: skip
    litter_resistance: jax.Array = param(
        [300.0, 200.0, 300.0, 300.0, 300.0, 300.0, 300.0, 150.0, 200.0, 200.0, 300.0, 100.0, 0.0],
        "s m-1", bounds=(0.0, 2000.0), prior_sd=150.0,
        source="dead leaves and moss on the soil: Sakaguchi and Zeng 2009, J. Geophys. Res. 114, D01107, 330"
        " where they lie half a leaf area thick; less where fire, herds and ploughs leave less",
    )  # fmt: skip
    ground_share: jax.Array = param(
        0.15,
        "1",
        bounds=(0.0, 0.5),
        prior_sd=0.08,
        source="share of the soil's daytime net radiation, " + _FAO + " eq. 45: .1",
    )
    priestley_taylor: jax.Array = param(
        1.26,
        "1",
        bounds=(0.8, 1.7),
        prior_sd=0.1,
        source="Priestley and Taylor 1972, Mon. Weather Rev. 100, 81",
    )


class AirState(NamedTuple):
    """Air as evaporation sees it: slope of saturation and psychrometer constant [Pa K-1], density, latent heat."""

    slope: jax.Array
    psychrometric: jax.Array
    density: jax.Array
    latent_heat: jax.Array


class EnergyFluxes(NamedTuple):
    """Energy and water of a day, means of 24 h, each (cell,).

    Energies [W m-2]: `net_radiation` (towards the surface) = `latent` + `sensible` + `ground`. Potentials
    [kg m-2 s-1]: what would evaporate if water did not run short; that of wet leaves is for fully wet leaves
    all day, `branch_potential` of branches full of snow. `surface_temperature` [K]; `resistance` [s m-1] between
    canopy and air; `latent_heat` [J kg-1]; `convection` [K-1] is how readily a warm surface stirs the air,
    Richardson's number per kelvin times five; `radiative` [W m-2 K-1] what it radiates more per kelvin; `over_ground`
    [m2 K W-1] lies between air and ground.
    """

    net_radiation: jax.Array
    transpiration_potential: jax.Array
    soil_evaporation_potential: jax.Array
    interception_potential: jax.Array
    sublimation_potential: jax.Array
    latent: jax.Array
    sensible: jax.Array
    ground: jax.Array
    surface_temperature: jax.Array
    albedo: jax.Array
    resistance: jax.Array
    heat_capacity: jax.Array
    latent_heat: jax.Array
    convection: jax.Array | float = 0.0
    radiative: jax.Array | float = 0.0
    over_ground: jax.Array | float = 0.0
    branch_potential: jax.Array | float = 0.0


def air_state(temperature: jax.Array, pressure: jax.Array, saturated: jax.Array) -> AirState:
    """Air at a temperature [K], a pressure and a saturation pressure [Pa] (FAO-56, eqs 8 and 13; latent heat
    falls by 2361 J kg-1 K-1, annex 3)."""
    celsius = larger(temperature - ZERO_CELSIUS, -100.0)
    slope = saturated * (17.27 * 237.3) / (celsius + 237.3) ** 2
    latent_heat = 2.501e6 - 2361.0 * celsius
    return AirState(
        slope,
        HEAT_CAPACITY * pressure / (0.622 * latent_heat),
        pressure / (_DRY_AIR * temperature),
        latent_heat,
    )


def ice_over_water(temperature: jax.Array) -> jax.Array:
    """Vapour pressure over ice over that over supercooled water [1] at a temperature [K]; 1 above freezing.

    exp(0.0099 t) fits the pressures of Sonntag 1990 within 1.5 % down to -50 degC.
    """
    return jnp.exp(0.0099 * within(temperature - ZERO_CELSIUS, -60.0, 0.0))


def aerodynamic_resistance(
    wind: jax.Array, height: jax.Array, heat_roughness: jax.Array | float = 2.302585, above: float = 10.0
) -> jax.Array:
    """Resistance of the air [s m-1] over plants of a `height` [m], wind [m s-1] taken `above` metres over them.

    Neutral logarithmic profile, displacement 2/3 and roughness .123 of the height (FAO-56, eq. 4);
    `heat_roughness` is log(z0m/z0h). Wind below 0.5 m s-1 still mixes.
    """
    profile = log((height / 3.0 + above) / (0.123 * height))
    return (
        profile
        * (profile + heat_roughness)
        / (_VON_KARMAN**2 * smooth_positive(wind - 0.5, 0.3) + 0.5 * _VON_KARMAN**2)
    )


def penman_monteith(
    available: jax.Array, vpd: jax.Array, air: AirState, aerodynamic: jax.Array, surface: jax.Array
) -> jax.Array:
    """Latent heat flux [W m-2] of a surface of conductance `surface` [m s-1], for energy [W m-2] and deficit [Pa].

    (s A + rho cp D ga) gs / (s gs + gamma (gs + ga)), with ga = 1 / `aerodynamic` [s m-1] (Monteith 1965).
    """
    ga = 1.0 / aerodynamic
    drive = air.slope * available + air.density * HEAT_CAPACITY * vpd * ga
    return drive * surface / (air.slope * surface + air.psychrometric * (surface + ga))


def equilibrium_evaporation(
    available: jax.Array, air: AirState, coefficient: jax.Array | float = 1.0
) -> jax.Array:
    """Evaporation [kg m-2 s-1] into air that it moistens itself: s / (s + gamma) A / lambda times a coefficient.

    With 1.26 that of Priestley and Taylor (1972).
    """
    share = air.slope / (air.slope + air.psychrometric)
    return coefficient * share * smooth_positive(available, 0.5) / air.latent_heat


def surface_albedo(seen: jax.Array, snow_cover: jax.Array | float, params: EnergyParams) -> jax.Array:
    """Share of sunlight sent back [1]; `seen` is the share of ground seen through the leaves, snow covers 0..1.

    Short plants are buried by snow: the part of them that stays out falls as exp(-0.5 m / height).
    """
    bare = open_ground(seen, snow_cover, params.canopy_height)
    canopy = params.canopy_albedo + snow_cover * (params.canopy_snow_albedo - params.canopy_albedo)
    ground = params.soil_albedo + snow_cover * (params.snow_albedo - params.soil_albedo)
    return canopy + bare * (ground - canopy)


def daily(
    rsds: jax.Array,
    day_length: jax.Array,
    tas: jax.Array,
    tasmin: jax.Array,
    tasmax: jax.Array,
    vpd: jax.Array,
    pressure: jax.Array,
    wind: jax.Array,
    lai: jax.Array,
    canopy_conductance: jax.Array,
    surface_wetness: jax.Array,
    params: EnergyParams,
    *,
    clearness: jax.Array | float = 0.5,
    snow_cover: jax.Array | float = 0.0,
    rlds: jax.Array | None = None,
    ground: jax.Array | float = 0.0,
    vpd_mean_over: str = "day",
) -> EnergyFluxes:
    """A day's energy and the water it could evaporate, all (cell,).

    Means of 24 h: `rsds`, `rlds` (if known; else from air and `clearness` 0..1), `ground` (into the soil)
    [W m-2], temperatures [K], `vpd` (as in `radiation.daylight_vpd`), pressure [Pa], wind [m s-1];
    `canopy_conductance` [mol m-2 s-1] is the daylight's; wetness of the top soil and snow cover 0..1.
    """
    share = larger(day_length / SECONDS_PER_DAY, 0.02)
    saturated = radiation.saturation_vapour_pressure(tas)
    air = air_state(tas, pressure, saturated)
    seen = jnp.exp(-params.light_extinction * lai)
    albedo = surface_albedo(seen, snow_cover, params)
    if rlds is None:
        rlds = radiation.downward_longwave(tas, larger(saturated - vpd, 1.0), clearness)
    longwave = params.emissivity * (rlds - STEFAN_BOLTZMANN * tas**4)
    shortwave = (1.0 - albedo) * rsds
    warm = tas + (radiation.DAYLIGHT_MEAN_PLACE - 0.5) * (tasmax - tasmin)
    dry = radiation.daylight_vpd(vpd, tas, tasmin, tasmax, warm[None], vpd_mean_over)[0]
    resistance = aerodynamic_resistance(wind, params.canopy_height, params.heat_roughness)
    all_day = shortwave + longwave
    canopy, soil = _by_day(
        shortwave / share + longwave, seen, dry, air, resistance, ground,
        canopy_conductance * (GAS_CONSTANT * tas / pressure), lai, surface_wetness, params,
    )  # fmt: skip
    over_ice = smooth_positive(vpd - saturated * (1.0 - ice_over_water(tas)), 1.0)
    over_snow = wind_over_snow(wind, lai, params.canopy_height)
    wet, snow, branches = _of_water_and_snow(all_day, seen, vpd, over_ice, air, resistance, over_snow)
    bare = 1.0 - snow_cover
    heat_capacity = air.density * HEAT_CAPACITY
    sublimation_heat = air.latent_heat + _FUSION
    radiative = 4.0 * params.emissivity * STEFAN_BOLTZMANN * tas**3
    fluxes = EnergyFluxes(
        all_day, share * canopy / air.latent_heat, share * bare * soil / air.latent_heat,
        jnp.where(lai > 0.0, wet, 0.0) / air.latent_heat, snow_cover * snow / sublimation_heat,
        all_day, all_day, all_day, tas, albedo, resistance, heat_capacity, air.latent_heat,
        _BUOYANCY / (tas * (smooth_positive(wind - 0.5, 0.3) + 0.5) ** 2), radiative,
        1.0 / (heat_capacity / (resistance + params.understory_resistance * lai) + radiative),
        branches / sublimation_heat,
    )  # fmt: skip
    evaporation = fluxes.transpiration_potential + fluxes.soil_evaporation_potential
    return close(fluxes, tas, evaporation, fluxes.sublimation_potential, ground)


def _by_day(
    available: jax.Array,
    seen: jax.Array,
    vpd: jax.Array,
    air: AirState,
    resistance: jax.Array,
    ground: jax.Array | float,
    conductance: jax.Array,
    lai: jax.Array,
    wetness: jax.Array,
    params: EnergyParams,
) -> tuple[jax.Array, jax.Array]:
    """Latent heat [W m-2] of leaves and of the ground that is `seen` between them, in the hours of light."""
    leaves = penman_monteith(
        smooth_positive((1.0 - seen) * available, 1.0), vpd, air, resistance, conductance
    )
    below = seen * available * (1.0 - params.ground_share) - ground
    return leaves, _soil(below, vpd, air, resistance, lai, wetness, params)


def _of_water_and_snow(
    available: jax.Array,
    seen: jax.Array,
    vpd: jax.Array,
    over_ice: jax.Array,
    air: AirState,
    resistance: jax.Array,
    over_snow: jax.Array,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Latent heat [W m-2] of wet leaves, of snow between and of snow on them, through day and night; `vpd` is the
    deficit of the air over water, `over_ice` that over ice [Pa], `over_snow` the wind there [m s-1]."""
    of_leaves = smooth_positive((1.0 - seen) * available, 1.0)
    wet = _open_water(of_leaves, vpd, air, resistance)
    above_snow = _SNOW_ROUGHNESS_RESISTANCE / (over_snow + 0.5)
    snow = _open_water(smooth_positive(seen * available, 1.0), over_ice, air, above_snow)
    return wet, snow, _open_water(of_leaves, over_ice, air, resistance)


def _soil(
    available: jax.Array,
    vpd: jax.Array,
    air: AirState,
    above: jax.Array,
    lai: jax.Array,
    wetness: jax.Array,
    params: EnergyParams,
) -> jax.Array:
    """Latent heat flux of the soil by day [W m-2]; its resistance is that of litter and exp(a - b wetness) (Sellers
    et al. 1992)."""
    soil = jnp.exp(params.soil_resistance - params.soil_resistance_fall * wetness)
    surface = 1.0 / (soil + params.litter_resistance)
    aerodynamic = above + params.understory_resistance * lai
    return penman_monteith(smooth_positive(available, 1.0), vpd, air, aerodynamic, surface)


def _open_water(available: jax.Array, vpd: jax.Array, air: AirState, aerodynamic: jax.Array) -> jax.Array:
    """Penman's latent heat flux [W m-2] of a surface that holds nothing back."""
    drive = air.slope * available + air.density * HEAT_CAPACITY * larger(vpd, 0.0) / aerodynamic
    return drive / (air.slope + air.psychrometric)


def close(
    fluxes: EnergyFluxes,
    tas: jax.Array,
    evaporation: jax.Array,
    sublimation: jax.Array | float = 0.0,
    ground: jax.Array | float = 0.0,
) -> EnergyFluxes:
    """The energy balance for the water that did evaporate and sublimate [kg m-2 s-1]; sensible heat is the rest.

    The surface is warmer than the air by the sensible heat over rho cp / r + 4 eps sigma T^3, for it radiates more as
    well (Monteith and Unsworth 2013, ch. 13), held within 15 K; a warm one stirs the air. Heat that the ground takes
    beyond `ground` cools it by `over_ground` per W m-2, a resistance on its way down.
    """
    latent = fluxes.latent_heat * evaporation + (fluxes.latent_heat + _FUSION) * sublimation
    ground = jnp.broadcast_to(ground, jnp.shape(latent)).astype(latent.dtype)
    sensible = fluxes.net_radiation - latent - ground
    excess = 15.0 * jnp.tanh(_warmth(sensible, fluxes) * (1.0 / 15.0))
    return fluxes._replace(latent=latent, sensible=sensible, ground=ground, surface_temperature=tas + excess)


def _warmth(sensible: jax.Array, fluxes: EnergyFluxes) -> jax.Array:
    """Warmth of the surface over the air [K] that carries off the sensible heat [W m-2].

    With 5 Ri growing with the warmth, the resistance falls as (1 + 5 Ri)^-0.75 over a warm surface (Choudhury and
    Monteith 1988, Q. J. R. Meteorol. Soc. 114, 373), solved within a tenth. Over a cold one it stays: their branch
    for stable air takes the air above the inversion, while that of a screen is within it.
    """
    neutral = sensible / (fluxes.heat_capacity / fluxes.resistance + fluxes.radiative)
    return neutral * jnp.exp(-0.75 / 1.75 * log(1.0 + fluxes.convection * larger(neutral, 0.0)))
