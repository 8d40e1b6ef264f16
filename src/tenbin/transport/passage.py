"""Tracers carried through months and years of air kept in a file, and the way back through the same air.

The air is read day by day. Forward, the state after each month is handed out, so that a run can be stopped and taken
up again. Backward, what each observation owes to every emission is gathered month by month or day by day: transport
without a limiter is linear, so that the way back needs the air alone and no state that was on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tenbin.core.arrays import jax, jnp
from tenbin.transport.air_file import AirFile, Weather
from tenbin.transport.air_grid import AirGrid
from tenbin.transport.days import Day, months_of
from tenbin.transport.model import ENTRAINMENT, Course, Forcing, Model, State, carried, carried_back, check
from tenbin.transport.operators import ObservationMap
from tenbin.transport.sweeps import Advection, Scheme, pressure_gain

__all__ = ["Cotangent", "Month", "Passage"]

Floats = npt.NDArray[np.float64]


class Month(NamedTuple):
    """What came of a month: `mean` mole fraction and what was `lost` [kg] (tracer, level, lat, lon), `emitted` [kg]
    (tracer,), observations `seen` (interval, tracer, observation) or None, and the `state` it ends with."""

    date: np.datetime64
    mean: jax.Array
    lost: jax.Array
    emitted: jax.Array
    seen: jax.Array | None
    state: State


class Cotangent(NamedTuple):
    """What an outcome is worth: the sensitivity to the `tracer` when the air begins [1 / kg] (tracer, level, lat,
    lon), and to the `emission` of each month or day [(kg m-2 s-1)-1] (slot, tracer, lat, lon)."""

    tracer: jax.Array
    emission: Floats


@dataclass
class Passage:
    """Air of `file`, days to go through, and how it is moved: `scheme`, `limited`, `entrainment` [m-1].

    `molar_mass` [kg mol-1] (tracer,); `loss(date)` gives frequencies [s-1] (tracer, level, lat, lon) of the month
    of a date, or None; `seen` says where the air is observed.
    """

    file: AirFile
    days: list[Day]
    molar_mass: jax.Array
    loss: Callable[[np.datetime64], jax.Array | None] = lambda _: None
    seen: ObservationMap | None = None
    scheme: Scheme = "parabolas"
    limited: bool = False
    entrainment: float = ENTRAINMENT
    _compiled: dict[Any, Any] = field(default_factory=dict, repr=False)
    _met: dict[Any, jax.Array] = field(default_factory=dict, repr=False)
    """Pressures that a run forward met when its days began."""

    @property
    def grid(self) -> AirGrid:
        return self.file.grid

    def steps(self, day: Day) -> int:
        """Steps of advection in each interval of a day: the most that one of the whole day's needs."""
        if "steps" not in self._compiled:
            self._compiled["steps"] = self.file.steps
        return int(
            max(self._compiled["steps"][number % len(self.file)] for number in day.whole or day.numbers)
        )

    def model(self, day: Day) -> Model:
        """How the air of a day is moved."""
        advection = self._compiled.setdefault(
            ("advection", self.steps(day)), Advection(self.grid, self.scheme, self.limited, self.steps(day))
        )
        return Model(advection, self.file.times.seconds, self.entrainment)

    def _forcing(self, emission: npt.ArrayLike | jax.Array, day: Day, frequency: jax.Array | None) -> Forcing:
        count = len(day.numbers)
        rows = jnp.broadcast_to(jnp.asarray(emission), (count, *np.shape(emission)))
        return Forcing(rows, self.molar_mass, frequency, self.seen)

    def begin(self, ratio: npt.ArrayLike | float, dtype: Any = jnp.float64) -> State:
        """Tracers [kg] of the mass ratio `ratio` [kg kg-1], which broadcasts to (tracer, level, lat, lon)."""
        from tenbin.transport.model import air_of

        pressure = jnp.asarray(self.file.dry_pressure(self.days[0].numbers[0]))
        air = air_of(pressure, self.model(self.days[0]))
        tracers = len(self.molar_mass)
        spread = jnp.broadcast_to(jnp.asarray(ratio, float), (tracers, *self.grid.shape))
        return State((spread * air).astype(dtype), pressure)

    def forward(
        self, state: State, emission: npt.NDArray[np.floating], told: Callable[[], None] = lambda: None
    ) -> Iterator[Month]:
        """Month after month, from `state`; `emission` [kg m-2 s-1] (slot, tracer, lat, lon), alike in merged cells,
        holds for each month. `told` is called when a day is done."""
        for date, days in months_of(self.days):
            frequency = self.loss(date)
            courses: list[Course] = []
            for day in days:
                self._met[day[:2]] = state.dry_pressure
                weather = self.file.weather(day.numbers)
                forcing = self._forcing(emission[day.slot], day, frequency)
                state, course = self._forward(state, weather, forcing, day)
                courses.append(course)
                told()
            yield _month(date, courses, state)

    def _forward(self, state: State, weather: Weather, forcing: Forcing, day: Day) -> tuple[State, Course]:
        model = self.model(day)
        key = ("forward", model)
        if key not in self._compiled:
            check(state, weather, forcing, model)
            self._compiled[key] = jax.jit(partial(carried, model=model))
        after: tuple[State, Course] = self._compiled[key](state, weather, forcing)
        return after

    def pressures(self) -> list[jax.Array]:
        """Surface pressure of dry air [Pa] (lat, lon) when each day begins, as the fluxes make it: that of the last
        run forward if there was one."""
        if all(day[:2] in self._met for day in self.days):
            return [self._met[day[:2]] for day in self.days]
        seconds, grid = self.file.times.seconds, self.grid
        gain = jax.jit(lambda p, east, north: p + sum(
            pressure_gain(east[i].astype(float), north[i].astype(float), seconds, grid) for i in range(east.shape[0])
        ))  # fmt: skip
        pressure, found = jnp.asarray(self.file.dry_pressure(self.days[0].numbers[0])), []
        for day in self.days:
            found.append(pressure)
            pressure = gain(pressure, *self.file.fluxes(day.numbers))
        return found

    def backward(
        self,
        worth: Callable[[Day], jax.Array | None],
        final: jax.Array | None = None,
        daily: bool = False,
        dtype: Any = jnp.float64,
        told: Callable[[], None] = lambda: None,
    ) -> Cotangent:
        """What emissions and the first state are worth, if observations are worth `worth(day)` (interval, tracer,
        observation), None for nothing, and the last state [kg] `final` (tracer, level, lat, lon).

        Exact for advection without a limiter. `daily` tells emissions by day instead of by month.
        """
        slots = len(self.days) if daily else self.days[-1].slot + 1
        emission = np.zeros((slots, len(self.molar_mass), *self.grid.grid.shape))
        back = jnp.zeros(())
        for place, back, given in self.days_back(worth, final, dtype):  # noqa: B007, the last is kept
            emission[place if daily else self.days[place].slot] += given.sum(axis=0)
            told()
        return Cotangent(back, emission)

    def days_back(
        self,
        worth: Callable[[Day], jax.Array | None],
        final: jax.Array | None = None,
        dtype: Any = jnp.float64,
    ) -> Iterator[tuple[int, jax.Array, Floats]]:
        """Day after day from the last to the first: its place in `days`, what tracers [kg] are worth when it begins
        (tracer, level, lat, lon), and what emissions are worth in its intervals (interval, tracer, lat, lon).

        `worth` and `final` as in `backward`.
        """
        pressures = self.pressures()
        back = jnp.zeros((len(self.molar_mass), *self.grid.shape)) if final is None else final
        back, frequency, month = back.astype(dtype), None, None
        for place in range(len(self.days) - 1, -1, -1):
            day = self.days[place]
            if day.slot != month:
                frequency, month = self.loss(day.date), day.slot
            back, given = self._backward(back, pressures[place], day, frequency, worth(day))
            yield place, back, np.asarray(given)

    def _backward(
        self,
        back: jax.Array,
        pressure: jax.Array,
        day: Day,
        frequency: jax.Array | None,
        worth: jax.Array | None,
    ) -> tuple[jax.Array, jax.Array]:
        model, count = self.model(day), len(day.numbers)
        if worth is None and self.seen is not None:
            worth = jnp.zeros((count, back.shape[0], len(self.seen.offset)), back.dtype)
        key = ("backward", model)
        if key not in self._compiled:
            self._compiled[key] = jax.jit(partial(carried_back, molar_mass=self.molar_mass, model=model))
        found: tuple[jax.Array, jax.Array]
        weather = self.file.weather(day.numbers)
        found = self._compiled[key](back, pressure, weather, worth, frequency, self.seen)
        return found


def _month(date: np.datetime64, courses: list[Course], state: State) -> Month:
    mean = sum((course.mean for course in courses[1:]), courses[0].mean) / len(courses)
    lost = sum((course.lost for course in courses[1:]), courses[0].lost)
    emitted = sum((course.emitted for course in courses[1:]), courses[0].emitted)
    seen = (
        None if courses[0].seen is None else jnp.concatenate([c.seen for c in courses if c.seen is not None])
    )
    return Month(date, mean, lost, emitted, seen, state)
