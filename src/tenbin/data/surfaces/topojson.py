"""TopoJSON to polygons in degrees: arcs joined to rings, and rings cut where they cross the dateline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from tenbin.core.errors import Fault, InputError
from tenbin.data.inventories.tables import PathLike, read_text

Arcs = list[np.ndarray]
_WORLD = (-180.0, -90.0, 180.0, 90.0)


def read(path: PathLike, name: str) -> list[tuple[dict[str, Any], BaseGeometry]]:
    """Properties (with 'id', an ISO number or None) and polygon of each object of the collection `name`.

    Coordinates are longitude -180..180 and latitude [degrees]; no ring crosses the dateline, and polygons are
    valid. Raises InputError if the file is no TopoJSON or lacks the collection.
    """
    topology = _parsed(path)
    try:
        arcs = _arcs(topology)
        shapes = topology["objects"][name]["geometries"]
        return [(_properties(shape), _polygons(shape, arcs)) for shape in shapes]
    except (KeyError, TypeError, IndexError, ValueError) as error:
        found = f"a topology that cannot be followed ({type(error).__name__}: {error})"
        expected = f"arcs, and objects.{name}.geometries"
        raise InputError(Fault(str(path), "objects", found, expected, "fetch the product again")) from error


def _parsed(path: PathLike) -> dict[str, Any]:
    try:
        topology = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        fault = Fault(
            str(Path(path)), "file", f"damaged JSON ({error})", "a whole TopoJSON file", "refetch it"
        )
        raise InputError(fault) from error
    if not isinstance(topology, dict) or topology.get("type") != "Topology":
        raise InputError(Fault(str(path), "type", "something else", "'Topology'", "give a TopoJSON file"))
    return topology


def _properties(shape: dict[str, Any]) -> dict[str, Any]:
    return {"id": shape.get("id")} | dict(shape.get("properties", {}))


def _arcs(topology: dict[str, Any]) -> Arcs:
    """Arcs (n, 2) in degrees; quantised ones are stored as whole-number steps."""
    if "transform" not in topology:
        return [np.asarray(arc, dtype=float)[:, :2] for arc in topology["arcs"]]
    scale, shift = (np.asarray(topology["transform"][key], dtype=float) for key in ("scale", "translate"))
    return [
        np.cumsum(np.asarray(arc, dtype=float)[:, :2], axis=0) * scale + shift for arc in topology["arcs"]
    ]


def _polygons(shape: dict[str, Any], arcs: Arcs) -> BaseGeometry:
    """All polygons of one object, inside -180..180."""
    many = {"Polygon": lambda x: [x], "MultiPolygon": lambda x: x}[shape["type"]](shape["arcs"])
    parts = [within_dateline([_ring(ring, arcs) for ring in polygon]) for polygon in many]
    parts = [part for part in parts if not part.is_empty]
    return parts[0] if len(parts) == 1 else shapely.union_all(parts)


def _ring(indices: list[int], arcs: Arcs) -> np.ndarray:
    """Points (n, 2) of a ring; a negative index ~i is arc i backward; joints are stored twice, used once."""
    pieces = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices]
    return np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])


def within_dateline(rings: list[np.ndarray]) -> BaseGeometry:
    """Polygon of rings, each (n, 2) of longitude and latitude [degrees], cut at 180 degrees.

    A step of more than 180 degrees of longitude is a crossing of the dateline. A ring that goes once round
    the globe encloses the nearer pole, and is closed along it. A place is inside if an odd number of rings
    hold it, so that a hole, and the ring that Antarctica's map has about the pole itself, is outside.
    """
    shape = _filled(rings[0])
    for ring in rings[1:]:
        shape = shapely.symmetric_difference(shape, _filled(ring))
    return _valid(shape)


def _filled(ring: np.ndarray) -> BaseGeometry:
    """The inside of one ring, within -180..180."""
    ring = np.round(ring, 10)  # ten micrometres; GEOS fails to cut at coordinates that are all but zero
    polygon = _valid(shapely.Polygon(_around_pole(_unwrapped(ring))))
    west, _, east, _ = polygon.bounds
    if polygon.is_empty or (west >= -180.0 and east <= 180.0):  # a coarse map holds islets of no area
        return polygon
    turns = range(int(np.floor((west + 180.0) / 360.0)), int(np.ceil((east + 180.0) / 360.0)))
    pieces = [_turned(polygon, turn) for turn in turns]
    return shapely.union_all([piece for piece in pieces if piece.area > 0.0])


def _unwrapped(ring: np.ndarray) -> np.ndarray:
    """The ring with longitudes made continuous: no step is longer than half a turn."""
    steps = np.diff(ring[:, 0])
    turns = np.concatenate([[0.0], np.cumsum(np.round(steps / 360.0))])
    return np.column_stack([ring[:, 0] - 360.0 * turns, ring[:, 1]])


def _around_pole(ring: np.ndarray) -> np.ndarray:
    if abs(ring[-1, 0] - ring[0, 0]) < 180.0:
        return ring
    pole = np.copysign(90.0, ring[:, 1].mean())
    return np.vstack([ring, [ring[-1, 0], pole], [ring[0, 0], pole]])


def _turned(polygon: BaseGeometry, turn: int) -> BaseGeometry:
    """The part of the polygon within whole turn `turn`, brought back to -180..180."""
    moved = shapely.transform(polygon, lambda xy: xy - np.array([360.0 * turn, 0.0]))
    return _valid(shapely.intersection(moved, shapely.box(*_WORLD)))


def _valid(shape: BaseGeometry) -> BaseGeometry:
    """The polygons of a shape, self-touchings mended; lines and points left by cutting are dropped."""
    shape = shape if shape.is_valid else shapely.make_valid(shape)
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shape if shape.geom_type in ("Polygon", "MultiPolygon") else shapely.union_all(parts)
