"""Are slopes through the transport right, with and without a limiter: one JSON line for each.

    python benchmarks/transport_gradient.py

Half the squared misfit of stations after a day of made-up winds, as a function of all mixing ratios at its start.
Its Taylor remainder must fall with the square of the step down to rounding; beside it stands the slope along a
direction by the gradient over that by differences. 72 x 46 x 20, 64 bits.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any

import numpy as np

from tenbin.core.arrays import jax, jnp
from tenbin.transport import idealised, mass_fluxes
from tenbin.transport.advection_steps import steps_needed
from tenbin.transport.air_grid import AirGrid, hybrid_layers, merged_cells, polar_grid
from tenbin.transport.operators import observe
from tenbin.transport.pressure_fixer import PressureFixer
from tenbin.transport.stations import Vertical, point_map
from tenbin.transport.sweeps import Advection, advect, flow_of

SIX_HOURS = 21600.0
STEPS = 10.0 ** -np.arange(0.0, 8.0)
STATIONS = (
    (71.3, -156.6, 10.0), (19.5, -155.6, 3397.0), (53.3, -9.9, 30.0), (46.5, 8.0, 3580.0),
    (35.3, 25.7, 250.0), (36.3, 100.9, 3810.0), (-2.2, -59.0, 130.0), (-14.2, -170.6, 77.0),
    (-40.7, 144.7, 94.0), (-90.0, 0.0, 2810.0), (40.1, -105.3, 1700.0), (60.8, 89.4, 300.0),
)  # fmt: skip
"""Latitude, longitude [degrees], height above the sea [m], about those of known stations."""


def weather() -> tuple[AirGrid, Any, Any]:
    """Cells, flow of six hours of made-up winds that repeats itself, as pressure comes back, and mass of air."""
    cells = polar_grid(46, 72)
    air = AirGrid(cells, *hybrid_layers(20), merged_cells(cells))
    one = mass_fluxes.face_fluxes(idealised.analysis(), air)
    made = mass_fluxes.closed(one, one, SIX_HOURS, air, PressureFixer(air))
    east, north, before, after = (jnp.asarray(x) for x in (made.east, made.north, *made.dry_pressure))
    return air, *flow_of(east, north, before, after, SIX_HOURS, air)


def middles(air: AirGrid) -> Vertical:
    """Heights [m] of the middles of layers over flat ground at 1000 hPa, by a scale height of 7.5 km."""
    faces = np.maximum(air.a + air.b * 1e5, 1.0)
    heights = 7500.0 * np.log(1e5 / np.sqrt(faces[1:] * faces[:-1]))
    ones = np.ones(air.grid.shape)
    return Vertical(np.maximum(heights, 1.0)[:, None, None] * ones, 0.0 * ones)


def fields(air: AirGrid) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Mixing ratios of carbon dioxide with plumes near the ground, and directions to change them in, in ppm."""
    lat, lon = np.radians(air.grid.lat)[:, None], np.radians(air.grid.lon)[None]
    depth = np.exp(-0.4 * np.arange(air.levels))[:, None, None]
    plumes = sum(
        np.exp(-((np.degrees(lat) - y) ** 2 + (np.degrees(lon) - x) ** 2) / 200.0)
        for y, x in ((40.0, -85.0), (50.0, 10.0), (32.0, 115.0), (22.0, 80.0))
    )
    north = np.tanh(2.0 * lat) * np.cos(lat) ** 2 * (1.0 + 0.2 * np.sin(2.0 * lon))
    state = 415.0 + 2.0 * np.tanh(lat) * (0.5 + 0.5 * depth) + 10.0 * plumes * depth
    rng = np.random.default_rng(3)
    ways = {f"random_{n}": rng.normal(size=air.shape) for n in range(4)}
    return state, ways | {"emission": plumes * depth, "north_south": north * np.ones(air.shape)}


def misfit(
    air: AirGrid, flow: Any, mass: Any, how: Advection
) -> tuple[Callable[..., Any], Any, dict[str, Any]]:
    """Half the squared misfit of stations as a function of ratios [ppm], ratios after two days, directions."""
    places = np.array(STATIONS)
    seen = point_map(air, *places.T, middles(air))
    state, ways = fields(air)

    def carried(ratio: Any, quarters: int) -> Any:
        step = lambda t, _: (advect(t, mass, flow, SIX_HOURS, how)[0], None)  # noqa: E731
        return jax.lax.scan(jax.checkpoint(step), ratio * mass, None, length=quarters)[0] / mass

    start = jax.jit(lambda x: carried(x, 8))(jnp.asarray(state))
    noise = np.random.default_rng(4).normal(size=len(places))
    found = observe(seen, carried(start, 4)) + 1.0 * noise
    value = lambda ratio: 0.5 * jnp.sum((observe(seen, carried(ratio, 4)) - found) ** 2)  # noqa: E731
    return value, start, {name: jnp.asarray(way) for name, way in ways.items()}


def taylor(value: Callable[..., Any], start: Any, way: Any) -> dict[str, Any]:
    """Order of the remainder over steps of 1 to 0.001 ppm, the least remainder over the value, and slopes' ratio."""
    both = jax.jit(jax.value_and_grad(value))
    here, slope = both(start)
    along = float(jnp.sum(slope * way))
    at = {step: (float(both(start + step * way)[0]), float(both(start - step * way)[0])) for step in STEPS}
    remainder = np.array([abs(up - float(here) - step * along) for step, (up, _) in at.items()])
    ratios = {f"{s:g}": along / ((up - down) / (2.0 * s)) for s, (up, down) in at.items() if s < 1.0}
    orders = np.log10(remainder[:3] / remainder[1:4])
    return {"orders": [round(float(o), 3) for o in orders], "least_remainder": float(remainder.min() / float(here)),
            "ratio": {step: float(f"{r:.10g}") for step, r in ratios.items()}}  # fmt: skip


def dot_product(moved: Callable[..., Any], start: Any, way: Any) -> float:
    """Relative disagreement of both sides of the dot-product test of a linearised map.

    The tangent is the transpose transposed: forward mode does not pass the hand-written ways back.
    """
    out, back = jax.vjp(moved, start)
    weight = jnp.asarray(np.random.default_rng(5).normal(size=out.shape))
    tangent = jax.vjp(back, weight)[1]((way,))[0]
    one, other = jnp.sum(weight * tangent), jnp.sum(back(weight)[0] * way)
    return abs(float((one - other) / one))


def run() -> None:
    air, flow, mass = weather()
    steps = steps_needed(flow, mass, SIX_HOURS, air)
    for scheme in ("slopes", "parabolas"):
        for limited in (False, True):
            how = Advection(air, scheme, limited, steps)
            value, start, ways = misfit(air, flow, mass, how)
            line: dict[str, Any] = {"scheme": scheme, "limited": limited}
            line["directions"] = {name: taylor(value, start, way) for name, way in ways.items()}
            if limited:
                line["dot_product"] = dot_product(
                    lambda x, how=how: advect(x * mass, mass, flow, SIX_HOURS, how)[0] / mass,
                    start,
                    ways["random_0"],
                )
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    run()
