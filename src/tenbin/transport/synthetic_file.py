"""A perpetual year of dry air through faces in one file: written interval by interval, read closed to rounding."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from tenbin.core.errors import Fault, InputError
from tenbin.core.grid import Grid
from tenbin.core.provenance import atomic_path
from tenbin.transport.air_grid import AirGrid
from tenbin.transport.mass_fluxes import Interval, closed
from tenbin.transport.pressure_fixer import PressureFixer
from tenbin.transport.synthetic_year import Blown

__all__ = ["PerpetualYear", "rounded", "write"]

Floats = npt.NDArray[np.float64]

_KEPT_BITS = 12
"""Bits kept of a stored flux or temperature: one part in 8000, while what is left compresses to a half."""
_FIELDS: dict[str, tuple[tuple[str, ...], str, str, str]] = {
    "dry_surface_pressure": (
        ("time", "lat", "lon"),
        "f8",
        "Pa",
        "surface pressure of dry air when the interval begins; it ends with the next, the last with the first",
    ),
    "mass_flux_east": (
        ("time", "level", "lat", "lon"),
        "f4",
        "kg s-1",
        "dry air through the eastern face of each cell, mean over the interval",
    ),
    "mass_flux_north": (
        ("time", "level", "lat_inner_edge", "lon"),
        "f4",
        "kg s-1",
        "dry air through the faces between rows, mean over the interval",
    ),
    "air_temperature": (
        ("time", "level", "lat", "lon"),
        "f4",
        "K",
        "temperature when the interval begins",
    ),
}


def rounded(values: npt.ArrayLike, bits: int = _KEPT_BITS) -> npt.NDArray[np.float32]:
    """32-bit numbers of which `bits` of 23 of the fraction are kept, to the nearest, so that they compress."""
    drop = 23 - bits
    whole = np.ascontiguousarray(values, dtype="float32").view(np.uint32)
    half = np.uint32(2 ** (drop - 1))
    mask = np.uint32(0xFFFFFFFF << drop & 0xFFFFFFFF)
    return ((whole + half) & mask).view(np.float32)


def write(
    path: str | os.PathLike[str],
    year: Iterable[Blown],
    length: int,
    seconds: float,
    grid: AirGrid,
    attributes: Mapping[str, Any],
) -> Path:
    """NetCDF of `length` intervals of `seconds`, in any order, whole or not at all."""
    import h5netcdf

    with atomic_path(path) as partial:
        with h5netcdf.File(partial, "w") as file:
            _describe(file, length, seconds, grid, attributes)
            written = [_put(file, one) for one in year]
        _check_complete(written, length, path)
    return Path(path)


def _check_complete(written: list[int], length: int, path: str | os.PathLike[str]) -> None:
    if sorted(written) != list(range(length)):
        found, wanted = f"{len(set(written))} intervals", f"each of {length} once"
        raise InputError(Fault(str(path), "time", found, wanted, "run it for the whole year"))


def _put(file: Any, one: Blown) -> int:
    file.variables["dry_surface_pressure"][one.number] = one.interval.dry_pressure[0]
    file.variables["mass_flux_east"][one.number] = rounded(one.interval.east)
    file.variables["mass_flux_north"][one.number] = rounded(one.interval.north)
    file.variables["air_temperature"][one.number] = rounded(one.temperature)
    return one.number


def _describe(file: Any, length: int, seconds: float, grid: AirGrid, attributes: Mapping[str, Any]) -> None:
    rows, columns = grid.grid.shape
    file.dimensions = {
        "time": length, "level": grid.levels, "level_edge": grid.levels + 1, "lat": rows, "lon": columns,
        "lat_edge": rows + 1, "lon_edge": columns + 1, "lat_inner_edge": rows - 1,
    }  # fmt: skip
    axes = {
        "time": (np.arange(length) * seconds / 86400.0, "days since 2001-01-01", "start of the interval"),
        "lat": (grid.grid.lat, "degrees_north", "middle of cells"),
        "lon": (grid.grid.lon, "degrees_east", "middle of cells"),
        "lat_edge": (grid.grid.lat_edges, "degrees_north", "edges of cells"),
        "lon_edge": (grid.grid.lon_edges, "degrees_east", "edges of cells"),
    }
    for name, (values, unit, said) in axes.items():
        _variable(file, name, (name,), values, unit, said)
    file.variables["time"].attrs["calendar"] = "365_day"
    said = "faces of layers from the ground up lie at hybrid_a + hybrid_b x surface pressure of dry air"
    _variable(file, "hybrid_a", ("level_edge",), grid.a, "Pa", said)
    _variable(file, "hybrid_b", ("level_edge",), grid.b, "1", said)
    _variable(
        file, "merged_cells", ("lat",), np.asarray(grid.merged, float), "1", "neighbours merged in a row"
    )
    for name, (dims, kind, unit, said) in _FIELDS.items():
        chunks = (1, *(file.dimensions[d].size for d in dims[1:]))
        packed = {"compression": "gzip", "compression_opts": 1, "shuffle": True}
        one = file.create_variable(name, dims, kind, chunks=chunks, **packed)
        one.attrs.update({"units": unit, "long_name": f"synthetic: {said}"})
    file.attrs.update({"Conventions": "CF-1.11", "interval_seconds": float(seconds), **attributes})


def _variable(
    file: Any, name: str, dims: tuple[str, ...], values: npt.NDArray[np.floating], unit: str, said: str
) -> None:
    one = file.create_variable(name, dims, "f8", data=np.asarray(values, dtype=float))
    one.attrs.update({"units": unit, "long_name": said})


class PerpetualYear:
    """A file of `write`, open: `grid`, `attributes`, `seconds` of an interval, and intervals by number, which go
    round and round; a context manager."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        import h5netcdf

        try:
            self._file = h5netcdf.File(path, "r")
        except OSError as error:
            remedy = "make it again with meteorology_synthetic.perpetual_year"
            raise InputError(
                Fault(str(path), "file", "nothing to read", "a year of mass fluxes", remedy)
            ) from error
        read = {
            name: np.asarray(one[...]) for name, one in self._file.variables.items() if name not in _FIELDS
        }
        merged = tuple(int(g) for g in read["merged_cells"])
        cells = Grid(read["lat_edge"], read["lon_edge"])
        self.grid = AirGrid(cells, read["hybrid_a"], read["hybrid_b"], merged)
        self.attributes = {name: _plain(value) for name, value in self._file.attrs.items()}
        self.seconds = float(self.attributes["interval_seconds"])
        self._fixer = PressureFixer(self.grid)

    def __enter__(self) -> PerpetualYear:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return int(self._file.dimensions["time"].size)

    @property
    def settings(self) -> dict[str, Any]:
        return dict(json.loads(str(self.attributes.get("settings", "{}"))))

    def _field(self, name: str, index: int) -> Floats:
        return np.asarray(self._file.variables[name][index % len(self)], dtype=float)

    def interval(self, index: int) -> Interval:
        """Flow of interval `index`, closed in 64 bits: stored fluxes are rounded, by less than the pressure fixer
        takes away here."""
        pressure = [self._field("dry_surface_pressure", index + i) for i in (0, 1)]
        flow = self._field("mass_flux_east", index), self._field("mass_flux_north", index)
        first, last = (pressure[0], *flow), (pressure[1], *flow)
        return closed(first, last, self.seconds, self.grid, self._fixer)

    def temperature(self, index: int) -> Floats:
        """[K] (level, lat, lon) when interval `index` begins."""
        return self._field("air_temperature", index)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) or getattr(value, "ndim", 1) == 0 else value
