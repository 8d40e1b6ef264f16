"""One table of monthly means, whatever the network."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tenbin.core.errors import InputError
from tenbin.data.stations import load_monthly, noaa_flask
from tenbin.data.stations.load import require_plausible
from tenbin.data.tidy import STATION_COLUMNS, sentinels_to_nan


@pytest.mark.parametrize(
    ("gas", "networks", "unit"),
    [
        ("co2", ("noaa_flask", "wdcgg"), "ppm"),
        ("ch4", ("noaa_flask", "halocarbon_n2o"), "ppb"),
        ("n2o", ("halocarbon_n2o", "gage"), "ppb"),
        ("mcf", ("halocarbon_n2o",), "ppt"),
    ],
)
def test_every_network_speaks_the_same_table(real_data, gas, networks, unit):
    table = load_monthly(gas, networks)
    assert tuple(table.columns) == STATION_COLUMNS
    assert set(table["unit"]) == {unit} and set(table["gas"]) == {gas}
    assert table["value"].notna().all() and table["value"].min() > 0
    assert table["month"].between(1, 12).all() and table["lat"].between(-90, 90).all()
    assert not table.duplicated(["network", "scale", "site", "year", "month", "alt", "lat"]).any()


def test_independent_samples_are_counted(real_data):
    table, flasks = load_monthly("ch4", sites=["SPO"]), noaa_flask.read_monthly("ch4", ["SPO"])
    assert (flasks["n"] / table["n"]).median() == 2.0, "flasks of a pair were counted one by one"


def test_a_site_need_not_be_in_every_network(real_data):
    table = load_monthly("co2", ("noaa_flask", "wdcgg"), ["MLO", "RYO"])
    assert set(zip(table["network"], table["site"], strict=True)) == {("NOAA", "MLO"), ("JMA", "RYO")}
    assert table.attrs["products"] == ["noaa_flask", "wdcgg"]


def test_what_cannot_be_met_is_told(real_data):
    with pytest.raises(InputError, match="noaa_flask: ch4, co2"):
        load_monthly("co2", ["gage"])
    with pytest.raises(InputError, match="one of gage"):
        load_monthly("co2", ["nasa"])
    with pytest.raises(InputError, match="no data of XXX"):
        load_monthly("n2o", sites=["XXX", "MLO"])


def test_without_data_the_remedies_are_told(tmp_path, monkeypatch):
    monkeypatch.delenv("TENBIN_DATA", raising=False)
    monkeypatch.setenv("TENBIN_CACHE", str(tmp_path))
    with pytest.raises(InputError, match="set TENBIN_DATA"):
        load_monthly("co2")


def test_numbers_are_numbers(real_data):
    table = load_monthly("n2o")
    for name in ("value", "sd", "n", "lat", "lon", "alt"):
        assert pd.api.types.is_float_dtype(table[name])
    assert np.issubdtype(table["year"].dtype, np.integer)


def test_a_record_in_another_unit_is_refused():
    rows = [("NOAA", 400_123.0, "ppm"), ("NOAA", 399_877.0, "ppm"), ("KMA", 401.0, "ppm")]
    table = pd.DataFrame(rows, columns=["network", "value", "unit"])
    with pytest.raises(InputError, match="co2 of NOAA.*400000 read as ppm.*check the unit") as caught:
        require_plausible(table, "co2", "noaa_flask")
    assert "KMA" not in str(caught.value)
    require_plausible(table[table.network == "KMA"], "co2", "noaa_flask")


def test_a_word_among_numbers_is_named():
    with pytest.raises(InputError, match="value.*'abc'"):
        sentinels_to_nan(pd.Series(["1.5", "abc", "-999.99"], name="value"), [-999.99])
    np.testing.assert_array_equal(
        sentinels_to_nan(pd.Series(["1.5", "-999.99"], name="value"), [-999.99]), [1.5, np.nan]
    )
