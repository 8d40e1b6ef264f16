"""What exact estimation must do: agree with itself, never lose knowledge, and be honest about its error."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.core.errors import InputError
from tenbin.inference.analytical import (
    LinearProblem,
    observation_space,
    solve,
    state_space,
    symmetric_solve,
)

solve_by_observations = jax.jit(observation_space)
FIELDS = ("mean", "covariance", "averaging_kernel", "degrees_of_freedom", "chi_square")


def first(problem, n):
    """The same problem with only its first n observations."""
    return problem._replace(
        jacobian=problem.jacobian[:n],
        observations=problem.observations[:n],
        error_covariance=problem.error_covariance[:n, :n],
    )


@pytest.mark.parametrize(("n_obs", "n_state"), [(7, 11), (11, 7), (8, 8)])
def test_both_forms_of_the_solution_agree(linear_problem, n_obs, n_state):
    problem, _ = linear_problem(n_obs, n_state)
    by_observations, by_state = observation_space(problem), state_space(problem)
    for name in FIELDS:
        one, other = getattr(by_observations, name), getattr(by_state, name)
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9, err_msg=name)


def test_prior_and_observation_are_weighed_by_their_variances():
    # prior 10 +- 2, one observation of twice the quantity: 26 +- 3; by hand: precision 1/4 + 4/9 = 25/36
    one = jnp.ones((1, 1))
    problem = LinearProblem(2.0 * one, jnp.array([26.0]), jnp.array([10.0]), 4.0 * one, 9.0 * one)
    posterior = solve(problem)
    np.testing.assert_allclose(posterior.covariance[0, 0], 36 / 25)
    np.testing.assert_allclose(posterior.mean[0], 10.0 + (36 / 25) * (2.0 / 9.0) * 6.0)
    np.testing.assert_allclose(posterior.averaging_kernel[0, 0], 16 / 25)
    np.testing.assert_allclose(posterior.chi_square, 36.0 / 25.0)  # 6 squared over 2 x 4 x 2 + 9


@pytest.mark.parametrize(("n_obs", "n_state"), [(5, 9), (9, 5)])
def test_observations_never_make_the_estimate_less_certain(linear_problem, n_obs, n_state):
    problem, _ = linear_problem(n_obs, n_state, seed=3)
    gained = problem.prior_covariance - solve(problem).covariance
    assert np.linalg.eigvalsh(gained).min() >= -1e-12


@pytest.mark.parametrize(("n_obs", "n_state"), [(5, 9), (9, 5)])
def test_the_averaging_kernel_counts_the_degrees_of_freedom(linear_problem, n_obs, n_state):
    problem, _ = linear_problem(n_obs, n_state, seed=4)
    posterior = solve(problem)
    kernel = np.eye(n_state) - posterior.covariance @ np.linalg.inv(problem.prior_covariance)
    np.testing.assert_allclose(posterior.averaging_kernel, kernel, atol=1e-10)
    np.testing.assert_allclose(posterior.degrees_of_freedom, np.trace(kernel), rtol=1e-10)
    assert 0.0 < float(posterior.degrees_of_freedom) <= min(n_obs, n_state)


def test_perfect_observations_of_everything_leave_nothing_to_the_prior(linear_problem):
    problem, truth = linear_problem(6, 6, seed=5)
    problem = problem._replace(observations=problem.jacobian @ truth, error_covariance=1e-14 * jnp.eye(6))
    posterior = observation_space(problem)
    np.testing.assert_allclose(posterior.mean, truth, atol=1e-5)
    np.testing.assert_allclose(posterior.averaging_kernel, np.eye(6), atol=1e-5)


def test_an_honest_problem_has_one_chi_square_per_observation(linear_problem):
    n_obs, n_draws = 30, 40
    found = sum(float(solve(linear_problem(n_obs, 10, seed)[0]).chi_square) for seed in range(n_draws))
    total = n_obs * n_draws
    assert abs(found - total) < 5 * np.sqrt(2 * total)


def test_the_posterior_misses_the_truth_by_as_much_as_it_says(linear_problem):
    scores = []
    for seed in range(40):
        problem, truth = linear_problem(12, 6, seed)
        posterior = solve(problem)
        error = posterior.mean - truth
        scores.append(error @ symmetric_solve(posterior.covariance, error))
    assert abs(np.sum(scores) - 240) < 5 * np.sqrt(2 * 240)


@settings(max_examples=20)
@given(seed=st.integers(0, 10_000), n=st.sampled_from([1, 6, 11]))
def test_one_more_observation_never_raises_a_variance(seed, n):
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=(4, 4))
    error = rng.normal(size=(12, 12))
    problem = LinearProblem(
        *map(jnp.asarray, (rng.normal(size=(12, 4)), rng.normal(size=12), np.zeros(4))),
        jnp.asarray(factor @ factor.T + 0.1 * np.eye(4)),
        jnp.asarray(error @ error.T + 0.1 * np.eye(12)),
    )
    fewer = solve_by_observations(first(problem, n)).covariance
    more = solve_by_observations(first(problem, n + 1)).covariance
    assert (jnp.diag(more) <= jnp.diag(fewer) + 1e-10).all()


def test_the_order_of_observations_does_not_matter(linear_problem):
    problem, _ = linear_problem(9, 5, seed=6)
    order = np.random.default_rng(0).permutation(9)
    shuffled = problem._replace(
        jacobian=problem.jacobian[order],
        observations=problem.observations[order],
        error_covariance=problem.error_covariance[order][:, order],
    )
    one, other = solve(problem), solve(shuffled)
    np.testing.assert_allclose(one.mean, other.mean, atol=1e-11)
    np.testing.assert_allclose(one.covariance, other.covariance, atol=1e-11)


def test_every_fault_of_a_problem_is_told_at_once(linear_problem):
    problem, _ = linear_problem(6, 4)
    broken = problem._replace(
        observations=problem.observations[:5],
        prior_mean=problem.prior_mean.at[1].set(jnp.nan),
        error_covariance=problem.error_covariance[:, :3],
    )
    with pytest.raises(InputError) as raised:
        solve(broken)
    assert [fault.name for fault in raised.value.faults] == [
        "observations",
        "prior_mean",
        "error_covariance",
    ]
    assert "(5,)" in str(raised.value) and "(6,)" in str(raised.value)


def test_a_covariance_with_a_negative_direction_is_refused(linear_problem):
    problem, _ = linear_problem(6, 4)
    with pytest.raises(InputError, match="positive definite"):
        solve(problem._replace(error_covariance=-10.0 * jnp.eye(6)))
