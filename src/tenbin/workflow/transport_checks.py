"""What can be known to be wrong with a run of the air before its work: emissions, stations, what it goes on from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.transport.air_file import AirFile
from tenbin.transport.air_grid import AirGrid, hybrid_layers, merged_cells, polar_grid
from tenbin.transport.days import Day, months_of
from tenbin.workflow import transport_inputs as inputs
from tenbin.workflow.transport_batch import seen_of
from tenbin.workflow.transport_settings import TransportConfig

__all__ = ["check_in_air", "months_of_years", "restart_fits", "restart_holds", "try_emissions"]

FAR = 100.0
"""Pressure [Pa], root of the mean square, by which the air of a restart may differ from that which is to follow it: a
year's rounding makes some tenths, the dry air of two analyses some tens. Own choice."""


def months_of_years(first_year: int, years: int) -> list[np.datetime64]:
    """First days of all months of some years."""
    return list(np.arange(f"{first_year}-01", f"{first_year + years}-01", dtype="datetime64[M]"))


def try_emissions(
    config: TransportConfig, tracers: Sequence[inputs.Carried], months: Sequence[np.datetime64]
) -> None:
    """Raise what is wrong with the emissions of tracers in months of a run, on any cells: a few do."""
    cells = polar_grid(6, 8)
    inputs.emission_of(config, tracers, AirGrid(cells, *hybrid_layers(3), merged_cells(cells)), months)


def restart_holds(
    config: TransportConfig, tracers: Iterable[inputs.Carried], out: Path | None = None
) -> None:
    """Raise if the file of the restart is none, lacks a tracer of the run, or is to be overwritten in `out`."""
    if config.restart is None:
        return
    path = Path(config.restart)
    remedy = "name the restart.npz of an earlier run"
    if not path.is_file():
        raise InputError(Fault("configuration", "restart", f"{path}, which is not there", "a file", remedy))
    try:
        with np.load(path, allow_pickle=False) as stored:
            held = [str(name) for name in stored["names"]]
            if stored["tracer"].shape[0] != len(held) or stored["dry_pressure"].ndim != 2:
                raise ValueError("its parts do not fit each other")
    except (ValueError, KeyError, OSError, EOFError, TypeError, AttributeError, IndexError) as error:
        found = f"nothing to restart from ({str(error).strip() or type(error).__name__})"
        raise InputError(Fault(str(path), "restart", found, "a restart.npz", remedy)) from error
    if out is not None and path.resolve().parent == out.resolve():
        found, wanted = "the folder that the run writes into", "an earlier run's folder"
        raise InputError(Fault("configuration", "restart", found, wanted, "choose another with --out"))
    lacking = [one.name for one in tracers if one.name not in held]
    if lacking:
        found = f"no {', '.join(lacking)}, but {', '.join(held)}"
        remedy = "restart the same tracers"
        raise InputError(Fault(str(path), "names", found, "every tracer of the run", remedy))


def restart_fits(
    config: TransportConfig, air: AirFile, days: Sequence[Day], tracers: Iterable[inputs.Carried]
) -> None:
    """Raise if a restart is wrong by itself, or was made on other cells, or in air that this does not follow."""
    restart_holds(config, tracers)
    if config.restart is None:
        return
    with np.load(config.restart, allow_pickle=False) as stored:
        shape, pressure = stored["tracer"].shape[1:], stored["dry_pressure"]
    where = str(config.restart)
    if shape != air.grid.shape:
        remedy = "restart in air on the same cells"
        raise InputError(Fault(where, "tracer", f"cells {shape}", f"cells {air.grid.shape}", remedy))
    gap = air.dry_pressure(days[0].numbers[0]) - pressure
    area = air.grid.grid.area
    rough = float(np.sqrt(np.sum(gap**2 * area) / area.sum()))
    if rough > FAR:
        found = f"a surface pressure {rough:.0f} Pa from that of the air on {days[0].date}"
        remedy = "begin where the earlier run ended, in air that goes on from it"
        raise InputError(Fault(where, "dry_pressure", found, f"less than {FAR:g} Pa", remedy))


def check_in_air(
    config: TransportConfig,
    air: AirFile,
    days: Sequence[Day],
    tracers: Sequence[inputs.Carried],
    sure: Sequence[str],
) -> None:
    """Raise all that is wrong of emissions, stations and restart in the air itself; only what is `sure` is judged."""
    months = [date for date, _ in months_of(list(days))]
    checks = {
        "tracers": lambda: try_emissions(config, tracers, months),
        "stations": lambda: seen_of(air, inputs.stations_of(config)),
        "restart": lambda: restart_fits(config, air, days, tracers),
    }
    faults: list[Fault] = []
    for name, check in checks.items():
        try:
            if name in sure:
                check()
        except InputError as error:
            faults += error.faults
    raise_if_any(faults)
