"""Air mass fluxes in one file: dry air through faces, its temperature and what stirs its columns, closed to rounding.

One layout for made-up years and for reanalyses: NetCDF along (time, level, lat, lon), levels from the ground up,
rows from south to north, plain 32-bit numbers, read at the speed of the disk. Fluxes are closed before they are
rounded. Who uses them follows the pressure that the fluxes make (`sweeps.pressure_gain`), so that air and tracers
agree to rounding; it strays from the stored pressure by some tenths of a pascal in a year.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tenbin.core.arrays import jnp
from tenbin.core.errors import Fault, InputError
from tenbin.core.grid import Grid
from tenbin.core.provenance import atomic_path
from tenbin.transport.advection_steps import MOST_STEPS, steps_needed
from tenbin.transport.air_grid import AirGrid
from tenbin.transport.mass_fluxes import Interval
from tenbin.transport.sweeps import flow_of, pressure_gain

__all__ = ["AirFile", "AirInterval", "Times", "Weather", "steps_of", "write"]

Floats = npt.NDArray[np.float64]


class AirInterval(NamedTuple):
    """Interval `number`: its flow, the temperature [K] (level, lat, lon) when it begins, and dry air [kg m-2 s-1]
    (level - 1, lat, lon) that turbulence exchanges across faces and that updrafts lift through them, means over the
    interval; `steps` of advection that it needs, nought if nobody tried."""

    number: int
    interval: Interval
    temperature: Floats
    exchange: Floats
    updraft: Floats
    steps: int = 0


class Weather(NamedTuple):
    """Some intervals in order, (interval, level, lat, lon): dry air [kg s-1] through `east` and `north` faces
    (lat - 1), `temperature` [K], `exchange` and `updraft` [kg m-2 s-1] (level - 1)."""

    east: Any
    north: Any
    temperature: Any
    exchange: Any
    updraft: Any


class Times(NamedTuple):
    """When intervals begin: `start` in the proleptic Gregorian calendar, `seconds` each. A `perpetual` year has 365
    days and follows itself; whoever goes round it again adds a year and passes over 29 February."""

    start: npt.NDArray[np.datetime64]
    seconds: float
    perpetual: bool


_KEPT = {
    "mass_flux_east": ("level", "lat", "lon"),
    "mass_flux_north": ("level", "lat_inner_edge", "lon"),
    "air_temperature": ("level", "lat", "lon"),
    "turbulent_exchange": ("level_inner_edge", "lat", "lon"),
    "updraft_mass_flux": ("level_inner_edge", "lat", "lon"),
}
"""Variables of `Weather`, in its order, and their dimensions besides time."""
_AXES = ("lat_edge", "lon_edge", "hybrid_a", "hybrid_b", "merged_cells", "time", "surface_altitude")
_SAID = {
    "mass_flux_east": ("kg s-1", "dry air through the eastern face of each cell, mean over the interval"),
    "mass_flux_north": ("kg s-1", "dry air northward between rows, mean over the interval"),
    "air_temperature": ("K", "temperature when the interval begins"),
    "turbulent_exchange": ("kg m-2 s-1", "dry air that turbulence exchanges between neighbouring layers"),
    "updraft_mass_flux": ("kg m-2 s-1", "dry air that convection lifts through the face, as much sinks around it"),
    "dry_surface_pressure": ("Pa", "surface pressure of dry air when the interval begins"),
    "advection_steps": ("1", "steps of advection in which no sweep takes too much of a cell"),
}  # fmt: skip


def write(
    path: str | os.PathLike[str],
    stream: Iterable[AirInterval],
    times: Times,
    grid: AirGrid,
    attributes: Mapping[str, Any],
    ground: Floats | None = None,
) -> Path:
    """NetCDF of the intervals of `stream` in any order, whole or not at all.

    `ground` (lat, lon) is the height of the ground [m above sea level], nought by default. InputError unless each of
    the times comes once.
    """
    import h5netcdf

    with atomic_path(path) as partial:
        with h5netcdf.File(partial, "w") as file:
            _describe(file, times, grid, attributes)
            height = np.zeros(grid.grid.shape) if ground is None else ground
            one = file.create_variable("surface_altitude", ("lat", "lon"), "f8", data=height)
            one.attrs.update({"units": "m", "long_name": "height of the ground above sea level"})
            written = [_put(file, one, times.seconds, grid) for one in stream]
        _check_complete(written, len(times.start), path)
    return Path(path)


def _check_complete(written: list[int], length: int, path: str | os.PathLike[str]) -> None:
    if sorted(written) != list(range(length)):
        found, wanted = f"{len(set(written))} intervals", f"each of {length} once"
        raise InputError(Fault(str(path), "time", found, wanted, "run it for the whole time"))


def _put(file: Any, one: AirInterval, seconds: float, grid: AirGrid) -> int:
    _check_merged(one.interval.dry_pressure[0], grid)
    kept = (one.interval.east, one.interval.north, one.temperature, one.exchange, one.updraft)
    for name, values in zip(_KEPT, kept, strict=True):
        file.variables[name][one.number] = values.astype("float32")
    file.variables["dry_surface_pressure"][one.number] = one.interval.dry_pressure[0]
    file.variables["advection_steps"][one.number] = one.steps or steps_of(one.interval, seconds, grid)
    return one.number


def _check_merged(pressure: Floats, grid: AirGrid) -> None:
    if not np.allclose(grid.mean_in_groups(pressure), pressure, rtol=1e-9):
        wanted = f"one value in merged cells {grid.merged}"
        remedy = "make fluxes and pressure on the cells that are written"
        raise InputError(Fault("air", "dry_surface_pressure", "several in a merged cell", wanted, remedy))


def steps_of(interval: Interval, seconds: float, grid: AirGrid, most_steps: int = MOST_STEPS) -> int:
    """Steps of advection that the flow of an interval needs (`sweeps.steps_needed`)."""
    east, north, before, after = (
        jnp.asarray(x) for x in (interval.east, interval.north, *interval.dry_pressure)
    )
    flow, mass = flow_of(east, north, before, after, seconds, grid)
    return steps_needed(flow, mass, seconds, grid, most_steps=most_steps)


def _describe(file: Any, times: Times, grid: AirGrid, attributes: Mapping[str, Any]) -> None:
    rows, columns = grid.grid.shape
    file.dimensions = {
        "time": len(times.start), "level": grid.levels, "level_edge": grid.levels + 1,
        "level_inner_edge": grid.levels - 1, "lat": rows, "lon": columns, "lat_edge": rows + 1,
        "lon_edge": columns + 1, "lat_inner_edge": rows - 1,
    }  # fmt: skip
    days = (times.start - np.datetime64("2001-01-01")) / np.timedelta64(1, "s") / 86400.0
    hybrid = "faces of layers from the ground up lie at hybrid_a + hybrid_b x surface pressure of dry air"
    axes = {
        "time": (days, "days since 2001-01-01", "start of the interval"),
        "lat": (grid.grid.lat, "degrees_north", "middle of cells"),
        "lon": (grid.grid.lon, "degrees_east", "middle of cells"),
        "lat_edge": (grid.grid.lat_edges, "degrees_north", "edges of cells"),
        "lon_edge": (grid.grid.lon_edges, "degrees_east", "edges of cells"),
        "level_edge": (np.arange(grid.levels + 1.0), "1", "number of the face from the ground up"),
        "hybrid_a": (grid.a, "Pa", hybrid),
        "hybrid_b": (grid.b, "1", hybrid),
        "merged_cells": (np.asarray(grid.merged, float), "1", "neighbours merged in a row"),
    }
    places = {"hybrid_a": "level_edge", "hybrid_b": "level_edge", "merged_cells": "lat"}
    for name, (values, unit, said) in axes.items():
        one = file.create_variable(
            name, (places.get(name, name),), "f8", data=np.asarray(values, dtype=float)
        )
        one.attrs.update({"units": unit, "long_name": said})
    file.variables["time"].attrs["calendar"] = "proleptic_gregorian"
    _fields(file)
    told = {"interval_seconds": float(times.seconds), "perpetual": str(times.perpetual).lower()}
    file.attrs.update({"Conventions": "CF-1.11", **told, **attributes})


def _fields(file: Any) -> None:
    kinds: dict[str, tuple[tuple[str, ...], str]]
    kinds = {name: (("time", *dims), "f4") for name, dims in _KEPT.items()}
    kinds |= {"dry_surface_pressure": (("time", "lat", "lon"), "f8"), "advection_steps": (("time",), "i4")}
    for name, (dims, kind) in kinds.items():
        one = file.create_variable(name, dims, kind)
        one.attrs.update(dict(zip(("units", "long_name"), _SAID[name], strict=True)))


class AirFile:
    """A file of `write`, open: `grid`, `attributes`, `times`, `ground` [m] (lat, lon), and intervals by number, which
    go round and round in a perpetual year; a context manager. InputError where it is none or lacks something."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        import h5netcdf

        self.path = Path(path)
        try:
            self._file = h5netcdf.File(path, "r")
        except OSError as error:
            found = "nothing to read as NetCDF" if self.path.exists() else "no such file"
            remedy = "give a NetCDF file of air mass fluxes, made by tenbin"
            raise InputError(Fault(str(path), "file", found, "air mass fluxes", remedy)) from error
        self._check()
        south, west, a, b, merged, days, self.ground = (
            np.asarray(self._file.variables[name][...]) for name in _AXES
        )
        self.grid = AirGrid(Grid(south, west), a, b, tuple(int(g) for g in merged))
        self.attributes = {name: _plain(value) for name, value in self._file.attrs.items()}
        start = np.datetime64("2001-01-01T00:00:00") + np.rint(days * 86400.0).astype("timedelta64[s]")
        seconds = float(self.attributes["interval_seconds"])
        self.times = Times(start, seconds, str(self.attributes.get("perpetual")) == "true")

    def _check(self) -> None:
        lacking = sorted({*_KEPT, *_SAID, *_AXES} - set(self._file.variables))
        lacking += [name for name in ("interval_seconds",) if name not in self._file.attrs]
        if lacking:
            self._file.close()
            remedy = "give a file of air mass fluxes made by this version of tenbin"
            raise InputError(
                Fault(str(self.path), name, "nothing", "air mass fluxes", remedy) for name in lacking
            )

    def __enter__(self) -> AirFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self.times.start)

    @property
    def settings(self) -> dict[str, Any]:
        """What a made-up year was made with."""
        return dict(json.loads(str(self.attributes.get("settings", "{}"))))

    @property
    def steps(self) -> npt.NDArray[np.int64]:
        """Steps of advection that each interval needs (time,)."""
        return np.asarray(self._file.variables["advection_steps"][...]).astype(np.int64)

    def _place(self, number: int) -> int:
        if not self.times.perpetual and not 0 <= number < len(self):
            found, wanted = f"interval {number}", f"0 to {len(self) - 1}"
            raise InputError(Fault(str(self.path), "time", found, wanted, "ask for a time in the file"))
        return number % len(self)

    def dry_pressure(self, number: int) -> Floats:
        """Surface pressure of dry air [Pa] (lat, lon) when interval `number` begins."""
        return np.asarray(self._file.variables["dry_surface_pressure"][self._place(number)], dtype=float)

    def weather(self, numbers: Iterable[int]) -> Weather:
        """Intervals by number, stacked, in 32 bits as they are stored."""
        places = [self._place(number) for number in numbers]
        return Weather(*(self._stacked(name, places) for name in _KEPT))

    def fluxes(self, numbers: Iterable[int]) -> tuple[Any, Any]:
        """Those through eastern and northern faces alone, as in `weather`."""
        places = [self._place(number) for number in numbers]
        return self._stacked("mass_flux_east", places), self._stacked("mass_flux_north", places)

    def _stacked(self, name: str, places: list[int]) -> Any:
        field = self._file.variables[name]
        first, last = places[0], places[-1] + 1
        if places == list(range(first, last)):
            return np.asarray(field[first:last])
        return np.stack([np.asarray(field[place]) for place in places])

    def interval(self, number: int) -> Interval:
        """Flow of one interval, which ends with the pressure that its flow makes."""
        one = self.weather([number])
        before = self.dry_pressure(number)
        east, north = (np.asarray(x[0], dtype=float) for x in (one.east, one.north))
        gained = pressure_gain(jnp.asarray(east), jnp.asarray(north), self.times.seconds, self.grid)
        return Interval((before, before + np.asarray(gained)), east, north)

    def temperature(self, number: int) -> Floats:
        """[K] (level, lat, lon) when interval `number` begins."""
        return np.asarray(self._file.variables["air_temperature"][self._place(number)], dtype=float)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) or getattr(value, "ndim", 1) == 0 else value
