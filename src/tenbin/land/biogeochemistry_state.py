"""The stores of carbon and nitrogen of the land, what a day brings and takes, and a land to begin with."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax
from tenbin.land import decomposition as decay
from tenbin.land import land_use, nitrogen
from tenbin.land import vegetation_carbon as plants
from tenbin.land.decomposition import Cascade, DecompositionParams, LitterPools, SoilPools
from tenbin.land.fire import FireParams
from tenbin.land.land_use import LandUseParams, ProductPools, WoodFate
from tenbin.land.nitrogen import MineralNitrogen, NitrogenParams
from tenbin.land.soil_grid import DEFAULT_GRID, SoilGrid
from tenbin.land.vegetation_carbon import DAY, VegetationCarbonParams, VegetationPools

__all__ = [
    "BiogeochemistryFluxes",
    "BiogeochemistryInputs",
    "BiogeochemistryParams",
    "BiogeochemistryState",
    "Constants",
    "carbon_total",
    "initial_state",
    "nitrogen_total",
    "prepare",
]


class BiogeochemistryState(NamedTuple):
    """Everything the land stores of carbon and nitrogen [kg m-2], each array (cell,).

    `full_leaf` [kg C m-2] is the leaf carbon of a full canopy, `mean_npp` [kg C m-2 yr-1] a one-year running mean.
    """

    vegetation: VegetationPools
    litter: LitterPools
    soil: SoilPools
    products: ProductPools
    vegetation_nitrogen: VegetationPools
    litter_nitrogen: LitterPools
    soil_nitrogen: SoilPools
    products_nitrogen: ProductPools
    mineral: MineralNitrogen
    full_leaf: jax.Array
    mean_npp: jax.Array


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
    clearing), `n_harvest` and `n_product`. `growth_limitation` [0..1] is the share of growth nitrogen allows.
    """

    gpp: jax.Array
    npp: jax.Array
    nee: jax.Array
    ra: jax.Array
    ra_leaf: jax.Array
    ra_wood: jax.Array
    ra_root: jax.Array
    ra_growth: jax.Array
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
    decay: tuple[jax.Array, ...]


def carbon_total(state: BiogeochemistryState) -> jax.Array:
    """All carbon of the land [kg C m-2], (cell,)."""
    pools = (*state.vegetation, *state.litter, *state.soil, *state.products)
    return sum(pools[1:], pools[0])


def nitrogen_total(state: BiogeochemistryState) -> jax.Array:
    """All nitrogen of the land [kg N m-2], (cell,)."""
    living = (*state.vegetation_nitrogen, *state.products_nitrogen, *state.mineral)
    return sum((*living[1:], *state.litter_nitrogen, *state.soil_nitrogen), living[0])


def initial_state(leaf_carbon: jax.Array, params: BiogeochemistryParams) -> BiogeochemistryState:
    """A young but living land, (cell,) in the shape and type of `leaf_carbon` [kg C m-2], to spin up from.

    Nitrogen stands at the usual ratio to carbon in every pool.
    """
    like, ratios = leaf_carbon, params.nitrogen
    woody = (params.vegetation.wood_allocation > 0.2).astype(like.dtype)
    vegetation = VegetationPools(like, 4.0 * woody + 0.0 * like, 0.2 + 0.0 * like, 0.1 + 1.3 * like)
    litter = LitterPools(*(amount + 0.0 * like for amount in (0.1, 0.4, 0.5)))
    soil = SoilPools(*(amount + 0.0 * like for amount in (0.2, 4.0, 4.0)))
    products = ProductPools(0.0 * like, 0.0 * like)
    living_cn = (ratios.leaf_cn, ratios.wood_cn, ratios.root_cn)
    living = [c / cn for c, cn in zip(vegetation[:3], living_cn, strict=True)]
    dead_cn = (ratios.leaf_cn, ratios.structural_cn, ratios.wood_cn)
    soil_cn = (ratios.active_cn, ratios.slow_cn, ratios.passive_cn)
    state = BiogeochemistryState(
        vegetation,
        litter,
        soil,
        products,
        VegetationPools(living[0], living[1], living[2], 0.5 * (living[0] + living[2])),
        LitterPools(*(c / cn for c, cn in zip(litter, dead_cn, strict=True))),
        SoilPools(*(c / cn for c, cn in zip(soil, soil_cn, strict=True))),
        ProductPools(0.0 * like, 0.0 * like),
        MineralNitrogen(1.0e-3 + 0.0 * like, 1.0e-3 + 0.0 * like),
        full_leaf=like,
        mean_npp=0.4 + 0.0 * like,
    )
    return jax.tree.map(lambda pool: pool.astype(like.dtype), state)


class Constants(NamedTuple):
    """What follows from parameters and soil alone and need not be worked out again each day: see `prepare`."""

    cascade: Cascade
    turnover: tuple[jax.Array, jax.Array, jax.Array]
    living_nitrogen: tuple[jax.Array, jax.Array, jax.Array]
    dead_nitrogen: tuple[jax.Array, ...]
    soil_nitrogen: tuple[jax.Array, jax.Array, jax.Array]
    wood_fate: WoodFate
    product_decay: ProductPools


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
    return Constants(
        plan,
        (
            plants.turnover_fraction(rates.leaf_turnover, dt=dt),
            plants.turnover_fraction(rates.wood_turnover, dt=dt),
            plants.turnover_fraction(rates.root_turnover, dt=dt),
        ),
        (1.0 / ratios.leaf_cn, 1.0 / ratios.wood_cn, 1.0 / ratios.root_cn),
        nitrogen.nitrogen_per_carbon(plan, ratios),
        (1.0 / ratios.active_cn, 1.0 / ratios.slow_cn, 1.0 / ratios.passive_cn),
        land_use.cleared_wood(params.land_use),
        land_use.product_decay(params.land_use, dt=dt),
    )
