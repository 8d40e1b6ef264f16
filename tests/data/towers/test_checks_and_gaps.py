"""Drivers that cannot be weather are refused with every reason at once, and gaps are closed by one counted rule."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tenbin.core.errors import InputError
from tenbin.data.land_grids import solar
from tenbin.data.towers import checks, gaps
from tenbin.data.towers.site_dataset import DRIVERS


def weather(first="2003-01-01", days=731, latitude=45.0, **changes):
    """Two sound years at 45 N, a leap day among them."""
    time = pd.date_range(first, periods=days)
    season = np.cos((np.asarray(time.day_of_year) - 200.0) / 365.0 * 2.0 * np.pi)
    tas = 283.15 + 12.0 * season
    values = {
        "tas": tas, "tasmin": tas - 5.0, "tasmax": tas + 5.0, "vpd": 600.0 + 400.0 * season,
        "rsds": 0.45 * solar.top_of_atmosphere(latitude, np.asarray(time.day_of_year)),
        "pr": np.full(days, 2.5e-5), "ps": np.full(days, 98e3), "co2": np.full(days, 4e-4), "lai": 2.0 + season,
        "gpp": np.maximum(season, 0.0) * 1e-7,
    } | changes  # fmt: skip
    made = xr.Dataset({name: ("time", np.array(series, dtype=float)) for name, series in values.items()})
    return made.assign_coords(time=time).assign_attrs(latitude=latitude)


def named(found):
    return [fault.name for fault in found]


def test_sound_weather_has_no_fault():
    assert checks.faults(weather()) == []
    assert checks.check(weather()) is not None
    polar = weather(latitude=78.0, tas=np.full(731, 250.0), tasmin=np.full(731, 245.0),
                    tasmax=np.full(731, 255.0), vpd=np.full(731, 20.0))  # fmt: skip
    assert checks.faults(polar) == []


@pytest.mark.parametrize(
    ("name", "factor", "offset", "unit"),
    [
        ("tas", 1.0, -273.15, "degC"),
        ("rsds", 0.0864, 0.0, "MJ m-2 d-1"),
        ("vpd", 0.01, 0.0, "hPa"),
        ("vpd", 0.001, 0.0, "kPa"),
        ("pr", 86400.0, 0.0, "mm d-1"),
        ("ps", 1e-3, 0.0, "kPa"),
        ("ps", 1e-2, 0.0, "hPa"),
        ("co2", 1e6, 0.0, "ppm"),
        ("gpp", 8.64e7, 0.0, "g C m-2 d-1"),
    ],
)
def test_numbers_in_another_unit_betray_it(name, factor, offset, unit):
    data = weather()
    found = checks.faults(data.assign({name: data[name] * factor + offset}))
    assert unit in next(fault.found for fault in found if fault.name == name)


def test_all_faults_are_told_at_once():
    data = weather()
    bad = data.assign(
        tas=data["tas"] - 273.15, tasmin=data["tasmin"] - 273.15, tasmax=data["tasmax"] - 273.15,
        rsds=data["rsds"] * 0.0864, lai=data["lai"] - 3.0, ps=data["ps"].where(data["ps"] < 0.0),
        co2=data["co2"].where(np.arange(731) != 10, -9999.0),
        pr=data["pr"].where(np.arange(731) % 100 != 5),
    ).drop_vars("vpd")  # fmt: skip
    leapless = bad.sel(time=~((bad["time"].dt.month == 2) & (bad["time"].dt.day == 29)))
    index = np.r_[np.arange(700), 699, 701:730]
    broken = leapless.isel(time=index)
    with pytest.raises(InputError) as caught:
        checks.check(broken, "site.nc")
    text = str(caught.value)
    for words in ("vpd", "degC", "MJ m-2 d-1", "lai", "nothing but missing", "-9999", "8 missing", "29 February",
                  "1 step(s) absent", "1 time(s) twice"):  # fmt: skip
        assert words in text, words
    assert all(fault.where == "site.nc" for fault in caught.value.faults)


def test_a_stated_unit_counts_before_the_numbers():
    data = weather()
    data["tas"].attrs["units"] = "degC"
    data["pr"].attrs["units"] = "kg/m2/s"
    found = checks.faults(data)
    assert named(found) == ["tas"] and "'degC'" in found[0].found


def test_time_out_of_order_and_foreign_calendars_are_faults():
    data = weather()
    assert "out of order" in checks.faults(data.isel(time=slice(None, None, -1)))[0].found
    noleap = data.assign_coords(time=("time", np.arange(731), {"calendar": "noleap"}))
    assert "noleap" in checks.faults(noleap)[0].found
    assert "no time" in checks.faults(data.drop_vars("time"))[0].found


def test_extremes_in_disorder_are_a_fault():
    data = weather()
    swapped = data.assign(tasmin=data["tasmax"], tasmax=data["tasmin"])
    assert named(checks.faults(swapped)) == ["tasmin > tas", "tas > tasmax"]


def test_a_cell_of_nothing_is_named_and_gaps_elsewhere_counted():
    cells = xr.concat([weather(), weather(), weather()], dim="cell").transpose("time", "cell")
    tas = cells["tas"].copy()
    tas[:, 1] = np.nan
    tas[4:7, 2] = np.nan
    found = checks.faults(cells.assign(tas=tas))
    assert named(found) == ["tas", "tas"]
    assert "1 cell(s)" in found[0].found and "[[1]]" in found[0].found
    assert found[1].found == "3 missing value(s), first on 2003-01-05"
    assert checks.faults(cells.assign(tas=tas), gaps=False) == []


def test_a_short_gap_is_crossed_by_a_line_and_a_long_one_by_its_time_of_year():
    data = weather(days=2 * 365 + 1)
    gpp, tas, lai = (data[name].values.copy() for name in ("gpp", "tas", "lai"))
    tas[100:104], tas[400:440], lai[0:3], gpp[50:60] = np.nan, np.nan, np.nan, np.nan
    filled = gaps.fill(data.assign(tas=("time", tas), lai=("time", lai), gpp=("time", gpp)))
    assert not filled["tas"].isnull().any() and not filled["lai"].isnull().any()
    assert int(filled["gpp"].isnull().sum()) == 10
    line = np.interp(np.arange(100, 104), [99, 104], data["tas"].values[[99, 104]])
    np.testing.assert_allclose(filled["tas"][100:104], line)
    np.testing.assert_allclose(filled["tas"][400:440], data["tas"][400:440], atol=0.8)
    table = gaps.filled_table(filled)
    assert table.loc["tas"].to_dict() == {"by_line": 4, "by_climatology": 40}
    assert table.loc["lai"].to_dict() == {"by_line": 0, "by_climatology": 3}
    assert "pr" not in table.index


def test_absent_days_are_put_in_and_then_filled():
    data = weather()
    leapless = data.sel(time=~((data["time"].dt.month == 2) & (data["time"].dt.day == 29)))
    filled = gaps.fill(leapless)
    assert filled.sizes["time"] == 731 and checks.faults(filled) == []
    assert float(abs(filled["tas"] - data["tas"]).max()) < 0.1
    assert bool(filled["gpp"].sel(time="2004-02-29").isnull())


def test_what_has_no_value_at_all_cannot_be_filled():
    data = weather(lai=np.full(731, np.nan), co2=np.full(731, np.nan))
    with pytest.raises(InputError) as caught:
        gaps.fill(data)
    assert named(caught.value.faults) == ["co2", "lai"]
    assert set(DRIVERS) <= set(data)
