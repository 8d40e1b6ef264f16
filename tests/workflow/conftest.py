"""A run folder and a way to call tenbin with quick stand-ins for the stages."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

STUBS = Path(__file__).parent / "stubs"
SOURCE = Path(__file__).parents[2] / "src"
HEEDS_CONTROL_C = (
    "import runpy, signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "sys.argv[0] = 'tenbin'; runpy.run_module('tenbin.cli', run_name='__main__')"
)
"""Tests that run in the background ignore Control-C and would hand that on; this does not."""


def stub_environment(**more: str) -> dict[str, str]:
    """The environment of a process whose stages are stand-ins and whose data are the embedded ones."""
    kept = {name: value for name, value in os.environ.items() if name != "TENBIN_DATA"}
    return kept | {"PYTHONPATH": f"{STUBS}{os.pathsep}{SOURCE}", "TENBIN_STUBS": "1"} | more


def call_tenbin(*words: object, cwd: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    """Call `tenbin WORDS` in a process of its own; keyword arguments go into its environment."""
    command = [sys.executable, "-m", "tenbin.cli", *map(str, words)]
    environment = stub_environment(**more)
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, cwd=cwd)


@pytest.fixture
def tenbin():
    """The command line with stand-ins for the stages."""
    return call_tenbin


@pytest.fixture(scope="module")
def module_tenbin():
    """The same for fixtures that live as long as a module."""
    return call_tenbin


@pytest.fixture
def start():
    """Start `tenbin WORDS` and return the process."""

    def call(*words: object, **more: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", HEEDS_CONTROL_C, *map(str, words)]
        return subprocess.Popen(
            command, env=stub_environment(**more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    return call
