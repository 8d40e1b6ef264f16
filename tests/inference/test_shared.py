"""Elimination block by block gives what the one big problem gives."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg

from tenbin.core.arrays import jnp
from tenbin.inference import shared as sh
from tenbin.inference.analytical import LinearProblem, observation_space


@pytest.fixture(scope="module")
def solved(blocks_and_shared):
    blocks, _, covariance = blocks_and_shared
    reduced = [sh.reduce(part) for part in blocks]
    return blocks, reduced, sh.solve_shared(blocks, reduced, covariance)


@pytest.fixture(scope="module")
def stacked(blocks_and_shared):
    """The same as one dense problem; unknowns are those of each block, then the shared ones."""
    blocks, priors, covariance = blocks_and_shared
    private = scipy.linalg.block_diag(*(part.jacobian for part in blocks))
    jacobian = np.hstack([private, np.vstack([part.shared_jacobian for part in blocks])])
    prior = scipy.linalg.block_diag(*priors, covariance)
    problem = LinearProblem(
        jnp.asarray(jacobian),
        jnp.concatenate([part.residual for part in blocks]),
        jnp.zeros(jacobian.shape[1]),
        jnp.asarray(prior),
        jnp.asarray(scipy.linalg.block_diag(*(part.error_covariance for part in blocks))),
    )
    return problem, observation_space(problem)


def places(blocks):
    """Slices of each block's unknowns in the stacked problem, then of the shared ones."""
    edge = np.cumsum([0, *(part.jacobian.shape[1] for part in blocks)])
    return [slice(a, b) for a, b in zip(edge[:-1], edge[1:], strict=True)] + [slice(edge[-1], None)]


def close(one, other):
    np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)


def test_shared_parameters_equal_those_of_the_whole_problem(solved, stacked):
    blocks, _, shared = solved
    own = places(blocks)[-1]
    close(shared.mean, stacked[1].mean[own])
    close(shared.covariance, stacked[1].covariance[own, own])
    close(shared.chi_square, stacked[1].chi_square)
    assert shared.n_observations == 44


def test_private_unknowns_equal_those_of_the_whole_problem(solved, stacked):
    blocks, reduced, shared = solved
    for part, small, own in zip(blocks, reduced, places(blocks)[:-1], strict=True):
        close(sh.private(part, small, shared.mean), stacked[1].mean[own])


def test_aggregates_have_the_mean_and_covariance_of_the_whole_problem(solved, stacked, blocks_and_shared):
    blocks, reduced, shared = solved
    priors = blocks_and_shared[1]
    rng = np.random.default_rng(1)
    for part, small, own, prior in zip(blocks, reduced, places(blocks)[:-1], priors, strict=True):
        weights = jnp.asarray(rng.normal(size=(3, part.jacobian.shape[1])))
        total = sh.aggregate(part, small, shared, weights, prior @ weights.T)
        close(total.mean, weights @ stacked[1].mean[own])
        close(total.covariance, weights @ stacked[1].covariance[own, own] @ weights.T)


def test_gases_covary_only_through_what_they_share(solved, stacked, blocks_and_shared):
    blocks, reduced, shared = solved
    own = places(blocks)
    response = [
        sh.aggregate(part, small, shared, jnp.eye(len(prior)), prior).shared_response
        for part, small, prior in zip(blocks, reduced, blocks_and_shared[1], strict=True)
    ]
    between = response[0] @ shared.covariance @ response[1].T
    close(between, stacked[1].covariance[own[0], own[1]])
    close(response[2] @ shared.covariance, stacked[1].covariance[own[2], own[3]])


def test_degrees_of_freedom_add_up_to_those_of_the_whole_problem(solved, stacked):
    blocks, reduced, shared = solved
    each = [
        sh.degrees_of_freedom(part, small, shared, jnp.linalg.cholesky(part.error_covariance))
        for part, small in zip(blocks, reduced, strict=True)
    ]
    close(sum(each), stacked[1].degrees_of_freedom)


def test_the_estimated_noise_is_the_posterior_residual(solved, stacked):
    blocks, reduced, shared = solved
    problem, posterior = stacked
    mean, variance = zip(
        *(sh.noise(part, small, shared, part.error_covariance)
          for part, small in zip(blocks, reduced, strict=True)),
        strict=True,
    )  # fmt: skip
    close(jnp.concatenate(mean), problem.observations - problem.jacobian @ posterior.mean)
    spread = problem.jacobian @ posterior.covariance @ problem.jacobian.T
    close(jnp.concatenate(variance), jnp.diag(spread))


def test_one_block_that_shares_nothing_is_an_ordinary_problem(blocks_and_shared):
    part, prior, shared_prior = blocks_and_shared[0][0], blocks_and_shared[1][0], blocks_and_shared[2]
    alone = part._replace(shared_jacobian=jnp.zeros_like(part.shared_jacobian))
    reduced = sh.reduce(alone)
    shared = sh.solve_shared([alone], [reduced], shared_prior)
    ordinary = observation_space(
        LinearProblem(part.jacobian, part.residual, jnp.zeros(6), prior, part.error_covariance)
    )
    close(shared.mean, np.zeros(4))
    close(shared.covariance, shared_prior)
    close(sh.private(alone, reduced, shared.mean), ordinary.mean)
    close(shared.chi_square, ordinary.chi_square)


def test_a_second_gas_never_blurs_what_the_first_says_of_hydroxyl(blocks_and_shared):
    blocks, _, covariance = blocks_and_shared
    reduced = [sh.reduce(part) for part in blocks]
    one = sh.solve_shared(blocks[:1], reduced[:1], covariance)
    two = sh.solve_shared(blocks[:2], reduced[:2], covariance)
    assert np.linalg.eigvalsh(one.covariance - two.covariance).min() >= -1e-12
