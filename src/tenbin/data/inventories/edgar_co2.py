"""EDGAR's fossil CO2 in three vintages (to 2014, 2016, 2017), and its v5.0 greenhouse-gas totals."""

from __future__ import annotations

import pandas as pd

from tenbin.core.errors import Fault, InputError
from tenbin.data.inventories.country_codes import codes_of
from tenbin.data.inventories.spreadsheets import find_header, labelled_values, read_sheet, sheet_table
from tenbin.data.inventories.tables import (
    BUNKERS,
    UNIT,
    PathLike,
    expect_unit,
    melt_years,
    read_table,
    read_text,
    refuse_duplicates,
    source_path,
    tidy,
)
from tenbin.data.tidy import choose

PRODUCT = "edgar_co2"
FILES = {
    "report2015": "CO2_1970-2014_dataset_of_CO2_report_2015.xls",
    "FT2016": "EDGARv432_FT2016_CO2_total_emissions_1970-2016.csv",
    "FT2017": "EDGARv5.0_FT2017_CO2_total_emissions_1970-2017.csv",
}
"""Vintage -> file. A vintage is part of a series' identity: revisions are as large as one-year changes."""
GHG_TOTALS = "EDGARv5.0_ghg_totals_by_country_1970-2015.csv"
GHG_BY_SECTOR = "EDGARv5.0_ghg_by_sector_country_1970-2015.csv"

JOINT_CODES = {
    "FRA_MCO": "FRA",
    "ISR_PSE": "ISR",
    "ITA_SMR_VAT": "ITA",
    "SRB_MNE": "SRB",
    "ESP_AND": "ESP",
    "SDN_SSD": "SDN",
    "CHE_LIE": "CHE",
}
"""EDGAR's joint countries -> the larger partner, which carries them all."""
_JOINT_NAMES = {
    "France and Monaco": "FRA_MCO",
    "Israel and Palestine, State of": "ISR_PSE",
    "Italy, San Marino and the Holy See": "ITA_SMR_VAT",
    "Serbia and Montenegro": "SRB_MNE",
    "Spain and Andorra": "ESP_AND",
    "Sudan and South Sudan": "SDN_SSD",
    "Switzerland and Liechtenstein": "CHE_LIE",
}
_AGGREGATES = {"WORLD": "globe", "World": "globe", "GLOBAL TOTAL": "globe", "EU28": "EU28"}
_BUNKER_NAMES = {
    "International Aviation": "AIR",
    "International Shipping": "SEA",
    "Int. Aviation": "AIR",
    "Int. Shipping": "SEA",
}
_INDUSTRY = {"Non-combustion", "Other sectors"}  # cement, metals, chemicals; small: urea, liming, waste
_FUELS = {"Power Industry", "Other industrial combustion", "Buildings", "Transport"}


def read(
    path: PathLike | None = None, vintage: str = "FT2017", joint: str = "principal", aggregates: bool = False
) -> pd.DataFrame:
    """Fossil CO2 [Tg yr-1] by country, sector and year of one `vintage` ('report2015', 'FT2016', 'FT2017').

    Fuels are sector 'fossil', processes 'industry'; report2015 has national totals only, sector 'fossil' with
    category 'fossil and industry'. The EU28 and world rows, which repeat the countries, are dropped unless
    `aggregates`. Joint countries go to the larger partner, or with joint='keep' stay ('FRA_MCO').
    Source: Muntean et al. 2018; Crippa et al. 2019. No land use, no short-cycle carbon.
    """
    choose(vintage, FILES, "vintage", "EDGAR CO2")
    file = source_path(path, PRODUCT, FILES[vintage])
    reader = {"report2015": _report_2015, "FT2016": _ft2016, "FT2017": _ft2017}[vintage]
    long = _regions(reader(file), joint, aggregates, file)
    long = long.assign(gas="co2", unit=UNIT, source=f"edgar_co2_{vintage}", category_set="EDGAR main sectors")
    return tidy(long, PRODUCT, file, unit=UNIT, vintage=vintage, joint_codes=JOINT_CODES)


def _ft2016(file: PathLike) -> pd.DataFrame:
    """FT2016: kilotonnes, five lines of preamble, EU28 and WORLD among the countries."""
    preamble = read_text(file).split("\n")[:5]
    if not any("kton CO2" in line for line in preamble):
        raise _wrong_unit(file, preamble[1] if len(preamble) > 1 else "", "'kton CO2 / year' in the preamble")
    raw = read_table(file, ("ISO_CODE", "sector", "substance"), skip=5)
    expect_unit(raw["substance"], ("CO2",), file)
    return _by_sector(raw.rename(columns={"ISO_CODE": "region", "sector": "category"}), file, per_tg=1000.0)


def _ft2017(file: PathLike) -> pd.DataFrame:
    """FT2017: megatonnes, plain header, NULL for missing."""
    raw = read_table(file, ("Sector", "ISO_CODE"))
    return _by_sector(raw.rename(columns={"ISO_CODE": "region", "Sector": "category"}), file, per_tg=1.0)


def _by_sector(raw: pd.DataFrame, file: PathLike, per_tg: float) -> pd.DataFrame:
    expect_unit(raw["category"], _FUELS | _INDUSTRY, file)
    refuse_duplicates(raw, ("region", "category"), file)
    long = melt_years(raw, ("region", "category"), file)
    is_industry = long["category"].isin(_INDUSTRY)
    sector = is_industry.map({True: "industry", False: "fossil"})
    return long.assign(sector=sector, value=long["value"] / per_tg)


def _report_2015(file: PathLike) -> pd.DataFrame:
    """Report of 2015: a spreadsheet in kilotonnes with country names only."""
    rows = read_sheet(file)
    unit = labelled_values(rows).get("unit", "")
    if not unit.startswith("kton (Gg) CO2"):
        raise _wrong_unit(file, unit, "'kton (Gg) CO2 per year'")
    raw = sheet_table(rows, find_header(rows, "Country", file))
    long = melt_years(raw, ("Country",), file)
    region = codes_of(long["Country"], _JOINT_NAMES | _BUNKER_NAMES | _same(_AGGREGATES), str(file))
    category = "fossil and industry"
    return long.assign(region=region, value=long["value"] / 1000.0, sector="fossil", category=category)


def _wrong_unit(file: PathLike, found: str, expected: str) -> InputError:
    return InputError(Fault(str(file), "unit", repr(found), expected, "choose the vintage that the file is"))


def _same(names: dict[str, str]) -> dict[str, str]:
    return {name: name for name in names}


def _regions(long: pd.DataFrame, joint: str, aggregates: bool, file: PathLike) -> pd.DataFrame:
    """Codes as region ids: bunkers renamed, joint codes settled, rows that repeat others dropped or named."""
    choose(joint, ("principal", "keep"), "joint", file)
    long = long if aggregates else long[~long["region"].isin(_AGGREGATES)]
    renamed = BUNKERS | _AGGREGATES | (JOINT_CODES if joint == "principal" else {})
    return long.assign(region=long["region"].replace(renamed)).drop(columns="Country", errors="ignore")


def read_ghg(
    path: PathLike | None = None, by_sector: bool = True, joint: str = "principal", aggregates: bool = False
) -> pd.DataFrame:
    """Greenhouse gases of EDGAR v5.0 [Tg CO2e yr-1, AR4 GWP100], by country, by sector or in total.

    The files do not name their GWP set. International aviation does: 1.40480478 Mt against 4.7140 Gg N2O in
    1970 (EDGAR v4.3.2, 7B) is a factor of 298.0, that of AR4 (265 in AR5). attrs['gwp_set'] is 'AR4GWP100'.
    Never convert these rows to a gas; gas is 'co2e', which no ledger row may have.
    """
    file = source_path(path, PRODUCT, GHG_BY_SECTOR if by_sector else GHG_TOTALS)
    keys = ["country_name", "Sector"] if by_sector else ["country_name"]
    raw = read_table(file, keys)
    raw = raw[raw["country_name"] != ""]  # the totals file has an empty line before its EU28 and world rows
    refuse_duplicates(raw, keys, file)
    long = melt_years(raw, keys, file).rename(columns={"Sector": "category"})
    region = codes_of(long["country_name"], _JOINT_NAMES | _BUNKER_NAMES | _same(_AGGREGATES), str(file))
    long = _regions(long.assign(region=region).drop(columns="country_name"), joint, aggregates, file)
    category = long["category"] if by_sector else "total"
    long = long.assign(gas="co2e", sector="anthropogenic", category=category, unit="Tg CO2e yr-1")
    long = long.assign(source="edgar_v5_ghg", category_set="EDGAR main sectors")
    return tidy(long, PRODUCT, file, unit="Tg CO2e yr-1", gwp_set="AR4GWP100")
