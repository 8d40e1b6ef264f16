"""Zonal-mean monthly fields brought to cells of air: linear in latitude and log pressure, and through the year."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tenbin.core.arrays import jax, jnp
from tenbin.core.errors import Fault, raise_if_any
from tenbin.core.logarithm import log

__all__ = ["Zonal", "layer_pressure", "month_of", "on_cells", "zonal", "zonal_at"]

MONTHS = 12


class Zonal(NamedTuple):
    """`values` (month, level, lat) in any unit at the middle of months, at `level` [Pa] and `lat` [degrees north].

    Levels fall in pressure, latitudes go from south to north; made by `zonal`, which puts them in order.
    """

    values: jax.Array
    level: jax.Array
    lat: jax.Array


def zonal(values: npt.ArrayLike, level: npt.ArrayLike, lat: npt.ArrayLike) -> Zonal:
    """`Zonal` of `values` (12, level, lat), whose axes may run either way; refuses what it cannot place."""
    field, pressure, north = (np.asarray(x, dtype=float) for x in (values, level, lat))
    shape = (MONTHS, pressure.size, north.size)
    tests = (
        (field.shape == shape, "values", str(field.shape), f"{shape}: (month, level, lat)", "transpose it"),
        (bool((pressure > 0.0).all()) and len(set(pressure.tolist())) == pressure.size, "level",
         f"{pressure.min():g} to {pressure.max():g}", "different pressures above zero, in Pa", "convert it"),
        (bool(np.isfinite(field).all()), "values", f"{np.isnan(field).sum()} NaN", "finite numbers",
         "leave out levels without values, fill the rest"),
    )  # fmt: skip
    raise_if_any([Fault("zonal", *what) for good, *what in tests if not good])
    down, up = np.argsort(-pressure), np.argsort(north)
    return Zonal(jnp.asarray(field[:, down][:, :, up]), jnp.asarray(pressure[down]), jnp.asarray(north[up]))


def month_of(date: np.datetime64) -> float:
    """Place of a `date` in its year [months]: 0 at the start of January, 0.5 in its middle.

    >>> month_of(np.datetime64("2024-02-15T12:00"))
    1.5
    """
    month = date.astype("datetime64[M]")
    length = (month + 1).astype("datetime64[s]") - month.astype("datetime64[s]")
    passed = date.astype("datetime64[s]") - month.astype("datetime64[s]")
    return float(month.astype(int) % MONTHS + passed / length)


def layer_pressure(a: npt.ArrayLike, b: npt.ArrayLike, surface_pressure: jax.Array) -> jax.Array:
    """Mean pressure [Pa] of layers (level, lat, lon) between faces `a` + `b` x `surface_pressure` (lat, lon).

    With the surface pressure of dry air it is that of dry air, which is below the true one by the weight of the
    vapour overhead: up to 5 hPa at a damp ground, nothing aloft.
    """
    a, b = jnp.asarray(a)[:, None, None], jnp.asarray(b)[:, None, None]
    faces = a + b * surface_pressure
    return 0.5 * (faces[1:] + faces[:-1])


def zonal_at(field: Zonal, month: jax.Array | float, cell_lat: npt.ArrayLike) -> jax.Array:
    """Values (level, row) of a field at a place in the year [months] and at latitudes `cell_lat` [degrees north].

    Cyclic and linear between the middles of months, linear in latitude, constant beyond the last one.
    """
    before = jnp.floor(jnp.asarray(month) - 0.5)
    share = month - 0.5 - before
    first = before.astype(int) % MONTHS
    now = (1.0 - share) * field.values[first] + share * field.values[(first + 1) % MONTHS]
    rows = jnp.asarray(cell_lat)
    return jax.vmap(lambda along: jnp.interp(rows, field.lat, along))(now)


def on_cells(
    field: Zonal, month: jax.Array | float, cell_lat: npt.ArrayLike, pressure: jax.Array
) -> jax.Array:
    """The field at cells (level, lat, lon) of `pressure` [Pa], whose rows are at `cell_lat` [degrees north].

    Linear in log pressure; above the highest and below the lowest level the value there. No integral is kept: what
    comes out lies between neighbours, never below zero where they are not.
    """
    profiles = zonal_at(field, month, cell_lat)
    levels, rows, columns = pressure.shape
    height = -log(pressure).transpose(1, 0, 2).reshape(rows, -1)
    up = -log(field.level)
    made = jax.vmap(lambda z, profile: jnp.interp(z, up, profile))(height, profiles.T)
    return made.reshape(rows, levels, columns).transpose(1, 0, 2).astype(pressure.dtype)
