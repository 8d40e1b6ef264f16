"""The verb that makes air of analyses: reads what was asked, makes the file with a bar, says what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.transport.air_file import AirFile
from tenbin.transport.days import days_of
from tenbin.workflow import air_making
from tenbin.workflow.air_settings import Analyses
from tenbin.workflow.preflight import writable_faults

__all__ = ["run"]


def run(sources: Sequence[str], out: Path, options: dict[str, Any], console: Console) -> Path:
    """Make the file `out` of the analyses `sources`, unless it is there and made of the same; returns it.

    `options` are those of `Analyses`, but `names` and `units` lists of "ours=theirs". InputError lists every fault,
    before anything is written; a file of other content is never written over.
    """
    asked, faults = _asked(sources, options)
    faults += writable_faults(out.parent, keep=False) + _occupied(out, asked)
    try:
        what = None if faults or air_making.made_of(out) is not None else air_making.prepared(asked)
    except InputError as error:
        faults += error.faults
    raise_if_any(faults)
    if what is None:
        console.print(f"{out} is made of these files already", soft_wrap=True)
        return out
    with _bar(console) as progress:
        task = progress.add_task("making air", total=1.0)
        air_making.make(out, what, lambda share: progress.update(task, completed=share))
    _show(out, console)
    return out


def _asked(sources: Sequence[str], options: dict[str, Any]) -> tuple[Analyses, list[Fault]]:
    faults: list[Fault] = []
    given = {name: value for name, value in options.items() if name not in ("names", "units")}
    for key in ("names", "units"):
        given[key] = _pairs(options.get(key) or (), key, faults)
    try:
        return Analyses(files=tuple(sources), **given), faults
    except ValidationError as error:
        for one in error.errors():
            name = ".".join(str(part) for part in one["loc"])
            faults.append(
                Fault("tenbin air", name, repr(one["input"]), one["msg"], "see 'tenbin air --help'")
            )
        return Analyses(files=tuple(sources)), faults


def _pairs(texts: Sequence[str], key: str, faults: list[Fault]) -> dict[str, str]:
    made = {}
    for text in texts:
        ours, sign, theirs = text.partition("=")
        if not (ours and sign and theirs):
            faults.append(Fault("tenbin air", key, repr(text), "ours=theirs, as ua=wind_e", "write it so"))
        made[ours] = theirs
    return made


def _occupied(out: Path, asked: Analyses) -> list[Fault]:
    """A fault where `out` is something else than the air of these files."""
    try:
        found = air_making.made_of(out)
    except InputError:
        found = "other"
    if found is None or found == air_making.mark(asked):
        return []
    remedy = "choose another with --out, or remove it"
    return [Fault(str(out), "file", "a file of other content", "no file, or the air of these files", remedy)]


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    return Progress(*columns, TextColumn("left"), TimeRemainingColumn(), console=console)


def _show(path: Path, console: Console) -> None:
    with AirFile(path) as air:
        days = days_of(air.times)
        count, most = len(air), int(air.steps.max())
        lines = (
            f"{path}: {count} intervals of {air.times.seconds / 3600.0:g} h, at most {most} steps each",
            f"{len(days)} whole day(s), {days[0].date} to {days[-1].date}",
            "use it with 'meteorology: <this file>' in a configuration of 'tenbin transport'",
        )
        console.print("\n".join(lines), soft_wrap=True)
