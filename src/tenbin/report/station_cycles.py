"""Seasons at stations, a small panel each from north to south: what was observed, and what a model says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tenbin.assimilate.station_cycles import modelled_cycles, season_of
from tenbin.core.provenance import atomic_path
from tenbin.report import style

__all__ = ["figure", "write_figure"]

COLUMNS = 5
_TIME = np.arange(0.0, 12.01, 0.1)
_INITIALS = "JFMAMJJASOND"


def figure(modelled: pd.DataFrame, observed: pd.DataFrame, gas: str, reference: str = "SPO") -> Figure:
    """Mean seasons of the stations that are both in `modelled` and `observed`, sorted from north to south.

    `modelled` is a table of monthly series by station (see `assimilate.station_cycles`), `observed` is in
    CYCLE_COLUMNS. The observed season is a broad dark line in a band of its months' spread, the modelled one a dashed
    line in the colour of the gas, so that they differ without colour too. Each row of panels has one scale.
    """
    cycles = modelled_cycles(modelled, reference).set_index("site")
    seen = observed[observed["site"].isin(cycles.index)].sort_values("lat", ascending=False)
    rows = -(-len(seen) // COLUMNS)
    with rc_context(style.figure_parameters("station_cycles")):
        made = Figure(
            figsize=(2.3 * COLUMNS, 1.75 * rows + 0.5),
            facecolor=style.NEUTRALS["paper"].light,
            layout="constrained",
        )
        axes = made.subplots(rows, COLUMNS, sharex=True, sharey="row", squeeze=False)
        for ax, (_, row) in zip(axes.flat, seen.iterrows(), strict=False):
            _panel(ax, row, cycles.loc[row["site"]], gas)
        for place, ax in enumerate(axes.flat):
            ax.set_visible(place < len(seen))
            ax.tick_params(
                labelbottom=place + COLUMNS >= len(seen)
            )  # the lowest of its column names the months
        handles, labels = axes.flat[0].get_legend_handles_labels()
        made.legend(handles, labels, loc="outside upper left", ncols=2)
        unit = seen["unit"].iloc[0]
        made.supylabel(f"{style.GAS_LABELS.get(gas, gas)} less its trend [{unit}]", fontsize=style.FONT_SIZE)
        made.supxlabel("month", fontsize=style.FONT_SIZE)
    return made


def _panel(ax: Axes, seen: pd.Series, model: pd.Series, gas: str) -> None:
    ink, colour = style.NEUTRALS["ink"].light, style.GASES[gas].light
    observed = season_of(seen, _TIME / 12.0)
    ax.fill_between(
        _TIME,
        observed - seen["spread"],
        observed + seen["spread"],
        color=style.NEUTRALS["rule"].light,
        linewidth=0,
    )
    ax.plot(_TIME, observed, color=ink, linewidth=1.8, label="observed (band: spread of months)")
    ax.plot(
        _TIME, season_of(model, _TIME / 12.0), color=colour, linewidth=1.6, linestyle="--", label="modelled"
    )
    side = "N" if seen["lat"] >= 0.0 else "S"
    ax.set_title(f"{seen['site']} {abs(seen['lat']):.0f}°{side}")
    ax.set_xticks(np.arange(0.5, 12.0, 1.0), _INITIALS)
    ax.tick_params(labelsize=style.FONT_SIZE - 3.0)
    ax.set_xlim(0.0, 12.0)


def write_figure(
    modelled: pd.DataFrame, observed: pd.DataFrame, gas: str, path: Path, reference: str = "SPO"
) -> None:
    """The picture of `figure` as PNG, whole or not at all."""
    with rc_context(style.figure_parameters("station_cycles")), atomic_path(path) as partial:
        figure(modelled, observed, gas, reference).savefig(partial, dpi=130, metadata={"Software": None})
