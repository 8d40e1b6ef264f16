"""What an instrument sees of the air: sparse linear maps from mole fractions in cells to observations."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx
import numpy as np
import numpy.typing as npt

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import EARTH_RADIUS, MOLAR_MASS
from tenbin.core.errors import Fault, InputError
from tenbin.transport.air_grid import AirGrid

__all__ = [
    "HORIZONTAL",
    "ObservationMap",
    "Places",
    "assembled",
    "at_places",
    "choice_faults",
    "mole_fractions",
    "observe",
    "observe_in_time",
    "place_faults",
    "places_of",
    "spread",
]

Floats = npt.NDArray[np.float64]
HORIZONTAL = ("bilinear", "cell", "land")
"""How a place is seen: between the middles of cells, the cell it lies in, or the nearest cell of land."""

LAND_FROM = 0.5
"""A cell counts as land from this share of land on."""
FARTHEST_LAND = 1.0e6
"""Farther [m] than this a cell of land no longer stands for a place."""


class ObservationMap(eqx.Module):
    """An affine map: observation `row` gets `weight` x mole fraction of `cell`, summed over entries, plus `offset`.

    `row`, `cell`, `weight` (entry,); `cell` counts along `shape`, (level, lat, lon); `offset` (observation,)
    [mol mol-1] is nothing but for columns, where it is what the retrieval takes from its prior.
    """

    row: jax.Array
    cell: jax.Array
    weight: jax.Array
    offset: jax.Array
    shape: tuple[int, int, int] = eqx.field(static=True)


class Places(NamedTuple):
    """Weights of cells around places: observation `row`, `cell` along (lat, lon), `weight`, each (entry,)."""

    row: npt.NDArray[np.int64]
    cell: npt.NDArray[np.int64]
    weight: Floats


def mole_fractions(tracer: jax.Array, air: jax.Array, molar_mass: float | jax.Array) -> jax.Array:
    """Mole fractions [mol mol-1] ([tracer,] level, lat, lon) of `tracer` [kg] of `molar_mass` [kg mol-1], one or
    (tracer,), in dry `air` [kg] (level, lat, lon)."""
    per_mass = jnp.asarray(float(MOLAR_MASS["air"]) / molar_mass, tracer.dtype)
    return tracer / air * per_mass.reshape(*per_mass.shape, *(1,) * air.ndim)


def observe(seen: ObservationMap, field: jax.Array) -> jax.Array:
    """Observations ([tracer,] observation) [mol mol-1] of mole fractions ([tracer,] level, lat, lon) [mol mol-1]."""
    return _linear(seen, field) + seen.offset.astype(field.dtype)


def _linear(seen: ObservationMap, field: jax.Array) -> jax.Array:
    if field.shape[-3:] != seen.shape:  # JAX reads beyond an end without a word
        found, expected = f"shape {field.shape}", f"(..., {', '.join(map(str, seen.shape))})"
        raise InputError(
            Fault("observations", "field", found, expected, "give a field on the grid of the map")
        )
    cells = field.reshape(*field.shape[:-3], -1)
    parts = cells[..., seen.cell] * seen.weight.astype(field.dtype)
    nothing = jnp.zeros((*parts.shape[:-1], seen.offset.shape[0]), field.dtype)
    return nothing.at[..., seen.row].add(parts)


def spread(seen: ObservationMap, residual: jax.Array) -> jax.Array:
    """The transpose: residuals ([tracer,] observation) given back to cells ([tracer,] level, lat, lon)."""
    like = jax.ShapeDtypeStruct((*residual.shape[:-1], *seen.shape), residual.dtype)
    return jax.linear_transpose(lambda field: _linear(seen, field), like)(residual)[0]


def observe_in_time(seen: ObservationMap, when: jax.Array, fields: jax.Array) -> jax.Array:
    """Observations ([tracer,] observation) of fields (time, [tracer,] level, lat, lon), one for each interval.

    `when` (observation, time) is the share of each observation's sampling in each interval (`stations.time_weights`).
    Intervals are taken one by one, so that nothing larger than a field and the observations is held.
    """

    def add(sum_so_far: jax.Array, now: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, None]:
        share, field = now
        return sum_so_far + share * _linear(seen, field), None

    offset = jnp.broadcast_to(seen.offset, (*fields.shape[1:-3], seen.offset.shape[0])).astype(fields.dtype)
    return jax.lax.scan(add, offset, (when.T.astype(fields.dtype), fields))[0]


def assembled(
    places: Places, levels: Floats, grid: AirGrid, offset: npt.ArrayLike | None = None
) -> ObservationMap:
    """The map of observations with weights `levels` (observation, level) of layers over `places`."""
    columns = grid.shape[1] * grid.shape[2]
    entry, level = np.nonzero(levels[places.row])
    weight = places.weight[entry] * levels[places.row[entry], level]
    start = np.zeros(len(levels)) if offset is None else np.asarray(offset, dtype=float)
    cell = level * columns + places.cell[entry]
    row, cells, weights, first = (jnp.asarray(x) for x in (places.row[entry], cell, weight, start))
    return ObservationMap(row, cells, weights, first, grid.shape)


def at_places(places: Places, field: npt.ArrayLike, count: int) -> Floats:
    """A field (..., lat, lon) at `count` places: (observation, ...)."""
    values = np.asarray(field, dtype=float)
    flat = values.reshape(*values.shape[:-2], -1)
    found = np.zeros((count, *values.shape[:-2]))
    np.add.at(found, places.row, np.moveaxis(flat[..., places.cell] * places.weight, -1, 0))
    return found


def place_faults(lat: Floats, lon: Floats, where: str) -> list[Fault]:
    """Faults of latitudes [degrees north] and longitudes [degrees east] of observations."""
    if lat.ndim != 1 or lat.shape != lon.shape:
        found = f"lat {lat.shape}, lon {lon.shape}"
        return [Fault(where, "lat, lon", found, "one each for an observation", "give equal lengths")]
    tests = (("lat", lat, 90.0, "-90 to 90 degrees"), ("lon", lon, 360.0, "-360 to 360 degrees"))
    remedy = "mend or leave out these observations; latitude and longitude may be exchanged"
    return [
        Fault(where, name, f"{_some(values[bad])} at {_some(np.flatnonzero(bad))}", expected, remedy)
        for name, values, most, expected in tests
        if (bad := ~(np.abs(values) <= most)).any()
    ]


def choice_faults(where: str, **chosen: tuple[str, tuple[str, ...]]) -> list[Fault]:
    """Faults of options that are none of those accepted: `name=(value, accepted)`."""
    return [
        Fault(where, name, repr(value), f"one of {', '.join(accepted)}", "choose one of these")
        for name, (value, accepted) in chosen.items()
        if value not in accepted
    ]


def _some(values: npt.NDArray, most: int = 3) -> str:
    more = f" and {values.size - most} more" if values.size > most else ""
    return ", ".join(f"{value:g}" for value in values[:most]) + more


def places_of(
    grid: AirGrid,
    lat: Floats,
    lon: Floats,
    how: str = "bilinear",
    land: npt.ArrayLike | None = None,
) -> Places:
    """Cells and weights of places [degrees north, degrees east]; for each place the weights sum to one.

    What is merged near a pole is one cell, whose middle is the middle of its members, and each member has an equal
    part of its weight. `how` is one of HORIZONTAL; `land` (lat, lon) is the share of land, for "land".
    """
    steps = np.diff(grid.grid.lon_edges)
    if not np.allclose(steps, 360.0 / grid.grid.shape[1]):
        found = f"steps of {steps.min():g} to {steps.max():g} degrees"
        raise InputError(Fault("air grid", "lon_edges", found, "even steps eastward", "give an even grid"))
    if how == "bilinear":
        return _bilinear(grid, lat, lon)
    if how == "cell":
        edges = grid.grid.lat_edges
        row = np.clip(np.searchsorted(edges, lat, side="right") - 1, 0, len(edges) - 2)
        return _kept(
            [_members(grid, np.arange(len(lat)), row, _along_row(grid, row, lon), np.ones(len(lat)))]
        )
    return _nearest_land(grid, lat, lon, land)


def _along_row(grid: AirGrid, row: npt.NDArray[np.int64], lon: Floats) -> Floats:
    """Position along a row in merged cells: 0 is the western edge of the first."""
    columns = grid.grid.shape[1]
    group = np.asarray(grid.merged)[row]
    return ((lon - grid.grid.lon_edges[0]) % 360.0) / 360.0 * (columns // group)


def _bilinear(grid: AirGrid, lat: Floats, lon: Floats) -> Places:
    nodes = _node_latitudes(grid)
    rows, index = grid.grid.shape[0], np.arange(len(lat))
    south = np.clip(np.searchsorted(nodes, lat, side="right") - 1, 0, rows)
    gap = nodes[south + 1] - nodes[south]
    # a cap merged to one cell is its own neighbour over the pole: the gap there is nothing
    up = (lat - nodes[south]) / np.where(gap > 0.0, gap, 1.0)
    parts = []
    for node, share in ((south, 1.0 - up), (south + 1, up)):
        over_pole = (node == 0) | (node == rows + 1)
        row = np.clip(node - 1, 0, rows - 1)
        along = _along_row(grid, row, lon + 180.0 * over_pole) - 0.5
        right = along - np.floor(along)
        parts += [
            _members(grid, index, row, along, share * (1.0 - right)),
            _members(grid, index, row, along + 1.0, share * right),
        ]
    return _kept(parts)


def _node_latitudes(grid: AirGrid) -> Floats:
    """Latitudes of rows' middles, with one more beyond each pole; a cap of one cell has its middle at the pole."""
    lat, columns = grid.grid.lat.copy(), grid.grid.shape[1]
    for end, pole in ((0, -90.0), (-1, 90.0)):
        if grid.merged[end] == columns:
            lat[end] = pole
    return np.concatenate([[-180.0 - lat[0]], lat, [180.0 - lat[-1]]])


def _members(
    grid: AirGrid, index: npt.NDArray[np.int64], row: npt.NDArray[np.int64], along: Floats, weight: Floats
) -> Places:
    """Weights of merged cells `along` rows, in equal parts to their members."""
    columns = grid.grid.shape[1]
    group = np.asarray(grid.merged)[row]
    first = np.floor(along).astype(np.int64) % (columns // group) * group
    within = np.arange(group.sum()) - np.repeat(np.cumsum(group) - group, group)
    cell = np.repeat(row * columns + first, group) + within
    return Places(np.repeat(index, group), cell, np.repeat(weight / group, group))


def _kept(parts: list[Places]) -> Places:
    """All entries whose weight is not nothing, observation by observation."""
    row, cell, weight = (np.concatenate(each) for each in zip(*parts, strict=True))
    order = np.argsort(row, kind="stable")
    order = order[weight[order] != 0.0]
    return Places(row[order], cell[order], weight[order])


def _nearest_land(grid: AirGrid, lat: Floats, lon: Floats, land: npt.ArrayLike | None) -> Places:
    row, column = np.nonzero(grid.mean_in_groups(_checked_land(grid, land)) >= LAND_FROM)
    best, away = np.zeros(len(lat), dtype=np.int64), np.full(len(lat), np.inf)
    middles = _on_sphere(grid.grid.lat[row], grid.grid.lon[column])
    for i, point in enumerate(_on_sphere(lat, lon)):  # one by one: all pairs would fill the memory
        chord = np.linalg.norm(middles - point, axis=1)
        if chord.size:
            best[i], away[i] = chord.argmin(), chord.min() * EARTH_RADIUS
    if (far := np.flatnonzero(away > FARTHEST_LAND)).size:
        expected = f"land within {FARTHEST_LAND / 1e3:g} km"
        remedy = "use 'bilinear' for these observations, or check `land`"
        raise InputError(
            Fault("observations", "land", f"none near observations {_some(far)}", expected, remedy)
        )
    along = _along_row(grid, row[best], grid.grid.lon[column[best]])
    return _kept([_members(grid, np.arange(len(lat)), row[best], along, np.ones(len(lat)))])


def _checked_land(grid: AirGrid, land: npt.ArrayLike | None) -> Floats:
    share = np.asarray(np.nan if land is None else land, dtype=float)
    if share.shape == grid.grid.shape and np.isfinite(share).all():
        return share
    found = "none" if land is None else f"shape {share.shape}, or not finite"
    expected = f"share of land {grid.grid.shape}"
    raise InputError(Fault("observations", "land", found, expected, "give `land` on the grid"))


def _on_sphere(lat: Floats, lon: Floats) -> Floats:
    phi, lam = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)
