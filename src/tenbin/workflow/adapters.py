"""Calls of the rooms whose public functions take other arguments than a stage does."""

from __future__ import annotations

from pathlib import Path

from tenbin.workflow.settings import RunConfig


def report(config: RunConfig, out: Path) -> None:
    """Write report.html and budget.nc from the files of the earlier stages."""
    from tenbin.report.pages import write_report

    write_report(out)
