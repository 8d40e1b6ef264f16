"""What destroys methane and nitrous oxide: monthly zonal means of OH, O(1D) and Cl, and N2O of the stratosphere.

All come back as (month, level, lat) with `level` [Pa] from the ground up and `lat` from south to north. They are
zonal means: day and night, land and sea are averaged, and OH has to be scaled to methyl chloroform before it is used.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from tenbin.core.constants import AVOGADRO
from tenbin.data import catalog
from tenbin.data.inventories.tables import PathLike, source_path
from tenbin.data.meteorology.quantities import declared_unit
from tenbin.data.tidy import choose, fault
from tenbin.data.towers.site_dataset import open_netcdf

__all__ = ["OH_SOURCES", "number_density", "read_n2o", "read_oh", "read_radicals"]

OH_SOURCES = {"cams": ("chem_oh_cams", "cams_OH.nc"), "flexpart": ("chem_oh_flexpart", "flexpart_OH.nc")}
"""Whose OH -> product and file: CAMS reaches 1 hPa, FLEXPART's (of GEOS-Chem) 122 hPa."""

RADICALS = ("chem_radicals_clams", "clams_radical_species_vmr.nc")
NITROUS_OXIDE = ("chem_n2o_gozcards", "gozcards_N2O.nc")
MONTHS = 12
PER_CUBIC_CENTIMETRE = 1e6 / float(AVOGADRO)
"""From molecules cm-3 to mol m-3."""

_SPELLED = {
    "molecules/cm3": "molecules cm-3",
    "ppv": "mol mol-1",
    "mol/mol": "mol mol-1",
    "deg N": "degrees_north",
}
_CONCENTRATION = {"standard_name": "mole_concentration_of_hydroxyl_radical_in_air", "units": "mol m-3",
                  "long_name": "hydroxyl radical"}  # fmt: skip
_NAMES = {"OH": ("oh", "hydroxyl_radical"), "HO2": ("ho2", "hydroperoxyl_radical"),
          "O1D": ("o1d", ""), "Cl": ("cl", "atomic_chlorine"), "N2O": ("n2o", "nitrous_oxide")}  # fmt: skip


def read_oh(source: str = "cams", path: PathLike | None = None) -> xr.Dataset:
    """`oh_concentration` [mol m-3] (month, level, lat) of `source` ("cams" or "flexpart"); see `number_density`."""
    product, name = OH_SOURCES[choose(source, OH_SOURCES, "source", "OH climatology")]
    file = source_path(path, product, name)
    raw = _raw(file, {"OH": "molecules cm-3"})
    oh = (raw["OH"] * PER_CUBIC_CENTIMETRE).assign_attrs(_CONCENTRATION)
    return _credited(xr.Dataset({"oh_concentration": oh}), product, file)


def number_density(concentration: xr.DataArray) -> xr.DataArray:
    """Molecules cm-3 of a `concentration` [mol m-3], the unit of most of the literature on OH."""
    made = concentration / PER_CUBIC_CENTIMETRE
    return made.assign_attrs(concentration.attrs | {"units": "molecules cm-3", "standard_name": ""})


def read_radicals(path: PathLike | None = None) -> xr.Dataset:
    """Mole fractions [mol mol-1] `oh`, `ho2`, `o1d` (excited oxygen) and `cl` (month, level, lat) from CLaMS.

    The file calls them concentrations: they are mole fractions. A few below zero by round-off become zero.
    """
    product, name = RADICALS
    file = source_path(path, product, name)
    wanted = ("OH", "HO2", "O1D", "Cl")
    raw = _raw(file, dict.fromkeys(wanted, "mol mol-1"))
    made = {_NAMES[key][0]: _fraction(raw[key].clip(min=0.0), key) for key in wanted}
    return _credited(xr.Dataset(made), product, file)


def read_n2o(path: PathLike | None = None) -> xr.Dataset:
    """Mole fraction `n2o` [mol mol-1] (month, level, lat) of 2004 from satellites: NaN below 100, above 0.5 hPa."""
    product, name = NITROUS_OXIDE
    file = source_path(path, product, name)
    raw = _raw(file, {"N2O": "mol mol-1"})
    return _credited(xr.Dataset({"n2o": _fraction(raw["N2O"], "N2O")}), product, file)


def _fraction(values: xr.DataArray, key: str) -> xr.DataArray:
    name, species = _NAMES[key]
    said = {"units": "mol mol-1", "long_name": f"mole fraction of {key} in air"}
    if species:
        said["standard_name"] = f"mole_fraction_of_{species}_in_air"
    return values.drop_attrs().rename(name).assign_attrs(said)


def _raw(file: Path, units: dict[str, str]) -> xr.Dataset:
    """The file's variables of `units` (their name -> its unit) on canonical axes, once its layout is checked."""
    raw = open_netcdf(file)
    for name, unit in units.items():
        _expect(file, name, sorted(map(str, raw.data_vars)), name in raw, "such a variable")
        dims, size = raw[name].dims, raw.sizes.get("time")
        _expect(file, name, f"{dims} with {size} times", dims == ("time", "press", "lat") and size == MONTHS,
                "(time, press, lat) with 12 months")  # fmt: skip
        _require_unit(file, raw[name], unit)
    _require_unit(file, raw["press"], "hPa")
    _require_unit(file, raw["lat"], "degrees_north")
    level = raw["press"].values.astype(float) * 100.0
    said = {"units": "Pa", "standard_name": "air_pressure", "positive": "down", "axis": "Z"}
    north = {"units": "degrees_north", "standard_name": "latitude"}
    bare = raw[list(units)].drop_vars(["time", "press", "lat"], errors="ignore")
    named = bare.rename(time="month", press="level").assign_coords(
        month=("month", np.arange(1, MONTHS + 1), {"long_name": "month of the year", "units": "1"}),
        level=("level", level, said),
        lat=("lat", raw["lat"].values.astype(float), north),
    )
    return named.sortby("lat").sortby("level", ascending=False)


def _require_unit(file: Path, variable: xr.DataArray, unit: str) -> None:
    """The unit is read from `units`, or from `unit`, as some of these files have it."""
    found = str(declared_unit(variable))
    _expect(file, f"unit of {variable.name}", found, _SPELLED.get(found, found) == unit, unit)


def _expect(file: Path, name: str, found: Any, right: bool, expected: str) -> None:
    if not right:
        raise fault(file, name, str(found), expected, "use the version in the catalog")


def _credited(made: xr.Dataset, product: str, file: Path) -> xr.Dataset:
    entry = catalog.product(product)
    keys = ("title", "producer", "citation", "licence", "licence_class")
    made.attrs = {key: str(getattr(entry, key)) for key in keys} | {"product": product, "source": str(file)}
    return made
