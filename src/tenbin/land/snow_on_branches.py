"""Snow on branches: what a canopy catches of falling snow, and what of it the air takes before it slides to the ground.

Capacity, catch and unloading are those of CLM5 (Lawrence et al. 2019, J. Adv. Model. Earth Syst. 11, 4245), after Roesch
et al. 2001 (Clim. Dyn. 17, 933); the rate at which the air takes it is that of `energy.EnergyFluxes.branch_potential`.
"""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import SECONDS_PER_DAY
from tenbin.core.params import param
from tenbin.land.smoothing import smooth_minimum, smooth_positive

__all__ = ["BranchSnow", "BranchSnowFluxes", "BranchSnowParams", "step", "unloading_rate"]

_SLIDES = 270.15
"""Temperature [K] above which snow slides off (Roesch et al. 2001)."""
_DAILY_CYCLE = 1.0
"""Width of that threshold [K] for the mean of a day, own choice."""


class BranchSnowParams(eqx.Module):
    """How much snow plants catch and hold, and how soon it slides off."""

    capacity_per_leaf: jax.Array = param(
        6.0,
        "kg m-2",
        bounds=(1.0, 15.0),
        prior_sd=2.0,
        source="CLM5, per leaf area; Hedstrom and Pomeroy 1998, Hydrol. Process. 12, 1611: 5.9 in spruce, 6.6 in"
        " pine, times 0.6 to 1.2 by the snow's density",
        transform="log",
    )
    catch: jax.Array = param(
        0.5, "1", bounds=(0.1, 1.0), prior_sd=0.15, source="CLM5: 1 - exp(-0.5 leaf area) of what falls"
    )
    warm_unloading: jax.Array = param(
        1.87e5,
        "K s",
        bounds=(3e4, 1e6),
        prior_sd=9e4,
        source="Roesch et al. 2001, Clim. Dyn. 17, 933: all of it in 17 h at 0 degC",
        transform="log",
    )
    wind_unloading: jax.Array = param(
        3.12e5,
        "m",
        bounds=(1e5, 2e6),
        prior_sd=1.5e5,
        source="Roesch et al. 2001: 1.56e5 m of wind; half as fast in the program of CLM5, and here",
        transform="log",
    )


class BranchSnow(NamedTuple):
    """Snow held on branches at the end of the day [kg m-2], (cell,)."""

    mass: jax.Array


class BranchSnowFluxes(NamedTuple):
    """Snow past and off the branches to the ground, and from them to the air [kg m-2 s-1], each (cell,)."""

    fallen: jax.Array
    sublimation: jax.Array


def unloading_rate(tas: jax.Array, wind: jax.Array, params: BranchSnowParams) -> jax.Array:
    """Share of the load that slides off in a second [s-1], air at `tas` [K], `wind` [m s-1] above the plants."""
    warm = smooth_positive(tas - _SLIDES, _DAILY_CYCLE)
    return warm / params.warm_unloading + wind / params.wind_unloading


def step(
    state: BranchSnow,
    snowfall: jax.Array,
    potential_sublimation: jax.Array,
    leaves: jax.Array,
    tas: jax.Array,
    wind: jax.Array,
    params: BranchSnowParams,
    dt: float = SECONDS_PER_DAY,
) -> tuple[BranchSnow, BranchSnowFluxes]:
    """A day of snowfall [kg m-2 s-1] on plants of a leaf area `leaves` that stands out of snow, all (cell,).

    They catch 1 - exp(-catch leaves) and hold no more than their capacity; the load slides off by `unloading_rate`,
    implicit in time; of what stays the air takes up to the potential [kg m-2 s-1]. Mass closes exactly:
    snowfall = fallen + sublimation + change of mass / dt.
    """
    arrived = snowfall * dt
    caught = -arrived * jnp.expm1(-params.catch * leaves)
    offered = state.mass + caught
    held = smooth_minimum(offered, params.capacity_per_leaf * leaves, 0.99)
    stayed = held / (1.0 + dt * unloading_rate(tas, wind, params))
    sublimated = smooth_minimum(stayed, potential_sublimation * dt, 0.99)
    fallen = (arrived - caught) + (offered - stayed)
    return BranchSnow(stayed - sublimated), BranchSnowFluxes(fallen / dt, sublimated / dt)
