"""The moving air: masses add up, a uniform ratio stays, the way back is the transpose, files give back all of it."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from tenbin.core.arrays import jax, jnp
from tenbin.core.errors import InputError
from tenbin.transport import idealised, mass_fluxes
from tenbin.transport.air_file import AirFile, AirInterval, Times, Weather, write
from tenbin.transport.air_grid import AirGrid, hybrid_layers, merged_cells, polar_grid
from tenbin.transport.days import days_of
from tenbin.transport.model import Forcing, Model, State, air_of, carried, carried_back, carry, check
from tenbin.transport.operators import ObservationMap
from tenbin.transport.passage import Passage
from tenbin.transport.pressure_fixer import PressureFixer
from tenbin.transport.sweeps import Advection

SECONDS = 21600.0
COUNT = 4
"""Intervals of a day; the file has two days."""
GASES = 3


@pytest.fixture(scope="module")
def grid():
    cells = polar_grid(16, 24)
    return AirGrid(cells, *hybrid_layers(8), merged_cells(cells))


def stream(grid: AirGrid):
    """A day of winds of a formula whose surface pressure rises here and falls there, with stirred columns."""
    rng = np.random.default_rng(0)
    winds = idealised.analysis()
    fluxes = mass_fluxes.face_fluxes(winds, grid)
    fixer = PressureFixer(grid)
    pressure = fluxes[0]
    faces = (grid.levels - 1, *grid.grid.shape)
    for number in range(2 * COUNT):
        wave = 300.0 * np.cos(np.radians(grid.grid.lat))[:, None] * np.sin(np.radians(grid.grid.lon) + number)
        last = (grid.mean_in_groups(fluxes[0] + wave), *fluxes[1:])
        made = mass_fluxes.closed(fluxes, last, SECONDS, grid, fixer, pressure)
        pressure = made.dry_pressure[1]
        exchange = grid.mean_in_groups(10.0 ** rng.uniform(-4.0, 0.0, faces))
        updraft = grid.mean_in_groups(rng.uniform(0.0, 0.02, faces))
        updraft[-1] = 0.0
        yield AirInterval(number, made, np.full(grid.shape, 250.0), exchange, updraft)


@pytest.fixture(scope="module")
def air(grid, tmp_path_factory):
    start = np.datetime64("2001-01-31T00:00:00") + np.arange(2 * COUNT) * np.timedelta64(6, "h")
    path = tmp_path_factory.mktemp("air") / "air.nc"
    write(path, stream(grid), Times(start, SECONDS, False), grid, {"title": "winds of a formula"})
    with AirFile(path) as file:
        yield file


@pytest.fixture(scope="module")
def model(air):
    steps = int(air.steps.max())
    return Model(Advection(air.grid, "slopes", False, steps), SECONDS)


@pytest.fixture(scope="module")
def run(model):
    return jax.jit(partial(carried, model=model))


def seen(grid: AirGrid) -> ObservationMap:
    cells = jnp.asarray([5, 700, 1600])
    rows, weight, offset = jnp.asarray([0, 1, 1]), jnp.asarray([1.0, 0.4, 0.6]), jnp.zeros(2)
    return ObservationMap(rows, cells, weight, offset, grid.shape)


def forcing(grid: AirGrid, seed: int = 1, frequency: float = 1e-7) -> Forcing:
    rng = np.random.default_rng(seed)
    emission = grid.mean_in_groups(rng.normal(size=(COUNT, GASES, *grid.grid.shape)) * 1e-9)
    loss = jnp.asarray(grid.mean_in_groups(rng.random((GASES, *grid.shape)))) * frequency
    return Forcing(jnp.asarray(emission), jnp.full(GASES, 0.016), loss, seen(grid))


def state(air: AirFile, model: Model, seed: int = 2) -> State:
    pressure = jnp.asarray(air.dry_pressure(0))
    ratio = air.grid.mean_in_groups(np.random.default_rng(seed).random((GASES, *air.grid.shape)))
    return State(1e-6 * jnp.asarray(ratio) * air_of(pressure, model), pressure)


def test_what_was_given_and_what_is_there_and_what_was_lost_add_up(air, model, run):
    start, acts = state(air, model), forcing(air.grid)
    end, course = run(start, air.weather(range(COUNT)), acts)
    before, after = (np.asarray(jnp.sum(x.tracer, (1, 2, 3))) for x in (start, end))
    lost = np.asarray(jnp.sum(course.lost, (1, 2, 3)))
    assert np.all(lost > 1e-4 * before) and np.all(np.abs(course.emitted) > 1e-5 * before)
    assert np.allclose(after, before + np.asarray(course.emitted) - lost, rtol=1e-13)
    assert course.seen.shape == (COUNT, GASES, 2)


def test_a_uniform_ratio_stays_uniform_whatever_the_air_does(air, model, run):
    pressure = jnp.asarray(air.dry_pressure(0))
    start = State(jnp.stack([1e-6 * air_of(pressure, model)] * GASES), pressure)
    acts = Forcing(jnp.zeros((COUNT, GASES, *air.grid.grid.shape)), jnp.ones(GASES))
    end, _ = run(start, air.weather(range(COUNT)), acts)
    assert np.abs(np.asarray(end.tracer / air_of(end.dry_pressure, model)) / 1e-6 - 1.0).max() < 1e-12
    assert np.abs(np.asarray(end.dry_pressure - pressure)).max() > 50.0


def test_the_air_ends_where_the_file_says(air, model, run, grid):
    last = list(stream(grid))[COUNT - 1].interval.dry_pressure[1]
    start = state(air, model)
    end, _ = run(start, air.weather(range(COUNT)), forcing(air.grid))
    assert np.abs(np.asarray(end.dry_pressure) - last).max() < 0.1  # fluxes have 24 bits


def test_the_way_back_is_the_transpose(air, model):
    weather, acts = air.weather(range(COUNT)), forcing(air.grid)
    start = state(air, model)

    def outcome(tracer, emission):
        end, course = carried(
            State(tracer, start.dry_pressure), weather, acts._replace(emission=emission), model
        )
        return end.tracer, course.mean, course.seen

    inputs = (start.tracer, acts.emission)
    value, pull = jax.jit(lambda *x: jax.vjp(outcome, *x))(*inputs)
    rng = np.random.default_rng(7)
    sizes = (1e-9, 1.0, 1.0)  # each part counts
    weights = tuple(jnp.asarray(s * rng.normal(size=v.shape)) for s, v in zip(sizes, value, strict=True))
    one = sum(float(jnp.sum(w * v)) for w, v in zip(weights, value, strict=True))
    back = jax.jit(pull)(weights)
    other = sum(float(jnp.sum(b * x)) for b, x in zip(back, inputs, strict=True))
    size = sum(float(jnp.sum(jnp.abs(w * v))) for w, v in zip(weights, value, strict=True))
    assert abs(one - other) < 1e-13 * size
    assert abs(one - other) < 1e-10 * abs(one)


def test_what_is_observed_has_been_mixed(air, model):
    """In still air that is stirred very strongly, what an interval gave is spread evenly when it ends."""
    pressure = jnp.asarray(air.dry_pressure(0))
    still = Weather(*(0.0 * jnp.asarray(x[0], float) for x in air.weather(range(1))))
    stirred = still._replace(exchange=still.exchange + 1e4)
    source = jnp.asarray(air.grid.mean_in_groups(1e-9 * np.ones((1, *air.grid.grid.shape))))
    after, _ = carry(State(jnp.zeros((1, *air.grid.shape)), pressure), stirred, source, None, model)
    ratio = np.asarray(after.tracer[0] / air_of(after.dry_pressure, model))
    assert np.ptp(ratio, axis=0).max() < 1e-3 * ratio.mean()


def test_one_step_of_an_interval_gives_the_ground_what_fine_steps_give_it(air, model):
    """Of a day's emission the lowest layer holds what it does in steps sixteen times finer, to some percent."""
    rng = np.random.default_rng(1)
    source = jnp.asarray(air.grid.mean_in_groups(rng.random((1, *air.grid.grid.shape)) * 1e-9))
    weather = Weather(*(jnp.asarray(x, float) for x in air.weather(range(COUNT))))

    def lowest(parts):
        fine = model._replace(seconds=SECONDS / parts)
        move = jax.jit(lambda now, wind: carry(now, wind, source, None, fine)[0])
        now = State(jnp.zeros((1, *air.grid.shape)), jnp.asarray(air.dry_pressure(0)))
        for number in range(COUNT):
            for _ in range(parts):
                now = move(now, jax.tree.map(lambda x: x[number], weather))  # noqa: B023, used at once
        return np.asarray(now.tracer[0] / air_of(now.dry_pressure, fine))[0]

    fine, errors = lowest(16), []
    for parts in (1, 2):
        errors.append(np.sqrt(np.mean((lowest(parts) - fine) ** 2) / np.mean(fine**2)))
    assert errors[0] < 0.04 and errors[1] < 0.7 * errors[0]


def test_the_transpose_that_keeps_nothing_is_that_of_the_run_forward(air, model):
    weather, acts = air.weather(range(COUNT)), forcing(air.grid)
    start, rng = state(air, model), np.random.default_rng(8)
    end, course = jax.jit(partial(carried, model=model))(start, weather, acts)
    last, worth = (
        jnp.asarray(rng.normal(size=end.tracer.shape)),
        jnp.asarray(rng.normal(size=course.seen.shape)),
    )
    last = 1e-16 * last
    back, given = jax.jit(partial(carried_back, model=model))(
        last, start.dry_pressure, weather, worth, acts.frequency, acts.seen, acts.molar_mass
    )
    there = [last * end.tracer, worth * course.seen]
    here = [back * start.tracer, given * acts.emission]
    one, other = (sum(float(jnp.sum(x)) for x in parts) for parts in (there, here))
    size = sum(float(jnp.sum(jnp.abs(x))) for x in there)
    assert all(float(jnp.sum(jnp.abs(x))) > 1e-3 * size for x in there)
    assert abs(one - other) < 1e-13 * size


def test_thirty_two_bits_are_near_and_keep_their_mass(air, model, run):
    start, acts = state(air, model), forcing(air.grid)
    end, _ = run(start, air.weather(range(COUNT)), acts)
    single = State(start.tracer.astype(jnp.float32), start.dry_pressure)
    near, course = run(single, air.weather(range(COUNT)), acts)
    assert near.tracer.dtype == jnp.float32 and near.dry_pressure.dtype == jnp.float64
    assert np.abs(np.asarray(near.tracer - end.tracer)).max() < 1e-5 * float(end.tracer.max())
    kept = np.asarray(near.tracer, float).sum((1, 2, 3)) + np.asarray(course.lost, float).sum((1, 2, 3))
    given = np.asarray(start.tracer).sum((1, 2, 3)) + np.asarray(course.emitted)
    assert np.allclose(kept, given, rtol=2e-6)


def test_a_radioactive_gas_over_a_uniform_source_comes_to_its_balance(air, model, run):
    """Burden = emission / decay once many lifetimes have passed; here the winds go round the same day."""
    decay, source = 1e-4, 1e-12
    acts = Forcing(
        jnp.full((COUNT, GASES, *air.grid.grid.shape), source),
        jnp.ones(GASES),
        jnp.full((GASES, *air.grid.shape), decay),
    )
    now = state(air, model)
    for _ in range(12):
        now, _ = run(State(now.tracer, jnp.asarray(air.dry_pressure(0))), air.weather(range(COUNT)), acts)
    emitted = source * float(np.sum(air.grid.grid.area))
    # half of the emission comes at the end of an interval and decays as a whole with it
    share = 1.0 - np.exp(-decay * SECONDS)
    balance = emitted * SECONDS * (1.0 - share) / share
    assert np.allclose(np.asarray(now.tracer.sum((1, 2, 3))), balance, rtol=1e-6)


def test_arrays_that_do_not_fit_are_all_named(air, model):
    start, acts = state(air, model), forcing(air.grid)
    bad = acts._replace(emission=acts.emission[:, :2], frequency=acts.frequency[:, :3])
    with pytest.raises(InputError) as caught:
        check(start, air.weather(range(COUNT)), bad, model)
    assert [fault.name for fault in caught.value.faults] == ["emission", "frequency"]


def test_a_file_gives_back_what_was_put_in(air, grid):
    for one in stream(grid):
        told = air.interval(one.number)
        assert np.allclose(told.east, one.interval.east, rtol=1e-7)
        assert np.abs(told.dry_pressure[1] - one.interval.dry_pressure[1]).max() < 0.05
        assert np.array_equal(air.temperature(one.number), one.temperature)
    assert air.grid.merged == grid.merged and not air.times.perpetual
    assert str(air.times.start[1]) == "2001-01-31T06:00:00"
    with pytest.raises(InputError, match="0 to 7"):
        air.weather([7, 8])


def test_a_file_that_is_none_or_lacks_something_is_refused(tmp_path):
    import h5netcdf

    with pytest.raises(InputError, match="air mass fluxes"):
        AirFile(tmp_path / "nothing.nc")
    with h5netcdf.File(tmp_path / "other.nc", "w") as file:
        file.dimensions = {"lat": 2}
        file.create_variable("mass_flux_east", ("lat",), "f4")
    with pytest.raises(InputError) as caught:
        AirFile(tmp_path / "other.nc")
    names = [fault.name for fault in caught.value.faults]
    assert "mass_flux_north" in names and "interval_seconds" in names and "mass_flux_east" not in names


def passage(air: AirFile, decay: float = 1e-7) -> Passage:
    loss = jnp.full((GASES, *air.grid.shape), decay)
    return Passage(air, days_of(air.times), jnp.full(GASES, 0.016), lambda _: loss, seen(air.grid))


def test_two_months_one_after_the_other_keep_their_books(air):
    through = passage(air)
    rng = np.random.default_rng(3)
    emission = air.grid.mean_in_groups(rng.random((2, GASES, *air.grid.grid.shape)) * 1e-9)
    start = through.begin(1e-6)
    months = list(through.forward(start, emission))
    assert [str(month.date) for month in months] == ["2001-01", "2001-02"]
    held = np.asarray(start.tracer.sum((1, 2, 3)))
    for slot, month in enumerate(months):
        given = np.sum(emission[slot] * air.grid.grid.area, axis=(1, 2)) * 86400.0
        assert np.allclose(month.emitted, given, rtol=1e-12)
        after = np.asarray(month.state.tracer.sum((1, 2, 3)))
        assert np.allclose(after, held + given - np.asarray(month.lost.sum((1, 2, 3))), rtol=1e-13)
        assert month.seen.shape == (COUNT, GASES, 2)
        held = after


def test_the_way_back_through_two_months_is_the_transpose_of_the_way_there(air):
    through, rng = passage(air), np.random.default_rng(5)
    emission = air.grid.mean_in_groups(rng.normal(size=(2, GASES, *air.grid.grid.shape)) * 1e-9)
    ratio = 1e-6 * air.grid.mean_in_groups(rng.random((GASES, *air.grid.shape)))
    start = through.begin(ratio)
    months = list(through.forward(start, emission))
    weights = [jnp.asarray(rng.normal(size=(COUNT, GASES, 2))) for _ in months]
    final = jnp.asarray(rng.normal(size=start.tracer.shape)) * 1e-18
    one = sum(float(jnp.sum(w * month.seen)) for w, month in zip(weights, months, strict=True))
    one += float(jnp.sum(final * months[-1].state.tracer))
    found = through.backward(lambda day: weights[day.slot], final)
    other = float(jnp.sum(found.tracer * start.tracer)) + float(np.sum(found.emission * emission))
    assert abs(one - other) < 1e-11 * abs(one)
    by_day = through.backward(lambda day: weights[day.slot], final, daily=True)
    assert np.allclose(by_day.emission, found.emission, rtol=1e-12)


def test_days_are_whole_and_of_the_years_asked_for(air):
    around = Times(air.times.start, SECONDS, True)
    assert [str(day.date) for day in days_of(around, 2010, 2)] == [
        "2010-01-01", "2010-01-02", "2011-01-01", "2011-01-02"
    ]  # fmt: skip
    with pytest.raises(InputError, match="a whole day within"):
        days_of(air.times, 1999, 1)
    gap = Times(np.delete(air.times.start, 3), SECONDS, False)
    with pytest.raises(InputError, match="fill the gap"):
        days_of(gap)
    with pytest.raises(InputError, match="divide a day"):
        days_of(Times(air.times.start, 25000.0, False))
