"""Errors written for the person who must mend them: where, what was found, what was expected, what next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["ConservationError", "Fault", "InputError", "TenbinError", "raise_if_any"]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with an input.

    `where` is the file, table or config section; `name` the variable, column or key; `found` and `expected`
    say the difference; `remedy` is the next step for the reader.

    >>> print(Fault("flask.csv", "unit", "'ppmv'", "'ppm'", "rename the unit in the header"))
    flask.csv: unit: found 'ppmv', expected 'ppm'; rename the unit in the header
    """

    where: str
    name: str
    found: str
    expected: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.name}: found {self.found}, expected {self.expected}; {self.remedy}"


class TenbinError(Exception):
    """Anything tenbin refuses to do, with the reason; shown to the user without a traceback."""


class InputError(TenbinError):
    """An input is missing or wrong; carries every fault found, not only the first."""

    def __init__(self, faults: Fault | Iterable[Fault]):
        self.faults: list[Fault] = [faults] if isinstance(faults, Fault) else list(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class ConservationError(InputError):
    """A quantity that nature conserves was not conserved to within its stated limit."""


def raise_if_any(faults: Iterable[Fault]) -> None:
    """Raise one InputError that lists all `faults`; do nothing if there are none."""
    found = list(faults)
    if found:
        raise InputError(found)
