"""A year of the land: its months' means, what passed its border, how deep it thawed, and how it stands after."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from tenbin.core.arrays import jax, jnp
from tenbin.core.limits import larger
from tenbin.land import closure, ecosystem, permafrost
from tenbin.land.biogeochemistry_state import BiogeochemistryFluxes
from tenbin.land.closure import Passed
from tenbin.land.drivers import Drivers
from tenbin.land.ecosystem import LandFluxes, LandState, Options, Place

__all__ = ["LOSSES", "MONTHLY", "YearOfLand", "monthly_fields", "pass_year"]


LOSSES = ("ra", "rh", "fire", "clearing", "harvest", "product_decay")
"""The ways by which carbon leaves the land."""
_AT_REST = (
    "growth_wood", "growth_root", "litterfall_leaf", "litterfall_wood", "litterfall_root", "decayed",
)  # fmt: skip


class YearOfLand(NamedTuple):
    """What a year leaves: state, monthly means (month, cell) by name, traffic, warmest layers [K], thaw depth [m].

    `turnover` holds the mean growth, litter and decay of the year [kg C m-2 s-1] that `spinup.settled` needs, and
    None in place of all other fluxes.
    """

    state: LandState
    months: dict[str, jax.Array]
    traffic: Passed
    warmest: jax.Array
    thaw_depth: jax.Array
    turnover: BiogeochemistryFluxes


def monthly_fields(fluxes: LandFluxes) -> dict[str, jax.Array]:
    """The fluxes and states that a year keeps by month, by name (CMIP names where there are any), (cell,)."""
    life, earth, gases, nitrogen = fluxes.life, fluxes.ground, fluxes.gases, fluxes.nitrogen
    fields = {
        "gpp": life.gpp,
        "npp": life.npp,
        "ra": life.ra,
        "rh": life.rh,
        "nbp": life.gpp - sum(getattr(life, name) for name in LOSSES),
        "fFire": life.fire,
        "fClearing": life.clearing,
        "fHarvest": life.harvest + life.product_decay,
        "evspsbl": earth.evapotranspiration,
        "tran": earth.transpiration,
        "mrro": earth.runoff,
        "lai": fluxes.lai,
        "snd": earth.snow_depth,
        "tsl": earth.temperature[1],
        "hfls": earth.energy.latent,
        "hfss": earth.energy.sensible,
    }
    if gases is not None and nitrogen is not None:
        fields |= {
            "wetlandCH4": gases.wetland_ch4,
            "riceCH4": gases.rice_ch4,
            "termiteCH4": gases.termite_ch4,
            "uplandCH4": -gases.upland_uptake,
            "fN2O": nitrogen.n2o,
            "fNOx": nitrogen.nox,
        }
    return fields


MONTHLY = (
    "gpp", "npp", "ra", "rh", "nbp", "fFire", "fClearing", "fHarvest", "evspsbl", "tran", "mrro", "lai", "snd",
    "tsl", "hfls", "hfss", "wetlandCH4", "riceCH4", "termiteCH4", "uplandCH4", "fN2O", "fNOx",
)  # fmt: skip
"""Names of `monthly_fields` when all gases run."""


@partial(jax.jit, static_argnames=("options", "n_months"))
def pass_year(
    state: LandState, drivers: Drivers, month: jax.Array, here: Place, options: Options, n_months: int = 12
) -> YearOfLand:
    """Run all days of `drivers` (time, cell), a year or more; `month` (time,) says where each day is counted."""

    def one_day(carried: Any, today: Any) -> tuple[Any, None]:
        state, months, totals, warmest, deepest = carried
        weather, place = today
        after, fluxes = ecosystem.step(state, weather, here, options)
        kept = monthly_fields(fluxes)
        months = jax.tree.map(lambda total, x: total.at[place].add(x.astype(total.dtype)), months, kept)
        totals = jax.tree.map(jnp.add, totals, _totals(fluxes, weather))
        warm = fluxes.ground.temperature
        thawed = permafrost.active_layer_thickness(warm, options.grid)
        return (after, months, totals, larger(warmest, warm), larger(deepest, thawed)), None

    first = jax.tree.map(lambda x: x[0], drivers)
    shapes = jax.eval_shape(lambda s, w: ecosystem.step(s, w, here, options)[1], state, first)
    months = jax.tree.map(
        lambda x: jnp.zeros((n_months, *x.shape), x.dtype), jax.eval_shape(monthly_fields, shapes)
    )
    totals = jax.tree.map(lambda x: jnp.zeros(x.shape, x.dtype), jax.eval_shape(_totals, shapes, first))
    start = (state, months, totals, state.ground.heat.temperature, jnp.zeros_like(drivers.tas[0]))
    (after, months, totals, warmest, deepest), _ = jax.lax.scan(one_day, start, (drivers, month))
    days = jnp.zeros(n_months, drivers.tas.dtype).at[month].add(1.0)
    traffic, turnover = totals
    length = drivers.tas.shape[0]
    means = jax.tree.map(lambda total: total / days[:, None].astype(total.dtype), months)
    return YearOfLand(
        after, means, traffic, warmest, deepest, jax.tree.map(lambda total: total / length, turnover)
    )


def _totals(fluxes: LandFluxes, weather: Drivers) -> tuple[Passed, BiogeochemistryFluxes]:
    life = fluxes.life
    kept: dict[str, Any] = {name: getattr(life, name) if name in _AT_REST else None for name in life._fields}
    return closure.passed(fluxes, weather), type(life)(**kept)
