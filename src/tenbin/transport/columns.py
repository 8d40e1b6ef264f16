"""Air seen in columns: layer means, and columns weighted by a retrieval's averaging kernel and prior profile.

A retrieval reports X = sum_i h_i (xa_i + A_i (x_i - xa_i)) for the true profile x, where h are shares of dry air,
A is the column averaging kernel over h, and xa the prior (Connor et al. 2008, J. Geophys. Res. 113, D05305;
O'Dell et al. 2012, Atmos. Meas. Tech. 5, 99). So the model's column is linear in x, with the offset sum h (1 - A) xa.

A model's layers and a retrieval's rarely share a surface pressure, for their grounds and weather differ:

- `surface="stretch"`: retrieval layers are stretched to the model's dry surface pressure, so that each holds the same
  share of dry air in both. Good where h is all that is used of pressure; it also makes moot whether the retrieval's
  pressures are of dry or of moist air.
- `surface="cut"`: layers stay where they are, in dry pressure. The model's lowest layer stands for what the model has
  not, and what the model has beneath the retrieval's ground is not seen.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tenbin.core.errors import Fault, raise_if_any
from tenbin.transport.air_grid import AirGrid
from tenbin.transport.operators import (
    ObservationMap,
    Places,
    assembled,
    at_places,
    choice_faults,
    place_faults,
    places_of,
)

__all__ = ["SEEN", "SURFACE", "Soundings", "column_map", "layer_map", "layer_shares"]

Floats = npt.NDArray[np.float64]
SEEN = ("bilinear", "cell")
"""How a place is seen: see `operators.HORIZONTAL`."""
SURFACE = ("stretch", "cut")
_GROUND = (3.0e4, 1.2e5)
"""Pressures [Pa] between which the ground lies anywhere on the Earth; hPa fall outside."""
_MOST = 0.1
"""Mole fraction [mol mol-1] that no greenhouse gas reaches; ppm and ppb do."""


class Soundings(NamedTuple):
    """Columns of a satellite or a spectrometer: `lat`, `lon` [degrees] (observation,); `interfaces` (observation,
    layer + 1) [Pa] from the ground up; `weights`, shares of dry air that sum to one, `kernel` [1] and `prior`
    [mol mol-1] (observation, layer)."""

    lat: Floats
    lon: Floats
    interfaces: Floats
    weights: Floats
    kernel: Floats
    prior: Floats


def column_map(
    grid: AirGrid,
    soundings: Soundings,
    dry_pressure: npt.ArrayLike,
    surface: str = "stretch",
    how: str = "bilinear",
) -> ObservationMap:
    """The map to columns as the retrieval would report them; `dry_pressure` [Pa] (lat, lon) is the model's ground.

    All faults of all soundings are raised at once.
    """
    given = Soundings(*(_floats(x) for x in soundings))
    options = choice_faults("soundings", how=(how, SEEN), surface=(surface, SURFACE))
    raise_if_any(options + _sounding_faults(given) + _ground_faults(grid, dry_pressure))
    places, shares = _shares(grid, given.lat, given.lon, given.interfaces, dry_pressure, surface, how)
    seen = given.weights * given.kernel
    offset = np.sum((given.weights - seen) * given.prior, axis=1)
    return assembled(places, np.einsum("oi,oik->ok", seen, shares), grid, offset)


def layer_map(
    grid: AirGrid,
    lat: npt.ArrayLike,
    lon: npt.ArrayLike,
    interfaces: npt.ArrayLike,
    dry_pressure: npt.ArrayLike,
    surface: str = "cut",
    how: str = "bilinear",
) -> ObservationMap:
    """The map to means over layers of a profile by dry air, profile by profile: (profile x layer,) observations."""
    here, bounds = (_floats(lat), _floats(lon)), _floats(interfaces)
    raise_if_any(
        choice_faults("profiles", how=(how, SEEN), surface=(surface, SURFACE))
        + place_faults(*here, "profiles")
        + _interface_faults(bounds, len(here[0]), "profiles", at_ground=surface == "stretch")
        + _ground_faults(grid, dry_pressure)
    )
    places, shares = _shares(grid, *here, bounds, dry_pressure, surface, how)
    layers = shares.shape[1]
    again = np.repeat(np.arange(len(places.row)), layers)
    row = places.row[again] * layers + np.tile(np.arange(layers), len(places.row))
    each = Places(row, places.cell[again], places.weight[again])
    return assembled(each, shares.reshape(-1, grid.levels), grid)


def _floats(values: npt.ArrayLike) -> Floats:
    return np.asarray(values, dtype=float)


def _shares(
    grid: AirGrid,
    lat: Floats,
    lon: Floats,
    interfaces: Floats,
    dry_pressure: npt.ArrayLike,
    surface: str,
    how: str,
) -> tuple[Places, Floats]:
    """Places, and shares of the model's layers in those of each sounding."""
    places = places_of(grid, lat, lon, how)
    ground = at_places(places, dry_pressure, len(lat))[:, None]
    if surface == "stretch":
        interfaces = interfaces * (ground / interfaces[:, :1])
    return places, layer_shares(interfaces, grid.a + grid.b * ground)


def layer_shares(interfaces: Floats, faces: Floats) -> Floats:
    """Share (observation, layer, level) of each model layer in each layer of a sounding, by overlap in pressure.

    `interfaces` (observation, layer + 1) and `faces` (observation, level + 1) fall upwards [Pa]. Shares sum to one
    over levels: the model's lowest and highest layers stand for what lies beyond them. Where both span the same air
    none of it is lost or seen twice: weighted by thickness, shares sum over layers to the model's layer.

    >>> layer_shares(np.array([[1000.0, 400.0, 0.0]]), np.array([[1000.0, 500.0, 0.0]]))[0].round(3).tolist()
    [[0.833, 0.167], [0.0, 1.0]]
    """
    faces = np.array(faces)
    faces[:, 0] = np.maximum(faces[:, 0], interfaces[:, 0])
    faces[:, -1] = np.minimum(faces[:, -1], interfaces[:, -1])
    low = np.minimum(interfaces[:, :-1, None], faces[:, None, :-1])
    high = np.maximum(interfaces[:, 1:, None], faces[:, None, 1:])
    overlap = np.maximum(low - high, 0.0)
    return overlap / overlap.sum(axis=2, keepdims=True)


def _ground_faults(grid: AirGrid, dry_pressure: npt.ArrayLike) -> list[Fault]:
    ground, (low, high) = np.asarray(dry_pressure, dtype=float), _GROUND
    if ground.shape != grid.grid.shape:
        found = f"shape {ground.shape}"
        return [
            Fault("model", "dry_pressure", found, str(grid.grid.shape), "give surface pressure on the grid")
        ]
    if not ((ground >= low) & (ground <= high)).all():
        found, expected = f"{ground.min():g} to {ground.max():g}", f"{low:g} to {high:g} Pa"
        return [Fault("model", "dry_pressure", found, expected, "convert it to Pa, and leave no gap")]
    return []


def _sounding_faults(given: Soundings) -> list[Fault]:
    where = "soundings"
    lat, lon, interfaces, weights, kernel, prior = given
    faults = place_faults(lat, lon, where) + _interface_faults(interfaces, lat.size, where, at_ground=True)
    shape = (lat.size, interfaces.shape[-1] - 1 if interfaces.ndim else 0)
    for name, values in (("weights", weights), ("kernel", kernel), ("prior", prior)):
        if values.shape != shape:
            remedy = "interfaces are one more than layers: give the bounds of layers, not their middles"
            faults.append(
                Fault(where, name, f"shape {values.shape}", f"{shape} (observation, layer)", remedy)
            )
        elif bad := int((~np.isfinite(values)).any(axis=1).sum()):
            faults.append(
                Fault(where, name, f"{bad} soundings not finite", "numbers", "leave these soundings out")
            )
    if (
        weights.shape == shape
        and np.isfinite(weights).all()
        and (np.abs(weights.sum(axis=1) - 1.0) > 1e-3).any()
    ):
        found = f"sums {weights.sum(axis=1).min():g} to {weights.sum(axis=1).max():g}"
        faults.append(Fault(where, "weights", found, "1", "give the pressure weighting function"))
    if prior.size and np.nanmax(prior) > _MOST:
        found = f"up to {np.nanmax(prior):g}"
        faults.append(Fault(where, "prior", found, "mol mol-1", "multiply ppm by 1e-6, ppb by 1e-9"))
    return faults


def _interface_faults(interfaces: Floats, count: int, where: str, at_ground: bool) -> list[Fault]:
    """Faults of interfaces (observation, layer + 1) [Pa]; `at_ground` says that the first must be the ground's."""
    name = "interfaces"
    if interfaces.ndim != 2 or len(interfaces) != count or interfaces.shape[1] < 2:
        found = f"shape {interfaces.shape}"
        return [Fault(where, name, found, f"({count}, layer + 1)", "give one row for each observation")]
    if not len(interfaces):
        return []
    if not np.isfinite(interfaces).all():
        bad = int((~np.isfinite(interfaces)).any(axis=1).sum())
        return [Fault(where, name, f"{bad} rows not finite", "pressures", "leave these observations out")]
    faults = []
    if not (np.diff(interfaces, axis=1) < 0.0).all() or interfaces.min() < 0.0:
        found = f"{interfaces[0, 0]:g} to {interfaces[0, -1]:g}, not falling everywhere"
        faults.append(
            Fault(where, name, found, "pressure that falls upwards to 0 or more", "reverse the layers")
        )
    first, (low, high) = interfaces.max(axis=1), _GROUND
    if (first > high).any() or (at_ground and (first < low).any()) or first.max() <= 1200.0:
        found = f"{first.min():g} to {first.max():g} at the ground"
        faults.append(Fault(where, name, found, f"{low:g} to {high:g} Pa", "convert hPa to Pa"))
    return faults
