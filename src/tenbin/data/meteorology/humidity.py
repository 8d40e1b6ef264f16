"""Water vapour in air: its saturation over water and ice, and specific humidity from relative humidity."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

__all__ = ["STRATOSPHERE", "dry_above", "saturation_pressure", "specific_humidity"]

# Tetens' formula with the parameters of Buck (1981) over water and of the AERKi formula of Alduchov and Eskridge
# (1996) over ice, and the mixed phase between: IFS Documentation CY47R3, Part IV, section 7.4.2 (ECMWF 2020).
_BASE = 611.21  # Pa, at the triple point
_TRIPLE = 273.16  # K
_WATER = (17.502, 32.19)  # 1, K
_ICE = (22.587, -0.7)  # 1, K
_ALL_ICE = 250.16  # K
_MASS_RATIO = 0.621981  # 287.0597 / 461.5250, dry air over water vapour, same source

STRATOSPHERE = 2.5e-6
"""Specific humidity [kg kg-1] of 4 ppmv, air that enters the stratosphere: Kley et al. (2000), SPARC Report 2."""


def _tetens(temperature: Any, slope: float, offset: float) -> Any:
    return _BASE * np.exp(slope * (temperature - _TRIPLE) / (temperature - offset))


def saturation_pressure(temperature: Any) -> Any:
    """Vapour pressure of saturation [Pa] at `temperature` [K]: over water, over ice below 250.16 K, mixed between.

    >>> round(float(saturation_pressure(293.15)))
    2336
    """
    warm = (temperature - _ALL_ICE) / (_TRIPLE - _ALL_ICE)
    share = np.minimum(np.maximum(warm, 0.0), 1.0) ** 2
    return share * _tetens(temperature, *_WATER) + (1.0 - share) * _tetens(temperature, *_ICE)


def specific_humidity(relative: Any, temperature: Any, pressure: Any) -> Any:
    """Specific humidity [kg kg-1] from relative humidity [1] of mixed phase, temperature [K] and pressure [Pa].

    Below zero, where analyses overshoot, counts as dry. Producers mix the phases in slightly different ways (GFS
    linearly between 253 and 273 K): between, the result may be some percent off.

    >>> round(float(specific_humidity(1.0, 293.15, 1e5)), 4)
    0.0147
    """
    vapour = (relative * (relative > 0.0)) * saturation_pressure(temperature)
    return _MASS_RATIO * vapour / (pressure - (1.0 - _MASS_RATIO) * vapour)


def dry_above(hus: xr.DataArray) -> xr.DataArray:
    """`hus` (level from the ground up) with STRATOSPHERE where it is missing above a level that has a value.

    Humidity is often not given in the upper air; what is missing below the ground stays so.
    """
    begun = hus.notnull().cumsum("level") > 0
    return hus.where(hus.notnull() | ~begun, STRATOSPHERE).assign_attrs(hus.attrs)
