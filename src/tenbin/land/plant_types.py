"""The kinds of plants that tile the land, and those of their traits that no calibration may touch."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["N_PLANT_TYPES", "PLANT_TYPES", "PlantType", "index_of"]


class PlantType(NamedTuple):
    """One kind of plant: its name and what defines it, each trait 0 or 1."""

    name: str
    c4: int
    woody: int
    evergreen: int
    needleleaf: int
    crop: int


PLANT_TYPES: tuple[PlantType, ...] = (
    PlantType("tropical_evergreen_broadleaf", 0, 1, 1, 0, 0),
    PlantType("tropical_raingreen_broadleaf", 0, 1, 0, 0, 0),
    PlantType("temperate_evergreen_broadleaf", 0, 1, 1, 0, 0),
    PlantType("temperate_evergreen_needleleaf", 0, 1, 1, 1, 0),
    PlantType("temperate_deciduous_broadleaf", 0, 1, 0, 0, 0),
    PlantType("boreal_evergreen_needleleaf", 0, 1, 1, 1, 0),
    PlantType("boreal_deciduous_needleleaf", 0, 1, 0, 1, 0),
    PlantType("shrub", 0, 1, 1, 0, 0),
    PlantType("c3_grass", 0, 0, 0, 0, 0),
    PlantType("c4_grass", 1, 0, 0, 0, 0),
    PlantType("tundra", 0, 0, 0, 0, 0),
    PlantType("crop", 0, 0, 0, 0, 1),
    PlantType("desert_sparse", 0, 0, 0, 0, 0),
)
"""Thirteen kinds, after the classes of BETHY (Knorr 2000, Glob. Ecol. Biogeogr. 9, 225)."""

N_PLANT_TYPES = len(PLANT_TYPES)


def index_of(name: str) -> int:
    """Place of a plant type along the axis of types.

    >>> index_of("tundra")
    10
    """
    return [kind.name for kind in PLANT_TYPES].index(name)
