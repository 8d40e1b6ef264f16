"""Annual respiration of soils of the world, gathered from some thousands of studies (SRDB, version 5)."""

from __future__ import annotations

import pandas as pd

from tenbin.core.constants import SECONDS_PER_YEAR
from tenbin.data.inventories.tables import PathLike, source_path
from tenbin.data.tidy import describe, read_csv, require_columns
from tenbin.data.towers.site_dataset import kelvin

__all__ = ["read"]

PRODUCT = "soil_srdb"
_LEAST, _MOST = 0.0, 5000.0
"""Annual respiration that is believed [g C m-2 yr-1]; -200 and 40,997 stand in the table."""
_GRAMS = 1e-3 / float(SECONDS_PER_YEAR)
_FLUXES = {"rs": "Rs_annual", "rh": "Rh_annual", "ra": "Ra_annual", "rlitter": "Rlitter_annual"}
_WORDS = {"site": "Site_name", "country": "Country", "biome": "Biome", "ecosystem": "Ecosystem_type",
          "manipulation": "Manipulation", "method": "Meas_method"}  # fmt: skip


def read(path: PathLike | None = None, untouched: bool = True) -> pd.DataFrame:
    """One row a record: record, site, country, biome, ecosystem, method, latitude, longitude [degree], year,
    air_temperature [K], precipitation [kg m-2 s-1] and the year's respiration [kg C m-2 s-1] of soil `rs`, of
    microbes `rh`, of roots `ra` and of litter `rlitter`.

    Records flagged as suspect (Q10 and above; Q01 to Q04 only say that a value was read off a figure or worked out)
    and those of soil that was fertilised, warmed or else treated are left out unless `untouched` is false. Places and
    fluxes that cannot be are missing.
    """
    file = source_path(path, PRODUCT, "srdb-data.csv.gz")
    needed = (*_WORDS.values(), *_FLUXES.values(), "Record_number", "Latitude", "Longitude", "Study_midyear",
              "MAT", "MAP", "Quality_flag")  # fmt: skip
    raw = require_columns(read_csv(file, low_memory=False), needed, file)
    made = {"record": raw["Record_number"], "year": pd.to_numeric(raw["Study_midyear"], errors="coerce")}
    made |= {name: raw[source].astype("string").str.strip() for name, source in _WORDS.items()}
    made |= {
        "latitude": _within(raw["Latitude"], -90.0, 90.0),
        "longitude": _within(raw["Longitude"], -180.0, 180.0),
    }
    made["air_temperature"] = kelvin(_within(raw["MAT"], -30.0, 40.0))
    made["precipitation"] = _within(raw["MAP"], 0.0, 12000.0) / float(SECONDS_PER_YEAR)
    made |= {name: _GRAMS * _within(raw[source], _LEAST, _MOST) for name, source in _FLUXES.items()}
    table = pd.DataFrame(made)
    if untouched:
        suspect = raw["Quality_flag"].astype("string").str.contains(r"Q1\d", na=False)
        table = table[~suspect & table["manipulation"].fillna("None").str.lower().eq("none")]
    return describe(table.reset_index(drop=True), PRODUCT, file)


def _within(values: pd.Series, least: float, most: float) -> pd.Series:
    numbers = pd.to_numeric(values, errors="coerce")
    return numbers.where((numbers >= least) & (numbers <= most))
