"""Six maps of the land in one picture: production, evaporation, methane, nitrous oxide, soil carbon and frost."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tenbin.core.constants import SECONDS_PER_DAY, SECONDS_PER_YEAR
from tenbin.core.provenance import atomic_path
from tenbin.report import style

__all__ = ["PANELS", "Panel", "figure", "write_figure"]

_YEAR = float(SECONDS_PER_YEAR)


@dataclass(frozen=True)
class Panel:
    """One map: `factor` turns the file's unit into the one that is shown; `highest` ends the colours, if fixed."""

    name: str
    title: str
    factor: float
    colours: str
    highest: float | None = None


PANELS = (
    Panel("gpp", "gross production [kg C m⁻² yr⁻¹]", _YEAR, "YlGn"),
    Panel("evspsbl", "evapotranspiration [mm d⁻¹]", float(SECONDS_PER_DAY), "GnBu"),
    Panel("wetlandCH4", "wetland methane [g CH₄ m⁻² yr⁻¹]", 1e3 * _YEAR, "OrRd"),
    Panel("fN2O", "soil nitrous oxide [mg N m⁻² yr⁻¹]", 1e6 * _YEAR, "BuGn"),
    Panel("cSoil", "carbon in soil [kg C m⁻²]", 1.0, "YlOrBr"),
    Panel("permafrost", "share of frozen ground [1]", 1.0, "PuBu", 1.0),
)


def figure(grid: xr.Dataset) -> Figure:
    """The six maps of a run's monthly maps (time, lat, lon) or (lat, lon), means over time weighted by its bounds."""
    with rc_context(style.figure_parameters("land_maps") | {"axes.grid": False}):
        made = Figure(
            figsize=(2.4 * style.SVG_WIDTH, 2.6 * style.SVG_HEIGHT),
            facecolor=style.NEUTRALS["paper"].light,
            layout="constrained",
        )
        for ax, panel in zip(made.subplots(3, 2, sharex=True, sharey=True).flat, PANELS, strict=True):
            _map(ax, grid, panel)
    return made


def write_figure(grid: xr.Dataset, path: Path) -> None:
    """The picture of `figure` as PNG, whole or not at all."""
    with rc_context(style.figure_parameters("land_maps")), atomic_path(path) as partial:
        figure(grid).savefig(partial, dpi=130, metadata={"Software": None})


def _map(ax: Axes, grid: xr.Dataset, panel: Panel) -> None:
    values = _mean(grid, panel.name) * panel.factor
    finite = values[np.isfinite(values)]
    # The 99th percentile: one bright cell must not darken all others.
    highest = panel.highest or (float(np.quantile(finite, 0.99)) if finite.size else 1.0)
    lat, lon = (_edges(grid, name) for name in ("lat", "lon"))
    drawn = ax.pcolormesh(
        lon,
        lat,
        values,
        cmap=panel.colours,
        vmin=0.0,
        vmax=highest if highest > 0.0 else 1.0,
        rasterized=True,
    )
    ax.set_facecolor(style.NEUTRALS["panel"].light)
    ax.set_title(panel.title)
    ax.set_aspect("equal")
    ax.figure.colorbar(drawn, ax=ax, shrink=0.85, pad=0.02, extend="neither" if panel.highest else "max")


def _mean(grid: xr.Dataset, name: str) -> np.ndarray:
    field = grid[name]
    if "time" not in field.dims:
        return field.values.astype(float)
    length = grid["time_bnds"].diff("bnds").isel(bnds=0) / np.timedelta64(1, "D")
    return np.average(
        field.transpose("time", "lat", "lon").values.astype(float), axis=0, weights=length.values
    )


def _edges(grid: xr.Dataset, name: str) -> np.ndarray:
    bounds = grid[f"{name}_bnds"].values
    return np.append(bounds[:, 0], bounds[-1, 1])
