"""What people and fire do to tiles is estimated for each tile by its plants, and a run may leave it out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tenbin.land.plant_types import index_of
from tenbin.workflow.land_estimates import disturbances

KINDS = np.array([index_of(name) for name in ("crop", "c4_grass", "temperate_deciduous_broadleaf")])


@pytest.fixture(scope="module")
def weather():
    """Two years of a savanna's weather at three tiles of one place."""
    time = pd.date_range("2010-01-01", "2011-12-31")
    wet = ((time.month > 5) & (time.month < 11)).astype(float)[:, None] * np.ones((1, 3))
    fields = {"tas": 299.0 + 0.0 * wet, "pr": 8e-5 * wet, "rsds": 220.0 + 0.0 * wet}
    made = {name: (("time", "cell"), values) for name, values in fields.items()}
    return xr.Dataset(made, coords={"time": time, "lat": ("cell", np.full(3, 10.0))})


def test_each_tile_is_disturbed_by_its_kind(weather):
    made = disturbances(weather, KINDS)
    assert all(values.shape == (730, 3) for values in made.values())
    burned, cut, sown = made["burned_fraction"], made["wood_harvest"], made["sown"]
    per_year = burned.sum(axis=0) * 86400.0 / 2.0
    assert per_year[1] > per_year[0] > per_year[2] > 0.0
    assert (cut[:, :2] == 0.0).all() and (cut[:, 2] > 0.0).all()
    assert (sown[:, 1:] == 1.0).all() and sown[:, 0].min() < 0.2 and sown[:, 0].max() > 0.6


def test_fields_bear_their_crop_in_the_rains_and_every_year_alike(weather):
    sown = disturbances(weather, KINDS)["sown"][:, 0]
    np.testing.assert_array_equal(sown[:365], sown[365:])
    month = weather["time"].dt.month.values
    assert sown[(month > 6) & (month < 10)].mean() > 3.0 * sown[month < 4].mean()
