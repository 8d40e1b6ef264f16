"""Sweeps over the globe: air and tracers are kept, poles are crossed, waves arrive, transposes are exact."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from tenbin.core.arrays import jax, jnp
from tenbin.core.grid import regular_grid
from tenbin.transport import mass_fluxes
from tenbin.transport.advection_steps import steps_needed
from tenbin.transport.air_grid import AirGrid, hybrid_layers, merged_cells, polar_grid
from tenbin.transport.idealised import analysis, bell, centre, rotation, sheet
from tenbin.transport.pressure_fixer import PressureFixer
from tenbin.transport.sweeps import Advection, advect, flow_of, loss_of_air

DAY = 86400.0
SIX_HOURS = 0.25 * DAY


@pytest.fixture(scope="module")
def weather():
    """Six hours of a made-up day on a coarse globe: cells, flow, air before and after."""
    grid = polar_grid(19, 24)
    air = AirGrid(grid, *hybrid_layers(8), merged_cells(grid))
    first, last = (mass_fluxes.face_fluxes(analysis(hour=h), air) for h in (0.0, 6.0))
    made = mass_fluxes.closed(first, last, SIX_HOURS, air, PressureFixer(air))
    east, north, before, after = (jnp.asarray(x) for x in (made.east, made.north, *made.dry_pressure))
    flow, mass = flow_of(east, north, before, after, SIX_HOURS, air)
    _, mass_after = flow_of(east, north, after, after, SIX_HOURS, air)
    return air, flow, mass, mass_after


def run(weather, tracer, **how):
    air, flow, mass, _ = weather
    steps = steps_needed(flow, mass, SIX_HOURS, air)
    return jax.jit(partial(advect, seconds=SIX_HOURS, how=Advection(air, steps=steps, **how)))(
        tracer, mass, flow
    )


def test_air_ends_where_pressure_says(weather):
    air, flow, mass, after = weather
    found = run(weather, mass)[1]
    assert float(jnp.max(jnp.abs(found / after - 1.0))) < 1e-12
    assert abs(float(jnp.sum(loss_of_air(flow)))) < 1e-12 * float(jnp.sum(jnp.abs(flow.up)))


@pytest.mark.parametrize("scheme", ["upwind", "slopes", "parabolas"])
@pytest.mark.parametrize("limited", [False, True])
def test_a_uniform_ratio_stays_and_none_is_lost(weather, scheme, limited):
    _, _, mass, after = weather
    rough = mass * (1.0 + np.random.default_rng(0).random(mass.shape))
    tracer, _ = run(weather, jnp.stack([3e-6 * mass, rough]), scheme=scheme, limited=limited)
    assert float(jnp.max(jnp.abs(tracer[0] / (3e-6 * after) - 1.0))) < 1e-11
    assert abs(float(jnp.sum(tracer[1]) / jnp.sum(rough)) - 1.0) < 1e-13
    if limited:
        ratio, first = tracer[1] / after, rough / mass
        assert float(jnp.min(first)) - 1e-9 < float(jnp.min(ratio))
        assert float(jnp.max(ratio)) < float(jnp.max(first)) + 1e-9


@pytest.mark.parametrize("scheme", ["slopes", "parabolas"])
def test_the_transpose_of_six_hours_is_exact(weather, scheme):
    _, _, mass, _ = weather
    rng = np.random.default_rng(1)
    tracer, weight = (jnp.asarray(rng.normal(size=(2, *mass.shape))) for _ in range(2))
    back = lambda t: jnp.sum(weight * run(weather, t * mass, scheme=scheme)[0] / mass)  # noqa: E731
    value, slope = jax.value_and_grad(back)(tracer)
    size = float(jnp.sqrt(jnp.sum(slope**2) * jnp.sum(tracer**2)))
    assert abs(float(value - jnp.sum(slope * tracer))) < 1e-13 * size


@pytest.mark.parametrize("way", [-1.0, 1.0])
def test_a_blob_crosses_the_pole_whole(way):
    """A day at 20 m/s over the pole on 2 degrees; on 1 degree it is a benchmark."""
    air = sheet(regular_grid(2.0, 2.0))
    start = bell(air, np.radians(82.0), way * 0.5 * np.pi, np.radians(8.0)) * air.grid.area
    flow = rotation(air, 20.0, 0.5 * np.pi)
    mass = jnp.asarray(air.grid.area)[None]
    how = Advection(air, "parabolas", steps=steps_needed(flow, mass, DAY, air))
    end = np.asarray(
        jax.jit(partial(advect, seconds=DAY, how=how))(jnp.asarray(start)[None], mass, flow)[0][0]
    )
    assert abs(end.sum() / start.sum() - 1.0) < 1e-13
    turn = -20.0 * DAY / 6.371e6
    x, y, z = centre(start, air.grid)
    expected = np.array([x, y * np.cos(turn) - z * np.sin(turn), y * np.sin(turn) + z * np.cos(turn)])
    other = np.array([x, y * np.cos(turn) + z * np.sin(turn), -y * np.sin(turn) + z * np.cos(turn)])
    found = centre(end, air.grid)
    assert min(np.degrees(np.arccos(np.clip(found @ v, -1, 1))) for v in (expected, other)) < 0.5


@pytest.mark.parametrize("angle", [0.0, 0.25 * np.pi, 0.5 * np.pi])
def test_a_turn_of_the_sphere_brings_the_bell_back(angle):
    air = sheet(regular_grid(5.0, 5.0))
    start = bell(air, 0.0, -0.5 * np.pi, 7.0 / 18.0 * np.pi)
    flow = rotation(air, 2.0 * np.pi * 6.371e6 / (12.0 * DAY), angle)
    mass = jnp.asarray(air.grid.area)[None]
    how = Advection(air, "parabolas", steps=steps_needed(flow, mass, 12.0 * DAY, air, most_steps=200))
    turn = jax.jit(partial(advect, seconds=12.0 * DAY, how=how))
    end = turn(jnp.asarray(start)[None] * mass, mass, flow)[0]
    assert np.sqrt(np.sum((end / mass - start) ** 2 * mass) / np.sum(start**2 * mass)) < 0.05


def test_merged_cells_hold_one_mass(weather):
    air, _, mass, _ = weather
    assert np.allclose(air.mean_in_groups(mass), mass, rtol=1e-13)
