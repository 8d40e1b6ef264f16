"""Carrying a daily step through time: every day kept, sums by month, and years repeated until they settle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tenbin.core.arrays import jax, jnp

__all__ = ["day_by_day", "mean_of_days", "month_index", "monthly_means"]

DailyStep = Callable[[Any, Any], tuple[Any, Any]]
"""(state, drivers of a day) -> (state, fluxes of that day)."""


def day_by_day(
    step: DailyStep, state: Any, drivers: Any, keep: Callable[[Any], Any] = lambda fluxes: fluxes
) -> tuple[Any, Any]:
    """State after all days of `drivers` (time first in every array), and `keep(fluxes)` of each day.

    Each day is checkpointed: reverse mode stores the state between days and works the day out again, which on
    a processor is faster than fetching what a day computed from memory.
    """

    def one_day(carried: Any, weather: Any) -> tuple[Any, Any]:
        after, fluxes = step(carried, weather)
        return after, keep(fluxes)

    return jax.lax.scan(jax.checkpoint(one_day), state, drivers)


def mean_of_days(step: DailyStep, state: Any, drivers: Any, keep: Callable[[Any], Any]) -> tuple[Any, Any]:
    """State after all days of `drivers`, and the mean over them of what `keep` chooses; no day is stored."""

    def one_day(carried: Any, weather: Any) -> tuple[Any, None]:
        state, sums = carried
        after, fluxes = step(state, weather)
        return (after, jax.tree.map(lambda total, x: total + x.astype(total.dtype), sums, keep(fluxes))), None

    first = jax.tree.map(lambda values: values[0], drivers)
    shapes = jax.eval_shape(lambda s, d: keep(step(s, d)[1]), state, first)
    empty = jax.tree.map(lambda x: jnp.zeros(x.shape, x.dtype), shapes)
    (after, sums), _ = jax.lax.scan(jax.checkpoint(one_day), (state, empty), drivers)
    days = jax.tree.leaves(drivers)[0].shape[0]
    return after, jax.tree.map(lambda total: total / days, sums)


def month_index(day_of_year: Any, is_leap: Any = False) -> Any:
    """Month 0..11 of a day of the year 1..366, arrays or numbers."""
    ends = jnp.asarray([31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334])
    leap = jnp.asarray(is_leap, int)
    shifted = ends + jnp.where(jnp.arange(11) > 0, 1, 0) * leap[..., None]
    return jnp.sum(jnp.asarray(day_of_year)[..., None] > shifted, axis=-1)


def monthly_means(
    step: DailyStep,
    state: Any,
    drivers: Any,
    month: jax.Array,
    n_months: int,
    keep: Callable[[Any], Any] = lambda fluxes: fluxes,
) -> tuple[Any, Any]:
    """State after all days, and means over the days of each of `n_months` of what `keep` chooses, month first.

    `month` (time,) says to which month a day belongs. Only the sums are stored, so that a long run of many
    cells needs no memory for its days.
    """

    def one_day(carried: Any, today: Any) -> tuple[Any, None]:
        state, sums = carried
        weather, place = today
        after, fluxes = step(state, weather)
        sums = jax.tree.map(
            lambda total, flux: total.at[place].add(flux.astype(total.dtype)), sums, keep(fluxes)
        )
        return (after, sums), None

    first = jax.tree.map(lambda values: values[0], drivers)
    shapes = jax.eval_shape(lambda s, d: keep(step(s, d)[1]), state, first)
    empty = jax.tree.map(lambda x: jnp.zeros((n_months, *x.shape), x.dtype), shapes)
    (after, sums), _ = jax.lax.scan(one_day, (state, empty), (drivers, month))
    days = jnp.zeros(n_months).at[month].add(1.0)
    return after, jax.tree.map(
        lambda total: total / days.astype(total.dtype).reshape(-1, *(1,) * (total.ndim - 1)), sums
    )
