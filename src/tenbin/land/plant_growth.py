"""How plants breathe and grow in one step, as far as carbon, warmth and nitrogen allow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import larger
from tenbin.land import nitrogen
from tenbin.land import vegetation_carbon as plants
from tenbin.land.biogeochemistry_state import (
    CARBON,
    NITROGEN,
    BiogeochemistryInputs,
    BiogeochemistryParams,
    BiogeochemistryState,
    Constants,
    both,
)
from tenbin.land.vegetation_carbon import VegetationPools

__all__ = ["Grown", "after_growth", "breathe", "grow"]


class Grown(NamedTuple):
    """What breathing and growing took and gave in one step [kg m-2]; `new` tissue (2, cell) of carbon and nitrogen.

    `cost` is the carbon breathed to grow, `spent` that and the tissue's; `total_need` the tissue's nitrogen.
    """

    breath: plants.Maintenance
    new: plants.Growth
    cost: jax.Array
    spent: jax.Array
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
    root = state.living.root[NITROGEN] * params.nitrogen.root_cn
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
    hold: Callable[[Any], Any],
) -> Grown:
    """Grow as far as carbon, warmth and nitrogen allow; what nitrogen denies is stored or breathed.

    `hold` keeps in memory what many results need.
    """
    p, store = params.vegetation, state.living.reserve[NITROGEN]
    target = inputs.lai_target * p.leaf_carbon_per_area
    full_leaf = plants.remembered_leaf(state.full_leaf, target, dt=dt)
    wanted, leaf_fall = plants.leaf_balance(state.living.leaf[CARBON], target, p, dt=dt)
    activity = plants.growth_activity(inputs.tas, p)
    able = hold(plants.potential_growth(breath.reserve, wanted, full_leaf, activity, p, dt=dt))
    need = hold(sum(part * ratio[NITROGEN] for part, ratio in zip(able, fixed.living, strict=True)))
    limit = (
        nitrogen.growth_limitation(store, need, params.nitrogen, dt=dt) if limited else jnp.ones_like(need)
    )
    supplement = jnp.zeros_like(need) if limited else larger(need - store, 0.0)
    made, per_made = able.leaf + able.wood + able.root, 1.0 / (1.0 - p.growth_respiration)
    cost = hold(made * ((per_made - 1.0) * limit + per_made * _EXCESS_RESPIRED * (1.0 - limit)))
    new = plants.Growth(*(part * (limit * ratio) for part, ratio in zip(able, fixed.living, strict=True)))
    spent = hold(made * limit + cost)
    return Grown(breath, hold(new), cost, spent, need * limit, supplement, limit, leaf_fall, full_leaf)


def after_growth(state: BiogeochemistryState, grown: Grown) -> VegetationPools:
    """Carbon and nitrogen of plants once they have grown [kg m-2], (2, cell) each."""
    living, new = state.living, grown.new
    store = living.reserve[NITROGEN] + grown.supplement - grown.total_need
    reserve = both(grown.breath.reserve - grown.spent, store)
    return VegetationPools(
        living.leaf + new.leaf, living.wood + new.wood, living.root + new.root, larger(reserve, 0.0)
    )
