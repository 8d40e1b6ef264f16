"""EDGAR v4.2: national CH4 totals, 1970-2012, large fires and peat included."""

from __future__ import annotations

import pandas as pd

from tenbin.core.errors import Fault, InputError
from tenbin.data.inventories.spreadsheets import find_header, labelled_values, read_sheet, sheet_table
from tenbin.data.inventories.tables import BUNKERS, UNIT, PathLike, melt_years, source_path, tidy

PRODUCT = "edgar_v42"
_AGGREGATES = {"Totals": "globe"}
_BUNKERS = BUNKERS | {"Bunkers": "intl_transport"}


def read(path: PathLike | None = None, aggregates: bool = False) -> pd.DataFrame:
    """National CH4 totals [Tg yr-1], from a spreadsheet in kton; sector 'anthropogenic_and_fires'.

    The file is called FT2010; its own header says EDGARv4.2 FT2012 and 1970-2012. Savanna, forest and peat
    fires and post-burn decay are inside: never add a fire product to it. A third bunker row, 'International
    transport' (0.1 Gg), is kept as 'intl_transport'. The world row is left out unless `aggregates`.
    """
    file = source_path(path, PRODUCT, "edgarv42ft2010.xls")
    rows = read_sheet(file)
    _expect_unit(labelled_values(rows).get("unit", ""), file)
    table = sheet_table(rows, find_header(rows, "Country name", file))
    long = melt_years(table, ("Country code",), file).rename(columns={"Country code": "region"})
    is_aggregate = long["region"].isin(_AGGREGATES)
    long = long if aggregates else long[~is_aggregate]
    long = long.replace({"region": _BUNKERS | _AGGREGATES})
    return tidy(_labelled(long), PRODUCT, file, unit=UNIT)


def _expect_unit(unit: str, file: PathLike) -> None:
    if not unit.startswith("kton (Gg) CH4"):
        raise InputError(
            Fault(str(file), "unit", repr(unit), "'kton (Gg) CH4 /yr'", "convert the file first")
        )


def _labelled(long: pd.DataFrame) -> pd.DataFrame:
    return long.assign(
        gas="ch4",
        sector="anthropogenic_and_fires",
        value=long["value"] / 1000.0,
        unit=UNIT,
        source=PRODUCT,
        category="total with large fires",
        category_set="EDGAR total",
    )
