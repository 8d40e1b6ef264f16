"""Clouds that carry air: none where the air is dry or stable, bounded where it is not, and known numbers."""

from __future__ import annotations

import numpy as np
import pytest

from tenbin.core.constants import GRAVITY
from tenbin.data.meteorology.humidity import specific_humidity
from tenbin.transport.air_grid import AirGrid, hybrid_layers, merged_cells, polar_grid
from tenbin.transport.air_layers import CP_DRY, Layers, layers_of
from tenbin.transport.convection import (
    LATENT,
    Cumulus,
    Inflow,
    clouds_of,
    cumulus_of,
    inflow_of,
    rising_air,
    updraft_of,
    where_it_condenses,
)
from tenbin.transport.mass_fluxes import Interval
from tenbin.transport.prescribed_convection import (
    prescribed_clouds,
    prescribed_evaporation,
    prescribed_humidity,
    prescribed_updraft,
)
from tenbin.transport.stations import middle_heights

CELLS = polar_grid(10, 12)
GRID = AirGrid(CELLS, *hybrid_layers(30), merged_cells(CELLS))
DRY = np.full(GRID.grid.shape, 1e5)
SEA = np.zeros(GRID.grid.shape)
FACES = GRID.a + GRID.b * 1e5
MIDDLE = 0.5 * (FACES[1:] + FACES[:-1])


def air(lapse: float, ground: float = 300.0, relative: float = 0.8, tropopause: float = 2e4) -> Layers:
    """Air that cools by `lapse` [K m-1] up to the tropopause [Pa], in a wind of 7 m/s."""
    height = np.zeros(GRID.levels)
    for _ in range(30):
        highest = np.interp(-tropopause, -MIDDLE, height)
        cold = ground - lapse * np.minimum(height, highest)
        warm = np.broadcast_to(cold[:, None, None], GRID.shape)
        height = middle_heights(GRID, DRY, warm, 0.0)[:, 0, 0]
    fall = relative * np.clip((MIDDLE / 1e5 - 0.02) / 0.98, 0.0, 1.0)
    moist = specific_humidity(fall[:, None, None], warm, MIDDLE[:, None, None])
    return layers_of(GRID, DRY, warm, moist, 7.0, 0.0)


def still(evaporation: float) -> Inflow:
    nothing = np.zeros(GRID.shape)
    return Inflow(nothing, nothing, np.full(GRID.grid.shape, evaporation))


def converging(evaporation: float, rate: float) -> Inflow:
    """Air that flows in below 800 hPa with 20 g of water per kg, more than the air there holds."""
    flow = np.where((MIDDLE > 8e4)[:, None, None], rate, 0.0) * np.ones(GRID.shape)
    return Inflow(0.02 * flow, flow, np.full(GRID.grid.shape, evaporation))


def test_nothing_rises_in_stable_air():
    for lapse in (0.0, 3e-3):
        assert cumulus_of(air(lapse), still(1e-4)).max() == 0.0


def test_nothing_rises_in_dry_air_or_without_supply():
    assert cumulus_of(air(8e-3, relative=0.0), still(1e-4)).max() == 0.0
    assert cumulus_of(air(8e-3), still(0.0)).max() == 0.0
    assert cumulus_of(air(8e-3), converging(0.0, -1e-3)).max() == 0.0


def test_air_condenses_where_its_dew_point_is_reached():
    """Lifted condensation level: 125 m for each degree between temperature and dew point, within a layer (Espy's
    rule as in textbooks)."""
    layers = air(9.5e-3, relative=0.6)
    energy, water = rising_air(layers, Cumulus(moister=0.0))
    base, _, _ = where_it_condenses(layers, energy, water, Cumulus())
    vapour = layers.humidity[0, 0, 0] * layers.pressure[0, 0, 0] / 0.622
    dew = 1.0 / (1.0 / 273.15 - 461.5 / 2.5e6 * np.log(vapour / 611.0))
    level = layers.height[0, 0, 0] + 125.0 * (layers.temperature[0, 0, 0] - dew)
    k = int(base[0, 0])
    assert layers.height[k - 1, 0, 0] - 60.0 < level < layers.height[k, 0, 0] + 60.0


def test_undiluted_clouds_end_where_the_moist_adiabat_meets_the_air():
    """The level of neutral buoyancy from an integration of the moist adiabat in small steps, within a layer."""
    layers = air(6.5e-3)
    how = Cumulus(deep=0.0, moister=0.0)
    clouds = clouds_of(layers, converging(1e-4, 1e-3), how)
    energy, water = rising_air(layers, how)
    z = layers.height[:, 0, 0]
    warm, moist = layers.temperature[:, 0, 0], layers.humidity[:, 0, 0]
    heights = np.arange(z[0], z[-3], 20.0)
    pressures = np.exp(np.interp(heights, z, np.log(MIDDLE)))
    above = []
    for height, pressure in zip(heights, pressures, strict=True):
        trial = np.linspace(180.0, 310.0, 13001)
        held = np.minimum(specific_humidity(1.0, trial, pressure), water[0, 0])
        at = np.argmin(abs(CP_DRY * trial + GRAVITY * height + LATENT * held - energy[0, 0]))
        around = np.interp(height, z, warm * (1.0 + 0.61 * moist))
        above.append(trial[at] * (1.0 + 0.61 * held[at]) > around)
    neutral = heights[np.flatnonzero(above)[-1]]
    top = int(clouds.top[0, 0])
    assert clouds.deep.all()
    assert z[top] <= neutral + 20.0 and z[top + 1] >= neutral - 20.0


def test_clouds_that_draw_in_more_air_end_lower():
    tops = [
        clouds_of(air(6.5e-3), converging(1e-4, 1e-3), Cumulus(deep=rate)).top[0, 0]
        for rate in (0.0, 1e-4, 5e-4)
    ]
    assert tops[0] >= tops[1] > tops[2]


def test_evaporation_alone_makes_shallow_clouds_and_winds_make_deep_ones():
    shallow, deep = clouds_of(air(6.5e-3), still(5e-5)), clouds_of(air(6.5e-3), converging(5e-5, 1e-3))
    assert not shallow.deep.any() and deep.deep.all()
    layers = air(6.5e-3)
    assert layers.pressure[int(shallow.top[0, 0]), 0, 0] > 7e4 > layers.pressure[int(deep.top[0, 0]), 0, 0]


def test_flux_at_the_base_is_what_the_supply_feeds_and_falls_to_nought_at_the_top():
    layers = air(6.5e-3)
    clouds = clouds_of(layers, converging(5e-5, 1e-3))
    updraft = updraft_of(layers, clouds)[:, 4, 0]
    base, top = int(clouds.base[4, 0]), int(clouds.top[4, 0])
    through = clouds.supply[4, 0] / clouds.excess[4, 0]
    assert updraft[base - 1] == pytest.approx(through, rel=1e-12)
    assert updraft.max() == updraft[base - 1] and updraft[top - 1] > 0.0
    assert (updraft[top:] == 0.0).all() and (np.diff(updraft[base - 1 :]) <= 0.0).all()
    # below the base air is drawn in by mass
    share = np.cumsum(layers.mass[:base, 4, 0]) / layers.mass[:base, 4, 0].sum()
    np.testing.assert_allclose(updraft[:base], through * share, rtol=1e-12)


def test_no_more_rises_than_there_is_in_an_hour():
    layers = air(6.5e-3)
    clouds = clouds_of(layers, still(1.0))
    updraft = updraft_of(layers, clouds)
    base = int(clouds.base[4, 0])
    assert updraft[base - 1, 4, 0] == pytest.approx(layers.mass[:base, 4, 0].sum() / 3600.0, rel=1e-12)


def test_converging_water_is_counted_beyond_what_leaves_at_the_base():
    """Air that converges with the humidity of the cloud base feeds nothing."""
    layers = air(6.5e-3)
    base = int(clouds_of(layers, still(5e-5)).base[4, 0])
    flow = np.where((np.arange(GRID.levels) < base)[:, None, None], 1e-3, 0.0) * np.ones(GRID.shape)
    around = layers.humidity[base]
    fed = clouds_of(layers, Inflow(flow * around / (1.0 - around), flow, np.full(GRID.grid.shape, 5e-5)))
    np.testing.assert_allclose(fed.supply, 5e-5, rtol=1e-9)


def test_inflow_of_any_flow_adds_up_to_nothing():
    rng = np.random.default_rng(3)
    east, north = rng.normal(size=GRID.shape), rng.normal(size=(GRID.levels, 9, 12))
    inflow = inflow_of(Interval((DRY, DRY), east, north), rng.uniform(0.0, 0.02, GRID.shape), SEA, GRID)
    for one in (inflow.water, inflow.air):
        total = (one * GRID.grid.area).sum(axis=(1, 2))
        assert abs(total).max() < 1e-12 * (abs(one) * GRID.grid.area).sum()


def test_prescribed_evaporation_of_the_tropical_sea_is_some_millimetres_a_day():
    """4 mm a day or so where wind blows with 7 m/s over warm water; less over land, none into wet air."""
    layers = air(6.5e-3)
    sea = prescribed_evaporation(layers, SEA) * 86400.0
    assert (sea > 2.0).all() and (sea < 8.0).all()
    wet = layers._replace(humidity=np.full(GRID.shape, 0.05))
    assert prescribed_evaporation(wet, SEA).max() == 0.0


def test_any_air_gives_finite_flux():
    rng = np.random.default_rng(5)
    warm = rng.uniform(160.0, 330.0, GRID.shape)
    layers = layers_of(GRID, DRY, warm, rng.uniform(0.0, 0.03, GRID.shape), 5.0, 5.0)
    inflow = Inflow(
        *(1e-3 * rng.normal(size=GRID.shape) for _ in range(2)), 1e-4 * rng.normal(size=GRID.grid.shape)
    )
    updraft = cumulus_of(layers, inflow)
    assert np.isfinite(updraft).all() and (updraft >= 0.0).all()


def test_made_up_humidity_is_that_of_the_published_profile():
    layers = air(6.5e-3)
    moist = prescribed_humidity(GRID, DRY, layers.temperature)
    relative = moist / specific_humidity(1.0, layers.temperature, layers.pressure)
    assert relative[0].max() == pytest.approx(0.77 * (MIDDLE[0] / 1e5 - 0.02) / 0.98, rel=2e-2)
    assert (moist[MIDDLE < 1e4] == 2.5e-6).all() and (moist > 0.0).all()


def test_made_up_clouds_are_high_in_the_tropics_and_none_over_frozen_land():
    layers = air(4e-3)
    nothing = np.zeros(GRID.shape)
    flow = Interval((DRY, DRY), nothing, nothing[:, 1:])
    updraft = prescribed_updraft(layers, flow, SEA, GRID)
    assert 0.0 < updraft.max() < 0.03 and (updraft[FACES[1:-1] < 7e4] == 0.0).all()
    frozen = air(4e-3, ground=262.0)
    assert prescribed_updraft(frozen, flow, SEA + 1.0, GRID).max() == 0.0
    # air that gathers over one cell carries water to it
    east = np.where((MIDDLE > 8e4)[:, None, None], 1e9, 0.0) * np.ones(GRID.shape)
    east[..., 6:] = 0.0
    gathers = Interval((DRY, DRY), east, nothing[:, 1:])
    shallow, deep = prescribed_clouds(layers, gathers, SEA, GRID)
    assert deep.deep[5, 6] and not deep.deep[5, 3] and not shallow.deep.any()
    assert layers.pressure[int(deep.top[5, 6]), 5, 6] < 3e4
    # deep clouds rain out no more than comes; where nothing gathers evaporation stays low
    evaporation = prescribed_evaporation(layers, SEA)
    inflow = inflow_of(gathers, layers.humidity, evaporation, GRID).water.sum(0)
    assert (deep.supply <= np.maximum(inflow, 0.0) + evaporation).all() and deep.supply[5, 3] == 0.0
    assert 0.0 < shallow.supply[5, 3] <= evaporation[5, 3]
