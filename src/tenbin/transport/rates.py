"""How fast molecules meet: rate constants of CH4, N2O and CH3CCl3 with OH, Cl and O(1D), and decay of 222Rn."""

from __future__ import annotations

import math
from typing import NamedTuple

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import AVOGADRO, GAS_CONSTANT, SECONDS_PER_DAY, Constant

__all__ = ["RADON_DECAY", "RATES", "Arrhenius", "air_concentration", "rate_constant"]


class Arrhenius(NamedTuple):
    """k = a exp(-e_over_r / T): `a` [cm3 molecule-1 s-1], `e_over_r` [K]."""

    a: float
    e_over_r: float
    source: str


_JPL = "Burkholder et al. 2019, JPL Publication 19-5, table 1"

RATES: dict[tuple[str, str], Arrhenius] = {
    ("ch4", "oh"): Arrhenius(2.45e-12, 1775.0, f"{_JPL}: 6.3e-15 at 298 K, 10 %"),
    ("mcf", "oh"): Arrhenius(1.64e-12, 1520.0, f"{_JPL}: 1.0e-14 at 298 K, 10 %"),
    ("ch4", "cl"): Arrhenius(7.1e-12, 1270.0, f"{_JPL}: 1.0e-13 at 298 K, 5 %"),
    ("ch4", "o1d"): Arrhenius(1.75e-10, 0.0, f"{_JPL}: all channels that use up CH4"),
    ("n2o", "o1d"): Arrhenius(
        4.64e-11 + 7.26e-11, -20.0, f"{_JPL}: to N2 + O2 and to 2 NO, 1.27e-10 at 298 K"
    ),
}
"""(gas, what it meets) -> rate. CH3CCl3 with Cl and O(1D) takes less than a hundredth of what OH and light take."""

RADON_DECAY = Constant(
    math.log(2.0) / (3.8235 * float(SECONDS_PER_DAY)), "s-1", "half-life of 222Rn 3.8235 d, ENSDF (NNDC)"
)

CUBIC_CENTIMETRES = 1e6
"""In a cubic metre."""


def rate_constant(gas: str, oxidant: str, temperature: jax.Array | float) -> jax.Array:
    """Rate constant [m3 mol-1 s-1] of `gas` with `oxidant` at `temperature` [K]; measured from about 190 to 300 K.

    >>> per_molecule = rate_constant("ch4", "oh", 298.0) / AVOGADRO * CUBIC_CENTIMETRES
    >>> f"{float(per_molecule):.2e} cm3 molecule-1 s-1"
    '6.34e-15 cm3 molecule-1 s-1'
    """
    rate = RATES[gas, oxidant]
    return (rate.a * AVOGADRO / CUBIC_CENTIMETRES) * jnp.exp(-rate.e_over_r / jnp.asarray(temperature))


def air_concentration(pressure: jax.Array, temperature: jax.Array) -> jax.Array:
    """Molecules of air [mol m-3] at `pressure` [Pa] and `temperature` [K], an ideal gas."""
    return pressure / (GAS_CONSTANT * temperature)
