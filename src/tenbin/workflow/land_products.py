"""What a run of the land leaves behind: monthly CF maps, global sums beside what is published, and ledger rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

import tenbin
from tenbin.budget import land_totals, ledger
from tenbin.core.constants import SECONDS_PER_YEAR
from tenbin.core.grid import cell_area
from tenbin.core.provenance import atomic_path
from tenbin.core.variables import VARIABLES, attributes
from tenbin.land.plant_types import index_of
from tenbin.workflow.land_drivers import spacing
from tenbin.workflow.land_tiles import Tiles

__all__ = ["days_of_months", "global_totals", "maps_of", "write_maps", "write_totals"]

_YEAR = float(SECONDS_PER_YEAR)
_FLUX = "kg m-2 s-1"
_FILL = np.float32(1e20)
_OWN: dict[str, tuple[str, str, str]] = {
    "fClearing": ("carbon from clearing and its burning, to the air", _FLUX, ""),
    "fHarvest": ("carbon of harvest and of decaying goods, to the air", _FLUX, ""),
    "snd": ("depth of snow", "m", "surface_snow_thickness"),
    "riceCH4": ("methane from rice, to the air", _FLUX, ""),
    "termiteCH4": ("methane from termites, to the air", _FLUX, ""),
    "uplandCH4": ("methane of dry soil, to the air (negative: taken up)", _FLUX, ""),
    "fNOx": ("nitrogen oxides from soil, as nitrogen, to the air", _FLUX, ""),
    "nMineral": ("ammonium and nitrate in soil, as nitrogen", "kg m-2", ""),
    "thaw_depth": ("greatest depth of thaw in the last year", "m", ""),
    "permafrost": ("share of the land with ground frozen all of the last year", "1", ""),
    "drift": ("change of carbon in the last year", "kg m-2", ""),
}
"""Long name, unit and CF standard name of what the registry of variables does not have."""

Fields = dict[str, np.ndarray]


def days_of_months(time: pd.DatetimeIndex) -> tuple[pd.DatetimeIndex, np.ndarray]:
    """First days of the months that `time` (day,) meets, and how many of its days each has (month,)."""
    months, counts = np.unique(time.to_period("M"), return_counts=True)
    return pd.PeriodIndex(months).to_timestamp(), counts


def maps_of(fields: Fields, tiles: Tiles, cells: xr.Dataset, months: pd.DatetimeIndex) -> xr.Dataset:
    """Means over the land of each cell, on the regular grid of `cells`: (time, lat, lon) or (lat, lon), CF.

    Time stands in the middle of each month, with bounds. Ice-covered land counts as land without life.
    """
    count = cells.sizes["cell"]
    variables: dict[str, Any] = {}
    for name, values in fields.items():
        summed = _onto_cells(values * tiles.share, tiles.cell, count)
        dims = ("time", "cell") if values.ndim == 2 else ("cell",)
        variables[name] = (dims, summed.astype("float32"), _attributes(name, values.ndim))
    area = {"units": "m2", "long_name": "area of land in the cell", "cell_methods": "area: sum where land"}
    variables["land_area"] = ("cell", cells["land_area"].values, area)
    grid = _on_grid(xr.Dataset(variables), cells)
    grid = _with_time(grid, months).assign_attrs(
        Conventions="CF-1.11", title="the land: fluxes and stores by month", source=_source()
    )
    return grid.transpose("time", "lat", "lon", "bnds")


def _attributes(name: str, dimensions: int) -> dict[str, str]:
    if name in VARIABLES:
        known = attributes(VARIABLES[name])
    else:
        long_name, unit, standard = _OWN[name]
        known = {"long_name": long_name, "units": unit} | ({"standard_name": standard} if standard else {})
    methods = "area: mean where land time: mean" if dimensions == 2 else "area: mean where land"
    return known | {"cell_methods": methods, "cell_measures": "area: cell_area"}


def _on_grid(flat: xr.Dataset, cells: xr.Dataset) -> xr.Dataset:
    """Cells laid out on the whole regular grid that they belong to, missing where there is none."""
    axes, places, widths = {}, {}, {}
    for name in ("lat", "lon"):
        centres = cells[name].values.astype(float)
        widths[name] = spacing(centres)
        axes[name] = _axis(centres, widths[name])
        places[name] = abs(axes[name][:, None] - centres).argmin(axis=0)
    shape = tuple(len(axis) for axis in axes.values())
    at = np.ravel_multi_index((places["lat"], places["lon"]), shape)
    made: dict[str, Any] = {}
    for key, field in flat.data_vars.items():
        name = str(key)
        whole = np.full((*field.shape[:-1], shape[0] * shape[1]), np.nan, field.dtype)
        whole[..., at] = field.values
        made[name] = (
            (*field.dims[:-1], "lat", "lon"),
            whole.reshape(*field.shape[:-1], *shape),
            field.attrs,
        )
    bounds = {name: axes[name][:, None] + 0.5 * widths[name] * np.array([-1.0, 1.0]) for name in axes}
    made |= {f"{name}_bnds": ((name, "bnds"), edges) for name, edges in bounds.items()}
    area = cell_area(np.clip(bounds["lat"], -90.0, 90.0), bounds["lon"])
    made["cell_area"] = (("lat", "lon"), area, attributes(VARIABLES["areacella"]))
    lat = {"units": "degrees_north", "standard_name": "latitude", "bounds": "lat_bnds", "axis": "Y"}
    lon = {"units": "degrees_east", "standard_name": "longitude", "bounds": "lon_bnds", "axis": "X"}
    return xr.Dataset(made, coords={"lat": ("lat", axes["lat"], lat), "lon": ("lon", axes["lon"], lon)})


def _axis(centres: np.ndarray, width: float) -> np.ndarray:
    """Evenly spaced centres from the least to the greatest; the centres themselves where they do not fit."""
    regular = centres.min() + width * np.arange(round(np.ptp(centres) / width) + 1)
    fits = abs(regular[:, None] - centres).min(axis=0).max() < 0.02 * width
    return regular if fits else np.unique(centres)


def _with_time(grid: xr.Dataset, months: pd.DatetimeIndex) -> xr.Dataset:
    ends = months + pd.offsets.MonthBegin(1)
    middle = months + (ends - months) / 2
    attributes_of_time = {"standard_name": "time", "bounds": "time_bnds", "axis": "T"}
    bounds = np.stack([months.values, ends.values], axis=1)
    return grid.assign_coords(time=("time", middle, attributes_of_time)).assign(
        time_bnds=(("time", "bnds"), bounds)
    )


def _source() -> str:
    return f"tenbin {tenbin.__version__}, land ecosystem model"


def _onto_cells(weighed: np.ndarray, cell: np.ndarray, count: int) -> np.ndarray:
    """Sum of tiles (..., tile) in their cells (..., cell)."""
    out = np.zeros((*weighed.shape[:-1], count))
    for index in np.ndindex(weighed.shape[:-1]):
        out[index] = np.bincount(cell, weighed[index], count)
    return out


def global_totals(fields: Fields, tiles: Tiles, area: np.ndarray, days: np.ndarray) -> dict[str, float]:
    """Sums over the area run, in the units of the table of published sums; nitrous oxide of fields stands apart.

    `area` [m2] (cell,) is land; `days` (month,) is how long each month lasts.
    """
    covered = area[tiles.cell] * tiles.share
    fields_of_people = tiles.plant_type == index_of("crop")

    def yearly(name: str, where: np.ndarray | float = 1.0) -> float:
        return float(np.sum(np.average(fields[name], axis=0, weights=days) * covered * where)) * _YEAR

    def stored(name: str) -> float:
        return float(np.sum(fields[name] * covered))

    return {
        "gpp": yearly("gpp") * 1e-12,
        "npp": yearly("npp") * 1e-12,
        "npp_per_gpp": yearly("npp") / max(yearly("gpp"), 1e-30),
        "heterotrophic_respiration": yearly("rh") * 1e-12,
        "net_biome_production": yearly("nbp") * 1e-12,
        "evapotranspiration": yearly("evspsbl") * 1e-12,
        "runoff": yearly("mrro") * 1e-12,
        "soil_carbon": (stored("cLitter") + stored("cSoil")) * 1e-12,
        "vegetation_carbon": stored("cVeg") * 1e-12,
        "wetland_methane": yearly("wetlandCH4") * 1e-9,
        "rice_methane": yearly("riceCH4") * 1e-9,
        "termite_methane": yearly("termiteCH4") * 1e-9,
        "upland_methane_sink": -yearly("uplandCH4") * 1e-9,
        "soil_nitrous_oxide": yearly("fN2O", ~fields_of_people) * 1e-9,
        "cropland_nitrous_oxide": yearly("fN2O", fields_of_people) * 1e-9,
        "fire_carbon": yearly("fFire") * 1e-12,
        "permafrost_area": stored("permafrost") * 1e-12,
        "carbon_drift": stored("drift") * 1e-12,
    }


def write_maps(maps: xr.Dataset, path: Path) -> None:
    """The maps as one NetCDF file, compressed, missing values 1e20, written whole or not at all."""
    encoding: dict[str, dict[str, Any]] = {
        str(name): {"zlib": True, "complevel": 4, "_FillValue": _FILL if field.dtype == "float32" else None}
        for name, field in maps.data_vars.items()
        if field.dtype.kind == "f"
    }
    encoding["land_area"]["_FillValue"] = float(_FILL)
    when = {"units": "days since 1850-01-01", "calendar": "proleptic_gregorian", "dtype": "float64"}
    encoding |= {name: when | {"_FillValue": None} for name in ("time", "time_bnds")}
    encoding |= {name: {"_FillValue": None} for name in ("lat", "lon")}
    with atomic_path(path) as partial:
        maps.to_netcdf(partial, engine="h5netcdf", encoding=encoding)


def write_totals(totals: dict[str, float], years: tuple[int, int], whole: bool, out: Path) -> pd.DataFrame:
    """`land_totals.csv` beside what is published; returns the table.

    `ledger.csv` with the gases is written for the `whole` globe alone, and an older one is taken away else.
    """
    table = land_totals.totals_table(totals, whole)
    with atomic_path(out / "land_totals.csv") as partial:
        table.to_csv(partial, index=False, float_format="%.6g", lineterminator="\n")
    if whole:
        ledger.write(land_totals.ledger_rows(totals, *years), out / "ledger.csv")
    else:
        (out / "ledger.csv").unlink(missing_ok=True)
    return table
