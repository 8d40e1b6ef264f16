"""What mixes the air of the made-up year up and down: prescribed turbulence and clouds, interval by interval.

MADE UP, as the year is: see `prescribed_mixing` and `prescribed_convection`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tenbin.transport.air_grid import AirGrid
from tenbin.transport.air_layers import KAPPA, layers_of, winds_of
from tenbin.transport.mass_fluxes import Interval
from tenbin.transport.prescribed_convection import prescribed_humidity, prescribed_updraft
from tenbin.transport.prescribed_mixing import prescribed_exchange

__all__ = ["VerticalMixing", "synthetic_mixing"]

Floats = npt.NDArray[np.float64]


class VerticalMixing(NamedTuple):
    """Dry air [kg m-2 s-1] through inner faces (level - 1, lat, lon): `exchange` in both directions by turbulence,
    `updraft` in clouds, for which as much sinks around them. Neither is negative."""

    exchange: Floats
    updraft: Floats


def synthetic_mixing(
    number: int, interval: Interval, temperature: Floats, land: Floats, grid: AirGrid, hours: float = 6.0
) -> VerticalMixing:
    """Mixing in interval `number` of the year, counted from nought on 1 January, 0 UTC, each `hours` long.

    `temperature` [K] (level, lat, lon) stands for the interval, `land` (lat, lon) is the share of land [1].
    """
    dry = 0.5 * (interval.dry_pressure[0] + interval.dry_pressure[1])
    moist = prescribed_humidity(grid, dry, temperature)
    layers = layers_of(grid, dry, temperature, moist, *winds_of(interval, grid))
    day, hour = divmod(number * hours, 24.0)
    # the made-up air never felt the weight of this vapour, which would make the tropics overturn
    dry_air = layers._replace(theta=temperature * (1e5 / layers.pressure) ** KAPPA)
    exchange = prescribed_exchange(dry_air, land, grid, day, hour, hours)
    return VerticalMixing(exchange, prescribed_updraft(layers, interval, land, grid))
