"""What a person sees while a run goes on: a line per stage with its time and an estimate of what is left."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.text import Text

from tenbin.workflow.stages import STAGES
from tenbin.workflow.state import StageState, read_state

NEARLY = 0.97
"""A stage that outlasts its estimate is shown as nearly done, never as done."""


class _Clock(ProgressColumn):
    """Seconds a stage has taken, from its own account."""

    def render(self, task: Task) -> Text:
        seconds = task.fields.get("seconds")
        return Text("" if seconds is None else f"{seconds:6.1f} s")


@dataclass
class Watcher:
    """Follows the state files of a run folder; bars on a terminal, plain lines elsewhere."""

    out: Path
    console: Console
    begun: float = field(default_factory=time.time)
    _progress: Progress | None = None
    _tasks: dict[str, Any] = field(default_factory=dict)
    _told: set[tuple[str, str]] = field(default_factory=set)
    _estimates: dict[str, float] = field(default_factory=dict)

    def __enter__(self) -> Watcher:
        self._estimates = {name: _estimate(self.out, name) for name in STAGES}
        if self.console.is_terminal:
            self._progress = Progress(
                SpinnerColumn(finished_text="✓"), TextColumn("{task.fields[stage]:<10}"), BarColumn(20),
                _Clock(), TextColumn("[dim]{task.description}"), console=self.console,
            )  # fmt: skip
            self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        if self._progress is not None:
            self._progress.stop()

    def __call__(self) -> None:
        """Look at every stage once and show what changed."""
        for state in self.states().values():
            if self._progress is None:
                self._tell_line(state)
            else:
                self._move_bar(self._progress, state)

    def states(self) -> dict[str, StageState]:
        """Stages that this run has touched; those kept from an earlier one are left out."""
        found = {name: read_state(self.out, name) for name in STAGES}
        return {name: state for name, state in found.items() if state and state.started >= self.begun}

    def _tell_line(self, state: StageState) -> None:
        if (state.stage, state.state) in self._told:
            return
        self._told.add((state.stage, state.state))
        if state.state == "running":
            self.console.print(f"{state.stage}: {STAGES[state.stage].title.lower()} ...", highlight=False)
        else:
            self.console.print(f"{state.stage}: {state.state} in {state.seconds:.1f} s", highlight=False)

    def _move_bar(self, progress: Progress, state: StageState) -> None:
        if state.stage not in self._tasks:
            title = STAGES[state.stage].title
            self._tasks[state.stage] = progress.add_task(title, total=1.0, stage=state.stage, seconds=None)
        share = min(NEARLY, state.seconds / max(self._estimates[state.stage], 0.1))
        done = {"running": share, "done": 1.0, "failed": share}[state.state]
        progress.update(self._tasks[state.stage], completed=done, seconds=state.seconds,
                        description=self._remark(state))  # fmt: skip

    def _remark(self, state: StageState) -> str:
        title = STAGES[state.stage].title
        if state.state == "failed":
            return f"[red]{title}: failed"
        left = self._estimates[state.stage] - state.seconds
        return f"{title}, about {left:.0f} s left" if state.state == "running" and left > 1 else title


def _estimate(out: Path, name: str) -> float:
    """Time the stage took in this folder before [s], or what it typically takes."""
    before = read_state(out, name)
    return before.seconds if before and before.state == "done" else STAGES[name].typical_seconds
