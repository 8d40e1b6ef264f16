"""Leaves that optimise: the P-model against pyrealm, at its limits and in its slopes."""

from __future__ import annotations

import warnings
from functools import partial
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.land import p_model as pm
from tenbin.land import p_model_environment as pe
from tenbin.land import p_model_temperature as pt

CHI = {"prentice14": pm.prentice14, "c4": pm.c4, "c4_no_gamma": pm.c4_no_gamma}
LIMIT = {"wang17": pm.wang17, "smith19": pm.smith19, "none": pm.unlimited}
OF_ENVIRONMENT = ("ca", "gammastar", "kmm", "ns_star")
OF_LEAF = {"xi": 1.0, "chi": 1.0, "ci": 1.0, "mj": 1.0, "mc": 1.0}
OF_MODEL = {
    "lue": 1e3,
    "iwue": 1e6,
    "gpp": 1e9,
    "vcmax": 1e6,
    "vcmax25": 1e6,
    "jmax": 1e6,
    "jmax25": 1e6,
    "gs": 1e6,
}
"""What multiplies ours [kg, mol] to give pyrealm's [g, ug, umol]."""


def wide_grid() -> dict[str, np.ndarray]:
    """T -25..50 degC, D 0..5000 Pa, CO2 200..1000 ppm, p 50..105 kPa, growth temperature and aridity, light."""
    axes = (np.linspace(-25, 50, 16), np.linspace(0, 5000, 9), (200.0, 400.0, 1000.0), (5e4, 8e4, 1.05e5))
    tc, vpd, co2, patm = (axis.ravel() for axis in np.meshgrid(*axes, indexing="ij"))
    draw = np.random.default_rng(1)
    shape = tc.shape
    return {
        "tc": tc,
        "vpd": vpd,
        "co2": co2,
        "patm": patm,
        "ppfd": draw.uniform(10.0, 1500.0, shape),
        "fapar": draw.uniform(0.1, 1.0, shape),
        "mean_growth_temperature": draw.uniform(2.0, 28.0, shape),
        "aridity_index": draw.uniform(0.2, 6.0, shape),
        "theta": draw.uniform(0.05, 0.6, shape),
        "rootzonestress": draw.uniform(0.2, 1.0, shape),
    }


def ours(grid: dict[str, np.ndarray]) -> tuple[pe.Environment, jax.Array]:
    place = [jnp.asarray(grid[name]) for name in ("tc", "vpd", "co2", "patm")]
    place[2] = place[2] * 1e-6
    return pe.environment_from_celsius(*place), jnp.asarray(grid["ppfd"] * grid["fapar"] * 1e-6)


def relative_difference(mine: jax.Array, theirs: np.ndarray) -> np.ndarray:
    theirs = np.broadcast_to(theirs, np.shape(mine))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(theirs == mine, 0.0, np.abs(np.asarray(mine) / theirs - 1.0))


@pytest.fixture(scope="module")
def pyrealm() -> ModuleType:
    warnings.filterwarnings("ignore", module="pyrealm")
    return pytest.importorskip("pyrealm.pmodel")


@pytest.fixture(scope="module")
def their_environment(pyrealm):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pyrealm.PModelEnvironment(**wide_grid())


def their_model(pyrealm, environment, **methods):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return pyrealm.PModel(environment, **methods)


def worst_differences(model: pm.PModel, theirs, clear: np.ndarray) -> dict[str, float]:
    """Largest relative difference of each output where the reference is a number and `clear` holds."""
    of_leaf = {name: getattr(theirs.optchi, name) for name in OF_LEAF}
    of_model = {name: getattr(theirs, name) for name in OF_MODEL}
    worst = {}
    for name, value in (of_leaf | of_model).items():
        factor = (OF_LEAF | OF_MODEL)[name]
        known = np.isfinite(np.broadcast_to(value, clear.shape)) & clear
        if name == "iwue":  # in saturated air ca - ci is zero, by subtraction a rounding error
            known &= wide_grid()["vpd"] > 0.0
        worst[name] = relative_difference(getattr(model, name) * factor, value)[known].max()
    return worst


def test_the_environment_equals_pyrealm(their_environment):
    env, _ = ours(wide_grid())
    for name in OF_ENVIRONMENT:
        assert relative_difference(getattr(env, name), getattr(their_environment, name)).max() < 1e-13, name


@pytest.mark.parametrize("limit", LIMIT)
@pytest.mark.parametrize("chi", CHI)
def test_every_output_equals_pyrealm(pyrealm, their_environment, chi, limit):
    env, light = ours(wide_grid())
    theirs = their_model(
        pyrealm, their_environment, method_optchi=chi, method_jmaxlim=limit, method_kphio="fixed"
    )
    mine = pm.p_model(
        env, light, optimal_chi=CHI[chi], jmax_limitation=LIMIT[limit], quantum_yield=pt.fixed_yield
    )
    # At the threshold of gain, 1 - (c/m)^(2/3) is a difference of equals: both lose the same digits.
    clear = np.abs(np.asarray(mine.mj) / pm.WANG_COST - 1.0) > 3e-3
    worst = worst_differences(mine, theirs, clear)
    assert max(worst.values()) < 1e-12, worst


@pytest.mark.parametrize("chi", CHI)
def test_the_yield_that_warms_equals_pyrealm(pyrealm, their_environment, chi):
    env, light = ours(wide_grid())
    warm = pt.bernacchi_yield if chi == "prentice14" else pt.cai_yield
    theirs = their_model(pyrealm, their_environment, method_optchi=chi, method_kphio="temperature")
    mine = pm.p_model(env, light, optimal_chi=CHI[chi], quantum_yield=warm)
    clear = np.abs(np.asarray(mine.mj) / pm.WANG_COST - 1.0) > 3e-3
    worst = worst_differences(mine, theirs, clear)
    assert max(worst.values()) < 1e-12, worst


def test_peaked_capacities_and_dry_yields_equal_pyrealm(pyrealm, their_environment):
    grid = wide_grid()
    env, light = ours(grid)
    growth, aridity = grid["mean_growth_temperature"], grid["aridity_index"]
    theirs = their_model(
        pyrealm,
        their_environment,
        method_kphio="sandoval",
        method_arrhenius="kattge_knorr",
        method_jmaxlim="none",
    )
    mine = pm.p_model(
        env,
        light,
        jmax_limitation=pm.unlimited,
        quantum_yield=partial(pt.sandoval_yield, aridity_index=aridity, growth_celsius=growth),
        temperature_response=partial(pt.kattge_knorr, growth_celsius=growth),
    )
    worst = worst_differences(mine, theirs, np.ones(growth.shape, bool))
    assert max(worst.values()) < 1e-12, worst


@pytest.mark.parametrize(
    ("name", "chi"),
    [
        ("lavergne20_c3", lambda grid: partial(pm.prentice14, beta=pm.beta_lavergne20_c3(grid["theta"]))),
        ("lavergne20_c4", lambda grid: partial(pm.c4_no_gamma, beta=pm.beta_lavergne20_c4(grid["theta"]))),
        (
            "prentice14_rootzonestress",
            lambda grid: partial(pm.prentice14, beta=146.0 * grid["rootzonestress"]),
        ),
        ("c4_rootzonestress", lambda grid: partial(pm.c4, beta=146.0 / 9.0 * grid["rootzonestress"])),
    ],
)
def test_dry_roots_close_leaves_as_in_pyrealm(pyrealm, their_environment, name, chi):
    grid = wide_grid()
    env, light = ours(grid)
    theirs = their_model(
        pyrealm, their_environment, method_optchi=name, method_kphio="fixed", method_jmaxlim="none"
    )
    mine = pm.p_model(
        env, light, optimal_chi=chi(grid), quantum_yield=pt.fixed_yield, jmax_limitation=pm.unlimited
    )
    worst = worst_differences(mine, theirs, np.ones(light.shape, bool))
    assert max(worst.values()) < 1e-12, worst


def test_where_pyrealm_has_no_gain_ours_is_zero(pyrealm, their_environment):
    env, light = ours(wide_grid())
    theirs = their_model(pyrealm, their_environment, method_kphio="fixed")
    mine = pm.p_model(env, light, quantum_yield=pt.fixed_yield)
    none = np.isnan(np.broadcast_to(theirs.gpp, light.shape))
    assert none.any()
    assert np.array_equal(none, np.asarray(mine.gpp) == 0.0)


def test_viscosity_at_the_reference_is_what_the_formula_gives():
    at_25 = pe.water_viscosity(jnp.asarray(25.0), jnp.asarray(pe.REFERENCE_PRESSURE))
    assert float(at_25) == pytest.approx(pe.VISCOSITY_25, rel=1e-14)
    # IAPWS release on viscosity (2008), table 4: 298.15 K, 998 kg m-3, whose pressure is near one atmosphere.
    assert float(at_25) == pytest.approx(889.7351e-6, rel=5e-4)


def test_two_fits_of_the_density_of_water_agree():
    celsius = jnp.linspace(0.0, 40.0, 9)
    ratio = pe.water_density(celsius, 101325.0) / pe.water_density_chen(celsius, 101325.0)
    np.testing.assert_allclose(ratio, 1.0, atol=6e-5)


def test_a_leaf_at_twenty_degrees_worked_by_hand():
    """20 degC, 1000 Pa, 400 ppm, sea level: numbers rounded in each step of Stocker et al. (2020), eqs 2-12."""
    env = pe.environment(*(jnp.asarray(x) for x in (293.15, 1000.0, 400e-6, 101325.0)))
    gamma, kmm, eta = 3.3393, 46.099, 1.12536
    xi = (146.0 * (kmm + gamma) / (1.6 * eta)) ** 0.5
    ci = gamma + (40.53 - gamma) * xi / (xi + 1000.0**0.5)
    m = (ci - gamma) / (ci + 2.0 * gamma)
    gpp = 0.125 * 12.0107 * m * (1.0 - (0.41 / m) ** (2.0 / 3.0)) ** 0.5
    mine = pm.p_model(env, jnp.asarray(1e-6), quantum_yield=pt.fixed_yield)
    assert float(mine.ci) == pytest.approx(ci, rel=1e-4)
    assert float(mine.gpp) * 1e9 == pytest.approx(gpp, rel=1e-4)


def test_both_limits_meet_in_an_optimal_leaf():
    env, light = ours(wide_grid())
    mine = pm.p_model(env, light)
    np.testing.assert_allclose(mine.vcmax * mine.mc * pm.CARBON_MOLAR_MASS, mine.gpp, rtol=1e-13, atol=1e-25)
    lit = 4.0 * mine.quantum_yield * light
    safe = jnp.where(mine.jmax > 0.0, mine.jmax, 1.0)
    transport = jnp.where(mine.jmax > 0.0, lit / jnp.sqrt(1.0 + (lit / safe) ** 2), 0.0)
    np.testing.assert_allclose(
        0.25 * transport * mine.mj * pm.CARBON_MOLAR_MASS, mine.gpp, rtol=1e-9, atol=1e-25
    )


def test_more_dryness_narrows_a_leaf_and_more_carbon_dioxide_feeds_it():
    dryness = jnp.linspace(0.0, 4000.0, 20)
    leaf = pm.prentice14(pe.environment(jnp.full(20, 295.0), dryness, jnp.full(20, 4e-4), jnp.full(20, 1e5)))
    assert float(leaf.chi[0]) == pytest.approx(1.0) and (jnp.diff(leaf.chi) < 0.0).all()
    rich = pe.environment(jnp.full(20, 295.0), dryness, jnp.full(20, 8e-4), jnp.full(20, 1e5))
    assert (pm.prentice14(rich).mj > leaf.mj).all()


def test_water_colder_than_its_fit_stays_finite():
    celsius = jnp.linspace(-90.0, -30.0, 61)
    env = pe.environment_from_celsius(celsius, jnp.full(61, 50.0), jnp.full(61, 4e-4), jnp.full(61, 9e4))
    assert (env.ns_star == env.ns_star[-1]).all()
    mine = pm.p_model(env, jnp.full(61, 1e-4), quantum_yield=pt.fixed_yield)
    assert all(jnp.isfinite(field).all() for field in mine)


LAWS = ("wang17", "smith19", "none")


def gain_of(x: jax.Array, limit: str) -> jax.Array:
    """A sum of outputs, each of order one, of T, D, CO2, p, light, beta and phi0."""
    env = pe.environment(x[0], x[1], x[2], x[3])
    mine = pm.p_model(
        env,
        x[4],
        optimal_chi=partial(pm.prentice14, beta=x[5]),
        jmax_limitation=LIMIT[limit],
        quantum_yield=partial(pt.bernacchi_yield, maximum=x[6]),
    )
    rates = 1e6 * (mine.gpp + mine.vcmax25 + mine.jmax25 + mine.rd + mine.jmax)
    return rates + mine.chi + mine.lue + 1e3 * mine.iwue + mine.mc


_GAIN = {limit: jax.jit(jax.value_and_grad(partial(gain_of, limit=limit))) for limit in LAWS}


@pytest.mark.parametrize("limit", LAWS)
def test_slopes_are_those_of_differences(limit):
    point = np.array([297.0, 1200.0, 4.1e-4, 9.5e4, 8e-4, 140.0, 0.11])
    _, slope = _GAIN[limit](jnp.asarray(point))
    for i, size in enumerate(point):
        step = 1e-5 * size
        up, down = (float(_GAIN[limit](jnp.asarray(point + s * step * np.eye(7)[i]))[0]) for s in (1, -1))
        assert float(slope[i]) == pytest.approx((up - down) / (2.0 * step), rel=1e-6, abs=1e-10)


def test_the_cost_of_electron_transport_has_its_slope():
    def factor(cost):
        return pm.wang17(jnp.asarray(0.7), cost).vcmax + pm.wang17(jnp.asarray(0.7), cost).jmax

    central = (factor(0.41 + 1e-6) - factor(0.41 - 1e-6)) / 2e-6
    assert float(jax.grad(factor)(0.41)) == pytest.approx(float(central), rel=1e-7)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("limit", LAWS)
@given(
    tas=st.sampled_from([213.15, 273.15, 323.15]) | st.floats(213.15, 323.15),
    vpd=st.sampled_from([0.0, 12000.0]) | st.floats(0.0, 8000.0),
    co2=st.floats(1.5e-4, 1.5e-3),
    pressure=st.floats(4.5e4, 1.1e5),
    light=st.sampled_from([0.0, 2.5e-3]) | st.floats(0.0, 2e-3),
)
def test_any_leaf_is_finite_with_finite_slopes(dtype, limit, tas, vpd, co2, pressure, light):
    x = jnp.array([tas, vpd, co2, pressure, light, 146.0, 0.125], dtype)
    value, slope = _GAIN[limit](x)
    assert value.dtype == dtype
    assert jnp.isfinite(value) and jnp.isfinite(slope).all()
