"""Maps in files brought to a run of the air: monthly emissions and regions, checked, and put onto cells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import xarray as xr

from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.core.grid import Grid
from tenbin.data.land_grids.remap import edges_of, latitude_overlap, longitude_overlap
from tenbin.data.surfaces import transcom

__all__ = ["monthly_flux", "onto", "opened", "region_map"]

Floats = npt.NDArray[np.float64]
UNIT = "kg m-2 s-1"
_TRANSCOM = "transcom"


def opened(path: Path, key: str, remedy: str) -> xr.Dataset:
    """The NetCDF file that a `key` of the configuration names, in memory; InputError, with what else it may be."""
    if not path.is_file():
        raise InputError(Fault("configuration", key, f"{path}, which is not there", "a file", remedy))
    try:
        with xr.open_dataset(path, decode_times=False) as data:
            return data.load()
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(
            Fault(str(path), key, "nothing to read as NetCDF", "a NetCDF file", remedy)
        ) from error


def monthly_flux(path: Path, key: str) -> xr.DataArray:
    """Twelve months of [kg m-2 s-1] (month, lat, lon) on even cells round the globe, rows from south to north.

    All that is wrong with the file is raised at once.
    """
    data = opened(path, key, "give 'built-in', 'none', or a NetCDF file")
    fields = [field for field in data.data_vars.values() if {"lat", "lon"} <= set(field.dims)]
    sizes = (
        ", ".join(f"{field.name} {dict(field.sizes)}" for field in fields) or "no variable along lat and lon"
    )
    if len(fields) != 1 or len(fields[0].dims) != 3:
        expected = "one variable along (month, lat, lon)"
        raise InputError(Fault(str(path), key, sizes, expected, "leave the one that is meant"))
    field = fields[0].transpose(..., "lat", "lon")
    unit, values = str(field.attrs.get("units")), field.values.astype(float)
    missing = int((~np.isfinite(values)).sum())
    tests = (
        (len(values) == 12, str(field.name), sizes, "twelve months", "leave the months of a year"),
        (unit == UNIT, f"unit of {field.name}", repr(unit), repr(UNIT), "convert it, and say so in `units`"),
        (
            missing == 0,
            str(field.name),
            f"{missing} missing values",
            "numbers everywhere",
            "fill them with 0",
        ),
    )
    faults = [Fault(str(path), *what) for good, *what in tests if not good]
    raise_if_any(faults + _axis_faults(field, path, whole=True))
    return field.sortby("lat").sortby("lon")


def region_map(regions: str, key: str = "pulses.regions") -> xr.DataArray:
    """Whole numbers of regions (lat, lon), 0 where there is none: of TransCom, or of a NetCDF file."""
    if regions == _TRANSCOM:
        found = transcom.read()
        return found[next(name for name in found.data_vars if name != "cell_area")]
    path = Path(regions)
    data = opened(path, key, "give 'none', 'transcom', or a NetCDF file")
    fields = [field for field in data.data_vars.values() if set(field.dims) == {"lat", "lon"}]
    if len(fields) != 1:
        many = f"{len(fields)} variables along lat and lon"
        raise InputError(Fault(str(path), key, many, "one, of regions' numbers", "leave one"))
    field = fields[0].transpose("lat", "lon")
    values = field.values.astype(float)
    sound = np.isfinite(values).all() and not (values != np.round(values)).any() and values.min() >= 0.0
    name, faults = str(field.name), _axis_faults(field, path, whole=False)
    if not sound:
        faults += [Fault(str(path), name, "other than 0, 1, 2 ...", "whole numbers", "number the regions")]
    elif values.max() == 0.0:
        faults += [
            Fault(str(path), name, "nothing but 0", "at least one region", "number the regions from 1")
        ]
    raise_if_any(faults)
    return field.astype(int).sortby("lat").sortby("lon")


def _axis_faults(field: xr.DataArray, path: Path, whole: bool) -> list[Fault]:
    """Cells have to be even, and to cover the globe if it is the `whole` of it that counts."""
    faults = []
    for name, least in (("lat", 180.0), ("lon", 360.0)):
        if name not in field.coords or field.sizes[name] < 2:
            faults.append(Fault(str(path), name, "no coordinate", "degrees, two or more", "write it"))
            continue
        middle = np.sort(field[name].values.astype(float))
        step = np.diff(middle)
        uneven = np.ptp(step) > 1e-3 * step.max()
        if uneven:
            found = f"steps of {step.min():g} to {step.max():g} degrees"
            faults.append(Fault(str(path), name, found, "even steps", "bring it to a regular grid"))
        # a row at a pole is half a row
        span = middle[-1] - middle[0] + (step.max() if name == "lon" or abs(middle[0]) < 89.999 else 0.0)
        if not uneven and whole and abs(span - least) > 1e-2 * step.max():
            found, expected = f"{span:g} degrees", f"{least:g} degrees, the globe once"
            faults.append(Fault(str(path), name, found, expected, "fill the rest with 0"))
    return faults


def onto(field: xr.DataArray, grid: Grid) -> Floats:
    """Means by area (..., lat, lon) over the cells of `grid` of a field on even cells; sums over the globe stay."""
    south = np.clip(edges_of(field["lat"].values.astype(float)), -90.0, 90.0)
    north = latitude_overlap(south, grid.lat_edges)
    east = longitude_overlap(edges_of(field["lon"].values.astype(float)), grid.lon_edges)
    return np.asarray(north @ field.values.astype(float) @ east.T)
