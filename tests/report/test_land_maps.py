"""The maps of the land: Greenwich in the middle, scales that do not change, methane of dry soil below nought."""

from __future__ import annotations

import numpy as np
import xarray as xr

from tenbin.report import land_maps


def grid(width=60.0):
    lon = np.arange(0.5 * width, 360.0, width) if width > 1 else np.array([10.25, 10.75])
    lat, step = np.array([-45.0, 45.0]), lon[1] - lon[0]
    names = [panel.name for panel in land_maps.PANELS]
    field = (("lat", "lon"), np.tile(lon, (2, 1)))
    bounds = {
        "lon_bnds": (("lon", "bnds"), lon[:, None] + 0.5 * step * np.array([-1.0, 1.0])),
        "lat_bnds": (("lat", "bnds"), lat[:, None] + np.array([-45.0, 45.0])),
        "land_area": (("lat", "lon"), np.ones((2, lon.size))),
    }
    return xr.Dataset(dict.fromkeys(names, field) | bounds, coords={"lat": lat, "lon": lon})


def test_the_globe_is_drawn_with_greenwich_in_its_middle():
    made = land_maps.centred(grid())
    assert made["lon"].values.tolist() == [-150.0, -90.0, -30.0, 30.0, 90.0, 150.0]
    assert made["gpp"].values[0].tolist() == [210.0, 270.0, 330.0, 30.0, 90.0, 150.0]
    edges = np.append(made["lon_bnds"].values[:, 0], made["lon_bnds"].values[-1, 1])
    np.testing.assert_allclose(edges, np.arange(-180.0, 181.0, 60.0))


def test_a_part_of_the_globe_stays_where_it_is():
    part = grid(0.5)
    xr.testing.assert_identical(land_maps.centred(part), part)


def test_every_map_has_a_unit_and_a_scale_of_its_sign():
    for panel in land_maps.PANELS:
        assert panel.unit and panel.lowest < panel.highest
        assert (panel.highest == 0.0) == (panel.name == "uplandCH4")
    drawn = land_maps.figure(grid())
    titles = [ax.get_title(where) for ax in drawn.axes for where in ("left", "center") if ax.get_title(where)]
    assert len(titles) == len(land_maps.PANELS) and all("[" in title for title in titles)
