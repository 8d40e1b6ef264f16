"""Whether children sum to their parents, in the tree of sectors and in the partitions of the globe."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from tenbin.budget import sectors
from tenbin.core import regions

__all__ = ["closure", "worst"]

_PERIOD = ["gas", "approach", "year_start", "year_end"]
_OPEN = "does not close"
"""A parent whose note says this, with the reason, is reported but not held to close."""
_COLUMNS = [
    "kind",
    "partition",
    *_PERIOD,
    "sector",
    "region",
    "parent",
    "children",
    "relative",
    "excused",
    "note",
]


def closure(ledger: pd.DataFrame) -> pd.DataFrame:
    """One line per parent whose children all stand in the ledger: both, and their relative residual [1].

    kind is 'sector' (children of the tree) or 'region' (bands, hemispheres, country lists). The residual is
    relative to the sum of the children's sizes, so that sources and sinks that cancel do not inflate it.
    A row whose note says 'does not close: why' is marked excused. Sums of countries, of which some emit
    nothing and have no row, are compared if at least 100 stand there.
    """
    parts = [*_by_sector(ledger), *_by_region(ledger)]
    if not parts:
        return pd.DataFrame(columns=_COLUMNS)
    return _noted(pd.concat(parts, ignore_index=True), ledger)[_COLUMNS]


def worst(lines: pd.DataFrame) -> tuple[float, str]:
    """The largest relative residual not excused, and where it stands; (0, '') if nothing was compared.

    >>> worst(pd.DataFrame(columns=["relative", "excused"]))
    (0.0, '')
    """
    held = lines[~lines["excused"].astype(bool)]
    if held.empty:
        return 0.0, ""
    line = held.loc[held["relative"].idxmax()]
    return float(line["relative"]), " ".join(str(line[c]) for c in ("gas", "sector", "region", "year_start"))


def _wide(ledger: pd.DataFrame, across: str) -> pd.DataFrame:
    """Means with `across` ('sector' or 'region') as columns; a part given by several sources is left out."""
    other = "region" if across == "sector" else "sector"
    keys = [*_PERIOD, other]
    single = ledger[~ledger.duplicated([*keys, across], keep=False)]
    return single.pivot(index=keys, columns=across, values="mean")


def _by_sector(ledger: pd.DataFrame) -> Iterator[pd.DataFrame]:
    wide = _wide(ledger, "sector")
    for gas in ledger["gas"].unique():
        rows = wide[wide.index.get_level_values("gas") == gas]
        for parent in sectors.parents(gas):
            children = sectors.children(gas, parent)
            if {parent, *children} <= set(rows.columns):
                lines = _compare(rows, parent, list(children), len(children))
                yield lines.assign(kind="sector", partition="sectors", sector=parent)


def _by_region(ledger: pd.DataFrame) -> Iterator[pd.DataFrame]:
    wide = _wide(ledger, "region")
    for parent in wide.columns:
        for partition, everyone in regions.partition_children(parent).items():
            children = [c for c in everyone if c in wide.columns]
            needed = len(everyone) if len(everyone) < 100 else 100
            if len(children) >= needed:
                lines = _compare(wide, parent, children, needed)
                yield lines.assign(kind="region", partition=partition, region=parent)


def _compare(wide: pd.DataFrame, parent: str, children: list[str], needed: int) -> pd.DataFrame:
    """Parent against the sum of its children where the parent and at least `needed` children are present."""
    rows = wide[wide[parent].notna() & (wide[children].notna().sum(axis=1) >= needed)]
    total, size = rows[children].sum(axis=1), rows[children].abs().sum(axis=1)
    residual = (rows[parent] - total).abs() / np.where(size > 0, size, 1.0)
    lines = pd.DataFrame({"parent": rows[parent], "children": total, "relative": residual})
    return lines.reset_index()


def _noted(lines: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """Put each parent's note beside its line; a note that says the row does not close excuses it."""
    keys = [*_PERIOD, "sector", "region"]
    notes = ledger.drop_duplicates(keys)[[*keys, "note"]]
    merged = lines.merge(notes, on=keys, how="left")
    merged["note"] = merged["note"].fillna("")
    return merged.assign(excused=merged["note"].str.contains(_OPEN, regex=False))
