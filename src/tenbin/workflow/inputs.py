"""Which data files a stage really read: watched while it works, and remembered with their checksums."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tenbin
from tenbin.core.provenance import read_json, sha256, write_json
from tenbin.workflow.settings import RunConfig

PACKAGE_TABLES = Path(tenbin.__file__).resolve().parent
TABLE_SUFFIXES = (".csv", ".yaml", ".json", ".nc")


class _Opened:
    """Notes every file opened while it is switched on; Python gives no way to take an audit hook away."""

    def __init__(self) -> None:
        self.paths: set[str] = set()
        self.is_on = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.is_on and event == "open" and isinstance(arguments[0], str):
            self.paths.add(arguments[0])


@contextmanager
def watched_inputs(config: RunConfig) -> Iterator[dict[str, Path]]:
    """Yield a table that holds, after the work inside, every data file that was opened, by its short name."""
    opened = _Opened()
    found: dict[str, Path] = {}
    sys.addaudithook(opened)
    opened.is_on = True
    try:
        yield found
    finally:
        opened.is_on = False
    roots = _roots(config)
    for path in sorted(opened.paths):
        name = _short_name(path, roots)
        if name:
            found[name] = Path(path)


def _roots(config: RunConfig) -> dict[str, Path]:
    """Prefix of the short name -> folder below which data files lie."""
    roots = {"tenbin/": PACKAGE_TABLES}
    if config.data == "full":
        from tenbin.data import catalog

        roots |= {"" if number == 0 else "cache/": root for number, root in enumerate(catalog.search_roots())}
    return roots


def _short_name(path: str, roots: dict[str, Path]) -> str | None:
    """The name of a data file below one of the roots, the same on every machine; None for any other file."""
    full = os.path.realpath(path)
    for prefix, root in roots.items():
        base = os.path.realpath(root) + os.sep
        is_table = prefix != "tenbin/" or full.endswith(TABLE_SUFFIXES)
        if full.startswith(base) and is_table and os.path.isfile(full):
            return prefix + full[len(base) :].replace(os.sep, "/")
    return None


def remember_inputs(record: Path, found: dict[str, Path]) -> None:
    """Add to a stage's record the checksums of `found`; a stage that keeps no record gets one."""
    content = read_json(record) if record.exists() else {"conservation": []}
    part = content.get("content", content)
    known = {item["path"]: item for item in part.get("inputs", [])}
    new = {name: {"path": name, "sha256": sha256(path)} for name, path in found.items()}
    part["inputs"] = [item for _, item in sorted((new | known).items())]
    write_json(record, content)
