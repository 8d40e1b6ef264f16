"""Footprints of particle models run backward (NAME, FLEXPART), in the layouts of OpenGHG and of PARIS.

The layouts differ in names: `fp(lat, lon, time)` of OpenGHG is `srr(time, latitude, longitude)` of PARIS. Both count
moles, (mol/mol) per (mol m-2 s-1); our fluxes are kg of the gas m-2 s-1, so a footprint hangs on the gas by its molar
mass. Without loss one run serves all long-lived gases; a run with loss serves only the gas it was made for.

`fp_HiTRes` resolves the hours before a measurement. Its last entry holds all that is older.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
import xarray as xr

from tenbin.core.constants import MOLAR_MASS
from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.data import catalog
from tenbin.data.columns.openghg_layout import decoded_times
from tenbin.data.inventories.tables import PathLike
from tenbin.data.tidy import choose
from tenbin.data.towers.site_dataset import open_netcdf

__all__ = ["PRODUCT", "read"]

PRODUCT = "footprint_samples"
GASES = ("co2", "ch4", "n2o", "mcf", "sf6")
_UNIT = "(mol/mol)/(mol/m2/s)"
_NO_LOSS = ("-9.0", "-9", "no loss applied", "")
_PERIOD = re.compile(r"\s*([\d.]+)\s*(?:h|hours?)\s*$")
_KEYS = ("title", "producer", "citation", "licence", "licence_class")
_TOLD = ("model", "model_version", "met_model", "domain", "author", "publication_acknowledgement", "comment")
_AXES = {"lat": ("lat", "latitude", "degrees_north"), "lon": ("lon", "longitude", "degrees_east")}


def read(path: PathLike, gas: str, resolved: bool = False) -> xr.Dataset:
    """`footprint` (obs, time, lat, lon) [mol mol-1 (kg m-2 s-1)-1] of `gas` in the file at `path`.

    `time` counts back from the measurement: fluxes from `hours_back` to `hours_back_end` [h] before it. Without
    `resolved` it is one, of all hours (the end is infinite). A measurement lasts from `obs_start` to `obs_end` (UTC;
    the file stamps the start); `release_lat`, `release_lon` [degrees] and `release_height` [m above model ground; NaN
    where unknown] say where. Attributes tell site, model and whether it is a column. InputError lists all faults.
    """
    choose(gas, GASES, "gas", path)
    raw = open_netcdf(path)
    name = "srr" if "srr" in raw.variables else "fp"
    raise_if_any(_layout_faults(raw, name, resolved, path))
    whole = _placed(raw, name)
    starts, unread = decoded_times(raw, path)
    raise_if_any(unread + _value_faults(raw, name, whole, gas, path))
    parts, since = (_by_hour(raw, whole, path)) if resolved else (whole.expand_dims(time=1, axis=1), [0.0])
    made = _labelled(parts / float(MOLAR_MASS[gas]), np.asarray(since), gas)
    return made.assign_coords(_receptor(raw, name, starts)).assign_attrs(_told(raw, path))


def _layout_faults(raw: xr.Dataset, name: str, resolved: bool, path: PathLike) -> list[Fault]:
    where, remedy = str(path), "give a footprint file of OpenGHG or PARIS"
    if name not in raw.variables:
        present = ", ".join(sorted(map(str, raw.data_vars)))
        return [Fault(where, name, f"neither among {present}", "fp or srr", remedy)]
    faults = []
    wanted = ["time", "release_lat", "release_lon", *(["fp_HiTRes", "H_back"] if resolved else [])]
    for variable in wanted:
        if variable not in raw.variables:
            what = "read it without `resolved`" if variable in ("fp_HiTRes", "H_back") else remedy
            faults.append(Fault(where, variable, "no such variable", "a variable", what))
    for ours, theirs in _AXES.items():
        if not any(axis in raw[name].dims for axis in theirs[:2]):
            faults.append(Fault(where, ours, f"dimensions {raw[name].dims}", " or ".join(theirs[:2]), remedy))
    unit = str(raw[name].attrs.get("units", ""))
    if unit.replace(" ", "") != _UNIT:
        faults.append(
            Fault(where, f"unit of {name}", repr(unit), repr(_UNIT), "convert it, and state the unit")
        )
    if (
        not _PERIOD.match(str(raw["time"].attrs.get("period", "")))
        or raw["time"].attrs.get("label") != "left"
    ):
        found = f"period {raw['time'].attrs.get('period')!r}, label {raw['time'].attrs.get('label')!r}"
        expected = "'1 hours' from the stamp on, label 'left'"
        faults.append(Fault(where, "time", found, expected, "state how long each measurement lasts"))
    return faults


def _placed(raw: xr.Dataset, name: str) -> xr.DataArray:
    """A footprint on (obs, ..., lat, lon) from south to north and west to east, in 64 bits."""
    one = raw[name]
    named = {theirs: ours for ours, (*names, _) in _AXES.items() for theirs in names if theirs in one.dims}
    one = one.rename({**named, "time": "obs"}).astype(float).reset_coords(drop=True)
    # 32-bit axes are those of other files but for their last digits: cells are hundreds of times wider
    axes = {ours: (ours, raw[theirs].values.astype(float).round(4)) for theirs, ours in named.items()}
    placed = one.drop_vars(["obs", *axes], errors="ignore").assign_coords(axes)
    return placed.transpose("obs", ..., "lat", "lon").sortby(["lat", "lon"])


def _value_faults(raw: xr.Dataset, name: str, whole: xr.DataArray, gas: str, path: PathLike) -> list[Fault]:
    values, where = whole.values, str(path)
    empty = (values == 0.0).all(axis=(1, 2))
    species = str(raw.attrs.get("species", "")).lower()
    loss = str(raw[name].attrs.get("loss_lifetime_hrs", "")).strip().lower()
    faults = []
    if loss not in _NO_LOSS and species != gas:
        found = f"a run of {species or 'an unknown gas'} that decays in {loss} h"
        faults.append(Fault(where, "loss", found, f"a run without loss, or of {gas}", "choose another run"))
    here = _holds_receptor(raw, whole)
    tests: dict[str, npt.NDArray[np.bool_]] = {
        "missing or negative numbers": ~(np.isfinite(values) & (values >= 0.0)).all(axis=(1, 2)),
        "footprints of nothing but zeros": empty & (here | empty.all()),
    }
    remedy = "leave these times out, or fetch the file again: it may be truncated"
    return faults + [
        Fault(where, name, f"{what} at {int(bad.sum())} of {bad.size} times", "none", remedy)
        for what, bad in tests.items()
        if bad.any()
    ]


def _holds_receptor(raw: xr.Dataset, whole: xr.DataArray) -> npt.NDArray[np.bool_]:
    """Whether each measurement was taken in the domain: then some of its air was near the ground there."""
    inside = np.ones(len(whole), dtype=bool)
    for axis in ("lat", "lon"):
        values, place = whole[axis].values, raw[f"release_{axis}"].values.astype(float)
        inside &= (place >= values[0]) & (place <= values[-1])
    return inside


def _by_hour(raw: xr.Dataset, whole: xr.DataArray, path: PathLike) -> tuple[xr.DataArray, npt.NDArray]:
    """The footprint by hours before the measurement, and where they begin [h]; they must add up to the whole."""
    parts = _placed(raw, "fp_HiTRes").rename(H_back="time").drop_vars("time", errors="ignore")
    parts = parts.transpose("obs", "time", "lat", "lon")
    most = whole.values.max(axis=(1, 2))
    apart = np.abs(parts.values.sum(axis=1) - whole.values).max(axis=(1, 2)) / np.where(most > 0.0, most, 1.0)
    if bad := int((~(apart < 1e-3)).sum()):
        found = f"hours that do not add up to fp, or are missing, at {bad} of {apart.size} times"
        remedy = "read it without `resolved`, or leave these times out"
        raise InputError(Fault(str(path), "fp_HiTRes", found, "a sum equal to fp", remedy))
    return parts, raw["H_back"].values.astype(float)


def _labelled(parts: xr.DataArray, since: npt.NDArray, gas: str) -> xr.Dataset:
    said = {
        "units": "mol mol-1 (kg m-2 s-1)-1",
        "long_name": f"mole fraction of {gas} per flux of its own mass to the air",
    }
    hours = {"units": "h"}
    axes = {
        "hours_back": ("time", since, hours),
        "hours_back_end": ("time", np.append(since[1:], np.inf), hours),
        "lat": ("lat", parts["lat"].values, {"units": "degrees_north", "standard_name": "latitude"}),
        "lon": ("lon", parts["lon"].values, {"units": "degrees_east", "standard_name": "longitude"}),
    }
    return xr.Dataset({"footprint": parts.drop_attrs().assign_attrs(said)}).assign_coords(axes)


def _receptor(raw: xr.Dataset, name: str, starts: npt.NDArray) -> dict[str, tuple]:
    found = _PERIOD.match(str(raw["time"].attrs["period"]))
    seconds = round(float(found[1]) * 3600.0) if found else 0
    begin = (starts + np.timedelta64(500, "ms")).astype("datetime64[s]").astype("datetime64[ns]")
    height = raw["release_height"].values if "release_height" in raw else np.full(begin.shape, np.nan)
    return {
        "obs_start": ("obs", begin),
        "obs_end": ("obs", begin + np.timedelta64(seconds, "s")),
        "release_lat": ("obs", raw["release_lat"].values.astype(float), {"units": "degrees_north"}),
        "release_lon": ("obs", raw["release_lon"].values.astype(float), {"units": "degrees_east"}),
        "release_height": ("obs", height.astype(float), {"units": "m"}),
    }


def _told(raw: xr.Dataset, path: PathLike) -> dict[str, str | int]:
    """What attributes or, in older files, the name of the file say."""
    stem = Path(path).name
    told = {key: str(raw.attrs[key]).strip() for key in _TOLD if key in raw.attrs}
    inlet = re.search(r"-(\d+magl|column)[_.]", stem)
    site = str(raw.attrs.get("site") or stem.split("-")[0])
    entry = catalog.product(PRODUCT)
    credit = {key: str(getattr(entry, key)) for key in _KEYS} if _is_ours(stem) else {}
    column = int("max_level" in raw.attrs or bool(inlet and inlet[1] == "column"))
    words = {"site": site, "inlet": inlet[1] if inlet else "", "is_column": column, "source_file": str(path)}
    return told | credit | words


def _is_ours(name: str) -> bool:
    return name in {file.name for file in catalog.product(PRODUCT).files}
