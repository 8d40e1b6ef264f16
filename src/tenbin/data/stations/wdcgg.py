"""WDCGG monthly CO2 of many networks: the table of all records, and the centre's own text format.

Licence class C: for local use only. Nothing of this product may stand in the package or be redistributed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from tenbin.data import catalog
from tenbin.data.stations.noaa_flask import require_sites
from tenbin.data.tidy import (
    describe,
    fault,
    read_csv,
    read_text,
    require_columns,
    require_unit,
    require_values,
    sentinels_to_nan,
    station_table,
)

__all__ = ["degrees", "read_monthly", "read_stations", "read_text_record", "scale_of_month"]

PRODUCT = "wdcgg"
GAS, UNIT = "co2", "ppm"
SENTINELS = (-99.0, -9999.0, -99999.0, -999999.0, -9999999.0)
_TEXT_COLUMNS = ["year", "month", "value", "v", "n", "sd", "flag", "ratio_a", "ratio_b"]
_EXTRA = ("record", "sampling", "flag")


def read_monthly(
    sites: Iterable[str] | None = None,
    path: str | os.PathLike[str] | None = None,
    stations_path: str | os.PathLike[str] | None = None,
    without: Iterable[str] = ("NOAA",),
) -> pd.DataFrame:
    """Monthly CO2 [ppm] in STATION_COLUMNS plus `record`, `sampling` and `flag`.

    `network` is the contributor. Contributors named in `without` are left out: NOAA by default, whose records
    repeat the flask network on an older scale. One site may have several records (flask, in-situ, a ship by
    latitude), told apart by `record`. `scale` is that of the month, `flag` as its contributor means it.
    """
    file = catalog.locate(PRODUCT, "wdcgg_co2_monthly.csv") if path is None else path
    raw = require_columns(
        read_csv(file, dtype={"flag": str}),
        ("file", "site", "year", "month", "co2_ppm", "n", "sd", "flag"),
        file,
    )
    stations = read_stations(stations_path).set_index("record")
    _require_known(raw["file"], stations.index, file)
    of_record = stations.loc[raw["file"]].reset_index()
    columns = {name: of_record[name] for name in ("record", "network", "lat", "lon", "alt", "sampling")}
    columns |= {name: raw[name] for name in ("site", "year", "month", "flag")}
    columns |= _numbers(raw["co2_ppm"], raw["n"], raw["sd"])
    columns["scale"] = _scales(of_record["scale"], raw["year"], raw["month"])
    table = station_table(columns | {"gas": GAS, "unit": UNIT}, extra=_EXTRA)
    kept = table[~table["network"].isin(set(without))].reset_index(drop=True)
    return describe(require_values(require_sites(kept, sites, file), "value", file), PRODUCT, file, unit=UNIT)


def _require_known(records: pd.Series, known: pd.Index, path: str | os.PathLike[str]) -> None:
    unknown = sorted(set(records) - set(known))
    if unknown:
        remedy = "use the two tables of one version together"
        raise fault(path, "file", f"records {unknown[:5]} without a station entry", "one entry each", remedy)


def _numbers(value: pd.Series, n: pd.Series, sd: pd.Series) -> dict[str, np.ndarray]:
    """Value, number and spread with sentinels as NaN; a number of 0 beside a value means 'not stated'."""
    return {
        "value": sentinels_to_nan(value, SENTINELS),
        "n": sentinels_to_nan(n, (*SENTINELS, 0.0)),
        "sd": sentinels_to_nan(sd, SENTINELS),
    }


def read_stations(path: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Records: record, site, station, country, network, sampling, scale (with periods), lat, lon, alt [m].

    Latitude and longitude [degree] are computed from the degrees and minutes of the source.
    """
    file = catalog.locate(PRODUCT, "wdcgg_stations.csv") if path is None else path
    needed = (
        "file",
        "site",
        "station",
        "country",
        "submitted_by",
        "lat",
        "lon",
        "altitude",
        "sampling",
        "scale",
    )
    raw = require_columns(read_csv(file), needed, file)
    table = raw.rename(columns={"file": "record", "submitted_by": "network"}).assign(
        lat=[degrees(text, file) for text in raw["lat"]],
        lon=[degrees(text, file) for text in raw["lon"]],
        alt=[_metres(text, file) for text in raw["altitude"]],
    )
    return describe(table, PRODUCT, file)


def degrees(text: str, path: str | os.PathLike[str] = "WDCGG header") -> float:
    """Decimal degrees (north and east positive) from degrees and minutes.

    >>> degrees("12 46' S")
    -12.766666666666667
    """
    match = re.fullmatch(r"\s*(\d{1,3})\s+(\d{1,2})'\s*([NSEW])\s*", str(text))
    if not match or int(match[2]) > 59:
        raise fault(
            path, "position", repr(text), 'degrees and minutes such as "39 02\' N"', "correct the header"
        )
    size = int(match[1]) + int(match[2]) / 60.0
    return -size if match[3] in "SW" else size


def _metres(text: str, path: str | os.PathLike[str]) -> float:
    match = re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)\s*m\s*", str(text))
    if not match:
        raise fault(path, "altitude", repr(text), "metres such as '260 m'", "correct the header")
    return float(match[1])


_PERIOD = re.compile(r"([^,()]+?)\s*\((\d{4})-(\d{2})-\d{2} - (\d{4})-(\d{2})-\d{2}\)")


def scale_of_month(text: str, year: int, month: int) -> str:
    """Calibration scale in force in a month, from a text that lists scales with their periods.

    A month outside every period, as between two of them, has scale 'unknown'.

    >>> scale_of_month("X1993(1981-01-01 - 2005-12-31)  X2002(2006-01-01 - 2010-12-01)", 2006, 3)
    'X2002'
    """
    for name, *bounds in _PERIOD.findall(str(text)):
        first_year, first_month, last_year, last_month = map(int, bounds)
        if (first_year, first_month) <= (year, month) <= (last_year, last_month):
            return str(name).strip()
    return "unknown"


def _scales(texts: pd.Series, years: pd.Series, months: pd.Series) -> list[str]:
    return [scale_of_month(*row) for row in zip(texts, years, months, strict=True)]


def read_text_record(path: str | os.PathLike[str]) -> pd.DataFrame:
    """One record in the centre's text format (25 lines of header), in the same columns as `read_monthly`.

    Months without a value are left out. InputError: another layout, gas or unit, a bad line, no values.
    """
    lines = read_text(path).splitlines()
    header = _text_header(lines, path)
    require_unit(header["UNIT"], UNIT, "CO2", path)
    if header["PARAMETER"] != "CO2":
        raise fault(path, "PARAMETER", repr(header["PARAMETER"]), "'CO2'", "use a CO2 record")
    raw = _text_rows(lines[25:], path)
    columns: dict = {name: raw[name] for name in ("year", "month")} | _numbers(
        raw["value"], raw["n"], raw["sd"]
    )
    columns |= {
        "gas": GAS,
        "unit": UNIT,
        "network": header["SUBMITTED BY"],
        "sampling": header["SAMPLING TYPE"],
    }
    columns |= {"site": header["TABLENAME"][:3], "record": os.path.basename(path).removesuffix(".dat")}
    columns |= {"lat": degrees(header["LATITUDE"], path), "lon": degrees(header["LONGITUDE"], path)}
    columns["alt"], columns["flag"] = _metres(header["ALTITUDE"], path), raw["flag"].astype(str)
    columns["scale"] = [
        scale_of_month(header["CALIBRATION"], *key) for key in zip(raw.year, raw.month, strict=True)
    ]
    table = require_values(station_table(columns, extra=_EXTRA), "value", path)
    return describe(table, PRODUCT, path, unit=UNIT, station=header["STATION"])


_NEEDED = ("STATION", "PARAMETER", "UNIT", "SUBMITTED BY", "LATITUDE", "LONGITUDE", "ALTITUDE",
           "SAMPLING TYPE", "CALIBRATION", "TABLENAME")  # fmt: skip


def _text_header(lines: list[str], path: str | os.PathLike[str]) -> dict[str, str]:
    """Lines 'REMnn  NAME: value' of the header; it must be 25 lines long and hold every fact needed."""
    head = [line for line in lines[:26] if re.match(r"REM\d\d", line)]
    facts = dict(re.findall(r"^REM\d\d\s+([^:]+): *(.*?) *$", "\n".join(head), flags=re.MULTILINE))
    absent = [name for name in _NEEDED if name not in facts]
    if len(head) != 25 or absent:
        found = f"{len(head)} header lines" + (f" without {', '.join(absent)}" if absent else "")
        remedy = "use a monthly record of the 2018 layout"
        raise fault(path, "header", found, "25 lines REM01 to REM25 with all facts", remedy)
    return facts


def _text_rows(lines: list[str], path: str | os.PathLike[str]) -> pd.DataFrame:
    rows = [line.split() for line in lines if line.strip()]
    bad = [index for index, row in enumerate(rows, start=26) if len(row) != len(_TEXT_COLUMNS)]
    if bad:
        remedy = "the file was cut or edited; fetch it again"
        raise fault(path, f"line {bad[0]}", lines[bad[0] - 26], f"{len(_TEXT_COLUMNS)} numbers", remedy)
    table = pd.DataFrame(rows, columns=_TEXT_COLUMNS)
    return table.astype({"year": int, "month": int, "value": float, "n": float, "sd": float})
