"""Carrying a series beyond its last year: damped drift of its logarithm, or the mean of its last decade."""

from __future__ import annotations

import numpy as np

DAMPING = 0.7
DRIFT_YEARS = 5


def damped_log_drift(values: np.ndarray, ahead: int) -> np.ndarray:
    """The `ahead` years after `values` [shape (..., years)]; returns shape (..., ahead).

    ln y(T+h) = ln y(T) + d (phi + ... + phi^h), d the mean yearly change of ln y over the last five years and
    phi = 0.7. The best of the simple baselines measured on national inventories. Series that touch or cross
    nought keep their last value.

    >>> damped_log_drift(np.array([1.0] * 6), 2)
    array([1., 1.])
    """
    last, before = values[..., -1], values[..., -1 - DRIFT_YEARS]
    drifting = (last * before) > 0
    ratio = np.where(drifting, last / np.where(drifting, before, 1.0), 1.0)
    drift = np.log(ratio) / DRIFT_YEARS
    steps = np.cumsum(DAMPING ** np.arange(1, ahead + 1))
    return last[..., None] * np.exp(drift[..., None] * steps)


def mean_of_last(values: np.ndarray, ahead: int, years: int = 10) -> np.ndarray:
    """The mean of the last `years`, repeated `ahead` times: for fires, whose last year foretells little."""
    mean = values[..., -years:].mean(axis=-1)
    return np.repeat(mean[..., None], ahead, axis=-1)
