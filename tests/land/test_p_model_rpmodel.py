"""Leaves that optimise: the P-model against the printed results of rpmodel 1.2.2, its implementation in R."""

from __future__ import annotations

import json
from functools import partial

import numpy as np
import pytest

from tenbin.core.arrays import jax, jnp
from tenbin.land import p_model as pm
from tenbin.land import p_model_environment as pe
from tenbin.land import p_model_temperature as pt

LIMIT = {"wang17": pm.wang17, "smith19": pm.smith19, "none": pm.unlimited}
OF_LEAF = ("xi", "chi", "ci", "mj", "mc")
YIELD_OF_RPMODEL = {"wang17": 1.0, "smith19": 0.25, "none": 1.0}
"""In Smith's limitation rpmodel 1.2.2 reads phi0 as a yield of electrons, four to a molecule of CO2."""
PRINTED = 6e-9
"""The R reference prints eight decimals."""


@pytest.fixture(scope="module")
def rpmodel(data_root):
    folder = data_root / "land" / "grid_pyrealm"
    given_, expected = (
        json.loads((folder / f"rpmodel__test_{name}.json").read_text())
        for name in ("inputs", "outputs_rpmodel")
    )
    return given_, expected


def of_rpmodel(given_: dict, kind: str) -> tuple[pe.Environment, jax.Array]:
    """Environment and absorbed light of the scalar case ("sc") or the hundred random ones ("ar")."""
    tc, vpd, co2, patm = (
        jnp.asarray(np.atleast_1d(given_[f"{name}_{kind}"]) * 1.0) for name in ("tc", "vpd", "co2", "patm")
    )
    light = np.multiply(given_[f"fapar_{kind}"], given_[f"ppfd_{kind}"]) * 1e-6
    return pe.environment_from_celsius(tc, vpd, 1e-6 * co2, patm), jnp.asarray(np.atleast_1d(light))


def assert_printed(mine: jax.Array, printed, name: str, absent_is_zero: bool = True) -> None:
    expected = np.atleast_1d(np.array(printed, dtype=float))
    mine = np.broadcast_to(np.asarray(mine), np.broadcast_shapes(np.shape(mine), expected.shape))
    expected = np.broadcast_to(expected, mine.shape)
    known = np.isfinite(expected)
    np.testing.assert_allclose(mine[known], expected[known], rtol=1e-8, atol=PRINTED, err_msg=name)
    if absent_is_zero:
        assert (mine[~known] == 0.0).all(), name


@pytest.mark.parametrize("kind", ["sc", "ar"])
def test_water_kinetics_and_warmth_are_those_of_rpmodel(rpmodel, kind):
    given_, expected = rpmodel
    env, _ = of_rpmodel(given_, kind)
    elevation = jnp.atleast_1d(jnp.asarray(given_[f"elev_{kind}"]) * 1.0)
    mine = {
        "ca": env.ca,
        "gammastar": env.gammastar,
        "kmm": env.kmm,
        "ns_star": env.ns_star,
        "dens_h20": pe.water_density(env.celsius, env.pressure),
        "viscosity_h2o": pe.water_viscosity(env.celsius, env.pressure),
        "patm_from_elev": pe.pressure_at_elevation(elevation),
        "ftemp_arrh": jnp.exp(given_["KattgeKnorr_ha"] * pe.inverse_warmth(env.temperature)),
        "ftemp_inst_vcmax": pt.kattge_knorr(env, "vcmax", growth_celsius=env.celsius),
        "ftemp_inst_rd": pt.dark_respiration_response(env),
        "ftemp_kphio_c3": pt.bernacchi_yield(env, 1.0),
        "ftemp_kphio_c4": pt.cai_yield(env, 1.0),
        "soilmstress": pm.soil_stress_stocker(
            jnp.asarray(given_[f"soilm_{kind}"]), jnp.asarray(given_[f"meanalpha_{kind}"])
        ),
    }
    for name, value in mine.items():
        assert_printed(value, expected[f"{name}_{kind}"], name)


@pytest.mark.parametrize("warm", ["off", "on"])
@pytest.mark.parametrize("limit", LIMIT)
@pytest.mark.parametrize("kind", ["sc", "ar"])
def test_photosynthesis_of_c3_leaves_is_that_of_rpmodel(rpmodel, kind, limit, warm):
    """jmax is compared for Wang's limit alone: for the others rpmodel takes another definition of it."""
    given_, expected = rpmodel
    env, light = of_rpmodel(given_, kind)
    of_yield = pt.bernacchi_yield if warm == "on" else pt.fixed_yield
    of_yield = partial(of_yield, maximum=given_["kphio"] * YIELD_OF_RPMODEL[limit])
    growth_is_now = partial(pt.kattge_knorr, growth_celsius=env.celsius)
    mine = pm.p_model(
        env, light, jmax_limitation=LIMIT[limit], quantum_yield=of_yield, temperature_response=growth_is_now
    )
    printed = expected[f"rpmodel-c3-{kind}-{limit}-fkphio-{warm}-sm-off"]
    scaled = {name: getattr(mine, name) * 1e6 for name in ("vcmax", "vcmax25", "rd", "gs")}
    scaled |= {name: getattr(mine, name) for name in OF_LEAF} | {"gpp": mine.gpp * 1e9}
    scaled["iwue"] = mine.iwue * env.pressure  # rpmodel gives (ca - ci) / 1.6 in Pa
    if limit == "wang17":
        scaled |= {"jmax": mine.jmax * 1e6, "jmax25": mine.jmax25 * 1e6}
    for name, value in scaled.items():
        assert_printed(value, printed[name], name, absent_is_zero=name not in ("gs", "jmax", "jmax25"))
    dry = expected[f"rpmodel-c3-{kind}-{limit}-fkphio-{warm}-sm-on"]
    for name in ("gpp", "vcmax", "rd"):
        assert_printed(scaled[name] * dry_share(given_), dry[name], name)


def dry_share(given_: dict) -> float:
    """Stress by dry soil, for which rpmodel's reference took the scalar case throughout."""
    return float(pm.soil_stress_stocker(jnp.asarray(given_["soilm_sc"]), given_["meanalpha_sc"]))


@pytest.mark.parametrize("dry", ["off", "on"])
@pytest.mark.parametrize("warm", ["off", "on"])
@pytest.mark.parametrize("kind", ["sc", "ar"])
def test_photosynthesis_of_c4_leaves_is_that_of_rpmodel(rpmodel, kind, warm, dry):
    """Without warmth rpmodel holds the C4 yield at its value of 15 degC; jmax is free.

    Its C4 conductance is left out: it is not assimilation over its own ca - ci, as it is for C3.
    """
    given_, expected = rpmodel
    env, light = of_rpmodel(given_, kind)
    at_15 = float(pt.cai_yield(env._replace(celsius=jnp.asarray(15.0)), 1.0))
    of_yield = partial(pt.cai_yield if warm == "on" else pt.fixed_yield, maximum=given_["kphio"])
    of_yield = of_yield if warm == "on" else partial(pt.fixed_yield, maximum=given_["kphio"] * at_15)
    mine = pm.p_model(env, light, optimal_chi=pm.c4, jmax_limitation=pm.unlimited, quantum_yield=of_yield)
    stress = dry_share(given_)
    printed = expected[f"rpmodel-c4-{kind}-fkphio-{warm}-sm-{dry}"]
    share = stress if dry == "on" else 1.0
    for name, value in {"gpp": mine.gpp * 1e9, "vcmax": mine.vcmax * 1e6}.items():
        assert_printed(value * share, printed[name], name, absent_is_zero=False)
    for name in OF_LEAF:
        assert_printed(getattr(mine, name), printed[name], name)


@pytest.mark.parametrize("limit", LIMIT)
@pytest.mark.parametrize("kind", ["sc", "ar"])
def test_limits_by_electron_transport_are_those_of_rpmodel(rpmodel, kind, limit):
    given_, expected = rpmodel
    env, light = of_rpmodel(given_, kind)
    of_yield = partial(pt.fixed_yield, maximum=given_["kphio"] * YIELD_OF_RPMODEL[limit])
    mine = pm.p_model(env, light, jmax_limitation=LIMIT[limit], quantum_yield=of_yield)
    printed = expected[f"jmax-c3-{kind}-{limit}-fkphio-off-sm-off"]
    assert_printed(mine.lue * 1e3, printed["lue"], "lue")
    assert_printed(mine.vcmax / light, printed["vcmax_unitiabs"], "vcmax per light")
