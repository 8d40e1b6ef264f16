"""Methyl chloroform (CH3CCl3) emissions since 1951: the industry's estimate, and the same corrected by air.

Neither file has a header. What the columns are was worked out from the numbers:

McCulloch: year, emission, then a second quantity, twice more for an upper and a lower emission case. In
every row (to 1996) emission + second quantity is the same for the three cases to rounding, so what is not
emitted is held back: the second is the solvent sold and not yet emitted at the end of the year. Emission +
its change is then the year's sales (725 Gg in 1990), and the second quantity is a quarter of them (0.25 to
rounding in 1957-1969 and 1997-2000, a quarter + 10 Gg or more of stocks between), as expected of a solvent
of which a quarter is emitted in the year after its sale (Midgley and McCulloch 1995).

Prinn: year, emission, uncertainty upward, uncertainty downward (negative), correction. Emission less
correction is the McCulloch emission to 0.1 Gg in each year to 2000, so the file is that estimate corrected
with measured air. The probability behind the uncertainties is stated nowhere; they are passed on as one
standard deviation. After 2000 Prinn falls by a constant 20 % a year with a repeated error, and McCulloch has
round numbers at three dates: extrapolations, marked as such.
"""

from __future__ import annotations

import pandas as pd

from tenbin.core.errors import Fault, InputError
from tenbin.data.inventories.tables import (
    UNIT,
    PathLike,
    numbers,
    read_text,
    refuse_duplicates,
    source_path,
    tidy,
)
from tenbin.data.tidy import choose

PRODUCT = "mcf_emissions"
LAST_ESTIMATED_YEAR = 2000
_LAYOUT = {
    "mcculloch": ("mcf_McCulloch.dat", ("year", "value", "held_back", "upper", "upper_held_back", "lower",
                                        "lower_held_back")),
    "prinn": ("mcf_Prinn.dat", ("year", "value", "error_up", "error_down", "correction")),
}  # fmt: skip
_GG = 1e-3  # Gg -> Tg


def read(path: PathLike | None = None, estimate: str = "prinn") -> pd.DataFrame:
    """Global emissions [Tg CH3CCl3 yr-1] with `sd`: 'prinn' (1951-2016) or 'mcculloch' (1951-2000, 3 dates).

    `sd` is half the distance between the upper and the lower case (see the head of this file for its
    meaning); column `status` is 'estimate' to 2000 and 'extrapolation' after. Sector 'industry'. Sources:
    McCulloch and Midgley 2001, Atmos. Environ. 35, 5311; Prinn et al. 2005, GRL 32, L07809.
    """
    raw, file = read_columns(path, estimate)
    spread = raw["upper"] - raw["lower"] if estimate == "mcculloch" else raw["error_up"] - raw["error_down"]
    is_estimate = raw["year"] <= LAST_ESTIMATED_YEAR
    frame = pd.DataFrame({"year": raw["year"], "value": raw["value"] * _GG, "sd": spread / 2 * _GG})
    frame = frame.assign(status=is_estimate.map({True: "estimate", False: "extrapolation"}))
    frame = frame.assign(gas="mcf", sector="industry", region="globe", unit=UNIT, source=f"mcf_{estimate}")
    frame = frame.assign(category="solvent", category_set="total")
    return tidy(frame, PRODUCT, file, unit=UNIT)


def read_columns(path: PathLike | None = None, estimate: str = "prinn") -> tuple[pd.DataFrame, PathLike]:
    """All columns of one file as they stand [Gg yr-1, held_back in Gg], and the file read."""
    name, columns = _LAYOUT[choose(estimate, _LAYOUT, "estimate", "methyl chloroform emissions")]
    file = source_path(path, PRODUCT, name)
    rows = [line.split() for line in read_text(file).splitlines() if line.strip()]
    wrong = [number for number, row in enumerate(rows, 1) if len(row) != len(columns)]
    if wrong or not rows:
        found = f"another number of columns in row(s) {wrong[:5]}" if rows else "no rows"
        fault = Fault(
            str(file), "columns", found, f"{len(columns)}: {', '.join(columns)}", "choose `estimate`"
        )
        raise InputError(fault)
    raw = pd.DataFrame(rows, columns=list(columns))
    refuse_duplicates(raw, ("year",), file)
    raw = raw.apply(numbers, path=file)
    return raw.astype({"year": int}), file
