"""Where each stage of a run stands: small files in RUN/log/ left by the stages, read by the display."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tenbin.core.errors import InputError
from tenbin.core.provenance import read_json, write_json


@dataclass(frozen=True)
class StageState:
    """One stage: `state` is "running", "done" or "failed"; times in [s] since 1970; memory in [MiB]."""

    stage: str
    state: str
    started: float
    ended: float | None = None
    peak_mib: float | None = None
    exit_code: int | None = None

    @property
    def seconds(self) -> float:
        """Wall time so far, or in all [s]."""
        return (self.ended if self.ended is not None else time.time()) - self.started


def state_path(out: Path, stage: str) -> Path:
    """The file in which `stage` says where it stands."""
    return out / "log" / f"{stage}.state.json"


def read_state(out: Path, stage: str) -> StageState | None:
    """Where the stage stands, or None if it never ran here or its file cannot be understood."""
    path = state_path(out, stage)
    try:
        return StageState(**read_json(path)) if path.exists() else None
    except (InputError, TypeError):
        return None


@contextmanager
def told(out: Path, stage: str) -> Iterator[None]:
    """Tell the state of `stage` while the work inside goes on and after it ended, well or not."""
    started = time.time()
    _tell(out, StageState(stage, "running", started))
    try:
        yield
    except BaseException as error:
        code = 2 if isinstance(error, InputError) else 1
        _tell(out, StageState(stage, "failed", started, time.time(), _peak_mib(), code))
        raise
    _tell(out, StageState(stage, "done", started, time.time(), _peak_mib(), 0))


def _tell(out: Path, state: StageState) -> None:
    write_json(state_path(out, state.stage), asdict(state))


def _peak_mib() -> float:
    """Largest resident memory of this process so far [MiB]; the kernel counts it in KiB, macOS in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def log_tail(out: Path, stage: str, lines: int = 25) -> str:
    """The last lines a stage wrote."""
    path = out / "log" / f"{stage}.log"
    if not path.exists():
        return ""
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
