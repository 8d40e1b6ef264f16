"""Fields in SI units: declared units are converted, others inferred only where numbers tell them."""

from __future__ import annotations

import numpy as np
import xarray as xr

from tenbin.core.constants import GRAVITY, ZERO_CELSIUS
from tenbin.core.errors import Fault, InputError
from tenbin.core.units import convert
from tenbin.core.variables import attributes
from tenbin.data.meteorology.names import Field

__all__ = ["WATER_DENSITY", "declared_unit", "numbers", "pressure_factor", "si"]

WATER_DENSITY = 1000.0
"""Mass of a cubic metre of rain [kg m-3], by which a depth of water becomes a mass."""

_SPELLINGS = {
    "mb": "mbar", "millibar": "mbar", "millibars": "mbar", "mb/day": "mbar day-1", "gpm": "m", "meters": "m",
    "metres": "m", "percent": "%", "(0 - 1)": "1", "fraction": "1", "C": "degC", "deg C": "degC",
    "degrees C": "degC", "celsius": "degC", "Celsius": "degC", "deg K": "K", "degK": "K", "Kelvin": "K",
    "kt": "knot", "kts": "knot", "knots": "knot",
}  # fmt: skip
_PRESSURE = {"Pa": 1.0, "hPa": 100.0}
# Highest pressure of levels or of the ground [Pa] that tells its unit without a declaration.
_LOWEST_TOP, _HIGHEST_TOP = 2e4, 1.2e5


def declared_unit(variable: xr.DataArray | xr.Variable, given: str | None = None) -> str | None:
    """The unit a caller gives, or the file declares as `units` or (against CF) `unit`, spelled as we read it."""
    unit = given or variable.attrs.get("units") or variable.attrs.get("unit")
    return None if unit is None else _SPELLINGS.get(str(unit).strip(), str(unit).strip())


def numbers(raw: xr.Dataset, name: str, where: str) -> np.ndarray:
    """Coordinate or variable `name` of `raw` as 64-bit numbers (n,); InputError if it has none, or others."""
    if name not in raw.variables:
        remedy = f"add the coordinate {name!r}"
        raise InputError(Fault(where, name, "a dimension without coordinate", "its values", remedy))
    values = np.atleast_1d(raw[name].values)
    if values.dtype.kind not in "iuf" or values.size == 0 or not np.isfinite(values).all():
        kind = "nothing" if values.size == 0 else f"values of type {values.dtype}, or missing ones"
        raise InputError(Fault(where, name, kind, "finite numbers", "mend the coordinate"))
    return values.astype(float)


def pressure_factor(values: np.ndarray, unit: str | None, name: str, where: str) -> float:
    """What turns pressures into Pa: by the declared `unit`, else by the size of the largest; InputError if neither.

    >>> pressure_factor(np.array([1000.0, 10.0]), None, "level", "file")
    100.0
    """
    if unit is not None:
        try:
            return float(convert(1.0, unit, "Pa"))
        except InputError as error:
            remedy = "give levels of pressure, or hybrid layers with hyam, hybm and P0"
            raise InputError(Fault(where, name, f"unit {unit!r}", "a unit of pressure", remedy)) from error
    largest = float(values.max())
    for factor in _PRESSURE.values():
        if _LOWEST_TOP <= largest * factor <= _HIGHEST_TOP:
            return factor
    found = f"no unit, and numbers up to {largest:g}"
    remedy = "declare the unit: attrs['units'] = 'Pa' or 'hPa'"
    raise InputError(Fault(where, name, found, "pressures in Pa or hPa", remedy))


def si(raw: xr.DataArray, field: Field, given: str | None, where: str) -> xr.DataArray:
    """`raw` in the unit of `field`, with its CF attributes only; lazy where `raw` is lazy.

    InputError: a unit that is unknown, of another kind, or not declared where numbers do not tell it.
    """
    name = field.variable.name
    if raw.dtype.kind not in "biuf":
        found = f"values of type {raw.dtype}"
        raise InputError(
            Fault(where, f"{name} ({raw.name})", found, "real numbers", "choose another: names=")
        )
    unit = declared_unit(raw, given)
    if unit is None:
        unit = _inferred(raw, field, where)
    try:
        values = _converted(raw, unit, field.variable.unit)
    except InputError as error:
        expected = f"something convertible to {field.variable.unit!r}"
        remedy = f"correct attrs['units'], or pass units={{{name!r}: ...}}"
        raise InputError(Fault(where, f"{name} ({raw.name})", repr(unit), expected, remedy)) from error
    if raw.name in field.downward:
        values = -values
    return values.assign_attrs(attributes(field.variable)).rename(name)


def _converted(raw: xr.DataArray, unit: str, target: str) -> xr.DataArray:
    plain = raw.drop_attrs()
    if target == "K":
        return _kelvin(plain, unit)
    try:
        factor = float(convert(1.0, unit, target))
    except InputError:
        factor = _through_physics(unit, target)
    return plain if factor == 1.0 else plain * factor


def _kelvin(values: xr.DataArray, unit: str) -> xr.DataArray:
    if unit == "degC":
        return values + float(ZERO_CELSIUS)
    return values * float(convert(1.0, unit, "K"))


def _through_physics(unit: str, target: str) -> float:
    """Factor between units that differ by a constant of nature: geopotential and height, depth and mass of rain."""
    if target == "m":
        return float(convert(1.0, unit, "m2 s-2")) / float(GRAVITY)
    if target == "kg m-2 s-1":
        return float(convert(1.0, unit, "m s-1")) * WATER_DENSITY
    return float(convert(1.0, unit, target))


def _inferred(raw: xr.DataArray, field: Field, where: str) -> str:
    """A unit that the numbers of the first time tell: Pa or hPa, K. Others (m s-1 or knots?) cannot be told."""
    name, target = field.variable.name, field.variable.unit
    label = f"{name} ({raw.name})"
    sample = np.asarray(raw.isel(time=0) if "time" in raw.dims else raw)
    sample = sample[np.isfinite(sample)]
    if sample.size == 0:
        raise InputError(Fault(where, label, "no unit and no values", "numbers", "give the field its values"))
    if target == "Pa":
        factor = pressure_factor(sample, None, label, where)
        return next(unit for unit, size in _PRESSURE.items() if size == factor)
    low, high = float(sample.min()), float(sample.max())
    if target == "K" and field.low <= low and high <= field.high:
        return "K"
    hint = ", which look like degC" if target == "K" and -130.0 < low and high < 70.0 else ""
    remedy = f"set attrs['units'], or pass units={{{name!r}: ...}}"
    found = f"no unit, and numbers from {low:.4g} to {high:.4g}{hint}"
    raise InputError(Fault(where, label, found, f"a declared unit convertible to {target!r}", remedy))
