"""GAGE gas chromatographs, 1981-1994: CH4, N2O, methyl chloroform and CFCs every two hours at five sites.

The archives hold one fixed-width file per month, in local standard time, each value followed by a letter P if
the air was polluted. Values stand on the SIO-93 scales, which are not those in use today.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import tarfile
import zlib
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from tenbin.data import catalog
from tenbin.data.tidy import (
    choose,
    describe,
    fault,
    read_text,
    require_header,
    require_values,
    sentinels_to_nan,
    station_table,
)

__all__ = ["SITES", "monthly", "read", "read_monthly", "read_sites"]

PRODUCT = "gage"
SCALE = "SIO-93"
NETWORK = "GAGE"
MISSING = -99.9
SITES = {"CGO": "tasmania", "CMO": "oregon", "MHD": "macehead", "RPB": "barbados", "SMO": "samoa"}
"""Station code -> name in the file names."""
_COLUMN = {"ch4": "CH4", "n2o": "N2O", "mcf": "CH3CCL3", "cfc11": "F-11S", "cfc11_porasil": "F-11P",
           "cfc12": "F-12", "cfc113": "F-113", "ccl4": "CCL4"}  # fmt: skip
UNIT = {gas: "ppb" if gas in ("ch4", "n2o") else "ppt" for gas in _COLUMN}
_LETTER = {"CGO": "t", "CMO": "r", "MHD": "m", "RPB": "b", "SMO": "s"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SPECIES = ("F-11S", "F-11P", "F-12", "CH3CCL3", "CCL4", "N2O", "F-113", "CH4")
# One measurement: day, time hhmm, absolute day, then eight fields of seven characters and a flag.
_FIRST_FIELD, _FIELD = 15, 8
DAY_ZERO = date(1978, 3, 2)
"""The absolute day counts from here: it betrays a line in the file of another month."""


def read(
    site: str, gas: str, polluted: bool = False, path: str | os.PathLike[str] | None = None
) -> pd.DataFrame:
    """Measurements: gas, site, network, time (UTC), value, polluted, unit, scale, lat, lon, alt.

    `site` is among SITES; `gas` is ch4, n2o [ppb], mcf, cfc11, cfc11_porasil, cfc12, cfc113 or ccl4 [ppt].
    Polluted values are dropped unless `polluted`. InputError: unknown site or gas, damaged archive, foreign
    layout, or no values.
    """
    choose(site, SITES, "site", PRODUCT)
    choose(gas, _COLUMN, "gas", PRODUCT)
    file = catalog.locate(PRODUCT, f"gage_{SITES[site]}_sio1993.gtar.gz") if path is None else path
    place = read_sites().loc[site]
    months = [_month(text, name, site, gas, file) for name, text in _members(file)]
    table = _joined([month for month in months if not month.empty], file)
    # Local standard time is UTC plus the offset.
    table["time"] = (table["time"] - pd.Timedelta(hours=place["utc_offset"])).dt.tz_localize("UTC")
    table["value"] = sentinels_to_nan(table["value"], [MISSING])
    kept = table[table["value"].notna() & (polluted | ~table["polluted"])]
    labels = {"gas": gas, "site": site, "network": NETWORK, "unit": UNIT[gas], "scale": SCALE}
    kept = kept.assign(**labels, lat=place["lat"], lon=place["lon"], alt=place["alt"])
    kept = kept.sort_values("time", kind="stable").reset_index(drop=True)
    return describe(require_values(kept, "value", file), PRODUCT, file, unit=UNIT[gas], scale=SCALE)


def _joined(months: list[pd.DataFrame], path: str | os.PathLike[str]) -> pd.DataFrame:
    if not months:
        raise fault(path, "measurements", "no rows in any month", "at least one", "fetch the file again")
    return pd.concat(months, ignore_index=True)


def _members(path: str | os.PathLike[str]) -> list[tuple[str, list[str]]]:
    """Name and lines of every month in the archive, read in memory: nothing is unpacked to disk."""
    try:
        with tarfile.open(path, "r:gz") as archive:
            files = [member for member in archive.getmembers() if member.isfile()]
            streams = [archive.extractfile(member) for member in files]
            texts = [stream.read().decode("ascii") for stream in streams if stream is not None]
    except FileNotFoundError as error:
        raise fault(
            path, "file", "no such file", "the archive", "check the path, or set TENBIN_DATA"
        ) from error
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error, UnicodeDecodeError) as error:
        remedy = "fetch the file again and compare its checksum with the catalog"
        raise fault(
            path, "file", f"damaged or truncated content ({error})", "a whole archive", remedy
        ) from error
    if not files:
        raise fault(
            path, "file", "an archive without files", "one file for each month", "fetch the file again"
        )
    return [(Path(member.name).name, text.splitlines()) for member, text in zip(files, texts, strict=True)]


def _month(lines: list[str], name: str, site: str, gas: str, path: str | os.PathLike[str]) -> pd.DataFrame:
    """One month's measurements in local time: time, value, polluted."""
    where = f"{path}: {name}"
    year, month = _year_month(name, site, where)
    require_header(lines[1].split() if len(lines) > 1 else [], ("DA", "TIME", "ABSDA", *_SPECIES), where)
    start = _FIRST_FIELD + _FIELD * _SPECIES.index(_COLUMN[gas])
    body = [line for line in lines[2:] if line.strip()]
    try:
        day, clock, absolute = (
            np.array([int(line[a:b]) for line in body]) for a, b in ((0, 3), (3, 8), (8, 14))
        )
        value = np.array([float(line[start : start + _FIELD - 1]) for line in body])
    except ValueError as error:
        remedy = "the columns are of fixed width: do not re-align them"
        raise fault(where, gas, str(error), "numbers in the columns of the header", remedy) from error
    _require_dates(year, month, day, absolute, where)
    midnight = pd.Timestamp(year=year, month=month, day=1) + pd.to_timedelta(day - 1, unit="D")
    time = midnight + pd.to_timedelta(clock // 100 * 60 + clock % 100, unit="min")
    flag = np.array([line[start + _FIELD - 1 : start + _FIELD].strip() for line in body])
    return pd.DataFrame({"time": time, "value": value, "polluted": flag == "P"})


def _year_month(name: str, site: str, where: str) -> tuple[int, int]:
    match = re.fullmatch(r"([a-z])g(\d\d)([a-z]{3})\.dat", name)
    if not match or match[1] != _LETTER[site] or match[3] not in _MONTHS:
        expected = f"'{_LETTER[site]}gYYmon.dat' of {SITES[site]}"
        raise fault(where, "file name", repr(name), expected, "use the archive of this site")
    return 1900 + int(match[2]), _MONTHS.index(match[3]) + 1


def _require_dates(year: int, month: int, day: np.ndarray, absolute: np.ndarray, where: str) -> None:
    expected = (date(year, month, 1) - DAY_ZERO).days + day - 1
    wrong = np.flatnonzero(absolute != expected)
    if wrong.size:
        found = f"{absolute[wrong[0]]} on day {day[wrong[0]]}, and {wrong.size - 1} more"
        remedy = "the line belongs to another month: use the archive in the catalog"
        raise fault(where, "ABSDA", found, str(expected[wrong[0]]), remedy)


def read_sites(path: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Sites by code: name, lat, lon [degree], alt [m above sea level] of the inlet, utc_offset [h]."""
    file = catalog.locate(PRODUCT, "ale_gage_sites.json") if path is None else path
    try:
        entries = json.loads(read_text(file))
    except ValueError as error:
        raise fault(
            file, "file", f"text that is not JSON ({error})", "JSON", "fetch the file again"
        ) from error
    rows = {
        code: {
            "name": entry["station_long_name"],
            "lat": entry["latitude"],
            "lon": entry["longitude"],
            "alt": entry["inlet_base_elevation_masl"] + entry["inlet_height"],
            "utc_offset": _offset(entry["tz"], file),
        }
        for code, entry in entries.items()
    }
    return describe(pd.DataFrame.from_dict(rows, orient="index"), PRODUCT, file)


def _offset(zone: str, path: str | os.PathLike[str]) -> float:
    match = re.fullmatch(r"UTC([+-]\d{1,2})", zone)
    if not match:
        raise fault(path, "tz", repr(zone), "an offset such as 'UTC-11'", "state the site's standard time")
    return float(match[1])


def monthly(measurements: pd.DataFrame) -> pd.DataFrame:
    """Monthly means (UTC months) of the measurements of `read`, in STATION_COLUMNS.

    `n` counts measurements two hours apart: they are far from independent.
    """
    keys = ["gas", "site", "network", "unit", "scale", "lat", "lon", "alt"]
    time = measurements["time"].dt
    grouped = measurements.assign(year=time.year, month=time.month).groupby([*keys, "year", "month"])
    means = grouped["value"].agg(value="mean", sd="std", n="size").reset_index()
    table = station_table(dict(means))
    table.attrs = dict(measurements.attrs)
    return table


def read_monthly(gas: str, sites: Iterable[str] | None = None, polluted: bool = False) -> pd.DataFrame:
    """Monthly means of `gas` at `sites` (all five if None) in STATION_COLUMNS."""
    tables = [monthly(read(site, gas, polluted)) for site in (SITES if sites is None else sites)]
    table = pd.concat(tables, ignore_index=True)
    return describe(table, PRODUCT, tables[0].attrs["source_file"], unit=UNIT[gas], scale=SCALE)
