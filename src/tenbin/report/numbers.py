"""Numbers as a reader wants them: as many digits as the uncertainty earns, and a true minus sign."""

from __future__ import annotations

import math

MINUS = "\u2212"
MISSING = "\u2013"


def _decimals_for(sd: float) -> int:
    """Decimals kept beside an uncertainty: two digits of it up to 354, one above (Particle Data Group)."""
    exponent = math.floor(math.log10(sd))
    leading = round(sd / 10.0 ** (exponent - 2))
    digits = 2 if leading < 355 else 1
    return digits - 1 - exponent


def _fixed(value: float, decimals: int) -> str:
    text = f"{round(value, decimals):.{max(decimals, 0)}f}"
    if float(text) == 0.0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def plain(value: float | None, digits: int = 3) -> str:
    """A number to `digits` significant digits, or a dash where there is none."""
    if value is None or not math.isfinite(value):
        return MISSING
    if value == 0.0:
        return "0"
    return _fixed(value, digits - 1 - math.floor(math.log10(abs(value))))


def small(value: float | None) -> str:
    """A residual in scientific notation with two digits, or a dash where there is none."""
    if value is None or not math.isfinite(value):
        return MISSING
    return "0" if value == 0.0 else f"{value:.1e}".replace("-", MINUS)


def with_sd(value: float | None, sd: float | None) -> str:
    """`value ± sd` (one standard deviation), both cut where the uncertainty says so."""
    if value is None or not math.isfinite(value):
        return MISSING
    if sd is None or not math.isfinite(sd) or sd <= 0.0:
        return plain(value)
    decimals = _decimals_for(sd)
    return f"{_fixed(value, decimals)}\u00a0±\u00a0{_fixed(sd, decimals)}"


def score(z: float | None) -> str:
    """A z-score with its sign and one decimal."""
    if z is None or not math.isfinite(z):
        return MISSING
    text = _fixed(z, 1)
    return text if text.startswith(MINUS) or float(text) == 0.0 else f"+{text}"


def years(start: int, end: int) -> str:
    """A period in words: one year, or first and last year, both counted."""
    return str(start) if start == end else f"{start}–{end}"
