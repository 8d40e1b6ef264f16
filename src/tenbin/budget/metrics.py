"""Greenhouse gases in one currency: CO2-equivalents, never without the name of the set of metrics."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from tenbin.budget.columns import UNIT
from tenbin.core.errors import Fault, InputError

__all__ = ["SETS", "MetricSet", "carbon_dioxide_equivalent", "equivalents", "metric_set"]


@dataclass(frozen=True)
class MetricSet:
    """Mass of CO2 with the same effect as one mass of a gas [kg CO2 (kg gas)-1], over a horizon [yr]."""

    name: str
    horizon_years: int
    co2: float
    ch4: float
    n2o: float
    source: str
    ch4_fossil: float | None = None
    ch4_biogenic: float | None = None

    def factor(self, gas: str, sector: str | None = None) -> float:
        """Factor of a gas; CH4 of 'fossil' and 'geological' takes the fossil value where the set has one."""
        if gas not in ("co2", "ch4", "n2o"):
            raise InputError(
                Fault(f"metric set {self.name}", "gas", repr(gas), "co2, ch4 or n2o", "leave it out")
            )
        if gas != "ch4" or sector is None or self.ch4_fossil is None or self.ch4_biogenic is None:
            return float(getattr(self, gas))
        return self.ch4_fossil if sector in ("fossil", "geological") else self.ch4_biogenic


_AR6 = "IPCC AR6 WG1 chapter 7 (supplement)"
_AR6_SPLIT = "IPCC AR6 WG1 table 7.15, fossil and non-fossil CH4 apart; from general knowledge, to be checked"

SETS: dict[str, MetricSet] = {
    s.name: s
    for s in (
        MetricSet("AR6GWP100", 100, 1.0, 27.9, 273.0, _AR6),
        MetricSet("AR6GWP20", 20, 1.0, 81.2, 273.0, _AR6),
        MetricSet("AR6GWP500", 500, 1.0, 7.95, 130.0, _AR6),
        MetricSet("AR6GTP100", 100, 1.0, 5.38, 233.0, _AR6),
        MetricSet("AR6GWP100split", 100, 1.0, 27.9, 273.0, _AR6_SPLIT, ch4_fossil=29.8, ch4_biogenic=27.0),
        MetricSet("AR6GWP20split", 20, 1.0, 81.2, 273.0, _AR6_SPLIT, ch4_fossil=82.5, ch4_biogenic=79.7),
        MetricSet(
            "AR5GWP100", 100, 1.0, 28.0, 265.0, "IPCC AR5 WG1 table 8.A.1, without climate-carbon feedback"
        ),
        MetricSet(
            "AR5CCFGWP100", 100, 1.0, 34.0, 298.0, "IPCC AR5 WG1 table 8.7, with climate-carbon feedback"
        ),
        MetricSet("AR4GWP100", 100, 1.0, 25.0, 298.0, "IPCC AR4 WG1 table 2.14"),
        MetricSet("SARGWP100", 100, 1.0, 21.0, 310.0, "IPCC SAR WG1 table 2.9"),
    )
}
"""Every set by its name, the names as in the package globalwarmingpotentials; '...split' are tenbin's."""


def metric_set(name: str | None) -> MetricSet:
    """The set called `name`; raises InputError for an unknown name or none: there is no default.

    >>> metric_set("AR6GWP100").factor("ch4")
    27.9
    """
    if name in SETS:
        return SETS[str(name)]
    found = "no name" if name is None else repr(name)
    fault = Fault("CO2-equivalents", "set of metrics", found, "one of " + ", ".join(SETS), "name the set")
    raise InputError(fault)


def carbon_dioxide_equivalent(mass: float, gas: str, metric: str | None, sector: str | None = None) -> float:
    """Mass of CO2 [unit of `mass`] with the effect of `mass` of a gas, by the named set.

    >>> carbon_dioxide_equivalent(10.0, "n2o", "AR6GWP20")
    2730.0
    """
    return mass * metric_set(metric).factor(gas, sector)


def equivalents(ledger: pd.DataFrame, metric: str | None) -> pd.DataFrame:
    """Ledger rows with mean and sd in CO2-equivalents; unit 'Tg CO2e yr-1 (NAME)', so no longer ledger rows.

    The error of the metric itself (+-11 of 30 for CH4) is not in the sd.
    """
    chosen = metric_set(metric)
    pairs = zip(ledger["gas"], ledger["sector"], strict=True)
    factor = pd.Series([chosen.factor(gas, sector) for gas, sector in pairs], index=ledger.index, dtype=float)
    unit = f"{UNIT.split()[0]} CO2e yr-1 ({chosen.name})"
    return ledger.assign(mean=ledger["mean"] * factor, sd=ledger["sd"] * factor, unit=unit)
