"""The verb `check`: finish the record of a run, or hold a finished folder against it."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from tenbin.core.errors import Fault, InputError
from tenbin.workflow.manifest import MANIFEST, conservation_ledger, verify
from tenbin.workflow.preflight import RESOLVED
from tenbin.workflow.settings import RunConfig
from tenbin.workflow.stages import run_verb


def check_folder(folder: Path | None, config_path: Path | None, console: Console) -> None:
    """Write run.json where it is missing, else compare the files with it; then show what was conserved.

    Raises InputError for missing or changed files and ConservationError where a limit is passed.
    """
    folder = Path(folder if folder is not None else RunConfig().out)
    if not (folder / RESOLVED).is_file():
        found = "no run of tenbin" if folder.is_dir() else "no such folder"
        remedy = "give the folder of a run, or make one with 'tenbin run'"
        raise InputError(Fault(str(folder), "run folder", found, f"a folder with {RESOLVED}", remedy))
    if (folder / MANIFEST).is_file():
        verify(folder)
    else:
        run_verb("check", config_path or folder / RESOLVED, folder)
    console.print(_table(folder))
    console.print(f"{folder}: complete, unchanged since the run, and everything conserved.", highlight=False)


def _table(folder: Path) -> Table:
    table = Table(title="Conservation ledger", title_justify="left")
    for heading in ("stage", "quantity", "where"):
        table.add_column(heading)
    for heading in ("worst residual", "limit"):
        table.add_column(heading, justify="right")
    for stage, lines in conservation_ledger(folder).items():
        for line in lines:
            table.add_row(stage, line.quantity, line.where, f"{line.worst_relative:.1e}", f"{line.limit:.1e}")
    return table
