"""A day of methane and nitrous oxide: wetlands, dry soils, rice, termites and the nitrogen of the soil."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import GRAVITY, SECONDS_PER_DAY
from tenbin.core.limits import larger, within
from tenbin.core.logarithm import log
from tenbin.core.params import param
from tenbin.land import methane_upland, methane_wetland, nitrous_oxide, rice, termites
from tenbin.land.columns import column_sum, layer_at, upper_sum
from tenbin.land.drivers import Drivers, Surface
from tenbin.land.methane_upland import UplandParams
from tenbin.land.methane_wetland import WetlandFluxes, WetlandParams, WetlandState
from tenbin.land.nitrous_oxide import MineralNitrogen, NitrogenGases, NitrogenSoil, NitrousOxideParams
from tenbin.land.rice import RiceFluxes, RiceParams, RiceState
from tenbin.land.soil_grid import SoilGrid
from tenbin.land.soil_hydraulics import SOLID_DENSITY, SoilProperties
from tenbin.land.soil_water import SoilWaterState
from tenbin.land.termites import TermiteParams

__all__ = [
    "GasFluxes",
    "GasParams",
    "GasState",
    "Living",
    "initial_state",
    "methane_step",
    "nitrogen_soil",
    "nitrogen_step",
    "upper_water",
]

DAY = float(SECONDS_PER_DAY)
_UPPER = 3
"""Layers of the top 0.3 m, which dry soils' methane and nitrogen know."""
_YEAR_OF_DAYS = 365.25


class GasParams(eqx.Module):
    """All that a calibration may touch in methane and nitrous oxide."""

    wetland: WetlandParams = eqx.field(default_factory=WetlandParams)
    upland: UplandParams = eqx.field(default_factory=UplandParams)
    rice: RiceParams = eqx.field(default_factory=RiceParams)
    termites: TermiteParams = eqx.field(default_factory=TermiteParams)
    nitrous_oxide: NitrousOxideParams = eqx.field(default_factory=NitrousOxideParams)
    wet_table: jax.Array = param(
        -0.02,
        "m",
        bounds=(-0.3, 0.3),
        prior_sd=0.1,
        source="own choice: table of a full wetland, below the ground",
    )
    dry_table: jax.Array = param(
        0.35,
        "m",
        bounds=(0.05, 1.5),
        prior_sd=0.15,
        source="own choice: table of a wetland in dry land around it",
    )
    rice_shoot_share: jax.Array = param(
        0.55,
        "1",
        bounds=(0.2, 0.9),
        prior_sd=0.1,
        source="share of rice growth above ground, Huang et al. 1998",
    )
    rice_straw: jax.Array = param(
        0.15, "1", bounds=(0.0, 1.0), prior_sd=0.1, source="own choice: share of straw ploughed in at harvest"
    )


class GasState(NamedTuple):
    """What methane remembers: the wetland column, the rice field, a year's GPP [kg C m-2 s-1] and warmth [K]."""

    wetland: WetlandState
    rice: RiceState
    year_gpp: jax.Array
    year_temperature: jax.Array


class GasFluxes(NamedTuple):
    """Per area of the tile, (cell,): methane [kg CH4 m-2 s-1] to the air, `upland_uptake` from it.

    `wetland` and `paddy` are budgets per area of wetland and of rice field.
    """

    wetland_ch4: jax.Array
    rice_ch4: jax.Array
    termite_ch4: jax.Array
    upland_uptake: jax.Array
    wetland: WetlandFluxes
    paddy: RiceFluxes


class Living(NamedTuple):
    """What methane asks of plants and soil life: GPP, NPP, RH [kg C m-2 s-1], leaf area [1], snow depth [m]."""

    gpp: jax.Array
    npp: jax.Array
    rh: jax.Array
    lai: jax.Array
    snow_depth: jax.Array


def initial_state(tas: jax.Array, grid: SoilGrid) -> GasState:
    """No methane in the ground, a drained field, no productivity remembered; `tas` [K] (cell,) the mean warmth."""
    wetland = methane_wetland.initial(tas.shape[0], grid.soil, tas.dtype)
    return GasState(wetland, rice.initial_state(tas), jnp.zeros_like(tas), tas)


def _upper(values: jax.Array, thickness: jax.Array) -> jax.Array:
    """Mean over the top 0.3 m, weighed by thickness."""
    depth = thickness[: values.shape[0]]
    return upper_sum(values * depth, _UPPER) / jnp.sum(depth[:_UPPER], axis=0)


def upper_water(liquid: jax.Array) -> jax.Array:
    """Water [kg m-2] (cell,) of the top 0.3 m, in which mineral nitrogen is dissolved, of (layer, cell)."""
    return upper_sum(liquid, _UPPER)


def methane_step(
    state: GasState,
    weather: Drivers,
    living: Living,
    temperature: jax.Array,
    water: SoilWaterState,
    root_fraction: jax.Array,
    surface: Surface,
    properties: SoilProperties,
    params: GasParams,
    *,
    grid: SoilGrid,
    substrate: jax.Array | None = None,
    dt: float = DAY,
) -> tuple[GasState, GasFluxes]:
    """A day of methane; `temperature` [K] (layer, cell), `water` [kg m-2] (layer of soil, cell).

    `substrate` (layer of soil, cell) is where the wetland respires, see `methane_wetland.respired_by_layer`.
    """
    column, wet = _wetland(
        state.wetland,
        weather,
        living,
        temperature,
        water,
        root_fraction,
        surface,
        properties,
        params,
        substrate,
        grid,
        dt,
    )
    field, paddy = _rice(state.rice, weather, living, temperature, surface, params, dt)
    fade = dt / (DAY * _YEAR_OF_DAYS)
    remembered = GasState(
        column,
        field,
        state.year_gpp + fade * (living.gpp - state.year_gpp),
        state.year_temperature + fade * (weather.tas - state.year_temperature),
    )
    grown = remembered.year_gpp * (DAY * _YEAR_OF_DAYS)
    eaten = _upland(weather, temperature, water, surface, properties, params, living.snow_depth, grown)
    built = termites.emission(
        remembered.year_gpp, remembered.year_temperature, surface.crop_fraction, params.termites
    )
    return remembered, GasFluxes(
        surface.wetland_fraction * wet.emission,
        surface.rice_fraction * paddy.ch4_emission,
        built,
        eaten,
        wet,
        paddy,
    )


def _wetland(
    state: WetlandState,
    weather: Drivers,
    living: Living,
    temperature: jax.Array,
    water: SoilWaterState,
    root_fraction: jax.Array,
    surface: Surface,
    properties: SoilProperties,
    params: GasParams,
    substrate: jax.Array | None,
    grid: SoilGrid,
    dt: float,
) -> tuple[WetlandState, WetlandFluxes]:
    """The wetland part of the tile: its table stands between two ends by the wetness of the land around."""
    wetness = column_sum(water.liquid + water.ice) / jnp.sum(properties.capacity, axis=0)
    table = params.dry_table + (params.wet_table - params.dry_table) * within(wetness, 0.0, 1.0)
    ice = within(water.ice / properties.capacity, 0.0, 1.0)
    liquid = within(water.liquid / properties.capacity, 0.0, 1.0)
    return methane_wetland.step(
        state,
        living.rh,
        temperature[: grid.n_soil],
        table,
        liquid,
        ice,
        living.lai,
        root_fraction,
        weather.ch4,
        weather.ps,
        surface.ph,
        params.wetland,
        snow_depth=living.snow_depth,
        substrate=substrate,
        grid=grid.soil,
        dt=dt,
    )


def _rice(
    state: RiceState,
    weather: Drivers,
    living: Living,
    temperature: jax.Array,
    surface: Surface,
    params: GasParams,
    dt: float,
) -> tuple[RiceState, RiceFluxes]:
    """The paddy part: rice grows as the tile does, and is cut in the weeks after the field is let dry."""
    cut = (1.0 - weather.flooded) * min(dt / (20.0 * DAY), 1.0)
    return rice.step(
        state,
        flooded=weather.flooded,
        soil_temperature=layer_at(temperature, 1),
        shoot_growth=params.rice_shoot_share * larger(living.npp, 0.0) * weather.flooded,
        organic_input=params.rice_straw * state.shoot * cut / dt,
        sand=surface.sand,
        params=params.rice,
        harvested=cut,
        dt=dt,
    )


def _upland(
    weather: Drivers,
    temperature: jax.Array,
    water: SoilWaterState,
    surface: Surface,
    properties: SoilProperties,
    params: GasParams,
    snow_depth: jax.Array,
    year_gpp: jax.Array,
) -> jax.Array:
    thickness = properties.thickness
    porosity = _upper(properties.porosity, thickness)
    filled = (water.liquid + water.ice) / properties.capacity
    air = porosity * within(1.0 - _upper(filled, thickness), 0.0, 1.0)
    saturation = within(layer_at(water.liquid, 1) / layer_at(properties.capacity, 1), 1e-3, 1.0)
    suction = layer_at(properties.suction, 1) * jnp.exp(-layer_at(properties.exponent, 1) * log(saturation))
    return methane_upland.uptake(
        _upper(temperature, thickness),
        porosity,
        air,
        suction * (float(GRAVITY) * 1e-3),
        surface.clay,
        surface.crop_fraction,
        surface.wetland_fraction,
        weather.ch4,
        params.upland,
        snow_depth=snow_depth,
        year_gpp=year_gpp,
    )


def nitrogen_soil(surface: Surface, properties: SoilProperties) -> NitrogenSoil:
    """Constants of the top soil where nitrogen turns, once a run, (cell,)."""
    thickness = properties.thickness
    depth = properties.thickness[: properties.capacity.shape[0]]
    porosity = _upper(properties.porosity, thickness)
    per_depth = 1.0 / (1000.0 * depth)
    return nitrous_oxide.soil_constants(
        porosity,
        _upper(properties.field_capacity * per_depth, thickness),
        SOLID_DENSITY * (1.0 - porosity),
        surface.ph,
        wilting_point=_upper(properties.wilting_point * per_depth, thickness),
    )


def nitrogen_step(
    mineral: MineralNitrogen,
    rh: jax.Array,
    net_mineralisation: jax.Array,
    temperature: jax.Array,
    water: SoilWaterState,
    properties: SoilProperties,
    soil: NitrogenSoil,
    params: NitrousOxideParams,
    *,
    dt: float = DAY,
) -> tuple[MineralNitrogen, NitrogenGases]:
    """A day of nitrification and denitrification in the top soil, and the nitrogen left [kg N m-2] (cell,)."""
    thickness = properties.thickness
    # Microbes swim in liquid water only: frozen ground, however full of ice, does not denitrify.
    filled = water.liquid / properties.capacity
    kind = soil.mass.dtype
    return nitrous_oxide.step(
        jax.tree.map(lambda pool: pool.astype(kind), mineral),
        soil_temperature=_upper(temperature, thickness),
        water_filled_pore_space=_upper(filled, thickness),
        heterotrophic_respiration=params.denitrification.respired_in_soil * rh.astype(kind),
        net_mineralisation=net_mineralisation.astype(kind),
        soil=soil,
        params=params,
        dt=dt,
    )
