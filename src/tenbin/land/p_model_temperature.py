"""How warmth changes the capacities, the respiration and the quantum yield of leaves in the P-model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import larger
from tenbin.land.p_model_environment import (
    GAS_CONSTANT,
    REFERENCE_TEMPERATURE,
    Environment,
    inverse_warmth,
)

__all__ = [
    "Capacity",
    "TemperatureResponse",
    "bernacchi_yield",
    "cai_yield",
    "dark_respiration_response",
    "fixed_yield",
    "kattge_knorr",
    "sandoval_yield",
    "simple_arrhenius",
]

Capacity = Literal["vcmax", "jmax"]
TemperatureResponse = Callable[[Environment, Capacity], jax.Array]

MAXIMUM_YIELD = 0.125
"""mol CO2 per mol photons that a leaf can reach: eight photons each (Long et al. 1993)."""

ACTIVATION_ENERGY = {"vcmax": 65330.0, "jmax": 43900.0}
"""J mol-1 (Bernacchi et al. 2001, 2003), for the simple response."""


class Peaked(NamedTuple):
    """A response that falls off above an optimum."""

    activation: float  # J mol-1
    deactivation: float | jax.Array  # J mol-1
    entropy: float  # J mol-1 K-1 at a growth temperature of 0 degC
    entropy_slope: float  # J mol-1 K-1 per degC of growth temperature


KATTGE_KNORR = {
    "vcmax": Peaked(71513.0, 200000.0, 668.39, -1.07),
    "jmax": Peaked(49884.0, 200000.0, 659.70, -0.75),
}
"""Kattge and Knorr 2007, Plant Cell Environ. 30, 1176, Table 3."""

SANDOVAL = Peaked(75000.0, 294.804, 1558.853, -50.223)
"""Sandoval et al. (in preparation): deactivation is K that multiply the entropy."""
SANDOVAL_ARIDITY = (6.8681, 0.07956432)
"""The same source: exponents of the peak of the yield in the aridity index [1]."""


def simple_arrhenius(env: Environment, capacity: Capacity) -> jax.Array:
    """Capacity at leaf temperature over that at 25 degC [1], one activation energy (Arrhenius)."""
    return jnp.exp(ACTIVATION_ENERGY[capacity] * inverse_warmth(env.temperature))


def kattge_knorr(env: Environment, capacity: Capacity, *, growth_celsius: jax.Array) -> jax.Array:
    """The same with a peak that follows the growth temperature [degC] (Kattge and Knorr 2007)."""
    return peaked(env.temperature, REFERENCE_TEMPERATURE, growth_celsius, KATTGE_KNORR[capacity])


def peaked(
    temperature: jax.Array, reference: float | jax.Array, growth_celsius: jax.Array, shape: Peaked
) -> jax.Array:
    """Peaked Arrhenius factor [1] of T [K] relative to `reference` [K] (Medlyn et al. 2002, eq. 17)."""
    entropy = shape.entropy + shape.entropy_slope * growth_celsius
    rise = shape.activation * (temperature - reference) / (reference * GAS_CONSTANT * temperature)
    lost_reference = (entropy - shape.deactivation / reference) * (1.0 / GAS_CONSTANT)
    lost = (entropy - shape.deactivation / temperature) * (1.0 / GAS_CONSTANT)
    # log(1 + e^x) is finite where e^x is not.
    return jnp.exp(rise + jax.nn.softplus(lost_reference) - jax.nn.softplus(lost))


def dark_respiration_response(env: Environment) -> jax.Array:
    """Dark respiration at leaf temperature over that at 25 degC [1] (Heskel et al. 2016, PNAS 113, 3832)."""
    t = env.celsius
    return jnp.exp(0.1012 * (t - 25.0) - 0.0005 * (t * t - 625.0))


def fixed_yield(env: Environment, maximum: float | jax.Array = MAXIMUM_YIELD) -> jax.Array:
    """The same quantum yield [mol mol-1] at any temperature."""
    return jnp.broadcast_to(jnp.asarray(maximum, env.celsius.dtype), env.celsius.shape)


def bernacchi_yield(env: Environment, maximum: float | jax.Array = MAXIMUM_YIELD) -> jax.Array:
    """Quantum yield [mol mol-1] of C3 leaves: a parabola in degC, zero in the cold (Bernacchi et al. 2003)."""
    t = env.celsius
    return maximum * larger((-0.00034 * t + 0.022) * t + 0.352, 0.0)


def cai_yield(env: Environment, maximum: float | jax.Array = MAXIMUM_YIELD) -> jax.Array:
    """Quantum yield [mol mol-1] of C4 leaves: a parabola in degC (Cai and Prentice 2020, eq. 5, rescaled)."""
    t = env.celsius
    return maximum * larger((-0.000464 * t + 0.03) * t - 0.064, 0.0)


def sandoval_yield(
    env: Environment,
    maximum: float | jax.Array = MAXIMUM_YIELD,
    *,
    aridity_index: jax.Array,
    growth_celsius: jax.Array,
) -> jax.Array:
    """Quantum yield [mol mol-1] that falls with aridity (PET/P > 0) and peaks with growth temperature [degC].

    Sandoval et al. (in preparation), as circulated with pyrealm 2.0, growth temperature 0..30 degC.
    """
    m, n = SANDOVAL_ARIDITY
    entropy = SANDOVAL.entropy + SANDOVAL.entropy_slope * growth_celsius
    deactivation = SANDOVAL.deactivation * entropy
    shape = SANDOVAL._replace(deactivation=deactivation)
    ratio = SANDOVAL.activation / (deactivation - SANDOVAL.activation)
    optimum = deactivation / (entropy - GAS_CONSTANT * jnp.log(ratio))
    highest = maximum / (1.0 + aridity_index**m) ** n
    factor = peaked(env.temperature, optimum, growth_celsius, shape)
    return highest * factor * (env.temperature / optimum)
