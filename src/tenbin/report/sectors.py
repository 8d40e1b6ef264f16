"""Decade by decade what each sector and source gives to the air, gas by gas."""

from __future__ import annotations

import pandas as pd

from tenbin.report import style
from tenbin.report.numbers import plain, with_sd, years
from tenbin.report.stage_files import Stages
from tenbin.report.tables import Column, Table

TOTALS = frozenset({"total", "net_total", "anthropogenic", "natural", "sinks"})
"""Sectors that are sums of others, set in bold."""

_ORDER = (
    "net_total", "total", "anthropogenic", "fossil", "industry", "agriculture", "livestock", "rice", "waste",
    "biofuel", "land_use_change", "biomass_burning", "natural", "wetlands", "inland_water", "geological",
    "termites", "natural_soils", "ocean", "land_sink", "atmospheric_chemistry", "sinks",
)  # fmt: skip


def _rank(sector: str) -> int:
    return _ORDER.index(sector) if sector in _ORDER else len(_ORDER)


def decade_table(stages: Stages, gas: str, region: str = "globe") -> Table | None:
    """Sectors by decades of one gas and region in display units, with their sources; None without rows."""
    frame = stages["decades"]
    rows = frame[(frame["gas"] == gas) & (frame["region"] == region)]
    if rows.empty:
        return None
    unit = style.UNITS[gas].text
    periods = sorted(set(zip(rows["year_start"], rows["year_end"], strict=True)))
    columns = [Column("Sector"), Column("Approach")]
    columns += [Column(years(*period), unit, numeric=True) for period in periods] + [Column("Source")]
    cells, bold = _body(rows, periods, style.UNITS[gas].factor)
    note = (
        "± is one standard deviation as stated by or assigned to the source; positive to the air. "
        "Rows in bold are sums of others."
    )
    caption = (
        f"{style.GAS_LABELS[gas]}, {style.region_label(region)}: decade means by sector and source ({unit})"
    )
    return Table(f"tenbin_{gas}_{region}_decades", caption, columns, cells, note, bold)


def _body(
    rows: pd.DataFrame, periods: list[tuple[int, int]], factor: float
) -> tuple[list[list[str]], frozenset[int]]:
    cells: list[list[str]] = []
    bold: set[int] = set()
    groups = sorted(
        rows.fillna({"source": ""}).groupby(["sector", "approach", "source"]),
        key=lambda item: (item[0][1], _rank(item[0][0]), item[0][0], item[0][2]),
    )
    for (sector, approach, source), group in groups:
        values = {
            (start, end): with_sd(mean * factor, sd * factor)
            for start, end, mean, sd in zip(
                group["year_start"], group["year_end"], group["mean"], group["sd"], strict=True
            )
        }
        if sector in TOTALS:
            bold.add(len(cells))
        cells.append(
            [style.sector_label(sector), approach, *(values.get(p, plain(None)) for p in periods), source]
        )
    return cells, frozenset(bold)
