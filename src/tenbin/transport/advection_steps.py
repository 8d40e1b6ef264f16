"""How many steps of advection an interval of winds needs: tried out on the air, sweep by sweep."""

from __future__ import annotations

from functools import partial

import numpy as np

from tenbin.core.arrays import jax, jnp
from tenbin.core.errors import Fault, InputError
from tenbin.transport.air_grid import AirGrid
from tenbin.transport.halos import wrapped
from tenbin.transport.merged_rows import in_groups, mean_in_groups, rows_of
from tenbin.transport.sweeps import Advection, Flow, along_x, along_y, along_z

__all__ = ["MOST", "MOST_STEPS", "outflow_share", "steps_needed", "windiest"]

MOST = 0.9
"""Largest share of a cell that a sweep may take; beyond all of it no scheme is stable."""
MOST_STEPS = 60
"""More steps in an interval than this are not the wind's."""


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
    steps = max(1, int(np.ceil(float(outflow_share(flow, mass, seconds, grid, 1, False)) / most)))
    while steps > most_steps or not float(outflow_share(flow, mass, seconds, grid, steps, True)) <= most:
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
    leaving = (mean_in_groups(along, grid), _outflow(flow.north, -2), _outflow(flow.up, -3))
    worst = np.asarray(jnp.max(jnp.stack(leaving), axis=0) / mass)
    level, row, column = np.unravel_index(worst.argmax(), worst.shape)
    return int(level), int(row), int(column)


@partial(jax.jit, static_argnums=(2, 3, 5))
def outflow_share(
    flow: Flow, mass: jax.Array, seconds: float, grid: AirGrid, steps: jax.Array | int, moving: bool
) -> jax.Array:
    """Largest share of a cell that a sweep takes out of it, in `steps` of an interval: of the `mass` [kg] that is
    there when the sweep begins if the air is `moving`, of that at the start if not."""
    half = jax.tree.map(lambda f: f * (0.5 * seconds / steps), flow)
    how = Advection(grid, "upwind")
    shares = (_share_x, _share_y, _share_z)
    if not moving:
        return jnp.max(jnp.stack([share(mass, half, grid) for share in shares]))
    sweeps = tuple(zip((along_x, along_y, along_z), shares, strict=True))

    def step(_: jax.Array, held: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        air, worst = held
        for sweep, share in (*sweeps, *sweeps[::-1]):
            worst = jnp.maximum(worst, share(air, half, grid))
            air, _ = sweep(air, air, half, how)
        return air, worst

    return jax.lax.fori_loop(0, steps, step, (mass, jnp.zeros(())))[1]


def _share_z(mass: jax.Array, moved: Flow, grid: AirGrid) -> jax.Array:
    return _largest_share(_outflow(moved.up, -3), mass)


def _share_y(mass: jax.Array, moved: Flow, grid: AirGrid) -> jax.Array:
    return _largest_share(_outflow(moved.north, -2), mass)


def _share_x(mass: jax.Array, moved: Flow, grid: AirGrid) -> jax.Array:
    worst = []
    for band in grid.bands:
        if band.group < mass.shape[-1]:
            east = rows_of(moved.east, band)[..., band.group - 1 :: band.group]
            outflow = _outflow(wrapped(east, 1, 0), -1)[..., 1:-1]
            worst.append(_largest_share(outflow, in_groups(rows_of(mass, band), band.group)))
    return jnp.max(jnp.stack(worst))


def _largest_share(outflow: jax.Array, mass: jax.Array) -> jax.Array:
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
