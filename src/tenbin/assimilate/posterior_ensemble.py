"""Draws from the joint posterior, for what is not linear in the unknowns: sinks, lifetimes, burdens, growth.

Each member solves the same linear problem with prior and observations disturbed by their own errors
(randomised maximum a posteriori; Oliver, He and Reynolds 1996), so that its spread is the posterior's and
errors shared by the gases stay shared. The box model then runs forward for every member.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_solve

from tenbin.assimilate.balance_forward import from_control, losses, simulate
from tenbin.assimilate.joint_inversion import GasState, JointResult, sources, state_of
from tenbin.core.arrays import jax, jnp
from tenbin.transport.box_geometry import N_BAND, N_BOX

Array = jax.Array

N_MEMBERS = 32


class Members(NamedTuple):
    """Posterior members: control (member, control) and private departures of each gas (member, private)."""

    control: Array
    departures: dict[str, Array]


class Run(NamedTuple):
    """Posterior runs of one gas, member 0 being the posterior mean.

    emission (member, 4, time) [Tg yr-1]; mean and end (member, time, 12) mole fractions [mol mol-1];
    loss: process -> loss frequency (member, time, 12) [s-1].
    """

    emission: np.ndarray
    mean: np.ndarray
    end: np.ndarray
    loss: dict[str, np.ndarray]


def _prior_draws(state: GasState, rng: np.random.Generator, n: int) -> np.ndarray:
    """Draws (member, private) of the private unknowns' prior departure."""
    prior = state.prior
    kernel, between = np.asarray(prior.kernel), np.asarray(prior.between)
    n_time = kernel.shape[0]
    in_time = np.linalg.cholesky(kernel + 1e-10 * np.eye(n_time))
    in_bands = np.einsum("ab,nbt->nat", np.linalg.cholesky(between), rng.standard_normal((n, N_BAND, n_time)))
    emission = (in_bands @ in_time.T) * np.asarray(prior.size)
    initial = rng.standard_normal((n, N_BOX)) @ np.linalg.cholesky(prior.initial_covariance).T
    return np.concatenate([emission.reshape(n, -1), initial], axis=1)


def _disturbed_residual(
    state: GasState, draws: np.ndarray, shared: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Residuals (obs, member) that each member's observations leave to its own prior."""
    block, factor = state.block, state.error_factor
    noise = factor @ rng.standard_normal((factor.shape[0], draws.shape[0]))
    explained = np.asarray(block.jacobian) @ draws.T + np.asarray(block.shared_jacobian) @ shared.T
    return np.asarray(block.residual)[:, None] + noise - explained


def draw(result: JointResult, shared_covariance: Array, seed: int, n: int = N_MEMBERS) -> Members:
    """`n` draws from the joint posterior; `shared_covariance` is the prior covariance of the control vector.

    In NumPy, since every gas has another number of observations and would be compiled anew.
    """
    rng = np.random.default_rng(seed)
    factor = np.linalg.cholesky(np.asarray(shared_covariance))
    shared = rng.standard_normal((n, factor.shape[0])) @ factor.T
    draws, residuals, pull = {}, {}, np.zeros((factor.shape[0], n))
    for gas, state in result.gases.items():
        draws[gas] = _prior_draws(state, rng, n)
        residuals[gas] = _disturbed_residual(state, draws[gas], shared, rng)
        pull += np.asarray(state.reduced.weighted_shared).T @ residuals[gas]
    step = np.asarray(result.shared.covariance) @ pull
    departures = {gas: jnp.asarray(draws[gas] + _private_step(state, residuals[gas], step).T)
                  for gas, state in result.gases.items()}  # fmt: skip
    return Members(result.control_prior + jnp.asarray(shared + step.T), departures)


def _private_step(state: GasState, residual: np.ndarray, step: np.ndarray) -> np.ndarray:
    weighted = cho_solve((np.asarray(state.reduced.factor), True), residual)
    return np.asarray(state.block.prior_times_jacobian) @ (
        weighted - np.asarray(state.reduced.weighted_shared) @ step
    )


def run_members(result: JointResult, members: Members, gas: str) -> Run:
    """Forward runs of the posterior mean and of every member."""
    state = result.gases[gas]
    controls = jnp.concatenate([result.control[None], members.control])
    departures = jnp.concatenate([state.departure[None], members.departures[gas]])
    emissions, means, ends, loss = [], [], [], []
    losses_of = jax.jit(lambda control: losses(gas, from_control(control)))
    for control, departure in zip(controls, departures, strict=True):
        emission, initial = state_of(gas, state.prior, departure, result.settings)
        mean, end = simulate(gas, control, initial, sources(gas, emission))
        emissions.append(emission)
        means.append(mean)
        ends.append(end)
        loss.append(losses_of(control))
    by_process = {name: np.stack([np.asarray(one[name]) for one in loss]) for name in loss[0]}
    stacked = [np.asarray(jnp.stack(part)) for part in (emissions, means, ends)]
    return Run(stacked[0], stacked[1], stacked[2], by_process)
