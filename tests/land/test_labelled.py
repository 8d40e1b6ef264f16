"""Named weather becomes arrays of days and cells."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tenbin.core.errors import InputError
from tenbin.land import labelled
from tenbin.land.plant_types import PLANT_TYPES

NAMES = ("tas", "tasmin", "tasmax", "rsds", "vpd", "pr", "co2", "lai")


def days(*shape: int) -> xr.Dataset:
    dims = ("time", "cell")[: len(shape)]
    values = np.arange(np.prod(shape), dtype=float).reshape(shape)
    fields = {name: (dims, values + number) for number, name in enumerate(NAMES)}
    return xr.Dataset(fields, coords={"time": pd.date_range("2012-06-20", periods=shape[0])})


def test_a_site_is_a_grid_of_one_cell():
    made = labelled.drivers_of(days(3), np.array([60.0]))
    np.testing.assert_array_equal(made.tasmin[:, 0], days(3)["tasmin"])
    assert made.lai.shape == (3, 1) and float(made.flooded.sum()) == 0.0


def test_cells_keep_their_order_whichever_way_the_axes_lie():
    ds = days(3, 2)
    made, turned = (labelled.drivers_of(x, np.array([0.0, 60.0]), "float32") for x in (ds, ds.transpose()))
    np.testing.assert_array_equal(made.tas, turned.tas)
    assert made.tas.dtype == np.float32


def test_the_longest_day_is_in_june_in_the_north():
    made = labelled.drivers_of(days(3, 2), np.array([-60.0, 60.0]))
    assert (made.day_length[:, 1] > 18 * 3600).all() and (made.day_length[:, 0] < 6 * 3600).all()


def test_all_that_is_absent_is_named():
    with pytest.raises(InputError) as caught:
        labelled.drivers_of(days(3).drop_vars(["vpd", "lai"]), np.array([0.0]))
    assert [fault.name for fault in caught.value.faults] == ["vpd", "lai"]


@pytest.mark.parametrize("igbp", ["ENF", "EBF", "DBF", "GRA", "WET", "CRO", "OSH", "BSV", "SAV", "nonsense"])
@pytest.mark.parametrize("warmth", [260.0, 285.0, 300.0])
def test_every_class_in_every_climate_is_a_plant_type(igbp, warmth):
    assert labelled.plant_type_of_class(igbp, warmth) in [kind.name for kind in PLANT_TYPES]


def test_towers_stand_on_their_ground():
    place = {"igbp": "ENF", "latitude": 61.8, "elevation": 180.0, "mean_annual_temperature": 275.0}
    made = labelled.site_surface([place])
    assert float(made.elevation[0]) == 180.0
    assert PLANT_TYPES[int(made.plant_type[0])].name == "boreal_evergreen_needleleaf"
