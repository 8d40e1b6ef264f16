"""One day of the land's carbon and nitrogen: growth, shedding, clearing, fire, decay and the trade in nitrogen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import larger, smaller, within
from tenbin.land import decomposition as decay
from tenbin.land import fire, nitrogen, plant_losses
from tenbin.land.biogeochemistry_state import (
    CARBON,
    NITROGEN,
    BiogeochemistryFluxes,
    BiogeochemistryInputs,
    BiogeochemistryParams,
    BiogeochemistryState,
    Constants,
    at,
    both,
    carbon_total,
    held_in_memory,
    initial_state,
    nitrogen_total,
    prepare,
)
from tenbin.land.columns import unseen_ones
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

ROOT_ZONE = 3
"""Fine roots lie as deep as the active pool, of which this is the place in `decomposition.POOLS`."""

REMEMBERED_YEARS = 3.0
"""E-folding time of the memory of production [yr]: a plain year's would be a third higher in autumn than in
spring."""
_FROZEN = 1e-6
"""Pace that is nought to roots [1], which keeps the square root's slope finite."""
_SHRINK = 1.0 - 1e-6
"""Keeps rounding from letting microbes take more than was freed [1]."""

Hold = Callable[[Any], Any]


def _plant_losses(
    living: VegetationPools,
    leaf_fall: jax.Array,
    inputs: BiogeochemistryInputs,
    burn: fire.FireLosses,
    params: BiogeochemistryParams,
    fixed: Constants,
    dt: float,
    hold: Hold,
) -> tuple[PlantLosses, jax.Array]:
    """What leaves the plants (2, cell), and the nitrogen (cell,) that falling leaves give back [kg m-2]."""
    leaf_rate, wood_rate, root_rate = fixed.turnover
    carbon = living.leaf[CARBON]
    falling = smaller(leaf_fall / (carbon + float(jnp.finfo(carbon.dtype).tiny)), 1.0)
    shed = hold(falling + (1.0 - falling) * leaf_rate)
    cleared, cut = (within(rate * dt, 0.0, 1.0) for rate in (inputs.conversion, inputs.wood_harvest))
    part = plant_losses.shares(
        shed, wood_rate, root_rate, cleared, cut, burn, fixed.wood_fate, params.land_use
    )
    drawn = shed * params.nitrogen.retranslocation
    part = plant_losses.without_drawn_back(hold(part), at(NITROGEN, 2, drawn), params.land_use)
    return plant_losses.apply(living, part), living.leaf[NITROGEN] * drawn


class _Decayed(NamedTuple):
    """What decay moves in one step [kg m-2]: `fractions` (6, cell) of the pools [1], `lost` (2, 6, cell) by them,
    `gained` carbon (cell,) that soil pools inherit; nitrogen `freed`, `taken` and supplied from nowhere (cell,).
    """

    fractions: jax.Array
    lost: jax.Array
    gained: tuple[jax.Array, jax.Array, jax.Array]
    freed: jax.Array
    taken: jax.Array
    supplement: jax.Array


def _rot(
    dead: jax.Array, available: jax.Array, potential: jax.Array, fixed: Constants, limited: bool, hold: Hold
) -> _Decayed:
    """Decay the six dead pools by their `potential` fractions, slowed where mineral nitrogen is short."""
    fractions = potential
    if limited:
        offered = dead * potential
        needed = hold(offered[CARBON] * fixed.dead_nitrogen)
        # Pools with nitrogen to spare are not slowed: what they free today is there for the others.
        spare = decay.sum_of_rows(larger(offered[NITROGEN] - needed, 0.0))
        within_reach = hold(available + spare * _SHRINK)
        fractions = hold(
            potential * nitrogen.limitation_of_decay(offered[NITROGEN], needed, within_reach, hold)
        )
    lost = hold(dead * fractions)
    balance = lost[NITROGEN] - lost[CARBON] * fixed.dead_nitrogen
    freed, taken = hold((decay.sum_of_rows(larger(balance, 0.0)), decay.sum_of_rows(larger(-balance, 0.0))))
    supplement = jnp.zeros_like(taken) if limited else larger(taken - available - freed, 0.0)
    return _Decayed(
        fractions, lost, hold(decay.inherited(lost[CARBON], fixed.cascade)), freed, taken, supplement
    )


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
    living: VegetationPools,
    warmth: jax.Array,
    inputs: BiogeochemistryInputs,
    params: BiogeochemistryParams,
    dt: float,
    hold: Hold,
) -> _Traded:
    """Microbes first, then roots, then water take from mineral nitrogen; ammonium and nitrate alike but for water."""
    mineral, ratios = state.mineral, params.nitrogen
    fixed = nitrogen.fixation(state.mean_npp, mineral.ammonium + mineral.nitrate, ratios, dt=dt)
    ammonium = mineral.ammonium + brought.ammonium + rotten.freed
    nitrate = mineral.nitrate + brought.nitrate
    tiny = float(jnp.finfo(ammonium.dtype).tiny)
    part = smaller((rotten.taken - rotten.supplement) / (ammonium + nitrate + tiny), 1.0)
    gone_ammonium, gone_nitrate = ammonium * part, nitrate * part
    ammonium, nitrate = hold((ammonium - gone_ammonium + fixed, nitrate - gone_nitrate))
    held, root = VegetationPools(*(organ[NITROGEN] for organ in living)), living.root[CARBON]
    target = ratios.reserve_share * (held.leaf + held.root)
    share = nitrogen.uptake_share(ammonium + nitrate, root, held.reserve, target, warmth, ratios, dt=dt)
    eaten_ammonium, eaten_nitrate = ammonium * share, nitrate * share
    washed = nitrogen.leached(nitrate - eaten_nitrate, inputs.drainage, inputs.soil_water, ratios, dt=dt)
    change = MineralNitrogen(
        brought.ammonium - gone_ammonium + rotten.freed + fixed - eaten_ammonium,
        brought.nitrate - gone_nitrate - eaten_nitrate - washed,
    )
    return _Traded(change, fixed, hold(eaten_ammonium + eaten_nitrate), washed)


def _laid_down(fall: PlantLosses, params: BiogeochemistryParams, hold: Hold) -> jax.Array:
    """The day's dead matter (2, 6, cell) [kg m-2], split by its lignin and nitrogen."""
    litter = hold(fall.leaf_litter + fall.root_litter + fall.reserve_litter)
    carbon, held = litter[CARBON], litter[NITROGEN]
    tender = decay.metabolic_fraction(params.decomposition.litter_lignin, held, carbon) * carbon
    tough = nitrogen.structural_nitrogen(carbon - tender, held, params.nitrogen)
    metabolic = hold(both(tender, held - tough))
    return at(0, 6, metabolic) + at(1, 6, litter - metabolic) + at(2, 6, fall.wood_litter)


def _in_type(state: BiogeochemistryState, dtype: jnp.dtype) -> BiogeochemistryState:
    """The state in the precision of the fluxes; rounded down where that is coarser, so that no pool is overdrawn."""
    shrink = 1.0 - 2.0 * float(jnp.finfo(dtype).eps)
    return jax.tree.map(lambda x: x if x.dtype == dtype else x.astype(dtype) * shrink, state)


def _added(state: BiogeochemistryState, change: BiogeochemistryState) -> BiogeochemistryState:
    """The state plus its change, in the precision of the state; what rounding would make negative is nil."""
    after = jax.tree.map(lambda x, d: larger(x + d.astype(x.dtype), 0.0), state[:-2], change[:-2])
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
    now, temperature = _in_type(state, inputs.gpp.dtype), inputs.soil_temperature[:n]
    hold = partial(held_in_memory, ones=unseen_ones(now.dead))
    dead = hold(now.dead)
    ground = decay.soilscape(
        temperature, inputs.soil_saturation, fixed.cascade.weights, ROOT_ZONE, params.decomposition, grid
    )
    potential = hold(decay.decayed_share(fixed.cascade.exponents * (ground.pace * inputs.oxygen)))
    # Uptake answers to cold and drought half as steeply as decay: Q10 of 1.4 to 1.6, Bassirirad 2000.
    vigour = jnp.sqrt(ground.activity + _FROZEN)
    breath = hold(breathe(now, inputs, ground.temperature, params, dt))
    grown = grow(now, inputs, breath, params, fixed, nitrogen_limitation, dt, hold)
    living = hold(after_growth(now, grown))
    burned = fire.burned_share(inputs.burned_fraction, dt=dt)
    burn = hold(fire.losses(burned, inputs.fuel_moisture, params.fire))
    fallen = _plant_losses(living, grown.leaf_fall, inputs, burn, params, fixed, dt, hold)
    brought = _fed(inputs, params.nitrogen, dt)
    available = hold(now.mineral.ammonium + now.mineral.nitrate + brought.ammonium + brought.nitrate)
    rotten = _rot(dead, available, potential, fixed, nitrogen_limitation, hold)
    trade = _trade(now, brought, rotten, living, vigour, inputs, params, dt, hold)
    smoke = hold((dead - rotten.lost) * fire.dead_burnt(burned, inputs.fuel_moisture, fixed.fuel))
    booked = _changes(now, inputs, grown, fallen, rotten, trade, smoke, params, fixed, dt, hold)
    return _added(state, booked), _fluxes(
        now, inputs, grown, fallen[0], rotten, trade, smoke, fixed, dt, hold
    )


def _changes(
    now: BiogeochemistryState,
    inputs: BiogeochemistryInputs,
    grown: Grown,
    fallen: tuple[PlantLosses, jax.Array],
    rotten: _Decayed,
    trade: _Traded,
    smoke: jax.Array,
    params: BiogeochemistryParams,
    fixed: Constants,
    dt: float,
    hold: Hold,
) -> BiogeochemistryState:
    """Change of every store in the step [kg m-2]."""
    (fall, back), new, breath = fallen, grown.new, grown.breath
    alive, assimilated = breath.leaf + breath.wood + breath.root, inputs.gpp * dt
    stored = grown.supplement - grown.total_need + back + trade.uptake
    vegetation = VegetationPools(
        new.leaf - fall.leaf,
        new.wood - fall.wood,
        new.root - fall.root_litter - fall.root_harvest,
        both(assimilated - alive - grown.spent, stored) - fall.reserve_litter,
    )
    heirs = zip((3, 4, 5), rotten.gained, fixed.soil, strict=True)
    gained = sum(at(place, 6, carbon * ratio) for place, carbon, ratio in heirs)
    dead = _laid_down(fall, params, hold) + gained - rotten.lost - smoke
    goods = at(0, 2, fall.wood_fast) + at(1, 2, fall.wood_slow) - now.products * fixed.product_decay
    npp = assimilated - alive - grown.cost
    memory = (npp * (YEAR / dt) - now.mean_npp) * (dt / (REMEMBERED_YEARS * YEAR))
    return BiogeochemistryState(vegetation, dead, goods, trade.change, grown.full_leaf, memory)


def _fluxes(
    now: BiogeochemistryState,
    inputs: BiogeochemistryInputs,
    grown: Grown,
    fall: PlantLosses,
    rotten: _Decayed,
    trade: _Traded,
    smoke: jax.Array,
    fixed: Constants,
    dt: float,
    hold: Hold,
) -> BiogeochemistryFluxes:
    """The movements of the step as mean fluxes."""
    breath, assimilated = grown.breath, inputs.gpp * dt
    ra = hold(breath.leaf + breath.wood + breath.root + grown.cost)
    rh = hold(decay.sum_of_rows(rotten.lost[CARBON]) - sum(rotten.gained))
    burnt = hold(fall.leaf_fire + fall.wood_fire + sum(smoke[:, k] for k in range(6)))
    cleared = hold(fall.leaf_clearing + fall.wood_clearing)
    harvest = hold(fall.leaf_harvest + fall.root_harvest)
    goods = now.products * fixed.product_decay
    rotted = hold(goods[:, 0] + goods[:, 1])
    amounts = {
        "npp": assimilated - ra, "nee": ra + rh - assimilated, "ra": ra, "ra_leaf": breath.leaf,
        "ra_wood": breath.wood, "ra_root": breath.root, "ra_growth": grown.cost, "rh": rh,
        "growth_wood": grown.new.wood[CARBON], "growth_root": grown.new.root[CARBON],
        "decayed": rotten.lost[CARBON],
        "litterfall_leaf": fall.leaf_litter[CARBON], "litterfall_wood": fall.wood_litter[CARBON],
        "litterfall_root": (fall.root_litter + fall.reserve_litter)[CARBON], "fire": burnt[CARBON],
        "clearing": cleared[CARBON], "harvest": harvest[CARBON], "product_decay": rotted[CARBON],
        "n_fixation": trade.fixed, "n_supplement": grown.supplement + rotten.supplement,
        "n_uptake": trade.uptake, "n_net_mineralisation": rotten.freed - rotten.taken,
        "n_leaching": trade.leached, "n_fire": burnt[NITROGEN] + cleared[NITROGEN],
        "n_harvest": harvest[NITROGEN], "n_product": rotted[NITROGEN],
    }  # fmt: skip
    return BiogeochemistryFluxes(
        gpp=inputs.gpp,
        n_deposition=inputs.deposition,
        n_fertiliser=inputs.fertiliser,
        growth_limitation=grown.limitation,
        decay=rotten.fractions,
        **{name: amount * (1.0 / dt) for name, amount in amounts.items()},
    )
