"""Real weather as air through faces: a stream of intervals from any analysis, its faults said before any work.

Weather is a Dataset in the form of `tenbin.data.meteorology.read`, whatever made it. Between two of its times the
flow is steady, the mean of both, and closed against surface pressure. Turbulence and clouds are means of both times.
Intervals have the form in which `air_file.write` keeps them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tenbin.core.constants import EARTH_RADIUS
from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.data.land_grids.solar import momentary
from tenbin.data.meteorology import axes, checks
from tenbin.data.meteorology.humidity import STRATOSPHERE
from tenbin.transport.advection_steps import MOST
from tenbin.transport.air_file import AirInterval, steps_of
from tenbin.transport.air_grid import AirGrid
from tenbin.transport.air_layers import Layers, layers_of
from tenbin.transport.boundary_layer import Surface, exchange_of_air
from tenbin.transport.convection import cumulus_of, inflow_of
from tenbin.transport.evaporation import evaporation_of
from tenbin.transport.mass_fluxes import Interval, Winds, bilinear, closed, face_fluxes, layer_means
from tenbin.transport.prescribed_mixing import prescribed_exchange
from tenbin.transport.pressure_fixer import PressureFixer

__all__ = ["Rules", "driven", "seconds_of", "there_and_back"]

Floats = npt.NDArray[np.float64]
NEEDED = ("ua", "va", "ta", "hus", "ps")
_GROUND = ("hfss", "hfls", "tas", "uas", "vas", "sftlf")


class Rules(NamedTuple):
    """What is accepted: at most `most_steps` of advection in an interval, `longest` hours between times; and how many
    `hours` an interval lasts that repeats one time. Checked before work are `check_times` times evenly spread; all
    are checked when their turn comes. `dry` accepts weather without humidity: air without clouds."""

    most_steps: int = 24
    longest: float = 24.0
    hours: float = 6.0
    check_times: int = 8
    dry: bool = False


def there_and_back(times: int, intervals: int) -> list[int]:
    """Numbers (intervals + 1) of times in an order that goes to and fro without a jump.

    >>> there_and_back(3, 6)
    [0, 1, 2, 1, 0, 1, 2]
    """
    course = [*range(times), *range(times - 2, 0, -1)]
    return [course[i % len(course)] for i in range(intervals + 1)]


def driven(
    data: Any,
    grid: AirGrid,
    land: Floats | None = None,
    order: Iterable[int] | None = None,
    rules: Rules | None = None,
) -> Iterator[AirInterval]:
    """Intervals of the weather `data` (a Dataset of `meteorology.read`) on the cells of `grid`, counted from nought.

    `order` lists times of `data` by number, each interval going from one to the next (default: all, forward); a
    number that follows itself is that time standing still. `land` (lat, lon) is the share of land; without it that of
    the data (`sftlf`). Fluxes of heat, temperature at 2 m and wind at 10 m are used where the data have them; where
    there is neither heat nor temperature, the boundary layer is prescribed by the sun (`prescribed_mixing`), which
    goes on from the first time in whatever order they are played. All intervals last `seconds_of` the course.

    InputError, before any work: fields or levels missing, gaps or uneven steps in time, values beyond nature, nothing
    where there is air, wind that would need more steps than `rules` allow. Later, if a time that was not looked at
    has such faults.
    """
    rules = rules or Rules()
    where = str(getattr(data, "attrs", {}).get("source", "meteorology"))
    raise_if_any(_form_faults(data, grid, land, rules, where))
    data, course = data[[name for name in (*NEEDED, *_GROUND) if name in data]], _course(data, order)
    raise_if_any(_time_faults(data, course, rules, where) + _value_faults(data, grid, course, rules, where))
    return _stream(data, grid, land, course, rules, where)


def seconds_of(data: Any, order: Iterable[int] | None = None, rules: Rules | None = None) -> float:
    """How long [s] each interval of `driven` lasts: from one of its times to the next."""
    steps = _steps(data, _course(data, order))
    return float(max(steps, default=0.0)) or 3600.0 * (rules or Rules()).hours


def _course(data: Any, order: Iterable[int] | None) -> list[int]:
    course = list(range(data.sizes["time"])) if order is None else list(order)
    return course * 2 if len(course) == 1 else course


def _steps(data: Any, course: list[int]) -> list[float]:
    """Seconds, whole, from each time of a course to the next."""
    times, pairs = data["time"].values, zip(course, course[1:], strict=False)
    return [float(np.rint(abs(times[j] - times[i]) / np.timedelta64(1, "s"))) for i, j in pairs]


def _form_faults(data: Any, grid: AirGrid, land: Floats | None, rules: Rules, where: str) -> list[Fault]:
    """Fields or axes that are not there."""
    present = set(getattr(data, "data_vars", ()))
    faults = []
    if "level" not in getattr(data, "dims", ()):
        faults.append(
            Fault(where, "level", "no levels", "fields on pressure or hybrid levels", "give winds aloft")
        )
    for name in NEEDED:
        if name not in present and not (name == "hus" and rules.dry):
            faults.append(
                Fault(where, name, "no such field", "a field of the weather", _remedy(name, present))
            )
    for axis in ("time", "lat", "lon"):
        if axis not in getattr(data, "dims", ()):
            remedy = "bring it to our form with tenbin.data.meteorology.read"
            faults.append(Fault(where, axis, "no such dimension", "time, level, lat, lon", remedy))
    if land is None and "sftlf" not in present:
        faults.append(Fault(where, "land", "no share of land", "sftlf in the data, or land=", "pass land="))
    if land is not None and (land.shape != grid.grid.shape or not ((land >= 0.0) & (land <= 1.0)).all()):
        found = f"shape {land.shape}, {np.nanmin(land):g} to {np.nanmax(land):g}"
        faults.append(
            Fault(where, "land", found, f"{grid.grid.shape}, 0 to 1", "give it on the cells of air")
        )
    return faults


def _remedy(name: str, present: set[Any]) -> str:
    if name == "ps":
        lacking = [one for one in ("zg", "ta", "orog") if one not in present]
        derived = (
            f"read it together with {' and '.join(lacking)}" if lacking else "read zg, ta and orog together"
        )
        return (
            f"{derived}, from which it is derived (relief_on makes an orog), or name it: names={{'ps': ...}}"
        )
    if name == "hus":
        return "read it with hur, it is derived from that; name it: names={'hus': ...}; or accept: Rules(dry=True)"
    return f"add it, or say which variable it is: names={{{name!r}: ...}}"


def _time_faults(data: Any, course: list[int], rules: Rules, where: str) -> list[Fault]:
    times = data["time"].values
    faults = axes.time_faults(times, where)
    outside = sorted({i for i in course if not 0 <= i < len(times)})
    if outside:
        remedy = "count times from nought"
        return [*faults, Fault(where, "order", str(outside[:3]), f"0 to {len(times) - 1}", remedy)]
    steps = _steps(data, course)
    if steps and max(steps) > 3600.0 * rules.longest:
        at = steps.index(max(steps))
        found = (
            f"{max(steps) / 3600.0:g} h between {_said(times[course[at]])} and {_said(times[course[at + 1]])}"
        )
        remedy = "give the times between, or accept it: Rules(longest=...)"
        faults.append(Fault(where, "time", found, f"at most {rules.longest:g} h", remedy))
    lengths = sorted({step for step in steps if step})
    if not faults and len(lengths) > 1:
        found = f"steps of {' and '.join(f'{step / 3600.0:g}' for step in lengths[:3])} h"
        faults.append(Fault(where, "time", found, "even steps", "leave out the times between"))
    return faults


def _said(time: np.datetime64) -> str:
    return str(time.astype("datetime64[m]"))


def _value_faults(data: Any, grid: AirGrid, course: list[int], rules: Rules, where: str) -> list[Fault]:
    """Faults of values, and of winds, at some of the times."""
    if not all(0 <= i < data.sizes["time"] for i in course):
        return []
    used = sorted(set(course))
    some = sorted({used[round(x)] for x in np.linspace(0, len(used) - 1, min(rules.check_times, len(used)))})
    found: dict[tuple[str, str], Fault] = {}
    windy: dict[str, tuple[int, Fault]] = {}
    seconds = seconds_of(data, course, rules)
    for i in some:  # one after the other: a time may fill gigabytes
        looked = data.isel(time=[i]).compute()
        for fault in [*checks.value_faults(looked, where), *_ground_faults(looked, where)]:
            found.setdefault((fault.name, fault.expected), fault)
        for name, (steps, fault) in _windiest(looked, grid, seconds, rules, where).items():
            if steps > max(rules.most_steps, windy[name][0] if name in windy else 0):
                windy[name] = (steps, fault)
    return [*found.values(), *(fault for _, fault in windy.values())]


def _ground_faults(looked: Any, where: str) -> list[Fault]:
    faults = []
    for name in _GROUND:
        if name in looked and (count := int(looked[name].isnull().sum())):
            remedy = f"fill them, or leave it out: drop_vars({name!r})"
            faults.append(Fault(where, name, f"{count} missing value(s)", "a value everywhere", remedy))
    return faults


def _windiest(
    looked: Any, grid: AirGrid, seconds: float, rules: Rules, where: str
) -> dict[str, tuple[int, Fault]]:
    """For each component of the wind of one time the steps that it needs, and the fault that too many would be."""
    lat = looked["lat"].values.astype(float)
    row = np.clip(np.searchsorted(grid.grid.lat_edges, lat) - 1, 0, grid.grid.shape[0] - 1)
    wide = (
        np.radians(360.0 / grid.grid.shape[1]) * np.asarray(grid.merged) * np.cos(np.radians(grid.grid.lat))
    )
    wide[[0, -1]] = np.inf
    widths = {"ua": wide[row], "va": np.radians(np.diff(grid.grid.lat_edges))[row]}
    made, expected = {}, f"at most {rules.most_steps} steps of advection"
    for name, width in widths.items():
        speed = np.nan_to_num(np.abs(looked[name].isel(time=0).transpose("level", "lat", "lon").values))
        crossed = speed * (seconds / (EARTH_RADIUS * width[:, None]))
        steps = int(np.ceil(0.5 * float(crossed.max()) / MOST))
        k, j, i = np.unravel_index(crossed.argmax(), crossed.shape)
        place = f"{looked['level'].values[k]:g} Pa, {lat[j]:g} N, {looked['lon'].values[i]:g} E"
        found = f"{speed[k, j, i]:g} m/s at {place}, {_said(looked['time'].values[0])}: {steps} steps"
        made[name] = (steps, Fault(where, name, found, expected, _WINDY))
    return made


_WINDY = "correct the wind or its unit, give more times, or accept it: Rules(most_steps=...)"


class _State(NamedTuple):
    """Weather of one time on cells: dry pressure and fluxes through faces, layers, what is known at the ground."""

    fluxes: tuple[Floats, Floats, Floats]
    layers: Layers
    surface: Surface
    evaporation: Floats


def _stream(
    data: Any, grid: AirGrid, land: Floats | None, course: list[int], rules: Rules, where: str
) -> Iterator[AirInterval]:
    fixer, times = PressureFixer(grid), data["time"].values
    state = lru_cache(maxsize=16)(lambda index: _state_at(data.isel(time=[index]), grid, land, where))
    start, seconds = None, seconds_of(data, course, rules)
    for number, (i, j) in enumerate(zip(course[:-1], course[1:], strict=True)):
        first, last = state(i), state(j)
        made = closed(first.fluxes, last.fluxes, seconds, grid, fixer, start)
        steps = _steps_or_refusal(made, seconds, grid, rules, f"{where}, {_said(times[i])}")
        start = made.dry_pressure[1]
        clock = times[course[0]] + np.timedelta64(round(seconds * number), "s")
        mixing = [_mixing(one, made, clock, seconds, grid) for one in (first, last)]
        exchange, updraft = (0.5 * (a + b) for a, b in zip(*mixing, strict=True))
        yield AirInterval(number, made, first.layers.temperature, exchange, updraft, steps)


def _steps_or_refusal(made: Interval, seconds: float, grid: AirGrid, rules: Rules, where: str) -> int:
    try:
        return steps_of(made, seconds, grid, rules.most_steps)
    except InputError as error:
        raise InputError(
            Fault(where, one.name, one.found, one.expected, _WINDY) for one in error.faults
        ) from error


def _mixing(
    state: _State, interval: Interval, start: np.datetime64, seconds: float, grid: AirGrid
) -> tuple[Floats, Floats]:
    """Exchange and updraft of the weather of one time in the flow of an interval that begins at `start`."""
    layers, surface = state.layers, state.surface
    clouds = cumulus_of(layers, inflow_of(interval, layers.humidity, state.evaporation, grid))
    if surface.sensible is None and surface.temperature is None:
        hours = float((start - start.astype("datetime64[Y]")) / np.timedelta64(1, "h"))
        day, hour = divmod(hours, 24.0)
        exchange = prescribed_exchange(layers, surface.land, grid, day, hour, seconds / 3600.0)
    else:
        exchange = exchange_of_air(layers, surface)
    return grid.mean_in_groups(exchange), grid.mean_in_groups(clouds)


def _state_at(weather: Any, grid: AirGrid, land: Floats | None, where: str) -> _State:
    """One time, loaded and brought to cells; what is missing below the ground is filled from above it."""
    one = weather.compute()
    raise_if_any(checks.value_faults(one, where))
    loaded = one.isel(time=0)
    fields = {name: _field(loaded, name) for name in NEEDED[:4]}
    ps = loaded["ps"].values.astype(float)
    pressure = loaded["level"].values.astype(float)
    if "hybrid_a" in loaded.coords:
        a, b = (loaded[name].values.astype(float)[:, None, None] for name in ("hybrid_a", "hybrid_b"))
        pressure = a + b * ps
    moist = np.maximum(fields["hus"], 0.0)
    lat, lon = (loaded[name].values.astype(float) for name in ("lat", "lon"))
    winds = Winds(lat, lon, pressure, fields["ua"], fields["va"], moist, ps)
    fluxes = face_fluxes(winds, grid)
    warm, q, u, v = (layer_means(winds, one, grid) for one in (fields["ta"], moist, winds.u, winds.v))
    layers = layers_of(grid, fluxes[0], warm, q, u, v)
    take = bilinear(winds, grid.grid.lat[:, None], grid.grid.lon[None])
    at = {name: take(loaded[name].values.astype(float)) for name in _GROUND if name in loaded}
    surface = _surface(at, at["sftlf"].clip(0.0, 1.0) if land is None else land)
    return _State(
        fluxes, layers, surface, evaporation_of(layers, surface, _sunlight(loaded["time"].values, grid))
    )


def _sunlight(time: np.datetime64, grid: AirGrid) -> Floats:
    """[W m-2] (lat, lon) on a level plane above the air."""
    day = (time - time.astype("datetime64[Y]")) / np.timedelta64(1, "D")
    return momentary(grid.grid.lat[:, None], grid.grid.lon[None], day // 1.0 + 1.0, 24.0 * (day % 1.0))


def _surface(at: dict[str, Floats], land: Floats) -> Surface:
    wind = np.hypot(at["uas"], at["vas"]) if {"uas", "vas"} <= set(at) else None
    return Surface(land, at.get("hfss"), at.get("hfls"), at.get("tas"), wind)


def _field(loaded: Any, name: str) -> Floats:
    if name not in loaded:
        return np.zeros(tuple(loaded.sizes[dim] for dim in ("level", "lat", "lon")))
    return _filled(loaded[name].transpose("level", "lat", "lon").values.astype(float), name)


def _filled(field: Floats, name: str) -> Floats:
    """`field` (level, ...) without gaps: below the ground what is above it, and aloft, where only humidity may be
    missing, the stratosphere's."""
    if not np.isnan(field).any():
        return field
    made = field.copy()
    if name == "hus":
        given = np.cumsum(~np.isnan(made), axis=0) > 0
        made = np.where(np.isnan(made) & given, STRATOSPHERE, made)
    for level in range(len(made) - 2, -1, -1):
        made[level] = np.where(np.isnan(made[level]), made[level + 1], made[level])
    return made
