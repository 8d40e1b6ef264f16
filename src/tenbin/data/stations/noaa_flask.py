"""NOAA GML flask network: CO2 and CH4 of air sampled at stations and ships, by sample and by month.

A sample speaks only where the first character of its quality flag is a full stop; another second character
means valid but not background. Flasks are filled in pairs that share their air: the members of a pair are one
sample, not two. A ship has no place of its own: each of its samples carries its position.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Literal

import pandas as pd

from tenbin.data import catalog
from tenbin.data.tidy import (
    choose,
    describe,
    fault,
    read_csv,
    require_columns,
    require_values,
    sentinels_to_nan,
    station_table,
)

__all__ = [
    "accepted",
    "average_pairs",
    "monthly_from_events",
    "read_events",
    "read_monthly",
    "read_stations",
    "require_sites",
]

PRODUCT = "noaa_flask"
UNIT = {"co2": "ppm", "ch4": "ppb"}
SCALE = {"co2": "CO2_X2019", "ch4": "CH4_X2004A"}
NETWORK = "NOAA"
SENTINELS = (-999.99, -999.999)
EVENT_COLUMNS = (
    "gas",
    "site",
    "network",
    "time",
    "value",
    "sd",
    "lat",
    "lon",
    "alt",
    "intake_height",
    "method",
    "qcflag",
    "unit",
    "scale",
)
"""One row per analysed flask: `time` in UTC, `value` and its uncertainty `sd` in `unit`, `lat`, `lon`
[degree], `alt` [m above sea level] of the intake, `intake_height` [m above ground]."""

Selection = Literal["accepted", "background"]
_NUMBERS = {
    "value": "value",
    "sd": "value_unc",
    "lat": "latitude",
    "lon": "longitude",
    "alt": "altitude",
    "intake_height": "intake_height",
}
EVENT_FIELDS = ("site_code", "datetime", "method", "qcflag", *_NUMBERS.values())  # fmt: skip
_MOMENT = ["gas", "site", "network", "time", "lat", "lon", "alt", "unit", "scale"]
_MONTH = ["gas", "site", "network", "year", "month", "unit", "scale"]


def read_events(
    gas: str, sites: Iterable[str] | None = None, path: str | os.PathLike[str] | None = None
) -> pd.DataFrame:
    """Every flask sample of `gas` ('co2' [ppm] or 'ch4' [ppb]), rejected ones included, in EVENT_COLUMNS.

    `sites` are station codes (all if None). InputError: unknown gas, missing column, truncated file, a site
    without data, or nothing but missing values.
    """
    choose(gas, UNIT, "gas", PRODUCT)
    file = catalog.locate(PRODUCT, f"{gas}_flask_events_to2020.csv.gz") if path is None else path
    events = event_table(require_columns(read_csv(file), EVENT_FIELDS, file), gas, file)
    events = require_sites(events, sites, file)
    return describe(require_values(events, "value", file), PRODUCT, file, unit=UNIT[gas], scale=SCALE[gas])


def event_table(raw: pd.DataFrame, gas: str, path: str | os.PathLike[str]) -> pd.DataFrame:
    """A NOAA table of samples, columns by NOAA's names, as EVENT_COLUMNS; bad flags and times are faults."""
    flags = raw["qcflag"].astype(str)
    if not (flags.str.len() == 3).all():
        odd = sorted(set(flags[flags.str.len() != 3]))[:5]
        remedy = "restore the three-character flags: without them no sample can be trusted"
        raise fault(path, "qcflag", f"flags {odd}", "three characters such as '...'", remedy)
    numbers = {name: sentinels_to_nan(raw[field], SENTINELS) for name, field in _NUMBERS.items()}
    words = {"site": raw["site_code"].astype(str), "method": raw["method"].astype(str), "qcflag": flags}
    return pd.DataFrame(words | numbers | _labels(gas) | {"time": _utc(raw["datetime"], path)})[
        list(EVENT_COLUMNS)
    ]


def _labels(gas: str) -> dict[str, str]:
    return {"gas": gas, "network": NETWORK, "unit": UNIT[gas], "scale": SCALE[gas]}


def _utc(stamps: pd.Series, path: str | os.PathLike[str]) -> pd.Series:
    try:
        return pd.to_datetime(stamps, utc=True, format="ISO8601")
    except ValueError as error:
        remedy = "write times as 1997-10-12T07:30:00Z"
        raise fault(path, "datetime", str(error).splitlines()[0], "UTC times in ISO 8601", remedy) from error


def require_sites(
    table: pd.DataFrame, sites: Iterable[str] | None, path: str | os.PathLike[str]
) -> pd.DataFrame:
    """The rows of `sites` (all if None); InputError that lists the sites the file knows nothing of."""
    if sites is None:
        return table
    wanted, known = [site.upper() for site in sites], set(table["site"])
    absent = [site for site in wanted if site not in known]
    if absent:
        expected = f"among {', '.join(sorted(known))}"
        raise fault(path, "site", f"no data of {', '.join(absent)}", expected, "choose among these stations")
    return table[table["site"].isin(wanted)].reset_index(drop=True)


def accepted(events: pd.DataFrame, selection: Selection = "accepted") -> pd.DataFrame:
    """Samples that may be used: not rejected, not missing; only background ones if `selection` says so."""
    choose(selection, ("accepted", "background"), "selection", PRODUCT)
    keep = (events["qcflag"].str[0] == ".") & events["value"].notna()
    if selection == "background":
        keep &= events["qcflag"].str[1] == "."
    return events[keep].reset_index(drop=True)


def average_pairs(events: pd.DataFrame) -> pd.DataFrame:
    """One row per moment and place: the mean of the flasks filled together.

    `flasks` counts the members, `pair_sd` is their spread (NaN for one); `sd` is the largest uncertainty of a
    member, for the error of the shared air does not average out.
    """
    # Positions are part of the key: two heights on a tower, or two places a ship passed, are not a pair.
    grouped = events.groupby(_MOMENT, sort=False, dropna=False)
    pairs = grouped.agg(
        flasks=("value", "size"), pair_sd=("value", "std"), sd=("sd", "max"), value=("value", "mean")
    )
    return pairs.reset_index()


def monthly_from_events(
    events: pd.DataFrame, selection: Selection = "accepted", pairs: bool = True
) -> pd.DataFrame:
    """Plain monthly means of the accepted samples in STATION_COLUMNS, at the mean position of the samples.

    With `pairs` (default) flasks filled together are averaged first, so that `n` counts independent samples
    and `sd` is their spread. Without, every flask counts: so the product's own monthly file was made.
    """
    samples = accepted(events, selection)
    samples = average_pairs(samples) if pairs else samples
    time = samples["time"].dt
    samples = samples.assign(year=time.year, month=time.month)
    # Longitudes are averaged as departures from the month's first: 179 and -179 have their mean at 180.
    first = samples.groupby(_MONTH)["lon"].transform("first")
    samples["east"] = _wrapped(samples["lon"] - first)
    means = samples.assign(first=first).groupby(_MONTH).agg(
        sd=("value", "std"), n=("value", "size"), value=("value", "mean"), lat=("lat", "mean"),
        alt=("alt", "mean"), east=("east", "mean"), first=("first", "first"),
    ).reset_index()  # fmt: skip
    table = station_table(dict(means.assign(lon=_wrapped(means["first"] + means["east"]))))
    table.attrs = dict(events.attrs)
    return table


def _wrapped(longitude: pd.Series) -> pd.Series:
    """Longitude or difference of longitudes [degree] brought into -180..180."""
    return (longitude + 180.0) % 360.0 - 180.0


def read_monthly(
    gas: str, sites: Iterable[str] | None = None, path: str | os.PathLike[str] | None = None
) -> pd.DataFrame:
    """Monthly means as distributed (every accepted flask counts) of 'co2' [ppm] or 'ch4' [ppb].

    STATION_COLUMNS plus `mobile`. `n` counts flasks, pair members included; `sd` is NaN for a single flask.
    The position of a mobile site is the month's mean, good for a map only: bin its samples by latitude.
    """
    choose(gas, UNIT, "gas", PRODUCT)
    file = catalog.locate(PRODUCT, f"{gas}_flask_monthly_to2020.csv") if path is None else path
    needed = ("site_code", "year", "month", "mean", "sd", "n", "lat", "lon", "alt")
    raw = require_columns(read_csv(file), needed, file).rename(columns={"site_code": "site", "mean": "value"})
    columns = {
        name: sentinels_to_nan(raw[name], SENTINELS) for name in ("value", "sd", "n", "lat", "lon", "alt")
    }
    labels = _labels(gas)
    keys = {name: raw[name] for name in ("site", "year", "month")}
    keys["mobile"] = raw["site"].isin(MOBILE_SITES)
    table = require_sites(station_table(keys | columns | labels, extra=["mobile"]), sites, file)
    return describe(require_values(table, "value", file), PRODUCT, file, unit=UNIT[gas], scale=SCALE[gas])


MOBILE_SITES = frozenset({"AOC", "DRP", "PAO", "POC", "SCS", "WPC"})
"""Codes of ships and cruises; `read_stations` gives those of the file."""


def read_stations(path: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Stations, a row per gas: site, gas, name, country, platform, lat, lon [degree], elevation [m], utc2lst.

    `utc2lst` [h] is added to UTC to give local standard time. A ship without a nominal place
    (-1e34 in the file) has lat and lon NaN; `platform` is 'fixed' or 'mobile'.
    """
    file = catalog.locate(PRODUCT, "stations.csv") if path is None else path
    needed = ("site", "gas", "name", "country", "latitude", "longitude", "elevation_m", "platform", "utc2lst")
    raw = require_columns(read_csv(file), needed, file)
    places = {name: sentinels_to_nan(raw[name], [-1e34]) for name in ("latitude", "longitude", "elevation_m")}
    short = {"latitude": "lat", "longitude": "lon", "elevation_m": "elevation"}
    return describe(raw.assign(**places).rename(columns=short), PRODUCT, file)
