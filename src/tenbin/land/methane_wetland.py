"""Methane of wetlands: made in waterlogged soil layers, eaten where air comes in, let out by three ways."""

from __future__ import annotations

import math
from typing import NamedTuple

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import GAS_CONSTANT, GRAVITY, MOLAR_MASS, ZERO_CELSIUS
from tenbin.core.limits import smaller, within
from tenbin.core.logarithm import log
from tenbin.land import methane_gas
from tenbin.land.columns import on_layers, sweep, with_kept_slope
from tenbin.land.methane_wetland_state import WetlandFluxes, WetlandParams, WetlandState
from tenbin.land.smoothing import smooth_positive
from tenbin.land.soil_grid import DEFAULT_GRID, SoilGrid

__all__ = [
    "WetlandFluxes",
    "WetlandParams",
    "WetlandState",
    "initial",
    "ph_response",
    "respired_by_layer",
    "step",
    "waterlogged",
]

WATER_DENSITY = 1000.0  # kg m-3
WATER_TABLE_WIDTH = 0.02  # m, microrelief over which the water table is blurred
OXYGEN_OF_AIR = 0.28  # mol m-3 of O2 in water under air at about 20 C (Benson and Krause 1984)
HALF_AERATED = 0.05  # m3 m-3 of air at which half of the oxygen of the air reaches the soil
ROOTED_DEPTH = 0.5  # m, makes root_fraction / thickness a number, as f_root of Walter and Heimann 2000
AIR_CONDUCTANCE = 5e-3  # m s-1, of the still air over a soil
PISTON_VELOCITY = 1e-5  # m s-1, between standing water and air in light wind (Cole and Caraco 1998)
BUBBLE_WIDTH = 0.05  # 1, of the threshold, over which bubbling sets in
AT_NOTHING = 0.5 * (math.sqrt(1.0 + BUBBLE_WIDTH**2) - 1.0)  # smooth threshold at concentration nought


class Soil(NamedTuple):
    """What is known of the layers of the wetland, (layer, cell) or (layer, 1); of one layer inside the sweeps."""

    methane: jax.Array  # mol m-2
    respired: jax.Array  # kg C m-2 s-1
    temperature: jax.Array  # K
    liquid: jax.Array  # 1, share of the pores
    ice: jax.Array  # 1, share of the pores
    roots: jax.Array  # 1
    reduced: jax.Array  # 1, yesterday
    thickness: jax.Array  # m
    bottom: jax.Array  # m, depth of the lower face


class Water(NamedTuple):
    """Where water, ice and air stand in a layer of the wetland, (cell,)."""

    waterlogged: jax.Array  # 1, share of a layer below the water table
    liquid: jax.Array  # m3 m-3
    air: jax.Array  # m3 m-3
    thawed: jax.Array  # 1, liquid over liquid and ice
    above: jax.Array  # m, water standing over the middle of a layer


class Layers(NamedTuple):
    """What a layer does to its methane in a step, (layer, cell)."""

    room: jax.Array  # m, capacity times thickness
    threshold: jax.Array  # mol m-3, above which bubbles form
    releasing: jax.Array  # m, room times the share of an excess that leaves
    eaten: jax.Array  # m s-1, oxidation in soil and rhizosphere per concentration
    breathed: jax.Array  # m s-1, conductance of plants to the air
    waterlogged: jax.Array  # 1


class Descent(NamedTuple):
    """What the sweep down leaves of each layer for the sweep up, (layer, cell)."""

    own: jax.Array  # mol m-3 of air, of what lies above and itself, as one reservoir
    weight: jax.Array  # 1, of the layer in the one above
    half: jax.Array  # s m-1, resistance from its middle to a face
    reduced: jax.Array  # 1, today
    layer: Layers


class Ascent(NamedTuple):
    """What the sweep up carries from a layer to the next above, (cell,)."""

    concentration: jax.Array  # mol m-3 of air, of the layer below
    weight: jax.Array  # 1, of the layer below in this one
    waterlogged: jax.Array  # 1, of the layer below
    oxidation: jax.Array  # mol m-2 s-1, so far
    plants: jax.Array  # mol m-2 s-1, so far
    bubbles: jax.Array  # mol m-2, so far


def initial(cells: int, grid: SoilGrid = DEFAULT_GRID.soil, dtype: jnp.dtype = jnp.float64) -> WetlandState:
    """A column without methane, its oxidants unused: (layer, cell)."""
    nothing = jnp.zeros((grid.n_soil, cells), dtype)
    return WetlandState(nothing, nothing)


def ph_response(ph: jax.Array) -> jax.Array:
    """Production relative to that at the best pH 6.2: 10^(-0.2235 pH^2 + 2.7727 pH - 8.6), `ph` 2..9.

    Lei Meng's fit to Dunfield et al. 1993, as in the code of CLM (ch4Mod), which gives its optimum as 6.5.
    """
    return jnp.exp(2.302585093 * (ph * (2.7727 - 0.2235 * ph) - 8.6))


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
    substrate: jax.Array | None = None,
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
    threshold. A bubble from below a sunken water table ends in the layer above the table. `substrate` is what
    `respired_by_layer` gives, to be made once where many steps are made.
    """
    if rh.ndim == 1:
        rh = rh * (respired_by_layer(root_fraction, params, grid) if substrate is None else substrate)
    soil = Soil(
        state.methane * (1.0 / MOLAR_MASS["ch4"]),
        rh,
        soil_temperature,
        liquid_saturation,
        ice_saturation,
        root_fraction,
        state.reduced,
        jnp.asarray(grid.thickness, lai.dtype),
        jnp.asarray(grid.interface[1:], lai.dtype),
    )
    place = _Place(water_table_depth, lai, pressure, ph, porosity, params, dt)
    sky = _sky(soil, place, ch4, snow_depth)
    production, down = _descend(soil, place, sky)
    ascent, (kept, stopped) = sweep(
        lambda below, row: _ascend(below, row, sky.concentration),
        Ascent(*(jnp.full_like(lai, value) for value in (0.0, 0.0, 1.0, 0.0, 0.0, 0.0))),
        (down.own, down.weight, down.layer),
        reverse=True,
    )
    kept = kept + on_layers(with_kept_slope(ascent.bubbles), grid.n_soil) * stopped
    return WetlandState(kept * MOLAR_MASS["ch4"], down.reduced), _fluxes(
        production=production,
        oxidation=ascent.oxidation,
        diffusion=(ascent.concentration - sky.concentration) / (sky.half + down.half[0]),
        ebullition=ascent.waterlogged * ascent.bubbles / dt,
        plant_transport=ascent.plants,
    )


class _Place(NamedTuple):
    """What all layers share, (cell,) or (), and the length of the step [s]."""

    water_table_depth: jax.Array
    lai: jax.Array
    pressure: jax.Array
    ph: jax.Array
    porosity: jax.Array | float
    params: WetlandParams
    dt: float


def _sky(soil: Soil, place: _Place, ch4: jax.Array, snow_depth: jax.Array | float) -> methane_gas.Overlying:
    """The air over the wetland behind snow and a film of air or standing water."""
    top = Soil(*(row[0] for row in soil))
    (wet, _), _ = _waterlogged(_over(0.0, place.water_table_depth), top, place.water_table_depth)
    air = ch4 * place.pressure / (GAS_CONSTANT * top.temperature)
    return methane_gas.under_the_sky(air, _film(wet, methane_gas.solubility(top.temperature), snow_depth))


def _descend(soil: Soil, place: _Place, sky: methane_gas.Overlying) -> tuple[jax.Array, Descent]:
    """All that happens in the layers, eliminated from the surface down; production [mol m-2 s-1] (cell,) of all."""
    params, dt = place.params, place.dt
    # Oxidants must be spent first, within `redox_time` (Riley et al. 2011).
    remains = jnp.exp(-dt / (86400.0 * params.redox_time))
    acid = params.methane_share * (2.0 / MOLAR_MASS["c"]) * ph_response(place.ph)

    def body(carry: tuple, soil: Soil) -> tuple:
        over, over_top, open_above, production = carry
        (share, above), over_bottom = _waterlogged(over_top, soil, place.water_table_depth)
        water = _water(soil, share, above, place.porosity)
        ways = methane_gas.pores(soil.temperature, water.air, water.liquid, place.porosity)
        reduced = share + (soil.reduced - share) * remains
        made = acid * _production(soil, water, reduced, params)
        way_out = open_above * (1.0 - within(soil.ice, 0.0, 1.0))
        layer = _layer(soil, water, ways, way_out, place)
        half = 0.5 * soil.thickness / ways.conductivity
        source = soil.methane * (1.0 / dt) + made + layer.breathed * sky.concentration
        sink = layer.room * (1.0 / dt) + layer.eaten + layer.breathed
        own, weight = methane_gas.couple(over, half, source, sink)
        carry = (own, over_bottom, way_out, production + made)
        return carry, Descent(own.concentration, weight, half, reduced, layer)

    nothing = jnp.zeros_like(sky.concentration)
    start = (sky, _over(0.0, place.water_table_depth), jnp.ones_like(nothing), nothing)
    (_, _, _, production), down = sweep(body, start, soil)
    return production, down


def _fluxes(**amounts: jax.Array) -> WetlandFluxes:
    mass = {name: amount * MOLAR_MASS["ch4"] for name, amount in amounts.items()}
    emission = mass["diffusion"] + mass["ebullition"] + mass["plant_transport"]
    return WetlandFluxes(emission=emission, **mass)


def respired_by_layer(root_fraction: jax.Array, params: WetlandParams, grid: SoilGrid) -> jax.Array:
    """Share of the respiration in each layer [1] (layer, cell): partly as the roots, partly falling exponentially."""
    depth = grid.column(grid.interface, root_fraction)
    left = jnp.exp(-depth / params.substrate_depth)
    litter = (left[:-1] - left[1:]) / (left[0] - left[-1])
    return params.root_substrate * root_fraction + (1.0 - params.root_substrate) * litter


def _film(wet: jax.Array, solubility: jax.Array, snow_depth: jax.Array | float) -> jax.Array:
    """Resistance [s m-1] over the ground, `wet` [0..1] of it: snow, then a film of air or standing water."""
    film = (1.0 - wet) * AIR_CONDUCTANCE + wet * solubility * PISTON_VELOCITY
    return 1.0 / film + snow_depth * (1.0 / methane_gas.SNOW_DIFFUSIVITY)


def _layer(soil: Soil, water: Water, ways: methane_gas.Pores, way_out: jax.Array, place: _Place) -> Layers:
    """Room, threshold and velocities of a layer; roots take up k LAI f_root of the pores (WH 2000)."""
    params = place.params
    room = ways.capacity * soil.thickness
    rooted = (params.aerenchyma * ROOTED_DEPTH * place.lai) * soil.roots * ways.solubility * water.thawed
    bubbling = -jnp.expm1(-params.bubble_rate * (place.dt / 86400.0))
    return Layers(
        room,
        _bubble_threshold(soil.temperature, water.above, place.pressure, params),
        bubbling * water.waterlogged * room * way_out,
        _oxidation(soil, room, water, ways, params) + params.rhizosphere * rooted,
        (1.0 - params.rhizosphere) * rooted,
        water.waterlogged,
    )


def waterlogged(water_table_depth: jax.Array, grid: SoilGrid) -> tuple[jax.Array, jax.Array]:
    """Share of each layer below the water table [1], and water over its middle [m], both (layer, cell).

    The table [m, positive down] is blurred over its microrelief; the shares are exact layer means of the
    blurred step, so that they sum to the same depth of water wherever the table stands.
    """
    faces = jnp.asarray(grid.interface[1:], water_table_depth.dtype)
    thickness = jnp.asarray(grid.thickness, water_table_depth.dtype)
    rows = Soil(*(faces,) * 7, thickness, faces)
    shares: tuple[jax.Array, jax.Array]

    def layer(over_top: jax.Array, soil: Soil) -> tuple:
        made, over = _waterlogged(over_top, soil, water_table_depth)
        return over, made

    _, shares = sweep(layer, _over(0.0, water_table_depth), rows)
    return shares


def _over(depth: jax.Array | float, water_table_depth: jax.Array) -> jax.Array:
    """Water standing over a depth [m]."""
    return smooth_positive(depth - water_table_depth, WATER_TABLE_WIDTH)


def _waterlogged(
    over_top: jax.Array, soil: Soil, water_table_depth: jax.Array
) -> tuple[tuple[jax.Array, jax.Array], jax.Array]:
    """Share of a layer below the water table [1], water over its middle [m] and over its lower face [m]."""
    over = _over(soil.bottom, water_table_depth)
    return ((over - over_top) / soil.thickness, 0.5 * (over + over_top)), over


def _water(soil: Soil, share: jax.Array, above: jax.Array, porosity: jax.Array | float) -> Water:
    ice = within(soil.ice, 0.0, 1.0)
    liquid = within(soil.liquid, 0.0, 1.0)
    # Under the table the pores that hold no ice hold water.
    liquid = smaller(liquid + share * (1.0 - ice - liquid), 1.0 - ice)
    thawed = liquid / (liquid + ice + 1e-6)
    return Water(share, porosity * liquid, porosity * (1.0 - ice - liquid), thawed, above)


def _production(soil: Soil, water: Water, reduced: jax.Array, params: WetlandParams) -> jax.Array:
    """Of a layer, to be scaled by f_CH4 f_pH [kg C m-2 s-1]: Rh Q10, thawed and anoxic (Riley et al. 2011, eq. 1).

    Anoxia is the harmonic mean of being waterlogged now and lately: either alone makes none.
    """
    warm = jnp.exp((0.1 * log(params.production_q10)) * (soil.temperature - params.production_base))
    both = water.waterlogged * reduced
    return soil.respired * warm * water.thawed * both / (water.waterlogged + reduced + 1e-9)


def _oxidation(
    soil: Soil, room: jax.Array, water: Water, ways: methane_gas.Pores, params: WetlandParams
) -> jax.Array:
    """Oxidation per concentration in soil air [m s-1]: V Q10 O2/(K + O2) / (K + CH4) in water, thawed.

    Double Michaelis-Menten of Riley et al. 2011 with oxygen from the air-filled pores above the water table.
    The air-filled layer works at a tenth of both constants (CLM technical note), which leaves their ratio,
    the rate at low concentration, as it is.
    """
    aired = 1.0 - water.waterlogged
    open_pores = water.air * water.air
    # Air must be both there and connected, or the tail of a blurred water table would air the whole column.
    oxygen = OXYGEN_OF_AIR * aired * open_pores
    wanting = oxygen + params.half_oxygen * (open_pores + HALF_AERATED * HALF_AERATED)
    dry = 1.0 - 0.9 * aired
    # CH4 in water is solubility amount / room: times the room on both sides of the fraction.
    half = params.half_methane * dry * room + ways.solubility * soil.methane
    warm = jnp.exp((0.1 * log(params.oxidation_q10)) * (soil.temperature - (ZERO_CELSIUS + 12.0)))
    wet = ways.solubility * water.liquid * water.thawed * soil.thickness
    return params.oxidation_rate * dry * warm * aired * oxygen * room * wet / (wanting * half)


def _bubble_threshold(
    temperature: jax.Array, depth: jax.Array, pressure: jax.Array, params: WetlandParams
) -> jax.Array:
    """Concentration [mol m-3] at which CH4 presses with a share of the pore's air and water (Riley et al. 2011)."""
    limit = params.bubble_share * (pressure + (WATER_DENSITY * GRAVITY) * depth)
    return limit / (GAS_CONSTANT * temperature)


def _ascend(below: Ascent, row: tuple, air: jax.Array) -> tuple[Ascent, tuple[jax.Array, jax.Array]]:
    """One layer on the way up: its concentration at the end of the step, and what leaves it.

    Bubbles form in thawed water above the threshold, at most the excess, and rise if nothing above is frozen.
    The second result is the share of all bubbles that this layer stops, as the water ends in it.
    """
    own, weight, layer = row
    concentration = (1.0 - below.weight) * own + below.weight * below.concentration
    risen = layer.releasing * _excess(concentration, layer.threshold)
    return Ascent(
        concentration,
        weight,
        layer.waterlogged,
        below.oxidation + layer.eaten * concentration,
        below.plants + layer.breathed * (concentration - air),
        below.bubbles + risen,
    ), (layer.room * concentration - risen, below.waterlogged - layer.waterlogged)


def _excess(concentration: jax.Array, threshold: jax.Array) -> jax.Array:
    """Concentration above a smooth threshold [mol m-3]; nothing at concentration zero."""
    over = smooth_positive(concentration - threshold, BUBBLE_WIDTH * threshold)
    excess = over - AT_NOTHING * threshold
    # Rounding of the difference must not draw on an empty layer.
    return within(excess, 0.0, concentration)
