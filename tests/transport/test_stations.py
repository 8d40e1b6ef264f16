"""Samples at points: linear in height or log pressure, mountains by altitude, hours of local time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenbin.core.arrays import jnp
from tenbin.core.errors import InputError
from tenbin.data.meteorology import gfs
from tenbin.transport.air_grid import AirGrid, hybrid_layers, merged_cells, polar_grid
from tenbin.transport.operators import observe
from tenbin.transport.stations import NIGHT, Vertical, local_windows, middle_heights, point_map, time_weights

GRID = polar_grid(19, 24)
AIR = AirGrid(GRID, *hybrid_layers(10), merged_cells(GRID))
OROGRAPHY = AIR.mean_in_groups(1500.0 * np.cos(np.radians(GRID.lat))[:, None] ** 2 * np.ones(GRID.shape))
PRESSURE = 101325.0 * np.exp(-OROGRAPHY / 8000.0)
HEIGHTS = middle_heights(AIR, PRESSURE, np.full(AIR.shape, 260.0), OROGRAPHY)
BY_HEIGHT = Vertical(HEIGHTS, OROGRAPHY)
FACES = AIR.a[:, None, None] + AIR.b[:, None, None] * PRESSURE
BY_PRESSURE = Vertical(0.5 * (FACES[:-1] + FACES[1:]), PRESSURE, "pressure")
HOUR, DAY = 3600.0, 86400.0


def test_heights_of_an_isothermal_atmosphere_are_those_of_its_scale_height():
    scale = 8.314462618 * 260.0 / 28.97e-3 / 9.80665
    middle = 0.5 * (FACES[:-1] + FACES[1:])
    np.testing.assert_allclose(HEIGHTS - OROGRAPHY, scale * np.log(PRESSURE / middle), rtol=1e-10)


def test_vapour_lifts_the_layers():
    humid = middle_heights(AIR, PRESSURE, np.full(AIR.shape, 260.0), OROGRAPHY, np.full(AIR.shape, 0.01))
    assert (humid[0] > HEIGHTS[0]).all()
    np.testing.assert_allclose((humid - OROGRAPHY) / (HEIGHTS - OROGRAPHY), 1.0061, rtol=3e-3)


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(2500.0, 9000.0))
@settings(max_examples=8)  # each number of entries is compiled anew
def test_a_field_linear_in_height_is_seen_exactly(lat, lon, altitude):
    seen = point_map(AIR, lat, lon, altitude, BY_HEIGHT)
    np.testing.assert_allclose(seen.weight.sum(), 1.0, rtol=1e-13)
    # between columns the weights of layers are those of the place: exact where ground is level around it
    flat = point_map(AIR, lat, lon, altitude, Vertical(HEIGHTS - OROGRAPHY, np.zeros(GRID.shape)))
    found = observe(flat, jnp.asarray(HEIGHTS - OROGRAPHY))
    np.testing.assert_allclose(found, altitude, rtol=1e-9)


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(20000.0, 70000.0))
@settings(max_examples=8)  # each number of entries is compiled anew
def test_a_field_linear_in_log_pressure_is_seen_exactly_over_level_ground(lat, lon, pressure):
    level = np.full(GRID.shape, 1.0e5)
    faces = AIR.a[:, None, None] + AIR.b[:, None, None] * level
    middle = 0.5 * (faces[:-1] + faces[1:])
    seen = point_map(AIR, lat, lon, pressure, Vertical(middle, level, "pressure"))
    np.testing.assert_allclose(observe(seen, jnp.log(middle)), np.log(pressure), rtol=1e-12)


def test_a_mountain_is_seen_in_free_air_and_a_tower_near_the_ground():
    field = jnp.broadcast_to(jnp.arange(10.0)[:, None, None], AIR.shape)
    by_altitude = observe(point_map(AIR, 19.5, -155.6, 3397.0, BY_HEIGHT), field)
    by_intake = observe(point_map(AIR, 19.5, -155.6, 40.0, BY_HEIGHT, above="ground"), field)
    assert float(by_altitude[0]) > float(by_intake[0]) + 1.0 and float(by_intake[0]) == 0.0


def test_what_lies_beneath_the_models_ground_is_seen_in_the_lowest_layer():
    field = jnp.broadcast_to(jnp.arange(10.0)[:, None, None], AIR.shape)
    assert float(observe(point_map(AIR, 0.0, 0.0, 100.0, BY_HEIGHT), field)[0]) == 0.0


def test_all_faulty_observations_are_named_at_once():
    with pytest.raises(InputError) as error:
        point_map(AIR, [0.0, 0.0, 0.0], [0.0, 1.0, 2.0], [9e5, 3000.0, -9000.0], BY_HEIGHT)
    text = str(error.value)
    assert len(error.value.faults) == 2
    assert "observation 0: found 900000 m, above" in text and "observation 2" in text


@pytest.mark.parametrize(
    "arguments, part",
    [
        (([95.0], [0.0], [100.0], BY_HEIGHT), "95 at 0"),
        (([5.0], [np.nan], [100.0], BY_HEIGHT), "nan at 0"),
        (([5.0, 6.0], [0.0], [100.0], BY_HEIGHT), "equal lengths"),
        (([5.0], [0.0], [100.0, 200.0], BY_HEIGHT), r"at: found \(2,\)"),
        (([5.0], [0.0], [np.nan], BY_HEIGHT), "1 not finite"),
        (([5.0], [0.0], [100.0], Vertical(HEIGHTS[::-1], OROGRAPHY)), "reverse the levels"),
        (([5.0], [0.0], [100.0], Vertical(HEIGHTS[:, 1:], OROGRAPHY)), "give both on the grid"),
        (
            ([5.0], [0.0], [500.0], Vertical(BY_PRESSURE.middle / 100, PRESSURE / 100, "pressure")),
            "hPa to Pa",
        ),
        (([5.0], [0.0], [10.0], BY_PRESSURE), "above the highest layer"),
    ],
)
def test_faults_are_named(arguments, part):
    with pytest.raises(InputError, match=part):
        point_map(AIR, *arguments)


def test_heights_above_ground_are_refused_in_pressure():
    with pytest.raises(InputError, match="'sea' with pressures"):
        point_map(AIR, [5.0], [0.0], [50000.0], BY_PRESSURE, above="ground")


def test_afternoon_in_tokyo_and_night_in_hawaii():
    start, end = local_windows([0.0, 0.0], [139.7, 139.7], offset=9.0)
    np.testing.assert_allclose([start[0], end[0]], [3 * HOUR, 7 * HOUR])
    start, end = local_windows([0.0], [-155.6], NIGHT)
    np.testing.assert_allclose([start[0], end[0]], np.array([155.6 / 15, 155.6 / 15 + 4]) * HOUR)
    np.testing.assert_allclose(local_windows([0.0], [204.4], NIGHT)[0], start)
    start, end = local_windows([0.0], [0.0], (22.0, 4.0))
    assert float(end[0] - start[0]) == 6 * HOUR


def test_a_window_is_shared_among_intervals_and_days_make_a_month():
    edges = np.arange(0.0, 3 * DAY + 1, 3 * HOUR)
    found = time_weights(13 * HOUR, 17 * HOUR, edges)
    np.testing.assert_allclose(found[0, 4:6], [0.5, 0.5])
    starts = np.arange(3) * DAY + 12 * HOUR
    month = time_weights(starts, starts + 4 * HOUR, edges, observation=[0, 0, 0])
    np.testing.assert_allclose(month.sum(), 1.0)
    np.testing.assert_allclose(month[0, 4::8], 0.25)


def test_faults_of_windows_are_listed():
    with pytest.raises(InputError) as error:
        time_weights([0.0, 5.0, 8.0], [4.0, 5.0, 12.0], [0.0, 5.0, 10.0])
    assert len(error.value.faults) == 2
    with pytest.raises(InputError, match="number them without gaps"):
        time_weights([0.0, 5.0], [4.0, 6.0], [0.0, 10.0], [0, 2])
    with pytest.raises(InputError, match="order the intervals"):
        time_weights([0.0], [4.0], [10.0, 0.0])
    with pytest.raises(InputError, match="a start and an end"):
        time_weights([0.0], [4.0, 5.0], [0.0, 10.0])


def analysed_column(weather, j, i):
    """Dry pressure, temperature, humidity and height at the ground and the levels above it of one analysed column."""
    ps, level = float(weather["ps"][j, i]), weather["level"].values
    aloft = level < ps - 1.0
    pressure = np.append(ps, level[aloft])

    def of(name, ground=None):
        values = weather[name].values[:, j, i].astype(float)
        near = np.interp(-np.log(ps), -np.log(level), values) if ground is None else ground
        return np.append(near, values[aloft])

    q = of("hus")
    parts = -np.diff(pressure) * (1.0 - 0.5 * (q[1:] + q[:-1]))
    dry = np.append(np.cumsum(parts[::-1])[::-1], 0.0) + pressure[-1] * (1.0 - q[-1])
    return dry, pressure, of("ta"), q, of("zg", float(weather["orog"][j, i]))


def test_heights_are_those_of_an_analysis(data_root):
    path = data_root / "atmosphere" / "met_pressure_levels"
    if not path.is_dir():
        pytest.skip(f"no analysis in {path}")
    weather = gfs.read(path / gfs.FILES[0]).isel(time=0).compute()
    air = AirGrid(GRID, *hybrid_layers(40), merged_cells(GRID))
    errors = []
    for j in range(2, 73, 10):
        for i in range(0, 144, 24):
            dry, pressure, warm, humid, height = analysed_column(weather, j, i)
            faces = air.a + air.b * dry[0]
            inside = np.linspace(faces[:-1], faces[1:], 21)
            up = -np.log(np.interp(-inside, -dry, pressure))
            at = -np.log(pressure)
            means = [np.interp(up, at, x).mean(axis=0)[:, None, None] for x in (warm, humid)]
            every = [np.broadcast_to(x, air.shape) for x in means]
            ground = np.full(GRID.shape, height[0])
            found = middle_heights(air, np.full(GRID.shape, dry[0]), every[0], ground, every[1])[:, 0, 0]
            errors.append(np.where(inside[10] > 2e4, found - np.interp(up[10], at, height), 0.0))
    errors = np.array(errors)
    assert np.sqrt((errors**2).mean()) < 3.0 and np.abs(errors).max() < 15.0  # m, below 200 hPa


def test_a_period_without_samples_is_no_trouble():
    assert observe(point_map(AIR, [], [], [], BY_HEIGHT), jnp.ones(AIR.shape)).shape == (0,)
    assert time_weights([], [], [0.0, 1.0]).shape == (0, 1)
