"""Parameters that a calibration may touch: each declared once with unit, bounds, prior spread and source."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import equinox as eqx
import numpy as np

from tenbin.core.arrays import jax, jnp
from tenbin.core.errors import Fault, InputError, raise_if_any

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Declaration",
    "declarations",
    "from_unbounded",
    "from_vector",
    "param",
    "parameter_table",
    "prior_sd",
    "to_unbounded",
    "to_vector",
    "validate",
]

_KEY = "tenbin_param"


class Declaration(NamedTuple):
    """What is known of one parameter before any data are seen."""

    path: tuple[str, ...]
    default: Any
    unit: str
    bounds: tuple[float, float]
    prior_sd: float
    source: str

    @property
    def name(self) -> str:
        return ".".join(self.path)


def param(
    default: float | Sequence[float], unit: str, *, bounds: tuple[float, float], prior_sd: float, source: str
) -> Any:
    """A field of an equinox Module that a calibration may touch.

    `default` [unit] is the prior mean (scalar or list), `bounds` [unit] its limits, `prior_sd` [unit] one
    standard deviation, `source` a reference. The field holds a 64-bit JAX array.

    >>> class Soil(eqx.Module):
    ...     q10: jax.Array = param(2.0, "1", bounds=(1.0, 4.0), prior_sd=0.5, source="Lloyd and Taylor 1994")
    >>> float(Soil().q10), parameter_table(Soil()).unit.tolist()
    (2.0, ['1'])
    """
    lower, upper = map(float, bounds)
    value = np.asarray(default, dtype=float)
    if not (np.isfinite([lower, upper]).all() and (lower <= value).all() and (value <= upper).all()):
        expected = f"finite bounds that hold the default {default!r}"
        raise InputError(Fault("param", "bounds", repr(bounds), expected, "mend the declaration"))
    declared = Declaration((), default, unit, (lower, upper), float(prior_sd), source)
    return eqx.field(
        default_factory=lambda: jnp.asarray(value), converter=jnp.asarray, metadata={_KEY: declared}
    )


def declarations(module: eqx.Module) -> Iterator[tuple[Declaration, jax.Array]]:
    """Every parameter of `module` and of the modules it holds, in declared order, with its value."""
    for spec in dataclasses.fields(module):
        value = getattr(module, spec.name)
        if _KEY in spec.metadata:
            yield spec.metadata[_KEY]._replace(path=(spec.name,)), value
        elif isinstance(value, eqx.Module):
            for inner, array in declarations(value):
                yield inner._replace(path=(spec.name, *inner.path)), array


def parameter_table(module: eqx.Module) -> pd.DataFrame:
    """One row per parameter: name, value, default, unit, lower, upper, prior_sd and source."""
    import pandas as pd  # only a report wants it, the kernels do not

    rows = [
        {
            "name": declared.name,
            "value": np.asarray(value).tolist(),
            "default": declared.default,
            "unit": declared.unit,
            "lower": declared.bounds[0],
            "upper": declared.bounds[1],
            "prior_sd": declared.prior_sd,
            "source": declared.source,
        }
        for declared, value in declarations(module)
    ]
    return pd.DataFrame(rows, columns=[*_COLUMNS])


_COLUMNS = ("name", "value", "default", "unit", "lower", "upper", "prior_sd", "source")


def to_vector(module: eqx.Module) -> jax.Array:
    """All parameters of `module` in one vector (n,), each in its own unit."""
    return jnp.concatenate([jnp.ravel(value) for _, value in declarations(module)])


def from_vector(module: eqx.Module, vector: jax.Array) -> Any:
    """`module` with its parameters taken from `vector` (n,), the inverse of `to_vector`; differentiable."""
    declared = list(declarations(module))
    sizes = [int(np.prod(value.shape)) for _, value in declared]
    if vector.shape != (sum(sizes),):
        expected = f"({sum(sizes)},)"
        raise InputError(
            Fault("from_vector", "vector", str(vector.shape), expected, "build it with to_vector")
        )
    starts = np.concatenate([[0], np.cumsum(sizes)])
    values = [
        jnp.reshape(vector[starts[i] : starts[i + 1]], value.shape) for i, (_, value) in enumerate(declared)
    ]
    return eqx.tree_at(lambda m: [_at(m, d.path) for d, _ in declared], module, values)


def _at(module: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        module = getattr(module, name)
    return module


def _each(module: eqx.Module, quantity: Any) -> np.ndarray:
    """One number per element of the vector, from a function of the declaration."""
    parts = [np.full(int(np.prod(value.shape)), quantity(d)) for d, value in declarations(module)]
    return np.concatenate(parts)


def prior_sd(module: eqx.Module) -> np.ndarray:
    """Prior standard deviation (n,) of each element of `to_vector(module)`, in its own unit."""
    return _each(module, lambda declared: declared.prior_sd)


def _bounds(module: eqx.Module) -> tuple[np.ndarray, np.ndarray]:
    return _each(module, lambda d: d.bounds[0]), _each(module, lambda d: d.bounds[1])


def to_unbounded(module: eqx.Module) -> jax.Array:
    """Parameters (n,) on the whole real line [1]: the logit of their place between the bounds.

    A value on a bound gives an infinity; start a calibration inside.
    """
    lower, upper = _bounds(module)
    return jax.scipy.special.logit((to_vector(module) - lower) / (upper - lower))


def from_unbounded(module: eqx.Module, vector: jax.Array) -> Any:
    """`module` with parameters from a real `vector` (n,); whatever its values, they lie within the bounds."""
    lower, upper = _bounds(module)
    return from_vector(module, lower + (upper - lower) * jax.nn.sigmoid(vector))


def validate(module: eqx.Module) -> None:
    """Raise InputError listing every parameter that is not finite or not within its bounds."""
    raise_if_any(_out_of_bounds(d, np.asarray(v)) for d, v in declarations(module) if not _inside(d, v))


def _inside(declared: Declaration, value: jax.Array) -> bool:
    array = np.asarray(value)
    return bool(((array >= declared.bounds[0]) & (array <= declared.bounds[1])).all())


def _out_of_bounds(declared: Declaration, value: np.ndarray) -> Fault:
    expected = f"{declared.bounds[0]:g} to {declared.bounds[1]:g} {declared.unit}"
    return Fault("parameters", declared.name, str(value.tolist()), expected, "check its unit")
