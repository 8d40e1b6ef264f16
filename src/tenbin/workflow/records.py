"""What each stage says of itself in its <stage>.json: the inputs it read and what it conserved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tenbin.core.errors import Fault, InputError
from tenbin.core.provenance import Conservation, RunRecord, read_json


def _content(path: Path) -> dict[str, Any]:
    """The reproducible part of a record, whether or not the stage kept its clock apart from it."""
    record = read_json(path)
    content = record.get("content", record) if isinstance(record, dict) else None
    if not isinstance(content, dict):
        raise InputError(_malformed(path, "a record", repr(record)[:60], "a JSON object"))
    return content


def _malformed(path: Path, name: str, found: str, expected: str) -> Fault:
    return Fault(str(path), name, found, expected, "run the stage that writes it again")


def conservation_of(path: Path) -> list[Conservation]:
    """The conservation ledger of one stage; InputError if a line lacks its quantity, residual or limit."""
    lines = _content(path).get("conservation", [])
    faults = [
        _malformed(
            path, f"conservation line {number}", f"the keys {sorted(line)}", "quantity, worst_relative, limit"
        )
        for number, line in enumerate(lines, 1)
        if not {"quantity", "worst_relative", "limit"} <= set(line)
    ]
    if faults:
        raise InputError(faults)
    return [_line(line) for line in lines]


def _line(line: dict[str, Any]) -> Conservation:
    # A residual that is not a number is written as null by strict JSON; it must not pass for a small one.
    residual = line["worst_relative"]
    worst = float("nan") if residual is None else float(residual)
    return Conservation(str(line["quantity"]), worst, float(line["limit"]), str(line.get("where") or ""))


def inputs_of(path: Path) -> dict[str, str]:
    """Checksums [SHA-256] of the inputs of one stage, by path."""
    return {str(item["path"]): str(item["sha256"]) for item in _content(path).get("inputs", [])}


def outputs_of(path: Path) -> dict[str, str]:
    """Checksums [SHA-256] of the files written by what the record is of, by name; empty if it kept none."""
    return {str(name): str(sum_) for name, sum_ in _content(path).get("notes", {}).get("outputs", {}).items()}


def verify_conservation(path: Path) -> None:
    """Raise ConservationError that lists every quantity of the record whose residual passes its limit."""
    RunRecord(conservation=conservation_of(path)).verify(where=str(path))
