"""Water in the soil: infiltration, drainage, capillary rise, roots and evaporation, in pores that ice may block."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import SECONDS_PER_DAY
from tenbin.core.limits import larger, smaller
from tenbin.core.logarithm import log
from tenbin.core.params import param
from tenbin.land.columns import layer_at, sweep, upper_sum, with_kept_slope
from tenbin.land.smoothing import smooth_minimum, smooth_positive, smooth_step
from tenbin.land.soil_grid import SoilGrid
from tenbin.land.soil_hydraulics import SoilProperties

__all__ = [
    "FlowConstants",
    "SoilWaterFluxes",
    "SoilWaterParams",
    "SoilWaterState",
    "flow_constants",
    "moisture_stress",
    "root_fraction",
    "step",
    "water_table_depth",
]

_NIU = "Niu et al. 2005, J. Geophys. Res. 110, D21106"
_NIU_FROZEN = "Niu and Yang 2006, J. Hydrometeorol. 7, 937"


class SoilWaterParams(eqx.Module):
    """What a calibration may touch in soil water."""

    saturated_area: jax.Array = param(0.38, "1", bounds=(0.0, 0.9), prior_sd=0.15, source=_NIU + ", F_max")
    saturated_area_decay: jax.Array = param(
        4.0,
        "1",
        bounds=(0.5, 15.0),
        prior_sd=2.0,
        source=_NIU + ", e-folding over the deficit of the upper soil",
    )
    frozen_area_shape: jax.Array = param(3.0, "1", bounds=(0.5, 8.0), prior_sd=1.0, source=_NIU_FROZEN)
    ice_impedance: jax.Array = param(
        6.0,
        "1",
        bounds=(1.0, 10.0),
        prior_sd=1.5,
        source="Swenson et al. 2012, J. Adv. Model. Earth Syst. 4, M08002",
    )
    capillarity: jax.Array = param(
        1.0,
        "1",
        bounds=(0.05, 20.0),
        prior_sd=1.0,
        source="own choice: scale of the diffusivity of soil water",
        transform="log",
    )
    free_drainage: jax.Array = param(
        0.3,
        "1",
        bounds=(1e-4, 1.0),
        prior_sd=0.3,
        source="own choice: part of the bottom conductivity that drains",
        transform="log",
    )
    unstressed_wetness: jax.Array = param(
        0.6,
        "1",
        bounds=(0.1, 1.0),
        prior_sd=0.2,
        source="Granier et al. 1999, Ecol. Model. 116, 269: near 0.4",
    )


class SoilWaterState(NamedTuple):
    """Liquid and ice [kg m-2] (layer of soil, cell)."""

    liquid: jax.Array
    ice: jax.Array


class SoilWaterFluxes(NamedTuple):
    """Water moved in a step [kg m-2].

    New liquid = old liquid + interface[:-1] - interface[1:] - uptake - evaporation (first layer only), exactly;
    interface[0] = infiltration - exfiltration; incoming = infiltration + direct_runoff.
    """

    interface: jax.Array
    """Net downward (layer of soil + 1, cell)."""
    uptake: jax.Array
    """By roots (layer of soil, cell)."""
    evaporation: jax.Array
    """From the first layer (cell,)."""
    infiltration: jax.Array
    """(cell,)"""
    direct_runoff: jax.Array
    """Incoming water that never enters the soil (cell,)."""
    exfiltration: jax.Array
    """Water that a full soil gives back to the surface (cell,)."""

    @property
    def surface_runoff(self) -> jax.Array:
        """Direct runoff and exfiltration [kg m-2] (cell,)."""
        return self.direct_runoff + self.exfiltration

    @property
    def drainage(self) -> jax.Array:
        """Out of the last layer [kg m-2] (cell,): base flow."""
        return self.interface[..., -1, :]


def step(
    state: SoilWaterState,
    incoming: jax.Array,
    transpiration: jax.Array,
    evaporation: jax.Array,
    root_fraction: jax.Array,
    properties: SoilProperties,
    params: SoilWaterParams,
    *,
    constants: FlowConstants | None = None,
    dt: float = float(SECONDS_PER_DAY),
) -> tuple[SoilWaterState, SoilWaterFluxes]:
    """Soil water after `dt` [s], all fluxes [kg m-2 s-1] (cell,): `incoming` rain and melt, `transpiration` and
    `evaporation` as the weather wants them.

    `root_fraction` [0..1] (layer of soil, cell). Roots and evaporation take what they find; then water seeps down
    layer by layer, what finds no pore returns to the surface, and capillarity evens out the rest. Ice does not move.
    """
    liquid, ice = state
    fixed = flow_constants(properties, params, dt) if constants is None else constants
    weight, total = _root_weights(liquid, root_fraction, properties, params)
    demand = dt * transpiration / (total + 1e-4)
    lost = _evaporated(layer_at(liquid, 0), demand * layer_at(weight, 0), dt * evaporation, properties)
    direct = dt * incoming * runoff_fraction(liquid, ice, properties, params)
    infiltration = dt * incoming - direct
    wet = _seepage(state, weight, demand, with_kept_slope(infiltration), lost, properties, fixed)
    returned, rows = _settle(wet, ice, properties, fixed)
    entering = with_kept_slope(infiltration - returned)
    new, faces = _even_out(entering, lost, rows, liquid, wet.uptake)
    interface = jnp.concatenate([entering[None], faces])
    return SoilWaterState(new, ice), SoilWaterFluxes(
        interface, wet.uptake, lost, infiltration, direct, returned
    )


class FlowConstants(NamedTuple):
    """What does not change while water moves: () or (cell,) `impedance`, the rest (layer, cell).

    `rate` [1] and `power` [1] of drainage, `exponent` [1] and `scale` [kg m-1] of capillary mobility, one over the
    pores [m2 kg-1] and one over the distance to the middle of the next layer [m-1], nought below the last.
    """

    impedance: jax.Array
    rate: jax.Array
    power: jax.Array
    exponent: jax.Array
    scale: jax.Array
    per_capacity: jax.Array
    per_distance: jax.Array


def flow_constants(
    properties: SoilProperties, params: SoilWaterParams, dt: float = float(SECONDS_PER_DAY)
) -> FlowConstants:
    """To be made once where many steps are made. Clapp and Hornberger 1978, Water Resour. Res. 14, 601.

    Drainage is K S^(2b + 3); diffusion of saturation s of the pores that ice leaves is K b psi s^(b + 2) grad s.
    """
    power = 2.0 * properties.exponent + 2.0
    rate = log(power * dt * properties.conductivity / properties.capacity)
    last = jnp.arange(rate.shape[0])[:, None] == rate.shape[0] - 1
    thickness = properties.thickness[: rate.shape[0]]
    below = jnp.concatenate([1.0 / (thickness[:-1] + thickness[1:]), jnp.zeros_like(thickness[:1])])
    scale = params.capillarity * dt * properties.conductivity * properties.exponent * properties.suction
    return FlowConstants(
        _LN10 * params.ice_impedance,
        rate + jnp.where(last, log(params.free_drainage), 0.0),
        power,
        properties.exponent + 2.0,
        scale,
        1.0 / properties.capacity,
        below,
    )


_LN10 = 2.302585092994046


def runoff_fraction(
    liquid: jax.Array, ice: jax.Array, properties: SoilProperties, params: SoilWaterParams
) -> jax.Array:
    """Part [0..1] (cell,) of incoming water that runs off: from saturated ground, and from ground sealed by ice.

    Saturated area falls off exponentially with the deficit (Niu et al. 2005), here of the upper 0.3 m; the frozen
    area by Niu and Yang 2006, exp(-a (1 - ice / pores)) - exp(-a).
    """
    ice_above, liquid_above, pores = (upper_sum(x, _UPPER) for x in (ice, liquid, properties.capacity))
    wetness = (liquid_above + ice_above) / pores
    shape = params.frozen_area_shape
    sealed = jnp.exp(shape * (smaller(ice_above / pores, 1.0) - 1.0)) - jnp.exp(-shape)
    wet = params.saturated_area * jnp.exp(params.saturated_area_decay * smaller(wetness - 1.0, 0.0))
    return sealed + (1.0 - sealed) * wet


_UPPER = 3  # layers whose wetness decides on runoff: 0.3 m of the default grid


def _root_weights(
    liquid: jax.Array, root_fraction: jax.Array, properties: SoilProperties, params: SoilWaterParams
) -> tuple[jax.Array, jax.Array]:
    """Roots that find water in each layer [0..1] (layer, cell), and in all (cell,)."""

    def add(total: jax.Array, row: tuple) -> tuple[jax.Array, jax.Array]:
        liquid, roots, wilting_point, field_capacity = row
        weight = roots * layer_stress(liquid, wilting_point, field_capacity, params)
        return total + weight, weight

    rows = (liquid, root_fraction, properties.wilting_point, properties.field_capacity)
    total, weight = sweep(add, jnp.zeros_like(liquid[0]), rows)
    return weight, with_kept_slope(total)


def _evaporated(
    liquid: jax.Array, wanted: jax.Array, evaporation: jax.Array, properties: SoilProperties
) -> jax.Array:
    """Water [kg m-2] (cell,) that evaporates from the first layer when its roots have taken what they want."""
    uptake = smooth_minimum(_above(liquid, layer_at(properties.wilting_point, 0)), wanted)
    return smooth_minimum(_above(liquid - uptake, layer_at(properties.residual, 0)), evaporation)


def _above(liquid: jax.Array, held: jax.Array) -> jax.Array:
    """Liquid above what is held [kg m-2], smooth, nought at nought and never more than the liquid."""
    corner = 0.1 * held
    liquid = larger(liquid, 0.0)
    # smooth_positive(-held, 0.1 held) is a fixed part of `held`
    # rounding may leave less than nothing of a trace of water, for which no minimum with nothing is defined
    return larger(smooth_positive(liquid - held, corner) - _CORNER_PART * held, 0.0)


_CORNER_PART = 0.5 * (1.01**0.5 - 1.0)


def layer_stress(
    liquid: jax.Array, wilting_point: jax.Array, field_capacity: jax.Array, params: SoilWaterParams
) -> jax.Array:
    """Water supply of a layer [0..1]: 0 at the wilting point and below, 1 where enough is held [all kg m-2]."""
    span = params.unstressed_wetness * (field_capacity - wilting_point)
    wetness = (liquid - wilting_point) / span
    return smooth_positive(wetness, 0.05) - smooth_positive(wetness - 1.0, 0.05)


def moisture_stress(
    liquid: jax.Array, root_fraction: jax.Array, properties: SoilProperties, params: SoilWaterParams
) -> jax.Array:
    """Water supply of the plants [0..1] (cell,): that of the layers, weighed by roots; ice is no supply.

    `liquid` [kg m-2] and `root_fraction` [0..1] are (layer of soil, cell).
    """
    return _root_weights(liquid, root_fraction, properties, params)[1]


def root_fraction(decay: jax.Array, grid: SoilGrid) -> jax.Array:
    """Part of the roots in each layer of soil (layer of soil, cell), 1 in all, by the decay per centimetre (cell,).

    Jackson et al. 1996 (Oecologia 108, 389): the part above depth d [cm] is 1 - decay^d, decay 0.91 to 0.98.
    """
    faces = grid.column(grid.interface[: grid.n_soil + 1], decay)
    below = jnp.exp(100.0 * faces * log(decay))
    return (below[:-1] - below[1:]) / (1.0 - below[-1])


class _Wet(NamedTuple):
    """A column after gravity has had its way, (layer, cell) [kg m-2]: uptake, liquid, water through lower faces."""

    uptake: jax.Array
    liquid: jax.Array
    down: jax.Array


def _seepage(
    state: SoilWaterState,
    weight: jax.Array,
    demand: jax.Array,
    infiltration: jax.Array,
    lost: jax.Array,
    properties: SoilProperties,
    fixed: FlowConstants,
) -> _Wet:
    """Roots take their part, then water drains by gravity, from the surface down.

    Each layer takes what arrives and drains for a step by dS/dt = -K S^m (m = 2b + 3, Clapp and Hornberger 1978); its
    solution S = S0 (1 + (m - 1) K dt S0^(m - 1))^(-1 / (m - 1)) is positive for any step. Roots want `demand`
    [kg m-2] (cell,) times the `weight` of a layer; `lost` [kg m-2] (cell,) has left the first.
    """

    def body(carry: tuple, row: tuple) -> tuple:
        arriving, lost = carry
        liquid, ice, weight, wilting_point, rate, power, per_capacity = row
        uptake = smooth_minimum(_above(liquid, wilting_point), demand * weight)
        full = liquid - uptake - lost + arriving
        logarithm = log(larger(full * per_capacity, _DRY))
        speed = rate - fixed.impedance * smaller(ice * per_capacity, 1.0) + power * logarithm
        leaving = full * (1.0 - jnp.exp(-_softplus(speed) / power))
        return (leaving, jnp.zeros_like(lost)), _Wet(uptake, full - leaving, leaving)

    rows = (*state, weight, properties.wilting_point, fixed.rate, fixed.power, fixed.per_capacity)
    return sweep(body, (infiltration, lost), rows)[1]


_DRY = 1e-6  # saturation below which conductivity is nought for any purpose


def _softplus(x: jax.Array) -> jax.Array:  # log(1 + exp(x)) without overflow
    return larger(x, 0.0) + log(1.0 + jnp.exp(-jnp.abs(x)))


class _Rows(NamedTuple):
    """What the last sweep reads, (layer, cell): water through the lower face so far [kg m-2], what capillarity adds
    to it [kg m-2], and how that grows with what it brings from above [1]."""

    net: jax.Array
    drawn: jax.Array
    passed_on: jax.Array


def _settle(
    wet: _Wet, ice: jax.Array, properties: SoilProperties, fixed: FlowConstants
) -> tuple[jax.Array, _Rows]:
    """From the bottom up: what no pore holds goes to the layer above, the surface at last [kg m-2] (cell,), and the
    saturations of the layers are tied by capillarity, implicit in time.

    That can make no layer wetter than the wettest nor drier than the driest.
    """

    def body(carry: tuple, row: tuple) -> tuple:
        arriving, mobility_below, below, compliance_below = carry
        liquid, down, ice, capacity, exponent, scale, per_capacity, per_distance = row
        available = larger(capacity - ice, 0.0)
        full = liquid + arriving
        excess = larger(full - available, 0.0)
        # squared over the corner: no pore gives water back before it is full, and no kink where it begins to
        up = excess * excess / (excess + _CORNER)
        settled = full - up
        pores = available + _CORNER
        logarithm = log(larger(settled / pores, _DRY)) * exponent
        logarithm = logarithm - fixed.impedance * smaller(ice * per_capacity, 1.0)
        # above saturation, where water waits to flow off, suction is nought and so is what it drives
        mobility = scale * jnp.exp(smaller(logarithm, 0.0))
        between = (mobility + mobility_below) * per_distance
        conductance = between / (1.0 + between * compliance_below)
        compliance = 1.0 / (pores + conductance)
        saturation = (settled + conductance * below) * compliance
        rows = _Rows(down - arriving, conductance * (saturation - below), conductance * compliance)
        return (up, mobility, saturation, compliance), rows

    nothing = jnp.zeros_like(wet.liquid[0])
    columns = (
        wet.liquid, wet.down, ice, properties.capacity, fixed.exponent, fixed.scale, fixed.per_capacity,
        fixed.per_distance,
    )  # fmt: skip
    (returned, *_), rows = sweep(body, (nothing,) * 4, columns, reverse=True)
    return returned, rows


_CORNER = 0.05  # kg m-2


def _even_out(
    entering: jax.Array, lost: jax.Array, rows: _Rows, liquid: jax.Array, uptake: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """From the surface down: new liquid and water through the lower face of each layer [kg m-2], (layer, cell)."""

    def body(carry: tuple[jax.Array, jax.Array], row: tuple) -> tuple:
        face, rise = carry
        here, liquid, uptake = row
        rise = here.drawn + here.passed_on * rise
        return (lower := here.net + rise, rise), (liquid + (face - lower - uptake), lower)

    return sweep(body, (entering - lost, jnp.zeros_like(entering)), (rows, liquid, uptake))[1]


def water_table_depth(state: SoilWaterState, properties: SoilProperties, width: float = 0.05) -> jax.Array:
    """Depth [m] (cell,) of the top of the saturated zone that reaches the bottom of the soil, within the soil.

    A layer counts as saturated above 0.9 of its pores, ice included, rounded over `width` of saturation.
    """
    full = smooth_step((state.liquid + state.ice) / properties.capacity - 0.9, width)
    n = full.shape[0]
    thickness = properties.thickness[:n]
    reached, saturated = jnp.ones_like(full[0]), jnp.zeros_like(full[0])
    for k in range(n - 1, -1, -1):
        reached = reached * full[k]
        saturated = saturated + reached * thickness[k]
    return jnp.sum(thickness, axis=0) - saturated
