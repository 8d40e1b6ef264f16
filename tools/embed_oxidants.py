"""Write the embedded oxidants: OH of CAMS on few latitudes and layers, O(1D) and Cl of CLaMS above 400 hPa.

Run from the repository root with TENBIN_DATA set. FLEXPART's OH is not in the package: its only licence is that of a
program (GPL-3), which does not let it go out under another one.
"""

from __future__ import annotations

import os
import sys

import numpy as np
import xarray as xr

from tenbin.data.meteorology import chemistry_fields, oxidants

ROWS = np.linspace(-90.0, 90.0, 25)
"""Edges [degrees north]: 7.5 degrees."""
LAYERS = np.geomspace(1.05e5, 90.0, 21)
"""Edges [Pa] of layers of equal height in log pressure."""
FINE = 40
"""Points in each layer and each row that a mean is taken of."""
DEEPEST = 4e4
"""Pressure [Pa] from which O(1D) and Cl are kept, on their own axes: they grow tenfold in a layer or two, which means
of layers would miss, and count above the tropopause alone."""
LIMIT_BYTES = 120_000


def coarse(field: xr.DataArray) -> xr.DataArray:
    """Means of `field` (month, level, lat) over rows, by area, and layers, by mass of air; at their middles.

    Between its own points it is taken as linear in latitude and log pressure, beyond them as constant.
    """
    share = (np.arange(FINE) + 0.5) / FINE
    lat = (ROWS[:-1, None] + share * np.diff(ROWS)[:, None]).ravel()
    height = np.log(LAYERS)
    fine = np.exp(height[:-1, None] + share * np.diff(height)[:, None]).ravel()
    by_height = field.assign_coords(level=-np.log(field["level"])).sortby("level")
    within = {
        "level": np.clip(-np.log(fine), by_height["level"].min().item(), by_height["level"].max().item()),
        "lat": np.clip(lat, field["lat"].min().item(), field["lat"].max().item()),
    }
    values = (
        by_height.interp(level=within["level"])
        .interp(lat=within["lat"])
        .transpose("month", "level", "lat")
        .values
    )
    weight = fine[:, None] * np.cos(np.radians(lat))
    blocks = (len(LAYERS) - 1, FINE, len(ROWS) - 1, FINE)
    mean = (values * weight).reshape(12, *blocks).sum((2, 4)) / weight.reshape(blocks).sum((1, 3))
    middle = {
        "month": field["month"].values,
        "level": np.exp(0.5 * (height[1:] + height[:-1])),
        "lat": 0.5 * (ROWS[1:] + ROWS[:-1]),
    }
    return xr.DataArray(mean, middle, ("month", "level", "lat"), attrs=field.attrs)


def main() -> None:
    """Write all of them."""
    oh, radicals = chemistry_fields.read_oh("cams"), chemistry_fields.read_radicals()
    aloft = radicals.where(radicals["level"] <= DEEPEST, drop=True)
    made = {"oh_concentration": coarse(oh["oh_concentration"]), "o1d": aloft["o1d"], "cl": aloft["cl"]}
    size = oxidants.store(made)
    if size > LIMIT_BYTES:
        raise SystemExit(f"{size} bytes: more than the package may carry ({LIMIT_BYTES})")
    print(f"{', '.join(made)} in {size} bytes")


if __name__ == "__main__":
    if "TENBIN_DATA" not in os.environ:
        sys.exit("set TENBIN_DATA")
    main()
