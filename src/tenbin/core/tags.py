"""Where a parcel of water came from: the names along the `tag` axis, shared by soil, river and vapour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenbin.core.errors import Fault, InputError

__all__ = ["ISOTOPES", "LAND_TAGS", "SOIL_TAGS", "TagAxis", "VAPOUR_TAGS", "tag_residual"]


@dataclass(frozen=True)
class TagAxis:
    """Origins that together are all the water, in the order of the array axis `tag`."""

    name: str
    origins: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(set(self.origins)) != len(self.origins):
            raise InputError(
                Fault(f"tags {self.name!r}", "origins", str(self.origins), "no name twice", "rename one")
            )

    def __len__(self) -> int:
        return len(self.origins)

    def index(self, origin: str) -> int:
        """Place of an origin along the axis; raises InputError that lists the names if there is none.

        >>> LAND_TAGS.index("rain")
        0
        """
        if origin in self.origins:
            return self.origins.index(origin)
        expected = "one of " + ", ".join(self.origins)
        raise InputError(
            Fault(f"tags {self.name!r}", "origin", repr(origin), expected, "choose from the list")
        )


LAND_TAGS = TagAxis("land", ("rain", "snowmelt", "ground_ice", "glacier", "irrigation", "initial"))
"""Origins of water in soil and rivers; `initial` is what stood there at the start of the run."""

SOIL_TAGS = TagAxis("soil", ("rain", "snowmelt", "ground_ice", "initial"))
"""The origins that the soil column follows by itself: the others of `LAND_TAGS` need glaciers or irrigation."""

VAPOUR_TAGS = TagAxis(
    "vapour", ("arctic", "atlantic", "pacific", "indian", "southern", "mediterranean", "land", "initial")
)
"""Origins of vapour in the air: the ocean basin, or land, from which it evaporated."""

ISOTOPES = TagAxis("isotopes", ("h2_16o", "h2_18o", "hd_16o"))
"""Isotopologues of water: tags that fractionate. Unlike origins they do not sum to the water they mark."""


def tag_residual(tagged: npt.ArrayLike, total: npt.ArrayLike, axis: int = -1) -> float:
    """Largest difference of the sum of tags from the water itself, relative to the most water anywhere [1].

    `tagged` has the axis `tag` at `axis`; without it, it has the shape of `total`. Both are in one unit.
    """
    total = np.asarray(total, dtype=float)
    scale = max(float(np.abs(total).max(initial=0.0)), np.finfo(float).tiny)
    return float(np.abs(np.asarray(tagged, dtype=float).sum(axis=axis) - total).max(initial=0.0) / scale)
