"""The year at a station: a trend and a mean season from monthly means, as is usual for background air.

A record is a polynomial, harmonics of the year and a slow remainder (Thoning, Tans and Komhyr 1989, J. Geophys. Res.
94, 8549): the harmonics are the season, the rest the trend. The slow remainder is a mean of the residuals weighted by
a Gaussian of time, where Thoning et al. filter by frequency: it needs no filling of gaps.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from tenbin.core.calendar import decimal_year
from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.data.inventories.tables import PathLike, read_table, refuse_duplicates

__all__ = ["CYCLE_COLUMNS", "HARMONICS", "Record", "embedded", "fit", "row_of", "season", "station_cycles"]

Floats = npt.NDArray[np.float64]
HARMONICS = 4
"""Harmonics of the year, as in Thoning et al. 1989."""
SHORT = 3.0
"""Records shorter than this [yr] get a straight line and two harmonics, and no slow remainder."""
SLOW = 0.342
"""Standard deviation [yr] of the Gaussian of the slow remainder: half of a wave of 667 days passes, as through the
filter of Thoning et al. 1989."""
REJECTED = 3.0
"""Residuals beyond this many standard deviations are left out of a second fit."""
MOUNTAINS = frozenset({"ASK", "IZO", "KZM", "LLN", "MEX", "MKN", "MLO", "NWR", "WLG", "ZEP"})
"""Sites above their surroundings, to be seen at their altitude; plateaus and ice sheets are not. Own choice."""
_WAVES = tuple(f"{wave}{n}" for n in range(1, HARMONICS + 1) for wave in ("cos", "sin"))
CYCLE_COLUMNS = (
    "gas", "site", "lat", "lon", "alt", "intake_height", "above", "first", "last", "months", "unit", "amplitude",
    "maximum", "minimum", "phase", "spread", "gradient", "gradient_sd", *_WAVES,
)  # fmt: skip
"""A row per station. `amplitude` from the least to the greatest of the season, `maximum` and `minimum` [months from
the start of the year] when they are, `phase` when the first harmonic is greatest, `spread` the standard deviation of
months about the fit, `gradient` the mean less that of the reference station, `cos1` ... the harmonics; all in
`unit`. `alt` [m above sea], `intake_height` [m above ground], `above` as in `transport.stations`."""


class Record(NamedTuple):
    """A fitted record: `waves` (2 x harmonics: cosine and sine of each), months kept (month,) with their `trend`,
    and the standard deviation `spread` of what is left."""

    waves: Floats
    time: Floats
    value: Floats
    trend: Floats
    spread: float


def season(waves: npt.ArrayLike, time: npt.ArrayLike) -> Floats:
    """The season at decimal years `time` of harmonics `waves` (2 n,): cosine and sine of once, twice ... a year."""
    return _waves_at(np.asarray(time, dtype=float), len(np.asarray(waves)) // 2) @ np.asarray(
        waves, dtype=float
    )


def _waves_at(time: Floats, harmonics: int) -> Floats:
    angle = 2.0 * np.pi * time[..., None] * np.arange(1, harmonics + 1)
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1).reshape(*time.shape, 2 * harmonics)


def fit(time: npt.ArrayLike, value: npt.ArrayLike) -> Record:
    """Season and trend of monthly means `value` (month,) at decimal years `time` (month,); gaps are allowed.

    Quadratic, four harmonics and slow remainder; a straight line and two harmonics below SHORT. The harmonics are
    padded with noughts to HARMONICS. InputError: fewer than 12 months or a month of the year never seen.
    """
    when, what = np.asarray(time, dtype=float), np.asarray(value, dtype=float)
    kept = np.isfinite(what)
    when, what = when[kept], what[kept]
    raise_if_any(_faults(when))
    first = _fitted(when, what)
    near = np.abs(what - first.trend - season(first.waves, when)) <= REJECTED * max(first.spread, 1e-12)
    again = _fitted(when[near], what[near]) if not near.all() and not _faults(when[near]) else first
    return again


def _faults(time: Floats) -> list[Fault]:
    seen = len(np.unique(np.floor(time % 1.0 * 12.0 + 1e-6)))
    if len(time) >= 12 and seen == 12:
        return []
    found = f"{len(time)} months, {seen} of the twelve"
    return [
        Fault("record", "months", found, "a year at least, every month of it seen", "give a longer record")
    ]


def _fitted(time: Floats, value: Floats) -> Record:
    long = np.ptp(time) + 1.0 / 12.0 >= SHORT
    harmonics, degree = (HARMONICS, 2) if long else (2, 1)
    middle = time.mean()
    powers = (time - middle)[:, None] ** np.arange(degree + 1)
    # the remainder is what a first fit leaves, so that a second sees the season without it
    slow = np.zeros_like(value)
    for _ in range(3 if long else 1):
        design = np.concatenate([powers, _waves_at(time, harmonics)], axis=1)
        found = np.linalg.lstsq(design, value - slow, rcond=None)[0]
        smooth = design @ found
        if long:
            slow = _gaussian_mean(time, value - smooth)
    trend = powers @ found[: degree + 1] + slow
    waves = np.zeros(2 * HARMONICS)
    waves[: 2 * harmonics] = found[degree + 1 :]
    left = value - trend - season(waves, time)
    return Record(waves, time, value, trend, float(left.std()))


def _gaussian_mean(time: Floats, residual: Floats) -> Floats:
    weight = np.exp(-0.5 * ((time[:, None] - time[None, :]) / SLOW) ** 2)
    return np.asarray(weight @ residual / weight.sum(axis=1))


def row_of(record: Record) -> dict[str, float]:
    """Amplitude, months of the extremes and of the first harmonic, spread and harmonics, as in CYCLE_COLUMNS."""
    fine = np.arange(1460) / 1460.0
    curve = season(record.waves, fine)
    phase = np.arctan2(record.waves[1], record.waves[0]) / (2.0 * np.pi) * 12.0 % 12.0
    shape = {
        "amplitude": float(np.ptp(curve)),
        "maximum": float(fine[curve.argmax()] * 12.0),
        "minimum": float(fine[curve.argmin()] * 12.0),
        "phase": float(phase),
        "spread": record.spread,
    }
    return shape | dict(zip(_WAVES, record.waves.tolist(), strict=True))


def station_cycles(
    monthly: pd.DataFrame,
    years: tuple[int, int] = (2000, 2019),
    fewest: int = 60,
    reference: str = "SPO",
    heights: pd.Series | None = None,
    without: Iterable[str] = (),
) -> pd.DataFrame:
    """CYCLE_COLUMNS of every site of one gas with at least `fewest` months in `years`, sorted from north to south.

    `monthly` is in STATION_COLUMNS (one network); `heights` [m above ground] of intakes by site. `without` names
    sites to leave out, as ships. The gradient is the mean over the site's months of what is not its season, less the
    trend of `reference`. InputError: no such reference station.
    """
    rows = monthly[monthly["year"].between(*years) & ~monthly["site"].isin(list(without))]
    rows = rows.assign(time=decimal_year(rows["year"], rows["month"]))
    groups = {
        str(site): part.sort_values("time") for site, part in rows.groupby("site") if len(part) >= fewest
    }
    if reference not in groups:
        known = ", ".join(groups) or "no station"
        raise InputError(
            Fault("station cycles", "reference", repr(reference), f"one of {known}", "choose one")
        )
    records = {site: fit(part["time"], part["value"]) for site, part in groups.items()}
    base = records[reference]
    table = pd.DataFrame(
        [_place(site, groups[site], heights) | row_of(record) | _gradient(record, base)
         for site, record in records.items()]
    )  # fmt: skip
    return table[list(CYCLE_COLUMNS)].sort_values(["lat", "site"], ascending=[False, True], ignore_index=True)


def _place(site: str, part: pd.DataFrame, heights: pd.Series | None) -> dict[str, object]:
    east = (part["lon"] - part["lon"].iloc[0] + 180.0) % 360.0 - 180.0
    return {
        "gas": part["gas"].iloc[0], "site": site, "lat": part["lat"].mean(),
        "lon": (part["lon"].iloc[0] + east.mean() + 180.0) % 360.0 - 180.0, "alt": part["alt"].mean(),
        "intake_height": np.nan if heights is None else float(heights.get(site, np.nan)),
        "above": "sea" if site in MOUNTAINS else "ground", "first": part["time"].iloc[0],
        "last": part["time"].iloc[-1], "months": len(part), "unit": part["unit"].iloc[0],
    }  # fmt: skip


def _gradient(record: Record, base: Record) -> dict[str, float]:
    less = record.value - season(record.waves, record.time) - np.interp(record.time, base.time, base.trend)
    return {"gradient": float(less.mean()), "gradient_sd": float(less.std())}


@lru_cache(maxsize=1)
def _packaged() -> pd.DataFrame:
    path = resources.files("tenbin.data") / "embedded" / "flask_cycles.csv"
    with resources.as_file(path) as file:
        return _numbered(read_table(Path(file), CYCLE_COLUMNS))


def _numbered(raw: pd.DataFrame) -> pd.DataFrame:
    words = ("gas", "site", "above", "unit")
    return raw.assign(**{name: pd.to_numeric(raw[name]) for name in CYCLE_COLUMNS if name not in words})


def embedded(gas: str | None = None, path: PathLike | None = None) -> pd.DataFrame:
    """CYCLE_COLUMNS of NOAA's flask stations, CO2 [ppm] and CH4 [ppb], 2000-2019, from the package or from `path`.

    Source: Lan et al. 2023, NOAA GML Carbon Cycle Cooperative Global Air Sampling Network, version 2023-08-28
    (CC0), samples of background air.
    """
    table = _packaged().copy() if path is None else _numbered(read_table(path, CYCLE_COLUMNS))
    refuse_duplicates(table, ("gas", "site"), "flask cycles" if path is None else path)
    if gas is None:
        return table
    if gas not in set(table["gas"]):
        known = ", ".join(sorted(table["gas"].unique()))
        raise InputError(Fault("flask cycles", "gas", repr(gas), f"one of {known}", "choose one"))
    return table[table["gas"] == gas].reset_index(drop=True)
