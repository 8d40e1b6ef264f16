"""All that can be known to be wrong before any work is done, told in one go."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import yaml

from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.core.provenance import atomic_path
from tenbin.workflow.config import load_config
from tenbin.workflow.settings import RunConfig

RESOLVED = "config.resolved.yaml"
"""The configuration a run folder was made with; its presence marks a folder as ours."""

HEADER = "# Written by tenbin: the configuration of this run folder, every default filled in.\n"


def prepare(config_path: Path | None, out: Path | None, keeps: bool = False) -> tuple[RunConfig, Path]:
    """The configuration with its data source settled, and a run folder that is ready to be written.

    Without `config_path` the defaults hold; or, if `keeps`, the configuration the folder was made with.
    InputError lists all faults of configuration, data and folder; in that case nothing is left behind.
    """
    faults: list[Fault] = []
    config = RunConfig()
    try:
        config = settle(load_config(config_path or (_kept(out) if keeps else None)))
    except InputError as error:
        faults += error.faults
    folder = Path(out if out is not None else config.out).expanduser()
    faults += folder_faults(folder, keep=not faults)
    raise_if_any(faults)
    write_resolved(config, folder)
    return config, folder


def _kept(out: Path | None) -> Path | None:
    kept = Path(RunConfig().out if out is None else out) / RESOLVED
    return kept if kept.is_file() else None


def settle(config: RunConfig) -> RunConfig:
    """The same configuration with `data: auto` decided and every choice of data found to be possible."""
    from tenbin.workflow.data_faults import data_faults

    if config.data == "auto":
        is_set = bool(os.environ.get("TENBIN_DATA", "").strip())
        config = config.model_copy(update={"data": "full" if is_set else "embedded"})
    raise_if_any(data_faults(config))
    return config


def write_resolved(config: RunConfig, folder: Path) -> None:
    """Write the resolved configuration, unless the folder already holds the same."""
    text = HEADER + yaml.safe_dump(config.resolved(), sort_keys=False, allow_unicode=True)
    target = folder / RESOLVED
    if target.is_file() and target.read_text(encoding="utf-8") == text:
        return
    with atomic_path(target) as partial:
        partial.write_text(text, encoding="utf-8")


def folder_faults(folder: Path, keep: bool) -> list[Fault]:
    """What forbids writing a run into `folder`; makes the folder if it can, removes it if not `keep`."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".tenbin-probe-"):
            pass
    except OSError as error:
        _remove_empty(missing)
        return [_not_writable(folder, error)]
    fault = _foreign_files(folder)
    if fault or not keep:
        _remove_empty(missing)
    return [fault] if fault else []


def _remove_empty(folders: list[Path]) -> None:
    for path in folders:
        if path.is_dir():
            path.rmdir()


def _not_writable(folder: Path, error: OSError) -> Fault:
    if folder.exists() and not folder.is_dir():
        found = "a file of that name"
    else:
        found = f"a place that cannot be written ({error.strerror})"
    remedy = "choose another folder with --out, or change its permissions"
    return Fault(str(folder), "output folder", found, "a folder to write in", remedy)


def _foreign_files(folder: Path) -> Fault | None:
    """A folder that holds files but no run of ours: writing there could overwrite somebody's work."""
    names = sorted(entry.name for entry in folder.iterdir())
    if not names or RESOLVED in names:
        return None
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    expected = f"an empty folder, or a run folder (with {RESOLVED})"
    return Fault(
        str(folder), "output folder", f"other files ({shown})", expected, "choose another with --out"
    )
