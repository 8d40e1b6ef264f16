"""Footprints by our own adjoint: what each observation owes to the emissions of the hours and days before it.

The transpose of transport is run backward for observations of neighbouring times side by side, each as a tracer of
its own, and sensitivities to emissions are told by hours before the observation, as particle models tell them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from tenbin.core.arrays import jax, jnp
from tenbin.core.errors import Fault, raise_if_any
from tenbin.transport.days import Day
from tenbin.transport.passage import Passage

__all__ = ["footprints"]

Floats = npt.NDArray[np.float64]
TOGETHER = 32
"""Most samples carried side by side, whatever the spread of their times; own choice."""


def footprints(
    through: Passage,
    stations: pd.DataFrame,
    station: npt.ArrayLike,
    at: npt.ArrayLike,
    days_back: int,
    molar_mass: float,
    gas: str = "co2",
    told: Callable[[], None] = lambda: None,
) -> xr.Dataset:
    """`footprint` (obs, time, lat, lon) [mol mol-1 (kg m-2 s-1)-1] of the samples `station` (places in the table that
    `through.seen` was made of) at the ends of intervals `at`; the form of `data.footprints.particles.read`.

    `time` counts back: fluxes from `hours_back` to `hours_back_end` [h] before the sample, for `days_back` days.
    `background` (obs, level, lat, lon) [mol mol-1 kg-1] is what is left then: the sensitivity to the mass of the
    gas in the air at that time. `molar_mass` [kg mol-1] is that of the gas, the only one of `through`.
    InputError, all faults at once: times that are no ends of intervals of the run or have too few days before them,
    a passage of several gases or of another. `told` is called for each interval that a group of samples went through.
    """
    stamps, station = np.asarray(at, dtype="datetime64[s]"), np.asarray(station, dtype=np.int64)
    ends = _ends(through)
    faults = _faults(through, stations, station, stamps, ends, days_back)
    raise_if_any(faults + _gas_faults(through, molar_mass))
    number = np.searchsorted(ends, stamps)
    length = days_back * len(through.days[0].numbers)
    shown = np.zeros((len(number), length, *through.grid.grid.shape))
    left = np.zeros((len(number), *through.grid.shape))
    groups, days = _groups(number, length), _intervals(through)
    size = max(len(own) for own in groups)
    run = replace(through, days=days[: int(number.max()) + 1], _compiled={}, _met={})
    met = {day[:2]: pressure for day, pressure in zip(run.days, run.pressures(), strict=True)}
    many = replace(through, molar_mass=jnp.full(size, molar_mass), _compiled={}, _met=met)
    for own in groups:
        filled = np.append(own, np.repeat(own[-1], size - len(own)))  # alike in size, compiled once
        first = int(number[own[0]]) - length + 1
        many.days = days[first : int(number[own[-1]]) + 1]
        found = _gathered(many, number[filled] - first, station[filled], length, told)
        shown[own], left[own] = (values[: len(own)] for values in found)
    return _labelled(through, shown, left, stations.iloc[station], stamps, gas)


def _intervals(through: Passage) -> list[Day]:
    """Every interval as a day of its own, so that a sample may stand at the end of any; it takes the steps of the
    whole day, as the run forward does."""
    return [Day(day.date, (number,), day.slot, day.numbers) for day in through.days for number in day.numbers]


def _groups(number: npt.NDArray[np.int64], length: int) -> list[npt.NDArray[np.int64]]:
    """Places of samples that are carried side by side, earliest first: at most `TOGETHER`, and none so long after the
    one before that it is cheaper to look back `length` intervals anew."""
    order = np.argsort(number, kind="stable")
    groups: list[list[int]] = []
    for sample in order.tolist():
        if groups and len(groups[-1]) < TOGETHER and number[sample] - number[groups[-1][-1]] <= length:
            groups[-1].append(sample)
        else:
            groups.append([sample])
    return [np.asarray(own, dtype=np.int64) for own in groups]


def _ends(through: Passage) -> npt.NDArray[Any]:
    """When the intervals of a run end."""
    step = np.timedelta64(round(through.file.times.seconds), "s")
    return np.concatenate(
        [day.date.astype("datetime64[s]") + step * np.arange(1, len(day.numbers) + 1) for day in through.days]
    )


def _faults(
    through: Passage,
    stations: pd.DataFrame,
    station: npt.NDArray[np.int64],
    stamps: npt.NDArray[Any],
    ends: npt.NDArray[Any],
    days_back: int,
) -> list[Fault]:
    where, faults = "footprints", []
    if through.seen is None or len(through.seen.offset) != len(stations):
        faults.append(
            Fault(where, "stations", "no map of them", "the map of these stations", "make it with seen_of")
        )
    if len(station) != len(stamps) or not len(stamps):
        found = f"{len(station)} stations, {len(stamps)} times"
        faults.append(Fault(where, "at", found, "one time for each sample", "give equal lengths"))
    if days_back < 1:
        faults.append(Fault(where, "days_back", str(days_back), "1 or more", "ask for a day at least"))
    if through.limited:
        remedy = "take a scheme without a limiter"
        faults.append(Fault(where, "limited", "true", "advection that is linear", remedy))
    for stamp in stamps[~np.isin(stamps, ends)][:5]:
        wanted = f"the end of an interval, from {ends[0]} to {ends[-1]}"
        faults.append(Fault(where, "at", str(stamp), wanted, "take the nearest end of an interval"))
    early = stamps[(stamps - np.timedelta64(days_back, "D") < through.days[0].date) & np.isin(stamps, ends)]
    for stamp in early[:5]:
        wanted = f"{days_back} days of air before it, which begins {through.days[0].date}"
        faults.append(Fault(where, "at", str(stamp), wanted, "begin the air earlier, or look back less"))
    return faults


def _gas_faults(through: Passage, molar_mass: float) -> list[Fault]:
    """Samples take the place of tracers, so that losses may have one row alone, that of the gas."""
    where, masses = "footprints", np.asarray(through.molar_mass)
    frequency = through.loss(through.days[0].date)
    rows = len(masses) if frequency is None else len(frequency)
    if len(masses) != 1 or rows != 1:
        found = f"{len(masses)} tracers, losses of {rows}"
        return [Fault(where, "through", found, "a passage of the one gas", "make a passage for each gas")]
    if not np.isclose(masses[0], molar_mass, rtol=1e-6):
        wanted = f"{masses[0]:g} kg mol-1, that of the passage"
        return [Fault(where, "molar_mass", f"{molar_mass:g} kg mol-1", wanted, "make a passage of this gas")]
    return []


def _gathered(
    many: Passage,
    number: npt.NDArray[np.int64],
    station: npt.NDArray[np.int64],
    length: int,
    told: Callable[[], None],
) -> tuple[Floats, Floats]:
    """Sensitivities (obs, interval back, lat, lon) to emissions and (obs, level, lat, lon) to what is there first.

    `number` counts the intervals of `many.days` at whose end each sample is taken; `length` are looked back.
    """
    samples = np.arange(len(number))
    seen = 0 if many.seen is None else len(many.seen.offset)
    shown = np.zeros((len(number), length, *many.grid.grid.shape))
    left = np.zeros((len(number), *many.grid.shape))
    place_of = {day[:2]: place for place, day in enumerate(many.days)}

    def worth(day: Day) -> jax.Array:
        own = np.flatnonzero(number == place_of[day[:2]])
        given = np.zeros((1, len(number), seen))
        given[0, own, station[own]] = 1.0
        return jnp.asarray(given)

    for place, back, given in many.days_back(worth):
        before = number - place
        own = samples[(before >= 0) & (before < length)]
        shown[own, before[own]] = given[0, own]
        for sample in np.flatnonzero(before == length - 1):
            left[sample] = np.asarray(back[sample])
        told()
    return shown, left


def _labelled(
    through: Passage,
    shown: Floats,
    left: Floats,
    places: pd.DataFrame,
    stamps: npt.NDArray[Any],
    gas: str,
) -> xr.Dataset:
    grid, step = through.grid.grid, through.file.times.seconds / 3600.0
    since = step * np.arange(shown.shape[1])
    said = {
        "units": "mol mol-1 (kg m-2 s-1)-1",
        "long_name": f"mole fraction of {gas} per flux of its own mass",
    }
    end = stamps.astype("datetime64[ns]")
    coordinates = {
        "hours_back": ("time", since, {"units": "h"}),
        "hours_back_end": ("time", since + step, {"units": "h"}),
        "lat": ("lat", grid.lat, {"units": "degrees_north", "standard_name": "latitude"}),
        "lon": ("lon", grid.lon, {"units": "degrees_east", "standard_name": "longitude"}),
        "obs_start": ("obs", end), "obs_end": ("obs", end),
        "site": ("obs", places["site"].to_numpy(dtype=str)),
        "release_lat": ("obs", places["lat"].to_numpy(float), {"units": "degrees_north"}),
        "release_lon": ("obs", places["lon"].to_numpy(float), {"units": "degrees_east"}),
        "release_height": ("obs", places["intake_height"].to_numpy(float), {"units": "m"}),
    }  # fmt: skip
    made = xr.Dataset(
        {
            "footprint": (("obs", "time", "lat", "lon"), shown, said),
            "background": (("obs", "level", "lat", "lon"), left),
        },
        coords=coordinates,
    )
    made["background"].attrs = {
        "units": "kg-1 mol mol-1",
        "long_name": "mole fraction per mass of tracer at the start",
    }
    about = {"model": "tenbin", "is_column": 0, "met_model": str(through.file.attributes.get("title", ""))}
    return made.assign_attrs({"Conventions": "CF-1.11"} | about)
