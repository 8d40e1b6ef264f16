"""One source of gridded weather brought to our axes, order and units, with everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from tenbin.core.errors import Fault, InputError
from tenbin.data.meteorology import axes, levels, opening, quantities
from tenbin.data.meteorology.names import FIELDS, match

__all__ = ["Part", "part"]

_DIMS = ("time", "level", "lat", "lon")
LEVEL_ROUND_OFF = 0.5
"""Pressures [Pa] nearer than this are one level: files hold them in 32 bits or as integers."""

_TIME = {"standard_name": "time", "axis": "T"}


@dataclass
class Part:
    """What came of one source: `data` in canonical form, `matched` (ours -> theirs), axes, faults."""

    data: xr.Dataset
    matched: dict[str, str] = field(default_factory=dict)
    found: axes.Axes | None = None
    calendar: str = "standard"
    title: str = ""
    faults: list[Fault] = field(default_factory=list)


def part(raw: xr.Dataset, names: Mapping[str, str], units: Mapping[str, str], where: str) -> Part:
    """`raw` in canonical form; fields that cannot be brought to it are left out, and the reason is a fault."""
    found = axes.find(raw)
    matched, faults = match(raw, found.vertical, names, where)
    made = Part(xr.Dataset(), matched, found, title=str(raw.attrs.get("title", "")), faults=faults)
    axis_faults = _axis_faults(raw, found, where)
    faults += axis_faults
    if axis_faults:
        return made
    time = _time(raw, made, where)
    fields: dict[str, xr.DataArray] = {}
    for name, theirs in matched.items():
        try:
            placed = _placed(raw, raw[theirs], name, found, time, where)
            fields[name] = quantities.si(placed, FIELDS[name], units.get(name), where)
        except InputError as error:
            faults += [fault for fault in error.faults if fault not in faults]
    misfits = _misfits(fields, where)
    faults += misfits
    fields = {name: one for name, one in fields.items() if name not in [fault.name for fault in misfits]}
    hybrid = any("hybrid_a" in one.coords for one in fields.values())
    made.data = _ordered(fields, levels.faces(raw, where) if hybrid else {})
    return made


def _axis_faults(raw: xr.Dataset, found: axes.Axes, where: str) -> list[Fault]:
    """Faults of latitude and longitude: not there, or not numbers."""
    faults = []
    for ours, theirs in (("lat", found.lat), ("lon", found.lon)):
        if theirs is None:
            remedy = "name it lat or lon, or give it CF attributes"
            faults.append(Fault(where, ours, "no such dimension", f"{ours} [degree]", remedy))
            continue
        try:
            quantities.numbers(raw, theirs, where)
        except InputError as error:
            faults += error.faults
    return faults


def _tallest(fields: Mapping[str, xr.DataArray]) -> xr.DataArray | None:
    """The levels of the field that has most of them (the first of equals), None where no field has levels."""
    tall = [one["level"] for one in fields.values() if "level" in one.dims]
    return max(tall, key=lambda level: level.size) if tall else None


def _misfits(fields: Mapping[str, xr.DataArray], where: str) -> list[Fault]:
    """Fields on other levels than the tallest one has: hybrid layers beside pressure, or pressures in between."""
    main = _tallest(fields)
    faults = []
    for name, one in fields.items():
        if main is None or "level" not in one.dims:
            continue
        words = ""
        if ("hybrid_a" in one.coords) != ("hybrid_a" in main.coords):
            words = "hybrid layers beside pressure levels"
        elif (np.abs(one["level"].values[:, None] - main.values).min(axis=1) > LEVEL_ROUND_OFF).any():
            words = "levels that other fields do not have"
        if words:
            remedy = "choose variables on the same levels: names="
            faults.append(Fault(where, name, words, "one set of levels", remedy))
    return faults


def _time(raw: xr.Dataset, made: Part, where: str) -> xr.DataArray | None:
    """The times of a source, None where it has none or they cannot be read (then a fault of `made`)."""
    name = made.found.time if made.found else None
    if name is None:
        return None
    if name not in raw.coords:
        remedy = "assign the coordinate: dates, or hours since a date"
        made.faults.append(Fault(where, name, "a dimension without coordinate", "times", remedy))
        return None
    made.calendar = opening.calendar_of(raw[name])
    try:
        return xr.DataArray(opening.decoded_time(raw[name], where), dims="time", attrs=_TIME)
    except InputError as error:
        made.faults += error.faults
        return None


def _placed(
    raw: xr.Dataset, theirs: xr.DataArray, name: str, found: axes.Axes, time: xr.DataArray | None, where: str
) -> xr.DataArray:
    """One field with our dimensions and coordinates, in the order and units of the file."""
    dims = [dim for dim in found.vertical if dim in theirs.dims]
    level = dims[0] if dims else None
    bare = theirs.reset_coords(drop=True).drop_vars(list(theirs.dims), errors="ignore")
    made = bare.rename({a: b for a, b in found.renamed(level).items() if a in bare.dims})
    made = _timed(made, name, time, where)
    extra = ", ".join(str(dim) for dim in made.dims if dim not in _DIMS)
    if extra:
        remedy = "choose one with isel, or rename it"
        raise InputError(Fault(where, name, f"also along {extra}", ", ".join(_DIMS), remedy))
    made = made.transpose(*(dim for dim in _DIMS if dim in made.dims))
    coordinates: dict = levels.vertical(raw, level, where) if level else {}
    if "time" in made.dims and time is not None:
        coordinates["time"] = time
    for ours, axis in (("lat", found.lat), ("lon", found.lon)):
        coordinates[ours] = (ours, raw[axis].values)
    return made.assign_coords(coordinates)


def _timed(made: xr.DataArray, name: str, time: xr.DataArray | None, where: str) -> xr.DataArray:
    """`made` with an axis of time, but for fields that never change; InputError if it lacks one that others have."""
    if FIELDS[name].static:
        return made.isel(time=0) if "time" in made.dims else made
    if "time" in made.dims or time is None:
        return made
    if time.size > 1:
        found = f"no time, where the file has {time.size}"
        raise InputError(Fault(where, name, found, "a value for each time", "give it the axis of time"))
    return made.expand_dims("time")


def _ordered(fields: Mapping[str, xr.DataArray], faces: Mapping) -> xr.Dataset:
    """Fields on one grid: up, north, east, forward. Where some have fewer levels, they are NaN on the others."""
    main = _tallest(fields)
    placed = {name: _on_levels(one, main) if "level" in one.dims else one for name, one in fields.items()}
    made = xr.Dataset(placed).assign_coords(faces)
    if "lat" in made.dims:
        made = axes.eastward(axes.northward(made))
    if "level" in made.dims:
        made = levels.upward(made)
    return axes.forward(made) if "time" in made.coords else made


def _on_levels(one: xr.DataArray, main: xr.DataArray | None) -> xr.DataArray:
    if main is None or np.array_equal(one["level"].values, main.values):
        return one
    nearest = {"method": "nearest", "tolerance": LEVEL_ROUND_OFF}
    return one.sortby("level").reindex(level=main.values, **nearest)  # type: ignore[arg-type]
