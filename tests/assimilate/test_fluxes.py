"""Fluxes on cells of air keep the sums of their tables, lie where they should, and make published totals."""

from __future__ import annotations

import numpy as np
import pytest

from tenbin.assimilate import fluxes
from tenbin.core.constants import ATMOSPHERE_DRY_MASS, AVOGADRO, C_TO_CO2, MOLAR_MASS, N_TO_N2O
from tenbin.core.errors import InputError
from tenbin.core.grid import Grid, regular_grid
from tenbin.data import embedded_tables
from tenbin.data.surface_fluxes import patterns, totals
from tenbin.data.surface_fluxes.patterns import MONTH_SECONDS
from tenbin.transport.air_grid import AirGrid, hybrid_layers, merged_cells, polar_grid

PGC = 1e3 * float(C_TO_CO2)


@pytest.fixture(scope="module")
def cells():
    grid = polar_grid(46, 72)
    return AirGrid(grid, *hybrid_layers(), merged_cells(grid))


@pytest.fixture(scope="module")
def of(cells):
    return {gas: fluxes.on_cells(gas, cells) for gas in fluxes.GASES}


def magnitude(found, name):
    return found.yearly(np.abs(found.sectors[name]))


@pytest.mark.parametrize("gas", fluxes.GASES)
def test_sums_over_the_globe_are_those_of_the_table(of, gas):
    found = of[gas]
    table = totals.terms(gas)
    net = table[~table["pattern"].isin(patterns.ZERO_SUM)].groupby("sector")["value"].sum()
    assert found.monthly.shape == (12, 46, 72)
    assert found.monthly.dtype == np.float64
    for name in found.sectors:
        assert found.total[name] == pytest.approx(net.get(name, 0.0), abs=1e-12 * magnitude(found, name))
    np.testing.assert_allclose(found.monthly, sum(found.sectors.values()))


@pytest.mark.parametrize("gas", fluxes.GASES)
def test_merged_cells_share_one_flux(of, cells, gas):
    for flux in of[gas].sectors.values():
        np.testing.assert_array_equal(cells.mean_in_groups(flux), flux)


@pytest.mark.parametrize("grid", [regular_grid(2.0, 2.5), regular_grid(7.5, 11.25), polar_grid(91, 144)])
def test_any_global_grid_gets_the_same_month_by_month(of, grid):
    found = fluxes.on_grid("co2", grid)
    mine, others = (one.grid.integrate(one.monthly) for one in (found, of["co2"]))
    np.testing.assert_allclose(mine, others, rtol=1e-11)


def test_the_meridian_where_the_grid_begins_does_not_matter():
    east = fluxes.on_grid("ch4", Grid(np.linspace(-90.0, 90.0, 37), np.linspace(0.0, 360.0, 73)))
    west = fluxes.on_grid("ch4", regular_grid(5.0, 5.0))
    np.testing.assert_allclose(np.roll(east.monthly, 36, axis=-1), west.monthly, rtol=1e-12, atol=1e-30)


def test_sf6_is_northern_and_as_much_as_was_published(cells):
    # Simmonds et al. 2020, Atmos. Chem. Phys. 20, 7271: 7.3 +- 0.6 Gg in 2008, 9.04 +- 0.35 in 2018
    for year, published, sd in ((2008, 7.3, 0.6), (2018, 9.04, 0.35)):
        found = fluxes.on_cells("sf6", cells, year)
        assert 1e3 * sum(found.total.values()) == pytest.approx(published, abs=sd)
        assert 0.90 < found.northern_share() < 0.97


def test_sf6_grows_as_the_global_mean_that_the_package_keeps(cells):
    known = embedded_tables.global_sf6()
    assert known.loc[2010, "mean_ppt"] == pytest.approx(7.05, abs=0.02)
    per_ppt = float(ATMOSPHERE_DRY_MASS) * float(MOLAR_MASS["sf6"]) / float(MOLAR_MASS["air"]) * 1e-21
    for year in (1996, 2010, 2021):
        total = sum(fluxes.on_cells("sf6", cells, year).total.values())
        assert total == pytest.approx(known.loc[year, "growth_ppt"] * per_ppt, rel=2e-4)


def test_hemispheres_add_up_to_the_globe(of):
    found = of["sf6"].hemispheres()
    whole = (found.north + found.south) @ MONTH_SECONDS / MONTH_SECONDS.sum()
    assert whole * 365.0 / 365.25 * 1e-9 == pytest.approx(sum(of["sf6"].total.values()))
    assert found.north.mean() / (found.north + found.south).mean() == pytest.approx(
        of["sf6"].northern_share()
    )


def test_radon_is_an_atom_per_square_centimetre_of_ice_free_land(of):
    found = of["rn222"]
    atoms = found.monthly[0] / found.molar_mass * float(AVOGADRO) * 1e-4  # cm-2 s-1
    row, column = {}, {}
    for name, lat in (("sahara", 24.0), ("taiga", 66.0), ("cap", 76.0)):
        row[name] = int(np.argmin(abs(found.grid.lat - lat)))
    for name, lon in (("sahara", 10.0), ("siberia", 100.0), ("greenland", -40.0), ("pacific", -140.0)):
        column[name] = int(np.argmin(abs(found.grid.lon - lon)))
    assert atoms[row["sahara"], column["sahara"]] == pytest.approx(1.0, rel=0.01)
    assert atoms[row["taiga"], column["siberia"]] == pytest.approx(0.5, rel=0.02)
    assert atoms[row["sahara"], column["pacific"]] == pytest.approx(0.005, rel=0.01)
    assert atoms[row["cap"], column["greenland"]] == 0.0
    assert atoms[0, 0] == 0.0


def test_plants_take_up_carbon_in_the_northern_summer_and_give_it_back(of):
    found = of["co2"]
    north = found.grid.rows_within(30.0, 90.0)[:, None]
    months = found.grid.integrate(found.sectors["biosphere"] * north) * MONTH_SECONDS * 1e-9 / PGC
    assert months.argmin() in (5, 6)
    assert months[6] < -1.0 and months[[0, 1, 9, 10, 11]].min() > 0.3
    # own, wide bounds: the season of the north must neither vanish nor double
    assert 4.0 < -months[months < 0.0].sum() < 10.0
    assert found.total["biosphere"] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("year", [2000, 2010, 2018])
def test_carbon_dioxide_grows_as_the_budget_says(cells, year):
    published = {2000: 2.6, 2010: 5.0, 2018: 5.1}  # Pg C yr-1 of the sum of terms, imbalance included
    total = fluxes.on_cells("co2", cells, year).total
    assert sum(total.values()) / PGC == pytest.approx(published[year], abs=0.6)


def test_methane_is_within_the_published_ranges_of_what_the_air_allows(cells):
    # Saunois et al. 2025, ESSD 17, 1873, top-down: 2000-2009 543 (526-558), 2010-2019 575 (553-586)
    for years, low, high in (((2000, 2009), 526.0, 558.0), ((2010, 2019), 553.0, 586.0)):
        sums = [
            sum(fluxes.on_grid("ch4", regular_grid(30.0, 60.0), year).without("soil_uptake").total.values())
            for year in range(years[0], years[1] + 1)
        ]
        assert low < np.mean(sums) < high


def test_nitrous_oxide_is_about_seventeen_teragrams_of_nitrogen(of):
    # Tian et al. 2020, Nature 586, 248: 17.0 (12.2-23.5) bottom-up, 16.9 (15.9-17.7) top-down, 2007-2016
    assert 15.9 < sum(of["n2o"].total.values()) / float(N_TO_N2O) < 17.7


def test_a_run_of_the_land_takes_the_place_of_the_package(of, tmp_path, cells):
    from tests.data.surface_fluxes.test_land_output import land_run

    path = tmp_path / "land_monthly.nc"
    land_run().to_netcdf(path, engine="h5netcdf")
    found = fluxes.on_cells("co2", cells, land=path)
    assert found.total["fossil"] == of["co2"].total["fossil"]
    assert not np.allclose(found.sectors["biosphere"], of["co2"].sectors["biosphere"])
    assert str(path) in found.sources["biosphere"]


def test_sectors_may_be_left_out_but_not_by_a_wrong_name(of):
    without = of["ch4"].without("soil_uptake")
    assert sum(without.total.values()) - sum(of["ch4"].total.values()) == pytest.approx(
        -of["ch4"].total["soil_uptake"]
    )
    with pytest.raises(InputError, match="soil_uptake"):
        of["ch4"].without("soil")


def test_what_cannot_be_given_is_refused(cells):
    with pytest.raises(InputError, match="one of ch4, co2"):
        fluxes.on_cells("ozone", cells)
    with pytest.raises(InputError, match="1980 to 2020"):
        fluxes.on_cells("co2", cells, 1950)
    with pytest.raises(InputError, match="full circle"):
        fluxes.on_grid("co2", Grid(np.linspace(0.0, 90.0, 10), np.linspace(-180.0, 180.0, 9)))
