"""One inversion for three gases and CH3CCl3, whose errors of transport and hydroxyl are shared.

Each gas has its own emissions; all see the same transport and the same hydroxyl, whose product with the
unknown mole fractions makes the problem mildly non-linear. Gauss-Newton steps relinearise it, and every step
is solved exactly by elimination of each gas (tenbin.inference.shared).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from tenbin.assimilate.balance_forward import (
    prior_covariance,
    prior_params,
    simulate,
    surface_jacobians,
    to_control,
)
from tenbin.assimilate.balance_prior import GasPrior, gas_prior, prior_times_jacobian
from tenbin.assimilate.balance_settings import UNIT_FACTOR, BalanceSettings, ObservationError
from tenbin.core.arrays import jax, jnp
from tenbin.core.regions import BANDS
from tenbin.inference.covariance import annual_cycle, constant, exponential
from tenbin.inference.shared import Block, Reduced, SharedPosterior, private, reduce, solve_shared
from tenbin.transport.box import emission_to_source
from tenbin.transport.box_geometry import N_BAND

Array = jax.Array


class Observations(NamedTuple):
    """Band means of one gas, arrays (obs,): month and band index (-1: mean of the globe), values in table units."""

    month: np.ndarray
    band: np.ndarray
    value: np.ndarray
    sd_network: np.ndarray
    sd_sampling: np.ndarray


class GasState(NamedTuple):
    """A gas at one linearisation: prior, observations, block, its reduction and its private departure."""

    prior: GasPrior
    observations: Observations
    block: Block
    reduced: Reduced
    departure: Array


class JointResult(NamedTuple):
    """Posterior: shared parameters, control vector, and each gas's last linearisation."""

    settings: BalanceSettings
    control_prior: Array
    shared: SharedPosterior
    gases: dict[str, GasState]
    steps: list[float]

    @property
    def control(self) -> Array:
        """Posterior mean of the control vector."""
        return self.control_prior + self.shared.mean


def observations_of(means: pd.DataFrame, gas: str, settings: BalanceSettings) -> Observations:
    """Observations of one gas inside the integration."""
    rows = means[(means.gas == gas) & means.year.between(settings.first_year, settings.year_end)]
    places = {band: k for k, band in enumerate(BANDS)} | {"globe": -1}
    month = 12 * (rows.year - settings.first_year) + rows.month - 1
    return Observations(month.to_numpy(), rows.band.map(places).to_numpy(), rows.value.to_numpy(float),
                        rows.sd_network.to_numpy(float), rows.sd_sampling.to_numpy(float))  # fmt: skip


def observe(surface: Array, observations: Observations, gas: str) -> Array:
    """Observed values from surface band means: (time, 4, ...) [mol mol-1] to (obs, ...) [table unit]."""
    return _pick(surface, jnp.asarray(observations.month), jnp.asarray(observations.band)) / UNIT_FACTOR[gas]


def lasting_error(observations: Observations, error: ObservationError) -> Array:
    """Covariance (obs, obs) [table unit2] of what stands between marine surface air and the air of the box.

    A constant offset and a mean seasonal cycle per band. For the globe's mean they are taken alike but
    independent of the bands'.
    """
    time = jnp.asarray(observations.month) / 12.0
    same = jnp.asarray(observations.band[:, None] == observations.band[None, :])
    scale = jnp.asarray(observations.value) if error.relative else jnp.ones(time.shape[0])
    kernel = error.offset**2 * constant(time) + error.season**2 * annual_cycle(time, 30.0)
    return jnp.where(same, kernel, 0.0) * scale[:, None] * scale[None, :]


def passing_error(observations: Observations, error: ObservationError, network_years: float) -> Array:
    """Covariance (obs, obs) [table unit2] of network, sampling and transport errors of the band means."""
    time = jnp.asarray(observations.month) / 12.0
    same = jnp.asarray(observations.band[:, None] == observations.band[None, :])
    scale = jnp.asarray(observations.value) if error.relative else jnp.ones(time.shape[0])
    network = jnp.asarray(observations.sd_network)
    kernel = network[:, None] * network[None, :] * exponential(time, network_years)
    transport = error.transport**2 * exponential(time, error.transport_years)
    kernel = kernel + transport * scale[:, None] * scale[None, :]
    return jnp.where(same, kernel, 0.0) + jnp.diag(jnp.asarray(observations.sd_sampling) ** 2)


def sources(gas: str, emission: Array) -> Array:
    """Source (time, 12) [mol mol-1 s-1] of emissions (4, time) [Tg yr-1]."""
    return jnp.asarray(emission).T @ jnp.asarray(emission_to_source(gas)).T


def _split(unknowns: Array, n_months: int) -> tuple[Array, Array]:
    """Private unknowns as emissions (4, time) and initial air (12,)."""
    n = N_BAND * n_months
    return unknowns[:n].reshape(N_BAND, n_months), unknowns[n:]


def state_of(gas: str, prior: GasPrior, departure: Array, settings: BalanceSettings) -> tuple[Array, Array]:
    """Emissions (4, time) [Tg yr-1] and initial air (12,) [mol mol-1] for a departure from the prior."""
    emission, initial = _split(departure, settings.n_months)
    return jnp.asarray(prior.emission) + emission, jnp.asarray(prior.initial) + initial


class GasProblem(NamedTuple):
    """What stays the same for one gas while the problem is relinearised."""

    gas: str
    prior: GasPrior
    observations: Observations
    prior_covariance: Array
    error_covariance: Array


def gas_problem(
    gas: str, means: pd.DataFrame, bottom_up: pd.DataFrame, settings: BalanceSettings
) -> GasProblem:
    """Prior, observations and both covariances of one gas."""
    prior, observations = gas_prior(gas, bottom_up, means, settings), observations_of(means, gas, settings)
    error = settings.observation[gas]
    r = lasting_error(observations, error) + passing_error(observations, error, settings.network_years)
    return GasProblem(gas, prior, observations, prior.covariance, r)


def linearise(
    problem: GasProblem, departure: Array, control: Array, shift: Array, settings: BalanceSettings
) -> Block:
    """The block of one gas at a control vector; `shift` is the control's departure from its prior."""
    gas, observations = problem.gas, problem.observations
    emission, initial = state_of(gas, problem.prior, departure, settings)
    derivatives = surface_jacobians(gas, control, initial, sources(gas, emission))
    fitted, k, h = observe_all(derivatives, jnp.asarray(observations.month), jnp.asarray(observations.band))
    fitted, k, h = (part / UNIT_FACTOR[gas] for part in (fitted, k, h))
    residual = jnp.asarray(observations.value) - fitted + h @ departure + k @ shift
    prior = problem.prior
    bht = prior_times_jacobian(
        prior.size, prior.kernel, prior.between, jnp.asarray(prior.initial_covariance), h
    )
    return Block(residual, h, problem.prior_covariance, problem.error_covariance, k, bht)


@jax.jit
def observe_all(
    derivatives: tuple[Array, Array, Array, Array], month: Array, band: Array
) -> tuple[Array, Array, Array]:
    """Fitted values (obs,), derivatives by control (obs, control) and by private unknowns (obs, private)."""
    surface, by_control, by_emission, by_initial = derivatives
    n_time = surface.shape[0]
    h = jnp.concatenate([by_emission.reshape(n_time, N_BAND, -1), by_initial], axis=2)
    return tuple(_pick(part, month, band) for part in (surface, by_control, h))


def _pick(surface: Array, month: Array, band: Array) -> Array:
    """Rows (obs, ...) of a field (time, 4, ...): the band's, or the mean of the four where `band` is -1."""
    whole = (band < 0).reshape((-1,) + (1,) * (surface.ndim - 2))
    return jnp.where(whole, surface.mean(axis=1)[month], surface[month, jnp.maximum(band, 0)])


def invert(means: pd.DataFrame, bottom_up: pd.DataFrame, settings: BalanceSettings,
           progress: Callable[[str], None] | None = None) -> JointResult:  # fmt: skip
    """Joint posterior of all gases. `means` and `bottom_up` are the tables of the observe and inventory stages.

    Raises InputError if the shared parameters still move after the last step allowed.
    """
    say = progress or (lambda text: None)
    control_prior = to_control(prior_params(settings.n_years))
    shared_covariance = prior_covariance(settings.n_years, settings.transport_sd, settings.oh_scale_sd,
                                         settings.oh_anomaly_sd, settings.oh_anomaly_years)  # fmt: skip
    problems = {gas: gas_problem(gas, means, bottom_up, settings) for gas in settings.tracers}
    prior_sd = jnp.sqrt(jnp.diag(shared_covariance))
    departures = {gas: jnp.zeros(N_BAND * settings.n_months + 12) for gas in problems}
    shift, steps = jnp.zeros_like(control_prior), []
    for iteration in range(settings.iterations):
        blocks = {gas: linearise(problem, departures[gas], control_prior + shift, shift, settings)
                  for gas, problem in problems.items()}  # fmt: skip
        reduced = {gas: reduce(block) for gas, block in blocks.items()}
        shared = solve_shared(list(blocks.values()), list(reduced.values()), shared_covariance)
        steps.append(float(jnp.max(jnp.abs(shared.mean - shift) / prior_sd)))
        say(f"step {iteration + 1}: shared parameters move {steps[-1]:.2f} prior sd")
        converged = steps[-1] < settings.tolerance
        damping = 0.0 if iteration == 0 else 1.0 if converged else settings.damping
        shift = shift + damping * (shared.mean - shift)
        departures = {gas: private(blocks[gas], reduced[gas], shift) for gas in problems}
        if converged:
            break
    states = {gas: GasState(problem.prior, problem.observations, blocks[gas], reduced[gas], departures[gas])
              for gas, problem in problems.items()}  # fmt: skip
    return JointResult(settings, control_prior, shared, states, steps)


def forward(result: JointResult, gas: str) -> tuple[np.ndarray, np.ndarray]:
    """Posterior run of a gas: monthly mean and end-of-month mole fractions (time, 12) [mol mol-1]."""
    state = result.gases[gas]
    emission, initial = state_of(gas, state.prior, state.departure, result.settings)
    mean, end = simulate(gas, result.control, initial, sources(gas, emission))
    return np.asarray(mean), np.asarray(end)
