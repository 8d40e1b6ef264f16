"""Two small catchments on Alaskan permafrost: weather and runoff by the hour, soil temperature by depth, snow.

Flags 6999 and 7777 stand for missing and poor values; tables begin below long headers. Times are Alaska
Standard Time. The unit of runoff is not stated by the source; 0.009-0.19 is taken as mm h-1.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import xarray as xr

from tenbin.data.inventories.tables import PathLike, source_path
from tenbin.data.land_grids.drivers import saturation_pressure
from tenbin.data.tidy import choose, describe, fault, read_csv, require_columns, sentinels_to_nan
from tenbin.data.towers.site_dataset import attributes_of, kelvin, site_dataset

__all__ = ["read_coal_mine_soil", "read_goldstream_snow", "read_goldstream_soil", "read_hourly"]

PRODUCT = "arctic_watersheds"
FLAGS = (6999.0, 7777.0, -6999.0, -7777.0)
SECONDS_PER_HOUR = 3600.0
_PLACES = {
    "goldstream": {"site": "Goldstream", "latitude": 64.993, "longitude": -147.685, "elevation": 433.0},
    "jarvis_creek": {"site": "Jarvis Creek", "latitude": 63.7, "longitude": -145.7, "elevation": 1021.0},
}
_TIMES = {"goldstream": "%m/%d/%Y %H:%M", "jarvis_creek": "%m/%d/%y %H:%M"}
_LARGEST_FILE_HEADER = 200


def read_hourly(catchment: str = "goldstream", path: PathLike | None = None) -> xr.Dataset:
    """Weather and runoff of 'goldstream' (2016-2018) or 'jarvis_creek' (2013-2016) by the hour, in SI.

    tas, hurs [%], vpd, pr and mrro [kg m-2 s-1]; runoff below zero, which no stream has, is missing. Years of
    Jarvis Creek have two digits. The position of Jarvis Creek is that of its ridge, to a tenth of a degree. The air
    of Goldstream is that of the valley's floor and not that of the soil, 250 m higher and 5 K warmer on the mean.
    Gauges see rain alone, so that noughts of winter measure nothing.
    """
    choose(catchment, _PLACES, "catchment", PRODUCT)
    file = source_path(path, PRODUCT, f"{catchment}_hourly.csv.gz")
    raw = require_columns(read_csv(file), ("shortt", "RH", "airtemp", "P", "Q"), file)
    got = {name: sentinels_to_nan(raw[name], FLAGS) for name in ("RH", "airtemp", "P", "Q")}
    tas, moisture = kelvin(got["airtemp"]), np.clip(got["RH"], 0.0, 100.0)
    made = {"tas": tas, "hurs": moisture, "vpd": saturation_pressure(tas) * (1.0 - moisture / 100.0)}
    made["pr"] = got["P"] / SECONDS_PER_HOUR
    made["mrro"] = np.where(got["Q"] < 0.0, np.nan, got["Q"]) / SECONDS_PER_HOUR
    time = pd.DatetimeIndex(pd.to_datetime(raw["shortt"], format=_TIMES[catchment]))
    return site_dataset(time, made, PRODUCT, file, **_PLACES[catchment])


def read_goldstream_soil(path: PathLike | None = None) -> xr.Dataset:
    """Soil temperature `tsl` [K] (time, depth) at 0 to 130 cm and moisture `swc` [1] (time, depth_of_water),
    by the hour 2015-2019, at 64.993 N, 147.685 W: 15 cm of organic soil on loess, rock below 110 cm.

    Where two sensors lie at one depth the thermistor is taken.
    """
    file = source_path(path, PRODUCT, "goldstream_gsm3_soil_2015_2019.csv.gz")
    raw = _below_header(file, "Date/Time")
    depths = {name: _centimetres(name) for name in raw.columns[1:]}
    warm = [name for name in depths if "Temperature" in name and "CS650" not in name]
    wet = [name for name in depths if "Moisture" in name]
    time = pd.DatetimeIndex(pd.to_datetime(raw["Date/Time"], format="%m/%d/%Y %H:%M"))
    site = site_dataset(time, {}, PRODUCT, file, **_PLACES["goldstream"])
    return _profiles(site, raw, {"tsl": (warm, "depth"), "swc": (wet, "depth_of_water")}, depths)


def read_coal_mine_soil(path: PathLike | None = None) -> xr.Dataset:
    """Soil temperature `tsl` [K] (time, depth) to 125 cm at Coal Mine Ridge, Jarvis Creek, by the hour of 2014.

    The header calls the times 'AKST = UTC-08.00', which contradicts itself; they are kept as they stand.
    """
    file = source_path(path, PRODUCT, "jarvis_coalmine_soiltemp_2014.csv.gz")
    raw = _below_header(file, "Date")
    stamp = raw["Date"].astype(str) + " " + raw[raw.columns[1]].astype(str)
    kept = pd.to_datetime(stamp, errors="coerce").notna().to_numpy()
    raw, time = raw[kept], pd.DatetimeIndex(pd.to_datetime(stamp[kept]))
    depths = {name: _centimetres(name) for name in raw.columns[2:] if re.search(r"\d", name)}
    site = site_dataset(time, {}, PRODUCT, file, **_PLACES["jarvis_creek"])
    return _profiles(site, raw, {"tsl": (list(depths), "depth")}, depths)


def _profiles(
    site: xr.Dataset, raw: pd.DataFrame, wanted: dict[str, tuple[list[str], str]], depths: dict[str, float]
) -> xr.Dataset:
    for name, (columns, axis) in wanted.items():
        ordered = sorted(columns, key=depths.__getitem__)
        values = np.stack([sentinels_to_nan(raw[column], FLAGS) for column in ordered], axis=1)
        metres = [depths[column] / 100.0 for column in ordered]
        site = site.assign_coords({axis: (axis, metres, {"units": "m", "positive": "down"})})
        site[name] = (("time", axis), kelvin(values) if name == "tsl" else values, attributes_of(name))
    return site


def _centimetres(name: str) -> float:
    found = re.findall(r"(\d+(?:\.\d+)?)\s*cm", name)
    return float(found[0]) if found else float(re.findall(r"\d+(?:\.\d+)?", name)[-1])


def _below_header(file: PathLike, first: str) -> pd.DataFrame:
    """The table of a file whose header of columns begins with `first`, wherever that line stands."""
    head = read_csv(
        file, header=None, nrows=_LARGEST_FILE_HEADER, names=range(30), encoding="cp1252", dtype=str
    )
    rows = np.flatnonzero(head[0].fillna("").str.strip().to_numpy() == first)
    if rows.size == 0:
        raise fault(
            file, "header", f"no line that begins with {first!r}", "the columns' names", "refetch the file"
        )
    return read_csv(
        file, skiprows=int(rows[0]), skip_blank_lines=False, encoding="cp1252", low_memory=False
    ).rename(columns=str.strip)


def read_goldstream_snow(path: PathLike | None = None) -> pd.DataFrame:
    """Snow at the end of winter 2016-2018: site, year, elevation, `depth` [m], `snw` [kg m-2], `density` [kg m-3]."""
    file = source_path(path, PRODUCT, "goldstream_end_of_winter_snow.csv.gz")
    raw = _below_header(file, "Site ID")
    raw = raw[raw["Site ID"].notna()]
    height = sentinels_to_nan(raw[raw.columns[3]], FLAGS)
    parts = []
    for at, year in enumerate((2016, 2017, 2018)):
        columns = (raw.columns[4 + at], raw.columns[7 + at], raw.columns[10 + at])
        if not all(str(year) in name for name in columns):
            raise fault(
                file, "header", repr(columns), f"SWE, depth and density of {year}", "refetch the file"
            )
        water, depth, density = (sentinels_to_nan(raw[name], FLAGS) for name in columns)
        values = {"snw": 10.0 * water, "depth": depth / 100.0, "density": density}
        parts.append(pd.DataFrame({"site": raw["Site ID"], "year": year, "elevation": height} | values))
    return describe(pd.concat(parts, ignore_index=True), PRODUCT, file)
