"""Time series with their uncertainty: the two pans, the fit to the air, growth rates and their closure."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from tenbin.report import style

SHADE = 0.22
"""Opacity of a one-standard-deviation band."""


def decimal_months(rows: pd.DataFrame) -> np.ndarray:
    """Middle of each month as decimal year."""
    return rows["year"].to_numpy(float) + (rows["month"].to_numpy(float) - 0.5) / 12.0


def estimate(ax: Axes, rows: pd.DataFrame, approach: str, mean: str, sd: str, markers: bool = True) -> Line2D:
    """Draw a yearly estimate with its one-sigma band; `rows` has `year` and attrs `gas`, `unit`.

    A year without a stated uncertainty is drawn as a point without a band, never with an invented one.
    """
    look, colour = style.APPROACHES[approach], style.pan_colour(approach, rows.attrs["gas"])
    years, values, spread = (rows[name].to_numpy(float) for name in ("year", mean, sd))
    ax.fill_between(years, values - spread, values + spread, color=colour, alpha=SHADE, linewidth=0)
    if len(years) == 1:  # a band of no width would hide the uncertainty
        ax.errorbar(years, values, yerr=np.nan_to_num(spread), color=colour, capsize=3)
    face = colour if look.filled else style.NEUTRALS["paper"].light
    (line,) = ax.plot(
        years, values, look.linestyle, color=colour, linewidth=1.5, label=look.label,
        marker=look.marker if markers else "", markersize=3.2, markerfacecolor=face, markeredgewidth=0.9,
    )  # fmt: skip
    return line


def two_pans(ax: Axes, rows: pd.DataFrame) -> list[Line2D]:
    """Draw bottom-up and top-down net flux of one gas and region per year [rows.attrs['unit']]."""
    lines = [
        estimate(ax, rows, "bottom-up", "bottom_up", "bottom_up_sd"),
        estimate(ax, rows, "top-down", "top_down", "top_down_sd"),
    ]
    _year_axis(ax)
    ax.set_ylabel(rows.attrs["unit"])
    return lines


def difference(ax: Axes, rows: pd.DataFrame) -> ErrorbarContainer:
    """Draw top-down minus bottom-up per year with one-sigma bars around zero [rows.attrs['unit']]."""
    colour = style.pan_colour("top-down", rows.attrs["gas"])
    ax.axhline(0.0, color=style.NEUTRALS["ink"].light, linewidth=0.8)
    bars = ax.errorbar(
        rows["year"], rows["difference"], yerr=rows["difference_sd"].fillna(0.0),
        fmt="o", markersize=3, color=colour, elinewidth=1.0, ecolor=style.NEUTRALS["muted"].light,
    )  # fmt: skip
    _year_axis(ax)
    ax.set_ylabel(rows.attrs["unit"])
    return bars


def band_fit(ax: Axes, rows: pd.DataFrame) -> Line2D:
    """Draw monthly observed band means, prior and posterior of one gas and band [ppm, ppb or ppt]."""
    gas, when = rows.attrs["gas"], decimal_months(rows)
    colour, muted = style.GASES[gas].light, style.NEUTRALS["muted"].light
    ax.fill_between(when, *_around(rows, "observed", "sd"), color=muted, alpha=SHADE, linewidth=0)
    ax.plot(
        when, rows["prior"], style.APPROACHES["prior"].linestyle, color=muted, linewidth=1.0, label="prior"
    )
    _dots(ax, when, rows["observed"].to_numpy(float), "observed ± 1σ")
    ax.fill_between(when, *_around(rows, "posterior", "posterior_sd"), color=colour, alpha=SHADE, linewidth=0)
    (line,) = ax.plot(when, rows["posterior"], "-", color=colour, linewidth=1.1, label="posterior ± 1σ")
    _year_axis(ax)
    ax.set_ylabel(rows.attrs["unit"])
    return line


def _dots(ax: Axes, when: np.ndarray, values: np.ndarray, label: str) -> Artist:
    """Draw points as one path of strokes without length: a tenth of the bytes of as many markers."""
    vertices = np.repeat(np.column_stack([when, values]), 2, axis=0)
    codes = np.tile([Path.MOVETO, Path.LINETO], len(values))
    path = Path(vertices, codes)
    path.should_simplify = False
    ink = style.NEUTRALS["ink"].light
    ax.plot([], [], ".", color=ink, label=label)  # the key would show a path as an empty box
    # The points are the limits: asking the path for them would solve for the extremes of every stroke.
    ax.update_datalim(vertices)
    return ax.add_artist(PathPatch(path, fill=False, edgecolor=ink, linewidth=1.5, capstyle="round"))


def band_residual(ax: Axes, rows: pd.DataFrame) -> Line2D:
    """Draw observed minus posterior of one gas and band inside the observed one-sigma range."""
    when, spread = decimal_months(rows), rows["sd"].to_numpy(float)
    ax.fill_between(when, -spread, spread, color=style.NEUTRALS["muted"].light, alpha=SHADE, linewidth=0)
    ax.axhline(0.0, color=style.NEUTRALS["ink"].light, linewidth=0.6)
    residual = rows["observed"] - rows["posterior"]
    (line,) = ax.plot(when, residual, "-", color=style.GASES[rows.attrs["gas"]].light, linewidth=0.7)
    _year_axis(ax)
    ax.set_ylabel("obs − post.")
    return line


def growth(ax: Axes, rows: pd.DataFrame) -> Line2D:
    """Draw the observed growth rate of one gas per year with its one-sigma band [ppm yr-1 or ppb yr-1]."""
    line = estimate(ax, rows, "observed", "growth", "sd")
    ax.axhline(0.0, color=style.NEUTRALS["muted"].light, linewidth=0.6)
    _year_axis(ax)
    ax.set_ylabel(rows.attrs["unit"].replace("-1", "⁻¹"))
    return line


def closure(ax: Axes, rows: pd.DataFrame) -> ErrorbarContainer:
    """Draw growth that the budget gives against growth that the air shows, per period [attrs unit]."""
    colour, ink = style.GASES[rows.attrs["gas"]].light, style.NEUTRALS["ink"].light
    half = (rows["last"] - rows["first"] + 1).to_numpy(float) / 2.0
    ax.errorbar(rows["middle"], rows["growth_observed"], xerr=half, fmt="o", color=ink, markersize=3,
                elinewidth=1.4, label="observed in the air")  # fmt: skip
    bars = ax.errorbar(
        rows["middle"], rows["growth_from_budget"], yerr=rows["sd"].fillna(0.0), fmt="D", color=colour,
        markersize=4, elinewidth=1.4, capsize=3, label="sources + sinks ± 1σ",
    )  # fmt: skip
    _year_axis(ax)
    ax.set_ylabel(rows.attrs["unit"])
    return bars


def legend(ax: Axes, columns: int = 2) -> Artist:
    """Put the legend above the panel, where it cannot hide data."""
    return ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=columns, borderaxespad=0.1,
                     handlelength=2.2, columnspacing=1.2)  # fmt: skip


def _around(rows: pd.DataFrame, mean: str, sd: str) -> tuple[pd.Series, pd.Series]:
    return rows[mean] - rows[sd], rows[mean] + rows[sd]


def _year_axis(ax: Axes) -> None:
    ax.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_locator(MaxNLocator(nbins=5))
    ax.ticklabel_format(axis="both", useOffset=False, style="plain")
    ax.margins(x=0.02)
