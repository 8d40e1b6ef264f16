"""Sums, rows and sweeps of a column: what plain arrays give, with the same slopes forward and backward."""

from __future__ import annotations

import numpy as np
import pytest

from tenbin.core.arrays import jax, jnp
from tenbin.land import columns

VALUES = jnp.asarray(np.random.default_rng(0).normal(size=(8, 5)))

SAME = {
    "column_sum": (columns.column_sum, lambda x: jnp.sum(x, axis=0)),
    "sum_within_tags": (
        lambda x: columns.column_sum(x[None] * 2.0, 1),
        lambda x: jnp.sum(x[None] * 2.0, axis=1),
    ),
    "upper_sum": (lambda x: columns.upper_sum(x, 3), lambda x: jnp.sum(x[:3], axis=0)),
    "first_layer": (lambda x: columns.layer_at(x, 0), lambda x: x[0]),
    "last_layer": (lambda x: columns.layer_at(x, -1), lambda x: x[-1]),
    "on_layers": (lambda x: columns.on_layers(x[2], 4), lambda x: jnp.broadcast_to(x[2], (4, 5))),
    "with_kept_slope": (columns.with_kept_slope, lambda x: x),
    "by_layer": (
        lambda x: columns.by_layer(lambda a, b: a * jnp.sin(b), x, 2.0 * x),
        lambda x: x * jnp.sin(2.0 * x),
    ),
    "sweep": (
        lambda x: columns.sweep(lambda c, r: (c + r * r, c * r), x[0], x)[1],
        lambda x: x * (x[0] + jnp.concatenate([0.0 * x[:1], jnp.cumsum(x * x, axis=0)[:-1]])),
    ),
}


@pytest.mark.parametrize("ours, plain", SAME.values(), ids=SAME)
def test_a_column_is_worked_out_as_plain_arrays_are(ours, plain):
    np.testing.assert_allclose(ours(VALUES), plain(VALUES), rtol=1e-14)
    weights = jnp.cos(jnp.arange(plain(VALUES).size, dtype=float)).reshape(plain(VALUES).shape)
    slopes = [jax.grad(lambda x, f=f: jnp.sum(weights * f(x)))(VALUES) for f in (ours, plain)]
    np.testing.assert_allclose(*slopes, rtol=1e-13, atol=1e-15)
    tangents = [jax.jvp(f, (VALUES,), (jnp.sin(VALUES),))[1] for f in (ours, plain)]
    np.testing.assert_allclose(*tangents, rtol=1e-13, atol=1e-15)


def test_the_ones_no_compiler_sees_are_ones():
    assert (jax.jit(columns.unseen_ones)(jnp.array([-1e8, 0.0, 3.0])) == 1.0).all()
