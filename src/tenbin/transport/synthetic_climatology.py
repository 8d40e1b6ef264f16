"""Mean winds and temperature of January and June, which a made-up year can be held to: monsoons, jets, overturnings.

The tropics follow the means: their winds are pulled to them, and the heat is added that the mean overturning takes
(what the dry equations would do to the mean temperature, with the opposite sign), for the rain that gives it is
lacking. The rest of the troposphere has the means' temperature to live on and winds and storms of its own.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.interpolate import RegularGridInterpolator

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import GRAVITY
from tenbin.core.errors import InputError
from tenbin.data.inventories.tables import source_path
from tenbin.data.meteorology import ncep

__all__ = [
    "FILES",
    "Means",
    "digest",
    "means_of",
    "of_season",
    "on_layers",
    "share_held",
    "sharpened",
    "tropics",
    "where_given",
]

Floats = npt.NDArray[np.float64]
FILES = ("ncar_uvt_jan1988_T42.nc", "ncep_june_climatology_T42.nc")
"""January 1988 and the mean of the Junes from 1979 on, NCEP/NCAR reanalysis."""
HELD = (8e3, 1.6e4)
"""[Pa] the air is held below the second pressure, not above the first, where means end; own choice."""
_ROUNDS = 3
LAPSE = 6.5e-3
DRY_AIR = 287.05
"""[K m-1], [J kg-1 K-1], US Standard Atmosphere 1976."""
SEA_LEVEL = 101325.0
"""[Pa] everywhere: where the ground is high is what matters to the air's mass, and one file has no pressure."""


class Means(NamedTuple):
    """A month's means: `lat`, `lon` [degrees] ascending, `pressure` [Pa] from the ground up, `u`, `v` [m s-1] and
    `temperature` [K] (level, lat, lon)."""

    lat: Floats
    lon: Floats
    pressure: Floats
    u: Floats
    v: Floats
    temperature: Floats


@cache
def means_of(folder: Path) -> tuple[Means, Means]:
    """January and June of the two FILES in `folder`. InputError where one is absent or unreadable."""
    january, june = (folder / name for name in FILES)
    return _means(ncep.read_january_1988(january)), _means(ncep.read(june))


def _means(data: Any) -> Means:
    one = data.isel(time=0)
    fields = (np.asarray(one[name].values, dtype=float) for name in ("ua", "va", "ta"))
    return Means(*(one[name].values.astype(float) for name in ("lat", "lon", "level")), *fields)


def where_given() -> Path | None:
    """The folder of the two FILES among the data that `$TENBIN_DATA` names, if both are there."""
    try:
        folder = source_path(None, ncep.PRODUCT, FILES[0]).parent
    except InputError:
        return None
    return folder if all((folder / name).is_file() for name in FILES) else None


def digest(folder: Path) -> str:
    """Tells contents of the two files from others."""
    both = hashlib.sha256()
    for name in FILES:
        both.update((folder / name).read_bytes())
    return both.hexdigest()[:16]


def on_layers(
    means: Means, lat: Floats, lon: Floats, sigma: Floats, height: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """`u`, `v`, `temperature` (layer, lat, lon) at shares `sigma` of surface pressure over ground of `height` [m]
    (lat, lon), and that surface pressure [Pa].

    Linear in latitude, longitude and the logarithm of pressure; beyond the lowest and highest levels as there.
    """
    around = np.concatenate([means.lon, means.lon[:1] + 360.0])
    east = means.lon[0] + (lon - means.lon[0]) % 360.0
    points = np.stack(np.meshgrid(np.clip(lat, means.lat[0], means.lat[-1]), east, indexing="ij"), axis=-1)
    placed = []
    for field in (means.u, means.v, means.temperature):
        values = np.concatenate([field, field[..., :1]], axis=-1).transpose(1, 2, 0)
        placed.append(RegularGridInterpolator((means.lat, around), values)(points).transpose(2, 0, 1))
    # the lowest level, 1000 hPa, is all but at sea level, continued beneath high ground by the analysis
    surface = SEA_LEVEL * (1.0 - LAPSE * height / placed[2][0]) ** (GRAVITY / (DRY_AIR * LAPSE))
    wanted = np.log(sigma[:, None, None] * surface)
    u, v, temperature = (_at_pressures(field, np.log(means.pressure), wanted) for field in placed)
    return u, v, temperature, surface


def _at_pressures(field: Floats, levels: Floats, wanted: Floats) -> Floats:
    """`field` (level, ...) on `levels` that fall, at `wanted` (layer, ...)."""
    upper = np.clip(np.searchsorted(-levels, -wanted), 1, levels.size - 1)
    span = levels[upper - 1] - levels[upper]
    part = np.clip((levels[upper - 1] - wanted) / span, 0.0, 1.0)
    below, above = (np.take_along_axis(field, at, axis=0) for at in (upper - 1, upper))
    return np.asarray((1.0 - part) * below + part * above)


def share_held(sigma: npt.ArrayLike) -> Floats:
    """How far layers at shares `sigma` of surface pressure are held: 1 in the troposphere, nought above."""
    return np.clip((1e5 * np.asarray(sigma, dtype=float) - HELD[0]) / (HELD[1] - HELD[0]), 0.0, 1.0)


def tropics(lat: npt.ArrayLike, edge: float, width: float = 6.0) -> Floats:
    """Share held at `lat` [degrees]: 1 at the equator, a half at the edge."""
    return np.asarray(0.5 * (1.0 - np.tanh((np.abs(np.asarray(lat)) - edge) / width)))


def sharpened(sin_lat: jax.Array, sigma: jax.Array, by: float) -> jax.Array:
    """[K] warmer at 22 and colder at 67 degrees by 0.7 `by`, below 15 to 30 % of surface pressure; broadcast.

    Storms even out the contrast that they live on, and the means have been evened out by them: air pulled to the
    means themselves has hardly any.
    """
    double = 2.0 * jnp.arcsin(sin_lat)
    return by * jnp.sin(double) * jnp.sin(2.0 * double) * jnp.clip((sigma - 0.15) / 0.15, 0.0, 1.0)


def of_season(january: Any, june: Any, season: jax.Array, moving: Any) -> Any:
    """The state between two states of the dynamics at a `season`, 1 in northern midsummer and -1 in midwinter.

    The same divergence is added to all layers of each column, so that the equations `moving` keep its surface
    pressure: means that were brought to other levels fill and empty columns.
    """
    share = 0.5 * (1.0 + season)
    state = jax.tree.map(lambda a, b: (1.0 - share) * a + share * b, january, june)
    for _ in range(_ROUNDS):
        filling = moving.explicit_terms(state).log_surface_pressure
        filling = filling + moving.implicit_terms(state).log_surface_pressure
        state = state.replace(divergence=state.divergence + filling)
    return state
