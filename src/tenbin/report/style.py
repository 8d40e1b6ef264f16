"""How the report looks: one colour and unit per gas, one line style per approach, on light and dark paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from tenbin.core.constants import C_TO_CO2, N_TO_N2O
from tenbin.core.units import TABLE_UNIT

SVG_WIDTH, SVG_HEIGHT = 4.5, 2.9
"""Natural size of one figure [inch]: small enough for a phone, doubled up in a grid on a wide screen."""

FONT_SIZE = 9.5
"""Text size in figures [pt]."""


@dataclass(frozen=True)
class Ink:
    """A colour with its CSS variable and its values on light and on dark paper."""

    variable: str
    light: str
    dark: str


@dataclass(frozen=True)
class ApproachStyle:
    """How one way of estimating is drawn, whatever the gas."""

    label: str
    linestyle: str
    marker: str
    filled: bool


@dataclass(frozen=True)
class DisplayUnit:
    """Unit in which a gas is shown; `factor` turns [Tg of the gas yr-1] into it."""

    text: str
    factor: float
    mass_of: str


# Okabe and Ito (2008) hues, darkened on light paper and lightened on dark paper until contrast passes 3:1.
GASES: Mapping[str, Ink] = MappingProxyType(
    {
        "co2": Ink("--co2", "#0069a6", "#5ab4ea"),
        "ch4": Ink("--ch4", "#c04f00", "#ff9d57"),
        "n2o": Ink("--n2o", "#007a59", "#45c9a0"),
        "mcf": Ink("--mcf", "#8e4585", "#d9a2d2"),
    }
)

NEUTRALS: Mapping[str, Ink] = MappingProxyType(
    {
        "ink": Ink("--ink", "#1b1f25", "#e8ecf1"),
        "muted": Ink("--muted", "#545d69", "#a5b0bd"),
        "rule": Ink("--rule", "#d3d8de", "#3a434e"),
        "bottom_up": Ink("--bottom-up", "#5c5563", "#bcb4c4"),
        "paper": Ink("--paper", "#fdfdfc", "#12161b"),
        "panel": Ink("--panel", "#f3f4f6", "#1b2129"),
    }
)

APPROACHES: Mapping[str, ApproachStyle] = MappingProxyType(
    {
        "bottom-up": ApproachStyle("bottom-up", "--", "s", filled=False),
        "top-down": ApproachStyle("top-down", "-", "o", filled=True),
        "prior": ApproachStyle("prior", ":", "", filled=False),
        "observed": ApproachStyle("observed", "-", ".", filled=True),
        "reconciled": ApproachStyle("reconciled", "-.", "D", filled=True),
    }
)

UNITS: Mapping[str, DisplayUnit] = MappingProxyType(
    {
        "co2": DisplayUnit("PgC\u00a0yr⁻¹", 1e-3 / C_TO_CO2, "carbon"),
        "ch4": DisplayUnit("Tg\u00a0CH₄\u00a0yr⁻¹", 1.0, "methane"),
        "n2o": DisplayUnit("TgN\u00a0yr⁻¹", 1.0 / N_TO_N2O, "nitrogen"),
        "mcf": DisplayUnit("Tg\u00a0yr⁻¹", 1.0, "CH₃CCl₃"),
    }
)

GAS_LABELS: Mapping[str, str] = MappingProxyType(
    {"co2": "CO₂", "ch4": "CH₄", "n2o": "N₂O", "mcf": "CH₃CCl₃", "all": "all gases"}
)
GAS_NAMES: Mapping[str, str] = MappingProxyType(
    {"co2": "Carbon dioxide", "ch4": "Methane", "n2o": "Nitrous oxide", "mcf": "Methyl chloroform"}
)
MOLE_FRACTION_UNITS: Mapping[str, str] = MappingProxyType(TABLE_UNIT)
FLUX_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "co2": "net flux: fossil and land-use emissions minus uptake by land and ocean",
        "ch4": "emissions from the surface, before any loss in the air",
        "n2o": "emissions from the surface, before any loss in the air",
    }
)
BAND_LABELS: Mapping[str, str] = MappingProxyType(
    {"90S-30S": "90–30°S", "30S-EQ": "30°S–EQ", "EQ-30N": "EQ–30°N", "30N-90N": "30–90°N"}
)
SECTOR_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "fossil": "fossil fuels",
        "land_use_change": "land-use change",
        "land_sink": "land sink",
        "net_total": "net total",
        "oh_sink": "loss to OH",
        "stratospheric_sink": "loss in the stratosphere",
        "soil_sink": "uptake by soils",
        "chlorine_sink": "loss to chlorine",
    }
)


def sector_label(sector: str) -> str:
    """Name of a sector in words; an unknown id keeps its own words."""
    return SECTOR_LABELS.get(sector, sector.replace("_", " "))


def region_label(region: str) -> str:
    """Name of a region in words; an unknown id is shown as it stands."""
    return BAND_LABELS.get(region, region.replace("_", " "))


def pan_colour(approach: str, gas: str) -> str:
    """Light-paper colour of an estimate: bottom-up is grey for every gas, all else takes the gas's colour."""
    return NEUTRALS["bottom_up"].light if approach == "bottom-up" else GASES[gas].light


def theme_variables(dark: bool) -> str:
    """CSS declarations of every colour on light or on dark paper."""
    inks = [*GASES.values(), *NEUTRALS.values()]
    return " ".join(f"{ink.variable}: {ink.dark if dark else ink.light};" for ink in inks)


def figure_parameters(salt: str) -> dict[Any, Any]:
    """Matplotlib settings of one figure; `salt` makes the ids inside the SVG repeatable and its own."""
    ink, muted, rule = (NEUTRALS[name].light for name in ("ink", "muted", "rule"))
    return {
        "svg.fonttype": "none",
        "svg.hashsalt": salt,
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": FONT_SIZE,
        "axes.titlesize": FONT_SIZE,
        "axes.labelsize": FONT_SIZE - 0.5,
        "xtick.labelsize": FONT_SIZE - 0.5,
        "ytick.labelsize": FONT_SIZE - 0.5,
        "legend.fontsize": FONT_SIZE - 1,
        "legend.frameon": False,
        "text.color": ink,
        "axes.labelcolor": ink,
        "axes.titlecolor": ink,
        "axes.edgecolor": muted,
        "axes.facecolor": "none",
        "figure.facecolor": "none",
        "xtick.color": muted,
        "ytick.color": muted,
        "xtick.labelcolor": ink,
        "ytick.labelcolor": ink,
        "grid.color": rule,
        "grid.linewidth": 0.6,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlelocation": "left",
        "axes.unicode_minus": True,
        "path.simplify_threshold": 0.15,
    }
