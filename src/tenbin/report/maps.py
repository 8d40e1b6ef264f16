"""The Earth as four latitude bands of equal area, coloured by what each gives to the air or takes from it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.patches import Polygon

from tenbin.core.regions import BAND_EDGES, BANDS
from tenbin.report import style
from tenbin.report.numbers import with_sd

_TEXT_ON_MAP = "#14181d"  # the bands are pale on light and on dark paper alike, so their text stays dark
_PALEST = 0.62  # the ends of RdBu are too dark to carry text


def mollweide(latitude: np.ndarray, longitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mollweide's equal-area projection of [degrees], on an ellipse 2 wide and 1 high from its centre."""
    target = np.pi * np.sin(np.deg2rad(latitude))
    angle = np.arcsin(np.clip(target / np.pi, -1.0, 1.0))
    for _ in range(30):
        # Damped at the poles, where the slope of the equation vanishes.
        slope = np.maximum(2.0 + 2.0 * np.cos(2.0 * angle), 1e-3)
        angle = np.clip(angle - (2.0 * angle + np.sin(2.0 * angle) - target) / slope, -np.pi / 2, np.pi / 2)
    return 2.0 * longitude / 180.0 * np.cos(angle), np.sin(angle)


def band_outline(south: float, north: float) -> np.ndarray:
    """Outline of a band on the map, shape (point, 2)."""
    up, down = np.linspace(south, north, 25), np.linspace(north, south, 25)
    right, left = mollweide(up, np.full(25, 180.0)), mollweide(down, np.full(25, -180.0))
    return np.vstack([np.column_stack(right), np.column_stack(left)])


def latitude_map(ax: Axes, rows: pd.DataFrame, mean: str, sd: str, limit: float) -> list[Artist]:
    """Draw one estimate per band: red is a source to the air, blue a sink, white zero; text gives the value.

    `rows` has `region` (band ids), `mean` and `sd` columns and attrs `unit`; `limit` > 0 is the colour range.
    """
    values = dict(zip(rows["region"], zip(rows[mean], rows[sd], strict=True), strict=True))
    drawn = [_band(ax, band, values.get(band), limit) for band in BANDS]
    _graticule(ax)
    ax.set_position((0.0, 0.0, 1.0, 1.0))
    ax.set_xlim(-2.03, 2.03)
    ax.set_ylim(-1.03, 1.03)
    ax.set_aspect("equal")
    ax.set_axis_off()
    return drawn


def _band(ax: Axes, band: str, value: tuple[float, float] | None, limit: float) -> Artist:
    index = BANDS.index(band)
    scaled = Normalize(-limit / _PALEST, limit / _PALEST)(value[0]) if value else 0.5
    fill = colormaps["RdBu_r"](float(scaled))
    patch = Polygon(
        band_outline(*BAND_EDGES[index : index + 2]),
        facecolor=fill,
        edgecolor=style.NEUTRALS["muted"].light,
        linewidth=0.8,
    )
    ax.add_patch(patch)
    height = float(mollweide(np.array([sum(BAND_EDGES[index : index + 2]) / 2]), np.zeros(1))[1][0])
    text = with_sd(*value) if value else "no estimate"
    ax.text(0.0, height, f"{style.BAND_LABELS[band]}:  {text}", ha="center", va="center", color=_TEXT_ON_MAP)
    return patch


def _graticule(ax: Axes) -> None:
    latitude = np.linspace(-90.0, 90.0, 61)
    for longitude in (-120.0, -60.0, 60.0, 120.0):
        across, up = mollweide(latitude, np.full(61, longitude))
        ax.plot(across, up, color=_TEXT_ON_MAP, linewidth=0.4, alpha=0.25)
