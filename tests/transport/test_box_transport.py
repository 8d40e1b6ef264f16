"""Transport as physics demands it: mass is kept, uniform air stays uniform, months are exact."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.core.params import declarations, from_vector, to_vector
from tenbin.transport import box
from tenbin.transport.box_geometry import BOX_MASS, N_BAND, N_BOX
from tenbin.transport.box_parameters import BoxTransportParams, overturning, seasonal_mixing

MONTH = box.MONTH_SECONDS
PRIOR = BoxTransportParams()
BOUNDS = np.array([d.bounds for d, _ in declarations(PRIOR)])


@partial(jax.jit, static_argnames="n_years")
def year_of(vector, n_years=1):
    """Propagators of a parameter vector without loss."""
    year = box.propagator(box.transport_matrices(from_vector(PRIOR, vector)))
    return box.Propagator(*(jnp.tile(matrix, (n_years, 1, 1)) for matrix in year))


@st.composite
def parameters(draw):
    """Any parameter vector within the declared bounds, evenly in the logarithm."""
    place = np.array(draw(st.lists(st.floats(0, 1), min_size=len(BOUNDS), max_size=len(BOUNDS))))
    return np.exp(np.log(BOUNDS[:, 0]) + place * np.log(BOUNDS[:, 1] / BOUNDS[:, 0]))


def test_a_uniform_mole_fraction_stays_uniform(months_of, run):
    mean, end = run(months_of(50), jnp.full(N_BOX, 4e-7), jnp.zeros((600, N_BOX)))
    np.testing.assert_allclose(mean, 4e-7, rtol=1e-12)
    np.testing.assert_allclose(end, 4e-7, rtol=1e-12)


def test_tracer_mass_is_kept_for_fifty_years_without_loss(months_of, run):
    initial = jnp.asarray(np.random.default_rng(1).uniform(0.0, 1e-6, N_BOX))
    end = run(months_of(50), initial, jnp.zeros((600, N_BOX)))[1]
    np.testing.assert_allclose(box.burden(end, "co2"), box.burden(initial, "co2"), rtol=1e-12)


def test_emitted_mass_is_found_in_the_air(months_of, run):
    emission = np.random.default_rng(2).uniform(0.0, 100.0, (120, N_BAND))
    source = jnp.asarray(emission @ box.emission_to_source("ch4").T)
    end = run(months_of(10), jnp.zeros(N_BOX), source)[1]
    np.testing.assert_allclose(box.burden(end, "ch4"), np.cumsum(emission.sum(axis=1)) / 12, rtol=1e-12)


def test_the_air_of_every_box_is_balanced_each_month(transport):
    scale = np.abs(np.asarray(transport)).max()
    np.testing.assert_allclose(np.asarray(transport).sum(axis=2) / scale, 0.0, atol=1e-14)
    gathered = np.einsum("mij,i->mj", transport, BOX_MASS)
    np.testing.assert_allclose(gathered / (scale * BOX_MASS.max()), 0.0, atol=1e-14)


def test_air_moves_only_from_where_it_is(transport):
    off_diagonal = np.asarray(transport)[:, ~np.eye(N_BOX, dtype=bool)]
    assert (off_diagonal >= 0.0).all()


def test_the_hadley_cell_of_the_winter_hemisphere_draws_upper_air_across_the_equator():
    across_equator = np.asarray(overturning(PRIOR))[:, 1]
    assert across_equator[0] > 0.0 > across_equator[6]
    np.testing.assert_allclose(across_equator.sum(), 0.0, atol=1e-4 * np.abs(across_equator).max())


def test_the_season_of_mixing_averages_to_one():
    np.testing.assert_allclose(seasonal_mixing().mean(axis=0), 1.0, rtol=1e-14)


def test_a_month_is_the_matrix_exponential(transport):
    month = box.propagator(transport)
    exact = np.stack([scipy.linalg.expm(np.asarray(rate) * MONTH) for rate in transport])
    np.testing.assert_allclose(month.state, exact, atol=1e-12)


def test_the_integrals_of_a_month_equal_quadrature(transport):
    rate = np.asarray(transport[6])
    month = box.propagator(transport[6])
    node, weight = np.polynomial.legendre.leggauss(40)
    time, weight = MONTH * (node + 1) / 2, MONTH * weight / 2
    decay = np.stack([scipy.linalg.expm(rate * t) for t in time])
    single = np.einsum("t,tij->ij", weight, decay)
    double = np.einsum("t,tij->ij", weight * (MONTH - time), decay)  # inner integral by parts
    np.testing.assert_allclose(month.source / MONTH, single / MONTH, atol=1e-12)
    np.testing.assert_allclose(month.mean_state, single / MONTH, atol=1e-12)
    np.testing.assert_allclose(month.mean_source / MONTH, double / MONTH**2, atol=1e-12)


def runge_kutta(tendency, state, step, n):
    """The classical method of fourth order, n steps."""
    for _ in range(n):
        a = tendency(state)
        b = tendency(state + step / 2 * a)
        c = tendency(state + step / 2 * b)
        state = state + step / 6 * (a + 2 * b + 2 * c + tendency(state + step * c))
    return state


def test_mean_and_end_of_a_month_agree_with_many_tiny_steps(transport, run):
    rng, n = np.random.default_rng(3), 4000
    initial, source = rng.uniform(1.0, 2.0, N_BOX), rng.uniform(0.0, 1e-8, N_BOX)
    rate = np.asarray(transport[0]) - np.diag(rng.uniform(0.0, 1e-7, N_BOX))
    month = box.propagator(jnp.asarray(rate)[None])
    mean, end = run(month, jnp.asarray(initial), jnp.asarray(source[None]))

    def tendency(x):  # of the mole fractions and of their integral
        return np.concatenate([rate @ x[:N_BOX] + source, x[:N_BOX]])

    state = runge_kutta(tendency, np.concatenate([initial, np.zeros(N_BOX)]), MONTH / n, n)
    np.testing.assert_allclose(end[0], state[:N_BOX], rtol=1e-11)
    np.testing.assert_allclose(mean[0], state[N_BOX:] / MONTH, rtol=1e-11)


def test_the_error_of_tiny_steps_falls_with_their_fourth_power(transport):
    rate = np.asarray(transport[0]) * MONTH
    exact = box.propagator(transport[0]).state

    def error(n):
        x = rate / n
        return np.abs(np.linalg.matrix_power(np.eye(N_BOX) + x + x @ x / 2 + x @ x @ x / 6
                                             + x @ x @ x @ x / 24, n) - exact).max()  # fmt: skip

    steps = np.array([8, 16, 32, 64])
    order = -np.polyfit(np.log(steps), np.log([error(n) for n in steps]), 1)[0]
    np.testing.assert_allclose(order, 4.0, atol=0.2)


@settings(max_examples=15)
@given(vector=parameters(), seed=st.integers(0, 1000))
def test_mole_fractions_stay_positive_and_within_their_range(vector, seed):
    months = year_of(jnp.asarray(vector))
    assert float(months.state.min()) >= -1e-9  # truncation of the series at the fastest mixing allowed
    state = np.random.default_rng(seed).uniform(0.0, 1.0, N_BOX)
    for month in np.asarray(months.state):
        new = month @ state
        assert new.min() >= state.min() - 1e-8 and new.max() <= state.max() + 1e-8
        state = new


@settings(max_examples=15)
@given(vector=parameters())
def test_whatever_the_mixing_mass_is_kept(vector):
    kept = np.einsum("mij,i->mj", year_of(jnp.asarray(vector)).state, BOX_MASS)
    np.testing.assert_allclose(kept, np.broadcast_to(BOX_MASS, kept.shape), rtol=1e-12)


def test_responses_to_pulses_add_up_to_the_response_to_any_emission(months_of, run):
    months = months_of(2, "ch4")
    emission = np.random.default_rng(4).normal(size=(24, N_BAND))
    green = box.emission_response(months, jnp.asarray(box.emission_to_source("ch4")))
    direct = run(months, jnp.zeros(N_BOX), jnp.asarray(emission @ box.emission_to_source("ch4").T))[0]
    summed = np.einsum("tsbm,mb->ts", green, emission)
    np.testing.assert_allclose(summed, direct[:, :N_BAND], atol=1e-13 * np.abs(direct).max())


def test_the_air_of_a_month_knows_nothing_of_later_emissions(months_of):
    per_emission = jnp.asarray(box.emission_to_source("n2o"))
    green = np.asarray(box.emission_response(months_of(1), per_emission))
    later = np.triu(np.ones((12, 12), dtype=bool), k=1)
    np.testing.assert_array_equal(green.transpose(0, 3, 1, 2)[later], 0.0)


def test_the_adjoint_of_the_run_is_its_transpose(months_of, run):
    months, rng = months_of(10, "ch4"), np.random.default_rng(5)
    initial, source = jnp.asarray(rng.normal(size=N_BOX)), jnp.asarray(rng.normal(size=(120, N_BOX)) * 1e-7)
    forward, pullback = jax.vjp(lambda q, s: box.run(months, q, s), initial, source)
    dual = tuple(jnp.asarray(rng.normal(size=part.shape)) for part in forward)
    back = pullback(dual)
    left = sum(float(jnp.vdot(x, y)) for x, y in zip(forward, dual, strict=True))
    right = float(jnp.vdot(initial, back[0]) + jnp.vdot(source, back[1]))
    scale = sum(float(jnp.vdot(jnp.abs(x), jnp.abs(y))) for x, y in zip(forward, dual, strict=True))
    assert abs(left - right) <= 1e-13 * scale
    assert abs(left - right) <= 1e-12 * abs(left)


def test_the_gradient_by_the_parameters_passes_the_taylor_test(months_of):
    target = jnp.asarray(np.random.default_rng(6).normal(size=N_BOX))
    initial = jnp.asarray(np.linspace(1.0, 2.0, N_BOX))
    start = jnp.log(to_vector(PRIOR))
    direction = jnp.asarray(np.random.default_rng(7).normal(size=start.shape))

    @jax.jit
    def cost(logs):
        end = box.run(year_of(jnp.exp(logs)), initial, jnp.zeros((12, N_BOX)))[1]
        return 0.5 * ((end - target) ** 2).sum()

    slope = jnp.vdot(jax.jit(jax.grad(cost))(start), direction)
    steps = 10.0 ** -np.arange(1.0, 4.0, 0.5)
    remainder = [abs(float(cost(start + h * direction) - cost(start) - h * slope)) for h in steps]
    order = np.polyfit(np.log(steps), np.log(remainder), 1)[0]
    np.testing.assert_allclose(order, 2.0, atol=0.05)


@pytest.mark.parametrize(("gas", "molar_mass"), [("co2", 44.01), ("ch4", 16.04), ("n2o", 44.01)])
def test_a_teragram_spread_over_all_air_raises_the_mole_fraction_by_its_moles(gas, molar_mass):
    source = box.emission_to_source(gas)[:, 0] * (12 * MONTH)  # one Tg in a year, all in one box
    rise = (source * BOX_MASS).sum() / BOX_MASS.sum()
    np.testing.assert_allclose(rise, 1e9 / molar_mass / (BOX_MASS.sum() / 28.97), rtol=1e-3)
