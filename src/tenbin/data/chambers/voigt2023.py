"""CH4 under chambers on Arctic uplands that take it up: half hours at Trail Valley, and four sites by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tenbin.data.inventories.tables import PathLike, source_path
from tenbin.data.tidy import describe, read_csv, require_columns, sentinels_to_nan
from tenbin.data.towers.site_dataset import kelvin

__all__ = ["read_automatic", "read_manual"]

PRODUCT = "ch4_chamber"
FLUX = 1e-9 / 3600.0
"""From ug CH4 m-2 h-1 to kg CH4 m-2 s-1."""
_SENTINELS = (-9999.0, 999.0, -999.0)


def read_automatic(path: PathLike | None = None) -> pd.DataFrame:
    """Trail Valley 2019-2021 by half hour: time (UTC), chamber, cover, opaque, `ch4` [kg CH4 m-2 s-1, to the air],
    air_temperature, soil_temperature_10cm, _20cm, _30cm [K], soil_moisture_10cm, ... [1, by volume].
    """
    file = source_path(path, PRODUCT, "voigt2023_trail_valley_autochamber.csv.gz")
    needed = ("Date", "Chamber_no", "Vegetation_Cover", "Chamber_Type", "CH4_Flux_ug_m2_h", "Air_Temp_2m_C")
    raw = require_columns(read_csv(file, low_memory=False), needed, file)
    made = {"time": pd.to_datetime(raw["Date"], utc=True), "chamber": raw["Chamber_no"]}
    made |= {"cover": raw["Vegetation_Cover"], "opaque": raw["Chamber_Type"] == "opaque"}
    made |= {"latitude": raw["Latitude"], "longitude": raw["Longitude"]}
    made["ch4"] = FLUX * sentinels_to_nan(raw["CH4_Flux_ug_m2_h"], _SENTINELS)
    made["air_temperature"] = kelvin(sentinels_to_nan(raw["Air_Temp_2m_C"], _SENTINELS))
    for depth in ("10cm", "20cm", "30cm"):
        made[f"soil_temperature_{depth}"] = kelvin(sentinels_to_nan(raw[f"Soil_Temp_{depth}_C"], _SENTINELS))
        made[f"soil_moisture_{depth}"] = _by_volume(raw[f"Soil_Moisture_{depth}"])
    return describe(pd.DataFrame(made), PRODUCT, file)


def read_manual(path: PathLike | None = None) -> pd.DataFrame:
    """Four Arctic sites by hand: site, latitude, longitude, time, landcover, cover, `ch4` [kg CH4 m-2 s-1, to the
    air], soil_temperature [K], soil_moisture [1, by volume], thaw_depth [m] and CH4, CO2 and N2O of the soil's air
    [mol mol-1] at 2 to 20 cm.
    """
    file = source_path(path, PRODUCT, "voigt2023_manual_chamber.csv")
    needed = ("Site", "Latitude", "Longitude", "Date", "Landcover_Class", "CH4_Flux_ug_m2_h", "Thaw_Depth_cm")
    raw = require_columns(read_csv(file), needed, file)
    made = {"site": raw["Site"], "latitude": raw["Latitude"], "longitude": raw["Longitude"]}
    made |= {
        "time": pd.to_datetime(raw["Date"].fillna(raw["Date_SoilGas"])),
        "landcover": raw["Landcover_Class"],
    }
    made |= {
        "cover": raw["Vegetation_Cover"],
        "ch4": FLUX * sentinels_to_nan(raw["CH4_Flux_ug_m2_h"], _SENTINELS),
    }
    made["soil_temperature"] = kelvin(sentinels_to_nan(raw["Soil_Temp_Flux_C"], _SENTINELS))
    made["soil_moisture"] = _by_volume(raw["Soil_Moisture_VWC"])
    made["thaw_depth"] = 0.01 * sentinels_to_nan(raw["Thaw_Depth_cm"], _SENTINELS)
    profiles = [name for name in raw.columns if name.endswith("_ppmv")]
    made |= {
        name.removesuffix("_ppmv").lower(): 1e-6 * sentinels_to_nan(raw[name], _SENTINELS)
        for name in profiles
    }
    return describe(pd.DataFrame(made), PRODUCT, file)


def _by_volume(values: pd.Series) -> np.ndarray:
    """Soil moisture [1]: the automatic chambers state shares, the manual ones percent."""
    numbers = sentinels_to_nan(values, _SENTINELS)
    return numbers / 100.0 if np.nanmax(numbers) > 1.0 else numbers
