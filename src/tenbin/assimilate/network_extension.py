"""Filling a ragged station network in time by each station's smooth difference from its latitude band.

A mean over whichever stations happened to report would jump when a station opens or closes. Following
the data-extension idea of Masarie and Tans (1995, J. Geophys. Res. 100, 11593), each station is written
as a band reference plus its own slowly varying difference and mean seasonal difference; the sum fills
the months in which the station did not report, and the filled network has the same geometry for ever.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

HARMONICS = 3  # of the mean seasonal difference between a station and its band
SMOOTHING_MONTHS = 37  # window of the slow difference: three years keep El Nino, not single samples
MINIMUM_MONTHS = 48  # below this a seasonal difference is not determined


class Extension(NamedTuple):
    """A band's stations over the whole period, each (station, time) in the unit of the values.

    filled: measured or reconstructed; residual: measured minus reconstruction, NaN where nothing was
    measured; slow: the smooth difference from the band reference without its season.
    """

    filled: np.ndarray
    residual: np.ndarray
    slow: np.ndarray


def harmonic_design(month_index: np.ndarray, n_harmonics: int = HARMONICS) -> np.ndarray:
    """Columns 1, cos, sin ... of the annual cycle; `month_index` [months since any January], shape (n,)."""
    phase = 2.0 * np.pi * (np.asarray(month_index) % 12) / 12.0
    columns = [np.ones_like(phase)]
    for k in range(1, n_harmonics + 1):
        columns += [np.cos(k * phase), np.sin(k * phase)]
    return np.stack(columns, axis=1)


def smooth_with_gaps(series: np.ndarray, window: int = SMOOTHING_MONTHS) -> np.ndarray:
    """Running mean of a series with gaps, linear across gaps and constant beyond its ends; shape kept."""
    valid = np.isfinite(series)
    if not valid.any():
        return np.zeros_like(series)
    kernel = np.hanning(window + 2)[1:-1]
    weight = np.convolve(valid.astype(float), kernel, mode="same")
    total = np.convolve(np.where(valid, series, 0.0), kernel, mode="same")
    support = np.flatnonzero(valid)
    return np.interp(np.arange(series.size), support, total[support] / weight[support])


def season_and_slow(difference: np.ndarray, month_index: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean season and slow part of a station-minus-band difference with gaps [any unit], each (n,)."""
    design = harmonic_design(month_index)
    slow = smooth_with_gaps(difference)
    for _ in range(3):  # backfitting: season and slow part are nearly orthogonal
        valid = np.isfinite(difference)
        target = (difference - slow)[valid]
        ridge = 1e-3 * valid.sum() * np.eye(design.shape[1])
        ridge[0, 0] = 0.0
        basis = design[valid]
        season = design @ np.linalg.solve(basis.T @ basis + ridge, basis.T @ target)
        season = season - season[:12].mean()
        slow = smooth_with_gaps(difference - season)
    return season, slow


def reject_outliers(values: np.ndarray, month_index: np.ndarray, limit: float = 4.0) -> np.ndarray:
    """Series with months further than `limit` robust standard deviations from its own curve set to NaN.

    Every pass judges all months anew by the curve of those kept so far, so that a month which a neighbouring
    spike had drawn aside comes back.
    """
    cleaned = values
    for _ in range(4):
        slow = smooth_with_gaps(cleaned, 25)
        season, rest = season_and_slow(cleaned - slow, month_index)
        residual = values - slow - season - rest
        spread = 1.4826 * np.nanmedian(np.abs(residual - np.nanmedian(residual)))
        cleaned = np.where(np.abs(residual) > limit * max(spread, 1e-12), np.nan, values)
    return cleaned


def _reference(adjusted: np.ndarray, present: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted mean over the stations that reported, NaN where none did; shape (time,)."""
    share = weights[:, None] * present
    total = share.sum(axis=0)
    mean = (share * np.where(present, adjusted, 0.0)).sum(axis=0) / np.maximum(total, 1e-30)
    return np.where(total > 0, mean, np.nan)


def extend(
    values: np.ndarray, weights: np.ndarray, month_index: np.ndarray, iterations: int = 6
) -> Extension:
    """Fill a band's stations over the whole period.

    `values` (station, time) with NaN where nothing was measured; `weights` (station,) of each station in
    the band reference. Months in which no station of the band reported stay NaN in `filled`.
    """
    present = np.isfinite(values)
    season, slow = np.zeros_like(values), np.zeros_like(values)
    reference = _reference(values, present, weights)
    for _ in range(iterations):
        parts = [season_and_slow(row - reference, month_index) for row in values]
        season, slow = np.stack([p[0] for p in parts]), np.stack([p[1] for p in parts])
        # the reference is the weighted mean of all stations, so weighted differences must vanish
        season = season - weights @ season / weights.sum()
        slow = slow - weights @ slow / weights.sum()
        reference = _reference(values - season - slow, present, weights)
    expected = reference + season + slow
    return Extension(np.where(present, values, expected), np.where(present, values - expected, np.nan), slow)
