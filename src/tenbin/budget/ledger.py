"""The one table into which every flux goes: its contract, its checks, and files whose bytes never vary."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from tenbin.budget import sectors
from tenbin.budget.closure import closure
from tenbin.budget.columns import APPROACHES, COLUMNS, FLOAT_FORMAT, KEY, UNIT
from tenbin.budget.sums import total
from tenbin.core import regions
from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.core.provenance import atomic_path

__all__ = ["COLUMNS", "closure", "faults", "normalised", "read", "total", "validate", "write"]

_LISTED = 20
"""Rows of one kind of fault named one by one before the rest are counted."""


def validate(ledger: pd.DataFrame, where: str = "ledger") -> pd.DataFrame:
    """`ledger` itself if it keeps the contract; otherwise InputError that lists every fault at once.

    Checked: columns, gases, sectors of the gas, regions, periods, approaches, units ("Tg yr-1"), finite means
    (a missing one needs a note), sd not negative, sinks negative, no key twice.
    """
    raise_if_any(faults(ledger, where))
    return ledger


def faults(ledger: pd.DataFrame, where: str = "ledger") -> list[Fault]:
    """Everything in `ledger` that breaks the contract; empty if nothing does."""
    absent = [c for c in COLUMNS if c not in ledger]
    extra = [c for c in ledger if c not in COLUMNS]
    found = [Fault(where, c, "no such column", "the ledger's columns", "add the column") for c in absent]
    found += [
        Fault(where, str(c), "an unknown column", "only " + ", ".join(COLUMNS), "drop it") for c in extra
    ]
    return found or [*_word_faults(ledger, where), *_number_faults(ledger, where), *_twice(ledger, where)]


def _word_faults(ledger: pd.DataFrame, where: str) -> Iterator[Fault]:
    """Unknown gases, sectors, regions, approaches and units, each named once."""
    for gas, sector in ledger[["gas", "sector"]].drop_duplicates().itertuples(index=False):
        if gas not in sectors.gases():
            yield Fault(where, "gas", repr(gas), ", ".join(sectors.gases()), "correct the gas id")
        elif sector not in (*sectors.known(gas), *sectors.outside()):
            expected = ", ".join(sectors.known(gas))
            yield Fault(
                where,
                f"sector of {gas}",
                repr(sector),
                expected,
                "correct it, or add it to budget/sectors.yaml",
            )
    for region in ledger["region"].drop_duplicates():
        yield from _region_fault(str(region), where)
    for approach in ledger["approach"].drop_duplicates():
        if approach not in APPROACHES:
            yield Fault(where, "approach", repr(approach), ", ".join(APPROACHES), "correct the approach")
    for unit in ledger["unit"].drop_duplicates():
        if unit != UNIT:
            yield Fault(
                where, "unit", repr(unit), repr(UNIT), "convert with tenbin.core.units.convert(..., gas=...)"
            )


def _region_fault(region: str, where: str) -> list[Fault]:
    try:
        regions.kind(region)
    except InputError as error:
        return [Fault(where, "region", f.name, f.expected, f.remedy) for f in error.faults]
    return []


def _number_faults(ledger: pd.DataFrame, where: str) -> Iterator[Fault]:
    """Rows whose years or values cannot be; the worst kinds first."""
    mean, sd = ledger["mean"].astype(float), ledger["sd"].astype(float)
    sinks = {pair for pair in _pairs(ledger) if pair[0] in sectors.gases() and sectors.is_sink(*pair)}
    sink = pd.Series(
        [pair in sinks for pair in zip(ledger["gas"], ledger["sector"], strict=True)], ledger.index
    )
    noted = ledger["note"].fillna("").astype(str).str.strip() != ""
    checks = {
        ("year_end", "an end not before year_start"): ledger["year_end"] < ledger["year_start"],
        ("mean", "a finite flux"): pd.Series(np.isinf(mean), ledger.index),
        ("mean", "a value, or a note saying why there is none"): mean.isna() & ~noted,
        ("sd", "1-sigma, at least nought"): (sd < 0) | np.isinf(sd) | (sd.isna() & mean.notna() & ~noted),
        ("mean", "a sink below nought"): sink & (mean > 0),
    }
    for (name, expected), broken in checks.items():
        yield from _row_faults(ledger[broken], where, name, expected)


def _pairs(ledger: pd.DataFrame) -> set[tuple[str, str]]:
    return set(ledger[["gas", "sector"]].drop_duplicates().itertuples(index=False, name=None))


def _row_faults(rows: pd.DataFrame, where: str, name: str, expected: str) -> Iterator[Fault]:
    for row in rows.head(_LISTED).itertuples():
        label = (
            f"{where} row {row.Index} ({row.gas} {row.sector} {row.region} {row.year_start}-{row.year_end})"
        )
        yield Fault(label, name, repr(getattr(row, name)), expected, "correct the row where it is made")
    if len(rows) > _LISTED:
        yield Fault(where, name, f"{len(rows) - _LISTED} more such rows", expected, "correct them likewise")


def _twice(ledger: pd.DataFrame, where: str) -> Iterator[Fault]:
    again = ledger[ledger.duplicated(KEY)]
    yield from _row_faults(again, where, "source", "one row per " + ", ".join(KEY))


def normalised(ledger: pd.DataFrame) -> pd.DataFrame:
    """The ledger in its one order: columns as in COLUMNS, rows sorted by KEY, notes never missing."""
    table = ledger[COLUMNS].copy()
    table["note"] = table["note"].fillna("")
    for year in ("year_start", "year_end"):
        table[year] = table[year].astype("int64")
    return table.sort_values(KEY, kind="stable", ignore_index=True)


def write(ledger: pd.DataFrame, path: str | os.PathLike[str], parquet: bool = True) -> list[Path]:
    """Check the ledger and write `path` as CSV, and beside it .parquet; the same ledger gives the same bytes.

    Returns the paths written. Both files hold the same numbers: twelve significant digits.
    """
    table = normalised(validate(ledger, str(path)))
    for column in ("mean", "sd"):
        table[column] = [float(FLOAT_FORMAT % value) for value in table[column]]
    target = Path(path)
    with atomic_path(target) as partial:
        table.to_csv(partial, index=False, float_format=FLOAT_FORMAT, lineterminator="\n")
    if not parquet:
        return [target]
    with atomic_path(target.with_suffix(".parquet")) as partial:
        table.to_parquet(partial, index=False)
    return [target, target.with_suffix(".parquet")]


def read(path: str | os.PathLike[str]) -> pd.DataFrame:
    """A ledger from CSV or Parquet, checked; InputError if the file is missing or breaks the contract."""
    source = Path(path)
    if not source.is_file():
        raise InputError(Fault(str(source), "file", "nothing", "a ledger", "run the stage that writes it"))
    if source.suffix == ".parquet":
        table = pd.read_parquet(source)
    else:
        # "NA" is Namibia in some code lists and "" an empty note: only truly empty numbers are missing.
        table = pd.read_csv(source, keep_default_na=False, na_values={"mean": [""], "sd": [""]})
    return normalised(validate(table, str(source)))
