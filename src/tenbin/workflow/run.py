"""A whole run: settle what is asked, let the engine do what is not done yet, and say what came out."""

from __future__ import annotations

import signal
from pathlib import Path

from rich.console import Console

from tenbin.core.errors import TenbinError
from tenbin.workflow.engine import EngineOptions, run_engine
from tenbin.workflow.preflight import prepare
from tenbin.workflow.progress import Watcher
from tenbin.workflow.state import StageState, log_tail
from tenbin.workflow.summary import print_summary


class StageFailure(TenbinError):
    """A stage of the run ended badly; `exit_code` is the one it would have had as a verb of its own."""

    def __init__(self, message: str, exit_code: int):
        self.exit_code = exit_code
        super().__init__(message)


def run(config_path: Path | None, out: Path | None, options: EngineOptions, console: Console) -> None:
    """Run every stage that is not up to date in the folder `out` and print a summary.

    InputError lists all that is wrong beforehand. StageFailure carries the last lines of the failed stage.
    An interruption (StageFailure 130) leaves a folder from which the same call goes on.
    """
    # A polite request to end (as batch systems send) is treated as Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    config, folder = prepare(config_path, out)
    console.print(f"tenbin: {config.period.start}-{config.period.end}, {config.data} data, into {folder}",
                  highlight=False)  # fmt: skip
    status, watcher = _engage(folder, options, console)
    states = watcher.states()
    if status != 0:
        raise _failure(folder, states)
    if not states:
        console.print("Everything was up to date; nothing was done again.")
    print_summary(folder, console)


def _engage(folder: Path, options: EngineOptions, console: Console) -> tuple[int, Watcher]:
    try:
        with Watcher(folder, console) as watcher:
            return run_engine(folder, options, watcher), watcher
    except KeyboardInterrupt:
        message = f"Interrupted. What is done is kept in {folder}; the same command goes on from there."
        raise StageFailure(message, 130) from None


def _failure(folder: Path, states: dict[str, StageState]) -> StageFailure:
    failed = [state for state in states.values() if state.state != "done"]
    if not failed:
        tail = (folder / "log" / "snakemake.log").read_text(encoding="utf-8", errors="replace")[-2000:]
        return StageFailure(f"the workflow engine stopped:\n{tail}\nSee {folder / 'log'}.", 1)
    told = [f"the stage {state.stage!r} failed:\n{log_tail(folder, state.stage)}" for state in failed]
    hint = (
        f"Earlier stages are kept: after mending, the same command goes on from here. Logs: {folder / 'log'}."
    )
    return StageFailure("\n".join([*told, hint]), max(state.exit_code or 1 for state in failed))
