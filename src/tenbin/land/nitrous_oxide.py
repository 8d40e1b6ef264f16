"""Mineral nitrogen of the top soil and the gases it loses each day: N2O, NOx, N2 and NH3 (DayCent, NGAS)."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import larger, smaller, within
from tenbin.land import denitrification, nitrification
from tenbin.land.denitrification import DenitrificationParams, Diffusion
from tenbin.land.gas_diffusivity import aggregated_soil, at_field_capacity
from tenbin.land.nitrification import NitrificationParams

__all__ = [
    "MineralNitrogen",
    "NitrogenGases",
    "NitrogenSoil",
    "NitrousOxideParams",
    "parts_per_million",
    "soil_constants",
    "step",
]

_DAY = 86400.0
_PPM = 1e6
_KNEE = 0.995
_WITHIN_REACH = 0.99
"""Share of a pool that one step may take [1]: below one, so that rounding never leaves a negative pool."""
_HELD = 0.1
"""Nitrate [ppm N] that soil holds back from denitrifiers; DayCent stops them below 0.1 and leaves 0.05."""


class MineralNitrogen(NamedTuple):
    """Ammonium and nitrate of the reacting top soil [kg N m-2], each (cell,)."""

    ammonium: jax.Array
    nitrate: jax.Array


class NitrogenGases(NamedTuple):
    """Gaseous losses and gross nitrification [kg N m-2 s-1], each (cell,), positive out of the soil.

    `n2o` is the sum of its two parts; `nitrification` is ammonium turned over, its leaks included.
    """

    n2o_nitrification: jax.Array
    n2o_denitrification: jax.Array
    n2o: jax.Array
    nox: jax.Array
    n2: jax.Array
    nh3: jax.Array
    nitrification: jax.Array


class NitrogenSoil(NamedTuple):
    """What the ground sets for nitrogen gases, each (cell,); see `soil_constants`."""

    porosity: jax.Array
    field_capacity: jax.Array
    wilting_point: jax.Array
    mass: jax.Array
    ph: jax.Array
    acidity: jax.Array
    diffusion: Diffusion


class NitrousOxideParams(eqx.Module):
    """What a calibration may change in the gases of soil nitrogen."""

    nitrification: NitrificationParams = eqx.field(default_factory=NitrificationParams)
    denitrification: DenitrificationParams = eqx.field(default_factory=DenitrificationParams)


def soil_constants(
    porosity: jax.Array,
    field_capacity: jax.Array,
    bulk_density: jax.Array,
    ph: jax.Array,
    *,
    wilting_point: jax.Array | None = None,
    depth: float = 0.15,
) -> NitrogenSoil:
    """Constants of the reacting soil, computed once per run; all inputs and outputs (cell,).

    Volumetric porosity, field capacity and wilting point [m3 m-3] (the last by default 0.4 of field capacity),
    `bulk_density` [kg m-3], `ph` [1], `depth` [m] over which mineral nitrogen is mixed, 0.15-0.2 (DayCent: 0.15).
    """
    dry = 0.4 * field_capacity if wilting_point is None else wilting_point
    return NitrogenSoil(
        porosity=porosity,
        field_capacity=field_capacity,
        wilting_point=dry,
        mass=bulk_density * depth,
        ph=ph,
        acidity=nitrification.acidity_factor(ph),
        diffusion=denitrification.diffusion(at_field_capacity(porosity, field_capacity)),
    )


def parts_per_million(mass: jax.Array, soil: NitrogenSoil) -> jax.Array:
    """Milligrams per kilogram of dry soil [ppm] of a mass per area [kg m-2] mixed over the reacting depth."""
    return mass / soil.mass * _PPM


def step(
    nitrogen: MineralNitrogen,
    *,
    soil_temperature: jax.Array,
    water_filled_pore_space: jax.Array,
    heterotrophic_respiration: jax.Array,
    net_mineralisation: jax.Array,
    soil: NitrogenSoil,
    params: NitrousOxideParams,
    dt: float = _DAY,
) -> tuple[MineralNitrogen, NitrogenGases]:
    """One step `dt` [s] of nitrification, volatilisation and denitrification; all arrays (cell,).

    `soil_temperature` [K], `water_filled_pore_space` [0..1], `heterotrophic_respiration` of the reacting soil
    [kg C m-2 s-1] and `net_mineralisation` [kg N m-2 s-1]: the latter must already be in the ammonium, here it only
    says how much is nitrified at once. What the pools lose is what the gases carry, to rounding; pools stay positive.
    Parton et al. (2001), Del Grosso et al. (2000); denitrified nitrate in ppm per day as DayCent, denitrify.c.
    """
    pores = within(water_filled_pore_space, 0.0, 1.0)
    nitric = params.nitrification.nitric_scale * nitrification.nitric_oxide_ratio(
        aggregated_soil(soil.porosity, soil.field_capacity, pores)
    )
    nitrified, volatilised = _ammonium_losses(
        nitrogen.ammonium, soil_temperature, pores, net_mineralisation, soil, params.nitrification, dt
    )
    nitrous, nitric_leak = _leaks(nitrified, nitric, params.nitrification)
    ammonium = nitrogen.ammonium - nitrified - volatilised
    nitrate = nitrogen.nitrate + (nitrified - nitrous - nitric_leak)
    denitrified, ratio = _nitrate_losses(
        nitrate, heterotrophic_respiration, pores, soil, params.denitrification, dt
    )
    nitrous_too = denitrified / (1.0 + ratio)
    # DayCent pays the NOx that goes with denitrification out of ammonium
    nitric_too = smaller(nitric * nitrous_too, _WITHIN_REACH * ammonium)
    state = MineralNitrogen(ammonium - nitric_too, nitrate - denitrified)
    gases = NitrogenGases(
        n2o_nitrification=nitrous / dt,
        n2o_denitrification=nitrous_too / dt,
        n2o=(nitrous + nitrous_too) / dt,
        nox=(nitric_leak + nitric_too) / dt,
        n2=(denitrified - nitrous_too) / dt,
        nh3=volatilised / dt,
        nitrification=nitrified / dt,
    )
    return state, gases


def _ammonium_losses(
    ammonium: jax.Array,
    soil_temperature: jax.Array,
    pores: jax.Array,
    net_mineralisation: jax.Array,
    soil: NitrogenSoil,
    params: NitrificationParams,
    dt: float,
) -> tuple[jax.Array, jax.Array]:
    """Nitrified and volatilised ammonium [kg N m-2 per step], together within what is there."""
    plant_range = soil.field_capacity - soil.wilting_point
    wetness = within((pores * soil.porosity - soil.wilting_point) / plant_range, 0.0, 1.0)
    factor = (
        nitrification.temperature_factor(soil_temperature, params.optimum)
        * nitrification.water_factor(wetness, pores, soil.field_capacity / soil.porosity)
        * soil.acidity
    )
    turned = nitrification.potential(ammonium, net_mineralisation, factor, params, dt)
    free = nitrification.free_ammonia_share(soil_temperature, soil.ph)
    escaping = params.volatilisation_rate * (dt / _DAY) * free * ammonium
    wanted = turned + escaping
    share = _share(wanted, ammonium)
    return turned * share, escaping * share


def _leaks(
    nitrified: jax.Array, nitric: jax.Array, params: NitrificationParams
) -> tuple[jax.Array, jax.Array]:
    """N2O and NOx [kg N m-2 per step] that leak from nitrified ammonium, never more than all of it."""
    nitrous = params.nitrous_share * nitrified
    room = _WITHIN_REACH * (nitrified - nitrous)
    return nitrous, smaller(nitric * nitrous, room)


def _nitrate_losses(
    nitrate: jax.Array,
    heterotrophic_respiration: jax.Array,
    pores: jax.Array,
    soil: NitrogenSoil,
    params: DenitrificationParams,
    dt: float,
) -> tuple[jax.Array, jax.Array]:
    """Denitrified nitrate [kg N m-2 per step] and N2 over N2O [1]."""
    concentration = parts_per_million(nitrate, soil)
    respired = parts_per_million(heterotrophic_respiration * _DAY, soil)
    rate = denitrification.potential(concentration, respired, pores, soil.diffusion, params)
    free = concentration * concentration / (concentration + _HELD)
    wanted = rate * (dt / _DAY)
    lost = wanted * _share(wanted, free)
    ratio = denitrification.dinitrogen_ratio(concentration, respired, pores, soil.diffusion, params)
    return lost * soil.mass / _PPM, ratio


def _share(wanted: jax.Array, stock: jax.Array) -> jax.Array:
    """Share of `wanted` [0..1] that leaves a hundredth of `stock` (same unit, both non-negative); 0 if it is empty.

    `smooth_minimum(wanted, 0.99 stock) / wanted` without its 0/0.
    """
    floored = larger(stock, 1e-15)
    times = wanted / floored
    distance = times - _WITHIN_REACH
    root = jnp.sqrt(distance * distance + (4.0 * (1.0 - _KNEE) * _WITHIN_REACH) * times)
    return 2.0 * _WITHIN_REACH / (times + _WITHIN_REACH + root) * (stock / floored)
