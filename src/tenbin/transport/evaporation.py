"""Water that sea and land give to the air where an analysis does not say: from its wind, warmth and moisture.

The sea gives what the wind carries off its wet surface, somewhat warmer than the air. Land gives the share of the
heat that the sun brings that goes into vapour where the ground is as dry as the air above it has become (Kim et al.
2021, Hydrol. Earth Syst. Sci. 25, 5175, who find vertical gradients of relative humidity near nought from daily
to yearly scales): neither soils nor plants are known here.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tenbin.core.constants import GRAVITY
from tenbin.data.meteorology.humidity import specific_humidity
from tenbin.transport.air_layers import CP_DRY, DRY_AIR, KAPPA, Layers
from tenbin.transport.boundary_layer import KARMAN, ROUGH_SEA, Surface, drag
from tenbin.transport.convection import LATENT

__all__ = ["evaporation_of", "from_land", "from_sea"]

Floats = npt.NDArray[np.float64]

SALT = 0.98
"""Vapour pressure over sea water as a share of that over fresh water; a rounded textbook value."""
WARMER = 1.0
"""[K] by which the sea is warmer than the air at 2 m. Own choice: two GFS forecasts have 0.8 and 0.9 K, by their flux
of sensible heat."""
HEAT = 0.22
"""Share of the sunlight above the air that land gives back as sensible and latent heat. Own choice: that of all land
in two GFS forecasts."""
_CALM = 1.0
"""[m s-1] least wind over the sea; own choice."""


def evaporation_of(layers: Layers, surface: Surface, sunlight: Floats) -> Floats:
    """[kg m-2 s-1] (lat, lon), not below nought: the flux of latent heat where it is given, else what sea and land
    give. `sunlight` [W m-2] (lat, lon) falls on a level plane above the air."""
    if surface.latent is not None:
        return np.maximum(surface.latent, 0.0) / LATENT
    land = surface.land
    return land * from_land(layers, surface, sunlight) + (1.0 - land) * from_sea(layers, surface)


def from_sea(layers: Layers, surface: Surface) -> Floats:
    """[kg m-2 s-1] friction velocity times the moisture scale of a wet surface under the lowest layer.

    The sea is `WARMER` than the air at 2 m, without which the lowest layer is brought down without loss of heat. The
    wind at 10 m counts where given: profiles follow a logarithm of height there, not up to the middle of a layer.
    """
    pressure = layers.pressure[0] + 0.5 * GRAVITY * layers.mass[0]
    warm = layers.temperature[0] + GRAVITY / CP_DRY * layers.height[0]
    warm = WARMER + (warm if surface.temperature is None else surface.temperature)
    wet = SALT * specific_humidity(1.0, warm, pressure)
    theta = warm * (1.0 + 0.61 * wet) * (1e5 / pressure) ** KAPPA
    speed = np.maximum(np.hypot(layers.u[0], layers.v[0]), _CALM)
    momentum, heat = drag(theta, layers, speed, np.full_like(speed, ROUGH_SEA))
    friction = np.sqrt(momentum) * speed
    if surface.wind is not None:
        friction = KARMAN * np.maximum(surface.wind, _CALM) / np.log1p(10.0 / ROUGH_SEA)
    dry = np.maximum(wet - layers.humidity[0], 0.0)
    return pressure / (DRY_AIR * warm) * friction * heat / np.sqrt(momentum) * dry


def from_land(layers: Layers, surface: Surface, sunlight: Floats) -> Floats:
    """[kg m-2 s-1] where the relative humidity r of the ground is that of the air near it.

    Then differences of humidity between both are r s times those of temperature, s the slope of saturation: latent
    over sensible heat is L r s / cp. The sensible heat is that given, or both share `HEAT` of the sunlight.
    """
    pressure = layers.pressure[0] + 0.5 * GRAVITY * layers.mass[0]
    warm = layers.temperature[0] + GRAVITY / CP_DRY * layers.height[0]
    warm = warm if surface.temperature is None else surface.temperature
    full = specific_humidity(1.0, warm, pressure)
    slope = specific_humidity(1.0, warm + 0.5, pressure) - specific_humidity(1.0, warm - 0.5, pressure)
    ratio = LATENT / CP_DRY * np.minimum(layers.humidity[0] / full, 1.0) * slope
    if surface.sensible is not None:
        return np.maximum(surface.sensible, 0.0) * ratio / LATENT
    return HEAT * sunlight * ratio / (1.0 + ratio) / LATENT
