"""Precipitation that gauges miss: wind carries snow past them, and rain wets their walls and dries from them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from tenbin.core.constants import ZERO_CELSIUS

__all__ = ["RAIN_FACTOR", "catch_of_snow", "corrected", "factor"]

Floats = npt.NDArray[np.float64]

RAIN_FACTOR = 1.07
"""True over measured rain [1]: wind takes 2 to 10 % and wetting and evaporation a few more (Sevruk 1982, WMO Oper.
Hydrol. Rep. 21); 7 % lies among the warm zones of Legates and Willmott 1990, Int. J. Climatol. 10, 111."""
GAUGE_WIND = 2.5
"""Wind at the rim of gauges [m s-1]: 3.3 m s-1 at 10 m over land (Archer and Jacobson 2005, J. Geophys. Res. 110,
D12110) brought down to 2 m by a logarithmic profile over short grass."""


def catch_of_snow(celsius: npt.ArrayLike) -> Floats:
    """Share of snowfall that a shielded gauge catches [1]: 1.0311 - 0.0867 wind + 0.0030 t, t in degC.

    The Tretyakov gauge of half of the cold world (Goodison, Louie and Yang 1998, WMO/TD 872), held within 0.4 to 1.
    """
    warmth = np.asarray(celsius, dtype=float)
    return np.clip(1.0311 - 0.0867 * GAUGE_WIND + 0.0030 * warmth, 0.4, 1.0)


def factor(celsius: npt.ArrayLike) -> Floats:
    """True over measured precipitation [1] in a month of this mean temperature [degC].

    Half of it is snow at 1 degC (Jennings et al. 2018), smeared over the days of a month: width 2 K. Over land it
    makes about a tenth more, where Adam and Lettenmaier 2003 (J. Geophys. Res. 108, 4257) find 11.7 %.

    >>> bool(factor(25.0) < 1.08) and bool(1.25 < factor(-20.0) < 1.45)
    True
    """
    warmth = np.asarray(celsius, dtype=float)
    snow = 1.0 / (1.0 + np.exp((warmth - 1.0) / 2.0))
    return np.asarray(snow / catch_of_snow(warmth) + (1.0 - snow) * RAIN_FACTOR)


def corrected(climatology: xr.Dataset) -> xr.Dataset:
    """A climatology (month, cell) with `tas` [K] whose `pr` holds what gauges missed as well."""
    true = climatology["pr"] * factor(climatology["tas"].values - float(ZERO_CELSIUS))
    return climatology.assign(pr=true.assign_attrs(climatology["pr"].attrs))
