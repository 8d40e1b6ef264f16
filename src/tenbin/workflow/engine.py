"""Snakemake as the engine of a run: started as a process of its own, watched, and stopped without harm."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tenbin.workflow.ownership import OWNER_LOCK, OWNER_VARIABLE, folder_lock

SNAKEFILE = Path(__file__).with_name("Snakefile")
POLL_SECONDS = 0.1
PATIENCE_SECONDS = 5.0
"""How long a stopped engine may take to end before it is stopped harder."""


@dataclass(frozen=True)
class EngineOptions:
    """How stages are spread: cores at once, a Snakemake profile of a cluster, whether to redo everything."""

    cores: int = 2
    profile: str | None = None
    force: bool = False


def command(out: Path, options: EngineOptions) -> list[str]:
    """The Snakemake command line of a run in the folder `out`."""
    words = [sys.executable, "-m", "snakemake", "--snakefile", str(SNAKEFILE), "--directory", str(out)]
    words += ["--cores", str(options.cores), "--scheduler", "greedy", "--workflow-profile", "none"]
    # One run per folder is guarded by our own lock, which no killed process can leave behind.
    words += ["--nolock", "--rerun-incomplete", "--rerun-triggers", "mtime", "params", "input", "--nocolor"]
    words += ["--profile", options.profile] if options.profile else []
    words += ["--forceall"] if options.force else []
    return words


def environment() -> dict[str, str]:
    """The environment of the stages: compiled kernels are kept between runs in the user's cache."""
    from tenbin.data.catalog import cache_root

    kept = {
        "JAX_COMPILATION_CACHE_DIR": str(cache_root() / "compiled"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.2",
        "PYTHONUNBUFFERED": "1",
    }
    return kept | dict(os.environ)


def run_engine(out: Path, options: EngineOptions, watch: Callable[[], None]) -> int:
    """Run all stages that are not up to date; exit status of Snakemake (0: every file stands).

    `watch` is called several times a second. An interruption (Ctrl-C) stops the stages and is raised again.
    """
    (out / "log").mkdir(exist_ok=True)
    with folder_lock(out), open(out / "log" / "snakemake.log", "w", encoding="utf-8") as log:
        process = _start(out, options, log)
        try:
            while process.poll() is None:
                watch()
                time.sleep(POLL_SECONDS)
        except BaseException:
            _stop(process)
            raise
        watch()
        return int(process.returncode)


def _start(out: Path, options: EngineOptions, log: IO[str]) -> subprocess.Popen[bytes]:
    # Stages on other machines of a cluster are left to its scheduler; those here end with their owner.
    owner = {} if options.profile else {OWNER_VARIABLE: str((out / OWNER_LOCK).resolve())}
    # A session of its own: Ctrl-C reaches only us, and we pass it on to the engine and all its stages.
    return subprocess.Popen(
        command(out, options), env=environment() | owner, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        start_new_session=True, preexec_fn=_heed_interruptions,
    )  # fmt: skip


def _heed_interruptions() -> None:
    """A caller started in the background ignores SIGINT, and would hand that on to the engine."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the engine and its stages, gently first."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        try:
            process.wait(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return
