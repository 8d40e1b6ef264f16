"""Over days and decades the land neither makes nor loses an atom of carbon or nitrogen, and no pool is negative."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.land import biogeochemistry as b

DAY = 86400.0
KINDS = jnp.arange(13)
PARAMS = jax.tree.map(lambda x: x if x.ndim == 0 else x[KINDS], b.BiogeochemistryParams())
N = 13


def a_day(tas=285.0, **changes):
    full = {
        "gpp": 4e-3 / DAY, "leaf_respiration": 4e-4 / DAY, "lai_target": 3.0, "tas": tas, "drainage": 1e-5,
        "soil_water": 600.0, "deposition": 1e-3 / 3.15e7, "fertiliser": 1e-3 / 3.15e7, "burned_fraction": 3e-10,
        "sand": 0.4, "clay": 0.2, "conversion": 1e-10, "wood_harvest": 1e-10, "oxygen": 1.0, "fuel_moisture": 0.3,
    }  # fmt: skip
    full = {
        name: jnp.full(N, float(value)) for name, value in {**full, **changes}.items() if "soil_t" not in name
    }
    wet = full.pop("saturation", jnp.full(N, 0.6))
    layers = {
        "soil_temperature": jnp.full((11, N), float(tas)),
        "soil_saturation": jnp.broadcast_to(wet, (8, N)),
    }
    return b.BiogeochemistryInputs(**full, **layers)


def start():
    return b.initial_state(jnp.full(N, 0.05), PARAMS)


def carbon_gain(f):
    return f.gpp - (f.ra + f.rh + f.fire + f.clearing + f.harvest + f.product_decay)


def nitrogen_gain(f):
    entered = f.n_deposition + f.n_fertiliser + f.n_fixation + f.n_supplement
    return entered - (f.n_leaching + f.n_fire + f.n_harvest + f.n_product)


def seasons(day):
    warm = jnp.cos(2 * jnp.pi * (day / 365.0 - 0.55))
    base = a_day()
    light = jnp.maximum(warm + 0.3, 0.0)
    tas = 280.0 + 15.0 * warm
    return base._replace(
        gpp=base.gpp * 1.5 * light, lai_target=0.2 + 3.0 * light + 0.0 * base.gpp, tas=tas + 0.0 * base.gpp,
        soil_temperature=tas + 0.0 * base.soil_temperature,
    )  # fmt: skip


def run(state, days, params=PARAMS, limited=True):
    constants = b.prepare(params, a_day().sand, 8)

    def one(carry, day):
        state, sums = carry
        state, f = b.step(state, seasons(day), params, constants=constants, nitrogen_limitation=limited)
        gain = jnp.stack([carbon_gain(f), nitrogen_gain(f), f.gpp, f.n_supplement, f.npp, f.rh])
        return (state, sums + gain * DAY), jnp.min(jnp.stack([x.min() for x in jax.tree.leaves(state[:-1])]))

    (state, sums), least = jax.lax.scan(one, (state, jnp.zeros((6, N))), jnp.arange(days, dtype=float))
    return state, sums, least.min()


run_jit = jax.jit(run, static_argnums=(1, 3))
step_jit = jax.jit(b.step, static_argnames=("nitrogen_limitation",))


@pytest.mark.parametrize("limited", [True, False])
def test_twenty_years_of_seasons_fire_and_clearing_close(limited):
    state, sums, least = run_jit(start(), 7300, PARAMS, limited)
    carbon = b.carbon_total(state) - b.carbon_total(start())
    np.testing.assert_allclose(carbon, sums[0], atol=1e-11 * float(sums[2].max()))
    held = b.nitrogen_total(state) - b.nitrogen_total(start())
    np.testing.assert_allclose(held, sums[1], atol=1e-11)
    assert float(least) >= 0.0
    assert bool((sums[4] > 0).any()) and bool((sums[5] > 0).all())


@settings(max_examples=15)
@given(
    st.floats(213.15, 323.15), st.floats(0.0, 1.0), st.floats(0.0, 8.0), st.floats(0.0, 2e-7), st.floats(0.0, 1e-7),
    st.floats(0.0, 2.0 / DAY), st.floats(0.0, 2.0 / DAY), st.booleans(),
)  # fmt: skip
def test_any_weather_closes_and_leaves_no_pool_negative(tas, wet, lai, gpp, breath, burned, cleared, limited):
    inputs = a_day(
        tas, saturation=wet, lai_target=lai, gpp=gpp, leaf_respiration=breath, burned_fraction=burned,
        conversion=cleared,
    )  # fmt: skip
    state, last = start(), None
    for _ in range(3):
        last = state
        state, f = step_jit(state, inputs, PARAMS, nitrogen_limitation=limited)
        carbon = b.carbon_total(state) - b.carbon_total(last)
        np.testing.assert_allclose(carbon, carbon_gain(f) * DAY, atol=1e-13)
        held = b.nitrogen_total(state) - b.nitrogen_total(last)
        np.testing.assert_allclose(held, nitrogen_gain(f) * DAY, atol=1e-14)
        assert all(float(x.min()) >= 0.0 for x in jax.tree.leaves(state[:-1]))
        assert all(bool(jnp.isfinite(x).all()) for x in jax.tree.leaves((state, f)))


def test_a_64_bit_land_under_32_bit_weather_stays_64_bit():
    inputs = jax.tree.map(lambda x: x.astype("float32"), a_day())
    params = jax.tree.map(lambda x: x.astype("float32"), PARAMS)
    state, f = step_jit(start(), inputs, params)
    assert {x.dtype.name for x in jax.tree.leaves(state)} == {"float64"}
    assert {x.dtype.name for x in jax.tree.leaves(f)} == {"float32"}
    exact, _ = step_jit(start(), a_day(), PARAMS)
    np.testing.assert_allclose(b.carbon_total(state), b.carbon_total(exact), rtol=1e-7)


def test_without_nitrogen_plants_grow_less():
    poor = jax.tree.map(lambda x: 0.0 * x, start().mineral)
    state = start()._replace(mineral=poor)

    def with_store(factor):
        reserve = state.living.reserve.at[1].multiply(factor)
        return state._replace(living=state.living._replace(reserve=reserve))

    _, hungry = step_jit(with_store(0.0), a_day(), PARAMS)
    _, fed = step_jit(with_store(20.0), a_day(), PARAMS)
    assert bool((hungry.growth_limitation < 0.01).all()) and bool((fed.growth_limitation > 0.95).all())


TOUCHED = (
    ("nitrogen", "release_time"), ("nitrogen", "uptake_rate"), ("vegetation", "growth_time"),
    ("decomposition", "moisture_half"), ("decomposition", "q10"), ("fire", "wood_dry"),
)  # fmt: skip


def scaled(factors):
    """The parameters with those of TOUCHED multiplied by `factors`."""
    groups = {g: getattr(PARAMS, g) for g in PARAMS.__dataclass_fields__}
    for factor, (group, name) in zip(factors, TOUCHED, strict=True):
        part = groups[group]
        values = {k: getattr(part, k) for k in part.__dataclass_fields__}
        groups[group] = type(part)(**{**values, name: values[name] * factor})
    return b.BiogeochemistryParams(**groups)


def test_slopes_agree_with_central_differences_through_the_shortage_of_nitrogen():
    lean = start()._replace(mineral=jax.tree.map(lambda x: 0.02 * x, start().mineral))

    def outcome(factors):
        params = scaled(factors)

        def one(state, day):
            state, f = b.step(state, seasons(day), params)
            return state, (f.npp - f.rh - f.fire).sum()

        state, net = jax.lax.scan(one, lean, jnp.asarray([200.0, 201.0, 202.0]))
        return net.sum() * 1e8 + sum(x.sum() for x in state.vegetation_nitrogen)

    slope = jax.jit(jax.grad(outcome))(jnp.ones(6))
    value = jax.jit(outcome)
    nudge = 1e-4 * np.eye(6)
    central = np.asarray([value(1.0 + row) - value(1.0 - row) for row in nudge]) / 2e-4
    assert bool((np.abs(central) > 0.0).all())
    np.testing.assert_allclose(slope, central, rtol=1e-5)


def test_litter_rots_with_the_nitrogen_that_the_soil_frees_on_the_same_day():
    """With no mineral nitrogen left over from yesterday, litter decays only by what the slow pools mineralise."""

    def with_soil(slow):
        state = start()
        dead = state.dead.at[0, 1].set(0.5).at[1, 1].set(0.5 / 150.0)
        dead = dead.at[0, 4].set(slow).at[1, 4].set(slow / 16.0)
        none = jax.tree.map(jnp.zeros_like, state.mineral)
        return state._replace(dead=dead, mineral=none)

    poor, rich = (
        step_jit(with_soil(slow), a_day(deposition=0.0, fertiliser=0.0), PARAMS)[1].decay[1]
        for slow in (1e-6, 20.0)
    )
    assert bool((rich > 1.15 * poor).all())
