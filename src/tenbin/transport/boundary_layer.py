"""Air that layers exchange by turbulence: a boundary layer found from its stability, and weak mixing above it.

The height of the boundary layer is where the bulk Richardson number reaches its critical value (Vogelezang and
Holtslag 1996, Bound.-Layer Meteorol. 81, 245). Within it the diffusivity has a profile with a turbulent velocity
(Troen and Mahrt 1986, Bound.-Layer Meteorol. 37, 129; Holtslag and Boville 1993, J. Climate 6, 1825); elsewhere it is
that of the local Richardson number (Holtslag and Boville 1993, after Louis 1979, Bound.-Layer Meteorol. 17, 187).

Tracers are mixed along their gradient alone: the term of thermals against it, which the source adds for what the
ground gives off, is left out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tenbin.core.constants import GRAVITY
from tenbin.transport.air_layers import CP_DRY, DRY_AIR, KAPPA, Layers

__all__ = [
    "Surface",
    "Turbulence",
    "boundary_layer_height",
    "drag",
    "exchange_of_air",
    "local_diffusivity",
    "profile_diffusivity",
    "roughness",
    "turbulence_of",
]

Floats = npt.NDArray[np.float64]

KARMAN = 0.4
CRITICAL = 0.25
"""Bulk Richardson number at the top (Vogelezang and Holtslag 1996)."""
FRICTION_SHARE = 100.0
"""What the square of friction velocity adds to that of shear (Vogelezang and Holtslag 1996)."""
EXCESS = 8.5
"""Warmth of thermals over heat flux / velocity (Holtslag et al. 1990, Mon. Wea. Rev. 118, 1561)."""
SURFACE_LAYER = 0.1
"""Share of the boundary layer that is its surface layer (Holtslag and Boville 1993)."""
COUNTER = 7.2
"""Constant of the turbulent Prandtl number (Holtslag and Boville 1993)."""
CONVECTIVE = 0.6
"""Share of the cube of convective velocity (Holtslag and Boville 1993)."""
MECHANICAL = 700.0
"""[s] least height over friction velocity (Koracin and Berkowicz 1988, Bound.-Layer Meteorol. 44, 65)."""
ROUGH_LAND, ROUGH_SEA = 0.2, 2e-4
"""[m] roughness of land, between grass and forest, and of the open sea at moderate wind; own choice."""
LEAST = 0.1, 0.01
"""[m2 s-1] least diffusivity below and above `STRATOSPHERE`; own choice."""
STRATOSPHERE = 1.5e4
"""[Pa] above this the least diffusivity is that of the stratosphere; own choice."""
GREATEST_HEIGHT = 5000.0
"""[m] no boundary layer is taller; own choice."""
_CALM = 0.1
"""[m s-1] wind that remains when there is none, so that numbers stay finite; own choice."""


class Surface(NamedTuple):
    """What is known at the ground (lat, lon): share of `land` [1]; where given, `sensible` and `latent` heat [W m-2]
    to the air, `temperature` [K] at 2 m, and speed of the `wind` [m s-1] at 10 m."""

    land: Floats
    sensible: Floats | None = None
    latent: Floats | None = None
    temperature: Floats | None = None
    wind: Floats | None = None


class Turbulence(NamedTuple):
    """Turbulence at the ground (lat, lon): `friction` velocity [m s-1] and `heat` [K m s-1], the flux of virtual
    temperature to the air; virtual potential temperature `theta` [K] (of 1000 hPa), speed of the wind `wind` [m s-1]
    and height above the ground `height` [m] that the bulk Richardson number counts from."""

    friction: Floats
    heat: Floats
    theta: Floats
    wind: Floats
    height: Floats


def roughness(land: Floats) -> Floats:
    """[m] of cells with a share of `land`: the mean of logarithms."""
    return np.exp(land * np.log(ROUGH_LAND) + (1.0 - land) * np.log(ROUGH_SEA))


def turbulence_of(layers: Layers, surface: Surface) -> Turbulence:
    """Turbulence at the ground from what is known there.

    Fluxes of heat are taken where given, and friction is that of a wind at 10 m over roughness. Otherwise they follow
    from the lowest wind, roughness and the bulk Richardson number in the form of Louis (1979) as Holtslag and Boville
    (1993) write it. Without a temperature at 2 m that of the ground is the lowest layer's, continued by the gradient
    above it: then nothing convects by the heat of the ground.
    """
    lowest = layers.theta[0]
    if surface.temperature is None:
        slope = (layers.theta[1] - lowest) / layers.distance[0]
        ground, base = lowest - np.maximum(slope, 0.0) * layers.height[0], np.zeros_like(lowest)
    else:
        # pressure at 2 m is the lowest layer's, and what weighs half of it more
        low = layers.pressure[0] + 0.5 * GRAVITY * layers.mass[0]
        virtual = surface.temperature * (1.0 + 0.61 * layers.humidity[0])
        ground, base = virtual * (1e5 / low) ** KAPPA, np.full_like(lowest, 2.0)
    rough = roughness(surface.land)
    above = np.maximum(np.hypot(layers.u[0], layers.v[0]), _CALM)
    momentum, heat = drag(ground, layers, above, rough)
    friction, wind = np.sqrt(momentum) * above, np.zeros_like(above)
    if surface.wind is not None:  # it has felt how stable the air is
        wind = np.maximum(surface.wind, _CALM)
        friction = KARMAN * wind / np.log1p(10.0 / rough)
    flux = heat * above * (ground - lowest)
    if surface.sensible is not None:
        flux = _buoyancy_flux(layers, surface)
    return Turbulence(friction, flux, ground, wind, base)


def drag(ground: Floats, layers: Layers, speed: Floats, rough: Floats) -> tuple[Floats, Floats]:
    """Coefficients [1] of momentum and of heat between the ground, whose virtual potential temperature is `ground`,
    and the lowest layer with wind `speed` [m s-1] (Holtslag and Boville 1993, equations 2.5 to 2.11)."""
    lowest, top = layers.theta[0], layers.height[0]
    richardson = GRAVITY * top * (lowest - ground) / (lowest * speed**2)
    neutral = (KARMAN / np.log1p(top / rough)) ** 2
    above, below = np.maximum(richardson, 0.0), np.maximum(-richardson, 0.0)
    stable = 1.0 / (1.0 + 10.0 * above * (1.0 + 8.0 * above))
    bend = 1.0 + 75.0 * neutral * np.sqrt((1.0 + top / rough) * below)
    momentum = np.where(richardson > 0.0, stable, 1.0 + 10.0 * below / bend)
    heat = np.where(richardson > 0.0, stable, 1.0 + 15.0 * below / bend)
    return neutral * momentum, neutral * heat


def _buoyancy_flux(layers: Layers, surface: Surface) -> Floats:
    """[K m s-1] of virtual potential temperature, from fluxes of heat and, where given, of vapour."""
    assert surface.sensible is not None
    density = layers.pressure[0] / (DRY_AIR * layers.temperature[0])
    flux = surface.sensible / (density * CP_DRY)
    if surface.latent is not None:
        flux = flux + 0.61 * layers.temperature[0] * surface.latent / (density * 2.5e6)
    return flux * layers.theta[0] / layers.temperature[0]


def boundary_layer_height(layers: Layers, ground: Turbulence) -> Floats:
    """[m] above the ground (lat, lon) where the bulk Richardson number is critical, linear between middles of layers.

    Where the ground heats the air, thermals are warmer than it (two rounds, for their warmth depends on the height).
    At least `MECHANICAL` friction velocities, at most `GREATEST_HEIGHT`.
    """
    least = MECHANICAL * ground.friction
    height = np.maximum(_crossing(layers, ground, 0.0), least)
    upward = np.maximum(ground.heat, 0.0)
    for _ in range(2):
        velocity = np.cbrt(ground.friction**3 + CONVECTIVE * _convective(upward, ground.theta, height) ** 3)
        excess = np.minimum(EXCESS * upward / np.maximum(velocity, 1e-3), 3.0)
        height = np.maximum(_crossing(layers, ground, excess), least)
    return np.minimum(height, GREATEST_HEIGHT)


def _convective(heat: Floats, theta: Floats, height: Floats) -> Floats:
    """Convective velocity [m s-1]."""
    return np.cbrt(GRAVITY / theta * np.maximum(heat, 0.0) * height)


def _crossing(layers: Layers, ground: Turbulence, excess: Floats | float) -> Floats:
    """Height [m] at which the bulk Richardson number of the warmed ground passes the critical.

    Shear is the difference of winds as vectors (Vogelezang and Holtslag 1996)."""
    low = int(np.sum(layers.height.min(axis=(1, 2)) < GREATEST_HEIGHT)) + 1
    theta, height = layers.theta[:low], layers.height[:low]
    # of the wind near the ground only the speed is known: it blows as that of the lowest layer
    lowest = np.maximum(np.hypot(layers.u[0], layers.v[0]), _CALM)
    east, north = (wind[:low] - ground.wind / lowest * wind[0] for wind in (layers.u, layers.v))
    shear = east**2 + north**2 + FRICTION_SHARE * ground.friction**2 + _CALM**2
    rise = height - ground.height
    number = GRAVITY / ground.theta * (theta - ground.theta - excess) * rise / shear
    number = np.concatenate([np.zeros_like(number[:1]), number])
    heights = np.concatenate([np.broadcast_to(ground.height, height[:1].shape), height])
    beyond = number >= CRITICAL
    at = np.where(beyond.any(axis=0), np.maximum(beyond.argmax(axis=0), 1), len(number) - 1)[None]
    below, above = (np.take_along_axis(number, i, 0)[0] for i in (at - 1, at))
    z0, z1 = (np.take_along_axis(heights, i, 0)[0] for i in (at - 1, at))
    share = (CRITICAL - below) / np.maximum(above - below, 1e-9)
    return z0 + np.clip(share, 0.0, 1.0) * (z1 - z0)


def profile_diffusivity(
    face: Floats, height: Floats, friction: Floats, heat: Floats, theta: Floats
) -> Floats:
    """K [m2 s-1] at heights `face` [m] (face, lat, lon) of a boundary layer as tall as `height` [m] (lat, lon).

    K = k w z (1 - z / h)^2, with the velocity w of heat by stability (Holtslag and Boville 1993, equation 3.9 and
    appendix). `heat` [K m s-1] and `theta` [K] are those of `Turbulence`. Nought above the top.
    """
    upward = np.maximum(heat, 0.0)
    monin = KARMAN * GRAVITY * np.maximum(-heat, 0.0) / (theta * np.maximum(friction, 1e-6) ** 3)
    along = face * monin
    stable = friction / np.where(along <= 1.0, 1.0 + 5.0 * along, 5.0 + along)
    convective = _convective(upward, theta, height)
    momentum = np.cbrt(friction**3 + CONVECTIVE * convective**3)
    # in the surface layer u* / phi_h with phi_h = (1 - 15 z/L)^(-1/2), written without a division by friction
    near = np.minimum(face, SURFACE_LAYER * height)
    rise = 15.0 * KARMAN * GRAVITY * upward / theta * near
    growth = np.sqrt(friction**2 + rise / np.maximum(friction, 1e-6))
    top = np.sqrt(friction**2 + 1.5 * KARMAN * GRAVITY * upward / theta * height / np.maximum(friction, 1e-6))
    prandtl = momentum / top + COUNTER * KARMAN * SURFACE_LAYER * convective / np.maximum(momentum, 1e-6)
    velocity = np.where(face < SURFACE_LAYER * height, growth, momentum / np.maximum(prandtl, 1e-6))
    velocity = np.where(heat > 0.0, velocity, stable)
    within = np.maximum(1.0 - face / np.maximum(height, 1.0), 0.0)
    return KARMAN * velocity * face * within**2


def local_diffusivity(layers: Layers) -> Floats:
    """K [m2 s-1] at inner faces (level - 1, lat, lon) by shear and stability there, at least `LEAST`.

    Length and forms of Holtslag and Boville (1993), equations 3.2 to 3.7 and 2.11.
    """
    shear2 = (np.diff(layers.u, axis=0) ** 2 + np.diff(layers.v, axis=0) ** 2) / layers.distance**2
    theta = 0.5 * (layers.theta[:-1] + layers.theta[1:])
    number = GRAVITY * np.diff(layers.theta, axis=0) / (theta * layers.distance * np.maximum(shear2, 1e-10))
    longest = 30.0 + 270.0 * np.exp(np.minimum(1.0 - layers.face / 1000.0, 0.0))
    length = 1.0 / (1.0 / (KARMAN * layers.face) + 1.0 / longest)
    above = np.maximum(number, 0.0)
    form = np.where(
        number > 0.0, 1.0 / (1.0 + 10.0 * above * (1.0 + 8.0 * above)), np.sqrt(1.0 + 18.0 * (above - number))
    )
    pressure = 0.5 * (layers.pressure[:-1] + layers.pressure[1:])
    least = np.where(pressure > STRATOSPHERE, *LEAST)
    return np.maximum(length**2 * np.sqrt(shear2) * form, least)


def exchange_of_air(layers: Layers, surface: Surface) -> Floats:
    """Dry air [kg m-2 s-1] (level - 1, lat, lon) that turbulence exchanges through inner faces: density x K /
    distance, K the larger of profile and local."""
    ground = turbulence_of(layers, surface)
    height = boundary_layer_height(layers, ground)
    within = profile_diffusivity(layers.face, height, ground.friction, ground.heat, ground.theta)
    return layers.density * np.maximum(within, local_diffusivity(layers)) / layers.distance
