"""The land as one system: a day of plants, water, heat, carbon, nitrogen, methane and nitrous oxide."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import SECONDS_PER_DAY
from tenbin.core.limits import larger, within
from tenbin.core.params import param
from tenbin.land import (
    below_canopy,
    biogeochemistry,
    canopy,
    energy,
    ground,
    methane_wetland,
    phenology,
    snow,
    soil_water,
    trace_gases,
)
from tenbin.land.biogeochemistry_state import (
    BiogeochemistryFluxes,
    BiogeochemistryInputs,
    BiogeochemistryParams,
    BiogeochemistryState,
)
from tenbin.land.canopy import CanopyFluxes, CanopyParams, LightUseParams
from tenbin.land.columns import layer_at
from tenbin.land.drivers import Drivers, Surface
from tenbin.land.energy import EnergyParams
from tenbin.land.ground import GroundFluxes, GroundParams, GroundState
from tenbin.land.nitrous_oxide import NitrogenGases, NitrogenSoil
from tenbin.land.parameters import at_cells
from tenbin.land.phenology import PhenologyParams, PhenologyState
from tenbin.land.plant_types import PLANT_TYPES
from tenbin.land.soil_grid import DEFAULT_GRID, SoilGrid
from tenbin.land.soil_hydraulics import SoilProperties, organic_profile, properties
from tenbin.land.trace_gases import GasFluxes, GasParams, GasState, Living
from tenbin.land.vegetation_carbon import common_part

__all__ = [
    "LandFluxes",
    "LandParams",
    "LandState",
    "Options",
    "Place",
    "built_lai",
    "initial_state",
    "place",
    "place_with",
    "step",
    "sustained_lai",
]

DAY = float(SECONDS_PER_DAY)


class LandParams(eqx.Module):
    """Every number of the land that a calibration may touch."""

    canopy: CanopyParams = eqx.field(default_factory=CanopyParams)
    light_use: LightUseParams = eqx.field(default_factory=LightUseParams)
    phenology: PhenologyParams = eqx.field(default_factory=PhenologyParams)
    energy: EnergyParams = eqx.field(default_factory=EnergyParams)
    ground: GroundParams = eqx.field(default_factory=GroundParams)
    life: BiogeochemistryParams = eqx.field(default_factory=BiogeochemistryParams)
    gases: GasParams = eqx.field(default_factory=GasParams)
    greatest_lai: jax.Array = param(
        [6.0, 4.5, 5.5, 5.0, 5.5, 3.4, 3.6, 2.3, 2.6, 2.1, 2.2, 4.0, 1.3],
        "1",
        bounds=(0.2, 9.0),
        prior_sd=1.0,
        source="Asner et al. 2003, Glob. Ecol. Biogeogr. 12, 191: means by biome (4.8, 3.9, 5.7, 5.5, 5.1, 2.7,"
        " -, 2.1, 1.7, 1.7, 1.9, 3.6, 1.3) over the share of it that usual production sustains",
    )
    leaf_share: jax.Array = param(
        [0.35] * 8 + [0.45, 0.45, 0.35, 0.25, 0.35],
        "1",
        bounds=(0.05, 0.8),
        prior_sd=0.08,
        source="share of NPP that can be leaves: .34 in the canopies of Malhi et al. 2011, Phil. Trans. R. Soc."
        " B 366, 3225; .2 to .35 in Luyssaert et al. 2007, Glob. Change Biol. 13, 2509; grass: .4 to .5 above"
        " ground, Gherardi and Sala 2020, Glob. Change Biol. 26, 7186; crops: blades beside stalk and grain",
    )


@dataclass(frozen=True)
class Options:
    """What is compiled in: the soil's layers, where leaf area comes from, which cycles run.

    `lai` "prescribed" takes the driver's, "prognostic" grows it. `canopy` "two_leaf" is of sunlit and shaded leaves,
    "light_use" one leaf at its optimum (P-model), C3 everywhere. `gases` adds methane and nitrous oxide, `tags` the
    origins of water, `nitrogen` its limits on growth.
    """

    grid: SoilGrid = field(default=DEFAULT_GRID)
    lai: Literal["prescribed", "prognostic"] = "prescribed"
    canopy: Literal["two_leaf", "light_use"] = "two_leaf"
    nitrogen: bool = True
    gases: bool = True
    tags: bool = True


class Place(NamedTuple):
    """What is worked out once for a run: the surface, its soil, roots, pathway, and parameters at the cells."""

    surface: Surface
    soil: SoilProperties
    nitrogen_soil: NitrogenSoil
    root_fraction: jax.Array
    c4: jax.Array
    params: LandParams
    life: biogeochemistry.Constants
    flow: soil_water.FlowConstants
    substrate: jax.Array


class LandState(NamedTuple):
    """Everything the land remembers from one day to the next."""

    leaves: PhenologyState
    ground: GroundState
    life: BiogeochemistryState
    gases: GasState


class LandFluxes(NamedTuple):
    """Everything a day did, mean fluxes (cell,): of the canopy, the ground, life, methane and nitrogen gases."""

    lai: jax.Array
    moisture: jax.Array
    canopy: CanopyFluxes
    ground: GroundFluxes
    life: BiogeochemistryFluxes
    gases: GasFluxes | None
    nitrogen: NitrogenGases | None


def place(surface: Surface, params: LandParams, options: Options) -> Place:
    """Constants of a run; differentiable in `params`, which hold one value or one for each plant type."""
    return place_with(surface, at_cells(params, surface.plant_type, surface.latitude.dtype), options)


def place_with(surface: Surface, here: LandParams, options: Options) -> Place:
    """Constants of a run whose parameters are already those of the cells, each () or (cell,)."""
    dtype = surface.latitude.dtype
    organic = organic_profile(surface.organic, options.grid)
    soil = properties(surface.sand, surface.clay, organic, options.grid, here.ground.hydraulics)
    decay = jnp.broadcast_to(here.ground.root_decay, surface.latitude.shape)
    pathway = jnp.asarray([kind.c4 for kind in PLANT_TYPES], dtype)[surface.plant_type]
    roots = soil_water.root_fraction(decay, options.grid)
    life = biogeochemistry.prepare(here.life, surface.sand, options.grid.n_soil, grid=options.grid)
    flow = soil_water.flow_constants(soil, here.ground.water)
    substrate = methane_wetland.respired_by_layer(roots, here.gases.wetland, options.grid.soil)
    nitrogen_soil = trace_gases.nitrogen_soil(surface, soil)
    return Place(surface, soil, nitrogen_soil, roots, pathway, here, life, flow, substrate)


def initial_state(
    here: Place, tas: jax.Array, lai: jax.Array, options: Options, pools: str = "float64"
) -> LandState:
    """Bare young land at its mean temperature `tas` [K] and leaf area `lai` [1], (cell,); carbon in type `pools`."""
    p = here.params
    dtype = here.surface.latitude.dtype
    tas, lai = tas.astype(dtype), lai.astype(dtype)
    light = jnp.full_like(tas, 150.0)
    leaf = (lai * p.life.vegetation.leaf_carbon_per_area).astype(pools)
    return LandState(
        phenology.initial(tas, light, jnp.full_like(tas, 0.5), lai),
        ground.initial_state(tas, here.surface.excess_ice, here.soil, options.grid, p.ground),
        biogeochemistry.initial_state(leaf, p.life),
        trace_gases.initial_state(tas, options.grid),
    )


def step(
    state: LandState, weather: Drivers, here: Place, options: Options, dt: float = DAY
) -> tuple[LandState, LandFluxes]:
    """The land a day later, and what it did; `weather` and all fluxes are of one day, cells last."""
    p = here.params
    moisture = soil_water.moisture_stress(
        state.ground.water.liquid, here.root_fraction, here.soil, p.ground.water
    )
    leaves, wanted = _leaves(state, weather, moisture, p, options, dt)
    lai = built_lai(wanted, state.life, p) if options.lai == "prognostic" else wanted
    uptake = _canopy(leaves, weather, lai, moisture, here, options.canopy)
    balance = _energy(state.ground, weather, lai, uptake.conductance, here)
    rain, snowfall = snow.partition(weather.pr, weather.tas, p.ground.snow)
    sky = _below(weather, rain, snowfall, lai, state.ground.snow_cover, balance, p.energy)
    earth, flows = ground.step(
        state.ground, sky, here.root_fraction, here.soil, p.ground, tagged=options.tags,
        flow_constants=here.flow if dt == DAY else None, dt=dt,
    )  # fmt: skip
    life, turnover = _life(state.life, weather, wanted, uptake, earth, flows, here, options, dt)
    gases, methane, life, nitrogen = state.gases, None, life, None
    if options.gases:
        gases, methane = _methane(state.gases, weather, lai, turnover, earth, flows, here, options, dt)
        life, nitrogen = _nitrogen(life, turnover, earth, flows, here, dt)
    after = LandState(leaves, earth, life, gases)
    return after, LandFluxes(lai, moisture, uptake, flows, turnover, methane, nitrogen)


_SEEDLINGS = 0.02
"""Production on which seeds and rootstocks count in land that lost its plants [kg C m-2 yr-1], own choice."""


_SEEDLING_LAI = 0.02
"""Leaf area of seedlings [1], own choice."""


def sustained_lai(npp: jax.Array, p: LandParams) -> jax.Array:
    """Greatest leaf area [1] that `leaf_share` of the last year's NPP [kg C m-2 yr-1] can build and renew.

    A leaf area L costs L m k a year, m its carbon per area [kg m-2] and k its turnover [yr-1]; the area so paid for
    saturates at that of dense stands: G (1 - exp(-share NPP / (G m k))).
    """
    cost = p.life.vegetation.leaf_carbon_per_area * p.life.vegetation.leaf_turnover * p.greatest_lai
    paid = p.leaf_share * larger(npp, _SEEDLINGS) / cost
    return -p.greatest_lai * jnp.expm1(-paid)


def built_lai(wanted: jax.Array, life: BiogeochemistryState, p: LandParams) -> jax.Array:
    """Leaf area [1] that stands: what the season wants, as far as leaf carbon was there to build it."""
    built = life.vegetation.leaf.astype(wanted.dtype) / p.life.vegetation.leaf_carbon_per_area
    return common_part(wanted, built + _SEEDLING_LAI)


def _leaves(
    state: LandState, weather: Drivers, moisture: jax.Array, p: LandParams, options: Options, dt: float
) -> tuple[PhenologyState, jax.Array]:
    given = weather.lai if options.lai == "prescribed" else None
    most = weather.sown * sustained_lai(state.life.mean_npp.astype(moisture.dtype), p)
    return phenology.step(
        state.leaves, weather.tas, weather.day_length, moisture, most, p.phenology, dt,
        rsds=weather.rsds, vpd=weather.vpd, prescribed_lai=given,
    )  # fmt: skip


def _canopy(
    leaves: PhenologyState,
    weather: Drivers,
    lai: jax.Array,
    moisture: jax.Array,
    here: Place,
    kind: Literal["two_leaf", "light_use"],
) -> CanopyFluxes:
    frost = phenology.frost_factor(leaves, here.params.phenology)
    if kind == "light_use":
        return canopy.daily_p_model(
            weather.rsds, weather.day_length, weather.tas, weather.tasmin, weather.tasmax, weather.vpd,
            weather.co2, weather.ps, lai, leaves.growth_temperature, here.params.light_use,
            here.params.canopy.stomata, soil_moisture_factor=moisture, frost_factor=frost,
        )  # fmt: skip
    return canopy.daily(
        weather.rsds,
        weather.day_length,
        weather.sin_noon_elevation,
        weather.tas,
        weather.tasmin,
        weather.tasmax,
        weather.vpd,
        weather.co2,
        weather.ps,
        lai,
        canopy.Growth(
            leaves.growth_temperature,
            leaves.growth_light,
            leaves.deficit,
            leaves.mean_lai,
            phenology.capacity_share(leaves),
        ),
        here.c4,
        here.params.canopy,
        soil_moisture_factor=moisture,
        frost_factor=frost,
        clearness=weather.clearness,
    )


def _below(
    weather: Drivers,
    rain: jax.Array,
    snowfall: jax.Array,
    lai: jax.Array,
    snow_cover: jax.Array,
    balance: energy.EnergyFluxes,
    p: energy.EnergyParams,
) -> ground.Weather:
    """The day as the ground has it below the leaves."""
    height = p.canopy_height
    sun = below_canopy.sunlight(weather.rsds, lai, snow_cover, p.light_extinction, height)
    branches = lai * below_canopy.standing(height)
    return ground.Weather(rain, snowfall, weather.tas, sun, lai, balance, branches)


def _energy(
    state: GroundState, weather: Drivers, lai: jax.Array, conductance: jax.Array, here: Place
) -> energy.EnergyFluxes:
    wetness = within(layer_at(state.water.liquid, 0) / layer_at(here.soil.capacity, 0), 0.0, 1.0)
    return energy.daily(
        weather.rsds,
        weather.day_length,
        weather.tas,
        weather.tasmin,
        weather.tasmax,
        weather.vpd,
        weather.ps,
        weather.sfcWind,
        lai,
        conductance,
        wetness,
        here.params.energy,
        clearness=weather.clearness,
        snow_cover=state.snow_cover,
    )


def _life(
    state: BiogeochemistryState,
    weather: Drivers,
    lai: jax.Array,
    uptake: CanopyFluxes,
    earth: GroundState,
    flows: GroundFluxes,
    here: Place,
    options: Options,
    dt: float,
) -> tuple[BiogeochemistryState, BiogeochemistryFluxes]:
    saturation = within(earth.water.liquid / here.soil.capacity, 0.0, 1.0)
    inputs = BiogeochemistryInputs(
        gpp=uptake.gpp,
        leaf_respiration=uptake.leaf_respiration,
        lai_target=lai,
        tas=weather.tas,
        soil_temperature=flows.temperature,
        soil_saturation=saturation,
        drainage=flows.drainage,
        soil_water=trace_gases.upper_water(earth.water.liquid),
        deposition=weather.nitrogen_deposition,
        fertiliser=weather.fertiliser,
        burned_fraction=weather.burned_fraction,
        sand=here.surface.sand,
        clay=here.surface.clay,
        conversion=weather.conversion,
        wood_harvest=weather.wood_harvest,
        fuel_moisture=layer_at(saturation, 0),
    )
    return biogeochemistry.step(
        state, inputs, here.params.life, constants=here.life if dt == DAY else None,
        nitrogen_limitation=options.nitrogen, grid=options.grid, dt=dt,
    )  # fmt: skip


def _methane(
    state: GasState,
    weather: Drivers,
    lai: jax.Array,
    turnover: BiogeochemistryFluxes,
    earth: GroundState,
    flows: GroundFluxes,
    here: Place,
    options: Options,
    dt: float,
) -> tuple[GasState, GasFluxes]:
    dtype = lai.dtype
    living = Living(
        turnover.gpp, turnover.npp.astype(dtype), turnover.rh.astype(dtype), lai, flows.snow_depth
    )
    return trace_gases.methane_step(
        state, weather, living, flows.temperature, earth.water, here.root_fraction, here.surface, here.soil,
        here.params.gases, substrate=here.substrate, grid=options.grid, dt=dt,
    )  # fmt: skip


def _nitrogen(
    life: BiogeochemistryState,
    turnover: BiogeochemistryFluxes,
    earth: GroundState,
    flows: GroundFluxes,
    here: Place,
    dt: float,
) -> tuple[BiogeochemistryState, NitrogenGases]:
    mineral = trace_gases.MineralNitrogen(*life.mineral)
    left, gases = trace_gases.nitrogen_step(
        mineral, turnover.rh, turnover.n_net_mineralisation, flows.temperature, earth.water, here.soil,
        here.nitrogen_soil, here.params.gases.nitrous_oxide, dt=dt,
    )  # fmt: skip
    # The pools may be held in more digits than the gases: they change by the difference.
    changed = [old + (new - old.astype(new.dtype)) for old, new in zip(mineral, left, strict=True)]
    return life._replace(mineral=type(life.mineral)(*changed)), gases
