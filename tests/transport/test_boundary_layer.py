"""Turbulence diagnosed from weather: known limits, how fast it mixes, and the made-up day."""

from __future__ import annotations

import numpy as np
import pytest

from tenbin.core.arrays import jnp
from tenbin.core.constants import GRAVITY
from tenbin.data.land_grids.solar import top_of_atmosphere
from tenbin.transport.air_grid import AirGrid, hybrid_layers, merged_cells, polar_grid
from tenbin.transport.air_layers import CP_DRY, DRY_AIR, KAPPA, Layers, layers_of, winds_of
from tenbin.transport.boundary_layer import (
    KARMAN,
    LEAST,
    Surface,
    Turbulence,
    boundary_layer_height,
    exchange_of_air,
    profile_diffusivity,
    turbulence_of,
)
from tenbin.transport.mass_fluxes import Interval
from tenbin.transport.mixing import Stirring, mix
from tenbin.transport.prescribed_mixing import prescribed_boundary_layer, prescribed_exchange
from tenbin.transport.stations import middle_heights

CELLS = polar_grid(10, 12)
GRID = AirGrid(CELLS, *hybrid_layers(40), merged_cells(CELLS))
DRY = np.full(GRID.grid.shape, 1e5)
LAND, SEA = np.ones(GRID.grid.shape), np.zeros(GRID.grid.shape)


def columns(gradient: float, wind: float, ground: float = 290.0, humidity: float = 0.0) -> Layers:
    """Air whose potential temperature rises by `gradient` [K m-1] from the ground, in one wind [m s-1]."""
    faces = GRID.a + GRID.b * 1e5
    middle = 0.5 * (faces[1:] + faces[:-1])
    height = np.zeros(GRID.levels)
    for _ in range(30):  # heights and temperature depend on each other
        theta = ground + gradient * np.minimum(height, 12000.0)
        cold = np.maximum(theta * (middle / 1e5) ** KAPPA, 190.0)
        warm = np.broadcast_to(cold[:, None, None], GRID.shape)
        height = middle_heights(GRID, DRY, warm, 0.0)[:, 0, 0]
    return layers_of(GRID, DRY, warm, humidity, wind, 0.0)


def flat(value: float) -> np.ndarray:
    return np.full(GRID.grid.shape, value)


def test_faces_lie_between_the_middles_and_weigh_what_is_above():
    layers = columns(3e-3, 5.0)
    assert (layers.height[:-1] < layers.face).all() and (layers.face < layers.height[1:]).all()
    np.testing.assert_allclose(layers.mass.sum(0), (1e5 - GRID.a[-1]) / GRAVITY, rtol=1e-12)
    # density at a face is that of the pressure there, by the law of gases
    faces = (GRID.a + GRID.b * 1e5)[1:-1, None, None]
    coldest, warmest = layers.temperature[1:], layers.temperature[:-1]
    low, high = (np.minimum(coldest, warmest), np.maximum(coldest, warmest))
    assert (layers.density <= faces / (DRY_AIR * low) * 1.0001).all()
    assert (layers.density >= faces / (DRY_AIR * high) * 0.9999).all()


def test_winds_come_back_from_the_air_they_carry():
    lat = np.radians(GRID.grid.lat_edges)
    radius, around = 6.371e6, np.radians(30.0)
    column = layers_of(GRID, DRY, np.full(GRID.shape, 280.0), 0.0, 0.0, 0.0).mass
    east = 7.0 * column * radius * np.diff(lat)[:, None]
    north = np.broadcast_to(-3.0 * column[:, :-1] * radius * around * np.cos(lat[1:-1])[:, None], (40, 9, 12))
    u, v = winds_of(Interval((DRY, DRY), east, north), GRID)
    np.testing.assert_allclose(u, 7.0, rtol=1e-12)
    np.testing.assert_allclose(v, -3.0, rtol=1e-12)


def test_neutral_air_near_the_ground_has_the_diffusivity_of_the_logarithmic_law():
    face, height = np.array([5.0, 20.0])[:, None, None] * LAND, flat(2000.0)
    k = profile_diffusivity(face, height, flat(0.4), flat(0.0), flat(290.0))
    np.testing.assert_allclose(k, KARMAN * 0.4 * face * (1.0 - face / 2000.0) ** 2, rtol=1e-12)


def test_neutral_wind_rubs_as_the_logarithm_tells():
    layers = columns(0.0, 8.0)
    ground = turbulence_of(layers, Surface(LAND))
    np.testing.assert_allclose(ground.friction, KARMAN * 8.0 / np.log1p(layers.height[0] / 0.2), rtol=1e-6)
    assert (turbulence_of(layers, Surface(SEA)).friction < ground.friction).all()


def test_wind_at_ten_metres_rubs_as_the_logarithm_tells():
    ground = turbulence_of(columns(10e-3, 8.0), Surface(LAND, wind=flat(4.0)))
    np.testing.assert_allclose(ground.friction, KARMAN * 4.0 / np.log1p(10.0 / 0.2), rtol=1e-12)
    np.testing.assert_array_equal(ground.wind, 4.0)


def test_profile_steps_where_the_surface_layer_ends_by_the_published_term_alone():
    """Above a tenth of the height the Prandtl number gains 7.2 x 0.4 x 0.1 w*/w_m (Holtslag and Boville 1993, A13):
    nought in neutral air."""
    for heat in (0.3, 1e-3, 1e-9):
        at = np.array([99.99, 100.01])[:, None, None] * LAND
        below, above = profile_diffusivity(at, flat(1000.0), flat(0.3), flat(heat), flat(300.0))
        free = (GRAVITY / 300.0 * heat * 1000.0) ** (1.0 / 3.0)
        momentum = (0.3**3 + 0.6 * free**3) ** (1.0 / 3.0)
        surface = below / (KARMAN * at[0] * 0.9**2)
        expected = below / (1.0 + 7.2 * 0.4 * 0.1 * free / momentum * surface / momentum)
        np.testing.assert_allclose(above, expected, rtol=1e-3)


@pytest.mark.parametrize("wind", [0.0, 0.5])
def test_stable_calm_air_hardly_mixes(wind):
    layers = columns(30e-3, wind)
    cold = Surface(LAND, sensible=flat(-20.0), temperature=layers.temperature[0] - 8.0)
    exchange = exchange_of_air(layers, cold)
    k = exchange * layers.distance / layers.density
    assert (k >= LEAST[1] * 0.999).all() and k.max() < 2.0 * LEAST[0]


def test_convective_air_is_mixed_in_an_hour():
    """300 W m-2 under 1.5 km of neutral air: a tracer put into the lowest layer fills it within an hour or so."""
    layers = columns(0.0, 3.0)
    theta = layers.theta + np.where(layers.height > 1500.0, 6.0, 0.0)
    layers = layers._replace(theta=theta)
    warm = layers.temperature[0] + 1.0
    surface = Surface(LAND, sensible=flat(300.0), latent=flat(100.0), temperature=warm)
    height = boundary_layer_height(layers, turbulence_of(layers, surface))
    assert (height > 1100.0).all() and (height < 2000.0).all()
    exchange = jnp.asarray(exchange_of_air(layers, surface))
    mass = jnp.asarray(layers.mass)
    tracer = jnp.zeros(GRID.shape).at[0].set(1.0)
    for _ in range(12):
        tracer = mix(tracer, mass, Stirring(exchange, jnp.zeros_like(exchange), jnp.zeros_like(mass)), 300.0)
    ratio = np.asarray(tracer / mass)[:, 5, 0]
    inside = layers.height[:, 5, 0] < 1000.0
    assert ratio[inside].max() / ratio[inside].min() < 1.2
    assert ratio[layers.height[:, 5, 0] > 3000.0].max() < 0.01 * ratio[0]


def test_boundary_layer_ends_at_an_inversion_and_grows_with_heat():
    layers = columns(5e-3, 6.0)
    heights = []
    for heat in (0.0, 100.0, 400.0):
        surface = Surface(LAND, sensible=flat(heat), temperature=layers.temperature[0] + 1.0)
        heights.append(boundary_layer_height(layers, turbulence_of(layers, surface))[4, 0])
    assert heights[0] < heights[1] < heights[2]


def test_any_weather_gives_finite_exchange():
    rng = np.random.default_rng(7)
    warm = rng.uniform(180.0, 320.0, GRID.shape)
    u, v = rng.normal(0.0, 40.0, (2, *GRID.shape))
    u[:, 3], v[:, 3] = 0.0, 0.0
    layers = layers_of(GRID, DRY, warm, rng.uniform(0.0, 0.02, GRID.shape), u, v)
    for heat in (-500.0, 0.0, 900.0):
        got = exchange_of_air(
            layers, Surface(LAND, sensible=flat(heat), temperature=warm[0] + rng.normal(0, 9))
        )
        assert np.isfinite(got).all() and (got > 0.0).all()
    for surface in (Surface(SEA), Surface(SEA, temperature=warm[0] + 5.0, wind=flat(0.0))):
        got = exchange_of_air(layers, surface)
        assert np.isfinite(got).all() and (got > 0.0).all()


def test_made_up_day_follows_the_sun():
    """In July at 46 N the boundary layer over land is shallow at night and 1 to 2 km tall in the afternoon, the
    tallest about 15 h (Liu and Liang 2010, J. Climate 23, 5790); in January less tall, in polar night not at all."""
    cells = polar_grid(46, 72)
    grid = AirGrid(cells, *hybrid_layers(20), merged_cells(cells))
    row, column = int(np.argmin(abs(cells.lat - 46.0))), int(np.argmin(abs(cells.lon)))
    course = {
        day: np.array(
            [
                prescribed_boundary_layer(grid, day, h)[0][row, column]
                for h in np.arange(0.0, 24.0, 0.5).tolist()
            ]
        )
        for day in (15.0, 196.0)
    }
    assert course[196.0][0] == course[15.0][0] == 200.0
    assert 1000.0 < course[196.0].max() < 2000.0 and course[15.0].max() < 1000.0
    assert 14.0 <= 0.5 * course[196.0].argmax() <= 17.0
    assert prescribed_boundary_layer(grid, 0.0, 12.0)[0][-1].max() == 200.0
    sea = prescribed_boundary_layer(grid, 100.0, 3.0)[1]
    assert sea.min() >= 500.0 and sea.max() <= 900.0


def test_made_up_heat_is_the_share_of_sunlight():
    """Heat of a day adds up to what the boundary layer grows on."""
    cells = polar_grid(10, 12)
    grid = AirGrid(cells, *hybrid_layers(20), merged_cells(cells))
    hours = np.arange(0.0, 24.0, 0.1).tolist()
    heat = np.mean([np.maximum(prescribed_boundary_layer(grid, 80.0, h)[2], 0.0) for h in hours], axis=0)
    whole = 0.13 * top_of_atmosphere(cells.lat, 81)
    assert (heat[1:-1, 0] < whole[1:-1]).all() and (heat[1:-1, 0] > 0.8 * whole[1:-1]).all()


def test_made_up_exchange_has_days_over_land_and_none_over_sea():
    layers = columns(4e-3, 7.0)
    noon, night = (prescribed_exchange(layers, LAND, GRID, 196.0, hour) for hour in (12.0, 0.0))
    assert not np.allclose(noon, night)
    sea = [prescribed_exchange(layers, SEA, GRID, 196.0, hour) for hour in (12.0, 0.0)]
    np.testing.assert_array_equal(*sea)
    assert (noon > 0.0).all() and np.isfinite(noon).all()
    # a cell half of land has the mean of both
    half = prescribed_exchange(layers, 0.5 * LAND, GRID, 196.0, 12.0)
    strong = (noon[0] > 1e-2) & (sea[0][0] > 1e-2)
    np.testing.assert_allclose(half[0][strong], 0.5 * (noon + sea[0])[0][strong], rtol=1e-9)
    assert CP_DRY == pytest.approx(1004.5, abs=1.0)


def test_wind_that_turns_with_height_is_shear_though_its_speed_does_not_change():
    """Shear is the difference of winds as vectors (Vogelezang and Holtslag 1996): the boundary layer under a wind
    that turns is as tall as under one that grows by the same difference, and taller than under one that stays."""
    layers, turn = columns(8e-3, 10.0), np.radians(60.0)
    high = layers.height > layers.height[0]
    still, ground = flat(10.0), flat(0.05)
    near = Turbulence(ground, flat(0.0), layers.theta[0], still, np.zeros_like(still))

    def height(east, north):
        moved = layers._replace(u=np.where(high, east, 10.0), v=np.where(high, north, 0.0))
        return boundary_layer_height(moved, near)

    turned = height(10.0 * np.cos(turn), 10.0 * np.sin(turn))
    difference = 2.0 * 10.0 * np.sin(0.5 * turn)
    np.testing.assert_allclose(turned, height(10.0 + difference, 0.0), rtol=1e-9)
    assert (turned > 2.0 * height(10.0, 0.0)).all()


def test_a_change_of_axes_leaves_the_boundary_layer_as_it_is():
    rng = np.random.default_rng(3)
    layers = columns(6e-3, 8.0)
    u, v = (rng.normal(6.0, 4.0, GRID.shape) for _ in range(2))
    heights = []
    for turn in (0.0, 0.7, 2.5):
        c, s = np.cos(turn), np.sin(turn)
        moved = layers._replace(u=c * u - s * v, v=s * u + c * v)
        surface = Surface(LAND, temperature=layers.temperature[0], wind=flat(3.0))
        heights.append(boundary_layer_height(moved, turbulence_of(moved, surface)))
    np.testing.assert_allclose(heights[1], heights[0], rtol=1e-9)
    np.testing.assert_allclose(heights[2], heights[0], rtol=1e-9)
