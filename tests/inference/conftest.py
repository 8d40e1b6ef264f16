"""What the inference tests share: small linear problems and groups of blocks that see common parameters."""

from __future__ import annotations

import numpy as np
import pytest

from tenbin.core.arrays import jnp
from tenbin.inference.analytical import LinearProblem
from tenbin.inference.shared import block


def random_covariance(rng, n):
    """A full positive definite matrix with standard deviations of order one."""
    factor = rng.normal(size=(n, n))
    return factor @ factor.T / n + 0.2 * np.eye(n)


@pytest.fixture(scope="session")
def covariance():
    return random_covariance


@pytest.fixture(scope="session")
def linear_problem():
    """Build y = H x + e with a truth drawn from the prior and errors drawn from theirs: (problem, truth)."""

    def build(n_obs, n_state, seed=0):
        rng = np.random.default_rng(seed)
        b, r = random_covariance(rng, n_state), random_covariance(rng, n_obs)
        h, prior = rng.normal(size=(n_obs, n_state)), rng.normal(size=n_state)
        truth = rng.multivariate_normal(prior, b)
        y = rng.multivariate_normal(h @ truth, r)
        return LinearProblem(*map(jnp.asarray, (h, y, prior, b, r))), truth

    return build


@pytest.fixture(scope="session")
def blocks_and_shared():
    """Three blocks of different size that share four parameters, as (blocks, their priors, shared prior)."""
    rng = np.random.default_rng(8)
    blocks, priors = [], []
    for n_obs, n_private in ((15, 6), (9, 12), (20, 5)):
        parts = (
            rng.normal(size=n_obs),
            rng.normal(size=(n_obs, n_private)),
            random_covariance(rng, n_private),
            random_covariance(rng, n_obs),
            rng.normal(size=(n_obs, 4)),
        )
        blocks.append(block(*map(jnp.asarray, parts)))
        priors.append(jnp.asarray(parts[2]))
    return blocks, priors, jnp.asarray(random_covariance(rng, 4))
