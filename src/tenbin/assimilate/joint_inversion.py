"""One inversion for three gases and CH3CCl3, whose errors of transport and hydroxyl are shared.

Each gas has its own emissions; all see the same transport and the same hydroxyl, whose product with the
unknown mole fractions makes the problem mildly non-linear. Gauss-Newton steps relinearise it, and every step
is solved exactly by elimination of each gas (tenbin.inference.shared).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from tenbin.assimilate.balance_forward import (
    control_jacobian,
    prior_covariance,
    prior_params,
    private_jacobian,
    simulate,
    to_control,
)
from tenbin.assimilate.balance_prior import GasPrior, gas_prior, prior_times
from tenbin.assimilate.balance_settings import UNIT_FACTOR, BalanceSettings, ObservationError
from tenbin.core.arrays import jax, jnp
from tenbin.core.errors import Fault, InputError
from tenbin.core.limits import larger
from tenbin.core.regions import BANDS
from tenbin.inference.covariance import annual_cycle, constant, exponential
from tenbin.inference.shared import (
    Block,
    Reduced,
    SharedPosterior,
    factorise,
    private,
    solve_factored,
    solve_shared,
    weigh,
)
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

    @property
    def error_factor(self) -> np.ndarray:
        """Cholesky factor of the error covariance (obs, obs); made anew each time, to save its memory."""
        return np.linalg.cholesky(np.asarray(self.block.error_covariance))


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


def observe(field: Array, observations: Observations, gas: str) -> Array:
    """Observed values from surface band means: (time, 4, ...) [mol mol-1] to (obs, ...) [table unit]."""
    month, band = observations.month, observations.band
    return _pick(field, jnp.asarray(month), jnp.asarray(band), UNIT_FACTOR[gas], bool((band < 0).any()))


def lasting_error(observations: Observations, error: ObservationError) -> Array:
    """Covariance (obs, obs) [table unit2] of what stands between marine surface air and the air of the box.

    A constant offset and a mean seasonal cycle per band. For the globe's mean they are taken alike but
    independent of the bands'.
    """
    scale, time = _coordinates(observations, error)
    kernel = _lasting_kernel(time, error.offset, error.season)
    return jnp.asarray(_over_observations(kernel, observations, scale))


@jax.jit
def _lasting_kernel(time: Array, offset: float, season: float) -> Array:
    return offset**2 * constant(time) + season**2 * annual_cycle(time, 30.0)


def passing_error(observations: Observations, error: ObservationError, network_years: float) -> Array:
    """Covariance (obs, obs) [table unit2] of network, sampling and transport errors of the band means."""
    scale, time = _coordinates(observations, error)
    transport = error.transport**2 * _fading(time, error.transport_years)
    total = _over_observations(_fading(time, network_years), observations, observations.sd_network)
    total += _over_observations(transport, observations, scale)
    total[np.diag_indices_from(total)] += observations.sd_sampling**2
    return jnp.asarray(total)


_fading = jax.jit(exponential)


def _coordinates(observations: Observations, error: ObservationError) -> tuple[np.ndarray, Array]:
    """Scale [table unit] of each observation, and the time [yr] of every month."""
    scale = observations.value if error.relative else np.ones_like(observations.value)
    n_months = 120 * (
        int(observations.month.max()) // 120 + 1
    )  # whole decades: one compilation serves most gases
    return scale, jnp.arange(n_months) / 12.0


def _over_observations(kernel: Array, observations: Observations, scale: np.ndarray) -> np.ndarray:
    """Covariance (obs, obs) of one kernel in time (month, month), alike within a band, times scales.

    In NumPy: the number of observations differs from gas to gas, and each would be compiled anew.
    """
    month, band = observations.month, observations.band
    between = np.asarray(kernel)[np.ix_(month, month)]
    between *= scale[:, None]
    between *= scale[None, :]
    between[band[:, None] != band[None, :]] = 0.0
    return between


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
    error_covariance: Array


def gas_problem(
    gas: str, means: pd.DataFrame, bottom_up: pd.DataFrame, settings: BalanceSettings
) -> GasProblem:
    """Prior, observations and error covariance of one gas."""
    prior, observations = gas_prior(gas, bottom_up, means, settings), observations_of(means, gas, settings)
    error = settings.observation[gas]
    r = lasting_error(observations, error) + passing_error(observations, error, settings.network_years)
    return GasProblem(gas, prior, observations, r)


def linearise(
    problem: GasProblem, control: Array, shift: Array, settings: BalanceSettings
) -> tuple[Block, Reduced]:
    """One gas linearised at a control vector and at the emissions that fit best with it, and its reduction.

    `shift` is the control's departure from its prior. For fixed shared parameters a gas is exactly linear, so
    its best emissions come in one solve; only then are the derivatives by the shared parameters taken
    (variable projection: Golub and Pereyra 1973, SIAM J. Numer. Anal. 10, 413).
    """
    gas, observations, prior = problem.gas, problem.observations, problem.prior
    h = observe(private_jacobian(gas, control), observations, gas)
    bht = prior_times(prior, h)
    factor = factorise(h, bht, problem.error_covariance)
    values, initial = jnp.asarray(observations.value), jnp.asarray(prior.initial)
    first = observe(
        surface(gas, control, initial, sources(gas, jnp.asarray(prior.emission))), observations, gas
    )
    departure = bht @ solve_factored(factor, values - first)
    emission, start = state_of(gas, prior, departure, settings)
    fitted, by_control = control_jacobian(gas, control, start, sources(gas, emission))
    k = observe(by_control, observations, gas)
    residual = values - observe(fitted, observations, gas) + h @ departure + k @ shift
    block = Block(residual, h, problem.error_covariance, k, bht)
    return block, weigh(block, factor)


def surface(gas: str, control: Array, initial: Array, source: Array) -> Array:
    """Monthly mean surface band means (time, 4) [mol mol-1]."""
    return simulate(gas, control, initial, source)[0][:, :N_BAND]


@partial(jax.jit, static_argnames="has_globe")
def _pick(field: Array, month: Array, band: Array, unit: float, has_globe: bool) -> Array:
    """Rows (obs, ...) of a field (time, 4, ...): the band's, or the mean of the four where `band` is -1."""
    one = field[month, larger(band, 0)]
    if has_globe:
        whole = (band < 0).reshape((-1,) + (1,) * (field.ndim - 2))
        one = jnp.where(whole, field.mean(axis=1)[month], one)
    return one / unit


def shared_covariance(settings: BalanceSettings) -> Array:
    """Prior covariance of the control vector."""
    return prior_covariance(settings.n_years, settings.transport_sd, settings.oh_scale_sd,
                            settings.oh_anomaly_sd, settings.oh_anomaly_years)  # fmt: skip


def invert(means: pd.DataFrame, bottom_up: pd.DataFrame, settings: BalanceSettings,
           progress: Callable[[str], None] | None = None) -> JointResult:  # fmt: skip
    """Joint posterior of all gases. `means` and `bottom_up` are the tables of the observe and inventory stages.

    Raises InputError if the shared parameters have not settled after the steps allowed.
    """
    say = progress or (lambda text: None)
    covariance = shared_covariance(settings)
    prior, sd = to_control(prior_params(settings.n_years)), jnp.sqrt(jnp.diag(covariance))
    problems = {gas: gas_problem(gas, means, bottom_up, settings) for gas in settings.tracers}
    shift, moves = jnp.zeros_like(prior), []
    parts: dict[str, tuple[Block, Reduced]] = {}
    for _ in range(settings.iterations):
        parts.clear()  # before the new ones are made: two sets would double the memory
        for gas, problem in problems.items():
            parts[gas] = linearise(problem, prior + shift, shift, settings)
        shared = solve_shared([b for b, _ in parts.values()], [r for _, r in parts.values()], covariance)
        moves.append(float(jnp.max(jnp.abs(shared.mean - shift) / sd)))
        shift = shared.mean
        say(f"step {len(moves)}: shared parameters move by {moves[-1]:.2f} of their prior sd")
        if moves[-1] < settings.tolerance:
            break
    _require_settled(moves, settings)
    states = {
        gas: GasState(p.prior, p.observations, *parts[gas], private(*parts[gas], shift))
        for gas, p in problems.items()
    }
    return JointResult(settings, prior, shared, states, moves)


def _require_settled(moves: list[float], settings: BalanceSettings) -> None:
    if moves[-1] >= settings.tolerance:
        found = f"a last step of {moves[-1]:.2f} prior sd after {len(moves)} steps"
        expected = f"below {settings.tolerance}"
        raise InputError([Fault("joint inversion", "shared parameters", found, expected,
                                "tighten 'transport_prior_sd' or 'oh_prior_sd'")])  # fmt: skip


def forward(result: JointResult, gas: str) -> tuple[np.ndarray, np.ndarray]:
    """Posterior run of a gas: monthly mean and end-of-month mole fractions (time, 12) [mol mol-1]."""
    state = result.gases[gas]
    emission, initial = state_of(gas, state.prior, state.departure, result.settings)
    mean, end = simulate(gas, result.control, initial, sources(gas, emission))
    return np.asarray(mean), np.asarray(end)
