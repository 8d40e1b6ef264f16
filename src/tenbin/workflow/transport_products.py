"""What a run of the air leaves behind: monthly mole fractions, series at stations, and the books of every tracer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from numpy.lib.stride_tricks import sliding_window_view

from tenbin import __version__
from tenbin.core.constants import DRY_PRESSURE, SECONDS_PER_DAY, SECONDS_PER_YEAR
from tenbin.core.provenance import RunRecord, atomic_path
from tenbin.transport.air_file import AirFile
from tenbin.workflow.transport_batch import month_file, state_file
from tenbin.workflow.transport_inputs import Carried

__all__ = [
    "FILES",
    "LIMITS",
    "books",
    "conserve",
    "monthly_fields",
    "restart",
    "station_series",
    "write_netcdf",
]

Floats = npt.NDArray[np.float64]
FILES = ("mole_fractions.nc", "transport.png", "stations.nc", "books.csv", "restart.npz")
"""What a run may leave, besides its record."""
LIMITS = {"float64": 1e-10, "float32": 1e-3}
"""What the books of a tracer may miss over the run, as a part of what it held and was given."""
_SPECIES = {"co2": "carbon_dioxide", "ch4": "methane", "n2o": "nitrous_oxide", "rn222": "radon",
            "sf6": "sulfur_hexafluoride", "mcf": "methyl_chloroform"}  # fmt: skip


def _months(folder: Path, count: int) -> Iterator[dict[str, Any]]:
    for slot in range(count):
        with np.load(month_file(folder, slot), allow_pickle=False) as stored:
            yield {name: stored[name] for name in stored.files}


def books(batches: Sequence[tuple[Path, Sequence[Carried]]], count: int) -> pd.DataFrame:
    """A row for each tracer and month [kg]: burden_start, _mean and _end, emitted, lost and residual; `lost_PROCESS`
    is the part of what was lost that a process took, empty where a gas does not meet it; `days` of the month run."""
    rows = []
    for folder, tracers in batches:
        months = list(_sums(folder, count))
        rows += [_entry(one, place, month) for place, one in enumerate(tracers) for month in months]
    return pd.DataFrame(rows)


def _sums(folder: Path, count: int) -> Iterator[dict[str, Any]]:
    """Months without their maps."""
    for month in _months(folder, count):
        yield {name: value for name, value in month.items() if name not in ("mean", "seen")}


def _entry(one: Carried, place: int, month: dict[str, Any]) -> dict[str, Any]:
    """The row of a tracer at a `place` in its batch."""
    kept = ("burden_start", "emitted", "lost", "burden_end", "burden_mean")
    held = {name: float(month[name][place]) for name in kept}
    held["residual"] = held["burden_end"] - held["burden_start"] - held["emitted"] + held["lost"]
    own = f"lost_{place}_"
    by = {f"lost_{name[len(own) :]}": float(month[name]) for name in month if name.startswith(own)}
    when = {"month": str(month["date"]), "days": int(month["days"])}
    return {"tracer": one.name, "gas": one.gas, **when, **held, **by}


def conserve(record: RunRecord, table: pd.DataFrame, precision: str) -> pd.DataFrame:
    """Enter each tracer's books into `record`; returns the sums of the run [kg] with `months` and lifetimes [yr].

    A lifetime is the mean burden over the loss in a year: `lifetime` against all processes, `lifetime_PROCESS`
    against one.
    """
    grouped = table.groupby("tracer", sort=False)
    losses = [name for name in table if name.startswith("lost")]
    total = grouped[["emitted", "residual"]].sum().join(grouped[losses].sum(min_count=1))
    total["burden_start"] = grouped["burden_start"].first()
    total["burden_end"] = grouped["burden_end"].last()
    total["months"], total["days"] = grouped.size(), grouped["days"].sum()
    mean = table["burden_mean"] * table["days"]
    held = mean.groupby(table["tracer"], sort=False).sum() * float(SECONDS_PER_DAY / SECONDS_PER_YEAR)
    for name in losses:
        total[name.replace("lost", "lifetime")] = held / total[name].where(total[name] > 0.0)
    scale = total["burden_start"].abs() + table["emitted"].abs().groupby(table["tracer"]).sum()
    for name, row in total.iterrows():
        worst = row["residual"] / max(float(scale[name]), 1e-300)
        record.conserve(f"mass of {name}", float(worst), LIMITS[precision], "whole run")
    return total


def monthly_fields(
    batches: Sequence[tuple[Path, Sequence[Carried]]], count: int, air: AirFile, about: dict[str, str]
) -> xr.Dataset:
    """Monthly mean mole fractions [mol mol-1] (time, level, lat, lon), CF; time stands in the middle of months."""
    variables: dict[str, Any] = {}
    bounds: list[np.ndarray] = []
    for folder, tracers in batches:
        months = list(_months(folder, count))
        bounds = [month["bounds"] for month in months]
        for place, one in enumerate(tracers):
            values = np.stack([month["mean"][place] for month in months])
            said = _described(one.gas, f"monthly mean mole fraction of {one.name} in dry air")
            variables[one.name] = (("time", "level", "lat", "lon"), values, said)
    made = xr.Dataset(variables, coords=_axes(air, bounds))
    return made.assign_attrs(_about(about))


def _described(gas: str, words: str) -> dict[str, str]:
    species = _SPECIES[gas]
    known = {"standard_name": f"mole_fraction_of_{species}_in_air"}
    return ({} if gas in ("mcf", "rn222") else known) | {"units": "mol mol-1", "long_name": words}


def _about(about: dict[str, str]) -> dict[str, str]:
    return {"Conventions": "CF-1.11", "tenbin_version": __version__} | about


def _axes(air: AirFile, bounds: Sequence[np.ndarray]) -> dict[str, Any]:
    """Coordinates; `bounds` are the first day of each month and that after its last."""
    start, end = np.array(bounds).astype("datetime64[ns]").T
    grid = air.grid
    hybrid = "layers lie between faces at hybrid_a + hybrid_b x surface pressure of dry air"
    middle = 0.5 * (grid.a[:-1] + grid.a[1:] + (grid.b[:-1] + grid.b[1:]) * DRY_PRESSURE)
    said = {"units": "Pa", "long_name": f"dry pressure in the middle of layers over {DRY_PRESSURE / 100.0:.1f} hPa",
            "standard_name": "air_pressure", "positive": "down", "axis": "Z"}  # fmt: skip
    return {
        "time": ("time", start + (end - start) // 2, {"standard_name": "time", "bounds": "time_bnds"}),
        "time_bnds": (("time", "bound"), np.stack([start, end], axis=1)),
        "level": ("level", middle, said),
        "lat": ("lat", grid.grid.lat, _horizontal("lat")),
        "lon": ("lon", grid.grid.lon, _horizontal("lon")),
        "lat_bnds": (("lat", "bound"), sliding_window_view(grid.grid.lat_edges, 2)),
        "lon_bnds": (("lon", "bound"), sliding_window_view(grid.grid.lon_edges, 2)),
        "hybrid_a": ("level_edge", grid.a, {"units": "Pa", "long_name": hybrid}),
        "hybrid_b": ("level_edge", grid.b, {"units": "1", "long_name": hybrid}),
    }


def _horizontal(name: str) -> dict[str, str]:
    long, unit, axis = {"lat": ("latitude", "north", "Y"), "lon": ("longitude", "east", "X")}[name]
    return {"units": f"degrees_{unit}", "standard_name": long, "axis": axis, "bounds": f"{name}_bnds"}


def station_series(
    batches: Sequence[tuple[Path, Sequence[Carried]]],
    count: int,
    table: pd.DataFrame,
    times: npt.NDArray[np.datetime64],
    about: dict[str, str],
) -> xr.Dataset:
    """Mole fractions [mol mol-1] (time, station) at the ends of intervals, `times`, as stations see them."""
    variables: dict[str, Any] = {}
    for folder, tracers in batches:
        seen = np.concatenate([month["seen"] for month in _months(folder, count)])
        for place, one in enumerate(tracers):
            said = _described(one.gas, f"mole fraction of {one.name} in dry air at the end of each interval")
            variables[one.name] = (("time", "station"), seen[:, place], said)
    places = {
        "site": (table["site"].to_numpy(dtype=str), {"long_name": "station", "cf_role": "timeseries_id"}),
        "lat": (table["lat"].to_numpy(float), {"units": "degrees_north", "standard_name": "latitude"}),
        "lon": (table["lon"].to_numpy(float), {"units": "degrees_east", "standard_name": "longitude"}),
        "alt": (table["alt"].to_numpy(float), {"units": "m", "standard_name": "altitude"}),
        "intake_height": (
            table["intake_height"].to_numpy(float),
            {"units": "m", "long_name": "above ground"},
        ),
        "above": (
            table["above"].to_numpy(dtype=str),
            {"long_name": "whether `alt` above the sea counts, or `intake_height` above the ground"},
        ),
    }
    coordinates: dict[str, Any] = {name: ("station", *what) for name, what in places.items()}
    coordinates["time"] = ("time", times.astype("datetime64[ns]"), {"standard_name": "time"})
    made = xr.Dataset(variables, coords=coordinates)
    return made.assign_attrs(_about(about) | {"featureType": "timeSeries"})


def write_netcdf(data: xr.Dataset, path: Path) -> None:
    """Write `data`, packed, whole or not at all."""
    packed: dict[str, dict[str, Any]] = {
        str(name): {"zlib": True, "complevel": 1, "shuffle": True} for name in data.data_vars
    }
    epoch: dict[str, Any] = {"units": "hours since 1970-01-01", "dtype": "float64"}
    times = {name: epoch for name in ("time", "time_bnds") if name in data.variables}
    with atomic_path(path) as partial:
        data.to_netcdf(partial, engine="h5netcdf", encoding=packed | times)


def restart(batches: Sequence[tuple[Path, Sequence[Carried]]], path: Path) -> None:
    """The last state of all tracers in one file."""
    parts = []
    for folder, _ in batches:
        with np.load(state_file(folder), allow_pickle=False) as stored:
            parts.append({name: stored[name] for name in ("names", "tracer", "dry_pressure")})
    whole = {name: np.concatenate([part[name] for part in parts]) for name in ("names", "tracer")}
    with atomic_path(path) as partial, partial.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **whole, dry_pressure=parts[0]["dry_pressure"])
