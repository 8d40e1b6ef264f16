"""A figure as SVG that stands inside a page: its colours follow the page's theme and its ids are its own."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import escape

import matplotlib
from matplotlib.figure import Figure

from tenbin.report import style

LONG_PATH = 4000
"""Paths of more characters than this keep one decimal [point] instead of two: no eye sees more."""

_NUMBER = re.compile(r"-?\d+\.\d+")
_GEOMETRY = re.compile(r'\b(d|points|transform|x|y|x1|x2|y1|y2)="([^"]*)"')
_AROUND_LETTERS = re.compile(r"\s*([A-Za-z])\s*")
_REFERENCE = re.compile(r'(\bid="|url\(#|href="#)')
_UNUSED_IDENTITY = re.compile(r' id="[a-z][a-z0-9.]*_\d+"')
_OUR_OWN_RULES = re.compile(r"<metadata>.*?</metadata>|<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL)
_FONT = re.compile(r"font: ([\d.]+px) [^;\"]*")


def _rounded(match: re.Match[str]) -> str:
    name, text = match.groups()
    decimals = 1 if len(text) > LONG_PATH else 2
    text = _NUMBER.sub(lambda number: f"{float(number.group()):.{decimals}f}".rstrip("0").rstrip("."), text)
    if name == "d":
        text = _AROUND_LETTERS.sub(r"\1", text)
    return f'{name}="{text.strip()}"'


def _themed(svg: str) -> str:
    for ink in (*style.GASES.values(), *style.NEUTRALS.values()):
        svg = svg.replace(ink.light, f"var({ink.variable})")
    return _FONT.sub(r"font-size: \1", svg)


def _short(svg: str) -> str:
    svg = _OUR_OWN_RULES.sub("", svg[svg.index("<svg") :])
    svg = _GEOMETRY.sub(_rounded, _UNUSED_IDENTITY.sub("", svg))
    return re.sub(r">\s+<", "><", svg)


def _titled(svg: str, alternative: str) -> str:
    view_box = re.search(r'viewBox="[^"]*"', svg)
    if view_box is None:
        raise ValueError("the SVG of a figure has no viewBox")
    head = f'<svg {view_box.group()} role="img" aria-label="{escape(alternative)}" '
    head += 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    return head + svg[svg.index(">") + 1 :]


def inline(figure: Figure, name: str, alternative: str) -> str:
    """SVG text of `figure` for a page; `name` must be unique on the page, `alternative` is read aloud."""
    buffer = io.StringIO()
    empty = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=empty, transparent=True)
    svg = _REFERENCE.sub(rf"\g<1>{name}-", _short(buffer.getvalue()))
    return _titled(_themed(svg), alternative).strip()


def drawn(
    name: str, alternative: str, draw: Callable[[Figure], object], height: float = style.SVG_HEIGHT
) -> str:
    """Draw with the report's style and return inline SVG; no state outlives the call."""
    with matplotlib.rc_context(style.figure_parameters(salt=name)):
        figure = Figure(figsize=(style.SVG_WIDTH, height))
        # Fixed margins [inch], so that panels side by side share their axes to the point.
        figure.subplots_adjust(
            left=0.165, right=0.985, bottom=0.28 / height, top=1 - 0.3 / height, hspace=0.12
        )
        draw(figure)
        return inline(figure, name, alternative)
