"""Methane of wetlands: made in waterlogged soil layers, eaten where air comes in, let out by three ways."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import GAS_CONSTANT, GRAVITY, MOLAR_MASS, ZERO_CELSIUS
from tenbin.core.params import param
from tenbin.land import methane_gas
from tenbin.land.smoothing import smooth_positive
from tenbin.land.soil_grid import DEFAULT_GRID, SoilGrid

__all__ = ["WetlandFluxes", "WetlandParams", "WetlandState", "initial", "ph_response", "step", "waterlogged"]

WATER_DENSITY = 1000.0  # kg m-3
WATER_TABLE_WIDTH = 0.02  # m, microrelief over which the water table is blurred
OXYGEN_OF_AIR = 0.28  # mol m-3 of O2 in water under air at about 20 C (Benson and Krause 1984)
HALF_AERATED = 0.05  # m3 m-3 of air at which half of the oxygen of the air reaches the soil
ROOTED_DEPTH = 0.5  # m, makes root_fraction / thickness a number, as f_root of Walter and Heimann 2000
AIR_CONDUCTANCE = 5e-3  # m s-1, of the still air over a soil
PISTON_VELOCITY = 1e-5  # m s-1, between standing water and air in light wind (Cole and Caraco 1998)
FIVE_CELSIUS = 278.15

_WH = "Walter and Heimann 2000, Glob. Biogeochem. Cycles 14, 745"
_RILEY = "Riley et al. 2011, Biogeosciences 8, 1925 (CLM4Me)"


class WetlandParams(eqx.Module):
    """What is uncertain in the methane of a wetland; each a scalar or one value per cell."""

    methane_share: jax.Array = param(
        0.2, "mol mol-1", bounds=(0.02, 0.6), prior_sd=0.1, source=_RILEY + ", CH4 per C respired"
    )
    production_q10: jax.Array = param(
        2.0, "1", bounds=(1.2, 6.0), prior_sd=0.8, source=_RILEY + "; 6 in WH 2000"
    )
    production_base: jax.Array = param(295.0, "K", bounds=(275.0, 305.0), prior_sd=5.0, source=_RILEY)
    redox_time: jax.Array = param(
        30.0, "d", bounds=(2.0, 120.0), prior_sd=15.0, source=_RILEY, transform="log"
    )
    substrate_depth: jax.Array = param(
        0.3, "m", bounds=(0.05, 2.0), prior_sd=0.15, source="e-fold, order of " + _WH, transform="log"
    )
    root_substrate: jax.Array = param(
        0.5, "1", bounds=(0.0, 1.0), prior_sd=0.2, source="share that follows the roots, our choice"
    )
    oxidation_rate: jax.Array = param(
        1.25e-5, "mol m-3 s-1", bounds=(5e-7, 5e-5), prior_sd=8e-6, source=_RILEY, transform="log"
    )
    half_methane: jax.Array = param(
        5e-3, "mol m-3", bounds=(5e-4, 5e-2), prior_sd=3e-3, source=_RILEY, transform="log"
    )
    half_oxygen: jax.Array = param(
        2e-2, "mol m-3", bounds=(2e-3, 2e-1), prior_sd=1e-2, source=_RILEY, transform="log"
    )
    oxidation_q10: jax.Array = param(
        1.9, "1", bounds=(1.2, 4.0), prior_sd=0.4, source=_RILEY + "; 2 in WH 2000"
    )
    bubble_share: jax.Array = param(
        0.15,
        "1",
        bounds=(0.05, 0.57),
        prior_sd=0.1,
        source=_RILEY + ", pressure of CH4 over that of the pore",
    )
    bubble_rate: jax.Array = param(
        24.0, "d-1", bounds=(0.5, 48.0), prior_sd=12.0, source=_WH + ", 1 h-1", transform="log"
    )
    aerenchyma: jax.Array = param(
        2.8e-5,
        "s-1",
        bounds=(1e-7, 2e-4),
        prior_sd=2e-5,
        source=_WH + ", 0.01 h-1 T_veg, T_veg 10",
        transform="log",
    )
    rhizosphere: jax.Array = param(
        0.5, "1", bounds=(0.0, 0.95), prior_sd=0.2, source=_WH + ", share of root methane oxidised"
    )


class WetlandState(NamedTuple):
    """What a wetland remembers from one day to the next."""

    methane: jax.Array  # kg CH4 m-2, (layer, cell)
    reduced: jax.Array  # 1, (layer, cell): how far other electron acceptors are used up


class WetlandFluxes(NamedTuple):
    """Methane per wetland area [kg CH4 m-2 s-1], each (cell,); emission is the sum of the last three."""

    production: jax.Array
    oxidation: jax.Array
    diffusion: jax.Array
    ebullition: jax.Array
    plant_transport: jax.Array
    emission: jax.Array


class Water(NamedTuple):
    """Where water, ice and air stand in the soil of the wetland."""

    waterlogged: jax.Array  # 1, share of a layer below the water table
    liquid: jax.Array  # m3 m-3
    air: jax.Array  # m3 m-3
    thawed: jax.Array  # 1, liquid over liquid and ice
    above: jax.Array  # m, water standing over the middle of a layer


def initial(cells: int, grid: SoilGrid = DEFAULT_GRID.soil, dtype: jnp.dtype = jnp.float64) -> WetlandState:
    """A column without methane, its oxidants unused: (layer, cell)."""
    nothing = jnp.zeros((grid.n_soil, cells), dtype)
    return WetlandState(nothing, nothing)


def ph_response(ph: jax.Array) -> jax.Array:
    """Production relative to that at the best pH 6.2: 10^(-0.2235 pH^2 + 2.7727 pH - 8.6), `ph` 2..9.

    Meng et al. 2012, Biogeosciences 9, 2793, as in the CLM technical note.
    """
    return jnp.exp(2.302585093 * (ph * (2.7727 - 0.2235 * ph) - 8.6))


def waterlogged(water_table_depth: jax.Array, grid: SoilGrid) -> tuple[jax.Array, jax.Array]:
    """Share of each layer below the water table [1], and water over its middle [m], both (layer, cell).

    The table [m, positive down] is blurred over its microrelief; the shares are exact layer means of the
    blurred step, so that they sum to the same depth of water wherever the table stands.
    """
    depth = grid.column(grid.interface, water_table_depth)
    over = smooth_positive(depth - water_table_depth, WATER_TABLE_WIDTH)
    thickness = grid.column(grid.thickness, water_table_depth)
    return (over[1:] - over[:-1]) / thickness, 0.5 * (over[1:] + over[:-1])


def step(
    state: WetlandState,
    rh: jax.Array,
    soil_temperature: jax.Array,
    water_table_depth: jax.Array,
    liquid_saturation: jax.Array,
    ice_saturation: jax.Array,
    lai: jax.Array,
    root_fraction: jax.Array,
    ch4: jax.Array,
    pressure: jax.Array,
    ph: jax.Array,
    params: WetlandParams,
    *,
    porosity: jax.Array | float = 0.75,
    snow_depth: jax.Array | float = 0.0,
    grid: SoilGrid = DEFAULT_GRID.soil,
    dt: float = 86400.0,
) -> tuple[WetlandState, WetlandFluxes]:
    """One step of the column; d(methane) = dt (production - oxidation - emission) to rounding.

    `rh` [kg C m-2 s-1] heterotrophic respiration, (cell,) or by layer; `soil_temperature` [K],
    `liquid_saturation`, `ice_saturation` [share of the pores], `root_fraction` [sums to 1] are (layer, cell);
    `water_table_depth` [m, positive down, negative under standing water], `lai` [m2 m-2], `ch4` [mol mol-1],
    `pressure` [Pa], `ph`, `snow_depth` [m] are (cell,). Below the water table pores are full whatever
    `liquid_saturation` says. Diffusion, oxidation and plant transport are solved together, implicitly, with
    Michaelis-Menten oxidation linearised about yesterday's methane; bubbles leave what is then above their
    threshold. A bubble from below a sunken water table ends in the layer above the table.
    """
    thickness = grid.column(grid.thickness, soil_temperature)
    water = _water(water_table_depth, liquid_saturation, ice_saturation, porosity, grid)
    ways = methane_gas.pores(soil_temperature, water.air, water.liquid, porosity)
    reduced = _reduce(state.reduced, water.waterlogged, params, dt)
    made = _production(rh, soil_temperature, root_fraction, water, reduced, ph, params, grid)
    amount = state.methane / MOLAR_MASS["ch4"]
    eaten = _oxidation_velocity(amount / (ways.capacity * thickness), soil_temperature, water, ways, params)
    eaten = eaten * thickness
    rooted = _root_velocity(lai, root_fraction, water, ways, params)
    air = ch4 * pressure / (GAS_CONSTANT * soil_temperature[0])
    surface = _surface_conductance(water, ways, snow_depth, grid)
    breathed = (1.0 - params.rhizosphere) * rooted
    concentration = methane_gas.diffuse(
        amount, made + breathed * air, eaten + rooted, ways, surface, air, grid, dt
    )
    kept, bubbles = _ebullition(
        ways.capacity * thickness,
        concentration,
        soil_temperature,
        water,
        ice_saturation,
        pressure,
        ways,
        params,
        grid,
        dt,
    )
    fluxes = _fluxes(
        production=jnp.sum(made, axis=0),
        oxidation=jnp.sum((eaten + params.rhizosphere * rooted) * concentration, axis=0),
        diffusion=surface * (concentration[0] - air),
        ebullition=bubbles,
        plant_transport=jnp.sum(breathed * (concentration - air), axis=0),
    )
    return WetlandState(kept * MOLAR_MASS["ch4"], reduced), fluxes


def _fluxes(**amounts: jax.Array) -> WetlandFluxes:
    mass = {name: amount * MOLAR_MASS["ch4"] for name, amount in amounts.items()}
    emission = mass["diffusion"] + mass["ebullition"] + mass["plant_transport"]
    return WetlandFluxes(emission=emission, **mass)


def _water(
    water_table_depth: jax.Array,
    liquid_saturation: jax.Array,
    ice_saturation: jax.Array,
    porosity: jax.Array | float,
    grid: SoilGrid,
) -> Water:
    share, above = waterlogged(water_table_depth, grid)
    ice = jnp.clip(ice_saturation, 0.0, 1.0)
    liquid = jnp.clip(liquid_saturation, 0.0, 1.0)
    # Under the table the pores that hold no ice hold water.
    liquid = liquid + share * (1.0 - ice - liquid)
    liquid = jnp.minimum(liquid, 1.0 - ice)
    thawed = liquid / (liquid + ice + 1e-6)
    return Water(share, porosity * liquid, porosity * (1.0 - ice - liquid), thawed, above)


def _reduce(reduced: jax.Array, share: jax.Array, params: WetlandParams, dt: float) -> jax.Array:
    """Relax to the waterlogged share within `redox_time`: oxidants must be spent first (Riley et al. 2011)."""
    remains = jnp.exp(-dt / (86400.0 * params.redox_time))
    return share + (reduced - share) * remains


def _production(
    rh: jax.Array,
    temperature: jax.Array,
    root_fraction: jax.Array,
    water: Water,
    reduced: jax.Array,
    ph: jax.Array,
    params: WetlandParams,
    grid: SoilGrid,
) -> jax.Array:
    """mol CH4 m-2 s-1 by layer: Rh f_CH4 Q10 f_pH, thawed and anoxic (Riley et al. 2011, eq. 1).

    Anoxia is the harmonic mean of being waterlogged now and lately: either alone makes none.
    """
    by_layer = rh if rh.ndim == 2 else rh * _substrate(root_fraction, params, grid)
    warm = jnp.exp((0.1 * jnp.log(params.production_q10)) * (temperature - params.production_base))
    anoxic = 2.0 * water.waterlogged * reduced / (water.waterlogged + reduced + 1e-9)
    scale = params.methane_share / MOLAR_MASS["c"] * ph_response(ph)
    return by_layer * warm * anoxic * water.thawed * scale


def _substrate(root_fraction: jax.Array, params: WetlandParams, grid: SoilGrid) -> jax.Array:
    """Share of the respiration in each layer: partly as the roots, partly falling exponentially with depth."""
    depth = grid.column(grid.interface, root_fraction)
    left = jnp.exp(-depth / params.substrate_depth)
    litter = (left[:-1] - left[1:]) / (left[0] - left[-1])
    return params.root_substrate * root_fraction + (1.0 - params.root_substrate) * litter


def _oxidation_velocity(
    concentration: jax.Array,
    temperature: jax.Array,
    water: Water,
    ways: methane_gas.Pores,
    params: WetlandParams,
) -> jax.Array:
    """Oxidation per concentration in soil air [s-1]: V Q10 O2/(K + O2) / (K + CH4) in water, thawed.

    Double Michaelis-Menten of Riley et al. 2011 with oxygen from the air-filled pores above the water table.
    The air-filled layer works at a tenth of both constants (CLM technical note), which leaves their ratio,
    the rate at low concentration, as it is.
    """
    aired = 1.0 - water.waterlogged
    open_pores = water.air * water.air
    # Air must be both there and connected, or the tail of a blurred water table would air the whole column.
    oxygen = OXYGEN_OF_AIR * aired * open_pores
    reach = oxygen / (oxygen + params.half_oxygen * (open_pores + HALF_AERATED * HALF_AERATED))
    dry = 1.0 - 0.9 * aired
    half = params.half_methane * dry + ways.solubility * concentration
    warm = jnp.exp((0.1 * jnp.log(params.oxidation_q10)) * (temperature - (ZERO_CELSIUS + 12.0)))
    rate = params.oxidation_rate * dry * warm * aired * reach / half
    return rate * ways.solubility * water.liquid * water.thawed


def _root_velocity(
    lai: jax.Array, root_fraction: jax.Array, water: Water, ways: methane_gas.Pores, params: WetlandParams
) -> jax.Array:
    """Uptake into aerenchyma per concentration in soil air, by layer [m s-1]: k LAI f_root (WH 2000)."""
    return (params.aerenchyma * ROOTED_DEPTH * lai) * root_fraction * ways.solubility * water.thawed


def _surface_conductance(
    water: Water, ways: methane_gas.Pores, snow_depth: jax.Array | float, grid: SoilGrid
) -> jax.Array:
    """From the middle of the top layer to the air [m s-1]: half the layer, snow, then air or standing water."""
    wet = water.waterlogged[0]
    film = (1.0 - wet) * AIR_CONDUCTANCE + wet * ways.solubility[0] * PISTON_VELOCITY
    soil = 0.5 * grid.thickness[0] / ways.conductivity[0]
    return 1.0 / (soil + 1.0 / film + snow_depth / methane_gas.SNOW_DIFFUSIVITY)


def _ebullition(
    room: jax.Array,
    concentration: jax.Array,
    temperature: jax.Array,
    water: Water,
    ice_saturation: jax.Array,
    pressure: jax.Array,
    ways: methane_gas.Pores,
    params: WetlandParams,
    grid: SoilGrid,
    dt: float,
) -> tuple[jax.Array, jax.Array]:
    """Methane left in each layer [mol m-2] and bubbles that reach the air [mol m-2 s-1].

    Bubbles form where the pressure of CH4 exceeds a share of that of the pore, air and water above (Riley et
    al. 2011), in thawed water, and rise if nothing above is frozen. What relaxes within the step is at most
    the excess, and nothing at concentration zero.
    """
    limit = params.bubble_share * (pressure + (WATER_DENSITY * GRAVITY) * water.above)
    limit = limit / (GAS_CONSTANT * temperature)
    width = 0.05 * limit
    excess = smooth_positive(concentration - limit, width) - smooth_positive(-limit, width)
    excess = jnp.clip(
        excess, 0.0, concentration
    )  # rounding of the difference must not draw on an empty layer
    rate = -jnp.expm1(-params.bubble_rate * (dt / 86400.0))
    way_out = _open_above(ice_saturation)
    risen = rate * water.waterlogged * way_out * excess * room
    total = jnp.sum(risen, axis=0)
    escaping = water.waterlogged[0] * total
    below = jnp.concatenate([water.waterlogged[1:], jnp.ones_like(total)[None]])
    return room * concentration - risen + (below - water.waterlogged) * total, escaping / dt


def _open_above(ice_saturation: jax.Array) -> jax.Array:
    """Share of the way from each layer to the surface that ice leaves open [1]."""
    clear = 1.0 - jnp.clip(ice_saturation, 0.0, 1.0)
    ways = [clear[0]]
    for layer in clear[1:]:
        ways.append(ways[-1] * layer)
    return jnp.stack(ways)
