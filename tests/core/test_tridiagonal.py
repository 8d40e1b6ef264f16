"""Columns of layers: the tridiagonal solver against dense algebra, and its gradient."""

import numpy as np
import pytest
from jax.test_util import check_grads

from tenbin.core import tridiagonal
from tenbin.core.arrays import jax, jnp


def random_system(seed, layers=9, cells=5, lead=(3,)):
    rng = np.random.default_rng(seed)
    lower, upper = -rng.random((2, layers, cells))
    diagonal = 2.5 + rng.random((layers, cells))
    rhs = rng.normal(size=(*lead, layers, cells))
    return tuple(jnp.asarray(a) for a in (lower, diagonal, upper, rhs))


def dense(lower, diagonal, upper, cell):
    return np.diag(diagonal[:, cell]) + np.diag(lower[1:, cell], -1) + np.diag(upper[:-1, cell], 1)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_solution_is_that_of_the_dense_system(seed):
    lower, diagonal, upper, rhs = random_system(seed)
    x = tridiagonal.solve(lower, diagonal, upper, rhs)
    for cell in range(5):
        matrix = dense(np.array(lower), np.array(diagonal), np.array(upper), cell)
        expected = np.linalg.solve(matrix, np.array(rhs)[:, :, cell].T).T
        np.testing.assert_allclose(np.array(x)[:, :, cell], expected, rtol=1e-12)


def test_the_gradient_is_that_of_central_differences():
    system = random_system(3)
    weights = jnp.asarray(np.random.default_rng(4).normal(size=system[3].shape))

    def loss(*parts):
        return jnp.sum(weights * tridiagonal.solve(*parts) ** 2)

    check_grads(loss, system, order=1, modes=("fwd", "rev"), rtol=1e-6, eps=1e-5)


def test_forward_mode_agrees_with_reverse_mode():
    system = random_system(5, lead=())
    direction = random_system(6, lead=())
    _, tangent = jax.jvp(tridiagonal.solve, system, direction)
    _, pull = jax.vjp(tridiagonal.solve, *system)
    cotangent = jnp.ones_like(tangent)
    left = jnp.vdot(cotangent, tangent)
    right = sum(jnp.vdot(a, b) for a, b in zip(pull(cotangent), direction, strict=True))
    np.testing.assert_allclose(left, right, rtol=1e-10)
