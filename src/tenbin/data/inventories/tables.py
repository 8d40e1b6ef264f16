"""Comma-separated tables read loudly: cut files, missing columns and foreign units become faults."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.data import catalog
from tenbin.data.tidy import describe

COLUMNS = ("gas", "sector", "region", "year", "value", "unit", "source", "category", "category_set")
"""Columns of every tidy inventory table; `value` is in `unit`, `category` is the producer's own label."""

UNIT = "Tg yr-1"
MISSING = frozenset({"", "NULL", "NA", "N/A", "NaN", "nan", "-999.99", "-9999"})
"""Spellings of a missing number met in the files (the country code 'NAM' and the like are never touched)."""

BUNKERS = {"SEA": "intl_shipping", "AIR": "intl_aviation"}
"""EDGAR's pseudo-countries -> region ids."""

PathLike = str | os.PathLike[str]


def source_path(path: PathLike | None, product: str, file: str) -> Path:
    """`path` if given, else the file of the catalogued product; InputError if it is nowhere."""
    if path is not None:
        return Path(path)
    return catalog.locate(product, file)


def read_text(path: PathLike) -> str:
    """Text of a plain or gzipped UTF-8 file without byte-order mark, every line ending made a newline.

    Raises InputError for a file that is missing, cut short, not gzip, or not UTF-8.
    """
    file = Path(path)
    try:
        raw = file.read_bytes()
        raw = gzip.decompress(raw) if file.suffix == ".gz" else raw
        text = raw.decode("utf-8-sig")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(_unreadable(file, f"a damaged or truncated gzip file ({error})")) from error
    except UnicodeDecodeError as error:
        raise InputError(_unreadable(file, f"bytes that are not UTF-8 text ({error.reason})")) from error
    except OSError as error:
        raise InputError(_unreadable(file, error.strerror or str(error))) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _unreadable(file: Path, found: str) -> Fault:
    return Fault(str(file), "file", found, "a whole, readable file", "fetch the product again")


def read_table(path: PathLike, required: Sequence[str], skip: int = 0) -> pd.DataFrame:
    """Table of strings from a csv or csv.gz file, after `skip` lines; column names are stripped of blanks.

    Raises InputError listing every missing column at once; an unreadable or empty file likewise.
    """
    body = "\n".join(read_text(path).split("\n")[skip:])
    try:
        frame = pd.read_csv(io.StringIO(body), dtype=str, keep_default_na=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputError(_unreadable(Path(path), f"no table ({str(error).strip()})")) from error
    frame.columns = [str(name).strip() for name in frame.columns]
    raise_if_any(missing_columns(frame, required, path))
    if frame.empty:
        raise InputError(Fault(str(path), "rows", "none", "at least one row", "fetch the product again"))
    return frame


def missing_columns(frame: pd.DataFrame, required: Iterable[str], path: PathLike) -> list[Fault]:
    """A fault for each required column that is not there."""
    present = ", ".join(map(str, list(frame.columns)[:12]))
    return [
        Fault(str(path), name, f"no such column among {present}", "the column", "check the file")
        for name in required
        if name not in frame.columns
    ]  # fmt: skip


def numbers(column: pd.Series, path: PathLike) -> pd.Series:
    """Strings as float64, missing spellings as NaN; InputError if one is no number, or if all are missing."""
    text = column.astype(str).str.strip()
    values = pd.to_numeric(text.where(~text.isin(MISSING)), errors="coerce").astype(float)
    bad = values.isna() & ~text.isin(MISSING) | np.isinf(values)
    if bad.any():
        found = (
            f"{text[bad].iloc[0]!r} in {int(bad.sum())} row(s), first in row {bad.to_numpy().argmax() + 1}"
        )
        raise InputError(
            Fault(str(path), str(column.name), found, "finite numbers", "mend or refetch the file")
        )
    if values.isna().all():
        fault = Fault(
            str(path), str(column.name), "no value at all", "at least one number", "refetch the file"
        )
        raise InputError(fault)
    return values


def year_columns(frame: pd.DataFrame, path: PathLike, prefix: str = "") -> list[str]:
    """Names of the columns that are years ('1970' or 'Y_1970'); InputError if there are none."""
    years = [c for c in map(str, frame.columns) if c.removeprefix(prefix).isdigit() and c.startswith(prefix)]
    if not years:
        fault = Fault(str(path), "years", "no column named by a year", f"columns such as '{prefix}1970'",
                      "check the lines above the header and the separator")  # fmt: skip
        raise InputError(fault)
    return years


def melt_years(frame: pd.DataFrame, keys: Sequence[str], path: PathLike, prefix: str = "") -> pd.DataFrame:
    """Wide table (a column per year) as long `keys` + year (int) + value (float); missing cells left out."""
    years = year_columns(frame, path, prefix)
    long = frame.melt(id_vars=list(keys), value_vars=years, var_name="year", value_name="value")
    long["value"] = numbers(long["value"], path)
    long["year"] = long["year"].str.removeprefix(prefix).astype(int)
    return long.dropna(subset=["value"]).reset_index(drop=True)


def refuse_duplicates(frame: pd.DataFrame, keys: Sequence[str], path: PathLike) -> None:
    """InputError if two rows have the same keys: their sum would count something twice."""
    twice = frame.duplicated(list(keys))
    if twice.any():
        first = frame.loc[twice, list(keys)].iloc[0].to_dict()
        found = f"{int(twice.sum())} repeated row(s), first {first}"
        raise InputError(
            Fault(str(path), ", ".join(keys), found, "each combination once", "remove the repeats")
        )


def expect_unit(column: pd.Series, expected: Iterable[str], path: PathLike) -> None:
    """InputError if a unit column holds anything but the `expected` spellings."""
    allowed = tuple(expected)
    foreign = sorted(set(column.astype(str).str.strip()) - set(allowed))
    if foreign:
        found = ", ".join(map(repr, foreign))
        fault = Fault(
            str(path), str(column.name), found, " or ".join(map(repr, allowed)), "convert the file first"
        )
        raise InputError(fault)


def ordered(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` in the common column order, extra columns last, rows numbered anew."""
    leading = [name for name in COLUMNS if name in frame.columns]
    others = [name for name in frame.columns if name not in COLUMNS]
    return frame[leading + others].reset_index(drop=True)


def tidy(frame: pd.DataFrame, product: str, path: PathLike, **attrs: object) -> pd.DataFrame:
    """`frame` in the common column order, with the catalog's credit and the file actually read in `attrs`."""
    return describe(ordered(frame), product, path, **attrs)
