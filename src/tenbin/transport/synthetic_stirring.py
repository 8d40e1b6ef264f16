"""Heat that comes and goes over the tropics, as the rain of the real ones does, and stirs a dry atmosphere's.

A dry model whose tropics are pulled towards one temperature is calm there: its meridional winds at 200 hPa are half
those of analyses, and half of what carries air across the equator is lacking. Rain that varies drives equatorial
waves (Ricciardulli and Garcia 2000, J. Atmos. Sci. 57, 3461). Here its heat is noise of given size, length and
memory, without a mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

__all__ = ["Stirring", "heights", "patterns"]

Floats = npt.NDArray[np.float64]


class Stirring(NamedTuple):
    """Own choices, made so that meridional winds within 10 degrees of the equator vary as in analyses."""

    heat: float = 2.0
    """[K d-1] root mean square at the equator, at the height where it is greatest."""
    memory: float = 4.0
    """[d] in which it is forgotten."""
    long: float = 10.0
    wide: float = 6.0
    """[degrees] scales of its patches along longitude and latitude."""
    edge: float = 18.0
    """[degrees] scale of latitude within which it falls off."""
    top: float = 0.12
    """Share of surface pressure at which it ends; it is greatest midway between there and the ground."""


def patterns(lat: Floats, lon: Floats, hours: float, seed: int, how: Stirring) -> Iterator[Floats]:
    """Heating [K d-1] (lat, lon) of interval after interval of `hours`, without end; `lon` is even round the
    globe."""
    draw = np.random.default_rng([seed, 1])
    keep = np.exp(-hours / 24.0 / how.memory)
    envelope = how.heat * np.exp(-0.5 * (lat / how.edge) ** 2)[:, None]
    now = _smooth(draw.normal(size=(lat.size, lon.size)), lat, lon, how)
    while True:
        yield envelope * now
        new = _smooth(draw.normal(size=now.shape), lat, lon, how)
        now = keep * now + np.sqrt(1.0 - keep**2) * new


def _smooth(noise: Floats, lat: Floats, lon: Floats, how: Stirring) -> Floats:
    """Patches of noise with variance 1 and no mean along latitudes."""
    around, across = how.long * lon.size / 360.0, how.wide * lat.size / 180.0
    soft = gaussian_filter1d(noise, around, axis=1, mode="wrap")
    soft = gaussian_filter1d(soft, across, axis=0, mode="nearest")
    # the variance that is left of independent noise by two Gaussian windows
    left = 1.0 / (2.0 * np.sqrt(np.pi) * around) / (2.0 * np.sqrt(np.pi) * across)
    return np.asarray((soft - soft.mean(axis=1, keepdims=True)) / np.sqrt(left))


def heights(sigma: npt.ArrayLike, how: Stirring) -> Floats:
    """Share of the greatest heating at shares `sigma` of surface pressure: half a sine from the ground to the top."""
    along = np.clip((np.asarray(sigma, dtype=float) - how.top) / (1.0 - how.top), 0.0, 1.0)
    return np.sin(np.pi * along)
