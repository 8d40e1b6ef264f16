"""Loss of CH4, N2O, CH3CCl3 and 222Rn in cells of air over the globe, exact in time for constant frequencies.

A gas loses the share 1 - exp(-k dt) of what a cell holds, k [s-1] being the sum over its processes:

| gas | processes |
|---|---|
| ch4 | oh; cl and o1d above the tropopause; soils by `deposit` |
| n2o | photolysis and o1d above the tropopause |
| mcf (CH3CCl3) | oh; photolysis above the tropopause; ocean under the lowest layer |
| rn222 | decay |
| sf6, co2 | none |

SF6 lives for some thousand years and dies in the mesosphere (Ray et al. 2017, J. Geophys. Res. 122, 4626).
All is linear in the tracer, so that the way back is a product with the same factors. Concentrations are zonal means
of day and night: their product with the rate of the mean temperature stands for the mean of the product.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import equinox as eqx
import numpy as np
import numpy.typing as npt

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import SECONDS_PER_YEAR
from tenbin.core.errors import Fault, InputError
from tenbin.core.limits import larger, smaller
from tenbin.core.params import param
from tenbin.transport.photolysis import Photolysis, frequency_at
from tenbin.transport.rates import RADON_DECAY, air_concentration, rate_constant
from tenbin.transport.zonal_fields import Zonal, on_cells

__all__ = [
    "GASES",
    "ChemistryParams",
    "Climatology",
    "Surroundings",
    "above_tropopause",
    "deposit",
    "frequencies",
    "lose",
    "lost",
    "ocean_uptake",
    "surroundings",
    "total",
    "where_lost",
]

GASES = ("ch4", "n2o", "mcf", "rn222", "sf6", "co2")


class ChemistryParams(eqx.Module):
    """Corrections of climatological fields and the ocean's grip on CH3CCl3, for a control vector.

    A scale is one number for the globe, or (n,) numbers for n bands of equal area from south to north: 2 are the
    hemispheres, 4 the bands of the box model (`equinox.tree_at` puts them in place).
    """

    oh_scale: jax.Array = param(
        1.0, "1", bounds=(0.3, 3.0), prior_sd=0.15, source="spread of CH4 lifetimes, Naik et al. 2013"
    )
    cl_scale: jax.Array = param(
        1.0, "1", bounds=(0.1, 5.0), prior_sd=0.3, source="judgement: chlorine of CLaMS has no stated error"
    )
    o1d_scale: jax.Array = param(
        1.0, "1", bounds=(0.3, 3.0), prior_sd=0.2, source="judgement: O(1D) follows ozone overhead"
    )
    photolysis_scale: jax.Array = param(
        1.0, "1", bounds=(0.3, 3.0), prior_sd=0.1, source="N2O lifetime 116 +- 9 yr, Prather et al. 2015"
    )
    ocean_mcf: jax.Array = param(
        94.0, "yr", bounds=(40.0, 300.0), prior_sd=25.0, source="SPARC 2013 lifetime report"
    )


class Climatology(NamedTuple):
    """Monthly zonal means: `oh` [mol m-3], `o1d` and `cl` as mole fractions [mol mol-1], photolysis [s-1]."""

    oh: Zonal
    o1d: Zonal
    cl: Zonal
    n2o_photolysis: Photolysis
    mcf_photolysis: Photolysis


class Surroundings(NamedTuple):
    """What a tracer meets in cells (level, lat, lon).

    `temperature` [K]; `oh`, `o1d`, `cl` [mol m-3]; photolysis [s-1]. All but `oh` are nothing below the tropopause.
    `ocean` [yr s-1] is the frequency times the lifetime in years of `ocean_uptake`.
    """

    temperature: jax.Array
    oh: jax.Array
    o1d: jax.Array
    cl: jax.Array
    n2o_photolysis: jax.Array
    mcf_photolysis: jax.Array
    ocean: jax.Array


def above_tropopause(pressure: jax.Array, cell_lat: npt.ArrayLike) -> jax.Array:
    """True in cells (level, lat, lon) whose `pressure` [Pa] is below 300 - 215 cos^2(latitude) hPa.

    The climatological tropopause of Lawrence et al. 2001 (Atmos. Chem. Phys. 1, 37), fit for means over the globe.
    """
    squared = jnp.cos(jnp.radians(jnp.asarray(cell_lat))) ** 2
    return pressure < (3e4 - 2.15e4 * squared)[:, None]


def surroundings(
    fields: Climatology,
    month: jax.Array | float,
    cell_lat: npt.ArrayLike,
    pressure: jax.Array,
    temperature: jax.Array,
    ocean: jax.Array | float = 0.0,
) -> Surroundings:
    """The climatology in cells (level, lat, lon) of `pressure` [Pa] and `temperature` [K] at a place in the year.

    `month` [months] is that of `zonal_fields.month_of`, `ocean` that of `ocean_uptake`. A concentration of OH is used
    as it is, a mole fraction with the air that is there. Beyond the fields' levels the nearest value stands.
    """
    aloft = above_tropopause(pressure, cell_lat)
    air = air_concentration(pressure, temperature)

    def field(of: Zonal) -> jax.Array:
        return on_cells(of, month, cell_lat, pressure)

    def light(of: Photolysis) -> jax.Array:
        return jnp.where(aloft, frequency_at(field(of.cold), field(of.warm), temperature), 0.0)

    return Surroundings(
        temperature=temperature,
        oh=field(fields.oh),
        o1d=jnp.where(aloft, field(fields.o1d) * air, 0.0),
        cl=jnp.where(aloft, field(fields.cl) * air, 0.0),
        n2o_photolysis=light(fields.n2o_photolysis),
        mcf_photolysis=light(fields.mcf_photolysis),
        ocean=jnp.broadcast_to(jnp.asarray(ocean, temperature.dtype), temperature.shape),
    )


def ocean_uptake(ocean_area: jax.Array, mass: jax.Array) -> jax.Array:
    """Frequency in cells times lifetime [yr s-1], such that a well-mixed gas has that lifetime against the ocean.

    The loss is in the lowest layer, in proportion to `ocean_area` [m2] (lat, lon); `mass` of air [kg] (level, lat,
    lon). Hydrolysis of CH3CCl3 is faster in warm water: that is left out.
    """
    share = ocean_area / jnp.sum(ocean_area)
    lowest = share * jnp.sum(mass) / mass[0] / SECONDS_PER_YEAR
    return jnp.concatenate([lowest[None], jnp.zeros_like(mass[1:])])


def _rows(scale: jax.Array, lat_edges: npt.ArrayLike) -> jax.Array:
    """A scale () or (band,) as (lat, 1): each row has the mean, by area, of the bands of equal area it lies in."""
    bands = jnp.atleast_1d(scale)
    height = 0.5 * (np.sin(np.radians(np.asarray(lat_edges))) + 1.0)
    edges = np.linspace(0.0, 1.0, bands.size + 1)
    south, north = height[:-1, None], height[1:, None]
    shared = np.clip(np.minimum(north, edges[1:]) - np.maximum(south, edges[:-1]), 0.0, None)
    return (jnp.asarray(shared / shared.sum(axis=1, keepdims=True)) @ bands)[:, None]


def frequencies(
    gas: str, around: Surroundings, lat_edges: npt.ArrayLike, params: ChemistryParams
) -> dict[str, jax.Array]:
    """Loss frequency [s-1] of each process of `gas`, (level, lat, lon) or (); rows lie between `lat_edges`
    [degrees]."""
    if gas not in GASES:
        raise InputError(Fault("chemistry", "gas", repr(gas), f"one of {GASES}", "give it its losses"))

    def by_row(scale: jax.Array) -> jax.Array:
        return _rows(scale, lat_edges).astype(around.temperature.dtype)

    oh, o1d = by_row(params.oh_scale) * around.oh, by_row(params.o1d_scale) * around.o1d
    light = by_row(params.photolysis_scale)

    def meets(oxidant: str, concentration: jax.Array) -> jax.Array:
        return rate_constant(gas, oxidant, around.temperature) * concentration

    if gas == "ch4":
        cl = by_row(params.cl_scale) * around.cl
        return {"oh": meets("oh", oh), "cl": meets("cl", cl), "o1d": meets("o1d", o1d)}
    if gas == "n2o":
        return {"photolysis": light * around.n2o_photolysis, "o1d": meets("o1d", o1d)}
    if gas == "mcf":
        ocean = around.ocean / params.ocean_mcf.astype(around.ocean.dtype)
        return {"oh": meets("oh", oh), "photolysis": light * around.mcf_photolysis, "ocean": ocean}
    return {"decay": jnp.asarray(float(RADON_DECAY), around.temperature.dtype)} if gas == "rn222" else {}


def total(
    gases: Sequence[str], around: Surroundings, lat_edges: npt.ArrayLike, params: ChemistryParams
) -> jax.Array:
    """Loss frequency [s-1] to all processes (tracer, level, lat, lon) of several gases, in the order given."""
    nothing = jnp.zeros_like(around.temperature)
    return jnp.stack(
        [sum(frequencies(gas, around, lat_edges, params).values(), start=nothing) for gas in gases]
    )


def lose(tracer: jax.Array, frequency: jax.Array, seconds: float) -> jax.Array:
    """Tracer [kg] ([tracer,] level, lat, lon) left after `seconds` of loss at `frequency` [s-1], which broadcasts."""
    return tracer * jnp.exp(-seconds * frequency)


def lost(tracer: jax.Array, frequency: jax.Array, seconds: float) -> jax.Array:
    """Tracer [kg] that `lose` takes in `seconds`, kept to its own digits where the loss is slight."""
    return -tracer * jnp.expm1(-seconds * frequency)


def where_lost(tracer: jax.Array, by: Mapping[str, jax.Array], seconds: float) -> dict[str, jax.Array]:
    """Tracer [kg] lost to each process of `frequencies`: they share the loss by frequency, and add up to it."""
    whole = sum(by.values(), start=jnp.zeros((), tracer.dtype))
    # the mean of what is there during the step, finite where nothing acts
    acts = whole * seconds > 0.0
    safe = jnp.where(acts, whole, 1.0)
    held = jnp.where(acts, lost(tracer, safe, seconds) / safe, tracer * seconds)
    return {name: frequency * held for name, frequency in by.items()}


def deposit(
    tracer: jax.Array, uptake: jax.Array, area: jax.Array, seconds: float
) -> tuple[jax.Array, jax.Array]:
    """Tracer [kg] (level, lat, lon) after `seconds` of `uptake` [kg m-2 s-1] (lat, lon) out of the air over `area`
    [m2].

    The lowest layer gives what is asked, or all it has. Also returned is what was taken [kg] (lat, lon): where it is
    less than asked the given flux and the air disagree. An uptake below zero is a source.
    """
    taken = smaller(uptake * area * seconds, larger(tracer[0], 0.0))
    return tracer.at[0].add(-taken), taken
