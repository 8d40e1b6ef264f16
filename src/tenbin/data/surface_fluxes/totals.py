"""How much each sector emits in a year, and on which pattern of cells: one small table for all tracers."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd

from tenbin.core.errors import Fault, InputError
from tenbin.data.inventories.tables import PathLike, expect_unit, numbers, read_table, refuse_duplicates
from tenbin.data.tidy import choose

__all__ = ["GASES", "REFERENCE_YEAR", "read", "terms", "years"]

FILE = "surface_flux_totals.csv"
COLUMNS = ("gas", "sector", "pattern", "year", "value", "unit", "source")
UNIT = "Tg yr-1"
GASES = ("sf6", "rn222", "co2", "ch4", "n2o")
REFERENCE_YEAR = 2010
"""The year that stands for no year in particular: that of the land model's weather."""
EVERY_YEAR = 0
"""This in place of a year marks a mean that stands for all of them."""


def read(path: PathLike | None = None) -> pd.DataFrame:
    """Totals: gas, sector, pattern, year (0: every year), value [Tg of the gas yr-1], unit, source.

    A sector may have several rows in a year, each on its own pattern; a pattern without net emission is scaled by
    its sources. Positive is to the air. Default: the table of the package. InputError for a foreign unit, numbers
    that are none, or a row twice.
    """
    if path is None:
        return _packaged().copy()
    raw = read_table(path, COLUMNS)
    expect_unit(raw["unit"], (UNIT,), path)
    raw = raw.assign(value=numbers(raw["value"], path), year=numbers(raw["year"], path).astype(int))
    refuse_duplicates(raw, ("gas", "sector", "pattern", "year"), path)
    return raw[list(COLUMNS)]


@lru_cache(maxsize=1)
def _packaged() -> pd.DataFrame:
    with resources.as_file(resources.files("tenbin.data") / "embedded" / FILE) as file:
        return read(Path(file))


def years(gas: str) -> tuple[int, int] | None:
    """First and last year with totals of `gas`; None if they are the same in every year."""
    table = _packaged()
    dated = table[
        (table["gas"] == choose(gas, GASES, "gas", "surface fluxes")) & (table["year"] != EVERY_YEAR)
    ]
    return None if dated.empty else (int(dated["year"].min()), int(dated["year"].max()))


def terms(gas: str, year: int | None = None) -> pd.DataFrame:
    """Sector, pattern, value [Tg yr-1] and source of `gas` in `year`, or in REFERENCE_YEAR.

    InputError names the years there are.
    """
    span = years(gas)
    wanted = REFERENCE_YEAR if year is None else year
    if span is not None and not span[0] <= wanted <= span[1]:
        remedy = "choose a year within, or give your own fluxes"
        raise InputError(
            Fault(f"surface fluxes of {gas}", "year", str(wanted), f"{span[0]} to {span[1]}", remedy)
        )
    table = _packaged()
    rows = table[(table["gas"] == gas) & np.isin(table["year"], (wanted, EVERY_YEAR))]
    return rows[["sector", "pattern", "value", "source"]].reset_index(drop=True)
