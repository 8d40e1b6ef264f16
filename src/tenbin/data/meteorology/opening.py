"""Files of gridded weather opened without loading them: NetCDF, Zarr, or a Dataset that is open already."""

from __future__ import annotations

import os
import re
import warnings
from pathlib import Path

import numpy as np
import xarray as xr

from tenbin.core.errors import Fault, InputError
from tenbin.data.tidy import fault

__all__ = ["calendar_of", "decoded_time", "lazily"]

REAL_CALENDARS = ("standard", "gregorian", "proleptic_gregorian")
"""Calendars of the real world, which agree after 1582."""

PathLike = str | os.PathLike[str]


def lazily(source: PathLike | xr.Dataset) -> xr.Dataset:
    """`source` with every variable in Dask chunks of one time each (Zarr: its own) and its time axis as it stands.

    InputError: no such file, GRIB, a Zarr store that asks for pickles, or nothing that can be read.
    """
    if isinstance(source, xr.Dataset):
        lazy = any(variable.chunks is not None for variable in source.variables.values())
        return source if lazy else _chunked(source)
    path = Path(source)
    if "://" in str(source):
        remedy = "open it with xarray.open_zarr, choose the years, and pass the Dataset"
        raise fault(str(source), "file", "a remote address", "a local file or store", remedy)
    if not path.exists():
        raise fault(path, "file", "no such file", "the file", "check the path, or set TENBIN_DATA")
    try:
        with warnings.catch_warnings():
            # Old files declare two fill values: both are decoded to NaN.
            warnings.simplefilter("ignore", xr.SerializationWarning)
            return _opened(path)
    except (OSError, ValueError, TypeError, KeyError) as error:
        said = str(error).splitlines()[0] if str(error) else repr(error)
        raise fault(path, "file", f"nothing readable ({said})", "a whole file", "fetch it again") from error


def _opened(path: Path) -> xr.Dataset:
    if path.is_dir():
        _refuse_pickles(path)
        return xr.open_dataset(path, engine="zarr", chunks={}, decode_times=False)
    with open(path, "rb") as stream:
        head = stream.read(4)
    if head == b"GRIB":
        remedy = "convert it first, for example with `grib_to_netcdf` or cfgrib (no dependency of tenbin)"
        raise fault(path, "file", "GRIB", "NetCDF or Zarr", remedy)
    engine = "scipy" if head[:3] == b"CDF" else "h5netcdf"
    return _chunked(xr.open_dataset(path, engine=engine, decode_times=False))


def _refuse_pickles(store: Path) -> None:
    """Zarr can hold pickled objects, and to read them runs code: no field of weather needs one."""
    for metadata in (*store.rglob(".zarray"), *store.glob(".zmetadata"), *store.rglob("zarr.json")):
        if b'"pickle"' in metadata.read_bytes():
            remedy = "write the store again with numbers only"
            raise fault(store, metadata.parent.name, "pickled objects", "arrays of numbers", remedy)


def _chunked(raw: xr.Dataset) -> xr.Dataset:
    return raw.chunk({dim: 1 for dim in ("time", "valid_time") if dim in raw.dims})


def calendar_of(time: xr.DataArray) -> str:
    """Calendar that a time axis declares, "standard" where it declares none."""
    if time.dtype == object and time.size:
        return str(getattr(time.values.flat[0], "calendar", "standard"))
    said = time.attrs.get("calendar") or time.encoding.get("calendar") or "standard"
    return str(said).lower()


def decoded_time(time: xr.DataArray, where: str) -> np.ndarray:
    """Times [datetime64 ns] (n,) of an axis; InputError: another calendar, or a unit without a reference date."""
    calendar = calendar_of(time)
    if calendar not in REAL_CALENDARS:
        remedy = "turn it into the real one, for example with xarray's convert_calendar"
        raise InputError(Fault(where, "time", f"calendar {calendar!r}", "the real calendar", remedy))
    values = np.atleast_1d(time.values)
    if np.issubdtype(values.dtype, np.datetime64):
        return values.astype("datetime64[ns]")
    units = str(time.attrs.get("units", "nothing"))
    if not re.match(r"(second|minute|hour|day)s? since \d{4}", units):
        remedy = "give times as dates, or as hours or days since a date"
        raise InputError(Fault(where, "time", f"unit {units!r}", "'hours since yyyy-mm-dd'", remedy))
    plain = xr.Dataset({"time": ("time", values, {"units": units, "calendar": calendar})})
    try:
        return np.asarray(xr.decode_cf(plain)["time"].values, dtype="datetime64[ns]")
    except (ValueError, OverflowError, ImportError) as error:
        remedy = "check its unit and values"
        raise InputError(Fault(where, "time", f"{units!r} beyond reading", "dates", remedy)) from error
