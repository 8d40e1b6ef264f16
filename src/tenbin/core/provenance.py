"""Where a number came from: checksums, the record of a run, and files that are whole or not there at all."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tenbin import __version__
from tenbin.core.errors import ConservationError, Fault, InputError

__all__ = ["Conservation", "RunRecord", "atomic_path", "read_json", "sha256", "write_json"]


def sha256(path: str | os.PathLike[str]) -> str:
    """Hexadecimal SHA-256 of the bytes of a file."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def atomic_path(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary sibling of `path` (same suffix): on success it becomes `path`, else it vanishes.

    Parent folders are made. A folder that cannot be written raises InputError.
    """
    target = Path(path)
    partial = target.with_name(f".{target.stem}.{uuid.uuid4().hex[:8]}.partial{target.suffix}")
    _make_writable_parent(target)
    try:
        yield partial
        os.replace(partial, target)
    finally:
        if partial.is_dir():
            shutil.rmtree(partial)
        partial.unlink(missing_ok=True)


def _make_writable_parent(target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        writable = os.access(target.parent, os.W_OK | os.X_OK)
    except OSError:
        writable = False
    if not writable:
        remedy = "choose another with --out, or change its permissions"
        found = "a folder that cannot be written"
        fault = Fault(str(target.parent), "output folder", found, "a writable folder", remedy)
        raise InputError(fault)


def write_json(path: str | os.PathLike[str], content: Any) -> None:
    """Write `content` as JSON with sorted keys, whole or not at all; equal content gives equal bytes."""
    with atomic_path(path) as partial:
        partial.write_text(
            json.dumps(content, indent=1, sort_keys=True, default=_plain) + "\n", encoding="utf-8"
        )


def read_json(path: str | os.PathLike[str]) -> Any:
    """The content of a JSON file; InputError if it is missing or cut short."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(_unreadable(path, "no such file")) from error
    except ValueError as error:
        raise InputError(_unreadable(path, f"text that is not JSON ({error})")) from error


def _unreadable(path: str | os.PathLike[str], found: str) -> Fault:
    return Fault(str(path), "file", found, "a JSON file", "run the stage that writes it again")


def _plain(value: Any) -> Any:
    """JSON forms of the types that runs hold beside the built-in ones."""
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "tolist"):  # NumPy scalars and arrays
        return value.tolist()
    if hasattr(value, "model_dump"):  # pydantic models
        return value.model_dump(mode="json")
    raise TypeError(f"{type(value).__name__} has no JSON form; turn it into numbers, text, lists or dicts")


@dataclass(frozen=True)
class Conservation:
    """How well one quantity was conserved: worst relative residual [1], its limit [1], and where it was."""

    quantity: str
    worst_relative: float
    limit: float
    where: str = ""

    @property
    def holds(self) -> bool:
        # Written so that NaN does not hold.
        return abs(self.worst_relative) <= self.limit


@dataclass
class RunRecord:
    """What a run was: its config, version, inputs and conservation ledger.

    `content()` depends on nothing but these, so two equal runs have equal content; clock and machine are kept
    apart under "occasion" in the file.
    """

    stage: str = "run"
    config: Any = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    conservation: list[Conservation] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)
    started: str = field(default_factory=lambda: _now())

    def add_input(self, path: str | os.PathLike[str], name: str | None = None) -> None:
        """Remember the checksum of an input, under its `name` (the file's own name if none is given)."""
        self.inputs[name or Path(path).name] = sha256(path)

    def conserve(self, quantity: str, worst_relative: float, limit: float, where: str = "") -> None:
        """Enter one line in the conservation ledger; a line past its limit makes `write` raise."""
        self.conservation.append(Conservation(quantity, float(worst_relative), float(limit), where))

    def content(self) -> dict[str, Any]:
        """Everything that two equal runs share."""
        return {
            "stage": self.stage,
            "version": __version__,
            "config": self.config,
            "inputs": [{"path": name, "sha256": self.inputs[name]} for name in sorted(self.inputs)],
            "conservation": [vars(line) for line in self.conservation],
            "notes": self.notes,
        }

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the record to `path` as JSON, then raise ConservationError if any limit was passed."""
        occasion = {
            "started": self.started,
            "finished": _now(),
            "python": platform.python_version(),
            "platform": platform.platform(),
        }
        write_json(path, {"content": self.content(), "occasion": occasion})
        self.verify(where=str(path))

    def verify(self, where: str = "run") -> None:
        """Raise ConservationError listing every quantity whose residual passed its limit."""
        faults = [_broken(line, where) for line in self.conservation if not line.holds]
        if faults:
            raise ConservationError(faults)


def _broken(line: Conservation, where: str) -> Fault:
    place = f" at {line.where}" if line.where else ""
    expected = f"at most {line.limit:.1e}"
    found = f"a relative residual of {line.worst_relative:.3e}{place}"
    return Fault(
        where, f"conservation of {line.quantity}", found, expected, "report it: results are not to be used"
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
