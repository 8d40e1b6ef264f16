"""How many steps of advection an interval of winds needs: tried out on the air, sweep by sweep."""

from __future__ import annotations

from functools import partial

import numpy as np

from tenbin.core.arrays import jax, jnp
from tenbin.core.errors import Fault, InputError
from tenbin.transport.air_grid import AirGrid
from tenbin.transport.halos import wrapped
from tenbin.transport.merged_rows import in_groups, rows_of
from tenbin.transport.sweeps import Advection, Flow, along_x, along_y, along_z

__all__ = ["MOST_STEPS", "outflow_share", "steps_needed"]

MOST = 0.9
"""Largest share of a cell that a sweep may take; beyond all of it no scheme is stable."""
MOST_STEPS = 60
"""More steps in an interval than this are not the wind's."""


def steps_needed(flow: Flow, mass: jax.Array, seconds: float, grid: AirGrid, most: float = MOST) -> int:
    """Steps in an interval so that no sweep takes more than `most` of what a cell holds when the sweep begins.

    Sweeps change the mass of cells by as much as they carry, so that the steps are tried out on the air. InputError
    where more than `MOST_STEPS` would be needed.
    """
    steps = max(1, int(np.ceil(float(outflow_share(flow, mass, seconds, grid, 1, False)) / most)))
    while float(share := outflow_share(flow, mass, seconds, grid, steps, True)) > most or not np.isfinite(
        share
    ):
        steps += 1
        if steps > MOST_STEPS:
            found = f"{steps} steps in {seconds:g} s are not enough"
            remedy = "look for wrong winds or pressures, or take coarser cells or shorter intervals"
            raise InputError(Fault("advection", "winds", found, f"at most {MOST_STEPS}", remedy))
    return steps


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
