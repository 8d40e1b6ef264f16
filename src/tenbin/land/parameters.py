"""All parameters of the land in one tree, and how those of a plant type reach the cells where it grows."""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

import equinox as eqx
import numpy as np

from tenbin.core.arrays import jax, jnp
from tenbin.core.params import _KEY, declarations, prior_sd, to_vector
from tenbin.land.plant_types import N_PLANT_TYPES, PLANT_TYPES

__all__ = ["PriorCovariance", "at_cells", "count", "prior_covariance", "replace"]


class PriorCovariance(NamedTuple):
    """What is thought of the parameters before any data: names, means and the diagonal of the covariance, (n,) each.

    `mean` is in each parameter's unit and `variance` in its square; the order is that of `core.params.to_vector`.
    """

    names: tuple[str, ...]
    mean: np.ndarray
    variance: np.ndarray

    @property
    def matrix(self) -> np.ndarray:
        """The covariance (n, n)."""
        return np.diag(self.variance)


def at_cells(params: Any, plant_type: jax.Array, dtype: Any) -> Any:
    """`params` as kernels see them: those with a value per plant type become (cell,), others stay scalar.

    `plant_type` (cell,) counts along `PLANT_TYPES`; every value is cast to `dtype`.
    """

    def gathered(module: Any) -> Any:
        changes = {}
        for spec in dataclasses.fields(module):
            value = getattr(module, spec.name)
            if isinstance(value, eqx.Module):
                changes[spec.name] = gathered(value)
            elif _KEY in spec.metadata:
                array = jnp.asarray(value, dtype)
                changes[spec.name] = array[plant_type] if array.shape == (N_PLANT_TYPES,) else array
        return dataclasses.replace(module, **changes)

    return gathered(params)


def replace(params: Any, values: dict[str, Any]) -> Any:
    """`params` with the parameters of the dotted names in `values` set to new arrays of any shape.

    Raises KeyError for a name that no parameter has.
    """
    paths = {declared.name: declared.path for declared, _ in declarations(params)}
    chosen = [paths[name] for name in values]

    def where(module: Any) -> list[Any]:
        return [_walk(module, path) for path in chosen]

    return eqx.tree_at(where, params, [jnp.asarray(value) for value in values.values()])


def _walk(module: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        module = getattr(module, name)
    return module


def count(params: Any) -> int:
    """How many numbers a calibration may touch."""
    return int(sum(np.size(value) for _, value in declarations(params)))


def prior_covariance(params: Any) -> PriorCovariance:
    """Prior of every number of `params`: the declared spreads squared, errors taken as independent (own choice).

    A parameter with a value per plant type gives one entry for each, named `name[plant_type]`. Means are the
    values that `params` hold.
    """
    names = [
        name for declared, value in declarations(params) for name in _element_names(declared.name, value)
    ]
    return PriorCovariance(tuple(names), np.asarray(to_vector(params)), prior_sd(params) ** 2)


def _element_names(name: str, value: Any) -> list[str]:
    size = int(np.size(value))
    if np.ndim(value) == 0:
        return [name]
    kinds = [kind.name for kind in PLANT_TYPES] if size == N_PLANT_TYPES else [str(k) for k in range(size)]
    return [f"{name}[{kind}]" for kind in kinds]
