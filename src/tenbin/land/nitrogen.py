"""Nitrogen on its round between air, plants, litter and soil, and how its shortage slows growth and decay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import larger, smaller
from tenbin.core.params import param
from tenbin.land.decomposition import Cascade, rows, sum_of_rows
from tenbin.land.vegetation_carbon import DAY, YEAR

__all__ = [
    "MineralNitrogen",
    "NitrogenParams",
    "fixation",
    "growth_limitation",
    "leached",
    "limitation_of_decay",
    "nitrogen_per_carbon",
    "soil_nitrogen_per_carbon",
    "structural_nitrogen",
    "uptake_share",
]

_CN = "Parton et al. 1993, Glob. Biogeochem. Cycles 7, 785"
_LEAF_CN = "Kattge et al. 2011, Glob. Change Biol. 17, 2905, leaf nitrogen by kind of plant"


class MineralNitrogen(NamedTuple):
    """Nitrogen that plants and microbes can take [kg N m-2], each (cell,)."""

    ammonium: jax.Array
    nitrate: jax.Array


class NitrogenParams(eqx.Module):
    """Carbon to nitrogen ratios and the pace of uptake, fixation and loss."""

    leaf_cn: jax.Array = param(
        [28.0, 26.0, 30.0, 42.0, 25.0, 45.0, 30.0, 32.0, 25.0, 30.0, 27.0, 22.0, 30.0],
        "1",
        bounds=(12.0, 80.0),
        prior_sd=6.0,
        source=_LEAF_CN,
    )
    root_cn: jax.Array = param(
        45.0, "1", bounds=(20.0, 90.0), prior_sd=10.0, source="Gordon and Jackson 2000, Ecology 81, 275"
    )
    wood_cn: jax.Array = param(
        330.0,
        "1",
        bounds=(100.0, 900.0),
        prior_sd=100.0,
        source="Sitch et al. 2003, Glob. Change Biol. 9, 161",
    )
    active_cn: jax.Array = param(11.0, "1", bounds=(5.0, 20.0), prior_sd=2.0, source=_CN + ": 3 to 15")
    slow_cn: jax.Array = param(16.0, "1", bounds=(10.0, 40.0), prior_sd=4.0, source=_CN + ": 12 to 20")
    passive_cn: jax.Array = param(9.0, "1", bounds=(6.0, 20.0), prior_sd=1.5, source=_CN + ": 7 to 10")
    structural_cn: jax.Array = param(
        150.0, "1", bounds=(60.0, 300.0), prior_sd=30.0, source="Parton et al. 1987: 150"
    )
    retranslocation: jax.Array = param(
        0.50,
        "1",
        bounds=(0.0, 0.8),
        prior_sd=0.1,
        source="Aerts 1996, J. Ecol. 84, 597: half before leaf fall",
    )
    uptake_rate: jax.Array = param(
        [2.8e-3] * 8 + [5.5e-3, 5.5e-3, 2.8e-3, 5.5e-3, 2.8e-3],
        "d-1",
        bounds=(1e-4, 5e-2),
        prior_sd=2e-3,
        source="Smith et al. 2014, Biogeosciences 11, 2027: 2.8 g (woody), 5.5 g (grass) a day per kg root carbon",
        transform="log",
    )
    uptake_half: jax.Array = param(
        1.0e-3,
        "kg m-2",
        bounds=(1e-5, 5e-2),
        prior_sd=1e-3,
        source="Thornley 1991: half of full uptake",
        transform="log",
    )
    reserve_share: jax.Array = param(
        0.5,
        "1",
        bounds=(0.05, 2.0),
        prior_sd=0.2,
        source="own choice: store at which uptake halves, over leaf and root nitrogen",
        transform="log",
    )
    release_time: jax.Array = param(
        10.0,
        "d",
        bounds=(1.0, 90.0),
        prior_sd=7.0,
        source="own choice: store to growing tissue",
        transform="log",
    )
    fixation_maximum: jax.Array = param(
        1.8e-3,
        "kg m-2 yr-1",
        bounds=(0.0, 1.0e-2),
        prior_sd=8e-4,
        source="Cleveland et al. 1999, Glob. Biogeochem. Cycles 13, 623, as fitted to NPP by Thornton et al. 2007",
    )
    fixation_npp: jax.Array = param(
        0.333,
        "kg m-2 yr-1",
        bounds=(0.05, 3.0),
        prior_sd=0.15,
        source="Thornton et al. 2007, GB4018: 1.8 (1 - exp(-0.003 NPP)), in g",
        transform="log",
    )
    fixation_inhibition: jax.Array = param(
        1.0e-3,
        "kg m-2",
        bounds=(1e-5, 1.0),
        prior_sd=1e-3,
        source="own choice: mineral nitrogen that halves fixation (Streeter 1988, Crit. Rev. Plant Sci. 7, 1)",
        transform="log",
    )
    mobile_nitrate: jax.Array = param(
        1.0,
        "1",
        bounds=(0.0, 1.0),
        prior_sd=0.2,
        source="CLM 4.5, sf_no3: all nitrate is dissolved; share of it that the water meets",
    )
    deposited_ammonium: jax.Array = param(
        0.5, "1", bounds=(0.0, 1.0), prior_sd=0.1, source="Lamarque et al. 2013, Atmos. Chem. Phys. 13, 7997"
    )
    fertiliser_ammonium: jax.Array = param(
        0.85, "1", bounds=(0.0, 1.0), prior_sd=0.1, source="IFA statistics: urea and ammonium in what is sold"
    )


def nitrogen_per_carbon(plan: Cascade, params: NitrogenParams) -> jax.Array:
    """Nitrogen that the heirs of each dead pool need per carbon that decays [kg N (kg C)-1], (6, 1 or cell).

    Parton et al. 1987: soil pools keep their C:N, the difference is mineralised or immobilised.
    """
    return jnp.sum(plan.heirs * soil_nitrogen_per_carbon(params)[:, None], axis=0)


def soil_nitrogen_per_carbon(params: NitrogenParams) -> jax.Array:
    """Nitrogen over carbon [1] of the active, slow and passive pools, (3, 1 or cell)."""
    return 1.0 / rows(params.active_cn, params.slow_cn, params.passive_cn)


def limitation_of_decay(
    released: jax.Array,
    needed: jax.Array,
    available: jax.Array,
    hold: Callable[[Any], Any] = lambda values: values,
) -> jax.Array:
    """Factor [0..1] on the decay of each pool (pool, cell) so that microbes never take more than is `available`.

    `released` and `needed` (pool, cell), `available` (cell,) [kg N m-2 per step]. With f = A / sqrt(A^2 +
    sum(needed)^2), a pool that lacks nothing is not slowed, one that brings no nitrogen of its own is slowed by f,
    and in between by f n / (f n + (1 - f) deficit), for which the taken sum is below A. `hold` keeps in memory what
    all pools need.
    """
    total = sum_of_rows(needed)
    tiny = float(jnp.finfo(available.dtype).tiny)
    share = hold(available / jnp.sqrt(available * available + total * total + tiny))
    own, deficit = share * needed, larger(needed - released, 0.0)
    return (own + tiny) / (own + (1.0 - share) * deficit + tiny)


def growth_limitation(
    store: jax.Array, need: jax.Array, params: NitrogenParams, *, dt: float = DAY
) -> jax.Array:
    """Factor on growth [0..1]: a / sqrt(a^2 + need^2), with a = store dt / release_time [kg N m-2]."""
    offered = store * (dt / (params.release_time * DAY + dt))
    tiny = float(jnp.finfo(offered.dtype).tiny)
    return (offered + tiny) / jnp.sqrt(offered * offered + need * need + tiny * tiny + tiny)


def uptake_share(
    mineral: jax.Array,
    root_carbon: jax.Array,
    store: jax.Array,
    store_target: jax.Array,
    warmth: jax.Array,
    params: NitrogenParams,
    *,
    dt: float = DAY,
) -> jax.Array:
    """Share of `mineral` [kg N m-2] that roots take in one step [0..1]: Michaelis-Menten, less as the store fills.

    V root warmth N / (K + N) times target^4 / (target^4 + store^4), implicit in N so that less than `mineral` is
    taken. The fourth power keeps the store near its target: what plants do not want stays for water and microbes.
    """
    tiny = float(jnp.finfo(mineral.dtype).tiny)
    empty = (store_target + tiny) / (store_target + store + tiny)
    square, rest = empty * empty, (1.0 - empty) * (1.0 - empty)
    appetite = square * square / (square * square + rest * rest)
    strength = params.uptake_rate * (dt / DAY) * root_carbon * warmth * appetite
    return strength / (params.uptake_half + mineral + strength)


def fixation(
    mean_npp: jax.Array, mineral: jax.Array, params: NitrogenParams, *, dt: float = DAY
) -> jax.Array:
    """Nitrogen fixed by life in one step [kg N m-2] at a mean NPP [kg C m-2 yr-1]: saturating exponential.

    The more `mineral` nitrogen [kg N m-2] the soil has, the less is fixed: K / (K + N).
    """
    wanted = params.fixation_inhibition / (params.fixation_inhibition + mineral) * (dt / YEAR)
    return params.fixation_maximum * wanted * -jnp.expm1(-larger(mean_npp, 0.0) / params.fixation_npp)


def leached(
    nitrate: jax.Array, drainage: jax.Array, soil_water: jax.Array, params: NitrogenParams, *, dt: float = DAY
) -> jax.Array:
    """Nitrate carried away in one step [kg N m-2] by `drainage` [kg m-2 s-1] out of `soil_water` [kg m-2]."""
    washed = larger(drainage, 0.0) * dt * params.mobile_nitrate
    return nitrate * washed / (larger(soil_water, 1.0) + washed)


def structural_nitrogen(carbon: jax.Array, nitrogen: jax.Array, params: NitrogenParams) -> jax.Array:
    """Part of a litter's `nitrogen` that its structural `carbon` takes at its fixed C:N, never above 0.8 of it."""
    wanted, most = carbon / params.structural_cn, 0.8 * nitrogen
    tiny = float(jnp.finfo(wanted.dtype).tiny)
    return most * smaller(wanted / jnp.sqrt(wanted * wanted + most * most + tiny), 1.0)
