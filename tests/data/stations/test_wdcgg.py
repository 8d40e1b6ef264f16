"""WDCGG: many networks, several scales, two layouts of one truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenbin.core.errors import InputError
from tenbin.data.stations import wdcgg

RECORDS = ("gsn233n0", "mnm224n0", "ryo239n0", "stm666n0")


@pytest.mark.parametrize("record", RECORDS)
def test_the_centres_text_and_the_table_agree(real_data, record):
    folder = real_data / "atmosphere" / "wdcgg_co2_monthly" / "raw_samples"
    text = wdcgg.read_text_record(folder / f"{record}.dat")
    table = wdcgg.read_monthly(without=())
    table = table[table["record"] == record].reset_index(drop=True)
    pd.testing.assert_frame_equal(text.drop(columns="flag"), table.drop(columns="flag"), check_exact=False)


def test_annual_means_are_those_published(real_data):
    table = wdcgg.read_monthly(["RYO", "MNM"])
    annual = table[table["year"] == 2010].groupby("site")["value"].mean()
    np.testing.assert_allclose([annual["RYO"], annual["MNM"]], [393.55, 390.54], atol=0.01)


def test_repeated_noaa_records_are_left_out_unless_asked_for(real_data):
    usual, everything = wdcgg.read_monthly(), wdcgg.read_monthly(without=())
    assert "NOAA" not in set(usual["network"])
    assert 0 < len(usual) < len(everything) == 24388
    assert everything.loc[everything["site"] == "SCS", "record"].nunique() == 7


def test_number_and_spread_are_missing_for_most_rows(real_data):
    table = wdcgg.read_monthly(without=())
    assert 0.55 < table["n"].isna().mean() < 0.62 and 0.55 < table["sd"].isna().mean() < 0.62
    assert table["value"].min() > 300 and table["n"].min() >= 1 and table["sd"].min() >= 0


def test_a_record_may_change_its_scale(real_data):
    ams = wdcgg.read_monthly(["AMS"])
    assert set(ams.loc[ams["year"] <= 2005, "scale"]) == {"WMO CO2 X1993"}
    assert set(ams.loc[ams["year"] > 2005, "scale"]) == {"WMO CO2 X2002"}
    cgo = wdcgg.read_monthly(["CGO"]).query("year == 2000")["scale"]
    assert (cgo == "unknown").all()


def test_licence_is_local_use_only(real_data):
    table = wdcgg.read_monthly(["RYO"])
    assert table.attrs["licence_class"] == "C" and "do not redistribute" in table.attrs["licence"]


@given(st.integers(0, 89), st.integers(0, 59), st.sampled_from("NSEW"))
def test_degrees_and_minutes_keep_their_sign(degree, minute, side):
    value = wdcgg.degrees(f" {degree} {minute:02d}' {side}")
    assert abs(value) == pytest.approx(degree + minute / 60)
    assert value == 0 or (value < 0) == (side in "SW")


@pytest.mark.parametrize("text", ["39.5", "39 72' N", "39 02 N", "", "39 02' Q"])
def test_a_position_in_another_form_is_refused(text):
    with pytest.raises(InputError, match="degrees and minutes"):
        wdcgg.degrees(text)


def text_record(tmp_path, body="1990 08  345.960 -99 -9999 -999999 -99  1.000000  0.000000\n", **changes):
    facts = {
        "STATION": "Gosan", "PARAMETER": "CO2", "UNIT": "ppm", "SUBMITTED BY": "METRI",
        "LATITUDE": "33 17' N", "LONGITUDE": "126 10' E", "ALTITUDE": "72 m",
        "SAMPLING TYPE": "surface-flask", "CALIBRATION": "WMO CO2 X1997(1990-08-01 - 2003-06-01)",
        "TABLENAME": "GSN233N055fz",
    } | changes  # fmt: skip
    lines = [f"{name}: {value}" for name, value in facts.items()] + [""] * (25 - len(facts))
    path = tmp_path / "gsn.dat"
    path.write_text("".join(f"REM{k:02d}  {line}\n" for k, line in enumerate(lines, start=1)) + body)
    return path


def test_sentinels_of_the_text_are_missing_values(tmp_path):
    body = (
        "1993 01 -9999999 -99     0 -999999   2  1.000000  0.000000\n"
        "1993 02  361.160 -99    85   0.683   3  1.000000  0.000000\n"
        "1993 03  361.000 -99 -9999 -999999 -99  1.000000  0.000000\n"
    )
    table = wdcgg.read_text_record(text_record(tmp_path, body))
    assert table["month"].tolist() == [2, 3]
    assert table["n"].tolist()[0] == 85 and table[["n", "sd"]].iloc[1].isna().all()


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"UNIT": "ppb"}, "unit of CO2"),
        ({"PARAMETER": "CH4"}, "PARAMETER"),
        ({"LATITUDE": "33.3"}, "position"),
        ({"ALTITUDE": "high"}, "altitude"),
        ({"body": "1990 08  345.960 -99 -99"}, "line 26"),
        ({"body": "1990 08 -9999999 -99 -9999 -999999 -99  1.0  0.0\n"}, "at least one value"),
    ],
)
def test_a_text_that_is_not_what_it_should_be_is_refused(tmp_path, changes, part):
    with pytest.raises(InputError, match=part) as error:
        wdcgg.read_text_record(text_record(tmp_path, **changes))
    assert "gsn.dat" in str(error.value)


def test_a_header_cut_short_is_refused(tmp_path):
    path = text_record(tmp_path)
    path.write_text("".join(path.read_text().splitlines(keepends=True)[4:]))
    with pytest.raises(InputError, match="21 header lines without STATION, PARAMETER, UNIT, SUBMITTED BY"):
        wdcgg.read_text_record(path)


def test_a_record_without_a_station_entry_is_refused(tmp_path, real_data):
    path = tmp_path / "monthly.csv"
    path.write_text("file,site,year,month,co2_ppm,n,sd,flag\nxyz000n0,XYZ,2000,1,370,,,0\n")
    with pytest.raises(InputError, match="xyz000n0"):
        wdcgg.read_monthly(path=path)
