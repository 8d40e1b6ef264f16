"""GAGE: the clock on the wall becomes UTC, and polluted air is left out."""

from __future__ import annotations

import io
import tarfile

import numpy as np
import pandas as pd
import pytest

from tenbin.core.errors import InputError
from tenbin.data.stations import gage, halocarbon_n2o

HEAD = " SG85OCT          HED : 03/20/97          WRK : 09/07/86          NUMSP =  8\n"
NAMES = " DA TIME ABSDA   F-11S   F-11P   F-12   CH3CCL3  CCL4    N2O     F-113   CH4    \n"
CLEAN = " 10 1323  2779   -99.9   205.6   384.8    95.0    96.4   304.1    39.5   -99.9 \n"
POLLUTED = " 31 2330  2800   -99.9   217.4P  403.9P   99.9P  -99.9   305.4P  -99.9  1700.0 \n"


def archive(tmp_path, text, name="sg85oct.dat"):
    path = tmp_path / "gage_samoa.gtar.gz"
    with tarfile.open(path, "w:gz") as tar:
        info = tarfile.TarInfo(name)
        info.size = len(text)
        tar.addfile(info, io.BytesIO(text.encode()))
    return path


def samoa(tmp_path, gas="n2o", polluted=False, text=HEAD + NAMES + CLEAN + POLLUTED):
    return gage.read("SMO", gas, polluted, archive(tmp_path, text))


@pytest.fixture
def sites(real_data):
    """The sites' table, which every reading of an archive needs."""
    return gage.read_sites()


def test_local_time_becomes_utc(tmp_path, sites):
    table = samoa(tmp_path, polluted=True)
    assert table["time"].tolist() == [
        pd.Timestamp("1985-10-11 00:23", tz="UTC"),
        pd.Timestamp("1985-11-01 10:30", tz="UTC"),
    ]
    assert gage.monthly(table)["month"].tolist() == [10, 11]


def test_every_site_keeps_its_own_clock(sites):
    assert sites.loc[list(gage.SITES), "utc_offset"].to_dict() == {
        "CGO": 10, "CMO": -8, "MHD": 0, "RPB": -4, "SMO": -11,
    }  # fmt: skip
    assert sites.loc["SMO", "lat"] < 0 and sites.loc["SMO", "alt"] == 52


def test_polluted_air_is_dropped_unless_asked_for(tmp_path, sites):
    assert samoa(tmp_path)["value"].tolist() == [304.1]
    both = samoa(tmp_path, polluted=True)
    assert both["value"].tolist() == [304.1, 305.4] and both["polluted"].tolist() == [False, True]


def test_a_flag_belongs_to_its_own_gas(tmp_path, sites):
    assert samoa(tmp_path, "mcf")["value"].tolist() == [95.0]
    assert samoa(tmp_path, "ch4")["value"].tolist() == [1700.0]
    assert samoa(tmp_path, "ch4")["unit"].tolist() == ["ppb"]
    assert samoa(tmp_path, "mcf")["unit"].tolist() == ["ppt"]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (HEAD + NAMES + CLEAN.replace(" 304.1", " -99.9"), "no rows"),
        (HEAD + NAMES.replace("N2O", "SF6") + CLEAN, "header"),
        (HEAD, "header"),
        (HEAD + NAMES + CLEAN.replace("2779", "2780"), "ABSDA"),
        (HEAD + NAMES + " ".join(CLEAN.split()) + "\n", "fixed width"),
        (HEAD + NAMES, "no rows"),
    ],
)
def test_a_month_that_is_not_what_it_should_be_is_refused(tmp_path, sites, text, part):
    with pytest.raises(InputError, match=part) as error:
        samoa(tmp_path, text=text)
    assert "gage_samoa.gtar.gz" in str(error.value)


def test_the_archive_of_another_site_is_refused(tmp_path, sites):
    with pytest.raises(InputError, match="samoa"):
        gage.read("SMO", "n2o", path=archive(tmp_path, HEAD + NAMES + CLEAN, "tg85oct.dat"))


def test_a_truncated_archive_is_named(tmp_path, real_data):
    whole = (real_data / "atmosphere/ale_gage_1978_1994/gage_samoa_sio1993.gtar.gz").read_bytes()
    path = tmp_path / "cut.gtar.gz"
    for broken in (whole[:1000], whole[: len(whole) // 2], b"no archive", b""):
        path.write_bytes(broken)
        with pytest.raises(InputError, match="cut.gtar.gz"):
            gage.read("SMO", "n2o", path=path)


def test_unknown_sites_and_gases_are_answered_with_the_known():
    with pytest.raises(InputError, match="CGO, CMO, MHD, RPB, SMO"):
        gage.read("MLO", "n2o")
    with pytest.raises(InputError, match="cfc11"):
        gage.read("SMO", "co2")


def test_the_old_scale_is_not_the_new_one(real_data):
    own = gage.read_monthly("n2o", ["CGO", "RPB"])
    compiled = halocarbon_n2o.read_monthly("n2o", ["GAGE"])
    both = own.merge(compiled, on=["site", "year", "month"])
    assert len(both) > 280 and set(own["scale"]) == {"SIO-93"}
    # The compilation stands on a later SIO scale: mixing the two would make a step of a year's growth.
    offset = (both["value_x"] - both["value_y"]).mean()
    assert -1.5 < offset < -0.7


def test_methane_at_cape_grim_is_plausible_and_rising(real_data):
    table = gage.read_monthly("ch4", ["CGO"])
    annual = table.groupby("year")["value"].mean()
    assert annual.between(1550, 1720).all() and annual[1993] > annual[1986]
    assert np.isfinite(table["sd"]).any() and table["n"].max() <= 12 * 31
