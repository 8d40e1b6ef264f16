"""A run of the air in one picture: of each tracer the ground's map and the zonal mean over latitude and pressure."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from tenbin.core.constants import DRY_PRESSURE
from tenbin.core.grid import regular_grid
from tenbin.core.provenance import atomic_path
from tenbin.data.surface_fluxes import land_share
from tenbin.report import style

__all__ = ["MOST", "Shown", "figure", "shown_in", "write_figure"]

Floats = npt.NDArray[np.float64]
MOST = 8
"""Tracers drawn: of hundreds of pulses the first."""
HIGHEST = 1000.0
"""Pressure [Pa] at the top of the drawing: a hundredth of the air is above it."""
COLOURS = "viridis"
"""Even in lightness and told apart with any kind of colour vision."""
_TICKS = (900, 700, 500, 300, 200, 100, 50, 20, 10)
_NAMES = {"co2": "CO₂", "ch4": "CH₄", "n2o": "N₂O", "sf6": "SF₆", "rn222": "²²²Rn", "mcf": "CH₃CCl₃"}
_DIGITS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Shown(NamedTuple):
    """The unit of a drawing, and what turns mol mol-1 into it."""

    unit: str
    factor: float


def shown_in(greatest: float) -> Shown:
    """ppm, ppb or ppt, or a power of ten for less, in which mole fractions up to `greatest` [mol mol-1] read well."""
    for unit, size, least in (("ppm", 1e-6, 1e-5), ("ppb", 1e-9, 1e-9), ("ppt", 1e-12, 1e-13)):
        if greatest >= least:
            return Shown(unit, 1.0 / size)
    if greatest <= 0.0:
        return Shown("mol mol⁻¹", 1.0)
    power = int(np.floor(np.log10(greatest)))
    return Shown(f"10{str(power).translate(_DIGITS)} mol mol⁻¹", 10.0**-power)


def figure(fields: xr.Dataset) -> Figure:
    """The picture of mole fractions [mol mol-1] as a run of the air writes them (time, level, lat, lon)."""
    with rc_context(style.figure_parameters("transport_maps") | {"axes.grid": False}):
        names = [str(name) for name, field in fields.data_vars.items() if field.dims[-2:] == ("lat", "lon")]
        drawn = names[:MOST]
        size = (2.4 * style.SVG_WIDTH, 0.6 + 0.95 * style.SVG_HEIGHT * max(len(drawn), 1))
        made = Figure(figsize=size, facecolor=style.NEUTRALS["paper"].light, layout="constrained")
        made.suptitle(_title(fields, len(names)), x=0.01, ha="left", fontsize=style.FONT_SIZE + 1)
        rows = made.subplots(
            max(len(drawn), 1), 2, squeeze=False, gridspec_kw={"width_ratios": (1.25, 1.0)}, sharex="col"
        )
        for row, name in zip(rows, drawn, strict=True):
            _draw(row, fields, name)
        rows[-1][0].set_xlabel("degrees east")
        rows[-1][1].set_xlabel("degrees north")
    return made


def write_figure(fields: xr.Dataset, path: Path) -> None:
    """The picture of `figure` as PNG, whole or not at all."""
    with rc_context(style.figure_parameters("transport_maps")), atomic_path(path) as partial:
        figure(fields).savefig(partial, dpi=130, metadata={"Software": None})


def _title(fields: xr.Dataset, count: int) -> str:
    """What air it is, which days are averaged and what was left out."""
    start, end = (fields["time_bnds"].values[place].astype("datetime64[D]") for place in ((0, 0), (-1, 1)))
    words = f"Mole fractions in dry air, mean of {start} to {end - np.timedelta64(1, 'D')}"
    air = str(fields.attrs.get("air", "of a file"))
    made_up = fields.attrs.get("synthetic") == "true" and "SYNTHETIC" not in air
    words += f"\nair: {'SYNTHETIC, ' if made_up else ''}{air}"
    return words + (f" (the first {MOST} of {count} tracers)" if count > MOST else "")


def _draw(row: npt.NDArray, fields: xr.Dataset, name: str) -> None:
    length = np.diff(fields["time_bnds"].values, axis=1)[:, 0] / np.timedelta64(1, "s")
    mean = np.average(fields[name].values.astype(float), axis=0, weights=length)
    shown = shown_in(float(np.abs(mean).max()))
    mean = mean * shown.factor
    gas = _NAMES.get(name, name)
    _map(row[0], fields, mean[0], f"{gas}, lowest layer [{shown.unit}]")
    _section(row[1], fields, mean.mean(axis=-1), f"{gas}, zonal mean [{shown.unit}]")


def _scaled(values: Floats, weight: Floats) -> tuple[Normalize, str]:
    """A scale from the 1st to the 99th hundredth of all area or air, and which of its ends is passed.

    Of air that is all alike the scale is a part in a million wide, so that rounding is not drawn as a pattern.
    """
    order = np.argsort(values, axis=None)
    share = np.cumsum(np.broadcast_to(weight, values.shape).ravel()[order])
    low, high = np.interp((0.01, 0.99), share / share[-1], values.ravel()[order])
    least = 1e-6 * max(abs(low), abs(high)) or 1.0
    if high - low < least:
        low, high = 0.5 * (low + high - least), 0.5 * (low + high + least)
    under, over = values.min() < low, values.max() > high
    return Normalize(low, high), {(True, True): "both", (True, False): "min", (False, True): "max"}.get(
        (bool(under), bool(over)), "neither"
    )


def _bar(ax: Axes, drawn: QuadMesh, ends: str) -> None:
    ax.figure.colorbar(drawn, ax=ax, shrink=0.9, pad=0.02, extend=ends).ax.ticklabel_format(useOffset=False)


def _map(ax: Axes, fields: xr.Dataset, values: Floats, title: str) -> None:
    lat, lon = (_edges(fields, name) for name in ("lat", "lon"))
    scale, ends = _scaled(values, np.diff(np.sin(np.radians(lat)))[:, None])
    drawn = ax.pcolormesh(lon, lat, values, cmap=COLOURS, norm=scale, rasterized=True)
    land = regular_grid(2.5, 2.5)
    for turn in (-360.0, 0.0, 360.0):
        ax.contour(land.lon + turn, land.lat, land_share.on_grid(land), [0.5], colors="white", linewidths=0.6)
    ax.set_title(title)
    ax.set_ylabel("degrees north")
    ax.set_xticks(range(-360, 361, 60))
    ax.set_yticks(range(-90, 91, 30))
    ax.set_xlim(lon[0], lon[-1])
    _bar(ax, drawn, ends)


def _section(ax: Axes, fields: xr.Dataset, values: Floats, title: str) -> None:
    lat = _edges(fields, "lat")
    pressure = fields["hybrid_a"].values + fields["hybrid_b"].values * DRY_PRESSURE
    weight = -np.diff(pressure)[:, None] * np.diff(np.sin(np.radians(lat)))
    scale, ends = _scaled(values, weight)
    drawn = ax.pcolormesh(lat, pressure / 100.0, values, cmap=COLOURS, norm=scale, rasterized=True)
    ax.set_title(title)
    ax.set_ylabel("dry pressure, hPa")
    ax.set_yscale("log")
    top = max(float(pressure.min()), HIGHEST) / 100.0
    ax.set_ylim(DRY_PRESSURE / 100.0, top)
    ax.set_yticks([tick for tick in _TICKS if top <= tick <= DRY_PRESSURE / 100.0])
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_locator(NullLocator())
    ax.set_xticks(range(-90, 91, 30))
    _bar(ax, drawn, ends)


def _edges(fields: xr.Dataset, name: str) -> Floats:
    bounds = fields[f"{name}_bnds"].values
    return np.asarray(np.append(bounds[:, 0], bounds[-1, 1]))
