"""What a run of the moving air says of the real one: exchange, age, radon, lifetimes, seasons at stations.

    tenbin transport run.yaml --out air          (eight years or so: the stratosphere takes that long to settle)
    python benchmarks/moving_air.py air --figure cycles.png

Prints a JSON line for each subject, from the last year of the run. Published figures stand beside them in
docs/numerics.md.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tenbin.assimilate import fluxes, station_cycles
from tenbin.core.calendar import decimal_year
from tenbin.core.constants import AVOGADRO, DRY_PRESSURE, GAS_CONSTANT, GRAVITY, MOLAR_MASS
from tenbin.core.grid import Grid
from tenbin.data.surface_fluxes import land_share
from tenbin.report import station_cycles as pictures
from tenbin.transport import age_of_air, exchange_times
from tenbin.transport.exchange_times import Hemispheres

RADON_DECAY = 2.0982e-6
NORTH, SOUTH = ("ALT", "BRW", "MHD", "NWR", "KUM", "MLO"), ("SMO", "CGO", "PSA", "SPO")
"""Background stations of both hemispheres."""


def cells(fields: xr.Dataset) -> tuple[Grid, np.ndarray, np.ndarray]:
    """Grid, mass of air of cells over the mean pressure [kg] and pressure of layers [Pa] (level,)."""
    lat, lon = fields["lat"].values, fields["lon"].values
    middle = 0.5 * (lat[2:-1] + lat[1:-2])
    step = lat[2] - lat[1]
    edges = np.concatenate([[-90.0], [middle[0] - step], middle, [middle[-1] + step], [90.0]])
    west = 0.5 * (lon[1] - lon[0])
    grid = Grid(edges, np.append(lon - west, lon[-1] + west))
    faces = fields["hybrid_a"].values + fields["hybrid_b"].values * DRY_PRESSURE
    return grid, -np.diff(faces)[:, None, None] / GRAVITY * grid.area, 0.5 * (faces[1:] + faces[:-1])


def years_of(fields: xr.Dataset) -> np.ndarray:
    """Decimal years of the middles of months."""
    time = pd.DatetimeIndex(fields["time"].values)
    return decimal_year(time.year.to_numpy(), time.month.to_numpy())


def exchange(fields: xr.Dataset, name: str = "sf6") -> dict[str, float]:
    """Interhemispheric exchange of SF6 [yr], by the whole air and by the surface, from means of whole years."""
    grid, air, _ = cells(fields)
    mass = float(MOLAR_MASS["sf6"]) / float(MOLAR_MASS["air"])
    whole = len(fields["time"]) // 12
    yearly = fields[name].values[: 12 * whole].reshape(whole, 12, *fields[name].shape[1:]).mean(axis=1)
    first = int(pd.DatetimeIndex(fields["time"].values)[0].year)
    time = first + 0.5 + np.arange(whole)
    burden = exchange_times.hemispheric_burdens(grid, yearly * mass * air)
    source = [fluxes.on_grid("sf6", grid, first + n) for n in range(whole)]
    north = np.array([one.northern_share() * one.yearly(one.monthly) * 1e9 for one in source])
    total = np.array([one.yearly(one.monthly) * 1e9 for one in source])
    between = 0.5 * (north[1:] + north[:-1]), 0.5 * ((total - north)[1:] + (total - north)[:-1])
    by_air = exchange_times.exchange_time(time, burden, Hemispheres(*between))
    surface = exchange_times.surface_means(grid, yearly[:, 0])
    by_surface = exchange_times.surface_exchange_time(
        time, surface, Hemispheres(*between), float(MOLAR_MASS["sf6"])
    )
    difference = (surface.north - surface.south)[-1] * 1e12
    return {
        "exchange_time_yr": float(by_air[-1]),
        "exchange_time_surface_yr": float(by_surface[-1]),
        "each_year": [round(float(t), 3) for t in by_air],
        "north_less_south_surface_ppt": float(difference),
    }


def age(fields: xr.Dataset, name: str = "sf6") -> dict[str, Any]:
    """Mean age [yr] of the last year's air against the surface of the tropics, by the lag of SF6."""
    grid, _, pressure = cells(fields)
    values = fields[name].values
    time = years_of(fields)
    series = age_of_air.reference_mean(grid, values[:, 0])
    smooth = np.convolve(series, np.ones(12) / 12.0, mode="valid")
    when = np.convolve(time, np.ones(12) / 12.0, mode="valid")
    last = values[-12:].mean(axis=0).mean(axis=-1)
    found = age_of_air.lag(when, smooth, float(when[-1]), last)
    rows = {
        place: int(np.abs(grid.lat - lat).argmin())
        for place, lat in (("80S", -80), ("45S", -45), ("equator", 0), ("45N", 45), ("80N", 80))
    }
    told = {}
    for level in (50000, 20000, 10000, 5000, 1000, 300):
        k = int(np.abs(np.log(pressure / level)).argmin())
        told[f"{pressure[k] / 100:.0f} hPa"] = {
            place: round(float(found[k, row]), 2) for place, row in rows.items()
        }
    surface = {place: round(float(found[0, row]), 2) for place, row in rows.items()}
    return {"surface": surface} | told


def radon(fields: xr.Dataset, name: str = "rn222") -> dict[str, Any]:
    """Profiles of 222Rn over land between 20 and 60 N [Bq m-3 at 1013 hPa and 0 degC], by season, and over sea."""
    grid, _, pressure = cells(fields)
    share = land_share.on_grid(grid)
    activity = RADON_DECAY * float(AVOGADRO) * 101325.0 / (float(GAS_CONSTANT) * 273.15)
    values = fields[name].values[-12:] * activity
    north = ((grid.lat > 25.0) & (grid.lat < 55.0))[:, None]
    places = {"land": (share > 0.9) & north, "sea": (share < 0.01) & north}
    told: dict[str, Any] = {"hPa": [round(p / 100.0) for p in pressure[:12]]}
    for place, where in places.items():
        weight = grid.area * where
        for season, months in (("JJA", (5, 6, 7)), ("DJF", (11, 0, 1))):
            profile = np.einsum("klij,ij->l", values[list(months)], weight) / weight.sum() / len(months)
            told[f"{place}_{season}"] = [float(f"{v:.3g}") for v in profile[:12]]
    return told


def lifetimes(books: pd.DataFrame) -> dict[str, Any]:
    """Burden over loss [yr] of each gas in the last year, and to each process."""
    told: dict[str, Any] = {}
    for name, own in books.groupby("tracer"):
        last = own.iloc[-12:]
        if last["lost"].sum() > 0.0:
            burden = float(last["burden_end"].mean())
            by = {
                key.removeprefix("lost_"): round(burden / float(last[key].sum()), 1)
                for key in books.columns
                if key.startswith("lost_") and last[key].sum() > 0.0
            }
            earlier = [round(float(y["burden_end"].mean() / y["lost"].sum()), 2) for y in _years(own)]
            told[str(name)] = {"lifetime": burden / float(last["lost"].sum()), "by": by, "each_year": earlier}
    return told


def _years(own: pd.DataFrame) -> list[pd.DataFrame]:
    return [own.iloc[start : start + 12] for start in range(0, len(own) - 11, 12)]


def at_background(folder: Path, name: str = "sf6") -> dict[str, float]:
    """SF6 at background stations of the north less those of the south [ppt], last year."""
    series = xr.open_dataset(folder / "stations.nc")[name].isel(time=slice(-1460, None)).mean("time")
    value = dict(zip(series["site"].values, series.values, strict=True))
    north, south = ([value[site] for site in sites if site in value] for sites in (NORTH, SOUTH))
    return {"background_north_less_south_ppt": float(np.mean(north) - np.mean(south)) * 1e12}


def stations(folder: Path, gas: str, figure: Path | None) -> dict[str, Any]:
    """The season and gradient of flask stations in the last two years beside those observed."""
    series = xr.open_dataset(folder / "stations.nc")[gas]
    monthly = series.resample(time="MS").mean().isel(time=slice(-25, -1))
    time = pd.DatetimeIndex(monthly["time"].values)
    scale = 1e6 if gas == "co2" else 1e9
    observed = station_cycles.embedded(gas)
    table = pd.DataFrame(monthly.values * scale, columns=series["site"].values)
    table.index = decimal_year(time.year.to_numpy(), time.month.to_numpy())
    table = table[[name for name in table.columns if name in set(observed["site"])]]
    found = station_cycles.compare(table, gas)
    if figure is not None:
        pictures.write_figure(table, observed, gas, figure)
    shown = found[["site", "lat", "amplitude_model", "amplitude_obs", "phase_difference", "correlation",
                   "gradient_model", "gradient_obs"]]  # fmt: skip
    print(shown.round(2).to_string())
    return {
        "stations": len(found),
        "median_amplitude_ratio": float(found["amplitude_ratio"].median()),
        "median_abs_phase_days": float(found["phase_difference"].abs().median()),
        "median_correlation": float(found["correlation"].median()),
        "gradient_rms": float(np.sqrt(np.mean(found["gradient_difference"] ** 2))),
        "gradient_correlation": float(np.corrcoef(found["gradient_model"], found["gradient_obs"])[0, 1]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="run folder of tenbin transport")
    parser.add_argument("--figure", type=Path, help="where the seasons of CO2 are drawn")
    chosen = parser.parse_args()
    fields = xr.open_dataset(chosen.folder / "mole_fractions.nc").load()
    print(json.dumps({"sf6": exchange(fields) | at_background(chosen.folder)}))
    print(json.dumps({"age_yr": age(fields)}))
    print(json.dumps({"radon_bq_m3": radon(fields)}))
    print(json.dumps({"lifetimes_yr": lifetimes(pd.read_csv(chosen.folder / "books.csv"))}))
    for gas in ("co2", "ch4"):
        print(
            json.dumps(
                {f"stations_{gas}": stations(chosen.folder, gas, chosen.figure if gas == "co2" else None)}
            )
        )


if __name__ == "__main__":
    main()
