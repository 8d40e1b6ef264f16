"""How much of the standing wood people cut in a year, by kind of forest."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["SHARE_CUT", "cut_per_year"]

SHARE_CUT = {
    "tropical_evergreen_broadleaf": 0.0015,
    "tropical_raingreen_broadleaf": 0.0030,
    "temperate_evergreen_broadleaf": 0.0060,
    "temperate_evergreen_needleleaf": 0.0090,
    "temperate_deciduous_broadleaf": 0.0070,
    "boreal_evergreen_needleleaf": 0.0045,
    "boreal_deciduous_needleleaf": 0.0010,
}
"""Share of wood cut in a year [yr-1], slash counted: a harvest of 1.0 to 1.3 Pg C yr-1 (Hurtt et al. 2011, Clim.
Change 109, 117) from the stocks of Pan et al. 2011, Science 333, 988, most in managed temperate forests, firewood in
the dry tropics; rounded."""


def cut_per_year(kind: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Share of standing wood cut in a year [yr-1] (cell,), for the names `kind` (cell,) of plant types."""
    return np.array([SHARE_CUT.get(str(name), 0.0) for name in np.asarray(kind)])
