"""Nitrous oxide of managed soils by the Tier 1 factors of the IPCC guidelines, editions 2006 and 2019."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from tenbin.core.arrays import jax, jnp

__all__ = [
    "EDITIONS",
    "RICE_WATER",
    "SoilFactors",
    "SoilNitrogen",
    "SoilNitrousOxide",
    "by_climate",
    "direct",
    "indirect",
    "rice_direct",
    "total",
]


class SoilFactors(NamedTuple):
    """Factors of one edition (volume 4, chapter 11, tables 11.1 and 11.3), kg N per kg N [1].

    `synthetic`, `other` are EF1 of mineral fertiliser and of all other input; `rice` EF1FR; `grazing_cattle` (with
    poultry and pigs) and `grazing_sheep` (and the rest) EF3PRP; `deposition` EF4; `leaching` EF5; the shares are
    Frac GASF, GASM and LEACH-(H).
    """

    synthetic: float
    other: float
    rice: float
    grazing_cattle: float
    grazing_sheep: float
    deposition: float
    leaching: float
    volatile_synthetic: float
    volatile_organic: float
    leached_share: float


_OF_2006 = SoilFactors(0.01, 0.01, 0.003, 0.02, 0.01, 0.010, 0.0075, 0.10, 0.20, 0.30)
_OF_2019 = SoilFactors(0.010, 0.010, 0.004, 0.004, 0.003, 0.010, 0.011, 0.11, 0.21, 0.24)

EDITIONS: Mapping[str, SoilFactors] = MappingProxyType(
    {
        "2006": _OF_2006,
        "2019": _OF_2019,
        "2019 wet": _OF_2019._replace(synthetic=0.016, other=0.006, grazing_cattle=0.006, deposition=0.014),
        "2019 dry": _OF_2019._replace(
            synthetic=0.005, other=0.005, grazing_cattle=0.002, deposition=0.005, leached_share=0.0
        ),
    }
)
"""Editions; "wet" and "dry" are the climates into which that of 2019 divides its factors. In dry climates nothing
leaches unless the land is irrigated. Emission of drained organic soils (EF2) is not here. All numbers of 2019 agree
with public transcriptions of the two tables."""

RICE_WATER: Mapping[str, float] = MappingProxyType({"flooded": 0.003, "drained": 0.005, "unknown": 0.004})
"""EF1FR of 2019 by water [1]: continuously flooded, once or more drained, and their aggregate (table 11.1)."""


class SoilNitrogen(NamedTuple):
    """Nitrogen put on soils in a year [any unit of N mass], each scalar or (cell,).

    Mineral and organic fertiliser, crop residues, mineralised soil nitrogen, dung and urine of grazing cattle and of
    grazing sheep, and (in addition) fertiliser of all kinds on flooded rice.
    """

    synthetic: jax.Array | float = 0.0
    organic: jax.Array | float = 0.0
    residue: jax.Array | float = 0.0
    mineralised: jax.Array | float = 0.0
    cattle: jax.Array | float = 0.0
    sheep: jax.Array | float = 0.0
    rice_synthetic: jax.Array | float = 0.0


class SoilNitrousOxide(NamedTuple):
    """N2O-N by way [unit of the input]: direct, and indirect by ammonia laid down elsewhere and by leaching."""

    direct: jax.Array
    deposition: jax.Array
    leaching: jax.Array


def direct(nitrogen: SoilNitrogen, factors: SoilFactors, rice_factor: float | None = None) -> jax.Array:
    """Direct N2O-N, equation 11.1 [unit of the input]; `rice_factor` [1] replaces EF1FR."""
    on_rice = factors.rice if rice_factor is None else rice_factor
    return jnp.asarray(
        factors.synthetic * nitrogen.synthetic
        + factors.other * (nitrogen.organic + nitrogen.residue + nitrogen.mineralised)
        + factors.grazing_cattle * nitrogen.cattle
        + factors.grazing_sheep * nitrogen.sheep
        + on_rice * nitrogen.rice_synthetic
    )


def indirect(nitrogen: SoilNitrogen, factors: SoilFactors) -> tuple[jax.Array, jax.Array]:
    """Indirect N2O-N [unit of the input] by deposition (equation 11.9) and by leaching (equation 11.10)."""
    mineral = nitrogen.synthetic + nitrogen.rice_synthetic
    dung = nitrogen.organic + nitrogen.cattle + nitrogen.sheep
    deposited = factors.volatile_synthetic * mineral + factors.volatile_organic * dung
    leached = factors.leached_share * (mineral + dung + nitrogen.residue + nitrogen.mineralised)
    return jnp.asarray(factors.deposition * deposited), jnp.asarray(factors.leaching * leached)


def total(nitrogen: SoilNitrogen, factors: SoilFactors, rice_factor: float | None = None) -> SoilNitrousOxide:
    """Direct and indirect N2O-N of a year [unit of the input]; times 44/28 it is N2O."""
    return SoilNitrousOxide(direct(nitrogen, factors, rice_factor), *indirect(nitrogen, factors))


def by_climate(wet_share: float) -> SoilFactors:
    """Factors of 2019 where a share [0..1] of the land has a wet climate, the rest a dry one."""
    wet, dry = EDITIONS["2019 wet"], EDITIONS["2019 dry"]
    return SoilFactors(*(wet_share * w + (1.0 - wet_share) * d for w, d in zip(wet, dry, strict=True)))


def rice_direct(fertiliser: jax.Array | float, flooded: jax.Array | float) -> jax.Array:
    """Direct N2O-N of rice [unit of `fertiliser`], flooded all season (1) or drained in it (0), or in between."""
    return jnp.asarray(
        fertiliser * (RICE_WATER["drained"] + (RICE_WATER["flooded"] - RICE_WATER["drained"]) * flooded)
    )
