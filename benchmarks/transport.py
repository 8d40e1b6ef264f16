"""How exactly and how fast the air carries tracers: one JSON line.

    python benchmarks/transport.py --quick

Advection alone so far: turbulent mixing, convection and chemistry are not in these times. Winds are a made-up
analysis of six hours (`tenbin.transport.idealised`). Times are wall seconds of a tracer-year at 72 x 46 x 20 in 64
bits with four intervals a day.
"""

from __future__ import annotations

import argparse
import json
import time
from functools import partial
from typing import Any

import numpy as np

from tenbin.core.arrays import collector_at_rest, jax, jnp
from tenbin.core.grid import regular_grid
from tenbin.transport import idealised, idealised_tracers, mass_fluxes
from tenbin.transport.advection_steps import steps_needed
from tenbin.transport.air_grid import AirGrid, hybrid_layers, merged_cells, polar_grid
from tenbin.transport.pressure_fixer import PressureFixer
from tenbin.transport.sweeps import Advection, advect, flow_of

DAY = 86400.0
SIX_HOURS = 0.25 * DAY
INTERVALS = 1460


def weather() -> tuple[AirGrid, Any, Any, float]:
    """The flow of six hours that repeats itself: pressure comes back, so that any number of intervals may follow."""
    grid = polar_grid(46, 72)
    air = AirGrid(grid, *hybrid_layers(20), merged_cells(grid))
    one = mass_fluxes.face_fluxes(idealised.analysis(), air)
    made = mass_fluxes.closed(one, one, SIX_HOURS, air, PressureFixer(air))
    east, north, before, after = (jnp.asarray(x) for x in (made.east, made.north, *made.dry_pressure))
    return air, *flow_of(east, north, before, after, SIX_HOURS, air)


def conservation(air: AirGrid, flow: Any, mass: Any, how: Advection, days: int = 10) -> dict[str, float]:
    """Largest departure of a uniform ratio, and change of mass of a rough field, after `days`."""
    rough = mass * (1.0 + np.random.default_rng(0).random(mass.shape))
    start = jnp.stack([1e-6 * mass, rough])

    @jax.jit
    def go(tracer: Any) -> Any:
        step = lambda t, _: (advect(t, mass, flow, SIX_HOURS, how)[0], None)  # noqa: E731
        return jax.lax.scan(step, tracer, None, length=4 * days)[0]

    end = go(start)
    drift = abs(float(jnp.sum(end[1]) / jnp.sum(rough)) - 1.0) * 365.0 / days
    return {"uniform_drift": float(jnp.max(jnp.abs(end[0] / (1e-6 * mass) - 1.0))), "mass_drift": drift}


def transposes(flow: Any, mass: Any, how: Advection, days: int) -> float:
    """Relative disagreement of both sides of the dot-product test of `days` of transport."""
    rng = np.random.default_rng(2)
    x, w = (jnp.asarray(rng.normal(size=mass.shape)) for _ in range(2))

    @jax.jit
    @jax.value_and_grad
    def product(x: Any) -> Any:
        step = lambda t, _: (advect(t, mass, flow, SIX_HOURS, how)[0], None)  # noqa: E731
        return jnp.sum(w * jax.lax.scan(jax.checkpoint(step), x * mass, None, length=4 * days)[0] / mass)

    value, slope = product(x)
    return abs(float(1.0 - jnp.sum(slope * x) / value))


def over_the_pole(step: float = 1.0) -> dict[str, float]:
    """A blob carried across the pole for a day at 20 m/s: mass kept, and how far its centre is off [cells]."""
    air = idealised.sheet(regular_grid(step, step))
    worst, kept = 0.0, 1.0
    for side in (-1.0, 1.0):
        start = idealised.bell(air, np.radians(82.0), side * 0.5 * np.pi, np.radians(6.0)) * air.grid.area
        flow, mass = idealised.rotation(air, 20.0, 0.5 * np.pi), jnp.asarray(air.grid.area)[None]
        how = Advection(air, "parabolas", steps=steps_needed(flow, mass, DAY, air))
        end = np.asarray(
            jax.jit(partial(advect, seconds=DAY, how=how))(jnp.asarray(start)[None], mass, flow)[0][0]
        )
        x, y, z = idealised.centre(start, air.grid)
        turn = -20.0 * DAY / idealised.RADIUS
        there = np.array([x, y * np.cos(turn) - z * np.sin(turn), y * np.sin(turn) + z * np.cos(turn)])
        off = np.degrees(np.arccos(np.clip(idealised.centre(end, air.grid) @ there, -1.0, 1.0)))
        worst, kept = max(worst, float(off) / step), min(kept, float(end.sum() / start.sum()))
    return {"polar_mass_kept": kept, "polar_centre_error_cells": worst}


def deformational(step: float, scheme: Any = "parabolas") -> float:
    """l2 error of two hills after the deformational flow of twelve days."""
    air = idealised.sheet(regular_grid(step, step))
    hills, how = (
        idealised.gaussian_hills(air)[None],
        Advection(air, scheme, steps=int(round(480 * 1.5 / step))),
    )
    flow = lambda days: idealised.deformation(air, days)  # noqa: E731
    days = (0.0, idealised.DEFORMATION_DAYS)
    end = idealised_tracers.carried(hills, jnp.asarray(air.grid.area)[None], flow, days, how)
    return idealised_tracers.norms(end, hills, air.grid.area).l2


def seconds(function: Any, *arguments: Any, repeats: int = 3) -> float:
    """Least wall seconds of a call, once compiled."""
    jax.block_until_ready(function(*arguments))
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        jax.block_until_ready(function(*arguments))
        times.append(time.perf_counter() - begun)
    return min(times)


def speed(flow: Any, mass: Any, how: Advection, intervals: int, batch: int) -> dict[str, float]:
    """Wall seconds of a tracer-year alone and in a batch, and value with gradient over value."""

    def go(tracer: Any) -> Any:
        step = lambda t, _: (advect(t, mass, flow, SIX_HOURS, how)[0], None)  # noqa: E731
        return jax.lax.scan(jax.checkpoint(step), tracer, None, length=intervals)[0]

    value = lambda t: jnp.sum(go(t)[10] / mass[10])  # noqa: E731
    run, both = jax.jit(value), jax.jit(jax.value_and_grad(value))
    many = jax.jit(go)
    year = INTERVALS / intervals
    alone = seconds(run, mass)
    with collector_at_rest():
        return {
            "tracer_year_s": alone * year,
            "tracer_year_batched_s": seconds(many, jnp.stack([mass] * batch)) * year / batch,
            "gradient_ratio": seconds(both, mass) / alone,
        }


def run(quick: bool) -> dict[str, Any]:
    """All measures; `quick` leaves out what takes long."""
    air, flow, mass = weather()
    steps = steps_needed(flow, mass, SIX_HOURS, air)
    how = Advection(air, "slopes", steps=steps)
    found: dict[str, Any] = {"steps_per_day": 4 * steps}
    found["dot_product_worst"] = max(
        transposes(flow, mass, how, days) for days in ((1,) if quick else (1, 10))
    )
    found |= conservation(air, flow, mass, how) | over_the_pole()
    found |= speed(flow, mass, how, 8 if quick else 40, 12)
    found["deformational_l2"] = {
        step: deformational(step) for step in ((3.0, 1.5) if quick else (3.0, 1.5, 0.75))
    }
    errors = list(found["deformational_l2"].values())
    found["deformational_order"] = float(np.log2(errors[-2] / errors[-1]))
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="under a minute once compiled")
    print(json.dumps(run(parser.parse_args().quick)))
