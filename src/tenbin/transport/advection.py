"""Advection along one direction: what the air that leaves each cell carries, by upwind, slopes or parabolas.

Mass of air and mass of tracer move together: a face passes a mass of air, and of tracer that mass times the mean
mixing ratio of the part of the upwind cell that leaves. A uniform mixing ratio therefore stays uniform whatever the
winds do. Without a limiter the mean is a weighted sum of the upwind cell and its neighbours, and the way back
through a sweep is written out as the same sum read the other way: an exact transpose at the cost of a sweep.
"""

from __future__ import annotations

from functools import partial
from typing import Literal, NamedTuple

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import larger, smaller, within

__all__ = ["HALO", "Scheme", "cut", "difference", "monotone", "net_outflow"]

Scheme = Literal["upwind", "slopes", "parabolas"]
HALO = 3
"""Cells beyond each end that a sweep reads."""
Weights = dict[int, jax.Array]


def net_outflow(
    ratio: jax.Array, mass: jax.Array, flux: jax.Array, axis: int, scheme: Scheme, limited: bool = False
) -> jax.Array:
    """Tracer [kg] that each of n cells along `axis` loses on balance; nothing passes the outer ends of the row.

    `ratio` (..., n + 2 HALO, ...) mixing ratio with its halo, `mass` [kg] of air (n,), `flux` [kg] of air through the
    n - 1 faces between cells, positive towards higher index. `limited` keeps what leaves within the range of the
    neighbours (and makes it depend on the tracer); without it only `ratio` has a slope.
    """
    if limited:
        return -difference(_limited(ratio, mass, flux, axis, scheme), axis)
    return _linear(ratio, mass, flux, axis, scheme)


class _Leaving(NamedTuple):
    """Air [kg] through each face forth (positive) and back (negative), and what part of a cell it is [0..1]."""

    forth: jax.Array
    back: jax.Array
    lower: jax.Array
    upper: jax.Array


def _leaving(mass: jax.Array, flux: jax.Array, axis: int) -> _Leaving:
    forth, back = larger(flux, 0.0), smaller(flux, 0.0)
    return _Leaving(forth, back, forth / cut(mass, axis, 0, -1), -back / cut(mass, axis, 1, None))


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
    air, count = _leaving(mass, flux, axis), flux.shape[axis]
    terms = (
        weight * cut(ratio, axis, HALO + shift, HALO + shift + count)
        for shift, weight in _by_shift(air, scheme).items()
    )
    return -difference(sum(terms, jnp.zeros((), ratio.dtype)), axis)


def _by_shift(air: _Leaving, scheme: Scheme) -> Weights:
    """Air [kg] through a face times the weight of the cell `shift` above the one below the face."""
    total: Weights = {}
    for flow, share, near, way in ((air.forth, air.lower, 0, 1), (air.back, air.upper, 1, -1)):
        for k, weight in _weights(share, scheme).items():
            shift = near + way * k
            total[shift] = flow * weight + total.get(shift, 0.0)
    return total


def _forth(
    ratio: jax.Array, mass: jax.Array, flux: jax.Array, axis: int, scheme: Scheme
) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    return _linear(ratio, mass, flux, axis, scheme), (mass, flux)


def _back(
    axis: int, scheme: Scheme, kept: tuple[jax.Array, jax.Array], sensitivity: jax.Array
) -> tuple[jax.Array, None, None]:
    """Sensitivity to the mixing ratio with its halo: each face hands what its flux is worth to the cells it read."""
    mass, flux = kept
    worth = cut(sensitivity, axis, 0, -1) - cut(sensitivity, axis, 1, None)
    total = jnp.zeros((), sensitivity.dtype)
    for shift, weight in _by_shift(_leaving(mass, flux, axis), scheme).items():
        total = total + _between_zeros(weight * worth, axis, HALO + shift, HALO - shift + 1)
    return total, None, None


_linear.defvjp(_forth, _back)


def _limited(ratio: jax.Array, mass: jax.Array, flux: jax.Array, axis: int, scheme: Scheme) -> jax.Array:
    """Tracer [kg] through the faces, with slopes and parabolas that stay between their neighbours."""
    air, count = _leaving(mass, flux, axis), flux.shape[axis]
    through = jnp.zeros((), ratio.dtype)
    for flow, share, near, way in ((air.forth, air.lower, 0, 1), (air.back, air.upper, 1, -1)):
        starts = {k: HALO + near + way * k for k in range(-2, 3)}
        cells = {k: cut(ratio, axis, start, start + count) for k, start in starts.items()}
        through = through + flow * _mean_limited(cells, share, scheme)
    return through


def _mean_limited(cells: Weights, share: jax.Array, scheme: Scheme) -> jax.Array:
    """Mean of what leaves the cell 0 towards the cell 1."""
    if scheme == "upwind":
        return cells[0]
    if scheme == "slopes":
        return cells[0] + (1.0 - share) * monotone(cells[0] - cells[-1], cells[1] - cells[0])
    far = (7.0 * (cells[-1] + cells[0]) - cells[-2] - cells[1]) / 12.0
    near = (7.0 * (cells[0] + cells[1]) - cells[-1] - cells[2]) / 12.0
    far, near = _bounded(cells, far, near)
    curve = 6.0 * cells[0] - 3.0 * (far + near)
    return near - 0.5 * share * (near - far - (1.0 - 2.0 / 3.0 * share) * curve)


def monotone(below: jax.Array, above: jax.Array) -> jax.Array:
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


def cut(x: jax.Array, axis: int, start: int, stop: int | None) -> jax.Array:
    """`x[start:stop]` along an axis."""
    place = [slice(None)] * x.ndim
    place[axis] = slice(start, stop)
    return x[tuple(place)]


def difference(through: jax.Array, axis: int) -> jax.Array:
    """What comes in less what goes out, for n cells between n - 1 faces; nothing passes the ends."""
    return _between_zeros(through, axis, 1, 0) - _between_zeros(through, axis, 0, 1)


def _between_zeros(x: jax.Array, axis: int, before: int, after: int) -> jax.Array:
    width = [(0, 0)] * x.ndim
    width[axis] = (before, after)
    return jnp.pad(x, width)
