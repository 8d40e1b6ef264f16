"""Times the P-model beside pyrealm, one after the other in one process, and prints the ratios as one JSON line.

Usage: python benchmarks/pmodel_speed.py [--quick]

Both turn the same temperature, dryness, CO2, pressure and absorbed light of a half-degree globe x 12 months into
gross primary production, environment included, each with its default methods. pyrealm always works out its
other outputs too; `all_outputs` repeats the race with ours writing every one of them to memory as well. Time is
that of the processor, over all threads (time.process_time). Needs pyrealm 2.0 (an extra for tests).

Expected per CPU-second: >= 15 in 32-bit and >= 5 in 64-bit; largest relative difference in 64-bit <= 1e-12.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tenbin.core.arrays import jax, jnp, narrow_vectors
from tenbin.land.p_model import p_model, prentice14
from tenbin.land.p_model_environment import environment_from_celsius, pressure_at_elevation
from tenbin.land.p_model_temperature import bernacchi_yield

MONTHS = 12
FULL, QUICK = (259_200, 5), (43_200, 3)
"""Cells and repeats."""
SMALLEST = 1e-3
"""Differences are relative to the value, or to this part of the largest where the yield nears zero in the cold."""
BLOCK = 9600
"""Most points whose intermediate results stay in the cache of a core together."""
INNER = 3
"""Runs of ours in one timing: a single one is too short for the clock of a shared machine."""


class Drivers(NamedTuple):
    """Of each cell and month, as a gridded run has them."""

    celsius: np.ndarray  # degC
    vpd: np.ndarray  # Pa
    co2: np.ndarray  # mol mol-1
    pressure: np.ndarray  # Pa
    absorbed: np.ndarray  # mol m-2 s-1


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a sixth of the cells, fewer repeats")
    options = parser.parse_args()
    print(json.dumps(measure(*(QUICK if options.quick else FULL))))


def measure(n_cells: int = FULL[0], repeats: int = FULL[1]) -> dict[str, Any]:
    """Ratios of processor time and the largest relative difference of GPP, with their details."""
    drivers = globe(n_cells)
    single, double = (at_precision(drivers, dtype) for dtype in ("float32", "float64"))
    gpp, everything = jax.jit(gross), jax.jit(model)
    # exponentials of 64 bits have no form for vectors of 512 in this compiler: those of 256 are asked for
    gpp64, everything64 = (jax.jit(f, compiler_options=narrow_vectors()) for f in (gross, model))
    reference = pyrealm_gpp(drivers)
    difference = relative_difference(np.asarray(gpp64(*double)), reference)
    entrants = {
        "pyrealm": lambda: pyrealm_gpp(drivers),
        "f64": lambda: gpp64(*double),
        "f32": lambda: gpp(*single),
        "all_f64": lambda: everything64(*double),
        "all_f32": lambda: everything(*single),
    }
    times = alternate(entrants, repeats)
    ratio = {name: median_ratio(times["pyrealm"], times[name]) for name in entrants}
    return {
        "pmodel_max_rel_diff": float(difference),
        "pmodel_max_rel_diff_f32": float(relative_difference(np.asarray(gpp(*single)), reference)),
        "pmodel_speedup_f32": ratio["f32"],
        "pmodel_speedup_f64": ratio["f64"],
        "pmodel_all_outputs_speedup_f32": ratio["all_f32"],
        "pmodel_all_outputs_speedup_f64": ratio["all_f64"],
        "points": int(drivers.celsius.size),
        "cpu_s": {name: round(statistics.median(values), 5) for name, values in times.items()},
        **floor_and_gradient(single, statistics.median(times["f32"]), repeats),
    }


def globe(n_cells: int) -> Drivers:
    """A year on `n_cells` cells from pole to pole: seasons by latitude, weather by chance; colder than -25 cut."""
    draw = np.random.default_rng(0)
    latitude = np.linspace(-89.75, 89.75, n_cells)[:, None]
    month = np.arange(MONTHS)[None, :]
    shape = (n_cells, MONTHS)
    season = np.sin(np.deg2rad(latitude)) * np.cos(2.0 * np.pi * (month - 6.5) / MONTHS)
    celsius = 28.0 - 0.006 * latitude**2 + 18.0 * season + draw.normal(0.0, 3.0, shape)
    celsius = np.clip(celsius, -25.0, 45.0)
    saturation = 611.0 * np.exp(17.27 * celsius / (celsius + 237.3))
    elevation = jnp.asarray(draw.exponential(600.0, (n_cells, 1)) * np.ones(shape))
    return Drivers(
        celsius,
        saturation * draw.uniform(0.05, 0.8, shape),
        np.full(shape, 400e-6),
        np.asarray(pressure_at_elevation(elevation)),
        draw.uniform(0.0, 1.0, shape) * draw.uniform(50e-6, 1500e-6, shape),
    )


def at_precision(drivers: Drivers, dtype: str) -> Drivers:
    return Drivers(*(jnp.asarray(field, dtype) for field in drivers))


def model(celsius, vpd, co2, pressure, absorbed):  # type: ignore[no-untyped-def]
    """Every output."""
    return p_model(environment_from_celsius(celsius, vpd, co2, pressure), absorbed)


def gross(*drivers: jax.Array) -> jax.Array:
    """Gross primary production [kg C m-2 s-1] alone."""
    return model(*drivers).gpp


def pyrealm_gpp(drivers: Drivers) -> np.ndarray:
    """The same by pyrealm [kg C m-2 s-1]."""
    from pyrealm.pmodel import PModel, PModelEnvironment

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        environment = PModelEnvironment(
            tc=drivers.celsius,
            vpd=drivers.vpd,
            co2=drivers.co2 * 1e6,
            patm=drivers.pressure,
            ppfd=drivers.absorbed * 1e6,
        )
        return PModel(environment).gpp * 1e-9


def relative_difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Largest difference where the reference is a number, relative as `SMALLEST` says."""
    scale = np.maximum(np.abs(theirs), SMALLEST * np.nanmax(np.abs(theirs)))
    return np.nanmax(np.abs(ours - theirs) / scale)


def alternate(entrants: dict[str, Callable[[], Any]], repeats: int) -> dict[str, list[float]]:
    """Processor time [s] of one run of each entrant, all in turn, `repeats` times after a warm-up."""
    times: dict[str, list[float]] = {name: [] for name in entrants}
    for lap in range(repeats + 1):
        for name, run in entrants.items():
            seconds = processor_time(run, 1 if name == "pyrealm" else INNER)
            if lap:
                times[name].append(seconds)
    return times


def processor_time(run: Callable[[], Any], times: int) -> float:
    """Mean processor time of `run` [s]."""
    begun = time.process_time()
    for _ in range(times):
        jax.block_until_ready(run())
    return (time.process_time() - begun) / times


def median_ratio(slow: list[float], fast: list[float]) -> float:
    return round(statistics.median(a / b for a, b in zip(slow, fast, strict=True)), 2)


def floor_and_gradient(drivers: Drivers, forward: float, repeats: int) -> dict[str, float]:
    """How far GPP in 32-bit is from merely moving its data, and what its gradient costs beside it."""
    copy = jax.jit(lambda fields: [field + 1.0 for field in fields])
    moved = 2 * sum(field.nbytes for field in drivers)
    bandwidth = moved / statistics.median(timings(lambda: copy(drivers), repeats))
    bytes_of_gpp = sum(field.nbytes for field in drivers) + drivers.absorbed.nbytes
    slope = jax.jit(gradient_in_blocks)
    both = statistics.median(timings(lambda: slope(drivers), repeats))
    return {
        "pmodel_over_bandwidth_floor": round(forward * bandwidth / bytes_of_gpp, 2),
        "copy_gb_per_cpu_s": round(bandwidth / 1e9, 2),
        "pmodel_gradient_ratio": round(both / forward, 2),
    }


def gradient_in_blocks(drivers: Drivers) -> Any:
    """Value and slopes in both numbers and every driver, a block that fits the cache at a time."""
    size = drivers.celsius.size
    block = max(width for width in range(1, BLOCK + 1) if size % width == 0)
    blocks = Drivers(*(field.reshape(-1, block) for field in drivers))
    numbers = jnp.asarray(146.0, "float32"), jnp.asarray(0.125, "float32")
    return jax.lax.map(lambda part: jax.value_and_grad(calibrated, argnums=(0, 1))(numbers, part), blocks)


def calibrated(numbers: tuple[jax.Array, jax.Array], drivers: Drivers) -> jax.Array:
    """Mean GPP with its cost ratio and quantum yield given, for slopes in both and in every driver."""
    beta, maximum = numbers
    env = environment_from_celsius(*drivers[:4])
    out = p_model(
        env,
        drivers.absorbed,
        optimal_chi=lambda env: prentice14(env, beta),
        quantum_yield=lambda env: bernacchi_yield(env, maximum),
    )
    return 1e6 * out.gpp.mean()


def timings(run: Callable[[], Any], repeats: int) -> list[float]:
    jax.block_until_ready(run())
    return [processor_time(run, INNER) for _ in range(repeats)]


if __name__ == "__main__":
    main()
