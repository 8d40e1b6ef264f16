"""One currency for three gases, never without its name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenbin.budget import metrics
from tenbin.core.errors import InputError


@pytest.mark.parametrize("name", ["AR6GWP100", "AR6GWP20", "AR5GWP100", "AR4GWP100", "SARGWP100"])
def test_the_table_agrees_with_the_package_of_metrics(name):
    published = pytest.importorskip("globalwarmingpotentials").data[name]
    ours = metrics.metric_set(name)
    assert (ours.ch4, ours.n2o) == (published["CH4"], published["N2O"])


@pytest.mark.parametrize("name", [None, "GWP100", ""])
def test_equivalents_without_a_known_set_are_refused(rows, name):
    with pytest.raises(InputError, match="name the set"):
        metrics.equivalents(rows({}), name)


def test_fossil_methane_warms_more_than_that_of_rice_where_the_set_tells_them_apart():
    split, plain = metrics.metric_set("AR6GWP100split"), metrics.metric_set("AR6GWP100")
    assert split.factor("ch4", "fossil") > split.factor("ch4", "rice")
    assert plain.factor("ch4", "fossil") == plain.factor("ch4", "rice")


def test_the_unit_of_equivalents_carries_the_name_of_the_set(rows):
    made = metrics.equivalents(rows({"mean": 10.0, "sd": 1.0}), "AR6GWP20")
    assert made["unit"].iloc[0] == "Tg CO2e yr-1 (AR6GWP20)"
    assert (made["mean"].iloc[0], made["sd"].iloc[0]) == (812.0, 81.2)


@given(st.floats(-1e6, 1e6))
def test_carbon_dioxide_is_its_own_equivalent(mass):
    assert all(metrics.carbon_dioxide_equivalent(mass, "co2", name) == mass for name in metrics.SETS)


def test_methane_weighs_more_over_a_shorter_time():
    assert (
        metrics.metric_set("AR6GWP20").ch4
        > metrics.metric_set("AR6GWP100").ch4
        > metrics.metric_set("AR6GWP500").ch4
    )
