"""The moving air, interval by interval: tracers are given off, stirred, carried and lost, in masses that add up.

One interval of the winds, with mixing on both sides of advection (Strang 1968, SIAM J. Numer. Anal. 5, 506):

    half of the emission, half of the mixing | advection | half of the emission, half of the mixing | loss

Emission and mixing are one process, the column's: emission is the flux at the foot of its implicit step, so that a
column comes to its steady state exactly, and what is observed at the end of an interval has been mixed.

All is linear in the tracers unless advection is limited, and so is the way back, for which the air alone is needed.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from tenbin.core.arrays import jax, jnp
from tenbin.core.errors import Fault, raise_if_any
from tenbin.transport import chemistry
from tenbin.transport.air_file import Weather
from tenbin.transport.mixing import mix, stirring
from tenbin.transport.operators import ObservationMap, mole_fractions, observe
from tenbin.transport.sweeps import Advection, advect, flow_of, pressure_gain

__all__ = [
    "ENTRAINMENT",
    "Course",
    "Forcing",
    "Model",
    "State",
    "air_of",
    "carried",
    "carried_back",
    "carry",
    "check",
]

ENTRAINMENT = 1e-4
"""Share of an updraft that turbulence at its edge exchanges [m-1]: deep convection of Tiedtke (1989)."""


class Model(NamedTuple):
    """How air is moved: `advection`, `seconds` of an interval, `entrainment` of updrafts [m-1]. Hashable: what is
    compiled hangs on it."""

    advection: Advection
    seconds: float
    entrainment: float = ENTRAINMENT


class State(NamedTuple):
    """What the air holds: `tracer` [kg] (tracer, level, lat, lon), and its surface pressure when dry [Pa]
    (lat, lon), always in 64 bits."""

    tracer: jax.Array
    dry_pressure: jax.Array


class Forcing(NamedTuple):
    """What acts on tracers in some intervals: `emission` [kg m-2 s-1] (interval, tracer, lat, lon), alike in merged
    cells, below zero where the ground takes up; `molar_mass` [kg mol-1] (tracer,); loss `frequency` [s-1] (tracer,
    level, lat, lon) or None; and where the air is observed, or None."""

    emission: jax.Array
    molar_mass: jax.Array
    frequency: jax.Array | None = None
    seen: ObservationMap | None = None


class Course(NamedTuple):
    """What came of some intervals: `mean` mole fraction [mol mol-1] at their ends and what was `lost` [kg], both
    (tracer, level, lat, lon); `emitted` [kg] (tracer,); observations `seen` [mol mol-1] (interval, tracer,
    observation) at their ends, None where nothing is observed."""

    mean: jax.Array
    lost: jax.Array
    emitted: jax.Array
    seen: jax.Array | None


def air_of(dry_pressure: jax.Array, model: Model) -> jax.Array:
    """Mass of dry air [kg] (level, lat, lon) under a surface pressure [Pa] (lat, lon)."""
    grid = model.advection.grid
    fixed, varying = (jnp.asarray(x)[:, None, None] for x in grid.thickness)
    return (fixed + varying * dry_pressure) * jnp.asarray(grid.grid.area)


def carry(
    state: State, weather: Weather, emission: jax.Array, frequency: jax.Array | None, model: Model
) -> tuple[State, jax.Array]:
    """The state after one interval, and what was lost [kg] in it.

    `weather` is that of one interval (no leading axis), `emission` (tracer, lat, lon).
    """
    grid, kind = model.advection.grid, state.tracer.dtype
    east, north = weather.east.astype(float), weather.north.astype(float)
    after = state.dry_pressure + pressure_gain(east, north, model.seconds, grid)
    flow, before = flow_of(east, north, state.dry_pressure, after, model.seconds, grid)
    flow = jax.tree.map(lambda x: x.astype(kind), flow)
    area = jnp.asarray(grid.grid.area, kind)
    half = 0.5 * model.seconds
    given = half * area * emission.astype(kind)

    def stirred(tracer: jax.Array, air: jax.Array) -> jax.Array:
        moved = stirring(
            weather.exchange.astype(kind), weather.updraft.astype(kind), air, area, model.entrainment
        )
        return mix(tracer, air, moved, half)

    def with_emission(tracer: jax.Array) -> jax.Array:
        lowest = tracer[:, :1] + given[:, None]
        return jnp.concatenate([lowest, tracer[:, 1:]], axis=1)

    start, end = (air_of(p, model).astype(kind) for p in (state.dry_pressure, after))
    tracer = stirred(with_emission(state.tracer), start)
    tracer, _ = advect(tracer, start, flow, model.seconds, model.advection)
    tracer = stirred(with_emission(tracer), end)  # observed next, and so mixed last
    if frequency is None:
        return State(tracer, after), jnp.zeros_like(tracer)
    gone = chemistry.lost(tracer, frequency.astype(kind), model.seconds)
    return State(tracer - gone, after), gone


def carried(state: State, weather: Weather, forcing: Forcing, model: Model) -> tuple[State, Course]:
    """The state after some intervals and what came of them; differentiable, keeping one state for each interval."""
    step = jax.checkpoint(partial(_interval, forcing=forcing, model=model), prevent_cse=False)
    nothing = jnp.zeros_like(state.tracer)
    carry_of = (state, nothing, nothing)
    arrays = Weather(*(jnp.asarray(x) for x in weather))
    (after, total, lost), seen = jax.lax.scan(step, carry_of, (arrays, forcing.emission))
    count = forcing.emission.shape[0]
    area = jnp.asarray(model.advection.grid.grid.area)
    emitted = jnp.sum(forcing.emission.astype(float) * area, axis=(0, 2, 3)) * model.seconds
    return after, Course(total / count, lost, emitted, seen)


def _interval(
    held: tuple[State, jax.Array, jax.Array],
    now: tuple[Weather, jax.Array],
    forcing: Forcing,
    model: Model,
) -> tuple[tuple[State, jax.Array, jax.Array], jax.Array | None]:
    state, total, lost = held
    after, gone = carry(state, *now, forcing.frequency, model)
    air = air_of(after.dry_pressure, model).astype(after.tracer.dtype)
    fraction = mole_fractions(after.tracer, air, forcing.molar_mass)
    seen = None if forcing.seen is None else observe(forcing.seen, fraction)
    return (after, total + fraction, lost + gone), seen


def carried_back(
    back: jax.Array,
    dry_pressure: jax.Array,
    weather: Weather,
    worth: jax.Array | None,
    frequency: jax.Array | None,
    seen: ObservationMap | None,
    molar_mass: jax.Array,
    model: Model,
) -> tuple[jax.Array, jax.Array]:
    """The transpose of `carried`: what the tracer [kg] when the intervals begin (tracer, level, lat, lon) and the
    emissions in each (interval, tracer, lat, lon) are worth, if the last state is worth `back` and observations at
    the ends of intervals `worth` (interval, tracer, observation).

    `dry_pressure` [Pa] is that when they begin. Nothing of the way there is needed: transport is linear.
    """
    arrays = Weather(*(jnp.asarray(x) for x in weather))
    grid = model.advection.grid

    def grown(pressure: jax.Array, now: Weather) -> tuple[jax.Array, jax.Array]:
        gained = pressure_gain(now.east.astype(float), now.north.astype(float), model.seconds, grid)
        return pressure + gained, pressure

    _, pressures = jax.lax.scan(grown, dry_pressure, arrays)
    nothing = jnp.zeros((back.shape[0], *grid.grid.shape), back.dtype)

    def step(
        back: jax.Array, now: tuple[Weather, jax.Array, jax.Array | None]
    ) -> tuple[jax.Array, jax.Array]:
        weather, pressure, worth = now

        def outcome(tracer: jax.Array, emission: jax.Array) -> tuple[jax.Array, jax.Array | None]:
            after, _ = carry(State(tracer, pressure), weather, emission, frequency, model)
            if seen is None:
                return after.tracer, None
            air = air_of(after.dry_pressure, model).astype(back.dtype)
            return after.tracer, observe(seen, mole_fractions(after.tracer, air, molar_mass))

        found: tuple[jax.Array, jax.Array] = jax.vjp(outcome, back, nothing)[1]((back, worth))
        return found

    return jax.lax.scan(step, back, (arrays, pressures, worth), reverse=True)


def check(state: State, weather: Weather, forcing: Forcing, model: Model) -> None:
    """Refuse arrays whose shapes do not fit each other or the cells, all at once."""
    levels, rows, columns = model.advection.grid.shape
    tracers, count = state.tracer.shape[0], weather.east.shape[0]
    wanted = {
        "tracer": (state.tracer, (tracers, levels, rows, columns)),
        "dry_pressure": (state.dry_pressure, (rows, columns)),
        "east": (weather.east, (count, levels, rows, columns)),
        "north": (weather.north, (count, levels, rows - 1, columns)),
        "exchange": (weather.exchange, (count, levels - 1, rows, columns)),
        "updraft": (weather.updraft, (count, levels - 1, rows, columns)),
        "emission": (forcing.emission, (count, tracers, rows, columns)),
        "molar_mass": (forcing.molar_mass, (tracers,)),
    }
    if forcing.frequency is not None:
        wanted["frequency"] = (forcing.frequency, (tracers, levels, rows, columns))
    raise_if_any(
        Fault("transport", name, f"shape {array.shape}", str(shape), "give arrays on the cells of the air")
        for name, (array, shape) in wanted.items()
        if tuple(array.shape) != shape
    )
