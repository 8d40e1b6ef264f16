"""The bottom-up pan: what inventories and models say each gas, sector, band and year emits."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tenbin.budget import components, countries, extension, ledger, sectors, uncertainty
from tenbin.budget.columns import SUM, UNIT
from tenbin.budget.components import FIRST_YEAR, LAST_YEAR, PGC_TO_TG_CO2
from tenbin.core.regions import BANDS

__all__ = ["build", "credits", "leaves", "write"]

YEARS = np.arange(FIRST_YEAR, LAST_YEAR + 1)
REGIONS = {band: (band,) for band in BANDS} | {"nh": BANDS[2:], "sh": BANDS[:2], "globe": BANDS}
EXTRAPOLATED = "extrapolated"
"""A note that begins with this word marks a value beyond the last inventory."""
FIRES = "biomass_burning"


def build(data_root: Path | None, with_countries: bool = True) -> pd.DataFrame:
    """Ledger rows of the bottom-up pan, 1970-2020; from the embedded table if `data_root` is None.

    Rows: every sector of the tree that the inventories give, for bands, hemispheres and globe; from full
    files also countries. mean [Tg of gas yr-1, positive to the air], sd 1 sigma of the annual value. Source
    'sum' marks sums over the tree, whose errors follow `budget.uncertainty`. Raises InputError listing every
    missing file.
    """
    undivided = leaves(data_root)
    parts = [_sums(rows, str(gas)) for gas, rows in undivided.groupby("gas")]
    table = pd.concat([undivided, *parts], ignore_index=True).rename(columns={"year": "year_start"})
    table = table.assign(year_end=table["year_start"], approach="bottom-up", unit=UNIT)
    if data_root is not None and with_countries:
        table = pd.concat([table, countries.rows(Path(data_root), table)], ignore_index=True)
    return ledger.normalised(table)


def write(out_dir: str | os.PathLike[str], data_root: Path | None = None) -> Path:
    """Build the pan and write OUT/bottom_up.csv, the same bytes for the same inputs; returns its path."""
    return ledger.write(build(data_root), Path(out_dir) / "bottom_up.csv", parquet=False)[0]


def credits() -> dict[str, dict[str, str]]:
    """What each source of the pan is, with citation and licence: source key -> {what, citation, licence}."""
    import yaml  # only when credits are wanted

    path = resources.files("tenbin.data.embedded").joinpath("bottom_up_sources.yaml")
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def leaves(data_root: Path | None) -> pd.DataFrame:
    """Undivided sectors by band and year: gas, sector, region, year, mean, sd [Tg yr-1], source, note."""
    found = components.from_embedded() if data_root is None else components.from_files(Path(data_root))
    terms = [_series(str(gas), str(name), rows) for (gas, name), rows in found.groupby(["gas", "sector"])]
    terms += [_published(gas, name) for gas in ("ch4", "n2o") for name in components.natural_terms()[gas]]
    return pd.concat(terms, ignore_index=True)


def _published(gas: str, sector: str) -> pd.DataFrame:
    """A published mean, the same for every year, with its own sd divided over the bands."""
    term = components.natural_terms()[gas][sector]
    mean = np.outer(term["shares"], np.full(len(YEARS), term["mean"]))
    family = uncertainty.family_of(term["source"], sector)
    sd = _to_bands(np.full(len(YEARS), term["sd"]), mean, family.rho_region)
    note = f"climatology ({term['mark']}): {term['basis']}"
    return _rows(gas, sector, mean, sd, np.full(len(YEARS), term["source"]), np.full(len(YEARS), note))


def _series(gas: str, sector: str, rows: pd.DataFrame) -> pd.DataFrame:
    """One sector of an inventory: repeated if a climatology, otherwise carried on to the last year."""
    mean, spread = (
        rows.pivot(index="band", columns="year", values=c).loc[list(BANDS)] for c in ("mean", "spread")
    )
    source = rows.drop_duplicates("year").set_index("year")["source"]
    ahead = np.zeros(len(YEARS), int)
    if mean.columns[-1] == components.CLIMATOLOGY_YEAR:
        mean, spread = (np.repeat(t.to_numpy(), len(YEARS), axis=1) for t in (mean, spread))
        source = pd.Series(source.iloc[0], index=YEARS)
    else:
        ahead = np.maximum(YEARS - mean.columns[-1], 0)
        mean, spread = _carried_on(sector, mean.to_numpy(), spread.to_numpy(), int(ahead[-1]))
    names = source.reindex(YEARS).ffill().to_numpy(dtype=str)
    sd = _standard_deviation(gas, sector, mean, spread, names)
    widened = np.hypot(sd, _extra_relative(gas, sector, names, ahead) * np.abs(mean))
    return _rows(gas, sector, mean, widened, names, _notes(sector, names, ahead))


def _carried_on(
    sector: str, mean: np.ndarray, spread: np.ndarray, ahead: int
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and spread (band, year) with `ahead` more years."""
    extend = extension.mean_of_last if sector == FIRES else extension.damped_log_drift
    held = np.repeat(spread[:, -1:], ahead, axis=1)
    return np.concatenate([mean, extend(mean, ahead)], axis=1), np.concatenate([spread, held], axis=1)


def _extra_relative(gas: str, sector: str, source: np.ndarray, ahead: np.ndarray) -> np.ndarray:
    """Relative error [1] by year for values extrapolated, of another edition, or before satellites."""
    model = uncertainty.model()
    extra = np.array([0.0, *model["extrapolation"][gas]])[np.minimum(ahead, 3)]
    later = np.array([name.startswith(("gcb2020", "gcb2021")) for name in source])
    extra = np.hypot(extra, np.where(later, model["later_edition"].get(sector, 0.0), 0.0))
    return np.hypot(extra, np.where(source == "bb4cmip", model["before_satellites"]["relative"], 0.0))


def _notes(sector: str, source: np.ndarray, ahead: np.ndarray) -> np.ndarray:
    """What a reader must know of a value that is not the inventory's own for that year."""
    how = "mean of the last ten years" if sector == FIRES else "damped drift of the last five years"
    notes = np.where(ahead > 0, f"{EXTRAPOLATED}: {how}", "").astype(object)
    notes[[name.startswith(("gcb2020", "gcb2021")) for name in source]] = (
        "world value of a later edition than its series (verify)"
    )
    notes[source == "gmb2020"] = "climatology: mean of 13 wetland models 2008-2017, the same every year"
    notes[source == "bb4cmip"] = "world total before burnt-area records, on the mean geography of 1997-2019"
    return notes


def _standard_deviation(
    gas: str, sector: str, mean: np.ndarray, spread: np.ndarray, source: np.ndarray
) -> np.ndarray:
    """1-sigma (band, year): the term's stated error divided over bands, and the spread of the source."""
    term = uncertainty.model()["terms"][gas][sector]
    if term.get("spread"):
        return spread
    rho = uncertainty.family_of(str(source[-1]), sector).rho_region
    if "relative" in term:
        return np.hypot(_to_bands(term["relative"] * np.abs(mean.sum(axis=0)), mean, rho), spread)
    # Fluxes of either sign: the error follows the activity of the band, not a mean that may be near nought.
    shares = np.outer(components.natural_terms()[gas][sector]["shares"], np.ones(mean.shape[1]))
    world = np.full(mean.shape[1], term["absolute_pgc"] * PGC_TO_TG_CO2)
    return np.hypot(_to_bands(world, shares, rho), spread)


def _to_bands(world: np.ndarray, shape: np.ndarray, rho: float) -> np.ndarray:
    """Errors per band (band, year), proportional to |shape|, that sum to `world` (year) under rho."""
    weight = np.abs(shape)
    variance = (1.0 - rho) * (weight**2).sum(axis=0) + rho * weight.sum(axis=0) ** 2
    return np.asarray(weight * world / np.sqrt(np.where(variance > 0, variance, 1.0)))


def _rows(
    gas: str, sector: str, mean: np.ndarray, sd: np.ndarray, source: np.ndarray, note: np.ndarray
) -> pd.DataFrame:
    """Rows of one sector from arrays (band, year)."""
    band, year = np.meshgrid(BANDS, YEARS, indexing="ij")
    words = {"source": np.tile(source, len(BANDS)), "note": np.tile(note, len(BANDS))}
    numbers = {"year": year.ravel(), "mean": mean.ravel(), "sd": sd.ravel()}
    return pd.DataFrame({"gas": gas, "sector": sector, "region": band.ravel()} | numbers | words)


class _Leaves(NamedTuple):
    """Leaf series of one gas: `series` (n rows: sector, region ...), the rest arrays (n, years)."""

    series: pd.DataFrame
    mean: np.ndarray
    sd: np.ndarray
    source: np.ndarray
    note: np.ndarray
    correlation: np.ndarray


def _stacked(rows: pd.DataFrame, gas: str) -> _Leaves:
    keys = ["sector", "region"]
    tables = {c: rows.pivot(index=keys, columns="year", values=c) for c in ("mean", "sd", "source", "note")}
    series = rows.drop_duplicates(keys, keep="last").set_index(keys).loc[tables["mean"].index].reset_index()
    series = series.assign(gas=gas, approach="bottom-up", year_start=0, year_end=0)
    numbers = {c: tables[c].to_numpy(float) for c in ("mean", "sd")}
    words = {c: tables[c].to_numpy(object) for c in ("source", "note")}
    return _Leaves(series, **numbers, **words, correlation=uncertainty.correlation(series))


def _sums(rows: pd.DataFrame, gas: str) -> pd.DataFrame:
    """Every sector over globe and hemispheres, and every parent over the bands too."""
    stack = _stacked(rows, gas)
    parts = []
    for sector in sectors.known(gas):
        below = sectors.leaves(gas, sector)
        if not set(below) <= set(stack.series["sector"]):
            continue
        for region, inside in REGIONS.items():
            if len(inside) > 1 or below != (sector,):
                chosen = stack.series["sector"].isin(below) & stack.series["region"].isin(inside)
                part = _sum(stack, np.flatnonzero(chosen), below == (sector,))
                parts.append(part.assign(gas=gas, sector=sector, region=region))
    return pd.concat(parts, ignore_index=True)


def _sum(stack: _Leaves, chosen: np.ndarray, is_leaf: bool) -> pd.DataFrame:
    """One sum for every year, with the error of correlated terms; a leaf keeps its source and note."""
    sd = stack.sd[chosen]
    variance = np.einsum("it,ij,jt->t", sd, stack.correlation[np.ix_(chosen, chosen)], sd)
    words: dict[str, Any] = {"source": stack.source[chosen[0]], "note": stack.note[chosen[0]]}
    if not is_leaf:
        guessed = [any(note.startswith(EXTRAPOLATED) for note in year) for year in stack.note[chosen].T]
        words = {"source": SUM, "note": np.where(guessed, f"{EXTRAPOLATED} terms included", "")}
    return pd.DataFrame(
        {"year": YEARS, "mean": stack.mean[chosen].sum(axis=0), "sd": np.sqrt(variance)} | words
    )
