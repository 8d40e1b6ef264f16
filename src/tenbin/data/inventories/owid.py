"""Our World in Data, December 2020: national CO2 by fuel since 1751, with people, money and energy."""

from __future__ import annotations

import pandas as pd

from tenbin.data.inventories.tables import (
    UNIT,
    PathLike,
    numbers,
    read_table,
    refuse_duplicates,
    source_path,
    tidy,
)
from tenbin.data.tidy import choose

PRODUCT = "owid"
CO2_COLUMNS = {
    "co2": "fossil",
    "coal_co2": "fossil",
    "oil_co2": "fossil",
    "gas_co2": "fossil",
    "flaring_co2": "fossil",
    "cement_co2": "industry",
    "consumption_co2": "fossil",
}
"""Column [Mt CO2 yr-1 = Tg yr-1] -> sector. 'co2' is the sum of the next five; the last moves trade."""
DRIVERS = {
    "population": "1",
    "gdp": "international-$ of 2011 yr-1",
    "primary_energy_consumption": "TWh yr-1",
    "methane": "Tg CO2e yr-1",
    "nitrous_oxide": "Tg CO2e yr-1",
    "total_ghg": "Tg CO2e yr-1",
}
"""Column -> unit. The GWP set behind CO2e is not stated, so these are never turned into Tg of the gas."""
_RECODED = {"OWID_WRL": "globe", "OWID_KOS": "XKX"}


def read(
    path: PathLike | None = None, columns: tuple[str, ...] = ("co2",), aggregates: bool = False
) -> pd.DataFrame:
    """CO2 [Tg yr-1] by country, year and column (category). Never sum 'co2' with its parts.

    Rows without ISO code (continents, EU-28, bunkers, vanished states) and the world row are dropped unless
    `aggregates`: then region is 'globe' or 'owid:<name>'. Ends in 2018. Licence CC-BY 4.0, Our World in Data.
    """
    for name in columns:
        choose(name, CO2_COLUMNS, "column", "OWID")
    file, raw = _rows(path, columns, aggregates)
    parts = [_block(raw, name, file) for name in columns]
    return tidy(pd.concat(parts), PRODUCT, file, unit=UNIT)


def _rows(path: PathLike | None, columns: tuple[str, ...], aggregates: bool) -> tuple[PathLike, pd.DataFrame]:
    """The file, and its rows with their region ids; aggregates kept or dropped."""
    file = source_path(path, PRODUCT, "owid-co2-data.csv.gz")
    raw = read_table(file, ("iso_code", "country", "year", *columns))
    refuse_duplicates(raw, ("country", "year"), file)
    is_country = raw["iso_code"].str.fullmatch("[A-Z]{3}") | (raw["iso_code"] == "OWID_KOS")
    region = raw["iso_code"].replace(_RECODED).mask(raw["iso_code"] == "", "owid:" + raw["country"])
    raw = raw.assign(region=region, year=numbers(raw["year"], file).astype(int))
    return file, raw[is_country | aggregates]


def _block(raw: pd.DataFrame, name: str, file: PathLike) -> pd.DataFrame:
    frame = raw[["region", "year"]].assign(
        value=numbers(raw[name], file), sector=CO2_COLUMNS[name], category=name
    )
    frame = frame.assign(gas="co2", unit=UNIT, source="owid_2020-12", category_set="OWID columns")
    return frame.dropna(subset=["value"])


def read_drivers(path: PathLike | None = None) -> pd.DataFrame:
    """Per country and year: the columns of DRIVERS (units in attrs['units']), NaN where unknown.

    GDP, primary energy, methane and nitrous oxide end in 2016, population in 2018.
    """
    file, raw = _rows(path, tuple(DRIVERS), aggregates=False)
    frame = raw[["region", "year"]].assign(**{name: numbers(raw[name], file) for name in DRIVERS})
    return tidy(frame, PRODUCT, file, units=DRIVERS)
