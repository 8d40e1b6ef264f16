"""Monthly means of one gas from one or several station networks, in one tidy table."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd

from tenbin.data.stations import gage, halocarbon_n2o, noaa_flask, wdcgg
from tenbin.data.tidy import STATION_COLUMNS, choose, fault

__all__ = ["NETWORKS", "load_monthly"]

Reader = Callable[[str, "list[str] | None"], pd.DataFrame]


def _flasks(gas: str, sites: list[str] | None) -> pd.DataFrame:
    # From the samples, so that a pair of flasks counts once; the distributed monthly file counts each flask.
    return noaa_flask.monthly_from_events(noaa_flask.read_events(gas, sites))


NETWORKS: dict[str, tuple[frozenset[str], Reader]] = {
    "noaa_flask": (frozenset({"co2", "ch4"}), _flasks),
    "wdcgg": (frozenset({"co2"}), lambda gas, sites: wdcgg.read_monthly(sites)),
    "halocarbon_n2o": (
        frozenset(halocarbon_n2o.UNIT),
        lambda gas, sites: halocarbon_n2o.read_monthly(gas, sites=sites),
    ),
    "gage": (frozenset({"ch4", "n2o", "mcf"}), lambda gas, sites: gage.read_monthly(gas, sites)),
}
"""Product -> the gases it holds, and its reader of monthly means."""
USUAL = ("noaa_flask", "halocarbon_n2o")


def load_monthly(
    gas: str, networks: Iterable[str] = USUAL, sites: Iterable[str] | None = None
) -> pd.DataFrame:
    """Monthly means of `gas` ('co2' [ppm], 'ch4', 'n2o' [ppb], 'mcf' [ppt], 'd13c_ch4') in STATION_COLUMNS.

    `networks` are product names among NETWORKS; one that does not measure the gas adds nothing. Records keep
    their `network` and calibration `scale`: on different scales they differ by more than their error, so
    choose one or estimate the offset. `sites` are station codes; one may be absent from some networks, but not
    from all. InputError: unknown network, gas that none of them measures, site without data.
    """
    names = [choose(name, NETWORKS, "network", "stations") for name in networks]
    measuring = [name for name in names if gas in NETWORKS[name][0]]
    if not measuring:
        known = "; ".join(f"{name}: {', '.join(sorted(gases))}" for name, (gases, _) in NETWORKS.items())
        raise fault(", ".join(names), "gas", repr(gas), known, "choose a network that measures the gas")
    wanted = None if sites is None else [site.upper() for site in sites]
    tables = [
        NETWORKS[name][1](gas, _of_network(name, wanted)) for name in measuring if _speaks(name, wanted)
    ]
    table = _joined(tables, wanted, ", ".join(measuring))
    table.attrs = {"products": measuring, "sources": [one.attrs["source_file"] for one in tables]}
    return table


def _of_network(name: str, wanted: list[str] | None) -> list[str] | None:
    # GAGE's reader opens one archive per site: ask it only for those it has. The others are filtered below.
    return [site for site in wanted if site in gage.SITES] if wanted and name == "gage" else None


def _speaks(name: str, wanted: list[str] | None) -> bool:
    return name != "gage" or wanted is None or bool(set(wanted) & set(gage.SITES))


def _joined(tables: list[pd.DataFrame], wanted: list[str] | None, where: str) -> pd.DataFrame:
    parts = [table[list(STATION_COLUMNS)] for table in tables]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(STATION_COLUMNS))
    return noaa_flask.require_sites(table, wanted, where)
