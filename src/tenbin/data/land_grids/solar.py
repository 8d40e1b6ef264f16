"""Sunlight at the top of the air and the length of the day, from latitude and the day of the year alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tenbin.core.constants import SECONDS_PER_DAY

__all__ = [
    "SOLAR_CONSTANT",
    "day_length",
    "declination",
    "momentary",
    "sin_noon_elevation",
    "top_of_atmosphere",
]

Floats = npt.NDArray[np.float64]

SOLAR_CONSTANT = 1361.0
"""Total solar irradiance [W m-2], Kopp and Lean 2011, Geophys. Res. Lett. 38, L01706: 1360.8 rounded."""


def _year_angle(day_of_year: npt.ArrayLike) -> Floats:
    return np.asarray(2.0 * np.pi * (np.asarray(day_of_year, dtype=float) - 1.0) / 365.2422)


def declination(day_of_year: npt.ArrayLike) -> Floats:
    """Declination of the sun [radian] on a day of the year (1 to 366); Spencer 1971, Search 2, 172.

    >>> bool(abs(np.degrees(declination(172)) - 23.45) < 0.05)
    True
    """
    t = _year_angle(day_of_year)
    first = 0.006918 - 0.399912 * np.cos(t) + 0.070257 * np.sin(t)
    second = -0.006758 * np.cos(2 * t) + 0.000907 * np.sin(2 * t)
    return np.asarray(first + second - 0.002697 * np.cos(3 * t) + 0.00148 * np.sin(3 * t))


def _distance_factor(day_of_year: npt.ArrayLike) -> Floats:
    """(mean distance / distance)^2 between Earth and sun; Spencer 1971."""
    t = _year_angle(day_of_year)
    first = 1.000110 + 0.034221 * np.cos(t) + 0.001280 * np.sin(t)
    return np.asarray(first + 0.000719 * np.cos(2 * t) + 0.000077 * np.sin(2 * t))


def _sunset_angle(latitude: npt.ArrayLike, day_of_year: npt.ArrayLike) -> Floats:
    """Hour angle of sunset [radian]: 0 in polar night, pi under the midnight sun."""
    phi = np.radians(np.clip(np.asarray(latitude, dtype=float), -89.999, 89.999))
    return np.arccos(np.clip(-np.tan(phi) * np.tan(declination(day_of_year)), -1.0, 1.0))


def top_of_atmosphere(latitude: npt.ArrayLike, day_of_year: npt.ArrayLike) -> Floats:
    """Mean sunlight of 24 hours on a level plane above the air [W m-2]; latitude [degree], arrays broadcast.

    Allen et al. 1998 (FAO 56), equation 21, with the distance and declination of Spencer 1971.
    """
    angle, phi = _sunset_angle(latitude, day_of_year), np.radians(np.asarray(latitude, dtype=float))
    delta = declination(day_of_year)
    level = angle * np.sin(phi) * np.sin(delta) + np.cos(phi) * np.cos(delta) * np.sin(angle)
    return np.asarray(np.maximum(SOLAR_CONSTANT / np.pi * _distance_factor(day_of_year) * level, 0.0))


def momentary(
    latitude: npt.ArrayLike, longitude: npt.ArrayLike, day_of_year: npt.ArrayLike, hour: npt.ArrayLike
) -> Floats:
    """Sunlight on a level plane above the air [W m-2] at an `hour` of universal time; degrees, arrays broadcast.

    The equation of time, at most 17 minutes, is left out.
    """
    delta, phi = declination(day_of_year), np.radians(np.asarray(latitude, dtype=float))
    angle = np.radians(15.0 * (np.asarray(hour, dtype=float) - 12.0) + np.asarray(longitude, dtype=float))
    high = np.sin(phi) * np.sin(delta) + np.cos(phi) * np.cos(delta) * np.cos(angle)
    return np.asarray(SOLAR_CONSTANT * _distance_factor(day_of_year) * np.maximum(high, 0.0))


def day_length(latitude: npt.ArrayLike, day_of_year: npt.ArrayLike) -> Floats:
    """Time between sunrise and sunset of the sun's centre [s], 0 to 86400; refraction is left out."""
    return np.asarray(_sunset_angle(latitude, day_of_year) / np.pi * float(SECONDS_PER_DAY))


def sin_noon_elevation(latitude: npt.ArrayLike, day_of_year: npt.ArrayLike) -> Floats:
    """Sine of the height of the sun at noon [1], not below 0."""
    phi, delta = np.radians(np.asarray(latitude, dtype=float)), declination(day_of_year)
    return np.asarray(np.maximum(np.cos(phi - delta), 0.0))
