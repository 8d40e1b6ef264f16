"""From files of analyses to a file of air mass fluxes: all faults first, then interval by interval, kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from tenbin import __version__
from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.data import meteorology as analyses
from tenbin.data.catalog import cache_root
from tenbin.data.meteorology.names import FIELDS
from tenbin.data.meteorology.relief import means_on, relief_on
from tenbin.data.surface_fluxes import land_share
from tenbin.transport import air_layers, boundary_layer, convection, evaporation, meteorology
from tenbin.transport.air_file import AirFile, AirInterval, Times, write
from tenbin.transport.air_grid import AirGrid, hybrid_layers, merged_cells, polar_grid
from tenbin.transport.days import days_of
from tenbin.transport.made_with import numbers_of
from tenbin.transport.meteorology import Rules, driven, seconds_of, there_and_back
from tenbin.workflow.air_settings import Analyses

__all__ = ["Prepared", "cache_path", "cached", "grid_of", "made_of", "make", "mark", "prepared"]

Floats = npt.NDArray[np.float64]
Told = Callable[[float], None]
_Found = TypeVar("_Found")
_FORM = 2
"""Counts up when the same files and settings would give other air, and no number tells."""
_MAKING = air_layers, boundary_layer, convection, evaporation, meteorology
"""Where the numbers stand by which weather becomes air."""


class Prepared(NamedTuple):
    """Analyses that were found to make sense: the `stream` of air, to be run through once, its `times` and `grid`,
    height of the `ground` [m] (lat, lon), and what the file says of itself."""

    stream: Iterator[AirInterval]
    times: Times
    grid: AirGrid
    ground: Floats
    attributes: dict[str, Any]


def grid_of(asked: Analyses) -> AirGrid:
    """The cells of the air; InputError where the globe cannot be divided so."""
    cells = polar_grid(asked.rows, asked.columns)
    return AirGrid(cells, *hybrid_layers(asked.levels), merged_cells(cells))


def mark(asked: Analyses) -> str:
    """By what air is known: settings, numbers in the code, and name, size and time of change of each file. Their
    content, which may be a year of a reanalysis, is not read for it."""
    content = {
        "form": _FORM,
        "settings": asked.model_dump(mode="json", exclude={"files"}),
        "numbers": numbers_of(*_MAKING) | {"land": land_share.digest()},
    }
    return hashlib.sha256(
        json.dumps([content, [_identity(Path(name).expanduser()) for name in asked.files]]).encode()
    ).hexdigest()


def _identity(path: Path) -> list[Any]:
    parts = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
    return [
        [str(one.relative_to(path.parent)), one.stat().st_size, one.stat().st_mtime_ns]
        for one in parts
        if one.exists()
    ]


def cache_path(asked: Analyses) -> Path:
    """Where their air stands in the user's cache: equal files and settings have one place."""
    return cache_root() / "air" / f"air-{mark(asked)[:16]}.nc"


def prepared(asked: Analyses) -> Prepared:
    """Everything read that is needed to know that air can be made, nothing made yet.

    InputError lists all faults: files that are not there or not readable, fields, levels, surface pressure, ground or
    land missing, gaps and uneven steps in time, unreal calendars, values beyond nature, too much wind, no whole day.
    """
    faults: list[Fault] = []
    grid = _tried(lambda: grid_of(asked), faults)
    data = _tried(lambda: _read(asked), faults)
    if data is None or grid is None:
        raise InputError(faults)
    where, rules = (
        str(data.attrs["source"]),
        Rules(asked.most_steps, asked.longest, asked.hours, dry=asked.dry),
    )
    times, order = None, None
    if "time" in data.dims:
        order = _order(data, asked, rules)
        times = _tried(lambda: _times(data, order, rules, where), faults)
    land = None if "sftlf" in data else grid.mean_in_groups(land_share.on_grid(grid.grid))
    stream = _tried(lambda: driven(data, grid, land, order, rules), faults)
    ground = _tried(lambda: _ground(data, grid, where), faults)
    if stream is None or times is None or ground is None:
        raise InputError(faults)
    raise_if_any(faults)
    return Prepared(stream, times, grid, ground, _said(data, asked))


def _tried(make: Callable[[], _Found], faults: list[Fault]) -> _Found | None:
    try:
        return make()
    except InputError as error:
        faults.extend(fault for fault in error.faults if fault not in faults)
        return None


def _read(asked: Analyses) -> Any:
    """The analyses in canonical form, with a ground if one is asked for; values are looked at by `driven`."""
    if not asked.files:
        remedy = "name NetCDF files or Zarr stores"
        raise InputError(Fault("analyses", "files", "none", "analyses of the weather", remedy))
    files: list[Any] = [Path(name).expanduser() if "://" not in name else name for name in asked.files]

    def read(sources: list[Any]) -> Any:
        return analyses.read(sources, asked.names, units=asked.units, require=(), check_times=0)

    data = read(files)
    if asked.relief and "orog" not in data and {"lat", "lon"} <= set(data.dims):
        data = read([*files, relief_on(data["lat"].values, data["lon"].values)])
    return _chosen(data, asked)


def _chosen(data: Any, asked: Analyses) -> Any:
    """The times from `start` to `end`, both included; InputError where there are none, or a unit is of no field."""
    known = ", ".join(FIELDS)
    faults = [
        Fault("analyses", "units", repr(name), f"one of {known}", "use our names as keys")
        for name in asked.units
        if name not in FIELDS
    ]
    if (asked.start or asked.end) and "time" in data.dims:
        first, last = (None if one is None else np.datetime64(one, "ns") for one in (asked.start, asked.end))
        chosen = data.sel(time=slice(first, last))
        if chosen.sizes["time"] == 0:
            found = f"no time from {asked.start or 'the first'} to {asked.end or 'the last'}"
            times = data["time"].values.astype("datetime64[m]")
            expected = f"days between {times[0]} and {times[-1]}"
            faults.append(Fault("analyses", "start, end", found, expected, "choose others"))
        data = chosen
    raise_if_any(faults)
    return data


def _order(data: Any, asked: Analyses, rules: Rules) -> list[int]:
    count = int(data.sizes["time"])
    if asked.days is None:
        return list(range(count))
    # the length of an interval shows in two of them already
    step = seconds_of(data, there_and_back(count, 2), rules)
    first = data["time"].values[0].astype("datetime64[s]")
    before = float((first.astype("datetime64[D]") - first) / np.timedelta64(1, "s")) % 86400.0
    return there_and_back(count, int(np.ceil(before / step) + np.ceil(asked.days * 86400.0 / step)))


def _times(data: Any, order: list[int], rules: Rules, where: str) -> Times:
    """When intervals begin."""
    if len(order) < 2:
        remedy = "give more times, or play it for some days: days (--days)"
        raise InputError(Fault(where, "time", f"{len(order)} time(s)", "two or more", remedy))
    seconds, first = seconds_of(data, order, rules), data["time"].values[0].astype("datetime64[s]")
    steps = np.round(seconds * np.arange(len(order) - 1)).astype("timedelta64[s]")
    times = Times(first + steps, seconds, False)
    if 86400.0 % seconds:
        remedy = "give times of even hours that divide a day"
        raise InputError(
            Fault(where, "time", f"steps of {seconds / 3600.0:g} h", "steps that divide a day", remedy)
        )
    days_of(times)
    return times


def _ground(data: Any, grid: AirGrid, where: str) -> Floats:
    if "orog" not in data:
        found, expected = "no heights of the ground", "orog, by which stations on mountains are placed"
        remedy = "add the file of the orography, or take that of ETOPO: relief (--relief)"
        raise InputError(Fault(where, "orog", found, expected, remedy))
    return grid.mean_in_groups(means_on(data["orog"], grid.grid.lat_edges, grid.grid.lon_edges))


_CREDITS = ("title", "source", "kind", "producer", "citation", "licence", "licence_class")


def _said(data: Any, asked: Analyses) -> dict[str, Any]:
    """What the file of the air says of itself."""
    told = {name: str(data.attrs[name]) for name in _CREDITS if name in data.attrs}
    played = "all times in order"
    if asked.days is not None:
        played = f"{data.sizes['time']} time(s) to and fro for {asked.days} days: dates are made up"
    settings = asked.model_dump(mode="json")
    return told | {
        "played": played,
        "synthetic": "false",
        "settings": json.dumps(settings, sort_keys=True),
        "made_of": mark(asked),
        "tenbin_version": __version__,
    }


def make(path: Path, what: Prepared, told: Told | None = None) -> Path:
    """Write the air to `path`, whole or not at all; `told` hears the share that is done.

    InputError if a time that was not looked at before has faults.
    """
    return write(path, _telling(what, told), what.times, what.grid, what.attributes, what.ground)


def _telling(what: Prepared, told: Told | None) -> Iterator[AirInterval]:
    for one in what.stream:
        yield one
        if told is not None:
            told((one.number + 1) / len(what.times.start))


def cached(asked: Analyses, told: Told | None = None) -> Path:
    """The file of their air in the user's cache, made if it is not there."""
    path = cache_path(asked)
    if path.is_file():
        return path
    return make(path, prepared(asked), told)


def made_of(path: Path) -> str | None:
    """The mark of what the file at `path` was made of; None if there is none. InputError if it is no file of air."""
    if not path.exists():
        return None
    with AirFile(path) as air:
        return str(air.attributes.get("made_of"))
