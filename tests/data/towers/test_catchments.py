"""Frozen ground in Alaska: flags are not temperatures, years have two digits, and warmth fades with depth."""

from __future__ import annotations

import numpy as np
import pytest

from tenbin.core.errors import InputError
from tenbin.data.towers import catchments


@pytest.fixture(autouse=True)
def real(data_root, monkeypatch):
    monkeypatch.setenv("TENBIN_DATA", str(data_root))


@pytest.mark.parametrize(
    ("name", "first", "last"), [("goldstream", 2016, 2018), ("jarvis_creek", 2013, 2016)]
)
def test_hours_have_their_century_and_no_stream_runs_backwards(name, first, last):
    hours = catchments.read_hourly(name)
    assert hours.indexes["time"][0].year == first and hours.indexes["time"][-1].year == last
    assert float(hours["mrro"].min()) >= 0.0 and 220.0 < float(hours["tas"].min()) < 250.0
    assert float(hours["vpd"].min()) >= 0.0


def test_flags_are_missing_and_the_swing_of_the_year_fades_with_depth():
    soil = catchments.read_goldstream_soil()
    assert soil["depth"].values.tolist() == [0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.1, 1.3]
    assert 220.0 < float(soil["tsl"].min()) and float(soil["tsl"].max()) < 310.0
    assert soil["tsl"].sel(depth=[1.1, 1.3]).isnull().all()
    swing = soil["tsl"].std("time").values[:8]
    assert (np.diff(swing) < 0.0).all()
    assert 0.0 < float(soil["swc"].min()) and float(soil["swc"].max()) < 0.7


def test_deep_soil_at_coal_mine_ridge_lingers_at_the_freezing_point():
    soil = catchments.read_coal_mine_soil()
    assert dict(soil.sizes) == {"time": 8760, "depth": 11}
    swing = (soil["tsl"].max("time") - soil["tsl"].min("time")).values
    assert (np.diff(swing) < 0.0).all()
    at_zero = (abs(soil["tsl"] - 273.15) < 0.5).mean("time")
    assert float(at_zero.sel(depth=1.25)) > 2.0 * float(at_zero.sel(depth=0.02))


def test_snow_at_the_end_of_winter_weighs_what_its_depth_and_density_say():
    snow = catchments.read_goldstream_snow().dropna(subset=["snw", "depth", "density"])
    assert set(snow["year"]) == {2016, 2017, 2018} and len(snow) > 90
    ratio = snow["snw"] / (snow["depth"] * snow["density"])
    assert ratio.median() == pytest.approx(1.0, abs=0.03)


def test_an_unknown_catchment_or_a_table_without_its_header_is_refused(tmp_path):
    with pytest.raises(InputError, match="goldstream"):
        catchments.read_hourly("yukon")
    path = tmp_path / "soil.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="Date/Time"):
        catchments.read_goldstream_soil(path)
