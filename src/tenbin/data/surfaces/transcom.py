"""The 22 regions of TransCom-3 on one degree, with exact areas of the cells."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tenbin.core.errors import Fault, InputError
from tenbin.core.grid import cell_area
from tenbin.data import catalog
from tenbin.data.inventories.tables import PathLike, source_path

if TYPE_CHECKING:
    import xarray as xr

PRODUCT = "transcom"
REGIONS = (
    "Not optimised", "Boreal North America", "Temperate North America", "Tropical South America",
    "Temperate South America", "Northern Africa", "Southern Africa", "Boreal Eurasia", "Temperate Eurasia",
    "Tropical Asia", "Australia", "Europe", "North Pacific", "West tropical Pacific", "East tropical Pacific",
    "South Pacific", "Northern Ocean", "North Atlantic", "Tropical Atlantic", "South Atlantic",
    "Southern Ocean", "Tropical Indian Ocean", "South Indian Ocean",
)  # fmt: skip
"""Name of each code: 0 ice and the like, 1-11 land, 12-22 ocean."""
LAND = tuple(range(1, 12))
OCEAN = tuple(range(12, 23))


def read(path: PathLike | None = None) -> xr.Dataset:
    """Region code (lat 180, lon 360; int8, 0-22) and cell_area [m2] at cell centres, from -89.5, -179.5.

    The file's longitudes -180..179 are western edges, and are moved to the centres; its values are floats
    with a denormal (3.6e-40) among the zeros, and are rounded. Source: Gurney et al. 2002, Nature 415, 626.
    """
    file = source_path(path, PRODUCT, "TRANSCOM_mask_original_1x1.nc")
    raw = _open(file, "mask64", ("latitude", "longitude"))
    codes = _codes(raw["mask64"].transpose("latitude", "longitude").values, file)
    lat, lon = raw["latitude"].values.astype(float), raw["longitude"].values.astype(float)
    _expect_axis(lat, -89.5, 89.5, "latitude", file)
    _expect_axis(lon, -180.0, 179.0, "longitude (western edges)", file)
    return _dataset(codes, lat, lon + 0.5, file)


def _codes(values: np.ndarray, file: Path) -> np.ndarray:
    """Whole region numbers from floats; InputError for anything that is not 0-22 to within rounding."""
    rounded = np.round(values)
    strange = ~np.isfinite(values) | (np.abs(values - rounded) > 1e-6) | (rounded < 0) | (rounded > 22)
    if strange.any():
        found = f"{int(strange.sum())} cell(s) such as {values[strange][0]!r}"
        raise InputError(Fault(str(file), "mask64", found, "whole numbers 0 to 22", "refetch the file"))
    return rounded.astype(np.int8)


def _dataset(codes: np.ndarray, lat: np.ndarray, lon: np.ndarray, file: Path) -> xr.Dataset:
    import xarray as xr

    meanings = " ".join(name.replace(" ", "_") for name in REGIONS)
    flags = {"long_name": "TransCom-3 region", "flag_values": list(range(23)), "flag_meanings": meanings}
    area = {"units": "m2", "standard_name": "cell_area"}
    entry = catalog.product(PRODUCT)
    credit = {name: getattr(entry, name) for name in ("title", "producer", "citation", "licence")}
    return xr.Dataset(
        {
            "region": (("lat", "lon"), codes, flags),
            "cell_area": (("lat", "lon"), cell_area(_bounds(lat), _bounds(lon)), area),
        },
        coords={
            "lat": ("lat", lat, {"units": "degrees_north"}),
            "lon": ("lon", lon, {"units": "degrees_east"}),
        },
        attrs=credit | {"source_file": str(file)},
    )


def _bounds(centres: np.ndarray) -> np.ndarray:
    return np.stack([centres - 0.5, centres + 0.5], axis=1)


def read_area(path: PathLike | None = None) -> xr.DataArray:
    """The producer's own cell areas [m2] (lat 180, lon 360); its sum is 510.06e12 m2, the Earth."""
    file = source_path(path, PRODUCT, "area-1x1.nc")
    raw = _open(file, "cell_area", ("lat", "lon"))
    area = raw["cell_area"].transpose("lat", "lon")
    if area.attrs.get("units") != "m2":
        raise InputError(
            Fault(str(file), "cell_area", repr(area.attrs.get("units")), "'m2'", "refetch the file")
        )
    _expect_axis(area["lon"].values, -179.5, 179.5, "lon (centres)", file)
    return area


def _open(file: Path, name: str, axes: tuple[str, ...]) -> xr.Dataset:
    """A NetCDF file (classic or HDF5) in memory, with its one wanted variable checked."""
    import xarray as xr

    try:
        classic = file.read_bytes()[:3] == b"CDF"
        with xr.open_dataset(file, engine="scipy" if classic else "h5netcdf") as opened:
            data = opened.load()
    except (OSError, ValueError, TypeError, KeyError) as error:
        found = f"no readable NetCDF ({str(error).splitlines()[0]})"
        fault = Fault(str(file), "file", found, "a whole NetCDF file", "fetch the product again")
        raise InputError(fault) from error
    missing = [part for part in (name, *axes) if part not in data.variables]
    if missing:
        present = ", ".join(map(str, data.variables))
        raise InputError(
            [Fault(str(file), part, f"only {present}", "the variable", "check the file") for part in missing]
        )
    return data


def _expect_axis(values: np.ndarray, first: float, last: float, name: str, file: Path) -> None:
    expected = np.arange(first, last + 0.25)
    if values.shape != expected.shape or not np.allclose(values, expected):
        found = f"{values[0]:g} to {values[-1]:g} in {values.size} steps"
        wanted = f"{first:g} to {last:g} in {expected.size} steps"
        raise InputError(Fault(str(file), name, found, wanted, "use the original 1 x 1 degree file"))
