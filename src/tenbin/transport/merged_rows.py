"""Rows of cells merged near the poles: by bands, in groups, and what they hold shared out among their members."""

from __future__ import annotations

from functools import partial

import numpy as np

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import larger, smaller
from tenbin.transport.advection import monotone
from tenbin.transport.air_grid import AirGrid, Band
from tenbin.transport.halos import wrapped

__all__ = [
    "by_band",
    "from_south_to_north",
    "in_groups",
    "mean_in_groups",
    "rows_of",
    "share_in_groups",
    "shared",
]


def mean_in_groups(x: jax.Array, grid: AirGrid) -> jax.Array:
    parts = [
        jnp.repeat(in_groups(rows_of(x, band), band.group) / band.group, band.group, axis=-1)
        for band in grid.bands
    ]
    return from_south_to_north(parts, grid.bands)


def share_in_groups(
    tracer: jax.Array, mass: jax.Array, grid: AirGrid, limited: bool = False
) -> tuple[jax.Array, jax.Array]:
    """Tracer and air of merged cells among their members: air in equal parts, tracer along the slope between the
    neighbours, so that rows beside each other see more than steps. Nothing is lost: offsets of members cancel.

    `limited`: no member leaves the range of its cell and the cells beside it.
    """
    held = zip(*(by_band(x, grid.bands) for x in (tracer, mass)), grid.bands, strict=True)
    return shared([(in_groups(t, b.group), in_groups(m, b.group)) for t, m, b in held], grid, limited)


def shared(
    parts: list[tuple[jax.Array, jax.Array]], grid: AirGrid, limited: bool
) -> tuple[jax.Array, jax.Array]:
    """Rows of cells from what merged cells of each band hold, the polar caps last, by the rows beside them."""
    held = zip(parts[1:-1], grid.bands[1:-1], strict=True)
    inner = [_among_members(*part, band.group, limited) for part, band in held]
    caps = [_among_members(*parts[at], grid.bands[at].group, limited) for at in (0, -1)]
    around = [_beside_pole(inner, grid, at) for at in (1, len(grid.merged) - 2)]
    tilts = [_across_pole(ratio) for ratio in around]
    if limited:
        tilts = [_within_ring(x, t / m, r) for x, (t, m), r in zip(tilts, caps, around, strict=True)]
    tilted = [(t + m * tilt, m) for (t, m), tilt in zip(caps, tilts, strict=True)]
    rows = [tilted[0], *inner, tilted[1]]
    tracer, mass = (from_south_to_north(list(part), grid.bands) for part in zip(*rows, strict=True))
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


def rows_of(x: jax.Array, band: Band) -> jax.Array:
    """The rows of a band, one block after the other."""
    blocks = [x[..., start:stop, :] for start, stop in band.blocks]
    return blocks[0] if len(blocks) == 1 else jnp.concatenate(blocks, axis=-2)


@partial(jax.custom_vjp, nondiff_argnums=(1,))
def by_band(x: jax.Array, bands: tuple[Band, ...]) -> list[jax.Array]:
    """The rows of each band."""
    return [rows_of(x, band) for band in bands]


@partial(jax.custom_vjp, nondiff_argnums=(1,))
def from_south_to_north(parts: list[jax.Array], bands: tuple[Band, ...]) -> jax.Array:
    """All rows in order, from the rows of each band."""
    pieces = {}
    for part, band in zip(parts, bands, strict=True):
        place = 0
        for start, stop in band.blocks:
            pieces[start] = part[..., place : place + stop - start, :]
            place += stop - start
    return jnp.concatenate([pieces[start] for start in sorted(pieces)], axis=-2)


# each undoes the other, and so each is the other's transpose
by_band.defvjp(
    lambda x, bands: (by_band(x, bands), None), lambda bands, _, given: (from_south_to_north(given, bands),)
)
from_south_to_north.defvjp(
    lambda parts, bands: (from_south_to_north(parts, bands), None),
    lambda bands, _, given: (by_band(given, bands),),
)


def _among_members(
    content: jax.Array, air: jax.Array, group: int, limited: bool
) -> tuple[jax.Array, jax.Array]:
    if group == 1:
        return content, air
    member = jnp.repeat(air / group, group, axis=-1)
    mean = jnp.repeat(content / group, group, axis=-1)
    if air.shape[-1] == 1:
        return mean, member
    ratio = wrapped(content / air, 1, 1)
    across = 0.5 * (ratio[..., 2:] - ratio[..., :-2])
    if limited:
        across = 2.0 * monotone(ratio[..., 1:-1] - ratio[..., :-2], ratio[..., 2:] - ratio[..., 1:-1])
    slope = jnp.repeat(across, group, axis=-1)
    offset = np.tile((np.arange(group) + 0.5) / group - 0.5, air.shape[-1])
    return mean + member * slope * jnp.asarray(offset, slope.dtype), member


def _across_pole(ratio: jax.Array) -> jax.Array:
    """Departure of the sectors of a polar cap from its mean: the plane through the `ratio` in the row around it.

    Seen from the pole that row's middle is 3/2 of the cap's radius away, a sector's centre of area 2/3 of it.
    """
    return (2.0 / 9.0) * (ratio - jnp.roll(ratio, ratio.shape[-1] // 2, axis=-1))


def _within_ring(tilt: jax.Array, cap: jax.Array, ring: jax.Array) -> jax.Array:
    """The tilt of a cap of ratio `cap`, made flatter until no sector leaves the range of the ring around it."""
    room = larger(smaller(_largest(ring) - cap, cap + _largest(-ring)), 0.0)
    steepest = _largest(jnp.abs(tilt))
    flat = steepest <= room
    return tilt * jnp.where(flat, 1.0, room / jnp.where(flat, 1.0, steepest))


def _largest(x: jax.Array) -> jax.Array:
    """The largest along a row, whose slope hangs on where it stands and not on its last digit."""
    return jnp.take_along_axis(x, jnp.argmax(x, axis=-1, keepdims=True), axis=-1)


def in_groups(x: jax.Array, group: int) -> jax.Array:
    if group == 1:
        return x
    return jnp.sum(x.reshape(*x.shape[:-1], x.shape[-1] // group, group), axis=-1)
