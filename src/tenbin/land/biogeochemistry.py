"""One day of the land's carbon and nitrogen: growth, shedding, clearing, fire, decay and the trade in nitrogen."""

from __future__ import annotations

from typing import Any, NamedTuple

from tenbin.core.arrays import jax, jnp
from tenbin.land import decomposition as decay
from tenbin.land import fire, nitrogen, plant_losses
from tenbin.land.biogeochemistry_state import (
    BiogeochemistryFluxes,
    BiogeochemistryInputs,
    BiogeochemistryParams,
    BiogeochemistryState,
    Constants,
    carbon_total,
    initial_state,
    nitrogen_total,
    prepare,
)
from tenbin.land.decomposition import LitterPools, SoilPools
from tenbin.land.land_use import ProductPools
from tenbin.land.nitrogen import MineralNitrogen
from tenbin.land.plant_growth import Grown, after_growth, breathe, grow
from tenbin.land.plant_losses import PlantLosses
from tenbin.land.soil_grid import DEFAULT_GRID, SoilGrid
from tenbin.land.vegetation_carbon import DAY, YEAR, VegetationPools

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
    "step",
]


def _plant_losses(
    carbon: VegetationPools,
    held: VegetationPools,
    leaf_fall: jax.Array,
    inputs: BiogeochemistryInputs,
    burn: fire.FireLosses,
    params: BiogeochemistryParams,
    fixed: Constants,
    dt: float,
) -> tuple[PlantLosses, PlantLosses, jax.Array]:
    """Carbon and nitrogen that leave the plants, and nitrogen drawn back from falling leaves [kg m-2]."""
    leaf_rate, wood_rate, root_rate = fixed.turnover
    falling = jnp.minimum(leaf_fall / (carbon.leaf + float(jnp.finfo(carbon.leaf.dtype).tiny)), 1.0)
    shed = falling + (1.0 - falling) * leaf_rate
    cleared, cut = (jnp.clip(rate * dt, 0.0, 1.0) for rate in (inputs.conversion, inputs.wood_harvest))
    part = plant_losses.shares(
        shed, wood_rate, root_rate, cleared, cut, burn, fixed.wood_fate, params.land_use
    )
    part_n, back = plant_losses.without_drawn_back(
        part, shed, params.nitrogen.retranslocation, params.land_use
    )
    return plant_losses.apply(carbon, part), plant_losses.apply(held, part_n), held.leaf * back


class _Decayed(NamedTuple):
    """What decay moves in one step [kg m-2]; `fractions` of the six pools that decayed [1]."""

    fractions: tuple[jax.Array, ...]
    lost: tuple[jax.Array, ...]
    gained: SoilPools
    lost_nitrogen: tuple[jax.Array, ...]
    gained_nitrogen: tuple[jax.Array, ...]
    freed: jax.Array
    taken: jax.Array
    supplement: jax.Array


def _rot(
    state: BiogeochemistryState,
    available: jax.Array,
    potential: tuple[jax.Array, ...],
    fixed: Constants,
    limited: bool,
) -> _Decayed:
    """Decay the six dead pools by their `potential` fractions, slowed where mineral nitrogen is short."""
    lost = tuple(c * d for c, d in zip((*state.litter, *state.soil), potential, strict=True))
    held = (*state.litter_nitrogen, *state.soil_nitrogen)
    lost_n = tuple(n * d for n, d in zip(held, potential, strict=True))
    demands = tuple(
        nitrogen.Demand(n, c * ratio) for n, c, ratio in zip(lost_n, lost, fixed.dead_nitrogen, strict=True)
    )
    if limited:
        slowed = nitrogen.limitation_of_decay(demands, available)
        potential, lost, lost_n = (
            tuple(x * s for x, s in zip(amounts, slowed, strict=True))
            for amounts in (potential, lost, lost_n)
        )
        demands = tuple(
            nitrogen.Demand(n, d.needed * s) for n, d, s in zip(lost_n, demands, slowed, strict=True)
        )
    balance = [d.released - d.needed for d in demands]
    freed = sum((jnp.maximum(b, 0.0) for b in balance[1:]), jnp.maximum(balance[0], 0.0))
    taken = sum((jnp.maximum(-b, 0.0) for b in balance[1:]), jnp.maximum(-balance[0], 0.0))
    supplement = jnp.zeros_like(taken) if limited else jnp.maximum(taken - available, 0.0)
    gained = decay.inherited(lost, fixed.cascade)
    gained_n = tuple(g * r for g, r in zip(gained, fixed.soil_nitrogen, strict=True))
    return _Decayed(potential, lost, gained, lost_n, gained_n, freed, taken, supplement)


def _fed(inputs: BiogeochemistryInputs, params: nitrogen.NitrogenParams, dt: float) -> MineralNitrogen:
    """Ammonium and nitrate that rain and farmers bring in one step [kg N m-2]."""
    rain, given = inputs.deposition * dt, inputs.fertiliser * dt
    ammonium = rain * params.deposited_ammonium + given * params.fertiliser_ammonium
    return MineralNitrogen(ammonium, rain + given - ammonium)


class _Traded(NamedTuple):
    """Change of mineral nitrogen in one step and what moved it [kg N m-2]."""

    change: MineralNitrogen
    fixed: jax.Array
    uptake: jax.Array
    leached: jax.Array


def _trade(
    state: BiogeochemistryState,
    brought: MineralNitrogen,
    rotten: _Decayed,
    held: VegetationPools,
    root_carbon: jax.Array,
    warmth: jax.Array,
    inputs: BiogeochemistryInputs,
    params: BiogeochemistryParams,
    dt: float,
) -> _Traded:
    """Microbes first, then roots, then water take from mineral nitrogen; ammonium and nitrate alike but for water."""
    mineral, ratios = state.mineral, params.nitrogen
    fixed = nitrogen.fixation(state.mean_npp, ratios, dt=dt)
    ammonium, nitrate = mineral.ammonium + brought.ammonium, mineral.nitrate + brought.nitrate
    tiny = float(jnp.finfo(ammonium.dtype).tiny)
    part = jnp.minimum((rotten.taken - rotten.supplement) / (ammonium + nitrate + tiny), 1.0)
    gone_ammonium, gone_nitrate = ammonium * part, nitrate * part
    ammonium, nitrate = ammonium - gone_ammonium + rotten.freed + fixed, nitrate - gone_nitrate
    target = ratios.reserve_share * (held.leaf + held.root)
    share = nitrogen.uptake_share(
        ammonium + nitrate, root_carbon, held.reserve, target, warmth, ratios, dt=dt
    )
    eaten_ammonium, eaten_nitrate = ammonium * share, nitrate * share
    washed = nitrogen.leached(nitrate - eaten_nitrate, inputs.drainage, inputs.soil_water, ratios, dt=dt)
    change = MineralNitrogen(
        brought.ammonium - gone_ammonium + rotten.freed + fixed - eaten_ammonium,
        brought.nitrate - gone_nitrate - eaten_nitrate - washed,
    )
    return _Traded(change, fixed, eaten_ammonium + eaten_nitrate, washed)


def _burnt(
    litter: LitterPools, soil: SoilPools, lost: tuple[jax.Array, ...], burn: fire.FireLosses
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """What fire takes [kg m-2] of metabolic and structural litter, dead wood and slow soil after the day's decay."""
    return (
        (litter.metabolic - lost[0]) * burn.litter_burnt,
        (litter.structural - lost[1]) * burn.litter_burnt,
        (litter.coarse - lost[2]) * burn.coarse_burnt,
        (soil.slow - lost[4]) * burn.soil_burnt,
    )


def _laid_down(
    fall: PlantLosses, fall_n: PlantLosses, params: BiogeochemistryParams
) -> tuple[LitterPools, LitterPools]:
    """The day's dead matter as litter [kg m-2], carbon and nitrogen, split by its lignin and nitrogen."""
    carbon = fall.leaf_litter + fall.root_litter + fall.reserve_litter
    held = fall_n.leaf_litter + fall_n.root_litter + fall_n.reserve_litter
    tender = decay.metabolic_fraction(params.decomposition.litter_lignin, held, carbon) * carbon
    tough = carbon - tender
    tough_n = nitrogen.structural_nitrogen(tough, held, params.nitrogen)
    return (
        LitterPools(tender, tough, fall.wood_litter),
        LitterPools(held - tough_n, tough_n, fall_n.wood_litter),
    )


def _dead_change(
    laid: LitterPools,
    lost: tuple[jax.Array, ...],
    gained: tuple[jax.Array, ...],
    smoke: tuple[jax.Array, ...],
) -> tuple[LitterPools, SoilPools]:
    """Change of litter and soil [kg m-2], carbon or nitrogen."""
    litter = LitterPools(*(a - b - c for a, b, c in zip(laid, lost[:3], smoke[:3], strict=True)))
    active, slow, passive = (a - b for a, b in zip(gained, lost[3:], strict=True))
    return litter, SoilPools(active, slow - smoke[3], passive)


def _goods(pools: ProductPools, fall: PlantLosses, share: ProductPools) -> tuple[ProductPools, jax.Array]:
    """Change of goods, and what of them decays [kg m-2]."""
    fast, slow = pools.fast * share.fast, pools.slow * share.slow
    return ProductPools(fall.wood_fast - fast, fall.wood_slow - slow), fast + slow


def _once(values: Any) -> Any:
    """`values` worked out once: without this wall the compiler repeats them in every loop that reads them."""
    return jax.lax.optimization_barrier(values)


def _in_type(state: BiogeochemistryState, dtype: jnp.dtype) -> BiogeochemistryState:
    """The state in the precision of the fluxes; rounded down where that is coarser, so that no pool is overdrawn."""
    shrink = 1.0 - 2.0 * float(jnp.finfo(dtype).eps)
    return jax.tree.map(lambda x: x if x.dtype == dtype else x.astype(dtype) * shrink, state)


def _added(state: BiogeochemistryState, change: BiogeochemistryState) -> BiogeochemistryState:
    """The state plus its change, in the precision of the state; what rounding would make negative is nil."""
    after = jax.tree.map(lambda x, d: jnp.maximum(x + d.astype(x.dtype), 0.0), state[:-2], change[:-2])
    full_leaf, mean_npp = (x.astype(y.dtype) for x, y in zip(change[-2:], state[-2:], strict=True))
    return BiogeochemistryState(*(*after, full_leaf, state.mean_npp + mean_npp))


def step(
    state: BiogeochemistryState,
    inputs: BiogeochemistryInputs,
    params: BiogeochemistryParams,
    *,
    constants: Constants | None = None,
    nitrogen_limitation: bool = True,
    grid: SoilGrid = DEFAULT_GRID,
    dt: float = DAY,
) -> tuple[BiogeochemistryState, BiogeochemistryFluxes]:
    """One step of carbon and nitrogen.

    The inputs' type is that of the fluxes, the state's type that of the sums: a 64-bit state keeps its digits under
    32-bit fluxes. `constants` of `prepare` save time where many steps are made. With `nitrogen_limitation` False
    growth and decay have all the nitrogen they want: what is missing enters as `n_supplement`, so that the
    nitrogen budget still closes.
    """
    n = inputs.soil_saturation.shape[0]
    fixed = prepare(params, inputs.sand, n, grid=grid, dt=dt) if constants is None else constants
    now, temperature = _once(_in_type(state, inputs.gpp.dtype)), inputs.soil_temperature[:n]
    activity = decay.layer_activity(temperature, inputs.soil_saturation, params.decomposition)
    potential = _once(decay.decay_fractions(activity, fixed.cascade, inputs.oxygen))
    root_zone = fixed.cascade.weights[1]
    breath = _once(breathe(now, inputs, decay.depth_mean(temperature, root_zone), params, dt))
    grown = _once(grow(now, inputs, breath, params, fixed, nitrogen_limitation, dt))
    carbon, held, spent = _once(after_growth(now, grown))
    burn = fire.losses(fire.burned_share(inputs.burned_fraction, dt=dt), inputs.fuel_moisture, params.fire)
    fall, fall_n, back = _once(_plant_losses(carbon, held, grown.leaf_fall, inputs, burn, params, fixed, dt))
    brought = _fed(inputs, params.nitrogen, dt)
    available = now.mineral.ammonium + now.mineral.nitrate + brought.ammonium + brought.nitrate
    rotten = _once(_rot(now, available, potential, fixed, nitrogen_limitation))
    warmth = decay.depth_mean(activity, root_zone)
    trade = _once(_trade(now, brought, rotten, held, carbon.root, warmth, inputs, params, dt))
    return _account(
        state, now, inputs, grown, spent, (fall, fall_n, back), rotten, trade, burn, params, fixed, dt
    )


def _account(
    state: BiogeochemistryState,
    now: BiogeochemistryState,
    inputs: BiogeochemistryInputs,
    grown: Grown,
    spent: jax.Array,
    fallen: tuple[PlantLosses, PlantLosses, jax.Array],
    rotten: _Decayed,
    trade: _Traded,
    burn: fire.FireLosses,
    params: BiogeochemistryParams,
    fixed: Constants,
    dt: float,
) -> tuple[BiogeochemistryState, BiogeochemistryFluxes]:
    """Book every movement of the step, once as a change of stores and once as a flux."""
    fall, fall_n, back = fallen
    laid, laid_n = _laid_down(fall, fall_n, params)
    smoke = _burnt(now.litter, now.soil, rotten.lost, burn)
    smoke_n = _burnt(now.litter_nitrogen, now.soil_nitrogen, rotten.lost_nitrogen, burn)
    litter, soil = _dead_change(laid, rotten.lost, rotten.gained, smoke)
    litter_n, soil_n = _dead_change(laid_n, rotten.lost_nitrogen, rotten.gained_nitrogen, smoke_n)
    goods, decayed = _goods(now.products, fall, fixed.product_decay)
    goods_n, decayed_n = _goods(now.products_nitrogen, fall_n, fixed.product_decay)
    new, need, breath = grown.new, grown.need, grown.breath
    alive, assimilated = breath.leaf + breath.wood + breath.root, inputs.gpp * dt
    ra = alive + grown.cost
    vegetation = VegetationPools(
        new.leaf - fall.leaf,
        new.wood - fall.wood,
        new.root - fall.root_litter,
        assimilated - alive - spent - fall.reserve_litter,
    )
    stored = VegetationPools(
        need.leaf - fall_n.leaf - back,
        need.wood - fall_n.wood,
        need.root - fall_n.root_litter,
        grown.supplement - grown.total_need + back + trade.uptake - fall_n.reserve_litter,
    )
    npp = assimilated - ra
    memory = (npp * (YEAR / dt) - now.mean_npp) * (dt / YEAR)
    change = BiogeochemistryState(
        vegetation,
        litter,
        soil,
        goods,
        stored,
        litter_n,
        soil_n,
        goods_n,
        trade.change,
        grown.full_leaf,
        memory,
    )
    rh = sum(rotten.lost[1:], rotten.lost[0]) - sum(rotten.gained[1:], rotten.gained[0])
    amounts = {
        "npp": npp, "nee": ra + rh - assimilated, "ra": ra, "ra_leaf": breath.leaf, "ra_wood": breath.wood,
        "ra_root": breath.root, "ra_growth": grown.cost, "rh": rh, "litterfall_leaf": fall.leaf_litter,
        "litterfall_wood": fall.wood_litter, "litterfall_root": fall.root_litter + fall.reserve_litter,
        "fire": fall.leaf_fire + fall.wood_fire + sum(smoke[1:], smoke[0]),
        "clearing": fall.leaf_clearing + fall.wood_clearing, "harvest": fall.leaf_harvest,
        "product_decay": decayed, "n_fixation": trade.fixed, "n_supplement": grown.supplement + rotten.supplement,
        "n_uptake": trade.uptake, "n_net_mineralisation": rotten.freed - rotten.taken, "n_leaching": trade.leached,
        "n_fire": fall_n.leaf_fire + fall_n.wood_fire + fall_n.leaf_clearing + fall_n.wood_clearing
        + sum(smoke_n[1:], smoke_n[0]), "n_harvest": fall_n.leaf_harvest, "n_product": decayed_n,
    }  # fmt: skip
    fluxes = BiogeochemistryFluxes(
        gpp=inputs.gpp,
        n_deposition=inputs.deposition,
        n_fertiliser=inputs.fertiliser,
        growth_limitation=grown.limitation,
        decay=rotten.fractions,
        **{name: amount * (1.0 / dt) for name, amount in amounts.items()},
    )
    return _added(state, change), fluxes
