"""The solved state of rest is the one that millennia of days would reach."""

from functools import cache

import numpy as np

from tenbin.core.arrays import jax, jnp
from tenbin.land import biogeochemistry as b
from tenbin.land import decomposition as d
from tenbin.land import spinup

PARAMS = jax.tree.map(lambda x: x if x.ndim == 0 else x[4:6], d.DecompositionParams())
SAND = jnp.asarray([0.4, 0.7])
DAYS = jnp.arange(365)
LITTER = jnp.stack([1e-3 * (1 + jnp.sin(DAYS / 58.0)), 8e-4 + 0 * DAYS, 4e-4 + 0 * DAYS], 1)[
    :, :, None
] * jnp.ones(2)


@jax.jit
def yearly(params):
    plan = d.cascade(SAND, params, 8)
    pace = 0.6 + 0.4 * jnp.sin(DAYS / 58.0)

    def day(p):
        return d.decay_fractions(p * jnp.ones((8, 2)), plan)

    return spinup.year_map(jax.vmap(day)(pace), LITTER, plan), jax.vmap(day)(pace), plan


@jax.jit
def another_year(pools, fractions, plan):
    def day(pools, today):
        return spinup.dead_pools_day(pools, *today, plan), None

    return jax.lax.scan(day, pools, (fractions, LITTER))[0]


def test_another_year_returns_the_same_pools():
    (matrix, offset), fractions, plan = yearly(PARAMS)
    rest = spinup.steady_pools(matrix, offset)
    np.testing.assert_allclose(another_year(rest, fractions, plan), rest, rtol=1e-9)
    assert bool((rest > 0).all())


def test_centuries_of_days_reach_the_solved_pools():
    # A passive pool at the quick end of its range, so that 300 years bring it within e^-5 of rest.
    values = {k: getattr(PARAMS, k) for k in PARAMS.__dataclass_fields__}
    quick = d.DecompositionParams(**{**values, "passive_rate": jnp.asarray(0.03)})
    (matrix, offset), fractions, plan = yearly(quick)
    rest = spinup.steady_pools(matrix, offset)
    many = jax.jit(lambda x: jax.lax.fori_loop(0, 300, lambda _, y: another_year(y, fractions, plan), x))
    begun = many(0.9 * rest)
    np.testing.assert_allclose(begun[:3], rest[:3], rtol=1e-9)
    np.testing.assert_allclose(begun, rest, rtol=2e-3)
    assert bool((jnp.abs(begun - rest) < 0.02 * 0.1 * rest).all())


def test_the_slope_of_the_state_of_rest_is_that_of_central_differences():
    def total(factor):
        params = jax.tree.map(lambda x: x, PARAMS)
        values = {k: getattr(params, k) for k in params.__dataclass_fields__}
        values["slow_rate"] = values["slow_rate"] * factor
        return spinup.steady_pools(*yearly(d.DecompositionParams(**values))[0]).sum()

    total = jax.jit(total)
    central = (total(1.0001) - total(0.9999)) / 2e-4
    np.testing.assert_allclose(jax.jit(jax.grad(total))(1.0), central, rtol=1e-5)


def test_anderson_finds_the_point_that_a_slow_map_leaves_alone_and_its_slope():
    mix = jnp.diag(jnp.asarray([0.99, 0.9, 0.5])) + 0.003

    def slow(a, x):
        return mix @ x + a * jnp.cos(x) * 0.01

    def point(a):
        return spinup.anderson_fixed_point(slow, a, jnp.ones(3), 40, 3)

    x = point(1.0)
    np.testing.assert_allclose(slow(1.0, x), x, rtol=1e-9)
    central = (point(1.0001).sum() - point(0.9999).sum()) / 2e-4
    np.testing.assert_allclose(jax.grad(lambda a: point(a).sum())(1.0), central, rtol=1e-5)


@cache
def forest_year():
    """A function (state) -> (state a year later, mean fluxes), a forest and a grassland, and its constants."""
    kinds = jnp.asarray([4, 8])
    params = jax.tree.map(lambda x: x if x.ndim == 0 else x[kinds], b.BiogeochemistryParams())
    constants = b.prepare(params, SAND, 8)
    flat = jnp.ones(2)

    def weather(day):
        warm = jnp.cos(2 * jnp.pi * (day / 365.0 - 0.55))
        light = jnp.maximum(warm + 0.3, 0.0)
        return b.BiogeochemistryInputs(
            gpp=6e-3 / 86400 * light * flat, leaf_respiration=6e-4 / 86400 * light * flat,
            lai_target=(0.2 + 3.0 * light) * flat, tas=(280.0 + 10.0 * warm) * flat,
            soil_temperature=(280.0 + 8.0 * warm) * jnp.ones((11, 2)), soil_saturation=0.6 * jnp.ones((8, 2)),
            drainage=1e-5 * flat, soil_water=600.0 * flat, deposition=3e-11 * flat, fertiliser=0.0 * flat,
            burned_fraction=3e-10 * flat, sand=SAND, clay=0.2 * flat,
        )  # fmt: skip

    @jax.jit
    def year(state):
        state, fluxes = jax.lax.scan(
            lambda s, day: b.step(s, weather(day), params, constants=constants), state, DAYS * 1.0
        )
        return state, jax.tree.map(lambda x: x.mean(0), fluxes)

    return year, constants, b.initial_state(0.04 * flat, params)


def test_a_settled_land_stays_where_it_is_in_the_next_year():
    year, constants, state = forest_year()
    settle = jax.jit(lambda before, after, f: spinup.settled(before, after, f, 365 * 86400.0, constants))
    for _ in range(40):
        after, fluxes = year(state)
        state = settle(state, after, fluxes)
    after, fluxes = year(state)
    for name in ("dead", "living", "full_leaf"):
        for old, new in zip(*(jax.tree.leaves(getattr(s, name)) for s in (state, after)), strict=True):
            np.testing.assert_allclose(new, old, rtol=5e-3, atol=1e-6)
    gain = fluxes.gpp - (
        fluxes.ra + fluxes.rh + fluxes.fire + fluxes.clearing + fluxes.harvest + fluxes.product_decay
    )
    change = b.carbon_total(after) - b.carbon_total(state)
    np.testing.assert_allclose(change, gain * 365 * 86400, atol=1e-10)
    assert bool((jnp.abs(change) < 2e-3 * b.carbon_total(state)).all())
    assert bool((fluxes.npp / fluxes.gpp > 0.35).all())


def test_the_slope_of_the_settled_land_is_that_of_central_differences():
    year, constants, state = forest_year()
    after, fluxes = year(state)

    def total(factor):
        more = fluxes._replace(
            litterfall_wood=fluxes.litterfall_wood * factor, growth_root=fluxes.growth_root * factor
        )
        return b.carbon_total(spinup.settled(state, after, more, 365 * 86400.0, constants)).sum()

    total = jax.jit(total)
    central = (total(1.0001) - total(0.9999)) / 2e-4
    np.testing.assert_allclose(jax.jit(jax.grad(total))(1.0), central, rtol=1e-5)


def test_flows_at_rest_are_those_of_the_map_of_the_year():
    (matrix, offset), fractions, plan = yearly(PARAMS)
    rest = spinup.steady_pools(matrix, offset)

    def day(pools, today):
        return spinup.dead_pools_day(pools, *today, plan), pools * today[0]

    lost = jax.lax.scan(day, rest, (fractions, LITTER))[1].sum(0)
    flows = spinup.steady_losses(LITTER.sum(0), jnp.zeros((6, 2)), plan)
    np.testing.assert_allclose(flows, lost, rtol=1e-9)


def test_litter_that_lacks_nitrogen_is_not_piled_up_by_settling():
    """Starved litter hardly rots: a hundredfold of it would be no nearer to rest."""
    year, constants, state = forest_year()
    after, fluxes = year(state)
    starved = fluxes._replace(decayed=fluxes.decayed.at[:2].multiply(1e-3))
    settled = spinup.settled(state, after, starved, 365 * 86400.0, constants)
    assert bool((settled.dead[0, :2] <= 2.0 * after.dead[0, :2] + 1e-9).all())
