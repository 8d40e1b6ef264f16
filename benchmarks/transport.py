"""How exactly and how fast the air carries tracers: one JSON line.

    python benchmarks/transport.py --quick

All of the model is in these figures: emission, mixing by turbulence and updrafts, advection, loss, stations and the
reading of the air from its file, at 72 x 46 x 20 in 64 bits with four intervals a day. Winds are of a formula, with
jets of 60 m/s (`tenbin.transport.idealised_air`). Times are wall seconds of a tracer-year; `transport_cost.py` has
more of them.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from transport_cost import case

from tenbin.core.arrays import collector_at_rest, jax, jnp
from tenbin.core.grid import regular_grid
from tenbin.transport import idealised, idealised_tracers
from tenbin.transport.advection_steps import steps_needed
from tenbin.transport.air_file import AirFile
from tenbin.transport.days import days_of
from tenbin.transport.idealised_air import idealised_air
from tenbin.transport.model import air_of
from tenbin.transport.operators import ObservationMap
from tenbin.transport.passage import Passage
from tenbin.transport.sweeps import Advection, advect

DAY = 86400.0
DAYS = 10


def stations(air: AirFile) -> ObservationMap:
    """Three samples, one of them between two cells."""
    cell, row = jnp.asarray([100, 5000, 9000, 30000]), jnp.asarray([0, 1, 1, 2])
    return ObservationMap(row, cell, jnp.asarray([1.0, 0.3, 0.7, 1.0]), jnp.zeros(3), air.grid.shape)


def conservation(air: AirFile) -> dict[str, float]:
    """Largest departure of a uniform ratio, and change of mass of a rough field, after ten days, that in a year."""
    through = Passage(air, days_of(air.times), jnp.ones(2))
    rough = air.grid.mean_in_groups(1.0 + np.random.default_rng(0).random(air.grid.shape))
    start = through.begin(np.stack([np.full(air.grid.shape, 1e-6), rough]))
    end = list(through.forward(start, np.zeros((1, 2, *air.grid.grid.shape))))[-1].state
    ratio = end.tracer[0] / air_of(end.dry_pressure, through.model(through.days[0]))
    drift = abs(float(jnp.sum(end.tracer[1]) / jnp.sum(start.tracer[1])) - 1.0) * 365.0 / DAYS
    return {"uniform_drift": float(jnp.max(jnp.abs(ratio / 1e-6 - 1.0))), "mass_drift": drift}


def transposes(air: AirFile, days: int) -> float:
    """Relative disagreement of both sides of the dot-product test of the whole model through `days`."""
    rng, tracers = np.random.default_rng(2), 2
    loss = jnp.asarray(air.grid.mean_in_groups(rng.random((tracers, *air.grid.shape)))) * 1e-7
    through = Passage(air, days_of(air.times)[:days], jnp.full(tracers, 0.044), lambda _: loss, stations(air))
    emission = air.grid.mean_in_groups(rng.normal(size=(1, tracers, *air.grid.grid.shape)) * 1e-9)
    start = through.begin(1e-6 * air.grid.mean_in_groups(rng.random((tracers, *air.grid.shape))))
    months = list(through.forward(start, emission))
    final = jnp.asarray(rng.normal(size=start.tracer.shape)) * 1e-16
    given = jnp.asarray(rng.normal(size=(4, tracers, 3)))
    seen = np.concatenate([np.asarray(month.seen) for month in months]).reshape(days, 4, tracers, 3)
    one = float(jnp.sum(final * months[-1].state.tracer)) + float(np.sum(np.asarray(given) * seen))
    found = through.backward(lambda _: given, final)
    other = float(jnp.sum(found.tracer * start.tracer)) + float(np.sum(found.emission * emission))
    return abs(1.0 - other / one)


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


def run(quick: bool) -> dict[str, Any]:
    """All measures; `quick` leaves out what takes long."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = idealised_air(Path(folder) / "air.nc", days=DAYS, rows=46, columns=72, levels=20)
        with AirFile(path) as air:
            found["dot_product_worst"] = max(transposes(air, days) for days in ((1,) if quick else (1, DAYS)))
            found |= conservation(air) | over_the_pole()
            with collector_at_rest():
                alone, many = (case(air, batch, jnp.float64, 3, 2) for batch in (1, 12))
    found["tracer_year_s"], found["tracer_year_batched_s"] = alone["tracer_year_s"], many["tracer_year_s"]
    found["gradient_ratio"], found["steps_a_day"] = alone["gradient_ratio"], alone["steps_a_day"]
    found["gradient_ratio_batched"] = many["gradient_ratio"]
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
