"""Tracers in the air of real analyses: JSON lines of what is kept and of how radon stands over land and sea.

    TENBIN_DATA=... python benchmarks/analyses.py --days 10

Few times are played to and fro (one stands still), with the clouds and the boundary layers of those moments; "by the
sun" leaves out heat fluxes and temperature at the ground, so that boundary layers are prescribed and days follow
nights. Radon-222 of the built-in fluxes decays; a uniform gas should stay so. Activities are in Bq per standard cubic
metre (273.15 K, 1013.25 hPa). Slopes carry, unless told otherwise: in ten days of one wind that never changes
filaments shrink to a cell, where parabolas overshoot. Published figures stand beside them in docs/numerics.md.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tenbin.assimilate import fluxes
from tenbin.core.arrays import jnp
from tenbin.core.constants import EARTH_RADIUS, GAS_CONSTANT, MOLAR_MASS
from tenbin.core.errors import InputError
from tenbin.data.catalog import locate
from tenbin.data.meteorology.opening import lazily
from tenbin.data.surface_fluxes import land_share
from tenbin.transport.air_file import AirFile
from tenbin.transport.air_grid import AirGrid
from tenbin.transport.days import days_of
from tenbin.transport.model import air_of
from tenbin.transport.passage import Passage
from tenbin.transport.rates import RADON_DECAY
from tenbin.transport.sweeps import Scheme
from tenbin.workflow import air_making
from tenbin.workflow.air_settings import Analyses

STANDARD = 101325.0 / (float(GAS_CONSTANT) * 273.15)
"""Moles of air in a standard cubic metre."""
AVOGADRO = 6.02214076e23
RADON, CARBON_DIOXIDE = 0.222, 0.04401
EVEN = 6e-4
"""Mass ratio of the gas that should stay uniform."""
FAR = 1500e3
"""[m] from any land is far."""

GROUND = ("lhf", "shf", "t2m")
"""What GFS files call fluxes of heat and temperature at the ground."""


class Case(NamedTuple):
    """A file of a product of the catalog, variables `without` which it is read, and how."""

    product: str
    file: str
    without: tuple[str, ...] = ()
    relief: bool = False


CASES = {
    "gfs_january": Case("met_gfs", "gfs_2p5deg_20110115T12.nc"),
    "gfs_january_by_the_sun": Case("met_gfs", "gfs_2p5deg_20110115T12.nc", GROUND),
    "gfs_october": Case("met_gfs", "gfs_2p5deg_20111011T00.nc"),
    "gfs_october_by_the_sun": Case("met_gfs", "gfs_2p5deg_20111011T00.nc", GROUND),
    "ifs_june": Case("met_ifs", "ecmwf_10deg_20240603_8times.nc", relief=True),
    "era5_january": Case("met_era5_tl31", "era5_tl31_19590102T00.nc", relief=True),
}


class Outcome(NamedTuple):
    """After the run: activity of radon [Bq per standard m3] and air [kg], both (level, lat, lon), drifts, figures."""

    activity: np.ndarray
    mass: np.ndarray
    told: dict[str, float]


def carried(air: AirFile, scheme: Scheme) -> Outcome:
    """Radon and a uniform gas through all days of the air."""
    days = days_of(air.times)
    grid, month = air.grid, int(days[0].date.astype("datetime64[M]").astype(int)) % 12
    slots = days[-1].slot + 1
    emission = np.zeros((slots, 2, *grid.grid.shape))
    emission[:, 0] = fluxes.on_cells("rn222", grid).monthly[month]
    decay = jnp.asarray(np.array([float(RADON_DECAY), 0.0])[:, None, None, None] * np.ones(grid.shape))
    masses = jnp.asarray([RADON, CARBON_DIOXIDE])
    passage = Passage(air, days, masses, loss=lambda _: decay, scheme=scheme)
    state = passage.begin(np.array([0.0, EVEN])[:, None, None, None])
    begun = time.perf_counter()
    total, emitted, lost = float(state.tracer[1].sum()), 0.0, 0.0
    for one in passage.forward(state, emission):
        state, emitted, lost = one.state, emitted + float(one.emitted[0]), lost + float(one.lost[0].sum())
    mass = np.asarray(air_of(state.dry_pressure, passage.model(days[0])))
    radon, even = np.asarray(state.tracer)
    activity = radon / mass * (float(MOLAR_MASS["air"]) / RADON) * STANDARD * AVOGADRO * float(RADON_DECAY)
    told = {
        "days": len(days),
        "hours_an_interval": air.times.seconds / 3600.0,
        "steps_an_interval": int(air.steps.max()),
        "seconds": round(time.perf_counter() - begun, 1),
        "drift_of_a_uniform_ratio": float(np.abs(even / (EVEN * mass) - 1.0).max()),
        "drift_of_mass": float(even.sum() / total - 1.0),
        "books_of_radon": (float(radon.sum()) + lost) / emitted - 1.0,
        "radon_mBq_least": float(1e3 * activity.min()),
    }
    return Outcome(activity, mass, told)


def places(grid: AirGrid) -> dict[str, np.ndarray]:
    """Parts of the Earth (lat, lon) in which profiles are taken."""
    land = grid.mean_in_groups(land_share.on_grid(grid.grid))
    lat = np.broadcast_to(grid.grid.lat[:, None], land.shape)
    solid = land > 0.9
    made = {
        "land_30_60N": solid & (lat > 30) & (lat < 60),
        "land_20S_20N": solid & (abs(lat) < 20),
        "land_50_20S": solid & (lat > -50) & (lat < -20),
        "sea_far_from_land": _far(land, grid) & (abs(lat) < 60),
    }
    return made


def _far(land: np.ndarray, grid: AirGrid) -> np.ndarray:
    """Cells whose middle is `FAR` from that of any cell with some land."""
    lat, lon = np.meshgrid(np.radians(grid.grid.lat), np.radians(grid.grid.lon), indexing="ij")
    where = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], -1).reshape(-1, 3)
    near = (where @ where[land.ravel() > 0.1].T).max(1)
    return (np.arccos(np.clip(near, -1.0, 1.0)) * EARTH_RADIUS > FAR).reshape(land.shape)


def profile(outcome: Outcome, where: np.ndarray, grid: AirGrid) -> dict[str, Any]:
    """Mean activity of the lowest layer and at pressures, and how the column is shared among heights."""
    weight = outcome.mass * where
    activity = (outcome.activity * weight).sum((1, 2)) / weight.sum((1, 2))
    faces = (grid.a + grid.b * 1e5) / 100.0
    middle = 0.5 * (faces[1:] + faces[:-1])
    held = (outcome.activity * weight).sum((1, 2))
    above = np.concatenate([np.cumsum(held[::-1])[::-1], [0.0]]) / held.sum()
    at = {f"{p}": round(float(np.interp(-p, -middle, activity)), 3) for p in (850, 700, 500, 300)}
    return {
        "cells": int(where.sum()),
        "lowest_layer": round(float(activity[0]), 3),
        **at,
        "lowest_over_500": round(float(activity[0] / np.interp(-500.0, -middle, activity)), 1),
        "share_above_500": round(float(np.interp(-500.0, -faces, above)), 3),
        "share_above_850": round(float(np.interp(-850.0, -faces, above)), 3),
    }


def results(days: int, scheme: Scheme) -> Iterator[dict[str, Any]]:
    for name, case in CASES.items():
        try:
            source = locate(case.product, case.file)
        except InputError:
            yield {"case": name, "skipped": f"{case.file} is not at hand"}
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / case.file
            lazily(source).drop_vars(case.without).to_netcdf(path, engine="h5netcdf")
            asked = Analyses(files=(str(path),), days=days, relief=case.relief)
            made = air_making.make(Path(folder) / "air.nc", air_making.prepared(asked))
            with AirFile(made) as air:
                outcome, grid = carried(air, scheme), air.grid
        yield {"case": name, **outcome.told}
        for place, where in places(grid).items():
            yield {"case": name, "place": place, **profile(outcome, where, grid)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--scheme", choices=("slopes", "parabolas", "upwind"), default="slopes")
    chosen = parser.parse_args()
    for line in results(chosen.days, chosen.scheme):
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
