"""Compare the respiration of microbes with that of soils of the world; needs TENBIN_DATA. Prints one JSON line.

usage: python benchmarks/soil_respiration.py

Records of untouched soil (SRDB) are averaged over cells of 2.5 degrees, apart by ecosystem; the widest plant type of
that kind in the cell's estimated cover is run for twenty years under the climatology, uncalibrated. Weather, cover
and history are not those of the sites, so that a cell can at best explain what climate explains.
"""

from __future__ import annotations

import json
import sys

import numpy as np
import pandas as pd
import xarray as xr
from methane_chambers import skill

from tenbin.core.constants import SECONDS_PER_YEAR
from tenbin.data import catalog
from tenbin.data.chambers import srdb
from tenbin.land.plant_types import PLANT_TYPES
from tenbin.workflow import land_block
from tenbin.workflow.land_settings import LandConfig
from tenbin.workflow.land_tiles import Tiles, cells_of, cover_of, weather_of

KINDS = {
    "Forest": [
        i
        for i, kind in enumerate(PLANT_TYPES)
        if kind.name.split("_")[0] in ("tropical", "temperate", "boreal")
    ],
    "Grassland": [i for i, kind in enumerate(PLANT_TYPES) if kind.name.endswith("grass")],
    "Agriculture": [i for i, kind in enumerate(PLANT_TYPES) if kind.name == "crop"],
}
YEARS = 20
GRAMS = 1e3 * float(SECONDS_PER_YEAR)
REACH = 1.3  # degrees from a record to the middle of its cell


def observed(cells: xr.Dataset) -> pd.DataFrame:
    """Mean respiration [g C m-2 yr-1] and number of records by cell and ecosystem."""
    table = srdb.read()
    table = table[table["ecosystem"].isin(list(KINDS))].dropna(subset=["rh", "latitude", "longitude"])
    lat, lon = cells["lat"].values, np.mod(cells["lon"].values, 360.0)
    north = np.abs(table["latitude"].to_numpy()[:, None] - lat)
    east = np.abs(np.mod(table["longitude"].to_numpy()[:, None] - lon + 180.0, 360.0) - 180.0)
    away = np.maximum(north, east)
    table = table.assign(cell=away.argmin(axis=1))[away.min(axis=1) < REACH]
    grouped = table.groupby(["cell", "ecosystem"])["rh"].agg(["mean", "count"]).reset_index()
    return grouped.assign(seen=GRAMS * grouped["mean"])


def tiles_for(rows: pd.DataFrame, cover: xr.Dataset) -> tuple[pd.DataFrame, np.ndarray]:
    """The rows whose cell bears their kind of plants, and the widest plant type of that kind."""
    fractions = cover["plant_fraction"].transpose("cell", "plant_type").values
    types = np.empty(len(rows), int)
    bears = np.zeros(len(rows), bool)
    for place, (cell, kind) in enumerate(zip(rows["cell"], rows["ecosystem"], strict=True)):
        share = fractions[cell, KINDS[kind]]
        types[place], bears[place] = KINDS[kind][int(share.argmax())], share.max() > 0.01
    return rows[bears].reset_index(drop=True), types[bears]


def modelled(
    config: LandConfig, cells: xr.Dataset, cover: xr.Dataset, cell: np.ndarray, plants: np.ndarray
) -> np.ndarray:
    """Respiration [g C m-2 yr-1] of microbes in the last year, by tile."""
    used, place = np.unique(cell, return_inverse=True)
    weather = weather_of(config, cells.isel(cell=used)).load()
    tiles = Tiles(place, plants, np.ones(len(place)))
    block = land_block.block_of(config, weather, cover.isel(cell=used).load(), tiles)
    made = land_block.run_block(config, block, land_block.initial_state(block))
    return GRAMS * made.fields["rh"].mean(axis=0)


def main() -> None:
    if catalog.data_root() is None:
        sys.exit("soil_respiration.py: the records are not in the package; set TENBIN_DATA to their folder")
    config = LandConfig(settle_years=YEARS)
    cells = cells_of(config).cells
    cover = cover_of(config, cells)
    rows, plants = tiles_for(observed(cells), cover)
    model = modelled(config, cells, cover, rows["cell"].to_numpy(), plants)
    seen = rows["seen"].to_numpy()
    told = {"all": skill(model, seen)}
    for kind in KINDS:
        among = (rows["ecosystem"] == kind).to_numpy()
        if among.sum() > 9:
            told[kind] = skill(model[among], seen[among])
    told["records"] = int(rows["count"].sum())
    print(json.dumps(told))


if __name__ == "__main__":
    main()
