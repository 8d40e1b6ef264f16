"""Many least-squares problems at once: each finds its own minimum, and no cost ever rises."""

import numpy as np
import pytest

from tenbin.core.arrays import jax, jnp
from tenbin.inference.least_squares import jacobian_columns, solve_many

TIME = jnp.linspace(0.0, 1.0, 40)
FLAT = np.full(2, 1e6)


def decay(x):
    return x[:, :1] * jnp.exp(-x[:, 1:2] * TIME)


def misfit(x, observed):
    return decay(x) - observed


def unseen(x, observed):
    return 0.0 * decay(x)


def test_each_problem_recovers_its_own_truth():
    truth = np.array([[2.0, 3.0], [5.0, 0.5], [0.3, 7.0]])
    fit = solve_many(
        misfit, decay(jnp.asarray(truth)), np.ones((3, 2)), np.zeros(2), FLAT, iterations=40, block=2
    )
    np.testing.assert_allclose(fit.parameters, truth, rtol=1e-4)
    assert (np.diff(fit.history, axis=0) <= 0.0).all()


def test_the_prior_decides_where_the_data_say_nothing():
    fit = solve_many(unseen, None, np.ones((1, 2)), np.array([0.2, 0.4]), np.array([1.0, 0.1]))
    np.testing.assert_allclose(fit.parameters[0], [0.2, 0.4], atol=1e-6)


@pytest.mark.parametrize("block", [1, 2, 3, 8])
def test_columns_are_those_of_the_full_jacobian(block):
    def lifted(x):
        return decay(x) + x[:, 2:] * TIME**2

    x = jnp.array([[2.0, 3.0, 1.0], [5.0, 0.5, -2.0]])
    value, columns = jacobian_columns(lifted, x, block)
    full = jax.jacfwd(lifted)(x)
    assert columns.shape == (3, 2, 40)
    np.testing.assert_allclose(value, lifted(x))
    for problem in range(2):
        np.testing.assert_allclose(columns[:, problem].T, full[problem, :, problem], rtol=1e-12)
