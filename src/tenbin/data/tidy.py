"""The shared table forms of the readers, and the checks that turn a broken file into a clear message."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.data import catalog

__all__ = [
    "INVENTORY_COLUMNS",
    "STATION_COLUMNS",
    "choose",
    "describe",
    "fault",
    "read_csv",
    "read_text",
    "require_columns",
    "require_header",
    "require_unit",
    "require_values",
    "sentinels_to_nan",
    "station_table",
]

STATION_COLUMNS = (
    "gas", "site", "network", "year", "month", "value", "sd", "n", "unit", "scale", "lat", "lon", "alt",
)  # fmt: skip
"""Monthly means at stations: `sd` is the spread within the month in `unit`, `n` the number of independent
samples, `lat`, `lon` [degree], `alt` [m above sea level]; unknown is NaN, absent months have no row."""

INVENTORY_COLUMNS = ("gas", "sector", "region", "year", "value", "unit", "source", "category_set")
"""Annual emissions, positive to the air."""

_BROKEN_FILE = (EOFError, gzip.BadGzipFile, zlib.error, UnicodeDecodeError, pd.errors.ParserError)


def fault(path: str | os.PathLike[str], name: str, found: str, expected: str, remedy: str) -> InputError:
    """The error of one fault in the file `path`, ready to raise."""
    return InputError(Fault(str(path), name, found, expected, remedy))


def read_csv(path: str | os.PathLike[str], text: str | None = None, **options: Any) -> pd.DataFrame:
    """pandas.read_csv whose failures name the file: absent, empty, cut short, damaged, or not a table.

    `text` is the table itself, where it is only a part of the file.
    """
    table: pd.DataFrame = _reading(
        path, lambda: pd.read_csv(path if text is None else io.StringIO(text), **options)
    )
    if table.empty:
        raise _empty(path)
    return table


def read_text(path: str | os.PathLike[str]) -> str:
    """Text of a file in UTF-8 with or without a byte-order mark; failures name the file."""
    text: str = _reading(path, lambda: Path(path).read_text(encoding="utf-8-sig"))
    if not text.strip():
        raise _empty(path)
    return text


def _reading(path: str | os.PathLike[str], read: Any) -> Any:
    remedy = "fetch the file again and compare its checksum with the catalog"
    try:
        return read()
    except FileNotFoundError as error:
        raise fault(path, "file", "no such file", "the file", "check the path, or set TENBIN_DATA") from error
    except pd.errors.EmptyDataError as error:
        raise _empty(path) from error
    except _BROKEN_FILE as error:
        raise fault(
            path, "file", f"damaged or truncated content ({error})", "a whole file", remedy
        ) from error
    except OSError as error:
        raise fault(path, "file", str(error), "a readable file", "check its permissions") from error


def _empty(path: str | os.PathLike[str]) -> InputError:
    return fault(path, "file", "no rows", "a table with rows", "fetch the file again: it is empty")


def require_columns(
    table: pd.DataFrame, columns: Iterable[str], path: str | os.PathLike[str]
) -> pd.DataFrame:
    """`table` itself; InputError that lists every one of `columns` it lacks."""
    present = ", ".join(map(str, table.columns))
    remedy = "give the file in the form the catalog names, or rename its column"
    raise_if_any(
        Fault(str(path), name, f"no such column among {present}", f"a column {name!r}", remedy)
        for name in columns
        if name not in table.columns
    )
    return table


def require_header(found: Iterable[str], expected: Iterable[str], path: str | os.PathLike[str]) -> None:
    """InputError if a header that is read by position is not the one expected."""
    found, expected = [str(name).strip() for name in found], list(expected)
    if found != expected:
        remedy = (
            "the layout has changed: its columns would be taken for others; use the version in the catalog"
        )
        raise fault(path, "header", repr(found), repr(expected), remedy)


def require_unit(found: Any, expected: str, name: str, path: str | os.PathLike[str]) -> None:
    """InputError unless the unit or units `found` are all `expected`."""
    units = sorted({str(unit) for unit in np.atleast_1d(np.asarray(found, dtype=object))})
    if units != [expected]:
        remedy = "convert the values and state the unit, or use the version in the catalog"
        raise fault(path, f"unit of {name}", ", ".join(map(repr, units)), repr(expected), remedy)


def require_values(table: pd.DataFrame, column: str, path: str | os.PathLike[str]) -> pd.DataFrame:
    """`table` itself; InputError if it has no rows or nothing but missing values in `column`."""
    if not table[column].notna().any():
        found = "no rows, or all missing" if table.empty else f"{len(table)} rows, all missing"
        raise fault(path, column, found, "at least one value", "choose another station, gas or period")
    return table


def choose(value: str, accepted: Iterable[str], name: str, where: str | os.PathLike[str]) -> str:
    """`value` itself if it is one of `accepted`; InputError that lists them otherwise."""
    accepted = sorted(accepted)
    if value not in accepted:
        raise fault(where, name, repr(value), f"one of {', '.join(accepted)}", "choose one of these")
    return value


def sentinels_to_nan(values: Any, sentinels: Iterable[float]) -> np.ndarray:
    """`values` as 64-bit floats with each of the numbers `sentinels` replaced by NaN.

    >>> sentinels_to_nan([1.5, -999.99], [-999.99])
    array([1.5, nan])
    """
    # A copy: the caller's column must not change under its feet.
    column = pd.Series(np.array(values), copy=True)
    numbers = np.array(pd.to_numeric(column, errors="coerce"), dtype=float)
    words = column[np.isnan(numbers) & column.notna().to_numpy()]
    if len(words):
        name = getattr(values, "name", None) or "column of numbers"
        raise fault("table of records", str(name), f"{words.iloc[0]!r} and {len(words) - 1} more that are no numbers",
                    "numbers only", "mend these cells, or fetch the file again")  # fmt: skip
    for sentinel in sentinels:
        numbers[np.isclose(numbers, sentinel, rtol=1e-9, atol=0.0)] = np.nan
    return numbers


def station_table(columns: dict[str, Any], extra: Iterable[str] = ()) -> pd.DataFrame:
    """The monthly table of STATION_COLUMNS (absent numbers are NaN), with `extra` columns at its end.

    Rows without a value are left out; rows are in order of gas, network, site and month.
    """
    names = (*STATION_COLUMNS, *extra)
    table = pd.DataFrame({name: columns.get(name, np.nan) for name in names})
    for name in ("value", "sd", "n", "lat", "lon", "alt"):
        table[name] = table[name].astype(float)
    table = table[table["value"].notna()].astype({"year": int, "month": int})
    order = ["gas", "network", "site", "year", "month"]
    return table.sort_values(order, kind="stable").reset_index(drop=True)


def describe(table: pd.DataFrame, product: str, path: str | os.PathLike[str], **more: Any) -> pd.DataFrame:
    """`table` with the credit, licence and source file of the catalog's `product` in its attrs."""
    entry = catalog.product(product)
    credit = {
        key: getattr(entry, key) for key in ("title", "producer", "citation", "licence", "licence_class")
    }
    table.attrs = credit | {"product": product, "source_file": str(path)} | more
    return table
