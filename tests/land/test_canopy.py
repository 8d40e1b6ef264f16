"""Canopies of sunlit and shaded leaves: light is shared without loss, a day is the mean of its moments."""

from __future__ import annotations

import equinox as eqx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.land import canopy, radiation, stomata

daily = jax.jit(canopy.daily, static_argnames=("points", "pathways", "model", "vpd_mean_over"))


def of_type(module, kind=4, dtype="float64"):
    return jax.tree.map(lambda a: (a if a.ndim == 0 else a[kind]).astype(dtype), module)


def day(params=None, dtype="float64", **changes):
    weather = {
        "rsds": 220.0, "day_length": 50000.0, "sin_noon_elevation": 0.8, "tas": 290.0, "tasmin": 284.0,
        "tasmax": 296.0, "vpd": 800.0, "co2": 4e-4, "pressure": 1e5, "lai": 3.0,
        "growth_temperature": 288.0, "c4": 0.0,
    }  # fmt: skip
    options = {k: v for k, v in changes.items() if k not in weather}
    weather |= {k: v for k, v in changes.items() if k in weather}
    values = {k: jnp.atleast_1d(jnp.asarray(v, dtype)) for k, v in weather.items()}
    # All that may be left out is given, so that one compiled day serves all tests.
    neutral = {"light": 150.0, "deficit": 1000.0, "leaf_area": 3.0, "capacity_share": 1.0}
    grown = {k: jnp.atleast_1d(jnp.asarray(options.pop(k, v), dtype)) for k, v in neutral.items()}
    growth = canopy.Growth(values.pop("growth_temperature"), **grown)
    for name in ("soil_moisture_factor", "frost_factor", "leaf_nitrogen_factor"):
        options[name] = jnp.atleast_1d(jnp.asarray(options.get(name, 1.0), dtype))
    params = of_type(canopy.CanopyParams(), dtype=dtype) if params is None else params
    return daily(**values, growth=growth, params=params, **options)


def test_sunlit_and_shaded_light_sum_to_what_the_canopy_keeps():
    params = of_type(canopy.CanopyParams())
    direct, diffuse, sine, lai = map(jnp.array, (1e-3, 3e-4, 0.6, 4.0))
    leaves = canopy.two_leaves(direct, diffuse, sine, lai, params)
    deep = canopy.two_leaves(direct, diffuse, sine, jnp.array(1e3), params)
    total = float(leaves.sunlit_light + leaves.shaded_light)
    root = np.sqrt(0.85)
    black = 0.5 * 0.75 / 0.6
    reflected = 2 * (1 - root) / (1 + root) * black / (0.75 + black)
    expected = (1 - reflected) * 1e-3 * (1 - np.exp(-black * root * 4)) + 0.964 * 3e-4 * (
        1 - np.exp(-0.5625 * root * 4)
    )
    assert total == pytest.approx(expected, rel=1e-12)
    assert float(deep.sunlit_light + deep.shaded_light) == pytest.approx(
        (1 - reflected) * 1e-3 + 0.964 * 3e-4
    )
    assert leaves.sunlit_light > 0 and leaves.shaded_light > 0


def test_capacity_is_shared_whole_and_a_flat_profile_is_the_leaf_area():
    params = eqx.tree_at(lambda p: p.nitrogen_extinction, of_type(canopy.CanopyParams()), jnp.array(0.0))
    leaves = canopy.two_leaves(*map(jnp.array, (1e-3, 3e-4, 0.6, 4.0)), params)
    assert float(leaves.sunlit_capacity + leaves.shaded_capacity) == pytest.approx(4.0, rel=1e-12)


def test_a_canopy_of_few_leaves_is_so_many_leaves():
    thin, thinner = day(lai=2e-3), day(lai=1e-3)
    assert float(thin.gpp[0] / thinner.gpp[0]) == pytest.approx(2.0, rel=2e-3)
    assert float(day(lai=0.0).gpp[0]) == pytest.approx(0.0, abs=1e-14)


def test_a_few_points_a_day_are_as_good_as_many():
    many, two, three = (float(day(points=n).gpp[0]) for n in (24, 2, 3))
    assert two == pytest.approx(many, rel=0.02) and three == pytest.approx(many, rel=0.01)


def test_the_mean_of_moments_is_the_day():
    params, length, noon = of_type(canopy.CanopyParams()), 50000.0, 0.8
    course = radiation.light_course(jnp.array([length]), jnp.array([noon]), 20)
    light = 220.0 / (length / 86400.0) * course.relative
    constant = map(jnp.array, (290.0, 800.0, 4e-4, 1e5, 3.0))
    growth = canopy.Growth(jnp.array(288.0))
    moments = canopy.half_hourly(
        light, course.sin_elevation, *constant, growth, 0.0, params, diffuse=jnp.array(0.4)
    )
    mean = float(jnp.sum(course.weight * moments.gpp)) * length / 86400.0
    whole = day(tasmin=290.0, tasmax=290.0, points=20, diffuse=jnp.array(0.4))
    assert float(whole.gpp[0]) == pytest.approx(mean, rel=1e-9)


def test_the_same_light_is_used_better_when_it_comes_from_the_whole_sky():
    assert day(diffuse=jnp.array([0.9])).gpp[0] > 1.05 * day(diffuse=jnp.array([0.2])).gpp[0]


def test_drought_frost_and_poverty_lower_uptake_and_co2_raises_it():
    plain = day().gpp[0]
    for name in ("soil_moisture_factor", "frost_factor", "leaf_nitrogen_factor"):
        assert day(**{name: 0.4}).gpp[0] < 0.9 * plain
    assert day(co2=6e-4).gpp[0] > 1.05 * plain


def test_the_p_model_canopy_answers_the_same_weather():
    values = (220.0, 50000.0, 290.0, 284.0, 296.0, 800.0, 4e-4, 1e5, 3.0, 288.0)
    params = of_type(canopy.LightUseParams()), of_type(stomata.StomataParams())
    out = canopy.daily_p_model(*(jnp.array([v]) for v in values), *params)
    assert 3.0 < float(out.gpp[0]) * 86400e3 < 15.0
    dry = canopy.daily_p_model(
        *(jnp.array([v]) for v in values), *params, soil_moisture_factor=jnp.array([0.1])
    )
    assert dry.gpp[0] < 0.7 * out.gpp[0]


def test_parameters_have_the_gradients_of_central_differences():
    params = of_type(canopy.CanopyParams())
    wet, grown = jnp.array([0.6]), {"light": 200.0, "deficit": 1500.0, "leaf_area": 4.0}

    @jax.jit
    def uptake(params):
        return 1e8 * day(params, soil_moisture_factor=wet, **grown).gpp[0]

    slopes = jax.jit(jax.grad(uptake))(params)
    for where in (
        lambda p: p.leaf.vcmax25, lambda p: p.leaf.jmax_ratio, lambda p: p.stomata.g1,
        lambda p: p.stomata.slope_stress, lambda p: p.stomata.aridity_slope, lambda p: p.clumping,
        lambda p: p.nitrogen_extinction, lambda p: p.scattering, lambda p: p.capacity_stress, lambda p: p.lai_scale,
        lambda p: p.warmth_coupling, lambda p: p.light_coupling, lambda p: p.aridity_coupling,
        lambda p: p.density_coupling,
    ):  # fmt: skip
        value = where(params)
        step = jnp.where(value == 0.0, 1e-5, 1e-4 * value)
        up, down = (uptake(eqx.tree_at(where, params, value + sign * step)) for sign in (1, -1))
        assert float(where(slopes)) == pytest.approx(float((up - down) / (2 * step)), rel=1e-5)


def test_couplings_to_the_past_do_nothing_until_they_are_asked_for():
    past = {"light": 40.0, "deficit": 3000.0, "leaf_area": 6.0}
    np.testing.assert_allclose(day(**past).gpp, day().gpp, rtol=1e-12)


def test_plants_of_dry_open_places_have_more_capacity_and_close_their_stomata():
    params = of_type(canopy.CanopyParams())
    names = ("aridity_coupling", "density_coupling")
    bent = eqx.tree_at(lambda p: [getattr(p, n) for n in names], params, [jnp.array(0.3), jnp.array(1.0)])
    bent = eqx.tree_at(lambda p: p.stomata.aridity_slope, bent, jnp.array(0.4))
    savanna = canopy.Growth(jnp.array([298.0]), None, jnp.array([2000.0]), jnp.array([1.0]))
    forest = canopy.Growth(jnp.array([298.0]), None, jnp.array([500.0]), jnp.array([5.0]))
    top = [canopy.top_capacity(bent, g, 1.0, 1.0, 1.0)[0] / params.leaf.vcmax25 for g in (savanna, forest)]
    assert top[0] == pytest.approx(2.0**0.3 * np.exp(0.25)) and top[1] == pytest.approx(
        0.5**0.3 * np.exp(-0.125)
    )
    assert day(bent, deficit=2000.0).inside_ratio[0] < day(bent, deficit=500.0).inside_ratio[0] - 0.05


def test_scaling_leaf_area_is_having_more_leaves():
    scaled = eqx.tree_at(lambda p: p.lai_scale, of_type(canopy.CanopyParams()), jnp.array(1.5))
    np.testing.assert_allclose(day(scaled, lai=2.0).gpp, day(lai=3.0).gpp, rtol=1e-12)


def test_capacity_that_lags_behind_young_leaves_lowers_their_uptake():
    assert day(capacity_share=0.5).gpp[0] < 0.85 * day().gpp[0]


_total = {
    dtype: jax.jit(
        jax.value_and_grad(
            lambda tas, light, lai, wet, dtype=dtype: sum(
                jnp.sum(x) for x in day(tas=tas, tasmin=tas - 5, tasmax=tas + 5, rsds=light, lai=lai,
                                        soil_moisture_factor=wet, growth_temperature=tas, dtype=dtype, points=1)
            ),
            argnums=(0, 1, 2, 3),
        )
    )
    for dtype in ("float32", "float64")
}  # fmt: skip


@given(
    st.floats(-60, 50),
    st.sampled_from([0.0, 1.0, 350.0]),
    st.sampled_from([0.0, 8.0]),
    st.sampled_from([0.0, 1.0]),
)
def test_value_and_gradient_are_finite_in_any_weather(celsius, light, lai, wet):
    for dtype, total in _total.items():
        value, slopes = total(*(jnp.asarray([x], dtype)
                                for x in (celsius + 273.15, light, lai, wet)))  # fmt: skip
        assert value.dtype == dtype and np.isfinite([float(value), *(float(s[0]) for s in slopes)]).all()
