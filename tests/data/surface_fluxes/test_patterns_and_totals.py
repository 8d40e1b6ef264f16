"""Patterns keep their sums through the file, and totals are refused where there are none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tenbin.core.errors import InputError
from tenbin.data.surface_fluxes import patterns, totals
from tenbin.data.surface_fluxes.patterns import BASE, ZERO_SUM, balanced, normalised, packed, unpacked

MASSES = arrays(float, (12, 3, 4), elements=st.floats(-10.0, 10.0, allow_subnormal=False))


@given(MASSES)
def test_balanced_masses_give_nothing_in_any_cell(mass):
    found = balanced(mass)
    np.testing.assert_allclose(found.sum(axis=0), 0.0, atol=1e-12 * max(np.abs(found).max(), 1.0))
    assert (found * mass >= 0.0).all()


def test_balancing_keeps_what_is_balanced():
    wave = np.cos(2.0 * np.pi * np.arange(12) / 12.0)[:, None, None] * np.ones((1, 2, 2))
    np.testing.assert_allclose(balanced(wave), wave, atol=1e-15)


@given(arrays(float, (12, 3, 4), elements=st.floats(0.0, 10.0)).filter(lambda mass: mass.sum() > 1.0))
def test_rounding_to_small_integers_costs_no_mass_and_little_shape(mass):
    share = normalised(mass)
    found = unpacked("wetlands", packed("wetlands", share))
    assert found.sum() == pytest.approx(1.0, abs=1e-14)
    # half a step of the root is 0.8 % of the greatest share; if all are rounded one way, restoring the sum adds more
    assert np.abs(found - share).max() <= 0.06 * share.max()


@pytest.mark.parametrize("zero_sum", [False, True])
def test_a_pattern_of_nothing_is_refused(zero_sum):
    with pytest.raises(InputError, match="other than nought"):
        normalised(np.zeros((12, 2, 2)), zero_sum)


def test_the_packaged_patterns_are_on_one_grid_and_sum_to_one():
    for name, share in patterns.load().items():
        assert share.shape in {(1, *BASE.shape), (12, *BASE.shape)}, name
        if name in ZERO_SUM:
            assert share[share > 0.0].sum() == pytest.approx(1.0, abs=1e-12)
            assert np.abs(share.sum(axis=0)).max() < 1e-17
        else:
            assert share.sum() == pytest.approx(1.0, abs=1e-12)


def test_equal_patterns_make_equal_bytes(tmp_path):
    made = {name: patterns.load()[name] for name in ("rice", "biosphere")}
    sizes = [patterns.store(made, tmp_path / name) for name in ("a.npz", "b.npz")]
    assert sizes[0] == sizes[1]
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_every_total_has_its_pattern_and_every_pattern_its_total():
    assert set(totals.read()["pattern"]) == set(patterns.load()) - {"land"}  # that of land is a mask


@pytest.mark.parametrize("gas", totals.GASES)
def test_every_year_of_a_gas_has_the_same_sectors(gas):
    span = totals.years(gas)
    if span is None:
        return
    sectors = {frozenset(totals.terms(gas, year)["sector"]) for year in range(span[0], span[1] + 1)}
    assert len(sectors) == 1


def test_years_without_totals_are_refused_with_those_there_are():
    with pytest.raises(InputError, match="1996 to 2021"):
        totals.terms("sf6", 1995)
    with pytest.raises(InputError, match="one of ch4, co2"):
        totals.terms("cfc11")


def test_a_table_in_another_unit_or_with_a_row_twice_is_refused(tmp_path):
    rows = totals.read().head(3)
    for name, table in {
        "unit": rows.assign(unit="Gg yr-1"),
        "twice": pd.concat([rows, rows.head(1)]),
    }.items():
        table.to_csv(tmp_path / f"{name}.csv", index=False)
        with pytest.raises(InputError):
            totals.read(tmp_path / f"{name}.csv")
