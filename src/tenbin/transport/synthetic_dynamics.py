"""A made-up dry atmosphere in motion: primitive equations in spherical harmonics, by the dycore of NeuralGCM.

`dinosaur-dycore` (Kochkov et al. 2024, Nature 632, 1060) steps vorticity, divergence, temperature and the logarithm
of surface pressure, semi-implicitly; `synthetic_forcing` keeps it going. 32-bit arithmetic inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import DRY_PRESSURE, GRAVITY
from tenbin.core.errors import Fault, InputError
from tenbin.core.grid import regular_grid
from tenbin.data.surface_fluxes import land_share
from tenbin.transport import synthetic_climatology as climatology
from tenbin.transport.synthetic_forcing import (
    ANTARCTICA,
    HILLS,
    Forcing,
    Hill,
    drag,
    equilibrium_temperature,
    land_temperature,
    mountains,
    relaxation_rate,
    season,
)
from tenbin.transport.synthetic_stirring import Stirring, heights, patterns

__all__ = ["Dynamics", "Weather", "held_to", "needs_dinosaur", "sigma_faces", "weather"]

Floats = npt.NDArray[np.float64]
HOURS = 6.0
"""Length of an interval [h]."""


@dataclass(frozen=True)
class Dynamics:
    """How the atmosphere is stepped: waves around the globe, layers, step [min], days thrown away first, ground,
    seed, what drives it, rain that comes and goes, and the folder of the `means` it is held to, if any."""

    waves: int = 31
    layers: int = 20
    step: float = 45.0
    spin_up: int = 90
    hills: tuple[Hill, ...] = HILLS
    dome: float = ANTARCTICA
    seed: int = 0
    forcing: Forcing = Forcing()
    stirring: Stirring = Stirring()
    means: Path | None = None


def held_to(means: Path, seed: int = 0) -> Dynamics:
    """Dynamics of air that is held to the means of analyses in a folder.

    Their tropics are calmed by that and want more rain that varies; their stratosphere is driven by more waves from
    below and wants less of what stands for those that are lacking. Own choices, by northward winds of the tropics in
    analyses, by the 6e9 kg s-1 that rise through 70 hPa there in reanalyses and by the lifetime of N2O.
    """
    forcing = Forcing(gravity_waves=50.0, stratosphere_time=30.0)
    return Dynamics(forcing=forcing, stirring=Stirring(heat=7.0), means=means, seed=seed)


class Weather(NamedTuple):
    """An interval of 6 h on the points of the dynamics: `lat`, `lon` ascending [degrees], `sigma` (level,) from the
    ground up; `u`, `v` [m s-1] (level, lat, lon) means weighted by surface pressure; `temperature` [K] and `ps` [Pa]
    when it begins."""

    lat: Floats
    lon: Floats
    sigma: Floats
    u: npt.NDArray[np.float32]
    v: npt.NDArray[np.float32]
    temperature: npt.NDArray[np.float32]
    ps: npt.NDArray[np.float32]


def needs_dinosaur() -> Any:
    """The package `dinosaur`, or InputError with the way to get it."""
    try:
        return import_module("dinosaur")
    except ImportError as error:
        remedy = 'pip install "tenbin[met]", or name meteorology that you have'
        raise InputError(
            Fault("synthetic meteorology", "dinosaur-dycore", "nothing", "a package", remedy)
        ) from error


def sigma_faces(layers: int) -> Floats:
    """Faces (layer + 1,) of layers from the top, 0, to the ground, 1: as thin near the ground as those of
    `air_grid.hybrid_layers`."""
    x = np.linspace(1.0, 0.0, layers + 1)
    return np.asarray((1.0 - x**1.3) ** 2.4)


def weather(how: Dynamics) -> Iterator[Weather]:
    """Interval after interval without end, the first at midnight of 1 January after `how.spin_up` days."""
    needs_dinosaur()
    with _in_32_bits():
        core = _core(replace(how, seed=0, spin_up=0))  # compiled once for all of them
        state = _at_rest(core.coords, how)
    day, waiting = -float(how.spin_up), None
    rain = patterns(core.lat, core.lon, HOURS, how.seed, how.stirring)
    while True:
        heat = np.asarray(next(rain).T, "float32")
        with _in_32_bits():
            state, parts = core.advance(state, season(day + HOURS / 48.0, how.forcing.lag), heat)
        if waiting is not None:  # the next interval is on its way while this one is put to use
            yield _from_south_and_ground(core, waiting)
        waiting = parts if day >= 0.0 else None
        day += HOURS / 24.0


def _in_32_bits() -> AbstractContextManager[Any]:
    """Half the time of 64 bits, of which weather that nobody knows has no need."""
    place = jax if hasattr(jax, "enable_x64") else import_module("jax.experimental")  # before 0.8 or so
    return cast("AbstractContextManager[Any]", place.enable_x64(False))


class _Core(NamedTuple):
    coords: Any
    lat: Floats
    lon: Floats
    sigma: Floats
    advance: Callable[[Any, float, Any], tuple[Any, Any]]


def _from_south_and_ground(core: _Core, parts: Any) -> Weather:
    """Arrays of the dynamics (level from the top, lon, lat from the south) in our order."""
    u, v, temperature, ps = (np.asarray(x).transpose(0, 2, 1)[::-1] for x in parts)
    if not np.isfinite(ps).all():
        remedy = "take a shorter step"
        raise InputError(Fault("synthetic meteorology", "surface pressure", "no number", "numbers", remedy))
    return Weather(core.lat, core.lon, core.sigma, u, v, temperature, ps[0])


@cache
def _core(how: Dynamics) -> _Core:
    from dinosaur import coordinate_systems, sigma_coordinates, spherical_harmonic

    horizontal = getattr(spherical_harmonic.Grid, f"T{how.waves}")()
    vertical = sigma_coordinates.SigmaCoordinates(sigma_faces(how.layers))
    coords = coordinate_systems.CoordinateSystem(horizontal, vertical)
    lat, lon = np.degrees(horizontal.latitudes), np.degrees(horizontal.longitudes)
    return _Core(coords, lat, lon, vertical.centers[::-1], _advance(coords, how))


def _specs() -> Any:
    from dinosaur import primitive_equations

    return primitive_equations.PrimitiveEquationsSpecs.from_si()


def _amount(value: float, unit: str) -> float:
    """In the units of the dynamics, where the radius and the rate of rotation are 1."""
    from dinosaur import scales

    return float(_specs().nondimensionalize(value * scales.units(unit)))


_REFERENCE = 288.0
"""[K] about which the dynamics is implicit."""


def _relief(coords: Any, how: Dynamics) -> Floats:
    """Height [m] (lon, lat)."""
    lon, sin_lat = coords.horizontal.nodal_mesh
    return mountains(np.degrees(np.arcsin(sin_lat)), np.degrees(lon), how.hills, how.dome)


def _land(coords: Any) -> jax.Array:
    """Share of land less the mean of its latitude [1] (lon, lat), as smooth as the waves."""
    lon, sin_lat = coords.horizontal.nodal_mesh
    cells = regular_grid(2.5, 2.5)
    row = np.searchsorted(cells.lat_edges, np.degrees(np.arcsin(sin_lat))) - 1
    column = np.floor((np.degrees(lon) + 180.0) % 360.0 / 2.5).astype(int)
    share = land_share.on_grid(cells)[row, column]
    smooth = coords.horizontal.to_nodal(coords.horizontal.to_modal(jnp.asarray(share, "float32")))
    return jnp.asarray(smooth - smooth.mean(axis=0, keepdims=True), "float32")


def _at_rest(coords: Any, how: Dynamics) -> Any:
    """Air at rest over the hills, as warm as the mean over the globe of what it is pulled towards, but for whirls of
    1e-6 s-1 that the seed draws."""
    from dinosaur import primitive_equations

    sigma, sin_lat = coords.vertical.centers[:, None], np.linspace(-0.99, 0.99, 100)
    wanted = equilibrium_temperature(jnp.asarray(sin_lat), jnp.asarray(sigma * 1e5), 0.0, how.forcing)
    mean = np.asarray(wanted).mean(-1)
    pressure = np.exp(-GRAVITY * _relief(coords, how) / (287.05 * _REFERENCE))[None] * DRY_PRESSURE
    whirls = 1e-6 * np.random.default_rng(how.seed).normal(size=coords.horizontal.nodal_shape)
    to_modal = coords.horizontal.to_modal
    one = to_modal(jnp.asarray(whirls * _amount(1.0, "1/second"), "float32"))
    vorticity = jnp.broadcast_to(coords.horizontal.clip_wavenumbers(one), coords.modal_shape)
    zero = jnp.zeros(coords.modal_shape, "float32")
    warm = jnp.asarray((mean - _REFERENCE)[:, None, None] * np.ones_like(whirls), "float32")
    log_pressure = to_modal(jnp.asarray(np.log(pressure * _amount(1.0, "pascal")), "float32"))
    return primitive_equations.State(vorticity, zero, to_modal(warm), log_pressure)


def _advance(coords: Any, how: Dynamics) -> Callable[[Any, float, Any], tuple[Any, Any]]:
    """A function that takes the state through an interval and tells the mean winds and how the interval began."""
    from dinosaur import primitive_equations, time_integration

    reference = np.full(coords.vertical.layers, _REFERENCE, "float32")
    relief = jnp.asarray(_relief(coords, how) * _amount(1.0, "meter"), "float32")
    modal = primitive_equations.truncated_modal_orography(relief, coords)
    moving = primitive_equations.PrimitiveEquations(reference, modal, coords, _specs())
    dt = _amount(how.step, "minute")
    smooth = time_integration.exponential_step_filter(
        coords.horizontal, dt, tau=_amount(2.4, "hour"), order=4
    )
    count = round(HOURS * 60.0 / how.step)
    months = None if how.means is None else _months(coords, how, how.means)

    def advance(state: Any, season: jax.Array, rain: jax.Array) -> tuple[Any, Any]:
        mean = None if months is None else climatology.of_season(*months, season, moving)
        forced = _forcing(coords, how, _Now(season, rain), mean, moving)
        equations = time_integration.compose_equations([moving, forced])
        step = time_integration.step_with_filters(time_integration.imex_rk_sil3(equations, dt), [smooth])

        def one(carry: tuple[Any, Any], _: None) -> tuple[tuple[Any, Any], None]:
            after = step(carry[0])
            return (after, jax.tree.map(jnp.add, carry[1], _carried(coords, after))), None

        first = _carried(coords, state)  # the ends of the interval count half
        half = jax.tree.map(lambda x: 0.5 * x, first)
        (after, total), _ = jax.lax.scan(one, (state, half), None, length=count)
        total = jax.tree.map(lambda s, x: s - 0.5 * x, total, _carried(coords, after))
        temperature = coords.horizontal.to_nodal(state.temperature_variation) + _REFERENCE
        begins = (temperature, _pressure(coords, state) / _amount(1.0, "pascal"))
        speed = _amount(1.0, "meter/second")
        winds = tuple(x / total[2] / speed for x in total[:2])
        return _with_mass_kept(coords, after), (*winds, *begins)

    return cast("Callable[[Any, float, Any], tuple[Any, Any]]", jax.jit(advance))


def _pressure(coords: Any, state: Any) -> jax.Array:
    return jnp.exp(coords.horizontal.to_nodal(state.log_surface_pressure))


def _carried(coords: Any, state: Any) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Winds times surface pressure, and surface pressure."""
    from dinosaur import spherical_harmonic

    u, v = spherical_harmonic.vor_div_to_uv_nodal(coords.horizontal, state.vorticity, state.divergence)
    pressure = _pressure(coords, state)
    return u * pressure, v * pressure, pressure


def _with_mass_kept(coords: Any, state: Any) -> Any:
    """The logarithm of pressure is stepped, so that mass wanders: it is set back to that of the Earth."""
    log_pressure = coords.horizontal.to_nodal(state.log_surface_pressure)
    mean = coords.horizontal.integrate(jnp.exp(log_pressure)) / (4.0 * np.pi)
    wanted = float(DRY_PRESSURE) * _amount(1.0, "pascal")
    kept = log_pressure + jnp.log(wanted / mean)[..., None, None]
    return state.replace(log_surface_pressure=coords.horizontal.to_modal(kept))


def _months(coords: Any, how: Dynamics, folder: Path) -> tuple[Any, Any]:
    """January and June as states of the dynamics."""
    january, june = climatology.means_of(folder)
    return _state_of(coords, how, january), _state_of(coords, how, june)


def _state_of(coords: Any, how: Dynamics, means: climatology.Means) -> Any:
    from dinosaur import primitive_equations, spherical_harmonic

    grid, relief = coords.horizontal, _relief(coords, how).T
    lat, lon = np.degrees(grid.latitudes), np.degrees(grid.longitudes)
    u, v, temperature, surface = climatology.on_layers(means, lat, lon, coords.vertical.centers, relief)
    speed = _amount(1.0, "meter/second")
    winds = (jnp.asarray((x * speed).transpose(0, 2, 1), "float32") for x in (u, v))
    vorticity, divergence = spherical_harmonic.uv_nodal_to_vor_div_modal(grid, *winds)
    warm = jnp.asarray((temperature - _REFERENCE).transpose(0, 2, 1), "float32")
    log_pressure = jnp.asarray(np.log(surface * _amount(1.0, "pascal")).T[None], "float32")
    smooth = (grid.clip_wavenumbers(grid.to_modal(one)) for one in (warm, log_pressure))
    return primitive_equations.State(vorticity, divergence, *smooth)


Terms = Callable[[Any], Any]


def _forcing(coords: Any, how: Dynamics, now: _Now, mean: Any, moving: Any) -> Any:
    """Relaxation, friction and rain as tendencies of the dynamics, of air that is held to the state `mean` if any."""
    from dinosaur import time_integration

    free = _free(coords, how, now)
    terms = free if mean is None else _held(coords, how, now, free, mean, moving)
    return time_integration.ExplicitODE.from_functions(terms)


class _Now(NamedTuple):
    """What drives an interval: the `season`, and `rain`, heat [K d-1] (lon, lat) that comes and goes."""

    season: jax.Array
    rain: jax.Array


def _column(values: Floats) -> jax.Array:
    return jnp.asarray(values, "float32")[:, None, None]


def _rain(coords: Any, how: Dynamics, now: _Now) -> jax.Array:
    """Its heating (level, lon, lat)."""
    aloft = _column(heights(coords.vertical.centers, how.stirring))
    return aloft * now.rain / (86400.0 * _amount(1.0, "second"))


def _free(coords: Any, how: Dynamics, now: _Now) -> Terms:
    """Towards rest near the ground and the temperature of `synthetic_forcing`."""
    from dinosaur import primitive_equations

    grid = coords.horizontal
    second, pascal = _amount(1.0, "second"), _amount(1.0, "pascal")
    sigma = _column(coords.vertical.centers)
    sin_lat = jnp.asarray(grid.nodal_mesh[1], "float32")
    friction = _column(drag(coords.vertical.centers, how.forcing) / second)
    rate = relaxation_rate(sin_lat, sigma, how.forcing) / second
    rain = _rain(coords, how, now)
    on_land = land_temperature(sin_lat, sigma, now.season, _land(coords), how.forcing)

    def terms(state: Any) -> Any:
        pressure = sigma * _pressure(coords, state) / pascal
        wanted = equilibrium_temperature(sin_lat, pressure, now.season, how.forcing) + on_land
        warming = rate * (wanted - _REFERENCE - grid.to_nodal(state.temperature_variation)) + rain
        return primitive_equations.State(
            vorticity=-friction * state.vorticity,
            divergence=-friction * state.divergence,
            temperature_variation=grid.to_modal(warming),
            log_surface_pressure=jnp.zeros_like(state.log_surface_pressure),
        )

    return terms


def _held(coords: Any, how: Dynamics, now: _Now, free: Terms, mean: Any, moving: Any) -> Terms:
    """As `free` in the stratosphere; below, temperature is pulled to that of `mean`, sharpened where storms live on
    it, and in the tropics winds are too, and the heat is added that keeps the mean overturning."""
    grid, forcing = coords.horizontal, how.forcing
    second = _amount(1.0, "second")
    day, levels = 86400.0 * second, coords.vertical.centers
    sin_lat = jnp.asarray(grid.nodal_mesh[1], "float32")
    below = climatology.share_held(levels)[:, None, None]
    tropics = climatology.tropics(np.degrees(np.arcsin(grid.nodal_mesh[1])), forcing.held_edge)
    inside = jnp.asarray(below * tropics, "float32")
    low = jnp.asarray(below, "float32")
    slow = relaxation_rate(sin_lat, _column(levels), forcing) / second
    rate = jnp.maximum(slow, 1.0 / (forcing.held_warmth * day))
    wanted = grid.to_nodal(mean.temperature_variation)
    wanted = wanted + climatology.sharpened(sin_lat, _column(levels), forcing.held_contrast)
    warming = moving.explicit_terms(mean).temperature_variation
    warming = grid.to_nodal(warming + moving.implicit_terms(mean).temperature_variation)
    added = low * _rain(coords, how, now) - inside * warming
    pull = inside / (forcing.held * day)
    # friction is felt beside the mean wind, not beside rest
    push = inside * _column(drag(levels, forcing) / second)
    goals = {name: grid.to_nodal(getattr(mean, name)) for name in ("vorticity", "divergence")}

    def terms(state: Any) -> Any:
        apart = free(state)
        warm = low * rate * (wanted - grid.to_nodal(state.temperature_variation)) + added
        made = {
            name: getattr(apart, name)
            + grid.to_modal(pull * (goal - grid.to_nodal(getattr(state, name))) + push * goal)
            for name, goal in goals.items()
        }
        made["temperature_variation"] = (1.0 - low) * apart.temperature_variation + grid.to_modal(warm)
        return apart.replace(**made)

    return terms
