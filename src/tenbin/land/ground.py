"""A day of snow, heat and water in the ground and on the leaves above it, with the origin of every drop."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import SECONDS_PER_DAY, ZERO_CELSIUS
from tenbin.core.params import param
from tenbin.core.tags import SOIL_TAGS
from tenbin.land import energy as surface_energy
from tenbin.land import interception, permafrost, snow, snow_on_branches, soil_heat, soil_water, water_tags
from tenbin.land.columns import column_sum
from tenbin.land.energy import EnergyFluxes
from tenbin.land.interception import CanopyWater, InterceptionParams
from tenbin.land.permafrost import PermafrostParams
from tenbin.land.smoothing import floored_ratio, smooth_step
from tenbin.land.snow import SnowParams, SnowState
from tenbin.land.snow_on_branches import BranchSnow, BranchSnowParams
from tenbin.land.soil_grid import SoilGrid
from tenbin.land.soil_heat import SoilHeatParams, SoilHeatState
from tenbin.land.soil_hydraulics import SoilHydraulicsParams, SoilProperties
from tenbin.land.soil_water import SoilWaterFluxes, SoilWaterParams, SoilWaterState
from tenbin.land.water_tags import TaggedWater

__all__ = [
    "GroundFluxes",
    "GroundParams",
    "GroundState",
    "TaggedLosses",
    "initial_state",
    "step",
    "water_total",
]

DAY = float(SECONDS_PER_DAY)


class GroundParams(eqx.Module):
    """All that a calibration may touch in water and heat."""

    hydraulics: SoilHydraulicsParams = eqx.field(default_factory=SoilHydraulicsParams)
    water: SoilWaterParams = eqx.field(default_factory=SoilWaterParams)
    heat: SoilHeatParams = eqx.field(default_factory=SoilHeatParams)
    snow: SnowParams = eqx.field(default_factory=SnowParams)
    branches: BranchSnowParams = eqx.field(default_factory=BranchSnowParams)
    ice: PermafrostParams = eqx.field(default_factory=PermafrostParams)
    interception: InterceptionParams = eqx.field(default_factory=InterceptionParams)
    moss_resistance: jax.Array = param(
        [0.0, 0.0, 0.0, 0.1, 0.1, 0.5, 0.5, 0.0, 0.05, 0.0, 0.4, 0.0, 0.0],
        "m2 K W-1",
        bounds=(0.0, 2.0),
        prior_sd=0.2,
        source="summer's resistance of live moss and raw humus, 5 to 8 cm at 0.13 W m-1 K-1; a third of it when"
        " frozen: O'Donnell et al. 2009, Soil Sci. 174, 646; Porada et al. 2016, Cryosphere 10, 2291",
    )
    root_decay: jax.Array = param(
        [0.962, 0.961, 0.967, 0.976, 0.966, 0.943, 0.943, 0.978, 0.952, 0.972, 0.914, 0.961, 0.975],
        "cm-1",
        bounds=(0.85, 0.995),
        prior_sd=0.01,
        source="Jackson et al. 1996, Oecologia 108, 389, table 1, by biome",
    )


class GroundState(NamedTuple):
    """Everything the ground and the wet leaves remember; `excess_ice` [kg m-2] (layer of soil, cell).

    Snow on branches needs no tags: all of it has fallen as snow since the start.
    """

    canopy: CanopyWater
    snow: SnowState
    snow_cover: jax.Array
    heat: SoilHeatState
    water: SoilWaterState
    excess_ice: jax.Array
    tags: TaggedWater
    branches: BranchSnow


class TaggedLosses(NamedTuple):
    """Water to the air and to rivers by origin [kg m-2 s-1], (tag, cell)."""

    evapotranspiration: jax.Array
    runoff: jax.Array


class GroundFluxes(NamedTuple):
    """Mean fluxes of a day, water [kg m-2 s-1] and heat [W m-2], and how the ground stands; each (cell,) or by layer.

    `evapotranspiration` is the sum of `transpiration`, `soil_evaporation`, `interception` and `sublimation`, that of
    snow on the ground and on branches; `runoff` of what leaves at the surface and `drainage` at the bottom.
    `ground_heat` is positive into the ground; `advected_heat` came with moving water; `ice_heat` melted excess ice.
    """

    evapotranspiration: jax.Array
    transpiration: jax.Array
    soil_evaporation: jax.Array
    interception: jax.Array
    sublimation: jax.Array
    melt: jax.Array
    runoff: jax.Array
    drainage: jax.Array
    ground_heat: jax.Array
    geothermal: jax.Array
    advected_heat: jax.Array
    ice_melt: jax.Array
    snow_depth: jax.Array
    temperature: jax.Array
    energy: EnergyFluxes
    tagged: TaggedLosses


class Weather(NamedTuple):
    """What the sky and the canopy ask of the ground in a day, each (cell,); units as in `Drivers`, `rsds` being the
    sunlight that the leaves let through, `branches` the leaf area out of snow."""

    rain: jax.Array
    snowfall: jax.Array
    tas: jax.Array
    rsds: jax.Array
    lai: jax.Array
    energy: EnergyFluxes
    branches: jax.Array


def initial_state(
    tas: jax.Array,
    excess_ice: jax.Array,
    properties: SoilProperties,
    grid: SoilGrid,
    params: GroundParams,
) -> GroundState:
    """Bare, half-wet ground at the mean air temperature `tas` [K] (cell,), all its water marked `initial`.

    `excess_ice` [kg m-2 per m of depth] (cell,) is laid below 0.5 m.
    """
    nothing = jnp.zeros_like(tas)
    total = 0.5 * (properties.field_capacity + properties.wilting_point)
    temperature = jnp.broadcast_to(tas, (len(grid), *tas.shape))
    heat, liquid = soil_heat.initial_state(temperature, total, properties, params.heat)
    water = SoilWaterState(liquid, total - liquid)
    deep = grid.column(tuple(float(z > 0.5) for z in grid.midpoint), tas)[: grid.n_soil]
    ice = excess_ice * deep * properties.thickness[: grid.n_soil]
    canopy, pack = CanopyWater(nothing), SnowState(nothing, jnp.full_like(tas, 150.0))
    tags = water_tags.initial_tags(nothing, nothing, water)
    return GroundState(canopy, pack, nothing, heat, water, ice, tags, BranchSnow(nothing))


def water_total(state: GroundState) -> jax.Array:
    """All water of the column, ice in excess of the pores included [kg m-2] (cell,)."""
    soil = state.water.liquid + state.water.ice + state.excess_ice
    return state.canopy.mass + state.branches.mass + state.snow.mass + jnp.sum(soil, axis=0)


class _Wetted(NamedTuple):
    """Leaves and snow after the day's rain and snow, and the water that reached the soil [kg m-2]."""

    canopy: CanopyWater
    snow: SnowState
    leaves: interception.InterceptionFluxes
    pack: snow.SnowFluxes
    held: BranchSnow
    branches: snow_on_branches.BranchSnowFluxes


def _wet(state: GroundState, weather: Weather, params: GroundParams, dt: float) -> _Wetted:
    canopy, leaves = interception.step(
        state.canopy,
        weather.rain,
        weather.energy.interception_potential,
        weather.lai,
        params.interception,
        dt=dt,
    )
    # snow has the energy of what is left of the day once leaves have dried
    dry = 1.0 - floored_ratio(leaves.evaporation, weather.energy.interception_potential, 1e-12)
    held, branches = snow_on_branches.step(
        state.branches,
        weather.snowfall,
        dry * weather.energy.branch_potential,
        weather.branches,
        weather.tas,
        params.branches,
        dt=dt,
    )
    pack, fluxes = snow.step(
        state.snow,
        branches.fallen,
        leaves.throughfall,
        weather.tas,
        weather.rsds,
        weather.energy.sublimation_potential,
        params.snow,
        dt=dt,
    )
    return _Wetted(canopy, pack, leaves, fluxes, held, branches)


def _moss(surface: jax.Array, params: GroundParams) -> jax.Array:
    """Resistance of moss [m2 K W-1] below a surface at a temperature [K]: ice conducts what water does not."""
    thawed = smooth_step(surface - float(ZERO_CELSIUS), 2.0)
    return params.moss_resistance * (_FROZEN_MOSS + (1.0 - _FROZEN_MOSS) * thawed)


_FROZEN_MOSS = 1.0 / 3.0  # frozen over thawed resistance, O'Donnell et al. 2009


def step(
    state: GroundState,
    weather: Weather,
    root_fraction: jax.Array,
    properties: SoilProperties,
    params: GroundParams,
    *,
    tagged: bool = True,
    flow_constants: soil_water.FlowConstants | None = None,
    dt: float = DAY,
) -> tuple[GroundState, GroundFluxes]:
    """A day of the ground: leaves and snow are wetted, the soil conducts and freezes, ice melts, water moves.

    `root_fraction` (layer of soil, cell). Transpiration falls by the share of leaves that are wet. `flow_constants`
    of `soil_water`, for this `dt`, save time where many steps are made.
    """
    wet = _wet(state, weather, params, dt)
    dry_leaves = 1.0 - interception.wet_share(wet.canopy, weather.lai, params.interception)
    surface = weather.energy.surface_temperature
    heat, flow = soil_heat.step(
        state.heat,
        state.water.liquid,
        state.water.ice,
        surface,
        weather.energy.over_ground + wet.pack.resistance + _moss(surface, params),
        properties,
        params.heat,
        dt=dt,
    )
    ice = permafrost.melt_excess_ice(state.excess_ice, heat.enthalpy, params.ice)
    water, moved = soil_water.step(
        SoilWaterState(flow.liquid + ice.melt, flow.ice),
        wet.leaves.throughfall + wet.pack.melt,
        weather.energy.transpiration_potential * dry_leaves,
        weather.energy.soil_evaporation_potential,
        root_fraction,
        properties,
        params.water,
        constants=flow_constants,
        dt=dt,
    )
    loss = moved.uptake + jnp.pad(moved.evaporation[None], ((0, moved.uptake.shape[0] - 1), (0, 0)))
    enthalpy, advected = soil_heat.advect(ice.enthalpy, heat.temperature, moved.interface, loss, weather.tas)
    after = (wet, SoilHeatState(enthalpy, heat.temperature), water)
    tags, losses = _tags(state, weather, after, flow, ice.melt, moved, dt) if tagged else (state.tags, None)
    fluxes = _fluxes(weather, wet, flow, ice.melt, moved, advected, heat.temperature, losses, dt)
    ground = GroundState(
        wet.canopy, wet.snow, wet.pack.cover, after[1], water, ice.excess_ice, tags, wet.held
    )
    return ground, fluxes


def _tags(
    state: GroundState,
    weather: Weather,
    after: tuple[_Wetted, SoilHeatState, SoilWaterState],
    flow: soil_heat.SoilHeatFluxes,
    melt: jax.Array,
    moved: SoilWaterFluxes,
    dt: float,
) -> tuple[TaggedWater, TaggedLosses]:
    """The origins of all stores after the day, and of what left [kg m-2 s-1]."""
    wet, _, water = after
    rain = water_tags.only("rain", dt * weather.rain)
    canopy, dripped, dried = water_tags.store_step(
        state.tags.canopy, rain, wet.canopy.mass, dt * wet.leaves.throughfall, dt * wet.leaves.evaporation
    )
    fallen = water_tags.only("snowmelt", dt * wet.branches.fallen)
    pack, melted, sublimated = water_tags.store_step(
        state.tags.snow, fallen, wet.snow.mass, dt * wet.pack.melt, dt * wet.pack.sublimation
    )
    liquid, ice, left = water_tags.soil_step(
        state.tags.liquid,
        state.tags.ice,
        state.water,
        flow.ice - state.water.ice,
        melt,
        dripped + melted,
        water,
        moved,
    )
    blown = water_tags.only("snowmelt", dt * wet.branches.sublimation)
    evaporated = left.transpiration + left.evaporation + dried + sublimated + blown
    losses = TaggedLosses(evaporated / dt, (left.surface_runoff + left.drainage) / dt)
    return TaggedWater(canopy, pack, liquid, ice), losses


def _fluxes(
    weather: Weather,
    wet: _Wetted,
    flow: soil_heat.SoilHeatFluxes,
    ice_melt: jax.Array,
    moved: SoilWaterFluxes,
    advected: jax.Array,
    temperature: jax.Array,
    losses: TaggedLosses | None,
    dt: float,
) -> GroundFluxes:
    transpiration = column_sum(moved.uptake) / dt
    evaporation = moved.evaporation / dt
    liquid_loss = transpiration + evaporation + wet.leaves.evaporation
    sublimation = wet.pack.sublimation + wet.branches.sublimation
    melting = snow.LATENT_HEAT_OF_FUSION * wet.pack.melt
    energy = surface_energy.close(
        weather.energy, weather.tas, liquid_loss, sublimation, flow.ground_heat + melting
    )
    if losses is None:
        nothing = jnp.zeros((len(SOIL_TAGS), *transpiration.shape), transpiration.dtype)
        losses = TaggedLosses(nothing, nothing)
    return GroundFluxes(
        evapotranspiration=liquid_loss + sublimation,
        transpiration=transpiration,
        soil_evaporation=evaporation,
        interception=wet.leaves.evaporation,
        sublimation=sublimation,
        melt=wet.pack.melt,
        runoff=(moved.surface_runoff + moved.drainage) / dt,
        drainage=moved.drainage / dt,
        ground_heat=flow.ground_heat,
        geothermal=flow.geothermal,
        advected_heat=advected / dt,
        ice_melt=column_sum(ice_melt) / dt,
        snow_depth=wet.pack.depth,
        temperature=temperature,
        energy=energy,
        tagged=losses,
    )
