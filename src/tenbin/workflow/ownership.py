"""Who works in a run folder: locks that die with their holder, and stages that end with their owner."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from tenbin.core.errors import Fault, InputError

OWNER_LOCK = ".lock"
OWNER_VARIABLE = "TENBIN_OWNER_LOCK"
"""Environment variable that tells a stage which lock its owner holds."""
PATIENCE_SECONDS = 10.0
POLL_SECONDS = 0.2


@contextlib.contextmanager
def folder_lock(out: Path) -> Iterator[None]:
    """Hold the run folder for as long as this process lives; sweep up what a killed one left half-written.

    A lock that is held is waited for a little; after that InputError says that another run is at work.
    """
    with open(out / OWNER_LOCK, "w", encoding="utf-8") as handle:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not _try_lock(handle, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                fault = Fault(str(out), "output folder", "another run at work in it", "a folder at rest",
                              "wait for that run, or choose another folder with --out")  # fmt: skip
                raise InputError(fault)
            time.sleep(POLL_SECONDS)
        for partial in out.glob(".*.partial*"):
            partial.unlink(missing_ok=True)
        yield


def _try_lock(handle: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # some network file systems have no locks: better unguarded than unable
    return True


def end_with_owner() -> None:
    """In a stage started by a run on this machine: interrupt ourselves once that run no longer lives.

    The run holds its lock until it ends, however it ends; so whoever gets the lock knows that it is gone.
    """
    path = os.environ.get(OWNER_VARIABLE)
    if path and not _is_free(path):
        threading.Thread(target=_watch, args=(path,), daemon=True).start()


def _is_free(path: str) -> bool:
    try:
        with open(path, encoding="utf-8") as handle:
            return _try_lock(handle, fcntl.LOCK_SH)
    except OSError:
        return True


def _watch(path: str) -> None:
    while not _is_free(path):
        time.sleep(POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGINT)
