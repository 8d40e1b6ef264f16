"""Any global analysis of the atmosphere in one form, ready to drive transport: SI, up, north, east, forward.

The form: dimensions `time, level, lat, lon`; `level` [Pa] from the ground up (for hybrid layers with `hybrid_a`
[Pa] and `hybrid_b` [1]), `lat` from south to north, `lon` ascending in [-180, 180), covering the globe once; the
fields of `names.FIELDS`. Values are Dask arrays: nothing is loaded but axes and the times that are checked.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import xarray as xr

from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.core.variables import attributes
from tenbin.data.meteorology import axes, checks, levels, opening
from tenbin.data.meteorology.canonical import Part, part
from tenbin.data.meteorology.humidity import specific_humidity
from tenbin.data.meteorology.names import FIELDS
from tenbin.data.meteorology.surface_pressure import surface_pressure_from_geopotential

__all__ = ["REQUIRED", "read"]

REQUIRED = ("ua", "va", "ps")
"""What transport cannot do without."""

_UNSTATED = {"licence_class": "C", "kind": "unstated", "is_analysis": 0, "is_model": 0}
Source = opening.PathLike | xr.Dataset


def read(
    source: Source | Sequence[Source],
    names: Mapping[str, str] | None = None,
    *,
    units: Mapping[str, str] | None = None,
    require: Sequence[str] = REQUIRED,
    check_times: int | None = 2,
    credit: Mapping[str, Any] | None = None,
) -> xr.Dataset:
    """Weather of the globe in canonical form, from a NetCDF file, a Zarr store, a Dataset, or several of them.

    Several are joined: other fields of the same times, later times, an orography. `names` (ours -> theirs) and
    `units` (ours -> unit) go before what files declare. `hus` is made from relative humidity, and `ps` from
    heights, temperature and orography, where only those are given. Values are checked at `check_times` times,
    first and last among them (None: all; 0: none). `credit` fills attributes; without one the licence class is
    C (unclear).

    InputError lists every fault: axes, units or fields of `require` missing, a grid that is not global, times
    twice or absent, an unreal calendar, values beyond nature, gaps above the ground.
    """
    sources = _listed(source)
    labels = [_label(one) for one in sources]
    where = " + ".join(labels)
    parts = [
        part(opening.lazily(one), names or {}, units or {}, label)
        for one, label in zip(sources, labels, strict=True)
    ]
    whole, faults = _joined([one.data for one in parts if one.data.data_vars], where)
    faults = [fault for one in parts for fault in one.faults] + _calendar_faults(parts, where) + faults
    whole = _completed(whole)
    faults += _absences(whole, parts, require, where) + _content_faults(whole, check_times, where)
    raise_if_any(faults)
    titles = [one.title for one in parts if one.title]
    return _credited(whole, titles, where, credit or {})


def _listed(source: Source | Sequence[Source]) -> list[Source]:
    one = (xr.Dataset, str, os.PathLike)
    if isinstance(source, one):
        return [source]
    found = list(source) if isinstance(source, (list, tuple)) else []
    if not found or not all(isinstance(item, one) for item in found):
        remedy = "pass a path, an open Dataset, or a list of them"
        raise InputError(Fault("meteorology.read", "source", repr(source)[:60], "files or Datasets", remedy))
    return found


def _label(source: Source) -> str:
    if isinstance(source, xr.Dataset):
        return str(source.encoding.get("source") or source.attrs.get("title") or "Dataset")
    return str(source)


def _calendar_faults(parts: Sequence[Part], where: str) -> list[Fault]:
    real = opening.REAL_CALENDARS
    kinds = {"standard" if one.calendar in real else one.calendar for one in parts}
    if len(kinds) < 2:
        return []
    found = f"calendars {' and '.join(sorted(kinds))}"
    return [Fault(where, "time", found, "one calendar", "convert the sources to the real one")]


def _joined(parts: list[xr.Dataset], where: str) -> tuple[xr.Dataset, list[Fault]]:
    """All sources as one Dataset: fields beside each other, times after each other."""
    if len(parts) < 2:
        return (parts[0] if parts else xr.Dataset()), []
    still = [one for one in parts if "time" not in one.dims]
    moving = [one for one in parts if "time" in one.dims]
    try:
        joined = _combined(moving) if moving else xr.Dataset()
        return xr.merge([joined, *still], join="exact", compat="override", combine_attrs="override"), []
    except ValueError as error:
        found = f"grids or times that do not fit ({str(error).splitlines()[0]})"
        remedy = "give files of the same levels and grid, and each time once"
        return parts[0], [Fault(where, "files", found, "one grid", remedy)]


def _combined(moving: list[xr.Dataset]) -> xr.Dataset:
    return xr.combine_by_coords(
        moving,
        join="exact",
        compat="override",
        data_vars="minimal",
        coords="minimal",
        combine_attrs="override",
    )  # type: ignore[return-value]


def _completed(whole: xr.Dataset) -> xr.Dataset:
    """`whole` with `ps` and `hus` worked out where they are absent and what they need is there; without `hur`."""
    on_pressure = "level" in whole.dims and "hybrid_a" not in whole.coords
    if "ps" not in whole and on_pressure and {"zg", "ta", "orog"} <= set(whole.data_vars):
        whole = whole.assign(ps=surface_pressure_from_geopotential(whole["zg"], whole["ta"], whole["orog"]))
    if "hus" not in whole and {"hur", "ta"} <= set(whole.data_vars) and (on_pressure or "ps" in whole):
        whole = whole.assign(hus=_humidity(whole))
    return whole.drop_vars("hur", errors="ignore")


def _humidity(whole: xr.Dataset) -> xr.DataArray:
    made = specific_humidity(whole["hur"], whole["ta"], levels.level_pressure(whole))
    said = attributes(FIELDS["hus"].variable) | {"comment": "from relative humidity and temperature"}
    return made.transpose(*whole["ta"].dims).astype(whole["ta"].dtype).assign_attrs(said)


def _absences(whole: xr.Dataset, parts: Sequence[Part], require: Sequence[str], where: str) -> list[Fault]:
    """Faults of what no source has; what a source has and could not be brought to our form was said before."""
    found = []
    axes_found = [one.found for one in parts if one.found is not None]
    if not any(one.vertical for one in axes_found):
        remedy = "give fields on levels: a dimension with pressures [Pa or hPa], or with hyam, hybm and P0"
        found.append(Fault(where, "level", "no vertical dimension", "pressure or hybrid levels", remedy))
    if all(one.time is None for one in axes_found):
        remedy = "assign a coordinate `time`: of one time, a scalar"
        found.append(Fault(where, "time", "no times", "a time axis, or one time", remedy))
    said = {name for one in parts for name in (*one.matched, *(fault.name for fault in one.faults))}
    for name in require:
        if name not in whole and name not in said:
            what = FIELDS[name].variable.long_name if name in FIELDS else "a known field"
            found.append(Fault(where, name, "no such field", what, _remedy(name, whole)))
    return found


def _remedy(name: str, whole: xr.Dataset) -> str:
    lacking = [field for field in ("zg", "ta", "orog") if field not in whole]
    if name == "ps" and lacking:
        return f"add it, or {' and '.join(lacking)}, from which it can be derived"
    return f"add it, or say which variable it is: names={{{name!r}: ...}}"


def _content_faults(whole: xr.Dataset, check_times: int | None, where: str) -> list[Fault]:
    """Faults of the grid, the times and the values of what could be brought to our form."""
    faults = []
    if {"lat", "lon"} <= set(whole.dims):
        faults += axes.grid_faults(whole["lat"].values, whole["lon"].values, where)
    if "time" in whole.coords:
        faults += axes.time_faults(whole["time"].values, where)
    if whole.data_vars and check_times != 0 and all(whole.sizes.values()):
        faults += checks.value_faults(checks.sampled(whole, check_times), where)
    return faults


def _credited(whole: xr.Dataset, titles: Sequence[str], where: str, credit: Mapping[str, Any]) -> xr.Dataset:
    vertical = "hybrid" if "hybrid_a" in whole.coords else "pressure"
    said = {"Conventions": "CF-1.11", "title": titles[0] if titles else where, "source": where}
    faces = {name: whole[name] for name in ("hybrid_a_faces", "hybrid_b_faces") if name in whole.coords}
    made = whole[[name for name in FIELDS if name in whole]].assign_coords(faces)
    made.attrs = said | {"vertical": vertical} | _UNSTATED | dict(credit)
    return made
