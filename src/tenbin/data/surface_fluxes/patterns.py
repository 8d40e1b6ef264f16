"""Where and when a sector emits: shares of a year's mass by cell of 2.5 degrees, and by month if there is a season.

A pattern is (1 or 12, lat 72, lon 144) on `BASE`: the share of the year's mass that each month and cell emits. It
sums to one. A pattern with no net emission (`ZERO_SUM`: what plants take up in summer they give back in winter) is
normalised by its sources instead: its positive shares sum to one, its negative shares to minus one, in every cell
alike. Stored are signed square roots as small integers, which keep a share of a ten-thousandth of the largest within
some per cent; sums are restored when the file is read, so that rounding costs no mass.
"""

from __future__ import annotations

import io
from functools import lru_cache
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tenbin.core.constants import SECONDS_PER_DAY
from tenbin.core.errors import Fault, InputError
from tenbin.core.grid import Grid, regular_grid
from tenbin.core.provenance import atomic_path
from tenbin.data.land_grids.noaa_climatology import MONTH_LENGTHS

__all__ = ["BASE", "MONTH_SECONDS", "ZERO_SUM", "balanced", "load", "normalised", "store"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int16]

BASE: Grid = regular_grid(2.5, 2.5)
"""The cells of all patterns: from 90 S northward and from 180 W eastward."""
MONTH_SECONDS: Floats = MONTH_LENGTHS * float(SECONDS_PER_DAY)
"""Lengths [s] of the months (12,) of a common year, over which a year's emission is spread."""
ZERO_SUM = ("biosphere", "ocean_season")
FILE = "surface_flux_patterns.npz"
_LEVELS = {"biosphere": 1000}
_MONTHLY_LEVELS, _STATIC_LEVELS = 127, 2000
"""Greatest stored integer: coarser where there are twelve months, so that the file stays small."""


def balanced(months: npt.ArrayLike) -> Floats:
    """Monthly masses (12, lat, lon) [any unit] with their sinks scaled in each cell to equal its sources.

    Sources and sinks both become the mean of the two; a cell that has but one of them, or next to none of the other
    (1e-9 of it), is left out: there is no season to keep.
    """
    mass = np.asarray(months, dtype=float)
    source, sink = (np.where(sign * mass > 0.0, sign * mass, 0.0) for sign in (1.0, -1.0))
    up, down = source.sum(axis=0), sink.sum(axis=0)
    level = np.where(np.minimum(up, down) > 1e-9 * np.maximum(up, down), 0.5 * (up + down), 0.0)
    return source * _ratio(level, up) - sink * _ratio(level, down)


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.zeros_like(above), where=above > 0.0)


def normalised(mass: npt.ArrayLike, zero_sum: bool = False) -> Floats:
    """Masses (month, lat, lon) as shares of their sum, or of their sources where they are balanced (`zero_sum`).

    InputError if there is nothing to divide by.
    """
    field = np.asarray(mass, dtype=float)
    field = field[None] if field.ndim == 2 else field
    field = balanced(field) if zero_sum else field
    total = float(field[field > 0.0].sum() if zero_sum else field.sum())
    if not np.isfinite(total) or total == 0.0:
        found, remedy = f"a sum of {total:g}", "check the map that the pattern is made of"
        raise InputError(Fault("pattern", "mass", found, "a finite sum other than nought", remedy))
    return field / total


def _levels(name: str, months: int) -> int:
    return _LEVELS.get(name, _MONTHLY_LEVELS if months == 12 else _STATIC_LEVELS)


def packed(name: str, shares: Floats) -> Integers:
    """A pattern as small integers, the signed square roots of its shares."""
    root = np.sign(shares) * np.sqrt(np.abs(shares) / np.abs(shares).max())
    return np.round(root * _levels(name, len(shares))).astype(np.int16)


def unpacked(name: str, stored: Integers) -> Floats:
    """The pattern of small integers, its sum restored."""
    roots = stored.astype(float)
    return normalised(np.sign(roots) * roots**2, zero_sum=name in ZERO_SUM)


def store(shares: dict[str, Floats], path: Path) -> int:
    """Write patterns to `path`, the same bytes for the same patterns; returns the size [bytes]."""
    arrays = {}
    for name in sorted(shares):
        small = packed(name, shares[name])
        arrays[name] = small.astype(np.int8) if np.abs(small).max() < 128 else small
    with io.BytesIO() as memory:
        np.savez_compressed(memory, allow_pickle=False, **arrays)
        content = memory.getvalue()
    with atomic_path(path) as partial:
        partial.write_bytes(content)
    return len(content)


@lru_cache(maxsize=1)
def load() -> dict[str, Floats]:
    """All patterns of the package, by name; see the head of this file for what they are."""
    path = resources.files("tenbin.data") / "embedded" / FILE
    with resources.as_file(path) as file, np.load(file) as opened:
        return {name: unpacked(name, opened[name]) for name in opened.files}
