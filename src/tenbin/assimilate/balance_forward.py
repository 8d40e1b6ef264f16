"""The box model as a function of the parameters all gases share: transport, chemistry, hydroxyl by year."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import equinox as eqx
import numpy as np

from tenbin.core.arrays import jax, jnp
from tenbin.core.params import declarations, from_vector, to_vector
from tenbin.inference.covariance import exponential
from tenbin.transport.box import (
    Propagator,
    emission_response,
    emission_to_source,
    propagator,
    run,
    transport_matrices,
)
from tenbin.transport.box_chemistry import (
    GASES_WITH_OH,
    BoxChemistryParams,
    LossPattern,
    hydroxyl_frequency,
    loss_frequencies,
    loss_pattern,
    other_frequency,
)
from tenbin.transport.box_geometry import N_BAND, N_BOX
from tenbin.transport.box_parameters import BoxTransportParams

Array = jax.Array


class SharedParams(eqx.Module):
    """What all gases share: transport, chemistry, and hydroxyl's relative anomaly of each year (year,)."""

    transport: BoxTransportParams
    chemistry: BoxChemistryParams
    oh_anomaly: Array


def prior_params(n_years: int) -> SharedParams:
    """The parameters before any observation."""
    return SharedParams(BoxTransportParams(), BoxChemistryParams(), jnp.zeros(n_years))


def to_control(params: SharedParams) -> Array:
    """Control vector: logarithms of all transport and chemistry parameters, then the hydroxyl anomalies."""
    logs = jnp.log(jnp.concatenate([to_vector(params.transport), to_vector(params.chemistry)]))
    return jnp.concatenate([logs, params.oh_anomaly])


def from_control(control: Array) -> SharedParams:
    """Parameters of a control vector; the inverse of `to_control`, differentiable."""
    transport, chemistry = BoxTransportParams(), BoxChemistryParams()
    n_t, n_c = to_vector(transport).shape[0], to_vector(chemistry).shape[0]
    values = jnp.exp(control[: n_t + n_c])
    transport, chemistry = from_vector(transport, values[:n_t]), from_vector(chemistry, values[n_t:])
    return SharedParams(transport, chemistry, control[n_t + n_c :])


def control_names(n_years: int, first_year: int) -> list[str]:
    """Names of the elements of the control vector."""
    named = [f"log {declared.name}" for module in (BoxTransportParams(), BoxChemistryParams())
             for declared, _ in declarations(module)]  # fmt: skip
    return named + [f"oh_anomaly {first_year + k}" for k in range(n_years)]


VERTICAL_SHARE = 0.4
"""Spread of vertical mixing relative to that of the other rates: radon and aircraft CO2 bound it better."""


def prior_covariance(
    n_years: int, transport_sd: float, oh_sd: float, anomaly_sd: float, anomaly_years: float
) -> Array:
    """Covariance of the control vector: independent logarithms, hydroxyl anomalies alike in nearby years.

    `transport_sd` is the relative spread of the transport parameters; `oh_sd` that of mean hydroxyl; the
    other chemistry parameters keep the relative spread of their declaration.
    """
    transport = [transport_sd * (VERTICAL_SHARE if d.name.startswith("mixing_vertical") else 1.0)
                 for d, _ in declarations(BoxTransportParams())]  # fmt: skip
    chemistry = [oh_sd if d.name == "oh_scale" else d.prior_sd / float(v)
                 for d, v in declarations(BoxChemistryParams())]  # fmt: skip
    logs = jnp.array(transport + chemistry)
    years = jnp.arange(n_years, dtype=float)
    anomalies = anomaly_sd**2 * exponential(years, anomaly_years)
    return jax.scipy.linalg.block_diag(jnp.diag(logs**2), anomalies)


def monthly_anomaly(oh_anomaly: Array) -> Array:
    """Hydroxyl anomaly of each month, linear between mid-years; (year,) to (12 x year,)."""
    n_years = oh_anomaly.shape[0]
    middle = jnp.arange(n_years) + 0.5
    return jnp.interp((jnp.arange(12 * n_years) + 0.5) / 12.0, middle, oh_anomaly)


def losses(gas: str, params: SharedParams) -> dict[str, Array]:
    """Loss frequencies [s-1] by process, each (time, 12)."""
    return loss_frequencies(gas, params.chemistry, monthly_anomaly(params.oh_anomaly))


class Tracer(NamedTuple):
    """A gas as arrays: its losses, and its sources per emission (12, 4) [mol mol-1 s-1 per Tg yr-1]."""

    loss: LossPattern
    per_emission: np.ndarray


def tracer(gas: str) -> Tracer:
    """The arrays of a gas."""
    return Tracer(loss_pattern(gas), emission_to_source(gas))


def repeats(gas: str) -> bool:
    """Whether a gas's losses are the same every year, so that twelve matrix exponentials serve all years."""
    return gas not in GASES_WITH_OH


def _months(
    loss: LossPattern, transport: Array, chemistry: BoxChemistryParams, anomaly: Array, same: bool
) -> Propagator:
    """One propagator per month, arrays (time, 12, 12), from transport matrices and monthly anomalies."""
    n_years = anomaly.shape[0] // 12
    other = other_frequency(loss, chemistry)
    if same:
        year = propagator(transport - jnp.diag(other))
        return Propagator(*(jnp.tile(matrix, (n_years, 1, 1)) for matrix in year))
    total = hydroxyl_frequency(loss, chemistry, anomaly) + other
    return propagator(jnp.tile(transport, (n_years, 1, 1)) - jax.vmap(jnp.diag)(total))


def months(gas: str, params: SharedParams) -> Propagator:
    """One propagator per month for a gas, arrays (time, 12, 12)."""
    anomaly = monthly_anomaly(params.oh_anomaly)
    return _months(
        loss_pattern(gas), transport_matrices(params.transport), params.chemistry, anomaly, repeats(gas)
    )


@partial(jax.jit, static_argnames="same")
def _simulate(of: Tracer, control: Array, initial: Array, source: Array, same: bool) -> tuple[Array, Array]:
    params = from_control(control)
    anomaly = monthly_anomaly(params.oh_anomaly)
    return run(
        _months(of.loss, transport_matrices(params.transport), params.chemistry, anomaly, same),
        initial,
        source,
    )


def simulate(gas: str, control: Array, initial: Array, source: Array) -> tuple[Array, Array]:
    """Monthly mean and end-of-month mole fractions (time, 12) [mol mol-1]; source (time, 12) [mol mol-1 s-1]."""
    return _simulate(tracer(gas), control, initial, source, repeats(gas))


def _control_tangents(
    loss: LossPattern, control: Array, same: bool
) -> tuple[Propagator, Propagator, Propagator]:
    """Propagators, their derivative by the logarithmic parameters (first axis) and by each month's anomaly.

    A month's propagator depends on its own anomaly alone, so one tangent gives the derivative of all months.
    """
    n_logs = sum(shared_sizes())
    anomaly = monthly_anomaly(control[n_logs:])

    def of_logs(logs: Array) -> Propagator:
        params = from_control(jnp.concatenate([logs, control[n_logs:]]))
        return _months(loss, transport_matrices(params.transport), params.chemistry, anomaly, same)

    def of_anomaly(monthly: Array) -> Propagator:
        params = from_control(control)
        return _months(loss, transport_matrices(params.transport), params.chemistry, monthly, same)

    by_logs = jax.vmap(lambda tangent: jax.jvp(of_logs, (control[:n_logs],), (tangent,))[1])(jnp.eye(n_logs))
    month, by_anomaly = jax.jvp(of_anomaly, (anomaly,), (jnp.ones_like(anomaly),))
    return month, by_logs, by_anomaly


def _forcing(by: Propagator, state: Array, source: Array) -> tuple[Array, Array]:
    """Change of the end state and of the monthly mean for a change of propagator; leading axes kept."""
    end = by.state @ state + by.source @ source
    return end, by.mean_state @ state + by.mean_source @ source


def control_jacobian(gas: str, control: Array, initial: Array, source: Array) -> tuple[Array, Array]:
    """Surface band means (time, 4) [mol mol-1] and their derivative by the control vector (time, 4, control).

    This is the tangent linear model, written out so that the yearly anomalies of hydroxyl cost one tangent of
    the matrix exponentials together.
    """
    return _control_jacobian(tracer(gas), control, initial, source, repeats(gas))


@partial(jax.jit, static_argnames="same")
def _control_jacobian(
    of: Tracer, control: Array, initial: Array, source: Array, same: bool
) -> tuple[Array, Array]:
    month, by_logs, by_anomaly = _control_tangents(of.loss, control, same)
    n_years = control.shape[0] - by_logs.state.shape[0]
    weight = jax.jacfwd(monthly_anomaly)(jnp.zeros(n_years))
    inputs = (month, Propagator(*(jnp.moveaxis(m, 0, 1) for m in by_logs)), by_anomaly, weight, source)
    start = initial, jnp.zeros((N_BOX, control.shape[0]))
    mean, by_control = jax.lax.scan(_tangent_step, start, inputs)[1]
    return mean[:, :N_BAND], by_control[:, :N_BAND]


def private_jacobian(gas: str, control: Array) -> Array:
    """Derivative of surface band means by emissions [mol mol-1 per Tg yr-1] and by the initial air.

    Shape (time, 4, 4 x time + 12), in the order of the private unknowns.
    """
    return _private_jacobian(tracer(gas), control, repeats(gas))


@partial(jax.jit, static_argnames="same")
def _private_jacobian(of: Tracer, control: Array, same: bool) -> Array:
    params = from_control(control)
    anomaly = monthly_anomaly(params.oh_anomaly)
    month = _months(of.loss, transport_matrices(params.transport), params.chemistry, anomaly, same)
    n_time = anomaly.shape[0]
    by_emission = emission_response(month, jnp.asarray(of.per_emission)).reshape(n_time, N_BAND, -1)
    still = jnp.zeros((n_time, N_BOX))
    by_initial = jax.vmap(lambda q: run(month, q, still)[0][:, :N_BAND], out_axes=2)(jnp.eye(N_BOX))
    return jnp.concatenate([by_emission, by_initial], axis=2)


def _tangent_step(
    carry: tuple[Array, Array], inputs: tuple[Propagator, Propagator, Propagator, Array, Array]
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """One month of the model and of its tangent linear with respect to the control vector."""
    state, tangent = carry
    now, by_logs, by_anomaly, share, source = inputs
    logs_end, logs_mean = _forcing(by_logs, state, source)
    anomaly_end, anomaly_mean = _forcing(by_anomaly, state, source)
    forced_end = jnp.concatenate([logs_end.T, anomaly_end[:, None] * share], axis=1)
    forced_mean = jnp.concatenate([logs_mean.T, anomaly_mean[:, None] * share], axis=1)
    mean = now.mean_state @ state + now.mean_source @ source
    new = now.state @ state + now.source @ source
    return (new, now.state @ tangent + forced_end), (mean, now.mean_state @ tangent + forced_mean)


def shared_sizes() -> tuple[int, int]:
    """Number of transport and of chemistry parameters in the control vector."""
    return int(np.size(to_vector(BoxTransportParams()))), int(np.size(to_vector(BoxChemistryParams())))
