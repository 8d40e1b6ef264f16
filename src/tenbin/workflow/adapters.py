"""Calls of the rooms whose public functions take other arguments than a stage does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from tenbin.core.errors import raise_if_any
from tenbin.core.provenance import RunRecord, atomic_path, write_json
from tenbin.workflow.settings import RunConfig

CLOSURE_LIMIT = 1e-9
"""Children sum to their parents to this, relative to their sizes: round-off of twelve written digits."""


def inventory(config: RunConfig, out: Path) -> None:
    """Write bottom_up.csv, from the files under $TENBIN_DATA or from the package's own table."""
    from tenbin.budget import bottom_up, ledger
    from tenbin.data import catalog

    path = bottom_up.write(out, catalog.data_root() if config.data == "full" else None)
    rows = ledger.read(path)
    known, used = bottom_up.credits(), set(rows["source"])
    credits = [{"title": one["what"], "producer": key, **one} for key, one in known.items() if key in used]
    _write_record("inventory", rows, out, {"credits": credits})


def budget(config: RunConfig, out: Path) -> None:
    """Enter both pans into one ledger and compare them, by year and by decade of the period."""
    from tenbin.budget import decades, growth, ledger, posterior_errors, reconcile

    seen = pd.read_csv(out / "growth.csv", keep_default_na=False, na_values={"growth": [""], "sd": [""]})
    pans = [ledger.read(out / f"{pan}.csv") for pan in ("bottom_up", "top_down")]
    rows = pd.concat([pan[pan.gas.isin([*config.gases, "mcf"])] for pan in pans], ignore_index=True)
    exact = posterior_errors.read(out / "posterior.nc")
    if exact is not None:
        raise_if_any(posterior_errors.faults(exact, rows, str(out / "posterior.nc")))
    ledger.write(rows, out / "ledger.csv")
    ledger.write(decades.period_means(rows, exact=exact), out / "decades.csv", parquet=False)
    _write_table(reconcile.reconcile(rows, exact=exact), out / "reconciliation.csv")
    _write_table(growth.growth_closure(rows, seen, exact=exact), out / "closure.csv")
    used = "model 'inversion', for want of a posterior covariance" if exact is None else exact.statement
    _write_record("budget", rows, out, {"errors of means of top-down emissions": used})


def report(config: RunConfig, out: Path) -> None:
    """Write report.html and budget.nc from the files of the earlier stages."""
    from tenbin.report.pages import write_report

    write_report(out)


def _write_record(stage: str, rows: pd.DataFrame, out: Path, notes: dict[str, Any] | None = None) -> None:
    """The stage's record, with the worst residual of children against parents for each pan and kind of sum."""
    from tenbin.budget import closure

    record = RunRecord(stage, notes=notes or {})
    for (pan, kind), lines in closure.closure(rows).groupby(["approach", "kind"]):
        worst, where = closure.worst(lines)
        record.conserve(f"{pan} sums over {kind}s", worst, CLOSURE_LIMIT, where)
    write_json(out / f"{stage}.json", record.content())
    record.verify(where=str(out / f"{stage}.json"))


def _write_table(table: pd.DataFrame, path: Path) -> None:
    from tenbin.budget.columns import FLOAT_FORMAT

    with atomic_path(path) as partial:
        table.to_csv(partial, index=False, float_format=FLOAT_FORMAT, lineterminator="\n")
