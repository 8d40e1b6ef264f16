"""Every parameter's gradient of a loss that reads every output, against differences, all in one run.

Each cell is a place with one parameter moved a little: the cells of a single run hold all the differences. Leaves are
grown, one place is of C4 grass, one is drowned, and all melt excess ice; schemes that the land does not call are
called beside it, so that each parameter has its part.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from land_cases import planet, sums_of_everything

from tenbin.core.arrays import jax, jnp
from tenbin.core.params import declarations
from tenbin.land import canopy, energy, methane_upland, methane_wetland, stomata
from tenbin.land.drivers import Drivers, Surface
from tenbin.land.ecosystem import LandParams, Options
from tenbin.land.parameters import at_cells, replace
from tenbin.land.soil_grid import DEFAULT_GRID

STEPS = (2e-3, 2e-4, 2e-5)
"""Steps of the differences relative to the parameter, or to its range where that is less (kelvins), or to a twentieth
of its range where it is near zero. The long one keeps the
digits of a parameter that hardly matters, the short one stays on one side of days that freeze, melt or snow."""
MOVES = (-2.0, -1.0, 1.0, 2.0)
OPTIONS = Options(lai="prognostic")
PLANTS = (9, 5, 4, 0, 12, 10, 11, 3)
"""Plant types of the places in turn: C4 grass first, then needles, leaves that fall, and others."""


def _scales(leaves: list[jax.Array]) -> list[jax.Array]:
    """One over a typical size of every output, so that none drowns the others; nought for what never happens."""
    sizes = [jax.lax.stop_gradient(jnp.mean(jnp.abs(leaf))) for leaf in leaves]
    return [jnp.where(size > 1e-25, 1.0 / jnp.maximum(size, 1e-25), 0.0) for size in sizes]


def _setting(places: int, days: int, seed: int) -> tuple[Surface, Drivers]:
    """Places of all climates; the second drowns in rain on clay, all hold excess ice."""
    surface, weather = planet(places, days, seed=seed)
    drowned = np.arange(places) == 1
    surface = surface._replace(
        plant_type=jnp.asarray(np.resize(PLANTS, places)),
        excess_ice=jnp.full_like(surface.latitude, 20.0),
        sand=jnp.where(drowned, 0.1, surface.sand),
        clay=jnp.where(drowned, 0.6, surface.clay),
    )
    return surface, weather._replace(pr=weather.pr * np.where(drowned, 5.0, 1.0))


def _beside(params: LandParams, latitude: jax.Array) -> jax.Array:
    """Schemes that the land does not call (cell,): stomata of two more kinds, sinks of methane, free evaporation."""
    like = jnp.ones_like(latitude)
    soil = (
        285.0 * like,
        0.5 * like,
        0.25 * like,
        1.0 * like,
        0.2 * like,
        0.1 * like,
        0.1 * like,
        1.8e-6 * like,
    )
    sinks = (
        methane_upland.uptake(*soil, params.gases.upland, scheme=scheme, supply=0.7)
        for scheme in methane_upland.SCHEMES.values()
    )
    air = stomata.LeafAir(
        295.0 * like, 900.0 * like, 1e5 * like, 40.0 * like, 4.0 * like, 70.0 * like, 0.7 * like
    )
    leaves = (model(air, params.canopy.stomata) for model in (stomata.ball_berry, stomata.optimal))
    surroundings = energy.air_state(290.0 * like, 1e5 * like, 1900.0 * like)
    free = energy.equilibrium_evaporation(150.0 * like, surroundings, params.energy.priestley_taylor)
    return (
        sum(leaves, 1e4 * free)
        + 1e10 * sum(sinks, _an_hour_of_bubbles(params, like))
        + _light_use(params, like)
    )


def _light_use(params: LandParams, like: jax.Array) -> jax.Array:
    """A dry cool day of the canopy at its optimum (cell,): carbon and conductance, each of order one."""
    day = canopy.daily_p_model(
        200.0 * like, 4e4 * like, 288.0 * like, 283.0 * like, 294.0 * like, 800.0 * like, 4e-4 * like,
        9.5e4 * like, 3.0 * like, 287.0 * like, params.light_use, params.canopy.stomata,
        soil_moisture_factor=0.4 * like,
    )  # fmt: skip
    return 1e7 * (day.gpp + day.leaf_respiration) + day.conductance


def _an_hour_of_bubbles(params: LandParams, like: jax.Array) -> jax.Array:
    """Bubbles of a wetland in an hour (cell,), 1e-8 kg m-2 s-1: in a day all of them leave, whatever their rate."""
    column = jnp.ones((len(DEFAULT_GRID.soil), 1)) * like
    state = methane_wetland.WetlandState(2e-3 * column, column)
    rest = (0.0 * column, 0.125 * column, 1.9e-6 * like, 1e5 * like, 6.0 * like, params.gases.wetland)
    fluxes = methane_wetland.step(
        state, 1e-7 * like, 290.0 * column, -0.1 * like, column, rest[0], like, *rest[1:], dt=3600.0
    )[1]
    return 1e-2 * fluxes.ebullition


def _loss(
    params: LandParams, surface: Surface, weather: Drivers, scales: list[jax.Array] | None = None
) -> tuple[jax.Array, list[jax.Array]]:
    """Cell by cell, the sum of every output (cell,), each over its typical size, and these scales."""
    _, end, fluxes, _ = sums_of_everything(surface, params, weather, "float64", OPTIONS)
    leaves = jax.tree.leaves((end, fluxes))
    scales = _scales(leaves) if scales is None else scales
    parts = (
        jnp.sum(leaf.reshape(-1, leaf.shape[-1]), axis=0) * s for leaf, s in zip(leaves, scales, strict=True)
    )
    return sum(parts, _beside(params, surface.latitude)), scales


def _repeated(tree: Any, times: int) -> Any:
    return jax.tree.map(lambda x: jnp.repeat(x, times, axis=-1), tree)


def _inside(value: jax.Array, bounds: tuple[float, float]) -> jax.Array:
    """`value`, a hundredth of its range away from its bounds, where a slope to one side alone may exist."""
    margin = 0.01 * (bounds[1] - bounds[0])
    return jnp.clip(value, bounds[0] + margin, bounds[1] - margin)


def compare(places: int = 6, days: int = 400, seed: int = 3) -> dict[str, Any]:
    """Worst and median relative disagreement over all parameters at `places`, and the parameters that disagree most.

    The disagreement is relative to the larger of the two, or to 1e-6 of the place's steepest relative slope where a
    parameter hardly matters (differences of a sum of order one hold no more digits than that).
    """
    surface, weather = _setting(places, days, seed)
    declared = {d.name: d for d, _ in declarations(LandParams())}
    here = at_cells(LandParams(), surface.plant_type, "float64")
    values = {
        d.name: _inside(jnp.broadcast_to(value, (places,)), d.bounds) for d, value in declarations(here)
    }

    def total(v: dict) -> tuple[jax.Array, list[jax.Array]]:
        by_cell, scales = _loss(replace(here, v), surface, weather)
        return jnp.sum(by_cell), scales

    gradient, scales = jax.jit(jax.grad(total, has_aux=True))(values)
    names, sizes = list(values), {}
    for name in names:
        lower, upper = declared[name].bounds
        sizes[name] = jnp.clip(jnp.abs(values[name]), 0.05 * (upper - lower), upper - lower)
    slopes = _differences(surface, weather, values, sizes, scales)
    exact = np.stack([np.asarray(gradient[name] * sizes[name]) for name in names])
    return _verdict(names, exact, slopes)


def _differences(
    surface: Surface, weather: Drivers, values: dict, sizes: dict, scales: list[jax.Array]
) -> np.ndarray:
    """Differences (parameter, place) of the loss by each parameter over its size, of the better of the `STEPS`."""
    names, places = list(values), surface.latitude.shape[0]
    moves = np.outer(STEPS, MOVES).ravel()
    copies = len(names) * len(moves)
    moved = {}
    for index, name in enumerate(names):
        shift = np.zeros((len(names), len(moves)))
        shift[index] = moves
        moved[name] = _repeated(values[name], copies) + _repeated(sizes[name], copies) * jnp.tile(
            jnp.asarray(shift.ravel()), places
        )
    wide_surface, wide_weather = _repeated(surface, copies), _repeated(weather, copies)
    wide = at_cells(LandParams(), wide_surface.plant_type, "float64")
    run = jax.jit(lambda v, s: _loss(replace(wide, v), wide_surface, wide_weather, s)[0])
    result = run(moved, scales)
    table = np.asarray(result).reshape(places, len(names), len(STEPS), len(MOVES))
    return _best(table).T


def _best(table: np.ndarray) -> np.ndarray:
    """Fourth-order differences of the longest step that agrees with the next shorter one; the exact is not asked.

    They agree where they differ by no more than the digits the shorter one loses, ten of the last over its step.
    """
    steps = np.asarray(STEPS)
    slopes = (table[..., 0] - 8.0 * table[..., 1] + 8.0 * table[..., 2] - table[..., 3]) / (12.0 * steps)
    lost = 10.0 * np.finfo(float).eps * np.abs(table[..., 1]) / steps
    best = slopes[..., -1]
    for k in reversed(range(len(STEPS) - 1)):
        agree = np.abs(slopes[..., k] - slopes[..., k + 1]) <= lost[..., k + 1]
        best = np.where(agree, slopes[..., k], best)
    return best


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
