"""Every figure of the page: which rows go into which chart, and the words for those who cannot see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure

from tenbin.core.regions import BANDS
from tenbin.report import bands, maps, series, style
from tenbin.report.numbers import plain, with_sd, years
from tenbin.report.selection import (
    band_comparison,
    closure_of,
    comparison,
    growth_of,
    single_years,
)
from tenbin.report.stage_files import Stages
from tenbin.report.vector import drawn


@dataclass(frozen=True)
class Drawing:
    """A figure ready for the page: inline SVG and its caption."""

    svg: Markup
    caption: str


def _drawing(
    name: str, caption: str, alternative: str, draw: Callable[[Figure], object], height: float
) -> Drawing:
    return Drawing(Markup(drawn(name, alternative, draw, height)), caption)


def _one_panel(draw: Callable[..., object], *data: object, legend: int = 2) -> Callable[[Figure], None]:
    def panel(figure: Figure) -> None:
        ax = figure.subplots()
        draw(ax, *data)
        if legend:
            series.legend(ax, legend)

    return panel


def _range(rows: pd.DataFrame, mean: str, sd: str, unit: str) -> str:
    first, last = rows.iloc[0], rows.iloc[-1]
    start, end = (with_sd(row[mean], row[sd]) for row in (first, last))
    return f"from {start} in {first['year']} to {end} {unit} in {last['year']}"


def two_pans(stages: Stages, gas: str, region: str) -> Drawing | None:
    """Bottom-up and top-down per year, one gas and region; None without yearly rows."""
    rows = single_years(comparison(stages, gas, region))
    if rows.empty:
        return None
    unit, label, place = rows.attrs["unit"], style.GAS_LABELS[gas], style.region_label(region)
    caption = (
        f"{label}, {place}: bottom-up (dashed, squares) and top-down (solid, dots), shading ± 1σ "
        f"[{unit}, positive to the air]."
    )
    words = (
        f"{label}, {place}. Bottom-up {_range(rows, 'bottom_up', 'bottom_up_sd', unit)}; "
        f"top-down {_range(rows, 'top_down', 'top_down_sd', unit)}."
    )
    return _drawing(
        f"pans-{gas}-{region}", caption, words, _one_panel(series.two_pans, rows), style.SVG_HEIGHT
    )


def difference(stages: Stages, gas: str) -> Drawing | None:
    """Top-down minus bottom-up per year for the globe."""
    rows = single_years(comparison(stages, gas, "globe"))
    if rows.empty:
        return None
    unit, label = rows.attrs["unit"], style.GAS_LABELS[gas]
    inside = int((rows["z"].abs() <= 1).sum())
    caption = (
        f"{label}, globe: top-down minus bottom-up, bars ± 1σ [{unit}]. "
        f"{inside} of {len(rows)} years lie within 1σ of zero."
    )
    return _drawing(
        f"gap-{gas}", caption, caption, _one_panel(series.difference, rows, legend=0), style.SVG_HEIGHT
    )


def ladder(stages: Stages, gas: str) -> Drawing | None:
    """The net flux of each band in the main decade."""
    rows = band_comparison(stages, gas)
    if rows.empty:
        return None
    label, unit = style.GAS_LABELS[gas], rows.attrs["unit"]
    period = years(rows["year_start"].iloc[0], rows["year_end"].iloc[0])
    caption = (
        f"{label}, {period}: ladder of the four bands of equal area, south at the foot, bars ± 1σ "
        f"[{unit}, positive to the air]."
    )
    words = caption + " " + _band_words(rows)
    return _drawing(f"ladder-{gas}", caption, words, _one_panel(bands.ladder, rows), style.SVG_HEIGHT)


def _band_words(rows: pd.DataFrame) -> str:
    return " ".join(
        f"{style.region_label(row['region'])}: bottom-up {with_sd(row['bottom_up'], row['bottom_up_sd'])}, "
        f"top-down {with_sd(row['top_down'], row['top_down_sd'])}."
        for _, row in rows.iterrows()
    )


def band_map(stages: Stages, gas: str, side: str) -> Drawing | None:
    """Map of the four bands for one side of the balance: "bottom_up" or "top_down"."""
    rows = band_comparison(stages, gas)
    if rows.empty:
        return None
    limit = float(np.nanmax(rows[["bottom_up", "top_down"]].abs().to_numpy())) or 1.0
    label, unit, approach = style.GAS_LABELS[gas], rows.attrs["unit"], side.replace("_", "-")
    period = years(rows["year_start"].iloc[0], rows["year_end"].iloc[0])
    caption = (
        f"{label}, {approach}, {period}: red gives to the air, blue takes from it; "
        f"full colour is {plain(limit)} {unit}; ± is 1σ [{unit}]."
    )
    draw = _one_panel(maps.latitude_map, rows, side, f"{side}_sd", limit, legend=0)
    return _drawing(f"map-{gas}-{side}", caption, f"{caption} {_band_words(rows)}", draw, 2.25)


def band_fit(stages: Stages, gas: str, band: str) -> Drawing | None:
    """Observed band means against the posterior, with what is left over below."""
    fit = stages["fit"]
    rows = fit[(fit["gas"] == gas) & (fit["band"] == band)].sort_values(["year", "month"]).copy()
    if rows.empty:
        return None
    unit, label, place = style.MOLE_FRACTION_UNITS[gas], style.GAS_LABELS[gas], style.region_label(band)
    rows.attrs = {"gas": gas, "unit": unit}
    root = float(np.sqrt(np.mean((rows["observed"] - rows["posterior"]) ** 2)))
    caption = (
        f"{label}, {place}: observed monthly mean, prior and posterior (above), "
        f"observed minus posterior (below) [{unit}]; shading ± 1σ."
    )
    words = f"{caption} Root-mean-square residual {plain(root)} {unit} over {len(rows)} months."
    return _drawing(f"fit-{gas}-{band}", caption, words, lambda figure: _fit_panels(figure, rows), 3.5)


def _fit_panels(figure: Figure, rows: pd.DataFrame) -> None:
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(2.2, 1.0))
    series.band_fit(above, rows)
    series.band_residual(below, rows)
    series.legend(above, columns=3)


def growth(stages: Stages, gas: str) -> Drawing | None:
    """Yearly growth of the mole fraction."""
    rows = growth_of(stages, gas)
    if rows.empty:
        return None
    label, unit = style.GAS_LABELS[gas], rows.attrs["unit"].replace("-1", "⁻¹")
    caption = f"{label}: growth of the mole fraction in the air per year, shading ± 1σ [{unit}]."
    words = f"{caption} It went {_range(rows, 'growth', 'sd', unit)}."
    return _drawing(
        f"growth-{gas}", caption, words, _one_panel(series.growth, rows, legend=0), style.SVG_HEIGHT
    )


def closure(stages: Stages, gas: str) -> Drawing | None:
    """Growth that the budget predicts against growth that the air shows."""
    rows = closure_of(stages, gas)
    rows = rows[rows["first"] > 0]
    rows.attrs = {"gas": gas, "unit": style.UNITS[gas].text}
    if rows.empty:
        return None
    label, unit = style.GAS_LABELS[gas], style.UNITS[gas].text
    worst = rows.loc[rows["residual"].abs().idxmax()]
    caption = (
        f"{label}: growth explained by sources and sinks (diamonds, ± 1σ) against growth observed "
        f"(bars over their period) [{unit}]."
    )
    words = (
        f"{caption} Largest residual {with_sd(worst['residual'], worst['sd'])} {unit} in {worst['period']}."
    )
    return _drawing(f"closure-{gas}", caption, words, _one_panel(series.closure, rows), style.SVG_HEIGHT)


def present(drawings: list[Drawing | None]) -> list[Drawing]:
    """The drawings for which there were data."""
    return [drawing for drawing in drawings if drawing is not None]


def band_panels(stages: Stages, gas: str) -> list[Drawing]:
    """Bottom-up and top-down per year for each band, north first as on a map."""
    return present([two_pans(stages, gas, band) for band in reversed(BANDS)])


def fit_panels(stages: Stages, gas: str) -> list[Drawing]:
    """Fit of each band, north first as on a map."""
    return present([band_fit(stages, gas, band) for band in reversed(BANDS)])
