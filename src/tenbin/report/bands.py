"""Charts of the four latitude bands: a ladder from pole to pole, and one panel of years per band."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer

from tenbin.core.regions import BANDS
from tenbin.report import style

OFFSET = 0.16
"""Half the distance between the two pans on one rung [rungs]."""


def rung(ax: Axes, rows: pd.DataFrame, approach: str, mean: str, sd: str, offset: float) -> ErrorbarContainer:
    """Draw one approach on the ladder: a point per band with a one-sigma bar [rows.attrs['unit']]."""
    look, colour = style.APPROACHES[approach], style.pan_colour(approach, rows.attrs["gas"])
    heights = np.array([BANDS.index(region) for region in rows["region"]], dtype=float) + offset
    bars = ax.errorbar(
        rows[mean], heights, xerr=rows[sd].fillna(0.0), fmt=look.marker, color=colour, markersize=6,
        markerfacecolor=colour if look.filled else style.NEUTRALS["paper"].light, capsize=3, elinewidth=1.6,
        label=f"{look.label} ± 1σ",
    )  # fmt: skip
    for line in bars[2]:
        line.set_linestyle(look.linestyle)
    return bars


def ladder(ax: Axes, rows: pd.DataFrame) -> list[ErrorbarContainer]:
    """Draw the net flux of each band, south at the foot; right of zero is a source to the air."""
    ax.axvline(0.0, color=style.NEUTRALS["ink"].light, linewidth=0.8)
    drawn = [
        rung(ax, rows, "bottom-up", "bottom_up", "bottom_up_sd", -OFFSET),
        rung(ax, rows, "top-down", "top_down", "top_down_sd", OFFSET),
    ]
    ax.set_yticks(range(len(BANDS)), [style.BAND_LABELS[band] for band in BANDS])
    ax.set_ylim(-0.6, len(BANDS) - 0.4)
    ax.grid(visible=False, axis="y")
    ax.figure.subplots_adjust(bottom=0.16)  # room for the only label below an axis
    ax.set_xlabel(f"net flux, positive to the air [{rows.attrs['unit']}]")
    return drawn
