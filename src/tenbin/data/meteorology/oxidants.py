"""The oxidants at hand, whole files or what comes with the package: monthly zonal means of OH, O(1D) and Cl.

The package has OH of CAMS (Inness et al. 2019, Atmos. Chem. Phys. 19, 3515) as means by mass of air over rows of 7.5
degrees and 20 layers of equal height in log pressure, and above 400 hPa O(1D) and Cl of CLaMS (Pommrich et al. 2014,
Geosci. Model Dev. 7, 2895) as they are. Contains modified Copernicus Atmosphere Monitoring Service information
(2005); neither the European Commission nor ECMWF is responsible for any use that may be made of it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import numpy as np
import xarray as xr

from tenbin.core.errors import Fault, InputError
from tenbin.core.provenance import atomic_path
from tenbin.data import catalog
from tenbin.data.meteorology import chemistry_fields
from tenbin.data.tidy import choose

__all__ = ["EMBEDDED", "FILE", "SOURCES", "at_hand", "origins", "read", "store"]

EMBEDDED = "embedded means"
"""Where an oxidant is from that comes with the package."""

FILE = "oxidants.npz"
SOURCES = {
    "oh_concentration": (
        "chem_oh_cams",
        "CAMS reanalysis of 2005 (ECMWF, by MPTRAC), Inness et al. (2019) Atmos. Chem. Phys. 19, 3515",
        "Copernicus: adapted and passed on with this notice. Contains modified Copernicus Atmosphere Monitoring "
        "Service information (2005); neither the European Commission nor ECMWF is responsible for its use.",
    ),
    "o1d": (
        "chem_radicals_clams",
        "CLaMS (Forschungszentrum Juelich), Pommrich et al. (2014) Geosci. Model Dev. 7, 2895, supplement",
        "CC-BY",
    ),
    "cl": (
        "chem_radicals_clams",
        "CLaMS (Forschungszentrum Juelich), Pommrich et al. (2014) Geosci. Model Dev. 7, 2895, supplement",
        "CC-BY",
    ),
}
"""Variable -> product it was averaged from, producer with citation, licence."""
_UNITS = {"oh_concentration": "mol m-3", "o1d": "mol mol-1", "cl": "mol mol-1"}
_DIGITS = 4
"""Significant digits that are kept."""


def origins(oh: str = "cams") -> dict[str, str]:
    """Where `at_hand` takes each oxidant from: its product, and the file or `EMBEDDED`. InputError as there."""
    told = {}
    for name, (product, file) in _files(oh).items():
        whole = _is_here(product, file)
        if not whole and product != SOURCES[name][0]:
            found = f"no {file}, and no means of it in the package, which its licence does not allow"
            remedy = f"set TENBIN_DATA to the folder that holds it (product {product}), or take 'cams'"
            raise InputError(Fault("oxidants", "oh", found, "OH that is at hand", remedy))
        told[name] = f"{product}: {file if whole else EMBEDDED}"
    return told


def at_hand(oh: str = "cams") -> dict[str, xr.DataArray]:
    """`oh_concentration` [mol m-3] of `oh` ("cams", "flexpart"), `o1d` and `cl` [mol mol-1] (month, level, lat).

    From the whole files where $TENBIN_DATA or the cache has them, else as `read` has them; nothing is downloaded.
    InputError where there is neither, as of FLEXPART's OH.
    """
    whole = {name for name, told in origins(oh).items() if not told.endswith(EMBEDDED)}
    fields = {name: read(name) for name in SOURCES if name not in whole}
    if "oh_concentration" in whole:
        fields["oh_concentration"] = chemistry_fields.read_oh(oh)["oh_concentration"]
    if "o1d" in whole:
        radicals = chemistry_fields.read_radicals()
        fields |= {name: radicals[name] for name in ("o1d", "cl")}
    return fields


def _files(oh: str) -> dict[str, tuple[str, str]]:
    radicals = chemistry_fields.RADICALS
    chosen = chemistry_fields.OH_SOURCES[choose(oh, chemistry_fields.OH_SOURCES, "source", "OH climatology")]
    return {"oh_concentration": chosen, "o1d": radicals, "cl": radicals}


def _is_here(product: str, file: str) -> bool:
    path = catalog.product(product).file(file).path
    return any((root / path).is_file() for root in catalog.search_roots())


def store(fields: Mapping[str, xr.DataArray], path: str | os.PathLike[str] | None = None) -> int:
    """Write `fields` (month, level, lat), each on axes of its own; returns the bytes that were written."""
    target = Path("src/tenbin/data/embedded") / FILE if path is None else Path(path)
    kept = {}
    for name, field in fields.items():
        kept[name] = _rounded(field.transpose("month", "level", "lat").values).astype("float32")
        kept[f"{name}_level"], kept[f"{name}_lat"] = field["level"].values, field["lat"].values
        kept[f"{name}_credit"] = np.array(SOURCES[name])
    with atomic_path(target) as partial, partial.open("wb") as stream:
        np.savez_compressed(stream, allow_pickle=False, **kept)
    return target.stat().st_size


def _rounded(values: np.ndarray) -> np.ndarray:
    """To a few significant digits, so that the file is small."""
    size = np.floor(np.log10(np.where(values > 0.0, values, 1.0)))
    unit = 10.0 ** (size - _DIGITS + 1)
    return np.asarray(np.round(values / unit) * unit)


def read(name: str) -> xr.DataArray:
    """`name` "oh_concentration" [mol m-3], "o1d" or "cl" [mol mol-1] (month, level, lat), as the readers of
    `chemistry_fields` have them; attributes `product`, `producer` and `licence` say whose it is."""
    with (
        resources.as_file(resources.files("tenbin.data") / "embedded" / FILE) as path,
        np.load(path, allow_pickle=False) as stored,
    ):
        values = stored[name].astype(float)
        axes = {"month": np.arange(1, 13), "level": stored[f"{name}_level"], "lat": stored[f"{name}_lat"]}
        credit = (str(text) for text in stored[f"{name}_credit"])
    said = dict(zip(("product", "producer", "licence"), credit, strict=True))
    made = xr.DataArray(values, axes, ("month", "level", "lat"), name, said | {"units": _UNITS[name]})
    made["level"].attrs.update({"units": "Pa", "standard_name": "air_pressure"})
    made["lat"].attrs.update({"units": "degrees_north", "standard_name": "latitude"})
    return made
