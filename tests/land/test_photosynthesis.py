"""Leaves under light, CO2 and warmth: limits, published temperature responses, and gradients."""

from __future__ import annotations

import equinox as eqx
import numpy as np
import pytest

from tenbin.core.arrays import jax, jnp
from tenbin.land import photosynthesis as ph
from tenbin.land.stomata import StomataParams, ball_berry, medlyn, optimal

PRESSURE = 101325.0


def of_type(module, kind=4):
    return jax.tree.map(lambda a: a if a.ndim == 0 else a[kind], module)


def leaf(light=1e-3, temperature=298.15, vpd=1000.0, co2=40.0, c4=0.0, params=None, **options):
    params = of_type(ph.PhotosynthesisParams()) if params is None else params
    values = map(jnp.asarray, (light, temperature, vpd, co2, PRESSURE, 6e-5, 1.1e-4, 293.15))
    return ph.leaf(*values, c4, params, of_type(StomataParams()), **options)


def respond(temperature, growth_temperature, params):
    grown = ph.acclimate(jnp.asarray(growth_temperature), params)
    return ph.thermal_response(jnp.asarray(temperature), grown, jnp.array(PRESSURE), params)


def test_light_saturates_and_darkness_leaves_only_respiration():
    light = jnp.array([0.0, 1e-4, 5e-4, 2e-3, 2e-2])
    out = leaf(light)
    assert float(out.gross[0]) < 1e-12 and float(out.net[0]) == pytest.approx(-0.015 * 6e-5, rel=1e-6)
    gain = np.diff(out.gross) / np.diff(light)
    assert (gain > 0).all() and (np.diff(gain) < 0).all() and gain[-1] < 0.01 * gain[0]


def test_dim_light_is_used_at_the_quantum_yield():
    slope = jax.grad(lambda i: leaf(i).gross)(jnp.array(1e-7))
    out = leaf(1e-7)
    compensation = 42.75e-6 * PRESSURE
    # Bernacchi et al. 2003: half of 0.352 + 0.022 t - 0.00034 t^2 electrons a photon
    expected = 0.25 * 0.345 * (out.ci - compensation) / (out.ci + 2 * compensation)
    assert float(slope) == pytest.approx(float(expected), rel=0.02)


def test_enzyme_constants_at_25_celsius_are_those_of_bernacchi():
    compensation, michaelis = ph.enzyme_constants(jnp.array(298.15))
    assert float(compensation) == pytest.approx(42.75e-6, rel=1e-12)
    assert float(michaelis) == pytest.approx(404.9e-6 * (1 + 0.209 / 278.4e-3), rel=1e-12)


def test_capacities_are_one_at_25_celsius_and_their_optimum_rises_with_growth_temperature():
    params = of_type(ph.PhotosynthesisParams())
    at_25 = respond(298.15, 290.85, params)
    np.testing.assert_allclose([at_25.vcmax, at_25.jmax, at_25.respiration], 1.0, rtol=1e-12)
    warm = jnp.linspace(280.0, 325.0, 451)
    best = []
    for grown in (11.0, 17.0, 25.0, 35.0):
        answer = respond(warm, grown + 273.15, params)
        best.append(float(warm[jnp.argmax(answer.vcmax)]) - 273.15)
    # Kattge and Knorr 2007: the optimum of Vcmax shifts by .44 K per K of growth temperature
    slope = (best[2] - best[0]) / 14.0
    assert slope == pytest.approx(0.44, abs=0.08) and best[3] > best[2]


def test_c4_leaves_heed_neither_more_co2_nor_oxygen():
    today, rich = leaf(co2=40.0, c4=1.0), leaf(co2=80.0, c4=1.0)
    assert float(rich.gross / today.gross) < 1.03
    c3_today, c3_rich = leaf(co2=40.0), leaf(co2=80.0)
    assert float(c3_rich.gross / c3_today.gross) > 1.2


def test_the_pathways_blend_and_skipping_one_changes_nothing():
    both = [leaf(c4=x).gross for x in (0.0, 0.5, 1.0)]
    assert float(both[0]) < float(both[1]) < float(both[2])
    assert float(both[1]) == pytest.approx(0.5 * float(both[0] + both[2]), rel=0.2)
    assert float(leaf(pathways=("c3",)).gross) == pytest.approx(float(both[0]), rel=1e-12)
    assert float(leaf(c4=1.0, pathways=("c4",)).gross) == pytest.approx(float(both[2]), rel=1e-12)


@pytest.mark.parametrize("model", [medlyn, ball_berry, optimal])
def test_theories_of_stomata_stand_in_for_one_another(model):
    out = leaf(model=model)
    assert 0.4 * 40.0 < float(out.ci) < 0.95 * 40.0 and 0.05 < float(out.conductance) < 1.0


def test_conductance_ci_and_uptake_obey_fick():
    out = leaf(substitutions=8)
    supply = out.conductance / 1.6 * (40.0 - out.ci) / PRESSURE
    assert float(supply) == pytest.approx(float(out.net), rel=1e-6)


@pytest.mark.parametrize("name", ["vcmax_activation", "jmax_entropy", "quantum_yield", "light_curvature"])
def test_a_parameter_has_the_gradient_of_central_differences(name):
    params = of_type(ph.PhotosynthesisParams())

    def net(value):
        return leaf(4e-4, 303.0, params=eqx.tree_at(lambda p: getattr(p, name), params, value)).net

    value = getattr(params, name)
    step = 1e-5 * value
    expected = (net(value + step) - net(value - step)) / (2 * step)
    assert float(jax.grad(net)(value)) == pytest.approx(float(expected), rel=1e-5)


def test_the_slopes_of_the_lesser_of_two_rates_are_those_of_central_differences():
    both = jnp.array([[1e-5, 3e-5], [2e-5, 2e-5], [4e-5, 1e-6], [0.0, 2e-5], [0.0, 0.0]])

    def lesser(pair, curvature):
        return ph._lesser(pair[0], pair[1], curvature)

    curvature, step = jnp.array(0.8), 1e-9
    least = jax.jit(jax.vmap(lesser, (0, None)))
    slopes, bend = jax.jit(jax.vmap(jax.grad(lesser, argnums=(0, 1)), (0, None)))(both[:3], curvature)
    for i, aside in enumerate(step * jnp.eye(2)):
        expected = (least(both[:3] + aside, curvature) - least(both[:3] - aside, curvature)) / (2.0 * step)
        np.testing.assert_allclose(slopes[:, i], expected, rtol=1e-5)
    expected = (least(both[:3], curvature + 1e-4) - least(both[:3], curvature - 1e-4)) / 2e-4
    np.testing.assert_allclose(bend, expected, rtol=1e-5)
    for dtype in ("float32", "float64"):
        slopes = jax.jit(jax.vmap(jax.grad(lesser), (0, None)))(both.astype(dtype), jnp.asarray(0.97, dtype))
        assert np.isfinite(slopes).all() and (np.asarray(slopes) > -1e-3).all()


def test_cold_leaves_use_light_worse():
    # Bernacchi et al. 2003: 0.538 at 10 and 0.6895 at 25 degC
    yields = ph.yield_response(jnp.array([263.15, 283.15, 298.15]))
    np.testing.assert_allclose(yields[1:], [0.538 / 0.6895, 1.0], rtol=2e-3)
    assert 0.0 < float(yields[0]) < 0.2
