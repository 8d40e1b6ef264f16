"""A canopy of sunlit and shaded leaves: the carbon it takes up, and how open it is to water, in a day or a moment.

Two big leaves share light and capacity (de Pury and Farquhar 1997, Plant Cell Environ. 20, 537; Wang and Leuning
1998, Agric. For. Meteorol. 91, 89). A day is a few Gauss points between noon and sunset, the mornings folded on
the afternoons: light follows the sun, temperature and dryness follow the light with their delay.
"""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import MOLAR_MASS, SECONDS_PER_DAY, ZERO_CELSIUS
from tenbin.core.params import param
from tenbin.land import radiation, stomata
from tenbin.land.canopy_light_use import LightUseParams, daily_p_model
from tenbin.land.photosynthesis import (
    BOTH_PATHWAYS,
    PHOTONS_PER_JOULE,
    CanopyFluxes,
    PhotosynthesisParams,
    ThermalResponse,
    gross_assimilation,
    leaf_respiration,
    thermal_response,
)

__all__ = [
    "CanopyFluxes",
    "CanopyParams",
    "LightUseParams",
    "TwoLeaves",
    "daily",
    "daily_p_model",
    "half_hourly",
    "top_capacity",
    "two_leaves",
]

_CARBON = float(MOLAR_MASS["c"])
_LEAST_SINE = 0.05
"""Sine of the lowest sun in the beam's extinction [1]: below 3 degrees the air scatters the beam away."""
_DIFFUSE_EXTINCTION = 0.75
"""Extinction of the sky's light by black leaves of all angles [1] (de Pury and Farquhar 1997, table 2: .78 to .7)."""
_DIFFUSE_REFLECTANCE = 0.036
"""Reflection of the sky's light by a deep canopy [1] (de Pury and Farquhar 1997, table 2)."""


class CanopyParams(eqx.Module):
    """Leaves (`leaf`), their stomata, and how both are spread through the canopy."""

    leaf: PhotosynthesisParams = eqx.field(default_factory=PhotosynthesisParams)
    stomata: stomata.StomataParams = eqx.field(default_factory=stomata.StomataParams)
    nitrogen_extinction: jax.Array = param(
        0.15, "1", bounds=(0.0, 0.8), prior_sd=0.08, source="Lloyd et al. 2010, Biogeosciences 7, 1833"
    )
    scattering: jax.Array = param(
        0.15, "1", bounds=(0.05, 0.35), prior_sd=0.03, source="de Pury and Farquhar 1997, table 2"
    )
    clumping: jax.Array = param(
        [0.75, 0.75, 0.72, 0.65, 0.75, 0.62, 0.65, 0.75, 0.8, 0.8, 0.8, 0.8, 0.8],
        "1",
        bounds=(0.3, 1.0),
        prior_sd=0.12,
        source="Chen et al. 2005, Remote Sens. Environ. 97, 447",
    )
    capacity_stress: jax.Array = param(
        0.7, "1", bounds=(0.0, 3.0), prior_sd=0.4, source="De Kauwe et al. 2015, Biogeosciences 12, 7503"
    )
    day_inhibition: jax.Array = param(
        0.3,
        "1",
        bounds=(0.0, 0.7),
        prior_sd=0.1,
        source="Atkin et al. 2000, Aust. J. Plant Physiol. 27, 177: 0-.7",
    )
    warmth_coupling: jax.Array = param(
        0.0,
        "K-1",
        bounds=(-0.1, 0.1),
        prior_sd=0.03,
        source="relative change of Vcmax25 with growth temperature; Smith et al. 2019, Ecol. Lett. 22, 506",
    )
    light_coupling: jax.Array = param(
        0.0,
        "1",
        bounds=(-0.5, 1.5),
        prior_sd=0.3,
        source="power of growth light in Vcmax25; 1 in the coordination of Smith et al. 2019, Ecol. Lett. 22, 506",
    )


class TwoLeaves(NamedTuple):
    """Photons absorbed [mol m-2 s-1] and capacity over that at the canopy's top [1] of sunlit and shaded leaves."""

    sunlit_light: jax.Array
    shaded_light: jax.Array
    sunlit_capacity: jax.Array
    shaded_capacity: jax.Array


def two_leaves(
    direct: jax.Array, diffuse: jax.Array, sin_elevation: jax.Array, lai: jax.Array, params: CanopyParams
) -> TwoLeaves:
    """Share of light and capacity between sunlit and shaded leaves (de Pury and Farquhar 1997, eqs A5-A26).

    `direct`, `diffuse` photons on level ground [mol m-2 s-1]; leaves have all angles alike; clumping scales
    every extinction. The two absorbed lights sum to the canopy's.
    """
    black = 0.5 * params.clumping / jnp.maximum(sin_elevation, _LEAST_SINE)
    root = jnp.sqrt(1.0 - params.scattering)
    beam, sky = black * root, _DIFFUSE_EXTINCTION * params.clumping * root
    unseen_black, unseen_beam = jnp.exp(-black * lai), jnp.exp(-beam * lai)
    unseen_sky, lean = jnp.exp(-sky * lai), jnp.exp(-params.nitrogen_extinction * lai)
    bounced = 2.0 * (1.0 - root) / (1.0 + root) * black / (params.clumping + black)
    direct_kept, diffuse_kept = (1.0 - bounced) * direct, (1.0 - _DIFFUSE_REFLECTANCE) * diffuse
    canopy = direct_kept * (1.0 - unseen_beam) + diffuse_kept * (1.0 - unseen_sky)
    straight = (1.0 - params.scattering) * direct
    sunlit = (
        straight * (1.0 - unseen_black)
        + diffuse_kept * (1.0 - unseen_sky * unseen_black) * sky / (sky + black)
        + direct_kept * (1.0 - unseen_beam * unseen_black) * beam / (beam + black)
        - straight * 0.5 * (1.0 - unseen_black * unseen_black)
    )
    total = _mean_decay(params.nitrogen_extinction, lean, lai)
    sunny = (1.0 - lean * unseen_black) / (params.nitrogen_extinction + black)
    return TwoLeaves(sunlit, canopy - sunlit, sunny, total - sunny)


def _mean_decay(rate: jax.Array, remaining: jax.Array, depth: jax.Array) -> jax.Array:
    """(1 - exp(-k L)) / k, also where k is near nought; `remaining` is the exponential."""
    small = rate < 1e-3
    safe = jnp.where(small, 1.0, rate)
    return jnp.where(small, depth * (1.0 - 0.5 * rate * depth), (1.0 - remaining) / safe)


def daily(
    rsds: jax.Array,
    day_length: jax.Array,
    sin_noon_elevation: jax.Array,
    tas: jax.Array,
    tasmin: jax.Array,
    tasmax: jax.Array,
    vpd: jax.Array,
    co2: jax.Array,
    pressure: jax.Array,
    lai: jax.Array,
    growth_temperature: jax.Array,
    c4: jax.Array | float,
    params: CanopyParams,
    *,
    leaf_nitrogen_factor: jax.Array | float = 1.0,
    soil_moisture_factor: jax.Array | float = 1.0,
    frost_factor: jax.Array | float = 1.0,
    growth_light: jax.Array | None = None,
    clearness: jax.Array | None = None,
    diffuse: jax.Array | None = None,
    points: int = 2,
    pathways: tuple[str, ...] = BOTH_PATHWAYS,
    model: stomata.StomatalModel = stomata.medlyn,
    vpd_mean_over: str = "day",
) -> CanopyFluxes:
    """A day of a canopy, all (cell,): 24-h mean shortwave light `rsds` [W m-2], day length [s], temperatures [K].

    `co2` [mol mol-1], `pressure`, `vpd` [Pa] (see `radiation.daylight_vpd`), `lai` [1]; the factors are 0..1. Growth
    temperature [K] and growth light [W m-2] are running means. `diffuse` (0..1) overrides what `clearness`
    says, which overrides light over that at the top of the air. Static: `points`, `pathways`, `model`.
    """
    share = day_length / SECONDS_PER_DAY
    course = radiation.light_course(day_length, sin_noon_elevation, points)
    if diffuse is None:
        diffuse = _sky_share(rsds, day_length, sin_noon_elevation, clearness)
    photons = PHOTONS_PER_JOULE * rsds / jnp.maximum(share, 0.02) * course.relative
    warmth = radiation.daylight_temperature(tas, tasmin, tasmax, course.position)
    dryness = radiation.daylight_vpd(vpd, tas, tasmin, tasmax, warmth, vpd_mean_over)
    capacity = top_capacity(
        params, growth_temperature, growth_light, leaf_nitrogen_factor, soil_moisture_factor, frost_factor
    )
    moment = _moment(
        (1.0 - diffuse) * photons, diffuse * photons, course.sin_elevation, warmth, dryness, co2, pressure,
        lai, growth_temperature, capacity, soil_moisture_factor, frost_factor, c4, params, pathways, model,
    )  # fmt: skip
    mean = CanopyFluxes(*(jnp.sum(course.weight * value, axis=0) for value in moment))
    cold = thermal_response(
        radiation.night_temperature(tas, tasmin, tasmax), growth_temperature, pressure, params.leaf, ()
    )
    leaves = capacity * _whole_canopy(lai, params)
    night = _CARBON * leaf_respiration(leaves, cold, params.leaf)
    respiration = share * mean.leaf_respiration + (1.0 - share) * night
    return mean._replace(gpp=share * mean.gpp, apar=share * mean.apar, leaf_respiration=respiration)


def half_hourly(
    rsds: jax.Array,
    sin_elevation: jax.Array,
    tas: jax.Array,
    vpd: jax.Array,
    co2: jax.Array,
    pressure: jax.Array,
    lai: jax.Array,
    growth_temperature: jax.Array,
    c4: jax.Array | float,
    params: CanopyParams,
    *,
    leaf_nitrogen_factor: jax.Array | float = 1.0,
    soil_moisture_factor: jax.Array | float = 1.0,
    frost_factor: jax.Array | float = 1.0,
    growth_light: jax.Array | None = None,
    diffuse: jax.Array | None = None,
    pathways: tuple[str, ...] = BOTH_PATHWAYS,
    model: stomata.StomatalModel = stomata.medlyn,
) -> CanopyFluxes:
    """The same canopy at one moment: light [W m-2], sine of the sun's elevation, temperature [K] and the rest as
    in `daily`, of any one shape. At night leaves respire without the inhibition by light.
    """
    if diffuse is None:
        above = radiation.SOLAR_CONSTANT * jnp.maximum(sin_elevation, _LEAST_SINE)
        diffuse = radiation.diffuse_fraction(radiation.clearness_index(rsds, above))
    photons = PHOTONS_PER_JOULE * jnp.maximum(rsds, 0.0)
    capacity = top_capacity(
        params, growth_temperature, growth_light, leaf_nitrogen_factor, soil_moisture_factor, frost_factor
    )
    return _moment(
        (1.0 - diffuse) * photons, diffuse * photons, jnp.maximum(sin_elevation, 0.0), tas, vpd, co2, pressure,
        lai, growth_temperature, capacity, soil_moisture_factor, frost_factor, c4, params, pathways, model,
    )  # fmt: skip


def _sky_share(
    rsds: jax.Array, day_length: jax.Array, sin_noon: jax.Array, clearness: jax.Array | None
) -> jax.Array:
    if clearness is None:
        clearness = radiation.clearness_index(rsds, radiation.top_of_atmosphere(day_length, sin_noon))
    return radiation.diffuse_fraction(clearness)


def top_capacity(
    params: CanopyParams,
    growth_temperature: jax.Array,
    growth_light: jax.Array | None,
    nitrogen: jax.Array | float,
    moisture: jax.Array | float,
    frost: jax.Array | float,
) -> jax.Array:
    """Vcmax at 25 C of the canopy's top leaves [mol m-2 s-1] after trait coupling, nitrogen, drought and frost."""
    trait = jnp.exp(params.warmth_coupling * (growth_temperature - ZERO_CELSIUS - 15.0))
    if growth_light is not None:
        trait = trait * jnp.exp(params.light_coupling * jnp.log(jnp.maximum(growth_light, 5.0) / 150.0))
    drought = stomata.stress_power(moisture, params.capacity_stress)
    return params.leaf.vcmax25 * trait * nitrogen * drought * frost


def _whole_canopy(lai: jax.Array, params: CanopyParams) -> jax.Array:
    rate = params.nitrogen_extinction
    return _mean_decay(rate, jnp.exp(-rate * lai), lai)


def _moment(
    direct: jax.Array,
    diffuse: jax.Array,
    sin_elevation: jax.Array,
    temperature: jax.Array,
    vpd: jax.Array,
    co2: jax.Array,
    pressure: jax.Array,
    lai: jax.Array,
    growth_temperature: jax.Array,
    capacity: jax.Array,
    moisture: jax.Array | float,
    frost: jax.Array | float,
    c4: jax.Array | float,
    params: CanopyParams,
    pathways: tuple[str, ...],
    model: stomata.StomatalModel,
) -> CanopyFluxes:
    """Both leaves under given light and air; frost also lowers how well light is used (Makela et al. 2008)."""
    leaves = two_leaves(direct, diffuse, sin_elevation, lai, params)
    response = thermal_response(temperature, growth_temperature, pressure, params.leaf, pathways)
    air = stomata.LeafAir(
        temperature, vpd, pressure, co2 * pressure, response.compensation, response.michaelis, moisture
    )
    ratio = model(air, params.stomata)
    sunlit, shaded = (
        _leaf_gross(light * frost, ratio, part * capacity, pressure, co2, response, c4, params, pathways)
        for light, part in (
            (leaves.sunlit_light, leaves.sunlit_capacity),
            (leaves.shaded_light, leaves.shaded_capacity),
        )
    )
    gross = sunlit + shaded
    dark = leaf_respiration(
        capacity * (leaves.sunlit_capacity + leaves.shaded_capacity), response, params.leaf
    )
    absorbed = leaves.sunlit_light + leaves.shaded_light
    # Light above about a tenth of full sun on one leaf inhibits respiration by its whole share.
    respiration = dark * (1.0 - params.day_inhibition * absorbed / (absorbed + 2e-5))
    opening = stomata.conductance(ratio, gross - respiration, co2, params.stomata.g0 * lai)
    return CanopyFluxes(_CARBON * gross, _CARBON * respiration, opening, absorbed, ratio)


def _leaf_gross(
    light: jax.Array,
    ratio: jax.Array,
    vcmax25: jax.Array,
    pressure: jax.Array,
    co2: jax.Array,
    response: ThermalResponse,
    c4: jax.Array | float,
    params: CanopyParams,
    pathways: tuple[str, ...],
) -> jax.Array:
    inside, jmax25 = ratio * co2 * pressure, params.leaf.jmax_ratio * vcmax25
    return gross_assimilation(light, inside, vcmax25, jmax25, pressure, response, c4, params.leaf, pathways)
