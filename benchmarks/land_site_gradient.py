"""Thirteen years of a tower: seconds of a run and of its gradient by what a calibration turns; one JSON line.

usage: python benchmarks/land_site_gradient.py

Weather is made, carbon, water and energy are on, as in a calibration. One tower, and twelve side by side.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("NPROC", "1")

from land_cases import planet

from tenbin.assimilate.site_calibration import KNOBS
from tenbin.core.arrays import collector_at_rest, jax, jnp
from tenbin.core.params import declarations
from tenbin.land import ecosystem, simulation
from tenbin.land.ecosystem import LandParams, Options
from tenbin.land.parameters import at_cells, replace

DAYS = 13 * 365 + 3
OPTIONS = Options(gases=False, tags=False, nitrogen=False)


def loss_of(towers: int) -> tuple[Callable[[dict[str, jax.Array]], jax.Array], dict[str, jax.Array]]:
    """Mean square of GPP, evapotranspiration and NEE over all days, and the parameters it is of, by tower."""
    surface, weather = planet(towers, DAYS)
    here = at_cells(LandParams(), surface.plant_type, "float64")
    values = {
        d.name: jnp.broadcast_to(v, (towers,)) for d, v in declarations(here) if f"land.{d.name}" in KNOBS
    }

    def loss(values: dict[str, jax.Array]) -> jax.Array:
        place = ecosystem.place_with(surface, replace(here, values), OPTIONS)
        start = ecosystem.initial_state(place, jnp.mean(weather.tas, axis=0), weather.lai[0], OPTIONS)
        _, daily = simulation.day_by_day(
            lambda state, today: ecosystem.step(state, today, place, OPTIONS),
            start,
            weather,
            lambda f: jnp.stack([1e8 * f.life.gpp, 1e5 * f.ground.evapotranspiration, 1e8 * f.life.nee]),
        )
        return jnp.mean(daily * daily)

    return loss, values


def seconds(function: Any, *arguments: Any) -> tuple[float, float]:
    """Least processor time of five runs, and seconds to compile."""
    begun = time.perf_counter()
    with collector_at_rest():
        compiled = jax.jit(function).lower(*arguments).compile()
    compile_s = time.perf_counter() - begun
    jax.block_until_ready(compiled(*arguments))
    times = []
    for _ in range(5):
        begun = time.process_time()
        jax.block_until_ready(compiled(*arguments))
        times.append(time.process_time() - begun)
    return min(times), compile_s


def main() -> None:
    """Measure and print."""
    found: dict[str, Any] = {"days": DAYS}
    for towers in (1, 12):
        loss, values = loss_of(towers)
        found |= {"parameters": len(values), f"forward_s_{towers}": seconds(loss, values)[0]}
        found[f"gradient_s_{towers}"], found[f"gradient_compile_s_{towers}"] = seconds(
            jax.value_and_grad(loss), values
        )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
