"""How fast the land is, how well it keeps its books, and whether its gradients are right: one JSON line.

    python benchmarks/land.py --quick

`--quick` runs fewer cells and days and scales the time to 67,420 cells; without it every cell is run. All times are
CPU-seconds, the P-model's against pyrealm's in turns of one process. `gradient_ratio` is for 100 parameters spread
evenly over the table, `gradient_ratio_all` (not with `--quick`) for all.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from typing import Any

# Idle threads of the compiler's pool spin while they wait, and their spinning would count as work.
os.environ.setdefault("NPROC", "1")

import numpy as np
from land_cases import planet, sums_of_everything
from land_gradients import compare
from pmodel_speed import measure

from tenbin.core.arrays import collector_at_rest, jax, jnp
from tenbin.core.params import declarations
from tenbin.land import closure
from tenbin.land.ecosystem import LandParams
from tenbin.land.parameters import at_cells, replace

CELLS = 67_420
BLOCK = {"float32": 256, "float64": 128}
"""Cells worked side by side: what keeps a row of a layer near the processor and the loops' overhead small."""


def _tell(*words: object) -> None:
    print(*words, file=sys.stderr, flush=True)


def _timed(function: Any, *arguments: Any) -> float:
    """CPU-seconds of one call, results awaited."""
    begun = time.process_time()
    jax.block_until_ready(function(*arguments))
    return time.process_time() - begun


def _compiled(function: Any, *arguments: Any) -> tuple[Any, float]:
    begun = time.perf_counter()
    with collector_at_rest():
        compiled = jax.jit(function).lower(*arguments).compile()
    return compiled, time.perf_counter() - begun


def step_seconds(dtype: str, blocks: int, repeats: int) -> dict[str, float]:
    """CPU-seconds of 67,420 cells x 365 days with every process and four tags on, every flux kept."""
    block = BLOCK[dtype]
    blocks = min(blocks, -(-CELLS // block))
    surface, weather = planet(block, 365, dtype)
    params = at_cells(LandParams(), surface.plant_type, dtype)
    pools = "float64"
    forward, compile_s = _compiled(lambda p, w: sums_of_everything(surface, p, w, pools), params, weather)
    _timed(forward, params, weather)
    times = [sum(_timed(forward, params, weather) for _ in range(blocks)) for _ in range(repeats)]
    whole = float(np.median(times)) / blocks * CELLS / block
    _tell(f"step {dtype}: {whole:.1f} CPU-s, compiled in {compile_s:.1f} s")
    return {f"step_cpu_s_{_short(dtype)}": whole, f"step_compile_s_{_short(dtype)}": compile_s}


def _short(dtype: str) -> str:
    return dtype.replace("float", "f")


def _spread(count: int | None) -> dict[str, jax.Array]:
    """`count` parameters spread evenly over the table, or all, by name."""
    declared = [(one.name, value) for one, value in declarations(LandParams())]
    step = 1.0 if count is None else len(declared) / count
    return dict(declared[int(place * step)] for place in range(count or len(declared)))


def gradient_ratio(count: int | None = 100, dtype: str = "float32", days: int = 365) -> tuple[float, float]:
    """Value and gradient of a loss that reads every output, over the forward run, and seconds to compile it."""
    surface, weather = planet(BLOCK[dtype], days, dtype)

    def loss(values: dict[str, jax.Array]) -> jax.Array:
        here = at_cells(replace(LandParams(), values), surface.plant_type, dtype)
        _, end, fluxes, _ = sums_of_everything(surface, here, weather, "float64")
        return sum(
            (jnp.mean(leaf).astype("float64") for leaf in jax.tree.leaves((end, fluxes))), jnp.zeros(())
        )

    values = _spread(count)
    forward, _ = _compiled(loss, values)
    both, compile_s = _compiled(jax.value_and_grad(loss), values)
    _timed(forward, values), _timed(both, values)
    ratio = float(np.median([_timed(both, values) / _timed(forward, values) for _ in range(3)]))
    _tell(f"gradient, {len(values)} parameters: {ratio:.1f} x forward, compiled in {compile_s:.1f} s")
    return ratio, compile_s


def closures(cells: int = 256) -> dict[str, float]:
    """Worst residual of a year over all cells, in 64 bits."""
    surface, weather = planet(cells, 365, seed=1)
    params = at_cells(LandParams(), surface.plant_type, "float64")
    start, end, _, traffic = jax.jit(lambda p: sums_of_everything(surface, p, weather, "float64"))(params)
    worst = closure.residuals(start, end, traffic)
    names = {"tags": "tag_closure"}
    return {names.get(k, f"{k}_closure"): float(jnp.max(jnp.abs(v))) for k, v in worst._asdict().items()}


def run(quick: bool) -> dict[str, Any]:
    """All measures; `quick` trades cells, days and repeats for time."""
    blocks = 8 if quick else CELLS
    found: dict[str, Any] = measure(43_200 if quick else 259_200, 3 if quick else 5)
    found |= step_seconds("float32", blocks, 3 if quick else 1) | step_seconds(
        "float64", blocks, 2 if quick else 1
    )
    found["gradient_ratio"], found["gradient_compile_s"] = gradient_ratio(days=90 if quick else 365)
    if not quick:
        found["gradient_ratio_all"], found["gradient_all_compile_s"] = gradient_ratio(None)
        found["gradient_ratio_f64"], _ = gradient_ratio(dtype="float64")
    found["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    found |= closures(64 if quick else 512)
    return found | compare(3 if quick else 8, 200 if quick else 400)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="in under a minute once compiled")
    print(json.dumps(run(parser.parse_args().quick)))
