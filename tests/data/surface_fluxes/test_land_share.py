"""Land where the Earth has it, on any grid."""

from __future__ import annotations

import numpy as np
import pytest

from tenbin.core.grid import regular_grid
from tenbin.data.surface_fluxes import land_share


@pytest.mark.parametrize("step", [2.5, 5.0, 1.0])
def test_land_covers_29_per_cent_of_the_globe(step):
    grid = regular_grid(step, step)
    share = land_share.on_grid(grid)
    assert share.min() >= 0.0 and share.max() <= 1.0 + 1e-12
    assert np.sum(share * grid.area) / np.sum(grid.area) == pytest.approx(0.292, abs=0.008)


@pytest.mark.parametrize(
    ("lat", "lon", "land"), [(0.0, 22.5, 1.0), (-87.5, 50.0, 1.0), (87.5, 50.0, 0.0), (0.0, -150.0, 0.0)]
)  # fmt: skip
def test_africa_both_poles_the_pacific_and_siberia(lat, lon, land):
    grid = regular_grid(5.0, 5.0)
    row, column = np.abs(grid.lat - lat).argmin(), np.abs(grid.lon - lon).argmin()
    assert land_share.on_grid(grid)[row, column] == pytest.approx(land, abs=0.02)
