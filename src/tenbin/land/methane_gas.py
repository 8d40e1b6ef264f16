"""How methane dissolves in pore water and diffuses through the water and air of a soil column, layer by layer."""

from __future__ import annotations

from typing import NamedTuple

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import GAS_CONSTANT, ZERO_CELSIUS

__all__ = [
    "Overlying",
    "Pores",
    "air_diffusivity",
    "couple",
    "pores",
    "solubility",
    "under_the_sky",
    "water_diffusivity",
]

HENRY_25 = 1.4e-5  # mol m-3 Pa-1 at 25 C, Sander 2015, Atmos. Chem. Phys. 15, 4399
HENRY_TEMPERATURE = 1700.0  # K, slope of ln(Henry) against 1/T, the same compilation
STANDARD_TEMPERATURE = 298.15  # K, of the two numbers above
WATER_TORTUOSITY = 0.66  # Penman 1940, J. Agric. Sci. 30, 437, as in Walter and Heimann 2000
SNOW_DIFFUSIVITY = 9e-6  # m2 s-1, own choice: that of free air times 0.64^(5/3), dry snow of 330 kg m-3
LOCKED_CAPACITY = 1e-3  # m3 of air m-3, room of gas in soil frozen solid; it keeps the system regular
LOCKED_CONDUCTIVITY = 1e-16  # m2 s-1, for the same reason; a metre of it passes nothing in a century


class Pores(NamedTuple):
    """Room and ways for methane, as seen by its concentration in air [mol m-3]; fields of one shape."""

    solubility: jax.Array  # mol m-3 of water per mol m-3 of air
    capacity: jax.Array  # m3 of air that would hold what a m3 of soil holds
    conductivity: jax.Array  # m2 s-1, flux per gradient of the concentration in air


class Overlying(NamedTuple):
    """All that lies over a layer, as one reservoir behind one resistance; each (cell,)."""

    concentration: jax.Array  # mol m-3, of the reservoir
    resistance: jax.Array  # s m-1, from the reservoir to the middle of the layer above
    half: jax.Array  # s m-1, from there to its lower face


def solubility(temperature: jax.Array) -> jax.Array:
    """Concentration in water over that in air at equilibrium [1], `temperature` [K]; 0.035 at 25 C.

    Henry's law with the van 't Hoff slope (Sander 2015, Atmos. Chem. Phys. 15, 4399), times R T.
    """
    power = HENRY_TEMPERATURE / temperature - HENRY_TEMPERATURE / STANDARD_TEMPERATURE
    return (HENRY_25 * GAS_CONSTANT) * temperature * jnp.exp(power)


def air_diffusivity(celsius: jax.Array) -> jax.Array:
    """CH4 in free air [m2 s-1], 1e-4 (0.1875 + 0.0013 T), as in the code of CLM (table d_con_g)."""
    return 1.875e-5 + 1.3e-7 * celsius


def water_diffusivity(celsius: jax.Array) -> jax.Array:
    """CH4 in free water [m2 s-1], 1e-9 (0.9798 + 0.02986 T + 4.381e-4 T^2): the same code (d_con_w)."""
    return 9.798e-10 + celsius * (2.986e-11 + 4.381e-13 * celsius)


def pores(temperature: jax.Array, air: jax.Array, liquid: jax.Array, porosity: jax.Array | float) -> Pores:
    """Pores filled with `air` and `liquid` [m3 m-3] at `temperature` [K], any shapes that broadcast.

    Tortuosity of air as air^2 / porosity^(2/3) (Millington and Quirk 1960), of water 0.66 (Penman 1940).
    """
    celsius = temperature - ZERO_CELSIUS
    dissolved = solubility(temperature)
    through_air = air_diffusivity(celsius) * air * air * jnp.asarray(porosity) ** (-2.0 / 3.0)
    through_water = water_diffusivity(celsius) * WATER_TORTUOSITY * liquid * dissolved
    return Pores(
        dissolved,
        air + dissolved * liquid + LOCKED_CAPACITY,
        through_air + through_water + LOCKED_CONDUCTIVITY,
    )


def under_the_sky(concentration: jax.Array, resistance: jax.Array) -> Overlying:
    """Air of a given `concentration` [mol m-3] over a film, snow or both of `resistance` [s m-1], (cell,)."""
    return Overlying(concentration, jnp.zeros_like(concentration), resistance)


def couple(
    over: Overlying, half: jax.Array, source: jax.Array, sink: jax.Array
) -> tuple[Overlying, jax.Array]:
    """One layer of an implicit diffusion column, met from above: its row of the system, eliminated.

    (sink) c = source + flux from above - flux below, where `sink` [m s-1] counts the layer's room per step and
    its losses per concentration, `source` [mol m-2 s-1] what it held per step and gains, `half` [s m-1] is the
    resistance from its middle to a face; all (cell,). What overlies acts as a reservoir behind a resistance
    (Thevenin), which is the elimination of Thomas without a subtraction: nothing turns negative. Returns the layer
    as reservoir of the next, behind 1 / diagonal, and the weight w [0..1] of the layer in the one above:
    c above = (1 - w) reservoir + w c.
    """
    way = over.resistance + over.half + half
    through = 1.0 / way
    diagonal = sink + through
    # Quotients, not products with an inverse: the compiler works products out again wherever they are used.
    own = (source + through * over.concentration) / diagonal
    return Overlying(own, 1.0 / diagonal, half), over.resistance / way
