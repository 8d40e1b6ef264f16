"""The shared form of a site: one CF Dataset on daily (or finer) time, SI units, weather and fluxes by CMIP names."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tenbin.core.constants import SECONDS_PER_DAY, ZERO_CELSIUS
from tenbin.core.variables import VARIABLES, Variable, attributes
from tenbin.data import catalog
from tenbin.data.tidy import fault

__all__ = [
    "CARBON_PER_DAY",
    "DRIVERS",
    "OBSERVATIONS",
    "WATER_PER_DAY",
    "attributes_of",
    "joined_places",
    "kelvin",
    "open_netcdf",
    "site_dataset",
]

DRIVERS = ("tas", "tasmin", "tasmax", "rsds", "vpd", "pr", "ps", "co2")
"""What drives the land model at a site; `lai` or `fapar`, `sfcWind` and `rlds` come with it where they exist."""

OBSERVATIONS = ("gpp", "nee", "reco", "et", "swc")
"""What a tower measures or infers; never filled. `nee` is positive to the air: `nbp` is its negative."""

CARBON_PER_DAY = 1e-3 / SECONDS_PER_DAY
"""From g C m-2 d-1 to kg C m-2 s-1."""
WATER_PER_DAY = 1.0 / SECONDS_PER_DAY
"""From mm d-1 (kg m-2 d-1) to kg m-2 s-1."""

_CARBON = "mass_flux_of_carbon_dioxide_expressed_as_carbon"
_OWN = {
    variable.name: variable
    for variable in (
        Variable("tasmin", "lowest air temperature of the day", "K", "air_temperature"),
        Variable("tasmax", "highest air temperature of the day", "K", "air_temperature"),
        Variable(
            "vpd", "vapour pressure deficit of the air", "Pa", "water_vapor_saturation_deficit_in_air"
        ),
        Variable("netrad", "net radiation", "W m-2", "surface_net_downward_radiative_flux", "", "down"),
        Variable("ppfd", "photon flux that plants can use", "mol m-2 s-1",
                 "surface_downwelling_photosynthetic_photon_flux_in_air", "", "down"),
        Variable("hfg", "heat into the ground", "W m-2", "downward_heat_flux_in_soil", "", "down"),
        Variable("ustar", "friction velocity", "m s-1"),
        Variable("fapar", "absorbed share of usable light", "1",
                 "fraction_of_surface_downwelling_photosynthetic_radiative_flux_absorbed_by_vegetation"),
        Variable("nee", "net ecosystem exchange of carbon", "kg m-2 s-1",
                 f"surface_net_upward_{_CARBON}_due_to_all_land_processes_excluding_anthropogenic_land_use_change",
                 "C", "up"),
        Variable("reco", "ecosystem respiration", "kg m-2 s-1",
                 f"surface_upward_{_CARBON}_due_to_respiration", "C", "up"),
        Variable("et", "evapotranspiration", "kg m-2 s-1", "water_evapotranspiration_flux", "H2O", "up"),
        Variable("swc", "water in the soil by volume", "1", "volume_fraction_of_condensed_water_in_soil"),
        Variable("cWood", "carbon in wood", "kg m-2", "stem_mass_content_of_carbon", "C"),
    )
}  # fmt: skip


def attributes_of(name: str) -> dict[str, str]:
    """CF attributes of a site variable or of its `<name>_uncertainty`.

    >>> attributes_of("gpp_uncertainty")["units"]
    'kg m-2 s-1'
    """
    base = name.removesuffix("_uncertainty").removesuffix("_quality")
    found = attributes(_OWN[base] if base in _OWN else VARIABLES[base])
    if name.endswith("_quality"):
        return {"long_name": f"share of measured or well filled values of {base}", "units": "1"}
    if name == base:
        return found
    standard = f"{found['standard_name']} standard_error" if "standard_name" in found else ""
    changed = {"long_name": f"uncertainty (one standard deviation) of {found['long_name']}"}
    return {key: value for key, value in (found | changed | {"standard_name": standard}).items() if value}


def kelvin(celsius: Any) -> Any:
    """Temperature [K] from [degC]."""
    return celsius + float(ZERO_CELSIUS)


def site_dataset(
    time: pd.DatetimeIndex,
    columns: Mapping[str, Any],
    product: str | None,
    source_file: str | os.PathLike[str],
    **facts: Any,
) -> xr.Dataset:
    """A site as CF Dataset on `time` from `columns` in SI units, with the credit of the catalog's `product`.

    `facts` become attributes (site, latitude and longitude [degree], elevation [m], igbp,
    mean_annual_temperature [K], mean_annual_precipitation [kg m-2 yr-1] ...); unknown numbers are NaN.
    Each column is (time,) or (time, layer).
    """
    variables = {}
    for name, values in columns.items():
        array = np.asarray(values, dtype=float)
        dims = ("time",) if array.ndim == 1 else ("time", "layer")
        variables[name] = (dims, array, attributes_of(name))
    day = {"standard_name": "time", "long_name": "start of the interval, local standard time"}
    made = xr.Dataset(variables, coords={"time": ("time", pd.DatetimeIndex(time), day)})
    made.attrs = _facts(facts) | _credit(product) | {"source_file": str(source_file)}
    return made


def _facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    known = {"site": "", "latitude": np.nan, "longitude": np.nan, "elevation": np.nan, "igbp": ""}
    known |= {"mean_annual_temperature": np.nan, "mean_annual_precipitation": np.nan}
    known |= {"time_convention": "a value stands at the start of its interval, in local standard time"}
    return {key: value for key, value in (known | dict(facts)).items() if value is not None}


def _credit(product: str | None) -> dict[str, str]:
    if product is None:
        return {}
    entry = catalog.product(product)
    keys = ("title", "producer", "citation", "licence", "licence_class")
    return {"product": product} | {key: str(getattr(entry, key)) for key in keys}


def open_netcdf(path: str | os.PathLike[str]) -> xr.Dataset:
    """A NetCDF file (classic or HDF5) in memory with its time axis as it stands; failures name the file."""
    try:
        with open(path, "rb") as stream:
            engine = "scipy" if stream.read(3) == b"CDF" else "h5netcdf"
        with xr.open_dataset(path, engine=engine, decode_cf=False) as opened:
            return xr.decode_cf(_with_whole_years(opened), decode_times=False).load()
    except FileNotFoundError as error:
        raise fault(path, "file", "no such file", "the file", "check the path, or set TENBIN_DATA") from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        found = f"no readable NetCDF ({str(error).splitlines()[0] if str(error) else error!r})"
        raise fault(path, "file", found, "a whole NetCDF file", "fetch the product again") from error


def _with_whole_years(raw: xr.Dataset) -> xr.Dataset:
    """`raw` with the years of reference dates in four digits: "since 1-1-1" is ambiguous, and old files say so."""
    for name in raw.variables:
        units = raw[name].attrs.get("units")
        if isinstance(units, str) and (short := re.match(r"(\w+ since )(\d{1,3})(-.*)", units)):
            raw[name].attrs["units"] = f"{short[1]}{int(short[2]):04d}{short[3]}"
    return raw


def joined_places(sites: Mapping[str, xr.Dataset]) -> pd.DataFrame:
    """One row a site: latitude, longitude, elevation, igbp and the like, from the attributes of `sites`."""
    place = ("latitude", "longitude", "elevation", "igbp")
    names = (*place, "mean_annual_temperature", "mean_annual_precipitation")
    rows = {site: {name: data.attrs.get(name) for name in names} for site, data in sites.items()}
    return pd.DataFrame.from_dict(rows, orient="index")
