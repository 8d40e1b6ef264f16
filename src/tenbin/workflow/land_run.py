"""A run of the land over a grid: blocks of tiles shared out over a cluster, kept as they finish, then joined."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
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
from tenbin.budget import land_totals
from tenbin.core.compute import cluster_client
from tenbin.core.compute import faults as cluster_faults
from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.core.provenance import RunRecord, atomic_path, read_json, sha256, write_json
from tenbin.data.land_grids import maps
from tenbin.workflow.config import Reading, read_as
from tenbin.workflow.land_products import days_of_months, global_totals, maps_of, write_maps, write_totals
from tenbin.workflow.land_settings import CLIMATOLOGY, ESTIMATED, LandConfig
from tenbin.workflow.land_tiles import Tiles, cells_of, cover_of, describe, tiles_of, weather_of
from tenbin.workflow.preflight import writable_faults

__all__ = ["LIMITS", "run"]

LIMITS = {"carbon": 1e-9, "nitrogen": 1e-9, "water": 1e-12, "tags": 1e-12, "heat": 1e-9}
"""Residuals over stock and throughput that a year of a tile may show in 64 bits [1]."""
_SINGLE = 1e-3
"""The same in 32 bits, where fluxes have seven digits and are summed over a year."""


class Plan(NamedTuple):
    """A run that was found to make sense: its cells, tiles, first state if it has one, and its folders."""

    config: LandConfig
    cells: xr.Dataset
    cover: xr.Dataset
    tiles: Tiles
    begun: dict[str, np.ndarray] | None
    blocks: Path
    out: Path

    @property
    def starts(self) -> range:
        """First tile of each block."""
        return range(0, len(self.tiles.cell), self.config.block)


def run(config_path: Path | None, out: Path | None, console: Console) -> dict[str, float]:
    """Run the land as the YAML file asks, into the folder `out`; goes on where an earlier run stopped.

    Writes land_monthly.nc, land_maps.png, land_totals.csv, restart.npz, land.json and, for the whole globe,
    ledger.csv; returns the sums. InputError lists every fault of the file, drivers, map, restart, cluster and folder
    before anything is written.
    """
    plan = _plan(read_as(LandConfig, config_path), out or Path("tenbin-land"), console)
    _same_run_or_new(plan)
    missing = [start for start in plan.starts if not _file(plan.blocks, start).exists()]
    console.print(
        f"{len(plan.tiles.cell)} tiles in {plan.cells.sizes['cell']} cells; "
        f"{len(missing)} of {len(plan.starts)} blocks to run"
    )
    _run_blocks(plan, missing, console)
    return _put_together(plan, console)


def _plan(asked: Reading[LandConfig], out: Path, console: Console) -> Plan:
    """Everything read and checked, all faults together; what hangs on a faulty key is not judged by its default."""
    from tenbin.workflow import land_restart

    config, restart = asked.config, asked.config.restart
    faults = [*asked.faults, *writable_faults(out, keep=False)]
    if asked.is_sure("compute"):
        faults += cluster_faults(config.compute)

    def tried(make: Callable[[], Any], *needs: Any) -> Any:
        try:
            return None if any(need is None or need is False for need in needs) else make()
        except InputError as error:
            faults.extend(error.faults)
            return None

    land = tried(lambda: cells_of(config), asked.is_sure("drivers"))
    cells: Any = land.cells if land is not None and asked.is_sure("box") else None
    if cells is None and config.cover != ESTIMATED:
        tried(lambda: maps.read(config.cover))
    cover = tried(lambda: cover_of(config, cells), cells, asked.is_sure("cover"))
    tiles = tried(lambda: _tiles(cover, config), cover, asked.is_sure("plant_types"))
    stored = tried(lambda: land_restart.read(str(restart)), restart)
    precision = config.precision if asked.is_sure("precision") else None
    begun = tried(
        lambda: land_restart.fitted(stored, tiles, cells, config.precision, str(restart)),
        stored,
        tiles,
        precision,
    )
    raise_if_any(faults)
    if land.sea:
        console.print(f"{land.sea} cell(s) of nothing but missing values left out as sea")
    return Plan(config, cells, cover, tiles, begun, config.folder_of(out), out)


def _tiles(cover: xr.Dataset, config: LandConfig) -> Tiles:
    tiles = tiles_of(cover, config.plant_types)
    if len(tiles.cell) == 0:
        found = "no land that is not ice"
        raise InputError(Fault("land run", "cover", found, "at least one tile", "widen the box"))
    return tiles


def _file(blocks: Path, start: int) -> Path:
    return blocks / f"block_{start:07d}.npz"


def _same_run_or_new(plan: Plan) -> None:
    """Blocks of another configuration or other files are not mixed in: they go before the new ones are made."""
    stamp, wanted = plan.blocks / "config.json", plan.config.model_dump(mode="json", exclude={"compute"})
    wanted |= {"version": tenbin.__version__, "files": _inputs(plan.config)}
    if stamp.exists() and read_json(stamp) == wanted:
        return
    for old in plan.blocks.glob("block_*.npz"):
        old.unlink()
    write_json(stamp, wanted)


def _inputs(config: LandConfig) -> dict[str, str]:
    """Marks by which files that were exchanged are known: checksums, and sizes and times of a folder's files."""
    marks = {}
    for path in (config.drivers, config.cover, config.restart):
        if path is None or path in (CLIMATOLOGY, ESTIMATED):
            continue
        if Path(path).is_dir():
            files = sorted(file for file in Path(path).rglob("*") if file.is_file())
            facts = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
            marks[path] = hashlib.sha256(repr(facts).encode()).hexdigest()
        elif Path(path).is_file():
            marks[path] = sha256(path)
    return marks


def _run_blocks(plan: Plan, missing: list[int], console: Console) -> None:
    """Run the `missing` blocks over the cluster, a few at a time so that little weather waits in memory."""
    from dask.distributed import as_completed

    if not missing:
        return
    weather = weather_of(plan.config, plan.cells)
    waiting = iter(missing)
    with cluster_client(plan.config.compute) as client:

        def submit(start: int) -> Any:
            return client.submit(_one_block, *_task(plan, weather, start), pure=False)

        at_once = 2 * plan.config.compute.workers
        done = as_completed([submit(start) for start in itertools.islice(waiting, at_once)])
        with _progress(console) as progress:
            task = progress.add_task("land", total=len(missing))
            for future in done:
                future.result()
                progress.advance(task)
                for start in itertools.islice(waiting, 1):
                    done.add(submit(start))


def _progress(console: Console) -> Progress:
    """A bar with how many blocks are done, the time taken and the time that is left."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, TextColumn("left"), TimeRemainingColumn(), console=console)


Task = tuple[LandConfig, xr.Dataset, xr.Dataset, Tiles, dict[str, np.ndarray] | None, Path]


def _task(plan: Plan, weather: xr.Dataset, start: int) -> Task:
    """What a worker is sent for the block that begins at tile `start`: no more than its own cells."""
    part = plan.tiles.block(start, plan.config.block)
    used, place = np.unique(part.cell, return_inverse=True)
    local = Tiles(place, part.plant_type, part.share)
    stop = start + plan.config.block
    begun = None if plan.begun is None else {name: leaf[..., start:stop] for name, leaf in plan.begun.items()}
    own = (weather.isel(cell=used).load(), plan.cover.isel(cell=used).load())
    return plan.config, *own, local, begun, _file(plan.blocks, start).absolute()


def _one_block(
    config: LandConfig,
    weather: xr.Dataset,
    cover: xr.Dataset,
    tiles: Tiles,
    begun: dict[str, np.ndarray] | None,
    path: Path,
) -> None:
    """Run a block where this is called and keep what it gave; the last block is padded to the common size."""
    from tenbin.workflow import land_block, land_restart

    size = len(tiles.cell)
    lacking = config.block - size
    padded = Tiles(*(np.pad(part, (0, lacking), mode="edge") for part in tiles))
    block = land_block.block_of(config, weather, cover, padded)
    if begun is None:
        state = land_block.initial_state(block)
    else:
        wide = {
            name: np.pad(leaf, [(0, 0)] * (leaf.ndim - 1) + [(0, lacking)], mode="edge")
            for name, leaf in begun.items()
        }
        state = land_restart.state_of(wide, config.precision)
    made = land_block.run_block(config, block, state)
    kept = {f"field:{name}": values[..., :size] for name, values in made.fields.items()}
    kept |= {f"residual:{name}": np.asarray(value) for name, value in made.residuals.items()}
    leaves = land_restart.leaves_of(made.state)
    kept |= {f"state:{name}": leaf[..., :size] for name, leaf in leaves.items()}
    with atomic_path(path) as partial, partial.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **kept)


def _joined(plan: Plan, kind: str) -> dict[str, np.ndarray]:
    """What all blocks kept of one `kind`, side by side along the tiles."""
    parts: dict[str, list[np.ndarray]] = {}
    for start in plan.starts:
        with np.load(_file(plan.blocks, start), allow_pickle=False) as stored:
            for name in stored.files:
                if name.startswith(f"{kind}:"):
                    parts.setdefault(name.split(":", 1)[1], []).append(np.atleast_1d(stored[name]))
    return {name: np.concatenate(found, -1) for name, found in parts.items()}


def _put_together(plan: Plan, console: Console) -> dict[str, float]:
    """Maps, sums, ledger, picture and restart of the finished blocks, and a record that holds if the books close."""
    from tenbin.report.land_maps import write_figure
    from tenbin.workflow import land_restart

    config, cells, tiles, out = plan.config, plan.cells, plan.tiles, plan.out
    fields, area = _joined(plan, "field"), cells["land_area"].values
    time = pd.date_range(f"{config.year}-01-01", f"{config.year}-12-31")
    time = pd.DatetimeIndex(cells["time"].values) if "time" in cells.dims else time
    months, days = days_of_months(time)
    record = RunRecord("land", config=config.model_dump(mode="json"), inputs=_inputs(config))
    for quantity, worst in _joined(plan, "residual").items():
        record.conserve(quantity, float(np.max(worst)), _limit(quantity, config), "worst tile")
    grid = maps_of(fields, tiles, cells, months)
    write_maps(grid, out / "land_monthly.nc")
    write_figure(grid, out / "land_maps.png")
    land_restart.write(out / "restart.npz", _joined(plan, "state"), tiles, cells)
    totals = global_totals(fields, tiles, area, days)
    whole = land_totals.is_globe(float(area.sum()))
    _show(write_totals(totals, (int(time.year[0]), int(time.year[-1])), whole, out), console)
    if not whole:
        console.print(
            "Part of the globe was run: nothing is judged by global sums, and no ledger.csv is written."
        )
    record.notes = describe(tiles) | {"totals": totals, "whole_globe": whole}
    record.write(out / "land.json")
    return totals


def _limit(quantity: str, config: LandConfig) -> float:
    return LIMITS[quantity] if config.precision == "float64" else _SINGLE


def _show(table: pd.DataFrame, console: Console) -> None:
    shown = Table(Column("quantity", no_wrap=True), "value", "published", "unit", "verdict")
    for row in table.itertuples():
        known = "" if pd.isna(row.low) else f"{row.low:g} to {row.high:g}"
        cells: tuple[Any, ...] = (row.quantity, f"{row.value:.4g}", known, row.unit, row.verdict)
        shown.add_row(*("" if pd.isna(cell) else str(cell) for cell in cells))
    console.print(shown)
