"""Sweeps lose no tracer, keep what is uniform, and their transposes are exact."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.transport.advection import HALO, difference, net_outflow

SCHEMES = ("upwind", "slopes", "parabolas")
N = 12
SEEDS = st.integers(0, 2**32 - 1)


def row(seed: int, axis: int = -1):
    """Mixing ratio with its halo, masses and fluxes of a closed row of N cells, whatever the signs."""
    rng = np.random.default_rng(seed)
    mass = rng.uniform(1.0, 3.0, N)
    flux = rng.uniform(-0.45, 0.45, N - 1)
    ratio = rng.normal(size=(2, N + 2 * HALO))
    arrays = ratio, mass[None], flux[None]
    return tuple(jnp.asarray(x if axis == -1 else x.T) for x in arrays)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("limited", [False, True])
@given(seed=SEEDS)
@settings(max_examples=25)
def test_what_a_closed_row_loses_adds_up_to_nothing(seed, scheme, limited):
    ratio, mass, flux = row(seed)
    lost = net_outflow(ratio, mass, flux, -1, scheme, limited)
    assert float(jnp.max(jnp.abs(jnp.sum(lost, axis=-1)))) < 1e-13


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("limited", [False, True])
@given(seed=SEEDS)
@settings(max_examples=25)
def test_a_uniform_ratio_leaves_with_the_air(seed, scheme, limited):
    ratio, mass, flux = row(seed)
    lost = net_outflow(jnp.ones_like(ratio), mass, flux, -1, scheme, limited)
    assert float(jnp.max(jnp.abs(lost + difference(flux, -1)))) < 1e-14


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("axis", [-1, 0])
@given(seed=SEEDS)
@settings(max_examples=25)
def test_the_way_back_is_the_transpose(seed, scheme, axis):
    ratio, mass, flux = row(seed, axis)
    lost, pull = jax.vjp(lambda c: net_outflow(c, mass, flux, axis, scheme), ratio)
    weight = jnp.asarray(np.random.default_rng(seed + 1).normal(size=lost.shape))
    one, other = jnp.sum(weight * lost), jnp.sum(pull(weight)[0] * ratio)
    assert abs(float(one - other)) < 1e-13 * float(jnp.sum(jnp.abs(weight * lost)))


@pytest.mark.parametrize("scheme", SCHEMES)
@given(seed=SEEDS)
@settings(max_examples=25)
def test_the_tangent_of_the_limited_scheme_and_its_transpose_agree(seed, scheme):
    ratio, mass, flux = row(seed)
    rng = np.random.default_rng(seed + 1)
    way, weight = jnp.asarray(rng.normal(size=ratio.shape)), jnp.asarray(rng.normal(size=(2, N)))
    lose = lambda c: net_outflow(c, mass, flux, -1, scheme, True)  # noqa: E731
    one = jnp.sum(weight * jax.jvp(lose, (ratio,), (way,))[1])
    other = jnp.sum(jax.vjp(lose, ratio)[1](weight)[0] * way)
    assert abs(float(one - other)) < 1e-13 * float(jnp.sum(jnp.abs(weight)))


@given(seed=SEEDS)
@settings(max_examples=25)
def test_the_limiter_makes_no_new_extremes(seed):
    ratio, mass, flux = row(seed)
    inner = slice(HALO, HALO + N)
    ratio = jnp.pad(ratio[:, inner], [(0, 0), (HALO, HALO)], mode="edge")
    for scheme in SCHEMES:
        left = mass + difference(flux, -1)
        after = (ratio[:, inner] * mass - net_outflow(ratio, mass, flux, -1, scheme, True)) / left
        assert float(jnp.max(after)) <= float(jnp.max(ratio)) + 1e-12
        assert float(jnp.min(after)) >= float(jnp.min(ratio)) - 1e-12


@pytest.mark.parametrize(("scheme", "order"), [("upwind", 0.9), ("slopes", 1.9), ("parabolas", 2.9)])
def test_a_wave_goes_around_a_ring_with_the_order_of_the_scheme(scheme, order):
    errors = [ring(scheme, n) for n in (64, 128)]
    assert np.log2(errors[0] / errors[1]) > order


def ring(scheme: str, n: int) -> float:
    """Error of the means of a sine after one turn, Courant number 0.4 all along."""
    edges = np.linspace(0.0, 2.0 * np.pi, n + 1)
    wave = jnp.asarray(np.diff(-np.cos(edges)) * n / (2.0 * np.pi))
    mass, flux, more = jnp.ones(n + 2), jnp.full(n + 1, 0.4), HALO + 1

    def step(c, _):
        halo = jnp.concatenate([c[-more:], c, c[:more]])
        return c - net_outflow(halo, mass, flux, -1, scheme)[1:-1], None

    after, _ = jax.lax.scan(step, wave, None, length=5 * n // 2)
    return float(jnp.sqrt(jnp.mean((after - wave) ** 2)))


def test_a_face_without_wind_carries_nothing():
    ratio, mass, flux = row(3)
    assert float(jnp.max(jnp.abs(net_outflow(ratio, mass, 0.0 * flux, -1, "parabolas")))) == 0.0
