"""Water in the soil: infiltration, drainage, capillary rise, roots and evaporation, in pores that ice may block."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import SECONDS_PER_DAY
from tenbin.core.params import param
from tenbin.land.smoothing import smooth_minimum, smooth_positive, smooth_step
from tenbin.land.soil_grid import SoilGrid
from tenbin.land.soil_hydraulics import SoilProperties

__all__ = [
    "SoilWaterFluxes",
    "SoilWaterParams",
    "SoilWaterState",
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
    dt: float = float(SECONDS_PER_DAY),
) -> tuple[SoilWaterState, SoilWaterFluxes]:
    """Soil water after `dt` [s], all fluxes [kg m-2 s-1] (cell,): `incoming` rain and melt, `transpiration` and
    `evaporation` as the weather wants them.

    `root_fraction` [0..1] (layer of soil, cell). Roots and evaporation take what they find; then water seeps down
    layer by layer, what finds no pore returns to the surface, and capillarity evens out the rest. Ice does not move.
    """
    liquid, ice = state
    uptake, lost = _extraction(
        liquid, dt * transpiration, dt * evaporation, root_fraction, properties, params
    )
    losses = uptake + jnp.pad(lost[None], ((0, uptake.shape[0] - 1), (0, 0)))
    direct = dt * incoming * runoff_fraction(liquid, ice, properties, params)
    infiltration = dt * incoming - direct
    available = jnp.maximum(properties.capacity - ice, 0.0)
    log_impedance = -_LN10 * params.ice_impedance * jnp.clip(ice / properties.capacity, 0.0, 1.0)
    seeped, down = _seepage(liquid - losses, infiltration, log_impedance, properties, params, dt)
    columns = _Columns(seeped, down, available, *_capillarity(log_impedance, properties, params, dt))
    returned, rows = _settle(columns, properties.thickness[: liquid.shape[0], 0])
    new, faces = _even_out(infiltration - returned, rows, liquid, losses)
    interface = jnp.concatenate([(infiltration - returned)[None], faces])
    return SoilWaterState(new, ice), SoilWaterFluxes(interface, uptake, lost, infiltration, direct, returned)


_LN10 = 2.302585092994046


def runoff_fraction(
    liquid: jax.Array, ice: jax.Array, properties: SoilProperties, params: SoilWaterParams
) -> jax.Array:
    """Part [0..1] (cell,) of incoming water that runs off: from saturated ground, and from ground sealed by ice.

    Saturated area falls off exponentially with the deficit (Niu et al. 2005), here of the upper 0.3 m; the frozen
    area by Niu and Yang 2006, exp(-a (1 - ice / pores)) - exp(-a).
    """
    ice_above = jnp.sum(ice[:_UPPER], axis=0)
    pores = jnp.sum(properties.capacity[:_UPPER], axis=0)
    wetness = (jnp.sum(liquid[:_UPPER], axis=0) + ice_above) / pores
    shape = params.frozen_area_shape
    sealed = jnp.exp(shape * (jnp.minimum(ice_above / pores, 1.0) - 1.0)) - jnp.exp(-shape)
    wet = params.saturated_area * jnp.exp(params.saturated_area_decay * jnp.minimum(wetness - 1.0, 0.0))
    return sealed + (1.0 - sealed) * wet


_UPPER = 3  # layers whose wetness decides on runoff: 0.3 m of the default grid


def _extraction(
    liquid: jax.Array,
    transpiration: jax.Array,
    evaporation: jax.Array,
    root_fraction: jax.Array,
    properties: SoilProperties,
    params: SoilWaterParams,
) -> tuple[jax.Array, jax.Array]:
    """Water [kg m-2] that roots take (layer, cell) and that evaporates (cell,), never more than can be had."""
    weight = root_fraction * layer_stress(liquid, properties, params)
    share = weight / (jnp.sum(weight, axis=0) + 1e-4)
    uptake = smooth_minimum(_above(liquid, properties.wilting_point), transpiration * share)
    top = _above(liquid[0] - uptake[0], properties.residual[0])
    return uptake, smooth_minimum(top, evaporation)


def _above(liquid: jax.Array, held: jax.Array) -> jax.Array:
    """Liquid above what is held [kg m-2], smooth, nought at nought and never more than the liquid."""
    corner = 0.1 * held
    liquid = jnp.maximum(liquid, 0.0)
    # smooth_positive(-held, 0.1 held) is a fixed part of `held`
    return smooth_positive(liquid - held, corner) - _CORNER_PART * held


_CORNER_PART = 0.5 * (1.01**0.5 - 1.0)


def layer_stress(liquid: jax.Array, properties: SoilProperties, params: SoilWaterParams) -> jax.Array:
    """Water supply of each layer [0..1]: 0 at the wilting point and below, 1 where enough is held."""
    span = params.unstressed_wetness * (properties.field_capacity - properties.wilting_point)
    wetness = (liquid - properties.wilting_point) / span
    return smooth_positive(wetness, 0.05) - smooth_positive(wetness - 1.0, 0.05)


def moisture_stress(
    liquid: jax.Array, root_fraction: jax.Array, properties: SoilProperties, params: SoilWaterParams
) -> jax.Array:
    """Water supply of the plants [0..1] (cell,): that of the layers, weighed by roots; ice is no supply.

    `liquid` [kg m-2] and `root_fraction` [0..1] are (layer of soil, cell).
    """
    return jnp.sum(root_fraction * layer_stress(liquid, properties, params), axis=0)


def root_fraction(decay: jax.Array, grid: SoilGrid) -> jax.Array:
    """Part of the roots in each layer of soil (layer of soil, cell), 1 in all, by the decay per centimetre (cell,).

    Jackson et al. 1996 (Oecologia 108, 389): the part above depth d [cm] is 1 - decay^d, decay 0.91 to 0.98.
    """
    faces = grid.column(grid.interface[: grid.n_soil + 1], decay)
    below = jnp.exp(100.0 * faces * jnp.log(decay))
    return (below[:-1] - below[1:]) / (1.0 - below[-1])


def _seepage(
    liquid: jax.Array,
    infiltration: jax.Array,
    log_impedance: jax.Array,
    properties: SoilProperties,
    params: SoilWaterParams,
    dt: float,
) -> tuple[jax.Array, jax.Array]:
    """Liquid left and water through the lower face of each layer [kg m-2] by gravity, from the surface down.

    Each layer takes what arrives and drains for `dt` by dS/dt = -K S^m (m = 2b + 3, Clapp and Hornberger 1978), whose
    solution S = S0 (1 + (m - 1) K dt S0^(m - 1))^(-1 / (m - 1)) is positive for any step.
    """
    power = 2.0 * properties.exponent + 2.0
    rate = jnp.log(power * dt * properties.conductivity / properties.capacity)
    layer = jnp.arange(rate.shape[0])[:, None]
    rate = rate + jnp.where(layer == layer[-1], jnp.log(params.free_drainage), 0.0)

    def body(arriving: jax.Array, row: tuple) -> tuple:
        liquid, rate, power, per_capacity = row
        full = liquid + arriving
        logarithm = jnp.log(jnp.maximum(full * per_capacity, _DRY))
        leaving = full * (1.0 - jnp.exp(-_softplus(rate + power * logarithm) / power))
        return leaving, (full - leaving, leaving)

    per_capacity = 1.0 / properties.capacity
    return jax.lax.scan(body, infiltration, (liquid, rate + log_impedance, power, per_capacity))[1]


_DRY = 1e-6  # saturation below which conductivity is nought for any purpose


def _softplus(x: jax.Array) -> jax.Array:
    """log(1 + exp(x)) without overflow."""
    return jnp.maximum(x, 0.0) + jnp.log(1.0 + jnp.exp(-jnp.abs(x)))


class _Columns(NamedTuple):
    """What the upward sweep reads, (layer, cell): water [kg m-2], free pores [kg m-2], and the mobility of water as
    `scale` [kg m-1] times the power `exponent` of saturation, blocked by ice as `log_impedance`."""

    liquid: jax.Array
    down: jax.Array
    available: jax.Array
    log_impedance: jax.Array
    exponent: jax.Array
    scale: jax.Array


class _Rows(NamedTuple):
    """What the last sweep reads, (layer, cell): water through the lower face so far [kg m-2], saturation [1] without
    and its rise with water [m2 kg-1] from above, and conductance [kg m-2] to the saturation of what lies below."""

    net: jax.Array
    saturation: jax.Array
    compliance: jax.Array
    conductance: jax.Array
    below: jax.Array


def _capillarity(
    log_impedance: jax.Array, properties: SoilProperties, params: SoilWaterParams, dt: float
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Impedance, exponent and scale of the diffusion of saturation s of the pores that ice leaves.

    K b psi s^(b+2) grad s (Clapp and Hornberger 1978).
    """
    scale = params.capillarity * dt * properties.conductivity * properties.exponent * properties.suction
    return log_impedance, properties.exponent + 2.0, scale


def _settle(columns: _Columns, thickness: jax.Array) -> tuple[jax.Array, _Rows]:
    """From the bottom up: what no pore holds goes to the layer above, the surface at last [kg m-2] (cell,), and the
    saturations of the layers are tied by capillarity, implicit in time.

    That can make no layer wetter than the wettest nor drier than the driest. `thickness` [m] is (layer,).
    """
    twice = jnp.concatenate([thickness[:-1] + thickness[1:], jnp.full_like(thickness[:1], jnp.inf)])

    def body(carry: tuple, row: tuple[_Columns, jax.Array]) -> tuple:
        arriving, mobility_below, below, compliance_below = carry
        layer, distance = row
        full = layer.liquid + arriving
        excess = jnp.maximum(full - layer.available, 0.0)
        # squared over the corner: no pore gives water back before it is full, and no kink where it begins to
        up = excess * excess / (excess + _CORNER)
        settled = full - up
        pores = layer.available + _CORNER
        logarithm = jnp.log(jnp.maximum(settled / pores, _DRY)) * layer.exponent + layer.log_impedance
        # above saturation, where water waits to flow off, suction is nought and so is what it drives
        mobility = layer.scale * jnp.exp(jnp.minimum(logarithm, 0.0))
        between = (mobility + mobility_below) * (1.0 / distance)
        conductance = between / (1.0 + between * compliance_below)
        compliance = 1.0 / (pores + conductance)
        saturation = (settled + conductance * below) * compliance
        rows = _Rows(layer.down - arriving, saturation, compliance, conductance, below)
        return (up, mobility, saturation, compliance), rows

    nothing = jnp.zeros_like(columns.liquid[0])
    rows: _Rows
    (returned, *_), rows = jax.lax.scan(body, (nothing,) * 4, (columns, twice), reverse=True)
    return returned, rows


_CORNER = 0.05  # kg m-2


def _even_out(
    entering: jax.Array, rows: _Rows, liquid: jax.Array, losses: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """From the surface down: new liquid and water through the lower face of each layer [kg m-2], (layer, cell)."""

    def body(carry: tuple[jax.Array, jax.Array], row: tuple) -> tuple:
        face, rise = carry
        here, liquid, loss = row
        through = here.conductance * (here.saturation + here.compliance * rise - here.below)
        lower = here.net + through
        return (lower, through), (liquid + (face - lower - loss), lower)

    return jax.lax.scan(body, (entering, jnp.zeros_like(entering)), (rows, liquid, losses))[1]


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
