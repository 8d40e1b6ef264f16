"""EDGAR v4.3.2: national emissions of CH4, N2O and CO2 by IPCC-1996 category, 1970-2012."""

from __future__ import annotations

import pandas as pd

from tenbin.core.errors import Fault, InputError
from tenbin.data.inventories.tables import (
    BUNKERS,
    UNIT,
    PathLike,
    numbers,
    read_table,
    refuse_duplicates,
    source_path,
    tidy,
)

PRODUCT = "edgar_v432"
CATEGORY_SET = "IPCC1996"
TABLES = {
    "ch4": "ch4.csv.gz",
    "n2o": "n2o.csv.gz",
    "co2": "co2_excl_short-cycle_org_c.csv.gz",
    "co2_short_cycle": "co2_org-short-cycle_c.csv.gz",
}
"""Table -> file. 'co2' leaves out short-cycle organic carbon; 'co2_short_cycle' is a memo, never summed."""

_ENERGY = "1A1a 1A1bc 1A2 1A3a 1A3b 1A3c 1A3d 1A3e 1A5 1B1 1B2 1C1 1C2 7A"
_SECTOR_CODES: dict[str, dict[str, str]] = {
    # 1A4 (residential) has no fuel split in these files. Its CH4 (13.5 Tg in 2010) is the 'biofuel' 13.48 Tg
    # of EDGAR v4.3.2 in Saunois et al. 2020, so it is taken as biofuel for CH4 and N2O, as that budget does.
    "ch4": {
        "fossil": _ENERGY + " 1B2x",
        "biofuel": "1A4",
        "industry": "2B 2C",
        "livestock": "4A 4B",
        "rice": "4C",
        "biomass_burning": "4F",
        "waste": "6A 6B 6C 6D",
    },
    # Nitrogen deposited from combustion NOx and NH3 (7B, 7C) follows its cause, combustion.
    "n2o": {
        "fossil": _ENERGY + " 7B 7C",
        "biofuel": "1A4",
        "industry": "2B 3D",
        "agriculture": "4B 4D1 4D2 4D3",
        "biomass_burning": "4F",
        "waste": "6B 6C 6D",
    },
    # The CO2 tree has no farms or waste: urea and lime (4D4) and incineration (6C) stand with industry, as in
    # the 'Other sectors' of EDGAR's later releases.
    "co2": {
        "fossil": _ENERGY + " 1A4",
        "industry": "2A1 2A2 2A3 2A4 2A7 2B 2C 2G 3A 3B 3C 3D 4D4 6C",
    },
    "co2_short_cycle": {
        "biofuel": "1A1a 1A1bc 1A2 1A3b 1A3c 1A3d 1A3e 1A4 1B1 1B1x 1B2x 1C2 2C 6C",
        "biomass_burning": "4F",
    },
}
SECTORS: dict[str, dict[str, str]] = {
    table: {code: sector for sector, codes in by_sector.items() for code in codes.split()}
    for table, by_sector in _SECTOR_CODES.items()
}
"""Table -> IPCC-1996 code -> sector id. 4F (residues burnt) overlaps the AGRI fires of GFED: keep one."""


def sector_of(code: str, table: str) -> str:
    """Sector id of an IPCC-1996 `code` in a table ('ch4', 'n2o', 'co2', 'co2_short_cycle').

    Raises InputError for a parent code (it would repeat its children, or stand for several sectors), for a
    code of another gas and for land use (5), which EDGAR does not hold.

    >>> sector_of("4C", "ch4"), sector_of("4D1", "n2o"), sector_of("1A4", "co2")
    ('rice', 'agriculture', 'fossil')
    """
    known = SECTORS[_table(table)]
    if code in known:
        return known[code]
    raise InputError(_refused(code, table, "EDGAR v4.3.2"))


def _table(table: str) -> str:
    if table in SECTORS:
        return table
    raise InputError(Fault("EDGAR v4.3.2", "table", repr(table), f"one of {', '.join(SECTORS)}", "name one"))


def _refused(code: str, table: str, where: str) -> Fault:
    children = {child: sector for child, sector in SECTORS[table].items() if child.startswith(code)}
    if code and children:
        sectors = ", ".join(sorted(set(children.values())))
        found = f"{code!r}, ambiguous: it stands for {', '.join(children)} ({sectors})"
        return Fault(where, "Category", found, "a code without children", "give the split; none is assumed")
    homes = [name for name in SECTORS if code in SECTORS[name]]
    found = (
        f"{code!r}, which belongs to {', '.join(homes)}" if homes else f"{code!r}, an unknown IPCC-1996 code"
    )
    return Fault(
        where, "Category", found, f"a category of {table}", "check the gas of the file and the code set"
    )


def read(path: PathLike | None = None, table: str = "ch4") -> pd.DataFrame:
    """Emissions of one `table` by country, category and year [Tg of the gas yr-1], from a file in Gg.

    Region is an ISO3 code, 'intl_shipping' or 'intl_aviation'. Years 1970-2012. No land use, no large fires.
    Source: Janssens-Maenhout et al. 2019, ESSD 11, 959. Raises InputError, all bad codes listed.
    """
    file = source_path(path, PRODUCT, TABLES[_table(table)])
    raw = read_table(file, ("Code", "Category", "Year", "Emissions"))
    raw = raw.assign(Category=raw["Category"].str.strip(), Year=numbers(raw["Year"], file).astype(int))
    unknown = sorted(set(raw["Category"]) - set(SECTORS[table]))
    if unknown:
        raise InputError([_refused(code, table, str(file)) for code in unknown])
    refuse_duplicates(raw, ("Code", "Category", "Year"), file)
    return tidy(_in_columns(raw, table, file), PRODUCT, file, unit=UNIT, boundary=_BOUNDARY)


_BOUNDARY = (
    "no land use, no large fires; 4F overlaps agricultural fires of GFED; 1A4 of CH4 and N2O is biofuel"
)


def _in_columns(raw: pd.DataFrame, table: str, file: PathLike) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "gas": table.split("_")[0],
            "sector": raw["Category"].map(SECTORS[table]),
            "region": raw["Code"].replace(BUNKERS),
            "year": raw["Year"],
            "value": numbers(raw["Emissions"], file) / 1000.0,  # Gg -> Tg
            "unit": UNIT,
            "source": PRODUCT,
            "category": raw["Category"],
            "category_set": CATEGORY_SET + ("/short-cycle" if table == "co2_short_cycle" else ""),
        }
    )
    return frame.dropna(subset=["value"])


def read_countries(path: PathLike | None = None) -> pd.DataFrame:
    """Countries and bunkers of EDGAR v4.3.2: iso3, name, world_region, annex (Annex_I or Non-Annex_I)."""
    file = source_path(path, PRODUCT, "countries.csv")
    raw = read_table(file, ("ISO_A3", "Name", "World Region", "IPCC-Annex"))
    raw.columns = ["iso3", "name", "world_region", "annex"]
    return tidy(raw, PRODUCT, file)


def read_categories(path: PathLike | None = None, table: str = "ch4") -> dict[str, str]:
    """IPCC-1996 code -> the producer's description, for 'ch4' or 'n2o'."""
    file = source_path(path, PRODUCT, f"{_table(table)}_category_descriptions.csv")
    raw = read_table(file, ("IPCC", "IPCC_description"))
    return dict(zip(raw["IPCC"], raw["IPCC_description"], strict=True))
