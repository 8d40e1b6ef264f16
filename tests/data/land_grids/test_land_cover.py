"""Plants, fields, wetlands and soils stand where their climate lets them, and a map is checked before it is used."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from tenbin.core.errors import InputError
from tenbin.data.land_grids import land_cover, maps, noaa_climatology, undercatch
from tenbin.data.land_grids.bioclimate import bioclimate, potential_evaporation
from tenbin.data.land_grids.land_cover import PLANT_TYPE_NAMES
from tenbin.land.plant_types import PLANT_TYPES


@pytest.fixture(scope="module")
def land(data_root):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TENBIN_DATA", str(data_root))
        return undercatch.corrected(noaa_climatology.land_cells(noaa_climatology.read(), 0.2))


@pytest.fixture(scope="module")
def surface(land):
    return land_cover.from_climate(land)


def greatest(surface, lat, lon):
    near = (surface["lat"].values - lat) ** 2 + (surface["lon"].values - lon % 360.0) ** 2
    cell = surface["plant_fraction"].isel(cell=int(near.argmin()))
    return str(cell["plant_type"].values[int(cell.values.argmax())])


def area_of(surface, name):
    return float((surface[name] * surface["land_area"]).sum()) / 1e12


def test_the_plant_types_are_those_of_the_land_model():
    assert tuple(kind.name for kind in PLANT_TYPES) == PLANT_TYPE_NAMES


def test_shares_of_plants_fill_the_land_and_no_more(surface):
    shares = surface["plant_fraction"]
    np.testing.assert_allclose(shares.sum("plant_type"), 1.0, rtol=1e-12)
    assert float(shares.min()) >= 0.0


def test_each_climate_has_its_plants(surface):
    expected = {
        (-3.75, -61.25): "tropical_evergreen_broadleaf",
        (-13.0, -47.0): "c4_grass",
        (-11.25, 18.75): "tropical_raingreen_broadleaf",
        (23.75, 5.0): "desert_sparse",
        (51.25, 11.0): "temperate_deciduous_broadleaf",
        (61.0, 72.0): "boreal_evergreen_needleleaf",
        (66.0, 125.0): "boreal_deciduous_needleleaf",
        (70.0, -155.0): "tundra",
        (72.0, -40.0): "desert_sparse",
        (-80.0, 60.0): "desert_sparse",
    }
    assert {place: greatest(surface, *place) for place in expected} == expected


def test_the_areas_are_about_those_known(surface):
    """Cropland 15, ice 15-16, tundra 5-12, forest about 40, wetland 3-5, paddy about 1 (million km2)."""
    kinds = {name: float((surface["plant_fraction"].sel(plant_type=name) * surface["land_area"]).sum()) / 1e12
             for name in PLANT_TYPE_NAMES}  # fmt: skip
    forest = sum(area for name, area in kinds.items() if "leaf" in name)
    assert 38.0 < forest < 55.0
    assert 12.0 < kinds["crop"] < 17.0 and 5.0 < kinds["tundra"] < 12.0
    assert 13.0 < area_of(surface, "ice_fraction") < 17.0
    assert 3.0 < area_of(surface, "wetland_fraction") < 5.0
    assert 0.8 < area_of(surface, "rice_fraction") < 1.6


def test_wetlands_lie_in_the_tropics_and_the_boreal_belt(surface):
    wet = surface["wetland_fraction"] * surface["land_area"]
    tropics = float(wet.where(abs(surface["lat"]) < 30.0).sum() / wet.sum())
    north = float(wet.where(surface["lat"] > 50.0).sum() / wet.sum())
    assert 0.4 < tropics < 0.6 and 0.3 < north < 0.55


def test_soils_are_possible_and_acid_where_it_is_wet(surface):
    assert float((surface["sand"] + surface["clay"]).max()) < 1.0
    assert float(surface["ph"].min()) >= 4.9 and float(surface["ph"].max()) <= 8.3
    dry = surface["plant_fraction"].sel(plant_type="desert_sparse").where(surface["ice_fraction"] == 0) > 0.9
    assert float(surface["ph"].where(dry).mean()) > 8.0
    assert float(surface["sand"].where(dry).mean()) > 0.6


def test_demand_for_water_is_that_of_the_formula():
    """FAO 56, equation 52, at 20 degC, a range of 10 K and 40.6 MJ m-2 d-1 above the air: 4.55 mm d-1."""
    by_hand = 0.0023 * (40.6 / 2.45) * 37.8 * np.sqrt(10.0)
    assert float(potential_evaporation(20.0, 10.0, 40.6 / 0.0864)) == pytest.approx(by_hand, rel=1e-12)
    assert by_hand == pytest.approx(4.55, abs=0.01)


def test_degree_days_of_a_steady_climate_are_counted_by_hand(land):
    steady = land.isel(cell=[0]).assign(tas=(("month", "cell"), np.full((12, 1), 293.15)))
    assert float(bioclimate(steady).gdd5[0]) == pytest.approx(365 * 15.0)


def a_map(**changes):
    shares = np.zeros((3, 2, 2))
    shares[0], shares[1] = 0.5, 0.25
    names = ["c3_grass", "crop", "shrub"]
    data = xr.Dataset(
        {
            "plant_fraction": (("plant_type", "lat", "lon"), shares),
            "ph": (("lat", "lon"), np.full((2, 2), 6.0)),
        },
        coords={"plant_type": names, "lat": [10.0, 20.0], "lon": [0.0, 1.0]},
    )
    return data.assign(changes)


def test_a_map_comes_back_in_the_model_s_order_with_bare_ground_added(tmp_path):
    a_map().to_netcdf(tmp_path / "map.nc")
    read = maps.read(tmp_path / "map.nc")
    assert tuple(read["plant_type"].values) == PLANT_TYPE_NAMES
    cell = read["plant_fraction"][:, 0, 0]
    assert float(cell.sel(plant_type="c3_grass")) == 0.5 and float(cell.sel(plant_type="crop")) == 0.25
    assert float(cell.sel(plant_type="desert_sparse")) == pytest.approx(0.25)


def test_a_wrong_map_is_refused_with_all_that_is_wrong(tmp_path):
    wrong = a_map(ph=(("lat", "lon"), np.full((2, 2), 60.0)), sand=(("lat", "lon"), np.full((2, 2), 70.0)))
    wrong["plant_fraction"] = wrong["plant_fraction"] * -1.0
    wrong = wrong.assign_coords(plant_type=["grass", "crop", "shrub"])
    wrong.to_netcdf(tmp_path / "map.nc")
    with pytest.raises(InputError) as caught:
        maps.read(tmp_path / "map.nc")
    assert [fault.name for fault in caught.value.faults] == ["plant_type", "plant_fraction", "sand", "ph"]
    assert "percent" in str(caught.value)
    assert maps.faults(a_map() * 2.0)[0].found == "shares that sum to 1.5"
    assert maps.faults(xr.Dataset())[0].name == "plant_fraction"
