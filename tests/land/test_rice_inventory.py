"""Rice methane by the guidelines: hand-worked fields, drainage, and the world's harvest."""

from __future__ import annotations

import pytest

from tenbin.data.inventories import faostat_rice
from tenbin.land import rice_inventory as inventory


def world(edition, data_root, year, **choices):
    table = faostat_rice.read_area(data_root / "inventory/faostat_rice/faostat_rice_paddies.csv")
    hectares = float(table.loc[table.year == year, "value"].iloc[0])
    return float(sum(inventory.global_emission(edition, hectares * 1e4, **choices).values()))


def test_a_world_season_of_flooded_rice_emits_the_tabulated_mass():
    daily = inventory.emission_factor("2019", water="continuous")
    season = inventory.seasonal_emission(daily, inventory.SEASON_DAYS["world"], 1e4)
    assert float(season) * 1e9 == pytest.approx(1.19 * 113.0)  # 134.47 kg ha-1


def test_drained_rice_with_straw_is_worked_by_hand():
    # 2019, Southeast Asia, 5 t ha-1 of straw just before: (1 + 5)^0.59 = 2.8780; 1.22 x 0.71 x 2.41 x 2.8780
    organic = inventory.organic_factor("2019", straw_before=5.0)
    assert float(organic) == pytest.approx(2.8780, rel=1e-4)
    daily = inventory.emission_factor(
        "2019", water="single_drainage", region="southeast_asia", before="flooded", organic=organic
    )
    assert float(daily) == pytest.approx(6.0079, rel=1e-4)
    # 2006, manure 10 t ha-1: (1 + 1.4)^0.59 = 1.6763; 1.30 x 0.52 x 0.68 x 1.6763
    organic = inventory.organic_factor("2006", manure=10.0)
    daily = inventory.emission_factor("2006", water="multiple_drainage", before="dry_long", organic=organic)
    assert float(daily) == pytest.approx(0.77058, rel=1e-4)


def test_alternate_wetting_and_drying_cuts_methane_by_forty_five_per_cent():
    flooded, dried = (
        inventory.emission_factor("2019", water=water) for water in ("continuous", "multiple_drainage")
    )
    assert float(1.0 - dried / flooded) == pytest.approx(0.45)


def test_tier_2_multiplies_by_soil_and_cultivar():
    plain = inventory.emission_factor("2019", water="continuous")
    own = inventory.emission_factor("2019", water="continuous", soil=0.9, cultivar=1.2)
    assert float(own / plain) == pytest.approx(1.08)


@pytest.mark.parametrize("edition", ["2006", "2019"])
def test_ranges_hold_their_values_and_the_drier_field_emits_less(edition):
    tables = inventory.EDITIONS[edition]
    assert all(tables.low[name] < value < tables.high[name] for name, value in tables.baseline.items())
    order = [tables.water[name] for name in ("continuous", "single_drainage", "multiple_drainage", "upland")]
    assert order == sorted(order, reverse=True)


def test_the_regions_make_the_world():
    assert sum(region.area for region in inventory.REGIONS.values()) == pytest.approx(1.0)
    for region in inventory.REGIONS.values():
        assert region.irrigated + region.rainfed + region.upland == pytest.approx(1.0)
        assert sum(region.practice.values()) == pytest.approx(1.0)


def test_stubble_is_a_third_of_the_straw_that_grain_implies():
    # India: 2.46 + 0.95 x 0.89 x 3.0 = 4.9965 t ha-1 of straw (IPCC 2006, table 11.2), a third 1.6655
    assert inventory.default_amendment(inventory.REGIONS["south_asia"]) == pytest.approx(
        {"straw_before": 1.6655, "manure": 2.0}
    )


@pytest.mark.parametrize(("edition", "early", "late"), [("2006", 22.8, 24.8), ("2019", 22.7, 24.7)])
def test_the_worlds_rice_emits_within_the_published_range_by_both_editions(data_root, edition, early, late):
    # reported and not tuned: published totals of 2000 are 23.3 (FAOSTAT) and 25.6 Tg (Yan et al. 2009)
    assert world(edition, data_root, 2000) == pytest.approx(early, abs=0.1)
    assert world(edition, data_root, 2018) == pytest.approx(late, abs=0.1)
    flooded = world(edition, data_root, 2018, irrigated="continuous")
    assert 30.0 < flooded < 33.0, "if no irrigated field were ever dry"


def _drained(region):
    practice = dict(region.practice)
    practice["single_drainage"] = practice.get("single_drainage", 0.0) + practice.pop("continuous", 0.0)
    return region._replace(practice=practice)


def _off_season(region):
    return region._replace(stubble="straw_long_before")


def test_draining_and_early_straw_save_what_the_published_inventory_says(data_root):
    # Yan et al. 2009, 2006 factors: 4.1 Tg by draining, 4.1 by straw off season, 7.6 by both; their total differs
    regions = inventory.REGIONS
    whole = world("2006", data_root, 2000)

    def saved(change):
        changed = {name: change(region) for name, region in regions.items()}
        return whole - world("2006", data_root, 2000, regions=changed)

    drained, early, both = saved(_drained), saved(_off_season), saved(lambda r: _off_season(_drained(r)))
    assert drained == pytest.approx(4.1, abs=1.0)
    assert early == pytest.approx(4.1, abs=1.0)
    assert both == pytest.approx(7.6, abs=1.0)
    assert both < drained + early
