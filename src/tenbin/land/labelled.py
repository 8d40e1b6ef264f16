"""Where labels meet the land model: named drivers with units in, arrays (time, cell) out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tenbin.core.arrays import jnp
from tenbin.core.errors import Fault, raise_if_any
from tenbin.land import radiation
from tenbin.land.drivers import DRIVER_UNITS, Drivers, Surface, daily, surface
from tenbin.land.plant_types import index_of

__all__ = ["drivers_of", "plant_type_of_class", "site_surface"]

_NEEDED = ("tas", "tasmin", "tasmax", "rsds", "vpd", "pr", "co2", "lai")
_OPTIONAL = (
    "ps",
    "sfcWind",
    "ch4",
    "nitrogen_deposition",
    "fertiliser",
    "burned_fraction",
    "flooded",
    "conversion",
    "wood_harvest",
    "sown",
)
_WARM = 293.15
_COLD = 276.15


def drivers_of(ds: xr.Dataset, latitude: np.ndarray, dtype: str = "float64") -> Drivers:
    """Drivers (time, cell) from a Dataset with dims (time,) or (time, cell) and the CMIP names and units.

    `latitude` [deg north] has shape (cell,). The sun's course is worked out from it and the day of the year.
    Raises InputError naming every variable that is absent.
    """
    missing = [name for name in _NEEDED if name not in ds]
    raise_if_any(
        Fault("drivers", name, "nothing", f"a variable in {DRIVER_UNITS[name]}", "add it to the drivers")
        for name in missing
    )
    given: dict[str, Any] = {name: _columns(ds[name]) for name in (*_NEEDED, *_OPTIONAL) if name in ds}
    day = pd.DatetimeIndex(ds["time"].values).day_of_year.to_numpy(float)
    sun = radiation.solar_geometry(jnp.asarray(latitude)[None, :], jnp.asarray(day)[:, None])
    given |= {
        "day_length": sun.day_length,
        "sin_noon_elevation": sun.sin_noon_elevation,
        "clearness": radiation.clearness_index(jnp.asarray(given["rsds"]), sun.top_of_atmosphere),
    }
    return daily(dtype, **given)


def _columns(values: xr.DataArray) -> np.ndarray:
    array = values.transpose("time", ...).to_numpy().astype(float)
    return array.reshape(array.shape[0], -1)


def site_surface(attributes: list[dict[str, Any]], dtype: str = "float64") -> Surface:
    """The ground under flux towers (cell,), from their position, height and vegetation class."""
    kinds = [plant_type_of_class(str(a["igbp"]), float(a["mean_annual_temperature"])) for a in attributes]
    return surface(
        dtype,
        latitude=jnp.asarray([float(a["latitude"]) for a in attributes]),
        elevation=jnp.asarray([float(a["elevation"]) for a in attributes]),
        plant_type=jnp.asarray([index_of(kind) for kind in kinds]),
    )


def plant_type_of_class(igbp: str, mean_temperature: float) -> str:
    """The plant type of an IGBP land-cover class where the year's mean temperature is `mean_temperature` [K].

    The class does not say how plants close their year nor the pathway of grasses: warmth (20 degC, 3 degC) does.

    >>> plant_type_of_class("GRA", 299.0), plant_type_of_class("ENF", 270.0)
    ('c4_grass', 'boreal_evergreen_needleleaf')
    """
    warm, cold = mean_temperature > _WARM, mean_temperature < _COLD
    needle = "boreal_evergreen_needleleaf" if cold else "temperate_evergreen_needleleaf"
    leafy = "tropical_evergreen_broadleaf" if warm else "temperate_evergreen_broadleaf"
    grass = "c4_grass" if warm else "tundra" if cold else "c3_grass"
    table = {
        "ENF": needle,
        "MF": needle,
        "DNF": "boreal_deciduous_needleleaf",
        "EBF": leafy,
        "DBF": "tropical_raingreen_broadleaf" if warm else "temperate_deciduous_broadleaf",
        "SAV": "tropical_raingreen_broadleaf" if warm else "temperate_deciduous_broadleaf",
        "WSA": "tropical_raingreen_broadleaf" if warm else "temperate_deciduous_broadleaf",
        "CSH": "shrub",
        "OSH": "tundra" if cold else "shrub",
        "CRO": "crop",
        "CVM": "crop",
        "BSV": "desert_sparse",
    }
    return table.get(igbp, grass)
