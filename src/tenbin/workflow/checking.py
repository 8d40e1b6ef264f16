"""The verb `check`: finish the record of a run, or hold a finished folder against it."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.core.provenance import Conservation, sha256
from tenbin.workflow.manifest import MANIFEST, conservation_ledger, verify
from tenbin.workflow.preflight import RESOLVED
from tenbin.workflow.records import conservation_of, outputs_of, verify_conservation
from tenbin.workflow.settings import RunConfig
from tenbin.workflow.stages import run_verb

OF_ONE_VERB = ("transport.json", "land.json")
"""Records of runs that are no weighing: `tenbin transport`, `tenbin land`."""


def check_folder(folder: Path | None, config_path: Path | None, console: Console) -> None:
    """Write run.json where it is missing, else compare the files with it; then show what was conserved.

    Raises InputError for missing or changed files and ConservationError where a limit is passed.
    """
    folder = Path(folder if folder is not None else RunConfig().out)
    if own := next((folder / name for name in OF_ONE_VERB if (folder / name).is_file()), None):
        _check_record(own, console)
        return
    if not (folder / RESOLVED).is_file():
        found = "no run of tenbin" if folder.is_dir() else "no such folder"
        remedy = "give the folder of a run, or make one with 'tenbin run'"
        expected = f"a folder with {RESOLVED}, {' or '.join(OF_ONE_VERB)}"
        raise InputError(Fault(str(folder), "run folder", found, expected, remedy))
    if (folder / MANIFEST).is_file():
        verify(folder)
    else:
        run_verb("check", config_path or folder / RESOLVED, folder)
    console.print(_table(conservation_ledger(folder)))
    console.print(f"{folder}: complete, unchanged since the run, and everything conserved.", highlight=False)


def _check_record(record: Path, console: Console) -> None:
    """The same of a folder that one verb made, by the checksums and the books that its record holds."""
    folder, verb = record.parent, record.stem
    remembered = outputs_of(record)
    again = f"the same 'tenbin {verb}' with --out {folder} makes it again"
    faults = []
    for name, wanted in sorted(remembered.items()):
        if not (folder / name).is_file():
            faults.append(Fault(str(folder / name), "file", "no such file", f"an output of {verb}", again))
        elif (now := sha256(folder / name)) != wanted:
            expected = f"{wanted[:12]}... ({record.name})"
            faults.append(Fault(str(folder / name), "checksum", f"{now[:12]}...", expected, again))
    raise_if_any(faults)
    verify_conservation(record)
    console.print(_table({verb: conservation_of(record)}))
    kept = (
        "complete, unchanged since the run, and everything conserved"
        if remembered
        else "everything conserved"
    )
    console.print(f"{folder}: {kept}.", highlight=False)


def _table(ledger: dict[str, list[Conservation]]) -> Table:
    table = Table(title="Conservation ledger", title_justify="left")
    for heading in ("stage", "quantity", "where"):
        table.add_column(heading)
    for heading in ("worst residual", "limit"):
        table.add_column(heading, justify="right")
    for stage, lines in ledger.items():
        for line in lines:
            table.add_row(stage, line.quantity, line.where, f"{line.worst_relative:.1e}", f"{line.limit:.1e}")
    return table
