"""Chance that belongs to a place and a day: the same draw for a cell whichever cells are drawn beside it.

Numbers come from a hash of seed, stream, place and day, not from a sequence, so that chunks of a globe may be
made in any order, on any number of machines, and fit together.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["gamma", "normal", "place_keys", "uniform"]

Floats = npt.NDArray[np.float64]
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def place_keys(latitude: npt.ArrayLike, longitude: npt.ArrayLike) -> npt.NDArray[np.uint64]:
    """A whole number for each place, to a thousandth of a degree; longitudes 360 apart are the same place."""
    north = np.rint((np.asarray(latitude, dtype=float) + 90.0) * 1000.0).astype(np.uint64)
    east = np.rint((np.asarray(longitude, dtype=float) % 360.0) * 1000.0).astype(np.uint64) % np.uint64(
        360000
    )
    return np.asarray(north * np.uint64(1 << 20) + east)


def _mixed(x: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele, Lea and Flood 2014, OOPSLA): every bit depends on every bit."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(x ^ (x >> np.uint64(31)))


def uniform(seed: int, stream: int, places: npt.NDArray[np.uint64], days: npt.ArrayLike) -> Floats:
    """Uniform numbers (day, place) within (0, 1), never 0 or 1; `days` are whole numbers from 0."""
    start = _mixed(np.array([(seed * 1_000_003 + stream) % 2**64], dtype=np.uint64) + _GOLDEN)
    by_place = _mixed(places.astype(np.uint64) * _GOLDEN + start)
    bits = _mixed(by_place[None, :] + (np.asarray(days).astype(np.uint64)[:, None] + np.uint64(1)) * _GOLDEN)
    return np.asarray(((bits >> np.uint64(11)).astype(float) + 0.5) * 2.0**-53)


def normal(share: npt.ArrayLike) -> Floats:
    """Standard normal number below which a `share` (0..1) of all lie."""
    from scipy.special import ndtri

    return np.asarray(ndtri(share))


def gamma(share: npt.ArrayLike, shape: npt.ArrayLike) -> Floats:
    """Gamma number of `shape` and scale 1 below which a `share` (0..1) of all lie; arrays broadcast."""
    from scipy.special import gammaincinv

    return np.asarray(gammaincinv(shape, share))
