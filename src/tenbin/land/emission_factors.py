"""How much of each gas a kilogram of burnt plant gives off, by kind of fire."""

from __future__ import annotations

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import MOLAR_MASS

__all__ = ["CARBON", "FIRE_TYPES", "GASES", "carbon_as_species", "emissions", "factor", "fire_type_weights"]

FIRE_TYPES = ("savanna", "boreal", "temperate", "deforestation", "peat", "agriculture")
"""Order of the kinds of fire along the axis of weights."""

# GFED4 table of emission factors (van der Werf et al. 2017, Earth Syst. Sci. Data 9, 697), mostly
# of Akagi et al. 2011, Atmos. Chem. Phys. 11, 4039; g of the species per kg of dry matter; NOx counted as NO, NMHC
# as published there; `particles` is the total particulate carbon.
GASES: dict[str, tuple[float, ...]] = {
    "co2": (1686.0, 1489.0, 1647.0, 1643.0, 1703.0, 1585.0),
    "co": (63.0, 127.0, 88.0, 93.0, 210.0, 102.0),
    "ch4": (1.94, 5.96, 3.36, 5.07, 20.8, 5.82),
    "nmhc": (3.4, 8.4, 8.4, 1.7, 1.7, 9.9),
    "nox": (3.9, 0.9, 1.92, 2.55, 1.0, 3.11),
    "n2o": (0.20, 0.41, 0.16, 0.20, 0.20, 0.10),
    "nh3": (0.52, 2.72, 0.84, 1.33, 1.33, 2.17),
    "particles": (3.0, 10.1, 10.1, 5.24, 6.06, 3.05),
}
"""Emission factors [g species (kg dry matter)-1] in the order of `FIRE_TYPES`."""

CARBON: tuple[float, ...] = (0.488273, 0.464989, 0.489416, 0.491751, 0.570055, 0.480352)
"""Carbon of dry matter [kg C (kg DM)-1] in the order of `FIRE_TYPES`, from the same table."""

NMHC_CARBON = 0.69
"""Carbon in unsaturated and oxygenated organic vapours [kg C kg-1], own choice near Akagi et al. 2011."""


def fire_type_weights(kind: str) -> tuple[float, ...]:
    """Weights over `FIRE_TYPES` of a fire of one kind.

    >>> fire_type_weights("peat")
    (0.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    """
    return tuple(float(kind == name) for name in FIRE_TYPES)


def factor(species: str, weights: jax.Array) -> jax.Array:
    """Emission factor [kg species (kg C burnt)-1] of fires whose burnt carbon is split by `weights` (type, cell)."""
    table = [1e-3 * ef / carbon for ef, carbon in zip(GASES[species], CARBON, strict=True)]
    column = jnp.asarray(table, weights.dtype).reshape((-1,) + (1,) * (weights.ndim - 1))
    return jnp.sum(column * weights, axis=0)


def emissions(burnt_carbon: jax.Array, weights: jax.Array) -> dict[str, jax.Array]:
    """Emissions [kg species m-2 s-1] of every species from `burnt_carbon` [kg C m-2 s-1] (cell,).

    `weights` (type, cell) say which kind of fire burnt the carbon and sum to 1. "co2" follows its own factor.
    """
    return {species: burnt_carbon * factor(species, weights) for species in GASES}


def carbon_as_species(burnt_carbon: jax.Array, weights: jax.Array) -> dict[str, jax.Array]:
    """Carbon [kg C m-2 s-1] that leaves as each species; their sum is `burnt_carbon`.

    CO, CH4, NMHC and particles by their factors; "co2" is what remains, so that the carbon closes. Beside it,
    `emissions(...)["co2"]` tells how far the published factor stands from closure.
    """
    out = emissions(burnt_carbon, weights)
    mass = {name: float(value) for name, value in MOLAR_MASS.items()}
    parts = {
        "co": out["co"] * (mass["c"] / mass["co"]),
        "ch4": out["ch4"] * (mass["c"] / mass["ch4"]),
        "nmhc": out["nmhc"] * NMHC_CARBON,
        "particles": out["particles"],
    }
    rest = burnt_carbon - (parts["co"] + parts["ch4"] + parts["nmhc"] + parts["particles"])
    return {"co2": rest, **parts}
