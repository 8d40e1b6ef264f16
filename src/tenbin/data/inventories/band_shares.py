"""How the land and the people of each country divide over the four latitude bands."""

from __future__ import annotations

import pandas as pd

from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.core.regions import BANDS
from tenbin.data.inventories.tables import PathLike, expect_unit, numbers, read_table, refuse_duplicates

COLUMNS = ("region", "band", "area_share", "population_share", "source")
_ROUNDING = 1e-5


def read(path: PathLike | None = None) -> pd.DataFrame:
    """Long table region (ISO3), band, area_share [1], population_share [1], source; each share sums to 1.

    Land is exact from Natural Earth 1:50 million; people are those of GeoNames cities (CC-BY 4.0). A country
    without one of the two has the other in its place, as `source` says. Default: the table in the package.
    """
    from importlib.resources import as_file, files

    if path is None:
        with as_file(files("tenbin.data") / "embedded" / "country_band_shares.csv") as packaged:
            return read(packaged)
    raw = read_table(path, COLUMNS)
    expect_unit(raw["band"], BANDS, path)
    refuse_duplicates(raw, ("region", "band"), path)
    for name in ("area_share", "population_share"):
        raw[name] = numbers(raw[name], path)
    raise_if_any(_faults(raw, path))
    raw.attrs = {"source_file": str(path), "licence": "Natural Earth public domain; GeoNames CC-BY 4.0"}
    return raw


def _faults(raw: pd.DataFrame, path: PathLike) -> list[Fault]:
    """A fault for each country whose shares are negative or do not sum to one."""
    sums = raw.groupby("region")[["area_share", "population_share"]].agg(["sum", "min"])
    expected, remedy = "shares of 0 to 1 that sum to 1", "write it again with tools/country_band_shares.py"
    return [
        Fault(str(path), f"{name} of {region}", f"a sum of {row[name, 'sum']:.6f}", expected, remedy)
        for region, row in sums.iterrows()
        for name in ("area_share", "population_share")
        if abs(row[name, "sum"] - 1.0) > _ROUNDING or row[name, "min"] < 0.0
    ]


def shares(basis: str = "population", path: PathLike | None = None) -> pd.DataFrame:
    """Shares [1] by country (rows) and band (columns, south to north), by 'area' or 'population'."""
    if basis not in ("area", "population"):
        fault = Fault("country band shares", "basis", repr(basis), "'area' or 'population'", "choose one")
        raise InputError(fault)
    return read(path).pivot(index="region", columns="band", values=f"{basis}_share")[list(BANDS)]
