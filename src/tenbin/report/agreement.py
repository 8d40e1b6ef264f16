"""What a z-score says in plain words: whether two estimates of one flux can both be right."""

from __future__ import annotations

import math
from dataclasses import dataclass

WIDE = 0.25
"""Uncertainty of the difference, relative to the flux, above which agreement says little."""


@dataclass(frozen=True)
class Agreement:
    """A verdict on two estimates.

    `level` names it for colour, `words` say it, `short` fits a table cell, `caution` tempers it or is empty.
    """

    level: str
    words: str
    short: str
    caution: str


_STEPS = (
    (1.0, "agrees", "agree within one standard deviation", "within 1σ"),
    (2.0, "near", "agree within two standard deviations", "within 2σ"),
    (3.0, "tension", "are in tension: two to three standard deviations apart", "2–3σ apart"),
    (math.inf, "disagrees", "disagree by more than three standard deviations", "over 3σ apart"),
)


def _caution(bottom_up: float, top_down: float, difference_sd: float) -> str:
    size = max(abs(bottom_up), abs(top_down))
    if size > 0 and difference_sd > WIDE * size:
        share = 100 * difference_sd / size
        return f"The combined uncertainty is {share:.0f} % of the flux, so this is a weak test."
    return ""


def judge(bottom_up: float, top_down: float, difference_sd: float, z: float) -> Agreement:
    """Verdict on two estimates of one flux [any one unit]; `z` is their difference over `difference_sd`."""
    if not math.isfinite(z):
        return Agreement("unknown", "cannot be compared: an uncertainty is missing", "not known", "")
    level, words, short = next(verdict for limit, *verdict in _STEPS if abs(z) < limit)
    caution = _caution(bottom_up, top_down, difference_sd) if level in ("agrees", "near") else ""
    return Agreement(level, words, short, caution)
