"""What a fire over a known burned area turns to smoke, and what it kills and leaves to rot."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import within
from tenbin.core.params import param
from tenbin.land.decomposition import rows

__all__ = [
    "DeadFuel",
    "FireLosses",
    "FireParams",
    "burned_share",
    "completeness",
    "dead_burnt",
    "dead_fuel",
    "losses",
]

_GFED = "van der Werf et al. 2010, Atmos. Chem. Phys. 10, 11707, table 3"


class FireParams(eqx.Module):
    """Completeness of combustion in wet and dry fuel, and mortality where it has burned."""

    leaf_wet: jax.Array = param(
        0.80, "1", bounds=(0.0, 1.0), prior_sd=0.1, source=_GFED + ": leaves 0.8 to 1"
    )
    leaf_dry: jax.Array = param(
        1.00, "1", bounds=(0.0, 1.0), prior_sd=0.1, source=_GFED + ": leaves 0.8 to 1"
    )
    wood_wet: jax.Array = param(
        0.20, "1", bounds=(0.0, 1.0), prior_sd=0.1, source=_GFED + ": stems 0.2 to 0.4"
    )
    wood_dry: jax.Array = param(
        0.40, "1", bounds=(0.0, 1.0), prior_sd=0.1, source=_GFED + ": stems 0.2 to 0.4"
    )
    litter_wet: jax.Array = param(
        0.90, "1", bounds=(0.0, 1.0), prior_sd=0.1, source=_GFED + ": litter 0.9 to 1"
    )
    litter_dry: jax.Array = param(
        1.00, "1", bounds=(0.0, 1.0), prior_sd=0.1, source=_GFED + ": litter 0.9 to 1"
    )
    coarse_wet: jax.Array = param(
        0.40, "1", bounds=(0.0, 1.0), prior_sd=0.1, source=_GFED + ": dead wood 0.4 to 0.6"
    )
    coarse_dry: jax.Array = param(
        0.60, "1", bounds=(0.0, 1.0), prior_sd=0.1, source=_GFED + ": dead wood 0.4 to 0.6"
    )
    soil_dry: jax.Array = param(
        [0.0, 0.0, 0.0, 0.005, 0.0, 0.04, 0.04, 0.0, 0.0, 0.0, 0.03, 0.0, 0.0],
        "1",
        bounds=(0.0, 0.5),
        prior_sd=0.02,
        source="van Leeuwen et al. 2014, Biogeosciences 11, 7305: boreal ground fuel, as a share of the slow pool",
    )
    mortality: jax.Array = param(
        [0.8, 0.3, 0.5, 0.6, 0.5, 0.8, 0.4, 0.6, 0.9, 0.9, 0.8, 0.9, 0.8],
        "1",
        bounds=(0.0, 1.0),
        prior_sd=0.2,
        source="Rogers et al. 2015, Nat. Geosci. 8, 228 (boreal); the others an own choice; grass: its tops",
    )
    root_mortality: jax.Array = param(
        [0.8, 0.3, 0.4, 0.6, 0.4, 0.8, 0.4, 0.2, 0.05, 0.05, 0.1, 0.3, 0.1],
        "1",
        bounds=(0.0, 1.0),
        prior_sd=0.2,
        source="own choice: as the tops where trees die, little where plants sprout again",
    )


class FireLosses(NamedTuple):
    """Shares of living organs that one step's fires burn or kill [0..1], each (cell,)."""

    leaf_burnt: jax.Array
    leaf_killed: jax.Array
    wood_burnt: jax.Array
    wood_killed: jax.Array
    root_killed: jax.Array


def burned_share(rate: jax.Array, *, dt: float) -> jax.Array:
    """Share of the ground burned in one step [0..1] at a `rate` [s-1]; no ground burns twice in a step."""
    return within(rate * dt, 0.0, 1.0)


def completeness(wet: jax.Array, dry: jax.Array, moisture: jax.Array | float) -> jax.Array:
    """Share of exposed fuel that burns [0..1], linear in fuel `moisture` [0 dry .. 1 wet] (van der Werf 2010)."""
    return dry + (wet - dry) * moisture


def losses(burned: jax.Array, moisture: jax.Array | float, params: FireParams) -> FireLosses:
    """Shares of organs lost on a step in which `burned` [0..1] of the ground burns at fuel `moisture` [0..1]."""
    killed = burned * params.mortality
    leaf = completeness(params.leaf_wet, params.leaf_dry, moisture)
    wood = completeness(params.wood_wet, params.wood_dry, moisture)
    return FireLosses(
        leaf_burnt=killed * leaf,
        leaf_killed=killed * (1.0 - leaf),
        wood_burnt=killed * wood,
        wood_killed=killed * (1.0 - wood),
        root_killed=burned * params.root_mortality,
    )


class DeadFuel(NamedTuple):
    """Completeness of combustion of the six dead pools in `wet` and `dry` fuel [0..1], (6, 1 or cell)."""

    wet: jax.Array
    dry: jax.Array


def dead_fuel(params: FireParams) -> DeadFuel:
    """Litter, dead wood and the slow soil pool burn, the last only when dry; pools in the order of decomposition."""
    none = jnp.zeros_like(params.litter_wet)
    return DeadFuel(
        rows(params.litter_wet, params.litter_wet, params.coarse_wet, none, none, none),
        rows(params.litter_dry, params.litter_dry, params.coarse_dry, none, params.soil_dry, none),
    )


def dead_burnt(burned: jax.Array, moisture: jax.Array | float, fuel: DeadFuel) -> jax.Array:
    """Shares of the six dead pools (6, cell) that burn on a step in which `burned` [0..1] of the ground burns."""
    return burned * completeness(fuel.wet, fuel.dry, moisture)
