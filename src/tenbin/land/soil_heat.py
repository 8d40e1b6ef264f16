"""Heat in the ground: conduction with freezing and thawing, on enthalpy, so that no joule is lost."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import SECONDS_PER_DAY, ZERO_CELSIUS, Constant
from tenbin.core.limits import larger, smaller, within
from tenbin.core.params import param
from tenbin.land.columns import by_layer, column_sum, with_kept_slope
from tenbin.land.snow import LATENT_HEAT_OF_FUSION
from tenbin.land.soil_conduction import Layers, ascend, descend, into_rock, rock_below
from tenbin.land.soil_hydraulics import SoilProperties

__all__ = [
    "HEAT_CAPACITY_OF_ICE",
    "HEAT_CAPACITY_OF_WATER",
    "SoilHeatFluxes",
    "SoilHeatParams",
    "SoilHeatState",
    "advect",
    "enthalpy_at",
    "initial_state",
    "step",
    "temperature_and_liquid",
]

HEAT_CAPACITY_OF_WATER = Constant(4186.0, "J kg-1 K-1", "15 degC calorie")
HEAT_CAPACITY_OF_ICE = Constant(2100.0, "J kg-1 K-1", "ice near 0 degC, IAPWS R10-06, rounded")
_C_WATER, _C_ICE, _FUSION = (
    float(x) for x in (HEAT_CAPACITY_OF_WATER, HEAT_CAPACITY_OF_ICE, LATENT_HEAT_OF_FUSION)
)
_ZERO = float(ZERO_CELSIUS)
_LN_WATER_CONDUCTIVITY = -0.5621  # 0.57 W m-1 K-1, Johansen 1975
_LN_ICE_CONDUCTIVITY = 0.7839  # 2.19 W m-1 K-1, Johansen 1975: 2.2 in most models


class SoilHeatParams(eqx.Module):
    """What a calibration may touch in the heat of the ground."""

    freezing_range: jax.Array = param(
        0.2,
        "K",
        bounds=(0.02, 2.0),
        prior_sd=0.1,
        source="width about 0 degC over which the phase turns",
        transform="log",
    )
    bound_water: jax.Array = param(
        0.5,
        "1",
        bounds=(0.01, 2.0),
        prior_sd=0.3,
        source="Niu and Yang 2006, J. Hydrometeorol. 7, 937; of the wilting point",
    )
    ground_cover_resistance: jax.Array = param(
        0.05,
        "m2 K W-1",
        bounds=(0.005, 1.0),
        prior_sd=0.05,
        source="Beringer et al. 2001, J. Clim. 14, 3324: moss and litter",
        transform="log",
    )
    conductivity_scale: jax.Array = param(
        1.0,
        "1",
        bounds=(0.3, 3.0),
        prior_sd=0.25,
        source="Cote and Konrad 2005, Can. Geotech. J. 42, 443",
        transform="log",
    )
    geothermal_flux: jax.Array = param(
        0.065,
        "W m-2",
        bounds=(0.02, 0.2),
        prior_sd=0.02,
        source="Davies 2013, Geochem. Geophys. Geosyst. 14, 4608: land mean",
    )


class SoilHeatState(NamedTuple):
    """Enthalpy [J m-2], 0 for solids and liquid water at 0 degC, and temperature [K] of the layers, (layer, cell).

    The temperature is what the enthalpy gave at the end of the last step: the next one starts its search there.
    """

    enthalpy: jax.Array
    temperature: jax.Array


class SoilHeatFluxes(NamedTuple):
    """Results of a step; fluxes [W m-2] positive downward, (cell,); water [kg m-2] (layer of soil, cell)."""

    ground_heat: jax.Array
    geothermal: jax.Array
    liquid: jax.Array
    ice: jax.Array


class _Branches(NamedTuple):
    """Heat capacities [J m-2 K-1] thawed and frozen, latent heat [J m-2] and rounding [J m-2] of the layers."""

    thawed: jax.Array
    frozen: jax.Array
    latent: jax.Array
    width: jax.Array


def _branches(
    water: jax.Array, properties: SoilProperties, params: SoilHeatParams
) -> tuple[_Branches, jax.Array]:
    """The two straight lines of enthalpy against temperature, and the water that can freeze [kg m-2]."""
    bound = params.bound_water * properties.wilting_point
    freezable = water * water / (water + bound)
    thawed = properties.heat_capacity + _C_WATER * water
    frozen = thawed - (_C_WATER - _C_ICE) * freezable
    return _Branches(thawed, frozen, _FUSION * freezable, params.freezing_range * thawed), freezable


def _temperature(enthalpy: jax.Array, branches: _Branches) -> tuple[jax.Array, jax.Array]:
    """Temperature [degC] at an enthalpy, and the part of the freezable water that is liquid.

    T = s(H) / C_thawed - s(-H - L) / C_frozen with s(x) = (x + sqrt(x^2 + width^2)) / 2. The liquid part f solves
    H = (C_frozen + (C_thawed - C_frozen) f) T - L (1 - f), written so that no digit cancels: it lies in 0..1.
    """
    below = enthalpy + branches.latent
    square = branches.width * branches.width
    root = jnp.sqrt(enthalpy * enthalpy + square)
    root_below = jnp.sqrt(below * below + square)
    above_zero = 0.5 * (enthalpy + root)
    under_zero = 0.5 * (root_below - below)
    per_thawed, per_frozen = 1.0 / branches.thawed, 1.0 / branches.frozen
    temperature = above_zero * per_thawed - under_zero * per_frozen
    difference = branches.thawed - branches.frozen
    molten = branches.latent * (above_zero + under_zero + below) / (root + root_below)
    liquid = (molten + difference * above_zero * per_thawed) / (
        branches.latent + difference * temperature + 1e-6
    )
    return temperature, within(liquid, 0.0, 1.0)


def temperature_and_liquid(
    enthalpy: jax.Array, water: jax.Array, properties: SoilProperties, params: SoilHeatParams
) -> tuple[jax.Array, jax.Array]:
    """Temperature [K] (layer, cell) and liquid water [kg m-2] (layer of soil, cell).

    `enthalpy` [J m-2] (layer, cell); `water` is liquid and ice together [kg m-2] (layer of soil, cell). Valid from
    -150 degC, where ice would take no heat to melt, to 80 degC.
    """
    n = water.shape[0]

    def layer(
        enthalpy: jax.Array, water: jax.Array, properties: SoilProperties
    ) -> tuple[jax.Array, jax.Array]:
        branches, freezable = _branches(water, properties, params)
        celsius, part = _temperature(enthalpy, branches)
        return celsius, water - freezable * (1.0 - part)

    soil, liquid = by_layer(layer, enthalpy[:n], water, _soil_rows(properties))
    rock = enthalpy[n:] / properties.heat_capacity[n:]
    return jnp.concatenate([soil, rock]) + _ZERO, liquid


def enthalpy_at(
    temperature: jax.Array, water: jax.Array, properties: SoilProperties, params: SoilHeatParams
) -> jax.Array:
    """Enthalpy [J m-2] (layer, cell) of layers all thawed or all frozen at a temperature [K], to start a run from."""
    n = water.shape[0]
    branches, _ = _branches(water, _soil_rows(properties), params)
    celsius = temperature - _ZERO
    frozen = branches.frozen * celsius[:n] - branches.latent
    soil = jnp.where(celsius[:n] > 0.0, branches.thawed * celsius[:n], frozen)
    return jnp.concatenate([soil, properties.heat_capacity[n:] * celsius[n:]])


def initial_state(
    temperature: jax.Array, water: jax.Array, properties: SoilProperties, params: SoilHeatParams
) -> tuple[SoilHeatState, jax.Array]:
    """A state at a temperature [K] (layer, cell), and the liquid part [kg m-2] of `water` [kg m-2] in it."""
    enthalpy = enthalpy_at(temperature, water, properties, params)
    found, liquid = temperature_and_liquid(enthalpy, water, properties, params)
    return SoilHeatState(enthalpy, found), liquid


def thermal_conductivity(
    liquid: jax.Array, ice: jax.Array, properties: SoilProperties, params: SoilHeatParams
) -> jax.Array:
    """Of every layer [W m-1 K-1] (layer, cell), with `liquid` and `ice` [kg m-2] (layer of soil, cell)."""
    soil = _soil_conductivity(liquid, ice, _soil_rows(properties), params)
    rock = properties.dry_conductivity[liquid.shape[0] :] * params.conductivity_scale
    return jnp.concatenate([soil, rock])


def _soil_conductivity(
    liquid: jax.Array, ice: jax.Array, layer: SoilProperties, params: SoilHeatParams
) -> jax.Array:
    """Of soil [W m-1 K-1] with `liquid` and `ice` [kg m-2], any number of layers, all alike in shape.

    Between dry and saturated (a geometric mean of solids, water and ice, Johansen 1975) by the Kersten number of
    Cote and Konrad 2005, kappa S / (1 + (kappa - 1) S), with kappa between its thawed and frozen value.
    """
    water = liquid + ice
    frozen = ice / (water + 1e-6)
    pores = _LN_WATER_CONDUCTIVITY + frozen * (_LN_ICE_CONDUCTIVITY - _LN_WATER_CONDUCTIVITY)
    saturated = jnp.exp(layer.log_solid_conductivity + layer.porosity * pores)
    kappa = layer.kersten_thawed + frozen * (layer.kersten_frozen - layer.kersten_thawed)
    kersten = kappa * water / (layer.capacity + (kappa - 1.0) * water)
    dry = layer.dry_conductivity
    return (dry + kersten * (saturated - dry)) * params.conductivity_scale


def step(
    state: SoilHeatState,
    liquid: jax.Array,
    ice: jax.Array,
    surface_temperature: jax.Array,
    surface_resistance: jax.Array,
    properties: SoilProperties,
    params: SoilHeatParams,
    *,
    n_iteration: int = 2,
    dt: float = float(SECONDS_PER_DAY),
) -> tuple[SoilHeatState, SoilHeatFluxes]:
    """The heat of the ground after `dt` [s] under a surface at `surface_temperature` [K] (cell,).

    `surface_resistance` [m2 K W-1] (cell,) lies between that surface and the ground cover (the snow); `liquid` and
    `ice` [kg m-2] are of the last step (layer of soil, cell), their sum stays. Implicit in time. Each of
    `n_iteration` passes first gathers, upward, how the ground below a layer answers to its temperature, each layer
    there on the chord of its enthalpy curve from the old state to the last guess; then, downward, it gives each layer
    the enthalpy that solves its own curve for the heat that arrives. What one layer gives the next one gets, so that
    energy closes whatever the convergence, and chords keep the answer from below between old temperatures.
    """
    n = liquid.shape[0]
    layers = _layers(state.enthalpy[:n], liquid, ice, _soil_rows(properties), params, dt)
    half = (
        (0.5 / dt) * properties.thickness[n:] / (properties.dry_conductivity[n:] * params.conductivity_scale)
    )
    rock, foot = rock_below(
        state.enthalpy[n:], half, properties.heat_capacity[n:], dt * params.geothermal_flux
    )
    above = 1.0 / ((surface_resistance + params.ground_cover_resistance) / dt + layers.half[0])
    arriving = with_kept_slope(above * (surface_temperature - _ZERO))
    guess = layers.enthalpy
    for _ in range(n_iteration):
        below = ascend(guess, layers, foot)
        guess, first, leaving = descend(layers, below, arriving, above)
    enthalpy = jnp.concatenate([guess, into_rock(state.enthalpy[n:], rock, leaving)])
    temperature, melted = temperature_and_liquid(enthalpy, liquid + ice, properties, params)
    upward = jnp.broadcast_to(-params.geothermal_flux, leaving.shape)
    ground_heat = (arriving - above * first) / dt
    return SoilHeatState(enthalpy, temperature), SoilHeatFluxes(
        ground_heat, upward, melted, (liquid + ice) - melted
    )


def _soil_rows(properties: SoilProperties) -> SoilProperties:
    """Properties of the layers of soil alone."""
    n = properties.capacity.shape[0]
    return SoilProperties(*(row[:n] for row in properties))


def _layers(
    enthalpy: jax.Array,
    liquid: jax.Array,
    ice: jax.Array,
    properties: SoilProperties,
    params: SoilHeatParams,
    dt: float,
) -> Layers:
    """Rows for the passes; made layer by layer, for the compiler repeats shared terms in each of many results."""

    def made(enthalpy: jax.Array, liquid: jax.Array, ice: jax.Array, layer: SoilProperties) -> Layers:
        branches = _branches(liquid + ice, layer, params)[0]
        half = 0.5 / dt * layer.thickness / _soil_conductivity(liquid, ice, layer, params)
        square = branches.width * branches.width
        below = enthalpy + branches.latent
        root = jnp.sqrt(enthalpy * enthalpy + square)
        root_below = jnp.sqrt(below * below + square)
        per_thawed, per_frozen = 1.0 / branches.thawed, 1.0 / branches.frozen
        temperature = 0.5 * ((enthalpy + root) * per_thawed - (root_below - below) * per_frozen)
        return Layers(
            enthalpy, temperature, per_thawed, per_frozen, branches.latent, square, half, root, root_below
        )

    return by_layer(made, enthalpy, liquid, ice, properties)


def advect(
    enthalpy: jax.Array,
    temperature: jax.Array,
    interface: jax.Array,
    loss: jax.Array,
    surface_temperature: jax.Array,
) -> tuple[jax.Array, jax.Array]:
    """Enthalpy [J m-2] (layer, cell) after moving liquid water has carried its heat, and the net heat gained [J m-2].

    `temperature` [K] (layer, cell); `interface` [kg m-2] (layer of soil + 1, cell), downward; `loss` [kg m-2] (layer
    of soil, cell) leaves by roots and evaporation at the layer's temperature; water enters at
    `surface_temperature` [K] (cell,) or at 0 degC where that is lower. Each flux has the heat of where it comes from.
    """
    n = loss.shape[0]
    celsius = temperature[:n] - _ZERO
    source = jnp.concatenate([larger(surface_temperature - _ZERO, 0.0)[None], celsius])
    target = jnp.concatenate([celsius, celsius[-1:]])
    carried = _C_WATER * (larger(interface, 0.0) * source + smaller(interface, 0.0) * target)
    lost = _C_WATER * loss * celsius
    gained = carried[0] - carried[-1] - column_sum(lost)
    return jnp.concatenate([enthalpy[:n] + (carried[:-1] - carried[1:] - lost), enthalpy[n:]]), gained
