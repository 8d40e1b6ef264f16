"""Heights of the ground for weather files that do not bring their own: means of ETOPO over the cells of any grid."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from tenbin.core.variables import attributes
from tenbin.data.inventories.tables import PathLike, source_path
from tenbin.data.land_grids.remap import cell_means, edges_of, latitude_overlap, longitude_overlap
from tenbin.data.meteorology.names import FIELDS
from tenbin.data.towers.site_dataset import open_netcdf

__all__ = ["means_on", "relief_on"]

Floats = npt.NDArray[np.float64]
PRODUCT = "grid_noaa_ferret"


def relief_on(lat: npt.ArrayLike, lon: npt.ArrayLike, path: PathLike | None = None) -> xr.Dataset:
    """`orog` [m] (lat, lon) at points of rising `lat` and evenly spaced `lon` [degrees], for `meteorology.read`.

    Means over the cells around the points, the sea counted as 0, of ETOPO on one degree (`path`, or the catalog's).
    It is the ground of no model: surface pressure that is derived with it is off by 1.2 hPa for each 10 m.
    """
    rows, columns = np.asarray(lat, dtype=float), np.asarray(lon, dtype=float)
    raw = open_netcdf(source_path(path, PRODUCT, "etopo60.cdf"))
    heights = np.maximum(raw["ROSE"].values, 0.0)
    zones = np.concatenate([[-90.0], 0.5 * (rows[:-1] + rows[1:]), [90.0]])
    north = latitude_overlap(edges_of(raw["ETOPO60Y"].values), zones)
    east = longitude_overlap(edges_of(raw["ETOPO60X"].values), edges_of(columns))
    orog = xr.DataArray(
        cell_means(heights, north, east), dims=("lat", "lon"), attrs=attributes(FIELDS["orog"].variable)
    )
    degrees = {
        "lat": ("lat", rows, {"units": "degrees_north"}),
        "lon": ("lon", columns, {"units": "degrees_east"}),
    }
    return xr.Dataset({"orog": orog}, coords=degrees)


def means_on(field: xr.DataArray, lat_edges: Floats, lon_edges: Floats) -> Floats:
    """Means of a `field` (lat, lon) of points in our order over cells between edges [degrees]: each point stands for
    the cell around it, to half the way to its neighbours and to the poles."""
    rows = field["lat"].values.astype(float)
    zones = np.concatenate([[-90.0], 0.5 * (rows[:-1] + rows[1:]), [90.0]])
    north = latitude_overlap(zones, lat_edges)
    east = longitude_overlap(edges_of(field["lon"].values.astype(float)), lon_edges)
    return cell_means(field.transpose("lat", "lon").values.astype(float), north, east)
