"""Air that rises in cumulus clouds: how much and how high, from temperature, humidity and the supply of moisture.

One plume stands for all clouds of a column (Tiedtke 1989, Mon. Wea. Rev. 117, 1779), in the form in which tracer
models of the TM family work it out from archived weather. Air of the lowest layer rises until its vapour condenses:
the cloud base. From there it draws in air around it and rises as long as it is lighter. As much air rises through the
base as the moisture that comes to the air below can feed. Downdraughts and clouds that begin aloft are left out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tenbin.core.constants import GRAVITY
from tenbin.data.meteorology.humidity import specific_humidity
from tenbin.transport.air_grid import AirGrid
from tenbin.transport.air_layers import CP_DRY, Layers
from tenbin.transport.mass_fluxes import Interval

__all__ = [
    "LATENT",
    "Clouds",
    "Cumulus",
    "Inflow",
    "clouds_of",
    "inflow_of",
    "updraft_of",
]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
BOOL = npt.NDArray[np.bool_]

LATENT = 2.5e6
"""[J kg-1] heat of vaporisation at 0 C (2.5008e6 in IFS Documentation CY47R3, Part IV), rounded."""
_VAPOUR_GAS = 461.5
"""[J kg-1 K-1] gas constant of water vapour."""
_HUMID = 0.61
_ROUNDS = 3
"""Newton's rounds in which temperature at saturation is found, from that of the air around: right to 0.05 K."""


class Cumulus(NamedTuple):
    """Numbers of the plume. Tiedtke (1989) unless said otherwise; TM: as the tracer models of that family have it."""

    deep: float = 1e-4
    shallow: float = 3e-4
    """[m-1] air drawn in and given off by clouds fed by converging winds, and by clouds fed by evaporation alone."""
    moister: float = 0.2
    """Share of what the lowest layer lacks to saturation that the rising air has more of (TM)."""
    lenient: float = 0.5
    """[K] by which air at the cloud base may be colder than around."""
    thinnest: float = 0.01
    """Least excess of moisture at the cloud base over that around, as a share of the latter (TM)."""
    shallow_top: float = 7e4
    """[Pa] clouds fed by evaporation alone end below; own choice, the trade inversion."""
    turnover: float = 3600.0
    """[s] at least in which the air below the base rises out; own choice."""
    highest_base: float = 5e4
    """[Pa] no cloud begins beyond; own choice."""
    highest_top: float = 1e4
    """[Pa] no cloud rises beyond; own choice."""


class Inflow(NamedTuple):
    """What winds and ground bring: `water` and `air` [kg m-2 s-1] (level, lat, lon) that converge sideways in each
    layer, and `evaporation` [kg m-2 s-1] (lat, lon)."""

    water: Floats
    air: Floats
    evaporation: Floats


class Clouds(NamedTuple):
    """Clouds of columns (lat, lon): the layer in which they begin, `base` (at least 1), and the highest that they
    reach, `top`; nought in both where there are none. `excess` of specific humidity over the air around at the base,
    `deep` where winds feed them, and what feeds them, `supply` [kg m-2 s-1]."""

    base: Integers
    top: Integers
    excess: Floats
    deep: BOOL
    supply: Floats


def inflow_of(interval: Interval, humidity: Floats, evaporation: Floats, grid: AirGrid) -> Inflow:
    """Convergence of water and air in an interval of flow, with specific `humidity` [kg kg-1] (level, lat, lon) of
    cells and means of two cells at their faces."""
    ratio = humidity / (1.0 - humidity)
    east = interval.east * 0.5 * (ratio + np.roll(ratio, -1, axis=-1))
    north = interval.north * 0.5 * (ratio[:, :-1] + ratio[:, 1:])
    water, air = (
        _converging(*flow) / grid.grid.area for flow in ((east, north), (interval.east, interval.north))
    )
    return Inflow(grid.mean_in_groups(water), grid.mean_in_groups(air), evaporation)


def _converging(east: Floats, north: Floats) -> Floats:
    through = np.pad(north, ((0, 0), (1, 1), (0, 0)))
    return np.roll(east, 1, axis=-1) - east + through[:, :-1] - through[:, 1:]


def clouds_of(layers: Layers, inflow: Inflow, how: Cumulus | None = None) -> Clouds:
    """Where clouds begin and end and what feeds them."""
    how = how or Cumulus()
    energy, water = rising_air(layers, how)
    base, vapour, light = where_it_condenses(layers, energy, water, how)
    supply, converging, around = feeding(layers, inflow, base)
    clouded = light & (supply > 0.0)
    deep = clouded & (converging > 0.0)
    top = _top(layers, base, np.where(clouded, energy, np.nan), vapour, deep, how)
    excess = np.maximum(water - around, how.thinnest * around)
    return Clouds(np.where(clouded, base, 0), np.where(clouded, top, 0), excess, deep, supply)


def feeding(layers: Layers, inflow: Inflow, base: Integers) -> tuple[Floats, Floats, Floats]:
    """What feeds clouds [kg m-2 s-1], not below nought; the part of it that winds bring, of either sign: water that
    converges beneath the base beyond what the air takes with it at the base; and specific humidity there."""
    below = np.arange(len(layers.height))[:, None, None] < base
    around = np.take_along_axis(layers.humidity, base[None], 0)[0]
    converging = ((inflow.water - around / (1.0 - around) * inflow.air) * below).sum(0)
    return np.maximum(converging + inflow.evaporation, 0.0), converging, around


def rising_air(layers: Layers, how: Cumulus) -> tuple[Floats, Floats]:
    """Moist static energy [J kg-1] and specific humidity of air that leaves the lowest layer."""
    saturated = specific_humidity(1.0, layers.temperature[0], layers.pressure[0])
    lowest = layers.humidity[0]
    vapour = lowest + how.moister * np.maximum(saturated - lowest, 0.0)
    return _dry_energy(layers, 0) + LATENT * vapour, vapour


def _dry_energy(layers: Layers, level: int) -> Floats:
    return CP_DRY * layers.temperature[level] + GRAVITY * layers.height[level]


def _virtual(temperature: Floats, humidity: Floats) -> Floats:
    return temperature * (1.0 + _HUMID * humidity)


def where_it_condenses(
    layers: Layers, energy: Floats, water: Floats, how: Cumulus
) -> tuple[Integers, Floats, BOOL]:
    """The layer in which rising air first condenses (nought: in none), what vapour it then has, and whether it is
    light enough there."""
    base = np.zeros(energy.shape, dtype=np.int64)
    vapour, light = water.copy(), np.zeros(energy.shape, dtype=bool)
    for level in range(1, len(layers.height)):
        if (layers.pressure[level] < how.highest_base).all() or base.all():
            break
        dry = (energy - LATENT * water - GRAVITY * layers.height[level]) / CP_DRY
        new = (base == 0) & (specific_humidity(1.0, dry, layers.pressure[level]) < water)
        if not new.any():
            continue
        warm, full = _saturated(layers, level, energy)
        around = _virtual(layers.temperature[level], layers.humidity[level])
        base[new], vapour[new] = level, full[new]
        light[new] = (_virtual(warm, full) > around - how.lenient)[new]
    return base, vapour, light


def _saturated(layers: Layers, level: int, energy: Floats) -> tuple[Floats, Floats]:
    """Temperature [K] and specific humidity of saturated air of moist static `energy` [J kg-1] in a layer."""
    pressure = layers.pressure[level]
    free = energy - GRAVITY * layers.height[level]
    warm = layers.temperature[level]
    for _ in range(_ROUNDS):
        full = specific_humidity(1.0, warm, pressure)
        slope = CP_DRY + LATENT**2 * full / (_VAPOUR_GAS * warm**2)
        step = (free - CP_DRY * warm - LATENT * full) / slope
        warm = np.clip(warm + step, 150.0, 350.0)
    return warm, (free - CP_DRY * warm) / LATENT


def _top(
    layers: Layers, base: Integers, energy: Floats, vapour: Floats, deep: BOOL, how: Cumulus
) -> Integers:
    """The highest layer that clouds reach: the last in which they are lighter than the air around, at least the base.

    `energy` is NaN where there are none.
    """
    rate = np.where(deep, how.deep, how.shallow)
    end = np.where(deep, how.highest_top, how.shallow_top)
    top, rising = base.copy(), np.isfinite(energy)
    water = vapour
    for level in range(2, len(layers.height)):
        if not rising.any():
            break
        above = rising & (base < level)
        drawn = rate * layers.distance[level - 1]
        around = 0.5 * (_moist_energy(layers, level - 1) + _moist_energy(layers, level))
        moisture = 0.5 * (layers.humidity[level - 1] + layers.humidity[level])
        energy = np.where(above, (energy + drawn * around) / (1.0 + drawn), energy)
        water = np.where(above, (water + drawn * moisture) / (1.0 + drawn), water)
        warm, full = _saturated(layers, level, energy)
        free = energy - GRAVITY * layers.height[level] - LATENT * water
        dry = full >= water  # too dry to condense by what it drew in
        warm, water = np.where(dry, free / CP_DRY, warm), np.where(above & ~dry, full, water)
        outside = _virtual(layers.temperature[level], layers.humidity[level])
        still = (_virtual(warm, water) > outside) & (layers.pressure[level] > end)
        rising &= ~above | still
        top = np.where(above & rising, level, top)
    return top


def _moist_energy(layers: Layers, level: int) -> Floats:
    return _dry_energy(layers, level) + LATENT * layers.humidity[level]


def updraft_of(layers: Layers, clouds: Clouds, how: Cumulus | None = None) -> Floats:
    """Dry air [kg m-2 s-1] (level - 1, lat, lon) that rises through inner faces in clouds.

    Through the base as much as what feeds them over what moisture the rising air has more; below it in proportion to
    the mass beneath a face; above it less and less, by the square of the height within the cloud (own choice), to
    nought at the top.
    """
    how = how or Cumulus()
    below = np.cumsum(layers.mass, axis=0)[:-1]
    levels = np.arange(1, len(layers.height))[:, None, None]
    held = np.take_along_axis(below, np.maximum(clouds.base - 1, 0)[None], 0)[0]
    clouded = clouds.base > 0
    through = np.where(clouded, np.minimum(clouds.supply / clouds.excess, held / how.turnover), 0.0)
    start = np.take_along_axis(layers.face, np.maximum(clouds.base - 1, 0)[None], 0)[0]
    last = np.minimum(clouds.top, len(layers.face) - 1)
    end = np.take_along_axis(layers.face, last[None], 0)[0]
    within = np.clip((layers.face - start) / np.maximum(end - start, 1.0), 0.0, 1.0)
    shape = np.where(levels <= clouds.base, below / held, 1.0 - within**2)
    return through * np.where(levels <= clouds.top, np.clip(shape, 0.0, 1.0), 0.0)


def cumulus_of(layers: Layers, inflow: Inflow, how: Cumulus | None = None) -> Floats:
    """`updraft_of` the clouds that the air and what comes to it make (`clouds_of`)."""
    return updraft_of(layers, clouds_of(layers, inflow, how), how)
