"""The stores of carbon and nitrogen of the land, what a day brings and takes, and a land to begin with."""

from __future__ import annotations

from typing import Any, NamedTuple

import equinox as eqx
import numpy as np

from tenbin.core.arrays import jax, jnp
from tenbin.land import decomposition as decay
from tenbin.land import land_use, nitrogen
from tenbin.land import vegetation_carbon as plants
from tenbin.land.decomposition import Cascade, DecompositionParams
from tenbin.land.fire import DeadFuel, FireParams, dead_fuel
from tenbin.land.land_use import LandUseParams, WoodFate
from tenbin.land.nitrogen import MineralNitrogen, NitrogenParams
from tenbin.land.soil_grid import DEFAULT_GRID, SoilGrid
from tenbin.land.vegetation_carbon import DAY, VegetationCarbonParams, VegetationPools

__all__ = [
    "CARBON",
    "NITROGEN",
    "at",
    "both",
    "BiogeochemistryFluxes",
    "BiogeochemistryInputs",
    "BiogeochemistryParams",
    "BiogeochemistryState",
    "Constants",
    "carbon_total",
    "held_in_memory",
    "initial_state",
    "nitrogen_total",
    "prepare",
]


CARBON, NITROGEN = 0, 1
"""Places along the first axis of every store that holds both."""


class BiogeochemistryState(NamedTuple):
    """Everything the land stores of carbon and nitrogen [kg m-2]: carbon first along an axis of two.

    `living` (2, cell) for each organ; `dead` (2, 6, cell) in the order of `decomposition.POOLS`; `products`
    (2, 2, cell) goods of about 10 and of 100 years; mineral nitrogen (cell,) each; `full_leaf` [kg C m-2] the leaf
    carbon of a full canopy; `mean_npp` [kg C m-2 yr-1] a one-year running mean.
    """

    living: VegetationPools
    dead: jax.Array
    products: jax.Array
    mineral: MineralNitrogen
    full_leaf: jax.Array
    mean_npp: jax.Array

    @property
    def vegetation(self) -> VegetationPools:
        """Carbon of living plants [kg C m-2], (cell,) each."""
        return VegetationPools(*(organ[CARBON] for organ in self.living))

    @property
    def vegetation_nitrogen(self) -> VegetationPools:
        """Nitrogen of living plants [kg N m-2], (cell,) each."""
        return VegetationPools(*(organ[NITROGEN] for organ in self.living))

    @property
    def litter(self) -> jax.Array:
        """Carbon of metabolic, structural and coarse litter (3, cell) [kg C m-2]."""
        return self.dead[CARBON, :3]

    @property
    def soil(self) -> jax.Array:
        """Carbon of active, slow and passive soil matter (3, cell) [kg C m-2]."""
        return self.dead[CARBON, 3:]


class BiogeochemistryParams(eqx.Module):
    """All that a calibration may touch in the cycles of carbon and nitrogen."""

    vegetation: VegetationCarbonParams = eqx.field(default_factory=VegetationCarbonParams)
    decomposition: DecompositionParams = eqx.field(default_factory=DecompositionParams)
    nitrogen: NitrogenParams = eqx.field(default_factory=NitrogenParams)
    fire: FireParams = eqx.field(default_factory=FireParams)
    land_use: LandUseParams = eqx.field(default_factory=LandUseParams)


class BiogeochemistryInputs(NamedTuple):
    """What one day brings, (cell,) unless said otherwise.

    `gpp`, `leaf_respiration` [kg C m-2 s-1]; `lai_target` [1]; `tas` [K]; `soil_temperature` [K] and
    `soil_saturation` [1, liquid] (layer, cell), the latter may have fewer layers; `drainage` [kg m-2 s-1];
    `soil_water` [kg m-2]; `deposition`, `fertiliser` [kg N m-2 s-1]; `burned_fraction`, `conversion`,
    `wood_harvest` [s-1]; `sand`, `clay` [1]; `oxygen` [0..1] slows decay in wetlands; `fuel_moisture` [0..1].
    """

    gpp: jax.Array
    leaf_respiration: jax.Array
    lai_target: jax.Array
    tas: jax.Array
    soil_temperature: jax.Array
    soil_saturation: jax.Array
    drainage: jax.Array
    soil_water: jax.Array
    deposition: jax.Array
    fertiliser: jax.Array
    burned_fraction: jax.Array
    sand: jax.Array
    clay: jax.Array
    conversion: jax.Array | float = 0.0
    wood_harvest: jax.Array | float = 0.0
    oxygen: jax.Array | float = 1.0
    fuel_moisture: jax.Array | float = 0.3


class BiogeochemistryFluxes(NamedTuple):
    """Mean fluxes of a step, each (cell,): carbon [kg C m-2 s-1], nitrogen (`n_...`) [kg N m-2 s-1].

    Carbon leaves by `ra`, `rh`, `fire`, `clearing`, `harvest` and `product_decay`; it enters by `gpp`. `nee` is
    ra + rh - gpp, positive to the air. Nitrogen enters by `n_deposition`, `n_fertiliser`, `n_fixation` and
    `n_supplement` (nil unless nitrogen is declared unlimited) and leaves by `n_leaching`, `n_fire` (with
    clearing), `n_harvest` and `n_product`. `growth_limitation` [0..1] is the share of growth nitrogen allows;
    `decay` (6, cell) [1] the share of each dead pool that decayed in the step and `decayed` (6, cell) its carbon.
    """

    gpp: jax.Array
    npp: jax.Array
    nee: jax.Array
    ra: jax.Array
    ra_leaf: jax.Array
    ra_wood: jax.Array
    ra_root: jax.Array
    ra_growth: jax.Array
    growth_wood: jax.Array
    growth_root: jax.Array
    rh: jax.Array
    litterfall_leaf: jax.Array
    litterfall_wood: jax.Array
    litterfall_root: jax.Array
    fire: jax.Array
    clearing: jax.Array
    harvest: jax.Array
    product_decay: jax.Array
    n_deposition: jax.Array
    n_fertiliser: jax.Array
    n_fixation: jax.Array
    n_supplement: jax.Array
    n_uptake: jax.Array
    n_net_mineralisation: jax.Array
    n_leaching: jax.Array
    n_fire: jax.Array
    n_harvest: jax.Array
    n_product: jax.Array
    growth_limitation: jax.Array
    decay: jax.Array
    decayed: jax.Array


def _total(state: BiogeochemistryState, element: int) -> jax.Array:
    living = state.living
    plants = living.leaf[element] + living.wood[element] + living.root[element] + living.reserve[element]
    return plants + jnp.sum(state.dead[element], axis=0) + jnp.sum(state.products[element], axis=0)


def carbon_total(state: BiogeochemistryState) -> jax.Array:
    """All carbon of the land [kg C m-2], (cell,)."""
    return _total(state, CARBON)


def nitrogen_total(state: BiogeochemistryState) -> jax.Array:
    """All nitrogen of the land [kg N m-2], (cell,)."""
    return _total(state, NITROGEN) + state.mineral.ammonium + state.mineral.nitrate


def initial_state(leaf_carbon: jax.Array, params: BiogeochemistryParams) -> BiogeochemistryState:
    """A young but living land, (cell,) in the shape and type of `leaf_carbon` [kg C m-2], to spin up from.

    Nitrogen stands at the usual ratio to carbon in every pool.
    """
    like, ratios = leaf_carbon, params.nitrogen
    woody = (params.vegetation.wood_allocation > 0.2).astype(like.dtype)
    wood, root = 4.0 * woody + 0.0 * like, 0.2 + 0.0 * like
    living = VegetationPools(
        jnp.stack([like, like / ratios.leaf_cn]),
        jnp.stack([wood, wood / ratios.wood_cn]),
        jnp.stack([root, root / ratios.root_cn]),
        jnp.stack([0.1 + 1.3 * like, 0.5 * (like / ratios.leaf_cn + root / ratios.root_cn)]),
    )
    carbon = jnp.stack([amount + 0.0 * like for amount in (0.1, 0.4, 0.5, 0.2, 4.0, 4.0)])
    litter_cn = (ratios.leaf_cn, ratios.structural_cn, ratios.wood_cn)
    dead_cn = decay.rows(*litter_cn, ratios.active_cn, ratios.slow_cn, ratios.passive_cn)
    state = BiogeochemistryState(
        living,
        jnp.stack([carbon, carbon / dead_cn]),
        jnp.zeros((2, 2, *like.shape), like.dtype),
        MineralNitrogen(1.0e-3 + 0.0 * like, 1.0e-3 + 0.0 * like),
        full_leaf=like,
        mean_npp=0.4 + 0.0 * like,
    )
    return jax.tree.map(lambda pool: pool.astype(like.dtype), state)


class Constants(NamedTuple):
    """What follows from parameters and soil alone and need not be worked out again each day: see `prepare`.

    `living` carbon and nitrogen per new carbon of leaf, wood and root, (2, 1 or cell) each; `dead_nitrogen`
    (6, 1 or cell) nitrogen that the heirs of decayed carbon need; `soil` carbon and nitrogen per carbon that the
    active, slow and passive pools gain, (2, 1 or cell) each.
    """

    cascade: Cascade
    turnover: tuple[jax.Array, jax.Array, jax.Array]
    living: plants.Growth
    dead_nitrogen: jax.Array
    soil: tuple[jax.Array, jax.Array, jax.Array]
    wood_fate: WoodFate
    product_decay: jax.Array
    fuel: DeadFuel


def prepare(
    params: BiogeochemistryParams,
    sand: jax.Array,
    n_layer: int,
    *,
    grid: SoilGrid = DEFAULT_GRID,
    dt: float = DAY,
) -> Constants:
    """Rates and ratios that stay the same from day to day, to be made once and handed to every `step`.

    `sand` [0..1] (cell,), `n_layer` the number of soil layers whose moisture is given.
    """
    plan = decay.cascade(sand, params.decomposition, n_layer, grid=grid, dt=dt)
    rates, ratios = params.vegetation, params.nitrogen
    one = jnp.ones_like(ratios.root_cn)
    active, slow, passive = (decay.rows(one, n) for n in nitrogen.soil_nitrogen_per_carbon(ratios))
    return Constants(
        plan,
        (
            plants.turnover_fraction(rates.leaf_turnover, dt=dt),
            plants.turnover_fraction(rates.wood_turnover, dt=dt),
            plants.turnover_fraction(rates.root_turnover, dt=dt),
        ),
        plants.Growth(
            *(decay.rows(one, 1.0 / cn) for cn in (ratios.leaf_cn, ratios.wood_cn, ratios.root_cn))
        ),
        nitrogen.nitrogen_per_carbon(plan, ratios),
        (active, slow, passive),
        land_use.cleared_wood(params.land_use),
        land_use.product_decay(params.land_use, dt=dt),
        dead_fuel(params.fire),
    )


def at(place: int, length: int, values: jax.Array) -> jax.Array:
    """`values` (..., cell) at `place` of a new axis of `length` before the cells, and nil elsewhere.

    A choice by a fixed mask: compilers make branches of concatenation that cost more than the sums.
    """
    return jnp.where(np.arange(length)[:, None] == place, values[..., None, :], 0.0)


def both(carbon: jax.Array, nitrogen: jax.Array) -> jax.Array:
    """Carbon and nitrogen (cell,) in one array (2, cell)."""
    return jnp.where(np.arange(2)[:, None] == CARBON, carbon, nitrogen)


def held_in_memory(values: Any, ones: jax.Array) -> Any:
    """`values` themselves, worked out once and kept: they are divided by some of the `ones` of `unseen_ones`.

    What several results need the compiler would otherwise work out again in the loop of each result, as it takes
    sums and products for cheaper than memory; a division it keeps, unless the divisor is broadcast. Slopes, which
    flow back through the same division, are kept likewise. `ones` (2, 6, cell) serve values (cell,), (2, cell),
    (6, cell) and (2, 6, cell).
    """
    some = {x.shape: x for x in (ones, ones[0], ones[:, 0], ones[0, 0])}
    return jax.tree.map(lambda value: value / some[value.shape], values)
