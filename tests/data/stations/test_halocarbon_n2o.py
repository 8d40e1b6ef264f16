"""N2O, methyl chloroform and 13C: each network on its scale, each station in its hemisphere."""

from __future__ import annotations

import numpy as np
import pytest

from tenbin.core.errors import InputError
from tenbin.data.stations import halocarbon_n2o
from tenbin.data.tidy import STATION_COLUMNS

HEADER = "gas,site,network,year,month,value,unit,lat_in_source,lat,lon\n"


def test_samoa_lies_in_the_south(real_data):
    for gas in halocarbon_n2o.UNIT:
        table = halocarbon_n2o.read_monthly(gas, sites=["SMO"])
        np.testing.assert_allclose(table["lat"], -14.25)


def test_zeppelin_lies_where_the_flask_network_has_it(real_data):
    table = halocarbon_n2o.read_monthly("d13c_ch4", sites=["ZEP"])
    np.testing.assert_allclose(table["lat"], 78.907)


def test_the_south_of_samoa_does_not_hang_on_the_station_table(tmp_path):
    path = tmp_path / "stations.csv"
    path.write_text(HEADER + "n2o,SMO,NOAA,2000,1,315.0,ppb,14.3,,\n")
    assert halocarbon_n2o.read_monthly("n2o", path=path)["lat"].tolist() == [-14.25]


def test_n2o_is_that_published_and_higher_in_the_north(real_data):
    table = halocarbon_n2o.read_monthly("n2o", ["NOAA"])
    mean = table[table["year"] == 2017].groupby("site")["value"].mean()
    sites = ["BRW", "MLO", "CGO", "SPO"]
    np.testing.assert_allclose(mean[sites], [330.4, 330.1, 328.9, 328.8], atol=0.06)
    assert list(table.columns) == list(STATION_COLUMNS)


def test_methyl_chloroform_has_all_but_gone(real_data):
    table = halocarbon_n2o.read_monthly("mcf")
    assert table["value"].max() == pytest.approx(168.446) and table[table["year"] >= 2016]["value"].min() < 3
    assert set(table["unit"]) == {"ppt"}


def test_networks_keep_their_scales_apart(real_data):
    table = halocarbon_n2o.read_monthly("n2o", sites=["CGO"])
    scales = table.groupby("network")["scale"].unique().map(list).to_dict()
    assert scales == {"AGAGE": ["SIO (AGAGE)"], "GAGE": ["SIO (GAGE)"], "NOAA": ["NOAA-2006A"]}
    keys = ["network", "site", "year", "month"]
    assert not table.duplicated(keys).any() and table.duplicated(keys[1:]).any()


@pytest.mark.parametrize("hemisphere", ["nh", "sh"])
def test_four_steps_make_a_month_of_the_boundary_layer(real_data, hemisphere):
    steps, months = halocarbon_n2o.read_zone(hemisphere), halocarbon_n2o.zone_monthly(hemisphere)
    assert len(steps) == 1565 and len(months) == 391
    first = months.iloc[0]
    assert (first["year"], first["month"]) == (1983, 7)
    np.testing.assert_allclose(first["value"], steps["value"][:4].mean())
    assert np.isnan(first["sd"])


def test_there_is_more_methane_in_the_north(real_data):
    north, south = (halocarbon_n2o.zone_monthly(side)["value"].mean() for side in ("nh", "sh"))
    assert 60 < north - south < 120


def refused(text, tmp_path, part, gas="n2o", **options):
    path = tmp_path / "stations.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=part) as error:
        halocarbon_n2o.read_monthly(gas, path=path, **options)
    assert "stations.csv" in str(error.value)


def test_faults_are_named(tmp_path):
    row = "n2o,MLO,NOAA,2000,1,315.0,ppb,19.5,19.54,-155.58\n"
    refused(HEADER + row.replace("ppb", "ppm"), tmp_path, "'ppm', expected 'ppb'")
    refused(HEADER + row, tmp_path, "no rows", gas="mcf")
    refused(HEADER + row, tmp_path, "no data of SPO", sites=["SPO"])
    refused(HEADER + row, tmp_path, "'CSIRO'", networks=["CSIRO"])
    refused(HEADER.replace(",unit", "") + row.replace(",ppb", ""), tmp_path, "unit")
    refused(HEADER, tmp_path, "no rows")
    with pytest.raises(InputError, match="d13c_ch4, mcf, n2o"):
        halocarbon_n2o.read_monthly("ch4c13")


def test_a_gap_in_the_zone_file_is_named(tmp_path):
    path = tmp_path / "zone.mbl.ch4"
    years = 1990 + np.delete(np.arange(96), 40) / 48
    path.write_text("".join(f"{year:.6f} 1700.0\n" for year in years))
    with pytest.raises(InputError, match="break at 1990.85"):
        halocarbon_n2o.read_zone("nh", path)
    path.write_text("year value\n1990.0 x\n")
    with pytest.raises(InputError, match="two numbers a line"):
        halocarbon_n2o.read_zone("nh", path)
