"""Ten maps of the land in one picture, on scales that stay the same from run to run, each with its unit and
its mean."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tenbin.core.constants import SECONDS_PER_YEAR
from tenbin.core.provenance import atomic_path
from tenbin.report import style

__all__ = ["PANELS", "Panel", "centred", "figure", "write_figure"]

_YEAR = float(SECONDS_PER_YEAR)


@dataclass(frozen=True)
class Panel:
    """One map: `factor` turns the file's unit into the one shown; colours run from `lowest` to `highest` in it."""

    name: str
    title: str
    unit: str
    factor: float
    colours: str
    highest: float
    lowest: float = 0.0

    @property
    def open_ends(self) -> str:
        """Which ends of the scale values may pass; a share has none."""
        if self.unit == "1":
            return "neither"
        return "min" if self.highest == 0.0 else "max"


PANELS = (
    Panel("gpp", "gross production", "kg C m⁻² yr⁻¹", _YEAR, "YlGn", 3.5),
    Panel("lai", "leaf area, mean of the year", "1", 1.0, "Greens", 6.0),
    Panel("evspsbl", "evapotranspiration", "mm yr⁻¹", _YEAR, "GnBu", 1400.0),
    Panel("mrro", "runoff and drainage", "mm yr⁻¹", _YEAR, "Blues", 1200.0),
    Panel("cVeg", "carbon in plants", "kg C m⁻²", 1.0, "BuGn", 20.0),
    Panel("cSoil", "carbon in soil", "kg C m⁻²", 1.0, "YlOrBr", 40.0),
    Panel("wetlandCH4", "methane of wetlands, to the air", "g CH₄ m⁻² yr⁻¹", 1e3 * _YEAR, "OrRd", 8.0),
    Panel("uplandCH4", "methane of dry soil, to the air", "g CH₄ m⁻² yr⁻¹", 1e3 * _YEAR, "Purples_r", 0.0, -1.0),
    Panel("fN2O", "nitrous oxide of soil, to the air", "g N m⁻² yr⁻¹", 1e3 * _YEAR, "PuRd", 0.4),
    Panel("permafrost", "share of land frozen all year below", "1", 1.0, "PuBu", 1.0),
)  # fmt: skip


def figure(grid: xr.Dataset) -> Figure:
    """The maps of a run's monthly maps (time, lat, lon) or (lat, lon), means over time weighted by its bounds."""
    grid = centred(grid)
    with rc_context(style.figure_parameters("land_maps") | {"axes.grid": False}):
        made = Figure(
            figsize=(2.4 * style.SVG_WIDTH, 4.0 * style.SVG_HEIGHT),
            facecolor=style.NEUTRALS["paper"].light,
            layout="constrained",
        )
        axes = made.subplots(len(PANELS) // 2, 2, sharex=True, sharey=True)
        for ax, panel in zip(axes.flat, PANELS, strict=True):
            _map(ax, grid, panel)
        for ax in axes[-1]:
            ax.set_xlabel("degrees east")
        for ax in axes[:, 0]:
            ax.set_ylabel("degrees north")
    return made


def write_figure(grid: xr.Dataset, path: Path) -> None:
    """The picture of `figure` as PNG, whole or not at all."""
    with rc_context(style.figure_parameters("land_maps")), atomic_path(path) as partial:
        figure(grid).savefig(partial, dpi=130, metadata={"Software": None})


def centred(grid: xr.Dataset) -> xr.Dataset:
    """A grid round the globe with Greenwich in its middle, -180 to 180 degrees; a part of the globe as it is."""
    if float(np.ptp(grid["lon"].values)) < 300.0:
        return grid
    east = grid["lon"].values
    turns = np.where(east > 180.0, -360.0, 0.0)
    bounds = grid["lon_bnds"] + xr.DataArray(turns, dims="lon")
    return grid.assign(lon_bnds=bounds.transpose("lon", "bnds")).assign_coords(lon=east + turns).sortby("lon")


def _map(ax: Axes, grid: xr.Dataset, panel: Panel) -> None:
    values = _mean(grid, panel.name) * panel.factor
    lat, lon = (_edges(grid, name) for name in ("lat", "lon"))
    drawn = ax.pcolormesh(
        lon, lat, values, cmap=panel.colours, vmin=panel.lowest, vmax=panel.highest, rasterized=True
    )
    ax.set_facecolor(style.NEUTRALS["rule"].light)
    area = np.where(np.isfinite(values), grid["land_area"].transpose("lat", "lon").values, 0.0)
    mean = float(np.nansum(values * area) / max(float(np.nansum(area)), 1e-30))
    ax.set_title(f"{panel.title} [{panel.unit}]; mean {mean:.3g}")
    ax.set_aspect("equal")
    ax.figure.colorbar(drawn, ax=ax, shrink=0.85, pad=0.02, extend=panel.open_ends)


def _mean(grid: xr.Dataset, name: str) -> np.ndarray:
    field = grid[name]
    if "time" not in field.dims:
        return field.transpose("lat", "lon").values.astype(float)
    length = grid["time_bnds"].diff("bnds").isel(bnds=0) / np.timedelta64(1, "D")
    return np.average(
        field.transpose("time", "lat", "lon").values.astype(float), axis=0, weights=length.values
    )


def _edges(grid: xr.Dataset, name: str) -> np.ndarray:
    bounds = grid[f"{name}_bnds"].values
    return np.append(bounds[:, 0], bounds[-1, 1])
