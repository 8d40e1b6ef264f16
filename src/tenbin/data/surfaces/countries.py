"""Country polygons of Natural Earth, under the codes that inventories use, with exact areas on the sphere."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from tenbin.core.constants import EARTH_RADIUS
from tenbin.core.errors import Fault, InputError
from tenbin.data.inventories.country_codes import by_number
from tenbin.data.inventories.tables import PathLike, read_text, source_path
from tenbin.data.surfaces import topojson
from tenbin.data.tidy import choose, describe

PRODUCT = "countries"
FILES = {"50m": "world-atlas_countries-50m.json", "110m": "world-atlas_countries-110m.json"}
"""Resolution -> file; 241 shapes at 1:50 million, 177 at 1:110 million."""

WITHOUT_CODE = {
    "Kosovo": "XKX",
    "N. Cyprus": "CYP",
    "Somaliland": "SOM",
    "Indian Ocean Ter.": "CXR",
    "Siachen Glacier": "IND",
}
"""Shapes without ISO number -> the code under which inventories count their people. No view on any border."""

_OVERSEAS = {
    "FRA": {
        "GUF": (-55.5, 1.5, -51.0, 6.5),
        "GLP": (-62.0, 15.7, -60.9, 16.7),
        "MTQ": (-61.4, 14.2, -60.6, 15.1),
        "REU": (55.0, -21.6, 56.0, -20.6),
        "MYT": (44.9, -13.2, 45.5, -12.4),
    },
    "NOR": {"SJM": (-10.0, 70.0, 35.5, 81.5), "BVT": (3.0, -55.0, 4.0, -54.0)},
    "NLD": {"BES": (-69.0, 11.8, -62.5, 18.0)},
}
# Svalbard's box would hold Norway's north, so a part belongs to a territory only if it lies in its box
# entirely and west of 35.5E and, for Norway, north of 73N or west of 0E.
_LONGEST_EDGE = (
    0.25  # degree; longer ones are divided, so that straight in latitude stays straight in its sine
)


def read(path: PathLike | None = None, resolution: str = "50m", overseas: bool = True) -> pd.DataFrame:
    """Countries by ISO3 code: name, geometry (longitude, latitude in degrees) and area [m2], sorted by code.

    Russia and Fiji are cut at the dateline and Antarctica closed along the pole, so that no place lies in
    two countries. With `overseas`, parts that inventories count apart (French Guiana, Svalbard ...) have
    their own code. Shapes of one code (Australia is two) are joined. Source: Natural Earth by world-atlas
    2.0.2.
    """
    file = source_path(path, PRODUCT, FILES[choose(resolution, FILES, "resolution", "countries")])
    shapes = topojson.read(file, "countries")
    rows = [(_code(properties, file), properties["name"], shape) for properties, shape in shapes]
    rows = [piece for row in rows for piece in (_apart(*row) if overseas else [row])]
    frame = pd.DataFrame(rows, columns=["iso3", "name", "geometry"])
    frame = frame.groupby("iso3", as_index=False).agg({"name": "first", "geometry": _joined})
    frame["area"] = [area(shape) for shape in frame["geometry"]]
    return describe(frame, PRODUCT, file, area_unit="m2", resolution=resolution)


def _code(properties: dict[str, str | None], file: PathLike) -> str:
    number, name = properties["id"], str(properties.get("name"))
    if number is None and name in WITHOUT_CODE:
        return WITHOUT_CODE[name]
    if number in by_number():
        return by_number()[str(number)]
    found = f"{name!r} with id {number!r}"
    raise InputError(Fault(str(file), "id", found, "an ISO 3166-1 number", "add it to country_codes.csv"))


def _joined(shapes: pd.Series) -> BaseGeometry:
    return shapely.union_all(list(shapes)) if len(shapes) > 1 else shapes.iloc[0]


def _apart(iso3: str, name: str, shape: BaseGeometry) -> list[tuple[str, str, BaseGeometry]]:
    """The shape as itself and its overseas parts, each a row."""
    boxes = {code: shapely.box(*bounds) for code, bounds in _OVERSEAS.get(iso3, {}).items()}
    if not boxes:
        return [(iso3, name, shape)]
    parts = pd.Series(list(shapely.get_parts(shape)), dtype=object)
    owners = parts.map(lambda part: _owner(part, boxes, iso3))
    groups = [(str(code), shapely.MultiPolygon(list(some))) for code, some in parts.groupby(owners)]
    return [(code, name if code == iso3 else code, some) for code, some in groups]


def _owner(part: BaseGeometry, boxes: dict[str, BaseGeometry], iso3: str) -> str:
    inside = [code for code, box in boxes.items() if box.contains(part)]
    if not inside or (inside[0] == "SJM" and not (part.bounds[1] > 73.0 or part.bounds[2] < 0.0)):
        return iso3
    return inside[0]


def equal_area(shape: BaseGeometry) -> BaseGeometry:
    """The shape on the cylinder (longitude [radian], sine of latitude [1]): times R^2, its area is exact.

    Lambert's projection, exact on the sphere. An edge is meant as straight in longitude and latitude, as in
    the file; edges are divided to a quarter degree first, the same for both neighbours of a border.
    """
    divided = shapely.segmentize(shape, _LONGEST_EDGE)
    return shapely.transform(
        divided, lambda xy: np.column_stack([np.radians(xy[:, 0]), np.sin(np.radians(xy[:, 1]))])
    )


def area(shape: BaseGeometry) -> float:
    """Area [m2] on a sphere of radius EARTH_RADIUS of a polygon in degrees.

    >>> import shapely
    >>> round(area(shapely.box(0.0, 30.0, 90.0, 90.0)) / 5.1006447e14, 6)  # a quarter of a quarter
    0.0625
    """
    return float(equal_area(shape).area) * float(EARTH_RADIUS) ** 2


def read_attributes(path: PathLike | None = None) -> pd.DataFrame:
    """iso3, name, continent, population [1], gdp [million US$] of 177 countries.

    Kosovo's -99 becomes XKX; Northern Cyprus and Somaliland keep the file's own CYN and SOL.
    """
    file = source_path(path, PRODUCT, "ne_110m_admin_0_countries_lowres.geojson")
    try:
        rows = [feature["properties"] for feature in json.loads(read_text(file))["features"]]
        frame = pd.DataFrame(rows)[["iso_a3", "name", "continent", "pop_est", "gdp_md_est"]]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        found = f"no GeoJSON of countries ({type(error).__name__}: {error})"
        expected = "features with iso_a3, name, continent, pop_est, gdp_md_est"
        raise InputError(Fault(str(Path(file)), "features", found, expected, "fetch it again")) from error
    frame.columns = ["iso3", "name", "continent", "population", "gdp"]
    nameless = frame["iso3"] == "-99"
    frame.loc[nameless, "iso3"] = frame.loc[nameless, "name"].map(WITHOUT_CODE)
    return describe(frame, PRODUCT, file, gdp_unit="million US$")
