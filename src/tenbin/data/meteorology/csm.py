"""A month of the NCAR Climate System Model on 18 hybrid layers: a free model, whose weather never was.

Trap: the file names the coefficients of its layers (hyam, hybm) and does not hold them. They are those of CCM3, its
atmosphere, and agree with the pressures that the file does hold.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from tenbin.data.inventories.tables import PathLike, source_path
from tenbin.data.meteorology.credits import credit
from tenbin.data.meteorology.opening import lazily
from tenbin.data.meteorology.reader import read as read_any
from tenbin.data.tidy import fault

__all__ = ["CCM3_HYBM", "P0", "ccm3_coefficients", "read"]

PRODUCT = "met_csm"
P0 = 1e5
"""Reference pressure of CCM3 [Pa]."""

CCM3_HYBM = np.array([
    0.0, 0.0, 0.0, 0.0, 0.018784884363413, 0.062048017978668, 0.11709871888161, 0.18476781249046,
    0.265043288469309, 0.356770157814029, 0.457452863454819, 0.56321024894714, 0.668910741806027,
    0.768524885177609, 0.855659365653988, 0.92422324419022, 0.96912252902985, 0.992528021335598,
])  # fmt: skip
"""Share of the pressure at the ground in CCM3's 18 layers, from the top, as they stand in codes that read its output;
the coordinate is that of Kiehl et al. (1996) NCAR/TN-420, whose five faces of pure pressure at the top and two of
pure sigma at the ground they give."""


def read(path: PathLike | None = None) -> xr.Dataset:
    """`ua va ta ps tas` (level 18, lat 64, lon 128) with `hybrid_a`, `hybrid_b` and the faces of the layers.

    The time is the end of the month in the model's own count of days.
    """
    file = source_path(path, PRODUCT, "csm_hybrid18_jan1980_T42.nc")
    raw = lazily(file)
    eta = raw["lev"].values.astype(float) * 100.0 / P0
    if eta.shape != CCM3_HYBM.shape or (eta - CCM3_HYBM).min() < -1e-6:
        remedy = "give a Dataset with hyam, hybm and P0 to meteorology.read"
        raise fault(file, "lev", f"{eta.size} levels that are not CCM3's", "its 18 layers", remedy)
    said = credit(PRODUCT, "free model", time_note="the end of the month; no such weather ever was")
    return read_any(raw.assign(ccm3_coefficients(eta)).assign(P0=P0), credit=said)


def ccm3_coefficients(eta: np.ndarray) -> dict[str, tuple[str, np.ndarray]]:
    """hyam, hybm (lev) and hyai, hybi (ilev) [1], from the top, of layers whose hyam + hybm is `eta` (18,).

    Middles are arithmetic means of faces, so that faces follow upward from the ground, where a is 0 and b is 1.
    """
    hyam = np.maximum(eta - CCM3_HYBM, 0.0)
    return {
        "hyam": ("lev", hyam),
        "hybm": ("lev", CCM3_HYBM),
        "hyai": ("ilev", _faces(hyam, 0.0)),
        "hybi": ("ilev", _faces(CCM3_HYBM, 1.0)),
    }


def _faces(middles: np.ndarray, ground: float) -> np.ndarray:
    """Faces (n + 1,) from the top, of `middles` (n,), beginning at the `ground`."""
    faces = [ground]
    for middle in middles[::-1]:
        faces.append(2.0 * middle - faces[-1])
    # The float32 pressures of the file leave a millionth of noise where CCM3 has an exact zero.
    return np.where(np.abs(faces[::-1]) < 2e-6, 0.0, faces[::-1])
