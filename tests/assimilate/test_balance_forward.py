"""The hand-written tangent linear is the derivative of the model, and structured products are products."""

from __future__ import annotations

import numpy as np
import pytest

from tenbin.assimilate.balance_forward import (
    control_jacobian,
    control_names,
    from_control,
    losses,
    monthly_anomaly,
    months,
    prior_covariance,
    prior_params,
    private_jacobian,
    simulate,
    to_control,
)
from tenbin.assimilate.balance_prior import GasPrior, prior_times_jacobian
from tenbin.core.arrays import jax, jnp
from tenbin.core.params import declarations, validate
from tenbin.inference.covariance import exponential, neighbours
from tenbin.transport.box import emission_to_source
from tenbin.transport.box_geometry import N_BAND, N_BOX

N_YEARS = 2
N_MONTHS = 12 * N_YEARS
PRIOR = to_control(prior_params(N_YEARS))
N_LOGS = PRIOR.shape[0] - N_YEARS


@pytest.fixture(scope="module")
def setting():
    """A control vector away from its prior, initial air and emissions [Tg yr-1], by a fixed seed."""
    rng = np.random.default_rng(11)
    control = PRIOR + jnp.asarray(0.1 * rng.normal(size=PRIOR.shape))
    initial = jnp.asarray(1.7e-6 * (1 + 0.05 * rng.normal(size=N_BOX)))
    return control, initial, jnp.asarray(rng.uniform(50.0, 150.0, (N_MONTHS, N_BAND)))


def surface(gas, control, initial, emission):
    return simulate(gas, control, initial, emission @ emission_to_source(gas).T)[0][:, :N_BAND]


@pytest.fixture(scope="module", params=["ch4", "n2o"])
def case(request, setting):
    """Gas with and without hydroxyl, its setting and the derivatives of the model."""
    control, initial, emission = setting
    source = emission @ emission_to_source(request.param).T
    return request.param, setting, control_jacobian(request.param, control, initial, source)


def close(found, expected, relative):
    np.testing.assert_allclose(found, expected, rtol=0, atol=relative * np.abs(expected).max())


def test_the_tangent_linear_carries_the_model_itself(case):
    gas, setting, (mean, _) = case
    close(mean, surface(gas, *setting), 1e-13)


def test_the_tangent_linear_by_the_control_is_the_derivative(case):
    gas, (control, initial, emission), (_, by_control) = case
    automatic = jax.jit(jax.jacfwd(lambda c: surface(gas, c, initial, emission)))(control)
    close(by_control, automatic, 1e-11)


def test_derivatives_by_emission_and_initial_air_are_exact_because_the_model_is_linear_in_them(case):
    gas, (control, initial, emission), (mean, _) = case
    unknowns = jnp.concatenate([emission.T.ravel(), initial])  # bands, then months, then the air at the start
    close(mean, private_jacobian(gas, control) @ unknowns, 1e-12)


def test_central_differences_see_the_same_slope(case):
    gas, (control, initial, emission), (_, by_control) = case
    direction = jnp.asarray(np.random.default_rng(12).normal(size=control.shape))
    h = 1e-4
    ahead = surface(gas, control + h * direction, initial, emission)
    behind = surface(gas, control - h * direction, initial, emission)
    close((ahead - behind) / (2 * h), by_control @ direction, 1e-7)


def test_nitrous_oxide_does_not_feel_hydroxyl(setting):
    control, initial, emission = setting
    source = emission @ emission_to_source("n2o").T
    by_control = control_jacobian("n2o", control, initial, source)[1]
    names = control_names(N_YEARS, 1990)
    hydroxyl = [k for k, name in enumerate(names) if "oh_" in name]
    assert len(hydroxyl) == 2 + N_YEARS
    np.testing.assert_array_equal(np.asarray(by_control)[:, :, hydroxyl], 0.0)


def test_more_hydroxyl_means_less_methane_everywhere(setting):
    control, initial, emission = setting
    source = emission @ emission_to_source("ch4").T
    by_scale = control_jacobian("ch4", control, initial, source)[1][
        :, :, control_names(N_YEARS, 1990).index("log oh_scale")
    ]
    assert (by_scale < 0.0).all()


def test_the_control_vector_leads_back_to_the_parameters():
    params = from_control(PRIOR + 0.1)
    np.testing.assert_allclose(to_control(params), PRIOR + 0.1, rtol=1e-14)
    assert len(control_names(N_YEARS, 1990)) == PRIOR.shape[0]


def test_parameters_remain_positive_however_far_the_control_moves():
    params = from_control(PRIOR - 5.0)
    values = [float(v) for part in (params.transport, params.chemistry) for _, v in declarations(part)]
    assert min(values) > 0.0
    validate(from_control(PRIOR).transport)


def test_hydroxyl_anomalies_run_straight_between_midyears():
    monthly = np.asarray(monthly_anomaly(jnp.array([0.0, 0.12])))
    np.testing.assert_allclose(np.diff(monthly[6:18]), 0.01, rtol=1e-12)
    np.testing.assert_allclose(monthly[:6], 0.0, atol=1e-15)
    np.testing.assert_allclose(monthly[18:], 0.12, rtol=1e-14)


def test_a_gas_without_loss_has_the_same_months_every_year():
    params = prior_params(N_YEARS)
    assert losses("co2", params) == {}
    np.testing.assert_array_equal(months("co2", params).state[:12], months("co2", params).state[12:])


def test_prior_errors_of_hydroxyl_and_transport_are_independent_covariances():
    covariance = np.asarray(prior_covariance(5, 0.2, 0.15, 0.03, 3.0))
    assert np.linalg.eigvalsh(covariance).min() > 0.0
    np.testing.assert_allclose(covariance[:N_LOGS, N_LOGS:], 0.0)
    np.testing.assert_allclose(covariance[-2, -1], 0.03**2 * np.exp(-1 / 3), rtol=1e-12)
    place = control_names(5, 1990).index("log oh_scale")
    np.testing.assert_allclose(covariance[place, place], 0.15**2)


def test_the_product_with_the_prior_by_bands_is_the_dense_product():
    rng, n_time = np.random.default_rng(13), 7
    factor = rng.normal(size=(N_BOX, N_BOX))
    prior = GasPrior(
        emission=rng.normal(size=(N_BAND, n_time)),
        size=jnp.asarray(rng.uniform(1.0, 5.0, (N_BAND, n_time))),
        kernel=exponential(jnp.arange(float(n_time)), 2.0),
        between=neighbours(N_BAND, 0.3),
        initial=rng.normal(size=N_BOX),
        initial_covariance=factor @ factor.T,
    )
    jacobian = jnp.asarray(rng.normal(size=(9, N_BAND * n_time + N_BOX)))
    product = prior_times_jacobian(
        prior.size, prior.kernel, prior.between, jnp.asarray(prior.initial_covariance), jacobian
    )
    close(product, prior.covariance @ jacobian.T, 1e-13)
    assert np.linalg.eigvalsh(prior.covariance).min() > -1e-12


def test_a_prior_error_of_one_band_and_month_has_the_size_that_was_asked():
    size = jnp.arange(1.0, 13.0).reshape(N_BAND, 3)
    prior = GasPrior(np.ones((N_BAND, 3)), size, 0.25 * exponential(jnp.arange(3.0), 1.0),
                     neighbours(N_BAND, 0.3), np.ones(N_BOX), np.eye(N_BOX))  # fmt: skip
    np.testing.assert_allclose(jnp.sqrt(jnp.diag(prior.covariance))[:12], 0.5 * np.ravel(size), rtol=1e-12)
