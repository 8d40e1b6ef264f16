"""The registry of variables: CMIP short name, CF standard name, unit, sign, and whose mass is counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from tenbin.core.errors import Fault, InputError

__all__ = ["FLUXES", "VARIABLES", "Variable", "attributes", "lookup", "upward_from_downward"]

Positive = Literal["up", "down"]


@dataclass(frozen=True)
class Variable:
    """One variable: `unit` in SI, `mass_of` the substance that is counted, `positive` the sense of a flux.

    `standard_name` is empty where the CF table has no fitting name.
    """

    name: str
    long_name: str
    unit: str
    standard_name: str = ""
    mass_of: str = ""
    positive: Positive | None = None


_CARBON = "mass_flux_of_carbon_dioxide_expressed_as_carbon"
_FLUX = "kg m-2 s-1"


def _carbon(name: str, long_name: str, standard_name: str, positive: Positive) -> Variable:
    return Variable(name, long_name, _FLUX, standard_name, "C", positive)


_BIOSPHERE = (
    _carbon(
        "gpp", "gross primary production", "gross_primary_productivity_of_biomass_expressed_as_carbon", "down"
    ),
    _carbon(
        "npp", "net primary production", "net_primary_productivity_of_biomass_expressed_as_carbon", "down"
    ),
    _carbon("ra", "autotrophic respiration", f"surface_upward_{_CARBON}_due_to_plant_respiration", "up"),
    _carbon(
        "rh", "heterotrophic respiration", f"surface_upward_{_CARBON}_due_to_heterotrophic_respiration", "up"
    ),
    _carbon(
        "nbp", "net biome production", f"surface_net_downward_{_CARBON}_due_to_all_land_processes", "down"
    ),
    _carbon(
        "nep",
        "net ecosystem production",
        f"surface_net_downward_{_CARBON}_due_to_all_land_processes_excluding_anthropogenic_land_use_change",
        "down",
    ),
    _carbon(
        "fFire",
        "carbon dioxide from fires",
        f"surface_upward_{_CARBON}_due_to_emission_from_fires_excluding_anthropogenic_land_use_change",
        "up",
    ),
    _carbon(
        "fLuc",
        "net carbon dioxide from land-use change",
        f"surface_net_upward_{_CARBON}_due_to_emission_from_anthropogenic_land_use_change",
        "up",
    ),
    _carbon("fgco2", "uptake of carbon dioxide by the ocean", f"surface_downward_{_CARBON}", "down"),
    Variable(
        "wetlandCH4",
        "net methane from wetlands",
        _FLUX,
        "surface_net_upward_mass_flux_of_methane_due_to_emission_from_wetland_biological_processes",
        "CH4",
        "up",
    ),
    Variable(
        "fN2O",
        "nitrous oxide from vegetation, litter and soil",
        _FLUX,
        "surface_upward_mass_flux_of_nitrous_oxide_expressed_as_nitrogen_out_of_vegetation_and_litter_and_soil",
        "N",
        "up",
    ),
    Variable("cVeg", "carbon in vegetation", "kg m-2", "vegetation_carbon_content", "C"),
    Variable("cLitter", "carbon in litter", "kg m-2", "litter_mass_content_of_carbon", "C"),
    Variable("cSoil", "carbon in soil", "kg m-2", "soil_mass_content_of_carbon", "C"),
    Variable("lai", "leaf area index", "1", "leaf_area_index"),
)

_WATER_AND_HEAT = (
    Variable("tsl", "temperature of soil", "K", "soil_temperature"),
    Variable("mrso", "water in soil", "kg m-2", "mass_content_of_water_in_soil", "H2O"),
    Variable("mrsol", "water in a layer of soil", "kg m-2", "mass_content_of_water_in_soil_layer", "H2O"),
    Variable("mrro", "runoff", _FLUX, "runoff_flux", "H2O"),
    Variable("mrros", "surface runoff", _FLUX, "surface_runoff_flux", "H2O"),
    Variable("snw", "snow on the ground", "kg m-2", "surface_snow_amount", "H2O"),
    Variable("evspsbl", "evapotranspiration", _FLUX, "water_evapotranspiration_flux", "H2O", "up"),
    Variable("tran", "transpiration", _FLUX, "transpiration_flux", "H2O", "up"),
    Variable("hfls", "latent heat to the air", "W m-2", "surface_upward_latent_heat_flux", "", "up"),
    Variable("hfss", "sensible heat to the air", "W m-2", "surface_upward_sensible_heat_flux", "", "up"),
)

_WEATHER = (
    Variable("tas", "air temperature near the ground", "K", "air_temperature"),
    Variable("pr", "precipitation", _FLUX, "precipitation_flux", "H2O", "down"),
    Variable("prsn", "snowfall", _FLUX, "snowfall_flux", "H2O", "down"),
    Variable("huss", "specific humidity near the ground", "1", "specific_humidity"),
    Variable("hurs", "relative humidity near the ground", "%", "relative_humidity"),
    Variable("ps", "pressure at the ground", "Pa", "surface_air_pressure"),
    Variable("sfcWind", "wind speed near the ground", "m s-1", "wind_speed"),
    Variable("rsds", "sunlight", "W m-2", "surface_downwelling_shortwave_flux_in_air", "", "down"),
    Variable(
        "rlds", "heat radiation of the sky", "W m-2", "surface_downwelling_longwave_flux_in_air", "", "down"
    ),
)

_AIR = (
    Variable("co2", "carbon dioxide in dry air", "mol mol-1", "mole_fraction_of_carbon_dioxide_in_dry_air"),
    Variable("ch4", "methane in dry air", "mol mol-1", "mole_fraction_of_methane_in_dry_air"),
    Variable("n2o", "nitrous oxide in dry air", "mol mol-1", "mole_fraction_of_nitrous_oxide_in_dry_air"),
    Variable("mcf", "methyl chloroform (CH3CCl3) in dry air", "mol mol-1"),
    Variable("areacella", "area of a grid cell", "m2", "cell_area"),
)

VARIABLES: dict[str, Variable] = {v.name: v for v in (*_BIOSPHERE, *_WATER_AND_HEAT, *_WEATHER, *_AIR)}
"""State, fluxes and mole fractions by CMIP short name; `co2`, `ch4` and `n2o` are mole fractions here."""

FLUXES: dict[str, Variable] = {
    gas: Variable(gas, f"net flux of {formula} to the air", _FLUX, "", formula, "up")
    for gas, formula in {"co2": "CO2", "ch4": "CH4", "n2o": "N2O", "mcf": "CH3CCl3"}.items()
}
"""Variables of a dataset of fluxes, by gas: kg of the gas itself, positive to the air."""


def lookup(name: str) -> Variable:
    """The variable of a CMIP short name; InputError with the nearest names if there is none.

    >>> lookup("fN2O").mass_of
    'N'
    """
    if name in VARIABLES:
        return VARIABLES[name]
    from difflib import get_close_matches

    near = get_close_matches(name, VARIABLES, cutoff=0.5) or sorted(VARIABLES)
    raise InputError(Fault("variable", "name", repr(name), "a registered name", f"perhaps {', '.join(near)}"))


def attributes(variable: Variable) -> dict[str, str]:
    """CF attributes of a variable, for the attrs of a DataArray; empty ones are left out.

    >>> attributes(lookup("tsl"))["units"]
    'K'
    """
    pairs = {
        "standard_name": variable.standard_name,
        "long_name": variable.long_name,
        "units": variable.unit,
        "mass_of": variable.mass_of,
        "positive": variable.positive or "",
    }
    return {key: value for key, value in pairs.items() if value}


def upward_from_downward(flux: Any) -> Any:
    """A flux counted positive downward, counted positive upward: the one place where that sign is turned.

    For example `nbp` (surface_net_downward_mass_flux_of_carbon_dioxide_expressed_as_carbon_due_to_all_land_
    processes) becomes the net flux of carbon to the air (surface_upward_...). The unit stays.
    """
    return -flux
