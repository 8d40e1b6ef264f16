"""Places that a budget row can name: the globe, latitude bands, regions, countries and bunkers."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Any

from tenbin.core.errors import Fault, InputError

__all__ = [
    "BANDS",
    "BAND_EDGES",
    "BUNKERS",
    "HEMISPHERES",
    "band_of",
    "countries",
    "kind",
    "latitude_bounds",
    "members",
    "name",
    "partition_children",
    "partition_regions",
    "region_of",
]

BANDS = ("90S-30S", "30S-EQ", "EQ-30N", "30N-90N")
"""The four semi-hemispheres, south to north; equal areas, since sin 30 deg is one half."""

BAND_EDGES = (-90.0, -30.0, 0.0, 30.0, 90.0)
"""Latitudes [degrees north] that bound the four bands."""

HEMISPHERES = ("nh", "sh")
BUNKERS = ("intl_shipping", "intl_aviation")
"""International transport: emissions under no country, so that countries + BUNKERS = globe."""

SURFACES = ("globe_land", "globe_ocean")
SURFACE_ALIASES = ("land", "ocean")
PARTITIONS = ("reccap2", "gcp18")

_LATITUDES = {
    "globe": (-90.0, 90.0),
    "nh": (0.0, 90.0),
    "sh": (-90.0, 0.0),
    **{band: (BAND_EDGES[i], BAND_EDGES[i + 1]) for i, band in enumerate(BANDS)},
}
_NAMES = {
    "globe": "Globe",
    "nh": "Northern hemisphere",
    "sh": "Southern hemisphere",
    "90S-30S": "90° S to 30° S",
    "30S-EQ": "30° S to the equator",
    "EQ-30N": "the equator to 30° N",
    "30N-90N": "30° N to 90° N",
    "intl_shipping": "International shipping",
    "intl_aviation": "International aviation",
    "globe_land": "All land",
    "globe_ocean": "All ocean",
    "land": "Land",
    "ocean": "Ocean",
}


@lru_cache(maxsize=1)
def _tables() -> dict[str, Any]:
    import yaml  # only when a list of countries is wanted

    text = resources.files("tenbin.core").joinpath("regions.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


@lru_cache(maxsize=1)
def _members() -> dict[str, tuple[str, ...]]:
    """Region id -> ISO3 codes, for every region that is a list of countries."""
    return {
        f"{partition}:{key}": tuple(entry["members"].split())
        for partition in PARTITIONS
        for key, entry in _tables()[partition]["regions"].items()
    }


@lru_cache(maxsize=1)
def countries() -> tuple[str, ...]:
    """All ISO 3166-1 alpha-3 codes with XKX (Kosovo) and two former states, in alphabetical order."""
    regions = partition_regions("reccap2")
    return tuple(sorted(code for region in regions for code in _members()[region]))


def partition_regions(partition: str) -> tuple[str, ...]:
    """Region ids of 'reccap2' or 'gcp18'; the last, '<partition>:outside', holds Antarctica."""
    return tuple(region for region in _members() if region.startswith(f"{partition}:"))


def kind(region: str) -> str:
    """What a region id is: globe, hemisphere, band, country, reccap2, gcp18, bunker or surface."""
    fixed = {"globe": "globe"}
    fixed |= dict.fromkeys(HEMISPHERES, "hemisphere") | dict.fromkeys(BANDS, "band")
    fixed |= dict.fromkeys(BUNKERS, "bunker") | dict.fromkeys(SURFACES + SURFACE_ALIASES, "surface")
    if region in fixed:
        return fixed[region]
    if region in _members():
        return region.split(":")[0]
    if region in countries():
        return "country"
    raise InputError(_unknown(region))


def _unknown(region: str) -> Fault:
    expected = "'globe', 'nh', 'sh', a band such as 'EQ-30N', an ISO3 code, 'reccap2:...' or 'gcp18:...'"
    return Fault(
        "region", repr(region), "an id nobody knows", expected, "see tenbin/core/regions.yaml for the lists"
    )


def members(region: str) -> tuple[str, ...]:
    """ISO3 codes of the countries of a region; empty for bunkers, surfaces, hemispheres and bands.

    A band is no list of countries, for countries straddle it: use `latitude_bounds` and exact area fractions.

    >>> members("gcp18:korea_japan")
    ('KOR', 'PRK', 'JPN')
    """
    what = kind(region)
    if what == "country":
        return (region,)
    return countries() if what == "globe" else _members().get(region, ())


def region_of(country: str, partition: str) -> str:
    """The one region of 'reccap2' or 'gcp18' that holds a country.

    >>> region_of("JPN", "reccap2")
    'reccap2:east_asia'
    """
    for region in partition_regions(partition):
        if country in _members()[region]:
            return region
    raise InputError(_unknown(country))


def latitude_bounds(region: str) -> tuple[float, float]:
    """South and north limits [degrees north] of the globe, a hemisphere or a band."""
    if region in _LATITUDES:
        return _LATITUDES[region]
    raise InputError(
        Fault("region", repr(region), kind(region), "the globe, a hemisphere or a band", "use `members`")
    )


def band_of(latitude: float) -> str:
    """The band that holds a latitude [degrees north]; an edge belongs to the band north of it.

    >>> band_of(19.5), band_of(-90.0), band_of(0.0)
    ('EQ-30N', '90S-30S', 'EQ-30N')
    """
    if not -90.0 <= latitude <= 90.0:
        fault = Fault(
            "latitude", "latitude", repr(latitude), "-90 to 90 degrees north", "check the column and its sign"
        )
        raise InputError(fault)
    return BANDS[sum(latitude >= edge for edge in BAND_EDGES[1:-1])]


def partition_children(parent: str) -> dict[str, tuple[str, ...]]:
    """Ways to divide a region into parts that sum to it: partition name -> child ids; empty if there is none.

    The partitions of the globe by countries hold the bunkers too, for anthropogenic emissions to sum.
    """
    if parent == "globe":
        return _globe_children()
    if parent in HEMISPHERES:
        south, north = latitude_bounds(parent)
        inside = [band for band in BANDS if _LATITUDES[band][0] >= south and _LATITUDES[band][1] <= north]
        return {"bands": tuple(inside)}
    return {"countries": members(parent)} if kind(parent) in PARTITIONS else {}


def _globe_children() -> dict[str, tuple[str, ...]]:
    by_country = {partition: partition_regions(partition) + BUNKERS for partition in PARTITIONS}
    fixed = {"hemispheres": HEMISPHERES, "bands": BANDS, "surfaces": SURFACES}
    return fixed | by_country | {"countries": countries() + BUNKERS}


def name(region: str) -> str:
    """The name of a region for people, e.g. 'East Asia'; a country answers with its code."""
    if region in _NAMES:
        return _NAMES[region]
    what = kind(region)
    return region if what == "country" else str(_tables()[what]["regions"][region.split(":")[1]]["name"])
