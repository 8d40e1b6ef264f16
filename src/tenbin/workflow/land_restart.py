"""The state of the land between runs: written whole, and read back only where it fits the tiles that ask for it."""

from __future__ import annotations

from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import xarray as xr

from tenbin.core.arrays import jax, jnp
from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.core.provenance import atomic_path
from tenbin.land import ecosystem
from tenbin.land.drivers import surface
from tenbin.land.ecosystem import LandParams, LandState, Options
from tenbin.workflow.land_tiles import Tiles

__all__ = ["fitted", "leaves_of", "read", "state_of", "write"]

Leaves = dict[str, np.ndarray]


def leaves_of(state: LandState) -> Leaves:
    """Every array of the state (..., tile) by its name, such as `.ground.heat.temperature`."""
    return {
        jax.tree_util.keystr(key): np.asarray(leaf)
        for key, leaf in jax.tree_util.tree_leaves_with_path(state)
    }


def state_of(leaves: Leaves, precision: str) -> LandState:
    """The state whose arrays have these names."""
    structure = jax.tree_util.tree_structure(_shapes(1, precision))
    names = [
        jax.tree_util.keystr(key) for key, _ in jax.tree_util.tree_leaves_with_path(_shapes(1, precision))
    ]
    return jax.tree_util.tree_unflatten(structure, [jnp.asarray(leaves[name]) for name in names])


def _shapes(tiles: int, precision: str) -> LandState:
    """Shapes and types of the state of so many tiles."""

    def young() -> LandState:
        ground = surface(precision, latitude=jnp.zeros(tiles), plant_type=jnp.zeros(tiles, "int32"))
        here = ecosystem.place(ground, LandParams(), Options())
        tas = jnp.full(tiles, 280.0, precision)
        return ecosystem.initial_state(here, tas, jnp.ones_like(tas), Options())

    return jax.eval_shape(young)


def _origin(tiles: Tiles, cells: xr.Dataset) -> Leaves:
    """Which tile is which: its place and its plant type, (tile,)."""
    place = {name: cells[name].values[tiles.cell].astype(float) for name in ("lat", "lon")}
    return place | {"plant_type": tiles.plant_type}


def write(path: Path, leaves: Leaves, tiles: Tiles, cells: xr.Dataset) -> None:
    """The `leaves` of all tiles with the tiles' places and plant types, whole or not at all."""
    with atomic_path(path) as partial, partial.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **_origin(tiles, cells), **leaves)


def read(path: str) -> Leaves:
    """Every array of a restart file, or an InputError that says why it cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, BadZipFile, EOFError) as error:
        reason = str(error).splitlines()[0] if str(error) else repr(error)
        fault = Fault(path, "restart", f"no readable file ({reason})", "a restart.npz", "check the path")
        raise InputError(fault) from error


def fitted(found: Leaves, tiles: Tiles, cells: xr.Dataset, precision: str, path: str) -> Leaves:
    """The state of `tiles` among the arrays of the file `path`; InputError lists all that does not fit."""
    wanted = {
        jax.tree_util.keystr(key): leaf
        for key, leaf in jax.tree_util.tree_leaves_with_path(_shapes(len(tiles.cell), precision))
    }
    origin = _origin(tiles, cells)
    raise_if_any([*_name_faults(found, [*wanted, *origin], path), *_tile_faults(found, origin, path)])
    faults = [_leaf_fault(found[name], leaf, name, path) for name, leaf in wanted.items()]
    raise_if_any(fault for fault in faults if fault is not None)
    return {name: found[name] for name in wanted}


_SAME_MODEL = "use a restart of this version, of the same tiles"


def _name_faults(found: Leaves, wanted: list[str], path: str) -> list[Fault]:
    absent = [name for name in wanted if name not in found]
    strange = [name for name in found if name not in wanted]
    faults = [Fault(path, name, "nothing", "an array of the state", _SAME_MODEL) for name in absent]
    return faults + [
        Fault(path, name, "an unknown array", "the state alone", _SAME_MODEL) for name in strange
    ]


def _tile_faults(found: Leaves, origin: Leaves, path: str) -> list[Fault]:
    """Tiles of other places or plant types, counted."""
    faults = []
    remedy = "use the box, cover and plant_types of the run that wrote it"
    for name, expected in origin.items():
        if name not in found:
            continue
        given = found[name]
        if given.shape != expected.shape:
            words = f"{given.size} tiles"
            faults.append(Fault(path, name, words, f"{expected.size} tiles", remedy))
        elif differs := int((abs(given - expected) > 1e-4).sum()):
            faults.append(Fault(path, name, f"{differs} tile(s) of another {name}", "the same tiles", remedy))
    return faults


def _leaf_fault(given: np.ndarray, wanted: jax.ShapeDtypeStruct, name: str, path: str) -> Fault | None:
    if given.shape != wanted.shape:
        return Fault(path, name, f"shape {given.shape}", f"{wanted.shape}", _SAME_MODEL)
    if given.dtype != wanted.dtype:
        return Fault(
            path, name, f"{given.dtype}", f"{wanted.dtype}", "use the precision of the run that wrote it"
        )
    if not np.isfinite(given).all():
        return Fault(
            path, name, f"{int((~np.isfinite(given)).sum())} value(s) not finite", "numbers", _SAME_MODEL
        )
    return None
