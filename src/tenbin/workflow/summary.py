"""The result of a run on one screen: the last whole decade of each gas, the fit, and where the report is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from rich.table import Table

from tenbin.core.provenance import read_json

SHOWN = {"co2": ("CO2", "PgC yr-1", 12.011 / 44.009 * 1e-3), "ch4": ("CH4", "Tg yr-1", 1.0),
         "n2o": ("N2O", "TgN yr-1", 28.014 / 44.013)}  # fmt: skip
"""Gas id: name, unit the field publishes in, and how many of it make 1 Tg of the gas."""


def decade_table(out: Path) -> Table:
    """Globe, decade by decade: emissions told by the ground, by the air, and how far apart they are."""
    table = Table(title="The two pans: globe, mean of each decade", title_justify="left")
    for heading in ("gas", "years", "unit"):
        table.add_column(heading)
    for heading in ("bottom-up", "top-down", "difference", "z"):
        table.add_column(heading, justify="right")
    for row in decades(out).to_dict("records"):
        table.add_row(*_cells(row), end_section=bool(row["last"]))
    return table


def decades(out: Path) -> pd.DataFrame:
    """Rows of reconciliation.csv for the globe over spans of several years, `last` marking a gas's last row."""
    rows = pd.read_csv(out / "reconciliation.csv")
    spans = rows[
        (rows.region == "globe") & (rows.year_end - rows.year_start >= 4) & rows.gas.isin(list(SHOWN))
    ]
    spans = spans.sort_values(["gas", "year_start"])
    return spans.assign(last=~spans.gas.duplicated(keep="last"))


def _cells(row: dict[str, Any]) -> list[str]:
    name, unit, factor = SHOWN[row["gas"]]

    def both(what: str) -> str:
        mean, sd = row[what] * factor, row[f"{what}_sd"] * factor
        return f"{mean:.2f} ± {sd:.2f}" if pd.notna(mean) else "-"

    z = f"{row['z']:+.1f}" if pd.notna(row["z"]) else "-"
    years = f"{row['year_start']}-{row['year_end']}"
    return [name, years, unit, both("bottom_up"), both("top_down"), both("difference"), z]


def fit_line(out: Path) -> str:
    """How well the posterior fits the air, in a sentence."""
    chi2 = read_json(out / "diagnostics.json").get("chi2_per_obs")
    overall = chi2.get("overall") if isinstance(chi2, dict) else chi2
    return (
        ""
        if overall is None
        else f"Fit to the air: chi-square per observation {overall:.2f} (1 is as stated)."
    )


def print_summary(out: Path, console: Any) -> None:
    """Print the table, the fit and the place of the report."""
    console.print()
    console.print(decade_table(out))
    console.print(fit_line(out), highlight=False)
    console.print(f"Report: {(out / 'report.html').resolve()}", highlight=False, soft_wrap=True)
