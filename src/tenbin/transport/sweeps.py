"""One step of advection: masses of air and tracers moved by sweeps along longitude, latitude and height and back."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenbin.core.arrays import jax, jnp
from tenbin.transport.advection import HALO, Scheme, net_outflow
from tenbin.transport.air_grid import AirGrid, Band

__all__ = [
    "Advection",
    "Flow",
    "advect",
    "flow_of",
    "loss_of_air",
    "share_in_groups",
    "steps_needed",
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
    return Flow(east, north, _mean_in_groups(rise, grid)), (fixed + varying * before) * area


def _mean_in_groups(x: jax.Array, grid: AirGrid) -> jax.Array:
    parts = [_among_members(_in_groups(x[..., b.rows, :], b.group), b.group) for b in grid.bands]
    return jnp.concatenate(parts, axis=-2)


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
        return jax.lax.scan(jax.checkpoint(step), (one, mass), None, length=how.steps)[0][0]

    after = moved(tracer) if tracer.ndim == 3 else jax.lax.map(moved, tracer)
    return after, mass - seconds * _mean_in_groups(loss_of_air(flow), how.grid)


def loss_of_air(flow: Flow) -> jax.Array:
    """Mass of air [kg s-1] (level, lat, lon) that each cell loses."""
    around = flow.east - jnp.roll(flow.east, 1, axis=-1)
    return around + _difference(_closed(flow.north, -2), -2) + _difference(_closed(flow.up, -3), -3)


def steps_needed(flow: Flow, mass: jax.Array, seconds: float, grid: AirGrid, most: float = 0.7) -> int:
    """Steps in an interval so that no sweep takes more than `most` of a cell; sweeps change masses by as much."""
    half = jax.tree.map(lambda f: f * 0.5 * seconds, flow)
    up, north = _closed(half.up, -3), _closed(half.north, -2)
    worst = [_leaving(up, -3) / mass, _leaving(north, -2) / mass]
    for band in grid.bands:
        if band.group < mass.shape[-1]:
            east = _wrapped(half.east[..., band.rows, band.group - 1 :: band.group], 1, 0)
            worst.append(_leaving(east, -1) / _in_groups(mass[..., band.rows, :], band.group))
    return max(1, int(np.ceil(max(float(jnp.max(w)) for w in worst) / most)))


def _leaving(faces: jax.Array, axis: int) -> jax.Array:
    """What leaves each cell through both of its faces."""
    n, axis = faces.shape[axis], axis % faces.ndim
    above = jax.lax.slice_in_dim(faces, 1, n, axis=axis)
    below = jax.lax.slice_in_dim(faces, 0, n - 1, axis=axis)
    return jnp.maximum(above, 0.0) - jnp.minimum(below, 0.0)


def _along_z(tracer: jax.Array, mass: jax.Array, moved: Flow, how: Advection) -> tuple[jax.Array, jax.Array]:
    ratio = _edged(tracer / mass, -3, HALO)
    flux = _closed(moved.up, -3)
    lost = net_outflow(ratio, _edged(mass, -3, 1), flux, -3, how.scheme, how.limited)
    return tracer - lost, mass - _difference(flux, -3)


def _along_y(tracer: jax.Array, mass: jax.Array, moved: Flow, how: Advection) -> tuple[jax.Array, jax.Array]:
    ratio = _over_poles(tracer / mass, HALO)
    flux = _closed(moved.north, -2)
    lost = net_outflow(ratio, _over_poles(mass, 1), flux, -2, how.scheme, how.limited)
    return share_in_groups(tracer - lost, mass - _difference(flux, -2), how.grid)


def _along_x(tracer: jax.Array, mass: jax.Array, moved: Flow, how: Advection) -> tuple[jax.Array, jax.Array]:
    """Row by row in merged cells; what has come to a merged cell is shared out among its members."""
    rows = [_band_along_x(tracer, mass, moved.east, band, how) for band in how.grid.bands]
    tracer, mass = (jnp.concatenate(parts, axis=-2) for parts in zip(*rows, strict=True))
    return share_in_groups(tracer, mass, how.grid)


def _band_along_x(
    tracer: jax.Array, mass: jax.Array, east: jax.Array, band: Band, how: Advection
) -> tuple[jax.Array, jax.Array]:
    """What merged cells hold after a sweep, given to each member in equal parts."""
    tracer, mass, east = (x[..., band.rows, :] for x in (tracer, mass, east))
    columns = tracer.shape[-1]
    if band.group == columns:
        return tracer, mass
    tracer, mass = (_in_groups(x, band.group) for x in (tracer, mass))
    flux = _wrapped(east[..., band.group - 1 :: band.group], 1, 0)
    ratio = _wrapped(tracer / mass, HALO, HALO)
    lost = net_outflow(ratio, _wrapped(mass, 1, 1), flux, -1, how.scheme, how.limited)
    after = tracer - lost, mass - _difference(flux, -1)
    return tuple(_among_members(x, band.group) for x in after)  # type: ignore[return-value]


def share_in_groups(tracer: jax.Array, mass: jax.Array, grid: AirGrid) -> tuple[jax.Array, jax.Array]:
    """Tracer and air of merged cells among their members: air in equal parts, tracer along the slope between the
    neighbours, so that rows beside each other see more than steps. Nothing is lost: offsets of members cancel."""
    parts = [_shared_band(tracer, mass, band, grid) for band in grid.bands]
    return tuple(jnp.concatenate(part, axis=-2) for part in zip(*parts, strict=True))  # type: ignore[return-value]


def _shared_band(
    tracer: jax.Array, mass: jax.Array, band: Band, grid: AirGrid
) -> tuple[jax.Array, jax.Array]:
    own_tracer, own_mass = tracer[..., band.rows, :], mass[..., band.rows, :]
    if band.group == 1:
        return own_tracer, own_mass
    content, air = (_in_groups(x, band.group) for x in (own_tracer, own_mass))
    mean, member = (_among_members(x, band.group) for x in (content, air))
    if band.group == own_tracer.shape[-1]:
        return mean + member * _across_pole(tracer, mass, band), member
    ratio = _wrapped(content / air, 1, 1)
    slope = 0.5 * (ratio[..., 2:] - ratio[..., :-2])
    offset = (jnp.arange(band.group) + 0.5) / band.group - 0.5
    tilt = (slope[..., None] * offset.astype(slope.dtype)).reshape(own_tracer.shape)
    return mean + member * tilt, member


def _across_pole(tracer: jax.Array, mass: jax.Array, band: Band) -> jax.Array:
    """Departure of the sectors of a polar cap from its mean: the plane through the row around it.

    Seen from the pole that row's middle is 3/2 of the cap's radius away, a sector's centre of area 2/3 of it.
    """
    beside = 1 if band.start == 0 else band.start - 1
    ratio = tracer[..., beside : beside + 1, :] / mass[..., beside : beside + 1, :]
    return (2.0 / 9.0) * (ratio - jnp.roll(ratio, ratio.shape[-1] // 2, axis=-1))


def _in_groups(x: jax.Array, group: int) -> jax.Array:
    if group == 1:
        return x
    return jnp.sum(x.reshape(*x.shape[:-1], x.shape[-1] // group, group), axis=-1)


def _among_members(x: jax.Array, group: int) -> jax.Array:
    return x if group == 1 else jnp.repeat(x / group, group, axis=-1)


def _difference(faces: jax.Array, axis: int) -> jax.Array:
    n = faces.shape[axis]
    return jax.lax.slice_in_dim(faces, 1, n, axis=axis % faces.ndim) - jax.lax.slice_in_dim(
        faces, 0, n - 1, axis=axis % faces.ndim
    )


def _closed(inner: jax.Array, axis: int) -> jax.Array:
    """Faces with nothing through the first and the last."""
    width = [(0, 0)] * inner.ndim
    width[axis] = (1, 1)
    return jnp.pad(inner, width)


def _edged(x: jax.Array, axis: int, halo: int) -> jax.Array:
    """The end cells repeated beyond the ends."""
    width = [(0, 0)] * x.ndim
    width[axis] = (halo, halo)
    return jnp.pad(x, width, mode="edge")


def _wrapped(x: jax.Array, before: int, after: int) -> jax.Array:
    """Around the globe: the last cells before the first and the first after the last."""
    start = [x[..., -before:]] if before else []
    end = [x[..., :after]] if after else []
    return jnp.concatenate([*start, x, *end], axis=-1)


def _over_poles(x: jax.Array, halo: int) -> jax.Array:
    """Beyond a pole come the rows of the opposite meridian."""
    turned = jnp.roll(x, x.shape[-1] // 2, axis=-1)
    return jnp.concatenate([turned[..., halo - 1 :: -1, :], x, turned[..., : -halo - 1 : -1, :]], axis=-2)
