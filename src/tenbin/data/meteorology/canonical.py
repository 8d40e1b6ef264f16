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
_TIME = {"standard_name": "time", "axis": "T"}


@dataclass
class Part:
    """What came of one source: `data` in canonical form, `matched` (ours -> theirs), axes, faults."""

    data: xr.Dataset
    matched: dict[str, str] = field(default_factory=dict)
    found: axes.Axes | None = None
    calendar: str = "standard"
    title: str = ""
    broken: bool = False
    faults: list[Fault] = field(default_factory=list)


def part(raw: xr.Dataset, names: Mapping[str, str], units: Mapping[str, str], where: str) -> Part:
    """`raw` in canonical form; fields that cannot be brought to it are left out, and the reason is a fault."""
    found = axes.find(raw)
    matched, faults = match(raw, found.vertical, names, where)
    made = Part(xr.Dataset(), matched, found, title=str(raw.attrs.get("title", "")), faults=faults)
    remedy = "name it lat or lon, or give it CF attributes"
    faults += [
        Fault(where, name, "no such dimension", f"{name} [degree]", remedy)
        for name in ("lat", "lon")
        if getattr(found, name) is None
    ]
    for axis in (found.lat, found.lon):
        try:
            quantities.numbers(raw, str(axis), where) if axis is not None else None
        except InputError as error:
            made.broken = True
            faults += error.faults
    if made.broken or found.lat is None or found.lon is None:
        return made
    time = _time(raw, made, where)
    fields: dict[str, xr.DataArray] = {}
    for name, theirs in matched.items():
        try:
            placed = _placed(raw, raw[theirs], name, found, time, where)
            fields[name] = quantities.si(placed, FIELDS[name], units.get(name), where)
        except InputError as error:
            faults += [fault for fault in error.faults if fault not in faults]
    fields, more = _of_one_kind(fields, where)
    made.faults += more
    hybrid = any("hybrid_a" in one.coords for one in fields.values())
    made.data = _ordered(fields, levels.faces(raw, where) if hybrid else {})
    return made


def _of_one_kind(fields: dict[str, xr.DataArray], where: str) -> tuple[dict[str, xr.DataArray], list[Fault]]:
    """The fields without those on another kind of levels than the first: hybrid layers and pressure do not mix."""
    kinds = {name: "hybrid_a" in one.coords for name, one in fields.items() if "level" in one.dims}
    first = next(iter(kinds.values()), None)
    strange = [name for name, kind in kinds.items() if kind != first]
    words = "hybrid layers beside pressure levels"
    remedy = "choose variables of one kind: names="
    faults = [Fault(where, name, words, "one kind of levels", remedy) for name in strange]
    return {name: one for name, one in fields.items() if name not in strange}, faults


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
    if FIELDS[name].static and "time" in made.dims:
        made = made.isel(time=0)
    elif not FIELDS[name].static and "time" not in made.dims and time is not None:
        if time.size > 1:
            found_words = f"no time, where the file has {time.size}"
            raise InputError(
                Fault(where, name, found_words, "a value for each time", "give it the axis of time")
            )
        made = made.expand_dims("time")
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


def _ordered(fields: Mapping[str, xr.DataArray], faces: Mapping) -> xr.Dataset:
    """Fields on one grid: up, north, east, forward. Where some have fewer levels, they are NaN on the others."""
    tall = [one for one in fields.values() if "level" in one.dims]
    placed = {name: _on_levels(one, tall[0]) if "level" in one.dims else one for name, one in fields.items()}
    made = xr.Dataset(placed).assign_coords(faces)
    if "lat" in made.dims:
        made = axes.eastward(axes.northward(made))
    if "level" in made.dims:
        made = levels.upward(made)
    return axes.forward(made) if "time" in made.coords else made


def _on_levels(one: xr.DataArray, main: xr.DataArray) -> xr.DataArray:
    if one.sizes["level"] == main.sizes["level"] and np.array_equal(
        one["level"].values, main["level"].values
    ):
        return one
    # Half a pascal: pressures held in 32 bits and turned into Pa are not exactly those held as integers.
    return one.sortby("level").reindex(level=main["level"].values, method="nearest", tolerance=0.5)
