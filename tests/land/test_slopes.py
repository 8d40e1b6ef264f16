"""No slope of the land asks whether two numbers that were worked out are equal to the last digit."""

from __future__ import annotations

import numpy as np
import pytest

from tenbin.core.arrays import jax, jnp
from tenbin.land import drivers, ecosystem
from tenbin.land.ecosystem import LandParams, Options
from tenbin.land.parameters import at_cells


def equations(jaxpr):
    """All equations, those of loops, branches and calls too."""
    for equation in jaxpr.eqns:
        yield equation
        for value in equation.params.values():
            for part in value if isinstance(value, (tuple, list)) else (value,):
                inner = getattr(part, "jaxpr", part)
                if hasattr(inner, "eqns"):
                    yield from equations(inner)


def compared(function, *arguments):
    """Where numbers that are no integers are asked to be equal."""
    return [
        "\n".join(row for row in str(equation.source_info.traceback).splitlines() if "tenbin" in row)
        for equation in equations(jax.make_jaxpr(function)(*arguments).jaxpr)
        if equation.primitive.name in ("eq", "ne")
        and jnp.issubdtype(equation.invars[0].aval.dtype, jnp.floating)
    ]


def day(options):
    """A day of two places, and how its state and its fluxes answer the state before, the weather and the place."""
    n = 2
    weather = drivers.daily(
        "float64", tas=np.full(n, 290.0), tasmin=np.full(n, 285.0), tasmax=np.full(n, 295.0),
        rsds=np.full(n, 200.0), vpd=np.full(n, 800.0), pr=np.full(n, 3e-5), lai=2.0,
        day_length=np.full(n, 43200.0), sin_noon_elevation=np.full(n, 0.9), clearness=np.full(n, 0.5),
    )  # fmt: skip
    ground = drivers.surface("float64", latitude=np.array([3.0, 60.0]), plant_type=np.array([1, 5]), sand=0.4,
                             clay=0.2, organic=0.1, ph=6.0, wetland_fraction=0.1, rice_fraction=0.1)  # fmt: skip
    here = ecosystem.place_with(ground, at_cells(LandParams(), ground.plant_type, "float64"), options)
    state = ecosystem.initial_state(here, weather.tas, weather.lai, options)

    def loss(state, weather, here):
        made = ecosystem.step(state, weather, here, options)
        return sum(jnp.sum(x) for x in jax.tree.leaves(made))

    return jax.grad(loss, argnums=(0, 1, 2), allow_int=True), (state, weather, here)


@pytest.mark.parametrize("canopy", ["two_leaf", "light_use"])
def test_slopes_compare_sizes_and_never_ask_for_equality(canopy):
    gradient, arguments = day(Options(lai="prognostic", canopy=canopy))
    assert compared(gradient, *arguments) == []


def test_the_question_would_be_found():
    assert compared(jax.grad(jnp.maximum), 1.0, 2.0)
