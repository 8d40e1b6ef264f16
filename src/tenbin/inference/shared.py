"""Several linear problems that share some parameters, solved as one without building the one big matrix.

Each block (a gas) has its own unknowns x with Jacobian H, prior covariance B and error covariance R; all
blocks see the same shared parameters t through Jacobians K:  r = H x + K t + e, with x and t departures from
their priors. Eliminating x block by block (the Schur complement of an arrow-shaped matrix) leaves

    (B_t^-1 + sum K' S^-1 K) t = sum K' S^-1 r,     S = H B H' + R,

and x follows by x = B H' S^-1 (r - K t). The result equals the solution of the stacked problem to round-off
(tests/inference), at the cost of the blocks.
"""

from __future__ import annotations

from typing import NamedTuple

from tenbin.core.arrays import jax, jnp
from tenbin.inference.analytical import symmetric_solve

Array = jax.Array


class Block(NamedTuple):
    """One block: residual r (obs,), H (obs, private), R (obs, obs), K (obs, shared) and B H' (private, obs).

    The prior covariance B itself is never needed: it often has structure that makes B H' cheap.
    """

    residual: Array
    jacobian: Array
    error_covariance: Array
    shared_jacobian: Array
    prior_times_jacobian: Array


class Reduced(NamedTuple):
    """A block after its private unknowns are eliminated: factor of S and S^-1 applied to r and K."""

    factor: Array
    weighted_residual: Array
    weighted_shared: Array


def block(residual: Array, jacobian: Array, prior: Array, error: Array, shared_jacobian: Array) -> Block:
    """A block whose prior covariance is a plain matrix."""
    return Block(residual, jacobian, error, shared_jacobian, prior @ jacobian.T)


class SharedPosterior(NamedTuple):
    """Shared parameters: mean departure and covariance, with totals over all blocks."""

    mean: Array
    covariance: Array
    chi_square: Array
    n_observations: int


class BlockPosterior(NamedTuple):
    """A block's linear aggregates W x: mean departure, covariance, and response to the shared parameters.

    `shared_response` (aggregate, shared) is d(W x)/dt, so that aggregates of two blocks have the covariance
    response_1 P response_2' through the shared parameters, with P their posterior covariance.
    """

    mean: Array
    covariance: Array
    shared_response: Array
    private: Array


@jax.jit
def factorise(jacobian: Array, prior_times_jacobian: Array, error_covariance: Array) -> Array:
    """Cholesky factor of S = H B H' + R, shape (obs, obs)."""
    return jnp.linalg.cholesky(jacobian @ prior_times_jacobian + error_covariance)


@jax.jit
def solve_factored(factor: Array, right: Array) -> Array:
    """S^-1 applied to a vector or to columns."""
    return jax.scipy.linalg.cho_solve((factor, True), right)


@jax.jit
def weigh(block: Block, factor: Array) -> Reduced:
    """The reduction of a block whose S is already factored."""
    right = jnp.concatenate([block.residual[:, None], block.shared_jacobian], axis=1)
    weighted = solve_factored(factor, right)
    return Reduced(factor, weighted[:, 0], weighted[:, 1:])


def reduce(block: Block) -> Reduced:
    """Factor S = H B H' + R and weigh residual and shared Jacobian with its inverse."""
    return weigh(block, factorise(block.jacobian, block.prior_times_jacobian, block.error_covariance))


def solve_shared(blocks: list[Block], reduced: list[Reduced], shared_covariance: Array) -> SharedPosterior:
    """Posterior of the shared parameters from all blocks together."""
    eye = jnp.eye(shared_covariance.shape[0])
    information = symmetric_solve(shared_covariance, eye)
    gradient = jnp.zeros(shared_covariance.shape[0])
    chi_square = jnp.zeros(())
    for block, part in zip(blocks, reduced, strict=True):
        information = information + block.shared_jacobian.T @ part.weighted_shared
        gradient = gradient + part.weighted_shared.T @ block.residual
        chi_square = chi_square + block.residual @ part.weighted_residual
    covariance = symmetric_solve(information, eye)
    covariance = 0.5 * (covariance + covariance.T)
    mean = covariance @ gradient
    n_observations = sum(block.residual.shape[0] for block in blocks)
    return SharedPosterior(mean, covariance, chi_square - gradient @ mean, n_observations)


@jax.jit
def private(block: Block, reduced: Reduced, shared_mean: Array) -> Array:
    """Mean departure of a block's private unknowns given the shared ones, shape (private,)."""
    return block.prior_times_jacobian @ (reduced.weighted_residual - reduced.weighted_shared @ shared_mean)


@jax.jit
def aggregate(
    block: Block, reduced: Reduced, shared: SharedPosterior, weights: Array, prior_times_weights: Array
) -> BlockPosterior:
    """Posterior of the aggregates W x of one block, from W (aggregate, private) and B W' (private, aggregate)."""
    departure = private(block, reduced, shared.mean)
    spread = weights @ block.prior_times_jacobian
    explained = spread @ jax.scipy.linalg.cho_solve((reduced.factor, True), spread.T)
    response = -(spread @ reduced.weighted_shared)
    covariance = weights @ prior_times_weights - explained
    covariance = covariance + response @ shared.covariance @ response.T
    return BlockPosterior(weights @ departure, 0.5 * (covariance + covariance.T), response, departure)


@jax.jit
def noise(block: Block, reduced: Reduced, shared: SharedPosterior, part: Array) -> tuple[Array, Array]:
    """Posterior mean (obs,) and variance (obs,) of one part of the observation error with covariance `part`.

    `part` (obs, obs) is a summand of R; with the whole of R this is the posterior residual.
    """
    weighted = reduced.weighted_residual - reduced.weighted_shared @ shared.mean
    half = jax.scipy.linalg.solve_triangular(reduced.factor, part, lower=True)
    through_shared = part @ reduced.weighted_shared
    variance = jnp.diag(part) - (half**2).sum(axis=0)
    variance = variance + jnp.einsum("ij,jk,ik->i", through_shared, shared.covariance, through_shared)
    return part @ weighted, variance


@jax.jit
def degrees_of_freedom(block: Block, reduced: Reduced, shared: SharedPosterior, error_factor: Array) -> Array:
    """Independent pieces of information the block's observations gave to all unknowns together.

    n - tr(R S_full^-1) with S_full = S + K B_t K'; `error_factor` is the Cholesky factor of R, since
    tr(R S^-1) is the squared norm of the factor of S applied inversely to it.
    """
    n = block.residual.shape[0]
    half = jax.scipy.linalg.solve_triangular(reduced.factor, error_factor, lower=True)
    through_shared = reduced.weighted_shared.T @ block.error_covariance @ reduced.weighted_shared
    return n - (half**2).sum() + jnp.trace(shared.covariance @ through_shared)
