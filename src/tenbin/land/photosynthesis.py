"""Photosynthesis of leaves: Farquhar's C3 and Collatz's C4 enzymes under light, CO2 and warmth, smoothly limited.

Rates are mol m-2 s-1 of the surface that the capacities are given for: a leaf, or all sunlit leaves above a
square metre of ground. Partial pressures in Pa, temperatures in K.
"""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import GAS_CONSTANT, ZERO_CELSIUS
from tenbin.core.params import param
from tenbin.land import stomata as stomatal
from tenbin.land.smoothing import smooth_minimum

__all__ = [
    "BOTH_PATHWAYS",
    "PHOTONS_PER_JOULE",
    "CanopyFluxes",
    "LeafFluxes",
    "PhotosynthesisParams",
    "ThermalResponse",
    "electron_transport",
    "enzyme_constants",
    "gross_assimilation",
    "leaf",
    "leaf_respiration",
    "thermal_response",
]

BOTH_PATHWAYS = ("c3", "c4")
PHOTONS_PER_JOULE = 2.06e-6
"""Photosynthetic photons in sunlight [mol J-1]: .45 of it at 4.57e-6 (Meek et al. 1984, Agron. J. 76, 939)."""
_T25 = 25.0 + ZERO_CELSIUS
_OXYGEN = 0.209
"""Mole fraction of O2 in air [1]."""
_HIGH_DEACTIVATION = 200.0e3
"""Energy of deactivation of Vcmax and Jmax [J mol-1] (Kattge and Knorr 2007)."""
_LEAST_RATE = 1e-13
"""A rate that is nought to any leaf [mol m-2 s-1]."""
_KK = "Kattge and Knorr 2007, Plant Cell Environ. 30, 1176"
_BERNACCHI = "Bernacchi et al. 2001, Plant Cell Environ. 24, 253"
_COLLATZ = "Collatz et al. 1992, Aust. J. Plant Physiol. 19, 519"


class PhotosynthesisParams(eqx.Module):
    """Capacities at 25 C by plant type and what shapes the answer to light and warmth."""

    vcmax25: jax.Array = param(
        [
            4.1e-5,
            4.1e-5,
            5.0e-5,
            5.5e-5,
            5.5e-5,
            5.0e-5,
            4.5e-5,
            5.0e-5,
            6.5e-5,
            3.5e-5,
            5.5e-5,
            8.0e-5,
            4.5e-5,
        ],
        "mol m-2 s-1",
        bounds=(5e-6, 3e-4),
        prior_sd=2e-5,
        source="Kattge et al. 2009, Glob. Change Biol. 15, 976, rounded; leaf area at the top of the canopy",
        transform="log",
    )
    jmax_ratio: jax.Array = param(1.97, "1", bounds=(0.8, 4.0), prior_sd=0.4, source=_KK)
    quantum_yield: jax.Array = param(
        0.30,
        "mol electrons mol-1 absorbed photons",
        bounds=(0.08, 0.5),
        prior_sd=0.06,
        source="von Caemmerer 2000, Biochemical models of leaf photosynthesis: (1 - .15)/2, less loss in the field",
    )
    light_curvature: jax.Array = param(
        0.7, "1", bounds=(0.1, 0.98), prior_sd=0.15, source="von Caemmerer 2000, Biochemical models, ch. 2"
    )
    respiration_fraction: jax.Array = param(
        0.015,
        "1",
        bounds=(0.003, 0.06),
        prior_sd=0.005,
        source="Collatz et al. 1991, Agric. For. Meteorol. 54, 107",
    )
    vcmax_activation: jax.Array = param(71513.0, "J mol-1", bounds=(3e4, 1.1e5), prior_sd=8e3, source=_KK)
    jmax_activation: jax.Array = param(49884.0, "J mol-1", bounds=(2e4, 9e4), prior_sd=8e3, source=_KK)
    vcmax_entropy: jax.Array = param(668.39, "J mol-1 K-1", bounds=(620.0, 700.0), prior_sd=8.0, source=_KK)
    jmax_entropy: jax.Array = param(659.70, "J mol-1 K-1", bounds=(620.0, 700.0), prior_sd=8.0, source=_KK)
    vcmax_acclimation: jax.Array = param(1.07, "J mol-1 K-2", bounds=(0.0, 2.0), prior_sd=0.4, source=_KK)
    jmax_acclimation: jax.Array = param(0.75, "J mol-1 K-2", bounds=(0.0, 2.0), prior_sd=0.4, source=_KK)
    ratio_acclimation: jax.Array = param(0.035, "K-1", bounds=(0.0, 0.08), prior_sd=0.01, source=_KK)
    respiration_activation: jax.Array = param(
        46390.0, "J mol-1", bounds=(2e4, 9e4), prior_sd=1e4, source=_BERNACCHI
    )
    c4_quantum_yield: jax.Array = param(0.053, "1", bounds=(0.015, 0.08), prior_sd=0.01, source=_COLLATZ)
    c4_initial_slope: jax.Array = param(
        1.8e4,
        "1",
        bounds=(2e3, 8e4),
        prior_sd=6e3,
        source=_COLLATZ + ": 0.7 mol m-2 s-1 at Vmax 39 umol m-2 s-1",
    )


class ThermalResponse(NamedTuple):
    """What temperature does to leaves: capacities over those at 25 C [1], enzyme constants [Pa].

    `jmax` holds also the change of Jmax/Vcmax with growth temperature; the `c4` ones are zero if not asked for.
    """

    vcmax: jax.Array
    jmax: jax.Array
    respiration: jax.Array
    compensation: jax.Array
    michaelis: jax.Array
    c4_capacity: jax.Array
    c4_slope: jax.Array


class LeafFluxes(NamedTuple):
    """Gross and net assimilation, respiration [mol CO2 m-2 s-1], conductance [mol H2O m-2 s-1] and ci [Pa]."""

    gross: jax.Array
    net: jax.Array
    respiration: jax.Array
    conductance: jax.Array
    ci: jax.Array


class CanopyFluxes(NamedTuple):
    """What a canopy does, per ground area, each (cell,).

    `gpp`, `leaf_respiration` [kg C m-2 s-1] and `apar` [mol photons m-2 s-1] are means of 24 h (or of the
    moment, if the canopy is that of a moment); `conductance` [mol H2O m-2 s-1] is the mean over daylight;
    `inside_ratio` is its ci/ca [1].
    """

    gpp: jax.Array
    leaf_respiration: jax.Array
    conductance: jax.Array
    apar: jax.Array
    inside_ratio: jax.Array


def thermal_response(
    temperature: jax.Array,
    growth_temperature: jax.Array,
    pressure: jax.Array,
    params: PhotosynthesisParams,
    pathways: tuple[str, ...] = BOTH_PATHWAYS,
) -> ThermalResponse:
    """Temperature dependences at leaf temperature, for plants grown at `growth_temperature` (both K, 200..350).

    Peaked Arrhenius capacities whose entropy term falls with growth temperature, held within the 11-35 C of the
    data (Kattge and Knorr 2007); enzyme constants of Bernacchi et al. (2001); Q10 of 2 with cold and heat
    limits for C4 (Collatz et al. 1992).
    """
    grown = jnp.clip(growth_temperature - ZERO_CELSIUS, 11.0, 35.0)
    reach = (1.0 / _T25 - 1.0 / temperature) / GAS_CONSTANT
    vcmax_entropy = params.vcmax_entropy - params.vcmax_acclimation * grown
    jmax_entropy = params.jmax_entropy - params.jmax_acclimation * grown
    vcmax = jnp.exp(params.vcmax_activation * reach) * _deactivation(temperature, reach, vcmax_entropy)
    jmax = jnp.exp(params.jmax_activation * reach) * _deactivation(temperature, reach, jmax_entropy)
    ratio = 1.0 - params.ratio_acclimation * (grown - 17.7) / 1.97
    compensation, michaelis = enzyme_constants(temperature)
    return ThermalResponse(
        vcmax,
        jmax * jnp.maximum(ratio, 0.2),
        jnp.exp(params.respiration_activation * reach),
        compensation * pressure,
        michaelis * pressure,
        *_c4_response(temperature, "c4" in pathways),
    )


def enzyme_constants(temperature: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Compensation point without respiration and Michaelis constant in air [mol mol-1] (Bernacchi et al. 2001)."""
    reach = (1.0 / _T25 - 1.0 / temperature) / GAS_CONSTANT
    michaelis = 404.9e-6 * jnp.exp(79430.0 * reach) * (1.0 + _OXYGEN / 278.4e-3 * jnp.exp(-36380.0 * reach))
    return 42.75e-6 * jnp.exp(37830.0 * reach), michaelis


def _deactivation(temperature: jax.Array, reach: jax.Array, entropy: jax.Array) -> jax.Array:
    """Loss of capacity to heat, 1 at 25 C: (1 + exp((T25 S - H)/(R T25))) / (1 + exp((T S - H)/(R T)))."""
    at_25 = (entropy - _HIGH_DEACTIVATION / _T25) / GAS_CONSTANT
    there = at_25 + _HIGH_DEACTIVATION * reach
    return (1.0 + jnp.exp(at_25)) / (1.0 + jnp.exp(there))


def _c4_response(temperature: jax.Array, wanted: bool) -> tuple[jax.Array, jax.Array]:
    """Relative C4 capacity and slope [1] (Collatz et al. 1992, with limits at 13 and 36 C)."""
    if not wanted:
        return jnp.zeros_like(temperature), jnp.zeros_like(temperature)
    celsius = temperature - ZERO_CELSIUS
    doubling = jnp.exp(0.0693147 * (celsius - 25.0))
    cold = 1.0 + jnp.exp(0.3 * (13.0 - celsius))
    heat = 1.0 + jnp.exp(0.2 * (celsius - 36.0))
    return doubling / (cold * heat), doubling


def electron_transport(absorbed: jax.Array, jmax: jax.Array, params: PhotosynthesisParams) -> jax.Array:
    """Electron transport [mol m-2 s-1]: smaller root of theta J^2 - (a I + Jmax) J + a I Jmax = 0.

    `absorbed` photons I [mol m-2 s-1] (Farquhar and Wong 1984, Aust. J. Plant Physiol. 11, 191).
    """
    return _lesser(params.quantum_yield * absorbed, jmax, params.light_curvature)


def gross_assimilation(
    absorbed: jax.Array,
    ci: jax.Array,
    vcmax25: jax.Array,
    jmax25: jax.Array,
    pressure: jax.Array,
    response: ThermalResponse,
    c4: jax.Array | float,
    params: PhotosynthesisParams,
    pathways: tuple[str, ...] = BOTH_PATHWAYS,
) -> jax.Array:
    """Assimilation before respiration [mol m-2 s-1]; `c4` (0..1) blends the pathways that `pathways` computes."""
    rates = []
    if "c3" in pathways:
        rates.append(_c3(absorbed, ci, vcmax25 * response.vcmax, jmax25 * response.jmax, response, params))
    if "c4" in pathways:
        rates.append(_c4(absorbed, ci / pressure, vcmax25, response, params))
    return rates[0] if len(rates) == 1 else rates[0] + c4 * (rates[1] - rates[0])


def _c3(
    absorbed: jax.Array,
    ci: jax.Array,
    vcmax: jax.Array,
    jmax: jax.Array,
    response: ThermalResponse,
    params: PhotosynthesisParams,
) -> jax.Array:
    """The lesser of what Rubisco and light allow (Farquhar, von Caemmerer and Berry 1980, Planta 149, 78)."""
    over = jnp.maximum(ci - response.compensation, 0.0)
    by_enzyme = vcmax * over / (ci + response.michaelis)
    electrons = electron_transport(absorbed, jmax, params)
    by_light = 0.25 * electrons * over / (ci + 2.0 * response.compensation)
    return _lesser(by_enzyme, by_light)


def _c4(
    absorbed: jax.Array,
    ci: jax.Array,
    vcmax25: jax.Array,
    response: ThermalResponse,
    params: PhotosynthesisParams,
) -> jax.Array:
    """The least of enzyme, light and CO2 limits, joined with curvatures .83 and .93 (Collatz et al. 1992)."""
    by_enzyme = vcmax25 * response.c4_capacity
    by_light = params.c4_quantum_yield * absorbed
    by_carbon = params.c4_initial_slope * vcmax25 * response.c4_slope * ci
    return _lesser(_lesser(by_enzyme, by_light, 0.83), by_carbon, 0.93)


def _lesser(a: jax.Array, b: jax.Array, curvature: jax.Array | float = 0.97) -> jax.Array:
    """Smooth minimum of two rates, each kept off nought so that 32-bit squares do not underflow in the gradient."""
    return smooth_minimum(a + _LEAST_RATE, b + _LEAST_RATE, curvature)  # type: ignore[arg-type]


def leaf_respiration(
    vcmax25: jax.Array, response: ThermalResponse, params: PhotosynthesisParams
) -> jax.Array:
    """Respiration of leaves in the dark [mol m-2 s-1], a fraction of Vcmax at 25 C (Collatz et al. 1991)."""
    return params.respiration_fraction * vcmax25 * response.respiration


def leaf(
    absorbed: jax.Array,
    temperature: jax.Array,
    vpd: jax.Array,
    co2_pa: jax.Array,
    pressure: jax.Array,
    vcmax25: jax.Array,
    jmax25: jax.Array,
    growth_temperature: jax.Array,
    c4: jax.Array | float,
    params: PhotosynthesisParams,
    stomata: stomatal.StomataParams,
    *,
    stress: jax.Array | float = 1.0,
    model: stomatal.StomatalModel = stomatal.medlyn,
    pathways: tuple[str, ...] = BOTH_PATHWAYS,
    substitutions: int = 1,
) -> LeafFluxes:
    """One leaf in given air: absorbed photons [mol m-2 s-1], temperatures [K], deficit and pressures [Pa].

    ci follows from `model` in closed form; each of the `substitutions` corrects it once for the residual
    conductance g0 at the assimilation just found.
    """
    response = thermal_response(temperature, growth_temperature, pressure, params, pathways)
    air = stomatal.LeafAir(
        temperature, vpd, pressure, co2_pa, response.compensation, response.michaelis, stress
    )
    ratio, ca = model(air, stomata), co2_pa / pressure
    respiration = leaf_respiration(vcmax25, response, params)
    closed = ratio
    for _ in range(substitutions + 1):
        gross = gross_assimilation(
            absorbed, ratio * co2_pa, vcmax25, jmax25, pressure, response, c4, params, pathways
        )
        used, ratio = ratio, stomatal.with_residual(closed, gross - respiration, ca, stomata.g0)
    opening = stomatal.conductance(closed, gross - respiration, ca, stomata.g0)
    return LeafFluxes(gross, gross - respiration, respiration, opening, used * co2_pa)
