"""Monthly mean mole fraction of the background surface air in four equal-area latitude bands.

Stations of the marine boundary layer are brought to one calibration scale, extended in time, and
integrated over the sine of latitude. The error has a network part (which stations there are: a bias that
lasts for years, from a bootstrap over stations) and a sampling part (few samples a month).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tenbin.assimilate.network_extension import (
    MINIMUM_MONTHS,
    Extension,
    extend,
    reject_outliers,
    season_and_slow,
    smooth_with_gaps,
)
from tenbin.core.regions import BANDS

BAND_EDGES = np.array([-90.0, -30.0, 0.0, 30.0, 90.0])
N_BOOTSTRAP = 60
CELL = 0.08  # stations closer than this in sine of latitude share one place in the profile


@dataclass(frozen=True)
class Network:
    """Monthly means of one gas: `values` (station, time), `latitude` (station,), `site` codes, first year."""

    gas: str
    unit: str
    site: tuple[str, ...]
    latitude: np.ndarray
    values: np.ndarray
    year_start: int

    @property
    def month_index(self) -> np.ndarray:
        """Months since January of the first year, shape (time,)."""
        return np.arange(self.values.shape[1])

    def without(self, site: str) -> Network:
        """The same network with one station removed."""
        keep = np.array([code != site for code in self.site])
        codes = tuple(code for code in self.site if code != site)
        return Network(self.gas, self.unit, codes, self.latitude[keep], self.values[keep], self.year_start)


def network_from_table(table: pd.DataFrame, gas: str, year_start: int, year_end: int) -> Network:
    """Arrange a tidy station table (site, year, month, value, lat, unit) as a Network, outliers removed."""
    inside = table[(table.year >= year_start) & (table.year <= year_end) & table.value.notna()]
    n_months = 12 * (year_end - year_start + 1)
    sites, latitudes, rows = [], [], []
    for site, group in sorted(inside.groupby("site"), key=lambda item: str(item[0])):
        row = np.full(n_months, np.nan)
        column = 12 * (group.year.to_numpy() - year_start) + group.month.to_numpy() - 1
        row[column] = group.value.to_numpy()
        row = reject_outliers(row, np.arange(n_months))
        if np.isfinite(row).sum() >= MINIMUM_MONTHS:
            sites.append(str(site))
            latitudes.append(float(group.lat.median()))
            rows.append(row)
    values = np.array(rows).reshape(len(rows), n_months)
    unit = str(inside.unit.iloc[0]) if len(inside) else ""
    return Network(gas, unit, tuple(sites), np.array(latitudes), values, year_start)


def profile_weights(latitude: np.ndarray, south: float, north: float) -> np.ndarray:
    """Weights of stations in the band mean between two latitudes [degrees]; shape (station,), sum 1.

    The profile is linear in the sine of latitude between stations and constant beyond the last ones;
    stations in one cell of the sine of latitude are averaged first.
    """
    sine = np.sin(np.radians(latitude))
    cell = np.round(sine / CELL).astype(int)
    knots = np.array([sine[cell == c].mean() for c in np.unique(cell)])
    fine = np.linspace(np.sin(np.radians(south)), np.sin(np.radians(north)), 201)
    middle = 0.5 * (fine[1:] + fine[:-1])
    weights = np.zeros(latitude.size)
    for k, c in enumerate(np.unique(cell)):
        hat = np.interp(middle, knots, np.eye(knots.size)[k])
        weights[cell == c] = hat.mean() / (cell == c).sum()
    return weights


def _stations_of_band(network: Network, band: int) -> np.ndarray:
    south, north = BAND_EDGES[band], BAND_EDGES[band + 1]
    return np.flatnonzero((network.latitude >= south) & (network.latitude < north + (north == 90.0)))


def extend_network(network: Network) -> Extension:
    """Extend every band of a network over the whole period; arrays (station, time)."""
    whole = Extension(*(np.full_like(network.values, np.nan) for _ in range(3)))
    for band in range(4):
        member = _stations_of_band(network, band)
        if member.size:
            south, north = BAND_EDGES[band], BAND_EDGES[band + 1]
            weights = profile_weights(network.latitude[member], south, north) + 0.02
            part = extend(network.values[member], weights, network.month_index)
            for target, source in zip(whole, part, strict=True):
                target[member] = source
    return whole


def _band_matrix(latitude: np.ndarray) -> np.ndarray:
    """Weights (band, station) of the global latitude profile; a band without a station leans on the next ones."""
    return np.stack([profile_weights(latitude, BAND_EDGES[b], BAND_EDGES[b + 1]) for b in range(4)])


def _band_of(network: Network) -> np.ndarray:
    return np.clip(np.searchsorted(BAND_EDGES, network.latitude, side="right") - 1, 0, 3)


def _running_mean(rows: np.ndarray, window: int = 13) -> np.ndarray:
    half = window // 2
    padded = np.pad(rows, ((0, 0), (half, half)), mode="edge")
    return np.stack([np.convolve(row, np.ones(window) / window, mode="valid") for row in padded])


def _bootstrap_spread(network: Network, filled: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Spread (band, time) of the mean over networks whose stations are drawn with replacement in each band."""
    members = [m for m in (_stations_of_band(network, band) for band in range(4)) if m.size]
    draws = []
    for _ in range(N_BOOTSTRAP):
        pick = np.concatenate([rng.choice(member, member.size) for member in members])
        draws.append(_band_matrix(network.latitude[pick]) @ filled[pick])
    return _running_mean(np.std(draws, axis=0))


def _offset_floor(network: Network, extension: Extension) -> np.ndarray:
    """Least network error (band, 1): the usual offset between stations of a band, over root of their number.

    A bootstrap of one station cannot know how far that station stands from its band.
    """
    band = _band_of(network)
    offset = np.nanmean(extension.slow, axis=1)
    count = np.array([(band == b).sum() for b in range(4)])
    variance = np.array([np.var(offset[band == b], ddof=1) if count[b] > 2 else np.nan for b in range(4)])
    scatter = float(
        np.mean(_scatter(network, extension) ** 2)
    )  # all there is where every band has one station
    pooled = (
        float(np.nanmean(variance)) if np.isfinite(variance).any() else max(float(np.nanvar(offset)), scatter)
    )
    return np.sqrt(np.where(np.isfinite(variance), variance, pooled) / np.maximum(count, 1))[:, None]


def _drift_spread(network: Network, extension: Extension) -> np.ndarray:
    """Error (band, time) of slow drifts between stations, such as early instruments show: pooled, over root n."""
    drift = extension.slow - np.nanmean(extension.slow, axis=1, keepdims=True)
    present = np.isfinite(network.values)
    pooled = np.sqrt((np.where(present, drift, 0.0) ** 2).sum(axis=0) / np.maximum(present.sum(axis=0), 1))
    band = _band_of(network)
    count = np.stack([present[band == b].sum(axis=0) for b in range(4)])
    return pooled / np.sqrt(np.maximum(count, 1))


def _scatter(network: Network, extension: Extension) -> np.ndarray:
    """Month-to-month standard deviation (station, time) of single stations, over a moving window of five years.

    It is the scatter about the band where several stations tell what the band did, else about the station's
    own smooth curve, which counts the band's true anomalies as noise and so errs to the safe side.
    """
    band = _band_of(network)
    rows = []
    for values, residual, own_band in zip(network.values, extension.residual, band, strict=True):
        if (band == own_band).sum() > 1:
            square = np.square(residual)
        else:
            short = values - smooth_with_gaps(values, 13)
            square = np.square(short - season_and_slow(short, network.month_index)[0])
        rows.append(np.sqrt(smooth_with_gaps(square, 61)))
    return np.stack(rows)


def _sampling_spread(network: Network, extension: Extension, weights: np.ndarray) -> np.ndarray:
    """Sampling standard deviation (band, time); a filled month has its unknown anomaly on top."""
    inflation = np.where(np.isfinite(network.values), 1.0, 2.0)
    return np.sqrt((weights**2) @ (inflation * _scatter(network, extension) ** 2))


def band_means(network: Network, seed: int = 0) -> pd.DataFrame:
    """Monthly band means of a network: gas, band, year, month, value, sd_network, sd_sampling, sd, n_sites, unit.

    A month is given only where a station of the band itself reported.
    """
    extension = extend_network(network)
    weights = _band_matrix(network.latitude)
    usable = np.isfinite(extension.filled)
    mean = weights @ np.where(usable, extension.filled, 0.0) / np.maximum(weights @ usable, 1e-30)
    filled = np.where(usable, extension.filled, mean[_band_of(network)])
    bootstrap = _bootstrap_spread(network, filled, np.random.default_rng(seed))
    spread = np.hypot(
        np.maximum(bootstrap, _offset_floor(network, extension)), _drift_spread(network, extension)
    )
    return _to_table(network, mean, spread, _sampling_spread(network, extension, weights))


def _to_table(network: Network, mean: np.ndarray, spread: np.ndarray, sampling: np.ndarray) -> pd.DataFrame:
    frames = []
    month = network.month_index
    for band in range(4):
        member = _stations_of_band(network, band)
        count = np.isfinite(network.values[member]).sum(axis=0)
        frame = pd.DataFrame(
            {
                "gas": network.gas,
                "band": BANDS[band],
                "year": network.year_start + month // 12,
                "month": month % 12 + 1,
                "value": mean[band],
                "sd_network": spread[band],
                "sd_sampling": sampling[band],
                "sd": np.hypot(spread[band], sampling[band]),
                "n_sites": count,
                "unit": network.unit,
            }
        )
        frames.append(frame[count > 0])
    return pd.concat(frames, ignore_index=True)
