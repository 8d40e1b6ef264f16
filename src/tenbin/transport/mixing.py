"""Mixing of the layers of a column by turbulence and by updrafts: implicit in time, and nothing is lost.

Turbulence exchanges equal masses of air across the faces between layers. An updraft takes air from the layers it
rises through (entrainment), gives some back (detrainment), and the air around it sinks by as much as it lifts: the
bulk mass flux of Tiedtke 1989 (Mon. Wea. Rev. 117, 1779, eqs. 7, 13 and 14) for a tracer without sources in clouds.
Both act at once in one backward Euler step, which has no limit of stability and makes no new extremes.
"""

from __future__ import annotations

from typing import NamedTuple

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import larger, smaller

__all__ = ["SCALE_HEIGHT", "Stirring", "exchange_of", "mix", "stirring"]

SCALE_HEIGHT = 7400.0
"""Depth [m] of air per unit of logarithm of pressure, at 253 K."""


class Stirring(NamedTuple):
    """Air [kg s-1] that moves in columns: `exchange` of turbulence and `updraft` (level - 1, lat, lon) through the
    faces between layers, the latter upwards only; `entrained` and given back in equal parts by turbulence at the
    edges of updrafts (level, lat, lon), besides what makes the updraft grow or wane."""

    exchange: jax.Array
    updraft: jax.Array
    entrained: jax.Array


def exchange_of(
    diffusivity: jax.Array, density: jax.Array, area: jax.Array, distance: jax.Array
) -> jax.Array:
    """Air [kg s-1] that neighbouring layers exchange (level - 1, lat, lon): density x K x area / distance of middles.

    `diffusivity` K [m2 s-1], `density` [kg m-3] and `distance` [m] at faces between layers, `area` [m2] (lat, lon).
    """
    return diffusivity * density * area / distance


def stirring(
    exchange: jax.Array, updraft: jax.Array, mass: jax.Array, area: jax.Array, rate: float
) -> Stirring:
    """From `exchange` and `updraft` [kg m-2 s-1] (level - 1, lat, lon) over `area` [m2], layers of `mass` [kg].

    `rate` [m-1] is the share of an updraft that turbulence exchanges per metre of height, depths being those of air
    of `SCALE_HEIGHT`. Tiedtke (1989): 1e-4 m-1 in deep, 3e-4 m-1 in shallow convection.
    """
    through = updraft * area
    above = jnp.cumsum(mass[::-1], axis=0)[::-1]
    depth = SCALE_HEIGHT * mass / (above - 0.5 * mass)
    nothing = jnp.zeros_like(through[:1])
    both = smaller(jnp.concatenate([nothing, through]), jnp.concatenate([through, nothing]))
    return Stirring(exchange * area, through, rate * depth * both)


def mix(tracer: jax.Array, mass: jax.Array, stirred: Stirring, seconds: float) -> jax.Array:
    """Tracer [kg] ([tracer,] level, lat, lon) after `seconds` in columns of `mass` [kg] of air that are stirred.

    What layers gain is worked out from what crosses the faces, so that each column keeps its tracer to rounding. The
    way back solves the transposed system; slopes with respect to the stirring are exact too.
    """
    system = _system(mass, jax.tree.map(lambda x: seconds * x, stirred))

    def mixed(content: jax.Array) -> jax.Array:
        around, inside = _solve(system, content)
        risen = system.updraft * (inside[:-1] - around[1:])
        crossed = risen + system.exchange * (around[:-1] - around[1:])
        nothing = jnp.zeros_like(crossed[:1])
        return content + jnp.concatenate([nothing, crossed]) - jnp.concatenate([crossed, nothing])

    return mixed(tracer) if tracer.ndim == mass.ndim else jax.lax.map(mixed, tracer)


class _System(NamedTuple):
    """Rows of a column's system. Around updrafts: diagonal x c[k] - from_above x c[k+1] - from_below x c[k-1] -
    detrained x u[k]; inside: u[k] = kept x u[k-1] + (1 - kept) x c[k]. All (level, lat, lon), `exchange` and
    `updraft` (level - 1, lat, lon)."""

    diagonal: jax.Array
    from_above: jax.Array
    from_below: jax.Array
    detrained: jax.Array
    kept: jax.Array
    exchange: jax.Array
    updraft: jax.Array


def _system(mass: jax.Array, moved: Stirring) -> _System:
    nothing = jnp.zeros_like(mass[:1])
    rising_in = jnp.concatenate([nothing, moved.updraft])
    rising_out = jnp.concatenate([moved.updraft, nothing])
    growth = rising_out - rising_in
    entrained = larger(growth, 0.0) + moved.entrained
    detrained = larger(-growth, 0.0) + moved.entrained
    below, above = (jnp.concatenate(x) for x in ([nothing, moved.exchange], [moved.exchange, nothing]))
    inside = rising_in + entrained
    kept = jnp.where(inside > 0.0, rising_in / jnp.where(inside > 0.0, inside, 1.0), 0.0)
    diagonal = mass + inside + below + above
    return _System(diagonal, rising_out + above, below, detrained, kept, moved.exchange, moved.updraft)


class _Factors(NamedTuple):
    """Elimination from the ground up: c[k] = ratio x c[k+1] + ..., u[k] = share x c[k] + ...; `inverse` pivots."""

    ratio: jax.Array
    share: jax.Array
    inverse: jax.Array


Pair = tuple[jax.Array, jax.Array]


def _solve(system: _System, content: jax.Array) -> Pair:
    """Mixing ratio (level, lat, lon) around and inside updrafts. Derivatives solve one more system."""
    factors = jax.lax.stop_gradient(_factors(jax.lax.stop_gradient(system)))
    fixed = jax.lax.stop_gradient(system)
    found = jax.lax.custom_linear_solve(
        lambda x: jnp.stack(_applied(system, (x[0], x[1]))),
        jnp.stack([content, jnp.zeros_like(content)]),
        solve=lambda _, given: jnp.stack(_eliminated(fixed, factors, (given[0], given[1]))),
        transpose_solve=lambda _, given: jnp.stack(_eliminated_back(fixed, factors, (given[0], given[1]))),
    )
    return found[0], found[1]


def _applied(system: _System, x: Pair) -> Pair:
    around, inside = x
    nothing = jnp.zeros_like(around[:1])
    higher, lower = jnp.concatenate([around[1:], nothing]), jnp.concatenate([nothing, around[:-1]])
    under = jnp.concatenate([nothing, inside[:-1]])
    outside = system.diagonal * around - system.from_above * higher - system.from_below * lower
    return (
        outside - system.detrained * inside,
        inside - system.kept * under - (1.0 - system.kept) * around,
    )


def _factors(system: _System) -> _Factors:
    def up(below: Pair, row: tuple[jax.Array, ...]) -> tuple[Pair, _Factors]:
        ratio, carried = below
        diagonal, from_above, from_below, detrained, kept = row
        share = kept * carried + 1.0 - kept
        inverse = 1.0 / (diagonal - from_below * ratio - detrained * share)
        here = from_above * inverse
        return (here, share * here), _Factors(here, share, inverse)

    start = jnp.zeros_like(system.diagonal[0])
    return jax.lax.scan(up, (start, start), system[:5])[1]


def _eliminated(system: _System, factors: _Factors, given: Pair) -> Pair:
    def up(below: Pair, row: tuple) -> tuple[Pair, Pair]:
        rest, inside = below
        outer, inner, from_below, detrained, kept, share, inverse = row
        partial = kept * inside + inner
        here = inverse * (outer + from_below * rest + detrained * partial)
        return (here, share * here + partial), (here, partial)

    start = jnp.zeros_like(given[0][0])
    rows = (*given, system.from_below, system.detrained, system.kept, factors.share, factors.inverse)
    _, (rest, partial) = jax.lax.scan(up, (start, start), rows)

    def down(above: jax.Array, row: tuple) -> tuple[jax.Array, jax.Array]:
        ratio, here = row
        around = ratio * above + here
        return around, around

    _, around = jax.lax.scan(down, start, (factors.ratio, rest), reverse=True)
    return around, factors.share * around + partial


def _eliminated_back(system: _System, factors: _Factors, given: Pair) -> Pair:
    """The transpose of `_eliminated`: the same recurrences read the other way."""
    outer, inner = given
    start = jnp.zeros_like(outer[0])

    def up(below: jax.Array, row: tuple) -> tuple[jax.Array, jax.Array]:
        now, ratio = row
        total = now + below
        return ratio * total, total

    _, worth = jax.lax.scan(up, start, (outer + factors.share * inner, factors.ratio))

    def down(above: Pair, row: tuple) -> tuple[Pair, Pair]:
        rest, inside = above  # what the layer above hands to what it read here
        now, inner, from_below, detrained, kept, share, inverse = row
        total = inverse * (now + share * inside + rest)
        partial = inner + inside + detrained * total
        return (from_below * total, kept * partial), (total, partial)

    rows = (worth, inner, system.from_below, system.detrained, system.kept, factors.share, factors.inverse)
    _, found = jax.lax.scan(down, (start, start), rows, reverse=True)
    return found
