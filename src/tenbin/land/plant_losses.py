"""Where the tissue goes that plants shed, that people cut and clear, and that fires burn and kill."""

from __future__ import annotations

from typing import NamedTuple

from tenbin.core.arrays import jax
from tenbin.land.fire import FireLosses
from tenbin.land.land_use import LandUseParams, WoodFate
from tenbin.land.vegetation_carbon import VegetationPools

__all__ = ["PlantLosses", "apply", "cut_wood_fate", "shares", "without_drawn_back"]


class PlantLosses(NamedTuple):
    """Shares [0..1] or amounts [kg m-2] of living organs by where they go in one step, (cell,) or (2, cell).

    `leaf` and `wood` are all that leaves the leaves, what they draw back included, and all that leaves the wood.
    """

    leaf_litter: jax.Array
    leaf_fire: jax.Array
    leaf_clearing: jax.Array
    leaf_harvest: jax.Array
    leaf: jax.Array
    wood_litter: jax.Array
    wood_fire: jax.Array
    wood_clearing: jax.Array
    wood_fast: jax.Array
    wood_slow: jax.Array
    wood: jax.Array
    root_litter: jax.Array
    reserve_litter: jax.Array
    root_harvest: jax.Array


CUT_FAST, CUT_SLOW = 0.5, 0.2
"""Shares of harvested stems that become goods of 10 and of 100 years [1]; the rest is slash (own choice)."""


GROWN_ABOVE = 0.8
"""Share above ground of what a crop grows beyond its leaves, grain and stalk, which stand in its `root` organ [1]:
shoots of cereals are about five times their roots (Bolinder et al. 2007, Agric. Ecosyst. Environ. 118, 29)."""


def cut_wood_fate() -> tuple[float, float, float]:
    """Shares of wood cut for its own sake: to goods of 10 years, of 100 years, and left as slash."""
    return CUT_FAST, CUT_SLOW, 1.0 - CUT_FAST - CUT_SLOW


def shares(
    leaf_shed: jax.Array,
    wood_shed: jax.Array,
    root_shed: jax.Array,
    cleared: jax.Array | float,
    cut: jax.Array | float,
    burn: FireLosses,
    fate: WoodFate,
    params: LandUseParams,
) -> PlantLosses:
    """Shares of the organs by destiny: what is shed goes first, then clearing, wood harvest and fire [0..1].

    The same shares hold for carbon and nitrogen, save what leaves draw back (`without_drawn_back`).
    """
    fast, slow, slash = cut_wood_fate()
    standing = 1.0 - cleared
    leaf, root = 1.0 - leaf_shed, 1.0 - root_shed
    wood = 1.0 - wood_shed
    left = wood * standing * (1.0 - cut)
    wood_cleared, wood_cut = wood * cleared, wood * standing * cut
    harvest, grain = leaf_shed * params.crop_harvest, root_shed * params.crop_harvest * GROWN_ABOVE
    uprooted = cleared + standing * burn.root_killed
    return PlantLosses(
        leaf_litter=leaf_shed - harvest + leaf * (cleared * (1.0 - fate.burnt) + standing * burn.leaf_killed),
        leaf_fire=leaf * standing * burn.leaf_burnt,
        leaf_clearing=leaf * cleared * fate.burnt,
        leaf_harvest=harvest,
        leaf=leaf_shed + leaf * (cleared + standing * (burn.leaf_killed + burn.leaf_burnt)),
        wood_litter=wood_shed + wood_cleared * fate.slash + wood_cut * slash + left * burn.wood_killed,
        wood_fire=left * burn.wood_burnt,
        wood_clearing=wood_cleared * fate.burnt,
        wood_fast=wood_cleared * fate.fast + wood_cut * fast,
        wood_slow=wood_cleared * fate.slow + wood_cut * slow,
        wood=wood_shed + wood_cleared + wood_cut + left * (burn.wood_killed + burn.wood_burnt),
        root_litter=root_shed - grain + root * uprooted,
        reserve_litter=uprooted,
        root_harvest=grain,
    )


def without_drawn_back(part: PlantLosses, drawn_back: jax.Array, params: LandUseParams) -> PlantLosses:
    """Shares once leaves have taken the share `drawn_back` [0..1] into store before they fall."""
    harvest = drawn_back * params.crop_harvest
    return part._replace(
        leaf_litter=part.leaf_litter - (drawn_back - harvest), leaf_harvest=part.leaf_harvest - harvest
    )


def apply(pools: VegetationPools, part: PlantLosses) -> PlantLosses:
    """Amounts [kg m-2] that leave `pools` by their shares."""
    organs = (pools.leaf,) * 5 + (pools.wood,) * 6 + (pools.root, pools.reserve, pools.root)
    return PlantLosses(*(organ * share for organ, share in zip(organs, part, strict=True)))
