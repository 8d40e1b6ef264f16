"""Published tests on coarse cells: what comes back after twelve days, and measures of it with known answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenbin.core.arrays import jnp
from tenbin.core.constants import GRAVITY
from tenbin.core.grid import regular_grid
from tenbin.transport import idealised_layers as il
from tenbin.transport import idealised_tracers as it
from tenbin.transport.idealised import RADIUS, deformation, gaussian_hills, rotation, sheet
from tenbin.transport.sweeps import Advection, loss_of_air

DAYS = 12.0
AIR = sheet(regular_grid(5.0, 5.0))
AREA = AIR.grid.area
MASS = jnp.asarray(AREA)[None]


@pytest.fixture(scope="module")
def layered():
    """Ten layers of 9 degrees."""
    return il.layers(regular_grid(9.0, 9.0), 10)


def turned(shape, limited, steps=120):
    """A field after one turn of the sphere over the poles."""
    flow = rotation(AIR, 2.0 * np.pi * RADIUS / (DAYS * 86400.0), 0.5 * np.pi)
    how = Advection(AIR, "parabolas", limited, steps)
    return np.asarray(it.carried(shape[None], MASS, lambda _: flow, (0.0, DAYS), how)[0])


@pytest.fixture(scope="module")
def stirred():
    """Hills, bells, their partner and a uniform ratio at the start; at half time and the end by limiter."""
    bells = it.cosine_bells(AIR)
    start = np.stack([gaussian_hills(AIR), bells, it.correlated(bells), np.full_like(bells, 0.3)])[:, None]
    found = {}
    for limited in (False, True):
        how = Advection(AIR, "parabolas", limited, 80)
        flow = lambda days: deformation(AIR, days)  # noqa: E731
        half = it.carried(start, MASS, flow, (0.0, DAYS / 2), how)
        end = it.carried(half, MASS, flow, (DAYS / 2, DAYS), how)
        found[limited] = np.asarray(half)[:, 0], np.asarray(end)[:, 0]
    return start[:, 0], found


def test_hills_come_back_as_well_as_the_scheme_promises(stirred):
    start, found = stirred
    errors = [it.norms(end[0], start[0], AREA).l2 for _, end in found.values()]
    assert errors[0] < 0.35 and errors[1] < 0.47


def test_stirring_keeps_mass_and_what_is_uniform(stirred):
    start, found = stirred
    for _, end in found.values():
        np.testing.assert_allclose((end * AREA).sum((1, 2)), (start * AREA).sum((1, 2)), rtol=1e-13)
        np.testing.assert_allclose(end[3], 0.3, rtol=1e-12)


def test_a_limited_tracer_has_no_new_extremes_and_an_unlimited_one_has(stirred):
    start, found = stirred
    for tracer in (1, 2):
        low, high = start[tracer].min(), start[tracer].max()
        for field in (f[tracer] for f in found[True]):
            assert low - 1e-12 < field.min() and field.max() < high + 1e-12
    assert found[False][0][1].min() < start[1].min() - 0.005


def test_without_a_limiter_half_time_overshoots_and_with_one_it_does_not(stirred):
    start, found = stirred
    mixed = {limited: it.mixing(half[1], half[2], AREA) for limited, (half, _) in found.items()}
    assert mixed[True].overshooting < 1e-12 < 1e-3 < mixed[False].overshooting
    assert max(m.unmixing for m in mixed.values()) < 2e-4 < 5e-3 < min(m.real for m in mixed.values())
    lost = it.filaments(found[True][0][1], start[1], AREA)
    assert lost[0] == pytest.approx(100.0) and lost[2] > 120.0 and lost[-3] == 0.0


def test_a_limited_bell_crosses_the_poles_without_new_extremes():
    start = it.single_bell(AIR)
    end = turned(start, limited=True)
    assert -1e-15 < end.min() and end.max() < start.max()
    assert it.norms(end, start, AREA).l2 < 0.45


def test_three_fields_of_fixed_sum_keep_it_without_a_limiter(layered):
    mass, start = il.air_mass(layered), il.tracers(layered)
    flow = lambda days: il.deformation_in_layers(layered, days, returning=True)  # noqa: E731
    how = Advection(layered, "parabolas", False, 80)
    end = np.asarray(it.carried(start, mass, flow, (0.0, DAYS), how))
    np.testing.assert_allclose(0.3 * end[:3].sum(axis=0) + end[3], 1.0, rtol=1e-11)
    np.testing.assert_allclose((end * mass).sum((1, 2, 3)), (start * mass).sum((1, 2, 3)), rtol=1e-12)
    found = it.norms(end[0], start[0], layered.grid.area)
    assert found.l2 < 0.85 and found.highest < 0.0


def test_the_layers_wind_is_the_published_one_and_closes(layered):
    days = 1.3
    flow, mass = il.deformation_in_layers(layered, days), il.air_mass(layered)
    lost = layered.mean_in_groups(loss_of_air(flow) / mass)
    assert np.abs(lost).max() * DAYS * 86400.0 < 1e-10
    # omega = omega0 sin(lon - 2 pi t / tau) cos(lat) cos(2 pi t / tau) s(p), over faces of cells
    lat, lon = np.radians(layered.grid.lat_edges), np.radians(layered.grid.lon_edges)
    turn = 2.0 * np.pi * days / DAYS
    square, sine = np.diff(0.5 * lat + 0.25 * np.sin(2.0 * lat)), -np.diff(np.cos(lon - turn))
    p, top = layered.a[1:-1, None, None], layered.a[-1]
    b = 0.2 * top
    s = 1.0 + np.exp((top - 1e5) / b) - np.exp((p - 1e5) / b) - np.exp((top - p) / b)
    omega = 23000.0 * np.pi / (DAYS * 86400.0) * RADIUS**2 * np.cos(turn) * square[:, None] * sine * s
    np.testing.assert_allclose(
        flow.up, layered.mean_in_groups(-omega / GRAVITY), atol=1e-10 * np.abs(flow.up).max()
    )


def test_bells_and_ellipses_stand_where_the_test_puts_them():
    air = il.layers(regular_grid(3.0, 3.0), 60)
    q1, q2, q3, _ = il.tracers(air)
    heights, lat, lon = il.layer_heights(air), air.grid.lat, air.grid.lon % 360.0
    level, row, column = np.unravel_index(q1.argmax(), q1.shape)
    aside = min(abs(lon[column] - 150.0), abs(lon[column] - 210.0))
    assert abs(heights[level] - 5000.0) < 101.0 and abs(lat[row]) < 3.0 and aside < 3.0
    assert 0.99 < q1.max() <= 1.0 and q1[np.abs(heights - 5000.0) > 1100.0].max() == 0.0
    np.testing.assert_allclose(q2, 0.9 - 0.8 * q1**2)
    inside = q3[:, np.abs(lat).argmin(), np.abs(lon - 150.0).argmin()]
    np.testing.assert_allclose(inside[[23, 26]], [1.0, 0.1])  # 4700 and 5300 m


def test_cylinders_are_slotted_from_the_north_and_from_the_south():
    air = sheet(regular_grid(1.0, 1.0))
    shape, lat, lon = it.slotted_cylinders(air), air.grid.lat, air.grid.lon % 360.0
    at = lambda y, x: shape[np.abs(lat - y).argmin(), np.abs(lon - x).argmin()]  # noqa: E731
    assert at(5.0, 150.0) == pytest.approx(0.1) and at(-20.0, 150.0) == pytest.approx(1.0)
    assert at(20.0, 210.0) == pytest.approx(1.0) and at(-5.0, 210.0) == pytest.approx(0.1)
    assert at(5.0, 160.0) == pytest.approx(1.0) and at(35.0, 150.0) == pytest.approx(0.1)


@given(st.floats(-0.2, 1.3), st.floats(-0.3, 1.3))
@settings(max_examples=200)
def test_distance_from_the_curve_is_the_shortest(q, other):
    along = np.linspace(0.1, 1.0, 20001)
    nearest = np.hypot((along - q) / 0.9, (it.correlated(along) - other) / 0.792).min()
    found = it.mixing(np.array([q]), np.array([other]), np.array([1.0]))
    assert sum(found) == pytest.approx(nearest, abs=1e-6)


def test_what_is_mixed_unmixed_and_beyond_is_told_apart():
    one = np.array([1.0])
    half = 0.5 * (0.1 + 1.0), 0.5 * (0.892 + 0.1)  # both ends of the curve in equal parts
    for q, other, kind in (
        (*half, 0),
        (half[0], half[1] - 0.1, 1),
        (0.5, 0.9 - 0.8 * 0.25 + 0.05, 1),
        (1.1, 0.2, 2),
        (0.05, 0.8, 2),
    ):
        found = it.mixing(np.array([q]), np.array([other]), one)
        assert [x > 1e-3 for x in found] == [n == kind for n in range(3)], (q, other, found)


def test_norms_of_a_known_error():
    truth, found = np.array([[0.0, 1.0], [2.0, 1.0]]), np.array([[0.5, 1.0], [1.0, 1.0]])
    got = it.norms(found, truth, np.array([[2.0, 1.0], [1.0, 1.0]]))
    np.testing.assert_allclose(got, (2.0 / 4.0, np.sqrt(1.5 / 6.0), 0.5, 0.25, -0.5))
