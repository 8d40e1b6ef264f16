"""Convection of the made-up year: moisture and cloud tops prescribed, for its dry air has neither.

MADE UP. Humidity comes of temperature alone. Where clouds begin and what feeds them is worked out as for real weather
(`convection`), but how high they reach is prescribed by the warmth of the lowest air: the made-up air is kept stable
near the ground by what it is pulled towards, so that no parcel would rise through it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tenbin.core.constants import GRAVITY
from tenbin.data.meteorology.humidity import STRATOSPHERE, specific_humidity
from tenbin.transport.air_grid import AirGrid
from tenbin.transport.air_layers import CP_DRY, DRY_AIR, Layers
from tenbin.transport.boundary_layer import KARMAN, roughness
from tenbin.transport.convection import (
    Clouds,
    Cumulus,
    inflow_of,
    rising_air,
    updraft_of,
    where_it_condenses,
)
from tenbin.transport.mass_fluxes import Interval

__all__ = [
    "Prescribed",
    "prescribed_clouds",
    "prescribed_evaporation",
    "prescribed_humidity",
    "prescribed_updraft",
]

Floats = npt.NDArray[np.float64]


class Prescribed(NamedTuple):
    """Own choices, by which mass fluxes are those of weather models (see `docs/numerics.md`)."""

    coldest: float = 280.0
    warmest: float = 300.0
    """[K] of the lowest layer at which deep clouds reach `shallow_top` and `deep_top`, linear in pressure between."""
    shallow_top: float = 7e4
    deep_top: float = 1.4e4
    """[Pa]"""
    frozen_land: tuple[float, float] = (268.0, 278.0)
    frozen_sea: tuple[float, float] = (245.0, 260.0)
    """[K] of the lowest layer between which clouds grow from none to all: frozen ground and ice give off no vapour.
    Seas freeze late, for the made-up air over the seas of winter is too cold by twenty degrees."""
    excess: float = 0.5
    """Least share of its vapour by which rising air is moister than the air around at the base: the made-up air, warm
    and so moist just above the ground, would let very much air rise on very little."""
    tropopause: float = 1.5e4
    """[Pa] above this all air has the moisture of the stratosphere."""


def prescribed_humidity(
    grid: AirGrid, dry_pressure: Floats, temperature: Floats, how: Prescribed | None = None
) -> Floats:
    """Specific humidity [kg kg-1] (level, lat, lon) of the relative humidity 0.77 (s - 0.02) / 0.98 of Manabe and
    Wetherald (1967, J. Atmos. Sci. 24, 241), s the pressure over that at the ground; that of the stratosphere aloft.
    """
    how = how or Prescribed()
    faces = grid.a[:, None, None] + grid.b[:, None, None] * dry_pressure
    middle = 0.5 * (faces[:-1] + faces[1:])
    relative = np.maximum(0.77 * (middle / dry_pressure - 0.02) / 0.98, 0.0)
    moist = specific_humidity(relative, temperature, middle)
    return np.where(middle < how.tropopause, STRATOSPHERE, np.maximum(moist, STRATOSPHERE))


def prescribed_evaporation(layers: Layers, land: Floats, wet: float = 0.3) -> Floats:
    """Evaporation [kg m-2 s-1] (lat, lon) by the lowest wind and the dryness of its air, not below nought.

    The ground has the temperature of the lowest layer brought down without loss of heat. Sea is saturated (98 % for
    its salt); land gives `wet` of that, an own choice.
    """
    ground = layers.temperature[0] + GRAVITY / CP_DRY * layers.height[0]
    pressure = layers.pressure[0] + 0.5 * GRAVITY * layers.mass[0]
    dry = np.maximum(0.98 * specific_humidity(1.0, ground, pressure) - layers.humidity[0], 0.0)
    speed = np.maximum(np.hypot(layers.u[0], layers.v[0]), 1.0)
    air = layers.pressure[0] / (DRY_AIR * layers.temperature[0])
    over_land, over_sea = (
        (KARMAN / np.log(layers.height[0] / roughness(np.full_like(land, kind)))) ** 2 for kind in (1.0, 0.0)
    )
    return air * speed * dry * (land * wet * over_land + (1.0 - land) * over_sea)


def prescribed_clouds(
    layers: Layers,
    interval: Interval,
    land: Floats,
    grid: AirGrid,
    how: Prescribed | None = None,
    plume: Cumulus | None = None,
) -> tuple[Clouds, Clouds]:
    """Shallow and deep clouds of an interval of made-up weather over a share of `land` (lat, lon).

    Evaporation feeds the shallow ones; what converges, and evaporation there, the deep ones, the more the warmer the
    lowest air. What rises in shallow clouds is moister than the air around by a share, what rises in deep ones rains
    out all that it brings. `layers` have the humidity of `prescribed_humidity`.
    """
    how, plume = how or Prescribed(), plume or Cumulus()
    energy, water = rising_air(layers, plume)
    base, _, _ = where_it_condenses(layers, energy, water, plume)
    thawed = land * _ramp(layers.temperature[0], how.frozen_land)
    thawed += (1.0 - land) * _ramp(layers.temperature[0], how.frozen_sea)
    warmth = _ramp(layers.temperature[0], (how.coldest, how.warmest))
    inflow = inflow_of(interval, layers.humidity, prescribed_evaporation(layers, land), grid)
    converging = inflow.water.sum(0)
    rain = warmth**2 * np.where(converging > 0.0, np.maximum(converging + inflow.evaporation, 0.0), 0.0)
    end = how.shallow_top + warmth * (how.deep_top - how.shallow_top)
    beneath = layers.pressure + 0.5 * GRAVITY * layers.mass

    def plume_to(end: Floats | float, supply: Floats, excess: Floats, deep: bool) -> Clouds:
        clouded = (base > 0) & (supply > 0.0)
        top = np.maximum(np.sum(beneath > end, axis=0) - 1, base)
        kind = np.full(clouded.shape, deep) & clouded
        return Clouds(np.where(clouded, base, 0), np.where(clouded, top, 0), excess, kind, supply)

    shallow = plume_to(how.shallow_top, thawed * inflow.evaporation, how.excess * water, False)
    return shallow, plume_to(end, thawed * rain, water, True)


def _ramp(values: Floats, between: tuple[float, float]) -> Floats:
    return np.clip((values - between[0]) / (between[1] - between[0]), 0.0, 1.0)


def prescribed_updraft(layers: Layers, interval: Interval, land: Floats, grid: AirGrid) -> Floats:
    """Dry air [kg m-2 s-1] (level - 1, lat, lon) that rises in made-up clouds through inner faces."""
    shallow, deep = prescribed_clouds(layers, interval, land, grid)
    return grid.mean_in_groups(updraft_of(layers, shallow) + updraft_of(layers, deep))
