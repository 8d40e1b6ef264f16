"""Footprints by the adjoint say of a sample what a run forward says of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tenbin.core.arrays import jnp
from tenbin.core.errors import InputError
from tenbin.transport import idealised, mass_fluxes
from tenbin.transport.air_file import AirFile, AirInterval, Times, write
from tenbin.transport.air_grid import AirGrid, hybrid_layers, merged_cells, polar_grid
from tenbin.transport.days import days_of
from tenbin.transport.footprints import footprints
from tenbin.transport.operators import ObservationMap
from tenbin.transport.passage import Passage
from tenbin.transport.pressure_fixer import PressureFixer

SECONDS, COUNT = 21600.0, 12
MASS = 0.044


@pytest.fixture(scope="module")
def through(tmp_path_factory):
    """Three days of winds over the end of a month, a gale in the second interval of each, which takes more steps than
    the others; with stirred columns and a decaying gas."""
    cells = polar_grid(12, 16)
    grid = AirGrid(cells, *hybrid_layers(6), merged_cells(cells))
    flux = mass_fluxes.face_fluxes(idealised.analysis(), grid)
    fixer, gale = PressureFixer(grid), (flux[0], 12.0 * flux[1], 12.0 * flux[2])
    usual, strong = (mass_fluxes.closed(one, one, SECONDS, grid, fixer) for one in (flux, gale))
    made = [strong if number % 4 == 1 else usual for number in range(COUNT)]
    faces = (grid.levels - 1, *grid.grid.shape)
    exchange = grid.mean_in_groups(10.0 ** np.random.default_rng(0).uniform(-4.0, 0.0, faces))
    updraft = np.full(faces, 0.01)
    stream = [AirInterval(n, made[n], np.full(grid.shape, 250.0), exchange, updraft) for n in range(COUNT)]
    start = np.datetime64("2010-01-30T00:00:00") + np.arange(COUNT) * np.timedelta64(6, "h")
    path = tmp_path_factory.mktemp("air") / "air.nc"
    write(path, stream, Times(start, SECONDS, False), grid, {"title": "winds and gales"})
    seen = ObservationMap(
        jnp.asarray([0, 1, 1]),
        jnp.asarray([70, 300, 310]),
        jnp.asarray([1.0, 0.5, 0.5]),
        jnp.zeros(2),
        grid.shape,
    )
    with AirFile(path) as air:
        loss = jnp.full((1, *grid.shape), 2e-6)
        yield Passage(air, days_of(air.times), jnp.asarray([MASS]), lambda _: loss, seen)


TABLE = pd.DataFrame(
    {"site": ["AAA", "BBB"], "lat": [0.0, 10.0], "lon": [0.0, 20.0], "intake_height": [10.0, 20.0]}
)
AT = np.array(["2010-02-01T12:00:00", "2010-02-02T00:00:00"], dtype="datetime64[s]")


def test_footprints_take_the_steps_of_the_run_forward(through):
    """A day takes the most that one of its intervals needs; so do its intervals one by one."""
    from tenbin.transport.footprints import _intervals

    needed = through.file.steps
    assert len(set(needed[:4].tolist())) > 1
    steps = [through.steps(day) for day in _intervals(through)]
    assert steps == [through.steps(day) for day in through.days for _ in day.numbers]


def test_a_footprint_times_fluxes_and_the_background_is_the_sample(through):
    """Emission that changes from month to month, and a rough start: both samples, at noon and at midnight."""
    found = footprints(through, TABLE, [0, 1], AT, 2, MASS)
    rng = np.random.default_rng(1)
    emission = through.grid.mean_in_groups(rng.random((2, 1, *through.grid.grid.shape)) * 1e-9)
    ratio = 1e-6 * through.grid.mean_in_groups(rng.random((1, *through.grid.shape)))
    months = list(through.forward(through.begin(ratio), emission))
    seen = np.concatenate([np.asarray(month.seen) for month in months])[:, 0]
    assert found.footprint.shape == (2, 8, *through.grid.grid.shape)
    held = {0: _state_at(through, emission, ratio, 2), 1: _state_at(through, emission, ratio, 4)}
    for sample, interval in ((0, 9), (1, 11)):
        slot = np.array([1 if interval - back >= 8 else 0 for back in range(8)])
        fluxes = emission[slot, 0]
        told = float(np.sum(found.footprint[sample].values * fluxes))
        told += float(np.sum(found.background[sample].values * held[sample]))
        assert told == pytest.approx(seen[interval, sample], rel=1e-11)


def _state_at(through, emission, ratio, count):
    """What the air holds [kg] after `count` intervals, all of the first month."""
    from tenbin.transport.footprints import _intervals

    part = Passage(through.file, _intervals(through)[:count], through.molar_mass, through.loss, through.seen)
    return np.asarray(list(part.forward(part.begin(ratio), emission))[-1].state.tracer[0])


def test_fluxes_after_a_sample_have_no_part_in_it_and_none_before_is_negative_on_the_whole(through):
    found = footprints(through, TABLE, [0, 1], AT, 2, MASS)
    whole = found.footprint.values
    assert np.all(whole.sum(axis=(2, 3)) > 0.0)
    assert list(found.hours_back.values) == [6.0 * n for n in range(8)]
    assert found.footprint.attrs["units"] == "mol mol-1 (kg m-2 s-1)-1"


def test_all_faults_of_an_order_for_footprints_are_told(through):
    with pytest.raises(InputError) as caught:
        footprints(
            through,
            TABLE,
            [0, 1],
            np.array(["2010-01-30T12:00", "2010-02-01T13:00"], "datetime64[s]"),
            2,
            MASS,
        )
    assert [fault.name for fault in caught.value.faults] == ["at", "at"]
    assert "end of an interval" in str(caught.value) and "2 days of air before it" in str(caught.value)


def test_a_passage_of_other_gases_is_refused_however_many_the_samples(through):
    """Two samples of a passage of two tracers would each take the losses of one of them."""
    two = jnp.concatenate([through.loss(None)] * 2)
    pair = replace(through, molar_mass=jnp.asarray([MASS, 0.016]), loss=lambda _: two, _compiled={}, _met={})
    rows = replace(through, loss=lambda _: two, _compiled={}, _met={})
    for wrong in (pair, rows):
        for count in (1, 2):
            with pytest.raises(InputError, match="a passage of the one gas"):
                footprints(wrong, TABLE, [0, 1][:count], AT[:count], 2, MASS)
    with pytest.raises(InputError, match="0.044 kg mol-1, that of the passage"):
        footprints(through, TABLE, [0], AT[:1], 2, 0.016)


EVERY = np.datetime64("2010-01-31T00:00:00") + np.arange(9) * np.timedelta64(6, "h")
"""Ends of intervals with a day before them."""


def test_samples_in_groups_have_the_footprints_that_they_have_all_together(through, monkeypatch):
    """Groups of four, four and one, given in no order."""
    order = np.random.default_rng(4).permutation(len(EVERY))
    at, station = EVERY[order], (np.arange(len(EVERY)) % 2)[order]
    whole = footprints(through, TABLE, station, at, 1, MASS)
    monkeypatch.setattr("tenbin.transport.footprints.TOGETHER", 4)
    calls = []
    parts = footprints(through, TABLE, station, at, 1, MASS, told=lambda: calls.append(1))
    for name in ("footprint", "background"):
        size = float(abs(whole[name]).max())
        np.testing.assert_allclose(parts[name], whole[name], rtol=1e-12, atol=1e-15 * size)
    assert len(calls) == 7 + 7 + 4  # each group from its last sample to a day before its first


def test_samples_far_apart_do_not_pay_for_the_time_between(through):
    calls = []
    footprints(through, TABLE, [0, 1], EVERY[[0, -1]], 1, MASS, told=lambda: calls.append(1))
    assert len(calls) == 4 + 4 < 12
