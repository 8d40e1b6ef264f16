"""What plants do with the carbon they fix: breathe, store, grow leaves, wood and roots, and shed them."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import ZERO_CELSIUS
from tenbin.core.limits import larger, smaller
from tenbin.core.logarithm import log
from tenbin.core.params import param

__all__ = [
    "Growth",
    "Maintenance",
    "VegetationCarbonParams",
    "VegetationPools",
    "common_part",
    "drawn",
    "growth_activity",
    "leaf_balance",
    "maintenance",
    "potential_growth",
    "remembered_leaf",
    "temperature_response",
    "turnover_fraction",
]

DAY = 86400.0
YEAR = 365.25 * DAY
_PREFERENCE = 1.0e-6
"""Rounding of the change from leaf growth to leaf fall [1]: 0.1 % of the leaves at the crossing."""

_KATTGE = "Poorter et al. 2009, New Phytol. 182, 565 (leaf mass per area), half of it carbon"
_TURNOVER = "Sitch et al. 2003, Glob. Change Biol. 9, 161, table 1, rounded"
_RYAN = "Ryan 1991, Ecol. Appl. 1, 157; Sitch et al. 2003: 0.066 per unit nitrogen per day at 10 degC"


class VegetationPools(NamedTuple):
    """Living plants [kg m-2]: each (cell,) of carbon, or (2, cell) of carbon and nitrogen."""

    leaf: jax.Array
    wood: jax.Array
    root: jax.Array
    reserve: jax.Array


class VegetationCarbonParams(eqx.Module):
    """How plants spend carbon."""

    leaf_carbon_per_area: jax.Array = param(
        [0.045, 0.030, 0.045, 0.090, 0.030, 0.090, 0.040, 0.050, 0.025, 0.025, 0.035, 0.025, 0.040],
        "kg m-2",
        bounds=(0.01, 0.3),
        prior_sd=0.02,
        source=_KATTGE,
        transform="log",
    )
    leaf_turnover: jax.Array = param(
        [1.2, 1.2, 0.7, 0.3, 0.8, 0.25, 0.8, 0.8, 2.0, 2.0, 1.0, 1.0, 1.0],
        "yr-1",
        bounds=(0.05, 6.0),
        prior_sd=0.3,
        source=_TURNOVER
        + "; tropics: leaf litter of 6 t ha-1 yr-1 (Chave et al. 2010, Biogeosciences 7, 43); grass: leaves"
        " live 2 to 6 months (Kikuzawa and Lechowicz 2011, Ecology of Leaf Longevity)",
        transform="log",
    )
    wood_turnover: jax.Array = param(
        [0.028, 0.03, 0.024, 0.022, 0.024, 0.022, 0.018, 0.06, 0.5, 0.5, 0.2, 0.8, 0.2],
        "yr-1",
        bounds=(0.002, 3.0),
        prior_sd=0.01,
        source="rainforest: 0.5 kg m-2 yr-1 of wood (Malhi et al. 2011) for 17 kg m-2 (Saatchi et al. 2011, PNAS"
        " 108, 9899); forests of the north: 1 to 1.5 % of trees die (van Mantgem et al. 2009, Science 323, 521;"
        " Senf et al. 2018, Nat. Commun. 9, 4978) and 1 % of wood falls as branches; others Sitch et al. 2003,"
        " rounded",
        transform="log",
    )
    root_turnover: jax.Array = param(
        [1.0, 0.8, 0.7, 0.5, 0.7, 0.4, 0.5, 0.5, 0.9, 0.9, 0.5, 1.2, 0.7],
        "yr-1",
        bounds=(0.05, 6.0),
        prior_sd=0.3,
        source=_TURNOVER
        + "; rainforest between 0.8 of Gill and Jackson 2000, New Phytol. 147, 13, and 1.44 of Finer et al."
        " 2011, For. Ecol. Manag. 262, 2008",
        transform="log",
    )
    wood_allocation: jax.Array = param(
        [0.50, 0.55, 0.58, 0.55, 0.58, 0.50, 0.50, 0.35, 0.0, 0.0, 0.05, 0.0, 0.1],
        "1",
        bounds=(0.0, 0.95),
        prior_sd=0.1,
        source="Luyssaert et al. 2007, Glob. Change Biol. 13, 2509: wood share of growth other than leaves;"
        " rainforest: .39 of NPP (Malhi et al. 2011), twigs, flowers and fruits counted with the roots",
    )
    wood_respiration: jax.Array = param(
        [
            2.4e-4,
            2.4e-4,
            2.8e-4,
            2.8e-4,
            2.8e-4,
            2.8e-4,
            2.8e-4,
            2.8e-4,
            2.8e-4,
            2.8e-4,
            2.8e-4,
            2.8e-4,
            2.8e-4,
        ],
        "d-1",
        bounds=(1e-5, 5e-3),
        prior_sd=2e-4,
        source=_RYAN + ", C:N 330",
        transform="log",
    )
    root_respiration: jax.Array = param(
        [1.9e-3, 1.9e-3] + [2.1e-3] * 11,
        "d-1",
        bounds=(1e-4, 2e-2),
        prior_sd=1.5e-3,
        source=_RYAN + ", C:N 45, brought to 15 degC; a tenth less in the tropics (own choice)",
        transform="log",
    )
    respiration_q10: jax.Array = param(
        2.0,
        "1",
        bounds=(1.0, 4.0),
        prior_sd=0.4,
        source="Ito and Oikawa 2002, Ecol. Model. 151, 143: at 15 degC",
    )
    respiration_q10_slope: jax.Array = param(
        0.009,
        "K-1",
        bounds=(0.0, 0.015),
        prior_sd=0.003,
        source="Ito and Oikawa 2002: fall of ln Q10 per kelvin",
    )
    growth_respiration: jax.Array = param(
        0.25, "1", bounds=(0.05, 0.45), prior_sd=0.05, source="Ryan 1991, Ecol. Appl. 1, 157; Knorr 2000"
    )
    growth_time: jax.Array = param(
        [25.0, 25.0, 30.0, 40.0, 30.0, 40.0, 30.0, 30.0, 15.0, 15.0, 20.0, 12.0, 20.0],
        "d",
        bounds=(1.0, 400.0),
        prior_sd=20.0,
        source="Bloom and Williams 2015, Biogeosciences 12, 1299: labile carbon, weeks; lag of growth behind GPP",
        transform="log",
    )
    leaf_time: jax.Array = param(
        6.0,
        "d",
        bounds=(1.0, 60.0),
        prior_sd=4.0,
        source="own choice: a flush of about three weeks",
        transform="log",
    )
    leaf_reserve: jax.Array = param(
        1.2,
        "1",
        bounds=(0.1, 4.0),
        prior_sd=0.4,
        source="Friend et al. 1997, Ecol. Model. 95, 249: a canopy's worth of carbon is kept",
    )
    sapwood_capacity: jax.Array = param(
        2.5,
        "kg m-2",
        bounds=(0.2, 20.0),
        prior_sd=1.0,
        source="own choice: living wood saturates as stands age (Ryan 1990, Can. J. For. Res. 20, 48)",
        transform="log",
    )
    growth_temperature: jax.Array = param(
        278.15,
        "K",
        bounds=(268.15, 288.15),
        prior_sd=2.0,
        source="Koerner 2015, Curr. Opin. Plant Biol. 25, 107",
    )


class Maintenance(NamedTuple):
    """Carbon breathed to stay alive in one step, and what is then left in the reserve [kg C m-2], each (cell,)."""

    leaf: jax.Array
    wood: jax.Array
    root: jax.Array
    reserve: jax.Array


class Growth(NamedTuple):
    """New tissue of one step that carbon allows [kg C m-2 without the cost of making it], each (cell,)."""

    leaf: jax.Array
    wood: jax.Array
    root: jax.Array


def temperature_response(
    temperature: jax.Array, reference: float, q10: jax.Array, slope: jax.Array
) -> jax.Array:
    """Rate relative to that at `reference` [K]: Q10^((T - Tr)/10) with ln Q10 falling by `slope` [K-1] per kelvin.

    Ito and Oikawa 2002 (Q10 = 2 exp(-0.009 (T - 15))); slope 0 is a plain Q10. 200 to 330 K.
    """
    warmth = temperature - reference
    return jnp.exp(0.1 * warmth * (log(q10) - slope * warmth))


def drawn(demand: jax.Array, supply: jax.Array) -> jax.Array:
    """Smooth lesser of a demand and a supply, both >= 0: D S / sqrt(D^2 + S^2), never more than either."""
    tiny = float(jnp.finfo(jnp.result_type(demand, supply)).tiny)
    return smaller(demand / jnp.sqrt(demand * demand + supply * supply + tiny), 1.0) * supply


def common_part(a: jax.Array, b: jax.Array) -> jax.Array:
    """Smooth lesser of two amounts >= 0, at most either: (a + b - sqrt((a - b)^2 + 4 d a b)) / 2."""
    difference, tiny = a - b, float(jnp.finfo(jnp.result_type(a, b)).tiny)
    root = jnp.sqrt(difference * difference + 4.0 * _PREFERENCE * a * b + tiny)
    return larger(0.5 * (a + b - root), 0.0)


def maintenance(
    pools: VegetationPools,
    root_nitrogen_carbon: jax.Array,
    gpp: jax.Array,
    leaf_respiration: jax.Array,
    air_temperature: jax.Array,
    root_temperature: jax.Array,
    params: VegetationCarbonParams,
    *,
    dt: float = DAY,
) -> Maintenance:
    """Breath of leaves (given), living wood and roots, paid from the reserve and today's photosynthesis.

    `gpp`, `leaf_respiration` [kg C m-2 s-1]; `root_nitrogen_carbon` [kg C m-2] the root carbon that the roots'
    nitrogen would make at their usual C:N, to which breath is proportional (Ryan 1991); temperatures [K].
    Where the supply is short all three are cut alike, so that the reserve stays >= 0.
    """
    days, reference = dt / DAY, float(ZERO_CELSIUS) + 15.0
    q10, slope = params.respiration_q10, params.respiration_q10_slope
    sapwood = pools.wood * params.sapwood_capacity / (pools.wood + params.sapwood_capacity)
    warm_air = temperature_response(air_temperature, reference, q10, slope)
    warm_soil = temperature_response(root_temperature, reference, q10, slope)
    leaf = leaf_respiration * dt
    wood = sapwood * (params.wood_respiration * warm_air * days)
    root = root_nitrogen_carbon * (params.root_respiration * warm_soil * days)
    supply = pools.reserve + gpp * dt
    demand = leaf + wood + root
    tiny = float(jnp.finfo(demand.dtype).tiny)
    paid = smaller(supply / jnp.sqrt(supply * supply + demand * demand + tiny), 1.0)
    leaf, wood, root = leaf * paid, wood * paid, root * paid
    return Maintenance(leaf, wood, root, larger(supply - (leaf + wood + root), 0.0))


def growth_activity(temperature: jax.Array, params: VegetationCarbonParams) -> jax.Array:
    """How far the cold lets cells divide [0..1]: half at `growth_temperature`, Koerner 2015."""
    return jax.nn.sigmoid((temperature - params.growth_temperature) * 0.5)


def leaf_balance(
    leaf: jax.Array, target: jax.Array, params: VegetationCarbonParams, *, dt: float = DAY
) -> tuple[jax.Array, jax.Array]:
    """Leaf growth wanted and leaf fall in one step [kg C m-2] on the way from `leaf` to `target` carbon."""
    pace = dt / (params.leaf_time * DAY + dt)
    kept = common_part(leaf, target)
    return (target - kept) * pace, (leaf - kept) * pace


def remembered_leaf(memory: jax.Array, target: jax.Array, *, dt: float = DAY) -> jax.Array:
    """Leaf carbon of a full canopy [kg C m-2]: the largest target, forgotten over three years."""
    return larger(memory * (1.0 - dt / (3.0 * YEAR)), target)


def potential_growth(
    reserve: jax.Array,
    leaf_wanted: jax.Array,
    full_leaf: jax.Array,
    activity: jax.Array,
    params: VegetationCarbonParams,
    *,
    dt: float = DAY,
) -> Growth:
    """Tissue that the reserve can make: leaves first, then wood and roots from what a flush can spare.

    `reserve`, `leaf_wanted`, `full_leaf` [kg C m-2]; `activity` [0..1]. What exceeds `leaf_reserve` canopies is
    spent with time constant `growth_time`, so growth and its respiration lag behind photosynthesis. Making 1 kg
    costs 1 / (1 - growth_respiration) kg, which is taken from the reserve by the caller.
    """
    efficiency = 1.0 - params.growth_respiration
    on_leaves = drawn(leaf_wanted / efficiency, reserve)
    left = reserve - on_leaves
    surplus = left - common_part(left, params.leaf_reserve * full_leaf)
    spent = surplus * (activity * (dt / (params.growth_time * DAY + dt)) * efficiency)
    wood = spent * params.wood_allocation
    return Growth(on_leaves * efficiency, wood, spent - wood)


def turnover_fraction(rate: jax.Array, *, dt: float = DAY) -> jax.Array:
    """Part of a pool shed in one step [1] at `rate` [yr-1], implicit: r dt / (1 + r dt)."""
    shed = rate * (dt / YEAR)
    return shed / (1.0 + shed)
