"""Draws from the joint posterior, for what is not linear in the unknowns: sinks, lifetimes, burdens, growth.

Each member solves the same linear problem with prior and observations disturbed by their own errors
(randomised maximum a posteriori; Oliver, He and Reynolds 1996), so that its spread is the posterior's and
errors shared by the gases stay shared. The box model then runs forward for every member.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenbin.assimilate.balance_forward import from_control, losses, simulate
from tenbin.assimilate.joint_inversion import GasState, JointResult, sources, state_of
from tenbin.core.arrays import jax, jnp
from tenbin.transport.box_geometry import N_BAND

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


def _prior_draws(state: GasState, key: Array, n: int) -> Array:
    """Draws (member, private) of the private unknowns' prior departure."""
    prior = state.prior
    n_time = prior.kernel.shape[0]
    first, second = jax.random.split(key)
    white = jax.random.normal(first, (n, N_BAND, n_time))
    in_time = jnp.linalg.cholesky(prior.kernel + 1e-10 * jnp.eye(n_time))
    in_space = jnp.linalg.cholesky(prior.between)
    in_bands = jnp.einsum("ab,nbt->nat", in_space, white)
    emission = (in_bands @ in_time.T) * prior.size
    initial = (
        jax.random.normal(second, (n, 12)) @ jnp.linalg.cholesky(jnp.asarray(prior.initial_covariance)).T
    )
    return jnp.concatenate([emission.reshape(n, -1), initial], axis=1)


def _disturbed_residual(state: GasState, draws: Array, shared: Array, key: Array) -> Array:
    """Residuals (obs, member) that each member's observations leave to its own prior."""
    block = state.block
    factor = state.error_factor
    noise = factor @ jax.random.normal(key, (factor.shape[0], draws.shape[0]))
    return block.residual[:, None] + noise - block.jacobian @ draws.T - block.shared_jacobian @ shared.T


def draw(result: JointResult, shared_covariance: Array, seed: int, n: int = N_MEMBERS) -> Members:
    """`n` draws from the joint posterior; `shared_covariance` is the prior covariance of the control vector."""
    keys = dict(zip(result.gases, jax.random.split(jax.random.key(seed), len(result.gases)), strict=True))
    shared = jax.random.normal(jax.random.key(seed + 1), (n, shared_covariance.shape[0]))
    shared = shared @ jnp.linalg.cholesky(shared_covariance).T
    draws, residuals, pull = {}, {}, jnp.zeros((shared_covariance.shape[0], n))
    for gas, state in result.gases.items():
        first, second = jax.random.split(keys[gas])
        draws[gas] = _prior_draws(state, first, n)
        residuals[gas] = _disturbed_residual(state, draws[gas], shared, second)
        pull = pull + state.reduced.weighted_shared.T @ residuals[gas]
    step = result.shared.covariance @ pull
    departures = {gas: draws[gas] + _private_step(state, residuals[gas], step).T
                  for gas, state in result.gases.items()}  # fmt: skip
    return Members(result.control_prior + shared + step.T, departures)


def _private_step(state: GasState, residual: Array, step: Array) -> Array:
    weighted = jax.scipy.linalg.cho_solve((state.reduced.factor, True), residual)
    return state.block.prior_times_jacobian @ (weighted - state.reduced.weighted_shared @ step)


def run_members(result: JointResult, members: Members, gas: str) -> Run:
    """Forward runs of the posterior mean and of every member."""
    state = result.gases[gas]
    controls = jnp.concatenate([result.control[None], members.control])
    departures = jnp.concatenate([state.departure[None], members.departures[gas]])
    emissions, means, ends, loss = [], [], [], []
    for control, departure in zip(controls, departures, strict=True):
        emission, initial = state_of(gas, state.prior, departure, result.settings)
        mean, end = simulate(gas, control, initial, sources(gas, emission))
        emissions.append(emission)
        means.append(mean)
        ends.append(end)
        loss.append(losses(gas, from_control(control)))
    by_process = {name: np.stack([np.asarray(one[name]) for one in loss]) for name in loss[0]}
    stacked = [np.asarray(jnp.stack(part)) for part in (emissions, means, ends)]
    return Run(stacked[0], stacked[1], stacked[2], by_process)
