"""A canopy of sunlit and shaded leaves: the carbon it takes up, and how open it is to water, in a day or a moment.

Two big leaves share light and capacity (de Pury and Farquhar 1997, Plant Cell Environ. 20, 537; Wang and Leuning
1998, Agric. For. Meteorol. 91, 89). A day is a few Gauss points between noon and sunset, the mornings folded on
the afternoons: light follows the sun, temperature and dryness follow the light with their delay.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import MOLAR_MASS, SECONDS_PER_DAY, ZERO_CELSIUS
from tenbin.core.limits import larger
from tenbin.core.logarithm import log
from tenbin.core.params import param
from tenbin.land import radiation, stomata
from tenbin.land.canopy_light_use import LightUseParams, daily_p_model
from tenbin.land.photosynthesis import (
    BOTH_PATHWAYS,
    PHOTONS_PER_JOULE,
    Acclimation,
    CanopyFluxes,
    PhotosynthesisParams,
    acclimate,
    gross_assimilation,
    leaf_limits,
    leaf_respiration,
    respiration_response,
    thermal_response,
)

__all__ = [
    "CanopyFluxes",
    "CanopyParams",
    "LightUseParams",
    "Growth",
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


_DENSE = 3.0
"""Leaf area at which half of the effect of a stand's density on capacity is reached [1]; own choice."""


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
    aridity_coupling: jax.Array = param(
        0.0,
        "1",
        bounds=(-0.5, 1.0),
        prior_sd=0.2,
        source="own choice: power of the lasting deficit in Vcmax25; rises with it in Smith et al. 2019",
    )
    density_coupling: jax.Array = param(
        0.0,
        "1",
        bounds=(-1.0, 4.0),
        prior_sd=0.7,
        source="own choice: how much less capacity a leaf has in a dense stand, saturating",
    )
    lai_scale: jax.Array = param(
        [1.0] * 13,
        "1",
        bounds=(0.4, 1.6),
        prior_sd=0.2,
        source="own choice: leaf area of plants over that given; satellites saturate and miss clumps",
    )


class Growth(NamedTuple):
    """What leaves grew under, each (cell,): a running mean or None where it is to have no effect.

    `temperature` [K] and `light` [W m-2] of weeks, `deficit` [Pa] of the air of months, `leaf_area` [1] of the
    stand over a season, `capacity_share` [1] the capacity per leaf area that a lag behind the leaves leaves.
    """

    temperature: jax.Array
    light: jax.Array | None = None
    deficit: jax.Array | None = None
    leaf_area: jax.Array | None = None
    capacity_share: jax.Array | float = 1.0


class Plants(NamedTuple):
    """Leaves as they are for a day, (cell,): area, top capacity [mol m-2 s-1], all capacity over it, and stresses."""

    lai: jax.Array
    capacity: jax.Array
    depth: jax.Array
    acclimation: Acclimation
    moisture: jax.Array | float
    frost: jax.Array | float
    dryness: jax.Array | float
    c4: jax.Array | float


class Moment(NamedTuple):
    """Air and light: photons straight from the sun and from the sky [mol m-2 s-1], sun's height, K, Pa, mol mol-1."""

    direct: jax.Array
    diffuse: jax.Array
    sin_elevation: jax.Array
    temperature: jax.Array
    vpd: jax.Array
    co2: jax.Array
    pressure: jax.Array


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
    black = 0.5 * params.clumping / larger(sin_elevation, _LEAST_SINE)
    root = jnp.sqrt(1.0 - params.scattering)
    sky = _DIFFUSE_EXTINCTION * params.clumping * root
    unseen_black, unseen_beam = jnp.exp(-black * lai), jnp.exp(-black * root * lai)
    unseen_sky, lean = jnp.exp(-sky * lai), jnp.exp(-params.nitrogen_extinction * lai)
    bounced = 2.0 * (1.0 - root) / (1.0 + root) * black / (params.clumping + black)
    direct_kept, diffuse_kept = (1.0 - bounced) * direct, (1.0 - _DIFFUSE_REFLECTANCE) * diffuse
    canopy = direct_kept * (1.0 - unseen_beam) + diffuse_kept * (1.0 - unseen_sky)
    straight = (1.0 - params.scattering) * direct
    lit = 1.0 - unseen_black
    # Of what is not scattered, half of lit squared falls on leaves that others shade.
    sunlit = (
        straight * 0.5 * lit * lit
        + diffuse_kept * (1.0 - unseen_sky * unseen_black) * sky / (sky + black)
        + direct_kept * (1.0 - unseen_beam * unseen_black) * (root / (1.0 + root))
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
    growth: Growth,
    c4: jax.Array | float,
    params: CanopyParams,
    *,
    leaf_nitrogen_factor: jax.Array | float = 1.0,
    soil_moisture_factor: jax.Array | float = 1.0,
    frost_factor: jax.Array | float = 1.0,
    clearness: jax.Array | None = None,
    diffuse: jax.Array | None = None,
    points: int = 2,
    pathways: tuple[str, ...] = BOTH_PATHWAYS,
    model: stomata.StomatalModel = stomata.medlyn,
    vpd_mean_over: str = "day",
) -> CanopyFluxes:
    """A day of a canopy, all (cell,): 24-h mean shortwave light `rsds` [W m-2], day length [s], temperatures [K].

    `co2` [mol mol-1], `pressure`, `vpd` [Pa] (see `radiation.daylight_vpd`), `lai` [1]; the factors are 0..1.
    `diffuse` (0..1) overrides what `clearness` says, which overrides light over that at the top of the air.
    Static: `points` (2 are within 2 % of 24, 3 within 1 %), `pathways`, `model`.
    """
    share = day_length / SECONDS_PER_DAY
    if diffuse is None:
        diffuse = _sky_share(rsds, day_length, sin_noon_elevation, clearness)
    photons = PHOTONS_PER_JOULE * rsds / larger(share, 0.02)
    plants = _plants(lai, growth, c4, params, leaf_nitrogen_factor, soil_moisture_factor, frost_factor)
    table = radiation.gauss_points(points)
    light = radiation.daylight(day_length, sin_noon_elevation, table)
    weather = radiation.air_course(vpd, tas, tasmin, tasmax, table, vpd_mean_over)

    def moment(point: radiation.Point) -> CanopyFluxes:
        relative, height = radiation.light_at(light, point.series)
        direct, sky = (1.0 - diffuse) * photons * relative, diffuse * photons * relative
        air = Moment(direct, sky, height, *radiation.air_at(weather, point.warmth), co2, pressure)
        return _moment(air, plants, params, pathways, model)

    mean = _mean_of_points(moment, table, jnp.zeros_like(rsds * lai))
    cold = respiration_response(radiation.night_temperature(tas, tasmin, tasmax), params.leaf)
    night = _CARBON * leaf_respiration(plants.capacity * plants.depth, cold, params.leaf)
    respiration = share * mean.leaf_respiration + (1.0 - share) * night
    return mean._replace(gpp=share * mean.gpp, apar=share * mean.apar, leaf_respiration=respiration)


def _mean_of_points(
    moment: Callable[[radiation.Point], CanopyFluxes], table: radiation.PointTable, none: jax.Array
) -> CanopyFluxes:
    """Weighted mean of moments. A loop: over an axis of points the compiler would work out one cell at a time."""
    rows = radiation.Point(*(jnp.asarray(column, none.dtype) for column in table))

    def add(total: CanopyFluxes, point: radiation.Point) -> tuple[CanopyFluxes, None]:
        return jax.tree.map(lambda a, b: a + point.weight * b, total, jax.checkpoint(moment)(point)), None

    return jax.lax.scan(add, CanopyFluxes(none, none, none, none, none), rows)[0]


def half_hourly(
    rsds: jax.Array,
    sin_elevation: jax.Array,
    tas: jax.Array,
    vpd: jax.Array,
    co2: jax.Array,
    pressure: jax.Array,
    lai: jax.Array,
    growth: Growth,
    c4: jax.Array | float,
    params: CanopyParams,
    *,
    leaf_nitrogen_factor: jax.Array | float = 1.0,
    soil_moisture_factor: jax.Array | float = 1.0,
    frost_factor: jax.Array | float = 1.0,
    diffuse: jax.Array | None = None,
    pathways: tuple[str, ...] = BOTH_PATHWAYS,
    model: stomata.StomatalModel = stomata.medlyn,
) -> CanopyFluxes:
    """The same canopy at one moment: light [W m-2], sine of the sun's elevation, temperature [K] and the rest as
    in `daily`, of any one shape. At night leaves respire without the inhibition by light.
    """
    if diffuse is None:
        above = radiation.SOLAR_CONSTANT * larger(sin_elevation, _LEAST_SINE)
        diffuse = radiation.diffuse_fraction(radiation.clearness_index(rsds, above))
    photons = PHOTONS_PER_JOULE * larger(rsds, 0.0)
    plants = _plants(lai, growth, c4, params, leaf_nitrogen_factor, soil_moisture_factor, frost_factor)
    height = larger(sin_elevation, 0.0)
    air = Moment((1.0 - diffuse) * photons, diffuse * photons, height, tas, vpd, co2, pressure)
    return _moment(air, plants, params, pathways, model)


def _sky_share(
    rsds: jax.Array, day_length: jax.Array, sin_noon: jax.Array, clearness: jax.Array | None
) -> jax.Array:
    if clearness is None:
        clearness = radiation.clearness_index(rsds, radiation.top_of_atmosphere(day_length, sin_noon))
    return radiation.diffuse_fraction(clearness)


def _plants(
    lai: jax.Array,
    growth: Growth,
    c4: jax.Array | float,
    params: CanopyParams,
    nitrogen: jax.Array | float,
    moisture: jax.Array | float,
    frost: jax.Array | float,
) -> Plants:
    area = params.lai_scale * lai
    capacity = top_capacity(params, growth, nitrogen, moisture, frost)
    dryness = 1.0 if growth.deficit is None else 1e-3 * growth.deficit
    return Plants(
        area, capacity, _whole_canopy(area, params), acclimate(growth.temperature, params.leaf),
        moisture, frost, dryness, c4,
    )  # fmt: skip


def top_capacity(
    params: CanopyParams,
    growth: Growth,
    nitrogen: jax.Array | float,
    moisture: jax.Array | float,
    frost: jax.Array | float,
) -> jax.Array:
    """Vcmax at 25 C of the canopy's top leaves [mol m-2 s-1] after trait coupling, nitrogen, drought and frost.

    Traits follow the warmth, light and dryness that leaves grew in by powers, and the density of the stand by
    exp(-d (L / (L + 3) - 1/2)); with their couplings at nought they do nothing.
    """
    trait = params.warmth_coupling * (growth.temperature - ZERO_CELSIUS - 15.0)
    if growth.light is not None:
        trait = trait + params.light_coupling * log(larger(growth.light, 5.0) / 150.0)
    if growth.deficit is not None:
        trait = trait + params.aridity_coupling * stomata.log_dryness(1e-3 * growth.deficit)
    if growth.leaf_area is not None:
        trait = trait - params.density_coupling * (growth.leaf_area / (growth.leaf_area + _DENSE) - 0.5)
    if not (isinstance(moisture, float) and moisture == 1.0):
        trait = trait + params.capacity_stress * stomata.log_wetness(moisture)
    return params.leaf.vcmax25 * jnp.exp(trait) * nitrogen * frost * growth.capacity_share


def _whole_canopy(lai: jax.Array, params: CanopyParams) -> jax.Array:
    rate = params.nitrogen_extinction
    return _mean_decay(rate, jnp.exp(-rate * lai), lai)


def _moment(
    air: Moment,
    plants: Plants,
    params: CanopyParams,
    pathways: tuple[str, ...],
    model: stomata.StomatalModel,
) -> CanopyFluxes:
    """Both leaves under given light and air; frost also lowers how well light is used (Makela et al. 2008)."""
    leaves = two_leaves(air.direct, air.diffuse, air.sin_elevation, plants.lai, params)
    response = thermal_response(air.temperature, plants.acclimation, air.pressure, params.leaf, pathways)
    outside = air.co2 * air.pressure
    ratio = model(
        stomata.LeafAir(
            air.temperature, air.vpd, air.pressure, outside, response.compensation, response.michaelis,
            plants.moisture, plants.dryness,
        ),
        params.stomata,
    )  # fmt: skip
    limits = leaf_limits(
        ratio * outside, air.pressure, params.leaf.jmax_ratio, response, plants.c4, params.leaf, pathways
    )
    gross = gross_assimilation(
        leaves.sunlit_light * plants.frost, leaves.sunlit_capacity * plants.capacity, limits
    ) + gross_assimilation(
        leaves.shaded_light * plants.frost, leaves.shaded_capacity * plants.capacity, limits
    )
    dark = leaf_respiration(plants.capacity * plants.depth, response.respiration, params.leaf)
    absorbed = leaves.sunlit_light + leaves.shaded_light
    # Light above about a tenth of full sun on one leaf inhibits respiration by its whole share.
    respiration = dark * (1.0 - params.day_inhibition * absorbed / (absorbed + 2e-5))
    opening = stomata.conductance(ratio, gross - respiration, air.co2, params.stomata.g0 * plants.lai)
    return CanopyFluxes(_CARBON * gross, _CARBON * respiration, opening, absorbed, ratio)
