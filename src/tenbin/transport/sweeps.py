"""One step of advection: masses of air and tracers moved by sweeps along longitude, latitude and height and back."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import GRAVITY
from tenbin.core.errors import Fault, InputError
from tenbin.transport.advection import HALO, Scheme, difference, net_outflow
from tenbin.transport.air_grid import AirGrid, Band

__all__ = [
    "MOST",
    "MOST_STEPS",
    "Advection",
    "Flow",
    "advect",
    "flow_of",
    "loss_of_air",
    "pressure_gain",
    "share_in_groups",
    "steps_needed",
    "vertical_flux",
    "windiest",
]


MOST = 0.9
"""Largest share of a cell that a sweep may take; beyond all of it no scheme is stable."""
MOST_STEPS = 60
"""More steps in an interval than this are not the wind's."""


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
    return Flow(east, north, _mean_in_groups(rise, grid)), (fixed + varying * before) * area


def _mean_in_groups(x: jax.Array, grid: AirGrid) -> jax.Array:
    parts = [
        jnp.repeat(_in_groups(_rows(x, band), band.group) / band.group, band.group, axis=-1)
        for band in grid.bands
    ]
    return _from_south_to_north(parts, grid.bands)


def advect(
    tracer: jax.Array, mass: jax.Array, flow: Flow, seconds: float, how: Advection
) -> tuple[jax.Array, jax.Array]:
    """Tracer [kg] ([tracer,] level, lat, lon) and air [kg] (level, lat, lon) after `seconds` of a steady `flow`.

    Each step sweeps along x, y, z, z, y, x with half of its air (Strang 1968, SIAM J. Numer. Anal. 5, 506). Tracers
    are taken one after the other, since one fits a processor's cache. On the way back a step works out its air again.
    """
    half = jax.tree.map(lambda f: f * (0.5 * seconds / how.steps), flow)

    def step(carry: tuple[jax.Array, jax.Array], _: None) -> tuple[tuple[jax.Array, jax.Array], None]:
        for sweep in (_along_x, _along_y, _along_z, _along_z, _along_y, _along_x):
            carry = sweep(*carry, half, how)
        return carry, None

    def moved(one: jax.Array) -> jax.Array:
        return jax.lax.scan(jax.checkpoint(step, prevent_cse=False), (one, mass), None, length=how.steps)[0][
            0
        ]

    after = moved(tracer) if tracer.ndim == 3 else jax.lax.map(moved, tracer)
    return after, mass - seconds * _mean_in_groups(loss_of_air(flow), how.grid)


def loss_of_air(flow: Flow) -> jax.Array:
    """Mass of air [kg s-1] (level, lat, lon) that each cell loses."""
    around = flow.east - jnp.roll(flow.east, 1, axis=-1)
    return around - difference(flow.north, -2) - difference(flow.up, -3)


def pressure_gain(east: jax.Array, north: jax.Array, seconds: float, grid: AirGrid) -> jax.Array:
    """What the surface pressure of dry air [Pa] (lat, lon) gains by fluxes [kg s-1] in `seconds`."""
    flow = Flow(jnp.sum(east, 0)[None], jnp.sum(north, 0)[None], jnp.zeros((0, *east.shape[1:]), east.dtype))
    gained = -_mean_in_groups(loss_of_air(flow)[0], grid)
    return gained * (GRAVITY * seconds) / jnp.asarray(grid.grid.area, east.dtype)


def steps_needed(
    flow: Flow,
    mass: jax.Array,
    seconds: float,
    grid: AirGrid,
    most: float = MOST,
    most_steps: int = MOST_STEPS,
) -> int:
    """Steps in an interval so that no sweep takes more than `most` of what a cell holds when the sweep begins.

    Sweeps change the mass of cells by as much as they carry, so that the steps are tried out on the air. InputError
    where more than `most_steps` would be needed.
    """
    steps = max(1, int(np.ceil(float(_outflow_share(flow, mass, seconds, grid, 1, False)) / most)))
    while steps > most_steps or not float(_outflow_share(flow, mass, seconds, grid, steps, True)) <= most:
        steps += 1
        if steps > most_steps:
            level, row, column = windiest(flow, mass, grid)
            place = f"layer {level}, {grid.grid.lat[row]:g} N, {grid.grid.lon[column]:g} E"
            found = f"{most_steps} steps in {seconds:g} s are not enough, first of all for {place}"
            remedy = "correct winds, pressures or their units, or take coarser cells or shorter intervals"
            raise InputError(Fault("advection", "winds", found, f"at most {most_steps}", remedy))
    return steps


def windiest(flow: Flow, mass: jax.Array, grid: AirGrid) -> tuple[int, int, int]:
    """The cell (level, row, column) of which the `flow` takes the largest share in one direction."""
    group = np.asarray(grid.merged)[:, None]
    outer = ((np.arange(mass.shape[-1]) + 1) % group == 0) & (group < mass.shape[-1])
    east = flow.east * outer
    along = jnp.maximum(east, 0.0) - jnp.minimum(jnp.roll(east, 1, axis=-1), 0.0)
    leaving = (_mean_in_groups(along, grid), _outflow(flow.north, -2), _outflow(flow.up, -3))
    worst = np.asarray(jnp.max(jnp.stack(leaving), axis=0) / mass)
    level, row, column = np.unravel_index(worst.argmax(), worst.shape)
    return int(level), int(row), int(column)


@partial(jax.jit, static_argnums=(2, 3, 5))
def _outflow_share(
    flow: Flow, mass: jax.Array, seconds: float, grid: AirGrid, steps: jax.Array | int, moving: bool
) -> jax.Array:
    """Largest share of a cell that a sweep takes out of it, in `steps` of an interval: of the `mass` [kg] that is
    there when the sweep begins if the air is `moving`, of that at the start if not."""
    half = jax.tree.map(lambda f: f * (0.5 * seconds / steps), flow)
    how = Advection(grid, "upwind")
    shares = (_share_x, _share_y, _share_z)
    if not moving:
        return jnp.max(jnp.stack([share(mass, half, grid) for share in shares]))
    sweeps = tuple(zip((_along_x, _along_y, _along_z), shares, strict=True))

    def step(_: jax.Array, held: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        air, worst = held
        for sweep, share in (*sweeps, *sweeps[::-1]):
            worst = jnp.maximum(worst, share(air, half, grid))
            air, _ = sweep(air, air, half, how)
        return air, worst

    return jax.lax.fori_loop(0, steps, step, (mass, jnp.zeros(())))[1]


def _share_z(mass: jax.Array, moved: Flow, grid: AirGrid) -> jax.Array:
    return _largest(_outflow(moved.up, -3), mass)


def _share_y(mass: jax.Array, moved: Flow, grid: AirGrid) -> jax.Array:
    return _largest(_outflow(moved.north, -2), mass)


def _share_x(mass: jax.Array, moved: Flow, grid: AirGrid) -> jax.Array:
    worst = []
    for band in grid.bands:
        if band.group < mass.shape[-1]:
            east = _rows(moved.east, band)[..., band.group - 1 :: band.group]
            outflow = _outflow(_wrapped(east, 1, 0), -1)[..., 1:-1]
            worst.append(_largest(outflow, _in_groups(_rows(mass, band), band.group)))
    return jnp.max(jnp.stack(worst))


def _largest(outflow: jax.Array, mass: jax.Array) -> jax.Array:
    """Largest share, endless where a cell is empty."""
    return jnp.max(jnp.where(mass > 0.0, outflow / mass, jnp.inf))


def _outflow(through: jax.Array, axis: int) -> jax.Array:
    """What leaves each of n cells through the n - 1 faces between them."""
    n, axis = through.shape[axis] + 1, axis % through.ndim
    width = [(0, 0)] * through.ndim
    width[axis] = (1, 1)
    faces = jnp.pad(through, width)
    above = jax.lax.slice_in_dim(faces, 1, n + 1, axis=axis)
    return jnp.maximum(above, 0.0) - jnp.minimum(jax.lax.slice_in_dim(faces, 0, n, axis=axis), 0.0)


def _along_z(tracer: jax.Array, mass: jax.Array, moved: Flow, how: Advection) -> tuple[jax.Array, jax.Array]:
    lost = net_outflow(_edged(tracer / mass), mass, moved.up, -3, how.scheme, how.limited)
    return tracer - lost, mass + difference(moved.up, -3)


def _along_y(tracer: jax.Array, mass: jax.Array, moved: Flow, how: Advection) -> tuple[jax.Array, jax.Array]:
    lost = net_outflow(_over_poles(tracer / mass), mass, moved.north, -2, how.scheme, how.limited)
    return share_in_groups(tracer - lost, mass + difference(moved.north, -2), how.grid)


def _along_x(tracer: jax.Array, mass: jax.Array, moved: Flow, how: Advection) -> tuple[jax.Array, jax.Array]:
    """Row by row in merged cells; what has come to a merged cell is shared out among its members."""
    bands = how.grid.bands
    held = zip(*(_by_band(x, bands) for x in (tracer, mass, moved.east)), bands, strict=True)
    return _shared([_band_along_x(t, m, e, band.group, how) for t, m, e, band in held], how.grid)


def _band_along_x(
    tracer: jax.Array, mass: jax.Array, east: jax.Array, group: int, how: Advection
) -> tuple[jax.Array, jax.Array]:
    """What merged cells hold after a sweep, made with a cell more at both ends that is then left away."""
    tracer, mass = (_in_groups(x, group) for x in (tracer, mass))
    if mass.shape[-1] == 1:
        return tracer, mass
    flux = _wrapped(east[..., group - 1 :: group], 1, 0)
    ratio = _wrapped(tracer / mass, HALO + 1, HALO + 1)
    lost = net_outflow(ratio, _wrapped(mass, 1, 1), flux, -1, how.scheme, how.limited)
    return tracer - lost[..., 1:-1], mass + difference(flux, -1)[..., 1:-1]


def share_in_groups(tracer: jax.Array, mass: jax.Array, grid: AirGrid) -> tuple[jax.Array, jax.Array]:
    """Tracer and air of merged cells among their members: air in equal parts, tracer along the slope between the
    neighbours, so that rows beside each other see more than steps. Nothing is lost: offsets of members cancel."""
    held = zip(*(_by_band(x, grid.bands) for x in (tracer, mass)), grid.bands, strict=True)
    return _shared([(_in_groups(t, b.group), _in_groups(m, b.group)) for t, m, b in held], grid)


def _shared(parts: list[tuple[jax.Array, jax.Array]], grid: AirGrid) -> tuple[jax.Array, jax.Array]:
    """Rows of cells from what merged cells of each band hold, the polar caps last, by the rows beside them."""
    inner = [_among_members(*part, b.group) for part, b in zip(parts[1:-1], grid.bands[1:-1], strict=True)]
    caps = [_among_members(*parts[at], grid.bands[at].group) for at in (0, -1)]
    south, north = (_beside_pole(inner, grid, at) for at in (1, len(grid.merged) - 2))
    tilted = [(t + m * _across_pole(ratio), m) for (t, m), ratio in zip(caps, (south, north), strict=True)]
    rows = [tilted[0], *inner, tilted[1]]
    tracer, mass = (_from_south_to_north(list(part), grid.bands) for part in zip(*rows, strict=True))
    return tracer, mass


def _beside_pole(inner: list[tuple[jax.Array, jax.Array]], grid: AirGrid, at: int) -> jax.Array:
    """Mixing ratio in the row number `at`."""
    for (tracer, mass), band in zip(inner, grid.bands[1:-1], strict=True):
        place = 0
        for start, stop in band.blocks:
            if start <= at < stop:
                row = slice(place + at - start, place + at - start + 1)
                return tracer[..., row, :] / mass[..., row, :]
            place += stop - start
    raise AssertionError(at)


def _rows(x: jax.Array, band: Band) -> jax.Array:
    """The rows of a band, one block after the other."""
    blocks = [x[..., start:stop, :] for start, stop in band.blocks]
    return blocks[0] if len(blocks) == 1 else jnp.concatenate(blocks, axis=-2)


@partial(jax.custom_vjp, nondiff_argnums=(1,))
def _by_band(x: jax.Array, bands: tuple[Band, ...]) -> list[jax.Array]:
    """The rows of each band."""
    return [_rows(x, band) for band in bands]


@partial(jax.custom_vjp, nondiff_argnums=(1,))
def _from_south_to_north(parts: list[jax.Array], bands: tuple[Band, ...]) -> jax.Array:
    """All rows in order, from the rows of each band."""
    pieces = {}
    for part, band in zip(parts, bands, strict=True):
        place = 0
        for start, stop in band.blocks:
            pieces[start] = part[..., place : place + stop - start, :]
            place += stop - start
    return jnp.concatenate([pieces[start] for start in sorted(pieces)], axis=-2)


# each undoes the other, and so each is the other's transpose
_by_band.defvjp(
    lambda x, bands: (_by_band(x, bands), None), lambda bands, _, given: (_from_south_to_north(given, bands),)
)
_from_south_to_north.defvjp(
    lambda parts, bands: (_from_south_to_north(parts, bands), None),
    lambda bands, _, given: (_by_band(given, bands),),
)


def _among_members(content: jax.Array, air: jax.Array, group: int) -> tuple[jax.Array, jax.Array]:
    if group == 1:
        return content, air
    member = jnp.repeat(air / group, group, axis=-1)
    mean = jnp.repeat(content / group, group, axis=-1)
    if air.shape[-1] == 1:
        return mean, member
    ratio = _wrapped(content / air, 1, 1)
    slope = jnp.repeat(0.5 * (ratio[..., 2:] - ratio[..., :-2]), group, axis=-1)
    offset = np.tile((np.arange(group) + 0.5) / group - 0.5, air.shape[-1])
    return mean + member * slope * jnp.asarray(offset, slope.dtype), member


def _across_pole(ratio: jax.Array) -> jax.Array:
    """Departure of the sectors of a polar cap from its mean: the plane through the `ratio` in the row around it.

    Seen from the pole that row's middle is 3/2 of the cap's radius away, a sector's centre of area 2/3 of it.
    """
    return (2.0 / 9.0) * (ratio - jnp.roll(ratio, ratio.shape[-1] // 2, axis=-1))


def _in_groups(x: jax.Array, group: int) -> jax.Array:
    if group == 1:
        return x
    return jnp.sum(x.reshape(*x.shape[:-1], x.shape[-1] // group, group), axis=-1)


# Halos and their transposes are written as joined pieces: what reverse mode makes of them are paddings, which ask at
# each cell of the globe whether it is within.


@jax.custom_vjp
def _edged(x: jax.Array) -> jax.Array:
    """The lowest and the highest layer repeated beyond the ends."""
    return jnp.concatenate([x[..., :1, :, :]] * HALO + [x] + [x[..., -1:, :, :]] * HALO, axis=-3)


def _edged_back(_: None, given: jax.Array) -> tuple[jax.Array]:
    first = jnp.sum(given[..., : HALO + 1, :, :], axis=-3, keepdims=True)
    last = jnp.sum(given[..., -HALO - 1 :, :, :], axis=-3, keepdims=True)
    return (jnp.concatenate([first, given[..., HALO + 1 : -HALO - 1, :, :], last], axis=-3),)


_edged.defvjp(lambda x: (_edged(x), None), _edged_back)


@partial(jax.custom_vjp, nondiff_argnums=(1, 2))
def _wrapped(x: jax.Array, before: int, after: int) -> jax.Array:
    """Around the globe: the last cells before the first and the first after the last."""
    return jnp.concatenate([x[..., x.shape[-1] - before :], x, x[..., :after]], axis=-1)


def _wrapped_back(before: int, after: int, _: None, given: jax.Array) -> tuple[jax.Array]:
    n = given.shape[-1] - before - after
    if before + after > n:
        own = given[..., before : before + n]
        own = own.at[..., n - before :].add(given[..., :before])
        return (own.at[..., :after].add(given[..., n + before :]),)
    first = given[..., before : before + after] + given[..., before + n :]
    last = given[..., n : before + n] + given[..., :before]
    return (jnp.concatenate([first, given[..., before + after : n], last], axis=-1),)


_wrapped.defvjp(lambda x, before, after: (_wrapped(x, before, after), None), _wrapped_back)


@jax.custom_vjp
def _over_poles(x: jax.Array) -> jax.Array:
    """Beyond a pole come the rows of the opposite meridian."""
    south, north = x[..., HALO - 1 :: -1, :], x[..., : -HALO - 1 : -1, :]
    return jnp.concatenate([_opposite(south), x, _opposite(north)], axis=-2)


def _over_poles_back(_: None, given: jax.Array) -> tuple[jax.Array]:
    south = given[..., HALO : 2 * HALO, :] + _opposite(given[..., HALO - 1 :: -1, :])
    north = given[..., -2 * HALO : -HALO, :] + _opposite(given[..., : -HALO - 1 : -1, :])
    return (jnp.concatenate([south, given[..., 2 * HALO : -2 * HALO, :], north], axis=-2),)


_over_poles.defvjp(lambda x: (_over_poles(x), None), _over_poles_back)


def _opposite(rows: jax.Array) -> jax.Array:
    return jnp.roll(rows, rows.shape[-1] // 2, axis=-1)
