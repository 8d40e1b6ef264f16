"""Which sector contains which, per gas: the tree along which fluxes may be summed."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Any

from tenbin.core.errors import Fault, InputError

__all__ = [
    "ancestors",
    "boundary",
    "children",
    "contains",
    "gases",
    "is_sink",
    "known",
    "leaves",
    "outside",
    "overlapping",
    "parents",
    "root",
]


@lru_cache(maxsize=1)
def _tables() -> dict[str, Any]:
    import yaml  # only when the tree is wanted

    text = resources.files("tenbin.budget").joinpath("sectors.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def gases() -> tuple[str, ...]:
    """Gas ids that have a tree of sectors."""
    return tuple(_tables()["tree"])


def _tree(gas: str) -> dict[str, list[str]]:
    if gas in _tables()["tree"]:
        return dict(_tables()["tree"][gas])
    expected = "one of " + ", ".join(gases())
    raise InputError(Fault("sector tree", "gas", repr(gas), expected, "add the gas to budget/sectors.yaml"))


def root(gas: str) -> str:
    """The sector that both pans weigh: CO2 net of land and ocean; CH4 and N2O gross from the surface.

    >>> root("co2"), root("ch4")
    ('net_total', 'total')
    """
    return str(_tables()["roots"].get(gas, "total"))


@lru_cache(maxsize=16)
def known(gas: str) -> tuple[str, ...]:
    """Every sector of a gas, parents before children."""
    found = ["net_total"]
    for sector in found:  # grows while it is walked: breadth first
        found += children(gas, sector)
    return tuple(found)


def outside() -> tuple[str, ...]:
    """Sectors compared with the tree but never summed into it, such as the growth of the atmosphere."""
    return tuple(_tables()["outside"])


@lru_cache(maxsize=256)
def is_sink(gas: str, sector: str) -> bool:
    """Whether a sector only ever takes from the air: its rows are negative.

    >>> is_sink("ch4", "oh_sink"), is_sink("co2", "land_sink")
    (True, False)
    """
    return "sinks" in (sector, *ancestors(gas, sector))


def children(gas: str, sector: str) -> tuple[str, ...]:
    """The sectors that sum to `sector`; empty for a leaf.

    >>> children("ch4", "agriculture")
    ('livestock', 'rice')
    """
    return tuple(_tree(gas).get(sector, ()))


def parents(gas: str) -> tuple[str, ...]:
    """Sectors that have children, deepest last."""
    return tuple(sector for sector in known(gas) if children(gas, sector))


def ancestors(gas: str, sector: str) -> tuple[str, ...]:
    """Sectors that contain `sector`, nearest first."""
    above = [parent for parent in parents(gas) if sector in children(gas, parent)]
    return tuple(above + [a for parent in above for a in ancestors(gas, parent)])


@lru_cache(maxsize=256)
def leaves(gas: str, sector: str) -> tuple[str, ...]:
    """The undivided sectors below `sector`; itself if it is a leaf."""
    below = children(gas, sector)
    return tuple(leaf for child in below for leaf in leaves(gas, child)) if below else (sector,)


def contains(gas: str, outer: str, inner: str) -> bool:
    """Whether `outer` stands above `inner` in the tree.

    >>> contains("ch4", "anthropogenic", "rice"), contains("ch4", "rice", "rice")
    (True, False)
    """
    return outer in ancestors(gas, inner)


def overlapping(gas: str, chosen: tuple[str, ...]) -> list[tuple[str, str]]:
    """Pairs (outer, inner) of `chosen` of which one contains the other: their sum would count twice."""
    each = tuple(dict.fromkeys(chosen))
    return [(a, b) for a in each for b in each if contains(gas, a, b)]


def boundary(gas: str) -> str:
    """What the inventories leave out, or count elsewhere, so that nothing is counted twice."""
    return " ".join(str(_tables()["boundary"].get(gas, "")).split())
