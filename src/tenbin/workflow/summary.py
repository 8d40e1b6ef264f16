"""The result of a run on one screen: the last whole decade of each gas, the fit, and where the report is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from rich import box
from rich.table import Table

from tenbin.core.constants import C_TO_CO2, N_TO_N2O
from tenbin.core.provenance import read_json

SHOWN = {
    "co2": ("CO2", "PgC yr-1", 1e-3 / float(C_TO_CO2), 2),
    "ch4": ("CH4", "Tg yr-1", 1.0, 0),
    "n2o": ("N2O", "TgN yr-1", 1.0 / float(N_TO_N2O), 1),
}
"""Gas id: name, unit the field publishes in, how many of it make 1 Tg of the gas, and decimals."""


def decade_table(out: Path) -> Table:
    """Globe, decade by decade: emissions told by the ground, by the air, and how far apart they are."""
    table = Table(title="The two pans, whole globe", title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("gas", "years"):
        table.add_column(heading, no_wrap=True)
    for heading in ("bottom-up", "top-down", "difference", "z"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in decades(out).to_dict("records"):
        table.add_row(*_cells(row))
    return table


def decades(out: Path) -> pd.DataFrame:
    """Rows of reconciliation.csv for the globe over spans of at least five years, by gas and first year."""
    rows = pd.read_csv(out / "reconciliation.csv")
    spans = rows[
        (rows.region == "globe") & (rows.year_end - rows.year_start >= 4) & rows.gas.isin(list(SHOWN))
    ]
    order = spans.gas.map(list(SHOWN).index)
    return spans.assign(order=order).sort_values(["order", "year_start"]).drop(columns="order")


def _cells(row: dict[str, Any]) -> list[str]:
    name, unit, factor, decimals = SHOWN[row["gas"]]

    def both(what: str) -> str:
        mean, sd = row[what] * factor, row[f"{what}_sd"] * factor
        return f"{mean:.{decimals}f} ± {sd:.{decimals}f}" if pd.notna(mean) else "-"

    z = f"{row['z']:+.1f}" if pd.notna(row["z"]) else "-"
    years = f"{row['year_start']}-{row['year_end']}"
    return [f"{name} {unit}", years, both("bottom_up"), both("top_down"), both("difference"), z]


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
