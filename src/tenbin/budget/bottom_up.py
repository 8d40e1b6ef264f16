"""The bottom-up pan: what inventories and models say each gas, sector, band and year emits, as ledger rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tenbin.budget import components, extension, sectors, uncertainty
from tenbin.budget.components import FIRST_YEAR, LAST_YEAR, PGC_TO_TG_CO2
from tenbin.core.regions import BANDS

__all__ = ["build", "leaves"]

YEARS = np.arange(FIRST_YEAR, LAST_YEAR + 1)
SUMS = {"globe": BANDS, "nh": BANDS[2:], "sh": BANDS[:2]}


def leaves(data_root: Path | None) -> pd.DataFrame:
    """Undivided sectors by band and year 1970-2020: gas, sector, region, year, mean, sd [Tg yr-1], source, note."""
    found = components.from_embedded() if data_root is None else components.from_files(data_root)
    terms = [_series(gas, sector, rows) for (gas, sector), rows in found.groupby(["gas", "sector"])]
    terms += [_published(gas, sector) for gas in ("ch4", "n2o") for sector in components.natural_terms()[gas]]
    return pd.concat(terms, ignore_index=True)


def _published(gas: str, sector: str) -> pd.DataFrame:
    """A published mean, the same for every year, with its own sd spread over the bands."""
    term = components.natural_terms()[gas][sector]
    shares = np.array(term["shares"])
    mean = np.repeat(term["mean"] * shares[:, None], len(YEARS), axis=1)
    family = uncertainty.family_of(term["source"], sector)
    sd = _to_bands(np.full(len(YEARS), term["sd"]), mean, family.rho_region)
    note = f"climatology, same value every year ({term['mark']}); {term['basis']}"
    return _rows(gas, sector, mean, sd, np.full(len(YEARS), term["source"]), np.full(len(YEARS), note))


def _series(gas: str, sector: str, rows: pd.DataFrame) -> pd.DataFrame:
    """One sector from its inventory: repeated if a climatology, else carried on to the last year."""
    wide = {c: rows.pivot(index="band", columns="year", values=c).loc[list(BANDS)] for c in ("mean", "spread")}
    source = rows.drop_duplicates("year").set_index("year")["source"]
    mean, spread, source, note, ahead = _fill_years(gas, sector, wide, source)
    sd = _standard_deviation(gas, sector, mean, spread, str(source[-1]))
    widen = np.array([0.0, *uncertainty.model()["extrapolation"][gas]])
    extra = np.where(np.isin(note, ["", "climatology"]), 0.0, widen[np.minimum(ahead, 3)])
    extra = np.where(source == "bb4cmip", uncertainty.model()["before_satellites"]["relative"], extra)
    return _rows(gas, sector, mean, np.hypot(sd, extra * np.abs(mean)), source, note)


def _fill_years(gas: str, sector: str, wide: dict[str, pd.DataFrame], source: pd.Series) -> tuple[np.ndarray, ...]:
    """Mean and spread (band, year), source, note and years ahead of the inventory, for every year of the ledger."""
    first, last = int(wide["mean"].columns[0]), int(wide["mean"].columns[-1])
    if last == components.CLIMATOLOGY_YEAR:
        full = [np.repeat(wide[c].to_numpy(), len(YEARS), axis=1) for c in ("mean", "spread")]
        note = "climatology"
        return (*full, np.full(len(YEARS), source.iloc[0]), np.full(len(YEARS), note), np.zeros(len(YEARS), int))
    ahead = LAST_YEAR - last
    mean, spread = wide["mean"].to_numpy(), wide["spread"].to_numpy()
    extend = extension.mean_of_last if sector == "biomass_burning" else extension.damped_log_drift
    mean = np.concatenate([mean, extend(mean, ahead)], axis=1)
    spread = np.concatenate([spread, np.repeat(spread[:, -1:], ahead, axis=1)], axis=1)
    word = "extrapolated: mean of the last ten years" if sector == "biomass_burning" else "extrapolated"
    sources = source.reindex(YEARS).ffill().to_numpy(dtype=str)
    return mean, spread, sources, np.where(YEARS > last, word, ""), np.maximum(YEARS - last, 0)


def _standard_deviation(gas: str, sector: str, mean: np.ndarray, spread: np.ndarray, source: str) -> np.ndarray:
    """1-sigma per band and year: the term's stated error divided over bands, and the spread of the source."""
    term = uncertainty.model()["terms"][gas][sector]
    if term.get("spread"):
        return spread
    if "relative" in term:
        world = term["relative"] * np.abs(mean.sum(axis=0))
    else:
        world = np.full(mean.shape[1], term["absolute_pgc"] * PGC_TO_TG_CO2)
    shape = mean
    if sector in components.natural_terms()["co2"] and gas == "co2":
        shape = np.array(components.natural_terms()["co2"][sector]["shares"])[:, None] * np.ones(mean.shape[1])
    return np.hypot(_to_bands(world, shape, uncertainty.family_of(source, sector).rho_region), spread)


def _to_bands(world: np.ndarray, shape: np.ndarray, rho: float) -> np.ndarray:
    """Standard deviations per band [(band, year)], proportional to |shape|, that sum to `world` under `rho`."""
    weight = np.abs(shape)
    variance = (1.0 - rho) * (weight**2).sum(axis=0) + rho * weight.sum(axis=0) ** 2
    return weight * world / np.sqrt(np.where(variance > 0, variance, 1.0))


def _rows(gas: str, sector: str, mean: np.ndarray, sd: np.ndarray, source: np.ndarray, note: np.ndarray
          ) -> pd.DataFrame:  # fmt: skip
    band, year = np.meshgrid(BANDS, YEARS, indexing="ij")
    spread_out = {"source": np.tile(source, len(BANDS)), "note": np.tile(note, len(BANDS))}
    flat = {"region": band.ravel(), "year": year.ravel(), "mean": mean.ravel(), "sd": sd.ravel()}
    return pd.DataFrame({"gas": gas, "sector": sector} | flat | spread_out)


def build(data_root: Path | None) -> pd.DataFrame:
    """Ledger rows of the bottom-up pan; from the embedded table if `data_root` is None."""
    undivided = leaves(data_root)
    parts = [undivided, *(_sums(rows, gas) for gas, rows in undivided.groupby("gas"))]
    table = pd.concat(parts, ignore_index=True).rename(columns={"year": "year_start"})
    return table.assign(year_end=table["year_start"], approach="bottom-up", unit="Tg yr-1")


def _sums(rows: pd.DataFrame, gas: str) -> pd.DataFrame:
    """Every sector over globe and hemispheres, and every parent over those and the bands."""
    regions = {band: (band,) for band in BANDS} | SUMS
    names = [s for s in sectors.known(gas) if set(sectors.leaves(gas, s)) <= set(rows["sector"])]
    parts = [
        _sum(rows, gas, sector, region, inside)
        for sector in names
        for region, inside in regions.items()
        if sectors.children(gas, sector) or region not in BANDS
    ]
    return pd.concat(parts, ignore_index=True)


def _sum(rows: pd.DataFrame, gas: str, sector: str, region: str, inside: tuple[str, ...]) -> pd.DataFrame:
    """One sector over one region for every year, with the error of correlated terms."""
    part = rows[rows["sector"].isin(sectors.leaves(gas, sector)) & rows["region"].isin(inside)]
    keys = ["sector", "region"]
    mean = part.pivot(index=keys, columns="year", values="mean")
    sd = part.pivot(index=keys, columns="year", values="sd").to_numpy()
    one = part.drop_duplicates(keys, keep="last").set_index(keys).loc[mean.index].reset_index()
    one = one.assign(gas=gas, approach="bottom-up", year_start=0, year_end=0)
    variance = np.einsum("it,ij,jt->t", sd, uncertainty.correlation(one), sd)
    source = "+".join(sorted(set(part["source"]))) if len(set(part["source"])) == 1 else "sum"
    values = {"mean": mean.sum().to_numpy(), "sd": np.sqrt(variance)}
    return pd.DataFrame({"gas": gas, "sector": sector, "region": region, "year": YEARS} | values
                        | {"source": source, "note": ""})  # fmt: skip
