"""Bringing records of several networks to one calibration scale, by the stations they share.

Networks calibrate against their own standards: an AGAGE nitrous oxide record stands some tenths of a ppb
from a NOAA record of the same air. The offset (or ratio) is the median over all months in which both
networks measured at the same station, and the records are merged only after it is removed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

MINIMUM_COMMON_MONTHS = 24
REFERENCE = "NOAA"


def common_months(table: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    """Months and stations measured by both networks: columns first, second [unit of the table]."""
    wide = table[table.network.isin([first, second])].pivot_table(
        index=["site", "year", "month"], columns="network", values="value"
    )
    missing = [name for name in (first, second) if name not in wide]
    return pd.DataFrame() if missing else wide[[first, second]].dropna()


def scale_difference(pairs: pd.DataFrame, logarithmic: bool) -> tuple[float, float]:
    """Median difference second minus first (of logarithms if asked) and its standard error.

    The error counts one independent value per station and year, as calibration drifts slowly.
    """
    values = np.log(pairs) if logarithmic else pairs
    difference = values.iloc[:, 1] - values.iloc[:, 0]
    yearly = difference.groupby(level=["site", "year"]).mean()
    return float(difference.median()), float(yearly.std(ddof=1) / np.sqrt(max(len(yearly), 1)))


def to_reference(table: pd.DataFrame, logarithmic: bool = False) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table on the reference network's scale, and the differences removed.

    Networks are tied one after another to those already on the scale, the one with most common months first.
    A network without enough common months is left out, and the second table says so.
    """
    done = table[table.network == REFERENCE]
    rest = sorted(set(table.network) - {REFERENCE})
    report = []
    while rest:
        anchored = (
            done.assign(network=REFERENCE)
            .groupby(["site", "year", "month", "network"], as_index=False)
            .value.mean()
        )
        pairs = {
            name: common_months(pd.concat([anchored, table[table.network == name]]), REFERENCE, name)
            for name in rest
        }
        name = max(rest, key=lambda key: len(pairs[key]))
        rest.remove(name)
        used = len(pairs[name]) >= MINIMUM_COMMON_MONTHS
        difference, error = scale_difference(pairs[name], logarithmic) if used else (np.nan, np.nan)
        report.append(
            {"network": name, "common_months": len(pairs[name]), "difference": difference, "error": error}
        )
        if used:
            own = table[table.network == name].copy()
            own["value"] = own.value / np.exp(difference) if logarithmic else own.value - difference
            done = pd.concat([done, own])
    return done, pd.DataFrame(report)


def merge(table: pd.DataFrame) -> pd.DataFrame:
    """One value per station and month: the mean over networks already on one scale."""
    keys = ["gas", "site", "year", "month", "unit"]
    merged = table.groupby(keys, as_index=False).agg(value=("value", "mean"), n=("value", "size"))
    place = table.groupby("site")[["lat"]].median().reset_index()
    return merged.merge(place, on="site")
