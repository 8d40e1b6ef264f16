"""Which rows of the stage tables a page shows: years, decades and the latest year, in the unit of display."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tenbin.core.regions import BANDS
from tenbin.report.stage_files import Stages, difference_sign
from tenbin.report.style import GAS_LABELS, UNITS

WEIGHED = ("co2", "ch4", "n2o")
"""The gases the two pans weigh; methyl chloroform only times the loss to OH."""

_AMOUNTS = ("bottom_up", "bottom_up_sd", "top_down", "top_down_sd", "difference", "difference_sd")


def comparison(stages: Stages, gas: str, region: str) -> pd.DataFrame:
    """Reconciliation rows of one gas and region in display units, difference as top-down minus bottom-up."""
    frame = stages["reconciliation"]
    rows = frame[(frame["gas"] == gas) & (frame["region"] == region)].dropna(subset=["bottom_up", "top_down"])
    rows["difference"] *= difference_sign(frame)
    rows[list(_AMOUNTS)] *= UNITS[gas].factor
    rows["z"] = rows["difference"] / rows["difference_sd"].where(rows["difference_sd"] > 0)
    rows.attrs = {"gas": gas, "unit": UNITS[gas].text, "label": f"{GAS_LABELS[gas]} net flux to the air"}
    return rows.sort_values(["year_start", "year_end"])


def single_years(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows that cover one calendar year, with a `year` column."""
    chosen = rows[rows["year_start"] == rows["year_end"]]
    return _keeping_attributes(chosen.assign(year=chosen["year_start"]), rows)


def whole_decades(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows that cover several years of one decade, or a whole one."""
    several = rows["year_end"] > rows["year_start"]
    one_decade = rows["year_start"] // 10 == rows["year_end"] // 10
    return _keeping_attributes(rows[several & one_decade], rows)


def main_decade(rows: pd.DataFrame) -> pd.DataFrame:
    """The latest complete decade; failing that the longest period of several years; at most one row."""
    decades = whole_decades(rows)
    length = decades["year_end"] - decades["year_start"]
    best = decades[length == length.max()] if len(decades) else decades
    return _keeping_attributes(best.tail(1), rows)


def latest_year(rows: pd.DataFrame) -> pd.DataFrame:
    """The last single year that was weighed; at most one row."""
    return _keeping_attributes(single_years(rows).tail(1), rows)


def _keeping_attributes(chosen: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    chosen.attrs = dict(rows.attrs)
    return chosen


def band_comparison(stages: Stages, gas: str) -> pd.DataFrame:
    """The main decade of each band, south to north; a band without one is left out."""
    parts = [main_decade(comparison(stages, gas, band)) for band in BANDS]
    present = [part for part in parts if len(part)]
    rows = pd.concat(present) if present else parts[0]
    rows.attrs = dict(parts[0].attrs)
    return rows


def weighed_gases(stages: Stages) -> list[str]:
    """Gases with at least one weighed row for the globe, in the order of the report."""
    frame = stages["reconciliation"]
    present = set(frame.loc[frame["region"] == "globe", "gas"])
    return [gas for gas in WEIGHED if gas in present]


def growth_of(stages: Stages, gas: str) -> pd.DataFrame:
    """Yearly growth of the mole fraction of one gas (year, growth, sd), in ppm or ppb per year."""
    frame = stages["growth"]
    rows = (
        frame[(frame["gas"] == gas) & frame["unit"].astype(str).str.startswith("pp")]
        .sort_values("year")
        .copy()
    )
    rows.attrs = {"gas": gas, "unit": str(rows["unit"].iloc[0]) if len(rows) else ""}
    return rows


def period_years(period: str) -> tuple[int, int]:
    """First and last year of '2010-2019', '2010s' or '2015'; (0, 0) where no year is named.

    >>> period_years("2010s"), period_years("1984-1989")
    ((2010, 2019), (1984, 1989))
    """
    found = [int(text) for text in _four_digits(period)]
    if not found:
        return 0, 0
    if len(found) == 1 and period.strip().endswith("s"):
        return found[0], found[0] + 9
    return found[0], found[-1]


def _four_digits(text: str) -> Sequence[str]:
    spaced = "".join(letter if letter.isdigit() else " " for letter in text)
    return [word for word in spaced.split() if len(word) == 4]


def closure_of(stages: Stages, gas: str) -> pd.DataFrame:
    """Growth-rate closure of one gas in display units, with the `middle` of each period [decimal year]."""
    frame = stages["closure"]
    rows = frame[frame["gas"] == gas].copy()
    amounts = ["sources", "sinks", "growth_from_budget", "growth_observed", "residual", "sd"]
    rows[amounts] *= UNITS[gas].factor
    spans = np.array([period_years(period) for period in rows["period"]], dtype=float).reshape(-1, 2)
    rows["first"], rows["last"] = spans[:, 0], spans[:, 1]
    rows["middle"] = spans.mean(axis=1) + 0.5
    rows.attrs = {"gas": gas, "unit": UNITS[gas].text}
    return rows.sort_values("middle", kind="stable")
