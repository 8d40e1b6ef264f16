"""The photosynthetic environment of a leaf: water viscosity, Rubisco kinetics and partial pressures at its warmth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import larger

__all__ = [
    "GAS_CONSTANT",
    "REFERENCE_PRESSURE",
    "REFERENCE_TEMPERATURE",
    "Environment",
    "compensation_point",
    "environment",
    "environment_from_celsius",
    "inverse_warmth",
    "michaelis_menten",
    "pressure_at_elevation",
    "relative_viscosity",
    "water_density",
    "water_density_chen",
    "water_viscosity",
]

GAS_CONSTANT = 8.3145
"""J mol-1 K-1, with the digits of the published P-model (Stocker et al. 2020, GMD 13, 1545), not of CODATA."""
REFERENCE_TEMPERATURE = 298.15
"""K, at which kinetic constants are stated (Bernacchi et al. 2001)."""
REFERENCE_PRESSURE = 101325.0
"""Pa, standard atmosphere."""
CELSIUS_ZERO = 273.15
"""K."""
OXYGEN = 0.209476
"""mol mol-1 of O2 in dry air (US Standard Atmosphere)."""
COLDEST_WATER = -30.0
"""degC; the density fit has a pole near -45 degC, so colder water is given the properties it has here."""

# Bernacchi et al. 2001, Plant Cell Environ. 24, 253, Table 1, in Pa at the 98716 Pa of their site.
_COMPENSATION_25, _COMPENSATION_ENERGY = 4.332, 37830.0  # Pa, J mol-1
_CARBON_25, _CARBON_ENERGY = 39.97, 79430.0  # Pa, J mol-1
_OXYGEN_25, _OXYGEN_ENERGY = 27480.0, 36380.0  # Pa, J mol-1

# Fisher and Dial 1975, Table 5: V = V_inf + lambda / (P0 + P), in cm3 g-1 and bar, powers of degC rising.
_TUMLIRZ_LAMBDA = (1788.316, 21.55053, -0.4695911, 0.003096363, -7.341182e-06)
_TUMLIRZ_PRESSURE = (5918.499, 58.05267, -1.1253317, 0.0066123869, -1.4661625e-05)
_TUMLIRZ_VOLUME = (
    0.6980547,
    -0.0007435626,
    3.704258e-05,
    -6.315724e-07,
    9.829576e-09,
    -1.197269e-10,
    1.005461e-12,
    -5.437898e-15,
    1.69946e-17,
    -2.295063e-20,
)

# Chen et al. 2008: density at one atmosphere [g cm-3], bulk modulus [bar] and its slopes in pressure [1, bar-1].
_CHEN_DENSITY = (
    0.99983952,
    6.788260e-5,
    -9.08659e-6,
    1.022130e-7,
    -1.35439e-9,
    1.471150e-11,
    -1.11663e-13,
    5.044070e-16,
    -1.00659e-18,
)
_CHEN_MODULUS = (19652.17, 148.1830, -2.29995, 0.01281, -4.91564e-5, 1.035530e-7)
_CHEN_LINEAR = (3.26138, 5.223e-4, 1.324e-4, -7.655e-7, 8.584e-10)
_CHEN_SQUARE = (7.2061e-5, -5.8948e-6, 8.69900e-8, -1.0100e-9, 4.3220e-12)

# Huber et al. 2009, J. Phys. Chem. Ref. Data 38, 101: Table 1 scales, Table 2 (H_i), Table 3 (H_ij).
_HUBER_TEMPERATURE, _HUBER_DENSITY, _HUBER_VISCOSITY = 647.096, 322.0, 1e-6  # K, kg m-3, Pa s
_HUBER_DILUTE = (1.67752, 2.20462, 0.6366564, -0.241605)
_HUBER_DENSE = (  # row: power of (T*/T - 1); column: power of (rho/rho* - 1)
    (0.520094, 0.222531, -0.281378, 0.161913, -0.0325372),
    (0.0850895, 0.999115, -0.906851, 0.257399),
    (-1.08374, 1.88797, -0.772479),
    (-0.289555, 1.26613, -0.489837, 0.0, 0.0698452, 0.0, -0.00435673),
    (0.0, 0.0, -0.25704, 0.0, 0.0, 0.00872102),
    (0.0, 0.120573, 0.0, 0.0, 0.0, 0.0, -0.000593264),
)
VISCOSITY_25 = 0.0008900226790077092
"""Pa s, of water at 298.15 K and 101325 Pa by the formulas below; a test computes it anew."""


class Environment(NamedTuple):
    """What the P-model wants to know of a place and time, each (cell,) or broadcasting against it."""

    celsius: jax.Array  # leaf temperature [degC]
    temperature: jax.Array  # leaf temperature [K]
    vpd: jax.Array  # vapour pressure deficit [Pa], >= 0
    pressure: jax.Array  # of the air [Pa]
    ca: jax.Array  # partial pressure of CO2 in the air [Pa]
    gammastar: jax.Array  # photorespiratory CO2 compensation point [Pa]
    kmm: jax.Array  # Michaelis-Menten coefficient of Rubisco in air [Pa]
    ns_star: jax.Array  # viscosity of water relative to 25 degC and 101325 Pa [1]


def environment(temperature: jax.Array, vpd: jax.Array, co2: jax.Array, pressure: jax.Array) -> Environment:
    """Environment at `temperature` [K], `vpd` [Pa, >= 0], `co2` [mol mol-1] and air `pressure` [Pa].

    Finite between -100 and 60 degC; below -30 degC water keeps the viscosity it has there.
    """
    return environment_from_celsius(temperature - CELSIUS_ZERO, vpd, co2, pressure)


def environment_from_celsius(
    celsius: jax.Array, vpd: jax.Array, co2: jax.Array, pressure: jax.Array
) -> Environment:
    """`environment` for a temperature known in degC, which keeps its digits near freezing in 32-bit."""
    temperature = celsius + CELSIUS_ZERO
    return Environment(
        celsius,
        temperature,
        vpd,
        pressure,
        co2 * pressure,
        compensation_point(temperature, pressure),
        michaelis_menten(temperature, pressure),
        relative_viscosity(celsius, pressure),
    )


def inverse_warmth(temperature: jax.Array) -> jax.Array:
    """(1/T0 - 1/T) / R [mol J-1] for T [K], T0 = 298.15 K: times an energy, the exponent of Arrhenius."""
    # The difference of temperatures, not of their inverses, keeps its digits in 32-bit.
    return (temperature - REFERENCE_TEMPERATURE) / ((GAS_CONSTANT * REFERENCE_TEMPERATURE) * temperature)


def compensation_point(temperature: jax.Array, pressure: jax.Array) -> jax.Array:
    """Photorespiratory compensation point [Pa] at T [K] and p [Pa] (Bernacchi et al. 2001)."""
    at_25 = (_COMPENSATION_25 / REFERENCE_PRESSURE) * pressure
    return at_25 * jnp.exp(_COMPENSATION_ENERGY * inverse_warmth(temperature))


def michaelis_menten(temperature: jax.Array, pressure: jax.Array) -> jax.Array:
    """K = K_C (1 + p_O2 / K_O) [Pa] at T [K] and p [Pa] (Farquhar et al. 1980; Bernacchi et al. 2001)."""
    warmth = inverse_warmth(temperature)
    carbon = _CARBON_25 * jnp.exp(_CARBON_ENERGY * warmth)
    inverse_oxygen = jnp.exp(-_OXYGEN_ENERGY * warmth)
    return carbon * (1.0 + (OXYGEN / _OXYGEN_25) * pressure * inverse_oxygen)


def water_density(celsius: jax.Array, pressure: jax.Array) -> jax.Array:
    """Density of liquid water [kg m-3] at degC (-30..100) and Pa (Fisher and Dial 1975, Tumlirz equation)."""
    return 1e3 / _specific_volume(celsius, pressure)


def water_density_chen(celsius: jax.Array, pressure: jax.Array) -> jax.Array:
    """Density of liquid water [kg m-3] at degC (-30..100) and Pa by its bulk modulus (Chen et al. 2008).

    Within 6e-5 of `water_density`; the published SPLASH uses this one.
    """
    warmth = larger(celsius, COLDEST_WATER)
    bar = 1e-5 * pressure
    modulus = _polynomial(warmth, _CHEN_MODULUS)
    stiffness = modulus + bar * (_polynomial(warmth, _CHEN_LINEAR) + bar * _polynomial(warmth, _CHEN_SQUARE))
    return 1e3 * _polynomial(warmth, _CHEN_DENSITY) * stiffness / (stiffness - bar)


def water_viscosity(celsius: jax.Array, pressure: jax.Array) -> jax.Array:
    """Viscosity of liquid water [Pa s] at degC and Pa (Huber et al. 2009, eqs 2, 11, 12, no critical part).

    Supercooled water down to -30 degC; colder water keeps the value of -30 degC.
    """
    inverse = _HUBER_TEMPERATURE / (larger(celsius, COLDEST_WATER) + CELSIUS_ZERO)
    density = water_density(celsius, pressure) * (1.0 / _HUBER_DENSITY)
    dilute = 1.0 / (_polynomial(inverse, _HUBER_DILUTE) * jnp.sqrt(inverse))
    rows = [_polynomial(density - 1.0, row) for row in _HUBER_DENSE]
    dense = jnp.exp(density * _polynomial(inverse - 1.0, rows))
    return (1e2 * _HUBER_VISCOSITY) * dilute * dense


def relative_viscosity(celsius: jax.Array, pressure: jax.Array) -> jax.Array:
    """Viscosity of water over that at 25 degC and 101325 Pa [1], at degC and Pa."""
    return water_viscosity(celsius, pressure) * (1.0 / VISCOSITY_25)


def pressure_at_elevation(elevation: jax.Array) -> jax.Array:
    """Mean air pressure [Pa] at `elevation` [m above the sea] (Berberan-Santos et al. 2009, eq. 3).

    A constant lapse rate of 6.5 K km-1 from 298.15 K and 101325 Pa at the sea.
    """
    lapse, air = 0.0065, 0.028963  # K m-1; kg mol-1 (Tsilingiris 2008)
    exponent = 9.80665 * air / (GAS_CONSTANT * lapse)
    return REFERENCE_PRESSURE * (1.0 - (lapse / REFERENCE_TEMPERATURE) * elevation) ** exponent


def _specific_volume(celsius: jax.Array, pressure: jax.Array) -> jax.Array:
    """Volume of water [cm3 g-1]."""
    warmth = larger(celsius, COLDEST_WATER)
    compressed = _polynomial(warmth, _TUMLIRZ_PRESSURE) + 1e-5 * pressure
    return _polynomial(warmth, _TUMLIRZ_VOLUME) + _polynomial(warmth, _TUMLIRZ_LAMBDA) / compressed


def _polynomial(x: jax.Array, coefficients: Sequence[float | jax.Array]) -> jax.Array:
    """Horner's rule, two coefficients or more by rising power; a literal zero keeps its place and costs nothing."""
    total = coefficients[-1] * x
    for coefficient in coefficients[-2:0:-1]:
        total = (total if _is_zero(coefficient) else total + coefficient) * x
    return total + coefficients[0]


def _is_zero(coefficient: float | jax.Array) -> bool:
    return isinstance(coefficient, float) and coefficient == 0.0
