"""Monthly air temperature and precipitation of 1981-2010 on cells of 2.5 degrees, with land and its height.

Precipitation (CMAP) stands at the centres of cells, temperature (NCEP-NCAR reanalysis, sigma 0.995) at their
corners: the mean of the four corners' linear field over the cell, exact on the sphere, puts both on one grid.
Land is the share of 5-minute heights above the sea in each cell, height the mean of ETOPO's land cells.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from tenbin.core.constants import SECONDS_PER_DAY, ZERO_CELSIUS
from tenbin.core.grid import cell_area
from tenbin.data import catalog
from tenbin.data.inventories.tables import PathLike, source_path
from tenbin.data.land_grids import remap
from tenbin.data.tidy import fault
from tenbin.data.towers.site_dataset import attributes_of, open_netcdf

__all__ = ["MONTH_LENGTHS", "land_cells", "read", "read_elevation", "read_land_fraction"]

PRODUCT = "grid_noaa_climatology"
RELIEF = "grid_noaa_ferret"
LAND = "fractional_land"
MONTH_LENGTHS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
"""Days of the months of a common year."""

_LAT_EDGES = np.linspace(-90.0, 90.0, 73)
_LON_EDGES = np.linspace(0.0, 360.0, 145)
_MISSING_BEYOND = 1e30


def read(
    temperature: PathLike | None = None,
    precipitation: PathLike | None = None,
    relief: PathLike | None = None,
    land: PathLike | None = None,
) -> xr.Dataset:
    """`tas` [K] and `pr` [kg m-2 s-1] (month 12, lat 72, lon 144), `land_fraction`, `elevation` [m], `cell_area`.

    Latitude rises from -88.75, longitude from 1.25 to 358.75. Where CMAP has no value, the mean of its zone
    stands in, and `pr_filled` is true. Files are looked up in the catalog unless paths are given.
    """
    air = _air(source_path(temperature, PRODUCT, "ncep_air_sig995_mon_ltm_2p5deg.nc"))
    rain, filled = _rain(source_path(precipitation, PRODUCT, "cmap_precip_mon_ltm_2p5deg.nc"))
    both = ("month", "lat", "lon")
    level = ("lat", "lon")
    area = cell_area(_LAT_EDGES, _LON_EDGES)
    height = {
        "long_name": "mean height of the land above the sea",
        "units": "m",
        "standard_name": "surface_altitude",
    }
    share = {"long_name": "share of land", "units": "1", "standard_name": "land_area_fraction"}
    variables = {
        "tas": (both, air, attributes_of("tas")),
        "pr": (both, rain, attributes_of("pr")),
        "pr_filled": (level, filled, {"long_name": "precipitation of the zone stands in", "units": "1"}),
        "land_fraction": (level, read_land_fraction(land), share),
        "elevation": (level, read_elevation(relief), height),
        "cell_area": (level, area, {"units": "m2", "standard_name": "cell_area"}),
    }
    return xr.Dataset(variables, coords=_coordinates(), attrs=_credit())  # fmt: skip


def _coordinates() -> dict[str, tuple[str, np.ndarray, dict[str, str]]]:
    lat, lon = (0.5 * (edges[1:] + edges[:-1]) for edges in (_LAT_EDGES, _LON_EDGES))
    return {
        "month": ("month", np.arange(1, 13), {"long_name": "month of the year", "units": "1"}),
        "lat": ("lat", lat, {"units": "degrees_north", "standard_name": "latitude"}),
        "lon": ("lon", lon, {"units": "degrees_east", "standard_name": "longitude"}),
    }


def _credit() -> dict[str, str]:
    entries = [catalog.product(name) for name in (PRODUCT, RELIEF, LAND)]
    citation = "; ".join(entry.citation for entry in entries)
    return {"title": entries[0].title, "citation": citation, "licence": entries[0].licence}


def _air(path: Path) -> np.ndarray:
    """Cell means [K] of the temperature at corners [degC]."""
    raw = _northward(_field(open_netcdf(path), "air", "degC", (12, 73, 144), path))
    _expect(raw["lat"].values, np.linspace(-90.0, 90.0, 73), "lat", path)
    _expect(raw["lon"].values, _LON_EDGES[:-1], "lon", path)
    return remap.means_of_nodes(raw.values, raw["lat"].values.astype(float)) + float(ZERO_CELSIUS)


def _rain(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Precipitation [kg m-2 s-1] at cell centres, gaps given the mean of their zone, and where they were."""
    raw = _northward(_field(open_netcdf(path), "precip", "mm/day", (12, 72, 144), path))
    _expect(raw["lat"].values, np.arange(-88.75, 89.0, 2.5), "lat", path)
    _expect(raw["lon"].values, np.arange(1.25, 359.0, 2.5), "lon", path)
    values = np.where((raw.values < 0.0) | (raw.values > _MISSING_BEYOND), np.nan, raw.values.astype(float))
    absent = np.isnan(values)
    return _with_zonal_means(values) / SECONDS_PER_DAY, np.asarray(absent.any(axis=0))


def _with_zonal_means(values: np.ndarray) -> np.ndarray:
    """Missing numbers replaced by the mean of their zone and month, or of the nearest zone that has one."""
    present = np.isfinite(values)
    counts = present.sum(axis=-1)
    zonal = np.where(present, values, 0.0).sum(axis=-1) / np.maximum(counts, 1)
    rows = np.arange(values.shape[1])
    for month in range(values.shape[0]):
        known = rows[counts[month] > 0]
        nearest = known[np.abs(rows[:, None] - known[None, :]).argmin(axis=1)]
        zonal[month] = zonal[month, nearest]
    return np.where(present, values, zonal[:, :, None])


def _field(raw: xr.Dataset, name: str, unit: str, shape: tuple[int, ...], path: Path) -> xr.DataArray:
    if name not in raw:
        present = ", ".join(map(str, raw.data_vars))
        raise fault(path, name, f"only {present}", f"a variable {name!r}", "use the file of the catalog")
    field = raw[name]
    if field.attrs.get("units") != unit or field.shape != shape:
        found = f"unit {field.attrs.get('units')!r} and shape {field.shape}"
        raise fault(path, name, found, f"{unit!r} and {shape}", "use the file of the catalog")
    return field


def _northward(field: xr.DataArray) -> xr.DataArray:
    return field.sortby("lat")


def _expect(found: np.ndarray, expected: np.ndarray, name: str, path: Path) -> None:
    if found.shape != expected.shape or not np.allclose(found, expected, atol=1e-3):
        words = f"{found[0]:g} to {found[-1]:g} in {found.size} steps"
        wanted = f"{expected[0]:g} to {expected[-1]:g} in {expected.size} steps"
        raise fault(
            path, name, words, wanted, "use the file of the catalog: its grid would be taken for another"
        )


def read_land_fraction(path: PathLike | None = None) -> np.ndarray:
    """Share of land (lat 72, lon 144) [0..1], exact means of half-degree shares; lakes count as land."""
    file = source_path(path, LAND, "fractional_land.0.5-deg.nc")
    raw = _field(open_netcdf(file), "data", "0-1 from 5-min data", (1, 360, 720), file)
    field = _northward(raw.isel(time=0))
    return _on_cells(field.values, field["lat"].values, field["lon"].values)


def read_elevation(path: PathLike | None = None) -> np.ndarray:
    """Mean height of the land (lat 72, lon 144) [m]: of ETOPO cells of one degree above the sea; 0 where none is."""
    file = source_path(path, RELIEF, "etopo60.cdf")
    raw = _field(open_netcdf(file), "ROSE", "METERS", (180, 360), file)
    land = np.where(raw.values > 0.0, raw.values, np.nan)
    lat, lon = raw["ETOPO60Y"].values, raw["ETOPO60X"].values
    return np.nan_to_num(_on_cells(land, lat, lon), nan=0.0)


def _on_cells(values: np.ndarray, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    north = remap.latitude_overlap(remap.edges_of(lat), _LAT_EDGES)
    east = remap.longitude_overlap(remap.edges_of(lon), _LON_EDGES)
    return remap.cell_means(values, north, east)


def land_cells(climatology: xr.Dataset, least_land: float = 0.5) -> xr.Dataset:
    """The cells with at least `least_land` [0..1] of land, along one axis `cell`; lat and lon become its coordinates.

    `land_area` [m2] is the area of the land itself: cell area times share.
    """
    stacked = climatology.stack(cell=("lat", "lon")).reset_index("cell")
    kept = stacked.isel(cell=np.flatnonzero(stacked["land_fraction"].values >= least_land))
    area = kept["cell_area"] * kept["land_fraction"]
    return kept.assign(land_area=area.assign_attrs(units="m2", long_name="area of land"))
