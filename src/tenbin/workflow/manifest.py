"""run.json: what the run was asked, with which code and inputs, what it wrote, and what it conserved."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tenbin.core.errors import Fault, raise_if_any
from tenbin.core.provenance import Conservation, RunRecord, read_json, sha256
from tenbin.workflow.records import conservation_of, inputs_of
from tenbin.workflow.settings import RunConfig
from tenbin.workflow.stages import RESULTS, STAGES, maker_of

MANIFEST = "run.json"
PACKAGES = ("numpy", "scipy", "pandas", "xarray", "jax", "jaxlib", "equinox", "h5netcdf", "pyarrow", "pint",
            "pydantic", "matplotlib", "snakemake")  # fmt: skip
"""Packages that may change a number or the form in which it is written."""


def write_manifest(config: RunConfig, out: Path) -> None:
    """Gather the records of all stages in the run folder `out` into run.json.

    The file is written first and ConservationError raised after, so that what failed can be read.
    """
    _demand_results(out)
    inputs: dict[str, str] = {}
    for record in _records().values():
        inputs |= inputs_of(out / record)
    ledger = [line for lines in conservation_ledger(out).values() for line in lines]
    notes = {"packages": _package_versions(), "outputs": _output_checksums(out)}
    RunRecord("run", config.resolved(), inputs, ledger, notes).write(out / MANIFEST)


def conservation_ledger(out: Path) -> dict[str, list[Conservation]]:
    """Worst residual per quantity, by the stage that measured it."""
    return {name: conservation_of(out / record) for name, record in _records().items()}


def _records() -> dict[str, str]:
    return {name: stage.record for name, stage in STAGES.items() if stage.keeps_record}


def verify(out: Path) -> None:
    """Raise if results are missing, differ from what run.json remembers, or did not conserve."""
    _demand_results(out)
    remembered = read_json(out / MANIFEST)["content"]["notes"]["outputs"]
    now = _output_checksums(out)
    changed = [name for name in sorted(remembered) if now.get(name) != remembered[name]]
    raise_if_any(
        Fault(str(out / name), "checksum", f"{now[name][:12]}...", f"{remembered[name][:12]}... ({MANIFEST})",
              f"the file was changed after the run; 'tenbin run --out {out}' makes it again")
        for name in changed
    )  # fmt: skip
    ledger = [line for lines in conservation_ledger(out).values() for line in lines]
    RunRecord(conservation=ledger).verify(where=str(out))


def _demand_results(out: Path) -> None:
    raise_if_any(
        Fault(str(out / file), maker_of(file), "no such file", f"an output of the stage {maker_of(file)!r}",
              f"run 'tenbin run --out {out}'")
        for file in RESULTS
        if not (out / file).is_file()
    )  # fmt: skip


def _output_checksums(out: Path) -> dict[str, str]:
    return {file: sha256(out / file) for file in RESULTS}


def _package_versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
