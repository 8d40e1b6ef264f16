"""Exchange times of boxes whose answer is known, and what the functions refuse."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm

from tenbin.core.arrays import jnp
from tenbin.core.constants import ATMOSPHERE_DRY_MASS, MOLAR_MASS, SECONDS_PER_YEAR
from tenbin.core.errors import InputError
from tenbin.core.grid import Grid, regular_grid
from tenbin.transport import box, exchange
from tenbin.transport.air_grid import polar_grid
from tenbin.transport.box_geometry import BOX_MASS
from tenbin.transport.box_parameters import BoxTransportParams
from tenbin.transport.exchange_times import (
    DECAY,
    Hemispheres,
    budget_lifetime,
    exchange_time,
    hemispheric_burdens,
    surface_exchange_time,
    surface_means,
    vertical_difference,
)


def two_boxes(tau, source, years, frequency=0.0, start=(0.0, 0.0)):
    """Burdens at whole years of two boxes that exchange their mass in `tau`, by the matrix exponential."""
    rate = np.array([[-1.0, 1.0], [1.0, -1.0]]) / tau - frequency * np.eye(2)
    joined = np.zeros((3, 3))
    joined[:2, :2], joined[:2, 2] = rate, source
    states = [np.array([*start, 1.0])]
    for _ in range(years):
        states.append(expm(joined) @ states[-1])
    north, south, _ = np.array(states).T
    return Hemispheres(north, south)


@given(tau=st.floats(0.3, 4.0), share=st.floats(0.6, 1.0))
def test_two_boxes_at_rest_give_back_their_exchange_time(tau, share):
    held = two_boxes(tau, np.array([share, 1.0 - share]), 40)
    rows = np.ones(40)
    found = exchange_time(np.arange(41.0), held, Hemispheres(share * rows, (1.0 - share) * rows))
    assert found[-1] == pytest.approx(tau, rel=1e-9)


def test_growth_of_the_difference_is_taken_off():
    # sources that double in 10 years keep the difference growing: without its change the answer would be 4 % off
    tau, fine = 1.4, 4000
    time = np.linspace(0.0, 30.0, fine + 1)
    rate = np.log(2.0) / 10.0
    north_less_south = np.exp(rate * time) / (rate + 2.0 / tau)  # dD/dt = S - 2 D / tau, forgotten its start
    total = np.exp(rate * time) / rate
    burden = Hemispheres(0.5 * (total + north_less_south), 0.5 * (total - north_less_south))
    middle = np.exp(rate * 0.5 * (time[1:] + time[:-1]))
    found = exchange_time(time, burden, Hemispheres(middle, 0.0 * middle))
    np.testing.assert_allclose(found, tau, rtol=1e-5)


def test_loss_counts_as_a_negative_source():
    tau, frequency = 1.2, 0.3
    held = two_boxes(tau, np.array([2.0, 0.5]), 60, frequency)
    mean = [0.5 * (part[1:] + part[:-1]) for part in held]
    rows = np.ones(60)
    found = exchange_time(
        np.arange(61.0),
        held,
        Hemispheres(2.0 * rows, 0.5 * rows),
        Hemispheres(*(frequency * m for m in mean)),
    )
    assert found[-1] == pytest.approx(tau, rel=1e-9)


def test_a_difference_left_alone_decays_in_half_the_exchange_time():
    tau = 1.5
    held = two_boxes(tau, np.zeros(2), 1, start=(1.0, 0.0))
    left = (held.north - held.south)[1] / (held.north - held.south)[0]
    assert left == pytest.approx(np.exp(-1.0 / (DECAY * tau)))


def test_no_flux_down_the_difference_has_no_time():
    assert np.isnan(
        exchange_time([0.0, 1.0], Hemispheres([5.0, 6.0], [5.0, 5.0]), Hemispheres([1.0], [0.0]))
    )[0]


def test_all_faults_of_a_budget_are_told_at_once():
    with pytest.raises(InputError) as caught:
        exchange_time([1.0, 0.0], Hemispheres([1.0], [1.0]), Hemispheres([1.0, 1.0], [0.0, 0.0]))
    assert {fault.name for fault in caught.value.faults} == {"time", "burden", "source, loss"}


def test_burdens_divide_a_row_astride_the_equator_by_area():
    grid = Grid(np.array([-90.0, -30.0, 30.0, 90.0]), np.linspace(-180.0, 180.0, 5))
    mass = np.ones((2, 5, *grid.shape))
    found = hemispheric_burdens(grid, mass)
    np.testing.assert_allclose(found.north, found.south)
    np.testing.assert_allclose(found.north + found.south, mass.sum(axis=(1, 2, 3)))


def test_surface_means_of_hemispheres_are_by_area():
    grid = polar_grid(46, 72)
    field = np.where(grid.lat > 0.0, 3.0, 1.0)[None, :, None] * np.ones((1, *grid.shape))
    found = surface_means(grid, field)
    assert (found.north[0], found.south[0]) == (pytest.approx(3.0), pytest.approx(1.0))
    tropics_out = surface_means(grid, np.where(abs(grid.lat) < 30.0, 50.0, field[0].T).T[None], poleward=30.0)
    assert tropics_out.north[0] < 10.0


def test_surface_mole_fractions_of_well_mixed_halves_give_the_burdens_answer():
    tau, molar = 1.3, 0.146
    per_kg = float(MOLAR_MASS["air"]) / molar / (0.5 * float(ATMOSPHERE_DRY_MASS))
    held = two_boxes(tau, np.array([7e6, 0.4e6]), 30)
    rows = np.ones(30)
    fractions = Hemispheres(*(part * per_kg for part in held))
    found = surface_exchange_time(np.arange(31.0), fractions, Hemispheres(7e6 * rows, 0.4e6 * rows), molar)
    assert found[-1] == pytest.approx(tau, rel=1e-9)


def test_the_box_model_has_the_same_time_by_its_own_definition():
    params = BoxTransportParams()
    source = exchange.NORTHERN_SOURCE
    rate = jnp.asarray(box.emission_to_source("sf6") @ source)
    last = np.asarray(exchange._last_year(params, rate)[:, :4]).mean(axis=0)
    growth = float(rate @ BOX_MASS) / BOX_MASS.sum() * float(SECONDS_PER_YEAR)
    years = np.arange(2.0)
    north, south = (last[part].mean() + growth * years for part in (slice(2, 4), slice(0, 2)))
    kg = 1e9 * source
    feed = Hemispheres(kg[2:].sum() * np.ones(1), kg[:2].sum() * np.ones(1))
    found = surface_exchange_time(years, Hemispheres(north, south), feed, float(MOLAR_MASS["sf6"]))
    # the box model's months add up to a year of 365.25 d, and its air to the same mass
    assert found[0] == pytest.approx(exchange.interhemispheric_exchange_time(params), rel=1e-6)


def test_a_surface_steeper_than_its_column_makes_the_time_longer():
    held = two_boxes(1.3, np.array([1.0, 0.0]), 30)
    excess = Hemispheres(held.north + 0.1, held.south - 0.1)
    rows = np.ones(30)
    source = Hemispheres(rows, 0.0 * rows)
    assert exchange_time(np.arange(31.0), excess, source)[-1] > 1.3


def test_vertical_difference_of_a_profile_linear_in_the_logarithm_of_pressure():
    grid = regular_grid(30.0, 60.0)
    pressure = np.array([99e3, 90e3, 70e3, 45e3, 20e3])[:, None, None] * np.ones((1, *grid.shape))
    field = 5.0 * np.log(pressure)
    found = vertical_difference(pressure, field, grid.area)
    assert found == pytest.approx(5.0 * np.log(95.0 / 50.0))


def test_mountains_that_reach_above_the_lower_level_are_left_out():
    grid = regular_grid(90.0, 180.0)
    pressure = np.array([99e3, 70e3, 45e3])[:, None, None] * np.ones((1, *grid.shape))
    pressure[:, 0, 0] *= 0.6
    field = np.where(pressure > 6e4, 2.0, 1.0)
    field[:, 0, 0] = 1e6
    clean = vertical_difference(pressure[:, 1:], field[:, 1:], grid.area[1:])
    assert vertical_difference(pressure, field, grid.area) == pytest.approx(clean)
    assert np.isnan(vertical_difference(pressure, field, np.zeros(grid.shape)))


def test_lifetime_by_budget_of_one_box():
    lifetime, source = 9.0, 500.0
    time = np.linspace(0.0, 20.0, 2001)
    held = source * lifetime * (1.0 - 0.4 * np.exp(-time / lifetime))
    assert budget_lifetime(time, held, np.full(2000, source)) == pytest.approx(lifetime, rel=1e-6)
    assert budget_lifetime([0.0, 1.0], [10.0, 12.0], [2.0]) == np.inf
