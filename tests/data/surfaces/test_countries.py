"""Country polygons: areas, the dateline, the pole, codes, and shares of grid cells that lose no land."""

import json

import numpy as np
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

from tenbin.core import regions
from tenbin.core.constants import EARTH_RADIUS
from tenbin.core.errors import ConservationError, InputError
from tenbin.core.grid import EARTH_AREA, cell_area, regular_grid
from tenbin.data.surfaces import countries, country_fractions, topojson

KM2 = 1e6


@pytest.fixture(scope="module")
def folder(data_root):
    return data_root / "inventory" / "geo_naturalearth"


@pytest.fixture(scope="module")
def world(folder):
    return countries.read(folder / "world-atlas_countries-50m.json")


@pytest.fixture(scope="module")
def shares(world):
    grid = regular_grid(2.5, 2.5)
    return country_fractions.fractions(world, grid), grid


def test_areas_are_those_of_the_atlas(world):
    area = world.set_index("iso3")["area"] / KM2
    np.testing.assert_allclose(area["JPN"], 370_055, rtol=2e-4)
    np.testing.assert_allclose(area["BRA"], 8.51e6, rtol=0.01)
    np.testing.assert_allclose(area.sum() * KM2 / EARTH_AREA, 0.285, atol=0.005)


@given(st.floats(-80, 70), st.floats(1, 20), st.floats(-180, 150), st.floats(1, 30))
def test_the_area_of_a_box_is_the_spherical_one(south, height, west, width):
    box = shapely.box(west, south, west + width, south + height)
    exact = cell_area([south, south + height], [west, west + width]).item()
    np.testing.assert_allclose(countries.area(box), exact, rtol=1e-9)


def test_russia_and_fiji_end_at_the_dateline_and_leak_no_strip(world):
    shapes = world.set_index("iso3")["geometry"]
    for code in ("RUS", "FJI"):
        assert shapes[code].bounds[0] >= -180.0 and shapes[code].bounds[2] <= 180.0
    strip = shapely.box(
        -160.0, 70.9, 20.0, 71.1
    )  # from Alaska over Greenland to the North Cape: none of it Russian
    assert shapes["RUS"].intersection(strip).area == 0.0
    np.testing.assert_allclose(world.set_index("iso3").loc["FJI", "area"] / KM2, 18_400, rtol=0.02)


def test_antarctica_reaches_the_pole(world):
    shape = world.set_index("iso3").loc["ATA", "geometry"]
    assert shape.contains(shapely.Point(10.0, -89.9))
    np.testing.assert_allclose(world.set_index("iso3").loc["ATA", "area"] / KM2, 12.25e6, rtol=0.02)


def test_every_shape_has_a_known_code_once(world):
    assert world["iso3"].is_unique
    assert set(world["iso3"]) <= set(regions.countries())
    assert {"XKX", "AUS", "CYP", "SOM", "GUF", "SJM", "REU"} <= set(world["iso3"])


def test_overseas_parts_stay_with_the_mainland_if_asked(folder, world):
    whole = countries.read(folder / "world-atlas_countries-50m.json", overseas=False).set_index("iso3")[
        "area"
    ]
    apart = world.set_index("iso3")["area"]
    parts = apart[["FRA", "GUF", "GLP", "MTQ", "REU", "MYT"]].sum()
    np.testing.assert_allclose(whole["FRA"], parts, rtol=1e-9)
    assert "GUF" not in whole.index and 1 - apart["FRA"] / whole["FRA"] > 0.1


def test_no_place_lies_in_two_countries(shares):
    cover = shares[0].groupby(["row", "column"])["fraction"].sum()
    assert cover.max() <= 1.0 + 1e-9


def test_no_land_is_lost_at_a_coast(world, shares):
    table, grid = shares
    found = (table["fraction"] * grid.area[table["row"], table["column"]]).groupby(table["iso3"]).sum()
    np.testing.assert_allclose(found, world.set_index("iso3")["area"].loc[found.index], rtol=1e-9)
    assert set(found.index) == set(world["iso3"])


def test_the_inside_of_australia_is_all_australian(shares):
    table, _ = shares
    inside = table.query("iso3 == 'AUS' and lat > -27 and lat < -23 and lon > 126 and lon < 141")
    np.testing.assert_allclose(inside["fraction"], 1.0, rtol=1e-12)


def test_a_flux_summed_by_country_and_ocean_is_the_flux_of_the_globe(shares):
    table, grid = shares
    dataset = country_fractions.as_dataset(table, grid)
    flux = np.random.default_rng(1).random(grid.shape)
    mass = flux * dataset["cell_area"].values
    by_country = (dataset["fraction"].values * mass).sum(axis=(1, 2))
    ocean = ((1 - dataset["fraction"].values.sum(axis=0)) * mass).sum()
    np.testing.assert_allclose(by_country.sum() + ocean, mass.sum(), rtol=1e-12)


def test_a_grid_that_misses_land_is_refused(world):
    from tenbin.core.grid import Grid

    half = Grid(np.linspace(0.0, 90.0, 10), np.linspace(-180.0, 180.0, 37))
    with pytest.raises(ConservationError, match="area over cells"):
        country_fractions.fractions(world[world["iso3"] == "BRA"], half)


def test_shapes_that_overlap_are_refused(world):
    import pandas as pd

    japan = world[world["iso3"] == "JPN"]
    twice = pd.concat([japan, japan.assign(iso3="KOR")])
    with pytest.raises(ConservationError, match="JPN, KOR"):
        country_fractions.fractions(twice, regular_grid(2.5, 2.5))


def test_the_coarse_map_is_read_too(folder):
    coarse = countries.read(folder / "world-atlas_countries-110m.json", resolution="110m")
    assert len(coarse) >= 175
    names = countries.read_attributes(folder / "ne_110m_admin_0_countries_lowres.geojson")
    assert len(names) == 177 and names.set_index("iso3").loc["XKX", "name"] == "Kosovo"


@example(5e-324, 1.0, 1.0)  # a latitude that is all but zero once defeated the cut
@given(st.floats(-60, 60), st.floats(1, 20), st.floats(1, 60))
def test_a_box_across_the_dateline_keeps_its_area_when_cut(south, height, width):
    west = 180.0 - width / 2
    wrap = [
        (x - 360.0 if x > 180.0 else x, y)
        for x, y in shapely.box(west, south, west + width, south + height).exterior.coords
    ]
    cut = topojson.within_dateline([np.array(wrap)])
    np.testing.assert_allclose(cut.area, width * height, rtol=1e-9)
    assert cut.bounds[0] >= -180.0 and cut.bounds[2] <= 180.0


def test_a_ring_round_the_globe_encloses_its_pole():
    lon = np.arange(-180.0, 181.0, 10.0)
    cap = topojson.within_dateline([np.column_stack([lon, np.full(lon.size, 80.0)])])
    np.testing.assert_allclose(
        countries.area(cap), 2 * np.pi * EARTH_RADIUS**2 * (1 - np.sin(np.radians(80))), rtol=1e-9
    )


def test_arcs_are_joined_forward_and_backward_with_holes():
    topology = {
        "type": "Topology",
        "arcs": [
            [[0, 0], [4, 0], [4, 4]],
            [[0, 0], [0, 4], [4, 4]],
            [[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]],
        ],
    }
    shape = topojson._polygons({"type": "Polygon", "arcs": [[0, ~1], [2]]}, topojson._arcs(topology))
    assert shape.area == 15.0


def test_a_broken_map_is_refused_with_its_file(tmp_path):
    file = tmp_path / "map.json"
    for text, what in [
        ("{", "damaged JSON"),
        ("{}", "Topology"),
        (json.dumps({"type": "Topology", "arcs": [], "objects": {}}), "cannot be followed"),
    ]:
        file.write_text(text)
        with pytest.raises(InputError, match=what) as caught:
            countries.read(file)
        assert str(file) in str(caught.value)
    with pytest.raises(InputError, match="10m"):
        countries.read(file, resolution="10m")


def test_a_shape_without_a_known_number_is_refused(tmp_path):
    file = tmp_path / "map.json"
    ring = [[0, 0], [1, 0], [1, 1], [0, 0]]
    shape = {"type": "Polygon", "arcs": [[0]], "id": "999", "properties": {"name": "Atlantis"}}
    file.write_text(
        json.dumps({"type": "Topology", "arcs": [ring], "objects": {"countries": {"geometries": [shape]}}})
    )
    with pytest.raises(InputError, match="Atlantis"):
        countries.read(file)
