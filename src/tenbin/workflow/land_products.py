"""What a run of the land leaves behind: monthly maps, global sums, ledger rows and a state to go on from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

import tenbin
from tenbin.budget import land_totals, ledger
from tenbin.core.constants import SECONDS_PER_YEAR
from tenbin.core.provenance import atomic_path
from tenbin.workflow.land_tiles import Tiles

__all__ = ["global_totals", "maps_of", "write_maps", "write_totals"]

_YEAR = float(SECONDS_PER_YEAR)
_FLUX, _UNIT_OF = (
    "kg m-2 s-1",
    {
        "lai": "1",
        "snd": "m",
        "tsl": "K",
        "hfls": "W m-2",
        "hfss": "W m-2",
        "cVeg": "kg m-2",
        "cSoil": "kg m-2",
        "nMineral": "kg m-2",
        "thaw_depth": "m",
        "permafrost": "1",
        "drift": "kg m-2",
    },
)
_LONG_NAME = {
    "gpp": "gross primary production, as carbon, into plants",
    "npp": "net primary production, as carbon, into plants",
    "ra": "autotrophic respiration, as carbon, to the air",
    "rh": "heterotrophic respiration, as carbon, to the air",
    "fFire": "carbon from fire and clearing, to the air",
    "evspsbl": "evapotranspiration, to the air",
    "tran": "transpiration, to the air",
    "mrro": "runoff and drainage",
    "lai": "leaf area index",
    "snd": "depth of snow",
    "tsl": "temperature of the soil at 0.10 m",
    "hfls": "latent heat, to the air",
    "hfss": "sensible heat, to the air",
    "wetlandCH4": "methane from wetlands, to the air",
    "riceCH4": "methane from rice, to the air",
    "termiteCH4": "methane from termites, to the air",
    "uplandCH4": "methane of dry soil, to the air (negative: taken up)",
    "fN2O": "nitrous oxide from soil, as nitrogen, to the air",
    "fNOx": "nitrogen oxides from soil, as nitrogen, to the air",
    "cVeg": "carbon in plants",
    "cSoil": "carbon in litter and soil",
    "nMineral": "ammonium and nitrate in soil, as nitrogen",
    "thaw_depth": "greatest depth of thaw in the year",
    "permafrost": "share of the land with ground frozen all year",
    "drift": "change of carbon in the last year",
}

Fields = dict[str, np.ndarray]


def maps_of(fields: Fields, tiles: Tiles, cells: xr.Dataset, months: pd.DatetimeIndex) -> xr.Dataset:
    """Means over the tiles of each cell's land, on the grid of `cells`: (time, lat, lon) or (lat, lon), CF.

    Ice-covered land counts as land without life.
    """
    count = cells.sizes["cell"]
    variables: dict[str, Any] = {}
    for name, values in fields.items():
        summed = _onto_cells(values * tiles.share, tiles.cell, count)
        dims = ("time", "cell") if values.ndim == 2 else ("cell",)
        attributes = {"units": _UNIT_OF.get(name, _FLUX), "long_name": _LONG_NAME.get(name, name)}
        variables[name] = (dims, summed.astype("float32"), attributes)
    variables["land_area"] = ("cell", cells["land_area"].values, {"units": "m2", "long_name": "area of land"})
    flat = xr.Dataset(variables, coords={"time": months})
    index = pd.MultiIndex.from_arrays([cells["lat"].values, cells["lon"].values], names=("lat", "lon"))
    grid = flat.assign_coords(xr.Coordinates.from_pandas_multiindex(index, "cell")).unstack("cell")
    grid["lat"].attrs = {"units": "degrees_north", "standard_name": "latitude"}
    grid["lon"].attrs = {"units": "degrees_east", "standard_name": "longitude"}
    grid.attrs = {
        "Conventions": "CF-1.11",
        "title": "the land: fluxes and stores by month",
        "source": _source(),
    }
    return grid.transpose("time", "lat", "lon", ...)


def _source() -> str:
    return f"tenbin {tenbin.__version__}, land ecosystem model"


def _onto_cells(weighed: np.ndarray, cell: np.ndarray, count: int) -> np.ndarray:
    """Sum of tiles (..., tile) in their cells (..., cell)."""
    out = np.zeros((*weighed.shape[:-1], count))
    for index in np.ndindex(weighed.shape[:-1]):
        out[index] = np.bincount(cell, weighed[index], count)
    return out


def global_totals(fields: Fields, tiles: Tiles, area: np.ndarray) -> dict[str, float]:
    """Sums over the area run, in the units of the table of published sums; `area` [m2] (cell,) is land."""
    covered = area[tiles.cell] * tiles.share

    def yearly(name: str) -> float:
        return float(np.sum(fields[name].mean(axis=0) * covered)) * _YEAR

    def stored(name: str) -> float:
        return float(np.sum(fields[name] * covered))

    return {
        "gpp": yearly("gpp") * 1e-12,
        "npp": yearly("npp") * 1e-12,
        "npp_per_gpp": yearly("npp") / max(yearly("gpp"), 1e-30),
        "heterotrophic_respiration": yearly("rh") * 1e-12,
        "evapotranspiration": yearly("evspsbl") * 1e-12,
        "runoff": yearly("mrro") * 1e-12,
        "soil_carbon": stored("cSoil") * 1e-12,
        "vegetation_carbon": stored("cVeg") * 1e-12,
        "wetland_methane": yearly("wetlandCH4") * 1e-9,
        "rice_methane": yearly("riceCH4") * 1e-9,
        "termite_methane": yearly("termiteCH4") * 1e-9,
        "upland_methane_sink": -yearly("uplandCH4") * 1e-9,
        "soil_nitrous_oxide": yearly("fN2O") * 1e-9,
        "permafrost_area": stored("permafrost") * 1e-12,
        "carbon_drift": stored("drift") * 1e-12,
    }


def write_maps(maps: xr.Dataset, path: Path) -> None:
    """The maps as one NetCDF file, compressed, written whole or not at all."""
    encoding = {name: {"zlib": True, "complevel": 4} for name in maps.data_vars}
    with atomic_path(path) as partial:
        maps.to_netcdf(partial, engine="h5netcdf", encoding=encoding)


def write_totals(totals: dict[str, float], year: int, out: Path) -> pd.DataFrame:
    """`land_totals.csv` beside what is published, and `ledger.csv` with the gases; returns the table."""
    table = land_totals.totals_table(totals)
    with atomic_path(out / "land_totals.csv") as partial:
        table.to_csv(partial, index=False, float_format="%.6g", lineterminator="\n")
    ledger.write(land_totals.ledger_rows(totals, year), out / "ledger.csv")
    return table
