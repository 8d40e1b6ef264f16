"""Annual and seasonal CH4 of northern wetlands and uplands by site and year, collected by Treat et al. 2018."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tenbin.core.constants import SECONDS_PER_DAY, SECONDS_PER_YEAR
from tenbin.data.inventories.tables import PathLike, source_path
from tenbin.data.tidy import describe, read_csv, require_columns, sentinels_to_nan
from tenbin.data.towers.site_dataset import kelvin

__all__ = ["read"]

PRODUCT = "ch4_chamber"
SENTINELS = (999.0, -999.0, -9999.0)
_WORDS = {
    "reference": "Reference", "site": "Site_Name", "ecosystem": "Standardized_Ecosystem_Type",
    "wetland_class": "Wetland_Class", "permafrost": "Permafrost", "method": "Method", "biome": "Biome",
    "annual_flux_type": "Annual_Flux_Type",
}  # fmt: skip
_NUMBERS = {
    "latitude": ("Latitude", 1.0),
    "longitude": ("Longitude", 1.0),
    "annual_precipitation": ("Mean_Annual_Precip_mm", 1.0),
    "water_table_depth": ("Water_Table_Depth_cm", 0.01),
    "ph": ("pH", 1.0),
    "active_layer": ("Max_Active_Layer_Thickness_cm", 0.01),
    "season_length": ("Growing_Season_Length_days", 1.0),
    "ch4_season": ("CH4_mg_m2_d", 1e-6 / SECONDS_PER_DAY),
    "ch4_annual": ("Annual_CH4_Flux_g_m2_y", 1e-3 / SECONDS_PER_YEAR),
}


def read(path: PathLike | None = None, quality_controlled: bool = True) -> pd.DataFrame:
    """One row a site and season: `ch4_season` and `ch4_annual` [kg CH4 m-2 s-1, to the air], water_table_depth [m,
    below the surface], ph, active_layer [m], season_length [d], air_temperature [K], time, and words.

    999 and -999 are missing, and so are days after 2018 (a date of 2066 stands in the file). A site may have
    several rows. Rows that the authors removed are left out unless `quality_controlled` is false.
    """
    file = source_path(path, PRODUCT, "treat2018_annual_ch4_estimates.csv")
    needed = (
        *_WORDS.values(),
        *(name for name, _ in _NUMBERS.values()),
        "Mean_Annual_Air_Temp_C",
        "Date",
        "Remove_QC",
    )
    raw = require_columns(read_csv(file), needed, file)
    made = {name: raw[source].str.strip() if raw[source].dtype != bool else raw[source]
            for name, source in _WORDS.items() if name != "permafrost"}  # fmt: skip
    made["permafrost"] = raw["Permafrost"]
    made |= {
        name: factor * sentinels_to_nan(raw[source], SENTINELS) for name, (source, factor) in _NUMBERS.items()
    }
    made["air_temperature"] = kelvin(sentinels_to_nan(raw["Mean_Annual_Air_Temp_C"], SENTINELS))
    days = sentinels_to_nan(raw["Date"], SENTINELS)
    time = pd.Timestamp("1970-01-01") + pd.to_timedelta(np.where(days > 17897.0, np.nan, days), unit="D")
    table = pd.DataFrame(made | {"time": time, "removed": raw["Remove_QC"].astype(bool)})
    kept = table[~table["removed"]] if quality_controlled else table
    return describe(kept.reset_index(drop=True), PRODUCT, file)
