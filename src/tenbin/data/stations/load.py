"""Monthly means of one gas from one or several station networks, in one tidy table."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd

from tenbin.core.errors import Fault, raise_if_any
from tenbin.data.stations import gage, halocarbon_n2o, noaa_flask, wdcgg
from tenbin.data.tidy import STATION_COLUMNS, choose, fault

__all__ = ["NETWORKS", "load_monthly"]

Reader = Callable[[str], pd.DataFrame]


def _flasks(gas: str) -> pd.DataFrame:
    # From the samples, so that a pair of flasks counts once; the distributed monthly file counts each flask.
    return noaa_flask.monthly_from_events(noaa_flask.read_events(gas))


NETWORKS: dict[str, tuple[frozenset[str], Reader]] = {
    "noaa_flask": (frozenset({"co2", "ch4"}), _flasks),
    "wdcgg": (frozenset({"co2"}), lambda gas: wdcgg.read_monthly()),
    "halocarbon_n2o": (frozenset(halocarbon_n2o.UNIT), halocarbon_n2o.read_monthly),
    "gage": (frozenset({"ch4", "n2o", "mcf"}), gage.read_monthly),
}
"""Product -> the gases it holds, and its reader of monthly means."""
USUAL = ("noaa_flask", "halocarbon_n2o")


PLAUSIBLE = {"co2": (250.0, 700.0), "ch4": (500.0, 5000.0), "n2o": (230.0, 500.0), "mcf": (0.2, 1000.0)}
"""Range of the median mole fraction since 1950, in the unit of STATION_COLUMNS; another unit falls outside it."""


def require_plausible(table: pd.DataFrame, gas: str, where: str) -> None:
    """InputError if the median of a record stands where no air does: its unit must be another one."""
    if gas not in PLAUSIBLE or not table["value"].notna().any():
        return
    low, high = PLAUSIBLE[gas]
    faults = []
    for network, rows in table.groupby("network"):
        median, unit = float(rows["value"].median()), str(rows["unit"].iloc[0])
        if not low <= median <= high:
            faults.append(Fault(where, f"{gas} of {network}", f"a median of {median:.6g} read as {unit}",
                                f"between {low:g} and {high:g} {unit}", "check the unit of the file"))  # fmt: skip
    raise_if_any(faults)


def load_monthly(
    gas: str, networks: Iterable[str] = USUAL, sites: Iterable[str] | None = None
) -> pd.DataFrame:
    """Monthly means of 'co2' [ppm], 'ch4', 'n2o' [ppb], 'mcf' [ppt] or 'd13c_ch4' in STATION_COLUMNS.

    `networks` are product names among NETWORKS; one that does not measure the gas adds nothing. Records keep
    their `network` and calibration `scale`: on different scales they differ by more than their error, so
    choose one or estimate the offset. `sites` are station codes; one may be absent from some networks, but
    not from all. InputError: unknown network, gas that none of them measures, site without data.
    """
    names = [choose(name, NETWORKS, "network", "stations") for name in networks]
    measuring = [name for name in names if gas in NETWORKS[name][0]]
    if not measuring:
        known = "; ".join(f"{name}: {', '.join(sorted(gases))}" for name, (gases, _) in NETWORKS.items())
        raise fault(", ".join(names), "gas", repr(gas), known, "choose a network that measures the gas")
    tables = [NETWORKS[name][1](gas) for name in measuring]
    table = pd.concat([one[list(STATION_COLUMNS)] for one in tables], ignore_index=True)
    require_plausible(table, gas, ", ".join(measuring))
    table = noaa_flask.require_sites(table, sites, ", ".join(measuring))
    table.attrs = {"products": measuring, "sources": [one.attrs["source_file"] for one in tables]}
    return table
