"""What each field of the atmosphere is called: in our form, in CF, and in the files of those who make them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import xarray as xr

from tenbin.core.errors import Fault
from tenbin.core.variables import VARIABLES, Variable

__all__ = ["FIELDS", "Field", "match"]


@dataclass(frozen=True)
class Field:
    """One field: its CF `variable`, names it has in files, whether it has `levels`, and what is plausible in SI.

    `downward` lists names of fluxes that their producers count positive downward, and we upward.
    """

    variable: Variable
    aliases: tuple[str, ...]
    low: float
    high: float
    levels: bool = True
    static: bool = False
    downward: tuple[str, ...] = ()


def _field(name: str, long_name: str, unit: str, standard_name: str) -> Variable:
    return Variable(name, long_name, unit, standard_name)


_LEVELS = (
    Field(_field("ua", "eastward wind", "m s-1", "eastward_wind"),
          ("ua", "u", "u_component_of_wind", "U", "uwnd", "UGRD", "ugrdprs"), -250.0, 250.0),
    Field(_field("va", "northward wind", "m s-1", "northward_wind"),
          ("va", "v", "v_component_of_wind", "V", "vwnd", "VGRD", "vgrdprs"), -250.0, 250.0),
    Field(_field("ta", "temperature of the air", "K", "air_temperature"),
          ("ta", "t", "temperature", "T", "air", "TMP", "tmpprs"), 150.0, 340.0),
    # Spectral analyses overshoot a little below zero where the air is dry.
    Field(_field("hus", "specific humidity", "kg kg-1", "specific_humidity"),
          ("hus", "q", "specific_humidity", "Q", "SHUM", "shum", "SPFH", "spfhprs"), -1e-3, 0.1),
    Field(_field("hur", "relative humidity", "1", "relative_humidity"),
          ("hur", "r", "relative_humidity", "RELHUM", "rhum", "RH", "rhprs"), -0.2, 3.0),
    Field(_field("zg", "height of levels above the sea", "m", "geopotential_height"),
          ("zg", "gh", "geopotential_height", "z", "geopotential", "Z3", "hgt", "HGT", "hgtprs"), -2e3, 1e5),
    Field(_field("wap", "vertical motion in pressure", "Pa s-1", "lagrangian_tendency_of_air_pressure"),
          ("wap", "w", "vertical_velocity", "OMEGA", "omega", "VVEL", "vvelprs"), -50.0, 50.0),
)  # fmt: skip

_SURFACE = (
    Field(VARIABLES["ps"], ("ps", "sp", "surface_pressure", "PS", "pres", "PRES_surface", "pressfc"),
          45e3, 110e3, levels=False),
    Field(VARIABLES["tas"], ("tas", "t2m", "2m_temperature", "TREFHT", "2t", "tmp2m"),
          150.0, 345.0, levels=False),
    Field(_field("uas", "eastward wind at 10 m", "m s-1", "eastward_wind"),
          ("uas", "u10", "10m_u_component_of_wind", "10u", "ugrd10m"), -150.0, 150.0, levels=False),
    Field(_field("vas", "northward wind at 10 m", "m s-1", "northward_wind"),
          ("vas", "v10", "10m_v_component_of_wind", "10v", "vgrd10m"), -150.0, 150.0, levels=False),
    Field(VARIABLES["hfss"], ("hfss", "shf", "SHFLX", "shtfl", "shtflsfc"), -3e3, 3e3, levels=False,
          downward=("mean_surface_sensible_heat_flux", "msshf", "avg_ishf")),
    Field(VARIABLES["hfls"], ("hfls", "lhf", "LHFLX", "lhtfl", "lhtflsfc"), -3e3, 3e3, levels=False,
          downward=("mean_surface_latent_heat_flux", "mslhf", "avg_slhtf")),
    Field(VARIABLES["pr"], ("pr", "prate", "PRECT", "mtpr", "mean_total_precipitation_rate", "avg_tprate"),
          -1e-5, 0.1, levels=False),
    # Without levels, `z` is the geopotential of the ground.
    Field(_field("orog", "height of the ground above the sea", "m", "surface_altitude"),
          ("orog", "z", "geopotential_at_surface", "PHIS", "hgtsfc", "HGT_surface"),
          -1e3, 9e3, levels=False, static=True),
    Field(_field("sftlf", "share of land", "1", "land_area_fraction"),
          ("sftlf", "lsm", "land_sea_mask", "LANDFRAC", "landsfc"), -0.01, 1.01, levels=False, static=True),
)  # fmt: skip

FIELDS: dict[str, Field] = {field.variable.name: field for field in (*_LEVELS, *_SURFACE)}
"""Every field a reader knows, by the name it gets. `hur` only serves to make `hus`."""


def match(
    raw: xr.Dataset, vertical: tuple[str, ...], names: Mapping[str, str], where: str
) -> tuple[dict[str, str], list[Fault]]:
    """Our name -> name in the file `raw`, and faults: names that are not there, or several that would do.

    `vertical` lists the dimensions that are levels; `names` (ours -> theirs) goes before what is recognised.
    """
    found, faults = {}, [
        Fault(where, "names", repr(name), f"one of {', '.join(FIELDS)}", "use our names as keys")
        for name in names
        if name not in FIELDS
    ]  # fmt: skip
    for name, field in FIELDS.items():
        if name in names:
            if names[name] in raw.variables:
                found[name] = names[name]
            else:
                present = ", ".join(map(str, raw.data_vars))
                faults.append(
                    Fault(where, name, f"no {names[name]!r}", f"one of {present}", "correct names=")
                )
            continue
        fitting = [str(key) for key in raw.data_vars if _has_shape(raw[key], field, vertical)]
        known = [alias for alias in (*field.aliases, *field.downward) if alias in fitting]
        by_standard = [key for key in fitting if _means(raw[key], field) and key not in names.values()]
        if known:
            found[name] = known[0]
        elif len(by_standard) == 1:
            found[name] = by_standard[0]
        elif by_standard:
            several = " and ".join(by_standard)
            faults.append(Fault(where, name, several, "one variable", f"choose: names={{{name!r}: ...}}"))
    return found, faults


def _means(variable: xr.DataArray, field: Field) -> bool:
    standard = variable.attrs.get("standard_name")
    heights = {"geopotential"} if field.variable.name == "zg" else set()
    return bool(standard) and standard in {field.variable.standard_name} | heights


def _has_shape(variable: xr.DataArray, field: Field, vertical: tuple[str, ...]) -> bool:
    """Levels where the field has levels, none where it lies on the ground."""
    return field.levels == any(dim in vertical for dim in variable.dims) and variable.ndim >= 2
