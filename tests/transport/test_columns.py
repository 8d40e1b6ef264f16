"""Columns: the prior gives the prior column, nothing is lost between layers, grounds may differ."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from tenbin.core.arrays import jax, jnp
from tenbin.core.errors import InputError
from tenbin.transport.air_grid import AirGrid, hybrid_layers, merged_cells, polar_grid
from tenbin.transport.columns import Soundings, column_map, layer_map, layer_shares
from tenbin.transport.labelled import soundings_of
from tenbin.transport.operators import observe

GRID = polar_grid(19, 24)
AIR = AirGrid(GRID, *hybrid_layers(12), merged_cells(GRID))
GROUND = AIR.mean_in_groups(1e5 - 2e4 * np.cos(np.radians(GRID.lat))[:, None] ** 2 * np.ones(GRID.shape))


def soundings(seed=0, count=7, layers=20, kernel=None):
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.full(layers, 5.0), count)
    first = rng.uniform(6e4, 1.03e5, (count, 1))
    interfaces = first * np.clip(np.hstack([np.ones((count, 1)), 1.0 - np.cumsum(weights, axis=1)]), 0.0, 1.0)
    kernel = rng.uniform(0.2, 1.1, (count, layers)) if kernel is None else np.full((count, layers), kernel)
    prior = rng.uniform(3.8e-4, 4.2e-4, (count, layers))
    where = rng.uniform(-90, 90, count), rng.uniform(-180, 180, count)
    return Soundings(*where, interfaces, weights, kernel, prior)


falling = st.lists(st.floats(1.0, 50.0), min_size=2, max_size=12).map(
    lambda parts: np.concatenate([[0.0], np.cumsum(parts)])[::-1] * 100.0
)


@given(falling, falling)
def test_layers_are_covered_once(one, other):
    shares = layer_shares(one[None], other[None])[0]
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, rtol=1e-12)
    assert shares.min() >= 0.0


@given(falling, falling)
def test_tracer_is_conserved_between_layers_over_the_same_ground(one, other):
    other = other * (one[0] / other[0])
    shares = layer_shares(one[None], other[None])[0]
    np.testing.assert_allclose(-np.diff(one) @ shares, -np.diff(other), rtol=1e-10)


@given(st.integers(0, 30), st.sampled_from(["stretch", "cut"]), st.sampled_from(["bilinear", "cell"]))
@settings(max_examples=8)  # each number of entries is compiled anew
def test_a_uniform_field_seen_by_a_perfect_kernel_gives_itself(seed, surface, how):
    seen = column_map(AIR, soundings(seed, kernel=1.0), GROUND, surface, how)
    np.testing.assert_allclose(observe(seen, jnp.full(AIR.shape, 4e-4)), 4e-4, rtol=1e-13)


@given(st.integers(0, 30), st.sampled_from(["stretch", "cut"]))
@settings(max_examples=8)  # each number of entries is compiled anew
def test_the_transpose_is_exact(seed, surface):
    rng = np.random.default_rng(seed)
    seen = column_map(AIR, soundings(seed), GROUND, surface)
    field, residual = jnp.asarray(rng.normal(size=AIR.shape)), jnp.asarray(rng.normal(size=7))
    linear = observe(seen, field) - seen.offset
    back = jax.vjp(lambda x: observe(seen, x), field)[1](residual)[0]
    size = float(jnp.linalg.norm(linear) * jnp.linalg.norm(residual))
    assert abs(float(jnp.vdot(linear, residual) - jnp.vdot(field, back))) < 1e-13 * size


def test_a_blind_retrieval_returns_its_prior_column():
    given_ = soundings(kernel=0.0)
    found = observe(column_map(AIR, given_, GROUND), jnp.full(AIR.shape, 1.0e-4))
    np.testing.assert_allclose(found, (given_.weights * given_.prior).sum(axis=1), rtol=1e-13)


@pytest.mark.parametrize("surface", ["stretch", "cut"])
def test_the_prior_profile_gives_the_prior_column(surface):
    one = Soundings(*(np.asarray(x)[:1] for x in soundings()))
    # the model in the retrieval's own layers, over the same ground
    air = AirGrid(GRID, np.zeros(21), one.interfaces[0] / one.interfaces[0, 0], merged_cells(GRID))
    field = jnp.broadcast_to(jnp.asarray(one.prior[0])[:, None, None], air.shape)
    seen = column_map(air, one, np.full(GRID.shape, one.interfaces[0, 0]), surface)
    np.testing.assert_allclose(observe(seen, field), (one.weights * one.prior).sum(), rtol=1e-13)


def test_where_grounds_differ_layers_are_stretched_or_cut():
    # a model over ground at 800 hPa, a retrieval over ground at 1000 hPa; kernel sees the lowest layer only
    faces = np.array([8e4, 4e4, 0.0])
    air = AirGrid(GRID, np.zeros(3), faces / 8e4, merged_cells(GRID))
    kernel = np.array([[1.0, 0.0]])
    one = Soundings(
        [0.0], [0.0], np.array([[1e5, 6e4, 0.0]]), np.array([[0.4, 0.6]]), kernel, np.zeros((1, 2))
    )
    field = jnp.broadcast_to(jnp.array([1e-4, 3e-4])[:, None, None], air.shape)
    ground = np.full(GRID.shape, 8e4)
    stretched = observe(column_map(air, one, ground, "stretch"), field)
    np.testing.assert_allclose(stretched, 0.4 * 1e-4, rtol=1e-12)  # 800 to 480 hPa, all in the lower layer
    other = one._replace(interfaces=np.array([[1e5, 3e4, 0.0]]))
    cut = observe(column_map(air, other, ground, "cut"), field)
    np.testing.assert_allclose(cut, 0.4 * (6e4 * 1e-4 + 1e4 * 3e-4) / 7e4, rtol=1e-12)


def test_means_over_layers_of_a_profile():
    rng = np.random.default_rng(5)
    interfaces = np.array([[9e4, 7e4, 5e4, 2e4]] * 3)
    ground = np.full(GRID.shape, 1e5)
    seen = layer_map(AIR, [10.0, -45.0, 89.0], [0.0, 100.0, 30.0], interfaces, ground)
    field = jnp.asarray(rng.normal(size=(AIR.levels, 1, 1)) * np.ones(AIR.shape))
    found = np.asarray(observe(seen, field)).reshape(3, 3)
    np.testing.assert_allclose(found, found[:1].repeat(3, axis=0), rtol=1e-12)
    shares = layer_shares(interfaces[:1], (AIR.a + AIR.b * 1e5)[None])[0]
    np.testing.assert_allclose(found[0], shares @ np.asarray(field)[:, 0, 0], rtol=1e-12)


def changed(**what):
    return soundings()._replace(**what)


FINE = soundings()


@pytest.mark.parametrize(
    "bad, parts",
    [
        (changed(interfaces=FINE.interfaces / 100.0), ["hPa to Pa"]),
        (changed(interfaces=FINE.interfaces[:, ::-1]), ["reverse the layers"]),
        (changed(interfaces=FINE.interfaces[:, 1:]), ["weights: found", "kernel: found", "bounds of layers"]),
        (changed(interfaces=FINE.interfaces[1:]), [r"(7, layer + 1)"]),
        (changed(kernel=np.where(np.arange(20) == 3, np.nan, FINE.kernel)), ["kernel: found 7 soundings not finite"]),
        (changed(prior=FINE.prior * 1e6, weights=FINE.weights * 2), ["mol mol-1", "sums 2 to 2"]),
        (changed(lat=FINE.lat * 100), ["-90 to 90"]),
    ],
)  # fmt: skip
def test_faults_are_named_all_at_once(bad, parts):
    with pytest.raises(InputError) as error:
        column_map(AIR, bad, GROUND)
    assert all(part in str(error.value) for part in parts)


def test_the_models_ground_is_checked():
    for ground in (GROUND / 100.0, GROUND[1:], np.where(GROUND > 9e4, np.nan, GROUND)):
        with pytest.raises(InputError, match="dry_pressure"):
            column_map(AIR, soundings(), ground)


def test_unknown_options_are_named_with_the_other_faults():
    with pytest.raises(InputError) as error:
        column_map(AIR, changed(lat=FINE.lat * 100), GROUND, surface="squeeze", how="nearest")
    assert all(part in str(error.value) for part in ("stretch, cut", "bilinear, cell", "-90 to 90"))


def test_named_columns_become_soundings_and_their_faults_are_listed():
    dims = [("obs",), ("obs",), ("obs", "interface"), *[("obs", "layer")] * 3]
    names = ["lat", "lon", "pressure_interfaces", "pressure_weights", "averaging_kernel", "prior_profile"]
    data = xr.Dataset({name: (d, x) for name, d, x in zip(names, dims, FINE, strict=True)})
    with pytest.raises(InputError) as error:
        soundings_of(data.drop_vars("lat").rename(obs="sounding"))
    assert len(error.value.faults) == 6 and "a variable" in str(error.value)
    with pytest.raises(InputError, match="unit of prior_profile"):
        soundings_of(data)
    data["pressure_interfaces"].attrs["units"], data["prior_profile"].attrs["units"] = "Pa", "mol mol-1"
    found = soundings_of(data.transpose())
    for one, other in zip(found, FINE, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("surface", ["stretch", "cut"])
def test_a_period_without_soundings_is_no_trouble(surface):
    seen = column_map(AIR, Soundings(*(np.asarray(x)[:0] for x in FINE)), GROUND, surface)
    assert observe(seen, jnp.ones(AIR.shape)).shape == (0,)
