"""The linear problem with Gaussian errors, solved exactly by Cholesky factors.

For y = H x + e with prior x ~ N(x_b, B) and e ~ N(0, R) the posterior is N(x_b + B H' S^-1 (y - H x_b),
B - B H' S^-1 H B) with S = H B H' + R (Tarantola 2005, Inverse Problem Theory, eq. 3.37-3.38). The form with
a matrix the size of the state, (B^-1 + H' R^-1 H)^-1, is equal by the Woodbury identity and cheaper when
observations outnumber unknowns.
"""

from __future__ import annotations

from typing import NamedTuple

from tenbin.core.arrays import jax, jnp
from tenbin.core.errors import Fault, InputError
from tenbin.inference.posterior import Posterior

Array = jax.Array


class LinearProblem(NamedTuple):
    """y = H x + e: `jacobian` (obs, state), `observations` (obs,), prior and error covariances."""

    jacobian: Array
    observations: Array
    prior_mean: Array
    prior_covariance: Array
    error_covariance: Array


def symmetric_solve(matrix: Array, right: Array) -> Array:
    """matrix^-1 right for a symmetric positive definite matrix."""
    return jax.scipy.linalg.cho_solve(jax.scipy.linalg.cho_factor(matrix, lower=True), right)


def solve(problem: LinearProblem) -> Posterior:
    """Exact posterior, by the cheaper of the two equal forms.

    Raises InputError if shapes disagree, a value is not finite or a covariance is not positive definite.
    """
    check(problem)
    n_obs, n_state = problem.jacobian.shape
    posterior = (observation_space if n_obs <= n_state else state_space)(problem)
    if not bool(jnp.isfinite(posterior.mean).all()):
        raise InputError([_fault("covariances", "not positive definite", "positive definite matrices")])
    return posterior


def observation_space(problem: LinearProblem) -> Posterior:
    """Posterior through S = H B H' + R, a matrix the size of the observations."""
    h, b = problem.jacobian, problem.prior_covariance
    bht = b @ h.T
    innovation = problem.observations - h @ problem.prior_mean
    s = h @ bht + problem.error_covariance
    gain = symmetric_solve(s, bht.T).T
    covariance = b - gain @ bht.T
    chi_square = innovation @ symmetric_solve(s, innovation)
    return _posterior(problem, problem.prior_mean + gain @ innovation, covariance, gain @ h, chi_square)


def state_space(problem: LinearProblem) -> Posterior:
    """Posterior through B^-1 + H' R^-1 H, a matrix the size of the state."""
    h = problem.jacobian
    innovation = problem.observations - h @ problem.prior_mean
    rh = symmetric_solve(problem.error_covariance, h)
    eye = jnp.eye(h.shape[1])
    information = symmetric_solve(problem.prior_covariance, eye) + h.T @ rh
    covariance = symmetric_solve(information, eye)
    covariance = 0.5 * (covariance + covariance.T)
    increment = covariance @ (rh.T @ innovation)
    weighted = symmetric_solve(problem.error_covariance, innovation)
    chi_square = innovation @ weighted - (rh.T @ innovation) @ increment
    return _posterior(
        problem, problem.prior_mean + increment, covariance, covariance @ (h.T @ rh), chi_square
    )


def _posterior(
    problem: LinearProblem, mean: Array, covariance: Array, kernel: Array, chi_square: Array
) -> Posterior:
    return Posterior(mean, covariance, kernel, jnp.trace(kernel), chi_square, problem.observations.shape[0])


def check(problem: LinearProblem) -> None:
    """Refuse wrong shapes and values that are not finite, all at once."""
    n_obs, n_state = problem.jacobian.shape
    expected = {
        "observations": (n_obs,),
        "prior_mean": (n_state,),
        "prior_covariance": (n_state, n_state),
        "error_covariance": (n_obs, n_obs),
    }
    faults = []
    for name, shape in expected.items():
        value = getattr(problem, name)
        if value.shape != shape:
            faults.append(_fault(name, f"shape {value.shape}", f"shape {shape} to match the Jacobian"))
        elif not bool(jnp.isfinite(value).all()):
            faults.append(
                _fault(name, "a value that is not finite", "finite values; drop missing observations")
            )
    if faults:
        raise InputError(faults)


def _fault(name: str, found: str, expected: str) -> Fault:
    return Fault("linear problem", name, found, expected, "mend the problem before solving it")
