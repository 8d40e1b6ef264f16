"""Every parameter's gradient of a loss that reads every output, against central differences, all in one run.

Each cell is a place with one parameter moved a little: the cells of a single run hold all the differences.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from land_cases import planet, sums_of_everything

from tenbin.core.arrays import jax, jnp
from tenbin.core.params import declarations
from tenbin.land.drivers import Drivers, Surface
from tenbin.land.ecosystem import LandParams
from tenbin.land.parameters import at_cells, replace

STEP = 2e-4
"""Step of the differences relative to the parameter, or to its range where it is near zero."""


def _scales(leaves: list[jax.Array]) -> list[float]:
    """One over a typical size of every output, so that none drowns the others; nought for what never happens."""
    sizes = [float(jnp.mean(jnp.abs(leaf))) for leaf in leaves]
    return [1.0 / size if size > 1e-25 else 0.0 for size in sizes]


def _loss_of(surface: Surface, weather: Drivers, scales: list[float]):  # type: ignore[no-untyped-def]
    """Cell by cell, the sum of every output (cell,)."""

    def loss(params: LandParams) -> jax.Array:
        _, end, fluxes, _ = sums_of_everything(surface, params, weather, "float64")
        leaves = jax.tree.leaves((end, fluxes))
        parts = (
            jnp.sum(leaf.reshape(-1, leaf.shape[-1]), axis=0) * s
            for leaf, s in zip(leaves, scales, strict=True)
        )
        return sum(parts, jnp.zeros_like(weather.tas[0]))

    return loss


def _repeated(tree: Any, times: int) -> Any:
    return jax.tree.map(lambda x: jnp.repeat(x, times, axis=-1), tree)


def compare(places: int = 6, days: int = 400, seed: int = 3) -> dict[str, Any]:
    """Worst and median relative disagreement over all parameters at `places`, and the parameters that disagree most.

    The disagreement is relative to the larger of the two, or to 1e-6 of the place's steepest relative slope where a
    parameter hardly matters (differences of a sum of order one hold no more digits than that).
    """
    surface, weather = planet(places, days, seed=seed)
    declared = {d.name: d for d, _ in declarations(LandParams())}
    here = at_cells(LandParams(), surface.plant_type, "float64")
    values = {d.name: jnp.broadcast_to(value, (places,)) for d, value in declarations(here)}
    exact_loss = _outputs_scaled(surface, weather)
    gradient = jax.jit(jax.grad(lambda v: jnp.sum(exact_loss(surface, weather)(replace(here, v)))))(values)
    names, steps = list(values), {}
    for name in names:
        lower, upper = declared[name].bounds
        steps[name] = STEP * jnp.maximum(jnp.abs(values[name]), 0.05 * (upper - lower))
    slopes = _differences(surface, weather, here, values, steps, exact_loss)
    exact = np.stack([np.asarray(gradient[name] * steps[name]) for name in names])
    return _verdict(names, exact, slopes)


def _outputs_scaled(surface: Surface, weather: Drivers):  # type: ignore[no-untyped-def]
    params = at_cells(LandParams(), surface.plant_type, "float64")
    _, end, fluxes, _ = jax.jit(lambda p: sums_of_everything(surface, p, weather, "float64"))(params)
    scales = _scales(jax.tree.leaves((end, fluxes)))
    return lambda s, w: _loss_of(s, w, scales)


def _differences(
    surface: Surface, weather: Drivers, here: LandParams, values: dict, steps: dict, loss: Any
) -> np.ndarray:
    """Fourth-order differences (parameter, place) of the loss, each parameter moved by +-1 and +-2 steps."""
    moves = (-2.0, -1.0, 1.0, 2.0)
    names, copies = list(values), len(values) * len(moves)
    moved = {}
    for index, name in enumerate(names):
        shift = np.zeros((len(names), len(moves)))
        shift[index] = moves
        moved[name] = _repeated(values[name], copies) + _repeated(steps[name], copies) * jnp.tile(
            jnp.asarray(shift.ravel()), values[name].shape[0]
        )
    wide_surface, wide_weather = _repeated(surface, copies), _repeated(weather, copies)
    wide = at_cells(LandParams(), wide_surface.plant_type, "float64")
    result = jax.jit(lambda v: loss(wide_surface, wide_weather)(replace(wide, v)))(moved)
    table = np.asarray(result).reshape(-1, len(names), len(moves))
    slopes = (table[..., 0] - 8.0 * table[..., 1] + 8.0 * table[..., 2] - table[..., 3]) / 12.0
    return slopes.T


def _verdict(names: list[str], exact: np.ndarray, slopes: np.ndarray) -> dict[str, Any]:
    size = np.maximum(np.abs(exact), np.abs(slopes))
    floor = 1e-6 * np.abs(exact).max(axis=0, keepdims=True)
    error = np.abs(exact - slopes) / np.maximum(size, floor)
    worst = error.max(axis=1)
    order = np.argsort(-worst)
    return {
        "gradient_max_rel_error": float(worst.max()),
        "gradient_median_rel_error": float(np.median(error)),
        "parameters": len(names),
        "finite": bool(np.isfinite(exact).all()),
        "without_effect": [n for n, e in zip(names, exact, strict=True) if not np.any(e)],
        "worst": {names[k]: float(worst[k]) for k in order[:8]},
    }


if __name__ == "__main__":
    import json

    print(json.dumps(compare()))
