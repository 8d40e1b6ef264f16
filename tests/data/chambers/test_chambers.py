"""Gas under chambers: sentinels are no water tables, units become SI, uplands take methane up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tenbin.core.errors import InputError
from tenbin.data.chambers import cosore, fuchs2024, gasfluxes_n2o, srdb, treat2018, voigt2023


@pytest.fixture(autouse=True)
def real(data_root, monkeypatch):
    monkeypatch.setenv("TENBIN_DATA", str(data_root))


def test_wetlands_of_the_north_give_methane_and_no_sentinel_survives():
    table = treat2018.read()
    assert len(table) == 860 and len(treat2018.read(quality_controlled=False)) == 861
    assert table["water_table_depth"].abs().max() < 2.0 and table["ph"].max() < 10.0
    assert table["time"].max() < pd.Timestamp("2019-01-01")
    annual = table["ch4_annual"] * 1e3 * 365.25 * 86400.0
    assert annual.median() == pytest.approx(5.8, abs=0.1)
    assert annual[table["ecosystem"] == "Fen"].median() > annual[table["ecosystem"] == "Bog"].median() > 0.0


def test_dry_tundra_takes_methane_up_in_both_ways_of_measuring():
    automatic, manual = voigt2023.read_automatic(), voigt2023.read_manual()
    assert len(automatic) == 44848 and automatic["ch4"].mean() * 3.6e12 == pytest.approx(-13.64, abs=0.01)
    assert manual["ch4"].mean() * 3.6e12 == pytest.approx(-57.97, abs=0.01)
    for table, names in ((automatic, ["soil_moisture_10cm"]), (manual, ["soil_moisture"])):
        for name in names:
            assert 0.2 < table[name].mean() < 0.5 and table[name].max() <= 1.0
    assert str(automatic["time"].dt.tz) == "UTC"
    # Air in soil that takes methane up holds less of it than the air above, 1.9 ppm.
    assert manual["ch4_20cm"].median() < 1.9e-6
    assert 0.1 <= manual["thaw_depth"].min() and manual["thaw_depth"].max() < 1.1


def test_coastal_wetlands_are_in_grams_of_methane():
    table = fuchs2024.read()
    assert len(table) == 258
    assert table["ch4"].mean() * 1e3 * 365.25 * 86400.0 == pytest.approx(10.49, abs=0.01)


def test_a_straight_line_through_a_closure_gives_its_flux():
    samples = pd.DataFrame({"closure": "a", "height": 0.5, "time": [0.0, 0.5, 1.0], "n2o": [0.3, 0.4, 0.5]})
    flux = gasfluxes_n2o.linear_fluxes(samples)
    assert float(flux["n2o"][0]) == pytest.approx(0.5 * 0.2 * 1e-6 / 3600.0)
    assert float(flux["r"][0]) == pytest.approx(1.0)


def test_closures_of_the_product_have_mostly_small_fluxes_to_the_air():
    samples = gasfluxes_n2o.read()
    assert samples["closure"].nunique() == 1329 and samples["time"].min() < 0.0
    flux = gasfluxes_n2o.linear_fluxes(samples)
    assert len(flux) == 1327 and np.isfinite(flux["n2o"]).all()
    assert 1.0 < flux["n2o"].median() * 3.6e12 < 50.0


def test_every_set_of_automatic_chambers_is_in_si_and_within_nature():
    assert len(cosore.datasets()) == 10
    for name in cosore.datasets():
        table = cosore.read(name)
        assert str(table["time"].dt.tz) == "UTC" and -90.0 < table.attrs["latitude"] < 90.0
        assert table["co2"].dropna().between(-1e-7, 1e-6).all(), "micromoles became kilograms"
        moisture = table["soil_moisture"].dropna()
        assert moisture.between(0.0, 1.0).all(), "percent became shares"
        assert (table["soil_temperature"].dropna() < 323.2).all()


def test_methane_of_howland_has_lost_its_sentinel_and_is_taken_up():
    howland = cosore.read("d20190610_SIHI_H2")
    assert len(howland) == 76160 and howland["ch4"].isna().sum() > 3000
    assert set(howland["treatment"]) == {"None", "Trenched"}
    # -1.65 mg CH4 m-2 d-1: 1 nmol m-2 s-1 is 16.04e-12 kg m-2 s-1
    assert howland["ch4"].mean() * 86400e6 == pytest.approx(-1.647, abs=0.01)


def test_the_chamber_with_plants_and_warmed_soil_are_told_apart():
    teshio = cosore.read("d20200328_UEYAMA_TESHIO")
    assert set(teshio.loc[teshio["port"] == 4, "measured"]) == {"NEE"}
    assert set(teshio.loc[teshio["port"] < 4, "measured"]) == {"Rs"}
    warmed = cosore.read("d20200229_PHILLIPS")
    assert set(warmed["treatment"]) == {"None", "Symmetrically warmed", "Asymmetrically warmed"}
    assert warmed["soil_temperature"].isna().sum() > 1163, "94.6 degC is no soil"
    peat = cosore.read("d20200109_HIRANO_PDB")
    assert peat["water_table_depth"].max() == pytest.approx(0.83)


def test_an_unknown_set_is_answered_with_those_there_are():
    with pytest.raises(InputError, match="d20190610_SIHI_H2"):
        cosore.read("howland")


def test_soils_of_the_world_breathe_what_is_published_once_faults_are_left_out():
    table, everything = srdb.read(), srdb.read(untouched=False)
    assert len(everything) == 12272 and len(table) == 7031
    assert set(table["manipulation"].dropna().str.lower()) <= {"none"}
    year = 365.25 * 86400.0
    assert (everything["rs"].dropna() * year).between(0.0, 5.0).all(), (
        "no soil breathes out 41 kg of carbon a year"
    )
    assert everything["latitude"].dropna().abs().max() <= 90.0
    assert table["rs"].median() * year == pytest.approx(0.738, abs=0.02)
    assert 0.3 < (table["rh"] / table["rs"]).median() < 0.7, "about half is of microbes"
