"""Sunlight that breaks N2O and CH3CCl3: daily means by month, pressure and latitude, from cross sections.

Direct light through O2 and O3 in the eleven bins below 291 nm of Fast-JX, in which wavelengths of like opacity stand
together, so that the bands of Schumann and Runge need no lines (Wild et al. 2000, J. Atmos. Chem. 37, 245; Bian and
Prather 2002, J. Atmos. Chem. 41, 281; tables of Cloud-J 8.0 and Fast-JX 7, cross sections of JPL 10-6). Left out:
light scattered by air, which matters below 30 hPa where little is lost; the sun's cycle; ozone other than the
tropics'.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import AVOGADRO, GRAVITY, MOLAR_MASS
from tenbin.transport.zonal_fields import Zonal, zonal

__all__ = ["Photolysis", "frequency_at", "photolysis", "zenith_frequency"]

Floats = npt.NDArray[np.float64]

# photons [cm-2 s-1] in each bin above the air: mean of November 1994 and March 1992 (SUSIM), between quiet and active
SUNLIGHT = np.array([1.391e12, 1.625e12, 1.660e12, 9.238e11, 7.820e12, 4.655e12, 9.907e12, 1.214e13, 6.359e14,
                     4.041e14, 3.140e14])  # fmt: skip
# cross sections [cm2]: O2 at 180 and 260 K, O3 at 218 K, N2O and CH3CCl3 at 200 and 300 K
OXYGEN = np.array([[1.727e-21, 1.989e-22, 3.004e-23, 9.833e-24, 7.306e-24, 6.827e-24, 6.238e-24, 5.748e-24, 1.153e-25,
                    5.030e-25, 4.150e-25],
                   [2.273e-21, 3.070e-22, 4.943e-23, 1.408e-23, 7.688e-24, 6.827e-24, 6.238e-24, 5.888e-24, 1.153e-25,
                    5.030e-25, 4.150e-25]])  # fmt: skip
OZONE = np.array([5.992e-19, 4.866e-19, 4.310e-19, 3.657e-19, 3.403e-19, 4.829e-19, 6.515e-19, 9.272e-19, 8.764e-18,
                  3.528e-18, 1.511e-18])  # fmt: skip
ABSORBERS: dict[str, Floats] = {
    "n2o": np.array([
        [1.076e-19, 8.490e-20, 6.974e-20, 5.200e-20, 2.171e-20, 6.405e-21, 3.097e-21, 2.473e-21, 3.308e-25, 1.048e-23,
         4.114e-23],
        [1.225e-19, 1.006e-19, 8.493e-20, 6.658e-20, 3.135e-20, 1.150e-20, 6.282e-21, 4.614e-21, 1.501e-24, 4.070e-23,
         1.173e-22],
    ]),
    "mcf": np.array([
        [2.720e-18, 2.025e-18, 1.688e-18, 1.354e-18, 7.434e-19, 3.348e-19, 2.026e-19, 1.374e-19, 5.478e-23, 1.440e-21,
         4.133e-21],
        [2.722e-18, 2.020e-18, 1.680e-18, 1.338e-18, 7.420e-19, 3.515e-19, 2.232e-19, 1.574e-19, 2.197e-22, 2.618e-21,
         5.521e-21],
    ]),
}  # fmt: skip

COLD, WARM = 200.0, 300.0
"""Temperatures [K] of the tables of N2O and CH3CCl3; between them linear, beyond them the nearer."""
OXYGEN_WARMTH = 0.75
"""O2 along the light is taken at 240 K, three quarters of the way from 180 to 260 K: the upper stratosphere."""
OXYGEN_SHARE = 0.2095
TILT = 23.44
"""Of the Earth's axis [degrees]."""


class Photolysis(NamedTuple):
    """Photolysis frequency [s-1], 24-hour mean, that cells at `COLD` and at `WARM` would have."""

    cold: Zonal
    warm: Zonal


def _overhead(pressure: Floats) -> Floats:
    """Molecules of air above `pressure` [Pa], in cm-2."""
    return np.asarray(pressure * AVOGADRO / (GRAVITY * MOLAR_MASS["air"]) * 1e-4)


def ozone_overhead(pressure: Floats) -> Floats:
    """Ozone above `pressure` [Pa], molecules cm-2: 3.6478 p^0.83209 exp(-p / 11.3515) ppm, p in hPa, summed.

    A fit to the equator's climatology (Wing et al. 2018, Geosci. Model Dev. 11, 793), used at all latitudes: seven
    eighths of the loss of N2O are within 40 degrees of the equator.
    """
    scale, power = 11.3515, 0.83209
    whole = 3.6478e-6 * scale ** (power + 1.0) * np.exp(float(jax.scipy.special.gammaln(power + 1.0)))
    share = np.asarray(jax.scipy.special.gammainc(power + 1.0, pressure / (100.0 * scale)))
    return _overhead(np.asarray(100.0 * whole * share))


def zenith_frequency(gas: str, pressure: Floats, cosine: Floats) -> Floats:
    """Photolysis frequency [s-1] of `gas` under a sun at `cosine` of its zenith angle: (2, ...), cold and warm.

    `pressure` [Pa] and `cosine`, above zero, broadcast. The air is taken as flat: a sun near the horizon is too
    faint.
    """
    oxygen = (1.0 - OXYGEN_WARMTH) * OXYGEN[0] + OXYGEN_WARMTH * OXYGEN[1]
    depth = (
        _overhead(pressure)[..., None] * (OXYGEN_SHARE * oxygen) + ozone_overhead(pressure)[..., None] * OZONE
    )
    light = SUNLIGHT * np.exp(-depth / np.asarray(cosine)[..., None])
    return np.stack([light @ table for table in ABSORBERS[gas]])


def _sun(month: int, lat: Floats, points: int = 24) -> tuple[Floats, Floats]:
    """Cosines (lat, hour) of the sun's zenith angle in mid-month, and the shares of a day that they stand for."""
    tilt = -np.radians(TILT) * np.cos(2.0 * np.pi * (30.4375 * (month + 0.5) + 10.0) / 365.25)
    north = np.radians(np.clip(lat, -89.9, 89.9))
    noon, swing = np.sin(north) * np.sin(tilt), np.cos(north) * np.cos(tilt)
    sunset = np.arccos(np.clip(-noon / swing, -1.0, 1.0))
    nodes, weights = np.polynomial.legendre.leggauss(points)
    hour = 0.5 * sunset[:, None] * (nodes + 1.0)
    cosine = noon[:, None] + swing[:, None] * np.cos(hour)
    return np.maximum(cosine, 1e-6), 0.5 * weights * sunset[:, None] / np.pi


def photolysis(gas: str, level: npt.ArrayLike | None = None, lat: npt.ArrayLike | None = None) -> Photolysis:
    """24-hour means of the photolysis of "n2o" or "mcf" at `level` [Pa] and `lat` [degrees north].

    By default from 1000 to 0.1 hPa, every 5 degrees.
    """
    pressure = np.geomspace(1e5, 10.0, 61) if level is None else np.asarray(level, dtype=float)
    rows = np.linspace(-90.0, 90.0, 37) if lat is None else np.asarray(lat, dtype=float)
    made = np.empty((2, 12, pressure.size, rows.size))
    for month in range(12):
        cosine, share = _sun(month, rows)
        made[:, month] = (zenith_frequency(gas, pressure[:, None, None], cosine) * share).sum(axis=-1)
    return Photolysis(*(zonal(values, pressure, rows) for values in made))


def frequency_at(cold: jax.Array, warm: jax.Array, temperature: jax.Array) -> jax.Array:
    """Photolysis frequency [s-1] of cells at `temperature` [K] from that at `COLD` and at `WARM`."""
    share = jnp.clip((temperature - COLD) / (WARM - COLD), 0.0, 1.0)
    return cold + share * (warm - cold)
