"""The stages of a run: which files each reads and writes, and the one public function it calls."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tenbin
from tenbin.core.errors import Fault, InputError
from tenbin.workflow.inputs import remember_inputs, watched_inputs
from tenbin.workflow.ownership import end_with_owner
from tenbin.workflow.records import verify_conservation
from tenbin.workflow.settings import RunConfig
from tenbin.workflow.state import told

SCIENCE = ("period", "gases", "data", "networks", "stations", "inversion")
"""Sections of the configuration on which the numbers depend."""


@dataclass(frozen=True)
class Stage:
    """One step of a run.

    `function` is "module:name" of a public function called with the RunConfig and the run folder; it is
    imported only when called, since some stages bring in JAX. `settings` are the sections of the
    configuration that, when changed, make the stage run again. `typical_seconds` [s] feeds the estimate of
    the time left until a folder has timings of its own.
    """

    name: str
    title: str
    function: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    settings: tuple[str, ...] = SCIENCE
    typical_seconds: float = 3.0
    keeps_record: bool = True

    @property
    def record(self) -> str:
        """The stage's own record: inputs, notes and conservation ledger."""
        return f"{self.name}.json"

    @property
    def outputs(self) -> tuple[str, ...]:
        """Every file the stage leaves in the run folder."""
        return (*self.writes, self.record) if self.keeps_record else self.writes

    def load(self) -> Callable[[RunConfig, Path], Any]:
        """The function that does the work."""
        module, name = self.function.split(":")
        function: Callable[[RunConfig, Path], Any] = getattr(importlib.import_module(module), name)
        return function


_WORK = (
    Stage("observe", "Means of the air in four bands", "tenbin.assimilate.observe:run",
          (), ("band_means.csv",), SCIENCE, 4.0),
    Stage("inventory", "Emissions told by the ground", "tenbin.workflow.adapters:inventory",
          (), ("bottom_up.csv",), ("period", "gases", "data"), 4.0),
    Stage("invert", "Emissions told by the air", "tenbin.assimilate.balance:run",
          ("band_means.csv", "bottom_up.csv"),
          ("posterior.nc", "top_down.csv", "fit.csv", "diagnostics.json", "growth.csv"), SCIENCE, 20.0),
    Stage("budget", "Both pans in one ledger", "tenbin.workflow.adapters:budget",
          ("bottom_up.csv", "top_down.csv", "growth.csv", "posterior.nc"),
          ("ledger.csv", "ledger.parquet", "reconciliation.csv", "decades.csv", "closure.csv"),
          ("period", "gases", "data"), 3.0),
    Stage("report", "The page to read", "tenbin.workflow.adapters:report",
          ("ledger.csv", "reconciliation.csv", "decades.csv", "closure.csv", "fit.csv", "diagnostics.json",
           "posterior.nc", "growth.csv", "band_means.csv"),
          ("report.html", "budget.nc"), ("period", "gases"), 6.0),
)  # fmt: skip

RESULTS = tuple(file for stage in _WORK for file in stage.outputs)
"""Every file a finished run holds beside run.json."""

_CHECK = Stage("check", "Provenance and conservation", "tenbin.workflow.manifest:write_manifest",
               RESULTS, ("run.json",), SCIENCE, 1.0, keeps_record=False)  # fmt: skip

STAGES: dict[str, Stage] = {stage.name: stage for stage in (*_WORK, _CHECK)}
"""Every stage by its name, in the order they may run one after another."""


def maker_of(file: str) -> str:
    """Name of the stage that writes `file`."""
    return next(stage.name for stage in STAGES.values() if file in stage.outputs)


def run_verb(name: str, config_path: Path | None, out: Path | None) -> str:
    """One stage as a verb of the command line: settle the configuration, do the work, say what it wrote."""
    from tenbin.workflow.preflight import prepare

    end_with_owner()
    config, folder = prepare(config_path, out, keeps=True)
    with told(folder, name):
        run_stage(name, config, folder)
    return f"{name}: wrote {', '.join(STAGES[name].writes)} in {folder}"


def run_stage(name: str, config: RunConfig, out: Path) -> None:
    """Do one stage in the run folder `out`: its inputs must stand, its outputs will.

    Raises InputError if inputs are missing, and ConservationError if the stage's record passes a limit.
    """
    stage = STAGES[name]
    _demand_inputs(stage, out)
    with watched_inputs(config) as found:
        stage.load()(config, out)
    _demand_outputs(stage, out)
    if stage.keeps_record:
        remember_inputs(out / stage.record, found)
        verify_conservation(out / stage.record)


def _demand_inputs(stage: Stage, out: Path) -> None:
    missing = [file for file in stage.reads if not (out / file).is_file()]
    if missing:
        raise InputError(
            Fault(str(out / file), stage.name, "no such file", f"an output of the stage {maker_of(file)!r}",
                  f"run 'tenbin {maker_of(file)} --out {out}' or 'tenbin run --out {out}'")
            for file in missing
        )  # fmt: skip


def _demand_outputs(stage: Stage, out: Path) -> None:
    missing = [file for file in stage.writes if not (out / file).is_file()]
    if missing:
        raise RuntimeError(f"{stage.function} did not write {', '.join(missing)} into {out}")


def fingerprint(name: str, config: RunConfig) -> str:
    """A short text that changes when a stage must be done again: its settings, version or data changed."""
    resolved = config.resolved()
    settings = {key: resolved[key] for key in STAGES[name].settings}
    content: dict[str, Any] = {"version": tenbin.__version__, "settings": settings}
    if name in ("observe", "inventory"):
        content["data"] = _data_state(config)
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def _data_state(config: RunConfig) -> list[tuple[str, int, int]]:
    """Path, size [bytes] and time of change [ns] of every catalogued file that the run may read."""
    from tenbin.data import catalog

    if config.data != "full":
        return _embedded_state()
    named = sorted({file.path for product in catalog.load().values() for file in product.files})
    roots = catalog.search_roots()
    found = (next((root for root in roots if (root / path).is_file()), None) for path in named)
    return [_state(root, path) for root, path in zip(found, named, strict=True) if root is not None]


def _embedded_state() -> list[tuple[str, int, int]]:
    """The same for the package's own tables, with a checksum for the time, which installing changes."""
    folder = Path(tenbin.__file__).parent / "data" / "embedded"
    tables = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    contents = [(path, path.read_bytes()) for path in tables]
    return [(str(path.relative_to(folder)), len(data), zlib.crc32(data)) for path, data in contents]


def _state(root: Path, path: str) -> tuple[str, int, int]:
    status = os.stat(root / path)
    return path, status.st_size, status.st_mtime_ns
