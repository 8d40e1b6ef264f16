"""A run of the moving air: tracers in batches through months, kept as they finish, then joined and accounted for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Column, Table

import tenbin
from tenbin.core.compute import cluster_client
from tenbin.core.compute import faults as cluster_faults
from tenbin.core.errors import InputError, raise_if_any
from tenbin.core.provenance import RunRecord, atomic_path, read_json, sha256, write_json
from tenbin.data.meteorology import oxidants
from tenbin.transport.air_file import AirFile, Times
from tenbin.transport.air_grid import AirGrid
from tenbin.transport.days import Day, days_of, months_of
from tenbin.transport.synthetic_dynamics import needs_dinosaur
from tenbin.workflow import air_making
from tenbin.workflow import transport_batch as batch
from tenbin.workflow import transport_checks as checks
from tenbin.workflow import transport_inputs as inputs
from tenbin.workflow import transport_products as products
from tenbin.workflow.config import Reading, read_as
from tenbin.workflow.preflight import writable_faults
from tenbin.workflow.transport_settings import ANALYSES, NONE, SYNTHETIC, TransportConfig

__all__ = ["RECORD", "run"]

RECORD = "transport.json"
"""The record of a run of the air; its presence marks a folder as one."""


class Plan(NamedTuple):
    """A run that was found to make sense: its air, its days, its batches and its folder."""

    config: TransportConfig
    path: Path
    days: list[Day]
    batches: list[tuple[Path, list[inputs.Carried]]]
    out: Path

    @property
    def months(self) -> int:
        return len(months_of(self.days))

    @property
    def oxidants(self) -> dict[str, str]:
        return _oxidants(self.config, [tracers for _, tracers in self.batches])


def run(config_path: Path | None, out: Path | None, console: Console) -> pd.DataFrame:
    """Carry tracers as the YAML file asks, into the folder `out`; goes on where an earlier run stopped.

    Writes mole_fractions.nc, transport.png, stations.nc, books.csv, restart.npz and transport.json; returns the sums
    of each tracer [kg]. InputError lists every fault of the file, the air, emissions, stations, cluster and folder
    before anything is written.
    """
    plan = _plan(read_as(TransportConfig, config_path), out or Path("tenbin-transport"), console)
    _same_run_or_new(plan)
    names = sum(len(tracers) for _, tracers in plan.batches)
    console.print(f"{names} tracers in {len(plan.batches)} batch(es), {len(plan.days)} days")
    _run_batches(plan, console)
    return _put_together(plan, console)


def _plan(asked: Reading[TransportConfig], out: Path, console: Console) -> Plan:
    """Everything read and checked, all faults together; a made-up year is made only when nothing else is wrong."""
    config = asked.config
    faults = [*asked.faults, *writable_faults(out, keep=False)]
    if asked.is_sure("compute"):
        faults += cluster_faults(config.compute)

    def tried(make: Callable[[], Any], *keys: str) -> Any:
        try:
            return make() if asked.is_sure(*keys) else None
        except InputError as error:
            faults.extend(fault for fault in error.faults if fault not in faults)
            return None

    tried(lambda: _air_can_be_had(config), "meteorology", "analyses", "seed")
    batches = tried(lambda: batch.batches_of(config), "tracers", "pulses", "batch") or []
    tried(lambda: inputs.stations_of(config), "stations")
    tried(lambda: _oxidants(config, batches), "tracers", "oh")
    tracers = [one for own in batches for one in own]
    tried(lambda: checks.restart_holds(config, tracers, out), "restart", "tracers")
    sure = [key for key in ("tracers", "stations", "restart") if asked.is_sure(key)]
    tried(lambda: _try_in_air(config, tracers, sure), "meteorology", "analyses", "first_year", "years")
    raise_if_any(faults)
    path = _air(config, console)
    with AirFile(path) as air:
        days = days_of(air.times, config.first_year, config.years)
        checks.check_in_air(config, air, days, tracers, sure)
    base = config.folder_of(out)
    placed = [(base / f"{number:04d}", own) for number, own in enumerate(batches)]
    return Plan(config, path, days, placed, out)


def _air_can_be_had(config: TransportConfig) -> None:
    from tenbin.transport.meteorology_synthetic import cache_path

    if config.meteorology == SYNTHETIC:
        if not cache_path(inputs.made_up(config)).exists():
            needs_dinosaur()
        return
    _, times = _cells_and_times(config)
    days_of(times, config.first_year, config.years)


def _cells_and_times(config: TransportConfig) -> tuple[AirGrid, Times]:
    """Of the air of a file, or of that which analyses will make."""
    path = Path(config.meteorology)
    if config.meteorology == ANALYSES:
        path = air_making.cache_path(config.analyses)
        if not path.is_file():
            prepared = air_making.prepared(config.analyses)
            return prepared.grid, prepared.times
    with AirFile(path) as air:
        return air.grid, air.times


def _oxidants(config: TransportConfig, batches: Iterable[Iterable[inputs.Carried]]) -> dict[str, str]:
    """Where the oxidants are from that the tracers meet; none where they meet none."""
    meets = any(one.lost and one.gas in ("ch4", "n2o", "mcf") for own in batches for one in own)
    return oxidants.origins(config.oh) if meets else {}


def _try_in_air(config: TransportConfig, tracers: list[inputs.Carried], sure: list[str]) -> None:
    """What is wrong of emissions, stations and restart in the air; where there is none yet, of emissions."""
    path = _made_air(config)
    if path is not None:
        try:
            with AirFile(path) as air:
                days = days_of(air.times, config.first_year, config.years)
        except InputError:  # is told by `_air_can_be_had`
            days = []
        if days:
            with AirFile(path) as air:
                checks.check_in_air(config, air, days, tracers, sure)
            return
    if "tracers" in sure:
        checks.try_emissions(config, tracers, checks.months_of_years(config.first_year, config.years))


def _made_air(config: TransportConfig) -> Path | None:
    """The file of the air where there is one before the run; a made-up year counts as none."""
    if config.meteorology == SYNTHETIC:
        return None
    path = (
        air_making.cache_path(config.analyses) if config.meteorology == ANALYSES else Path(config.meteorology)
    )
    return path if path.is_file() or config.meteorology != ANALYSES else None


def _air(config: TransportConfig, console: Console) -> Path:
    """The file of the air; making a year of it shows how far it is."""
    with _progress(console) as progress:
        task = None

        def told(share: float) -> None:
            nonlocal task
            if task is None:
                task = progress.add_task("making air", total=100)
            progress.update(task, completed=round(100 * share))

        return inputs.air_path(config, told)


def _same_run_or_new(plan: Plan) -> None:
    """Months of another configuration or other air are not mixed in: they and their files go before new ones."""
    base = plan.config.folder_of(plan.out)
    stamp, wanted = base / "config.json", plan.config.model_dump(mode="json", exclude={"compute"})
    wanted |= {"version": tenbin.__version__, "air": _mark(plan.path), "files": _inputs(plan.config)}
    wanted |= {"oxidants": plan.oxidants}
    if stamp.exists() and read_json(stamp) == wanted:
        return
    ours = [plan.out / name for name in (*products.FILES, RECORD)] if stamp.exists() else []
    for old in (*base.glob("*/*.npz"), *ours):
        old.unlink(missing_ok=True)
    write_json(stamp, wanted)


def _mark(path: Path) -> list[Any]:
    """By which air that was exchanged is known; two gigabytes are not read for it."""
    return [path.name, path.stat().st_size, path.stat().st_mtime_ns]


def _inputs(config: TransportConfig) -> dict[str, str]:
    named = [
        *(one.emission for one in config.tracers),
        config.stations,
        config.pulses.regions,
        config.restart,
    ]
    return {name: sha256(name) for name in named if name is not None and Path(name).is_file()}


def _run_batches(plan: Plan, console: Console) -> None:
    with _progress(console) as progress:
        task = progress.add_task("days of air", total=len(plan.days) * len(plan.batches))
        if len(plan.batches) == 1:
            folder, tracers = plan.batches[0]
            batch.run_batch(plan.config, plan.path, tracers, folder, lambda: progress.advance(task))
            return
        with cluster_client(plan.config.compute) as client:
            futures = [
                client.submit(
                    batch.run_batch, plan.config, plan.path.absolute(), tracers, folder.absolute(), pure=False
                )
                for folder, tracers in plan.batches
            ]
            while not all(future.done() for future in futures):
                progress.update(task, completed=_days_done(plan))
                time.sleep(1.0)
            for future in futures:
                future.result()
            progress.update(task, completed=_days_done(plan))


def _days_done(plan: Plan) -> int:
    """Days of the months that all batches have kept so far."""
    length = [len(days) for _, days in months_of(plan.days)]
    return sum(
        days
        for folder, _ in plan.batches
        for slot, days in enumerate(length)
        if batch.month_file(folder, slot).exists()
    )


def _progress(console: Console) -> Progress:
    """A bar with what is done, the time taken and the time that is left."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, TextColumn("left"), TimeRemainingColumn(), console=console)


def _put_together(plan: Plan, console: Console) -> pd.DataFrame:
    """Fields, series, books and restart of the finished months, and a record that holds if the books close."""
    from tenbin.report.transport_maps import write_figure

    config, out, count = plan.config, plan.out, plan.months
    record = RunRecord("transport", config=config.model_dump(mode="json"), inputs=_inputs(config))
    books = products.books(plan.batches, count)
    total = products.conserve(record, books, config.precision)
    with atomic_path(out / "books.csv") as partial:
        books.to_csv(partial, index=False)
    with AirFile(plan.path) as air:
        about = {"title": "tracers in moving air", "air": str(air.attributes.get("title", plan.path.name))}
        if air.attributes.get("synthetic") == "true":
            about["synthetic"] = "true"
        if config.monthly:
            fields = products.monthly_fields(plan.batches, count, air, about)
            products.write_netcdf(fields, out / "mole_fractions.nc")
            write_figure(fields, out / "transport.png")
        if config.stations != NONE:
            times = _ends(plan.days, air)
            series = products.station_series(plan.batches, count, inputs.stations_of(config), times, about)
            products.write_netcdf(series, out / "stations.nc")
    products.restart(plan.batches, out / "restart.npz")
    record.notes = {
        "air": _mark(plan.path)[:2],
        "oxidants": plan.oxidants,
        "totals_kg": {name: row.dropna().to_dict() for name, row in total.iterrows()},
        "outputs": {name: sha256(out / name) for name in products.FILES if (out / name).is_file()},
    } | about
    record.write(out / RECORD)
    _show(total, console)
    return total


def _ends(days: list[Day], air: AirFile) -> np.ndarray:
    """When the intervals of days end."""
    step = np.timedelta64(round(air.times.seconds), "s")
    return np.concatenate(
        [day.date.astype("datetime64[s]") + step * np.arange(1, len(day.numbers) + 1) for day in days]
    )


def _show(total: pd.DataFrame, console: Console) -> None:
    """Sums on a page; of hundreds of pulses transport.json has them."""
    if len(total) > 40:
        return
    headings = ("tracer", "months", "burden", "given", "lost", "lifetime", "books miss")
    title = "masses in Tg, lifetimes in years"
    columns = (Column(name, no_wrap=True) for name in headings)
    shown = Table(*columns, title=title, box=SIMPLE, pad_edge=False, padding=0)
    for name, row in total.iterrows():
        scale = abs(row["burden_start"]) + abs(row["emitted"]) or 1.0
        figures = (f"{row[key] / 1e9:.4g}" for key in ("burden_end", "emitted", "lost"))
        shown.add_row(
            str(name), f"{row['months']:.0f}", *figures, _lifetimes(row), f"{row['residual'] / scale:.0e}"
        )
    console.print(shown)


def _lifetimes(row: pd.Series) -> str:
    """The lifetime [yr], and below it those against each process where there are several."""
    by = {
        str(name).removeprefix("lifetime_"): value
        for name, value in row.items()
        if str(name).startswith("lifetime_") and not np.isnan(value)
    }
    whole = "" if np.isnan(row["lifetime"]) else f"{row['lifetime']:.4g}"
    parts = [f"{name} {value:.4g}" for name, value in by.items()]
    return "\n".join([whole, *parts]) if len(by) > 1 else whole
