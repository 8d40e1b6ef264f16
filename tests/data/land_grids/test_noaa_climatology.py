"""The climatology of the land: two grids become one without loss, and the land is as large and as warm as it is."""

from __future__ import annotations

import numpy as np
import pytest

from tenbin.core.errors import InputError
from tenbin.data.land_grids import noaa_climatology, remap
from tenbin.data.land_grids.noaa_climatology import MONTH_LENGTHS


@pytest.fixture(scope="module")
def climatology(data_root):
    grids = data_root / "land"
    return noaa_climatology.read(
        grids / "grid_noaa_climatology" / "ncep_air_sig995_mon_ltm_2p5deg.nc",
        grids / "grid_noaa_climatology" / "cmap_precip_mon_ltm_2p5deg.nc",
        grids / "grid_noaa_ferret" / "etopo60.cdf",
        grids / "soil_srdb" / "fractional_land.0.5-deg.nc",
    )


def year_mean(field):
    return (field * (MONTH_LENGTHS / 365.0)[:, None]).sum("month")


def test_the_mean_of_a_linear_field_over_cells_is_exact_on_the_sphere():
    """T = latitude: its mean over a zone is the integral of phi cos phi over that of cos phi."""
    nodes = np.linspace(-90.0, 90.0, 73)
    field = np.repeat(nodes[:, None], 144, axis=1)
    phi = np.radians(nodes)
    upper, lower = phi[1:], phi[:-1]
    integral = upper * np.sin(upper) + np.cos(upper) - lower * np.sin(lower) - np.cos(lower)
    exact = np.degrees(integral / (np.sin(upper) - np.sin(lower)))
    np.testing.assert_allclose(remap.means_of_nodes(field, nodes)[:, 7], exact, atol=1e-10)


def test_a_conservative_mean_keeps_the_total_over_the_sphere():
    rng = np.random.default_rng(1)
    source = rng.normal(size=(180, 360))
    lat, lon = np.linspace(-90, 90, 181), np.linspace(20, 380, 361)
    to_lat, to_lon = np.linspace(-90, 90, 73), np.linspace(0, 360, 145)
    means = remap.cell_means(
        source, remap.latitude_overlap(lat, to_lat), remap.longitude_overlap(lon, to_lon)
    )
    weight, to_weight = np.diff(np.sin(np.radians(lat))), np.diff(np.sin(np.radians(to_lat)))
    assert (means * to_weight[:, None]).sum() / 144 == pytest.approx((source * weight[:, None]).sum() / 360)


def test_missing_values_have_no_weight_in_a_mean():
    values = np.array([[1.0, np.nan], [3.0, np.nan]])
    share = remap.latitude_overlap([-30.0, 0.0, 30.0], [-30.0, 30.0])
    around = remap.longitude_overlap([0.0, 180.0, 360.0], [0.0, 180.0, 360.0])
    means = remap.cell_means(values, share, around)
    assert means[0, 0] == pytest.approx(2.0) and np.isnan(means[0, 1])


def test_the_earth_is_as_warm_and_as_wet_as_its_producers_say(climatology):
    weight = climatology["cell_area"] / climatology["cell_area"].sum()
    assert float((climatology["tas"].mean("month") * weight).sum()) - 273.15 == pytest.approx(14.06, abs=0.03)
    assert float((climatology["pr"].mean("month") * weight).sum()) * 86400 == pytest.approx(2.57, abs=0.01)


def test_siberia_is_cold_in_january_and_warm_in_july(climatology):
    """At 52.5 N, 105 E the node has -16.5 and 17.5 degC; the four cells around it share its weather within 2 K."""
    around = climatology["tas"].sel(lat=[51.25, 53.75], lon=[103.75, 106.25]).mean(["lat", "lon"]) - 273.15
    assert float(around[0]) == pytest.approx(-16.5, abs=2.0)
    assert float(around[6]) == pytest.approx(17.5, abs=1.5)


def test_the_land_has_its_known_area_height_and_climate(climatology):
    share = float((climatology["land_fraction"] * climatology["cell_area"]).sum()) / 1e12
    assert share == pytest.approx(148.9, abs=1.5)
    land = noaa_climatology.land_cells(climatology)
    assert land.sizes["cell"] == 3503
    peopled = land.isel(cell=np.flatnonzero(land["lat"].values > -60.0))
    assert peopled.sizes["cell"] == 2457
    area = peopled["land_area"] / peopled["land_area"].sum()
    assert float((year_mean(peopled["tas"]) * area).sum()) - 273.15 == pytest.approx(13.5, abs=1.0)
    # CMAP is not corrected for what gauges miss: 721 mm against 740-800 mm of the corrected products.
    assert 690 < float((year_mean(peopled["pr"]) * area).sum()) * 86400 * 365 < 800
    assert float(climatology["elevation"].sel(lat=33.75, lon=88.75)) > 4500.0
    assert float(climatology["elevation"].sel(lat=-3.75, lon=298.75)) < 200.0


def test_where_rain_is_unknown_the_zone_stands_in_and_says_so(climatology):
    assert not climatology["pr"].isnull().any()
    assert int(climatology["pr_filled"].sum()) > 0
    assert not bool(noaa_climatology.land_cells(climatology)["pr_filled"].any())


def test_another_grid_or_unit_is_refused(data_root):
    rain = data_root / "land" / "grid_noaa_climatology" / "cmap_precip_mon_ltm_2p5deg.nc"
    with pytest.raises(InputError, match="only .*precip"):
        noaa_climatology.read(temperature=rain, precipitation=rain)
    with pytest.raises(InputError, match="no such file"):
        noaa_climatology.read_elevation("nowhere.cdf")
