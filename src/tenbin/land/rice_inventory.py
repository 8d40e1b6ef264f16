"""Methane of rice by the factors of the IPCC guidelines, editions 2006 and 2019, Tier 1 and Tier 2."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from tenbin.core.arrays import jax, jnp

__all__ = [
    "EDITIONS",
    "REGIONS",
    "SEASON_DAYS",
    "Edition",
    "RiceRegion",
    "default_amendment",
    "emission_factor",
    "global_emission",
    "organic_factor",
    "seasonal_emission",
    "water_shares_factor",
]

_HECTARE = 1.0e4
_KG_PER_TG = 1.0e9
_EXPONENT = 0.59
"""Power of the organic amendments [1], both editions, equation 5.3 (Yan et al. 2005)."""


class Edition(NamedTuple):
    """The rice tables of one edition of the guidelines (volume 4, chapter 5).

    `baseline` [kg CH4 ha-1 d-1] by region: fields flooded all season, dry for less than 180 days before, nothing
    organic added (table 5.11); `low`, `high` its 95 % range; `water` [1] of the regime in the season (5.12), `before`
    [1] of the water before it (5.13), `amendment` [1] of organic matter (5.14).
    """

    name: str
    baseline: Mapping[str, float]
    low: Mapping[str, float]
    high: Mapping[str, float]
    water: Mapping[str, float]
    before: Mapping[str, float]
    amendment: Mapping[str, float]


def _table(**values: float) -> Mapping[str, float]:
    return MappingProxyType(values)


EDITIONS: Mapping[str, Edition] = MappingProxyType(
    {
        "2006": Edition(
            "2006",
            baseline=_table(world=1.30),
            low=_table(world=0.80),
            high=_table(world=2.20),
            water=_table(
                continuous=1.0,
                single_drainage=0.60,
                multiple_drainage=0.52,
                irrigated=0.78,
                regular_rainfed=0.28,
                drought_prone=0.25,
                deep_water=0.31,
                rainfed=0.27,
                upland=0.0,
            ),
            before=_table(dry_short=1.0, dry_long=0.68, flooded=1.90, unknown=1.22),
            amendment=_table(
                straw_before=1.0, straw_long_before=0.29, compost=0.05, manure=0.14, green_manure=0.50
            ),
        ),
        "2019": Edition(
            "2019",
            baseline=_table(
                world=1.19,
                africa=1.19,
                east_asia=1.32,
                southeast_asia=1.22,
                south_asia=0.85,
                europe=1.56,
                north_america=0.65,
                south_america=1.27,
            ),
            low=_table(
                world=0.80,
                africa=0.80,
                east_asia=0.89,
                southeast_asia=0.83,
                south_asia=0.58,
                europe=1.06,
                north_america=0.44,
                south_america=0.86,
            ),
            high=_table(
                world=1.76,
                africa=1.76,
                east_asia=1.96,
                southeast_asia=1.81,
                south_asia=1.26,
                europe=2.31,
                north_america=0.96,
                south_america=1.88,
            ),
            water=_table(
                continuous=1.0,
                single_drainage=0.71,
                multiple_drainage=0.55,
                irrigated=0.60,
                regular_rainfed=0.54,
                drought_prone=0.16,
                deep_water=0.06,
                rainfed=0.45,
                upland=0.0,
            ),
            before=_table(dry_short=1.0, dry_long=0.89, flooded=2.41, dry_year=0.59, unknown=1.22),
            amendment=_table(
                straw_before=1.0, straw_long_before=0.19, compost=0.17, manure=0.21, green_manure=0.45
            ),
        ),
    }
)
"""Both editions. `irrigated`, `rainfed` and `unknown` are the aggregates that the guidelines give where only the
ecosystem is known. All numbers of 2019 agree with a public transcription of tables 5.11 to 5.14."""

SEASON_DAYS: Mapping[str, float] = _table(
    world=113.0,
    africa=113.0,
    east_asia=112.0,
    southeast_asia=102.0,
    south_asia=112.0,
    europe=123.0,
    north_america=139.0,
    south_america=124.0,
)
"""Days from planting to harvest, IPCC 2019 table 5.11A. The edition of 2006 has no such table: it takes these too."""


class RiceRegion(NamedTuple):
    """Rice of one region: share of the world's harvested area, and shares of it by ecosystem [1].

    `rainfed` is lowland of any depth, deep water included, which the aggregate factors do not tell apart; `practice`
    shares [1] of the irrigated area by water regime; `grain` [t ha-1] rough rice harvested; `stubble` names the
    amendment that its stubble is.
    """

    area: float
    irrigated: float
    rainfed: float
    upland: float
    practice: Mapping[str, float]
    grain: float
    stubble: str


_CHINA = _table(continuous=0.20, multiple_drainage=0.80)
_INDIA = _table(continuous=0.30, single_drainage=0.44, multiple_drainage=0.26)
_INDONESIA = _table(continuous=0.43, single_drainage=0.22, multiple_drainage=0.35)
_ALWAYS = _table(continuous=1.0)
_UNKNOWN = _table(irrigated=1.0)

REGIONS: Mapping[str, RiceRegion] = MappingProxyType(
    {
        "east_asia": RiceRegion(0.217, 0.915, 0.070, 0.015, _CHINA, 6.3, "straw_long_before"),
        "south_asia": RiceRegion(0.392, 0.447, 0.452, 0.101, _INDIA, 3.0, "straw_before"),
        "southeast_asia": RiceRegion(0.280, 0.408, 0.537, 0.055, _INDONESIA, 3.5, "straw_before"),
        "africa": RiceRegion(0.050, 0.20, 0.47, 0.33, _UNKNOWN, 2.3, "straw_before"),
        "south_america": RiceRegion(0.042, 0.45, 0.10, 0.45, _ALWAYS, 3.6, "straw_before"),
        "north_america": RiceRegion(0.008, 1.00, 0.00, 0.00, _ALWAYS, 7.0, "straw_long_before"),
        "europe": RiceRegion(0.004, 1.00, 0.00, 0.00, _ALWAYS, 5.2, "straw_long_before"),
        "world": RiceRegion(0.007, 0.44, 0.45, 0.11, _UNKNOWN, 3.9, "straw_before"),
    }
)
"""Ecosystems in Asia: summed from thirteen countries of table 1.2 of Kirk (2004, The Biogeochemistry of Submerged
Soils); the last, land in no other region: Rice Today (IRRI, world of 2005). Other continents and the shares of area
(FAOSTAT 2000, rounded; 89 % in Asia as in Rice Today) are from general knowledge, to be checked.

Water of irrigated fields, from general knowledge, to be checked in the papers: four fifths of China's drained in
mid-season by 2000 and then wetted in turn (Li et al. 2002, Geophys. Res. Lett. 29, 1972); India and Indonesia after
their ALGAS reports of 1998 as Yan et al. (2003, Global Change Biol. 9, 237) take them for their neighbours; always
flooded in America and Europe. Yields: FAOSTAT 2000, rounded. Stubble is ploughed under when a tropical field is
puddled, within a month before planting; where rice is grown once a year and soil is cold, long before."""

_STUBBLE_SHARE = 1.0 / 3.0
"""Share of the straw that stays on the field as stubble [1]; own choice, a sickle's height."""
_MANURE = 2.0
"""Farmyard manure where nothing is known [t ha-1 fresh per crop]; own choice, two loads."""


def default_amendment(region: RiceRegion) -> dict[str, float]:
    """Organic matter of a crop where nothing more is known [t ha-1]: its stubble, dry, and some manure, fresh.

    Straw is 2.46 + 0.95 x 0.89 times the grain (IPCC 2006, volume 4, table 11.2).
    """
    straw = 2.46 + 0.95 * 0.89 * region.grain
    return {region.stubble: _STUBBLE_SHARE * straw, "manure": _MANURE}


def organic_factor(edition: str, **amendment: float | jax.Array) -> jax.Array:
    """SFo [1] of amendments [t ha-1] named as in the edition: (1 + sum ROA CFOA)^0.59 (equation 5.3)."""
    factors = EDITIONS[edition].amendment
    return jnp.asarray(1.0 + sum(factors[name] * rate for name, rate in amendment.items())) ** _EXPONENT


def emission_factor(
    edition: str,
    *,
    water: str,
    region: str = "world",
    before: str = "dry_short",
    organic: float | jax.Array = 1.0,
    soil: float | jax.Array = 1.0,
    cultivar: float | jax.Array = 1.0,
) -> jax.Array:
    """Daily emission [kg CH4 ha-1 d-1]: EFc SFw SFp SFo, and for Tier 2 SFs SFr too (equation 5.2).

    `organic` is SFo of `organic_factor`; `soil` and `cultivar` [1] are a country's own factors, 1 in Tier 1.
    """
    tables = EDITIONS[edition]
    baseline = tables.baseline.get(region, tables.baseline["world"])
    return jnp.asarray(baseline * tables.water[water] * tables.before[before] * organic * soil * cultivar)


def seasonal_emission(
    daily: float | jax.Array, days: float | jax.Array, area: float | jax.Array
) -> jax.Array:
    """Emission [Tg CH4] of a daily factor [kg ha-1 d-1] over a season [d] on a harvested area [m2] (equation 5.1).

    A field harvested twice a year counts twice in the area.
    """
    return jnp.asarray(daily * days * area / (_HECTARE * _KG_PER_TG))


def water_shares_factor(edition: str, region: RiceRegion, irrigated: str | None = None) -> float:
    """SFw [1] of a region by its shares of irrigated, rainfed and upland rice.

    Irrigated fields follow the region's practice, or all the regime named `irrigated`; "irrigated" is the
    guidelines' own aggregate.
    """
    water = EDITIONS[edition].water
    practice = region.practice if irrigated is None else {irrigated: 1.0}
    return (
        region.irrigated * sum(share * water[name] for name, share in practice.items())
        + region.rainfed * water["rainfed"]
        + region.upland * water["upland"]
    )


def global_emission(
    edition: str,
    harvested_area: float | jax.Array,
    *,
    irrigated: str | None = None,
    before: str = "unknown",
    amendment: Mapping[str, float] | None = None,
    regions: Mapping[str, RiceRegion] = REGIONS,
) -> dict[str, jax.Array]:
    """Tier 1 emission [Tg CH4 yr-1] by region of a world harvested area [m2], shared out as in `regions`.

    `irrigated` is one regime for all irrigated fields instead of each region's practice; `before` the water before
    the season; `amendment` [t ha-1] one for all instead of `default_amendment`. Nothing is fitted to a published
    total: 25.6 (14.8-41.7) Tg in 2000 by the edition of 2006, 4.1 less if no field stood always under water, and 4.1
    less if straw came off season (Yan et al. 2009, Global Biogeochem. Cycles 23, GB2002).
    """
    tables = EDITIONS[edition]

    def daily(name: str, region: RiceRegion) -> jax.Array:
        organic = organic_factor(edition, **(default_amendment(region) if amendment is None else amendment))
        water = water_shares_factor(edition, region, irrigated) * tables.before[before]
        return tables.baseline.get(name, tables.baseline["world"]) * water * organic

    return {
        name: seasonal_emission(daily(name, region), SEASON_DAYS[name], harvested_area * region.area)
        for name, region in regions.items()
    }
