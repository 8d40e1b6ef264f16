"""The vertical coordinate: pressure, or hybrid layers p = a + b ps, in Pa and from the ground up."""

from __future__ import annotations

import numpy as np
import xarray as xr

from tenbin.core.errors import Fault, InputError
from tenbin.data.meteorology.quantities import declared_unit, numbers, pressure_factor

__all__ = ["NOMINAL", "faces", "level_pressure", "upward", "vertical"]

NOMINAL = 1e5
"""Pressure at the ground [Pa] for which the nominal pressure of hybrid layers is given."""

_A = ("hybrid_a", "hyam", "hyai", "hybrid_a_faces")
_B = ("hybrid_b", "hybm", "hybi", "hybrid_b_faces")
_ALWAYS_HYBRID = ("hybrid", "model_level", "pfull")
_SAID = {"units": "Pa", "positive": "down", "axis": "Z"}
_HYBRID = {
    "standard_name": "air_pressure",
    "long_name": "pressure of hybrid layers where ps is 1000 hPa",
} | _SAID
_PRESSURE = {"standard_name": "air_pressure", "long_name": "pressure"} | _SAID
# A product a / p0 is a share of some 1e5 Pa; a itself reaches ten thousands.
_LARGEST_SHARE = 1.5


def vertical(raw: xr.Dataset, dim: str, where: str) -> dict[str, tuple]:
    """Coordinates of the level dimension `dim` of `raw` in its own order, ready for `assign_coords` with `level`.

    Pressure: `level` [Pa]. Hybrid: also `hybrid_a` [Pa] and `hybrid_b` [1].
    InputError: no coordinate, a unit that cannot be told, hybrid levels without coefficients.
    """
    made = _hybrid(raw, dim, where) if _hybrid_declared(raw, dim) else _pressure(raw, dim, where)
    pressures = made["level"][1]
    if np.unique(pressures).size < pressures.size:
        found = "a level that stands twice"
        raise InputError(Fault(where, dim, found, "each level once", "mend the vertical axis"))
    return made


def _pressure(raw: xr.Dataset, dim: str, where: str) -> dict[str, tuple]:
    values = numbers(raw, dim, where)
    factor = pressure_factor(values, declared_unit(raw[dim]), dim, where)
    return {"level": ("level", values * factor, _PRESSURE)}


def _hybrid_declared(raw: xr.Dataset, dim: str) -> bool:
    """Hybrid layers: their axis says so, or has coefficients of its own, or of its size if it is not of pressure."""
    said = raw[dim].attrs if dim in raw.coords else {}
    kinds = (said.get("units"), said.get("standard_name"), said.get("long_name"))
    if dim in _ALWAYS_HYBRID or any("hybrid" in str(kind) for kind in kinds if "air_pressure" not in kinds):
        return True
    b = _coefficient(raw, _B[:2])
    return b is not None and (b.dims == (dim,) or ("units" not in said and b.size == raw.sizes[dim]))


def _hybrid(raw: xr.Dataset, dim: str, where: str) -> dict[str, tuple]:
    middle_a, middle_b = _coefficient(raw, _A[:2]), _coefficient(raw, _B[:2])
    if middle_a is None or middle_b is None:
        lacking = " and ".join(n for n, v in (("hyam", middle_a), ("hybm", middle_b)) if v is None)
        remedy = "add them from the description of the model: the pressure of hybrid levels needs both"
        raise InputError(Fault(where, dim, f"hybrid levels without {lacking}", "hyam, hybm and P0", remedy))
    if not middle_a.size == middle_b.size == raw.sizes[dim]:
        found = f"{middle_a.size} hyam and {middle_b.size} hybm for {raw.sizes[dim]} levels"
        raise InputError(Fault(where, dim, found, "one of each for a level", "give those of the middles"))
    for one in (middle_a, middle_b):
        numbers(raw, str(one.name), where)
    unit = _reference(raw, middle_a, where)
    a, b = middle_a.values * unit, middle_b.values.astype(float)
    return {
        "level": ("level", a + b * NOMINAL, _HYBRID),
        "hybrid_a": ("level", a, {"units": "Pa", "long_name": "part of the pressure that is constant"}),
        "hybrid_b": ("level", b, {"units": "1", "long_name": "share of the pressure at the ground"}),
    }


def faces(raw: xr.Dataset, where: str) -> dict[str, tuple]:
    """Coordinates `hybrid_a_faces` [Pa] and `hybrid_b_faces` [1] (level_face) as the file orders them."""
    a, b = _coefficient(raw, _A[2:]), _coefficient(raw, _B[2:])
    if a is None or b is None or a.size != b.size:
        return {}
    unit = _reference(raw, a, where)
    said = "of the faces between layers"
    return {
        "hybrid_a_faces": ("level_face", a.values * unit, {"units": "Pa", "long_name": f"hybrid_a {said}"}),
        "hybrid_b_faces": ("level_face", b.values * 1.0, {"units": "1", "long_name": f"hybrid_b {said}"}),
    }


def _coefficient(raw: xr.Dataset, names: tuple[str, ...]) -> xr.DataArray | None:
    present = [name for name in names if name in raw.variables]
    return raw[present[0]] if present else None


def _reference(raw: xr.Dataset, a: xr.DataArray, where: str) -> float:
    """Factor that turns the coefficient a into Pa: 1 where it is a pressure, P0 where it is a share of it."""
    if declared_unit(a) == "Pa" or float(np.abs(a).max()) > _LARGEST_SHARE:
        return 1.0
    if "P0" not in raw.variables:
        remedy = "add P0 [Pa] from the description of the model (1e5 in CAM)"
        raise InputError(Fault(where, "P0", "nothing", "the reference pressure of hyam", remedy))
    p0 = numbers(raw, "P0", where)
    return float(p0[0] * pressure_factor(p0, declared_unit(raw["P0"]), "P0", where))


def upward(data: xr.Dataset) -> xr.Dataset:
    """`data` with layers (and their faces) from the ground up, whatever order they came in."""
    pressure = data["level"].values
    if not (np.diff(pressure) < 0.0).all():
        data = data.isel(level=np.argsort(-pressure, kind="stable"))
    if "level_face" in data.dims:
        faces = data["hybrid_a_faces"].values + data["hybrid_b_faces"].values * NOMINAL
        data = data.isel(level_face=np.argsort(-faces, kind="stable"))
    return data


def level_pressure(data: xr.Dataset) -> xr.DataArray:
    """Pressure [Pa] of the middles: (level,), or for hybrid layers (time, level, lat, lon), lazy as `ps` is."""
    if "hybrid_a" not in data.coords:
        return data["level"].astype(float)
    made = data["hybrid_a"] + data["hybrid_b"] * data["ps"]
    return made.transpose("time", "level", "lat", "lon")
