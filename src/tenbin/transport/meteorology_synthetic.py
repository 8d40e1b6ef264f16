"""Synthetic meteorology for machines without a reanalysis: a made-up perpetual year of dry air through faces.

Not the weather of any year or place. Eddies, jets, an overturning, seasons and a polar vortex come of dry equations
of motion (`synthetic_dynamics`, `synthetic_forcing`); there is no water. For demonstrations and
twin experiments, in which what is sought was made with the same air.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tenbin import __version__
from tenbin.core.errors import Fault, raise_if_any
from tenbin.data.catalog import cache_root
from tenbin.data.surface_fluxes import land_share
from tenbin.transport import (
    air_layers,
    boundary_layer,
    convection,
    prescribed_convection,
    prescribed_mixing,
    synthetic_mixing,
)
from tenbin.transport.air_file import AirInterval, Times, write
from tenbin.transport.air_grid import AirGrid, hybrid_layers, merged_cells, polar_grid
from tenbin.transport.made_with import numbers_of
from tenbin.transport.synthetic_climatology import digest, where_given
from tenbin.transport.synthetic_dynamics import HOURS, Dynamics, held_to, needs_dinosaur, weather
from tenbin.transport.synthetic_forcing import DAYS, mountains
from tenbin.transport.synthetic_year import blown, joined

__all__ = ["LABEL", "Synthetic", "as_given", "cache_path", "ground", "labels", "make", "perpetual_year"]

LABEL = "SYNTHETIC meteorology: made up by a dry model, not the weather of any time"
_HELD_TO = (
    "to means of January 1988 and of Junes from 1979 on of the NCEP/NCAR reanalysis, as in NCAR/geocat-datafiles: "
    "winds and heat of the tropics, temperature of the troposphere"
)
_FORM = 4
"""Counts up when the same settings would give another file, and no number tells."""
_MIXING = air_layers, boundary_layer, convection, prescribed_convection, prescribed_mixing, synthetic_mixing
"""Where the numbers of turbulence and clouds stand."""


@dataclass(frozen=True)
class Synthetic:
    """What is made: `dynamics`, days of the year and of its `overlap`, rows, columns and levels of the cells."""

    dynamics: Dynamics = Dynamics()
    days: int = DAYS
    overlap: int = 10
    rows: int = 46
    columns: int = 72
    levels: int = 20

    def __post_init__(self) -> None:
        raise_if_any(self._faults())

    def _faults(self) -> Iterator[Fault]:
        where, how = "synthetic meteorology", self.dynamics
        if how.waves not in (21, 31, 42):
            yield Fault(where, "waves", str(how.waves), "21, 31 or 42", "31 has the eddies that matter")
        if how.step <= 0.0 or (HOURS * 60.0 / how.step) % 1.0:
            yield Fault(where, "step", f"{how.step:g} min", "a divisor of 360 min", "take 45, 40 or 30")
        if not 0 < self.overlap < self.days <= DAYS:
            found = f"{self.overlap} d of {self.days} d"
            yield Fault(where, "overlap", found, f"less than the days, at most {DAYS}", "take 10 days of 365")

    @property
    def intervals(self) -> int:
        return round(self.days * 24.0 / HOURS)

    @property
    def grid(self) -> AirGrid:
        cells = polar_grid(self.rows, self.columns)
        return AirGrid(cells, *hybrid_layers(self.levels), merged_cells(cells))


def _settings(what: Synthetic) -> str:
    """All that the file depends on, as JSON."""
    content = asdict(what) | {"form": _FORM}
    content["dynamics"]["forcing"] = what.dynamics.forcing._asdict()
    content["mixing"] = numbers_of(*_MIXING) | {"land": land_share.digest()}
    content["dynamics"]["stirring"] = what.dynamics.stirring._asdict()
    content["dynamics"]["means"] = None if what.dynamics.means is None else digest(what.dynamics.means)
    return json.dumps(content, sort_keys=True)


def cache_path(what: Synthetic) -> Path:
    """Where the year stands in the user's cache: equal settings have one place."""
    name = hashlib.sha256(_settings(what).encode()).hexdigest()[:16]
    return cache_root() / "synthetic_meteorology" / f"synthetic-T{what.dynamics.waves}-{name}.nc"


def as_given(seed: int = 0) -> Synthetic:
    """The year held to means of January and June where `$TENBIN_DATA` has them, the free one elsewhere."""
    means = where_given()
    return Synthetic(Dynamics(seed=seed) if means is None else held_to(means, seed))


def labels(what: Synthetic) -> dict[str, Any]:
    """Attributes of the file, which say that it is made up, of what and by what."""
    return {
        "title": LABEL,
        "synthetic": "true",
        "source": "primitive equations by dinosaur-dycore, forced as in Held and Suarez 1994 with a seasonal cycle, "
        "stratosphere of Polvani and Kushner 2002",
        "held": _HELD_TO if what.dynamics.means is not None else "to nothing",
        "comment": "boundary layers and clouds are prescribed by land, sea and sunlight: dry air has neither",
        "seed": int(what.dynamics.seed),
        "settings": _settings(what),
        "versions": json.dumps({name: _version(name) for name in ("dinosaur-dycore", "jax", "jaxlib")}),
        "tenbin_version": __version__,
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def perpetual_year(what: Synthetic | None = None, progress: Callable[[float], None] | None = None) -> Path:
    """Path of the year in the user's cache, made if it is not there: minutes on two cores.

    `progress` hears the share that is done. InputError where `dinosaur-dycore` is wanted and absent.
    """
    what = what or Synthetic()
    path = cache_path(what)
    return path if path.exists() else make(path, what, progress)


def make(path: Path, what: Synthetic, progress: Callable[[float], None] | None = None) -> Path:
    """Write the year to `path`, whole or not at all."""
    needs_dinosaur()
    length, overlap = what.intervals, round(what.overlap * 24.0 / HOURS)
    course, grid = joined(weather(what.dynamics), length, overlap), what.grid
    land = grid.mean_in_groups(land_share.on_grid(grid.grid))
    year = _told(blown(course, grid, land), length, progress)
    start = np.datetime64("2001-01-01T00:00:00") + np.arange(length) * np.timedelta64(int(HOURS), "h")
    return write(path, year, Times(start, HOURS * 3600.0, True), grid, labels(what), ground(what))


def ground(what: Synthetic) -> npt.NDArray[np.float64]:
    """Height [m] (lat, lon) of the ground under cells, alike in merged ones."""
    lat, lon = what.grid.grid.lat[:, None], what.grid.grid.lon[None]
    return what.grid.mean_in_groups(mountains(lat, lon, what.dynamics.hills, what.dynamics.dome))


def _told(
    year: Iterator[AirInterval], length: int, progress: Callable[[float], None] | None
) -> Iterator[AirInterval]:
    for count, one in enumerate(year, start=1):
        yield one
        if progress is not None:
            progress(count / length)
