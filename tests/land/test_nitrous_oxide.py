"""Soil nitrogen goes where bacteria send it, none is lost, and wet soils make the gases of wet soils."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.core.params import from_vector, to_vector
from tenbin.land import denitrification, nitrification, nitrous_oxide
from tenbin.land.nitrous_oxide import MineralNitrogen, NitrousOxideParams

DAY = 86400.0
PARAMS = NitrousOxideParams()


def soil_of(dtype="float64", porosity=0.5, capacity=0.3, density=1300.0, ph=6.5):
    return nitrous_oxide.soil_constants(*(jnp.asarray([v], dtype) for v in (porosity, capacity, density, ph)))


def weather(dtype="float64", **changes):
    values = {
        "soil_temperature": 293.15,
        "water_filled_pore_space": 0.65,
        "heterotrophic_respiration": 2.0e-8,
        "net_mineralisation": 3.0e-10,
        **changes,
    }
    return {name: jnp.asarray([value], dtype) for name, value in values.items()}


def pools(ammonium=1.0e-3, nitrate=2.0e-3, dtype="float64"):
    return MineralNitrogen(jnp.asarray([ammonium], dtype), jnp.asarray([nitrate], dtype))


def one_day(state=None, params=PARAMS, soil=None, dt=DAY, **changes):
    dtype = "float64" if state is None else state.ammonium.dtype
    return nitrous_oxide.step(
        pools() if state is None else state,
        soil=soil_of(dtype) if soil is None else soil,
        params=params,
        dt=dt,
        **weather(dtype, **changes),
    )


@jax.jit
def year(fertiliser):
    """N2O of a year [kg N m-2] on farmland that takes 7 % of its mineral nitrogen a day and is fed in four doses."""
    doses = jnp.zeros((365, 1)).at[jnp.array([90, 120, 150, 180])].set(1.0) * fertiliser / 4.0
    pore_spaces = 0.65 + 0.2 * jnp.sin(jnp.arange(365.0) * 2.0 * jnp.pi / 9.0)
    soil, fixed = soil_of(), weather(soil_temperature=288.15)

    def day(state, each):
        dose, pore = each
        kept = MineralNitrogen(0.93 * state.ammonium + 0.7 * dose + 2.6e-5, 0.93 * state.nitrate + 0.3 * dose)
        where = {**fixed, "water_filled_pore_space": pore[None]}
        after, gases = nitrous_oxide.step(kept, soil=soil, params=PARAMS, **where)
        return after, gases.n2o

    start = MineralNitrogen(*(jnp.full_like(fertiliser, 2e-4) for _ in range(2)))
    return jax.lax.scan(day, start, (doses, pore_spaces))[1].sum(0) * DAY


def test_denitrification_gives_the_hand_worked_value_of_daycent():
    # NO3 20 ppm, CO2 30 ppm, WFPS 0.8, D/D0 0.1: threshold 0.68, a 0.009, CO2 counted 33.24
    # f(NO3) = 1.556 + 24.481 atan(0.075113) = 3.3914 (the scarcer; f(CO2) = 9.41), f(WFPS) = 0.27066
    # k1 3.4, R = 3.4 x 0.58665 x 0.88 = 1.7553
    nitrous, dinitrogen = denitrification.published_denitrification(20.0, 30.0, 0.8, 0.1)
    assert nitrous == pytest.approx(0.91791 / 2.7553, rel=1e-4)
    assert dinitrogen == pytest.approx(0.91791 * 1.7553 / 2.7553, rel=1e-4)


@pytest.mark.parametrize("nitrate", [5.0, 40.0])
@pytest.mark.parametrize("respired", [8.0, 60.0])
@pytest.mark.parametrize("pores", [0.72, 0.9, 1.0])
@pytest.mark.parametrize("diffusivity", [0.05, 0.13, 0.25])
def test_rounded_corners_stay_near_the_published_rates(nitrate, respired, pores, diffusivity):
    soil = denitrification.diffusion(jnp.asarray(diffusivity))
    where = (jnp.asarray(nitrate), jnp.asarray(respired), jnp.asarray(pores), soil, PARAMS.denitrification)
    total, ratio = denitrification.potential(*where), denitrification.dinitrogen_ratio(*where)
    published = denitrification.published_denitrification(nitrate, respired, pores, diffusivity)
    np.testing.assert_allclose([total / (1 + ratio), total * ratio / (1 + ratio)], published, rtol=0.03)


def test_a_step_draws_the_hand_worked_amount_of_nitrate():
    # 195 kg m-2 of soil: 20 ppm is 3.9e-3 kg N m-2, 30 ppm CO2-C is 6.771e-8 kg C m-2 s-1; no ammonium at all
    soil = soil_of(capacity=0.335)
    respired = 30e-6 * 195.0 / DAY
    diffusivity = 0.165 ** (1.16 + 0.0825)
    _, gases = one_day(
        pools(0.0, 3.9e-3),
        soil=soil,
        heterotrophic_respiration=respired,
        net_mineralisation=0.0,
        water_filled_pore_space=0.8,
    )
    nitrous, dinitrogen = denitrification.published_denitrification(20.0, 30.0, 0.8, diffusivity)
    np.testing.assert_allclose(gases.n2o * DAY, nitrous * 195e-6, rtol=0.01)
    np.testing.assert_allclose(gases.n2 * DAY, dinitrogen * 195e-6, rtol=0.02)


def test_nitrification_has_its_published_factors():
    assert float(nitrification.temperature_factor(jnp.asarray(308.15), jnp.asarray(308.15))) == pytest.approx(
        1.0
    )
    # 15 C: r = 0.5, 0.5^4.5 exp(0.642857 x (1 - 0.0078125)) = 0.044194 x 1.89239
    assert float(nitrification.temperature_factor(jnp.asarray(288.15), jnp.asarray(308.15))) == pytest.approx(
        0.083633, rel=1e-3
    )
    assert float(nitrification.acidity_factor(jnp.asarray(5.0))) == pytest.approx(0.56)
    # D = 0.186 is the middle: 8; none: 8 + 18 / pi atan(-0.75 pi 1.86) = 0.2854
    found = nitrification.nitric_oxide_ratio(jnp.asarray([0.186, 0.0]))
    np.testing.assert_allclose(found, [8.0, 0.28536], rtol=1e-3)
    # pH 7, 25 C: 1 / (1 + 10^(9.2464 - 7)) = 0.005639
    assert float(nitrification.free_ammonia_share(jnp.asarray(298.15), jnp.asarray(7.0))) == pytest.approx(
        0.005639, rel=1e-3
    )


@pytest.mark.parametrize(
    ("wetness", "pores"), [(0.2, 0.36), (0.6, 0.48), (1.0, 0.8), (1.0, 0.95), (1.0, 1.0)]
)
def test_moisture_helps_nitrifiers_up_to_field_capacity_and_drowns_them_above(wetness, pores):
    rounded = nitrification.water_factor(jnp.asarray(wetness), jnp.asarray(pores), jnp.asarray(0.6))
    published = nitrification.published_moisture_factor(wetness, pores, 0.6)
    assert float(rounded) == pytest.approx(published, rel=0.02, abs=1e-6)


@pytest.mark.parametrize("pores", [0.1, 0.6, 0.95, 1.0])
def test_no_nitrogen_is_made_or_lost(pores):
    before = pools()
    after, gases = one_day(before, water_filled_pore_space=pores)
    gone = (gases.n2o + gases.nox + gases.n2 + gases.nh3) * DAY
    np.testing.assert_allclose(sum(before), sum(after) + gone, rtol=1e-14)
    np.testing.assert_allclose(gases.n2o, gases.n2o_nitrification + gases.n2o_denitrification, rtol=1e-14)


def test_drowned_soil_makes_dinitrogen_and_airy_soil_nitric_oxide():
    _, airy = one_day(water_filled_pore_space=0.4)
    _, damp = one_day(water_filled_pore_space=0.75)
    _, drowned = one_day(water_filled_pore_space=1.0)
    _, drowned_clay = one_day(water_filled_pore_space=1.0, soil=soil_of(capacity=0.42))
    assert airy.nox > 2.0 * airy.n2o
    assert drowned_clay.n2 > 5.0 * drowned_clay.n2o
    assert drowned.n2o > 20.0 * drowned.n2o_nitrification
    assert drowned.n2 / drowned.n2o > damp.n2 / damp.n2o


def test_alkaline_warm_soil_lets_ammonia_go():
    _, sour = one_day(soil=soil_of(ph=5.5))
    _, chalky = one_day(soil=soil_of(ph=8.0))
    _, cold_chalky = one_day(soil=soil_of(ph=8.0), soil_temperature=278.15)
    assert chalky.nh3 > 100.0 * sour.nh3
    assert chalky.nh3 > 3.0 * cold_chalky.nh3


def test_soil_without_mineral_nitrogen_gives_no_gas():
    after, gases = one_day(pools(0.0, 0.0), net_mineralisation=0.0)
    assert all(float(x[0]) == pytest.approx(0.0, abs=1e-18) for x in (*after, *gases))


def test_fertiliser_raises_nitrous_oxide_by_about_one_per_cent_of_it():
    doses = np.array([0.0, 5e-3, 10e-3, 20e-3])  # 0-200 kg N ha-1
    lost = np.asarray(year(jnp.asarray(doses)))
    assert (np.diff(lost) > 0).all()
    factors = (lost[1:] - lost[0]) / doses[1:]
    assert (
        (factors > 0.003) & (factors < 0.03)
    ).all()  # IPCC 2019: 0.010 (0.001-0.018); 0.016 in wet climates


def test_half_days_add_up_to_a_day():
    start = pools()
    first, gases_a = one_day(start, dt=DAY / 2)
    _, gases_b = one_day(first, dt=DAY / 2)
    _, whole = one_day(start)
    np.testing.assert_allclose((gases_a.n2o + gases_b.n2o) / 2, whole.n2o, rtol=0.05)


def all_gases(vector, pores=0.75):
    _, gases = one_day(params=from_vector(PARAMS, vector), water_filled_pore_space=pores)
    weights = jnp.arange(1.0, 8.0)
    return sum(w * x[0] for w, x in zip(weights, gases, strict=True)) * 1e9


VALUES, GRADIENT = (
    jax.jit(lambda points, pores: jax.lax.map(lambda v: all_gases(v, pores), points)),
    jax.jit(jax.grad(all_gases)),
)


@pytest.mark.parametrize("pores", [0.45, 0.75, 0.97])
def test_every_parameter_has_its_true_gradient(pores):
    vector = to_vector(PARAMS)
    moved = np.diag(1e-5 * np.asarray(vector))
    upper, lower = VALUES(vector + moved, pores), VALUES(vector - moved, pores)
    central = (upper - lower) / (2e-5 * np.asarray(vector))
    np.testing.assert_allclose(GRADIENT(vector, pores), central, rtol=1e-5, atol=1e-7)


def _summed(state, conditions, dtype):
    after, gases = nitrous_oxide.step(
        state, soil=soil_of(dtype), params=jax.tree.map(lambda p: p.astype(dtype), PARAMS), **conditions
    )
    return sum(x.sum() for x in (*after, *gases)), (after, gases)


@functools.partial(jax.jit, static_argnums=2)
def stepped(state, conditions, dtype):
    """State and gases as one array, and whether all slopes are finite."""
    (_, results), slopes = jax.value_and_grad(_summed, (0, 1), has_aux=True)(state, conditions, dtype)
    finite = jnp.stack([jnp.isfinite(s).all() for s in jax.tree.leaves(slopes)]).all()
    return jnp.concatenate(jax.tree.leaves(results)), finite


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(
    temperature=st.floats(213.15, 323.15),
    pores=st.sampled_from([0.0, 1e-6, 0.3, 0.6, 0.95, 1.0]),
    respired=st.sampled_from([0.0, 1e-12, 1e-8, 1e-6]),
    mineralised=st.sampled_from([-1e-9, 0.0, 1e-10, 1e-7]),
    ammonium=st.sampled_from([0.0, 1e-9, 1e-4, 0.1]),
    nitrate=st.sampled_from([0.0, 1e-9, 1e-4, 0.1]),
)
def test_every_ground_gives_finite_gases_and_slopes(
    dtype, temperature, pores, respired, mineralised, ammonium, nitrate
):
    conditions = weather(
        dtype,
        soil_temperature=temperature,
        water_filled_pore_space=pores,
        heterotrophic_respiration=respired,
        net_mineralisation=mineralised,
    )
    results, slopes_are_finite = stepped(pools(ammonium, nitrate, dtype), conditions, dtype)
    assert results.dtype == jnp.dtype(dtype)
    assert (np.isfinite(results) & (np.asarray(results) >= 0.0)).all()
    assert bool(slopes_are_finite)
