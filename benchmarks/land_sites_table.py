"""The site table: skill of the land model and of every regression on the same days, with medians and wins."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from tenbin.learn.empirical_bar import FLUXES
from tenbin.learn.skill import by_site, medians, pooled, wins

MODEL = "model"

TARGETS: dict[str, dict[str, dict[str, float]]] = {
    "calibrated": {
        "gpp": {"r2": 0.85, "rmse": 1.30},
        "et": {"r2": 0.79, "rmse": 0.47},
        "nee": {"r2": 0.50, "rmse": 1.20},
    },
    "shared": {"gpp": {"rmse": 1.73}, "et": {"rmse": 0.82}, "nee": {"rmse": 1.43}},
}
"""Median over sites to be reached: calibrated at the site, and with parameters shared (below the 5lin regression)."""

Series = dict[str, np.ndarray]
"""Site -> values (time,)."""
Predictions = Mapping[str, Mapping[str, pd.DataFrame]]
"""Predictor -> site -> table (time, flux) in the units of tables."""


def site_table(
    observations: Mapping[str, pd.DataFrame],
    predictions: Predictions,
    scored: Mapping[str, np.ndarray],
    mode: str,
) -> dict[str, Any]:
    """The whole table as one JSON document.

    `scored` [site] is True on the days (time,) that count. Of these, a flux is scored where it was measured and
    every predictor has a value, so that all are judged on the same days; `days` tells how many a predictor lost.
    A predictor that has no value at all at a site (one that needs leaf area where there is none) takes no days from
    the others there; its own measures are null and the site is lost to it.
    """
    fluxes = {flux: _of_flux(flux, observations, predictions, scored, mode) for flux in FLUXES}
    return _without_nan(fluxes)


def _of_flux(
    flux: str,
    observations: Mapping[str, pd.DataFrame],
    predictions: Predictions,
    scored: Mapping[str, np.ndarray],
    mode: str,
) -> dict[str, Any]:
    measured, series, days = _on_common_days(flux, observations, predictions, scored)
    skills = {name: by_site(measured, values) for name, values in series.items()}
    middle = {name: medians(table) for name, table in skills.items()}
    whole = {name: asdict(pooled(measured, values)) for name, values in series.items()}
    made = {"unit": FLUXES[flux], "median": middle, "pooled": whole, "days": days}
    if MODEL in skills:
        made |= {"wins": _wins(skills), "targets": _targets(middle[MODEL], mode, flux)}
    return made | {"sites": _sites(measured, skills)}


def _on_common_days(
    flux: str,
    observations: Mapping[str, pd.DataFrame],
    predictions: Predictions,
    scored: Mapping[str, np.ndarray],
) -> tuple[Series, dict[str, Series], dict[str, Any]]:
    measured: Series = {}
    series: dict[str, Series] = {name: {} for name in predictions}
    lost = dict.fromkeys(predictions, 0)
    for site, table in observations.items():
        values = {name: _values(predictions[name][site], table, flux) for name in predictions}
        wanted = scored[site] & np.isfinite(table[flux].to_numpy())
        for name in predictions:
            lost[name] += int((wanted & ~np.isfinite(values[name])).sum())
        present = [np.isfinite(column) for column in values.values() if np.isfinite(column).any()]
        common = np.logical_and.reduce([wanted, *present])
        measured[site] = table[flux].to_numpy()[common]
        for name in predictions:
            series[name][site] = values[name][common]
    counted = sum(len(values) for values in measured.values())
    return measured, series, {"scored": counted, "not_predicted": lost}


def _values(predicted: pd.DataFrame, table: pd.DataFrame, flux: str) -> np.ndarray:
    return predicted[flux].reindex(table.index).to_numpy(dtype=float)


def _wins(skills: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Model against each regression, by error and by squared correlation, with the sites it lost."""
    ours = skills[MODEL]
    rest = {name: table for name, table in skills.items() if name != MODEL}
    return {
        name: {measure: wins(ours, table, measure).as_dict() for measure in ("rmse", "r2")}
        for name, table in rest.items()
    }


def _targets(reached: Mapping[str, float], mode: str, flux: str) -> dict[str, Any]:
    told = {}
    for measure, wanted in TARGETS[mode][flux].items():
        value = reached[measure]
        told[measure] = {
            "wanted": wanted,
            "reached": value,
            "met": value <= wanted if measure == "rmse" else value >= wanted,
        }
    return told


def _sites(measured: Series, skills: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Site -> predictor -> measures; a site where the flux was never measured is left out."""
    kept = [site for site, values in measured.items() if len(values)]
    return {site: {name: table.loc[site].to_dict() for name, table in skills.items()} for site in kept}


def _without_nan(value: Any) -> Any:
    """JSON knows no NaN: null instead. Numbers to four decimals, counts whole."""
    if isinstance(value, dict):
        return {key: _without_nan(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(inner) for inner in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (float, np.floating)):
        return _short(float(value))
    return int(value) if isinstance(value, np.integer) else value


def _short(value: float) -> float | int | None:
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() else round(value, 4)
