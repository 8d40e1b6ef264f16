"""Some tracers of a run carried side by side through all its months, each month kept as soon as it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tenbin.core.arrays import jnp
from tenbin.core.constants import MOLAR_MASS
from tenbin.core.errors import Fault, InputError
from tenbin.core.provenance import atomic_path
from tenbin.data.surface_fluxes import land_share
from tenbin.transport import losses, stations
from tenbin.transport.air_file import AirFile
from tenbin.transport.chemistry import ChemistryParams
from tenbin.transport.days import Day, days_of, months_of
from tenbin.transport.model import State, air_of
from tenbin.transport.operators import ObservationMap
from tenbin.transport.passage import Month, Passage
from tenbin.workflow import transport_inputs as inputs
from tenbin.workflow.transport_settings import TransportConfig

__all__ = ["batches_of", "month_file", "run_batch", "seen_of", "state_file"]

SAMPLES = 12
"""Times of the air over which the heights of layers are averaged."""


def batches_of(config: TransportConfig) -> list[list[inputs.Carried]]:
    """Tracers in the order of the configuration, `batch` at a time."""
    tracers = inputs.carried_of(config)
    return [tracers[start : start + config.batch] for start in range(0, len(tracers), config.batch)]


def month_file(folder: Path, slot: int) -> Path:
    """What a batch keeps of month number `slot`."""
    return folder / f"month_{slot:04d}.npz"


def state_file(folder: Path) -> Path:
    """The state a batch has reached."""
    return folder / "state.npz"


def seen_of(air: AirFile, table: pd.DataFrame) -> ObservationMap | None:
    """Stations in the air of a file, whose layers lie where they do in the mean over its time."""
    if table.empty:
        return None
    numbers = np.linspace(0, len(air) - 1, min(SAMPLES, len(air))).astype(int)
    dry = np.mean([air.dry_pressure(int(n)) for n in numbers], axis=0)
    warm = np.mean([air.temperature(int(n)) for n in numbers], axis=0)
    vertical = stations.Vertical(stations.middle_heights(air.grid, dry, warm, air.ground), air.ground)
    maps = []
    for above, height in (("sea", "alt"), ("ground", "intake_height")):
        own = table[table["above"] == above]
        if len(own):
            at = own[height].to_numpy(dtype=float)
            where = (own["lat"].to_numpy(dtype=float), own["lon"].to_numpy(dtype=float))
            maps.append((own.index.to_numpy(), stations.point_map(air.grid, *where, at, vertical, above)))
    rows = jnp.concatenate([jnp.asarray(index)[one.row] for index, one in maps])
    cells, weights = (jnp.concatenate([getattr(one, name) for _, one in maps]) for name in ("cell", "weight"))
    return ObservationMap(rows, cells, weights, jnp.zeros(len(table)), air.grid.shape)


def run_batch(
    config: TransportConfig,
    path: Path,
    tracers: Sequence[inputs.Carried],
    folder: Path,
    told: Callable[[], None] = lambda: None,
) -> None:
    """Carry `tracers` through the air at `path` and keep each month in `folder`; goes on after the last one kept."""
    folder.mkdir(parents=True, exist_ok=True)
    with AirFile(path) as air:
        through = _passage(config, air, tracers)
        months = [date for date, _ in months_of(through.days)]
        emission = inputs.emission_of(config, tracers, air.grid, months)
        own = {slot: days for slot, (_, days) in enumerate(months_of(through.days))}
        state, done = _begun(config, through, tracers, folder)
        for _ in range(sum(day.slot < done for day in through.days)):
            told()
        through.days = [day for day in through.days if day.slot >= done]
        held = _burden(state)
        for slot, month in enumerate(through.forward(state, emission, told), start=done):
            held = _keep(month, own[slot], slot, held, tracers, through, folder)


def _passage(config: TransportConfig, air: AirFile, tracers: Sequence[inputs.Carried]) -> Passage:
    days = days_of(air.times, config.first_year, config.years)
    mass = jnp.asarray([inputs.molar_mass(one.gas) for one in tracers])
    seen = seen_of(air, inputs.stations_of(config))
    gases = [one.gas if one.lost else "sf6" for one in tracers]  # what has no losses is lost as SF6 is
    if all(gas in ("sf6", "co2") for gas in gases):
        return Passage(air, days, mass, seen=seen, scheme=config.scheme, limited=config.limited)
    scale = losses.OH_SCALES[config.oh] if config.oh_scale is None else config.oh_scale
    params = ChemistryParams(oh_scale=jnp.asarray(scale))
    fields = losses.climatology(config.oh)
    sea = (1.0 - air.grid.mean_in_groups(land_share.on_grid(air.grid.grid))) * air.grid.grid.area
    loss = losses.Losses(air, days, gases, fields, params, sea)
    return Passage(air, days, mass, loss, seen, config.scheme, config.limited)


def _begun(
    config: TransportConfig, through: Passage, tracers: Sequence[inputs.Carried], folder: Path
) -> tuple[State, int]:
    """The state to go on from, and how many months are done."""
    kind = jnp.float32 if config.precision == "float32" else jnp.float64
    if state_file(folder).exists():
        with np.load(state_file(folder), allow_pickle=False) as stored:
            return _state(stored, [one.name for one in tracers], kind), int(stored["months"])
    if config.restart is not None:
        with np.load(config.restart, allow_pickle=False) as stored:
            return _state(stored, [one.name for one in tracers], kind), 0
    per_mass = [inputs.molar_mass(one.gas) / float(MOLAR_MASS["air"]) * one.begins for one in tracers]
    return through.begin(np.asarray(per_mass)[:, None, None, None], kind), 0


def _state(stored: Any, names: list[str], kind: Any) -> State:
    held = [str(name) for name in stored["names"]]
    lacking = [name for name in names if name not in held]
    if lacking:
        found = f"tracers {', '.join(held)}"
        raise InputError(Fault("restart", "names", found, ", ".join(names), "restart the same tracers"))
    places = [held.index(name) for name in names]
    return State(jnp.asarray(stored["tracer"][places], kind), jnp.asarray(stored["dry_pressure"]))


def _burden(state: State) -> np.ndarray:
    return np.asarray(state.tracer.astype(float).sum((1, 2, 3)))


def _mean_burden(month: Month, days: list[Day], through: Passage) -> np.ndarray:
    """Mass of each tracer [kg] (tracer,) at the ends of intervals, in the mean of a month, by the air at its end."""
    air = air_of(month.state.dry_pressure, through.model(days[-1]))
    per_air = through.molar_mass / float(MOLAR_MASS["air"])
    return np.asarray(jnp.einsum("tkij,kij->t", month.mean.astype(float), air) * per_air)


def _keep(
    month: Month,
    days: list[Day],
    slot: int,
    held: np.ndarray,
    tracers: Sequence[inputs.Carried],
    through: Passage,
    folder: Path,
) -> np.ndarray:
    """Write what came of a month, then the state that follows it; returns the burden [kg] (tracer,)."""
    after = _burden(month.state)
    lost = np.asarray(month.lost.astype(float).sum((1, 2, 3)))
    names = np.array([one.name for one in tracers])
    kept = {
        "names": names,
        "date": np.array(str(month.date)),
        "days": np.array(len(days)),
        "bounds": np.array([str(days[0].date), str(days[-1].date + np.timedelta64(1, "D"))]),
        "mean": np.asarray(month.mean, dtype="float32"),
        "seen": np.zeros((0,)) if month.seen is None else np.asarray(month.seen),
        "burden_start": held,
        "burden_mean": _mean_burden(month, days, through),
        "burden_end": after,
        "emitted": np.asarray(month.emitted),
        "lost": lost,
    }
    if isinstance(through.loss, losses.Losses):
        for place, gas in enumerate(through.loss.gases):
            for name, value in through.loss.shared(gas, month.date, month.lost[place]).items():
                kept[f"lost_{place}_{name}"] = np.array(value)
    _save(month_file(folder, slot), kept)
    state = {"names": names, "months": np.array(slot + 1), "tracer": np.asarray(month.state.tracer)}
    _save(state_file(folder), state | {"dry_pressure": np.asarray(month.state.dry_pressure)})
    return after


def _save(path: Path, content: dict[str, Any]) -> None:
    with atomic_path(path) as partial, partial.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **content)
