"""A run folder of invented numbers: smooth, round and clearly not the Earth's, to check the report by."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

BANDS = ("90S-30S", "30S-EQ", "EQ-30N", "30N-90N")
YEARS = np.arange(1984, 2021)
SHARES = {
    "co2": (-0.25, 0.05, 0.20, 1.00),
    "ch4": (0.10, 0.25, 0.35, 0.30),
    "n2o": (0.10, 0.25, 0.35, 0.30),
}
GLOBE = {"co2": 16000.0, "ch4": 540.0, "n2o": 26.0}  # Tg of the gas per year in 1984, invented
TREND = {"co2": 120.0, "ch4": 1.5, "n2o": 0.06}
START = {"co2": (345.0, 1.8), "ch4": (1650.0, 6.0), "n2o": (304.0, 0.8), "mcf": (130.0, -3.0)}
INVENTED = "invented for a test"
TABLE_UNITS = {"co2": "ppm", "ch4": "ppb", "n2o": "ppb", "mcf": "ppt"}


def _yearly(gas: str) -> pd.DataFrame:
    """Bottom-up and top-down per band and year; the air says 3 % more than the ground."""
    rows = []
    for year in YEARS:
        total = (
            GLOBE[gas] + TREND[gas] * (year - YEARS[0]) + 0.01 * GLOBE[gas] * np.sin(1.7 * (year - YEARS[0]))
        )
        for band, share in zip(BANDS, SHARES[gas], strict=True):
            wide, narrow = 0.06 * GLOBE[gas], 0.02 * GLOBE[gas]
            rows.append((gas, band, year, year, share * total, wide, 1.03 * share * total, narrow))
    columns = [
        "gas",
        "region",
        "year_start",
        "year_end",
        "bottom_up",
        "bottom_up_sd",
        "top_down",
        "top_down_sd",
    ]
    return pd.DataFrame(rows, columns=columns)


def _with_globe(frame: pd.DataFrame) -> pd.DataFrame:
    keys = ["gas", "year_start", "year_end"]
    globe = frame.groupby(keys, as_index=False)[["bottom_up", "top_down"]].sum()
    spread = frame.groupby(keys, as_index=False)[["bottom_up_sd", "top_down_sd"]].agg(
        lambda sd: np.sqrt(np.sum(sd**2))
    )
    return pd.concat([frame, globe.merge(spread, on=keys).assign(region="globe")], ignore_index=True)


def _decades(frame: pd.DataFrame) -> pd.DataFrame:
    decade = frame["year_start"] // 10 * 10
    groups = frame.assign(decade=decade).groupby(["gas", "region", "decade"], as_index=False)
    means = groups[["bottom_up", "bottom_up_sd", "top_down", "top_down_sd"]].mean()
    spans = groups[["year_start", "year_end"]].agg({"year_start": "min", "year_end": "max"})
    merged = means.merge(spans, on=["gas", "region", "decade"])
    return merged[merged["year_end"] > merged["year_start"]].drop(columns="decade")


def reconciliation() -> pd.DataFrame:
    """Yearly and decadal comparison of every band and the globe."""
    yearly = _with_globe(pd.concat([_yearly(gas) for gas in GLOBE]))
    frame = pd.concat([yearly, _decades(yearly)], ignore_index=True)
    frame["difference"] = frame["top_down"] - frame["bottom_up"]
    frame["difference_sd"] = np.hypot(frame["bottom_up_sd"], frame["top_down_sd"])
    frame["z"] = frame["difference"] / frame["difference_sd"]
    return frame.assign(unit="Tg yr-1")


def _ledger(frame: pd.DataFrame, approach: str) -> pd.DataFrame:
    side = approach.replace("-", "_")
    sector = frame["gas"].map({"co2": "net_total", "ch4": "total", "n2o": "total"})
    rows = frame[["gas", "region", "year_start", "year_end"]].assign(
        sector=sector,
        approach=approach,
        source=f"{INVENTED}: {approach}",
        mean=frame[side],
        sd=frame[f"{side}_sd"],
    )
    return rows.assign(unit="Tg yr-1", note="")


def _with_sectors(rows: pd.DataFrame) -> pd.DataFrame:
    """Add sectors with invented shares to bottom-up rows."""
    parts = [rows]
    for sector, share in (("anthropogenic", 0.6), ("fossil", 0.4), ("agriculture", 0.2), ("natural", 0.4)):
        part = rows.assign(sector=sector, mean=rows["mean"] * share, sd=rows["sd"] * share)
        parts.append(part.assign(source=f"{INVENTED}: <b>{sector}</b> & co"))
    return pd.concat(parts, ignore_index=True)


def _months(gas: str) -> pd.DataFrame:
    start, slope = START[gas]
    year, month = np.repeat(YEARS, 12), np.tile(np.arange(1, 13), len(YEARS))
    when = year + (month - 0.5) / 12.0 - YEARS[0]
    level = start * np.exp(-when / 5.0) if gas == "mcf" else start + slope * when
    noise = np.random.default_rng(7).normal(0.0, 1.0, when.size)
    parts = []
    for index, band in enumerate(BANDS):
        wave = 0.006 * start * (index - 1) * np.sin(2 * np.pi * when)
        posterior, sd = level + wave + 0.002 * start * index, 0.001 * start
        parts.append(
            pd.DataFrame({"gas": gas, "band": band, "year": year, "month": month,
                          "observed": posterior + sd * noise, "sd": sd, "prior": posterior - 0.004 * start,
                          "posterior": posterior, "posterior_sd": 0.4 * sd})
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _growth() -> pd.DataFrame:
    parts = []
    for gas, (_, slope) in START.items():
        if gas in GLOBE:
            rows = pd.DataFrame(
                {"gas": gas, "year": YEARS, "growth": slope * (1 + 0.3 * np.sin(YEARS)), "sd": 0.1 * slope}
            )
            parts.append(rows.assign(unit=f"{TABLE_UNITS[gas]} yr-1"))
            parts.append(rows.assign(growth=rows["growth"] * 2.0, unit="Tg yr-1"))
    return pd.concat(parts, ignore_index=True)


def _closure() -> pd.DataFrame:
    rows = []
    for gas, source in GLOBE.items():
        for period in ("1984-1989", "1990-1999", "2000-2009", "2010-2019"):
            rows.append(
                (
                    gas,
                    period,
                    source,
                    -0.95 * source,
                    0.05 * source,
                    0.048 * source,
                    0.002 * source,
                    0.01 * source,
                )
            )
    columns = ["gas", "period", "sources", "sinks", "growth_from_budget", "growth_observed", "residual", "sd"]
    return pd.DataFrame(rows, columns=columns)


DIAGNOSTICS = {
    "chi2_per_obs": {"overall": 1.02, "co2": 0.98, "ch4": 1.05, "n2o": 1.01, "mcf": 1.04},
    "dofs": 412.5,
    "lifetimes": {
        "mcf": {"mean": 4.93, "sd": 0.11},
        "ch4": {"mean": 9.12, "sd": 0.35},
        "n2o": {"mean": 118.0, "sd": 7.2},
    },
    "exchange_time": {"mean": 1.31, "sd": 0.04, "unit": "yr"},
    "residual_autocorrelation": {"co2": 0.31, "ch4": 0.22},
    "leave_out": [{"site": "AAA", "bias": 0.12, "rmse": 0.44}, {"site": "BBB", "bias": -0.02, "rmse": 0.31}],
}

RECORD = {
    "content": {
        "stage": "observe",
        "version": "0",
        "config": {"period": {"start": 1984, "end": 2020}},
        "inputs": [{"path": "invented/input.csv", "sha256": "0" * 64}],
        "conservation": [{"quantity": "carbon", "worst_relative": 3e-13, "limit": 1e-9, "where": "1999"}],
        "notes": {
            "credits": [
                {
                    "title": "Invented <i>flasks</i>",
                    "producer": "nobody",
                    "licence": "CC0-1.0",
                    "citation": "none",
                }
            ],
            "not_verified": ["everything: this run is invented"],
            "embedded": ["band means, invented"],
        },
    },
    "occasion": {"started": "2000-01-01T00:00:00+00:00"},
}


def write_synthetic_run(folder: Path) -> Path:
    """Write a full set of stage files into `folder`."""
    balance = reconciliation()
    yearly = balance[balance["year_start"] == balance["year_end"]]
    decadal = balance[balance["year_start"] < balance["year_end"]]
    bottom_up, top_down = _with_sectors(_ledger(yearly, "bottom-up")), _ledger(yearly, "top-down")
    fit = pd.concat([_months(gas) for gas in START], ignore_index=True)
    means = fit.rename(columns={"observed": "value"})[["gas", "band", "year", "month", "value", "sd"]]
    tables = {
        "band_means": means.assign(n_sites=5, unit=means["gas"].map(TABLE_UNITS), source=INVENTED),
        "bottom_up": bottom_up,
        "top_down": top_down,
        "fit": fit,
        "growth": _growth(),
        "ledger": pd.concat([bottom_up, top_down], ignore_index=True),
        "reconciliation": balance,
        "decades": pd.concat([_with_sectors(_ledger(decadal, "bottom-up")), _ledger(decadal, "top-down")]),
        "closure": _closure(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    (folder / "diagnostics.json").write_text(json.dumps(DIAGNOSTICS), encoding="utf-8")
    (folder / "observe.json").write_text(json.dumps(RECORD), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def synthetic_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder with every stage file and no report; not to be changed."""
    return write_synthetic_run(tmp_path_factory.mktemp("synthetic_run"))


@pytest.fixture(scope="session")
def written_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a synthetic run; not to be changed."""
    from tenbin.report.pages import write_report

    return write_report(write_synthetic_run(tmp_path_factory.mktemp("synthetic_report")))
