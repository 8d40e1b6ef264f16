"""Annual CH4 of coastal wetlands of the world, collected by Fuchs et al. 2024."""

from __future__ import annotations

import pandas as pd

from tenbin.core.constants import SECONDS_PER_YEAR
from tenbin.data.inventories.tables import PathLike, source_path
from tenbin.data.tidy import describe, read_csv, require_columns, sentinels_to_nan

__all__ = ["read"]

PRODUCT = "ch4_chamber"


def read(path: PathLike | None = None) -> pd.DataFrame:
    """One row a site: site, type (Marsh, Fen, Bog, ...), salinity_class, method, latitude, longitude [degree],
    `ch4` [kg CH4 m-2 s-1, mean of the year, to the air] and reference.
    """
    file = source_path(path, PRODUCT, "fuchs2024_coastal_wetlands.csv")
    words = {"site": "Site", "type": "Standardized_Type", "salinity_class": "Class", "method": "Method_Used"}
    words["reference"] = "Reference"
    raw = require_columns(read_csv(file), (*words.values(), "CH4_Flux_g_m2_a", "Latitude", "Longitude"), file)
    made = {name: raw[source].str.strip() for name, source in words.items()}
    made |= {name: sentinels_to_nan(raw[name.title()], (999.0, -999.0)) for name in ("latitude", "longitude")}
    made["ch4"] = 1e-3 / SECONDS_PER_YEAR * sentinels_to_nan(raw["CH4_Flux_g_m2_a"], (999.0, -999.0))
    return describe(pd.DataFrame(made), PRODUCT, file)
