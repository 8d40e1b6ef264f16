"""Real weather as air through faces: a stream of intervals from any analysis, its faults said before any work.

Weather is a Dataset in the form of `tenbin.data.meteorology.read`, whatever made it. Between two of its times the
flow is steady, the mean of both, and closed against surface pressure. Turbulence and clouds are means of both times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tenbin.core.constants import EARTH_RADIUS
from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.data.meteorology import axes, checks
from tenbin.data.meteorology.humidity import STRATOSPHERE
from tenbin.transport.air_grid import AirGrid
from tenbin.transport.air_layers import Layers, layers_of
from tenbin.transport.boundary_layer import Surface, exchange_of_air
from tenbin.transport.convection import LATENT, bulk_evaporation, cumulus_of, inflow_of
from tenbin.transport.mass_fluxes import Interval, Winds, bilinear, closed, face_fluxes, layer_means
from tenbin.transport.prescribed_mixing import prescribed_exchange
from tenbin.transport.pressure_fixer import PressureFixer

__all__ = ["Driven", "Rules", "demand", "driven", "there_and_back"]

Floats = npt.NDArray[np.float64]
NEEDED = ("ua", "va", "ta", "hus", "ps")
_GROUND = ("hfss", "hfls", "tas", "uas", "vas", "sftlf")


class Driven(NamedTuple):
    """Air between two times: the first, `start`, and how long [s]; flow of dry air; temperature [K] and specific
    humidity [kg kg-1] (level, lat, lon) at the start; air [kg m-2 s-1] (level - 1, lat, lon) that turbulence
    exchanges and that rises in clouds, means over the interval."""

    start: np.datetime64
    seconds: float
    interval: Interval
    temperature: Floats
    humidity: Floats
    exchange: Floats
    updraft: Floats


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
) -> Iterator[Driven]:
    """Intervals of the weather `data` (a Dataset of `meteorology.read`) on the cells of `grid`.

    `order` lists times of `data` by number, each interval going from one to the next (default: all, forward); a
    number that follows itself is that time standing still. `land` (lat, lon) is the share of land; without it that of
    the data (`sftlf`). Fluxes of heat, temperature at 2 m and wind at 10 m are used where the data have them; where
    there is neither heat nor temperature, the boundary layer is prescribed by the sun (`prescribed_mixing`).

    InputError, before any work: fields or levels missing, gaps in time, values beyond nature, nothing where there is
    air, wind that would need more steps than `rules` allow. Later, if a time that was not looked at has such faults.
    """
    rules = rules or Rules()
    where = str(getattr(data, "attrs", {}).get("source", "meteorology"))
    raise_if_any(_form_faults(data, grid, land, rules, where))
    course = list(range(data.sizes["time"])) if order is None else list(order)
    if len(course) == 1:
        course = course * 2
    raise_if_any(_time_faults(data, course, rules, where) + _value_faults(data, grid, course, rules, where))
    return _stream(data, grid, land, course, rules, where)


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
    for i, j in zip(course[:-1], course[1:], strict=True):
        hours = abs((times[j] - times[i]) / np.timedelta64(1, "h"))
        if hours > rules.longest:
            found = f"{hours:g} h between {_said(times[i])} and {_said(times[j])}"
            remedy = "give the times between, or accept it: Rules(longest=...)"
            faults.append(Fault(where, "time", found, f"at most {rules.longest:g} h", remedy))
            break
    return faults


def _said(time: np.datetime64) -> str:
    return str(time.astype("datetime64[m]"))


def _value_faults(data: Any, grid: AirGrid, course: list[int], rules: Rules, where: str) -> list[Fault]:
    """Faults of values, and of winds, at some of the times."""
    if not all(0 <= i < data.sizes["time"] for i in course):
        return []
    used = sorted(set(course))
    some = sorted({used[round(x)] for x in np.linspace(0, len(used) - 1, min(rules.check_times, len(used)))})
    looked = data.isel(time=some).compute()
    faults = checks.value_faults(looked, where)
    for name in _GROUND:
        if name in looked and (count := int(looked[name].isnull().sum())):
            remedy = f"fill them, or leave it out: drop_vars({name!r})"
            faults.append(Fault(where, name, f"{count} missing value(s)", "a value everywhere", remedy))
    times = data["time"].values
    steps = [
        abs(times[j] - times[i]) / np.timedelta64(1, "s") for i, j in zip(course, course[1:], strict=False)
    ]
    longest = max((s for s in steps if s > 0.0), default=3600.0 * rules.hours)
    return faults + _wind_faults(looked, grid, float(longest), rules, where)


def _wind_faults(looked: Any, grid: AirGrid, seconds: float, rules: Rules, where: str) -> list[Fault]:
    """A fault where winds would cross more cells than steps allow: the worst of each component."""
    lat = looked["lat"].values.astype(float)
    row = np.clip(np.searchsorted(grid.grid.lat_edges, lat) - 1, 0, grid.grid.shape[0] - 1)
    wide = (
        np.radians(360.0 / grid.grid.shape[1]) * np.asarray(grid.merged) * np.cos(np.radians(grid.grid.lat))
    )
    wide[[0, -1]] = np.inf
    widths = {"ua": wide[row], "va": np.radians(np.diff(grid.grid.lat_edges))[row]}
    faults = []
    for name, width in widths.items():
        speed = np.nan_to_num(
            np.abs(looked[name].transpose("time", "level", "lat", "lon").values.astype(float))
        )
        crossed = speed * seconds / (EARTH_RADIUS * width[:, None])
        steps = int(np.ceil(0.5 * crossed.max() / _MOST))
        if steps > rules.most_steps:
            t, k, j, i = np.unravel_index(crossed.argmax(), crossed.shape)
            place = f"{looked['level'].values[k]:g} Pa, {lat[j]:g} N, {looked['lon'].values[i]:g} E"
            found = f"{speed[t, k, j, i]:g} m/s at {place}, {_said(looked['time'].values[t])}: {steps} steps"
            faults.append(Fault(where, name, found, f"at most {rules.most_steps} steps of advection", _WINDY))
    return faults


_MOST = 0.7
"""Share of a cell that a sweep may take (`sweeps.steps_needed`)."""
_WINDY = "correct the wind or its unit, give more times, or accept it: Rules(most_steps=...)"


class _State(NamedTuple):
    """Weather of one time on cells: dry pressure and fluxes through faces, layers, what is known at the ground."""

    fluxes: tuple[Floats, Floats, Floats]
    layers: Layers
    surface: Surface
    evaporation: Floats


def _stream(
    data: Any, grid: AirGrid, land: Floats | None, course: list[int], rules: Rules, where: str
) -> Iterator[Driven]:
    fixer, times = PressureFixer(grid), data["time"].values
    state = lru_cache(maxsize=16)(lambda index: _state_at(data.isel(time=[index]), grid, land, where))
    start: Floats | None = None
    for i, j in zip(course[:-1], course[1:], strict=True):
        seconds = abs(float((times[j] - times[i]) / np.timedelta64(1, "s"))) or 3600.0 * rules.hours
        first, last = state(i), state(j)
        made = closed(first.fluxes, last.fluxes, seconds, grid, fixer, start)
        _refuse_storms(made, seconds, grid, rules, f"{where}, {_said(times[i])}")
        start = made.dry_pressure[1]
        mixing = [_mixing(one, made, times[i], seconds, grid) for one in (first, last)]
        exchange, updraft = (0.5 * (a + b) for a, b in zip(*mixing, strict=True))
        layers = first.layers
        yield Driven(times[i], seconds, made, layers.temperature, layers.humidity, exchange, updraft)


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


def _refuse_storms(interval: Interval, seconds: float, grid: AirGrid, rules: Rules, where: str) -> None:
    steps, (level, row, column) = demand(interval, seconds, grid)
    if steps > rules.most_steps:
        place = f"layer {level}, {grid.grid.lat[row]:g} N, {grid.grid.lon[column]:g} E"
        found, wanted = f"{steps} steps of advection, for {place}", f"at most {rules.most_steps}"
        raise InputError(Fault(where, "flow of air", found, wanted, _WINDY))


def demand(interval: Interval, seconds: float, grid: AirGrid) -> tuple[int, tuple[int, int, int]]:
    """Steps of advection that an interval needs, as `sweeps.steps_needed`, and the cell (level, row, column) that
    needs most."""
    fixed, varying = (x[:, None, None] for x in grid.thickness)
    area, (before, after) = grid.grid.area, interval.dry_pressure
    mass = (fixed + varying * before) * area
    through = np.pad(interval.north, ((0, 0), (1, 1), (0, 0)))
    gain = varying * (after - before) * area / seconds
    surplus = np.roll(interval.east, 1, axis=-1) - interval.east + through[:, :-1] - through[:, 1:] - gain
    up = np.pad(grid.mean_in_groups(np.cumsum(surplus, axis=0)[:-1]), ((1, 1), (0, 0), (0, 0)))
    group = np.asarray(grid.merged)[:, None]
    outer = ((np.arange(mass.shape[-1]) + 1) % group == 0) & (group < mass.shape[-1])
    east = interval.east * outer
    along = np.maximum(east, 0.0) - np.minimum(np.roll(east, 1, axis=-1), 0.0)
    leaving = (
        grid.mean_in_groups(along) / grid.mean_in_groups(mass),
        (np.maximum(through[:, 1:], 0.0) - np.minimum(through[:, :-1], 0.0)) / mass,
        (np.maximum(up[1:], 0.0) - np.minimum(up[:-1], 0.0)) / mass,
    )
    worst = np.maximum.reduce(leaving)
    place = np.unravel_index(worst.argmax(), worst.shape)
    level, row, column = (int(x) for x in place)
    return max(1, int(np.ceil(0.5 * seconds * float(worst.max()) / _MOST))), (level, row, column)


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
    latent = surface.latent
    given = bulk_evaporation(layers, surface.land) if latent is None else np.maximum(latent, 0.0) / LATENT
    return _State(fluxes, layers, surface, given)


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
