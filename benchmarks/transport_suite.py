"""Published tests of tracer transport on the sphere, one JSON line per case: errors, filaments, mixing.

    python benchmarks/transport_suite.py --quick

Rotation of a cosine bell (Williamson et al. 1992), deformational flow (Lauritzen et al. 2012) and deformation in
three dimensions (Kent et al. 2014), each for twelve days, after which the exact answer is the start; in three
dimensions as published it is not quite, and so these winds are run in a form that returns as well. `courant` is the
largest part of a cell that a sweep takes; a step has six. Fields are means of cells, and so are the answers.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np

from tenbin.core.arrays import jnp
from tenbin.core.grid import regular_grid
from tenbin.transport import idealised, idealised_layers, idealised_tracers
from tenbin.transport.advection_steps import outflow_share
from tenbin.transport.air_grid import AirGrid
from tenbin.transport.sweeps import Advection, Flow

DAYS = idealised.DEFORMATION_DAYS
SCHEMES = (("slopes", False), ("slopes", True), ("parabolas", False), ("parabolas", True))
MIXED_HEIGHTS = (4500.0, 5300.0)
"""Middles [m] of the lowest and highest of the layers in which mixing is measured (DCMIP)."""


def courant(air: AirGrid, mass: Any, flow_at: Callable[[float], Flow], steps: int) -> float:
    """Largest Courant number of a sweep, looked for once a day."""
    seconds = DAYS * 86400.0 / steps
    return max(
        float(outflow_share(flow_at(day), mass, seconds, air, 1, False)) for day in np.arange(0.0, DAYS + 0.5)
    )


def rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: float(f"{value:.4g}") for name, value in values.items()}


def described(name: str, step: float, how: Advection, number: float, seconds: float) -> dict[str, Any]:
    limited = "limited" if how.limited else "unlimited"
    return {"case": name, "degrees": step, "scheme": how.scheme, "limiter": limited, "steps": how.steps,
            "courant": round(number, 2), "seconds": round(seconds, 1)}  # fmt: skip


def rotation(step: float, angle: float, scheme: Any, limited: bool) -> dict[str, Any]:
    """One turn of the sphere about an axis `angle` [degrees] from the pole."""
    begun, air = time.perf_counter(), idealised.sheet(regular_grid(step, step))
    speed = 2.0 * np.pi * idealised.RADIUS / (DAYS * 86400.0)
    flow, mass = idealised.rotation(air, speed, np.radians(angle)), jnp.asarray(air.grid.area)[None]
    how = Advection(air, scheme, limited, int(round(480 * 1.5 / step)))
    start = idealised_tracers.single_bell(air)[None]
    end = idealised_tracers.carried(start, mass, lambda _: flow, (0.0, DAYS), how)
    found = idealised_tracers.norms(end, start, air.grid.area)
    line = described(f"rotation_{angle:g}", step, how, courant(air, mass, lambda _: flow, how.steps), 0.0)
    return line | rounded(found._asdict()) | {"seconds": round(time.perf_counter() - begun, 1)}


def deformation(
    step: float, scheme: Any, limited: bool, steps: int | None = None
) -> Iterator[dict[str, Any]]:
    """Four tracers in the deformational flow; filaments and mixing are those of half time."""
    begun, air = time.perf_counter(), idealised.sheet(regular_grid(step, step))
    mass, area = jnp.asarray(air.grid.area)[None], air.grid.area
    how = Advection(air, scheme, limited, steps or int(round(480 * 1.5 / step)))
    bells = idealised_tracers.cosine_bells(air)
    shapes = {"hills": idealised.gaussian_hills(air), "bells": bells,
              "cylinders": idealised_tracers.slotted_cylinders(air),
              "correlated": idealised_tracers.correlated(bells)}  # fmt: skip
    start = np.stack(list(shapes.values()))[:, None]
    flow = lambda days: idealised.deformation(air, days)  # noqa: E731
    half = how._replace(steps=how.steps // 2)
    middle = idealised_tracers.carried(start, mass, flow, (0.0, DAYS / 2.0), half)
    end = idealised_tracers.carried(middle, mass, flow, (DAYS / 2.0, DAYS), half)
    spent, number = time.perf_counter() - begun, courant(air, mass, flow, how.steps)
    for at, name in enumerate(shapes):
        found = idealised_tracers.norms(end[at], start[at], area)._asdict()
        yield described(f"deformation_{name}", step, how, number, spent) | rounded(found)
    lost = idealised_tracers.filaments(middle[1, 0], bells, area)
    mixed = idealised_tracers.mixing(middle[1, 0], middle[3, 0], area)
    line = described("deformation_half_time", step, how, number, spent) | rounded(mixed._asdict())
    levels = zip(idealised_tracers.THRESHOLDS, lost, strict=True)
    yield line | {"filaments": {f"{level:.2f}": round(float(part), 1) for level, part in levels}}


def layered(
    step: float, levels: int, scheme: Any, limited: bool, returning: bool
) -> Iterator[dict[str, Any]]:
    """Four tracers in three dimensions; mixing of the first two at half time, about 5 km."""
    begun, air = time.perf_counter(), idealised_layers.layers(regular_grid(step, step), levels)
    mass, area = idealised_layers.air_mass(air), air.grid.area
    how = Advection(air, scheme, limited, int(round(480 * 1.5 / step)))
    start = idealised_layers.tracers(air)
    flow = lambda days: idealised_layers.deformation_in_layers(air, days, returning)  # noqa: E731
    half = how._replace(steps=how.steps // 2)
    middle = np.asarray(idealised_tracers.carried(start, mass, flow, (0.0, DAYS / 2.0), half))
    end = np.asarray(idealised_tracers.carried(middle, mass, flow, (DAYS / 2.0, DAYS), half))
    spent, number = time.perf_counter() - begun, courant(air, mass, flow, how.steps)
    name = "returning_layers" if returning else "layers"
    for at in range(4):
        found = idealised_tracers.norms(end[at], start[at], area)._asdict()
        yield described(f"{name}_q{at + 1}", step, how, number, spent) | {"levels": levels} | rounded(found)
    heights = idealised_layers.layer_heights(air)
    near = (heights > MIXED_HEIGHTS[0] - 101.0) & (heights < MIXED_HEIGHTS[1] + 101.0)
    mixed = idealised_tracers.mixing(middle[0][near], middle[1][near], area, lowest=0.0)
    line = described(f"{name}_half_time", step, how, number, spent) | {"levels": levels}
    sums = {"sum_off": float(np.abs(0.3 * end[:3].sum(axis=0) + end[3] - 1.0).max())}
    yield line | rounded(mixed._asdict()) | rounded(sums)


def draw(path: str, step: float = 1.5) -> None:
    """Bells and cylinders at half time, when they are thinnest, by slopes and by parabolas."""
    from matplotlib.figure import Figure

    air = idealised.sheet(regular_grid(step, step))
    start = np.stack([idealised_tracers.cosine_bells(air), idealised_tracers.slotted_cylinders(air)])[:, None]
    figure = Figure(figsize=(8.0, 4.2), layout="constrained")
    axes, lon = figure.subplots(2, 2, sharex=True, sharey=True), air.grid.lon % 360.0
    order = np.argsort(lon)
    for column, (scheme, limited) in enumerate((("slopes", True), ("parabolas", False))):
        how = Advection(air, scheme, limited, int(round(240 * 1.5 / step)))
        flow = lambda days: idealised.deformation(air, days)  # noqa: E731
        half = idealised_tracers.carried(
            start, jnp.asarray(air.grid.area)[None], flow, (0.0, DAYS / 2.0), how
        )
        for axis, field in zip(axes[:, column], np.asarray(half)[:, 0], strict=True):
            image = axis.pcolormesh(
                lon[order], air.grid.lat, field[:, order], vmin=0.0, vmax=1.0, rasterized=True
            )
            axis.set_yticks([-60, 0, 60])
            axis.set_xticks([0, 90, 180, 270, 360])
        axes[0, column].set_title(f"{scheme}, {'limited' if limited else 'unlimited'}", fontsize=10)
    for axis, name in zip(axes[:, 0], ("cosine bells", "slotted cylinders"), strict=True):
        axis.set_ylabel(name)
    figure.colorbar(image, ax=axes, shrink=0.8, label="mixing ratio after six days")
    figure.savefig(path, dpi=90)


def lines(quick: bool, fine: bool) -> Iterator[dict[str, Any]]:
    """All cases; `quick` on coarse cells and without slopes, `fine` in three dimensions at 1 degree too."""
    sizes, angles = ((6.0, 3.0), (45.0,)) if quick else ((3.0, 1.5, 0.75), (0.0, 45.0, 90.0))
    shapes = [(6.0, 10)] if quick else [(4.0, 15), (2.0, 30), (1.0, 60)][: 3 if fine else 2]
    chosen = SCHEMES[2:] if quick else SCHEMES
    for scheme, limited in chosen:
        for step in sizes:
            for angle in angles:
                yield rotation(step, angle, scheme, limited)
            yield from deformation(step, scheme, limited)
    for scheme, limited in chosen:
        for (step, levels), returning in product(shapes, (False, True)):
            yield from layered(step, levels, scheme, limited, returning)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="coarse cells, under a minute once compiled")
    parser.add_argument("--fine", action="store_true", help="three dimensions at 1 degree and 60 layers too")
    parser.add_argument("--figure", help="draw half time into this file instead")
    given = parser.parse_args()
    if given.figure:
        draw(given.figure)
        raise SystemExit
    for line in lines(given.quick, given.fine):
        print(json.dumps(line), flush=True)
