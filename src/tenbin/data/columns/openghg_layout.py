"""Columns in OpenGHG's layout brought to one form: layers from the ground up, in Pa and mol mol-1 of dry air.

Retrievals of GOSAT and OCO-2 give prior, kernel and pressure weights on levels, which are bounds of layers. A column
is then the sum of weights times values at levels, so each level stands for the dry air of its weight around it: these
are our layers. Their interfaces lie where the weights, summed up from the ground, put them: at ps (1 - sum of weights
below). They divide dry air, and end at no pressure.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr

from tenbin.core.errors import Fault, raise_if_any
from tenbin.data import catalog
from tenbin.data.inventories.tables import PathLike
from tenbin.data.towers.site_dataset import open_netcdf

__all__ = ["Layout", "decoded_times", "read_columns"]

Floats = npt.NDArray[np.float64]

_PARTS = {"1e-9": 1e-9, "ppb": 1e-9, "1e-6": 1e-6, "ppm": 1e-6, "mol mol-1": 1.0}
_PASCAL = {"hPa": 100.0, "Pa": 1.0}
_MISSING = -9999.0
"""Retrievals write -9999.99 and the like where they have nothing."""
_PLAUSIBLE = {"ch4": (1.2e-6, 2.8e-6), "co2": (3.2e-4, 6.0e-4)}
"""Columns [mol mol-1] of the satellite era; another unit falls outside."""
_GROUND = (3.0e4, 1.1e5)
_ON_LEVELS = ("averaging_kernel", "prior_profile", "pressure_weights", "pressure_levels")
_KEYS = ("title", "producer", "citation", "licence", "licence_class")


class Layout(NamedTuple):
    """What the names of variables hang on, and what no variable says: gas, satellite, calibration scale."""

    gas: str
    site: str
    scale: str

    def names(self) -> dict[str, str]:
        """Ours -> theirs."""
        column = f"x{self.gas}"
        return {
            "value": column, "uncertainty": f"{column}_uncertainty", "averaging_kernel": f"{column}_averaging_kernel",
            "prior_profile": f"{self.gas}_profile_apriori", "pressure_weights": "pressure_weights",
            "pressure_levels": "pressure_levels", "lat": "lat", "lon": "lon", "time": "time",
        }  # fmt: skip


def read_columns(path: PathLike, layout: Layout, product: str) -> xr.Dataset:
    """Observations (obs): `time`, `lat`, `lon`, `value` and `uncertainty` [mol mol-1], `gas`, `site`, `scale`; on
    layers from the ground up `averaging_kernel`, `pressure_weights` [1], `prior_profile` [mol mol-1] and
    `pressure_levels` [Pa]; and `pressure_interfaces` (obs, interface) [Pa].

    InputError lists all faults of a file: absent variables, units, missing numbers, weights, order, size.
    """
    raw = open_netcdf(path)
    raise_if_any(_absent(raw, layout, path))
    found, faults = _in_our_units(raw, layout, path)
    raise_if_any(faults)
    upward = _from_the_ground(found)
    raise_if_any(_odd(upward, layout, path))
    return _labelled(upward, raw, layout).assign_attrs(_credit(product, path, raw))


def _absent(raw: xr.Dataset, layout: Layout, path: PathLike) -> list[Fault]:
    remedy = "give a column file of OpenGHG of this gas"
    present = ", ".join(sorted(map(str, raw.variables)))
    faults = []
    for ours, theirs in layout.names().items():
        dims = ("time", "lev") if ours in _ON_LEVELS else ("time",)
        if theirs not in raw.variables:
            found, expected = f"no such variable among {present}", f"a variable {theirs!r}"
            faults.append(Fault(str(path), theirs, found, expected, remedy))
        elif raw[theirs].dims != dims:
            faults.append(Fault(str(path), theirs, f"dimensions {raw[theirs].dims}", str(dims), remedy))
    return faults


def _in_our_units(
    raw: xr.Dataset, layout: Layout, path: PathLike
) -> tuple[dict[str, npt.NDArray], list[Fault]]:
    factors = {"value": _PARTS, "uncertainty": _PARTS, "prior_profile": _PARTS, "pressure_levels": _PASCAL}
    made, faults = {}, []
    for ours, theirs in layout.names().items():
        if ours == "time":
            made[ours], unread = decoded_times(raw, path)
            faults += unread
            continue
        unit, known = str(raw[theirs].attrs.get("units", "")), factors.get(ours)
        if known is not None and unit not in known:
            expected = f"one of {', '.join(known)}"
            faults.append(
                Fault(str(path), f"unit of {theirs}", repr(unit), expected, "state the unit of the file")
            )
        values = raw[theirs].values.astype(float)
        made[ours] = np.where(values <= _MISSING, np.nan, values) * (known or {}).get(unit, 1.0)
    return made, faults


def decoded_times(raw: xr.Dataset, path: PathLike) -> tuple[npt.NDArray, list[Fault]]:
    """Times of `raw` [UTC], which `open_netcdf` leaves as numbers, or the fault of their unit."""
    try:
        times = xr.decode_cf(raw[["time"]])["time"].values
    except (ValueError, TypeError, OverflowError):
        times = np.empty(0)
    if times.dtype.kind == "M":
        return times.astype("datetime64[ns]"), []
    unit, remedy = repr(raw["time"].attrs.get("units", "")), "state the unit of time as CF does"
    expected = "'seconds since 2016-01-01' or the like"
    none = np.full(raw["time"].shape, np.datetime64("NaT", "ns"))
    return none, [Fault(str(path), "unit of time", unit, expected, remedy)]


def _from_the_ground(found: dict[str, npt.NDArray]) -> dict[str, npt.NDArray]:
    """Each sounding turned so that its pressure falls: OCO-2 begins in space, GOSAT at the ground."""
    pressure = found["pressure_levels"]
    up = (pressure[:, 0] >= pressure[:, -1])[:, None]
    return {
        name: np.where(up, values, values[:, ::-1]) if values.ndim == 2 else values
        for name, values in found.items()
    }


def _odd(found: dict[str, npt.NDArray], layout: Layout, path: PathLike) -> list[Fault]:
    pressure, weights, value = found["pressure_levels"], found["pressure_weights"], found["value"]
    low, high = _PLAUSIBLE[layout.gas]
    prior = np.nansum(found["prior_profile"] * weights, axis=1)
    wrong = {
        "missing numbers": ~np.all([_whole(values) for values in found.values()], axis=0),
        "pressure levels that do not fall upwards": ~(np.diff(pressure, axis=1) < 0.0).all(axis=1),
        "a ground not between 300 and 1100 hPa": ~((pressure[:, 0] >= _GROUND[0]) & (pressure[:, 0] <= _GROUND[1])),
        "pressure weights that do not sum to one": ~(np.abs(weights.sum(axis=1) - 1.0) < 1e-4),
        f"a column not between {low:g} and {high:g} mol mol-1": ~((value >= low) & (value <= high)),
        f"a prior column not between {low:g} and {high:g} mol mol-1": ~((prior >= low) & (prior <= high)),
    }  # fmt: skip
    remedy = "leave these soundings out, or mend units and order"
    return [
        Fault(
            str(path),
            f"soundings {np.flatnonzero(bad)[:3].tolist()}",
            f"{what} ({int(bad.sum())})",
            "none",
            remedy,
        )
        for what, bad in wrong.items()
        if bad.any()
    ]


def _whole(values: npt.NDArray) -> npt.NDArray[np.bool_]:
    """Whether each sounding has all of its numbers."""
    good = ~np.isnat(values) if values.dtype.kind == "M" else np.isfinite(values)
    return good.reshape(len(values), -1).all(axis=1)


def interfaces(ground: Floats, weights: Floats) -> Floats:
    """Pressures (obs, layer + 1) [Pa] that divide the air above `ground` (obs,) [Pa] by `weights` (obs, layer).

    >>> interfaces(np.array([1000.0]), np.array([[0.25, 0.75]])).tolist()
    [[1000.0, 750.0, 0.0]]
    """
    above = 1.0 - np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True)
    above[:, -1] = 0.0
    return ground[:, None] * np.concatenate([np.ones((len(ground), 1)), above], axis=1)


def _labelled(found: dict[str, npt.NDArray], raw: xr.Dataset, layout: Layout) -> xr.Dataset:
    said = {
        "value": {"units": "mol mol-1", "long_name": f"column mean of {layout.gas} in dry air"},
        "uncertainty": {"units": "mol mol-1", "long_name": "one standard deviation, as the retrieval states it"},
        "prior_profile": {"units": "mol mol-1"}, "averaging_kernel": {"units": "1"},
        "pressure_weights": {"units": "1"},
        "pressure_levels": {"units": "Pa"}, "lat": {"units": "degrees_north"}, "lon": {"units": "degrees_east"},
    }  # fmt: skip
    made = {
        name: (("obs", "layer")[: values.ndim], values, said.get(name, {})) for name, values in found.items()
    }
    bounds = interfaces(found["pressure_levels"][:, 0], found["pressure_weights"])
    note = "bounds of layers by shares of dry air"
    words = {key: ("obs", np.full(len(bounds), word)) for key, word in layout._asdict().items()}
    made["pressure_interfaces"] = (("obs", "interface"), bounds, {"units": "Pa", "comment": note})
    return xr.Dataset(made | words).set_coords(["time", "lat", "lon"])


def _credit(product: str, path: PathLike, raw: xr.Dataset) -> dict[str, str]:
    entry = catalog.product(product)
    facts = {key: str(getattr(entry, key)) for key in _KEYS}
    return facts | {
        "product": product,
        "source_file": str(path),
        "history": str(raw.attrs.get("history", "")),
    }
