"""Sums over sectors and regions that refuse to count anything twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from tenbin.budget import sectors as tree
from tenbin.budget import uncertainty
from tenbin.budget.columns import UNIT
from tenbin.core import regions as places
from tenbin.core.errors import Fault, raise_if_any

__all__ = ["overlapping_regions", "total"]

_ZONAL = ("globe", "hemisphere", "band")
_WHERE = "sum over the ledger"


def total(
    ledger: pd.DataFrame,
    *,
    sectors: Sequence[str],
    regions: Sequence[str],
    min_count: int | None = None,
    label: tuple[str, str] | None = None,
) -> pd.DataFrame:
    """Sum `sectors` over `regions` for each gas, approach and period of `ledger` [Tg yr-1].

    Every (sector, region) is a part. A sum with fewer than `min_count` parts present and not NaN is NaN;
    `min_count=None` asks for all of them. The sd follows the correlations of `budget.uncertainty`.
    Raises InputError, listing every reason, if a sector or region contains another, if a part comes from two
    sources, if approaches are mixed or periods overlap. `label` names the sector and region of the result
    (default: the names joined by '+'). Columns: gas, sector, region, year_start, year_end, approach, source,
    mean, sd, unit, n, note.
    """
    rows = ledger[ledger["sector"].isin(sectors) & ledger["region"].isin(regions)]
    raise_if_any(list(_refusals(rows, tuple(sectors), tuple(regions))))
    needed = len(sectors) * len(regions) if min_count is None else min_count
    keys = ["gas", "approach", "year_start", "year_end"]
    names = label or ("+".join(sectors), "+".join(regions))
    found = [dict(zip(keys, key, strict=True)) | _sum(part, needed) for key, part in rows.groupby(keys)]
    table = pd.DataFrame(found, columns=[*keys, "source", "mean", "sd", "n"])
    return table.assign(sector=names[0], region=names[1], unit=UNIT, note="sum, errors correlated per source")


def _sum(part: pd.DataFrame, needed: int) -> dict[str, object]:
    present = part[part["mean"].notna()]
    enough = len(present) >= max(needed, 1)
    return {
        "source": "+".join(sorted(set(present["source"]))),
        "mean": float(present["mean"].sum()) if enough else np.nan,
        "sd": uncertainty.combined_sd(present) if enough else np.nan,
        "n": len(present),
    }


def _refusals(rows: pd.DataFrame, sectors: tuple[str, ...], regions: tuple[str, ...]) -> Iterator[Fault]:
    """Every reason why these rows may not be summed."""
    if rows.empty:
        yield Fault(_WHERE, "rows", "none", f"sectors {sectors} in regions {regions}", "check the names")
    for name, chosen in (("sector", sectors), ("region", regions)):
        for word in sorted({w for w in chosen if chosen.count(w) > 1}):
            yield _refusal(name, f"{word!r} given twice", "each once", "give it once")
    for gas in rows["gas"].unique():
        for outer, inner in tree.overlapping(gas, sectors):
            yield _refusal(
                f"sector of {gas}", f"{outer!r} contains {inner!r}", "sectors apart", "leave one out"
            )
    for a, b in overlapping_regions(regions):
        yield _refusal("region", f"{a!r} and {b!r} overlap", "regions of one partition", "leave one out")
    yield from _mixtures(rows)


def _refusal(name: str, found: str, expected: str, remedy: str) -> Fault:
    return Fault(_WHERE, name, found, expected, remedy)


def _mixtures(rows: pd.DataFrame) -> Iterator[Fault]:
    """Several approaches, several sources of one part, or periods that overlap."""
    for gas, part in rows.groupby("gas"):
        approaches = sorted(part["approach"].unique())
        if len(approaches) > 1:
            yield _refusal(
                f"approach of {gas}", " and ".join(approaches), "one approach", "filter by approach first"
            )
        several = part.groupby(["sector", "year_start", "year_end"])["source"].agg(lambda s: sorted(set(s)))
        mixed = several[several.map(len) > 1]
        for (sector, start, end), sources in mixed.head(5).items():
            found = f"{sector} of {start}-{end} from {', '.join(sources)}"
            yield _refusal(
                f"source of {gas}", found, "one source per sector and period", "filter by source first"
            )
        yield from _period_overlaps(str(gas), part)


def _period_overlaps(gas: str, part: pd.DataFrame) -> Iterator[Fault]:
    periods = part[["year_start", "year_end"]].drop_duplicates().sort_values(["year_start", "year_end"])
    start, end = periods["year_start"].to_numpy(), periods["year_end"].to_numpy()
    for i in np.flatnonzero(start[1:] <= end[:-1])[:5]:
        found = f"{start[i]}-{end[i]} and {start[i + 1]}-{end[i + 1]}"
        yield _refusal(
            f"period of {gas}", found, "periods that do not overlap", "choose years or decades, not both"
        )


def overlapping_regions(chosen: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of regions that share ground, or of which it cannot be told that they do not.

    Latitude zones overlap by latitude, lists of countries by country. A country and a band, or a land surface
    and anything else, are taken to overlap. Bunkers lie under no country but inside every zone.
    """
    pairs = [(a, b) for i, a in enumerate(chosen) for b in chosen[i + 1 :] if a != b]
    return [(a, b) for a, b in pairs if _share_ground(a, b)]


def _share_ground(a: str, b: str) -> bool:
    kinds = {places.kind(a), places.kind(b)}
    if kinds <= set(_ZONAL):
        (south, north), (low, high) = places.latitude_bounds(a), places.latitude_bounds(b)
        return south < high and low < north
    if kinds == {"surface"}:
        return not _opposite(a, b)
    if kinds & {*_ZONAL, "surface"}:
        return True
    return bool(set(places.members(a)) & set(places.members(b)))


def _opposite(a: str, b: str) -> bool:
    return {name.removeprefix("globe_") for name in (a, b)} == {"land", "ocean"}
