"""Figures show every estimate with its uncertainty, in one colour per gas, and the same way each time."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from tenbin.core.regions import BAND_EDGES, BANDS
from tenbin.report import bands, figures, maps, series, style
from tenbin.report.selection import band_comparison, comparison, period_years, single_years
from tenbin.report.stage_files import Stages, read_stages


@pytest.fixture(scope="module")
def stages(synthetic_run: Path) -> Stages:
    return read_stages(synthetic_run)


def _luminance(colour: str) -> float:
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_every_colour_of_a_gas_stands_out_from_the_paper(dark: bool) -> None:
    paper = style.NEUTRALS["paper"]
    for ink in (
        *style.GASES.values(),
        style.NEUTRALS["ink"],
        style.NEUTRALS["muted"],
        style.NEUTRALS["bottom_up"],
    ):
        colours = (ink.dark, paper.dark) if dark else (ink.light, paper.light)
        assert _contrast(*colours) >= 4.5, ink.variable


def test_no_two_gases_share_a_colour() -> None:
    assert len({ink.light for ink in style.GASES.values()}) == len(style.GASES)
    assert len({ink.light for ink in (*style.GASES.values(), *style.NEUTRALS.values())}) == 10


def test_a_time_series_is_never_drawn_without_its_uncertainty(stages: Stages) -> None:
    ax = Figure().subplots()
    rows = single_years(comparison(stages, "ch4", "globe"))
    lines = series.two_pans(ax, rows)
    assert [line.get_label() for line in lines] == ["bottom-up", "top-down"]
    assert [line.get_linestyle() for line in lines] == ["--", "-"]
    assert len(ax.collections) == 2
    top = ax.collections[1].get_paths()[0].vertices
    assert top[:, 1].max() == pytest.approx((rows["top_down"] + rows["top_down_sd"]).max())


def test_the_ladder_rises_from_south_to_north(stages: Stages) -> None:
    ax = Figure().subplots()
    bands.ladder(ax, band_comparison(stages, "co2"))
    assert [label.get_text() for label in ax.get_yticklabels()] == [style.BAND_LABELS[band] for band in BANDS]
    assert np.diff(ax.get_yticks()).min() > 0


def test_the_map_gives_each_band_a_quarter_of_the_earth() -> None:
    for south, north in pairwise(BAND_EDGES):
        across, up = maps.band_outline(south, north).T
        area = 0.5 * abs(np.sum(across * np.roll(up, -1) - up * np.roll(across, -1)))
        assert area == pytest.approx(2 * np.pi / 4, rel=0.01)


def test_a_source_is_red_and_a_sink_is_blue(stages: Stages) -> None:
    ax = Figure().subplots()
    rows = pd.DataFrame({"region": BANDS, "mean": [-1.0, 0.0, 0.5, 1.0], "sd": 0.1})
    sink, zero, _, source = (
        patch.get_facecolor() for patch in maps.latitude_map(ax, rows, "mean", "sd", 1.0)
    )
    assert sink[2] > sink[0]
    assert source[0] > source[2]
    assert min(zero[:3]) > 0.95


def test_equal_data_give_equal_drawings(stages: Stages) -> None:
    one, two = (figures.band_fit(stages, "co2", "EQ-30N") for _ in range(2))
    assert one == two
    assert not re.search(r"20\d\d-\d\d-\d\dT", one.svg)


def test_a_drawing_takes_its_colours_from_the_page_and_says_what_it_shows(stages: Stages) -> None:
    drawing = figures.two_pans(stages, "n2o", "globe")
    assert "var(--n2o)" in drawing.svg
    assert not [ink.light for ink in style.GASES.values() if ink.light in drawing.svg]
    alternative = re.search('aria-label="([^"]+)"', drawing.svg)[1]
    assert "Bottom-up from" in alternative
    assert "TgN" in alternative
    assert "positive to the air" in drawing.caption


def test_net_fluxes_are_shown_in_the_units_of_the_budgets(stages: Stages) -> None:
    carbon = single_years(comparison(stages, "co2", "globe")).iloc[0]
    assert carbon["bottom_up"] == pytest.approx(16000.0 / 3.664 / 1000.0, rel=1e-9)
    nitrogen = single_years(comparison(stages, "n2o", "globe")).iloc[0]
    assert nitrogen["bottom_up"] == pytest.approx(26.0 * 28.0 / 44.0, rel=1e-9)


@pytest.mark.parametrize(
    ("text", "span"),
    [("2010-2019", (2010, 2019)), ("1990s", (1990, 1999)), ("2015", (2015, 2015)), ("all", (0, 0))],
)
def test_a_period_is_read_in_each_of_its_spellings(text: str, span: tuple[int, int]) -> None:
    assert period_years(text) == span
