"""Snow on the ground: what falls as snow, how the pack settles, insulates, melts and sublimates."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import GRAVITY, SECONDS_PER_DAY, ZERO_CELSIUS, Constant
from tenbin.core.params import param
from tenbin.land.smoothing import smooth_maximum, smooth_minimum, smooth_positive, smooth_step

__all__ = ["LATENT_HEAT_OF_FUSION", "SnowFluxes", "SnowParams", "SnowState", "partition", "step"]

LATENT_HEAT_OF_FUSION = Constant(3.34e5, "J kg-1", "ice at 0 degC, IAPWS R10-06, rounded")
DENSEST_SNOW = Constant(550.0, "kg m-3", "firn; Anderson 1976, NOAA Tech. Rep. NWS 19")

_PELLICCIOTTI = "Pellicciotti et al. 2005, J. Glaciol. 51, 573"
_ANDERSON = "Anderson 1976, NOAA Tech. Rep. NWS 19; values of Essery et al. 2013, Adv. Water Resour. 55, 131"


class SnowParams(eqx.Module):
    """What a calibration may touch in the snow."""

    rain_snow_temperature: jax.Array = param(
        274.15,
        "K",
        bounds=(271.15, 277.15),
        prior_sd=0.7,
        source="Jennings et al. 2018, Nat. Commun. 9, 1148",
    )
    rain_snow_range: jax.Array = param(
        0.8, "K", bounds=(0.2, 3.0), prior_sd=0.3, source="Jennings et al. 2018, spread over stations"
    )
    degree_day_factor: jax.Array = param(
        1.2, "kg m-2 d-1 K-1", bounds=(0.1, 8.0), prior_sd=0.8, source=_PELLICCIOTTI, transform="log"
    )
    shortwave_melt: jax.Array = param(
        0.65,
        "1",
        bounds=(0.05, 1.0),
        prior_sd=0.2,
        source="own choice: part of absorbed radiation that melts, 0.87 in " + _PELLICCIOTTI,
    )
    melt_temperature: jax.Array = param(
        273.15,
        "K",
        bounds=(270.15, 276.15),
        prior_sd=0.7,
        source="own choice: threshold of melt, a daily mean; 1 degC of hours in " + _PELLICCIOTTI,
    )
    melt_range: jax.Array = param(
        1.0, "K", bounds=(0.1, 4.0), prior_sd=0.4, source="width of the daily cycle about the threshold"
    )
    compaction_rate: jax.Array = param(
        2.8e-6, "s-1", bounds=(2e-7, 2e-5), prior_sd=1.4e-6, source=_ANDERSON, transform="log"
    )
    viscosity: jax.Array = param(
        3.7e7, "kg m-1 s-1", bounds=(3e6, 4e8), prior_sd=2e7, source=_ANDERSON, transform="log"
    )
    fresh_albedo: jax.Array = param(
        0.84, "1", bounds=(0.6, 0.95), prior_sd=0.05, source="Verseghy 1991, Int. J. Climatol. 11, 111"
    )
    old_albedo: jax.Array = param(
        0.50, "1", bounds=(0.3, 0.75), prior_sd=0.08, source="Verseghy 1991, Int. J. Climatol. 11, 111"
    )
    cover_depth: jax.Array = param(
        0.025,
        "m",
        bounds=(0.005, 0.2),
        prior_sd=0.02,
        source="Niu and Yang 2007, J. Geophys. Res. 112, D21101",
    )
    conductivity_scale: jax.Array = param(
        1.0,
        "1",
        bounds=(0.3, 3.0),
        prior_sd=0.3,
        source="Calonne et al. 2011, Geophys. Res. Lett. 38, L23501, spread",
        transform="log",
    )
    drifted_density: jax.Array = param(
        [70.0, 70.0, 80.0, 80.0, 80.0, 80.0, 80.0, 170.0, 200.0, 200.0, 250.0, 200.0, 250.0],
        "kg m-3",
        bounds=(50.0, 400.0),
        prior_sd=40.0,
        source="least density of new snow once wind has packed it; with settling it gives the 0.2 of taiga and"
        " 0.3 to 0.35 of tundra and prairie: Sturm et al. 2010, J. Hydrometeorol. 11, 1380",
    )


class SnowState(NamedTuple):
    """The pack: mass [kg m-2] and density [kg m-3], each (cell,)."""

    mass: jax.Array
    density: jax.Array


class SnowFluxes(NamedTuple):
    """What the pack gives in a step and how it looks at its end, each (cell,)."""

    melt: jax.Array
    """[kg m-2 s-1]"""
    sublimation: jax.Array
    """[kg m-2 s-1]"""
    cover: jax.Array
    """Part of the ground under snow [0..1]."""
    depth: jax.Array
    """[m]"""
    resistance: jax.Array
    """Thermal resistance [m2 K W-1] of the whole pack; 0 without snow."""
    albedo: jax.Array
    """Of the snow itself [0..1]."""


def partition(precipitation: jax.Array, tas: jax.Array, params: SnowParams) -> tuple[jax.Array, jax.Array]:
    """Rain and snowfall [kg m-2 s-1] of precipitation [kg m-2 s-1] at air temperature [K]; they sum to it.

    A logistic curve of temperature (Jennings et al. 2018, Nat. Commun. 9, 1148).
    """
    frozen = jax.nn.sigmoid((params.rain_snow_temperature - tas) / params.rain_snow_range)
    snowfall = precipitation * frozen
    return precipitation - snowfall, snowfall


def step(
    state: SnowState,
    snowfall: jax.Array,
    rain: jax.Array,
    tas: jax.Array,
    rsds: jax.Array,
    sublimation_potential: jax.Array,
    params: SnowParams,
    *,
    dt: float = float(SECONDS_PER_DAY),
) -> tuple[SnowState, SnowFluxes]:
    """The pack after `dt` [s] of snowfall and rain through it [kg m-2 s-1], air at `tas` [K], shortwave `rsds` at the
    snow [W m-2] and potential sublimation [kg m-2 s-1], each (cell,).

    New mass = old mass + dt (snowfall - sublimation - melt). Rain is no part of the pack: it only warms it.
    """
    mass = state.mass + dt * snowfall
    density = _settled(state, dt * snowfall, tas, params, dt)
    albedo = _albedo(density, params)
    sublimation = smooth_minimum(mass, dt * sublimation_potential)
    mass = mass - sublimation
    melt = smooth_minimum(mass, dt * _melt_potential(tas, rain, (1.0 - albedo) * rsds, params))
    mass = mass - melt
    depth = mass / density
    fluxes = SnowFluxes(
        melt=melt / dt,
        sublimation=sublimation / dt,
        cover=jnp.tanh(depth * _FRESH / (params.cover_depth * density)),
        depth=depth,
        resistance=depth / (params.conductivity_scale * conductivity(density)),
        albedo=albedo,
    )
    return SnowState(mass, density), fluxes


_FRESH = 100.0  # kg m-3, density of fresh snow to which cover and albedo refer (Niu and Yang 2007)


def conductivity(density: jax.Array) -> jax.Array:
    """Thermal conductivity [W m-1 K-1] of snow of a density [kg m-3]: 0.024 - 1.23e-4 r + 2.5e-6 r^2.

    Calonne et al. 2011 (Geophys. Res. Lett. 38, L23501), from images of snow; needles heated in the pack
    (Sturm et al.
    1997) read a third less than plates do (Riche and Schneebeli 2013, Cryosphere 7, 217).
    """
    return 0.024 + density * (2.5e-6 * density - 1.23e-4)


def _melt_potential(tas: jax.Array, rain: jax.Array, absorbed: jax.Array, params: SnowParams) -> jax.Array:
    """Melt [kg m-2 s-1] that the weather could do: warm air, absorbed sun, heat of rain (Pellicciotti 2005)."""
    warm = tas - params.melt_temperature
    degrees = smooth_positive(warm, params.melt_range)
    by_air = params.degree_day_factor * degrees * (1.0 / float(SECONDS_PER_DAY))
    by_sun = params.shortwave_melt * smooth_step(warm, params.melt_range) * absorbed
    by_rain = 4186.0 * degrees * rain
    # below the threshold the tail of the smooth degrees must not eat a polar pack
    return by_air * smooth_step(warm, params.melt_range) + (by_sun + by_rain) * (
        1.0 / float(LATENT_HEAT_OF_FUSION)
    )


def _settled(state: SnowState, fresh: jax.Array, tas: jax.Array, params: SnowParams, dt: float) -> jax.Array:
    """Density [kg m-3] after the old pack has settled by metamorphism and load and fresh snow lies on it.

    Rates of Anderson 1976 as in Essery et al. 2013, table 3; fresh snow by Hedstrom and Pomeroy 1998 (Hydrol.
    Process. 12, 1611).
    """
    below = smooth_positive(float(ZERO_CELSIUS) - tas, 0.5)
    cold = jnp.exp(-0.042 * below)
    ageing = params.compaction_rate * cold * jnp.exp(-0.046 * smooth_positive(state.density - 150.0, 5.0))
    # the viscosity grows with cold by about the square of the ageing rate (0.081 against 0.042 per kelvin)
    load = (
        0.5
        * float(GRAVITY)
        * (state.mass + fresh)
        * cold
        * cold
        * jnp.exp(-0.018 * state.density)
        / params.viscosity
    )
    settled = smooth_minimum(
        state.density * (1.0 + dt * (ageing + load)), jnp.full_like(tas, 1.0) * _CEILING, 0.999
    )
    new = 67.9 + 51.3 * jnp.exp(smooth_positive(-below + 5.0, 1.0) * (1.0 / 2.6) - 5.0 / 2.6)
    new = smooth_maximum(new, params.drifted_density, 5.0)
    trace = 1e-6
    return (state.mass + fresh + trace) / (state.mass / settled + (fresh + trace) / new)


_CEILING = float(DENSEST_SNOW)


def _albedo(density: jax.Array, params: SnowParams) -> jax.Array:
    """Albedo of snow [0..1], density standing for its age: fresh at 100, old at 400 kg m-3."""
    age = jax.nn.sigmoid((density - 250.0) * (1.0 / 50.0))
    return params.fresh_albedo + age * (params.old_albedo - params.fresh_albedo)
