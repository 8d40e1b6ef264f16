"""Losses over the globe: rates worked by hand, exact decay, closed books, slopes, and lifetimes with real fields."""

from __future__ import annotations

import equinox as eqx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import AVOGADRO, SECONDS_PER_DAY, SECONDS_PER_YEAR
from tenbin.core.errors import InputError
from tenbin.core.params import from_vector, prior_sd, to_vector
from tenbin.transport import chemistry
from tenbin.transport.air_grid import hybrid_layers, polar_grid
from tenbin.transport.chemistry import ChemistryParams, Climatology, frequencies, lose
from tenbin.transport.idealised import standard_temperature
from tenbin.transport.lifetimes import lifetime, mass_mean
from tenbin.transport.photolysis import photolysis
from tenbin.transport.rates import RADON_DECAY, air_concentration, rate_constant
from tenbin.transport.zonal_fields import layer_pressure, zonal

SEEDS = st.integers(0, 2**32 - 1)
PRIOR = ChemistryParams()
GRID = polar_grid(13, 4)
HOUR, YEAR = 3600.0, float(SECONDS_PER_YEAR)


@pytest.fixture(scope="module")
def air():
    """Pressure [Pa], temperature [K] and mass of dry air [kg] of a resting atmosphere without mountains."""
    a, b = hybrid_layers(20, 50.0)
    pressure = layer_pressure(a, b, jnp.full(GRID.shape, 98_400.0))
    mass = jnp.asarray(-np.diff(a + b * 98_400.0)[:, None, None] / 9.80665 * GRID.area)
    return pressure, jnp.asarray(standard_temperature(pressure, GRID.lat)), mass


@pytest.fixture(scope="module")
def fields():
    """Made-up oxidants of sensible size: 1e6 OH cm-3, 1e-16 O(1D), 1e-14 Cl."""
    level, lat = np.array([1e5, 1e4, 1e3, 1e2]), np.array([-60.0, 0.0, 60.0])
    rng = np.random.default_rng(3)
    made = [
        zonal(size * rng.uniform(0.5, 1.5, (12, 4, 3)), level, lat)
        for size in (1e12 / AVOGADRO, 1e-16, 1e-14)
    ]
    return Climatology(*made, photolysis("n2o"), photolysis("mcf"))


@pytest.fixture(scope="module")
def around(air, fields):
    """Surroundings in March."""
    pressure, temperature, mass = air
    ocean = chemistry.ocean_uptake(jnp.asarray(GRID.area * 0.7), mass)
    return chemistry.surroundings(fields, 2.5, GRID.lat, pressure, temperature, ocean)


@pytest.mark.parametrize(
    ("gas", "oxidant", "temperature", "by_hand"),
    [
        ("ch4", "oh", 298.0, 6.34e-15),  # 2.45e-12 exp(-5.956)
        ("ch4", "oh", 272.0, 3.59e-15),
        ("mcf", "oh", 298.0, 9.99e-15),
        ("mcf", "oh", 272.0, 6.14e-15),
        ("ch4", "cl", 298.0, 1.00e-13),
        ("ch4", "o1d", 220.0, 1.75e-10),
        ("n2o", "o1d", 298.0, 1.27e-10),
    ],
)
def test_rates_are_those_worked_by_hand_from_the_tables(gas, oxidant, temperature, by_hand):
    per_molecule = rate_constant(gas, oxidant, temperature) / AVOGADRO * 1e6
    assert float(per_molecule) == pytest.approx(by_hand, rel=3e-3)


def test_air_at_the_ground_has_loschmidts_number():
    assert float(air_concentration(jnp.asarray(101_325.0), jnp.asarray(273.15))) * AVOGADRO == pytest.approx(
        2.6868e25, rel=1e-4
    )


def test_loss_is_exact_in_time():
    tracer, rate = jnp.asarray([2.0, 3.0]), jnp.asarray([1e-5, 1e-9])
    pieces = tracer
    for _ in range(24):
        pieces = lose(pieces, rate, HOUR)
    np.testing.assert_allclose(pieces, tracer * np.exp(-np.asarray(rate) * 24 * HOUR), rtol=1e-14)
    np.testing.assert_allclose(pieces, lose(tracer, rate, 24 * HOUR), rtol=1e-14)


def test_half_of_radon_is_left_after_its_half_life(around):
    decay = frequencies("rn222", around, GRID.lat_edges, PRIOR)["decay"]
    assert float(lose(jnp.asarray(8.0), decay, 3.8235 * SECONDS_PER_DAY)) == pytest.approx(4.0, rel=1e-14)
    assert float(1.0 / RADON_DECAY / SECONDS_PER_DAY) == pytest.approx(5.5162, rel=1e-4)


def test_sulphur_hexafluoride_stays(around, air):
    assert frequencies("sf6", around, GRID.lat_edges, PRIOR) == {}
    rate = chemistry.total(("sf6",), around, GRID.lat_edges, PRIOR)
    np.testing.assert_array_equal(lose(air[2][None], rate, YEAR), air[2][None])


def test_a_gas_without_losses_here_is_refused(around):
    with pytest.raises(InputError, match="'o3'"):
        frequencies("o3", around, GRID.lat_edges, PRIOR)


@given(seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_nothing_becomes_negative_and_the_books_close(around, seed):
    tracer = jnp.asarray(np.random.default_rng(seed).uniform(0.0, 1.0, around.temperature.shape))
    for gas in chemistry.GASES:
        by = frequencies(gas, around, GRID.lat_edges, PRIOR)
        whole = sum(by.values(), start=jnp.zeros(()))
        after = lose(tracer, whole, 30.0 * SECONDS_PER_DAY)
        parts = chemistry.where_lost(tracer, by, 30.0 * SECONDS_PER_DAY)
        assert np.all(after >= 0.0) and all(np.all(part >= 0.0) for part in parts.values())
        np.testing.assert_allclose(after + sum(parts.values()), tracer, rtol=1e-14)


@given(seed=SEEDS, seconds=st.floats(60.0, 1e7))
@settings(max_examples=10, deadline=None)
def test_the_way_back_is_the_transpose(around, seed, seconds):
    gases = ("ch4", "n2o", "mcf", "rn222")
    rate = chemistry.total(gases, around, GRID.lat_edges, PRIOR)
    rng = np.random.default_rng(seed)
    tracer, weight = (jnp.asarray(rng.normal(size=rate.shape)) for _ in range(2))
    value, pull = jax.vjp(lambda t: lose(t, rate, seconds), tracer)
    one, other = jnp.sum(weight * value), jnp.sum(pull(weight)[0] * tracer)
    assert abs(float(one - other)) < 1e-13 * float(jnp.sum(jnp.abs(weight * value)))


@pytest.mark.parametrize("bands", [1, 2, 4])
def test_slopes_by_scales_are_those_of_differences(around, air, bands):
    params = eqx.tree_at(lambda p: p.oh_scale, PRIOR, jnp.linspace(0.9, 1.2, bands))
    weight = jnp.asarray(np.random.default_rng(0).normal(size=air[2].shape))

    def left(vector):
        given_params = from_vector(params, vector)
        rate = chemistry.total(("ch4", "n2o", "mcf"), around, GRID.lat_edges, given_params)
        return jnp.sum(weight * lose(air[2] / 1e15, rate, YEAR))

    vector = to_vector(params)
    slope = jax.grad(left)(vector)
    assert vector.shape == prior_sd(params).shape == (bands + 4,)
    for k, value in enumerate(vector):
        step = jnp.zeros_like(vector).at[k].set(1e-4 * value)
        difference = (left(vector + step) - left(vector - step)) / (2.0 * step[k])
        assert float(slope[k]) == pytest.approx(float(difference), rel=1e-5)


def test_a_scale_by_hemisphere_acts_on_its_own_half(around):
    params = eqx.tree_at(lambda p: p.oh_scale, PRIOR, jnp.asarray([0.5, 2.0]))
    ratio = np.asarray(
        frequencies("ch4", around, GRID.lat_edges, params)["oh"]
        / frequencies("ch4", around, GRID.lat_edges, PRIOR)["oh"]
    )
    np.testing.assert_allclose(ratio[:, :6], 0.5)
    np.testing.assert_allclose(ratio[:, 6], 1.25)  # the row astride the equator
    np.testing.assert_allclose(ratio[:, 7:], 2.0)


def test_light_and_excited_oxygen_act_above_the_tropopause_alone(around, air):
    aloft = np.asarray(chemistry.above_tropopause(air[0], GRID.lat))
    for field in (around.o1d, around.cl, around.n2o_photolysis, around.mcf_photolysis):
        assert np.all(np.asarray(field)[~aloft] == 0.0)
    share = float(jnp.sum(jnp.where(aloft, air[2], 0.0)) / jnp.sum(air[2]))
    assert 0.13 < share < 0.20


def test_the_ocean_gives_a_well_mixed_gas_its_lifetime(around, air):
    ocean = frequencies("mcf", around, GRID.lat_edges, PRIOR)["ocean"]
    assert float(lifetime(air[2], ocean)) / YEAR == pytest.approx(94.0, rel=1e-12)
    assert np.all(np.asarray(ocean)[1:] == 0.0)


def test_a_deposit_takes_what_is_asked_or_all_there_is():
    tracer = jnp.asarray([[[5.0, 5.0, -1.0]], [[7.0, 7.0, 7.0]]])
    uptake, area = jnp.asarray([[1e-3, 1.0, 1.0]]), jnp.full((1, 3), 2.0)
    after, taken = chemistry.deposit(tracer, uptake, area, 100.0)
    np.testing.assert_allclose(taken, [[0.2, 5.0, 0.0]])
    np.testing.assert_allclose(after[0], [[4.8, 0.0, -1.0]])
    np.testing.assert_array_equal(after[1], tracer[1])
    slope = jax.grad(lambda u: jnp.sum(chemistry.deposit(tracer, u, area, 100.0)[0]))(uptake)
    np.testing.assert_allclose(slope, [[-200.0, 0.0, 0.0]])


def test_a_lifetime_is_burden_over_loss_and_a_mean_is_weighted_by_mass():
    tracer, rate = jnp.asarray([1.0, 3.0]), jnp.asarray([0.2, 0.0])
    assert float(lifetime(tracer, rate)) == pytest.approx(20.0)
    assert float(lifetime(tracer, rate, burden=jnp.asarray(8.0))) == pytest.approx(40.0)
    assert float(mass_mean(rate, tracer)) == pytest.approx(0.05)
    assert float(mass_mean(rate, tracer, where=jnp.asarray([True, False]))) == pytest.approx(0.2)


def test_32_bits_stay_32_bits_and_lose_as_much(around, air, fields):
    pressure, temperature, mass = (x.astype("float32") for x in air)
    ocean = chemistry.ocean_uptake(jnp.asarray(GRID.area * 0.7, "float32"), mass)
    meets = chemistry.surroundings(fields, 2.5, GRID.lat, pressure, temperature, ocean)
    gases = ("ch4", "n2o", "mcf", "rn222")
    rate = chemistry.total(gases, meets, GRID.lat_edges, PRIOR)
    parts = chemistry.where_lost(mass, frequencies("ch4", meets, GRID.lat_edges, PRIOR), HOUR)
    kinds = {rate.dtype, lose(mass, rate, HOUR).dtype, *(part.dtype for part in parts.values())}
    assert kinds == {jnp.dtype("float32")}
    exact = np.asarray(chemistry.total(gases, around, GRID.lat_edges, PRIOR))
    np.testing.assert_allclose(rate, exact, rtol=1e-4, atol=1e-16)
