"""Methane taken up by dry soils: each published model against values worked by hand."""

from __future__ import annotations

import math

import jax.flatten_util
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.land import methane_upland

PARAMS = methane_upland.UplandParams()
MG_PER_DAY = 86400.0 * 1e6
SCHEMES = methane_upland.SCHEMES


def topsoil(celsius=15.0, porosity=0.5, air=0.25, suction=0.05, clay=0.2, crop=0.0, wet=0.0, ch4=1.75e-6):
    values = (273.15 + celsius, porosity, air, suction, clay, crop, wet, ch4)
    return tuple(jnp.array([v]) for v in values)


def mg(scheme="curry", params=PARAMS, over=None, **soil):
    """Uptake [mg CH4 m-2 d-1] of one soil, what lies on it in `over`."""
    flux = methane_upland.uptake(*topsoil(**soil), params, scheme=SCHEMES[scheme], **(over or {}))
    return float(flux[0]) * MG_PER_DAY


def test_curry_by_hand_at_fifteen_degrees():
    # b = 15.9 x 0.2 + 2.91 = 6.09; G = 0.5^(4/3) x 0.5^(1.5 + 3/6.09) = 0.396850 x 0.251297 = 0.0997271
    # D = 0.196 x 1.0825 x G = 0.0211591 cm2/s; r_T = exp(1.0395 - 0.0433350) = 2.70793; k = 1.353965e-4 /s
    # J = 1.75 x 586.7 x sqrt(D k) = 1026.725 x 1.692585e-3
    published = methane_upland.UplandParams(rate=jnp.array(5e-5))
    assert mg(params=published) == pytest.approx(1.73782, rel=1e-4)
    # the flux goes with the root of the rate
    assert mg() == pytest.approx(1.73782 * math.sqrt(1.7 / 5.0), rel=1e-4)


def test_gas_must_first_pass_the_snow():
    # T -2: 1.75e-6 x 0.016043 x 101325 / (8.314463 x 271.15) = 1.261830e-6 kg m-3 in the air
    bare = mg(celsius=-2.0) / MG_PER_DAY
    resistance = 1.26183e-6 / bare + 0.4 / 9e-6
    assert mg(celsius=-2.0, over={"snow_depth": 0.4}) == pytest.approx(
        1.26183e-6 / resistance * MG_PER_DAY, rel=1e-4
    )


def test_soil_on_which_nothing_grows_takes_up_nothing():
    assert mg(over={"year_gpp": 0.0}) < 1e-3 * mg()
    assert mg(over={"year_gpp": 0.02}) == pytest.approx(0.5 * mg(), rel=1e-3)


def test_the_pore_exponent_is_four_thirds_and_not_one():
    dense, loose = mg(porosity=0.4, air=0.2), mg(porosity=0.6, air=0.3)
    assert (loose / dense) ** 2 == pytest.approx(1.5 ** (4.0 / 3.0), rel=1e-6)


def test_drought_acts_in_megapascals():
    # psi = sqrt(0.2 x 100) is half way in the logarithm: r_SM = 0.5^0.8, the flux its root
    assert mg(suction=math.sqrt(20.0)) / mg(suction=0.1) == pytest.approx(0.5**0.4, rel=1e-6)
    assert mg(suction=0.19) == mg(suction=1e-4)
    assert mg(suction=150.0) < 0.01 * mg()


def test_cold_soils_eat_less_and_frozen_ones_nothing():
    assert mg(celsius=-5.0) / mg(celsius=0.0) == pytest.approx(0.5 * math.sqrt(1 - 0.0275), rel=1e-6)
    assert mg(celsius=-12.0) < 1e-6


def test_the_sink_is_largest_at_twenty_seven_degrees():
    warmth = [float(methane_upland.warm_response(jnp.array(t))) for t in (20.0, 25.0, 27.2, 30.0, 40.0, 54.0)]
    assert max(warmth) == warmth[2]
    # 0.0693 = 4 x 8.56e-7 T^3
    assert (0.0693 / 4 / 8.56e-7) ** (1 / 3) == pytest.approx(27.25, abs=0.02)
    assert warmth[5] < 0.035


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_farms_wetlands_and_clean_air_take_their_part(scheme):
    assert mg(scheme, crop=1.0) == pytest.approx(0.25 * mg(scheme), rel=1e-9)
    assert mg(scheme, wet=1.0) == 0.0
    assert mg(scheme, ch4=0.0) == 0.0
    assert mg(scheme, ch4=3.5e-6) == pytest.approx(2.0 * mg(scheme), rel=1e-9)


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_a_usual_soil_eats_a_milligram_or_so_a_day(scheme):
    assert 0.1 < mg(scheme) < 4.0


def test_ridgwell_by_hand():
    # D = 0.0211591, k = 8.7e-4 x 2.70793 = 2.355899e-3 cm/s, z = 6 cm: k z = 0.01413539
    # J = 1.75 x 616.9 x D k / (D + k z) = 1079.575 x 4.984870e-5 / 0.03529449
    assert mg("ridgwell") == pytest.approx(1.52477, rel=1e-4)


def test_ridgwell_without_limit_of_microbes_is_plain_diffusion():
    fast = methane_upland.UplandParams(ridgwell_rate=jnp.array(1e6))
    flux = methane_upland.uptake(*topsoil(), fast, scheme=methane_upland.ridgwell)
    assert float(flux[0]) * MG_PER_DAY == pytest.approx(1.75 * 616.9 * 0.0211591 / 6.0, rel=1e-4)


def test_aggregates_by_hand():
    # A 0.3, P 0.2, water 0.15: theta_A 0.15, dry (1 - 0.5)^2 = 0.25
    # hollow 0.15 / 0.8 = 0.1875: 0.1875^1.25375 = 0.122592; P: 0.2^1.26 = 0.131617
    # within 0.25 x 0.122592 x 0.868383 = 0.0266142; along 0.2 - 0.131617 = 0.0683830
    # 0.0266142 x 0.068383 / 0.0949982 + 0.131617 = 0.0191578 + 0.131617
    found = methane_upland.aggregate_diffusivity(jnp.array(0.3), jnp.array(0.5), jnp.array(0.15))
    assert float(found) == pytest.approx(0.150775, rel=1e-4)


def test_potter_by_hand():
    # water 0.25: dry (1/6)^2, hollow 0.05 / 0.8 = 0.0625: 0.0625^1.19125 = 0.0367801
    # within 0.0277778 x 0.0367801 x 0.868383 = 8.87207e-4; x 0.068383 / 0.0692712 = 8.75830e-4
    # D = 0.194e-4 (0.9734 + 0.0825) (0.131617 + 0.00087583) = 2.71401e-6 m2/s
    # 4e-6 m-1 x 101325 / (8.314463 x 288.15) = 1.691704e-4 mol m-4; x 0.016043 kg
    assert mg("potter") == pytest.approx(2.71401e-6 * 1.691704e-4 * 0.016043 * MG_PER_DAY, rel=1e-4)


def test_del_grosso_by_hand():
    # A 0.3: Wmin 0.62, Wopt 1.31, Wmax 5.08; water at Wopt 0.131: dry (0.169 / 0.3)^2 = 0.317344
    # hollow 0.169 / 0.8 = 0.21125: 0.21125^1.265625 = 0.139790; within 0.0385234
    # Dopt = 0.0385234 x 0.068383 / 0.1069074 + 0.131617 = 0.1562583
    # CH4max 53.8 Dopt + 0.58 = 8.98670 g C/ha/d; water 2.5: rise (1.88 / 0.69)^0.4 = 1.493235
    # fall (2.58 / 3.77)^(0.4 x 3.77 / 0.69) = 0.436555; T: 0.9 + 15 x 0.095 x 0.1562583 = 1.122668
    carbon = 8.98670 * 1.493235 * 0.436555 * 1.122668
    assert mg("del_grosso") == pytest.approx(carbon * 0.1 * 16.043 / 12.011, rel=2e-4)


def test_slopes_match_differences_in_every_parameter():
    def total(params):
        return 1e10 * sum(
            jnp.sum(
                methane_upland.uptake(
                    *topsoil(suction=2.0, celsius=-3.0), params, scheme=s, snow_depth=0.3, year_gpp=0.1
                )
            )
            + jnp.sum(methane_upland.uptake(*topsoil(crop=0.5), params, scheme=s))
            for s in SCHEMES.values()
        )

    flat, back = jax.flatten_util.ravel_pytree(PARAMS)
    gradient = jax.jit(jax.grad(lambda v: total(back(v))))(flat)
    moved = jnp.diag(1e-5 * flat)
    points = jnp.concatenate([flat + moved, flat - moved])
    values = jax.jit(lambda all_of: jax.lax.map(lambda v: total(back(v)), all_of))(points)
    slopes = (values[: flat.size] - values[flat.size :]) / (2e-5 * flat)
    np.testing.assert_allclose(gradient, slopes, rtol=1e-5, atol=1e-12)


def total_of(soil, params):
    return sum(jnp.sum(methane_upland.uptake(*soil, params, scheme=s)) for s in SCHEMES.values())


@jax.jit
def everything(soil, params):
    """Value, and whether all slopes are finite."""
    value, slopes = jax.value_and_grad(total_of, (0, 1))(soil, params)
    return value, jnp.stack([jnp.isfinite(leaf).all() for leaf in jax.tree_util.tree_leaves(slopes)]).all()


@settings(max_examples=25)
@given(
    celsius=st.floats(-60, 50),
    air=st.floats(0, 0.5),
    suction=st.sampled_from([0.0, 1e-3, 0.2, 10.0, 100.0, 1e5]),
    clay=st.floats(0, 1),
    dtype=st.sampled_from(["float32", "float64"]),
)
def test_values_and_slopes_stay_finite(celsius, air, suction, clay, dtype):
    def cast(tree):
        return jax.tree_util.tree_map(lambda a: np.asarray(a, dtype), tree)

    soil = cast(topsoil(celsius=celsius, air=air, suction=suction, clay=clay))
    value, slopes_are_finite = everything(soil, cast(PARAMS))
    assert value.dtype == dtype and math.isfinite(float(value)) and float(value) >= 0.0
    assert bool(slopes_are_finite)
