"""Where the tissue goes that plants shed, that people cut and clear, and that fires burn and kill."""

from __future__ import annotations

from typing import NamedTuple

from tenbin.core.arrays import jax
from tenbin.land.fire import FireLosses
from tenbin.land.land_use import LandUseParams, WoodFate
from tenbin.land.vegetation_carbon import VegetationPools

__all__ = ["PlantLosses", "apply", "cut_wood_fate", "shares", "without_drawn_back"]


class PlantLosses(NamedTuple):
    """Shares [0..1] or amounts [kg m-2] of living organs by where they go in one step, each (cell,)."""

    leaf_litter: jax.Array
    leaf_fire: jax.Array
    leaf_clearing: jax.Array
    leaf_harvest: jax.Array
    wood_litter: jax.Array
    wood_fire: jax.Array
    wood_clearing: jax.Array
    wood_fast: jax.Array
    wood_slow: jax.Array
    root_litter: jax.Array
    reserve_litter: jax.Array

    @property
    def leaf(self) -> jax.Array:
        """All that leaves the leaves."""
        return self.leaf_litter + self.leaf_fire + self.leaf_clearing + self.leaf_harvest

    @property
    def wood(self) -> jax.Array:
        """All that leaves the wood."""
        return self.wood_litter + self.wood_fire + self.wood_clearing + self.wood_fast + self.wood_slow


CUT_FAST, CUT_SLOW = 0.5, 0.2
"""Shares of harvested stems that become goods of 10 and of 100 years [1]; the rest is slash (own choice)."""


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
    harvest = leaf_shed * params.crop_harvest
    return PlantLosses(
        leaf_litter=leaf_shed - harvest + leaf * (cleared * (1.0 - fate.burnt) + standing * burn.leaf_killed),
        leaf_fire=leaf * standing * burn.leaf_burnt,
        leaf_clearing=leaf * cleared * fate.burnt,
        leaf_harvest=harvest,
        wood_litter=wood_shed + wood_cleared * fate.slash + wood_cut * slash + left * burn.wood_killed,
        wood_fire=left * burn.wood_burnt,
        wood_clearing=wood_cleared * fate.burnt,
        wood_fast=wood_cleared * fate.fast + wood_cut * fast,
        wood_slow=wood_cleared * fate.slow + wood_cut * slow,
        root_litter=root_shed + root * (cleared + standing * burn.root_killed),
        reserve_litter=cleared + standing * burn.root_killed,
    )


def without_drawn_back(
    part: PlantLosses, leaf_shed: jax.Array, drawn_back: jax.Array, params: LandUseParams
) -> tuple[PlantLosses, jax.Array]:
    """Shares for nitrogen, of which leaves take `drawn_back` [0..1] into store before they fall; and that share."""
    back = leaf_shed * drawn_back
    harvest = back * params.crop_harvest
    return part._replace(
        leaf_litter=part.leaf_litter - (back - harvest), leaf_harvest=part.leaf_harvest - harvest
    ), back


def apply(pools: VegetationPools, part: PlantLosses) -> PlantLosses:
    """Amounts [kg m-2] that leave `pools` by their shares."""
    organs = (pools.leaf,) * 4 + (pools.wood,) * 5 + (pools.root, pools.reserve)
    return PlantLosses(*(organ * share for organ, share in zip(organs, part, strict=True)))
