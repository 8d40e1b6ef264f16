"""Parameters: one declaration gives the table, the vector, the bounds and the prior."""

import equinox as eqx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tenbin.core.arrays import jax, jnp
from tenbin.core.errors import InputError
from tenbin.core.params import (
    from_unbounded,
    from_vector,
    param,
    parameter_table,
    prior_sd,
    to_unbounded,
    to_vector,
    validate,
)


class Soil(eqx.Module):
    q10: jax.Array = param(2.0, "1", bounds=(1.0, 4.0), prior_sd=0.5, source="a book")
    depth: float = 3.0


class Land(eqx.Module):
    exchange: jax.Array = param([0.5, 0.6], "yr", bounds=(0.1, 2.0), prior_sd=0.1, source="a paper")
    soil: Soil = eqx.field(default_factory=Soil)


def test_the_table_lists_nested_parameters_with_unit_and_source():
    table = parameter_table(Land())
    assert table.name.tolist() == ["exchange", "soil.q10"]
    assert table.unit.tolist() == ["yr", "1"]
    assert table.source.tolist() == ["a paper", "a book"]


def test_the_vector_leads_back_to_the_module():
    land = from_vector(Land(), jnp.array([0.7, 0.8, 3.0]))
    np.testing.assert_allclose(to_vector(land), [0.7, 0.8, 3.0])
    assert float(land.soil.q10) == 3.0
    assert land.soil.depth == 3.0
    np.testing.assert_allclose(prior_sd(land), [0.1, 0.1, 0.5])


@given(arrays(float, 3, elements=st.floats(-20, 20)))
def test_no_real_vector_leaves_the_bounds(vector):
    land = from_unbounded(Land(), jnp.asarray(vector))
    validate(land)
    inner = np.abs(vector) < 10
    np.testing.assert_allclose(np.asarray(to_unbounded(land))[inner], vector[inner], rtol=1e-6, atol=1e-6)


def test_the_vector_is_differentiable_through_the_module():
    slope = jax.grad(lambda v: from_vector(Land(), v).soil.q10 ** 2)(jnp.array([0.5, 0.5, 3.0]))
    np.testing.assert_allclose(slope, [0.0, 0.0, 6.0])


def test_a_value_out_of_bounds_is_named_with_its_unit():
    land = from_vector(Land(), jnp.array([5.0, 0.5, jnp.nan]))
    with pytest.raises(InputError) as caught:
        validate(land)
    assert [fault.name for fault in caught.value.faults] == ["exchange", "soil.q10"]


def test_a_default_outside_its_bounds_cannot_be_declared():
    with pytest.raises(InputError, match="mend the declaration"):
        param(5.0, "1", bounds=(0.0, 1.0), prior_sd=0.1, source="nowhere")


def test_a_vector_of_the_wrong_length_is_refused():
    with pytest.raises(InputError, match="to_vector"):
        from_vector(Land(), jnp.zeros(2))


def test_arrays_are_64_bit():
    assert Land().exchange.dtype == jnp.float64


class _Scales(eqx.Module):
    """One parameter stepped as it is, one by its logarithm."""

    plain: jax.Array = param(2.0, "1", bounds=(1.0, 4.0), prior_sd=0.5, source="test")
    decades: jax.Array = param(
        1e-8, "s-1", bounds=(1e-10, 1e-6), prior_sd=1e-8, source="test", transform="log"
    )


def test_a_scale_of_decades_is_stepped_by_its_logarithm():
    x = to_unbounded(_Scales())
    np.testing.assert_allclose(x[1], 0.0, atol=1e-12)
    again = from_unbounded(_Scales(), x)
    np.testing.assert_allclose(to_vector(again), to_vector(_Scales()), rtol=1e-12)


def test_a_logarithm_needs_a_bound_above_zero():
    with pytest.raises(InputError, match="lower bound above zero"):
        param(1.0, "1", bounds=(0.0, 2.0), prior_sd=1.0, source="test", transform="log")
