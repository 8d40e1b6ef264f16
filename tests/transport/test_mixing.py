"""Mixing keeps each column's tracer, makes no extremes, mixes all in the end, and has an exact transpose."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.transport.mixing import Stirring, exchange_of, mix, stirring

SHAPE = (7, 3, 4)
FACES = (SHAPE[0] - 1, *SHAPE[1:])
SEEDS = st.integers(0, 2**32 - 1)


def columns(seed: int):
    """Layers, air that turbulence and updrafts move (some columns have none), two tracers."""
    rng = np.random.default_rng(seed)
    mass = jnp.asarray(rng.uniform(1.0, 5.0, SHAPE) * 1e13)
    exchange = 10.0 ** rng.uniform(5.0, 11.0, FACES)
    updraft = 10.0 ** rng.uniform(7.0, 10.5, FACES) * (rng.random(FACES) > 0.3)
    updraft[:, 0] = 0.0
    area = jnp.ones(SHAPE[1:])
    moved = stirring(jnp.asarray(exchange), jnp.asarray(updraft), mass, area, 2e-4)
    return mass, moved, jnp.asarray(rng.random((2, *SHAPE))) * mass


def only_turbulence(exchange):
    nothing = jnp.zeros((exchange.shape[0] + 1, *exchange.shape[1:]))
    return Stirring(exchange, jnp.zeros_like(exchange), nothing)


@given(seed=SEEDS)
@settings(max_examples=20)
def test_columns_keep_their_tracer_and_their_range(seed):
    mass, moved, tracer = columns(seed)
    after = mix(tracer, mass, moved, 3600.0)
    assert np.allclose(jnp.sum(after, 1), jnp.sum(tracer, 1), rtol=1e-14)
    before = tracer / mass
    assert np.all(jnp.max(after / mass, 1) <= jnp.max(before, 1) + 1e-12)
    assert np.all(jnp.min(after / mass, 1) >= jnp.min(before, 1) - 1e-12)


@given(seed=SEEDS)
@settings(max_examples=20)
def test_the_way_back_is_the_transpose(seed):
    mass, moved, tracer = columns(seed)
    weight = jnp.asarray(np.random.default_rng(seed + 1).normal(size=tracer.shape))
    value, pull = jax.vjp(lambda t: mix(t, mass, moved, 3600.0), tracer)
    one, other = jnp.sum(weight * value), jnp.sum(pull(weight)[0] * tracer)
    assert abs(float(one - other)) < 1e-13 * float(jnp.sum(jnp.abs(weight * value)))


def test_a_column_is_what_a_dense_solver_makes_of_its_equations():
    mass, moved, tracer = columns(5)
    seconds, at = 7200.0, (slice(None), 1, 2)
    air, turned, rising, turbulent = (
        np.asarray(x)[at] for x in (mass, *jax.tree.map(lambda x: seconds * x, moved))
    )
    levels = SHAPE[0]
    into, out = np.r_[0.0, rising], np.r_[rising, 0.0]
    entrained = np.maximum(out - into, 0.0) + turbulent
    detrained = np.maximum(into - out, 0.0) + turbulent
    system = np.zeros((2 * levels, 2 * levels))
    for k in range(levels):
        system[k, k] = air[k] + entrained[k] + into[k]
        system[k, levels + k] = -detrained[k]
        if k + 1 < levels:
            system[k, k + 1] -= out[k] + turned[k]
            system[k, k] += turned[k]
        if k:
            system[k, k - 1] -= turned[k - 1]
            system[k, k] += turned[k - 1]
        # the budget of the updraft: what comes in from below and from the side goes out above and to the side
        system[levels + k, levels + k] = max(out[k] + detrained[k], 1e-30)
        system[levels + k, k] = -max(entrained[k], 1e-30 if out[k] + detrained[k] == 0.0 else 0.0)
        if k:
            system[levels + k, levels + k - 1] = -into[k]
    content = np.asarray(tracer)[0][at]
    wanted = np.linalg.solve(system, np.r_[content, np.zeros(levels)])[:levels] * air
    assert np.allclose(np.asarray(mix(tracer[0], mass, moved, seconds))[at], wanted, rtol=1e-11)


def test_slopes_with_respect_to_the_stirring_are_those_of_differences():
    mass, moved, tracer = columns(3)
    weight = jnp.asarray(np.random.default_rng(4).normal(size=SHAPE))

    def seen(scale):
        exchange, updraft = moved.exchange * scale[0], moved.updraft * scale[1]
        return jnp.sum(weight * mix(tracer[0], mass, Stirring(exchange, updraft, moved.entrained), 3600.0))

    start = jnp.ones(2)
    slope = jax.grad(seen)(start)
    for i in range(2):
        step = 1e-4 * jnp.eye(2)[i]
        differed = (seen(start + step) - seen(start - step)) / 2e-4
        assert np.isclose(float(slope[i]), float(differed), rtol=1e-5)


def test_strong_exchange_makes_a_column_uniform():
    mass, _, tracer = columns(1)
    moved = only_turbulence(jnp.full(FACES, 1e13))
    after = mix(tracer, mass, moved, 86400.0) / mass
    mean = jnp.sum(tracer, 1) / jnp.sum(mass, 0)
    assert np.allclose(after, mean[:, None], rtol=1e-3)


def test_an_updraft_carries_air_of_the_ground_to_its_top_and_lets_the_rest_sink():
    """A narrow time step: the layer at the top gains M c, those between only sink, the lowest loses M c."""
    mass = jnp.full((5, 1, 1), 1e6)
    updraft = jnp.asarray([2.0, 2.0, 2.0, 0.0])[:, None, None]
    moved = stirring(jnp.zeros_like(updraft), updraft, mass, jnp.ones((1, 1)), 0.0)
    tracer = mass * jnp.asarray([1.0, 0.0, 0.0, 0.0, 0.0])[:, None, None]
    gained = np.asarray(mix(tracer, mass, moved, 1.0) - tracer).ravel()
    assert np.allclose(gained, [-2.0, 0.0, 0.0, 2.0, 0.0], atol=1e-4)


@pytest.mark.parametrize(("steps", "error"), [(20, 4e-3), (40, 2e-3)])
def test_a_wave_decays_as_diffusion_says(steps, error):
    """cos(pi z / H) falls by exp(-K (pi / H)^2 t) between closed ends; first order in the step."""
    n, height, diffusivity, time = 200, 2000.0, 20.0, 10_000.0
    z = (np.arange(n) + 0.5) * height / n
    mass = jnp.full((n, 1, 1), height / n)
    faces = jnp.ones((n - 1, 1, 1))
    exchange = exchange_of(diffusivity * faces, faces, jnp.ones((1, 1)), faces * height / n)
    tracer = jnp.asarray(np.cos(np.pi * z / height))[:, None, None] * mass
    for _ in range(steps):
        tracer = mix(tracer, mass, only_turbulence(exchange), time / steps)
    exact = np.cos(np.pi * z / height) * np.exp(-diffusivity * (np.pi / height) ** 2 * time)
    assert np.max(np.abs(np.asarray(tracer / mass)[:, 0, 0] - exact)) < error
