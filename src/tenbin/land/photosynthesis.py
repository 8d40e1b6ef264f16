"""Photosynthesis of leaves: Farquhar's C3 and Collatz's C4 enzymes under light, CO2 and warmth, smoothly limited.

Rates are mol m-2 s-1 of the surface that the capacities are given for: a leaf, or all sunlit leaves above a
square metre of ground. Partial pressures in Pa, temperatures in K.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import GAS_CONSTANT, ZERO_CELSIUS
from tenbin.core.limits import larger, within
from tenbin.core.params import param
from tenbin.land import stomata as stomatal
from tenbin.land.smoothing import lesser_root, smooth_positive

__all__ = [
    "BOTH_PATHWAYS",
    "PHOTONS_PER_JOULE",
    "Acclimation",
    "CanopyFluxes",
    "LeafFluxes",
    "LeafLimits",
    "PhotosynthesisParams",
    "ThermalResponse",
    "acclimate",
    "enzyme_constants",
    "gross_assimilation",
    "leaf",
    "leaf_limits",
    "leaf_respiration",
    "respiration_response",
    "thermal_response",
    "yield_response",
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
_YIELD = "Bernacchi et al. 2003, Plant Cell Environ. 26, 1419"
_BERNACCHI = "Bernacchi et al. 2001, Plant Cell Environ. 24, 253"
_COLLATZ = "Collatz et al. 1992, Aust. J. Plant Physiol. 19, 519"


class PhotosynthesisParams(eqx.Module):
    """Capacities at 25 C by plant type and what shapes the answer to light and warmth."""

    vcmax25: jax.Array = param(
        [
            2.8e-5,
            3.3e-5,
            3.4e-5,
            3.2e-5,
            5.5e-5,
            5.0e-5,
            4.5e-5,
            5.0e-5,
            6.5e-5,
            1.8e-5,
            5.5e-5,
            8.0e-5,
            4.5e-5,
        ],
        "mol m-2 s-1",
        bounds=(5e-6, 3e-4),
        prior_sd=2e-5,
        source="own choice near Rogers et al. 2014, Photosynth. Res. 119, 15 (36e-6 arctic, 48e-6 needles, 60e-6"
        " deciduous, 63e-6 to 68e-6 evergreen broadleaves); tropics: 41e-6, on Oxisols 29e-6 (Kattge et al."
        " 2009, Glob. Change Biol. 15, 976), two thirds of them such; evergreens less a tenth to a fifth for"
        " young and old leaves (Wu et al. 2016, Science 351, 972), in temperate land lowered to the summers of"
        " towers (docs/validation.md); C4 grass between 15e-6 of Foley et al. 1996, Glob. Biogeochem. Cycles 10,"
        " 603, and 24e-6 of Clark et al. 2011, Geosci. Model Dev. 4, 701",
        transform="log",
    )
    jmax_ratio: jax.Array = param(
        1.97, "1", bounds=(0.8, 4.0), prior_sd=0.4, source=_KK + ": 2.59 - .035 t at t = 17.7 C"
    )
    quantum_yield: jax.Array = param(
        0.345,
        "mol electrons mol-1 absorbed photons",
        bounds=(0.08, 0.5),
        prior_sd=0.06,
        source="half of photosystem II's yield of leaves used to light, .69 at 25 C: " + _YIELD,
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

    `jmax` holds also the change of Jmax/Vcmax with growth temperature; the `c4` ones are zero if not asked for;
    `light` is the yield of electrons.
    """

    vcmax: jax.Array
    jmax: jax.Array
    respiration: jax.Array
    compensation: jax.Array
    michaelis: jax.Array
    c4_capacity: jax.Array
    c4_slope: jax.Array
    light: jax.Array | float = 1.0


class Acclimation(NamedTuple):
    """What growth temperature sets: enzyme lost to heat over active enzyme at 25 C, change of Jmax/Vcmax [1]."""

    vcmax_lost: jax.Array
    jmax_lost: jax.Array
    jmax_ratio: jax.Array


class LeafLimits(NamedTuple):
    """Limits of assimilation per photon and per Vcmax at 25 C, all [1].

    The lesser of `light_yield` x photons and `transport` x Vcmax meets `carbon` x Vcmax.
    """

    light_yield: jax.Array | float
    transport: jax.Array | float
    transport_curvature: jax.Array | float
    carbon: jax.Array | float
    carbon_curvature: jax.Array | float


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


def acclimate(growth_temperature: jax.Array, params: PhotosynthesisParams) -> Acclimation:
    """What growth temperature [K] (200..350) sets: the entropy terms fall with it, and so does Jmax/Vcmax.

    Growth temperature is held within the 11-35 C of the data (Kattge and Knorr 2007, eq. 3 and table 3).
    """
    grown = within(growth_temperature - ZERO_CELSIUS, 11.0, 35.0)
    vcmax_entropy = params.vcmax_entropy - params.vcmax_acclimation * grown
    jmax_entropy = params.jmax_entropy - params.jmax_acclimation * grown
    ratio = 1.0 - params.ratio_acclimation * (grown - 17.7) / 1.97
    return Acclimation(_lost_at_25(vcmax_entropy), _lost_at_25(jmax_entropy), larger(ratio, 0.2))


def _lost_at_25(entropy: jax.Array) -> jax.Array:
    """Inactive over active enzyme at 25 C [1]: exp((T25 S - H) / (R T25))."""
    return jnp.exp((entropy - _HIGH_DEACTIVATION / _T25) / GAS_CONSTANT)


def thermal_response(
    temperature: jax.Array,
    grown: Acclimation,
    pressure: jax.Array,
    params: PhotosynthesisParams,
    pathways: tuple[str, ...] = BOTH_PATHWAYS,
) -> ThermalResponse:
    """Temperature dependences at leaf temperature [K] (200..350), for plants that are acclimated as `grown`.

    Peaked Arrhenius capacities (Kattge and Knorr 2007), 1 at 25 C; enzyme constants of Bernacchi et al. (2001);
    Q10 of 2 with cold and heat limits for C4 (Collatz et al. 1992).
    """
    reach = _reach(temperature)
    heat = jnp.exp(_HIGH_DEACTIVATION * reach)
    vcmax = (
        jnp.exp(params.vcmax_activation * reach) * (1.0 + grown.vcmax_lost) / (1.0 + grown.vcmax_lost * heat)
    )
    jmax = jnp.exp(params.jmax_activation * reach) * (1.0 + grown.jmax_lost) / (1.0 + grown.jmax_lost * heat)
    compensation, michaelis = enzyme_constants(temperature)
    return ThermalResponse(
        vcmax,
        jmax * grown.jmax_ratio,
        respiration_response(temperature, params),
        compensation * pressure,
        michaelis * pressure,
        *_c4_response(temperature, "c4" in pathways),
        yield_response(temperature),
    )


def yield_response(temperature: jax.Array) -> jax.Array:
    """Electrons per photon over those at 25 C [1]: 0.352 + 0.022 t - 0.00034 t^2 (t in C) of leaves used to light,
    their photosystem II (Bernacchi et al. 2003), rounded off to nought in the cold."""
    celsius = temperature - ZERO_CELSIUS
    return smooth_positive(0.352 + celsius * (0.022 - 0.00034 * celsius), 0.02) * (1.0 / 0.6895)


def respiration_response(temperature: jax.Array, params: PhotosynthesisParams) -> jax.Array:
    """Respiration of leaves over that at 25 C [1] (Bernacchi et al. 2001)."""
    return jnp.exp(params.respiration_activation * _reach(temperature))


def _reach(temperature: jax.Array) -> jax.Array:
    """What an activation energy is multiplied with in Arrhenius' law from 25 C [mol J-1]."""
    return (1.0 / _T25 - 1.0 / temperature) / GAS_CONSTANT


def enzyme_constants(temperature: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Compensation point without respiration and Michaelis constant in air [mol mol-1] (Bernacchi et al. 2001)."""
    reach = _reach(temperature)
    michaelis = 404.9e-6 * (
        jnp.exp(79430.0 * reach) + _OXYGEN / 278.4e-3 * jnp.exp((79430.0 - 36380.0) * reach)
    )
    return 42.75e-6 * jnp.exp(37830.0 * reach), michaelis


def _c4_response(temperature: jax.Array, wanted: bool) -> tuple[jax.Array, jax.Array]:
    """Relative C4 capacity and slope [1] (Collatz et al. 1992, with limits at 13 and 36 C)."""
    if not wanted:
        return jnp.zeros_like(temperature), jnp.zeros_like(temperature)
    celsius = temperature - ZERO_CELSIUS
    doubling = jnp.exp(0.0693147 * (celsius - 25.0))
    # Both limits from one exponential: of .1 K-1 from 25 C, to the powers -3 and 2.
    tenth = jnp.exp(0.1 * (celsius - 25.0))
    square = tenth * tenth
    cold = 1.0 + math.exp(0.3 * (13.0 - 25.0)) / (square * tenth)
    heat = 1.0 + math.exp(0.2 * (25.0 - 36.0)) * square
    return doubling / (cold * heat), doubling


def leaf_limits(
    ci: jax.Array,
    pressure: jax.Array,
    jmax_ratio: jax.Array,
    response: ThermalResponse,
    c4: jax.Array | float,
    params: PhotosynthesisParams,
    pathways: tuple[str, ...] = BOTH_PATHWAYS,
) -> LeafLimits:
    """What limits leaves of one air, whatever their light and capacity; `c4` (0 or 1) chooses the pathway.

    C3 after Farquhar, von Caemmerer and Berry (1980, Planta 149, 78), C4 after Collatz et al. (1992): both are
    two smooth minima in a row, so that one pair serves both. Between 0 and 1 the limits are blended.
    `jmax_ratio` is Jmax over Vcmax at 25 C [1].
    """
    kinds = []
    if "c3" in pathways:
        over = larger(ci - response.compensation, 0.0)
        per_electron = 0.25 * over / (ci + 2.0 * response.compensation)
        kinds.append(
            LeafLimits(
                params.quantum_yield * response.light * per_electron,
                jmax_ratio * response.jmax * per_electron,
                params.light_curvature,
                response.vcmax * over / (ci + response.michaelis),
                0.97,
            )
        )
    if "c4" in pathways:
        by_carbon = params.c4_initial_slope * response.c4_slope * ci / pressure
        kinds.append(LeafLimits(params.c4_quantum_yield, response.c4_capacity, 0.83, by_carbon, 0.93))
    if len(kinds) == 1:
        return kinds[0]
    return LeafLimits(*((1.0 - c4) * a + c4 * b for a, b in zip(*kinds, strict=True)))


def gross_assimilation(absorbed: jax.Array, vcmax25: jax.Array, limits: LeafLimits) -> jax.Array:
    """Assimilation before respiration [mol m-2 s-1] of leaves that absorb photons [mol m-2 s-1].

    First light and the capacity to use it, then those together and the enzyme (C3) or CO2 (C4), limit.
    """
    first, last = (
        jnp.asarray(c, absorbed.dtype) for c in (limits.transport_curvature, limits.carbon_curvature)
    )
    by_light = _lesser(limits.light_yield * absorbed, limits.transport * vcmax25, first)
    return _lesser(by_light, limits.carbon * vcmax25, last)


@jax.custom_jvp
def _lesser(a: jax.Array, b: jax.Array, curvature: jax.Array) -> jax.Array:
    """Smooth minimum of two rates, each kept off nought so that 32-bit squares do not underflow in the gradient."""
    return lesser_root(a + _LEAST_RATE, b + _LEAST_RATE, curvature)


@_lesser.defjvp
def _lesser_slopes(
    primals: tuple[jax.Array, jax.Array, jax.Array], tangents: tuple[jax.Array, jax.Array, jax.Array]
) -> tuple[jax.Array, jax.Array]:
    """The quadratic c x^2 - (a + b) x + a b = 0 differentiated as it stands: one division where the root has ten."""
    (a, b, curvature), (da, db, dc) = primals, tangents
    least = _lesser(a, b, curvature)
    a, b = a + _LEAST_RATE, b + _LEAST_RATE
    root = larger(a + b - 2.0 * curvature * least, 1e-4 * (a + b))
    return least, ((b - least) * da + (a - least) * db + least * least * dc) / root


def leaf_respiration(vcmax25: jax.Array, response: jax.Array, params: PhotosynthesisParams) -> jax.Array:
    """Respiration of leaves in the dark [mol m-2 s-1], a fraction of Vcmax at 25 C (Collatz et al. 1991).

    `response` is that of `respiration_response` [1].
    """
    return params.respiration_fraction * vcmax25 * response


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
    response = thermal_response(
        temperature, acclimate(growth_temperature, params), pressure, params, pathways
    )
    air = stomatal.LeafAir(
        temperature, vpd, pressure, co2_pa, response.compensation, response.michaelis, stress
    )
    ratio, ca = model(air, stomata), co2_pa / pressure
    respiration = leaf_respiration(vcmax25, response.respiration, params)
    closed = ratio
    for _ in range(substitutions + 1):
        limits = leaf_limits(ratio * co2_pa, pressure, jmax25 / vcmax25, response, c4, params, pathways)
        gross = gross_assimilation(absorbed, vcmax25, limits)
        used, ratio = ratio, stomatal.with_residual(closed, gross - respiration, ca, stomata.g0)
    opening = stomatal.conductance(closed, gross - respiration, ca, stomata.g0)
    return LeafFluxes(gross, gross - respiration, respiration, opening, used * co2_pa)
