"""SPLASH: daily sunlight, evaporation and soil water of a place from its temperature, rain and sunshine.

After Davis et al. (2017), Geosci. Model Dev. 10, 689, version 1. All water in kg m-2 (= mm), cells last.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import larger, smaller, within
from tenbin.land.p_model_environment import water_density_chen

__all__ = [
    "DailyWater",
    "Evaporation",
    "Place",
    "Sun",
    "Sunlight",
    "Weather",
    "actual_evaporation",
    "evaporation",
    "run",
    "spin_up",
    "standard_pressure",
    "step",
    "sun",
    "sunlight",
]

SOLAR_CONSTANT = 1360.8
"""W m-2 (Kopp and Lean 2011)."""
DAY_SECONDS = 86400.0
ECCENTRICITY, OBLIQUITY, PERIHELION = 0.0167, 23.44, 283.0
"""1, degrees, degrees: the orbit of the year 2000 (Berger 1978)."""
SHORTWAVE_ALBEDO, VISIBLE_ALBEDO = 0.17, 0.03
"""1 (Federer 1968; Sellers 1985)."""
CLOUDY_SKY, CLEAR_GAIN, ELEVATION_GAIN = 0.25, 0.5, 2.67e-5
"""1, 1, m-1: transmissivity of the air (Linacre 1968; Allen 1996)."""
LONGWAVE_CLOUDY, LONGWAVE_OFFSET = 0.2, 107.0
"""1, W m-2: net longwave radiation (Linacre 1968; Prentice et al. 1993)."""
PHOTONS_PER_JOULE = 2.04e-6
"""mol J-1 of all sunlight (Meek et al. 1984)."""
ENTRAINMENT = 0.26
"""1: potential evaporation over that in equilibrium, less 1 (Priestley and Taylor 1972; Lhomme 1997)."""
SUPPLY_RATE = 1.05
"""kg m-2 h-1 from a full soil (Federer 1982)."""
CAPACITY = 150.0
"""kg m-2 of water that a soil holds (Cramer and Prentice 1988)."""
CELSIUS_ZERO = 273.15

# Specific heat of humid air [kJ kg-1 K-1], powers of degC in 0..100 (Tsilingiris 2008, eq. 47).
_SPECIFIC_HEAT = (
    1.004571427,
    2.050632750e-3,
    -1.631537093e-4,
    6.212300300e-6,
    -8.830478888e-8,
    5.071307038e-10,
)
_AIR_OVER_VAPOUR = 0.028963 / 0.01802  # molar masses (Tsilingiris 2008)
_POLE = 1e-7  # cosine of latitude below which the sun's path is a circle


class Place(NamedTuple):
    """Where the water is, each (cell,)."""

    latitude: jax.Array  # degrees north
    elevation: jax.Array  # m above the sea
    capacity: jax.Array | float = CAPACITY  # kg m-2 of soil water, > 0
    pressure: jax.Array | None = None  # Pa of air; where absent, that of the standard atmosphere


class Weather(NamedTuple):
    """What a day brings; (day,) for the calendar and (day, cell) for the rest in `run`."""

    day_of_year: jax.Array  # 1..366
    days_in_year: jax.Array  # 365 or 366
    sunshine: jax.Array  # fraction of the daylight hours that are clear [0..1]
    temperature: jax.Array  # daily mean [K]
    rain: jax.Array  # kg m-2 in the day


class Sun(NamedTuple):
    """Place of the Earth on its orbit."""

    anomaly: jax.Array  # true anomaly [rad]
    longitude: jax.Array  # true longitude of the Earth [rad]
    distance_factor: jax.Array  # (mean distance / distance)^2 [1]
    declination: jax.Array  # [rad]


class Sunlight(NamedTuple):
    """Radiation of a day, each (cell,)."""

    horizontal: jax.Array  # sin(declination) sin(latitude) [1]
    swing: jax.Array  # cos(declination) cos(latitude) [1]
    strength: jax.Array  # absorbed sunlight if the sun stood overhead [W m-2]
    longwave: jax.Array  # net loss by longwave radiation [W m-2]
    sunset: jax.Array  # hour angle of sunset [rad]
    crossover: jax.Array  # hour angle at which net radiation changes sign [rad]
    transmissivity: jax.Array  # of the air [1]
    outside: jax.Array  # sunlight above the air [J m-2 d-1]
    ppfd: jax.Array  # photosynthetic photons at the ground [mol m-2 d-1]
    net_day: jax.Array  # positive part of net radiation [J m-2 d-1]
    net_night: jax.Array  # negative part of net radiation [J m-2 d-1], <= 0


class Evaporation(NamedTuple):
    """What radiation could evaporate in a day, each (cell,)."""

    slope: jax.Array  # of saturation vapour pressure [Pa K-1]
    latent_heat: jax.Array  # J kg-1
    density: jax.Array  # of water [kg m-3]
    psychrometric: jax.Array  # Pa K-1
    water_per_energy: jax.Array  # m3 J-1
    condensation: jax.Array  # kg m-2 d-1
    equilibrium: jax.Array  # kg m-2 d-1
    potential: jax.Array  # kg m-2 d-1


class DailyWater(NamedTuple):
    """Water of a day, each (cell,), in kg m-2; soil water at its end."""

    evaporation: jax.Array
    potential_evaporation: jax.Array
    condensation: jax.Array
    runoff: jax.Array
    soil_water: jax.Array
    ppfd: jax.Array  # mol m-2 d-1


def standard_pressure(elevation: jax.Array) -> jax.Array:
    """Air pressure [Pa] at `elevation` [m], a lapse of 6.5 K km-1 from 288.15 K (Davis et al. 2017, after Allen)."""
    lapse, warmth, gas_constant, air = 0.0065, 288.15, 8.31447, 0.028963  # K m-1, K, J mol-1 K-1, kg mol-1
    return 101325.0 * (1.0 - (lapse / warmth) * elevation) ** (9.80665 * air / (gas_constant * lapse))


def sun(day_of_year: jax.Array, days_in_year: jax.Array) -> Sun:
    """Anomaly, longitude, distance and declination on a day (Berger 1978, J. Atmos. Sci. 35, 2362)."""
    e, perihelion = ECCENTRICITY, math.radians(PERIHELION)
    mean = _mean_longitude_at_equinox() + (day_of_year - 80.0) * (2.0 * math.pi / days_in_year)
    m = mean - perihelion
    centre = (2.0 * e - e**3 / 4.0) * jnp.sin(m) + 1.25 * e**2 * jnp.sin(2.0 * m)
    anomaly = m + centre + (13.0 / 12.0) * e**3 * jnp.sin(3.0 * m)
    longitude = anomaly + perihelion
    distance = ((1.0 + e * jnp.cos(anomaly)) / (1.0 - e**2)) ** 2
    declination = jnp.arcsin(jnp.sin(longitude) * math.sin(math.radians(OBLIQUITY)))
    return Sun(anomaly % (2 * math.pi), longitude % (2 * math.pi), distance, declination)


def sunlight(place: Place, at: Sun, sunshine: jax.Array, temperature: jax.Array) -> Sunlight:
    """Radiation at `place` on a day with `sunshine` [0..1] and mean `temperature` [K] (Davis et al., sect. 2.1)."""
    latitude = jnp.deg2rad(place.latitude)
    horizontal = jnp.sin(at.declination) * jnp.sin(latitude)
    swing = jnp.cos(at.declination) * larger(jnp.cos(latitude), _POLE)
    clear = (CLOUDY_SKY + CLEAR_GAIN * sunshine) * (1.0 + ELEVATION_GAIN * place.elevation)
    beam = SOLAR_CONSTANT * at.distance_factor
    strength = (1.0 - SHORTWAVE_ALBEDO) * clear * beam
    warmth = LONGWAVE_OFFSET - (temperature - CELSIUS_ZERO)
    longwave = (LONGWAVE_CLOUDY + (1.0 - LONGWAVE_CLOUDY) * sunshine) * warmth
    sunset = _arccos(-horizontal / swing)
    crossover = _arccos((longwave - strength * horizontal) / (strength * swing))
    outside = (DAY_SECONDS / math.pi) * beam * (horizontal * sunset + swing * jnp.sin(sunset))
    ppfd = PHOTONS_PER_JOULE * (1.0 - VISIBLE_ALBEDO) * clear * outside
    net = _net_radiation(horizontal, swing, strength, longwave, sunset, crossover)
    return Sunlight(horizontal, swing, strength, longwave, sunset, crossover, clear, outside, ppfd, *net)


def evaporation(light: Sunlight, temperature: jax.Array, pressure: jax.Array) -> Evaporation:
    """Condensation, equilibrium and potential evaporation at T [K] and p [Pa] (Davis et al., sect. 2.2)."""
    celsius = temperature - CELSIUS_ZERO
    slope = _saturation_slope(celsius)
    latent = 1.91846e6 * (temperature / (temperature - 33.91)) ** 2  # Henderson-Sellers 1984
    density = water_density_chen(celsius, pressure)
    psychrometric = _specific_heat(celsius) * _AIR_OVER_VAPOUR * pressure / latent
    per_energy = slope / (latent * density * (slope + psychrometric))
    equilibrium = 1e3 * per_energy * light.net_day
    condensation = 1e3 * per_energy * jnp.abs(light.net_night)
    potential = (1.0 + ENTRAINMENT) * equilibrium
    return Evaporation(
        slope, latent, density, psychrometric, per_energy, condensation, equilibrium, potential
    )


def actual_evaporation(
    light: Sunlight, could: Evaporation, soil_water: jax.Array, capacity: jax.Array | float
) -> jax.Array:
    """Evaporation of a day [kg m-2], the smaller of supply and demand at each moment (Davis et al., eq. 22).

    Supply is proportional to `soil_water` over `capacity`, both [kg m-2], and constant in the day.
    """
    supply = SUPPLY_RATE * soil_water / capacity
    per_watt = 3.6e6 * (1.0 + ENTRAINMENT) * could.water_per_energy
    demand = per_watt * light.strength
    cosine = (supply / per_watt + light.longwave) / (light.strength * light.swing)
    limit = _arccos(cosine - light.horizontal / light.swing)
    rest = light.crossover - limit
    daylight = demand * light.swing * (jnp.sin(light.crossover) - jnp.sin(limit))
    constant = (demand * light.horizontal - per_watt * light.longwave) * rest
    return (24.0 / math.pi) * (supply * limit + daylight + constant)


def step(place: Place, soil_water: jax.Array, weather: Weather) -> tuple[jax.Array, DailyWater]:
    """One day of the bucket: soil water [kg m-2] (cell,) at its end, and the fluxes of the day.

    Rain and condensation come in, evaporation goes out, what the soil cannot hold runs off: closes exactly.
    """
    # Days counted by integers give 64-bit angles; the rest of the day follows its state.
    at = Sun(*(angle.astype(soil_water.dtype) for angle in sun(*weather[:2])))
    light = sunlight(place, at, weather.sunshine, weather.temperature)
    pressure = standard_pressure(place.elevation) if place.pressure is None else place.pressure
    could = evaporation(light, weather.temperature, pressure)
    wet = soil_water + weather.rain + could.condensation
    taken = smaller(actual_evaporation(light, could, soil_water, place.capacity), wet)
    left = wet - taken
    runoff = larger(left - place.capacity, 0.0)
    soil_water = (left - runoff).astype(soil_water.dtype)
    fluxes = DailyWater(taken, could.potential, could.condensation, runoff, soil_water, light.ppfd)
    return soil_water, fluxes


def run(place: Place, soil_water: jax.Array, weather: Weather) -> tuple[jax.Array, DailyWater]:
    """The bucket over all days of `weather`, from `soil_water` [kg m-2] (cell,); fluxes are (day, cell)."""
    return jax.lax.scan(lambda water, day: step(place, water, day), soil_water, weather)


def spin_up(place: Place, weather: Weather, soil_water: jax.Array, years: int = 10) -> jax.Array:
    """Soil water [kg m-2] (cell,) after the one year of `weather` has been repeated `years` times.

    A bucket that fills or empties once a year forgets its start; the published model stops within 1 kg m-2.
    """

    def year(water: jax.Array, _: None) -> tuple[jax.Array, None]:
        return run(place, water, weather)[0], None

    return jax.lax.scan(year, soil_water, None, length=years)[0]


def _mean_longitude_at_equinox() -> float:
    """Mean longitude of the Earth at the March equinox [rad] (Berger 1978, eq. 6)."""
    e, w = ECCENTRICITY, math.radians(PERIHELION)
    root = math.sqrt(1.0 - e**2)
    first = (e / 2.0 + e**3 / 8.0) * (1.0 + root) * math.sin(w)
    second = e**2 / 4.0 * (0.5 + root) * math.sin(2.0 * w)
    third = e**3 / 8.0 * (1.0 / 3.0 + root) * math.sin(3.0 * w)
    return 2.0 * (first - second + third)


def _net_radiation(
    horizontal: jax.Array,
    swing: jax.Array,
    strength: jax.Array,
    longwave: jax.Array,
    sunset: jax.Array,
    crossover: jax.Array,
) -> tuple[jax.Array, jax.Array]:
    """Positive and negative part of net radiation over a day [J m-2] (Davis et al., eqs 12 and 13, mended).

    The night part counts the twilight between `crossover` and `sunset` [rad] with its sunlight.
    """
    sine = jnp.sin(crossover)
    day = crossover * (strength * horizontal - longwave) + strength * swing * sine
    twilight = strength * (swing * (jnp.sin(sunset) - sine) + horizontal * (sunset - crossover))
    night = twilight - longwave * (math.pi - crossover)
    return (DAY_SECONDS / math.pi) * day, (DAY_SECONDS / math.pi) * night


def _saturation_slope(celsius: jax.Array) -> jax.Array:
    """Slope of saturation vapour pressure [Pa K-1] at degC (Allen et al. 1998, eq. 13)."""
    inverse = 1.0 / (celsius + 237.3)
    return 17.269 * 237.3 * 610.78 * jnp.exp(17.269 * celsius * inverse) * inverse * inverse


def _specific_heat(celsius: jax.Array) -> jax.Array:
    """Specific heat of humid air at constant pressure [J kg-1 K-1]."""
    warmth = within(celsius, 0.0, 100.0)
    total = jnp.full_like(warmth, _SPECIFIC_HEAT[-1])
    for coefficient in _SPECIFIC_HEAT[-2::-1]:
        total = total * warmth + coefficient
    return 1e3 * total


def _arccos(x: jax.Array) -> jax.Array:
    """Arc cosine [rad], 0 above 1 and pi below -1: a sun that never rises or never sets, with zero slope."""
    inside = jnp.abs(x) < 1.0
    return jnp.where(inside, jnp.arccos(jnp.where(inside, x, 0.0)), jnp.where(x > 0.0, 0.0, math.pi))
