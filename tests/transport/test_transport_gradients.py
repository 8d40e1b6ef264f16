"""Slopes through a day of transport: the Taylor remainder without a limiter, and what the limiter does to slopes."""

from __future__ import annotations

import numpy as np
import pytest

from tenbin.core.arrays import jax, jnp
from tenbin.transport import mass_fluxes
from tenbin.transport.advection_steps import steps_needed
from tenbin.transport.air_grid import AirGrid, hybrid_layers, merged_cells, polar_grid
from tenbin.transport.idealised import analysis
from tenbin.transport.operators import observe
from tenbin.transport.pressure_fixer import PressureFixer
from tenbin.transport.stations import Vertical, point_map
from tenbin.transport.sweeps import Advection, advect, flow_of

SIX_HOURS = 21600.0
PLACES = np.array([[71.0, -156.0, 50.0], [19.5, -155.6, 3400.0], [46.5, 8.0, 3500.0], [-40.7, 144.7, 90.0],
                   [-90.0, 0.0, 100.0], [36.0, 100.9, 300.0], [40.0, -105.0, 100.0]])  # fmt: skip


@pytest.fixture(scope="module")
def weather():
    """Six hours of a made-up day on a coarse globe that repeats itself: cells, flow, air."""
    grid = polar_grid(19, 24)
    air = AirGrid(grid, *hybrid_layers(6), merged_cells(grid))
    one = mass_fluxes.face_fluxes(analysis(), air)
    made = mass_fluxes.closed(one, one, SIX_HOURS, air, PressureFixer(air))
    parts = (jnp.asarray(x) for x in (made.east, made.north, *made.dry_pressure))
    return air, *flow_of(*parts, SIX_HOURS, air)


@pytest.fixture(scope="module")
def ways(weather):
    """Ratios with plumes near the ground, and directions to change them in [ppm]."""
    air = weather[0]
    lat, lon = np.radians(air.grid.lat)[:, None], np.radians(air.grid.lon)[None]
    plume = np.exp(-8.0 * ((lat - 0.7) ** 2 + (lon + 1.5) ** 2)) + np.exp(
        -8.0 * ((lat - 0.6) ** 2 + (lon - 1.9) ** 2)
    )
    emission = plume * np.exp(-0.8 * np.arange(air.levels))[:, None, None]
    state = 415.0 + 2.0 * np.tanh(lat) + 10.0 * emission
    rough = np.random.default_rng(3).normal(size=air.shape)
    return jnp.asarray(state), {"random": jnp.asarray(rough), "emission": jnp.asarray(emission)}


def misfit_of(weather, scheme, limited):
    """Half the squared misfit of stations after a day, as a function of ratios [ppm]."""
    air, flow, mass = weather
    how = Advection(air, scheme, limited, steps_needed(flow, mass, SIX_HOURS, air))
    heights = (400.0 + 2500.0 * np.arange(air.levels))[:, None, None] * np.ones(air.grid.shape)
    seen = point_map(air, *PLACES.T, Vertical(heights, np.zeros(air.grid.shape)))
    found = 415.0 + np.random.default_rng(4).normal(size=len(PLACES))

    def misfit(ratio):
        step = lambda t, _: (advect(t, mass, flow, SIX_HOURS, how)[0], None)  # noqa: E731
        end = jax.lax.scan(jax.checkpoint(step), ratio * mass, None, length=4)[0] / mass
        return 0.5 * jnp.sum((observe(seen, end) - found) ** 2)

    return misfit


@pytest.mark.parametrize("scheme", ["slopes", "parabolas"])
def test_the_remainder_falls_with_the_square_of_the_step_down_to_rounding(weather, ways, scheme):
    start, directions = ways
    both = jax.jit(jax.value_and_grad(misfit_of(weather, scheme, False)))
    here, slope = both(start)
    for way in directions.values():
        along = float(jnp.sum(slope * way))
        steps = np.array([1.0, 0.1, 0.01])
        remainder = np.array([abs(float(both(start + s * way)[0] - here) - s * along) for s in steps])
        np.testing.assert_allclose(np.log10(remainder[:-1] / remainder[1:]), 2.0, atol=1e-3)
        assert abs(float(both(start + 1e-7 * way)[0] - here) - 1e-7 * along) < 1e-12 * float(here)


@pytest.mark.parametrize("scheme", ["slopes", "parabolas"])
def test_with_a_limiter_the_slope_is_that_of_small_steps(weather, ways, scheme):
    start, directions = ways
    misfit = misfit_of(weather, scheme, True)
    both = jax.jit(jax.value_and_grad(misfit))
    start = start + directions["random"]  # nothing ties: at a tie the limiter has two slopes
    slope = both(start)[1]
    for way in directions.values():
        up, down = (both(start + s * way)[0] for s in (1e-6, -1e-6))
        assert float(jnp.sum(slope * way)) == pytest.approx(float(up - down) / 2e-6, rel=1e-4)
