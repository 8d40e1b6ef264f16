"""How well the rest of a network predicts the band mean a station takes part in, station by station.

Each station's data are removed in turn, the band means made anew from what remains and inverted again at the
shared parameters of the whole run; the posterior of the station's band is then compared with the band mean
of the whole network, and the station's own record with the prediction.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tenbin.assimilate.balance_settings import UNIT_FACTOR
from tenbin.assimilate.band_means import BAND_EDGES, Network
from tenbin.assimilate.joint_inversion import (
    GasProblem,
    JointResult,
    lasting_error,
    linearise,
    observations_of,
    passing_error,
    sources,
    state_of,
    surface,
)
from tenbin.assimilate.observe import means_of, network_of
from tenbin.core.regions import BANDS
from tenbin.inference.shared import noise, private


def predicted(means: pd.DataFrame, gas: str, result: JointResult) -> pd.DataFrame:
    """Posterior of every band and month from other observations: band, year, month, predicted [table unit].

    Transport, chemistry and priors are those of `result`. In months without an observation in the band it is
    the model plus the band's mean lasting difference, or the bare model where the band was never seen.
    """
    settings, prior = result.settings, result.gases[gas].prior
    observations = observations_of(means, gas, settings)
    error = settings.observation[gas]
    lasting, passing = (
        lasting_error(observations, error),
        passing_error(observations, error, settings.network_years),
    )
    problem = GasProblem(gas, prior, observations, lasting + passing)
    block, reduced = linearise(problem, result.control, result.shared.mean, settings)
    emission, initial = state_of(gas, prior, private(block, reduced, result.shared.mean), settings)
    air = np.asarray(surface(gas, result.control, initial, sources(gas, emission))) / UNIT_FACTOR[gas]
    offset, remainder = (
        np.asarray(noise(block, reduced, result.shared, part)[0]) for part in (lasting, passing)
    )
    for band in range(4):
        own = observations.band == band
        air[:, band] += offset[own].mean() if own.any() else 0.0
        air[observations.month[own], band] = (observations.value - remainder)[own]
    table = pd.DataFrame(air, columns=list(BANDS)).rename_axis("step").reset_index()
    table = table.melt("step", var_name="band", value_name="predicted")
    return table.assign(year=settings.first_year + table.step // 12, month=table.step % 12 + 1)


def station_row(network: Network, site: str, result: JointResult) -> dict[str, Any]:
    """Bias and RMSE [table unit] of the band mean predicted without one station, in the months it reported."""
    where = network.site.index(site)
    band = BANDS[int(np.clip(np.searchsorted(BAND_EDGES, network.latitude[where], side="right") - 1, 0, 3))]
    rest = network.without(site)
    whole, means = means_of(network), means_of(rest)
    keys = ["band", "year", "month"]
    months = np.flatnonzero(np.isfinite(network.values[where]))
    reported = pd.DataFrame(
        {"band": band, "year": network.year_start + months // 12, "month": months % 12 + 1}
    )
    row: dict[str, Any] = {"gas": network.gas, "site": site, "band": band, "months": len(months)}
    guess = predicted(means, network.gas, result).merge(whole, on=keys).merge(reported, on=keys)
    guess = guess[guess.year >= result.settings.year_start]
    if len(guess) < 12:
        return row | {"bias": np.nan, "rmse": np.nan, "bias_in_sd": np.nan}
    error = guess.predicted - guess.value
    return row | {"bias": float(error.mean()), "rmse": float(np.sqrt((error**2).mean())),
                  "bias_in_sd": float(error.mean() / guess.sd_network.mean())}  # fmt: skip


def leave_out(config: Any, result: JointResult, gases: tuple[str, ...]) -> pd.DataFrame:
    """One row per gas and station: gas, site, band, months, bias, rmse, bias_in_sd (bias over network sd)."""
    rows = []
    for gas in gases:
        network = network_of(gas, config)
        rows += [station_row(network, site, result) for site in network.site]
    return pd.DataFrame(rows)
