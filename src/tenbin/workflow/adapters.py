"""Calls of the rooms whose public functions take other arguments than a stage does."""

from __future__ import annotations

from pathlib import Path

from tenbin.workflow.settings import RunConfig


def inventory(config: RunConfig, out: Path) -> None:
    """Write bottom_up.csv, from the files under $TENBIN_DATA or from the package's own table."""
    from tenbin.budget import bottom_up
    from tenbin.data import catalog

    bottom_up.write(out, catalog.data_root() if config.data == "full" else None)


def report(config: RunConfig, out: Path) -> None:
    """Write report.html and budget.nc from the files of the earlier stages."""
    from tenbin.report.pages import write_report

    write_report(out)
