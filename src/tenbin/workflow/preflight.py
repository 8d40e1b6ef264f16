"""All that can be known to be wrong before any work is done, told in one go."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import yaml

from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.core.provenance import atomic_path
from tenbin.workflow.config import read_as
from tenbin.workflow.data_faults import data_faults
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
        asked = read_as(RunConfig, config_path or (_kept(out) if keeps else None))
        faults += asked.faults
        config = _settled(asked.config)
        # Data are not judged by the defaults of keys that were meant to say something else.
        faults += data_faults(config) if asked.is_sure(*_OF_DATA) else []
    except InputError as error:
        faults += error.faults
    folder = Path(out if out is not None else config.out).expanduser()
    faults += folder_faults(folder, keep=not faults)
    raise_if_any(faults)
    write_resolved(config, folder)
    return config, folder


_OF_DATA = ("data", "networks", "stations", "gases", "period")
"""Keys of the configuration that choose data."""


def _kept(out: Path | None) -> Path | None:
    kept = Path(RunConfig().out if out is None else out) / RESOLVED
    return kept if kept.is_file() else None


def settle(config: RunConfig) -> RunConfig:
    """The same configuration with `data: auto` decided and every choice of data found to be possible."""
    settled = _settled(config)
    raise_if_any(data_faults(settled))
    return settled


def _settled(config: RunConfig) -> RunConfig:
    if config.data != "auto":
        return config
    is_set = bool(os.environ.get("TENBIN_DATA", "").strip())
    return config.model_copy(update={"data": "full" if is_set else "embedded"})


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
    missing = _missing(folder)
    faults = writable_faults(folder, keep=True) or _foreign_faults(folder)
    if faults or not keep:
        _remove_empty(missing)
    return faults


def _missing(folder: Path) -> list[Path]:
    """`folder` and the folders around it that do not exist, the innermost first."""
    return [path for path in (folder, *folder.parents) if not path.exists()]


def writable_faults(folder: Path, keep: bool) -> list[Fault]:
    """What forbids writing into `folder`, whatever else stands there; makes the folder if it can, removes it if not
    `keep`."""
    missing = _missing(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".tenbin-probe-"):
            pass
    except OSError as error:
        _remove_empty(missing)
        return [_not_writable(folder, error)]
    if not keep:
        _remove_empty(missing)
    return []


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


def _foreign_faults(folder: Path) -> list[Fault]:
    """A folder that holds files but no run of ours: writing there could overwrite somebody's work."""
    names = sorted(entry.name for entry in folder.iterdir())
    if not names or RESOLVED in names:
        return []
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    expected = f"an empty folder, or a run folder (with {RESOLVED})"
    remedy = "choose another with --out"
    return [Fault(str(folder), "output folder", f"other files ({shown})", expected, remedy)]
