"""Mixing keeps each column's tracer, makes no extremes, mixes all in the end, and has an exact transpose."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.transport.mixing import exchange_of, mix

SHAPE = (7, 3, 4)
SEEDS = st.integers(0, 2**32 - 1)


def columns(seed: int):
    rng = np.random.default_rng(seed)
    mass = jnp.asarray(rng.uniform(1.0, 5.0, SHAPE) * 1e13)
    exchange = jnp.asarray(10.0 ** rng.uniform(5.0, 11.0, (SHAPE[0] - 1, *SHAPE[1:])))
    return mass, exchange, jnp.asarray(rng.random((2, *SHAPE))) * mass


@given(seed=SEEDS)
@settings(max_examples=20)
def test_columns_keep_their_tracer_and_their_range(seed):
    mass, exchange, tracer = columns(seed)
    after = mix(tracer, mass, exchange, 3600.0)
    assert np.allclose(jnp.sum(after, 1), jnp.sum(tracer, 1), rtol=1e-14)
    before = tracer / mass
    assert np.all(jnp.max(after / mass, 1) <= jnp.max(before, 1) + 1e-12)
    assert np.all(jnp.min(after / mass, 1) >= jnp.min(before, 1) - 1e-12)


@given(seed=SEEDS)
@settings(max_examples=20)
def test_the_way_back_is_the_transpose(seed):
    mass, exchange, tracer = columns(seed)
    weight = jnp.asarray(np.random.default_rng(seed + 1).normal(size=tracer.shape))
    value, pull = jax.vjp(lambda t: mix(t, mass, exchange, 3600.0), tracer)
    one, other = jnp.sum(weight * value), jnp.sum(pull(weight)[0] * tracer)
    assert abs(float(one - other)) < 1e-13 * float(jnp.sum(jnp.abs(weight * value)))


def test_strong_exchange_makes_a_column_uniform():
    mass, _, tracer = columns(1)
    after = mix(tracer, mass, jnp.full((SHAPE[0] - 1, *SHAPE[1:]), 1e13), 86400.0) / mass
    mean = jnp.sum(tracer, 1) / jnp.sum(mass, 0)
    assert np.allclose(after, mean[:, None], rtol=1e-3)


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
        tracer = mix(tracer, mass, exchange, time / steps)
    exact = np.cos(np.pi * z / height) * np.exp(-diffusivity * (np.pi / height) ** 2 * time)
    assert np.max(np.abs(np.asarray(tracer / mass)[:, 0, 0] - exact)) < error
