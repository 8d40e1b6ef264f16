"""A rice field breathes methane while it stands under water, and less when it is let dry."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenbin.budget.metrics import metric_set
from tenbin.core.arrays import jax, jnp
from tenbin.core.params import from_vector, to_vector
from tenbin.land import nitrous_oxide, rice, rice_water
from tenbin.land.nitrous_oxide import MineralNitrogen, NitrousOxideParams
from tenbin.land.rice import RiceParams, RiceState

DAY = 86400.0
PARAMS = RiceParams()


def conditions(dtype="float64", **changes):
    values = {
        "flooded": 1.0,
        "soil_temperature": 303.15,
        "shoot_growth": 0.0,
        "organic_input": 0.0,
        "sand": 0.30,
        **changes,
    }
    return {name: jnp.asarray([value], dtype) for name, value in values.items()}


def field(redox=-250.0, labile=0.0, slow=0.0, shoot=0.0, stored=0.0, dtype="float64"):
    return RiceState(*(jnp.asarray([v], dtype) for v in (redox, labile, slow, shoot, stored)))


DAYS = 110
MIDDLE = jnp.arange(DAYS) + 0.5
NAMES = ("continuous", "single_drainage", "multiple_drainage", "upland")


@jax.jit
def season(flooded, straw):
    """CH4 [kg CH4 m-2] and N2O [kg N m-2] of a season, both (cell,), at 26 C on 120 kg N ha-1.

    `flooded` (day, cell), `straw` [kg C m-2] (cell,).
    """
    fields = jnp.ones_like(straw)
    shoot = rice_water.logistic_shoot(jnp.arange(DAYS + 1.0), DAYS, PARAMS.peak_shoot)
    doses = jnp.zeros(DAYS).at[jnp.array([0, 25, 55])].set(0.004)
    soil = nitrous_oxide.soil_constants(0.52 * fields, 0.40 * fields, 1250.0 * fields, 6.5 * fields)
    warm = 299.15 * fields

    def day(carry, each):
        paddy, nitrogen = carry
        wet, grown, dose = each
        paddy, carbon = rice.step(
            paddy,
            flooded=wet,
            soil_temperature=warm,
            shoot_growth=grown / DAY * fields,
            organic_input=0.0 * fields,
            sand=0.3 * fields,
            params=PARAMS,
        )
        nitrogen, gases = nitrous_oxide.step(
            MineralNitrogen(0.94 * nitrogen.ammonium + dose, 0.94 * nitrogen.nitrate),
            soil_temperature=warm,
            water_filled_pore_space=rice.water_filled_pore_space(wet),
            heterotrophic_respiration=0.5 * carbon.carbon_from_litter + 1.5e-8,
            net_mineralisation=2e-10 * fields,
            soil=soil,
            params=NitrousOxideParams(),
        )
        return (paddy, nitrogen), (carbon.ch4_emission, gases.n2o)

    start = RiceState(250.0 * fields, 0.35 * straw, 0.65 * straw, shoot[0] * fields, 0.0 * fields)
    nitrogen = MineralNitrogen(1e-3 * fields, 1e-3 * fields)
    _, (methane, nitrous) = jax.lax.scan(day, (start, nitrogen), (flooded, jnp.diff(shoot), doses))
    return methane.sum(0) * DAY, nitrous.sum(0) * DAY


@pytest.fixture(scope="module")
def seasons():
    """CH4 and N2O by regime with 0.1 kg C m-2 of straw, and of a flooded field with none and with thrice."""
    wet = [rice_water.flooded(rice_water.REGIMES[name], MIDDLE, DAYS) for name in (*NAMES, *NAMES[:1] * 2)]
    methane, nitrous = season(jnp.stack(wet, axis=1), jnp.asarray([0.1] * 4 + [0.0, 0.3]))
    labels = (*NAMES, "no straw", "much straw")
    return {label: (float(m), float(n)) for label, m, n in zip(labels, methane, nitrous, strict=True)}


def test_a_flooded_soil_loses_its_redox_at_the_published_rate():
    # bare, no litter: 250 - 0.165 x 0.23 x 500 = 231.02 mV; drained: -200 + 0.12 x 450 = -146 mV
    wet, _ = rice.step(field(250.0), params=PARAMS, **conditions())
    dry, _ = rice.step(field(-200.0), params=PARAMS, **conditions(flooded=0.0))
    np.testing.assert_allclose([wet.redox[0], dry.redox[0]], [231.025, -146.0], rtol=1e-4)


def test_under_a_grown_stand_redox_falls_a_quarter_as_fast():
    # 250 - 0.04 x 0.23 x 500 = 245.4 mV: roots leak oxygen
    wet, _ = rice.step(field(250.0, shoot=float(PARAMS.peak_shoot)), params=PARAMS, **conditions())
    np.testing.assert_allclose(wet.redox[0], 245.4, rtol=1e-5)


def test_methanogens_get_their_share_of_substrate_by_redox():
    # exp(-1.7) at 0 mV, exp(-1.7 x 130 / 150) at -20 mV, all below -150 mV; 0.3 % where the corner is rounded
    found = rice.redox_factor(jnp.asarray([0.0, -20.0, -250.0]))
    np.testing.assert_allclose(found, [np.exp(-1.7), np.exp(-1.7 * 130 / 150), 1.0], rtol=4e-3)


def test_warmth_is_a_q10_of_three_up_to_thirty_degrees():
    found = rice.temperature_factor(jnp.asarray([283.15, 293.15, 313.15]), jnp.asarray(3.0))
    np.testing.assert_allclose(found, [1 / 9, 1 / 3, 1.0], rtol=2e-3)


def test_half_grown_rice_makes_the_hand_worked_methane():
    # W 500 g m-2, SI 1.0: exuded 0.0018 x 500^1.25 = 4.2559 g m-2 d-1; x 48/180 (0.27 of CH4MOD) = 1.1349 g CH4
    _, fluxes = rice.step(field(shoot=0.2), params=PARAMS, **conditions(soil_temperature=313.15))
    np.testing.assert_allclose(fluxes.ch4_production * DAY * 1e3, 4.2559 * 48.0 / 180.0, rtol=5e-3)
    # plants let 0.55 (1 - 0.2 / 0.43)^0.25 of it out, and roots leave little for bubbles
    share = fluxes.ch4_emission / fluxes.ch4_production
    assert float(share[0]) == pytest.approx(0.55 * (1 - 0.2 / 0.43) ** 0.25, abs=0.01)


def test_bare_flooded_soil_bubbles_seven_tenths_of_what_straw_gives():
    bare = field(labile=0.1)
    _, first = rice.step(bare, params=PARAMS, **conditions())
    full = bare._replace(stored=first.ch4_production * 0.75 / float(PARAMS.turnover) * DAY)
    same, fluxes = rice.step(full, params=PARAMS, **conditions())
    np.testing.assert_allclose(same.stored, full.stored, rtol=1e-12)  # what is made comes up
    assert float((fluxes.ch4_emission / fluxes.ch4_production)[0]) == pytest.approx(0.70, abs=0.01)
    _, frozen = rice.step(full, params=PARAMS, **conditions(soil_temperature=270.0))
    assert float(frozen.ch4_emission[0]) == 0.0


def test_mud_that_falls_dry_lets_go_a_third_of_its_methane_each_day_and_none_while_frozen():
    # implicit: S / (1 + 0.5) stays
    after, fluxes = rice.step(field(100.0, stored=3e-3), params=PARAMS, **conditions(flooded=0.0))
    np.testing.assert_allclose(after.stored, 2e-3, rtol=1e-12)
    np.testing.assert_allclose(fluxes.ch4_release * DAY, 1e-3 * 16.0 / 12.0, rtol=1e-12)
    np.testing.assert_allclose(fluxes.ch4_emission, fluxes.ch4_release, rtol=1e-12)
    frozen, _ = rice.step(
        field(100.0, stored=3e-3), params=PARAMS, **conditions(flooded=0.0, soil_temperature=270.0)
    )
    np.testing.assert_allclose(frozen.stored, 3e-3, rtol=1e-12)


def test_draining_for_harvest_frees_a_tenth_of_the_season():
    # Denier van der Gon et al. (1996): about 10 %; mud that is 8 % gas with 35 % CH4 (Tokida et al. 2012) holds 3 g
    wet = rice_water.flooded(rice_water.REGIMES["continuous"], MIDDLE, DAYS)
    shoot = rice_water.logistic_shoot(jnp.arange(DAYS + 1.0), DAYS, PARAMS.peak_shoot)

    def day(state, each):
        where = conditions(soil_temperature=299.15) | {
            "flooded": each[0][None],
            "shoot_growth": each[1][None] / DAY,
        }
        after, fluxes = rice.step(state, params=PARAMS, **where)
        return after, (fluxes.ch4_emission[0], fluxes.ch4_release[0], after.stored[0])

    start = field(250.0, 0.035, 0.065, float(shoot[0]))
    _, (emitted, freed, stored) = jax.lax.scan(day, start, (wet, jnp.diff(shoot)))
    assert float(freed.sum() / emitted.sum()) == pytest.approx(0.10, abs=0.02)
    assert 2e-3 < float(stored.max()) * 16.0 / 12.0 < 5e-3
    assert int(jnp.argmax(emitted)) in range(95, 101) and float(emitted.max()) > 1.5 * float(emitted[94])


@pytest.mark.parametrize("wet", [0.0, 0.5, 1.0])
def test_carbon_is_booked_to_the_last_digit(wet):
    before = field(-100.0, 0.05, 0.1, 0.2, 2e-3)
    after, fluxes = rice.step(
        before, params=PARAMS, **conditions(flooded=wet, organic_input=1e-7, shoot_growth=1e-7)
    )
    litter = before.labile_litter + before.slow_litter + 1e-7 * DAY - fluxes.carbon_from_litter * DAY
    np.testing.assert_allclose(after.labile_litter + after.slow_litter, litter, rtol=1e-14)
    used = fluxes.carbon_from_litter + fluxes.carbon_from_roots
    gained = (after.stored - before.stored) / DAY
    np.testing.assert_allclose(used, fluxes.co2 + fluxes.ch4_emission * 12.0 / 16.0 + gained, rtol=1e-12)
    spent = fluxes.ch4_emission + fluxes.ch4_oxidised + gained * 16.0 / 12.0
    np.testing.assert_allclose(fluxes.ch4_production, spent, rtol=1e-12)


def test_a_flooded_season_emits_within_the_range_of_fields(seasons):
    methane = seasons["continuous"][0]
    assert (
        0.005 < methane < 0.06
    )  # 50-600 kg ha-1; IPCC 2019 with this straw: 134 x (1 + 2.5)^0.59 = 282 kg ha-1


def test_letting_the_field_dry_cuts_methane_as_trials_do_and_raises_nitrous_oxide(seasons):
    flooded, single, multiple, upland = (seasons[name] for name in NAMES)
    assert upland[0] < 0.05 * flooded[0]
    # nothing tuned to them: 28 and 48 % less; IPCC 2019, table 5.12: 29 % (6-47 %) and 45 % (28-59 %)
    assert 0.06 < 1.0 - single[0] / flooded[0] < 0.47
    assert 0.28 < 1.0 - multiple[0] / flooded[0] < 0.59
    assert 1.0 - single[0] / flooded[0] == pytest.approx(0.28, abs=0.02)
    assert 1.0 - multiple[0] / flooded[0] == pytest.approx(0.475, abs=0.02)
    # direct N2O of IPCC 2019 rises from 0.3 to 0.5 % of the nitrogen given
    assert multiple[1] > single[1] > flooded[1]
    assert 1.3 < multiple[1] / flooded[1] < 3.0


def test_the_methane_saved_outweighs_the_nitrous_oxide_gained(seasons):
    metric = metric_set("AR6GWP100")
    saved = (seasons["continuous"][0] - seasons["multiple_drainage"][0]) * metric.factor("ch4")
    gained = (seasons["multiple_drainage"][1] - seasons["continuous"][1]) * 44.0 / 28.0 * metric.factor("n2o")
    assert 0.0 < gained < saved


def test_straw_feeds_methane(seasons):
    assert seasons["much straw"][0] > 1.1 * seasons["no straw"][0]


def test_every_regime_keeps_its_dates():
    day = jnp.arange(120.0) + 0.5
    wet = {
        name: np.asarray(rice_water.flooded(regime, day, 110)) for name, regime in rice_water.REGIMES.items()
    }
    assert all(((0.0 <= w) & (w <= 1.0)).all() and (w[110:] == 0.0).all() for w in wet.values())
    assert (wet["continuous"][:94] > 0.95).all()
    np.testing.assert_allclose(wet["continuous"][95:100], [0.9, 0.7, 0.5, 0.3, 0.1], atol=0.03)
    assert (wet["continuous"][101:] < 0.02).all()
    assert (wet["single_drainage"][41:45] < 0.12).all() and (wet["single_drainage"][47:94] > 0.95).all()
    assert (wet["multiple_drainage"][73:87] > 0.9).all(), "water stays while the rice flowers"
    assert wet["deep_water"].sum() > wet["continuous"].sum() > wet["single_drainage"].sum()
    assert wet["single_drainage"].sum() > wet["multiple_drainage"].sum() > wet["drought_prone"].sum()
    assert wet["upland"].sum() < 0.2


def _weighted(vector, state, flooded):
    params = from_vector(PARAMS, vector)
    after, fluxes = rice.step(
        state, params=params, **conditions(flooded=flooded, soil_temperature=297.0, organic_input=1e-7)
    )
    after, fluxes = rice.step(after, params=params, **conditions(flooded=flooded, soil_temperature=297.0))
    weights = jnp.arange(1.0, 9.0)
    return (
        1e9 * sum(w * x[0] for w, x in zip(weights, fluxes, strict=True))
        + after.redox[0]
        + after.slow_litter[0]
        + 1e4 * after.stored[0]
    )


VALUES, GRADIENT = (
    jax.jit(lambda points, *rest: jax.lax.map(lambda v: _weighted(v, *rest), points)),
    jax.jit(jax.grad(_weighted)),
)


@pytest.mark.parametrize("redox", [-200.0, -150.0, 100.0])
@pytest.mark.parametrize("flooded", [0.3, 1.0])
def test_every_parameter_has_its_true_gradient(redox, flooded):
    vector = to_vector(PARAMS)
    state = field(redox, 0.05, 0.1, 0.2, 2e-3)
    moved = np.diag(1e-5 * np.asarray(vector))
    upper, lower = VALUES(vector + moved, state, flooded), VALUES(vector - moved, state, flooded)
    central = (upper - lower) / (2e-5 * np.asarray(vector))
    np.testing.assert_allclose(GRADIENT(vector, state, flooded), central, rtol=1e-5, atol=1e-6)


def _summed(state, where, dtype):
    params = jax.tree.map(lambda p: p.astype(dtype), PARAMS)
    after, fluxes = rice.step(state, params=params, **where)
    return sum(x.sum() for x in (*after, *fluxes)), (after, fluxes)


@functools.partial(jax.jit, static_argnums=2)
def stepped(state, where, dtype):
    """State and fluxes, each as one array, and whether all slopes are finite."""
    (_, results), slopes = jax.value_and_grad(_summed, (0, 1), has_aux=True)(state, where, dtype)
    finite = jnp.stack([jnp.isfinite(s).all() for s in jax.tree.leaves(slopes)]).all()
    return *(jnp.concatenate(part) for part in results), finite


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(
    temperature=st.floats(213.15, 323.15),
    flooded=st.sampled_from([0.0, 0.5, 1.0]),
    redox=st.floats(-300.0, 400.0),
    litter=st.sampled_from([0.0, 1e-9, 0.1, 2.0]),
    shoot=st.sampled_from([0.0, 1e-9, 0.2, 0.43, 1.5]),
    stored=st.sampled_from([0.0, 1e-9, 2e-3]),
)
def test_every_field_gives_finite_fluxes_and_slopes(
    dtype, temperature, flooded, redox, litter, shoot, stored
):
    where = conditions(dtype, soil_temperature=temperature, flooded=flooded)
    after, fluxes, slopes_are_finite = stepped(
        field(redox, litter, litter, shoot, stored, dtype), where, dtype
    )
    assert after.dtype == fluxes.dtype == jnp.dtype(dtype)
    assert np.isfinite(after).all() and np.isfinite(fluxes).all()
    assert (np.asarray(fluxes) >= 0.0).all() and (np.asarray(after)[1:] >= 0.0).all()
    assert bool(slopes_are_finite)
