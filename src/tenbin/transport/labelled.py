"""Columns with names, as readers give them, for the operators that know arrays only."""

from __future__ import annotations

import numpy as np
import xarray as xr

from tenbin.core.errors import Fault, raise_if_any
from tenbin.transport.columns import Soundings

__all__ = ["soundings_of"]

_NAMES = {
    "lat": ("obs",),
    "lon": ("obs",),
    "pressure_interfaces": ("obs", "interface"),
    "pressure_weights": ("obs", "layer"),
    "averaging_kernel": ("obs", "layer"),
    "prior_profile": ("obs", "layer"),
}
"""Variables in the order of `Soundings`, with their dimensions."""
_UNITS = {"pressure_interfaces": "Pa", "prior_profile": "mol mol-1"}


def soundings_of(observations: xr.Dataset) -> Soundings:
    """The soundings of `observations` (obs), units and dimensions checked; all faults at once."""
    where = str(observations.attrs.get("source_file", "observations"))
    faults = []
    for name, dims in _NAMES.items():
        if name not in observations.variables:
            present = ", ".join(sorted(map(str, observations.variables)))
            remedy = "give columns as `tenbin.data.columns` reads them"
            faults.append(Fault(where, name, f"not among {present}", "a variable", remedy))
        elif set(observations[name].dims) != set(dims):
            found = str(observations[name].dims)
            faults.append(Fault(where, name, f"dimensions {found}", str(dims), "rename the dimensions"))
        elif name in _UNITS and (unit := observations[name].attrs.get("units")) != _UNITS[name]:
            faults.append(Fault(where, f"unit of {name}", repr(unit), repr(_UNITS[name]), "convert it first"))
    raise_if_any(faults)
    return Soundings(*(_array(observations, name) for name in _NAMES))


def _array(observations: xr.Dataset, name: str) -> np.ndarray:
    return observations[name].transpose(*_NAMES[name]).values.astype(float)
