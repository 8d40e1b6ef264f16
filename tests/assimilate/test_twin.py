"""Twin experiment: a world is drawn from the prior and observed with errors, and must be found again.

Truth, observation errors and the inversion share one statistical model, so that departures from the truth
are to be as large as the posterior says, no larger and not much smaller.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from tenbin.assimilate import joint_inversion
from tenbin.assimilate.balance_forward import (
    control_names,
    prior_covariance,
    prior_params,
    simulate,
    to_control,
)
from tenbin.assimilate.balance_prior import gas_prior, prior_times
from tenbin.assimilate.balance_settings import BalanceSettings
from tenbin.assimilate.joint_inversion import (
    JointResult,
    forward,
    invert,
    lasting_error,
    observations_of,
    observe,
    passing_error,
    sources,
    state_of,
)
from tenbin.core.arrays import jnp
from tenbin.core.regions import BANDS
from tenbin.inference.shared import aggregate, solve_shared
from tenbin.transport.box_geometry import N_BAND, N_BOX

SETTINGS = BalanceSettings(year_start=1982, year_end=1989, gases=("ch4",))
SEEDS = (0, 1, 2)
LEVEL = {"ch4": (1480.0, 1500.0, 1560.0, 1620.0), "mcf": (75.0, 80.0, 95.0, 105.0)}  # ppb, ppt in 1980
GROWTH = {"ch4": 14.0, "mcf": 5.0}
SPREAD = {"ch4": (3.0, 1.5), "mcf": (1.0, 0.5)}  # of network and sampling
EMISSION = (25.0, 120.0, 180.0, 200.0)  # Tg CH4 yr-1 by band


class Twin(NamedTuple):
    """A drawn world and what the inversion made of its observations."""

    control: np.ndarray
    emission: dict[str, np.ndarray]
    result: JointResult


def first_guess() -> pd.DataFrame:
    """A table of band means, complete from 1980 on: places, times and errors of the observations."""
    rows = [
        (gas, band, year, month, LEVEL[gas][b] + GROWTH[gas] * (year + month / 12 - 1980), *SPREAD[gas])
        for gas in LEVEL
        for b, band in enumerate(BANDS)
        for year in range(1980, SETTINGS.year_end + 1)
        for month in range(1, 13)
    ]
    return pd.DataFrame(rows, columns=["gas", "band", "year", "month", "value", "sd_network", "sd_sampling"])


def inventory() -> pd.DataFrame:
    rows = [
        ("ch4", "total", band, year, year, EMISSION[b] * (1 + 0.01 * (year - 1980)))
        for b, band in enumerate(BANDS)
        for year in range(1970, SETTINGS.year_end + 1)
    ]
    return pd.DataFrame(rows, columns=["gas", "sector", "region", "year_start", "year_end", "mean"])


def shared_prior() -> np.ndarray:
    s = SETTINGS
    return np.asarray(
        prior_covariance(s.n_years, s.transport_sd, s.oh_scale_sd, s.oh_anomaly_sd, s.oh_anomaly_years)
    )


def draw(rng, covariance):
    """A draw from N(0, covariance); a trace of noise keeps the factor of a covariance without full rank."""
    covariance = jnp.asarray(covariance)
    size = jnp.sqrt(jnp.diag(covariance))
    correlation = covariance / (size[:, None] * size[None, :]) + 1e-9 * jnp.eye(size.shape[0])
    return np.asarray(size * (jnp.linalg.cholesky(correlation) @ rng.normal(size=size.shape[0])))


def observed(gas: str, control, rng) -> tuple[pd.DataFrame, np.ndarray]:
    """Band means of a drawn world with errors, and its emissions (4, time) [Tg yr-1]."""
    guess = first_guess()
    prior = gas_prior(gas, inventory(), guess, SETTINGS)
    emission, initial = state_of(gas, prior, jnp.asarray(draw(rng, prior.covariance)), SETTINGS)
    surface = simulate(gas, control, initial, sources(gas, emission))[0][:, :N_BAND]
    places = observations_of(guess, gas, SETTINGS)
    value = np.asarray(observe(surface, places, gas))
    places, error = places._replace(value=value), SETTINGS.observation[gas]
    noise = lasting_error(places, error) + passing_error(places, error, SETTINGS.network_years)
    table = guess[guess.gas == gas].assign(value=value + draw(rng, noise))
    return table, np.asarray(emission)


def make_twin(seed: int) -> Twin:
    rng = np.random.default_rng(seed)
    control = to_control(prior_params(SETTINGS.n_years)) + jnp.asarray(draw(rng, shared_prior()))
    worlds = {gas: observed(gas, control, rng) for gas in SETTINGS.tracers}
    means = pd.concat([table for table, _ in worlds.values()])
    result = invert(means, inventory(), SETTINGS)
    return Twin(np.asarray(control), {gas: emission for gas, (_, emission) in worlds.items()}, result)


@pytest.fixture(scope="module")
def same_first_guess():
    """The inversion takes the air at the start from the table that the world was drawn around.

    Else it would guess it from the drawn observations themselves, and truth and prior would not be of one
    statistical model any more.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            joint_inversion, "gas_prior", lambda gas, pan, _, s: gas_prior(gas, pan, first_guess(), s)
        )
        yield


@pytest.fixture(scope="module")
def twins(same_first_guess):
    return [make_twin(seed) for seed in SEEDS]


def yearly_weights() -> np.ndarray:
    """Weights (place x year, unknown) of yearly means of the four bands and of the globe (last)."""
    n_years, n_months = SETTINGS.n_years, SETTINGS.n_months
    year = np.repeat(np.eye(n_years), 12, axis=1) / 12.0
    place = np.vstack([np.eye(N_BAND), np.ones(N_BAND)])
    weights = np.einsum("pb,yt->pybt", place, year).reshape(5 * n_years, N_BAND * n_months)
    return np.hstack([weights, np.zeros((5 * n_years, N_BOX))])


def yearly_estimate(twin: Twin, gas: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Error of the estimate, its stated sd and that of the prior, (place, reported year) [Tg yr-1]."""
    state, weights = twin.result.gases[gas], yearly_weights()
    spread = prior_times(state.prior, jnp.asarray(weights))
    found = aggregate(state.block, state.reduced, twin.result.shared, jnp.asarray(weights), spread)
    truth = np.concatenate([(twin.emission[gas] - state.prior.emission).ravel(), np.zeros(N_BOX)])
    before = np.sqrt(np.einsum("ai,ia->a", weights, spread))
    parts = (found.mean - weights @ truth, jnp.sqrt(jnp.diag(found.covariance)), before)
    reported = slice(SETTINGS.year_start - SETTINGS.first_year, None)
    return tuple(np.asarray(part).reshape(5, -1)[:, reported] for part in parts)


def hydroxyl(twin: Twin) -> tuple[float, float]:
    """Error of the estimated logarithm of mean hydroxyl and its stated sd."""
    k = control_names(SETTINGS.n_years, SETTINGS.first_year).index("log oh_scale")
    error = float(twin.result.control[k]) - twin.control[k]
    return error, float(np.sqrt(twin.result.shared.covariance[k, k]))


@pytest.mark.parametrize("gas", ["ch4", "mcf"])
def test_emissions_are_found_again_within_their_stated_error(twins, gas):
    scores = np.stack([error / sd for error, sd, _ in (yearly_estimate(twin, gas) for twin in twins)])
    assert np.abs(scores).max() < 4.5
    assert 0.5 < np.sqrt(np.mean(scores**2)) < 1.5


def test_the_air_tells_more_of_methane_emissions_than_was_known_before(twins):
    for twin in twins:
        error, sd, before = yearly_estimate(twin, "ch4")
        assert (sd < before).all()
        assert sd[-1].mean() < 0.35 * before[-1].mean()  # the globe
        assert np.abs(error[-1]).mean() < 0.5 * before[-1].mean()


def test_there_is_about_one_chi_square_per_observation(twins):
    for twin in twins:
        shared = twin.result.shared
        assert 0.7 < float(shared.chi_square) / shared.n_observations < 1.3


def test_mean_hydroxyl_is_found_again(twins):
    for error, sd in map(hydroxyl, twins):
        assert abs(error) < 3.5 * sd
        assert sd < 0.5 * SETTINGS.oh_scale_sd
    assert np.sqrt(np.mean([error**2 for error, _ in map(hydroxyl, twins)])) < 0.6 * SETTINGS.oh_scale_sd


def test_all_shared_parameters_miss_the_truth_by_what_is_stated(twins):
    for twin in twins:
        score = (np.asarray(twin.result.control) - twin.control) / np.sqrt(
            np.diag(twin.result.shared.covariance)
        )
        assert np.abs(score).max() < 4.5
        assert 0.5 < np.sqrt(np.mean(score**2)) < 1.6


def test_methyl_chloroform_tells_methane_how_much_hydroxyl_there_is(twins):
    k = control_names(SETTINGS.n_years, SETTINGS.first_year).index("log oh_scale")
    gases = twins[0].result.gases
    alone = solve_shared([gases["ch4"].block], [gases["ch4"].reduced], jnp.asarray(shared_prior()))
    assert twins[0].result.shared.covariance[k, k] < 0.3 * alone.covariance[k, k]


def test_the_steps_of_relinearisation_come_to_rest(twins):
    for twin in twins:
        assert twin.result.steps[-1] < SETTINGS.tolerance


def test_the_posterior_run_fits_the_observations_within_their_error(twins):
    for twin in twins:
        for gas in SETTINGS.tracers:
            state = twin.result.gases[gas]
            surface = jnp.asarray(forward(twin.result, gas)[0][:, :N_BAND])
            residual = state.observations.value - np.asarray(observe(surface, state.observations, gas))
            sd = np.sqrt(np.diag(state.block.error_covariance))
            assert np.sqrt(np.mean((residual / sd) ** 2)) < 2.0  # one offset lasts through a band's years


def test_the_order_of_observations_changes_nothing(twins):
    rng = np.random.default_rng(SEEDS[0])
    control = to_control(prior_params(SETTINGS.n_years)) + jnp.asarray(draw(rng, shared_prior()))
    means = pd.concat([observed(gas, control, rng)[0] for gas in SETTINGS.tracers])
    shuffled = invert(means.sample(frac=1.0, random_state=1), inventory(), SETTINGS)
    np.testing.assert_allclose(shuffled.control, twins[0].result.control, rtol=1e-7, atol=1e-9)
