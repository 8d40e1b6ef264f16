"""FAOSTAT: the world's rice area harvested and the methane of rice cultivation, 1961-2018."""

from __future__ import annotations

import pandas as pd

from tenbin.data.inventories.tables import (
    UNIT,
    PathLike,
    expect_unit,
    numbers,
    read_table,
    refuse_duplicates,
    source_path,
    tidy,
)

PRODUCT = "faostat_rice"
_ELEMENT, _AREA, _METHANE = "Element", "Area harvested", "Emissions (CH4) (Rice cultivation)"


def read(path: PathLike | None = None) -> pd.DataFrame:
    """World CH4 of rice [Tg yr-1], from gigagrams: IPCC Tier 1. Source: FAO, FAOSTAT domain GR."""
    file, raw = _rows(path)
    part = raw[raw[_ELEMENT] == _METHANE]
    expect_unit(part["Unit"], ("gigagrams", "kilotonnes", "kt"), file)
    return tidy(
        _series(part, file).assign(gas="ch4", sector="rice").eval("value = value / 1000"), PRODUCT, file
    )


def read_area(path: PathLike | None = None) -> pd.DataFrame:
    """World rice area harvested [ha], a field counted once per harvest; 115 million in 1961."""
    file, raw = _rows(path)
    part = raw[raw[_ELEMENT] == _AREA]
    expect_unit(part["Unit"], ("ha",), file)
    return tidy(_series(part, file).assign(unit="ha"), PRODUCT, file)


def _rows(path: PathLike | None) -> tuple[PathLike, pd.DataFrame]:
    file = source_path(path, PRODUCT, "faostat_rice_paddies.csv")
    raw = read_table(file, ("Area", _ELEMENT, "Item", "Year", "Unit", "Value"))
    expect_unit(raw[_ELEMENT], (_AREA, _METHANE), file)
    expect_unit(raw["Area"], ("World",), file)
    refuse_duplicates(raw, ("Area", _ELEMENT, "Year"), file)
    return file, raw


def _series(part: pd.DataFrame, file: PathLike) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "region": "globe",
            "year": numbers(part["Year"], file).astype(int),
            "value": numbers(part["Value"], file),
            "unit": UNIT,
            "source": PRODUCT,
            "category": part[_ELEMENT],
            "category_set": "FAOSTAT",
        }
    )
    return frame.dropna(subset=["value"])
