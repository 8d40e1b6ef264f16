"""One step of advection: masses of air and tracers moved by sweeps along longitude, latitude and height and back."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import GRAVITY
from tenbin.transport.advection import HALO, Scheme, difference, net_outflow
from tenbin.transport.air_grid import AirGrid
from tenbin.transport.halos import edged, over_poles, wrapped
from tenbin.transport.merged_rows import by_band, in_groups, mean_in_groups, share_in_groups, shared

__all__ = [
    "Advection",
    "Flow",
    "advect",
    "along_x",
    "along_y",
    "along_z",
    "flow_of",
    "loss_of_air",
    "pressure_gain",
    "vertical_flux",
]


class Flow(NamedTuple):
    """Mass of dry air [kg s-1] through faces: `east` (level, lat, lon) through the eastern face of each cell, `north`
    (level, lat - 1, lon) through the faces between rows, `up` (level - 1, lat, lon) between layers."""

    east: jax.Array
    north: jax.Array
    up: jax.Array


class Advection(NamedTuple):
    """How air is swept: cells, scheme, whether it is limited, and steps in an interval of the flow."""

    grid: AirGrid
    scheme: Scheme = "parabolas"
    limited: bool = False
    steps: int = 1


def vertical_flux(east: jax.Array, north: jax.Array, gain: jax.Array) -> jax.Array:
    """Mass [kg s-1] (level - 1, lat, lon) that rises between layers, from what the layers lose sideways and `gain`
    [kg s-1] (level, lat, lon), the growth of each: continuity from the ground up."""
    inflow = jnp.roll(east, 1, axis=-1) - east
    nothing = jnp.zeros_like(north[..., :1, :])
    faces = jnp.concatenate([nothing, north, nothing], axis=-2)
    surplus = inflow + faces[..., :-1, :] - faces[..., 1:, :] - gain
    return jnp.cumsum(surplus, axis=0)[:-1]


def flow_of(
    east: jax.Array, north: jax.Array, before: jax.Array, after: jax.Array, seconds: float, grid: AirGrid
) -> tuple[Flow, jax.Array]:
    """The flow of an interval, and the air [kg] (level, lat, lon) it starts from.

    Dry surface pressure goes from `before` to `after` [Pa] (lat, lon). Merged cells rise as one.
    """
    fixed, varying = (jnp.asarray(x)[:, None, None] for x in grid.thickness)
    area = jnp.asarray(grid.grid.area)
    gain = varying * (after - before) * area / seconds
    rise = vertical_flux(east, north, gain)
    return Flow(east, north, mean_in_groups(rise, grid)), (fixed + varying * before) * area


def advect(
    tracer: jax.Array, mass: jax.Array, flow: Flow, seconds: float, how: Advection
) -> tuple[jax.Array, jax.Array]:
    """Tracer [kg] ([tracer,] level, lat, lon) and air [kg] (level, lat, lon) after `seconds` of a steady `flow`.

    Each step sweeps along x, y, z, z, y, x with half of its air (Strang 1968, SIAM J. Numer. Anal. 5, 506). Tracers
    are taken one after the other, since one fits a processor's cache. On the way back a step works out its air again.
    """
    half = jax.tree.map(lambda f: f * (0.5 * seconds / how.steps), flow)

    def moved(one: jax.Array) -> jax.Array:
        return _stepped_limited(one, mass, half, how) if how.limited else _stepped(one, mass, half, how)

    after = moved(tracer) if tracer.ndim == 3 else jax.lax.map(moved, tracer)
    return after, mass - seconds * mean_in_groups(loss_of_air(flow), how.grid)


def _step(tracer: jax.Array, mass: jax.Array, half: Flow, how: Advection) -> tuple[jax.Array, jax.Array]:
    """Six sweeps, each with `half` [kg] of the air of a step."""
    for sweep in (along_x, along_y, along_z, along_z, along_y, along_x):
        tracer, mass = sweep(tracer, mass, half, how)
    return tracer, mass


def _stepped_limited(tracer: jax.Array, mass: jax.Array, half: Flow, how: Advection) -> jax.Array:
    def step(held: tuple[jax.Array, jax.Array], _: None) -> tuple[tuple[jax.Array, jax.Array], None]:
        return _step(*held, half, how), None

    steps = jax.lax.scan(jax.checkpoint(step, prevent_cse=False), (tracer, mass), None, length=how.steps)
    return steps[0][0]


@partial(jax.custom_vjp, nondiff_argnums=(3,))
def _stepped(tracer: jax.Array, mass: jax.Array, half: Flow, how: Advection) -> jax.Array:
    """Tracer after all steps. It is linear in the tracer: the way back needs the air alone, which changes by the same
    amount in every step. There is no slope with respect to the air."""

    def step(_: Any, held: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        return _step(held[0], held[1], half, how)

    after: jax.Array = jax.lax.fori_loop(0, how.steps, step, (tracer, mass))[0]
    return after


def _stepped_forth(
    tracer: jax.Array, mass: jax.Array, half: Flow, how: Advection
) -> tuple[jax.Array, tuple[jax.Array, Flow]]:
    return _stepped(tracer, mass, half, how), (mass, half)


def _stepped_back(
    how: Advection, kept: tuple[jax.Array, Flow], given: jax.Array
) -> tuple[jax.Array, None, None]:
    mass, half = kept
    loss = 2.0 * mean_in_groups(loss_of_air(half), how.grid)

    def back(turn: Any, given: jax.Array) -> jax.Array:
        air = mass - (how.steps - 1.0 - turn) * loss
        found: jax.Array = jax.vjp(lambda t: _step(t, air, half, how)[0], given)[1](given)[0]
        return found

    return jax.lax.fori_loop(0, how.steps, back, given), None, None


_stepped.defvjp(_stepped_forth, _stepped_back)


def loss_of_air(flow: Flow) -> jax.Array:
    """Mass of air [kg s-1] (level, lat, lon) that each cell loses."""
    around = flow.east - jnp.roll(flow.east, 1, axis=-1)
    return around - difference(flow.north, -2) - difference(flow.up, -3)


def pressure_gain(east: jax.Array, north: jax.Array, seconds: float, grid: AirGrid) -> jax.Array:
    """What the surface pressure of dry air [Pa] (lat, lon) gains by fluxes [kg s-1] in `seconds`."""
    flow = Flow(jnp.sum(east, 0)[None], jnp.sum(north, 0)[None], jnp.zeros((0, *east.shape[1:]), east.dtype))
    gained = -mean_in_groups(loss_of_air(flow)[0], grid)
    return gained * (GRAVITY * seconds) / jnp.asarray(grid.grid.area, east.dtype)


def along_z(tracer: jax.Array, mass: jax.Array, moved: Flow, how: Advection) -> tuple[jax.Array, jax.Array]:
    if mass.shape[-3] == 1:
        return tracer, mass
    lost = net_outflow(edged(tracer / mass), mass, moved.up, -3, how.scheme, how.limited)
    return tracer - lost, mass + difference(moved.up, -3)


def along_y(tracer: jax.Array, mass: jax.Array, moved: Flow, how: Advection) -> tuple[jax.Array, jax.Array]:
    lost = net_outflow(over_poles(tracer / mass), mass, moved.north, -2, how.scheme, how.limited)
    return share_in_groups(tracer - lost, mass + difference(moved.north, -2), how.grid, how.limited)


def along_x(tracer: jax.Array, mass: jax.Array, moved: Flow, how: Advection) -> tuple[jax.Array, jax.Array]:
    """Row by row in merged cells; what has come to a merged cell is shared out among its members."""
    bands = how.grid.bands
    held = zip(*(by_band(x, bands) for x in (tracer, mass, moved.east)), bands, strict=True)
    return shared([_band_along_x(t, m, e, band.group, how) for t, m, e, band in held], how.grid, how.limited)


def _band_along_x(
    tracer: jax.Array, mass: jax.Array, east: jax.Array, group: int, how: Advection
) -> tuple[jax.Array, jax.Array]:
    """What merged cells hold after a sweep, made with a cell more at both ends that is then left away."""
    tracer, mass = (in_groups(x, group) for x in (tracer, mass))
    if mass.shape[-1] == 1:
        return tracer, mass
    flux = wrapped(east[..., group - 1 :: group], 1, 0)
    ratio = wrapped(tracer / mass, HALO + 1, HALO + 1)
    lost = net_outflow(ratio, wrapped(mass, 1, 1), flux, -1, how.scheme, how.limited)
    return tracer - lost[..., 1:-1], mass + difference(flux, -1)[..., 1:-1]
