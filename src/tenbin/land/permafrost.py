"""Ground that stays frozen: excess ice that melts once and lets the land sink, and how deep summer thaws."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import ZERO_CELSIUS, Constant
from tenbin.core.limits import larger
from tenbin.core.params import param
from tenbin.land.columns import by_layer
from tenbin.land.smoothing import smooth_minimum, smooth_positive, smooth_step
from tenbin.land.snow import LATENT_HEAT_OF_FUSION
from tenbin.land.soil_grid import SoilGrid

__all__ = [
    "ICE_DENSITY",
    "PermafrostParams",
    "active_layer_thickness",
    "melt_excess_ice",
    "permafrost_probability",
    "subsidence",
]

ICE_DENSITY = Constant(917.0, "kg m-3", "ice at 0 degC, IAPWS R10-06")


class PermafrostParams(eqx.Module):
    """What a calibration may touch in ground ice."""

    melt_part: jax.Array = param(
        0.9,
        "1",
        bounds=(0.05, 1.0),
        prior_sd=0.2,
        source="own choice: part of a layer's warmth that reaches its ice lenses",
    )


class ExcessIceMelt(NamedTuple):
    """After a step: ice left [kg m-2], enthalpy [J m-2] and melt [kg m-2], by layer and cell."""

    excess_ice: jax.Array
    enthalpy: jax.Array
    melt: jax.Array


def melt_excess_ice(excess_ice: jax.Array, enthalpy: jax.Array, params: PermafrostParams) -> ExcessIceMelt:
    """Melt excess ice by the warmth of its layer above 0 degC, which is there only when its pore ice is gone.

    `excess_ice` [kg m-2] (layer of soil, cell) beyond the pores; `enthalpy` [J m-2] (layer, cell). Excess ice counts
    as being at 0 degC: enthalpy - heat of fusion * excess_ice stays exactly. Its water (at 0 degC, no enthalpy) joins
    the layer. A design of our own, after the excess ice of Lee et al. 2014 (Environ. Res. Lett. 9, 124006).
    """
    n = excess_ice.shape[0]

    def layer(ice: jax.Array, enthalpy: jax.Array) -> ExcessIceMelt:
        above = larger(enthalpy, 0.0)
        # above^2 / (above + corner) is nought with its slope at 0: frozen ground keeps all its ice for ever
        warmth = params.melt_part * above * above / (above + _CORNER)
        melt = smooth_minimum(ice, warmth * (1.0 / float(LATENT_HEAT_OF_FUSION)))
        return ExcessIceMelt(ice - melt, enthalpy - float(LATENT_HEAT_OF_FUSION) * melt, melt)

    after: ExcessIceMelt = by_layer(layer, excess_ice, enthalpy[:n])
    return after._replace(enthalpy=jnp.concatenate([after.enthalpy, enthalpy[n:]]))


_CORNER = 1.0e3  # J m-2, less than a hundredth of a kelvin of the thinnest layer


def subsidence(melt: jax.Array) -> jax.Array:
    """How far the surface sinks [m] (cell,) when excess ice [kg m-2] (layer, cell) melts: by its volume."""
    return jnp.sum(melt, axis=0) * (1.0 / float(ICE_DENSITY))


def active_layer_thickness(temperature: jax.Array, grid: SoilGrid, width: float = 0.02) -> jax.Array:
    """Depth [m] (cell,) of ground thawed without a break from the surface, by temperature [K] (layer, cell).

    0 degC is placed between middles of layers on a straight line, within `width` [K]. The thickness of the active
    layer is the largest value of a year.
    """
    celsius = temperature - float(ZERO_CELSIUS)
    warm, cold = smooth_positive(celsius, width), smooth_positive(-celsius, width)
    thawed = warm[:-1] / (warm[:-1] + cold[:-1] + cold[1:])
    reached = warm[0] / (warm[0] + cold[0])
    depth = grid.midpoint[0] * reached
    for k, distance in enumerate(grid.distance):
        reached = reached * thawed[k]
        depth = depth + distance * reached
    return depth


def permafrost_probability(warmest: jax.Array, width: float = 0.1) -> jax.Array:
    """How surely [0..1] (cell,) some layer stays at or below 0 degC, by the warmest temperature [K] (layer, cell) of
    the last two years (definition of the International Permafrost Association); `width` [K]."""
    return 1.0 - jnp.prod(smooth_step(warmest - float(ZERO_CELSIUS), width), axis=0)
