"""Air sampled at points: stations, and aircraft or balloons along a track; and when it is sampled.

Where a station stands in a model is a choice, for a model's ground is smoother than the Earth's:

- `above="ground"`: the height of the intake above ground, over the model's ground. For towers and for stations in
  plains and on coasts, whose air is that of the surface layer.
- `above="sea"`: the altitude above sea level. For mountains, aircraft and balloons: the air is that of the free
  troposphere at that altitude, far above the model's ground. What lies beneath the model's ground is seen in the
  lowest layer, if not too deep.

Mountains are best sampled at night, when air sinks to them; plains in the afternoon, when air is well mixed.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from tenbin.core.constants import GAS_CONSTANT, GRAVITY, MOLAR_MASS
from tenbin.core.errors import Fault, raise_if_any
from tenbin.transport.air_grid import AirGrid
from tenbin.transport.operators import (
    HORIZONTAL,
    ObservationMap,
    Places,
    assembled,
    at_places,
    choice_faults,
    place_faults,
    places_of,
)

__all__ = [
    "ABOVE",
    "AFTERNOON",
    "NIGHT",
    "Vertical",
    "local_windows",
    "middle_heights",
    "point_map",
    "time_weights",
]

Floats = npt.NDArray[np.float64]
ABOVE = ("sea", "ground")
AFTERNOON, NIGHT = (12.0, 16.0), (0.0, 4.0)
"""Hours of local time, from and to: when plains and when mountains are sampled."""
_DEEPEST = {"height": 1500.0, "pressure": 20000.0}
"""Farther [m, Pa] than this beneath the model's ground an observation is not the lowest layer's: it is an error."""
_HUMID = 0.61
"""Virtual temperature is T (1 + 0.61 q): ratio of the gas constants of vapour and dry air, less one."""


class Vertical(NamedTuple):
    """Where layers are: `middle` (level, lat, lon) from the ground up and `ground` (lat, lon), either geometric
    heights above sea level [m] (`kind` "height") or pressures [Pa] (`kind` "pressure", linear in its logarithm)."""

    middle: Floats
    ground: Floats
    kind: Literal["height", "pressure"] = "height"


def middle_heights(
    grid: AirGrid,
    dry_pressure: npt.ArrayLike | float,
    temperature: npt.ArrayLike | float,
    ground: npt.ArrayLike | float,
    humidity: npt.ArrayLike | float = 0.0,
) -> Floats:
    """Heights [m above sea level] (level, lat, lon) of the middles of layers by mass, from the hypsometric equation.

    `dry_pressure` [Pa] and `ground` [m] are (lat, lon); `temperature` [K] and specific `humidity` [kg kg-1] are
    (level, lat, lon), means of layers.
    """
    dry, warm = np.asarray(dry_pressure, dtype=float), np.asarray(temperature, dtype=float)
    q = np.broadcast_to(np.asarray(humidity, dtype=float), grid.shape)
    faces = grid.a[:, None, None] + grid.b[:, None, None] * dry
    weight = (faces[:-1] - faces[1:]) / (1.0 - q)
    above = np.cumsum(weight[::-1], axis=0)[::-1] + faces[-1]
    low, middle = above, above - 0.5 * weight
    high = np.maximum(above - weight, 1.0)  # no layer ends at no pressure at all
    scale = GAS_CONSTANT / MOLAR_MASS["air"] / GRAVITY * warm * (1.0 + _HUMID * q)
    depth = scale * np.log(low / high)
    return np.asarray(ground, dtype=float) + np.cumsum(depth, axis=0) - depth + scale * np.log(low / middle)


def point_map(
    grid: AirGrid,
    lat: npt.ArrayLike | float,
    lon: npt.ArrayLike | float,
    at: npt.ArrayLike | float,
    vertical: Vertical,
    above: str = "sea",
    how: str = "bilinear",
    land: npt.ArrayLike | None = None,
) -> ObservationMap:
    """The map to samples at `lat`, `lon` [degrees] and `at` (observation,): a height [m] above sea or ground, or a
    pressure [Pa], as `vertical` says.

    Between the middles of layers the mole fraction is linear in height or in the logarithm of pressure; below the
    lowest and above the highest middle it is that of the layer. All faults of all observations are raised at once.
    """
    here, wanted = (_listed(lat), _listed(lon)), _listed(at)
    options = choice_faults("points", how=(how, HORIZONTAL), above=(above, ABOVE))
    raise_if_any(
        options + place_faults(*here, "points") + _vertical_faults(grid, vertical, wanted, here[0], above)
    )
    places = places_of(grid, *here, how, land)
    middle, ground, target = _upward(places, vertical, wanted, above)
    raise_if_any(_outside(middle, ground, target, wanted, vertical.kind))
    return assembled(places, _between(middle, target), grid)


def _listed(values: npt.ArrayLike | float) -> Floats:
    return np.atleast_1d(np.asarray(values, dtype=float))


def _vertical_faults(grid: AirGrid, vertical: Vertical, at: Floats, lat: Floats, above: str) -> list[Fault]:
    middle, ground = np.asarray(vertical.middle, dtype=float), np.asarray(vertical.ground, dtype=float)
    name = f"{vertical.kind} of layers"
    if middle.shape != grid.shape or ground.shape != grid.grid.shape or not np.isfinite(middle).all():
        found = (
            f"middle {middle.shape}, ground {ground.shape}, {int((~np.isfinite(middle)).sum())} not finite"
        )
        return [
            Fault(
                "points", name, found, f"finite {grid.shape} and {grid.grid.shape}", "give both on the grid"
            )
        ]
    rising = np.diff(middle, axis=0) * (1.0 if vertical.kind == "height" else -1.0)
    tests = (
        (bool((rising > 0.0).all()), name, "layers not from the ground up", "the lowest first", "reverse the levels"),
        (vertical.kind == "height" or bool((middle > 0.0).all() and ground.min() > 20000.0), name,
         f"ground at {ground.min():g}", "pressure in Pa", "convert hPa to Pa"),
        (at.shape == lat.shape, "at", f"{at.shape} for {lat.shape} places", "equal lengths", "give one for each"),
        (bool(np.isfinite(at).all()) and (vertical.kind == "height" or bool((at > 0.0).all())), "at",
         f"{int((~np.isfinite(at)).sum())} not finite", "numbers (pressures above nothing)", "leave them out"),
        (vertical.kind == "height" or above == "sea", "above", repr(above), "'sea' with pressures", "leave it out"),
    )  # fmt: skip
    return [Fault("points", *what) for good, *what in tests if not good]


def _upward(places: Places, vertical: Vertical, at: Floats, above: str) -> tuple[Floats, Floats, Floats]:
    """Layers (observation, level), ground and targets (observation,) on an axis that grows upwards."""
    middle = at_places(places, vertical.middle, len(at))
    ground = at_places(places, vertical.ground, len(at))
    if vertical.kind == "pressure":
        return -np.log(middle), -np.log(ground), -np.log(at)
    return middle, ground, at + ground if above == "ground" else at


def _outside(middle: Floats, ground: Floats, target: Floats, at: Floats, kind: str) -> list[Fault]:
    top = middle[:, -1] + 0.5 * (middle[:, -1] - middle[:, -2])
    deep = ground - target if kind == "height" else np.exp(-target) - np.exp(-ground)
    unit = "m" if kind == "height" else "Pa"
    tests = (
        (target > top, "above the highest layer", "leave it out, or give the model a higher top"),
        (deep > _DEEPEST[kind], f"more than {_DEEPEST[kind]:g} {unit} beneath the model's ground",
         "check position and unit, or sample it above ground"),
    )  # fmt: skip
    return [
        Fault("points", f"observation {i}", f"{at[i]:g} {unit}, {what}", "within the model's layers", remedy)
        for bad, what, remedy in tests
        for i in np.flatnonzero(bad)
    ]


def _between(middle: Floats, target: Floats) -> Floats:
    """Weights (observation, level) of the layers beneath and above each target; the nearest beyond the ends."""
    index = np.arange(len(target))
    low = np.clip((middle <= target[:, None]).sum(axis=1) - 1, 0, middle.shape[1] - 2)
    step = middle[index, low + 1] - middle[index, low]
    up = np.clip((target - middle[index, low]) / step, 0.0, 1.0)
    weights = np.zeros_like(middle)
    weights[index, low], weights[index, low + 1] = 1.0 - up, up
    return weights


def local_windows(
    day: npt.ArrayLike | float,
    lon: npt.ArrayLike | float,
    hours: tuple[float, float] = AFTERNOON,
    offset: float | None = None,
) -> tuple[Floats, Floats]:
    """Start and end [s UTC] of hours of local time on days, given as their midnights [s] as if they were in UTC.

    Local time is mean solar time, lon / 15 hours from UTC, unless `offset` [h] states the zone. A window may pass
    midnight: (22, 4) begins on the day.

    >>> start, end = local_windows([0.0], [135.0])
    >>> float(start[0] / 3600), float(end[0] / 3600)
    (3.0, 7.0)
    """
    turned = (np.asarray(lon, dtype=float) + 180.0) % 360.0 - 180.0
    ahead = turned / 15.0 if offset is None else offset
    start = np.asarray(day, dtype=float) + (hours[0] - ahead) * 3600.0
    return start, start + ((hours[1] - hours[0]) % 24.0 or 24.0) * 3600.0


def time_weights(
    start: npt.ArrayLike | float,
    end: npt.ArrayLike | float,
    edges: npt.ArrayLike | float,
    observation: npt.ArrayLike | None = None,
) -> Floats:
    """Share (observation, time) of each observation's sampling from `start` to `end` [s] in intervals between
    `edges` (time + 1,) [s]; each observation's shares sum to one.

    `observation` (window,) numbers the observation of each window, so that a monthly mean of afternoons is one: its
    windows count by their lengths. Without it each window is an observation.
    """
    first, last, bounds = _listed(start), _listed(end), np.asarray(edges, dtype=float)
    owner = np.arange(len(first)) if observation is None else np.asarray(observation, dtype=np.int64)
    raise_if_any(_window_faults(first, last, bounds, owner))
    overlap = np.minimum(last[:, None], bounds[None, 1:]) - np.maximum(first[:, None], bounds[None, :-1])
    total = np.zeros((int(owner.max(initial=-1)) + 1, len(bounds) - 1))
    np.add.at(total, owner, np.maximum(overlap, 0.0))
    return total / total.sum(axis=1, keepdims=True)


def _window_faults(start: Floats, end: Floats, edges: Floats, owner: npt.NDArray[np.int64]) -> list[Fault]:
    if not start.shape == end.shape == owner.shape:
        found = f"{start.shape}, {end.shape}, {owner.shape}"
        return [Fault("sampling", "windows", found, "equal lengths", "give a start and an end for each")]
    if edges.ndim != 1 or edges.size < 2 or not (np.diff(edges) > 0.0).all():
        return [Fault("sampling", "edges", f"shape {edges.shape}", "ascending times", "order the intervals")]
    tests = (
        (~(end > start), "empty or backward", "an end after its start"),
        (~((start >= edges[0]) & (end <= edges[-1])), "not within the run",
         f"between {edges[0]:g} and {edges[-1]:g} s"),
    )  # fmt: skip
    faults = [
        Fault(
            "sampling",
            f"window {i}",
            f"{start[i]:g} to {end[i]:g} s, {what}",
            expected,
            "mend or leave it out",
        )
        for bad, what, expected in tests
        for i in np.flatnonzero(bad)
    ]
    missing = np.setdiff1d(np.arange(owner.max(initial=-1) + 1), owner)
    if missing.size or owner.min(initial=0) < 0:
        found = f"no window for {missing[:3].tolist()}"
        faults.append(
            Fault("sampling", "observation", found, "0, 1, 2, ... each", "number them without gaps")
        )
    return faults
