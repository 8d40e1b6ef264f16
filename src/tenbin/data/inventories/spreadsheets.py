"""Old spreadsheets (.xls) with a preamble of labels above their table, read cell by cell."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from tenbin.core.errors import Fault, InputError
from tenbin.data.inventories.tables import PathLike

Rows = list[list[str]]


def read_sheet(path: PathLike) -> Rows:
    """Cells of the first sheet of an .xls file as text; whole numbers without a decimal point."""
    import xlrd  # here, since only these old files need it

    file = Path(path)
    try:
        sheet = xlrd.open_workbook(str(file)).sheet_by_index(0)
    except (OSError, xlrd.XLRDError, xlrd.compdoc.CompDocError, AssertionError) as error:
        found = f"a file that is missing or no .xls spreadsheet ({error})"
        fault = Fault(str(file), "file", found, "a whole .xls file", "fetch the product again")
        raise InputError(fault) from error
    return [[_text(cell) for cell in sheet.row_values(index)] for index in range(sheet.nrows)]


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell).strip()


def labelled_values(rows: Rows) -> dict[str, str]:
    """What the preamble says: first cell, without its colon and in lower case -> second cell."""
    return {row[0].rstrip(":").lower(): row[1] for row in rows if len(row) > 1 and row[0] and row[1]}


def find_header(rows: Rows, first_cell: str, path: PathLike) -> int:
    """Number of the row whose first cell is `first_cell`; InputError if there is none."""
    for index, row in enumerate(rows):
        if row and row[0] == first_cell:
            return index
    fault = Fault(str(path), first_cell, "no row starting with it", "the header row", "check the spreadsheet")
    raise InputError(fault)


def sheet_table(rows: Rows, header: int) -> pd.DataFrame:
    """Rows below the header as a table of strings; blank rows left out."""
    body = [row for row in rows[header + 1 :] if row[0]]
    return pd.DataFrame(body, columns=rows[header])
