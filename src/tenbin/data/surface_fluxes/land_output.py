"""Monthly maps that a run of the land leaves behind, as masses on the cells of the surface patterns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from tenbin.core.errors import Fault, raise_if_any
from tenbin.core.grid import cell_area
from tenbin.data.inventories.tables import PathLike
from tenbin.data.land_grids import remap
from tenbin.data.surface_fluxes.patterns import BASE, MONTH_SECONDS, balanced
from tenbin.data.towers.site_dataset import open_netcdf

__all__ = ["MAPS", "biosphere", "masses"]

Floats = npt.NDArray[np.float64]
MAPS = ("gpp", "ra", "rh", "fFire", "wetlandCH4", "riceCH4", "termiteCH4", "uplandCH4", "fN2O")
"""Variables of `land_monthly.nc` that fluxes are made of, in kg m-2 s-1 of land."""


def masses(path: PathLike, names: tuple[str, ...] = MAPS) -> dict[str, Floats]:
    """Mass [kg of carbon, nitrogen or CH4, as the file counts] of each of `names` by month: (12, lat, lon) on BASE.

    `path` is a run's `land_monthly.nc`; months of several years are averaged. Sums over the globe are kept to
    round-off. InputError lists every variable, unit or month that is missing.
    """
    data = xr.decode_cf(open_netcdf(path))
    raise_if_any(_faults(data, names, path))
    north, east = _overlaps(data)
    month = data["time"].dt.month
    area = data["land_area"].transpose("lat", "lon").fillna(0.0).values
    found = {}
    for name in names:
        mean = data[name].groupby(month).mean("time").transpose("month", "lat", "lon")
        density = np.nan_to_num(mean.values.astype(float)) * area / _cell_area(data)
        found[name] = (north @ density @ east.T) * BASE.area * MONTH_SECONDS[:, None, None]
    return found


def biosphere(land: dict[str, Floats]) -> Floats:
    """Net carbon (12, lat, lon) [kg] to the air from breathing less production, at rest: no net flux in any cell.

    Respiration is scaled in each cell to the year's production. What fires, harvest and growth leave is so breathed
    where it grew: the sink is a term of its own.
    """
    breath, growth = land["ra"] + land["rh"], land["gpp"]
    yearly = breath.sum(axis=0)
    scale = np.divide(growth.sum(axis=0), yearly, out=np.zeros_like(yearly), where=yearly > 0.0)
    return balanced(breath * scale - growth)


def _faults(data: xr.Dataset, names: tuple[str, ...], path: PathLike) -> list[Fault]:
    needed = {"lat_bnds", "lon_bnds", "land_area", *names}
    present = ", ".join(map(str, data.data_vars))
    remedy = "give land_monthly.nc of a run of the land"
    faults = [
        Fault(str(path), name, f"only {present}", "the variable", remedy)
        for name in sorted(needed - set(data.data_vars))
    ]
    faults += [
        Fault(str(path), f"unit of {name}", repr(data[name].attrs.get("units")), "'kg m-2 s-1'", remedy)
        for name in names
        if name in data and data[name].attrs.get("units") != "kg m-2 s-1"
    ]
    months = set(data["time"].dt.month.values.tolist()) if "time" in data else set()
    if months != set(range(1, 13)):
        faults.append(Fault(str(path), "time", f"months {sorted(months)}", "all twelve", "run whole years"))
    return faults


def _edges(data: xr.Dataset, name: str) -> Floats:
    bounds = data[f"{name}_bnds"].values.astype(float)
    return np.append(bounds[:, 0], bounds[-1, 1])


def _cell_area(data: xr.Dataset) -> Floats:
    return cell_area(_edges(data, "lat"), _edges(data, "lon"))


def _overlaps(data: xr.Dataset) -> tuple[Floats, Floats]:
    north = remap.latitude_overlap(_edges(data, "lat"), BASE.lat_edges)
    return north, remap.longitude_overlap(_edges(data, "lon"), BASE.lon_edges)
