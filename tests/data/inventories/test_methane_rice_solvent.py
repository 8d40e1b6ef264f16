"""The methane budget's tables, FAOSTAT rice and methyl chloroform: labels, headers and what columns are."""

import numpy as np
import pytest

from tenbin.core import regions
from tenbin.core.errors import InputError
from tenbin.data.inventories import faostat_rice, mcf_emissions, methane_budget


@pytest.fixture(scope="module")
def tables(data_root):
    folder = data_root / "inventory" / "methane_budget_2008_2017"
    return {key: methane_budget.read(folder / file, *key) for key, file in methane_budget.FILES.items()}


def test_visit_wetlands_stand_as_published(tables):
    visit = tables["bottom-up", True].query("model == 'VISIT'").set_index("region")["value"]
    assert visit["globe"] == 163.21
    assert visit["gcp18:china"] == 3.54 and visit["gcp18:korea_japan"] == 0.27
    np.testing.assert_allclose(
        [visit["90S-30N"], visit["30N-60N"], visit["60N-90N"]], [125.2, 31.7, 6.3], atol=0.05
    )


def test_means_over_models_are_those_of_the_budget(tables):
    below = tables["bottom-up", True].query("region == 'globe'").groupby("sector")["value"].mean()
    above = tables["top-down", True].query("region == 'globe'").groupby("sector")["value"].mean()
    np.testing.assert_allclose([below["wetlands"], below["fossil"]], [148.8, 128.3], atol=0.06)
    np.testing.assert_allclose([above["wetlands"], above["other_natural"]], [183.0, 38.5], atol=0.06)


def test_the_soil_takes_methane_from_the_air(tables):
    soil = tables["top-down", False].query("sector == 'soil_sink'")
    assert len(soil) == 22 and (soil["value"] < 0).all()


def test_labels_lose_stray_spaces_and_decimal_commas(tables):
    for frame in tables.values():
        labels = set(frame["category"]) | set(frame["model"])
        assert not any("," in label or label != label.strip() for label in labels)
    assert "FINNv1.5" in set(tables["bottom-up", True]["model"])


def test_missing_cells_are_left_out_and_every_region_is_known(tables):
    fao = tables["bottom-up", True].query("model == 'FAO' and region == '30N-60N'")
    assert fao.empty
    for frame in tables.values():
        known = set(regions.partition_regions("gcp18")) | {"globe", "90S-30N", "30N-60N", "60N-90N"}
        assert set(frame["region"]) <= known
    assert tables["bottom-up", True]["region"].nunique() == 22


def test_bottom_up_biofuel_is_the_residential_sector_of_edgar(tables, data_root):
    from tenbin.data.inventories import edgar_v432

    biofuel = tables["bottom-up", True].query(
        "model == 'EDGARv432' and sector == 'biofuel' and region == 'globe'"
    )
    homes = edgar_v432.read(data_root / "inventory/edgar_v432/ch4.csv.gz").query("sector == 'biofuel'")
    mean = homes[homes["year"] >= 2008].groupby("year")["value"].sum().mean()
    np.testing.assert_allclose(mean, biofuel["value"].item(), rtol=0.01)


def test_an_unknown_label_or_region_is_refused(tmp_path):
    file = tmp_path / "gmb.csv"
    file.write_text("\ufeffEmission totals,Regions ,GLOBAL\n,,\nUnicorns,VISIT,1.0\n", encoding="utf-8")
    with pytest.raises(InputError, match="Unicorns"):
        methane_budget.read(file)
    file.write_text("Emission totals,Regions,GLOBAL,Mars\n,,,\nWetland,VISIT,1.0,2.0\n")
    with pytest.raises(InputError, match="Mars"):
        methane_budget.read(file)


def test_rice_area_and_methane_keep_their_units(data_root):
    file = data_root / "inventory" / "faostat_rice" / "faostat_rice_paddies.csv"
    area, methane = faostat_rice.read_area(file), faostat_rice.read(file)
    assert area.query("year == 1961")["value"].item() == 115_365_135
    assert set(area["unit"]) == {"ha"} and set(methane["unit"]) == {"Tg yr-1"}
    np.testing.assert_allclose(methane.query("year == 2017")["value"], 25.2096, rtol=1e-5)


def test_rice_in_another_unit_is_refused(tmp_path):
    file = tmp_path / "rice.csv"
    head = "Area,Element,Item,Year,Unit,Value\n"
    file.write_text(head + 'World,Emissions (CH4) (Rice cultivation),"Rice, paddy",2016,tonnes,1\n')
    with pytest.raises(InputError, match="tonnes"):
        faostat_rice.read(file)


@pytest.fixture(scope="module")
def solvent(data_root):
    folder = data_root / "atmosphere" / "flux_priors"
    names = {"mcculloch": "mcf_McCulloch.dat", "prinn": "mcf_Prinn.dat"}
    return {e: (folder / f, mcf_emissions.read_columns(folder / f, e)[0]) for e, f in names.items()}


def test_what_is_not_emitted_is_held_back(solvent):
    table = solvent["mcculloch"][1].query("year <= 1996")
    total = table["value"] + table["held_back"]
    np.testing.assert_allclose(table["upper"] + table["upper_held_back"], total, atol=0.25)
    np.testing.assert_allclose(table["lower"] + table["lower_held_back"], total, atol=0.25)


def test_a_quarter_of_a_years_sales_is_emitted_in_the_next(solvent):
    table = solvent["mcculloch"][1].set_index("year")
    sales = table["value"] + table["held_back"].diff()
    share = (table["held_back"] / sales).loc[1957:1969]
    np.testing.assert_allclose(share, 0.25, atol=0.005)


def test_prinn_is_mcculloch_corrected_by_the_air(solvent):
    both = solvent["mcculloch"][1].merge(solvent["prinn"][1], on="year").query("year <= 2000")
    np.testing.assert_allclose(both["value_y"] - both["correction"], both["value_x"], atol=0.06)


def test_emissions_peak_in_1990_and_almost_end(solvent):
    for estimate, (file, _) in solvent.items():
        series = mcf_emissions.read(file, estimate).set_index("year")
        assert series["value"].idxmax() == 1990
        np.testing.assert_allclose(series.loc[1990, "value"], 0.716, atol=0.002)
        assert (series["sd"] >= 0).all()
        assert set(series.loc[2001:, "status"]) == {"extrapolation"}


def test_after_2000_prinn_is_a_plain_decay(solvent):
    late = solvent["prinn"][1].query("2002 <= year <= 2014")["value"].to_numpy()
    np.testing.assert_allclose(late[1:] / late[:-1], 0.8, atol=0.01)


def test_the_two_layouts_are_not_mistaken_for_each_other(solvent):
    with pytest.raises(InputError, match="columns"):
        mcf_emissions.read(solvent["prinn"][0], "mcculloch")
    with pytest.raises(InputError, match="estimate"):
        mcf_emissions.read(solvent["prinn"][0], "nobody")
