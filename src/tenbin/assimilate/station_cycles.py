"""Modelled stations beside observed ones: amplitude, phase and shape of the season, and gradients over the globe."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tenbin.core.constants import SECONDS_PER_DAY, SECONDS_PER_YEAR
from tenbin.core.errors import Fault, raise_if_any
from tenbin.data.stations.seasonal_cycle import HARMONICS, embedded, fit, row_of, season

__all__ = ["COMPARED", "compare", "modelled_cycles", "places", "season_of"]

COMPARED = (
    "site", "lat", "lon", "alt", "above", "unit", "months", "amplitude_model", "amplitude_obs", "amplitude_ratio",
    "phase_difference", "correlation", "gradient_model", "gradient_obs", "gradient_difference",
)  # fmt: skip
"""A row per station, from north to south. `amplitude` from least to greatest of the season, `phase_difference` [d] of
the first harmonic, positive where the model is late, `correlation` of the two seasons, `gradient` the mean less that
of the reference station."""
_DAYS = float(SECONDS_PER_YEAR / SECONDS_PER_DAY)
_MONTHS = (np.arange(12) + 0.5) / 12.0


def places(observed: pd.DataFrame | str) -> dict[str, pd.DataFrame]:
    """Where to sample a model: for "sea" and "ground" (`transport.stations.point_map`) a table of site, lat, lon, at.

    `at` [m] is the altitude above sea of mountains, the intake's height above ground of all others; `observed` as in
    `compare`. A way of sampling that no station asks for is left out.
    """
    seen = embedded(observed) if isinstance(observed, str) else observed
    at = seen["alt"].where(seen["above"] == "sea", seen["intake_height"])
    table = seen[["site", "lat", "lon", "above"]].assign(at=at)
    return {
        str(above): part.drop(columns="above").reset_index(drop=True)
        for above, part in table.groupby("above")
    }


def modelled_cycles(modelled: pd.DataFrame, reference: str = "SPO") -> pd.DataFrame:
    """Season and gradient of each column of `modelled`: site, months, amplitude, maximum ... as in CYCLE_COLUMNS.

    `modelled` has decimal years (the middle of months, `core.calendar.decimal_year`) as its index and a column for
    each station, in the observations' unit; a year of months at least. The season is found as in the observations;
    the gradient is the mean of the columns' difference, month by month, without season. InputError lists every
    fault.
    """
    raise_if_any(_faults(modelled, reference))
    time = modelled.index.to_numpy(dtype=float)
    records = {str(site): fit(time, column.to_numpy(dtype=float)) for site, column in modelled.items()}
    base = records[reference]
    rows = []
    for site, record in records.items():
        less = (
            record.value - season(record.waves, record.time) - np.interp(record.time, base.time, base.trend)
        )
        words = {"site": site, "months": len(record.time)}
        rows.append(
            words | row_of(record) | {"gradient": float(less.mean()), "gradient_sd": float(less.std())}
        )
    return pd.DataFrame(rows)


def _faults(modelled: pd.DataFrame, reference: str) -> list[Fault]:
    where, columns = "modelled stations", [str(name) for name in modelled.columns]
    time = pd.to_numeric(pd.Series(modelled.index), errors="coerce").to_numpy(dtype=float)
    rising = len(time) >= 12 and bool(np.isfinite(time).all()) and bool((np.diff(time) > 0.0).all())
    tests = (
        (rising, "index", f"{len(time)} rows", "12 rising decimal years or more", "give whole years"),
        (reference in columns, "reference", repr(reference), f"one of {', '.join(columns)}", "sample it too"),
        (len(set(columns)) == len(columns), "columns", "a station twice", "each station once", "drop the repeat"),
    )  # fmt: skip
    faults = [Fault(where, *what) for good, *what in tests if not good]
    missing = [name for name in columns if not np.isfinite(modelled[name].to_numpy(dtype=float)).all()]
    return faults + [
        Fault(where, name, "values that are not finite", "a value for each month", "check the sampling")
        for name in missing
    ]


def compare(modelled: pd.DataFrame, observed: pd.DataFrame | str, reference: str = "SPO") -> pd.DataFrame:
    """COMPARED for every station that is in both, from north to south.

    `modelled` as in `modelled_cycles`; `observed` is in CYCLE_COLUMNS, or names a gas of the packaged table ('co2'
    [ppm], 'ch4' [ppb]). A modelled station that is not observed is an error, so that no misspelling passes; observed
    ones may be left out.
    """
    seen = embedded(observed) if isinstance(observed, str) else observed
    unknown = [name for name in map(str, modelled.columns) if name not in set(seen["site"])]
    known = ", ".join(seen["site"])
    raise_if_any(
        [
            Fault("modelled stations", "column", repr(name), f"one of {known}", "leave it out")
            for name in unknown
        ]
        + _faults(modelled, reference)
    )
    both = seen.merge(modelled_cycles(modelled, reference), on="site", suffixes=("_obs", "_model"))
    days = (both["phase_model"] - both["phase_obs"]) / 12.0 * _DAYS
    made = both.assign(
        months=both["months_model"],
        amplitude_ratio=both["amplitude_model"] / both["amplitude_obs"],
        phase_difference=(days + 0.5 * _DAYS) % _DAYS - 0.5 * _DAYS,
        correlation=[_correlation(row) for _, row in both.iterrows()],
        gradient_difference=both["gradient_model"] - both["gradient_obs"],
    )
    return made[list(COMPARED)].sort_values(["lat", "site"], ascending=[False, True], ignore_index=True)


def season_of(row: pd.Series, time: np.ndarray, suffix: str = "") -> np.ndarray:
    """The season of a row of CYCLE_COLUMNS at decimal years `time`; `suffix` is that of joined columns."""
    names = [f"{wave}{n}{suffix}" for n in range(1, HARMONICS + 1) for wave in ("cos", "sin")]
    return season(row[names].to_numpy(dtype=float), time)


def _correlation(row: pd.Series) -> float:
    model, seen = (season_of(row, _MONTHS, suffix) for suffix in ("_model", "_obs"))
    flat = np.ptp(model) < 1e-12 or np.ptp(seen) < 1e-12
    return float("nan") if flat else float(np.corrcoef(model, seen)[0, 1])
