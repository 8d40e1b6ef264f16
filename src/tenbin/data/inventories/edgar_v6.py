"""EDGAR v6.0: national totals of CH4 and N2O, 1970-2018, burning of biofuel apart."""

from __future__ import annotations

import pandas as pd

from tenbin.core.errors import Fault, InputError
from tenbin.data.inventories.tables import (
    BUNKERS,
    UNIT,
    PathLike,
    melt_years,
    read_table,
    refuse_duplicates,
    source_path,
    tidy,
)

PRODUCT = "edgar_v6"
_CODE, _PART = "Country_code_A3", "fossil_bio"
# 'fossil' in these files is everything but biofuel: cattle and rice too. It is never our sector 'fossil'.
_SECTOR = {"bio": "biofuel", "fossil": "anthropogenic_without_biofuel"}


def read(path: PathLike | None = None, gas: str = "ch4", split: bool = False) -> pd.DataFrame:
    """National totals [Tg of the gas yr-1] of 'ch4' or 'n2o', from a file in Gg; bunkers are regions.

    A country has up to two rows, `fossil` (all but biofuel) and `bio`; they are summed into sector
    'anthropogenic' unless `split`. No land use, no large fires; written with three digits. Source: Crippa et
    al. 2021.
    """
    if gas not in ("ch4", "n2o"):
        raise InputError(Fault("EDGAR v6.0", "gas", repr(gas), "'ch4' or 'n2o'", "use edgar_co2 for CO2"))
    file = source_path(path, PRODUCT, f"edgar6_{gas.upper()}.csv")
    raw = read_table(file, (_CODE, _PART))
    _expect_parts(raw, file)
    refuse_duplicates(raw, (_CODE, _PART), file)
    long = melt_years(raw, (_CODE, _PART), file, prefix="Y_")
    long = long.rename(columns={_CODE: "region", _PART: "category"}).replace({"region": BUNKERS})
    long["sector"] = long["category"].map(_SECTOR)
    return tidy(_labelled(long if split else _summed(long), gas), PRODUCT, file, unit=UNIT)


def _expect_parts(raw: pd.DataFrame, file: PathLike) -> None:
    strange = sorted(set(raw[_PART]) - set(_SECTOR))
    if strange:
        raise InputError(
            Fault(str(file), _PART, ", ".join(strange), "'fossil' or 'bio'", "refetch the product")
        )


def _summed(long: pd.DataFrame) -> pd.DataFrame:
    total = long.groupby(["region", "year"], as_index=False)["value"].sum(min_count=1)
    return total.assign(sector="anthropogenic", category="fossil+bio")


def _labelled(long: pd.DataFrame, gas: str) -> pd.DataFrame:
    return long.assign(
        gas=gas, value=long["value"] / 1000.0, unit=UNIT, source=PRODUCT, category_set="EDGAR fossil/bio"
    )
