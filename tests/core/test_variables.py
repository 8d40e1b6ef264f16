"""The registry of variables: names, units and signs that a newcomer can trust."""

import pytest

from tenbin.core.errors import InputError
from tenbin.core.units import parse
from tenbin.core.variables import FLUXES, VARIABLES, attributes, lookup, upward_from_downward

CMIP = ["gpp", "ra", "rh", "nbp", "fFire", "wetlandCH4", "fN2O", "tsl", "mrso", "mrro", "co2", "ch4", "n2o"]


@pytest.mark.parametrize("name", CMIP)
def test_the_short_names_of_the_field_are_registered(name):
    assert lookup(name).standard_name


@pytest.mark.parametrize("variable", [*VARIABLES.values(), *FLUXES.values()], ids=lambda v: v.name)
def test_every_unit_can_be_read(variable):
    assert parse(variable.unit) is not None


@pytest.mark.parametrize("variable", VARIABLES.values(), ids=lambda v: v.name)
def test_the_sign_of_a_flux_agrees_with_its_standard_name(variable):
    if "upward" in variable.standard_name:
        assert variable.positive == "up"
    if "downward" in variable.standard_name:
        assert variable.positive == "down"


def test_what_the_mass_is_of_is_said():
    assert [lookup(name).mass_of for name in ("rh", "nbp", "fN2O", "wetlandCH4")] == ["C", "C", "N", "CH4"]
    assert FLUXES["n2o"].mass_of == "N2O"
    assert all(flux.positive == "up" for flux in FLUXES.values())


def test_net_biome_production_turned_upward_is_a_source():
    assert upward_from_downward(-2.0) == 2.0


def test_attributes_leave_out_what_is_empty():
    assert "standard_name" not in attributes(VARIABLES["mcf"])
    assert attributes(VARIABLES["nbp"])["positive"] == "down"


def test_a_name_nearly_right_is_answered_with_the_right_one():
    with pytest.raises(InputError, match="wetlandCH4"):
        lookup("wetlandch4")
