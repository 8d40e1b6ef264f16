"""Modelled stations that are the observed ones, late, weak or wrongly named, are told to be so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tenbin.assimilate.station_cycles import COMPARED, compare, modelled_cycles, places, season_of
from tenbin.core.calendar import months_between
from tenbin.core.errors import InputError
from tenbin.data.stations.seasonal_cycle import embedded

SITES = ["BRW", "MLO", "SMO", "SPO"]


def model(observed, years=(2000, 2004), late=0.0, factor=1.0, gas_growth=2.0):
    """Series with the observed seasons, `late` days later and `factor` as large, and the observed gradients."""
    time = months_between(*years)["decimal_year"].to_numpy()
    rows = observed.set_index("site")
    return pd.DataFrame(
        {
            site: 370.0 + gas_growth * (time - 2000.0) + rows.loc[site, "gradient"]
            + factor * season_of(rows.loc[site], time - late / 365.25)
            for site in SITES
        },
        index=time,
    )  # fmt: skip


@pytest.fixture(scope="module")
def observed():
    return embedded("co2")


def test_the_observed_itself_compares_perfectly(observed):
    found = compare(model(observed), "co2")
    assert tuple(found.columns) == COMPARED
    assert found["site"].tolist() == SITES
    np.testing.assert_allclose(found["amplitude_ratio"], 1.0, atol=1e-3)
    np.testing.assert_allclose(found["phase_difference"], 0.0, atol=0.1)
    np.testing.assert_allclose(found["correlation"], 1.0, atol=1e-6)
    np.testing.assert_allclose(
        found["gradient_difference"] - found["gradient_difference"].iloc[-1], 0.0, atol=1e-3
    )


@pytest.mark.parametrize("late", [-20.0, 20.0])
def test_a_late_and_weak_model_is_told(observed, late):
    found = compare(model(observed, late=late, factor=0.5), observed)
    np.testing.assert_allclose(found["amplitude_ratio"], 0.5, atol=1e-3)
    np.testing.assert_allclose(found["phase_difference"], late, atol=0.3)
    assert (found["correlation"] < 0.999).all()


def test_phases_on_both_sides_of_new_year_are_close(observed):
    turned = observed.assign(phase=observed["phase"].where(observed["site"] != "MLO", 11.9))
    late = compare(model(turned), turned).set_index("site").loc["MLO", "phase_difference"]
    assert late == pytest.approx(((3.53 - 11.9) % 12.0) / 12.0 * 365.25, abs=1.0)


def test_one_year_is_enough_and_a_flat_station_has_no_correlation(observed):
    series = model(observed, years=(2010, 2010)).assign(SMO=400.0)
    found = compare(series, observed).set_index("site")
    assert found.loc["MLO", "amplitude_ratio"] == pytest.approx(1.0, abs=0.05)
    assert np.isnan(found.loc["SMO", "correlation"])


def test_every_fault_is_told_at_once(observed):
    series = model(observed).drop(columns="SPO").rename(columns={"MLO": "MLOO"})
    series.iloc[3, 0] = np.nan
    with pytest.raises(InputError) as caught:
        compare(series, observed)
    names = [fault.name for fault in caught.value.faults]
    assert names == ["column", "reference", "BRW"]
    with pytest.raises(InputError, match="whole years"):
        modelled_cycles(model(observed).iloc[:7])


def test_mountains_are_sampled_at_their_altitude_and_others_above_ground():
    found = {above: table.set_index("site") for above, table in places("co2").items()}
    assert found["sea"].loc["MLO", "at"] > 3000.0
    assert found["ground"].loc["LEF", "at"] > 300.0
    assert 0.0 < found["ground"].loc["SPO", "at"] < 50.0
    assert len(found["sea"]) + len(found["ground"]) == len(embedded("co2"))


def test_stations_fit_the_operators_of_the_transport_model():
    from tenbin.transport import stations
    from tenbin.transport.air_grid import AirGrid, hybrid_layers, merged_cells, polar_grid

    grid = polar_grid(46, 72)
    cells = AirGrid(grid, *hybrid_layers(), merged_cells(grid))
    ground = np.zeros(grid.shape)
    vertical = stations.Vertical(
        stations.middle_heights(cells, np.full(grid.shape, 1e5), np.full(cells.shape, 250.0), ground), ground
    )
    for above, table in places("ch4").items():
        lat, lon, at = (table[name].to_numpy() for name in ("lat", "lon", "at"))
        assert stations.point_map(cells, lat, lon, at, vertical, above=above) is not None
