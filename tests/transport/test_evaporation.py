"""Water that sea and land give off: what published means and a forecast's own fluxes say, and the limits."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from tenbin.core.errors import InputError
from tenbin.data.land_grids.solar import SOLAR_CONSTANT, momentary, top_of_atmosphere
from tenbin.data.meteorology import gfs
from tenbin.data.meteorology.humidity import specific_humidity
from tenbin.transport import evaporation
from tenbin.transport.air_grid import AirGrid, hybrid_layers, merged_cells, polar_grid
from tenbin.transport.air_layers import Layers, layers_of
from tenbin.transport.boundary_layer import Surface
from tenbin.transport.convection import LATENT
from tenbin.transport.meteorology import driven

CELLS = polar_grid(24, 36)
GRID = AirGrid(CELLS, *hybrid_layers(20), merged_cells(CELLS))
DRY = np.full(GRID.grid.shape, 1e5)
SEA, LAND = np.zeros(GRID.grid.shape), np.ones(GRID.grid.shape)
SUN = np.full(GRID.grid.shape, 400.0)
DAY = 86400.0


def air(warm: float = 297.0, relative: float = 0.8, wind: float = 7.0) -> Layers:
    """Air of an even lapse, as moist everywhere."""
    middle = 0.5 * ((GRID.a + GRID.b * 1e5)[1:] + (GRID.a + GRID.b * 1e5)[:-1])
    temperature = np.maximum(warm * (middle / 1e5) ** 0.19, 200.0)[:, None, None] * np.ones(GRID.shape)
    moist = specific_humidity(relative, temperature, middle[:, None, None])
    return layers_of(GRID, DRY, temperature, moist, wind, 0.0)


def test_warm_sea_gives_some_millimetres_a_day_and_none_into_wet_air():
    given = evaporation.from_sea(air(), Surface(SEA)) * DAY
    assert 3.0 < given.min() <= given.max() < 7.0
    wet = air()._replace(humidity=np.full(GRID.shape, 0.05))
    assert evaporation.from_sea(wet, Surface(SEA)).max() == 0.0


def test_wind_at_ten_metres_counts_where_it_is_given():
    calm, windy = (
        evaporation.from_sea(air(), Surface(SEA, wind=np.full(SEA.shape, speed))) for speed in (4.0, 8.0)
    )
    np.testing.assert_allclose(windy, 2.0 * calm, rtol=1e-12)


def test_land_shares_heat_between_vapour_and_warmth():
    """Wet warm ground spends most on vapour, dry or cold ground little; never more than all, none at night."""
    shares = [
        evaporation.from_land(air(warm, relative), Surface(LAND), SUN) * LATENT / (evaporation.HEAT * SUN)
        for warm, relative in ((303.0, 1.0), (303.0, 0.2), (268.0, 0.8))
    ]
    wet, dry, cold = (float(one.max()) for one in shares)
    assert 0.7 < wet < 1.0 and dry < 0.5 and cold < 0.4
    assert evaporation.from_land(air(), Surface(LAND), 0.0 * SUN).max() == 0.0


def test_heat_that_is_given_decides_over_land():
    warm = Surface(LAND, sensible=np.full(LAND.shape, 30.0))
    ratio = evaporation.from_land(air(303.0, 0.9), warm, 0.0 * SUN) * LATENT / 30.0
    assert (ratio > 1.0).all() and (ratio < 4.0).all()
    cooling = Surface(LAND, sensible=np.full(LAND.shape, -30.0))
    assert evaporation.from_land(air(), cooling, SUN).max() == 0.0


def test_latent_heat_that_is_given_is_taken():
    given = Surface(LAND, latent=np.linspace(-50.0, 100.0, LAND.size).reshape(LAND.shape))
    found = evaporation.evaporation_of(air(), given, SUN)
    np.testing.assert_array_equal(found, np.maximum(given.latent, 0.0) / LATENT)


def test_momentary_sunlight_has_the_mean_of_its_day():
    hours = np.arange(0.0, 24.0, 0.1)
    for lat, day in ((0.0, 80), (52.0, 172), (-70.0, 20), (80.0, 355)):
        found = momentary(lat, 30.0, day, hours).mean()
        assert found == pytest.approx(float(top_of_atmosphere(lat, day)), rel=2e-3, abs=1e-9)
    assert momentary(0.0, 90.0, 80, 6.0) == pytest.approx(SOLAR_CONSTANT, rel=0.02)


@pytest.mark.parametrize("file", gfs.FILES)
def test_a_forecast_without_heat_fluxes_evaporates_as_with_them(file):
    """Means over the globe and over the sea are within a tenth of what the forecast itself gives off."""
    from tenbin.transport import meteorology

    try:
        data = gfs.read(file=file)
    except InputError:
        pytest.skip("needs the weather files of the catalog")
    states = [
        meteorology._state_at(one.isel(time=[0]), GRID, None, "gfs")
        for one in (data, data.drop_vars("hfls"), data.drop_vars(["hfss", "hfls", "tas", "uas", "vas"]))
    ]
    sea = GRID.grid.area * (states[0].surface.land < 0.05)
    for weight in (GRID.grid.area, sea):
        mean = partial(np.average, weights=weight)
        given, *derived = (mean(one.evaporation) * DAY for one in states)
        assert 2.5 < given < 4.5
        np.testing.assert_allclose(derived, given, rtol=0.1)
    assert next(driven(data, GRID)).updraft.max() > 0.0
