"""Published budgets come with their unit, their citation and how far they were checked."""

import numpy as np

from tenbin.budget.published import published_budgets
from tenbin.data.inventories import gcb2019


def test_every_published_value_says_where_it_is_from_and_whether_it_was_checked():
    table = published_budgets()
    assert set(table["mark"]) == {"read", "computed", "verify"}
    assert (table["citation"] != "").all() and (table["licence"] != "").all()
    assert (table["unit"] == "Tg yr-1").all()


def test_a_range_holds_its_mean_and_sinks_are_negative():
    table = published_budgets()
    ranged = table.dropna(subset=["low", "high"])
    assert (ranged["low"] <= ranged["mean"]).all() and (ranged["mean"] <= ranged["high"]).all()
    assert (table.loc[table["sector"].isin(["sinks", "land_sink"]), "mean"] < 0).all()


def test_nitrogen_is_not_mistaken_for_nitrous_oxide():
    line = published_budgets("n2o").query("source == 'nies_gcp2024' and sector == 'total'").iloc[0]
    np.testing.assert_allclose(line["mean"], 17.8 * 44 / 28)


def test_the_decades_of_the_carbon_budget_are_those_of_its_table(data_root):
    table = gcb2019.read(data_root / "inventory/gcb2019/global-carbon-budget.csv")
    rows = published_budgets("co2").query("source == 'gcb2019'")
    for row in rows.itertuples():
        sector = "fossil" if row.sector == "fossil+industry" else row.sector
        years = table[(table["sector"] == sector) & table["year"].between(row.year_start, row.year_end)]
        np.testing.assert_allclose(rows.loc[row.Index, "mean"], years["value"].mean(), atol=2.0)
