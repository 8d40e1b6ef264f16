"""Country names and ISO numbers, as inventories and maps spell them, to ISO3 codes."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import pandas as pd

from tenbin.core.errors import Fault, InputError


@lru_cache(maxsize=1)
def table() -> pd.DataFrame:
    """One row per country: iso3, numeric ('392'), name, also (other spellings, '|' between), source."""
    with (files("tenbin.data") / "embedded" / "country_codes.csv").open(encoding="utf-8") as stream:
        return pd.read_csv(stream, dtype=str, keep_default_na=False)


@lru_cache(maxsize=1)
def by_name() -> dict[str, str]:
    """Every known spelling -> ISO3 code."""
    codes = table()
    spelt = {
        name: iso3
        for iso3, also in zip(codes["iso3"], codes["also"], strict=True)
        for name in also.split("|")
    }
    return spelt | dict(zip(codes["name"], codes["iso3"], strict=True))


@lru_cache(maxsize=1)
def by_number() -> dict[str, str]:
    """ISO 3166-1 number as three digits -> ISO3 code.

    >>> by_number()["392"]
    'JPN'
    """
    codes = table()
    return {number: iso3 for number, iso3 in zip(codes["numeric"], codes["iso3"], strict=True) if number}


def codes_of(names: pd.Series, special: dict[str, str], where: str) -> pd.Series:
    """ISO3 code (or the region id in `special`) of each name; InputError listing every name nobody knows."""
    known = by_name() | special
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise InputError(
            [Fault(where, "country", repr(n), "a known country name", "add the spelling to country_codes.csv")
             for n in unknown]
        )  # fmt: skip
    return names.map(known)
