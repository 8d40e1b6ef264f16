"""How plants breathe and grow in one step, as far as carbon, warmth and nitrogen allow."""

from __future__ import annotations

from typing import NamedTuple

from tenbin.core.arrays import jax, jnp
from tenbin.land import nitrogen
from tenbin.land import vegetation_carbon as plants
from tenbin.land.biogeochemistry_state import (
    BiogeochemistryInputs,
    BiogeochemistryParams,
    BiogeochemistryState,
    Constants,
)
from tenbin.land.vegetation_carbon import VegetationPools

__all__ = ["Grown", "after_growth", "breathe", "grow"]


class Grown(NamedTuple):
    """What breathing and growing took and gave in one step [kg m-2]."""

    breath: plants.Maintenance
    new: plants.Growth
    cost: jax.Array
    need: plants.Growth
    total_need: jax.Array
    supplement: jax.Array
    limitation: jax.Array
    leaf_fall: jax.Array
    full_leaf: jax.Array


_EXCESS_RESPIRED = 0.3
"""Share of the carbon denied to growth by nitrogen that is breathed [1], own choice; the rest stays stored."""


def breathe(
    state: BiogeochemistryState,
    inputs: BiogeochemistryInputs,
    root_temperature: jax.Array,
    params: BiogeochemistryParams,
    dt: float,
) -> plants.Maintenance:
    """Maintenance respiration; that of roots follows their nitrogen."""
    root = state.vegetation_nitrogen.root * params.nitrogen.root_cn
    weather = (inputs.gpp, inputs.leaf_respiration, inputs.tas, root_temperature)
    return plants.maintenance(state.vegetation, root, *weather, params.vegetation, dt=dt)


def grow(
    state: BiogeochemistryState,
    inputs: BiogeochemistryInputs,
    breath: plants.Maintenance,
    params: BiogeochemistryParams,
    fixed: Constants,
    limited: bool,
    dt: float,
) -> Grown:
    """Grow as far as carbon, warmth and nitrogen allow; what nitrogen denies is stored or breathed."""
    p, store = params.vegetation, state.vegetation_nitrogen.reserve
    target = inputs.lai_target * p.leaf_carbon_per_area
    full_leaf = plants.remembered_leaf(state.full_leaf, target, dt=dt)
    wanted, leaf_fall = plants.leaf_balance(state.vegetation.leaf, target, p, dt=dt)
    activity = plants.growth_activity(inputs.tas, p)
    able = plants.potential_growth(breath.reserve, wanted, full_leaf, activity, p, dt=dt)
    need = plants.Growth(*(x * ratio for x, ratio in zip(able, fixed.living_nitrogen, strict=True)))
    total = need.leaf + need.wood + need.root
    limit = (
        nitrogen.growth_limitation(store, total, params.nitrogen, dt=dt) if limited else jnp.ones_like(total)
    )
    supplement = jnp.zeros_like(total) if limited else jnp.maximum(total - store, 0.0)
    made, per_made = able.leaf + able.wood + able.root, 1.0 / (1.0 - p.growth_respiration)
    cost = made * ((per_made - 1.0) * limit + per_made * _EXCESS_RESPIRED * (1.0 - limit))
    new, used = (plants.Growth(*(x * limit for x in amounts)) for amounts in (able, need))
    return Grown(breath, new, cost, used, total * limit, supplement, limit, leaf_fall, full_leaf)


def after_growth(
    state: BiogeochemistryState, grown: Grown
) -> tuple[VegetationPools, VegetationPools, jax.Array]:
    """Carbon and nitrogen of plants once they have grown, and the carbon spent on tissue [kg m-2]."""
    carbon, held, new, need = state.vegetation, state.vegetation_nitrogen, grown.new, grown.need
    spent = new.leaf + new.wood + new.root + grown.cost
    store = held.reserve + grown.supplement - grown.total_need
    return (
        VegetationPools(
            carbon.leaf + new.leaf,
            carbon.wood + new.wood,
            carbon.root + new.root,
            jnp.maximum(grown.breath.reserve - spent, 0.0),
        ),
        VegetationPools(
            held.leaf + need.leaf, held.wood + need.wood, held.root + need.root, jnp.maximum(store, 0.0)
        ),
        spent,
    )
