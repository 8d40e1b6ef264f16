"""Tables of the inversion: ledger rows of sources and sinks, the fit to the air, lifetimes and growth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from tenbin.assimilate.balance_prior import ROOT_SECTOR, prior_times
from tenbin.assimilate.balance_settings import BalanceSettings
from tenbin.assimilate.joint_inversion import JointResult, Observations, observe, passing_error
from tenbin.assimilate.posterior_ensemble import Run
from tenbin.core.arrays import jnp
from tenbin.core.constants import MOLAR_MASS, SECONDS_PER_YEAR
from tenbin.core.regions import BANDS
from tenbin.core.units import COMMUNITY, TABLE_UNIT, WELL_MIXED, burden_per_mole_fraction
from tenbin.inference.shared import aggregate, noise
from tenbin.transport.box_geometry import BOX_MASS, N_BAND

SOURCE = "box12-joint"
REGIONS = (*BANDS, "sh", "nh", "globe")
MIXING = np.vstack([np.eye(4), [1, 1, 0, 0], [0, 0, 1, 1], [1, 1, 1, 1]])
"""Bands in each of REGIONS (region, band)."""


def burdens(gas: str, mole_fraction: np.ndarray) -> np.ndarray:
    """Mass of the gas in each box [Tg] for mole fractions (..., 12) [mol mol-1]."""
    return mole_fraction * BOX_MASS * float(MOLAR_MASS[gas]) / float(MOLAR_MASS["air"]) / 1e9


def yearly(values: np.ndarray) -> np.ndarray:
    """Means over each calendar year of monthly values (..., time) as (..., year)."""
    return values.reshape(*values.shape[:-1], -1, 12).mean(axis=-1)


def _spread(members: np.ndarray) -> np.ndarray:
    """Standard deviation over members; member 0 is the mean and is left out."""
    return np.std(members[1:], axis=0, ddof=1)


def emission_weights(n_years: int) -> np.ndarray:
    """Matrix (region x year, private) that turns monthly emissions of bands into yearly ones of REGIONS."""
    year = np.kron(np.eye(n_years), np.full((1, 12), 1 / 12))
    weights = np.einsum("rb,yt->rybt", MIXING, year).reshape(len(REGIONS) * n_years, -1)
    return np.hstack([weights, np.zeros((weights.shape[0], 12))])


class Annual(NamedTuple):
    """Yearly emission and its sd (region, year) [Tg yr-1], and covariance (region, year, year) [Tg2 yr-2]."""

    mean: np.ndarray
    sd: np.ndarray
    covariance: np.ndarray


def emissions(result: JointResult, gas: str) -> Annual:
    """Posterior yearly emissions of REGIONS."""
    state, n_years = result.gases[gas], result.settings.n_years
    weights = jnp.asarray(emission_weights(n_years))
    post = aggregate(state.block, state.reduced, result.shared, weights, prior_times(state.prior, weights))
    prior = MIXING @ yearly(np.asarray(state.prior.emission))
    mean = prior + np.asarray(post.mean).reshape(len(REGIONS), n_years)
    whole = np.asarray(post.covariance).reshape(len(REGIONS), n_years, len(REGIONS), n_years)
    covariance = np.stack([whole[k, :, k] for k in range(len(REGIONS))])
    sd = np.sqrt(np.einsum("ryy->ry", covariance))
    return Annual(mean, sd, covariance)


def sink_series(gas: str, run: Run) -> dict[str, np.ndarray]:
    """Yearly loss of each process (member, year) [Tg yr-1], negative."""
    mass = burdens(gas, run.mean)
    return {name: -yearly((mass * k).sum(axis=-1)) * float(SECONDS_PER_YEAR) for name, k in run.loss.items()}


def _rows(
    gas: str, sector: str, region: str, years: np.ndarray, mean: np.ndarray, sd: np.ndarray, note: str
) -> pd.DataFrame:
    return pd.DataFrame({"gas": gas, "sector": sector, "region": region, "year_start": years, "year_end": years,
                         "approach": "top-down", "source": SOURCE, "mean": mean, "sd": sd, "unit": "Tg yr-1",
                         "note": note})  # fmt: skip


def ledger_rows(settings: BalanceSettings, gas: str, annual: Annual, run: Run) -> pd.DataFrame:
    """Rows of the top-down pan: emissions by region and year, and the sinks of the globe."""
    years = np.arange(settings.first_year, settings.year_end + 1)
    keep = years >= settings.year_start
    mean, sd = annual.mean, annual.sd
    sector = ROOT_SECTOR.get(gas, "total")
    parts = [_rows(gas, sector, region, years[keep], mean[k][keep], sd[k][keep], "")
             for k, region in enumerate(REGIONS)]  # fmt: skip
    for name, series in sink_series(gas, run).items():
        label = "ocean" if name == "ocean_sink" else name
        parts.append(_rows(gas, label, "globe", years[keep], series[0][keep], _spread(series)[keep], ""))
    return pd.concat(parts, ignore_index=True)


def lifetimes(gas: str, run: Run, inside: np.ndarray) -> dict[str, dict[str, float]]:
    """Burden over loss [yr] in the months `inside` (time,): total and against each process, mean and sd."""
    mass = burdens(gas, run.mean)
    burden = mass[:, inside].sum(axis=(1, 2))
    losses = {name: (mass * k)[:, inside].sum(axis=(1, 2)) for name, k in run.loss.items()}
    losses = {"total": sum(losses.values())} | losses
    times = {name: burden / loss / float(SECONDS_PER_YEAR) for name, loss in losses.items()}
    return {name: {"mean": float(t[0]), "sd": float(_spread(t))} for name, t in times.items()}


def fit_table(result: JointResult, gas: str) -> pd.DataFrame:
    """Observed, prior and posterior band means of every month, with the errors of observed and posterior.

    The posterior is the model with the lasting difference between surface and box; what remains is the error
    that passes.
    """
    from tenbin.assimilate.balance_forward import simulate
    from tenbin.assimilate.joint_inversion import sources

    state, settings = result.gases[gas], result.settings
    observations = state.observations
    passing = passing_error(observations, settings.observation[gas], settings.network_years)
    remainder, variance = noise(state.block, state.reduced, result.shared, passing)
    prior = state.prior
    first, _ = simulate(
        gas, result.control_prior, jnp.asarray(prior.initial), sources(gas, jnp.asarray(prior.emission))
    )
    table = _places(observations, settings.first_year)
    return table.assign(gas=gas, observed=observations.value, sd=np.sqrt(np.diag(np.asarray(passing))),
                        prior=np.asarray(observe(first[:, :N_BAND], observations, gas)),
                        posterior=observations.value - np.asarray(remainder),
                        posterior_sd=np.sqrt(np.maximum(np.asarray(variance), 0.0)),
                        unit=TABLE_UNIT[gas])[FIT_COLUMNS]  # fmt: skip


FIT_COLUMNS = ["gas", "band", "year", "month", "observed", "sd", "prior", "posterior", "posterior_sd", "unit"]


def _places(observations: Observations, first_year: int) -> pd.DataFrame:
    names = np.array([*BANDS, "globe"])
    return pd.DataFrame({"band": names[observations.band], "year": first_year + observations.month // 12,
                         "month": observations.month % 12 + 1})  # fmt: skip


def surface_growth(means: pd.DataFrame, gas: str) -> pd.DataFrame:
    """Growth of the observed surface air: gas, year, growth, sd, unit, in table units and in Tg of the gas.

    From January to January of the running twelve-month mean of the four bands (or of the globe's mean). A
    lasting bias of the network cancels; what drifts in a year and what twelve samples leave does not. The
    mass uses the community's factor, which belongs to surface growth.
    """
    own = means[means.gas == gas]
    bands = (
        own[own.band != "globe"]
        .groupby(["year", "month"])
        .agg(
            value=("value", "mean"),
            n=("value", "size"),
            net=("sd_network", _root_sum),
            noise=("sd_sampling", _root_sum),
        )
    )
    bands = bands[bands.n == 4]
    globe = own[own.band == "globe"].set_index(["year", "month"])[["value", "sd_network", "sd_sampling"]]
    globe = globe.rename(columns={"sd_network": "net", "sd_sampling": "noise"})
    series = pd.concat([bands.drop(columns="n"), globe[~globe.index.isin(bands.index)]]).sort_index()
    return _growth_rows(series, gas)


def _root_sum(values: pd.Series) -> float:
    return float(np.sqrt((values**2).sum()) / len(values))


def _growth_rows(series: pd.DataFrame, gas: str) -> pd.DataFrame:
    time = series.index.get_level_values("year") * 12 + series.index.get_level_values("month") - 1
    full = series.set_axis(time).reindex(range(time.min(), time.max() + 1)).interpolate(limit=3)
    around = full.rolling(12).mean().shift(-5)  # July to June: centred on 1 January
    rows, factor = [], burden_per_mole_fraction(gas, COMMUNITY if gas in COMMUNITY else WELL_MIXED)
    for year in range(time.min() // 12, time.max() // 12 + 1):
        start, end = 12 * year, 12 * year + 12
        if start not in around.index or end not in around.index or around.value[[start, end]].isna().any():
            continue
        growth = float(around.value[end] - around.value[start])
        sd = float(np.sqrt(2 * full.net[start] ** 2 * (1 - np.exp(-1 / 8)) + 2 * full.noise[start] ** 2 / 12))
        unit = f"{TABLE_UNIT[gas]} yr-1"
        rows += [(gas, year, growth, sd, unit), (gas, year, growth * factor, sd * factor, "Tg yr-1")]
    return pd.DataFrame(rows, columns=["gas", "year", "growth", "sd", "unit"])


def annual_misfit(fit: pd.DataFrame) -> dict[str, float]:
    """How far the posterior's annual band means stand from the observed ones, in units of their uncertainty.

    The uncertainty of an annual mean takes a month's error as wholly persistent, since most of it is.
    """
    whole = fit.groupby(["band", "year"]).filter(lambda group: len(group) == 12)
    mean = whole.groupby(["band", "year"])[["observed", "posterior", "sd"]].mean()
    z = ((mean.posterior - mean.observed) / mean.sd).abs()
    return {
        "worst": float(z.max()),
        "within_1_sd": float((z <= 1).mean()),
        "within_2_sd": float((z <= 2).mean()),
    }
