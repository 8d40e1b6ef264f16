"""Numbers with units as they may be written in a configuration: 0.3, "30 %", "2 yr", "5 ppb"."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

_NUMBER_AND_UNIT = re.compile(r"^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(\S.*?)?\s*$")


def refusal(found: str, expected: str, remedy: str = "", of: tuple[str, ...] = ()) -> PydanticCustomError:
    """The error of a validator: what was wrong with the value (added to it), what would be right and what to do.

    A validator of a whole section names in `of` the keys that it held against each other.
    """
    told = {"found": found, "expected": expected, "remedy": remedy, "of": of}
    return PydanticCustomError("refused", "expected {expected}", told)


def read_quantity(value: Any, factors: dict[str, float]) -> float:
    """A finite number in the field's own unit, from a bare number or a text "number unit".

    `factors` maps each accepted unit to what one of it is worth in the field's unit; the first one is
    the field's own. Any other unit or type is refused with what was expected.
    """
    units = list(factors)
    written = " or ".join(f"'2 {unit}'" for unit in units if unit != "1")
    expected = f"a number in {units[0]!r}" if units[0] != "1" else "a number such as 0.3"
    expected = f"{expected}, or a text such as {written}"
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise refusal("", expected)
    match = _NUMBER_AND_UNIT.match(str(value))
    if match is None:
        raise refusal("", expected)
    unit = match.group(2) or units[0]
    if unit not in factors:
        raise refusal(f" in the wrong unit {unit!r}", expected)
    number = float(match.group(1)) * factors[unit]
    if not math.isfinite(number):
        raise refusal("", f"a finite number; {expected}")
    return number


def _reader(factors: dict[str, float]) -> BeforeValidator:
    read: Callable[[Any], float] = lambda value: read_quantity(value, factors)  # noqa: E731
    return BeforeValidator(read)


def _unit(unit: str) -> Any:
    return Field(json_schema_extra={"unit": unit})


Fraction = Annotated[float, _reader({"1": 1.0, "%": 0.01}), _unit("1")]
"""A part of one: 0.3 or "30 %"."""

Years = Annotated[float, _reader({"yr": 1.0, "years": 1.0, "month": 1 / 12, "months": 1 / 12}), _unit("yr")]
"""A length of time [yr]: 2, "2 yr" or "18 months"."""

Ppm = Annotated[float, _reader({"ppm": 1.0, "ppb": 1e-3}), _unit("ppm")]
"""A mole fraction of dry air [ppm]."""

Ppb = Annotated[float, _reader({"ppb": 1.0, "ppt": 1e-3, "ppm": 1e3}), _unit("ppb")]
"""A mole fraction of dry air [ppb]."""

MoleFraction = Annotated[
    float, _reader({"mol mol-1": 1.0, "ppm": 1e-6, "ppb": 1e-9, "ppt": 1e-12}), _unit("mol mol-1")
]
"""A mole fraction of dry air [mol mol-1]: 4e-4, "400 ppm", "1800 ppb" or "7 ppt"."""
