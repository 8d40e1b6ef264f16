"""A run of the land over a grid: blocks of tiles shared out over a cluster, kept as they finish, then joined."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tenbin.core.compute import cluster_client
from tenbin.core.provenance import RunRecord, atomic_path, write_json
from tenbin.workflow.config import load_as
from tenbin.workflow.land_products import global_totals, maps_of, write_maps, write_totals
from tenbin.workflow.land_settings import LandConfig
from tenbin.workflow.land_tiles import Tiles, cells_of, cover_of, describe, tiles_of, weather_of

__all__ = ["LIMITS", "run"]

LIMITS = {"carbon": 1e-9, "nitrogen": 1e-9, "water": 1e-12, "tags": 1e-12, "heat": 1e-9}
"""Residuals over stock and throughput that a year of a tile may show in 64 bits [1]."""
_SINGLE = 1e-3
"""The same in 32 bits, where fluxes have seven digits and are summed over a year."""


def run(config_path: Path | None, out: Path | None, console: Console) -> dict[str, float]:
    """Run the land as the YAML file asks, into the folder `out`; goes on where an earlier run stopped.

    Writes land_monthly.nc, land_totals.csv, ledger.csv, restart.npz and land.json; returns the global sums.
    """
    config = load_as(LandConfig, config_path)
    folder = out or Path("tenbin-land")
    cells = cells_of(config)
    cover = cover_of(config, cells)
    tiles = tiles_of(cover, config.plant_types)
    _check_parameters(config)
    blocks = config.folder_of(folder)
    _same_run_or_new(config, blocks)
    starts = range(0, len(tiles.cell), config.block)
    missing = [start for start in starts if not _file(blocks, start).exists()]
    console.print(
        f"{len(tiles.cell)} tiles in {cells.sizes['cell']} cells; {len(missing)} of {len(starts)} blocks to run"
    )
    _run_blocks(config, cells, cover, tiles, missing, blocks, console)
    return _put_together(config, cells, tiles, starts, blocks, folder, console)


def _check_parameters(config: LandConfig) -> None:
    from tenbin.workflow.land_block import parameters_of

    parameters_of(config)


def _file(blocks: Path, start: int) -> Path:
    return blocks / f"block_{start:07d}.npz"


def _same_run_or_new(config: LandConfig, blocks: Path) -> None:
    """Blocks of another configuration are not mixed in: they are removed before the new ones are made."""
    stamp, wanted = blocks / "config.json", config.model_dump(mode="json", exclude={"compute"})
    if stamp.exists() and json.loads(stamp.read_text()) != wanted:
        for old in blocks.glob("block_*.npz"):
            old.unlink()
    write_json(stamp, wanted)


def _run_blocks(
    config: LandConfig,
    cells: xr.Dataset,
    cover: xr.Dataset,
    tiles: Tiles,
    missing: list[int],
    blocks: Path,
    console: Console,
) -> None:
    from dask.distributed import as_completed

    if not missing:
        return
    weather = weather_of(config, cells)
    with cluster_client(config.compute) as client:
        futures = []
        for start in missing:
            part = tiles.block(start, config.block)
            used, place = np.unique(part.cell, return_inverse=True)
            local = Tiles(place, part.plant_type, part.share)
            futures.append(
                client.submit(
                    _one_block,
                    config,
                    weather.isel(cell=used).load(),
                    cover.isel(cell=used).load(),
                    local,
                    _file(blocks, start).absolute(),
                    pure=False,
                )
            )
        done = track(as_completed(futures), "land", total=len(futures), console=console)
        for future in done:
            future.result()


def _one_block(config: LandConfig, weather: xr.Dataset, cover: xr.Dataset, tiles: Tiles, path: Path) -> None:
    """Run a block where this is called and keep what it gave; the last block is padded to the common size."""
    from tenbin.core.arrays import jax
    from tenbin.workflow.land_block import run_block

    size = len(tiles.cell)
    padded = Tiles(*(np.pad(part, (0, config.block - size), mode="edge") for part in tiles))
    fields, residuals, state = run_block(config, weather, cover, padded)
    kept = {f"field:{name}": values[..., :size] for name, values in fields.items()}
    kept |= {f"residual:{name}": np.asarray(value) for name, value in residuals.items()}
    leaves = jax.tree_util.tree_leaves_with_path(state)
    kept |= {f"state:{jax.tree_util.keystr(key)}": np.asarray(leaf)[..., :size] for key, leaf in leaves}
    with atomic_path(path) as partial, partial.open("wb") as stream:
        np.savez(stream, **kept)


def _joined(blocks: Path, starts: range, kind: str) -> dict[str, np.ndarray]:
    """What all blocks kept of one `kind`, side by side along the tiles."""
    parts = [np.load(_file(blocks, start)) for start in starts]
    names = [name for name in parts[0].files if name.startswith(f"{kind}:")]
    return {
        name.split(":", 1)[1]: np.concatenate([np.atleast_1d(p[name]) for p in parts], -1) for name in names
    }


def _put_together(
    config: LandConfig,
    cells: xr.Dataset,
    tiles: Tiles,
    starts: range,
    blocks: Path,
    out: Path,
    console: Console,
) -> dict[str, float]:
    fields = _joined(blocks, starts, "field")
    count = fields["gpp"].shape[0]
    first = config.year if "time" not in cells.dims else int(cells["time"].dt.year[0])
    months = pd.date_range(f"{first}-01-01", periods=count, freq="MS")
    write_maps(maps_of(fields, tiles, cells, months), out / "land_monthly.nc")
    with atomic_path(out / "restart.npz") as partial, partial.open("wb") as stream:
        np.savez(stream, cell=tiles.cell, plant_type=tiles.plant_type, **_joined(blocks, starts, "state"))
    totals = global_totals(fields, tiles, cells["land_area"].values)
    _show(write_totals(totals, first, out), console)
    record = RunRecord("land", config=config, notes=describe(tiles) | {"totals": totals})
    for quantity, worst in _joined(blocks, starts, "residual").items():
        record.conserve(quantity, float(np.max(worst)), _limit(quantity, config), "worst tile")
    record.write(out / "land.json")
    return totals


def _limit(quantity: str, config: LandConfig) -> float:
    return LIMITS[quantity] if config.precision == "float64" else _SINGLE


def _show(table: pd.DataFrame, console: Console) -> None:
    shown = Table("quantity", "value", "published", "unit", "verdict")
    for row in table.itertuples():
        known = "" if pd.isna(row.low) else f"{row.low:g} to {row.high:g}"
        cells: tuple[Any, ...] = (row.quantity, f"{row.value:.4g}", known, row.unit, row.verdict)
        shown.add_row(*("" if pd.isna(cell) else str(cell) for cell in cells))
    console.print(shown)
