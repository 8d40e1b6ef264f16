"""The three gases on one scale: carbon dioxide equivalents, always with the name of the metric set."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from tenbin.budget.metrics import MetricSet, metric_set
from tenbin.report import style
from tenbin.report.numbers import plain, with_sd, years
from tenbin.report.selection import WEIGHED
from tenbin.report.stage_files import Stages
from tenbin.report.tables import Column, Table

METRICS = (metric_set("AR6GWP100"), metric_set("AR6GWP20"))

ROOTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"co2": ("net_total", "total"), "ch4": ("total",), "n2o": ("total",)}
)
"""Sector that stands for all exchange with the surface of each gas, in order of preference."""

_MARKS = MappingProxyType(
    {"anthropogenic": "anthropogenic, bottom-up", "total": "all sources (CO2 net of land and ocean uptake)"}
)


def equivalent(mass: float, gas: str, metric: MetricSet) -> float:
    """CO2 equivalent [Pg CO2e yr-1] of a flux of the gas itself [Tg yr-1]."""
    return mass * metric.factor(gas) * 1e-3


def _globe_rows(stages: Stages, gas: str, sectors: tuple[str, ...], approach: str) -> pd.DataFrame:
    frame = stages["decades"]
    chosen = (frame["gas"] == gas) & (frame["region"] == "globe") & (frame["approach"] == approach)
    for sector in sectors:
        rows = frame[chosen & (frame["sector"] == sector)]
        if len(rows):
            # One source only: a sum over rival sources would count the same flux twice.
            return rows[rows["source"] == rows["source"].iloc[0]]
    return frame.iloc[:0]


def _period(stages: Stages) -> tuple[int, int] | None:
    """The latest complete decade that every weighed gas shares."""
    frame = stages["decades"]
    spans = [
        set(zip(rows["year_start"], rows["year_end"], strict=True))
        for gas in WEIGHED
        if len(rows := frame[(frame["gas"] == gas) & (frame["region"] == "globe")])
    ]
    shared = set.intersection(*spans) if spans else set()
    whole = {span for span in shared if 0 < span[1] - span[0] <= 9}
    longest = max((end - start for start, end in whole), default=0)
    return max((span for span in whole if span[1] - span[0] == longest), default=None)


def _line(
    stages: Stages, period: tuple[int, int], sectors: Mapping[str, tuple[str, ...]], approach: str
) -> dict[str, tuple[float, float]]:
    """Mean and sd [Tg yr-1] per gas, for the gases that have the row."""
    found = {}
    for gas in WEIGHED:
        rows = _globe_rows(stages, gas, sectors[gas], approach)
        rows = rows[(rows["year_start"] == period[0]) & (rows["year_end"] == period[1])]
        if len(rows):
            found[gas] = (float(rows["mean"].iloc[0]), float(rows["sd"].iloc[0]))
    return found


def _cells(fluxes: Mapping[str, tuple[float, float]], metric: MetricSet) -> list[str]:
    parts = {gas: [equivalent(value, gas, metric) for value in pair] for gas, pair in fluxes.items()}
    cells = [with_sd(*parts[gas]) if gas in parts else plain(None) for gas in WEIGHED]
    if len(parts) < len(WEIGHED):
        return [*cells, plain(None)]
    total = sum(mean for mean, _ in parts.values())
    return [*cells, with_sd(total, math.sqrt(sum(sd * sd for _, sd in parts.values())))]


def co2e_table(stages: Stages) -> Table | None:
    """Table of CO2 equivalents of the latest shared decade, or None where the gases share no decade."""
    period = _period(stages)
    if period is None:
        return None
    anthropogenic = dict.fromkeys(WEIGHED, ("anthropogenic",))
    lines = [
        (_MARKS["anthropogenic"], anthropogenic, "bottom-up"),
        (f"{_MARKS['total']}, bottom-up", ROOTS, "bottom-up"),
        (f"{_MARKS['total']}, top-down", ROOTS, "top-down"),
    ]
    rows = []
    for words, sectors, approach in lines:
        fluxes = _line(stages, period, sectors, approach)
        rows += [[words, _name(metric), *_cells(fluxes, metric)] for metric in METRICS if fluxes]
    columns = [Column("Flux"), Column("Metric set")]
    columns += [Column(style.GAS_LABELS[gas], "Pg CO₂e yr⁻¹", numeric=True) for gas in WEIGHED]
    columns.append(Column("Sum", "Pg CO₂e yr⁻¹", numeric=True))
    caption = f"CO₂ equivalents, globe, mean of {years(*period)} (positive to the air)"
    return Table("tenbin_co2e", caption, columns, rows, _note()) if rows else None


def _name(metric: MetricSet) -> str:
    return metric.name.replace("GWP", " GWP")


def _note() -> str:
    weights = "; ".join(
        f"{_name(metric)}: CH₄ {plain(metric.factor('ch4'))}, N₂O {plain(metric.factor('n2o'))}"
        for metric in METRICS
    )
    return (
        f"{weights} ({METRICS[0].source}). "
        "The uncertainty of the metric is not included, and errors of the gases are added as if independent. "
        "Natural sources are part of 'all sources'; only the anthropogenic line can be set beside targets."
    )
