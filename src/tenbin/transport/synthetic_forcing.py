"""What keeps a made-up dry atmosphere moving: sunshine as a temperature to relax to, friction, mountains, seasons.

A dry atmosphere that is pulled towards a temperature of latitude and pressure, and rubbed near the ground (Held and
Suarez 1994, Bull. Amer. Meteor. Soc. 75, 1825), with a stratosphere that grows a polar vortex in winter (Polvani and
Kushner 2002, Geophys. Res. Lett. 29, 1114). There is no water; land is where summers are warm and winters cold, which
draws monsoons and standing waves.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import GRAVITY

__all__ = [
    "ANTARCTICA",
    "DAYS",
    "HILLS",
    "Forcing",
    "Hill",
    "drag",
    "equilibrium_temperature",
    "land_temperature",
    "mountains",
    "relaxation_rate",
    "season",
    "standard_temperature",
]

DAYS = 365
"""Days of the perpetual year."""
DRY_AIR_GAS_CONSTANT = 287.05
"""[J kg-1 K-1], US Standard Atmosphere 1976."""
KAPPA = 2.0 / 7.0
SOLSTICE = 171.0
"""Day of the year, from nought, when the sun stands farthest north (21 June)."""


class Forcing(NamedTuple):
    """What the air is pulled towards, and how fast. Held and Suarez (1994) unless said otherwise."""

    warmest: float = 315.0
    """[K] at the ground, where the season has its maximum."""
    contrast: float = 65.0
    """[K] pole to equator, at the equinox; 60 K in the source, which has the same season for ever."""
    gathered: float = 6.0
    """[K] by which 22 degrees are warmer and 67 colder, so that the contrast is gathered about 45 degrees, where the
    Earth has its storms; own choice."""
    coldest: float = 200.0
    """[K] nothing below the stratosphere is colder at the equator; at the poles it is the standard atmosphere."""
    stability: float = 10.0
    """[K] of potential temperature per unit of log pressure at the equator."""
    farthest: float = 14.0
    """[degrees] latitude of the warmest ground in midsummer, were the season as strong everywhere; own choice. The
    form is that of Lindzen and Hou (1988, J. Atmos. Sci. 45, 2416)."""
    polar_season: float = 0.5
    """Share of the season that is left at the poles; own choice, so that they differ by 31 K."""
    monsoon: float = 15.0
    """[K] by which land is warmer in midsummer and colder in midwinter than its latitude would be, near the ground;
    own choice, from differences of 10 to 20 K between continents and seas in reanalyses at 40 degrees."""
    monsoon_top: float = 0.3
    """Share of surface pressure at which the difference of land and sea ends, linear below; own choice."""
    monsoon_edge: float = 15.0
    """[degrees] scale of latitude within which it grows from nought at the equator; own choice."""
    lag: float = 25.0
    """[d] by which the temperature relaxed to follows the sun; own choice between land and sea."""
    vortex_lapse: float = 4.0
    """[K km-1] by which the polar stratosphere of midwinter cools upwards (Polvani and Kushner 2002)."""
    vortex_edge: float = 50.0
    vortex_width: float = 10.0
    """[degrees] latitude of the edge of the polar vortex and width of the edge (Polvani and Kushner 2002)."""
    stratosphere: float = 1e4
    """[Pa] above this the standard atmosphere and the vortex rule (Polvani and Kushner 2002)."""
    slow: float = 40.0
    fast: float = 4.0
    """[d] times of relaxation, aloft and at the ground of the equator."""
    stratosphere_time: float = 20.0
    """[d] time of relaxation at 100 hPa; above it falls with the fifth root of pressure, to 8 d at 1 hPa. Own choice:
    real air takes some 5 d at 1 hPa and 40 d and more at 100 hPa."""
    friction: float = 1.0
    """[d] time of friction at the ground; it ends where sigma is 0.7."""
    gravity_waves: float = 25.0
    """[d] time of friction at 100 hPa, which stands for the gravity waves that 31 waves around the globe do not draw
    and that help to drive the overturning of the stratosphere; above it falls with the power 0.3 of pressure, as
    waves grow. Own choice, made in sight of the 6e9 kg s-1 that rise through 70 hPa of the tropics in reanalyses and
    of the lifetime of N2O, which is lost where they arrive."""
    held: float = 10.0
    """[d] time in which winds of the tropics are pulled to means of analyses, where those are given; own choice."""
    held_edge: float = 25.0
    """[degrees] latitude where the tropics end in that; own choice."""
    held_warmth: float = 12.0
    """[d] longest time in which temperature is pulled to those means; own choice."""
    held_contrast: float = 8.0
    """[K] by which that temperature is sharpened about 45 degrees, made so that storms have the energy and carry the
    heat of real ones; own choice."""
    sponge: float = 1.0
    sponge_pressure: float = 2e2
    """[d], [Pa] friction at the top and where it begins, so that waves do not come back from it; own choice."""


def season(day: float, lag: float) -> float:
    """1 in northern midsummer, -1 in midwinter, of a day of the year counted from nought."""
    return float(np.cos(2.0 * np.pi * (day - SOLSTICE - lag) / DAYS))


def standard_temperature(pressure: jax.Array) -> jax.Array:
    """US Standard Atmosphere 1976 [K] from 100 hPa to 1 hPa, at a pressure [Pa]."""
    rate = DRY_AIR_GAS_CONSTANT / GRAVITY
    lower = 216.65 * (pressure / 5474.89) ** (-rate * 1e-3)
    upper = 228.65 * (pressure / 868.019) ** (-rate * 2.8e-3)
    middle = jnp.where(pressure > 868.019, lower, upper)
    return jnp.where(pressure > 5474.89, 216.65, jnp.minimum(middle, 270.65))


def equilibrium_temperature(
    sin_lat: jax.Array, pressure: jax.Array, season: jax.Array | float, how: Forcing
) -> jax.Array:
    """Temperature [K] that the air is pulled towards; the arguments are broadcast.

    Below 100 hPa: potential temperature falls with x^2 - 2 s x (1 - (1 - f) x^2), x the sine of latitude, s that of
    the warmest latitude and f the share of the season at the poles, so that its mean over the globe is the same all
    year, down to a floor. Above: the standard atmosphere and, over the pole
    that has winter, the vortex.
    """
    shift = jnp.sin(jnp.radians(how.farthest)) * season
    share = pressure / 1e5
    swing = sin_lat * (1.0 - (1.0 - how.polar_season) * sin_lat**2)
    double = 2.0 * jnp.arcsin(jnp.abs(sin_lat))
    gathered = how.gathered * jnp.sin(double) * jnp.sin(2.0 * double)
    warm = how.warmest + gathered - how.contrast * (sin_lat**2 - 2.0 * shift * swing)
    below = share**KAPPA * (warm - how.stability * jnp.log(share) * (1.0 - sin_lat**2))
    tropopause = standard_temperature(jnp.asarray(how.stratosphere))
    above = _stratosphere(sin_lat, pressure, season, how, tropopause)
    floor = how.coldest + (tropopause - how.coldest) * sin_lat**2
    return jnp.where(pressure < how.stratosphere, above, jnp.maximum(below, floor))


def land_temperature(
    sin_lat: jax.Array, sigma: jax.Array, season: jax.Array | float, land: jax.Array, how: Forcing
) -> jax.Array:
    """What land adds to the temperature [K] that the air is pulled towards; the arguments are broadcast.

    `land` is the share of land less the mean of its latitude [1], so that the mean of a latitude does not change.
    """
    swing = jnp.tanh(jnp.degrees(jnp.arcsin(sin_lat)) / how.monsoon_edge) * season
    depth = jnp.maximum(0.0, (sigma - how.monsoon_top) / (1.0 - how.monsoon_top))
    return how.monsoon * swing * depth * land


def _stratosphere(
    sin_lat: jax.Array, pressure: jax.Array, season: jax.Array | float, how: Forcing, tropopause: jax.Array
) -> jax.Array:
    lat = jnp.degrees(jnp.arcsin(sin_lat))
    polar = 0.5 * (1.0 + jnp.tanh((jnp.abs(lat) - how.vortex_edge) / how.vortex_width))
    winter = polar * jnp.maximum(-season * jnp.sign(lat), 0.0)
    exponent = DRY_AIR_GAS_CONSTANT / GRAVITY * how.vortex_lapse * 1e-3
    cold = tropopause * (pressure / how.stratosphere) ** exponent
    return (1.0 - winter) * standard_temperature(pressure) + winter * cold


def relaxation_rate(sin_lat: jax.Array, sigma: jax.Array, how: Forcing) -> jax.Array:
    """[s-1], fast near the ground of the tropics and in the stratosphere."""
    low = jnp.maximum(0.0, (sigma - 0.7) / 0.3)
    height = jnp.minimum(1e5 * sigma / how.stratosphere, 1.0)
    quick = 1.0 / (how.stratosphere_time * jnp.maximum(height, 1e-3) ** 0.2)
    aloft = jnp.where(sigma < how.stratosphere / 1e5, quick, 1.0 / how.slow)
    return (aloft + (1.0 / how.fast - aloft) * low * (1.0 - sin_lat**2) ** 2) / 86400.0


def drag(sigma: npt.ArrayLike, how: Forcing) -> npt.NDArray[np.float64]:
    """[s-1] friction at the ground, in the stratosphere and in the sponge at the top, at shares `sigma` of surface
    pressure."""
    share = np.asarray(sigma, dtype=float)
    height = np.clip(1e5 * share / how.stratosphere, 1e-2, 1.0)
    waves = np.clip((1.2e4 - 1e5 * share) / 4e3, 0.0, 1.0) / (how.gravity_waves * height**0.3)
    low = np.maximum(0.0, (share - 0.7) / 0.3) / how.friction
    begin = how.sponge_pressure / 1e5
    return np.asarray((low + waves + np.maximum(0.0, 1.0 - share / begin) ** 2 / how.sponge) / 86400.0)


class Hill(NamedTuple):
    """A smooth hill: its middle and its half-widths along latitude and longitude [degrees], its height [m]."""

    lat: float
    lon: float
    tall: float
    wide: float
    height: float


HILLS = (
    Hill(34.0, 90.0, 7.0, 14.0, 3500.0),  # Tibet
    Hill(42.0, -110.0, 10.0, 10.0, 1500.0),  # Rocky Mountains
    Hill(-22.0, -67.0, 14.0, 8.0, 2000.0),  # Andes
    Hill(73.0, -40.0, 8.0, 26.0, 2000.0),  # Greenland
    Hill(8.0, 38.0, 9.0, 8.0, 1200.0),  # Ethiopia
    Hill(-25.0, 25.0, 9.0, 9.0, 1000.0),  # southern Africa
    Hill(33.0, 50.0, 8.0, 9.0, 1200.0),  # Iran
    Hill(60.0, 120.0, 9.0, 18.0, 600.0),  # Siberia
)
"""Rough by intent, and wide enough for 31 waves around the globe to draw without ripples; own reading of a map."""
ANTARCTICA = 2500.0
"""[m] height of its dome."""


def mountains(
    lat: npt.NDArray[np.float64],
    lon: npt.NDArray[np.float64],
    hills: tuple[Hill, ...] = HILLS,
    dome: float = ANTARCTICA,
) -> npt.NDArray[np.float64]:
    """Height [m] of the ground at `lat`, `lon` [degrees], broadcast: hills and a dome at the south pole."""
    height = dome / (1.0 + np.exp((lat + 75.0) / 4.0)) + 0.0 * lon
    for hill in hills:
        away = (lon - hill.lon + 180.0) % 360.0 - 180.0
        height = height + hill.height * np.exp(
            -(((lat - hill.lat) / hill.tall) ** 2) - (away / hill.wide) ** 2
        )
    return np.asarray(height)
