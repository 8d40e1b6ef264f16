"""Areas on the sphere are exact: they sum to the sphere whatever the cells."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenbin.core.errors import InputError
from tenbin.core.grid import EARTH_AREA, Grid, cell_area, regular_grid, zone_area
from tenbin.core.regions import BAND_EDGES

INNER_LATITUDES = st.lists(st.floats(-89.9, 89.9), max_size=12, unique=True)
INNER_LONGITUDES = st.lists(st.floats(-179.9, 179.9), max_size=12, unique=True)


def any_grid(latitudes, longitudes):
    return Grid(np.sort([-90.0, *latitudes, 90.0]), np.sort([-180.0, *longitudes, 180.0]))


@given(INNER_LATITUDES, INNER_LONGITUDES)
def test_cells_of_any_size_sum_to_the_sphere(latitudes, longitudes):
    np.testing.assert_allclose(any_grid(latitudes, longitudes).area.sum(), EARTH_AREA, rtol=1e-12)


def test_the_four_bands_have_equal_areas():
    np.testing.assert_allclose(zone_area(np.array(BAND_EDGES[:-1]), np.array(BAND_EDGES[1:])), EARTH_AREA / 4)


@given(st.floats(-89.0, 88.0), st.floats(1e-6, 1.0))
def test_a_thin_zone_keeps_its_digits(south, width):
    north = south + width
    expected = (
        EARTH_AREA / 2 * np.cos(np.radians((south + north) / 2)) * np.sin(np.radians(north - south) / 2) * 2
    )
    np.testing.assert_allclose(zone_area(south, north), expected, rtol=1e-9)


@given(INNER_LATITUDES, st.floats(-1e3, 1e3))
def test_the_mean_of_a_constant_is_that_constant(latitudes, value):
    grid = any_grid(latitudes, [0.0])
    np.testing.assert_allclose(grid.mean(np.full(grid.shape, value)), value, atol=1e-9)


@given(INNER_LATITUDES, st.floats(-90, 90), st.floats(-90, 90))
def test_the_shares_of_rows_in_a_zone_make_up_the_zone(latitudes, one, other):
    grid = any_grid(latitudes, [0.0])
    south, north = sorted((one, other))
    inside = (grid.rows_within(south, north)[:, None] * grid.area).sum()
    np.testing.assert_allclose(inside, zone_area(south, north), rtol=1e-9, atol=1.0)


def test_areas_do_not_depend_on_the_direction_of_the_axes_or_on_the_form_of_the_bounds():
    edges = np.linspace(-90, 90, 7)
    bounds = np.stack([edges[:-1], edges[1:]], axis=1)
    lon = np.linspace(0, 360, 5)
    np.testing.assert_allclose(cell_area(edges[::-1], lon), cell_area(edges, lon)[::-1])
    np.testing.assert_allclose(cell_area(bounds, lon), cell_area(edges, lon))


def test_a_field_with_leading_axes_is_integrated_cell_by_cell():
    grid = regular_grid(30.0, 60.0)
    np.testing.assert_allclose(grid.integrate(np.ones((3, *grid.shape))), [EARTH_AREA] * 3)
    assert grid.lat[0] == -75.0
    assert grid.lon[0] == -150.0


def test_a_grid_that_is_no_grid_is_refused_with_all_its_faults():
    with pytest.raises(InputError) as caught:
        Grid([-90.0, 95.0], [0.0, 0.0])
    assert len(caught.value.faults) == 2
    with pytest.raises(InputError, match="step that divides 180"):
        regular_grid(7.0, 5.0)
    with pytest.raises(InputError, match="swap"):
        regular_grid(30.0, 30.0).rows_within(10.0, 0.0)
