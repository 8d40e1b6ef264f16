"""Real maps of land cover and soil: CF NetCDF with shares of plant types, checked before they are believed."""

from __future__ import annotations

import numpy as np
import xarray as xr

from tenbin.core.errors import Fault, raise_if_any
from tenbin.data.inventories.tables import PathLike
from tenbin.data.land_grids.land_cover import PLANT_TYPE_NAMES
from tenbin.data.towers.site_dataset import open_netcdf

__all__ = ["faults", "read"]

SHARES = ("ice_fraction", "crop_fraction", "rice_fraction", "wetland_fraction", "sand", "clay", "organic")
"""Optional maps of a share [0..1]; `ph` and `elevation` [m] may stand beside them."""

_RANGES = dict.fromkeys(SHARES, (0.0, 1.0)) | {"ph": (2.5, 11.0), "elevation": (-450.0, 8900.0)}
_ROUND_OFF = 1e-4


def read(path: PathLike) -> xr.Dataset:
    """A map with `plant_fraction` (plant_type, lat, lon) or (plant_type, cell) and any of SHARES, `ph`, `elevation`.

    The plant types are named by the coordinate `plant_type`, in any order, and those absent have none; they
    come back in the order of the land model, and shares of land without plants are added to `desert_sparse`.
    InputError lists every fault.
    """
    raw = open_netcdf(path)
    raise_if_any(faults(raw, str(path)))
    names = [str(name) for name in raw["plant_type"].values]
    ordered = raw.assign_coords(plant_type=names).reindex(plant_type=list(PLANT_TYPE_NAMES), fill_value=0.0)
    shares = ordered["plant_fraction"].clip(0.0, 1.0)
    bare = (1.0 - shares.sum("plant_type")).clip(min=0.0)
    is_bare = xr.DataArray([float(name == "desert_sparse") for name in PLANT_TYPE_NAMES], dims="plant_type")
    whole = shares + bare * is_bare
    known = raw["plant_fraction"].notnull().any("plant_type")
    ordered["plant_fraction"] = (whole / whole.sum("plant_type")).where(known).assign_attrs(units="1")
    return ordered.assign_attrs(raw.attrs | {"source_file": str(path)})


def faults(raw: xr.Dataset, where: str = "map") -> list[Fault]:
    """Every fault of a map: absent or unknown plant types, shares below 0, above 1 (in percent?) or that sum to more
    than 1, sand and clay above 1 together, numbers out of range, latitude beyond the poles, nothing but NaN."""
    if "plant_fraction" not in raw or "plant_type" not in raw.coords:
        present = ", ".join(map(str, raw.variables))
        expected = "plant_fraction along plant_type, whose coordinate names the types"
        return [Fault(where, "plant_fraction", f"only {present}", expected, "add them")]
    found = _name_faults([str(name) for name in raw["plant_type"].values], where)
    found += _share_faults(raw["plant_fraction"], where)
    for name, (low, high) in _RANGES.items():
        if name in raw:
            found += _range_faults(raw[name].values, name, low, high, where)
    if "sand" in raw and "clay" in raw and bool((raw["sand"] + raw["clay"] > 1.0 + _ROUND_OFF).any()):
        found.append(
            Fault(where, "sand + clay", "more than 1", "at most 1", "give both as shares of the mineral soil")
        )
    if "lat" in raw and not bool((abs(raw["lat"]) <= 90.0).all()):
        found.append(Fault(where, "lat", "beyond the poles", "-90 to 90", "check the coordinate"))
    return found


def _name_faults(names: list[str], where: str) -> list[Fault]:
    known = ", ".join(PLANT_TYPE_NAMES)
    unknown = [name for name in names if name not in PLANT_TYPE_NAMES]
    twice = sorted({name for name in names if names.count(name) > 1})
    found = [
        Fault(where, "plant_type", repr(name), f"one of {known}", "rename or merge it") for name in unknown
    ]
    return found + [
        Fault(where, "plant_type", f"{name!r} twice", "each once", "merge them") for name in twice
    ]


def _share_faults(shares: xr.DataArray, where: str) -> list[Fault]:
    found = _range_faults(shares.values, "plant_fraction", 0.0, 1.0, where)
    if not found:
        total = float(shares.sum("plant_type").max())
        if total > 1.0 + _ROUND_OFF:
            words = f"shares that sum to {total:.4g}"
            found = [Fault(where, "plant_fraction", words, "at most 1", "divide by their sum")]
    return found


def _range_faults(values: np.ndarray, name: str, low: float, high: float, where: str) -> list[Fault]:
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return [Fault(where, name, "nothing but missing values", "numbers", "give the map its values")]
    bad = finite[(finite < low - _ROUND_OFF) | (finite > high + _ROUND_OFF)]
    if bad.size == 0:
        return []
    hint = "divide by 100: these are percent" if high == 1.0 and 1.5 < bad.max() <= 100.0 else "correct them"
    found = f"{bad.size} value(s) from {bad.min():.4g} to {bad.max():.4g}"
    return [Fault(where, name, found, f"{low:g} to {high:g}", hint)]
