"""What the made-up year of meteorology looks like: a JSON line for each season and hemisphere, and a figure.

    python benchmarks/synthetic_meteorology.py --figure synthetic.png

Makes the year first if it is not in the user's cache (some minutes; needs the extra `met`). Beside each figure what
reanalyses have, in round numbers, is in docs/numerics.md.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import EARTH_RADIUS, GRAVITY
from tenbin.transport.advection_steps import steps_needed
from tenbin.transport.air_file import AirFile
from tenbin.transport.air_layers import KAPPA, winds_of
from tenbin.transport.circulation import Circulation, circulation, portrait
from tenbin.transport.mass_fluxes import Interval
from tenbin.transport.meteorology_synthetic import LABEL, Synthetic, as_given, perpetual_year
from tenbin.transport.sweeps import Advection, advect, flow_of
from tenbin.transport.synthetic_forcing import mountains

SEASONS = {"DJF": (334, 424), "MAM": (59, 151), "JJA": (151, 243), "SON": (243, 334)}
A_DAY = 4


def moments(year: AirFile, days: tuple[int, int], every: int) -> Iterator[tuple[Interval, np.ndarray]]:
    for number in range(days[0] * A_DAY, days[1] * A_DAY, every):
        yield year.interval(number), year.temperature(number)


def worst_closure(year: AirFile, every: int) -> float:
    """Largest misfit [Pa] between the end of an interval and the start of the next, over the end of the year too."""
    numbers = [*range(0, len(year), every), len(year) - 1]
    ends = ((year.interval(n).dry_pressure[1], year.interval(n + 1).dry_pressure[0]) for n in numbers)
    return max(float(np.abs(a - b).max()) for a, b in ends)


def exchange(year: AirFile) -> dict[str, float]:
    """A gas that fills the northern hemisphere on 1 January, carried by winds alone: the time [d] of an exchange of
    two boxes, 2 over the rate at which its contrast falls from July on; drifts of its mass and of a ratio of 1."""
    grid, step = year.grid, year.times.seconds
    flows = partial(_flow, year)
    steps = max(steps_needed(*flows(n), step, grid) for n in range(0, len(year), 73))
    go = jax.jit(lambda t, m, f: advect(t, m, f, step, Advection(grid, "slopes", False, steps)))
    flow, mass = flows(0)
    north = (grid.grid.lat > 0)[:, None] * np.ones(grid.grid.shape)
    tracer = jnp.stack([mass * north, mass])
    total = float(tracer[0].sum())
    contrast = []
    for n in range(len(year)):
        flow, mass = flows(n)
        tracer, _ = go(tracer, mass, flow)
        if n % A_DAY == A_DAY - 1:
            contrast.append(_contrast(tracer[0], mass, north))
    days = np.arange(len(contrast)) + 1.0
    late = days > 0.5 * days[-1]
    rate = -np.polyfit(days[late], np.log(np.array(contrast)[late]), 1)[0]
    _, mass = flows(0)
    return {
        "steps_an_interval": steps,
        "interhemispheric_exchange_days": 2.0 / rate,
        "drift_of_mass": float(tracer[0].sum()) / total - 1.0,
        "drift_of_a_uniform_ratio": float(jnp.abs(tracer[1] / mass - 1.0).max()),
    }


def tropical_winds(year: AirFile, days: tuple[int, int], every: int) -> dict[str, float]:
    """Root mean square [m s-1] of northward winds within 10 degrees of the equator, for the most part of air that
    crosses it to and fro."""
    grid = year.grid
    near = np.abs(grid.grid.lat) <= 10.0
    pressure = 0.5 * (grid.a[1:] + grid.a[:-1] + (grid.b[1:] + grid.b[:-1]) * 1e5)
    levels = {p: int(np.abs(pressure / 100.0 - p).argmin()) for p in (200, 500, 850)}
    numbers = range(days[0] * A_DAY, days[1] * A_DAY, every)
    north = np.array([winds_of(year.interval(n), grid)[1][list(levels.values())][:, near] for n in numbers])
    size = np.sqrt((north**2).mean(axis=(0, 2, 3)))
    return {f"v_{p}_hpa": round(float(value), 1) for p, value in zip(levels, size, strict=True)}


def rising_in_the_tropics(
    year: AirFile, mean: Circulation, days: tuple[int, int], every: int
) -> dict[str, float]:
    """Air [1e9 kg s-1] that rises through faces of the stratosphere by the residual circulation: the overturning and
    what eddies' heat adds to it (Andrews et al. 1987, Middle Atmosphere Dynamics, section 3.5)."""
    grid, heat, theta, count = year.grid, 0.0, 0.0, 0
    for flow, warm in moments(year, days, every):
        _, north = winds_of(flow, grid)
        faces = grid.a[:, None, None] + grid.b[:, None, None] * flow.dry_pressure[0]
        potential = warm * (2e5 / (faces[1:] + faces[:-1])) ** KAPPA
        apart = [x - x.mean(axis=-1, keepdims=True) for x in (north, potential)]
        heat = heat + (apart[0] * apart[1]).mean(axis=-1)
        theta, count = theta + potential.mean(axis=-1), count + 1
    pressure = grid.a + grid.b * 1e5
    rise = np.diff(theta, axis=0) / np.diff(0.5 * (pressure[1:] + pressure[:-1]))[:, None]
    around = 2.0 * np.pi * EARTH_RADIUS * np.cos(np.radians(grid.grid.lat)) / GRAVITY
    eddies = around * 0.5 * (heat[1:] + heat[:-1]) / rise
    residual = mean.overturning[1:-1] - 0.5 * (eddies[:, 1:] + eddies[:, :-1])
    places = [int(np.abs(pressure[1:-1] / 100.0 - p).argmin()) for p in (94, 62, 37, 20)]
    return {
        f"rising_{pressure[k + 1] / 100:.0f}_hpa": round(float(np.ptp(residual[k]) / 1e9), 1) for k in places
    }


def _contrast(tracer: Any, mass: Any, north: np.ndarray) -> float:
    above = float((tracer * north).sum() / (mass * north).sum())
    return above - float((tracer * (1 - north)).sum() / (mass * (1 - north)).sum())


def _flow(year: AirFile, number: int) -> tuple[Any, Any]:
    one = year.interval(number)
    arrays = [jnp.asarray(x) for x in (one.east, one.north, *one.dry_pressure)]
    return flow_of(*arrays, year.times.seconds, year.grid)


def draw(path: Path, year: AirFile, means: dict[str, Circulation], seed: int) -> None:
    """Zonal wind and overturning in two seasons, eddy heat flux, surface pressure."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    lat, edges = year.grid.grid.lat, year.grid.grid.lat_edges[1:-1]
    faces = (year.grid.a + year.grid.b * 1e5) / 100.0
    figure, panels = plt.subplots(2, 3, figsize=(15, 8), constrained_layout=True)
    for row, name in zip(panels, ("DJF", "JJA"), strict=True):
        mean = means[name]
        height = mean.pressure.mean(-1) / 100.0
        shown = row[0].contourf(lat, height, mean.wind, np.arange(-60, 61, 5), cmap="RdBu_r", extend="both")
        row[0].contour(lat, height, mean.temperature, np.arange(180, 320, 10), colors="k", linewidths=0.4)
        figure.colorbar(shown, label="zonal wind [m/s]; lines: temperature, 10 K")
        shown = row[1].contourf(
            edges, faces, mean.overturning / 1e10, np.arange(-14, 15, 2), cmap="RdBu_r", extend="both"
        )
        figure.colorbar(shown, label="overturning [1e10 kg/s]")
        heat = row[1].contour(edges, height, mean.heat, np.arange(-40, 41, 5), colors="k", linewidths=0.5)
        row[1].clabel(heat, fontsize=7)
        for panel in row[:2]:
            panel.set(ylim=(1000, 5), yscale="log", ylabel="hPa", title=name)
        row[1].set(yscale="linear", title=f"{name}; lines: eddy heat flux [K m/s]")
        sea_level = _at_sea_level(year, mean) / 100.0
        shown = row[2].pcolormesh(year.grid.grid.lon, lat, sea_level, vmin=960, vmax=1030)
        figure.colorbar(shown, label="dry pressure brought to sea level [hPa]")
        row[2].set(title=name)
    figure.suptitle(f"{LABEL} (seed {seed})")
    figure.savefig(path, dpi=80)


def _at_sea_level(year: AirFile, mean: Circulation) -> np.ndarray:
    """[Pa] (lat, lon), with 6.5 K km-1 below the lowest layer."""
    height = year.grid.mean_in_groups(mountains(year.grid.grid.lat[:, None], year.grid.grid.lon[None]))
    warm = mean.temperature[0][:, None]
    return mean.surface * (1.0 + 6.5e-3 * height / warm) ** (9.80665 / (287.05 * 6.5e-3))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figure", type=Path)
    parser.add_argument("--every", type=int, default=3, help="intervals from one sample to the next")
    parser.add_argument("--free", action="store_true", help="the year that is held to no means of analyses")
    parser.add_argument("--exchange", action="store_true", help="also carry a gas for a year")
    chosen = parser.parse_args()
    begin = time.perf_counter()
    path = perpetual_year(Synthetic() if chosen.free else as_given())
    made = {"file_mb": path.stat().st_size / 1e6, "seconds_to_make": round(time.perf_counter() - begin, 1)}
    with AirFile(path) as year:
        print(json.dumps(made | {"worst_closure_pa": worst_closure(year, 100)}), flush=True)
        means = {}
        for name, days in SEASONS.items():
            means[name] = circulation(moments(year, days, chosen.every), year.times.seconds, year.grid)
            for side in ("north", "south"):
                told = portrait(means[name], year.grid, side == "north")._asdict()
                said = {key: round(value, 2) for key, value in told.items()}
                print(json.dumps({"season": name, "side": side, **said}), flush=True)
            middle = int(np.argmin(np.abs(means[name].pressure.mean(-1) - 5e4)))
            rising = float(np.sqrt((means[name].rising[middle] ** 2).mean()))
            told = {"season": name, "rms_omega_500_pa_s": round(rising, 4)}
            told |= tropical_winds(year, days, chosen.every)
            told |= rising_in_the_tropics(year, means[name], days, chosen.every)
            print(json.dumps(told), flush=True)
        if chosen.figure:
            draw(chosen.figure, year, means, year.settings["dynamics"]["seed"])
        if chosen.exchange:
            print(json.dumps(exchange(year)), flush=True)


if __name__ == "__main__":
    main()
