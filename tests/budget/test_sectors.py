"""The tree of sectors has one root, no sector twice, and knows what contains what."""

import pytest

from tenbin.budget import sectors
from tenbin.core.errors import InputError


@pytest.mark.parametrize("gas", sectors.gases())
def test_every_sector_of_a_gas_stands_in_the_tree_once(gas):
    known = sectors.known(gas)
    assert len(known) == len(set(known))
    assert set(sectors.leaves(gas, "net_total")) == {s for s in known if not sectors.children(gas, s)}


@pytest.mark.parametrize("gas", sectors.gases())
def test_a_parent_contains_its_leaves_and_no_sector_contains_itself(gas):
    for sector in sectors.known(gas):
        assert not sectors.contains(gas, sector, sector)
        for leaf in sectors.leaves(gas, sector):
            assert leaf == sector or sectors.contains(gas, sector, leaf)


def test_what_both_pans_weigh_is_net_for_co2_and_gross_for_the_gases_lost_in_the_air():
    assert "ocean" in sectors.leaves("co2", sectors.root("co2"))
    for gas in ("ch4", "n2o"):
        assert not any(sectors.is_sink(gas, leaf) for leaf in sectors.leaves(gas, sectors.root(gas)))


def test_an_unknown_gas_is_answered_with_the_gases_there_are():
    with pytest.raises(InputError, match="co2, ch4, n2o, mcf"):
        sectors.leaves("sf6", "total")
