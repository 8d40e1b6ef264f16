"""Air in flasks: what is rejected stays silent, pairs count once, and ships are where they are."""

from __future__ import annotations

import gzip

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenbin.core.errors import InputError
from tenbin.data.stations import noaa_flask, noaa_text

HEADER = "site_code,datetime,value,value_unc,latitude,longitude,altitude,intake_height,method,qcflag\n"


def events_file(tmp_path, *rows):
    path = tmp_path / "events.csv"
    path.write_text(HEADER + "".join(row + "\n" for row in rows))
    return path


def flask(value, flag="...", time="2000-01-05T12:00:00Z", site="MLO", lat=19.5, lon=-155.6, unc=0.1):
    return f"{site},{time},{value},{unc},{lat},{lon},3397.0,0.0,P,{flag}"


def events_of(tmp_path, *rows, gas="co2"):
    return noaa_flask.read_events(gas, path=events_file(tmp_path, *rows))


@pytest.fixture(scope="module")
def few(data_root):
    """Events and distributed monthly means of a few CH4 stations, one of them a ship."""
    folder = data_root / "atmosphere" / "noaa_ccgg_flask"
    sites = ["BRW", "SPO", "KZD", "WPC"]
    events = noaa_flask.read_events("ch4", sites, folder / "ch4_flask_events_to2020.csv.gz")
    return events, noaa_flask.read_monthly("ch4", sites, folder / "ch4_flask_monthly_to2020.csv")


def test_monthly_means_of_all_accepted_flasks_are_those_distributed(few):
    events, distributed = few
    own = noaa_flask.monthly_from_events(events, pairs=False)
    keys = ["site", "year", "month", "n"]
    pd.testing.assert_frame_equal(own[keys], distributed[keys])
    for name in ("value", "sd", "lat", "lon", "alt"):
        np.testing.assert_allclose(own[name], distributed[name], atol=5.1e-5, err_msg=name)


def test_pairs_halve_the_number_of_samples_and_hardly_move_the_mean(few):
    events, distributed = few
    own = noaa_flask.monthly_from_events(events)
    assert 1.8 < distributed["n"].sum() / own["n"].sum() < 2.2
    background = own["site"].isin(["SPO", "BRW"])
    assert (own["value"] - distributed["value"])[background].abs().median() < 0.2


def test_annual_means_are_those_published(few):
    _, monthly = few
    annual = monthly[monthly["year"] == 2020].groupby("site")["value"].mean()
    np.testing.assert_allclose([annual["BRW"], annual["SPO"]], [1986.1, 1823.9], atol=0.1)


def test_a_ship_is_where_each_sample_was_taken(few):
    events, distributed = few
    ship = events[events["site"] == "WPC"]
    assert np.ptp(ship["lat"]) > 40.0
    assert distributed.loc[distributed["site"] == "WPC", "mobile"].all()
    assert not distributed.loc[distributed["site"] == "SPO", "mobile"].any()


def test_no_sentinel_survives(few):
    events, _ = few
    rejected = events[events["value"].isna()]
    assert len(rejected) > 0 and (rejected["qcflag"].str[0] != ".").all()
    for name in ("value", "sd", "lat", "lon", "alt", "intake_height"):
        assert events[name].min() > -200.0


def test_the_table_carries_its_credit(few):
    for table in few:
        assert "NOAA" in table.attrs["producer"] and "CC0" in table.attrs["licence"]
        assert table.attrs["unit"] == "ppb" and "noaa_ccgg_flask" in table.attrs["source_file"]


def test_a_ship_station_has_no_nominal_place(real_data):
    stations = noaa_flask.read_stations()
    ships = stations[stations["platform"] == "mobile"]
    assert set(ships["site"]) <= noaa_flask.MOBILE_SITES
    nowhere = ships[ships["site"] != "DRP"]
    assert nowhere["lat"].isna().all() and nowhere["lon"].isna().all()


def test_a_rejected_sample_stays_silent(tmp_path):
    events = events_of(tmp_path, flask(370), flask(517, "F.."), flask(372, ".S."), flask(-999.99, "*.."))
    assert noaa_flask.accepted(events)["value"].tolist() == [370, 372]
    assert noaa_flask.accepted(events, "background")["value"].tolist() == [370]
    assert noaa_flask.monthly_from_events(events, "background")["value"].tolist() == [370]


def test_the_third_character_of_a_flag_is_information_only(tmp_path):
    assert len(noaa_flask.accepted(events_of(tmp_path, flask(370, "..P")), "background")) == 1


def test_a_pair_counts_once(tmp_path):
    later = "2000-01-12T12:00:00Z"
    events = events_of(tmp_path, flask(370), flask(372), flask(380, time=later))
    month = noaa_flask.monthly_from_events(events).iloc[0]
    assert (month["value"], month["n"]) == (375.5, 2)
    single = noaa_flask.monthly_from_events(events, pairs=False).iloc[0]
    assert single["n"] == 3 and single["value"] == pytest.approx(374.0)


def test_the_error_of_a_pair_is_that_of_its_worse_member(tmp_path):
    pair = noaa_flask.average_pairs(events_of(tmp_path, flask(370, unc=0.1), flask(372, unc=0.4))).iloc[0]
    assert (pair["flasks"], pair["sd"]) == (2, 0.4)
    assert pair["pair_sd"] == pytest.approx(np.sqrt(2.0))


def test_one_moment_at_two_places_is_no_pair(tmp_path):
    assert len(noaa_flask.average_pairs(events_of(tmp_path, flask(370, lat=10), flask(372, lat=20)))) == 2


def test_a_single_flask_has_no_spread(tmp_path):
    month = noaa_flask.monthly_from_events(events_of(tmp_path, flask(370))).iloc[0]
    assert np.isnan(month["sd"]) and month["n"] == 1


def test_a_ship_at_the_dateline_is_not_at_greenwich(tmp_path):
    rows = flask(370, lon=179), flask(371, lon=-177, time="2000-01-06T00:00:00Z")
    month = noaa_flask.monthly_from_events(events_of(tmp_path, *rows)).iloc[0]
    assert abs(month["lon"]) == pytest.approx(179.0) and month["lon"] < 0


@settings(max_examples=15)
@given(st.lists(st.floats(300, 500), min_size=1, max_size=8), st.randoms())
def test_the_mean_does_not_depend_on_the_order_of_flasks(values, random):
    stamps = [f"2000-01-{day:02d}T00:00:00Z" for day in random.choices(range(1, 5), k=len(values))]
    raw = pd.DataFrame({
        "site_code": "X", "datetime": stamps, "value": values, "value_unc": 0.1, "latitude": 0.0,
        "longitude": 0.0, "altitude": 0.0, "intake_height": 0.0, "method": "P", "qcflag": "...",
    })  # fmt: skip
    events = noaa_flask.event_table(raw, "co2", "memory")
    mixed = events.sample(frac=1.0, random_state=random.randrange(1000))
    one, other = (noaa_flask.monthly_from_events(table).iloc[0] for table in (events, mixed))
    np.testing.assert_allclose(one["value"], other["value"], rtol=1e-12)
    assert min(values) - 1e-9 <= one["value"] <= max(values) + 1e-9 and one["n"] == len(set(stamps))


def refused(call, *parts):
    with pytest.raises(InputError) as error:
        call()
    for part in parts:
        assert part in str(error.value)


def test_faults_of_a_file_name_the_file(tmp_path):
    read = noaa_flask.read_events
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    refused(lambda: read("co2", path=empty), "empty.csv", "no rows")
    header_only = events_file(tmp_path)
    refused(lambda: read("co2", path=header_only), "events.csv", "no rows")
    silent = events_file(tmp_path, flask(-999.99, "*.."))
    refused(lambda: read("co2", path=silent), "events.csv", "value", "all missing")
    refused(lambda: read("co2", path=tmp_path / "none.csv"), "none.csv", "no such file", "TENBIN_DATA")
    refused(lambda: read("co2", ["SPO"], events_file(tmp_path, flask(370))), "no data of SPO", "MLO")
    refused(lambda: read("sf6"), "'sf6'", "ch4, co2")


def test_a_missing_column_and_a_broken_flag_are_named(tmp_path):
    path = tmp_path / "events.csv"
    path.write_text("site_code,datetime,value\nMLO,2000-01-01T00:00:00Z,370\n")
    refused(lambda: noaa_flask.read_events("co2", path=path), "value_unc", "qcflag", "latitude")
    for flag in ("..", "....", ""):
        bad = events_file(tmp_path, flask(370, flag))
        refused(lambda bad=bad: noaa_flask.read_events("co2", path=bad), "qcflag", "three")
    when = events_file(tmp_path, flask(370, time="yesterday"))
    refused(lambda: noaa_flask.read_events("co2", path=when), "datetime", "ISO 8601")


def test_a_truncated_archive_is_named(tmp_path):
    whole = gzip.compress((HEADER + "".join(flask(370 + k / 7) + "\n" for k in range(3000))).encode())
    path = tmp_path / "events.csv.gz"
    for broken in (whole[: len(whole) // 2], b"not gzip at all"):
        path.write_bytes(broken)
        refused(lambda: noaa_flask.read_events("co2", path=path), "events.csv.gz", "damaged or truncated")


@pytest.mark.parametrize(
    ("name", "gas", "site", "country"),
    [
        ("co2_stm_surface-flask_1_ccgg_event.txt", "co2", "STM", "Norway"),
        ("ch4_kzd_surface-flask_1_ccgg_event.txt", "ch4", "KZD", "Kazakhstan"),
    ],
)
def test_the_producers_text_holds_the_samples_of_the_table(real_data, name, gas, site, country):
    text = noaa_text.read_event_text(real_data / "atmosphere" / "noaa_ccgg_flask" / "raw_samples" / name)
    table = noaa_flask.read_events(gas, [site])
    text = text[text["time"].dt.year <= 2020]
    assert country in text.attrs["site_country"] and len(text) == len(table)
    np.testing.assert_allclose(text["value"].mean(), table["value"].mean(), rtol=1e-12)
    assert (text["qcflag"].sort_values().to_numpy() == table["qcflag"].sort_values().to_numpy()).all()


def noaa_like_text(tmp_path, lines=9, unit="micromol mol-1", scale="CO2_X2019", gas="co2"):
    head = [
        f"# header_lines : {lines}", f"# dataset_parameter : {gas}", f"# dataset_calibration_scale : {scale}",
        "# site_name : Somewhere", "# site_country : Sea", "# dataset_platform : fixed",
        f"# value:units : {unit}", "#", HEADER.strip().replace(",", " "), flask(370).replace(",", " "),
    ]  # fmt: skip
    path = tmp_path / "event.txt"
    path.write_text("\n".join(head) + "\n")
    return path


def test_a_text_in_another_unit_scale_or_form_is_refused(tmp_path):
    assert len(noaa_text.read_event_text(noaa_like_text(tmp_path))) == 1
    for change, part in [
        ({"unit": "nanomol mol-1"}, "unit of value"),
        ({"scale": "CO2_X2007"}, "CO2_X2019"),
        ({"gas": "sf6"}, "dataset_parameter"),
        ({"lines": 3}, "no column names in line 3"),
        ({"lines": 300}, "no column names in line 300"),
    ]:
        path = noaa_like_text(tmp_path, **change)
        refused(lambda path=path: noaa_text.read_event_text(path), "event.txt", part)
    plain = tmp_path / "event.txt"
    plain.write_text("MLO 370\n")
    refused(lambda: noaa_text.read_event_text(plain), "event.txt", "header_lines")
