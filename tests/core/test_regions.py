"""Regions: every country in exactly one region of each partition, and every partition a partition."""

from collections import Counter

import pytest

from tenbin.core import regions
from tenbin.core.errors import InputError
from tenbin.core.grid import EARTH_AREA, zone_area

FORMER = {"SCG", "ANT"}
PARTITIONS = ("reccap2", "gcp18")


def listed(partition):
    return [code for region in regions.partition_regions(partition) for code in regions.members(region)]


@pytest.mark.parametrize("partition", PARTITIONS)
def test_every_iso_country_is_in_exactly_one_region(partition):
    pycountry = pytest.importorskip("pycountry")
    iso = {country.alpha_3 for country in pycountry.countries}
    counts = Counter(listed(partition))
    assert [code for code, count in counts.items() if count > 1] == []
    assert set(counts) == iso | {"XKX"} | FORMER
    assert set(regions.countries()) == set(counts)


def test_the_partitions_have_the_number_of_regions_that_their_budgets_have():
    assert len(regions.partition_regions("reccap2")) == 10 + 1  # and what lies outside
    assert len(regions.partition_regions("gcp18")) == 18 + 1


@pytest.mark.parametrize("region", ["reccap2:east_asia", "gcp18:china"])
def test_taiwan_is_a_code_of_its_own_within_east_asia(region):
    assert {"CHN", "TWN", "HKG", "MAC"} <= set(regions.members(region))


@pytest.mark.parametrize("partition", PARTITIONS)
def test_kosovo_is_in_europe_and_antarctica_outside(partition):
    assert regions.region_of("XKX", partition) == f"{partition}:europe"
    assert regions.region_of("ATA", partition) == f"{partition}:outside"


def test_east_asia_is_as_its_budget_says():
    assert set(regions.members("reccap2:east_asia")) == {
        "CHN",
        "HKG",
        "MAC",
        "TWN",
        "JPN",
        "KOR",
        "PRK",
        "MNG",
    }


def test_latitude_regions_tile_the_globe():
    for children in (regions.BANDS, regions.HEMISPHERES):
        areas = [zone_area(*regions.latitude_bounds(child)) for child in children]
        assert sum(areas) == pytest.approx(EARTH_AREA)
    assert regions.partition_children("nh") == {"bands": ("EQ-30N", "30N-90N")}
    assert regions.partition_children("sh") == {"bands": ("90S-30S", "30S-EQ")}


def test_the_globe_is_countries_and_international_transport():
    children = regions.partition_children("globe")
    for name in ("countries", *PARTITIONS):
        codes = [code for child in children[name] for code in regions.members(child)]
        assert sorted(codes) == sorted(regions.countries())
        assert set(regions.BUNKERS) <= set(children[name])


def test_every_id_has_a_kind_and_a_name_and_children_of_known_kinds():
    ids = {"globe", *regions.countries()}
    for parent in list(ids) + list(regions.HEMISPHERES):
        ids |= {child for children in regions.partition_children(parent).values() for child in children}
    assert all(regions.kind(region) and regions.name(region) for region in ids)
    assert regions.name("gcp18:korea_japan") == "Korea and Japan"


def test_a_country_has_no_parts_and_is_its_own_member():
    assert regions.members("JPN") == ("JPN",)
    assert regions.partition_children("JPN") == {}
    assert regions.members("EQ-30N") == ()


@pytest.mark.parametrize("call", [regions.kind, regions.members, regions.latitude_bounds])
def test_an_unknown_region_is_named_in_the_error(call):
    with pytest.raises(InputError, match="Atlantis"):
        call("Atlantis")


def test_a_country_is_no_latitude_band():
    with pytest.raises(InputError, match="country"):
        regions.latitude_bounds("JPN")
    with pytest.raises(InputError, match="-90 to 90"):
        regions.band_of(-999.99)
