"""Daily drivers of the land model from a monthly climatology: the weather generator, with sunlight, humidity,
pressure and wind estimated from what is known, so that a globe can be run without a reanalysis.

What is given and kept exactly: monthly means of temperature and precipitation. What is estimated: the daily
range of temperature (from sun, rain and the distance from the sea that the year's range betrays), sunlight
(from the sun and that range), humidity (from the night's lowest temperature and aridity), pressure (from
height), wind (a constant). These are estimates for climatological runs, not observations.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from tenbin.core.constants import SECONDS_PER_DAY, ZERO_CELSIUS
from tenbin.core.errors import Fault, raise_if_any
from tenbin.data.land_grids import chance, solar, weather
from tenbin.data.land_grids.calendar_means import daily_curve, month_of_day, monthly_means
from tenbin.data.towers.site_dataset import attributes_of

__all__ = [
    "ASSUMED",
    "Assumed",
    "daily_range",
    "daily_drivers",
    "dew_point",
    "from_table",
    "on_grid",
    "pressure_at",
    "saturation_pressure",
    "sunlight",
]

Floats = npt.NDArray[np.float64]


class Assumed(NamedTuple):
    """What the builder takes for granted where it has no measurement."""

    wind: float = 3.3
    """Wind speed at 10 m [m s-1]: mean of stations on land, Archer and Jacobson 2005, J. Geophys. Res. 110,
    D12110."""
    co2: float = 389e-6
    """Carbon dioxide [mol mol-1]: global mean of 2010 (NOAA GML)."""
    ch4: float = 1.80e-6
    """Methane [mol mol-1]: global mean of 2010 (NOAA GML)."""
    wet_range: float = 0.75
    """Daily range of temperature on a wet day over that on a dry day [1]; Thornton and Running 1999."""
    wet_dew: float = 0.1
    """How far the dew point is above its mean on wet and below it on dry days, over the daily range [1]; at nine
    temperate towers 0.09 of the range above the night's lowest on wet, 0.2 below it on dry days."""
    clearness_rate: float = 0.0042
    """How fast the share of sunlight grows with the daily range [K-2.4]; Bristow and Campbell 1984 find 0.004 to
    0.010 with clear skies of 0.7; chosen so that the land receives 183 W m-2 (Wild et al. 2015: 184)."""


ASSUMED = Assumed()


def daily_drivers(
    climatology: xr.Dataset, years: range | tuple[int, ...], seed: int = 0, assumed: Assumed = ASSUMED,
    dtype: npt.DTypeLike = np.float32,
) -> xr.Dataset:  # fmt: skip
    """Days of `years` (consecutive; real calendar) for every cell of `climatology`: a CF Dataset (time, cell), SI.

    `climatology` holds `tas` [K] and `pr` [kg m-2 s-1] (month 12, cell) and `elevation` [m], `lat` and `lon`
    (cell), as `noaa_climatology.land_cells` gives. Variables: tas, tasmin, tasmax, rsds, vpd, pr, ps, sfcWind,
    co2, ch4. Monthly means of tas and pr are those given, to rounding; tas is the mean of tasmin and tasmax;
    vpd is the mean of 24 hours. The same seed gives the same weather to a cell, whichever cells and years it
    is made with, save for the temperature's first weeks and its monthly adjustment at the ends.
    """
    raise_if_any(_faults(climatology, years))
    days = pd.date_range(f"{min(years)}-01-01", f"{max(years)}-12-31", freq="1D")
    fields = _fields(climatology, days, seed, assumed)
    variables = {
        name: (("time", "cell"), values.astype(dtype), attributes_of(name)) for name, values in fields.items()
    }
    keep = [name for name in ("lat", "lon", "elevation", "land_area", "cell_area") if name in climatology]
    made = xr.Dataset(variables, coords={"time": days} | {name: climatology[name] for name in keep})
    made.attrs = dict(climatology.attrs) | _says(seed, assumed)
    return made


def _says(seed: int, assumed: Assumed) -> dict[str, str | int]:
    words = "monthly tas and pr as given; daily weather generated; rsds, vpd, ps and sfcWind estimated"
    return {"seed": seed, "method": words, "assumed": str(assumed)}


def _faults(climatology: xr.Dataset, years: range | tuple[int, ...]) -> list[Fault]:
    where = "climatology"
    found = [
        Fault(where, name, "no such variable", "tas, pr, elevation, lat, lon by cell", "add it")
        for name in ("tas", "pr", "elevation", "lat", "lon")
        if name not in climatology
    ]
    if len(years) == 0 or list(years) != list(range(min(years), max(years) + 1)):
        found.append(
            Fault("drivers", "years", str(list(years)), "consecutive years", "name a range of years")
        )
    for name, low, high in (("tas", 180.0, 330.0), ("pr", 0.0, 0.01)):
        values = climatology[name].values if name in climatology else np.full((12, 1), low)
        if values.shape[0] != 12 or not ((values >= low) & (values <= high)).all():
            wanted = f"12 months of numbers from {low:g} to {high:g} {attributes_of(name)['units']}"
            absent = f"{int(np.isnan(values).sum())} missing"
            seen = f"shape {values.shape}, {np.nanmin(values):.4g} to {np.nanmax(values):.4g}, {absent}"
            found.append(Fault(where, name, seen, wanted, "convert the unit, or leave empty cells out"))
    return found


def _fields(
    climatology: xr.Dataset, days: pd.DatetimeIndex, seed: int, assumed: Assumed
) -> dict[str, Floats]:
    lat, height = climatology["lat"].values.astype(float), climatology["elevation"].values.astype(float)
    places = chance.place_keys(lat, climatology["lon"].values)
    air, water = climatology["tas"].values.astype(float), climatology["pr"].values.astype(float)
    celsius = air - float(ZERO_CELSIUS)
    years = len(np.unique(days.year))
    repeated = (np.tile(part, (years, 1)) for part in (air, water, weather.anomaly_spread(celsius)))
    months, rains, spread = repeated
    rain = weather.rainfall(rains, months - float(ZERO_CELSIUS), days, places, seed)
    warmth = weather.temperature(months, spread, days, places, seed)
    monthly_range = np.tile(daily_range(celsius, water * SECONDS_PER_DAY, lat), (years, 1))
    width = _range_of_days(monthly_range, rain.wet, days, assumed)
    when = np.asarray(days.day_of_year)[:, None]
    above, daylight = solar.top_of_atmosphere(lat[None, :], when), solar.day_length(lat[None, :], when)
    low, high = warmth - 0.5 * width, warmth + 0.5 * width
    ps = np.broadcast_to(pressure_at(height), warmth.shape)
    sun = sunlight(above, width, height, daylight, assumed)
    arid = _aridity(warmth, sun, ps, water)
    dew = dew_point(low, width, arid) + assumed.wet_dew * width * np.where(rain.wet, 1.0, -1.0)
    fields = {"tas": warmth, "tasmin": low, "tasmax": high, "rsds": sun, "pr": rain.amount, "ps": ps}
    fields["vpd"] = _deficit(low, high, dew)
    constants = {"sfcWind": assumed.wind, "co2": assumed.co2, "ch4": assumed.ch4}
    return fields | {
        name: np.broadcast_to(np.float64(value), warmth.shape) for name, value in constants.items()
    }


def daily_range(celsius: npt.ArrayLike, precipitation: npt.ArrayLike, latitude: npt.ArrayLike) -> Floats:
    """Daily range of temperature [K] (12, cell) from monthly temperature [degC], rain [mm d-1], latitude [degree].

    An estimate, 4 K plus what the sun adds, more under a dry sky and less near the sea:
    4 + s (5.2 + 6.8 exp(-P / 2)), s the square root of sunlight above the air over 400 W m-2 (at most 1); nearer
    the poles than 20 degrees it loses up to 30 % where Conrad's continentality 1.7 A / sin(|latitude| + 10) - 14
    (Conrad 1946, Trans. AGU 27, 663; A the year's range) is low. Gives about 16 K in the Sahara, 9-10 K in the
    Amazon, 8 K in a Siberian and 5-6 K in a west European winter.
    """
    air, rain = np.asarray(celsius, dtype=float), np.asarray(precipitation, dtype=float)
    lat = np.asarray(latitude, dtype=float)
    middle = np.array([15.5, 45, 74.5, 105, 135.5, 166, 196.5, 227.5, 258, 288.5, 319, 349.5])
    strength = np.sqrt(np.clip(solar.top_of_atmosphere(lat[None, :], middle[:, None]) / 400.0, 0.0, 1.0))
    inland = np.maximum(1.7 * np.ptp(air, axis=0) / np.sin(np.radians(np.abs(lat) + 10.0)) - 14.0, 0.0)
    damping = 1.0 - 0.3 * np.exp(-inland / 15.0) * np.clip((np.abs(lat) - 20.0) / 20.0, 0.0, 1.0)
    return np.asarray((4.0 + strength * (5.2 + 6.8 * np.exp(-rain / 2.0))) * damping)


def _range_of_days(
    monthly: Floats, wet: npt.NDArray[np.bool_], days: pd.DatetimeIndex, assumed: Assumed
) -> Floats:
    """Daily range (day, cell) [K], smaller on wet days, with the monthly means kept."""
    month = month_of_day(days)
    relative = np.where(wet, assumed.wet_range, 1.0)
    relative /= monthly_means(relative, month)[month]
    curve = np.maximum(daily_curve(monthly, month), 1.0)
    drawn = relative * curve
    return np.asarray(drawn * (monthly / monthly_means(drawn, month))[month])


def sunlight(
    above: npt.ArrayLike, width: npt.ArrayLike, height: npt.ArrayLike, daylight: npt.ArrayLike,
    assumed: Assumed = ASSUMED,
) -> Floats:  # fmt: skip
    """Sunlight at the ground [W m-2] from that `above` the air [W m-2], the daily range of temperature [K],
    height [m] and length of the day [s].

    Bristow and Campbell 1984 (Agric. For. Meteorol. 31, 159): clear (1 - exp(-b range^2.4)) of that above, with
    the clear sky's share 0.75 + 2e-5 z (Allen et al. 1998, FAO 56, equation 37). Days longer than 12 hours
    raise a larger range under the same clouds: there the range counts by (12 h / length)^0.4, an estimate
    without which the boreal summer would be a fifth too bright.
    """
    clear = np.minimum(0.75 + 2e-5 * np.asarray(height, dtype=float), 0.85)
    long = np.maximum(np.asarray(daylight, dtype=float), 0.5 * SECONDS_PER_DAY)
    counted = np.asarray(width, dtype=float) * (0.5 * SECONDS_PER_DAY / long) ** 0.4
    cloudless = -np.expm1(-assumed.clearness_rate * counted**2.4)
    return np.asarray(clear * cloudless * np.asarray(above, dtype=float))


def pressure_at(height: npt.ArrayLike) -> Floats:
    """Air pressure [Pa] at a height [m] of the standard atmosphere (ISO 2533).

    >>> round(float(pressure_at(1000.0)))
    89875
    """
    return np.asarray(101325.0 * (1.0 - 2.25577e-5 * np.asarray(height, dtype=float)) ** 5.25588)


def saturation_pressure(kelvin: npt.ArrayLike) -> Floats:
    """Pressure of saturated vapour over water [Pa]; 611.2 exp(17.62 t / (243.12 + t)), Sonntag 1990."""
    celsius = np.asarray(kelvin, dtype=float) - float(ZERO_CELSIUS)
    return np.asarray(611.2 * np.exp(17.62 * celsius / (243.12 + celsius)))


def _aridity(air: Floats, sun: Floats, ps: Floats, monthly_rain: Floats) -> Floats:
    """Potential evaporation of a day [mm] over the year's precipitation [mm] (day, cell), for `dew_point`.

    Potential evaporation of Priestley and Taylor 1972 with net radiation taken as 0.55 of sunlight; the
    precipitation is at least 80 mm, as in Thornton et al. 2000, Agric. For. Meteorol. 104, 255.
    """
    from tenbin.data.land_grids.noaa_climatology import MONTH_LENGTHS

    celsius = air - float(ZERO_CELSIUS)
    slope = saturation_pressure(air) * 17.62 * 243.12 / (243.12 + celsius) ** 2
    share = slope / (slope + 6.65e-4 * ps)
    heat = 2.501e6 - 2361.0 * celsius
    potential = 1.26 * share * 0.55 * sun * SECONDS_PER_DAY / heat
    year = (monthly_rain * MONTH_LENGTHS[:, None]).sum(axis=0) * SECONDS_PER_DAY
    return np.asarray(potential / np.maximum(year, 80.0))


def dew_point(lowest: npt.ArrayLike, width: npt.ArrayLike, aridity: npt.ArrayLike) -> Floats:
    """Dew point [K] from the day's lowest temperature [K], its range [K] and a day's potential evaporation over
    the year's precipitation [1]; at most the lowest temperature.

    Kimball, Running and Nemani 1997, Agric. For. Meteorol. 85, 87, equation 4: lowest x (-0.127 + 1.121 (1.003 -
    1.444 a + 12.312 a^2 - 32.766 a^3) + 0.0006 range); `aridity` is held within 0 to 0.1, their range.
    """
    low, a = np.asarray(lowest, dtype=float), np.clip(np.asarray(aridity, dtype=float), 0.0, 0.1)
    polynomial = 1.003 - a * (1.444 - a * (12.312 - 32.766 * a))
    return np.asarray(np.minimum(low * (-0.127 + 1.121 * polynomial + 0.0006 * np.asarray(width)), low))


def _deficit(low: Floats, high: Floats, dew: Floats) -> Floats:
    """Mean vapour pressure deficit of 24 hours [Pa]: saturation as the mean of both extremes' (FAO 56, eq. 12)."""
    saturated = 0.5 * (saturation_pressure(low) + saturation_pressure(high))
    return np.maximum(saturated - saturation_pressure(dew), 0.0)


def on_grid(drivers: xr.Dataset) -> xr.Dataset:
    """Drivers (time, cell) laid out as (time, lat, lon), NaN where there is no cell."""
    return drivers.set_index(cell=("lat", "lon")).unstack("cell").sortby(["lat", "lon"])


def from_table(
    tas: npt.ArrayLike, pr: npt.ArrayLike, lat: npt.ArrayLike, lon: npt.ArrayLike, elevation: npt.ArrayLike
) -> xr.Dataset:
    """A climatology of single places for `daily_drivers`: tas [K], pr [kg m-2 s-1] (12, cell), places (cell,)."""
    months = {"tas": (("month", "cell"), np.asarray(tas, dtype=float))}
    months["pr"] = (("month", "cell"), np.asarray(pr, dtype=float))
    height = {"elevation": ("cell", np.asarray(elevation, dtype=float))}
    places = {"lat": ("cell", np.asarray(lat, dtype=float)), "lon": ("cell", np.asarray(lon, dtype=float))}
    return xr.Dataset(months | height, coords={"month": np.arange(1, 13)} | places)
