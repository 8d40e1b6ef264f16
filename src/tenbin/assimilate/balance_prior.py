"""Prior emissions of every band and month, their covariance, and the prior state of the air in 1978."""

from __future__ import annotations

from importlib import resources
from typing import NamedTuple

import numpy as np
import pandas as pd

from tenbin.assimilate.balance_forward import prior_params
from tenbin.assimilate.balance_settings import TRACER, UNIT_FACTOR, BalanceSettings, EmissionPrior
from tenbin.core.arrays import jax, jnp
from tenbin.core.errors import Fault, InputError
from tenbin.core.regions import BANDS
from tenbin.inference.covariance import annual_cycle, exponential, neighbours
from tenbin.transport.box import Propagator, emission_to_source, propagator, transport_matrices
from tenbin.transport.box_chemistry import LossPattern, hydroxyl_frequency, loss_pattern, other_frequency
from tenbin.transport.box_geometry import N_BAND, N_BOX

Array = jax.Array

ROOT_SECTOR = {"co2": "net_total", "ch4": "total", "n2o": "total"}
CO2_TERMS = ("fossil", "industry", "land_use_change", "land_sink", "ocean")
MCF_BAND_SHARE = np.array([0.02, 0.05, 0.13, 0.80])  # sales by country, McCulloch and Midgley 2001


class GasPrior(NamedTuple):
    """Prior of one gas: monthly emission (4, time) [Tg yr-1] and the air at the start (12,) [mol mol-1].

    Errors of emissions have the covariance between(b, b') kernel(t, t') size(b, t) size(b', t'), of the air
    at the start `initial_covariance` (12, 12).
    """

    emission: np.ndarray
    size: Array
    kernel: Array
    between: Array
    initial: np.ndarray
    initial_covariance: np.ndarray

    @property
    def covariance(self) -> Array:
        """Covariance of the private unknowns: emissions (band, time) then the twelve initial mole fractions."""
        blocks = self.between[:, None, :, None] * self.kernel[None, :, None, :]
        full = self.size[:, :, None, None] * blocks * self.size[None, None]
        n = self.size.size
        return jax.scipy.linalg.block_diag(full.reshape(n, n), jnp.asarray(self.initial_covariance))


def prior_times(prior: GasPrior, matrix: Array) -> Array:
    """B M' (unknown, row) for a matrix M (row, unknown)."""
    return prior_times_jacobian(
        prior.size, prior.kernel, prior.between, jnp.asarray(prior.initial_covariance), matrix
    )


@jax.jit
def prior_times_jacobian(
    size: Array, kernel: Array, between: Array, initial: Array, jacobian: Array
) -> Array:
    """B H' (unknown, obs) for H (obs, unknown), by bands: a quarter of the operations of the full matrix."""
    n_band, n_time = size.shape
    by_band = jacobian[:, : n_band * n_time].reshape(-1, n_band, n_time) * size
    mixed = jnp.einsum("ab,obt->aot", between, by_band)
    spread = jnp.einsum("aot,ts->aso", mixed, kernel) * size[:, :, None]
    start = initial @ jacobian[:, n_band * n_time :].T
    return jnp.concatenate([spread.reshape(n_band * n_time, -1), start])


def annual_prior(
    bottom_up: pd.DataFrame, gas: str, settings: BalanceSettings
) -> tuple[np.ndarray, np.ndarray]:
    """Prior emission and its size (4, year) [Tg yr-1] of a gas, from the bottom-up ledger.

    For CO2 the size is the sum of the absolute terms: a net flux near zero made of large ones is not well
    known. Years outside the ledger take its nearest year.
    """
    years = range(settings.first_year, settings.year_end + 1)
    rows = bottom_up[(bottom_up.gas == gas) & bottom_up.region.isin(BANDS)]
    emission = _by_band_and_year(rows[rows.sector == ROOT_SECTOR[gas]], years)
    if gas != "co2":
        return emission, np.abs(emission)
    terms = rows[rows.sector.isin(CO2_TERMS)]
    return emission, _by_band_and_year(terms.assign(mean=terms["mean"].abs()), years)


def _by_band_and_year(rows: pd.DataFrame, years: range) -> np.ndarray:
    table = rows.pivot_table(index="region", columns="year_start", values="mean", aggfunc="sum").reindex(
        list(BANDS)
    )
    if table.empty or table.isna().any().any():
        raise InputError([Fault("bottom_up.csv", "mean", "a band or year without a value", "every band and year",
                                "run 'tenbin inventory' again")])  # fmt: skip
    first, last = int(table.columns.min()), int(table.columns.max())
    return table[[min(max(year, first), last) for year in years]].to_numpy()


def mcf_emissions(settings: BalanceSettings) -> tuple[np.ndarray, np.ndarray]:
    """Published emissions of CH3CCl3 and their standard deviations (4, year) [Tg yr-1].

    The world's total is spread by sales; the spread itself is unsure, so every band's error has a floor. The
    standard deviations are scaled so that the world's is the published one.
    """
    with resources.files("tenbin.data.embedded").joinpath("mcf_emissions.csv").open() as stream:
        table = pd.read_csv(stream)
    years = np.arange(settings.first_year, settings.year_end + 1)
    world = np.interp(years, table.year, table.emission_gg) * 1e-3
    sd = np.interp(years, table.year, table.sd_gg) * 1e-3
    shape = MCF_BAND_SHARE + 0.05
    between = np.asarray(neighbours(N_BAND, settings.band_correlation))
    return MCF_BAND_SHARE[:, None] * world, shape[:, None] * sd / np.sqrt(shape @ between @ shape)


def emission_kernel(prior: EmissionPrior, settings: BalanceSettings) -> Array:
    """Covariance in time (time, time) of relative errors of monthly emissions."""
    time = jnp.arange(settings.n_months) / 12.0
    return _emission_kernel(
        time, prior.annual, prior.seasonal, prior.monthly, prior.slow_years, prior.fast_years
    )


@jax.jit
def _emission_kernel(
    time: Array, annual: float, seasonal: float, monthly: float, slow: float, fast: float
) -> Array:
    kernel = 0.5 * annual**2 * (exponential(time, slow) + exponential(time, fast))
    kernel = kernel + seasonal**2 * annual_cycle(time, 15.0)
    return kernel + monthly**2 * exponential(time, 0.15)


def initial_air(
    means: pd.DataFrame, gas: str, emission: np.ndarray, settings: BalanceSettings
) -> tuple[np.ndarray, np.ndarray]:
    """Mole fractions (12,) [mol mol-1] at the start and their covariance.

    Surface air is level and trend of each band's first five years of observations, carried back. The layers
    above have the ratio to it of the model's steady state under the first year's emissions (band,), less their
    age times the trend. The spreads are wide, since these observations are used again in the inversion.
    """
    factor, start = UNIT_FACTOR[gas], settings.first_year
    bands = [_level_and_trend(means, gas, band) for band in BANDS]
    level = np.array([value - trend * (time - start) for time, value, trend in bands])
    trend = np.array([t for _, _, t in bands])
    ratio = steady_profile(gas, emission)
    air = np.concatenate([level * ratio[k] - LAYER_AGE[k] * trend for k in range(3)]) * factor
    together, apart, top = INITIAL_SPREAD[gas]
    own = np.repeat([apart, apart, top], N_BAND)
    return air, np.outer(air, air) * (together**2 + np.diag(own**2))


LAYER_AGE = (0.0, 0.2, 3.5)
"""Years by which a layer lags the surface (the top layer of the box model, see box_parameters)."""

INITIAL_SPREAD = {
    "co2": (0.005, 0.003, 0.004),
    "ch4": (0.03, 0.01, 0.04),
    "n2o": (0.008, 0.003, 0.03),
    "mcf": (0.15, 0.05, 0.20),
}
"""Relative spread of the air at the start: of all boxes together, of each box, of each box of the top layer."""


def steady_profile(gas: str, emission: np.ndarray) -> np.ndarray:
    """Mean mole fraction of the three layers relative to the surface layer, in the prior model's steady year."""
    if gas == "co2":
        return np.ones(3)  # nothing removes it above the surface
    year = propagator_year(gas)
    source = emission_to_source(gas) @ emission
    matrix, response = np.eye(N_BOX), np.zeros(N_BOX)
    for month in range(12):
        through = np.asarray(year.state[month])
        matrix = through @ matrix
        response = through @ response + np.asarray(year.source[month]) @ source
    steady = np.linalg.solve(np.eye(N_BOX) - matrix, response).reshape(3, N_BAND).mean(axis=1)
    return steady / steady[0]


def propagator_year(gas: str) -> Propagator:
    """The twelve months of a gas with prior transport and chemistry."""
    return _prior_year(loss_pattern(gas))


@jax.jit
def _prior_year(loss: LossPattern) -> Propagator:
    params = prior_params(1)
    total = hydroxyl_frequency(loss, params.chemistry, jnp.zeros(12)) + other_frequency(
        loss, params.chemistry
    )
    return propagator(transport_matrices(params.transport) - jax.vmap(jnp.diag)(total))


def _level_and_trend(means: pd.DataFrame, gas: str, band: str) -> tuple[float, float, float]:
    rows = means[(means.gas == gas) & (means.band == band)]
    time = rows.year + (rows.month - 0.5) / 12.0
    early = time < time.min() + 5.0
    trend, _ = np.polyfit(time[early], rows.value[early], 1)
    return float(time[early].mean()), float(rows.value[early].mean()), float(trend)


def gas_prior(gas: str, bottom_up: pd.DataFrame, means: pd.DataFrame, settings: BalanceSettings) -> GasPrior:
    """Everything believed of one gas before its mole fractions are looked at (but for the air at the start)."""
    if gas == TRACER:
        emission, size = mcf_emissions(settings)
    else:
        emission, size = annual_prior(bottom_up, gas, settings)
    initial, initial_covariance = initial_air(means, gas, emission[:, 0], settings)
    kernel = emission_kernel(settings.emission[gas], settings)
    between = neighbours(N_BAND, settings.band_correlation)
    sizes = jnp.asarray(np.repeat(size, 12, axis=1))
    return GasPrior(np.repeat(emission, 12, axis=1), sizes, kernel, between, initial, initial_covariance)
