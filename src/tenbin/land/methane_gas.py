"""How methane dissolves in pore water and diffuses through the water and air of a soil column."""

from __future__ import annotations

from typing import NamedTuple

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import GAS_CONSTANT, ZERO_CELSIUS
from tenbin.land.soil_grid import SoilGrid
from tenbin.land.tridiagonal import solve

__all__ = ["Pores", "air_diffusivity", "diffuse", "solubility", "water_diffusivity"]

HENRY_25 = 1.4e-5  # mol m-3 Pa-1 at 25 C, Sander 2015, Atmos. Chem. Phys. 15, 4399
HENRY_TEMPERATURE = 1700.0  # K, slope of ln(Henry) against 1/T, the same compilation
STANDARD_TEMPERATURE = 298.15  # K, of the two numbers above
WATER_TORTUOSITY = 0.66  # Penman 1940, J. Agric. Sci. 30, 437, as in Walter and Heimann 2000
SNOW_DIFFUSIVITY = (
    9e-6  # m2 s-1, CH4 in dry snow of 330 kg m-3, order of Mast et al. 1998, Biogeochem. 41, 111
)
LOCKED_CAPACITY = 1e-3  # m3 of air m-3, room of gas in soil frozen solid; it keeps the system regular
LOCKED_CONDUCTIVITY = 1e-16  # m2 s-1, for the same reason; a metre of it passes nothing in a century


class Pores(NamedTuple):
    """Room and ways for methane, as seen by its concentration in air [mol m-3]; fields (layer, cell)."""

    solubility: jax.Array  # mol m-3 of water per mol m-3 of air
    capacity: jax.Array  # m3 of air that would hold what a m3 of soil holds
    conductivity: jax.Array  # m2 s-1, flux per gradient of the concentration in air


def solubility(temperature: jax.Array) -> jax.Array:
    """Concentration in water over that in air at equilibrium [1], `temperature` [K]; 0.035 at 25 C.

    Henry's law with the van 't Hoff slope (Sander 2015, Atmos. Chem. Phys. 15, 4399), times R T.
    """
    power = HENRY_TEMPERATURE / temperature - HENRY_TEMPERATURE / STANDARD_TEMPERATURE
    return (HENRY_25 * GAS_CONSTANT) * temperature * jnp.exp(power)


def air_diffusivity(celsius: jax.Array) -> jax.Array:
    """CH4 in free air [m2 s-1], 1e-4 (0.1875 + 0.0013 T): CLM technical note, after Lerman 1979."""
    return 1.875e-5 + 1.3e-7 * celsius


def water_diffusivity(celsius: jax.Array) -> jax.Array:
    """CH4 in free water [m2 s-1], 1e-9 (0.9798 + 0.02986 T + 4.381e-4 T^2): the same source."""
    return 9.798e-10 + celsius * (2.986e-11 + 4.381e-13 * celsius)


def pores(temperature: jax.Array, air: jax.Array, liquid: jax.Array, porosity: jax.Array | float) -> Pores:
    """Pores filled with `air` and `liquid` [m3 m-3] at `temperature` [K] (layer, cell).

    Tortuosity of air as air^2 / porosity^(2/3) (Millington and Quirk 1960), of water 0.66 (Penman 1940).
    """
    celsius = temperature - ZERO_CELSIUS
    dissolved = solubility(temperature)
    # A cube root of the porosity that no parameter acts on: spelled by logarithms it stays smooth and cheap.
    through_air = air_diffusivity(celsius) * air * air * jnp.asarray(porosity) ** (-2.0 / 3.0)
    through_water = water_diffusivity(celsius) * WATER_TORTUOSITY * liquid * dissolved
    return Pores(
        dissolved,
        air + dissolved * liquid + LOCKED_CAPACITY,
        through_air + through_water + LOCKED_CONDUCTIVITY,
    )


def diffuse(
    amount: jax.Array,
    source: jax.Array,
    loss: jax.Array,
    ways: Pores,
    surface: jax.Array,
    above: jax.Array,
    grid: SoilGrid,
    dt: float,
) -> jax.Array:
    """Concentration in soil air [mol m-3] (layer, cell) at the end of a step, with losses proportional to it.

    One backward Euler step of d(amount)/dt = source - loss c + divergence of the diffusion, amount =
    capacity thickness c. `amount` [mol m-2], `source` [mol m-2 s-1], `loss` [m s-1], each (layer, cell);
    `surface` [m s-1] (cell,) the conductance from the middle of the top layer to the air, which holds `above`
    [mol m-3] (cell,). The matrix has positive diagonal, negative neighbours and is diagonally dominant, so the
    answer is positive for any step.
    """
    thickness = grid.column(grid.thickness, amount)
    resistance = (0.5 * thickness) / ways.conductivity
    between = 1.0 / (resistance[:-1] + resistance[1:])
    up = [surface, *between]
    down = [*between, jnp.zeros_like(surface)]
    rows = range(len(up))
    room = ways.capacity * thickness / dt + loss
    known = amount / dt + source
    # Rows are written one by one: as whole arrays with shifted neighbours they compile to much slower code.
    diagonal = jnp.stack([room[k] + up[k] + down[k] for k in rows])
    rhs = jnp.stack([known[0] + surface * above, *known[1:]])
    return solve(jnp.stack([-u for u in up]), diagonal, jnp.stack([-d for d in down]), rhs)
