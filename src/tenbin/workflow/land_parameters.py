"""The parameters that a run of the land asks for: each known by its name and within its bounds, then set."""

from __future__ import annotations

import difflib

import numpy as np
from pydantic_core import InitErrorDetails, ValidationError

from tenbin.core.arrays import jnp
from tenbin.core.params import declarations
from tenbin.land.ecosystem import LandParams
from tenbin.land.parameters import replace
from tenbin.workflow.quantities import refusal

__all__ = ["check", "parameters_of"]


def check(values: dict[str, float]) -> None:
    """Raise a ValidationError with an entry for each name that no parameter has and each value out of bounds."""
    known = {declared.name: declared for declared, _ in declarations(LandParams())}
    wrong = []
    for name, value in values.items():
        if name not in known:
            close = difflib.get_close_matches(name, list(known), n=1)
            remedy = f"did you mean {close[0]!r}?" if close else "see the table of parameters in the docs"
            error = refusal(" for an unknown parameter", "a dotted name of the table", remedy)
        elif not known[name].bounds[0] <= value <= known[name].bounds[1]:
            (low, high), unit = known[name].bounds, known[name].unit
            expected = f"{low:g} to {high:g}" + (f" {unit}" if unit != "1" else "")
            error = refusal("", expected, "give a value within its bounds, in its unit")
        else:
            continue
        wrong.append(InitErrorDetails(type=error, loc=(name,), input=value))
    if wrong:
        raise ValidationError.from_exception_data("parameters", wrong)


def parameters_of(values: dict[str, float]) -> LandParams:
    """The default parameters with these `values` in the place of theirs, alike for all plant types."""
    params = LandParams()
    shapes = {declared.name: np.shape(value) for declared, value in declarations(params)}
    changed = {name: jnp.full(shapes[name], value) for name, value in values.items()}
    return replace(params, changed) if changed else params
