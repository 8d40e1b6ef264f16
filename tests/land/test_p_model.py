"""Leaves that optimise: the P-model against pyrealm, against rpmodel, at its limits and in its slopes."""

from __future__ import annotations

import json
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
