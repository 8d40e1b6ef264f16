"""Places in cells: weights sum to one, fields linear in place are seen as they are, transposes are exact."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import MOLAR_MASS
from tenbin.core.errors import InputError
from tenbin.core.grid import Grid, regular_grid
from tenbin.transport import mass_fluxes
from tenbin.transport.advection_steps import steps_needed
from tenbin.transport.air_grid import AirGrid, hybrid_layers, merged_cells, polar_grid
from tenbin.transport.idealised import analysis
from tenbin.transport.operators import (
    assembled,
    at_places,
    mole_fractions,
    observe,
    observe_in_time,
    places_of,
    spread,
)
from tenbin.transport.pressure_fixer import PressureFixer
from tenbin.transport.sweeps import Advection, advect, flow_of

GRID = polar_grid(19, 24)
AIR = AirGrid(GRID, *hybrid_layers(6), merged_cells(GRID))
EVEN = regular_grid(15.0, 15.0)
PLAIN = AirGrid(EVEN, *hybrid_layers(6), (1,) * EVEN.shape[0])

latitudes = st.floats(-90.0, 90.0)
longitudes = st.floats(-360.0, 360.0)
ways = st.sampled_from(["bilinear", "cell"])
grids = st.sampled_from([AIR, PLAIN])


def place(grid, lat, lon, how="bilinear", land=None):
    return places_of(grid, np.array([lat]), np.array([lon]), how, land)


def some_map(grid=AIR, count=40, seed=0):
    rng = np.random.default_rng(seed)
    places = places_of(grid, rng.uniform(-90, 90, count), rng.uniform(-180, 360, count))
    return assembled(places, rng.dirichlet(np.ones(grid.levels), count), grid, rng.normal(size=count))


@given(grids, latitudes, longitudes, ways)
def test_weights_of_a_place_sum_to_one_and_none_is_negative(grid, lat, lon, how):
    found = place(grid, lat, lon, how)
    np.testing.assert_allclose(found.weight.sum(), 1.0, rtol=1e-14)
    assert found.weight.min() > 0.0 and found.cell.min() >= 0 and found.cell.max() < np.prod(grid.grid.shape)


@given(st.integers(0, 50), st.sampled_from([1e-9, 4e-4]))
@settings(max_examples=8)  # each number of entries is compiled anew
def test_a_uniform_field_is_seen_as_itself(seed, value):
    seen = replace(some_map(seed=seed), offset=jnp.zeros(40))
    np.testing.assert_allclose(observe(seen, jnp.full(AIR.shape, value)), value, rtol=1e-14)


@given(st.integers(0, 50), grids)
@settings(max_examples=8)  # each number of entries is compiled anew
def test_the_transpose_is_exact(seed, grid):
    rng = np.random.default_rng(seed)
    seen = some_map(grid, seed=seed)
    field, residual = jnp.asarray(rng.normal(size=(3, *grid.shape))), jnp.asarray(rng.normal(size=(3, 40)))
    forward, pullback = jax.vjp(lambda x: observe(seen, x), field)
    linear = forward - seen.offset
    size = float(jnp.linalg.norm(linear) * jnp.linalg.norm(residual))
    back = pullback(residual)[0]
    assert abs(float(jnp.vdot(linear, residual) - jnp.vdot(field, back))) < 1e-13 * size
    np.testing.assert_allclose(spread(seen, residual), back, rtol=1e-14)


@given(st.floats(-82.5, 82.5), longitudes)
def test_a_field_linear_in_latitude_is_seen_exactly(lat, lon):
    field = np.broadcast_to(EVEN.lat[:, None], EVEN.shape)
    np.testing.assert_allclose(at_places(place(PLAIN, lat, lon), field, 1), lat, atol=1e-10)


@pytest.mark.parametrize("grid", [AIR, PLAIN])
def test_the_globe_is_round(grid):
    rng = np.random.default_rng(1)
    field = grid.mean_in_groups(rng.normal(size=grid.grid.shape))
    both = [at_places(place(grid, 12.0, lon), field, 1) for lon in (-180.0, 180.0)]
    np.testing.assert_allclose(*both, rtol=1e-12)
    beside = [at_places(place(grid, 12.0, lon), field, 1) for lon in (-180.0 + 1e-9, 180.0 - 1e-9)]
    np.testing.assert_allclose(*beside, rtol=1e-6)


@pytest.mark.parametrize("grid", [AIR, PLAIN])
@pytest.mark.parametrize("pole", [-90.0, 90.0])
def test_a_pole_is_one_place_whatever_the_meridian(grid, pole):
    # Over the pole two opposite cells meet: on unmerged rows those of each pair of meridians give their own mean.
    x = np.cos(np.radians(grid.grid.lat))[:, None] * np.cos(np.radians(grid.grid.lon))[None]
    field = grid.mean_in_groups(1.0 + x)
    found = [float(at_places(place(grid, pole, lon), field, 1)[0]) for lon in (-170.0, 0.0, 33.0, 190.0)]
    np.testing.assert_allclose(found, 1.0, atol=1e-12)


def test_across_a_pole_the_field_goes_on():
    x = np.cos(np.radians(EVEN.lat))[:, None] * np.cos(np.radians(EVEN.lon))[None]
    near = [float(at_places(place(PLAIN, 89.0, lon), x, 1)[0]) for lon in (0.0, 180.0)]
    np.testing.assert_allclose(near[0], -near[1], rtol=1e-10)
    np.testing.assert_allclose(near[0], np.cos(np.radians(89.0)), rtol=0.03)


def test_members_of_a_merged_cell_share_its_weight():
    row = int(np.flatnonzero(np.array(AIR.merged) > 1)[1])
    group = AIR.merged[row]
    found = place(AIR, float(GRID.lat[row]), float(GRID.lon[0]), "cell")
    assert 1 < group == len(found.cell)
    np.testing.assert_allclose(found.weight, 1.0 / group)
    assert len(np.unique(AIR.group_index.ravel()[found.cell])) == 1


def test_a_coast_is_seen_on_land():
    land = np.zeros(EVEN.shape)
    land[6, 5] = 1.0
    found = place(PLAIN, float(EVEN.lat[6]), float(EVEN.lon[4]) + 7.0, "land", land)
    assert found.cell.tolist() == [6 * EVEN.shape[1] + 5] and found.weight.tolist() == [1.0]
    with pytest.raises(InputError, match="land within 1000 km"):
        place(PLAIN, -80.0, 0.0, "land", land)
    with pytest.raises(InputError, match="give `land`"):
        place(PLAIN, -80.0, 0.0, "land")


def test_a_grid_that_runs_westward_is_refused():
    west = AirGrid(Grid(EVEN.lat_edges, EVEN.lon_edges[::-1]), *hybrid_layers(6), (1,) * EVEN.shape[0])
    with pytest.raises(InputError, match="even steps eastward"):
        place(west, 0.0, 0.0)


def test_a_field_of_another_grid_is_refused():
    with pytest.raises(InputError, match="grid of the map"):
        observe(some_map(), jnp.ones(PLAIN.shape))


def test_no_observations_are_no_trouble():
    nowhere = places_of(AIR, np.empty(0), np.empty(0))
    seen = assembled(nowhere, np.empty((0, AIR.levels)), AIR)
    assert observe(seen, jnp.ones(AIR.shape)).shape == (0,)
    assert spread(seen, jnp.ones(0)).shape == AIR.shape


def test_time_is_averaged_with_its_weights():
    rng = np.random.default_rng(3)
    seen, fields = some_map(), jnp.asarray(rng.normal(size=(4, 2, *AIR.shape)))
    when = jnp.asarray(rng.dirichlet(np.ones(4), 40))
    one_by_one = sum(when[:, t] * (observe(seen, fields[t]) - seen.offset) for t in range(4)) + seen.offset
    np.testing.assert_allclose(observe_in_time(seen, when, fields), one_by_one, rtol=1e-12, atol=1e-14)


def test_32_bit_fields_give_32_bit_observations_and_maps_pass_through_jit():
    field = jnp.ones(AIR.shape, jnp.float32)
    assert jax.jit(observe)(some_map(), field).dtype == jnp.float32


def test_masses_become_mole_fractions_of_dry_air():
    air = jnp.full(AIR.shape, 2.897e9)
    tracer = jnp.stack([jnp.full(AIR.shape, 44.009), jnp.full(AIR.shape, 16.043)])
    found = mole_fractions(tracer, air, jnp.array([44.009e-3, 16.043e-3]))
    np.testing.assert_allclose(found, 1e-8, rtol=1e-12)
    np.testing.assert_allclose(mole_fractions(tracer[1], air, 16.043e-3), 1e-8, rtol=1e-12)


@pytest.mark.slow
def test_what_a_station_sees_came_from_somewhere():
    # Uniform air stays uniform, so the sensitivities to the air of six hours ago add up to one, none far away.
    first, last = (mass_fluxes.face_fluxes(analysis(hour=hour), AIR) for hour in (0.0, 6.0))
    made = mass_fluxes.closed(first, last, 21600.0, AIR, PressureFixer(AIR))
    flow, mass = flow_of(*(jnp.asarray(x) for x in (made.east, made.north, *made.dry_pressure)), 21600.0, AIR)
    places = places_of(AIR, np.array([40.0, 88.0]), np.array([140.0, 0.0]))
    seen = assembled(places, np.eye(AIR.levels)[[0, 1]], AIR)
    how = Advection(AIR, steps=steps_needed(flow, mass, 21600.0, AIR))

    residual = jnp.array([0.3, -2.0])

    def later(ratio):
        tracer, air = advect(ratio * mass, mass, flow, 21600.0, how)
        return residual @ observe(seen, mole_fractions(tracer, air, MOLAR_MASS["air"]))

    ratio = jnp.asarray(np.random.default_rng(0).normal(size=AIR.shape))
    found, back = jax.jit(jax.value_and_grad(later))(ratio)
    assert abs(float(found - jnp.vdot(ratio, back))) < 1e-12 * float(
        jnp.linalg.norm(back) * jnp.linalg.norm(ratio)
    )
    np.testing.assert_allclose(float(back.sum()), -1.7, rtol=1e-9)
    sensed = jnp.abs(back).sum(axis=(0, 2))
    assert float(sensed[GRID.lat < 0.0].sum()) < 1e-6 * float(sensed.sum())
