"""Whether the land kept its books: carbon, nitrogen, water, its origins and heat, what came in less what went out."""

from __future__ import annotations

from typing import NamedTuple

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import SECONDS_PER_DAY
from tenbin.land import biogeochemistry, ground
from tenbin.land.drivers import Drivers
from tenbin.land.ecosystem import LandFluxes, LandState
from tenbin.land.snow import LATENT_HEAT_OF_FUSION

__all__ = ["Closure", "Passed", "passed", "residuals"]

DAY = float(SECONDS_PER_DAY)


class Passed(NamedTuple):
    """What passed the land's border in a day, per area [kg m-2], [J m-2], (cell,): in, out, and net heat."""

    carbon_in: jax.Array
    carbon_out: jax.Array
    nitrogen_in: jax.Array
    nitrogen_out: jax.Array
    water_in: jax.Array
    water_out: jax.Array
    tags_out: jax.Array
    heat_in: jax.Array
    heat_turned: jax.Array


class Closure(NamedTuple):
    """Residual over stock and throughput [1], (cell,), of carbon, nitrogen, water, its tags and heat."""

    carbon: jax.Array
    nitrogen: jax.Array
    water: jax.Array
    tags: jax.Array
    heat: jax.Array


def passed(fluxes: LandFluxes, weather: Drivers, dt: float = DAY) -> Passed:
    """A day's traffic over the border, from the reported fluxes alone, in 64 bits."""
    life, earth, gases = fluxes.life, fluxes.ground, fluxes.nitrogen
    nitrogen_gases = 0.0 if gases is None else gases.n2o + gases.nox + gases.n2 + gases.nh3
    heat = earth.ground_heat - earth.geothermal + earth.advected_heat
    melted = float(LATENT_HEAT_OF_FUSION) * earth.ice_melt
    parts = (
        life.gpp,
        life.ra + life.rh + life.fire + life.clearing + life.harvest + life.product_decay,
        life.n_deposition + life.n_fertiliser + life.n_fixation + life.n_supplement,
        life.n_leaching + life.n_fire + life.n_harvest + life.n_product + nitrogen_gases,
        weather.pr,
        earth.evapotranspiration + earth.runoff,
        jnp.sum(earth.tagged.evapotranspiration + earth.tagged.runoff, axis=0),
        heat - melted,
        jnp.abs(earth.ground_heat) + jnp.abs(earth.advected_heat) + melted,
    )
    return Passed(*((part * dt).astype("float64") for part in parts))


def residuals(before: LandState, after: LandState, traffic: Passed) -> Closure:
    """How far stocks before and after disagree with the sum of `traffic` between them.

    Carbon, nitrogen, water: relative to the stock and what came in. Tags: the sum of the origins in every store and
    of what left against the water itself. Heat: relative to the change of enthalpy and the heat that turned over.
    """
    carbon = _relative(
        biogeochemistry.carbon_total, before.life, after.life, traffic.carbon_in, traffic.carbon_out
    )
    nitrogen = _relative(
        biogeochemistry.nitrogen_total, before.life, after.life, traffic.nitrogen_in, traffic.nitrogen_out
    )
    water = _relative(ground.water_total, before.ground, after.ground, traffic.water_in, traffic.water_out)
    old, new = (jnp.sum(s.ground.heat.enthalpy.astype("float64"), axis=0) for s in (before, after))
    heat = (new - old - traffic.heat_in) / (jnp.abs(new - old) + traffic.heat_turned + 1.0)
    return Closure(carbon, nitrogen, water, _tags(after, traffic), heat)


def _relative(total, before, after, gained: jax.Array, lost: jax.Array) -> jax.Array:  # type: ignore[no-untyped-def]
    old, new = total(before).astype("float64"), total(after).astype("float64")
    return (new - old - (gained - lost)) / (jnp.abs(new) + jnp.abs(gained) + jnp.finfo("float32").tiny)


def _tags(state: LandState, traffic: Passed) -> jax.Array:
    earth, tags = state.ground, state.ground.tags
    stores = (
        (tags.canopy, earth.canopy.mass),
        (tags.snow, earth.snow.mass),
        (tags.liquid, earth.water.liquid),
        (tags.ice, earth.water.ice),
    )
    difference = sum(_column(jnp.abs(jnp.sum(tagged, axis=0) - mass)) for tagged, mass in stores)
    total = ground.water_total(earth) + traffic.water_out
    return (difference + jnp.abs(traffic.tags_out - traffic.water_out)) / total


def _column(values: jax.Array) -> jax.Array:
    return values if values.ndim == 1 else jnp.sum(values, axis=0)
