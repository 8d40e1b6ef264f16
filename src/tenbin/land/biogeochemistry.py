"""One day of the land's carbon and nitrogen: growth, shedding, clearing, fire, decay and the trade in nitrogen."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.land import decomposition as decay
from tenbin.land import fire, land_use, nitrogen
from tenbin.land import vegetation_carbon as plants
from tenbin.land.decomposition import DecompositionParams, LitterPools, SoilPools
from tenbin.land.fire import FireParams
from tenbin.land.land_use import LandUseParams, ProductPools
from tenbin.land.nitrogen import MineralNitrogen, NitrogenParams
from tenbin.land.soil_grid import DEFAULT_GRID, SoilGrid
from tenbin.land.vegetation_carbon import DAY, YEAR, VegetationCarbonParams, VegetationPools

__all__ = [
    "BiogeochemistryFluxes",
    "BiogeochemistryInputs",
    "BiogeochemistryParams",
    "BiogeochemistryState",
    "carbon_total",
    "initial_state",
    "nitrogen_total",
    "step",
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


class BiogeochemistryParams(eqx.Module):
    """All that a calibration may touch in the cycles of carbon and nitrogen."""

    vegetation: VegetationCarbonParams = eqx.field(default_factory=VegetationCarbonParams)
    decomposition: DecompositionParams = eqx.field(default_factory=DecompositionParams)
    nitrogen: NitrogenParams = eqx.field(default_factory=NitrogenParams)
    fire: FireParams = eqx.field(default_factory=FireParams)
    land_use: LandUseParams = eqx.field(default_factory=LandUseParams)


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
    return sum(
        (sum(pool) for pool in (state.vegetation, state.litter, state.soil, state.products)),
        0.0 * state.full_leaf,
    )


def nitrogen_total(state: BiogeochemistryState) -> jax.Array:
    """All nitrogen of the land [kg N m-2], (cell,)."""
    pools = (
        state.vegetation_nitrogen,
        state.litter_nitrogen,
        state.soil_nitrogen,
        state.products_nitrogen,
        state.mineral,
    )
    return sum((sum(pool) for pool in pools), 0.0 * state.full_leaf)


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
        VegetationPools(*living, 0.5 * (living[0] + living[2])),
        LitterPools(*(c / cn for c, cn in zip(litter, dead_cn, strict=True))),
        SoilPools(*(c / cn for c, cn in zip(soil, soil_cn, strict=True))),
        ProductPools(0.0 * like, 0.0 * like),
        MineralNitrogen(1.0e-3 + 0.0 * like, 1.0e-3 + 0.0 * like),
        full_leaf=like,
        mean_npp=0.4 + 0.0 * like,
    )
    return jax.tree.map(lambda pool: pool.astype(like.dtype), state)


class _Litterfall(NamedTuple):
    """Dead matter of one step by organ [kg m-2], carbon or nitrogen; `wood` is all that becomes dead wood."""

    leaf: jax.Array
    root: jax.Array
    wood: jax.Array


class _Losses(NamedTuple):
    """Carbon or nitrogen that leaves the plants otherwise than by breath [kg m-2]."""

    fire: jax.Array
    clearing: jax.Array
    harvest: jax.Array
    to_fast: jax.Array
    to_slow: jax.Array


class _Shed(NamedTuple):
    """Shares of the organs lost in one step [0..1], applied one after another: shed, cut or cleared, burnt."""

    leaf: jax.Array
    wood: jax.Array
    root: jax.Array
    cleared: jax.Array
    cut: jax.Array
    fire: fire.FireLosses


def _bring_out(
    pools: VegetationPools,
    shed: _Shed,
    harvested: jax.Array,
    params: LandUseParams,
    drawn_back: jax.Array | float = 0.0,
) -> tuple[VegetationPools, _Litterfall, _Losses]:
    """Take what is shed, harvested, cleared and burnt out of the plants; the same shares for carbon and nitrogen.

    `drawn_back` [1] of what leaves would shed goes to the reserve first: nitrogen does, carbon does not.
    """
    fate, burn = land_use.cleared_wood(params), shed.fire
    leaf_shed, wood_shed, root_shed = pools.leaf * shed.leaf, pools.wood * shed.wood, pools.root * shed.root
    leaf, wood, root = pools.leaf - leaf_shed, pools.wood - wood_shed, pools.root - root_shed
    back = leaf_shed * drawn_back
    leaf_shed, reserve = leaf_shed - back, pools.reserve + back
    leaf_cut, root_cut, reserve_cut = (x * shed.cleared for x in (leaf, root, reserve))
    wood_cleared = wood * shed.cleared
    wood_cut = (wood - wood_cleared) * shed.cut
    leaf, wood, root = leaf - leaf_cut, wood - wood_cleared - wood_cut, root - root_cut
    reserve = reserve - reserve_cut
    leaf_burnt, wood_burnt = leaf * burn.leaf_burnt, wood * burn.wood_burnt
    leaf_dead, wood_dead = leaf * burn.leaf_killed, wood * burn.wood_killed
    root_dead, reserve_dead = root * burn.root_killed, reserve * burn.root_killed
    crop = leaf_shed * harvested
    left = VegetationPools(
        leaf - leaf_burnt - leaf_dead, wood - wood_burnt - wood_dead, root - root_dead, reserve - reserve_dead
    )
    leaf_slash = leaf_cut * (1.0 - fate.burnt)
    litter = _Litterfall(
        leaf=leaf_shed - crop + leaf_slash + leaf_dead,
        root=root_shed + root_cut + reserve_cut + root_dead + reserve_dead,
        wood=wood_shed + wood_cleared * fate.slash + wood_cut * 0.3 + wood_dead,
    )
    lost = _Losses(
        fire=leaf_burnt + wood_burnt,
        clearing=(leaf_cut - leaf_slash) + wood_cleared * fate.burnt,
        harvest=crop,
        to_fast=wood_cleared * fate.fast + wood_cut * 0.5,
        to_slow=wood_cleared * fate.slow + wood_cut * 0.2,
    )
    return left, litter, lost


class _Grown(NamedTuple):
    """Plants after breathing and growing, and what that took [kg m-2]."""

    carbon: VegetationPools
    nitrogen: VegetationPools
    kept_alive: plants.Maintenance
    growth_cost: jax.Array
    supplement: jax.Array
    limitation: jax.Array
    leaf_fall: jax.Array
    full_leaf: jax.Array


def _grow(
    state: BiogeochemistryState,
    inputs: BiogeochemistryInputs,
    root_temperature: jax.Array,
    params: BiogeochemistryParams,
    limited: bool,
    dt: float,
) -> _Grown:
    """Breathe, then grow as far as carbon, warmth and nitrogen allow."""
    carbon, stored, p = state.vegetation, state.vegetation_nitrogen, params.vegetation
    ratios = params.nitrogen
    alive = plants.maintenance(
        carbon,
        stored.root * ratios.root_cn,
        inputs.gpp,
        inputs.leaf_respiration,
        inputs.tas,
        root_temperature,
        p,
        dt=dt,
    )
    target = inputs.lai_target * p.leaf_carbon_per_area
    full_leaf = plants.remembered_leaf(state.full_leaf, target, dt=dt)
    wanted, leaf_fall = plants.leaf_balance(carbon.leaf, target, p, dt=dt)
    activity = plants.growth_activity(inputs.tas, p)
    new = plants.potential_growth(alive.reserve, wanted, full_leaf, activity, p, dt=dt)
    need = plants.Growth(new.leaf / ratios.leaf_cn, new.wood / ratios.wood_cn, new.root / ratios.root_cn)
    total_need = need.leaf + need.wood + need.root
    if limited:
        limit = nitrogen.growth_limitation(stored.reserve, total_need, ratios, dt=dt)
        supplement = jnp.zeros_like(total_need)
    else:
        limit = jnp.ones_like(total_need)
        supplement = jnp.maximum(total_need - stored.reserve, 0.0)
    made = (new.leaf + new.wood + new.root) * limit
    spent = made / (1.0 - p.growth_respiration)
    # Carbon that nitrogen denies growth is partly breathed, or the reserve would swell for ever.
    wasted = (spent / jnp.maximum(limit, 1e-6)) * (1.0 - limit) * _EXCESS_RESPIRED
    grown = VegetationPools(
        carbon.leaf + new.leaf * limit,
        carbon.wood + new.wood * limit,
        carbon.root + new.root * limit,
        jnp.maximum(alive.reserve - spent - wasted, 0.0),
    )
    holding = VegetationPools(
        stored.leaf + need.leaf * limit,
        stored.wood + need.wood * limit,
        stored.root + need.root * limit,
        jnp.maximum(stored.reserve + supplement - total_need * limit, 0.0),
    )
    cost = spent - made + wasted
    return _Grown(grown, holding, alive, cost, supplement, limit, leaf_fall, full_leaf)


_EXCESS_RESPIRED = 0.3
"""Share of the carbon denied to growth by nitrogen that is breathed [1], own choice; the rest stays stored."""


def _shares_lost(
    grown: _Grown, inputs: BiogeochemistryInputs, params: BiogeochemistryParams, dt: float
) -> _Shed:
    """How much of each organ is shed, cleared, cut and burnt in this step."""
    p, leaf = params.vegetation, grown.carbon.leaf
    tiny = float(jnp.finfo(leaf.dtype).tiny)
    falling = jnp.minimum(grown.leaf_fall / (leaf + tiny), 1.0)
    burned = fire.burned_share(inputs.burned_fraction, dt=dt)
    return _Shed(
        leaf=falling + (1.0 - falling) * plants.turnover_fraction(p.leaf_turnover, dt=dt),
        wood=plants.turnover_fraction(p.wood_turnover, dt=dt),
        root=plants.turnover_fraction(p.root_turnover, dt=dt),
        cleared=jnp.clip(inputs.conversion * dt, 0.0, 1.0),
        cut=jnp.clip(inputs.wood_harvest * dt, 0.0, 1.0),
        fire=fire.losses(burned, inputs.fuel_moisture, params.fire),
    )


class _Decayed(NamedTuple):
    """Dead pools and mineral nitrogen after decay, and what it gave off [kg m-2]."""

    litter: LitterPools
    soil: SoilPools
    litter_nitrogen: LitterPools
    soil_nitrogen: SoilPools
    mineral: MineralNitrogen
    respired: jax.Array
    net_mineralisation: jax.Array
    supplement: jax.Array
    fractions: tuple[jax.Array, ...]


def _rot(
    state: BiogeochemistryState,
    mineral: MineralNitrogen,
    potential: tuple[jax.Array, ...],
    sand: jax.Array,
    params: BiogeochemistryParams,
    limited: bool,
) -> _Decayed:
    """Decay the six dead pools by their `potential` fractions, slowed where mineral nitrogen is short."""
    ratios, available = params.nitrogen, mineral.ammonium + mineral.nitrate
    carbon = (*state.litter, *state.soil)
    stored = (*state.litter_nitrogen, *state.soil_nitrogen)
    shares = decay.transfer(sand, params.decomposition)
    inverse = (1.0 / ratios.active_cn, 1.0 / ratios.slow_cn, 1.0 / ratios.passive_cn)
    demands = tuple(
        nitrogen.immobilisation_demand(c * d, n * d, share, inverse)
        for c, n, d, share in zip(carbon, stored, potential, shares, strict=True)
    )
    if limited:
        slowed = nitrogen.limitation_of_decay(demands, available)
        fractions = tuple(d * s for d, s in zip(potential, slowed, strict=True))
    else:
        slowed, fractions = (1.0,) * 6, potential
    lost = tuple(c * d for c, d in zip(carbon, fractions, strict=True))
    lost_nitrogen = tuple(n * d for n, d in zip(stored, fractions, strict=True))
    gained = tuple(sum(x * share[j] for x, share in zip(lost, shares, strict=True)) for j in range(3))
    gained_nitrogen = tuple(g * r for g, r in zip(gained, inverse, strict=True))
    balance = tuple((d.released - d.needed) * s for d, s in zip(demands, slowed, strict=True))
    freed = sum(jnp.maximum(b, 0.0) for b in balance)
    taken = sum(jnp.maximum(-b, 0.0) for b in balance)
    supplement = jnp.zeros_like(available) if limited else jnp.maximum(taken - available, 0.0)
    tiny = float(jnp.finfo(available.dtype).tiny)
    kept = jnp.maximum(1.0 - (taken - supplement) / (available + tiny), 0.0)
    carbon = tuple(c - x for c, x in zip(carbon, lost, strict=True))
    stored = tuple(n - x for n, x in zip(stored, lost_nitrogen, strict=True))
    return _Decayed(
        LitterPools(*carbon[:3]),
        SoilPools(*(c + g for c, g in zip(carbon[3:], gained, strict=True))),
        LitterPools(*stored[:3]),
        SoilPools(*(n + g for n, g in zip(stored[3:], gained_nitrogen, strict=True))),
        MineralNitrogen(mineral.ammonium * kept + freed, mineral.nitrate * kept),
        sum(lost) - sum(gained),
        freed - taken,
        supplement,
        fractions,
    )


def _add_litter(
    pools: LitterPools,
    stored: LitterPools,
    fall: _Litterfall,
    fall_nitrogen: _Litterfall,
    params: BiogeochemistryParams,
) -> tuple[LitterPools, LitterPools]:
    """Lay the day's dead matter on the litter, split by its lignin and nitrogen."""
    carbon, held = fall.leaf + fall.root, fall_nitrogen.leaf + fall_nitrogen.root
    tender = decay.metabolic_fraction(params.decomposition.litter_lignin, held, carbon) * carbon
    in_structural = nitrogen.structural_nitrogen(carbon - tender, held, params.nitrogen)
    return (
        LitterPools(pools.metabolic + tender, pools.structural + (carbon - tender), pools.coarse + fall.wood),
        LitterPools(
            stored.metabolic + (held - in_structural),
            stored.structural + in_structural,
            stored.coarse + fall_nitrogen.wood,
        ),
    )


def _burn_litter(
    litter: LitterPools, soil: SoilPools, losses: fire.FireLosses
) -> tuple[LitterPools, SoilPools, jax.Array]:
    """Burn litter, dead wood and the top of organic ground; returns what is left and what went up [kg m-2]."""
    metabolic, structural = litter.metabolic * losses.litter_burnt, litter.structural * losses.litter_burnt
    coarse, slow = litter.coarse * losses.coarse_burnt, soil.slow * losses.soil_burnt
    left = LitterPools(litter.metabolic - metabolic, litter.structural - structural, litter.coarse - coarse)
    return left, soil._replace(slow=soil.slow - slow), metabolic + structural + coarse + slow


def _products(
    pools: ProductPools, lost: _Losses, params: LandUseParams, dt: float
) -> tuple[ProductPools, jax.Array]:
    """Let goods decay, then add the new ones; returns the pools and what decayed [kg m-2]."""
    share = land_use.product_decay(params, dt=dt)
    fast, slow = pools.fast * share.fast, pools.slow * share.slow
    return ProductPools(pools.fast - fast + lost.to_fast, pools.slow - slow + lost.to_slow), fast + slow


def _fed(
    mineral: MineralNitrogen,
    inputs: BiogeochemistryInputs,
    fixed: jax.Array,
    params: NitrogenParams,
    dt: float,
) -> MineralNitrogen:
    """Mineral nitrogen with what rain, farmers and microbes add; fixed nitrogen comes as ammonium."""
    rain, given = inputs.deposition * dt, inputs.fertiliser * dt
    ammonium = rain * params.deposited_ammonium + given * params.fertiliser_ammonium
    return MineralNitrogen(mineral.ammonium + ammonium + fixed, mineral.nitrate + (rain + given - ammonium))


def _take_up(
    mineral: MineralNitrogen, grown: _Grown, warmth: jax.Array, params: NitrogenParams, dt: float
) -> tuple[MineralNitrogen, jax.Array]:
    """Roots take ammonium and nitrate alike; returns what is left and what was taken [kg N m-2]."""
    total, held = mineral.ammonium + mineral.nitrate, grown.nitrogen
    target = params.reserve_share * (held.leaf + held.root)
    taken = nitrogen.plant_uptake(total, grown.carbon.root, held.reserve, target, warmth, params, dt=dt)
    tiny = float(jnp.finfo(total.dtype).tiny)
    kept = jnp.maximum(1.0 - taken / (total + tiny), 0.0)
    return MineralNitrogen(mineral.ammonium * kept, mineral.nitrate * kept), taken


def step(
    state: BiogeochemistryState,
    inputs: BiogeochemistryInputs,
    params: BiogeochemistryParams,
    *,
    nitrogen_limitation: bool = True,
    grid: SoilGrid = DEFAULT_GRID,
    dt: float = DAY,
) -> tuple[BiogeochemistryState, BiogeochemistryFluxes]:
    """One step of carbon and nitrogen; the type of the state decides the type of the pools.

    With `nitrogen_limitation` False growth and decay have all the nitrogen they want: what is missing enters as
    `n_supplement`, so that the nitrogen budget still closes.
    """
    n = inputs.soil_saturation.shape[0]
    temperature = inputs.soil_temperature[:n]
    activity = decay.layer_activity(temperature, inputs.soil_saturation, params.decomposition)
    potential = decay.decay_fractions(
        activity, inputs.sand, params.decomposition, oxygen=inputs.oxygen, grid=grid, dt=dt
    )
    weights = decay.profile_weights(params.decomposition.active_depth, n, grid)
    root_temperature = decay.depth_mean(temperature, weights)
    grown = _grow(state, inputs, root_temperature, params, nitrogen_limitation, dt)
    shed = _shares_lost(grown, inputs, params, dt)
    harvested = params.land_use.crop_harvest
    vegetation, fall, lost = _bring_out(grown.carbon, shed, harvested, params.land_use)
    held, fall_n, lost_n = _bring_out(
        grown.nitrogen, shed, harvested, params.land_use, params.nitrogen.retranslocation
    )
    fixed = nitrogen.fixation(state.mean_npp, params.nitrogen, dt=dt)
    mineral = _fed(state.mineral, inputs, fixed, params.nitrogen, dt)
    rotten = _rot(state, mineral, potential, inputs.sand, params, nitrogen_limitation)
    warmth = decay.depth_mean(activity, weights)
    mineral, taken = _take_up(rotten.mineral, grown, warmth, params.nitrogen, dt)
    held = held._replace(reserve=held.reserve + taken)
    washed = nitrogen.leached(mineral.nitrate, inputs.drainage, inputs.soil_water, params.nitrogen, dt=dt)
    litter, soil, smoke = _burn_litter(rotten.litter, rotten.soil, shed.fire)
    litter_n, soil_n, smoke_n = _burn_litter(rotten.litter_nitrogen, rotten.soil_nitrogen, shed.fire)
    litter, litter_n = _add_litter(litter, litter_n, fall, fall_n, params)
    products, decayed = _products(state.products, lost, params.land_use, dt)
    products_n, decayed_n = _products(state.products_nitrogen, lost_n, params.land_use, dt)
    alive = grown.kept_alive
    ra = alive.leaf + alive.wood + alive.root + grown.growth_cost
    npp = inputs.gpp * dt - ra
    mean_npp = state.mean_npp + (npp * (YEAR / dt) - state.mean_npp) * (dt / YEAR)
    after = BiogeochemistryState(
        vegetation, litter, soil, products, held, litter_n, soil_n, products_n,
        mineral._replace(nitrate=mineral.nitrate - washed), grown.full_leaf, mean_npp,
    )  # fmt: skip
    amounts = (
        npp, ra + rotten.respired - inputs.gpp * dt, ra, alive.leaf, alive.wood, alive.root, grown.growth_cost,
        rotten.respired, fall.leaf, fall.wood, fall.root, lost.fire + smoke, lost.clearing, lost.harvest, decayed,
    )  # fmt: skip
    amounts_n = (
        fixed, grown.supplement + rotten.supplement, taken, rotten.net_mineralisation, washed,
        lost_n.fire + smoke_n + lost_n.clearing, lost_n.harvest, decayed_n,
    )  # fmt: skip
    fluxes = BiogeochemistryFluxes(
        inputs.gpp, *(x / dt for x in amounts), inputs.deposition, inputs.fertiliser,
        *(x / dt for x in amounts_n), grown.limitation, rotten.fractions,
    )  # fmt: skip
    return after, fluxes
