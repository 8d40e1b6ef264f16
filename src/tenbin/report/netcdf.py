"""budget.nc: prior and posterior emissions per gas, band and year with their spread, as CF asks for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

import tenbin
from tenbin.core.regions import BAND_EDGES, BANDS
from tenbin.core.units import LEDGER_UNIT
from tenbin.report.selection import weighed_gases
from tenbin.report.stage_files import Stages
from tenbin.report.style import FLUX_LABELS, GAS_NAMES

SIDES = {"prior": "bottom_up", "posterior": "top_down"}
"""The estimate before the air was asked is the bottom-up one; the estimate after is the top-down one."""

_SPREAD = {
    "prior": "spread as stated by the bottom-up budget; the inversion may have started from a wider one",
    "posterior": "spread of the posterior",
}

_ENCODING = {"zlib": True, "complevel": 4, "dtype": "float64", "_FillValue": np.nan}


def budget_dataset(stages: Stages) -> xr.Dataset:
    """Dataset, dims `time lat`, variables `<gas>_emission_{prior,posterior}[_sd]` [Tg of the gas yr-1].

    `lat` is the middle of each band, with bounds; `time` the middle of each year, with bounds. Global totals
    carry their own spread, since errors of bands are correlated: `<gas>_emission_{...}_globe` and `_sd`.
    """
    frame = stages["reconciliation"]
    yearly = frame[frame["year_start"] == frame["year_end"]]
    years = np.unique(yearly["year_start"]) if len(yearly) else np.array([], dtype=int)
    dataset = _frame_of_reference(years)
    for gas in weighed_gases(stages):
        rows = yearly[yearly["gas"] == gas]
        for side, column in SIDES.items():
            _add(dataset, rows, gas, side, column, years)
    dataset.attrs = _attributes()
    return dataset


def _add(
    dataset: xr.Dataset, rows: pd.DataFrame, gas: str, side: str, column: str, years: np.ndarray
) -> None:
    """Add mean and spread of one gas and side, per band and for the globe."""
    for suffix, name in (("", column), ("_sd", f"{column}_sd")):
        by_place = rows.pivot_table(index="year_start", columns="region", values=name, dropna=False).reindex(
            years
        )
        by_band = by_place.reindex(columns=list(BANDS)).to_numpy(float)
        attributes = _variable_attributes(gas, side, spread=bool(suffix))
        dataset[f"{gas}_emission_{side}{suffix}"] = (("time", "lat"), by_band, attributes)
        globe = by_place.reindex(columns=["globe"]).to_numpy(float)[:, 0]
        dataset[f"{gas}_emission_{side}_globe{suffix}"] = (("time",), globe, attributes)


def _variable_attributes(gas: str, side: str, spread: bool) -> dict[str, str]:
    approach = SIDES[side].replace("_", "-")
    what = "standard deviation of " if spread else ""
    return {
        "long_name": f"{what}{GAS_NAMES[gas].lower()} {side} ({approach}): {FLUX_LABELS[gas]}",
        "units": LEDGER_UNIT,
        "cell_methods": "time: mean lat: sum",
        "comment": "mass of the gas itself, positive to the air; a year is 365.25 days; " + _SPREAD[side],
        "coordinates": "band",
    }


def _frame_of_reference(years: np.ndarray) -> xr.Dataset:
    edges = np.array([BAND_EDGES[:-1], BAND_EDGES[1:]]).T
    starts, ends = (_days_since_1970(years + shift) for shift in (0, 1))
    latitude = {"units": "degrees_north", "standard_name": "latitude", "axis": "Y", "bounds": "lat_bnds"}
    time = {"standard_name": "time", "axis": "T", "bounds": "time_bnds", "calendar": "standard"}
    return xr.Dataset(
        {
            "lat_bnds": (("lat", "bnds"), edges),
            "time_bnds": (("time", "bnds"), np.column_stack([starts, ends])),
        },
        coords={
            "time": ("time", (starts + ends) / 2.0, {**time, "units": "days since 1970-01-01"}),
            "lat": ("lat", edges.mean(axis=1), latitude),
            "band": ("lat", np.array(BANDS), {"long_name": "latitude band"}),
        },
    )


def _days_since_1970(years: np.ndarray) -> np.ndarray:
    dates = (years.astype(int) - 1970).astype("datetime64[Y]").astype("datetime64[D]")
    return dates.astype(float)


def _attributes() -> dict[str, str]:
    return {
        "Conventions": "CF-1.11",
        "title": "Greenhouse-gas budget of four latitude bands: bottom-up (prior) and top-down (posterior)",
        "institution": "made by the user of tenbin",
        "source": f"tenbin {tenbin.__version__}: inventories, and inversion of flask air in 12 boxes",
        "references": "see report.html in the same folder for data credits and licences",
        "comment": "Bands are 90S-30S, 30S-EQ, EQ-30N, 30N-90N: a quarter of the Earth's surface each.",
    }


def write_budget(stages: Stages, path: Path) -> None:
    """Write `budget_dataset` to `path` as netCDF-4; equal stage files give equal bytes."""
    dataset = budget_dataset(stages)
    plain: dict[str, dict[str, object]] = {
        name: {"_FillValue": None} for name in ("time", "lat", "lat_bnds", "time_bnds")
    }
    plain["band"] = {
        "dtype": "S1"
    }  # characters, not variable-length strings: every netCDF viewer reads those
    encoding = {str(name): dict(_ENCODING) for name in dataset.data_vars if str(name) not in plain} | plain
    dataset.to_netcdf(path, engine="h5netcdf", encoding=encoding)
