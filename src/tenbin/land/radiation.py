"""Sun and sky: light at the top of the air, the course of light, warmth and dryness over a day, the sky's warmth.

Angles come in degrees of latitude and days of the year; everything else is SI. Sun and earth follow FAO-56
(Allen et al. 1998, FAO Irrigation and Drainage Paper 56, chapter 3).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import SECONDS_PER_DAY, STEFAN_BOLTZMANN, ZERO_CELSIUS
from tenbin.core.limits import larger, within
from tenbin.core.logarithm import log

__all__ = [
    "AirCourse",
    "Daylight",
    "LightCourse",
    "Point",
    "PointTable",
    "SolarGeometry",
    "air_at",
    "air_course",
    "clear_sky_emissivity_brutsaert",
    "clear_sky_emissivity_prata",
    "clearness_index",
    "cloud_corrected_emissivity",
    "cloud_fraction",
    "daylight",
    "daylight_place",
    "daylight_temperature",
    "daylight_vpd",
    "diffuse_fraction",
    "downward_longwave",
    "gauss_points",
    "inverse_relative_distance",
    "light_at",
    "light_course",
    "night_temperature",
    "saturation_vapour_pressure",
    "solar_declination",
    "solar_geometry",
    "top_of_atmosphere",
]

SOLAR_CONSTANT = 0.0820e6 / 60.0
"""Light of the sun at the earth's mean distance [W m-2]: 0.0820 MJ m-2 min-1 (FAO-56, eq. 21)."""

_TERMS = 8
"""Terms of the cosine series in `daylight`; the next would be below 1e-5 even for a day of 24 h."""
_COSINE_SERIES = np.array([(-1.0) ** (k + 1) / math.factorial(2 * k) for k in range(1, _TERMS + 1)])
"""Coefficients of (1 - cos H) in powers of H^2 [1]."""

_DELAY_HOURS = 1.86
"""Delay of the warmest hour after noon [h] (Parton and Logan 1981, Agric. Meteorol. 23, 205)."""
_NIGHT_PLACE = 0.27
"""Mean place of the night's temperature between the day's extremes [1]: 12 h of night beside `daylight_place`."""

DAYLIGHT_MEAN_PLACE = 0.724
"""Mean place of the daylight's temperature between the day's extremes [1], the integral of `daylight_place`."""


class SolarGeometry(NamedTuple):
    """A day's sun above a place: light at the top of the air [W m-2, mean of 24 h], day length [s], noon sine [1]."""

    top_of_atmosphere: jax.Array
    day_length: jax.Array
    sin_noon_elevation: jax.Array


class LightCourse(NamedTuple):
    """The daylight at quadrature points (point, cell): light over its daytime mean [1] and sine of elevation [1].

    `weight` (point, 1) sums to 1, and the weighted mean of `relative` is 1: no light is lost or made.
    `position` holds the points' place between noon (0) and sunset (1), plain numbers.
    """

    relative: jax.Array
    sin_elevation: jax.Array
    weight: jax.Array
    position: tuple[float, ...]


def solar_declination(day_of_year: jax.Array) -> jax.Array:
    """Declination of the sun [rad] on a day of the year [1..366] (FAO-56, eq. 24)."""
    return 0.409 * jnp.sin(2.0 * math.pi / 365.0 * day_of_year - 1.39)


def inverse_relative_distance(day_of_year: jax.Array) -> jax.Array:
    """Square of mean over actual distance of earth and sun [1] (FAO-56, eq. 23)."""
    return 1.0 + 0.033 * jnp.cos(2.0 * math.pi / 365.0 * day_of_year)


def solar_geometry(latitude: jax.Array, day_of_year: jax.Array) -> SolarGeometry:
    """Light at the top of the air, day length and noon height of the sun; latitude [deg north], -90..90.

    FAO-56, eqs 21, 25 and 34; in polar night the light and the day length are zero.
    """
    declination = solar_declination(day_of_year)
    phi = jnp.deg2rad(latitude)
    constant = jnp.sin(phi) * jnp.sin(declination)
    swing = jnp.cos(phi) * jnp.cos(declination)
    # The bound keeps arccos differentiable where the sun does not set or rise.
    cosine = within(-constant / larger(swing, 1e-6), -1.0 + 1e-7, 1.0 - 1e-7)
    half_day = jnp.arccos(cosine)
    mean_sine = larger((half_day * constant + swing * jnp.sin(half_day)) / math.pi, 0.0)
    light = SOLAR_CONSTANT * inverse_relative_distance(day_of_year) * mean_sine
    noon = larger(constant + swing, 0.0)
    return SolarGeometry(light, SECONDS_PER_DAY / math.pi * half_day, noon)


def clearness_index(rsds: jax.Array, at_top: jax.Array) -> jax.Array:
    """Share of the light at the top of the air that reaches the ground, 0..1 [1]; 0 in polar night."""
    return within(rsds / larger(at_top, 1.0), 0.0, 1.0)


def top_of_atmosphere(day_length: jax.Array, sin_noon_elevation: jax.Array) -> jax.Array:
    """Light at the top of the air [W m-2, mean of 24 h] from day length [s] and noon height, at mean distance.

    The sine of elevation goes as cos(h) - cos(H), H the half day as an angle, so that these two fix the day.
    """
    half_day = within(math.pi / SECONDS_PER_DAY * day_length, 0.05, math.pi)
    cosine = jnp.cos(half_day)
    mean_sine = sin_noon_elevation * (jnp.sin(half_day) - half_day * cosine) / (1.0 - cosine)
    return SOLAR_CONSTANT / math.pi * mean_sine


class Daylight(NamedTuple):
    """A day's course of light, to be read at its points by `light_at`, each (cell,).

    `square` is that of the half day as an angle, `brightness` one over the mean and `height` the sine of noon over
    the top of the series.
    """

    square: jax.Array
    brightness: jax.Array
    height: jax.Array


class PointTable(NamedTuple):
    """Gauss points of half a day: plain numbers (point,), place from noon (0) to sunset (1), share of the swing of
    temperature above its mean, weight; and (point, order) what is left of the cosine series at a place."""

    place: np.ndarray
    warmth: np.ndarray
    weight: np.ndarray
    series: np.ndarray


class Point(NamedTuple):
    """One row of a `PointTable` as arrays, each () but the (order,) `series`."""

    place: jax.Array
    warmth: jax.Array
    weight: jax.Array
    series: jax.Array


def gauss_points(points: int) -> PointTable:
    """Points of Gauss and Legendre between noon and sunset; the weights sum to 1."""
    nodes, weights = np.polynomial.legendre.leggauss(points)
    place = 0.5 * (nodes + 1.0)
    warmth = np.array([daylight_place(float(x)) - 0.5 for x in place])
    series = _COSINE_SERIES * (1.0 - place[:, None] ** (2 * np.arange(1, _TERMS + 1)))
    return PointTable(place, warmth, 0.5 * weights, series)


def daylight(day_length: jax.Array, sin_noon_elevation: jax.Array, table: PointTable) -> Daylight:
    """The course of light of a day of `day_length` [s] with a noon of given sine, for the points of `table`.

    With h the hour angle and H that of sunset, sin(elevation) = sin(noon) (cos h - cos H) / (1 - cos H), exact
    for a sun that sets; for a day of 24 h it is taken to graze the horizon at midnight. The cosines are a
    series in H^2, which costs little and stays exact as H goes to 0, where the shape becomes 1 - (h/H)^2.
    """
    square = (math.pi / SECONDS_PER_DAY * day_length) ** 2
    mean = _polynomial(table.weight @ table.series, square)
    return Daylight(square, 1.0 / mean, sin_noon_elevation / _polynomial(_COSINE_SERIES, square))


def light_at(day: Daylight, series: np.ndarray | jax.Array) -> tuple[jax.Array, jax.Array]:
    """Light over its daytime mean [1] and sine of the sun's elevation at a point, whose `series` is (order,)."""
    shape = _polynomial(series, day.square)
    return shape * day.brightness, shape * day.height


def light_course(day_length: jax.Array, sin_noon_elevation: jax.Array, points: int = 3) -> LightCourse:
    """Daylight at all Gauss points between noon and sunset (the morning mirrors the afternoon), `points` static."""
    table = gauss_points(points)
    day = daylight(day_length, sin_noon_elevation, table)
    relative, height = zip(*(light_at(day, row) for row in table.series), strict=True)
    column = np.reshape(table.weight, (-1, *[1] * jnp.ndim(day.square)))
    return LightCourse(
        jnp.stack(relative),
        jnp.stack(height),
        jnp.asarray(column, day.square.dtype),
        tuple(float(x) for x in table.place),
    )


def _polynomial(coefficients: np.ndarray | jax.Array, x: jax.Array) -> jax.Array:
    """Polynomial in x by Horner's rule; coefficients (order,), the lowest first."""
    total = jnp.broadcast_to(jnp.asarray(coefficients[-1], x.dtype), x.shape)
    for i in range(len(coefficients) - 2, -1, -1):
        total = total * x + jnp.asarray(coefficients[i], x.dtype)
    return total


def diffuse_fraction(clearness: jax.Array) -> jax.Array:
    """Share of the day's light that comes from the whole sky rather than from the sun [1], .17 to 1.

    A logistic curve through the piecewise daily relation of Spitters et al. (1986, Agric. For. Meteorol. 38, 217),
    within .037 of it between clearness 0.1 and 0.75; smooth, as in Ridley et al. (2010, Renew. Energy 35, 478).
    """
    return 0.17 + 0.83 / (1.0 + jnp.exp(8.4 * (clearness - 0.508)))


def saturation_vapour_pressure(temperature: jax.Array) -> jax.Array:
    """Vapour pressure over water [Pa] at a temperature [K] (FAO-56, eq. 11: Magnus form of Tetens)."""
    celsius = larger(temperature - ZERO_CELSIUS, -100.0)
    return 610.8 * jnp.exp(17.27 * celsius / (celsius + 237.3))


def cloud_fraction(clearness: jax.Array | float) -> jax.Array:
    """Share of sky under cloud, 0..1 [1], from the clearness index: 0 at 0.75, 1 at 0.25.

    Inverts Angstrom's line rsds / top = .25 + .50 n of FAO-56 eq. 35 with its n as the cloudless share.
    """
    return within(1.0 - (clearness - 0.25) / 0.50, 0.0, 1.0)


def clear_sky_emissivity_brutsaert(vapour_pressure: jax.Array, temperature: jax.Array) -> jax.Array:
    """Emissivity of a cloudless sky [1]: 1.24 (e/T)^(1/7), e in hPa (Brutsaert 1975, Water Resour. Res. 11, 742)."""
    ratio = larger(0.01 * vapour_pressure, 1e-4) / temperature
    return 1.24 * jnp.exp(log(ratio) / 7.0)


def clear_sky_emissivity_prata(vapour_pressure: jax.Array, temperature: jax.Array) -> jax.Array:
    """Emissivity of a cloudless sky [1]: 1 - (1 + w) exp(-sqrt(1.2 + 3 w)), w = 46.5 e/T with e in hPa.

    w is the precipitable water in cm (Prata 1996, Q. J. R. Meteorol. Soc. 122, 1127).
    """
    water = 0.465 * vapour_pressure / temperature
    return 1.0 - (1.0 + water) * jnp.exp(-jnp.sqrt(1.2 + 3.0 * water))


def cloud_corrected_emissivity(clear: jax.Array, cloud: jax.Array) -> jax.Array:
    """Emissivity of a sky with a share of cloud [1]: (1 - .84 c) e + .84 c.

    Unsworth and Monteith (1975, Q. J. R. Meteorol. Soc. 101, 13).
    """
    return clear + 0.84 * cloud * (1.0 - clear)


def downward_longwave(
    temperature: jax.Array, vapour_pressure: jax.Array, clearness: jax.Array | float
) -> jax.Array:
    """Longwave light of the sky [W m-2], from air temperature [K], vapour pressure [Pa] and clearness [1]."""
    clear = clear_sky_emissivity_prata(vapour_pressure, temperature)
    emissivity = cloud_corrected_emissivity(clear, cloud_fraction(clearness))
    return STEFAN_BOLTZMANN * emissivity * temperature**4


def daylight_temperature(
    tas: jax.Array, tasmin: jax.Array, tasmax: jax.Array, position: tuple[float, ...]
) -> jax.Array:
    """Temperature [K] (point, cell) at places between noon (0) and sunset (1), mean of morning and afternoon.

    Half a sine from sunrise that peaks 1.86 h after noon (Parton and Logan 1981) in a day of 12 h.
    """
    swing = tasmax - tasmin
    return jnp.stack([tas + (daylight_place(x) - 0.5) * swing for x in position])


def daylight_place(position: float) -> float:
    """Place between the day's extremes: the mean of sin at times mirrored about noon."""
    angle = 0.5 * math.pi * 12.0 / (12.0 + 2.0 * _DELAY_HOURS)
    return math.sin(angle) * math.cos(angle * position)


def night_temperature(tas: jax.Array, tasmin: jax.Array, tasmax: jax.Array) -> jax.Array:
    """Mean temperature of the night [K]."""
    return tas + (_NIGHT_PLACE - 0.5) * (tasmax - tasmin)


def daylight_vpd(
    vpd: jax.Array,
    tas: jax.Array,
    tasmin: jax.Array,
    tasmax: jax.Array,
    temperature: jax.Array,
    mean_over: str = "day",
) -> jax.Array:
    """Vapour pressure deficit [Pa] at daytime temperatures, for a vapour pressure that stays through the day.

    `vpd` is the mean over 24 h (`mean_over` "day") or over the hours of light ("daylight", then `temperature`
    are all points). Saturation pressure is expanded about `tas` to third order: within 1 % for a swing of 20 K.
    """
    celsius = larger(tas - ZERO_CELSIUS, -100.0)
    steep = 17.27 * 237.3 / (celsius + 237.3) ** 2
    saturated = saturation_vapour_pressure(tas)
    relative = _exponential(steep * (temperature - tas))
    half = 0.5 * steep * (tasmax - tasmin)
    mean = 1.0 + 0.5 * half * half if mean_over == "day" else jnp.mean(relative, axis=0)
    return larger(vpd + saturated * (relative - mean), 20.0)


class AirCourse(NamedTuple):
    """A day's course of temperature and deficit, to be read by `air_at`, each (cell,): temperature and its swing
    [K], saturation pressure at the mean and deficit beyond it [Pa], log change of saturation over the swing [1]."""

    tas: jax.Array
    swing: jax.Array
    saturated: jax.Array
    beyond: jax.Array
    rise: jax.Array


def air_course(
    vpd: jax.Array,
    tas: jax.Array,
    tasmin: jax.Array,
    tasmax: jax.Array,
    table: PointTable,
    mean_over: str = "day",
) -> AirCourse:
    """The course of air of a day, in [K] and [Pa]; the deficit `vpd` and `mean_over` as in `daylight_vpd`."""
    celsius, swing = larger(tas - ZERO_CELSIUS, -100.0), tasmax - tasmin
    rise = 17.27 * 237.3 / (celsius + 237.3) ** 2 * swing
    saturated = saturation_vapour_pressure(tas)
    if mean_over == "day":
        mean = 1.0 + 0.125 * rise * rise
    else:
        first, second, third = (float(np.mean(table.warmth**k)) for k in (1, 2, 3))
        mean = 1.0 + rise * (first + 0.5 * rise * (second + third * rise / 3.0))
    return AirCourse(tas, swing, saturated, vpd - saturated * mean, rise)


def air_at(course: AirCourse, warmth: jax.Array | float) -> tuple[jax.Array, jax.Array]:
    """Temperature [K] and deficit [Pa] at a point, whose `warmth` is its share of the swing above the mean [1]."""
    deficit = larger(course.beyond + course.saturated * _exponential(warmth * course.rise), 20.0)
    return course.tas + warmth * course.swing, deficit


def _exponential(x: jax.Array) -> jax.Array:
    return 1.0 + x * (1.0 + 0.5 * x * (1.0 + x / 3.0))
