"""Rain on leaves: what a canopy holds, lets drip, and gives back to the air."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import SECONDS_PER_DAY
from tenbin.core.limits import larger, within
from tenbin.core.logarithm import log
from tenbin.core.params import param
from tenbin.land.smoothing import smooth_minimum

__all__ = ["CanopyWater", "InterceptionFluxes", "InterceptionParams", "capacity", "step", "wet_share"]


class InterceptionParams(eqx.Module):
    """How much rain leaves catch and hold."""

    capacity_per_leaf: jax.Array = param(
        [0.2, 0.2, 0.2, 0.3, 0.2, 0.3, 0.3, 0.15, 0.15, 0.15, 0.15, 0.15, 0.1],
        "kg m-2",
        bounds=(0.02, 1.0),
        prior_sd=0.1,
        source="Dickinson 1984, Geophys. Monogr. 29: 0.2; needles more, Llorens and Domingo 2007, J. Hydrol. 335, 37",
        transform="log",
    )
    catch: jax.Array = param(
        0.5,
        "1",
        bounds=(0.1, 1.0),
        prior_sd=0.15,
        source="extinction of falling drops, Lawrence et al. 2007, J. Hydromet. 8",
    )
    refills: jax.Array = param(
        2.0,
        "1",
        bounds=(1.0, 8.0),
        prior_sd=1.0,
        source="showers on a day of rain: Gerrits et al. 2010, HESS 14; wide",
    )


class CanopyWater(NamedTuple):
    """Water held on leaves at the end of the day [kg m-2], (cell,)."""

    mass: jax.Array


class InterceptionFluxes(NamedTuple):
    """Water through and off the canopy to the ground, and from it to the air [kg m-2 s-1], each (cell,)."""

    throughfall: jax.Array
    evaporation: jax.Array


def capacity(lai: jax.Array, params: InterceptionParams) -> jax.Array:
    """Water that the leaves can hold [kg m-2] (Dickinson 1984)."""
    return params.capacity_per_leaf * lai


def step(
    state: CanopyWater,
    rain: jax.Array,
    potential_evaporation: jax.Array,
    lai: jax.Array,
    params: InterceptionParams,
    dt: float = SECONDS_PER_DAY,
) -> tuple[CanopyWater, InterceptionFluxes]:
    """A day of rain [kg m-2 s-1] on leaves of area `lai`, which dry at a potential rate [kg m-2 s-1], all (cell,).

    Leaves catch 1 - exp(-catch lai) of the rain; they can fill and dry `refills` times a day; what they neither
    hold nor lose drips. Mass closes exactly: rain = throughfall + evaporation + change of mass / dt.
    """
    room = capacity(lai, params)
    arrived = rain * dt
    caught = arrived * (1.0 - jnp.exp(-params.catch * lai))
    offered = smooth_minimum(state.mass + caught, params.refills * room)
    evaporated = smooth_minimum(offered, larger(potential_evaporation, 0.0) * dt, 0.99)
    left = state.mass + caught - evaporated
    mass = smooth_minimum(left, room, 0.99)
    throughfall = (arrived - caught) + (left - mass)
    return CanopyWater(mass), InterceptionFluxes(throughfall / dt, evaporated / dt)


def wet_share(state: CanopyWater, lai: jax.Array, params: InterceptionParams) -> jax.Array:
    """Share of leaf area under water, 0..1 [1]: (mass / capacity)^(2/3) (Deardorff 1978, J. Geophys. Res. 83)."""
    filled = within(state.mass / larger(capacity(lai, params), 1e-3), 1e-4, 1.0)
    return jnp.exp(log(filled) * (2.0 / 3.0))
