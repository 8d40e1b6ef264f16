"""Tables inside spreadsheets: below rows of explanation, beside one another, with words among the numbers."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Sequence
from typing import Any

import numpy as np

from tenbin.data.tidy import choose, fault

__all__ = ["cells", "header_row", "numbers"]


def cells(path: str | os.PathLike[str], sheet: str) -> list[tuple[Any, ...]]:
    """Values of every row of a sheet of an xlsx file; empty cells are None."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except FileNotFoundError as error:
        raise fault(path, "file", "no such file", "the file", "check the path, or set TENBIN_DATA") from error
    except (zipfile.BadZipFile, InvalidFileException, KeyError, OSError) as error:
        remedy = "fetch the file again and compare its checksum with the catalog"
        raise fault(
            path, "file", f"damaged or truncated content ({error})", "an xlsx file", remedy
        ) from error
    try:
        choose(sheet, book.sheetnames, "sheet", path)
        return [tuple(row) for row in book[sheet].iter_rows(values_only=True)]
    finally:
        book.close()


def header_row(rows: list[tuple[Any, ...]], names: Sequence[str], path: str | os.PathLike[str]) -> int:
    """Index of the first row that begins with `names`; InputError if there is none."""
    for index, row in enumerate(rows):
        if [str(cell).strip() for cell in row[: len(names)]] == list(names):
            return index
    remedy = "use the version of the file that the catalog names"
    raise fault(path, "header", f"none in {len(rows)} rows", f"a row that begins {list(names)}", remedy)


def numbers(values: Sequence[Any], path: str | os.PathLike[str], missing: Sequence[str] = ()) -> np.ndarray:
    """Cells as 64-bit floats; empty cells and the words in `missing` are NaN, any other word is a fault."""
    words = sorted(
        {str(value) for value in values if isinstance(value, str) and value.strip() not in missing}
    )
    if words:
        expected = f"numbers or {', '.join(map(repr, missing))}" if missing else "numbers"
        raise fault(path, "cells", f"{words[:5]}", expected, "correct the cells, or state how to read them")
    return np.array([np.nan if value is None or isinstance(value, str) else float(value) for value in values])
