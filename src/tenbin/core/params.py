"""Parameters that a calibration may touch: each declared once with unit, bounds, prior spread and source."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

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

Transform = Literal["logit", "log"]
"""Where a calibration steps: the place between the bounds, or the place between their logarithms."""


class Declaration(NamedTuple):
    """What is known of one parameter before any data are seen."""

    path: tuple[str, ...]
    default: Any
    unit: str
    bounds: tuple[float, float]
    prior_sd: float
    source: str
    transform: Transform = "logit"

    @property
    def name(self) -> str:
        return ".".join(self.path)


def param(
    default: float | Sequence[float],
    unit: str,
    *,
    bounds: tuple[float, float],
    prior_sd: float,
    source: str,
    transform: Transform = "logit",
) -> Any:
    """A field of an equinox Module that a calibration may touch.

    `default` [unit] is the prior mean (scalar or list), `bounds` [unit] its limits, `prior_sd` [unit] one
    standard deviation, `source` a reference. `transform` says how a calibration sees it: "logit" of its place
    between the bounds, or "log", the logit of the place of its logarithm, for scales that span decades (bounds
    above zero). The field holds a 64-bit JAX array.

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
    if transform == "log" and lower <= 0.0:
        remedy = "raise the lower bound or use the logit transform"
        raise InputError(Fault("param", "bounds", repr(bounds), "a lower bound above zero", remedy))
    declared = Declaration((), default, unit, (lower, upper), float(prior_sd), source, transform)
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
            "transform": declared.transform,
            "source": declared.source,
        }
        for declared, value in declarations(module)
    ]
    return pd.DataFrame(rows, columns=[*_COLUMNS])


_COLUMNS = ("name", "value", "default", "unit", "lower", "upper", "prior_sd", "transform", "source")


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


def _is_log(module: eqx.Module) -> np.ndarray:
    return _each(module, lambda d: d.transform == "log").astype(bool)


def _unbounded_range(module: eqx.Module) -> tuple[np.ndarray, np.ndarray]:
    """Bounds on the scale where the logit is taken: as they are, or their logarithms."""
    lower, upper = _bounds(module)
    is_log = _is_log(module)
    return tuple(np.where(is_log, np.log(np.where(is_log, b, 1.0)), b) for b in (lower, upper))  # type: ignore[return-value]


def to_unbounded(module: eqx.Module) -> jax.Array:
    """Parameters (n,) on the whole real line [1]: the logit of their place between the bounds.

    A value on a bound gives an infinity; start a calibration inside. Parameters declared with
    `transform="log"` are placed by their logarithm.
    """
    lower, upper = _unbounded_range(module)
    is_log = _is_log(module)
    value = to_vector(module)
    value = jnp.where(is_log, jnp.log(jnp.where(is_log, value, 1.0)), value)
    return jax.scipy.special.logit((value - lower) / (upper - lower))


def from_unbounded(module: eqx.Module, vector: jax.Array) -> Any:
    """`module` with parameters from a real `vector` (n,); whatever its values, they lie within the bounds."""
    lower, upper = _unbounded_range(module)
    is_log = _is_log(module)
    value = lower + (upper - lower) * jax.nn.sigmoid(vector)
    return from_vector(module, jnp.where(is_log, jnp.exp(jnp.where(is_log, value, 0.0)), value))


def validate(module: eqx.Module) -> None:
    """Raise InputError listing every parameter that is not finite or not within its bounds."""
    raise_if_any(_out_of_bounds(d, np.asarray(v)) for d, v in declarations(module) if not _inside(d, v))


def _inside(declared: Declaration, value: jax.Array) -> bool:
    array = np.asarray(value)
    return bool(((array >= declared.bounds[0]) & (array <= declared.bounds[1])).all())


def _out_of_bounds(declared: Declaration, value: np.ndarray) -> Fault:
    expected = f"{declared.bounds[0]:g} to {declared.bounds[1]:g} {declared.unit}"
    return Fault("parameters", declared.name, str(value.tolist()), expected, "check its unit")
