"""Advection along one direction: what the air that leaves each cell carries, by upwind, slopes or parabolas.

Mass of air and mass of tracer move together: a face passes a mass of air, and of tracer that mass times the mean
mixing ratio of the part of the upwind cell that leaves. A uniform mixing ratio therefore stays uniform whatever the
winds do. Without a limiter the mean is a weighted sum of the upwind cell and its neighbours, and the way back
through a sweep is written out as the same sum read the other way: an exact transpose at the cost of a sweep.
"""

from __future__ import annotations

from functools import partial
from typing import Literal

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import larger, smaller, within

__all__ = ["HALO", "Scheme", "net_outflow"]

Scheme = Literal["upwind", "slopes", "parabolas"]
HALO = 3
"""Cells beyond each end that a sweep reads."""
_OFFSETS = {"upwind": (0,), "slopes": (-1, 0, 1), "parabolas": (-2, -1, 0, 1, 2)}
Weights = dict[int, jax.Array]


def net_outflow(
    ratio: jax.Array, mass: jax.Array, flux: jax.Array, axis: int, scheme: Scheme, limited: bool = False
) -> jax.Array:
    """Tracer [kg] that each of n cells along `axis` loses on balance.

    `ratio` (..., n + 2 HALO, ...) mixing ratio with its halo, `mass` [kg] of air (n + 2, one cell of halo), `flux`
    [kg] of air through the n + 1 faces, positive towards higher index. `limited` keeps what leaves within the range
    of the neighbours (and makes it depend on the tracer); without it only `ratio` has a slope.
    """
    if limited:
        return _difference(_limited(ratio, mass, flux, axis, scheme), axis)
    return _linear(ratio, mass, flux, axis, scheme)


def _shares(mass: jax.Array, flux: jax.Array, axis: int) -> tuple[jax.Array, jax.Array]:
    """Parts [0..1] of the cells below and above each face that leave through it."""
    forward, backward = larger(flux, 0.0), smaller(flux, 0.0)
    return forward / _cut(mass, axis, 0, -1), -backward / _cut(mass, axis, 1, None)


def _weights(share: jax.Array, scheme: Scheme) -> Weights:
    """Weight of the cell k ahead of the upwind one in the mean of the part `share` that leaves it.

    Slopes: the slope between both neighbours, over what stays behind (van Leer 1977, J. Comput. Phys. 23, 276;
    Russell and Lerner 1981, J. Appl. Meteorol. 20, 1483), second order. Parabolas: through the means of cells of
    like size with faces of fourth order (Colella and Woodward 1984, J. Comput. Phys. 54, 174, eqs. 1.5, 1.9, 1.12),
    third order.
    """
    if scheme == "upwind":
        return {0: jnp.ones_like(share)}
    stays = 1.0 - share
    if scheme == "slopes":
        return {-1: -0.25 * stays, 0: jnp.ones_like(share), 1: 0.25 * stays}
    ahead, behind = stays * stays / 12.0, -share * stays / 12.0
    here = share * (3.0 - 2.0 * share)
    return {
        -2: -behind,
        -1: 7.0 * behind - ahead,
        0: here + 7.0 * (ahead + behind),
        1: 7.0 * ahead - behind,
        2: -ahead,
    }


@partial(jax.custom_vjp, nondiff_argnums=(3, 4))
def _linear(ratio: jax.Array, mass: jax.Array, flux: jax.Array, axis: int, scheme: Scheme) -> jax.Array:
    forward, backward = _shares(mass, flux, axis)
    count = flux.shape[axis]
    mean = jnp.zeros(())
    for share, start, way in ((forward, HALO - 1, 1), (backward, HALO, -1)):
        parts = (
            w * _cut(ratio, axis, start + way * k, start + way * k + count)
            for k, w in _weights(share, scheme).items()
        )
        mean = mean + jnp.where(share > 0.0, sum(parts), 0.0)
    return _difference(flux * mean, axis)


def _forth(
    ratio: jax.Array, mass: jax.Array, flux: jax.Array, axis: int, scheme: Scheme
) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    return _linear(ratio, mass, flux, axis, scheme), (mass, flux)


def _back(
    axis: int, scheme: Scheme, kept: tuple[jax.Array, jax.Array], sensitivity: jax.Array
) -> tuple[jax.Array, None, None]:
    """Sensitivity to the mixing ratio with its halo: each face hands what its flux is worth to the cells it read."""
    mass, flux = kept
    worth = -_difference(_zeros_around(sensitivity, axis, 1), axis) * flux
    worth = _zeros_around(worth, axis, 2 * HALO - 1)
    count = flux.shape[axis] + 2 * HALO - 1
    total = jnp.zeros(())
    for share, start, way in zip(_shares(mass, flux, axis), (HALO - 1, HALO), (1, -1), strict=True):
        share = _zeros_around(share, axis, 2 * HALO - 1)
        for k in _OFFSETS[scheme]:
            at = 2 * HALO - 1 - (start + way * k)
            part = _cut(share, axis, at, at + count)
            handed = _weights(part, scheme)[k] * _cut(worth, axis, at, at + count)
            total = total + jnp.where(part > 0.0, handed, 0.0)
    return total, None, None


_linear.defvjp(_forth, _back)


def _limited(ratio: jax.Array, mass: jax.Array, flux: jax.Array, axis: int, scheme: Scheme) -> jax.Array:
    """Tracer [kg] through the faces, with slopes and parabolas that stay between their neighbours."""
    count = flux.shape[axis]
    through = jnp.zeros(())
    for share, start, way in zip(_shares(mass, flux, axis), (HALO - 1, HALO), (1, -1), strict=True):
        cells = {k: _cut(ratio, axis, start + way * k, start + way * k + count) for k in range(-2, 3)}
        mean = _mean_limited(cells, share, scheme)
        through = through + jnp.where(share > 0.0, flux * mean, 0.0)
    return through


def _mean_limited(cells: Weights, share: jax.Array, scheme: Scheme) -> jax.Array:
    """Mean of what leaves the cell 0 towards the cell 1."""
    if scheme == "upwind":
        return cells[0]
    if scheme == "slopes":
        return cells[0] + (1.0 - share) * _monotone(cells[0] - cells[-1], cells[1] - cells[0])
    far = (7.0 * (cells[-1] + cells[0]) - cells[-2] - cells[1]) / 12.0
    near = (7.0 * (cells[0] + cells[1]) - cells[-1] - cells[2]) / 12.0
    far, near = _bounded(cells, far, near)
    curve = 6.0 * cells[0] - 3.0 * (far + near)
    return near - 0.5 * share * (near - far - (1.0 - 2.0 / 3.0 * share) * curve)


def _monotone(below: jax.Array, above: jax.Array) -> jax.Array:
    """Half the mean of two differences, no steeper than either, nought at an extremum (van Leer 1977)."""
    most = smaller(jnp.abs(below), jnp.abs(above))
    kept = smaller(0.25 * jnp.abs(below + above), most)
    return jnp.where(below * above > 0.0, jnp.sign(above) * kept, 0.0)


def _bounded(cells: Weights, far: jax.Array, near: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Edges between their neighbours, flat at an extremum, no overshoot inside (Colella and Woodward, eq. 1.10)."""
    here = cells[0]
    far = within(far, smaller(cells[-1], here), larger(cells[-1], here))
    near = within(near, smaller(cells[1], here), larger(cells[1], here))
    flat = (near - here) * (here - far) <= 0.0
    rise, middle = near - far, here - 0.5 * (near + far)
    low = jnp.where(6.0 * rise * middle > rise * rise, 3.0 * here - 2.0 * near, far)
    high = jnp.where(6.0 * rise * middle < -rise * rise, 3.0 * here - 2.0 * far, near)
    return jnp.where(flat, here, low), jnp.where(flat, here, high)


def _cut(x: jax.Array, axis: int, start: int, stop: int | None) -> jax.Array:
    place = [slice(None)] * x.ndim
    place[axis] = slice(start, stop)
    return x[tuple(place)]


def _difference(faces: jax.Array, axis: int) -> jax.Array:
    return _cut(faces, axis, 1, None) - _cut(faces, axis, 0, -1)


def _zeros_around(x: jax.Array, axis: int, count: int) -> jax.Array:
    width = [(0, 0)] * x.ndim
    width[axis] = (count, count)
    return jnp.pad(x, width)
