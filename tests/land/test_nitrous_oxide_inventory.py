"""The factors of the guidelines, worked by hand."""

from __future__ import annotations

import pytest

from tenbin.land import nitrous_oxide_inventory as inventory
from tenbin.land.nitrous_oxide_inventory import EDITIONS, SoilNitrogen


def test_a_fertilised_field_emits_what_the_equations_say():
    # 100 kg of mineral N, 2019: direct 1.0; deposition 100 x 0.11 x 0.010 = 0.11; leaching 100 x 0.24 x 0.011 = 0.264
    found = inventory.total(SoilNitrogen(synthetic=100.0), EDITIONS["2019"])
    assert [float(x) for x in found] == pytest.approx([1.0, 0.11, 0.264])
    # 2006: 1.0, 100 x 0.10 x 0.010 = 0.10, 100 x 0.30 x 0.0075 = 0.225
    found = inventory.total(SoilNitrogen(synthetic=100.0), EDITIONS["2006"])
    assert [float(x) for x in found] == pytest.approx([1.0, 0.10, 0.225])


def test_a_mixed_farm_adds_its_sources_up():
    farm = SoilNitrogen(synthetic=50.0, organic=40.0, residue=30.0, mineralised=10.0, cattle=20.0, sheep=5.0)
    found = inventory.total(farm, EDITIONS["2019"])
    # 0.010 x (50 + 40 + 30 + 10) + 0.004 x 20 + 0.003 x 5; 0.010 x (0.11 x 50 + 0.21 x 65); 0.011 x 0.24 x 155
    assert [float(x) for x in found] == pytest.approx([1.395, 0.1915, 0.4092])


def test_wet_climates_emit_more_than_dry_ones_and_only_they_leach():
    farm = SoilNitrogen(synthetic=100.0, cattle=50.0)
    wet = inventory.total(farm, EDITIONS["2019 wet"])
    dry = inventory.total(farm, EDITIONS["2019 dry"])
    assert float(wet.direct) == pytest.approx(1.6 + 0.3)
    assert float(dry.direct) == pytest.approx(0.5 + 0.1)
    assert float(dry.leaching) == 0.0
    assert inventory.by_climate(1.0) == EDITIONS["2019 wet"]


def test_draining_raises_the_direct_nitrous_oxide_of_rice_by_two_thirds():
    flooded, drained = (float(inventory.rice_direct(120.0, wet)) for wet in (1.0, 0.0))
    assert flooded == pytest.approx(0.36)
    assert drained / flooded == pytest.approx(5.0 / 3.0)
    assert float(inventory.direct(SoilNitrogen(rice_synthetic=120.0), EDITIONS["2019"])) == pytest.approx(
        0.48
    )
    assert float(
        inventory.direct(SoilNitrogen(rice_synthetic=120.0), EDITIONS["2019"], 0.005)
    ) == pytest.approx(0.6)
