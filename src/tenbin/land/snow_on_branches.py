"""Snow on branches: what plants catch of falling snow, and what the air takes of it before it slides to the ground.

Catch and capacity are those of CLM5 (Lawrence et al. 2019, J. Adv. Model. Earth Syst. 11, 4245). Full branches lose
snow as wet leaves lose rain, but by the deficit over ice; less full ones lose less, as Pomeroy et al. 1998 (Hydrol.
Process. 12, 2317) found in boreal forest.
"""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import SECONDS_PER_DAY
from tenbin.core.limits import larger, within
from tenbin.core.logarithm import log
from tenbin.core.params import param
from tenbin.land.smoothing import smooth_minimum, smooth_positive

__all__ = ["BranchSnow", "BranchSnowFluxes", "BranchSnowParams", "exposed", "step", "unloading_rate"]

_SLIDES = 270.15
"""Temperature [K] above which snow slides off (Roesch et al. 2001)."""
_DAILY_CYCLE = 1.0
"""Width of that threshold [K] for the mean of a day, own choice."""
_EXPOSED = 0.6
"""Power of the load, as a share of capacity, with which snow meets the air: an exposure per mass that falls with the
power 0.4 (Pomeroy et al. 1998)."""


_TRACE = 1e-12
"""Less snow than this [kg m-2] is none; it keeps a quotient of nothing by nothing finite."""


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
    cold_unloading: jax.Array = param(
        6.4e-7,
        "s-1",
        bounds=(1e-7, 2e-5),
        prior_sd=4e-7,
        source="0.678 of a load is left after a week in the cold of boreal forest: Hedstrom and Pomeroy 1998,"
        " Hydrol. Process. 12, 1611; wind of 3 m s-1 would take half in 10 h by Roesch et al. 2001",
        transform="log",
    )


class BranchSnow(NamedTuple):
    """Snow held on branches at the end of the day [kg m-2], (cell,)."""

    mass: jax.Array


class BranchSnowFluxes(NamedTuple):
    """Snow past and off the branches to the ground, and from them to the air [kg m-2 s-1], each (cell,)."""

    fallen: jax.Array
    sublimation: jax.Array


def unloading_rate(tas: jax.Array, params: BranchSnowParams) -> jax.Array:
    """Share of the load that slides off in a second [s-1] with air at `tas` [K]."""
    return params.cold_unloading + smooth_positive(tas - _SLIDES, _DAILY_CYCLE) / params.warm_unloading


def exposed(mass: jax.Array, capacity: jax.Array) -> jax.Array:
    """Surface of a load of snow [kg m-2] that meets the air over that of a full one [1]."""
    filled = within(mass / larger(capacity, 1e-3), 1e-5, 1.0)
    return jnp.exp(_EXPOSED * log(filled))


def step(
    state: BranchSnow,
    snowfall: jax.Array,
    potential_sublimation: jax.Array,
    leaves: jax.Array,
    tas: jax.Array,
    params: BranchSnowParams,
    dt: float = SECONDS_PER_DAY,
) -> tuple[BranchSnow, BranchSnowFluxes]:
    """A day of snowfall [kg m-2 s-1] on plants of a leaf area `leaves` that stands out of snow, all (cell,).

    They catch 1 - exp(-catch leaves) and hold no more than their capacity; the load slides off by `unloading_rate`
    and meanwhile the air takes the potential of full branches [kg m-2 s-1] times what is `exposed`, both implicit in
    time. Mass closes exactly: snowfall = fallen + sublimation + change of mass / dt.
    """
    arrived = snowfall * dt
    caught = -arrived * jnp.expm1(-params.catch * leaves)
    offered = state.mass + caught
    capacity = params.capacity_per_leaf * leaves
    held = smooth_minimum(offered, capacity, 0.99)
    slid = dt * unloading_rate(tas, params)
    taken = potential_sublimation * dt * exposed(held, capacity)
    # held / (1 + slid + taken / held), of which no part is a difference: traces of snow keep their digits
    part = held / (held * (1.0 + slid) + taken + _TRACE)
    fallen = (arrived - caught) + (offered - held) + slid * held * part + _TRACE * part
    return BranchSnow(held * part), BranchSnowFluxes(fallen / dt, taken * part / dt)
