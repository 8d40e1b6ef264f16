"""Zonal fields on cells: exact where fields are linear, clamped outside, cyclic through the year."""

from __future__ import annotations

import numpy as np
import pytest

from tenbin.core.arrays import jax, jnp
from tenbin.core.errors import InputError
from tenbin.transport.zonal_fields import layer_pressure, month_of, on_cells, zonal, zonal_at

LEVEL, LAT = np.array([1e5, 5e4, 1e4, 1e3]), np.array([-60.0, -10.0, 20.0, 60.0])


def linear_field():
    """3 log p + lat / 10 + the number of the month."""
    month = np.arange(12.0)[:, None, None]
    return zonal(month + 3.0 * np.log(LEVEL)[:, None] + LAT / 10.0, LEVEL, LAT)


def test_a_linear_field_is_met_exactly_between_levels_and_clamped_outside():
    rows, pressure = np.array([-80.0, 5.0, 50.0]), jnp.asarray([9e4, 3e4, 2e3, 1e2, 1.1e5])
    cells = jnp.broadcast_to(pressure[:, None, None], (5, 3, 2))
    made = np.asarray(on_cells(linear_field(), 2.75, rows, cells))
    inside = np.log(np.clip(pressure, 1e3, 1e5))[:, None, None]
    expected = 2.25 + 3.0 * inside + np.clip(rows, -60.0, 60.0)[:, None] / 10.0
    np.testing.assert_allclose(made, np.broadcast_to(expected, made.shape), rtol=1e-13)


@pytest.mark.parametrize(("month", "value"), [(0.5, 0.0), (1.0, 0.5), (11.5, 11.0), (0.0, 5.5), (12.0, 5.5)])
def test_the_year_is_a_circle_of_middles_of_months(month, value):
    made = zonal_at(linear_field(), month, LAT)
    np.testing.assert_allclose(made, value + 3.0 * np.log(LEVEL)[:, None] + LAT / 10.0, rtol=1e-13)


def test_axes_are_put_in_order_and_what_cannot_be_placed_is_refused():
    field = linear_field()
    turned = zonal(np.asarray(field.values)[:, ::-1, ::-1], LEVEL[::-1], LAT[::-1])
    for one, other in zip(field, turned, strict=True):
        np.testing.assert_array_equal(one, other)
    with pytest.raises(InputError, match="month, level, lat"):
        zonal(np.zeros((11, 4, 4)), LEVEL, LAT)
    with pytest.raises(InputError, match="NaN"):
        zonal(np.full((12, 4, 4), np.nan), LEVEL, LAT)


def test_dates_have_a_place_in_their_year():
    assert month_of(np.datetime64("2023-01-01")) == 0.0
    assert month_of(np.datetime64("1969-12-31T12:00")) == pytest.approx(11.0 + 30.5 / 31.0)


def test_layers_lie_half_way_between_their_faces():
    made = layer_pressure([0.0, 2e4, 0.0], [1.0, 0.5, 0.0], jnp.asarray([[1e5, 8e4]]))
    np.testing.assert_allclose(made[:, 0], [[8.5e4, 7e4], [3.5e4, 3e4]])


def test_slopes_pass_to_the_field_and_to_pressure():
    field, rows = linear_field(), np.array([0.0])
    cells = jnp.full((1, 1, 1), 2e4)
    by_pressure = jax.grad(lambda p: on_cells(field, 3.0, rows, p).sum())(cells)
    np.testing.assert_allclose(by_pressure, 3.0 / 2e4, rtol=1e-12)
    by_value = jax.grad(lambda v: on_cells(field._replace(values=v), 3.0, rows, cells).sum())(field.values)
    assert float(by_value.sum()) == pytest.approx(1.0) and bool((by_value >= 0.0).all())
