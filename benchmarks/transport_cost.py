"""What a tracer-year of the full model costs: by batch, resolution, precision and cores, against the memory's speed.

    python benchmarks/transport_cost.py                    (some minutes on idle cores; one core: taskset -c 0)

Emission, mixing by turbulence and updrafts, advection, loss and the reading of the air are all in these times. Prints
a JSON line for each case. `floor_s` is the time in which the arrays of each sweep would pass through memory once:
tracer, air and flux read, tracer and air written, for six sweeps a step, and twice as much for mixing.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from tenbin.core.arrays import jax, jnp
from tenbin.transport.air_file import AirFile
from tenbin.transport.days import days_of
from tenbin.transport.idealised_air import idealised_air
from tenbin.transport.operators import ObservationMap
from tenbin.transport.passage import Passage

SIZES = {"36x24x20": (24, 36), "72x46x20": (46, 72), "144x90x20": (90, 144)}
DAYS = 2


def bandwidth(megabytes: int = 400) -> float:
    """Bytes a second of a = b + s c over arrays that fit no cache."""
    b = jnp.ones(megabytes * 125_000 // 3)
    c = jnp.ones_like(b)
    triad = jax.jit(lambda b, c: b + 3.0 * c)
    triad(b, c).block_until_ready()
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        triad(b, c).block_until_ready()
        times.append(time.perf_counter() - begun)
    return 3.0 * b.nbytes / min(times)


def watched(grid: Any, count: int = 50) -> ObservationMap:
    """Fifty stations on random cells of the lowest layer."""
    cell = np.random.default_rng(0).integers(0, np.prod(grid.grid.shape), count)
    return ObservationMap(jnp.arange(count), jnp.asarray(cell), jnp.ones(count), jnp.zeros(count), grid.shape)


def case(air: AirFile, batch: int, dtype: Any, repeats: int, days: int = DAYS) -> dict[str, float]:
    """Seconds of a tracer-year forward, and of forward and back over forward."""
    grid = air.grid
    loss = jnp.full((batch, *grid.shape), 1e-9, dtype)
    through = Passage(air, days_of(air.times)[:days], jnp.full(batch, 0.044), lambda _: loss, watched(grid))
    emission = np.full((1, batch, *grid.grid.shape), 1e-9)
    start = through.begin(1e-6, dtype)

    def forward() -> None:
        for month in through.forward(start, emission):
            jax.block_until_ready(month.state.tracer)

    def back() -> None:
        given = jnp.ones((4, batch, 50), dtype)
        jax.block_until_ready(through.backward(lambda _: given, dtype=dtype).tracer)

    there, again = (_least(run, repeats) for run in (forward, back))
    year = 365.0 / days
    return {
        "tracer_year_s": there * year / batch,
        "gradient_ratio": (there + again) / there,
        "backward_over_forward": again / there,
        "steps_a_day": 4.0 * float(np.mean([through.steps(day) for day in through.days])),
    }


def _least(run: Any, repeats: int) -> float:
    run()
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        run()
        times.append(time.perf_counter() - begun)
    return min(times)


def floor(grid: Any, steps_a_day: float, dtype: Any, speed: float) -> float:
    """Seconds of a tracer-year at the speed of memory."""
    size = float(np.prod(grid.shape)) * np.dtype(dtype).itemsize
    return 365.0 * (steps_a_day * 6 * 5 + 4 * 2 * 10) * size / speed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--sizes", nargs="*", default=list(SIZES))
    parser.add_argument("--batches", nargs="*", type=int, default=[1, 4, 12, 36])
    parser.add_argument("--precisions", nargs="*", default=["float64", "float32"])
    chosen = parser.parse_args()
    speed = bandwidth()
    cores = len(os.sched_getaffinity(0))
    print(json.dumps({"bandwidth_gb_s": speed / 1e9, "cores": cores}), flush=True)
    for size in chosen.sizes:
        with tempfile.TemporaryDirectory() as folder:
            rows, columns = SIZES[size]
            path = idealised_air(Path(folder) / "air.nc", days=DAYS, rows=rows, columns=columns, levels=20)
            with AirFile(path) as air:
                for batch in chosen.batches:
                    for dtype in chosen.precisions:
                        found = case(air, batch, jnp.dtype(dtype), chosen.repeats)
                        least = floor(air.grid, found["steps_a_day"], dtype, speed)
                        told = {"size": size, "batch": batch, "precision": dtype, "cores": cores, **found}
                        told |= {"floor_s": least, "over_floor": found["tracer_year_s"] / least}
                        print(json.dumps({k: round(v, 3) if isinstance(v, float) else v for k, v in told.items()}),
                              flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
