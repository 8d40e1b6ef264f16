"""What the report reads: tables and records of the earlier stages in the run folder, checked as a whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.core.provenance import sha256
from tenbin.core.units import LEDGER_UNIT
from tenbin.report.style import GAS_NAMES

LEDGER_TEXT = ("gas", "sector", "region", "approach", "source", "unit")
LEDGER_NUMBERS = ("year_start", "year_end")


@dataclass(frozen=True)
class TableSpec:
    """Columns a table must have, and the verb that writes it.

    `numbers` are finite in every row; `gaps` may be empty; `spread` may be empty but not negative.
    Tables of `mass` hold [Tg of the gas yr-1]. `may_lack_rows` where a short run has none to give.
    """

    verb: str
    text: tuple[str, ...]
    numbers: tuple[str, ...]
    gaps: tuple[str, ...] = ()
    spread: tuple[str, ...] = ()
    mass: bool = False
    may_lack_rows: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.text, *self.numbers, *self.gaps, *self.spread)


def _ledger(verb: str) -> TableSpec:
    return TableSpec(verb, LEDGER_TEXT, LEDGER_NUMBERS, ("mean",), ("sd",), mass=True)


TABLES: Mapping[str, TableSpec] = {
    "band_means": TableSpec("observe", ("gas", "band", "unit"), ("year", "month"), ("value",), ("sd",)),
    "bottom_up": _ledger("inventory"),
    "top_down": _ledger("invert"),
    "fit": TableSpec(
        "invert",
        ("gas", "band"),
        ("year", "month"),
        ("observed", "prior", "posterior"),
        ("sd", "posterior_sd"),
    ),
    "growth": TableSpec("invert", ("gas", "unit"), ("year",), ("growth",), ("sd",)),
    "ledger": _ledger("budget"),
    "reconciliation": TableSpec(
        "budget",
        ("gas", "region", "unit"),
        ("year_start", "year_end"),
        ("bottom_up", "top_down", "difference"),
        ("bottom_up_sd", "top_down_sd", "difference_sd"),
        mass=True,
    ),
    "decades": replace(_ledger("budget"), may_lack_rows=True),
    "closure": TableSpec(
        "budget",
        ("gas", "period"),
        (),
        ("sources", "sinks", "growth_from_budget", "growth_observed", "residual"),
        ("sd",),
        mass=True,
        may_lack_rows=True,
    ),
}

RECORDS = ("observe", "inventory", "invert", "budget")


@dataclass(frozen=True)
class Stages:
    """Everything the report shows: one table per stage file, `diagnostics`, and the stages' records."""

    folder: Path
    tables: Mapping[str, pd.DataFrame]
    diagnostics: Mapping[str, Any]
    records: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    checksums: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.tables[name]


def _read_table(path: Path, spec: TableSpec) -> tuple[pd.DataFrame | None, list[Fault]]:
    remedy = f"run 'tenbin {spec.verb} --out {path.parent}' again"
    if not path.is_file():
        return None, [Fault(str(path), "file", "no file", "a table of the run", remedy)]
    try:
        frame = pd.read_csv(path, keep_default_na=False, na_values=["", "nan", "NaN"])
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError) as error:
        return None, [Fault(str(path), "table", str(error), "comma-separated values", remedy)]
    faults = _column_faults(path, frame, spec, remedy)
    return (None, faults) if faults else (frame, _value_faults(path, frame, spec, remedy))


def _column_faults(path: Path, frame: pd.DataFrame, spec: TableSpec, remedy: str) -> list[Fault]:
    missing = [column for column in spec.columns if column not in frame]
    if missing:
        found = ", ".join(map(str, frame.columns))
        return [Fault(str(path), ", ".join(missing), f"columns {found}", "these columns as well", remedy)]
    if frame.empty and not spec.may_lack_rows:
        return [Fault(str(path), "table", "no rows", "at least one row", remedy)]
    return []


def _value_faults(path: Path, frame: pd.DataFrame, spec: TableSpec, remedy: str) -> list[Fault]:
    faults = []
    kinds = [(spec.numbers, "finite numbers"), (spec.gaps, "finite numbers, or nothing")]
    kinds += [(spec.spread, "numbers of at least 0, or nothing")]
    for column, expected in ((column, expected) for columns, expected in kinds for column in columns):
        bad = _bad_numbers(frame[column], column not in spec.numbers, column in spec.spread)
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            found = f"{frame[column].iloc[row]!r} in data row {row + 1} ({int(bad.sum())} such rows)"
            faults.append(Fault(str(path), column, found, expected, remedy))
    return faults + _vocabulary_faults(path, frame, spec, remedy)


def _bad_numbers(column: pd.Series, may_be_empty: bool, is_spread: bool) -> np.ndarray:
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(float)
    bad = ~np.isfinite(numbers)
    if may_be_empty:
        bad &= column.notna().to_numpy()
    return bad | (numbers < 0) if is_spread else bad


def _vocabulary_faults(path: Path, frame: pd.DataFrame, spec: TableSpec, remedy: str) -> list[Fault]:
    faults = []
    strange = sorted(set(frame["gas"].astype(str)) - set(GAS_NAMES))
    if strange:
        known = ", ".join(GAS_NAMES)
        faults.append(Fault(str(path), "gas", ", ".join(strange), f"one of {known}", remedy))
    stated = spec.mass and "unit" in frame
    units = sorted(set(frame["unit"].astype(str))) if stated else []
    if units and units != [LEDGER_UNIT]:
        faults.append(Fault(str(path), "unit", ", ".join(units), f"{LEDGER_UNIT} of the gas itself", remedy))
    return faults


def _read_record(path: Path, verb: str, required: bool) -> tuple[dict[str, Any], list[Fault]]:
    remedy = f"run 'tenbin {verb} --out {path.parent}' again"
    if not path.is_file():
        return {}, [Fault(str(path), "file", "no file", "a JSON record", remedy)] if required else []
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        return {}, [Fault(str(path), "JSON", str(error), "a JSON object", remedy)]
    if not isinstance(content, dict):
        return {}, [Fault(str(path), "JSON", type(content).__name__, "a JSON object", remedy)]
    return content, []


def _difference_faults(path: Path, frame: pd.DataFrame | None) -> list[Fault]:
    """The difference must be one minus the other, in one sense throughout; the budget chooses the sense."""
    if frame is None or difference_sign(frame) != 0:
        return []
    return [
        Fault(
            str(path),
            "difference",
            "values that are not one estimate minus the other",
            "top_down - bottom_up in every row",
            f"run 'tenbin budget --out {path.parent}' again",
        )
    ]


def difference_sign(frame: pd.DataFrame) -> int:
    """+1 if `difference` is top-down minus bottom-up, -1 if it is the reverse, 0 if it is neither."""
    gap = (frame["top_down"] - frame["bottom_up"]).to_numpy(float)
    tolerance = 1e-6 * (frame["top_down"].abs() + frame["bottom_up"].abs()).to_numpy(float) + 1e-9
    stated = frame["difference"].to_numpy(float)
    known = np.isfinite(gap) & np.isfinite(stated)
    for sign in (1, -1):
        if np.all(np.abs(sign * gap - stated)[known] <= tolerance[known]):
            return sign
    return 0


def read_stages(out_dir: Path) -> Stages:
    """Read and check every stage file in `out_dir`; InputError lists all that is missing or wrong at once."""
    folder = Path(out_dir)
    if not folder.is_dir():
        raise InputError(
            [Fault(str(folder), "run folder", "no folder", "the folder of a run", "run 'tenbin run' first")]
        )
    tables, faults = {}, []
    for name, spec in TABLES.items():
        tables[name], found = _read_table(folder / f"{name}.csv", spec)
        faults += found
    if not any(fault.where.endswith("reconciliation.csv") for fault in faults):
        faults += _difference_faults(folder / "reconciliation.csv", tables["reconciliation"])
    diagnostics, found = _read_record(folder / "diagnostics.json", "invert", required=True)
    faults += found
    records = {}
    for verb in (*RECORDS, "run"):
        records[verb], found = _read_record(folder / f"{verb}.json", verb, required=False)
        faults += found
    raise_if_any(faults)
    return Stages(folder, _typed(tables), diagnostics, records, _checksums(folder))


def _typed(tables: dict[str, pd.DataFrame | None]) -> dict[str, pd.DataFrame]:
    typed = {}
    for name, frame in tables.items():
        if frame is None:  # pragma: no cover - a missing table is a fault, raised before
            continue
        years = {column: int for column in ("year", "year_start", "year_end", "month") if column in frame}
        texts = {column: str for column in ("gas", "sector", "region", "band", "period") if column in frame}
        typed[name] = frame.astype({**years, **texts})
    return typed


def _checksums(folder: Path) -> dict[str, str]:
    names = [f"{name}.csv" for name in TABLES] + ["diagnostics.json"]
    return {name: sha256(folder / name) for name in sorted(names)}
