"""What a soil of given sand, clay and organic matter lets water and heat do: pores, suction, conductivities."""

from __future__ import annotations

import math
from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import Constant
from tenbin.core.limits import larger
from tenbin.core.logarithm import log
from tenbin.core.params import param
from tenbin.land.soil_grid import SoilGrid

__all__ = [
    "WATER_DENSITY",
    "SoilHydraulicsParams",
    "SoilProperties",
    "organic_profile",
    "properties",
    "saturation_at_suction",
]

WATER_DENSITY = Constant(
    1000.0, "kg m-3", "definition of the depth of a mass of water; ice counts by mass too"
)
FIELD_CAPACITY_SUCTION = Constant(3.36, "m", "33 kPa of suction over the weight of water")
WILTING_SUCTION = Constant(153.0, "m", "1.5 MPa of suction, the usual permanent wilting point")
RESIDUAL_SUCTION = Constant(1020.0, "m", "10 MPa: what is left holds too tightly to evaporate")

_FAROUKI = "Farouki 1981, CRREL Monograph 81-1"
SOLID_DENSITY = Constant(2700.0, "kg m-3", _FAROUKI)
QUARTZ_CONDUCTIVITY = Constant(7.7, "W m-1 K-1", "Johansen 1975, CRREL translation 637")
OTHER_MINERAL_CONDUCTIVITY = Constant(2.0, "W m-1 K-1", "Johansen 1975, CRREL translation 637")
MINERAL_HEAT_CAPACITY = Constant(1.93e6, "J m-3 K-1", "de Vries 1963, solids of mineral soil")
ORGANIC_HEAT_CAPACITY = Constant(2.5e6, "J m-3 K-1", "Lawrence and Slater 2008, Clim. Dyn. 30, 145")
ROCK_CONDUCTIVITY = Constant(3.0, "W m-1 K-1", "Lawrence et al. 2008, Clim. Dyn. 30, 145: saturated granite")
ROCK_HEAT_CAPACITY = Constant(2.0e6, "J m-3 K-1", "de Vries 1963, solids, as used below the soil by CLM")


class SoilHydraulicsParams(eqx.Module):
    """Multipliers of what the texture gives; each is 1 where the pedotransfer functions are right."""

    conductivity_scale: jax.Array = param(
        1.0,
        "1",
        bounds=(0.01, 100.0),
        prior_sd=1.5,
        source="Cosby et al. 1984, spread 0.5 decade",
        transform="log",
    )
    suction_scale: jax.Array = param(
        1.0,
        "1",
        bounds=(0.05, 20.0),
        prior_sd=1.0,
        source="Cosby et al. 1984, spread 0.6 decade",
        transform="log",
    )
    porosity_scale: jax.Array = param(
        1.0, "1", bounds=(0.6, 1.1), prior_sd=0.1, source="Cosby et al. 1984, spread of porosity"
    )
    exponent_scale: jax.Array = param(
        1.0, "1", bounds=(0.5, 1.8), prior_sd=0.2, source="Cosby et al. 1984, spread of b"
    )


class SoilProperties(NamedTuple):
    """Fixed properties of the ground; (layer of soil, cell) except the last three rows, (layer of all, cell)."""

    capacity: jax.Array
    """Water that fills all pores [kg m-2]."""
    porosity: jax.Array
    """Volume of pores [1]."""
    suction: jax.Array
    """Suction at saturation [m], positive."""
    exponent: jax.Array
    """Exponent b [1] of suction = saturated suction * saturation^-b."""
    conductivity: jax.Array
    """Saturated hydraulic conductivity [kg m-2 s-1]."""
    field_capacity: jax.Array
    """Water held at 33 kPa [kg m-2]."""
    wilting_point: jax.Array
    """Water held at 1.5 MPa [kg m-2]."""
    residual: jax.Array
    """Water that does not evaporate [kg m-2]."""
    log_solid_conductivity: jax.Array
    """(1 - porosity) times the logarithm of the conductivity of solids [W m-1 K-1]."""
    kersten_thawed: jax.Array
    """Coefficient kappa [1] of Cote and Konrad for thawed soil."""
    kersten_frozen: jax.Array
    """Coefficient kappa [1] of Cote and Konrad for frozen soil."""
    dry_conductivity: jax.Array
    """Thermal conductivity without water [W m-1 K-1]; of rock below the soil."""
    heat_capacity: jax.Array
    """Heat capacity of the solids of the whole layer [J m-2 K-1]; of rock below the soil."""
    thickness: jax.Array
    """Thickness of the layers [m], (layer of all, 1)."""


def organic_profile(topsoil: jax.Array, grid: SoilGrid) -> jax.Array:
    """Share of organic matter [0..1] of each layer of soil (layer, cell) from that of the `topsoil` (cell,).

    It stays to 0.15 m and then thins by e every 0.3 m, as in the profiles of boreal soils that Lawrence and Slater
    2008 (Clim. Dyn. 30, 145) take from Zinke et al. 1986: raw humus and peat lie over mineral ground.
    """
    depth = grid.column(grid.midpoint[: grid.n_soil], topsoil)
    return topsoil * jnp.exp(-larger(depth - 0.15, 0.0) / 0.3)


def properties(
    sand: jax.Array, clay: jax.Array, organic: jax.Array, grid: SoilGrid, params: SoilHydraulicsParams
) -> SoilProperties:
    """Properties of every layer from the fractions of sand and clay [0..1] in the mineral part and of organic matter
    [0..1] in the solids, each (cell,) or (layer, cell).

    Cosby et al. 1984 (Water Resour. Res. 20, 682) for the mineral soil; organic matter mixed in by volume as in
    Lawrence and Slater 2008 (Clim. Dyn. 30, 145), conductivity by its logarithm; heat as in Johansen 1975 with the
    Kersten number of Cote and Konrad 2005 (Can. Geotech. J. 42, 443).
    """
    shape = jnp.broadcast_shapes(sand.shape, clay.shape, organic.shape, (grid.n_soil, sand.shape[-1]))
    sand, clay, organic = (jnp.broadcast_to(x, shape) for x in (sand, clay, organic))
    thickness = grid.column(grid.thickness, sand)
    return _assemble(sand, clay, organic, thickness, params)


def _assemble(
    sand: jax.Array, clay: jax.Array, organic: jax.Array, thickness: jax.Array, params: SoilHydraulicsParams
) -> SoilProperties:
    mineral_porosity = 0.489 - 0.126 * sand
    porosity = _mix(organic, mineral_porosity, 0.9) * params.porosity_scale
    suction = _mix(organic, 0.01 * jnp.exp(_LN10 * (1.88 - 1.31 * sand)), 0.0103) * params.suction_scale
    exponent = _mix(organic, 2.91 + 15.9 * clay, 2.7) * params.exponent_scale
    # 0.60 inch per hour to m s-1, and m to kg of water
    mineral = _LN10 * (1.53 * sand - 0.884) + _LN_INCH_PER_HOUR
    conductivity = jnp.exp(_mix(organic, mineral, _LN_ORGANIC_CONDUCTIVITY)) * params.conductivity_scale
    capacity = porosity * thickness[: porosity.shape[0]] * WATER_DENSITY

    def held(at: float) -> jax.Array:
        return capacity * saturation_at_suction(at, suction, exponent)

    return SoilProperties(
        capacity=capacity,
        porosity=porosity,
        suction=suction,
        exponent=exponent,
        conductivity=conductivity,
        field_capacity=held(FIELD_CAPACITY_SUCTION),
        wilting_point=held(WILTING_SUCTION),
        residual=held(RESIDUAL_SUCTION),
        log_solid_conductivity=(1.0 - porosity) * log(_solid_conductivity(sand, organic)),
        kersten_thawed=_mix(organic, 1.9 + 1.65 * sand, 0.6),
        kersten_frozen=_mix(organic, 0.85 + 0.10 * sand, 0.25),
        dry_conductivity=_with_rock(
            _dry_conductivity(organic, mineral_porosity), thickness, ROCK_CONDUCTIVITY
        ),
        heat_capacity=_with_rock(_solid_heat_capacity(organic, porosity), thickness, ROCK_HEAT_CAPACITY)
        * thickness,
        thickness=thickness,
    )


_LN10 = 2.302585092994046
_LN_INCH_PER_HOUR = -4.953946  # logarithm of 0.0254 / 3600 m s-1 times 1000 kg m-3
_LN_ORGANIC_CONDUCTIVITY = -2.302585  # 1e-4 m s-1 times 1000 kg m-3, Letts et al. 2000


def saturation_at_suction(suction: float, saturated_suction: jax.Array, exponent: jax.Array) -> jax.Array:
    """Part of the pores [0..1] that holds water at a suction [m]: (suction / saturated)^(-1/b).

    Clapp and Hornberger 1978, Water Resour. Res. 14, 601; 1 where the suction is below that at saturation.
    """
    return jnp.exp(-larger(log(float(suction) / saturated_suction), 0.0) / exponent)


def _mix(organic: jax.Array, mineral_value: jax.Array, organic_value: float) -> jax.Array:
    return mineral_value + organic * (organic_value - mineral_value)


def _solid_conductivity(sand: jax.Array, organic: jax.Array) -> jax.Array:
    """Of the solids [W m-1 K-1]: quartz and other minerals by a geometric mean, sand standing for quartz."""
    ratio = QUARTZ_CONDUCTIVITY / OTHER_MINERAL_CONDUCTIVITY
    mineral = OTHER_MINERAL_CONDUCTIVITY * jnp.exp(sand * math.log(ratio))
    return _mix(organic, mineral, 0.25)


def _dry_conductivity(organic: jax.Array, mineral_porosity: jax.Array) -> jax.Array:
    """Of dry soil [W m-1 K-1] by its bulk density, Johansen 1975; 0.05 for peat (Lawrence and Slater 2008)."""
    bulk = SOLID_DENSITY * (1.0 - mineral_porosity)
    return _mix(organic, (0.135 * bulk + 64.7) / (SOLID_DENSITY - 0.947 * bulk), 0.05)


def _solid_heat_capacity(organic: jax.Array, porosity: jax.Array) -> jax.Array:
    """Of the solids in a volume of soil [J m-3 K-1]."""
    return (1.0 - porosity) * _mix(
        organic, jnp.full_like(organic, float(MINERAL_HEAT_CAPACITY)), float(ORGANIC_HEAT_CAPACITY)
    )


def _with_rock(soil: jax.Array, thickness: jax.Array, rock: float) -> jax.Array:
    n_rock = thickness.shape[0] - soil.shape[0]
    return jnp.concatenate([soil, jnp.full((n_rock, *soil.shape[1:]), float(rock), soil.dtype)])
