"""Snakemake as the engine of a run: started as a process of its own, watched, and stopped without harm."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tenbin.core.errors import Fault, InputError

SNAKEFILE = Path(__file__).with_name("Snakefile")
POLL_SECONDS = 0.1
PATIENCE_SECONDS = 15.0
"""How long a stopped engine may take before it is stopped harder, and how long another run is waited for."""


@dataclass(frozen=True)
class EngineOptions:
    """How the stages are spread: cores at once, a Snakemake profile for a cluster, whether to redo everything."""

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


@contextlib.contextmanager
def folder_lock(out: Path) -> Iterator[IO[str]]:
    """Hold the run folder; the lock lives as long as this process or the engine that inherits it.

    A lock that is held is waited for a little, since an engine whose caller was killed needs a moment to end;
    after that InputError says that another run is at work.
    """
    with open(out / ".lock", "w", encoding="utf-8") as handle:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not _try_lock(handle):
            if time.monotonic() > deadline:
                fault = Fault(str(out), "output folder", "another run at work in it", "a folder at rest",
                              "wait for that run, or choose another folder with --out")  # fmt: skip
                raise InputError(fault)
            time.sleep(POLL_SECONDS)
        yield handle


def _try_lock(handle: IO[str]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # some network file systems have no locks: better unguarded than unable
    return True


def run_engine(out: Path, options: EngineOptions, watch: Callable[[], None]) -> int:
    """Run all stages that are not up to date; exit status of Snakemake (0: every file stands).

    `watch` is called several times a second. An interruption (Ctrl-C) stops the stages and is raised again.
    """
    (out / "log").mkdir(exist_ok=True)
    with folder_lock(out) as lock, open(out / "log" / "snakemake.log", "w", encoding="utf-8") as log:
        process = _start(out, options, lock, log)
        try:
            while process.poll() is None:
                watch()
                time.sleep(POLL_SECONDS)
        except BaseException:
            _stop(process)
            raise
        watch()
        return int(process.returncode)


def _start(out: Path, options: EngineOptions, lock: IO[str], log: IO[str]) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches only us, and we pass it on to the engine and all its stages.
    return subprocess.Popen(
        command(out, options), env=environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        start_new_session=True, pass_fds=(lock.fileno(),), preexec_fn=_end_with_parent(),
    )  # fmt: skip


def _end_with_parent() -> Callable[[], Any] | None:
    """On Linux: a call that asks the kernel to interrupt the engine if its caller is killed."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    set_parent_death_signal = 1
    return lambda: library.prctl(set_parent_death_signal, signal.SIGINT)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the engine and its stages, gently first."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        try:
            process.wait(timeout=PATIENCE_SECONDS / 3)
        except subprocess.TimeoutExpired:
            continue
        return
