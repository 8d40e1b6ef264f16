"""The P-model: photosynthesis of leaves that have optimised water cost against carbon gain over weeks."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import larger, smaller, within
from tenbin.land.p_model_environment import Environment
from tenbin.land.p_model_temperature import (
    TemperatureResponse,
    bernacchi_yield,
    dark_respiration_response,
    simple_arrhenius,
)

__all__ = [
    "JmaxLimitation",
    "OptimalChi",
    "PModel",
    "beta_lavergne20_c3",
    "beta_lavergne20_c4",
    "c4",
    "c4_no_gamma",
    "p_model",
    "prentice14",
    "smith19",
    "soil_stress_mengoli",
    "soil_stress_stocker",
    "unlimited",
    "wang17",
]

CARBON_MOLAR_MASS = 12.0107e-3
"""kg mol-1, with the digits of the published P-model."""
BETA_C3 = 146.0
"""Cost of carboxylation over that of transpiration at 25 degC [1] (Stocker et al. 2020, GMD 13, 1545)."""
BETA_C4 = BETA_C3 / 9.0
"""The same for C4, whose sensitivity to dryness is a third (Lin et al. 2015; De Kauwe et al. 2015)."""
WANG_COST = 0.41
"""Carbon cost of electron transport capacity [1] (Wang et al. 2017, Nature Plants 3, 734)."""
SMITH_CURVATURE, SMITH_COST = 0.85, 0.05336251
"""Curvature of the light response and carbon cost [1] (Smith et al. 2019, Ecol. Lett. 22, 506)."""
RESPIRATION_RATIO = 0.015
"""Leaf dark respiration over carboxylation capacity at 25 degC [1] (Atkin et al. 2015, New Phytol. 206)."""
NARROWEST_DRAWDOWN = 1e-9
"""Smallest (ca - ci) / ca by which conductance is divided: in saturated air it would have no bound."""


class OptimalChi(NamedTuple):
    """Optimal balance of carbon and water in a leaf, each (cell,)."""

    xi: jax.Array  # sensitivity of chi to dryness [Pa^0.5]
    chi: jax.Array  # ci / ca [1]
    ci: jax.Array  # partial pressure of CO2 in the leaf [Pa]
    mj: jax.Array  # CO2 limitation of light-limited assimilation [1]
    mc: jax.Array  # CO2 limitation of Rubisco-limited assimilation [1]
    drawdown: jax.Array  # ca - ci [Pa]


class JmaxLimitation(NamedTuple):
    """What the cost of electron transport leaves of each capacity, (cell,)."""

    vcmax: jax.Array  # factor f_v [1]
    jmax: jax.Array  # factor f_j [1]


class PModel(NamedTuple):
    """Everything the P-model says, each (cell,); zero where costs leave no gain."""

    xi: jax.Array  # [Pa^0.5]
    chi: jax.Array  # [1]
    ci: jax.Array  # [Pa]
    mj: jax.Array  # [1]
    mc: jax.Array  # [1]
    quantum_yield: jax.Array  # mol CO2 per mol photons [1]
    lue: jax.Array  # light use efficiency [kg C mol-1 photons]
    iwue: jax.Array  # intrinsic water use efficiency [mol CO2 mol-1 H2O]
    gpp: jax.Array  # gross primary production [kg C m-2 s-1]
    vcmax: jax.Array  # carboxylation capacity at leaf temperature [mol m-2 s-1]
    vcmax25: jax.Array  # the same at 25 degC [mol m-2 s-1]
    jmax: jax.Array  # electron transport capacity at leaf temperature [mol m-2 s-1]
    jmax25: jax.Array  # the same at 25 degC [mol m-2 s-1]
    gs: jax.Array  # stomatal conductance for CO2 [mol m-2 s-1 Pa-1]
    rd: jax.Array  # leaf dark respiration [mol m-2 s-1]


ChiMethod = Callable[[Environment], OptimalChi]
LimitationMethod = Callable[[jax.Array], JmaxLimitation]
YieldMethod = Callable[[Environment], jax.Array]


def p_model(
    env: Environment,
    absorbed_ppfd: jax.Array,
    *,
    optimal_chi: ChiMethod | None = None,
    jmax_limitation: LimitationMethod | None = None,
    quantum_yield: YieldMethod = bernacchi_yield,
    temperature_response: TemperatureResponse = simple_arrhenius,
) -> PModel:
    """Optimal photosynthesis of `env` under `absorbed_ppfd` [mol m-2 s-1], both (cell,).

    GPP = phi0 I_abs m f_v M_C, Vcmax = phi0 I_abs (m/m_c) f_v, Jmax = 4 phi0 I_abs f_j (Stocker et al. 2020,
    GMD 13, 1545, eqs 2-18). The four methods are functions: `optimal_chi` (default `prentice14`),
    `jmax_limitation` (default `wang17`), `quantum_yield` and `temperature_response`. Give them other numbers
    with functools.partial. Valid from -30 to 50 degC; finite far beyond.
    """
    leaf = (optimal_chi or prentice14)(env)
    limit = (jmax_limitation or wang17)(leaf.mj)
    phi0 = quantum_yield(env)
    light = phi0 * absorbed_ppfd
    gross = light * leaf.mj * limit.vcmax
    vcmax = gross / leaf.mc
    jmax = 4.0 * light * limit.jmax
    to_25 = 1.0 / temperature_response(env, "vcmax")
    vcmax25 = vcmax * to_25
    return PModel(
        *leaf[:5],
        quantum_yield=phi0,
        lue=CARBON_MOLAR_MASS * phi0 * leaf.mj * limit.vcmax,
        iwue=0.625 * leaf.drawdown / env.pressure,
        gpp=CARBON_MOLAR_MASS * gross,
        vcmax=vcmax,
        vcmax25=vcmax25,
        jmax=jmax,
        jmax25=jmax / temperature_response(env, "jmax"),
        gs=gross / larger(leaf.drawdown, NARROWEST_DRAWDOWN * env.ca),
        rd=RESPIRATION_RATIO * dark_respiration_response(env) * vcmax25,
    )


def prentice14(env: Environment, beta: float | jax.Array = BETA_C3) -> OptimalChi:
    """Least-cost chi of C3 leaves (Prentice et al. 2014, Ecol. Lett. 17, 82, eq. 8).

    xi = sqrt(beta (K + G) / (1.6 eta)), ci = G + (ca - G) xi / (xi + sqrt(D)), with `beta` [1] the cost ratio;
    a root-zone stress multiplies it.
    """
    xi = jnp.sqrt(beta * (env.kmm + env.gammastar) / (1.6 * env.ns_star))
    return chi_of_xi(env, xi)


def chi_of_xi(env: Environment, xi: jax.Array) -> OptimalChi:
    """C3 leaf that holds `xi` [Pa^0.5]: limitations by eq. 3 of Wang et al. (2017) and eq. 7 of Stocker (2020)."""
    dryness = _root(env.vpd)
    above = env.ca - env.gammastar
    share = 1.0 / (xi + dryness)
    gain = above * xi * share  # ci above the compensation point [Pa]
    ci = env.gammastar + gain
    mj = gain / (gain + 3.0 * env.gammastar)
    mc = gain / (ci + env.kmm)
    return OptimalChi(xi, ci / env.ca, ci, mj, mc, above * dryness * share)


def c4(env: Environment, beta: float | jax.Array = BETA_C4) -> OptimalChi:
    """Least-cost chi of C4 leaves, whose carboxylation is saturated with CO2: m_j = m_c = 1."""
    leaf = prentice14(env, beta)
    one = jnp.ones_like(leaf.mj)
    return leaf._replace(mj=one, mc=one)


def c4_no_gamma(env: Environment, beta: float | jax.Array = BETA_C4) -> OptimalChi:
    """C4 leaves without photorespiration in the optimum: chi = xi/(xi + sqrt(D)), xi = sqrt(beta K/(1.6 eta)).

    Lavergne et al. (2022); m_j = 1, m_c = ci/(ci + K).
    """
    xi = jnp.sqrt(beta * env.kmm / (1.6 * env.ns_star))
    dryness = _root(env.vpd)
    share = 1.0 / (xi + dryness)
    ci = env.ca * xi * share
    return OptimalChi(xi, xi * share, ci, jnp.ones_like(ci), ci / (ci + env.kmm), env.ca * dryness * share)


def beta_lavergne20_c3(soil_moisture: jax.Array) -> jax.Array:
    """Cost ratio [1] at volumetric `soil_moisture` [m3 m-3] (Lavergne et al. 2020, Glob. Change Biol.)."""
    return jnp.exp(1.73 * soil_moisture + 4.55)


def beta_lavergne20_c4(soil_moisture: jax.Array) -> jax.Array:
    """A ninth of `beta_lavergne20_c3`, for C4."""
    return beta_lavergne20_c3(soil_moisture) * (1.0 / 9.0)


def wang17(mj: jax.Array, cost: float | jax.Array = WANG_COST) -> JmaxLimitation:
    """f_v = sqrt(1 - (c/m)^(2/3)), f_j = sqrt((m/c)^(2/3) - 1) with `cost` c in 0.25..1 [1]; zero where m <= c.

    Wang et al. (2017), Nature Plants 3, 734.
    """
    ratio = larger(mj / cost, 1.0)
    inverse_root = _inverse_cube_root(ratio)
    square = inverse_root * inverse_root
    # Newton's rule leaves the root of 1 a rounding below 1, whose own root would be seen.
    f_v = _root(jnp.where(mj > cost, 1.0 - square, 0.0))
    return JmaxLimitation(f_v, f_v * ratio * square)


def smith19(
    mj: jax.Array, curvature: float | jax.Array = SMITH_CURVATURE, cost: float | jax.Array = SMITH_COST
) -> JmaxLimitation:
    """Limitation with a curved light response (Smith et al. 2019, Ecol. Lett. 22, 506, eqs S6-S10).

    omega = -(1 - 2 theta) +- sqrt((1 - theta) v); the minus where m lies below the m* at which v vanishes.
    """
    scaled = 4.0 * cost / larger(mj, 1e-6)
    v = 1.0 / (scaled * (1.0 - curvature * scaled)) - 4.0 * curvature
    root = _root((1.0 - curvature) * v)
    turn = _smith_turning_point(curvature, cost)
    omega = 2.0 * curvature - 1.0 + jnp.where(mj < turn, -root, root)
    one = 1.0 + omega
    star = one - _root(one * one - 4.0 * curvature * omega)
    return JmaxLimitation(star / (2.0 * curvature), omega)


def unlimited(mj: jax.Array) -> JmaxLimitation:
    """Electron transport free of cost: both factors 1."""
    return JmaxLimitation(jnp.ones_like(mj), jnp.ones_like(mj))


def soil_stress_stocker(
    soil_moisture: jax.Array,
    alpha: jax.Array | float = 1.0,
    intercept: float | jax.Array = 0.0,
    slope: float | jax.Array = 0.733,
    threshold: float | jax.Array = 0.6,
) -> jax.Array:
    """Share of well-watered GPP [0..1] left at `soil_moisture` [1, of field capacity] (Stocker et al. 2020).

    `alpha` is the mean ratio of actual to potential evapotranspiration [1].
    """
    deficit = larger(threshold - soil_moisture, 0.0) / threshold
    return within(1.0 - (1.0 - intercept - slope * alpha) * deficit * deficit, 0.0, 1.0)


def soil_stress_mengoli(soil_moisture: jax.Array, aridity: jax.Array) -> jax.Array:
    """Share of well-watered GPP [0..1] at `soil_moisture` [1] and `aridity` (PET/P, > 0) (Mengoli et al. 2023)."""
    logarithm = jnp.log(aridity)
    ceiling = smaller(0.62 * jnp.exp(-0.45 * logarithm), 1.0)
    threshold = smaller(0.34 * jnp.exp(-0.6 * logarithm), 1.0)
    return ceiling * smaller(soil_moisture / threshold, 1.0)


def _smith_turning_point(curvature: float | jax.Array, cost: float | jax.Array) -> float | jax.Array:
    """m* [1]: the smaller root of -1 + P x - P theta x^2, read as 4 c / m* (Smith et al. 2019)."""
    p = (1.0 / 1.4 - 0.7) ** 2 / (1.0 - curvature) + 3.4
    small = 2.0 / (p + jnp.sqrt(p * p - 4.0 * p * curvature))
    return 4.0 * cost / small


def _root(x: jax.Array) -> jax.Array:
    """Square root, zero with zero slope where x is not positive."""
    positive = x > 0.0
    return jnp.where(positive, jnp.sqrt(jnp.where(positive, x, 1.0)), 0.0)


# Chebyshev interpolation of u^(-1/3) on 1..4 in (u - 2.5)/1.5, by rising power; relative error below 4.3e-5.
_CUBE_ROOT = (
    0.736787985,
    -0.147350979,
    0.0595247557,
    -0.0278331174,
    0.0110073784,
    -0.00561148056,
    0.00763321288,
    -0.00420897023,
)


@jax.custom_jvp
def _inverse_cube_root(u: jax.Array) -> jax.Array:
    """u^(-1/3) for u in 1..4: a polynomial and Newton's rule, far cheaper than a power in 64-bit."""
    x = (u - 2.5) * (1.0 / 1.5)
    root = jnp.full_like(x, _CUBE_ROOT[-1])
    for coefficient in _CUBE_ROOT[-2::-1]:
        root = root * x + coefficient
    for _ in range(_newton_steps(u)):
        root = root * (4.0 / 3.0 - (1.0 / 3.0) * u * root * root * root)
    return root


def _newton_steps(u: jax.Array) -> int:
    return 2 if jnp.finfo(u.dtype).bits > 32 else 1


@_inverse_cube_root.defjvp
def _slope_of_inverse_cube_root(
    primals: tuple[jax.Array], tangents: tuple[jax.Array]
) -> tuple[jax.Array, jax.Array]:
    root = _inverse_cube_root(primals[0])
    fourth = root * root
    return root, (-1.0 / 3.0) * fourth * fourth * tangents[0]
