"""Conduction through a column that freezes and thaws: how the ground below answers, what each layer takes."""

from __future__ import annotations

from typing import NamedTuple

from tenbin.core.arrays import jax, jnp
from tenbin.land.columns import sweep

__all__ = ["Below", "Layers", "ascend", "descend", "into_rock", "rock_below"]


class Layers(NamedTuple):
    """What stays through the passes (layer of soil, cell): old enthalpy [J m-2] and temperature [degC], reciprocal
    capacities, latent heat, squared rounding, thermal half-thickness over dt [K m2 J-1] and
    roots at the old enthalpy."""

    enthalpy: jax.Array
    temperature: jax.Array
    per_thawed: jax.Array
    per_frozen: jax.Array
    latent: jax.Array
    square: jax.Array
    half: jax.Array
    root: jax.Array
    root_below: jax.Array


class Below(NamedTuple):
    """How ground answers: heat into it is conductance * (temperature at its top - its own temperature)."""

    temperature: jax.Array
    conductance: jax.Array


_Carry = tuple[jax.Array, jax.Array]


def _chord(guess: jax.Array, layer: Layers) -> jax.Array:
    """Slope [K m2 J-1] of the chord of T(H) from the old enthalpy to a guess, never nought by nought."""
    square, both = layer.square, layer.enthalpy + guess
    below = guess + layer.latent
    root, root_below = jnp.sqrt(guess * guess + square), jnp.sqrt(below * below + square)
    thawed = 1.0 + both / (layer.root + root)
    frozen = 1.0 - (both + 2.0 * layer.latent) / (layer.root_below + root_below)
    return 0.5 * (thawed * layer.per_thawed + frozen * layer.per_frozen)


def _joined(foot: _Carry, temperature: jax.Array, slope: jax.Array, half: jax.Array) -> tuple[_Carry, _Carry]:
    """A layer laid on the ground below, (own temperature [degC], resistance [K m2 J-1]) seen from its top, and how
    it answers to heat from above: (temperature, slope) at its middle."""
    own, resistance = foot
    through = resistance + half
    shared = 1.0 / (through + slope)
    middle = (through * temperature + slope * own) * shared
    compliance = slope * through * shared
    return (middle, compliance + half), (middle, compliance)


def ascend(guess: jax.Array, layers: Layers, foot: _Carry) -> Below:
    """What lies below the middle of each layer (layer of soil, cell), gathered from the bottom up."""

    def body(foot: _Carry, row: tuple[jax.Array, Layers]) -> tuple[_Carry, Below]:
        layer = row[1]
        below = Below(foot[0], 1.0 / (foot[1] + layer.half))
        return _joined(foot, layer.temperature, _chord(row[0], layer), layer.half)[0], below

    return sweep(body, foot, (guess, layers), reverse=True)[1]


def descend(
    layers: Layers, below: Below, arriving: jax.Array, above: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Enthalpies [J m-2] (layer of soil, cell), temperature [degC] of the first layer, heat [J m-2] out of the last.

    H + g T(H) = R for each layer. With one corner of T(H) it is a quadratic; with both, the sum of the two solutions
    is exact where they lie apart and where there is no latent heat. The first layer gets `arriving` - `above` T.
    """

    def body(carry: tuple, row: tuple[Layers, Below, jax.Array]) -> tuple:
        arriving, first = carry
        layer, ground, leading = row
        outer = leading * above
        conductance = outer + ground.conductance
        reach = layer.enthalpy + arriving + ground.conductance * ground.temperature
        temperature = _solved(reach, conductance, layer)
        out = ground.conductance * (temperature - ground.temperature)
        enthalpy = layer.enthalpy + ((arriving - outer * temperature) - out)
        return (out, first + leading * temperature), enthalpy

    leading = jnp.eye(1, layers.half.shape[0], dtype=above.dtype)[0]
    start = (arriving, jnp.zeros_like(above))
    enthalpy: jax.Array
    (leaving, first), enthalpy = sweep(body, start, (layers, below, leading))
    return enthalpy, first, leaving


def _solved(reach: jax.Array, conductance: jax.Array, layer: Layers) -> jax.Array:
    """Temperature [degC] at which H + conductance T(H) = reach [J m-2]."""
    thawed, frozen = 1.0 + conductance * layer.per_thawed, 1.0 + conductance * layer.per_frozen
    short = -(reach + layer.latent)
    warm = (reach + jnp.sqrt(reach * reach + thawed * layer.square)) * layer.per_thawed / thawed
    cold = (short + jnp.sqrt(short * short + frozen * layer.square)) * layer.per_frozen / frozen
    return 0.5 * (warm - cold)


_INSULATED = 1e9  # K m2 J-1: what no heat passes in a step


def rock_below(
    enthalpy: jax.Array, half: jax.Array, capacity: jax.Array, entering: jax.Array
) -> tuple[tuple[Below, Below], _Carry]:
    """How rock answers, (layer of rock, cell) at its middles and below them, and the whole of it seen from its top.

    At the bottom enter `entering` [J m-2], as from a very hot place behind a very great resistance.
    """

    def body(foot: _Carry, row: tuple) -> tuple[_Carry, tuple[Below, Below]]:
        held, thickness, per_capacity = row
        below = Below(foot[0], 1.0 / (foot[1] + thickness))
        carried, middle = _joined(foot, held * per_capacity, per_capacity, thickness)
        return carried, (Below(*middle), below)

    resistance = jnp.full(enthalpy.shape[1:], _INSULATED, enthalpy.dtype)
    foot = (resistance * entering, resistance)
    per_capacity = jnp.broadcast_to(1.0 / capacity, enthalpy.shape)
    carried, rows = sweep(body, foot, (enthalpy, half, per_capacity), reverse=True)
    return rows, carried


def into_rock(enthalpy: jax.Array, rock: tuple[Below, Below], arriving: jax.Array) -> jax.Array:
    """Enthalpy [J m-2] (layer of rock, cell) after heat `arriving` [J m-2] (cell,) at its top."""

    def body(heat: jax.Array, row: tuple[jax.Array, tuple[Below, Below]]) -> tuple[jax.Array, jax.Array]:
        held, (middle, below) = row
        out = below.conductance * (middle.temperature + middle.conductance * heat - below.temperature)
        return out, held + (heat - out)

    return sweep(body, arriving, (enthalpy, rock))[1]
