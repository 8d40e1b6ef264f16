"""Turbulence of the made-up year: boundary layers prescribed by land, sea and sunlight, for its dry air has no day.

MADE UP. Over land the boundary layer grows through the day as sunlight's heat fills a stable morning (encroachment:
h^2 = 2 B / g, with B the heat put in since sunrise and g the gradient of potential temperature, e.g. Stull 1988, An
Introduction to Boundary Layer Meteorology, section 11.2), and falls back when less heat comes than in the late
afternoon, to what the wind keeps up. Over sea it has no day. Weak mixing elsewhere is that of shear and stability of
the made-up air.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tenbin.data.land_grids.solar import declination, top_of_atmosphere
from tenbin.transport.air_grid import AirGrid
from tenbin.transport.air_layers import CP_DRY, Layers
from tenbin.transport.boundary_layer import (
    KARMAN,
    MECHANICAL,
    local_diffusivity,
    profile_diffusivity,
    roughness,
)

__all__ = ["Prescribed", "prescribed_boundary_layer", "prescribed_exchange"]

Floats = npt.NDArray[np.float64]
AIR = 1.2
"""[kg m-3] density of air near the ground; rounded."""


class Prescribed(NamedTuple):
    """Numbers of the prescribed boundary layer; own choices, made so that heights are those of the literature.

    Bulk Richardson heights from soundings are below 1 km by day and below 0.5 km by night over Europe and the United
    States (Seidel et al. 2012, J. Geophys. Res. 117, D17106).
    """

    night: float = 200.0
    """[m] height over land without sun and wind."""
    sea: float = 500.0
    sea_warm: float = 400.0
    """[m] height over sea at the poles, and what is added at the equator, with the cosine of latitude squared."""
    heat: float = 0.13
    """Share of sunlight above the air that becomes sensible heat over land, mean of clear and cloudy, wet and dry."""
    sea_heat: float = 10.0
    """[W m-2] sensible heat over sea, day and night."""
    night_heat: float = -15.0
    """[W m-2] sensible heat over land without the sun."""
    gradient: float = 6e-3
    """[K m-1] of potential temperature that the day's boundary layer grows into."""
    entrainment: float = 1.4
    """Growth of the square of height by air drawn in from above, 1 + 2 x 0.2 (Stull 1988, section 11.2)."""
    fading: float = 0.1
    """Share of the day's sunlight, its last, in which the boundary layer falls back: from about 15.5 h to sunset at
    the equinox. Heights over land are largest at 15 h local time (Liu and Liang 2010, J. Climate 23, 5790)."""
    tallest: float = 4000.0
    """[m] faces of layers beyond are left to shear and stability."""
    samples: int = 3
    """Times at which the exchange of an interval of 6 h is worked out, in the middles of equal parts."""


def prescribed_boundary_layer(
    grid: AirGrid, day: float, hour: float, how: Prescribed | None = None
) -> tuple[Floats, Floats, Floats]:
    """Heights [m] over land and over sea, and sensible heat of land [W m-2], each (lat, lon), at a time.

    `day` counts from nought on 1 January, `hour` is that of universal time.
    """
    how = how or Prescribed()
    lat, lon = grid.grid.lat[:, None], grid.grid.lon[None]
    number = day + 1.0
    mean = top_of_atmosphere(lat, number)
    now, since = _sunlight(lat, number, mean, (hour + lon / 15.0) % 24.0)
    stored = how.heat * 86400.0 * mean * since
    depth = np.sqrt(2.0 * how.entrainment * stored / (AIR * CP_DRY * how.gradient))
    left = np.clip((1.0 - since) / how.fading, 0.0, 1.0) * (now > 0.0)
    height = np.maximum(how.night, depth * left)
    sensible = how.heat * now * left + how.night_heat * (1.0 - left)
    sea = how.sea + how.sea_warm * np.cos(np.radians(lat)) ** 2
    return height, np.broadcast_to(sea, height.shape), sensible


def _sunlight(lat: Floats, number: float, mean: Floats, hours: Floats) -> tuple[Floats, Floats]:
    """Sunlight above the air [W m-2] at hours of local solar time, and the share of the day's that came before.

    `mean` [W m-2] is that of 24 hours.
    """
    phi, delta = np.radians(np.clip(lat, -89.9, 89.9)), float(declination(number))
    base, wave = np.sin(phi) * np.sin(delta), np.cos(phi) * np.cos(delta)
    sunset = np.arccos(np.clip(-base / wave, -1.0, 1.0))
    angle = np.pi * (hours / 12.0 - 1.0)
    within = np.clip(angle, -sunset, sunset)
    half = np.maximum(base * sunset + wave * np.sin(sunset), 0.0)
    lit = half > 1e-9
    share = np.where(lit, 0.5 + 0.5 * (base * within + wave * np.sin(within)) / np.where(lit, half, 1.0), 0.0)
    high = np.where(np.abs(angle) < sunset, np.maximum(base + wave * np.cos(angle), 0.0), 0.0)
    return np.where(lit, mean * np.pi * high / np.where(lit, half, 1.0), 0.0), np.clip(share, 0.0, 1.0)


def prescribed_exchange(
    layers: Layers,
    land: Floats,
    grid: AirGrid,
    day: float,
    hour: float,
    hours: float = 6.0,
    how: Prescribed | None = None,
) -> Floats:
    """Dry air [kg m-2 s-1] (level - 1, lat, lon) exchanged through inner faces, mean over an interval.

    `layers` stand for the interval, which begins at `hour` of universal time of `day` (from nought) and lasts
    `hours`; `land` (lat, lon) is the share of land, whose part has the diffusivity of land.
    """
    how = how or Prescribed()
    speed = np.maximum(np.hypot(layers.u[0], layers.v[0]), 1.0)
    rub_land, rub_sea = (
        KARMAN * speed / np.log(layers.height[0] / rough)
        for rough in (roughness(np.ones_like(land)), roughness(np.zeros_like(land)))
    )
    kinematic = layers.theta[0] / layers.temperature[0] / (AIR * CP_DRY)
    low = int(np.sum(layers.face.min(axis=(1, 2)) < how.tallest))
    face, theta = layers.face[:low], layers.theta[0]
    over_land = np.zeros_like(face)
    for part in range(how.samples):
        now = hour + hours * (part + 0.5) / how.samples
        height, sea, heat = prescribed_boundary_layer(grid, day + now // 24.0, now % 24.0, how)
        height = np.maximum(height, MECHANICAL * rub_land)
        over_land += profile_diffusivity(face, height, rub_land, heat * kinematic, theta) / how.samples
    over_sea = profile_diffusivity(face, sea, rub_sea, how.sea_heat * kinematic, theta)
    diffusivity = local_diffusivity(layers)
    diffusivity[:low] = np.maximum(diffusivity[:low], land * over_land + (1.0 - land) * over_sea)
    return grid.mean_in_groups(layers.density * diffusivity / layers.distance)
