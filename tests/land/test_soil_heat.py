"""Conduction and freezing in the ground against exact solutions."""

from __future__ import annotations

import math

import equinox as eqx
import numpy as np
import pytest

from tenbin.core.arrays import jax, jnp
from tenbin.land import soil_heat
from tenbin.land.soil_grid import SoilGrid
from tenbin.land.soil_hydraulics import SoilHydraulicsParams, properties

DAY = 86400.0


def column(n, thickness, wetness=0.9):
    grid = SoilGrid((thickness,) * n, n)
    sand, clay, organic = (jnp.array([x]) for x in (0.4, 0.2, 0.0))
    soil = properties(sand, clay, organic, grid, SoilHydraulicsParams())
    return soil, wetness * soil.capacity


def sharp(range_=0.02):
    params = soil_heat.SoilHeatParams()
    values = (jnp.asarray(range_), jnp.asarray(1e-9), jnp.asarray(1e-9), jnp.asarray(0.0))
    names = ("freezing_range", "bound_water", "ground_cover_resistance", "geothermal_flux")
    return eqx.tree_at(lambda p: tuple(getattr(p, n) for n in names), params, values)


def march(soil, water, start, surface, params, n_day, dt):
    heat, liquid = soil_heat.initial_state(start, water, soil, params)

    def one(carry, _):
        heat, liquid, ice = carry
        heat, out = soil_heat.step(heat, liquid, ice, surface, 0.0 * surface, soil, params, dt=dt)
        return (heat, out.liquid, out.ice), out.ground_heat

    steps = int(n_day * DAY / dt)
    return jax.jit(lambda c: jax.lax.scan(one, c, None, length=steps))((heat, liquid, water - liquid))


def neumann_front(soil, water, params, dz, surface, start, days):
    """Depth [m] of the front, Carslaw and Jaeger 1959, section 11.2, from the balance of heat there."""
    zero = jnp.zeros_like(water)
    k_frozen, k_thawed = (
        float(soil_heat.thermal_conductivity(*pair, soil, params)[0, 0])
        for pair in ((zero, water), (water, zero))
    )
    solids, mass = float(soil.heat_capacity[0, 0]) / dz, float(water[0, 0]) / dz
    a_f, a_t = k_frozen / (solids + 2100.0 * mass), k_thawed / (solids + 4186.0 * mass)

    def excess(x):
        r = math.sqrt(a_f / a_t)
        cold = k_frozen * surface * math.exp(-x * x) / (math.erf(x) * math.sqrt(math.pi * a_f))
        warm = k_thawed * start * math.exp(-((x * r) ** 2)) / (math.erfc(x * r) * math.sqrt(math.pi * a_t))
        return cold - warm - 3.34e5 * mass * x * math.sqrt(a_f)

    low, high = 1e-4, 2.0
    for _ in range(80):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if excess(middle) > 0.0 else (low, middle)
    return 2.0 * low * math.sqrt(a_f * days * DAY)


@pytest.mark.parametrize("warmth", [2.0, 0.01], ids=["two phases", "one phase"])
def test_a_freezing_front_goes_down_as_neumann_says(warmth):
    dz, n, days = 0.0125, 160, 6
    soil, water = column(n, dz)
    params = sharp()
    start, surface = jnp.full((n, 1), 273.15 + warmth), jnp.array([263.15])
    (_, _, ice), _ = march(soil, water, start, surface, params, days, DAY / 72)
    front = neumann_front(soil, water, params, dz, 10.0, warmth, days)
    assert float((ice / water).sum()) * dz == pytest.approx(front, rel=0.01)


def test_freezing_without_heat_capacity_goes_down_as_stefan_says():
    dz, n, days = 0.0125, 80, 10
    soil, water = column(n, dz)
    soil = soil._replace(heat_capacity=1e-3 * soil.heat_capacity)
    params = sharp()
    start, surface = jnp.full((n, 1), 273.15 + 1e-4), jnp.array([272.15])
    (_, _, ice), _ = march(soil, water, start, surface, params, days, DAY / 24)
    k = float(soil_heat.thermal_conductivity(0.0 * water, water, soil, params)[0, 0])
    depth = math.sqrt(2.0 * k * 1.0 * days * DAY / (3.34e5 * float(water[0, 0]) / dz))
    assert float((ice / water).sum()) * dz == pytest.approx(depth, rel=0.02)


def test_a_steady_profile_is_the_line_of_the_geothermal_flux():
    soil, water = column(10, 0.2)
    params = eqx.tree_at(lambda p: p.geothermal_flux, sharp(), jnp.asarray(0.065))
    (heat, liquid, ice), _ = march(
        soil, water, jnp.full((10, 1), 263.15), jnp.array([263.15]), params, 4000, 20 * DAY
    )
    k = soil_heat.thermal_conductivity(liquid, ice, soil, params)[:, 0]
    line = 263.15 + 0.065 * 0.2 * np.asarray(jnp.cumsum(1.0 / k) - 0.5 / k)
    assert np.allclose(heat.temperature[:, 0], line, atol=1e-6)


def yearly_wave(n, dz, dt):
    """Amplitude [K] and phase [rad] by layer after years of a wave of 5 K at 20 degC, dry of phase change."""
    soil, water = column(n, dz)
    params = sharp()
    heat, liquid = soil_heat.initial_state(jnp.full((n, 1), 293.15), water, soil, params)
    steps = round(365.0 * DAY / dt)

    def one(heat, k):
        surface = 293.15 + 5.0 * jnp.sin(2.0 * jnp.pi * (k + 1.0) / steps)[None]
        heat, _ = soil_heat.step(heat, water, 0.0 * water, surface, 0.0 * surface, soil, params, dt=dt)
        return heat, heat.temperature[:, 0]

    _, t = jax.jit(lambda h: jax.lax.scan(one, h, jnp.arange(4.0 * steps)))(heat)
    angle = 2.0 * np.pi * (np.arange(steps) + 1.0) / steps
    wave = 2.0 * np.mean(np.asarray(t)[-steps:] * np.exp(-1j * angle)[:, None], axis=0) * 1j / 5.0
    k = float(soil_heat.thermal_conductivity(water, 0.0 * water, soil, params)[0, 0])
    c = (float(soil.heat_capacity[0, 0]) + 4186.0 * float(water[0, 0])) / dz
    damping = math.sqrt(2.0 * k / c / (2.0 * math.pi / (365.0 * DAY)))
    depth = (np.arange(n) + 0.5) * dz
    return np.abs(wave - np.exp(-(1.0 + 1j) * depth / damping))[depth < 3.0].max()


def test_the_yearly_wave_fades_and_lags_with_the_damping_depth():
    assert yearly_wave(160, 0.1, DAY) < 0.005


def test_error_falls_with_the_time_step_and_the_square_of_the_layer():
    in_time = [yearly_wave(160, 0.1, days * DAY) for days in (5.0, 2.5)]
    assert 1.8 < in_time[0] / in_time[1] < 2.3
    in_space = [yearly_wave(int(16 / dz), dz, 0.05 * DAY) for dz in (1.0, 0.5)]
    assert in_space[0] / in_space[1] > 3.0


@pytest.fixture(scope="module")
def wild_weather():
    """Two years of jumps of up to 120 K from day to day on bare soil of eight wetnesses, in layers of 5 cm."""
    soil, full = column(12, 0.05, 1.0)
    water = full * jnp.linspace(0.02, 1.0, 8)
    soil = type(soil)(*(jnp.broadcast_to(x, (12, 8)) for x in soil))
    params = soil_heat.SoilHeatParams()
    surface = 273.15 + 30.0 * np.random.default_rng(1).standard_normal((730, 8)).clip(-2, 2)
    heat, liquid = soil_heat.initial_state(jnp.full((12, 8), 272.0), water, soil, params)

    def one(carry, tas):
        heat, liquid, ice = carry
        heat, out = soil_heat.step(heat, liquid, ice, tas, 0.0 * tas, soil, params)
        return (heat, out.liquid, out.ice), (DAY * (out.ground_heat - out.geothermal), heat.temperature)

    scan = jax.jit(lambda c, s: jax.lax.scan(one, c, s))
    (end, _, _), (gained, temperature) = scan((heat, liquid, water - liquid), surface)
    return heat, end, np.asarray(temperature), gained, surface


def test_energy_closes_under_wild_weather(wild_weather):
    heat, end, _, gained, _ = wild_weather
    change = np.asarray(end.enthalpy.sum(0) - heat.enthalpy.sum(0))
    assert np.all(np.abs(change - gained.sum(0)) < 1e-11 * np.abs(heat.enthalpy).sum(0))


def test_no_layer_gets_hotter_or_colder_than_what_surrounds_it(wild_weather):
    heat, _, temperature, _, surface = wild_weather
    before = np.concatenate([np.asarray(heat.temperature)[None], temperature[:-1]])
    low = np.minimum(before.min(axis=1), surface)
    high = np.maximum(before.max(axis=1), surface)
    assert (low[:, None] - temperature).max() < 0.5
    assert (temperature - high[:, None]).max() < 0.5


def test_liquid_part_agrees_with_enthalpy_and_stays_within_bounds():
    soil, water = column(3, 0.1)
    params = soil_heat.SoilHeatParams()
    enthalpy = jnp.linspace(-2.2e7, 1e7, 400) * jnp.ones((3, 1))
    wide = jax.tree.map(lambda x: jnp.broadcast_to(x, (x.shape[0], 400)) if x.shape[1] == 1 else x, soil)
    temperature, liquid = soil_heat.temperature_and_liquid(enthalpy, water * jnp.ones(400), wide, params)
    ice = water - liquid
    back = (soil.heat_capacity + 4186.0 * liquid + 2100.0 * ice) * (temperature - 273.15) - 3.34e5 * ice
    assert np.allclose(back, enthalpy, rtol=1e-9, atol=1.0)
    assert float(ice.min()) >= 0.0 and float(liquid.min()) > 0.0
    assert float(jnp.diff(temperature, axis=1).min()) > 0.0
