"""What the weather, the air and people bring to the land each day, and what the ground is made of."""

from __future__ import annotations

from typing import Any, NamedTuple

from tenbin.core.arrays import jax, jnp

__all__ = ["DRIVER_UNITS", "Drivers", "Surface", "daily", "surface"]


class Drivers(NamedTuple):
    """Daily means that drive the land, each (cell,) for one day or (time, cell) for many."""

    tas: jax.Array
    tasmin: jax.Array
    tasmax: jax.Array
    rsds: jax.Array
    vpd: jax.Array
    pr: jax.Array
    ps: jax.Array
    sfcWind: jax.Array
    co2: jax.Array
    ch4: jax.Array
    day_length: jax.Array
    sin_noon_elevation: jax.Array
    clearness: jax.Array
    lai: jax.Array
    nitrogen_deposition: jax.Array
    fertiliser: jax.Array
    burned_fraction: jax.Array
    flooded: jax.Array
    conversion: jax.Array
    wood_harvest: jax.Array
    sown: jax.Array


DRIVER_UNITS = {
    "tas": "K",
    "tasmin": "K",
    "tasmax": "K",
    "rsds": "W m-2",
    "vpd": "Pa",
    "pr": "kg m-2 s-1",
    "ps": "Pa",
    "sfcWind": "m s-1",
    "co2": "mol mol-1",
    "ch4": "mol mol-1",
    "day_length": "s",
    "sin_noon_elevation": "1",
    "clearness": "1",
    "lai": "1",
    "nitrogen_deposition": "kg m-2 s-1",
    "fertiliser": "kg m-2 s-1",
    "burned_fraction": "s-1",
    "flooded": "1",
    "conversion": "s-1",
    "wood_harvest": "s-1",
    "sown": "1",
}
"""Unit of every driver. Nitrogen is counted as N; `burned_fraction` and `conversion` (natural land to crop) are
fractions of the cell per second; `wood_harvest` is the share of standing wood cut per second; `flooded` is the
share of
rice land under water, `sown` that of cropland under a crop; `clearness` is sunlight over that at the top of"
" the air."""


class Surface(NamedTuple):
    """What does not change with the weather, each (cell,).

    `plant_type` counts along `plant_types.PLANT_TYPES`; `sand`, `clay`, `organic` are mass fractions [1];
    `excess_ice` [kg m-2 of ice per metre of depth] is ground ice beyond the pores at the start; fractions of
    wetland, rice and crop are shares of the tile's area [1].
    """

    latitude: jax.Array
    elevation: jax.Array
    plant_type: jax.Array
    sand: jax.Array
    clay: jax.Array
    organic: jax.Array
    ph: jax.Array
    wetland_fraction: jax.Array
    rice_fraction: jax.Array
    crop_fraction: jax.Array
    excess_ice: jax.Array


_SURFACE_DEFAULTS = {
    "elevation": 0.0,
    "sand": 0.42,
    "clay": 0.20,
    "organic": 0.03,
    "ph": 6.5,
    "wetland_fraction": 0.0,
    "rice_fraction": 0.0,
    "crop_fraction": 0.0,
    "excess_ice": 0.0,
}

_DRIVER_DEFAULTS = {
    "ps": 101325.0,
    "sfcWind": 2.5,
    "co2": 4.0e-4,
    "ch4": 1.85e-6,
    "clearness": 0.5,
    "nitrogen_deposition": 0.0,
    "fertiliser": 0.0,
    "burned_fraction": 0.0,
    "flooded": 0.0,
    "conversion": 0.0,
    "wood_harvest": 0.0,
    "sown": 1.0,
}


def surface(dtype: str = "float64", **given: Any) -> Surface:
    """A Surface (cell,) from what is known; the rest is loam on level ground. `latitude`, `plant_type` are needed."""
    shape = jnp.shape(given["latitude"])
    fields = {**_SURFACE_DEFAULTS, **given}
    values = {
        name: jnp.broadcast_to(jnp.asarray(value, "int32" if name == "plant_type" else dtype), shape)
        for name, value in fields.items()
    }
    return Surface(**values)


def daily(dtype: str = "float64", **given: Any) -> Drivers:
    """Drivers (time, cell) from what is known; what is not given has the defaults of a rural, unmanaged place."""
    shape = jnp.shape(given["tas"])
    fields = {**_DRIVER_DEFAULTS, **given}
    return Drivers(
        **{name: jnp.broadcast_to(jnp.asarray(fields[name], dtype), shape) for name in Drivers._fields}
    )
