"""What the air says: monthly mole fractions of four latitude bands, from station records or the package's table."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from tenbin.assimilate.balance_settings import SPIN_UP_START, TRACER
from tenbin.assimilate.band_means import Network, band_means, network_from_table
from tenbin.assimilate.calibration_scales import merge, to_reference
from tenbin.core.errors import Fault, InputError
from tenbin.core.provenance import RunRecord, atomic_path, write_json

COLUMNS = (
    "gas",
    "band",
    "year",
    "month",
    "value",
    "sd",
    "sd_network",
    "sd_sampling",
    "n_sites",
    "unit",
    "source",
)
LAST_YEAR = 2020
EMBEDDED = "band_means.csv"
SIGNIFICANT = 6
"""Digits kept in the written table; far finer than any error, and the same for embedded and full data."""

# The N2O stations end in 2018; the global mean of the same laboratory goes on. Its error as a mean of the globe.
GLOBAL_MEAN_SD = {"n2o": (0.15, 0.10)}


def background_sites(gas: str) -> frozenset[str]:
    """Codes of the stations that stand for background air of a gas."""
    text = resources.files("tenbin.data.embedded").joinpath("background_sites.yaml").read_text()
    listed = yaml.safe_load(text)
    high = listed["free_troposphere"] if gas in listed["free_troposphere_gases"] else []
    return frozenset(listed["marine_boundary_layer"]) | frozenset(high)


def station_table(gas: str, config: Any) -> pd.DataFrame:
    """Monthly records of the background stations of a gas, on one scale: site, year, month, value, lat, unit."""
    from tenbin.data.stations import load_monthly

    table = load_monthly(gas, config.networks)
    wanted = set(config.stations.only) or set(background_sites(gas))
    table = table[table.site.isin(wanted - set(config.stations.exclude)) & table.value.notna()]
    if table.empty:
        names = ", ".join(config.networks)
        raise InputError([Fault(names, gas, "no month of any background station", "at least one station per band",
                                "widen 'networks' or 'stations' of the configuration")])  # fmt: skip
    scaled, _ = to_reference(table, logarithmic=gas == TRACER)
    return merge(scaled)


def network_of(gas: str, config: Any) -> Network:
    """Background stations of a gas on one scale.

    CH3CCl3 falls by two orders of magnitude, so its stations are compared in logarithms.
    """
    table = station_table(gas, config)
    if gas == TRACER:
        table = table.assign(value=np.log(table.value))
    return network_from_table(table, gas, SPIN_UP_START, LAST_YEAR)


def means_of(network: Network, seed: int = 0) -> pd.DataFrame:
    """Band means of a network in the table unit of its gas."""
    means = band_means(network, seed)
    if network.gas == TRACER:
        means["value"] = np.exp(means.value)
        for name in ("sd", "sd_network", "sd_sampling"):
            means[name] *= means.value
    return means


def gas_means(gas: str, config: Any) -> pd.DataFrame:
    """Band means of one gas from its stations, and what follows after their last month."""
    means = means_of(network_of(gas, config), config.inversion.random_seed)
    means["source"] = "+".join(config.networks)
    return pd.concat([means, global_continuation(gas, means)], ignore_index=True)


def global_continuation(gas: str, means: pd.DataFrame) -> pd.DataFrame:
    """Months after the last band mean, as means of the globe: the laboratory's global series, offset removed."""
    if gas not in GLOBAL_MEAN_SD:
        return means.iloc[:0]
    from tenbin.data.stations import global_trends

    series = global_trends.read_monthly(gas).set_index(["year", "month"]).value
    complete = means.groupby(["year", "month"]).value.agg(["mean", "count"])
    own = complete["mean"][complete["count"] == 4]
    offset = float((own - series).dropna().mean())
    later = series[series.index > own.index.max()]
    later = later[(later.index.get_level_values("year") <= LAST_YEAR) & later.notna()]
    network, sampling = GLOBAL_MEAN_SD[gas]
    rows = (later + offset).rename("value").reset_index()
    return rows.assign(gas=gas, band="globe", sd_network=network, sd_sampling=sampling, n_sites=0,
                       sd=float(np.hypot(network, sampling)), unit=means.unit.iloc[0],
                       source="global_trends")  # fmt: skip


def from_stations(config: Any) -> pd.DataFrame:
    """Band means of every gas asked for and of CH3CCl3, from the full station records."""
    parts = [gas_means(gas, config) for gas in (*config.gases, TRACER)]
    return rounded(pd.concat(parts, ignore_index=True)[list(COLUMNS)])


def rounded(means: pd.DataFrame) -> pd.DataFrame:
    """The table with numbers cut to the digits that are written."""
    numbers = ["value", "sd", "sd_network", "sd_sampling"]
    return means.assign(**{name: [float(f"{v:.{SIGNIFICANT}g}") for v in means[name]] for name in numbers})


def embedded(gases: tuple[str, ...]) -> pd.DataFrame:
    """The band means that come with the package."""
    with resources.files("tenbin.data.embedded").joinpath(EMBEDDED).open() as stream:
        table = pd.read_csv(stream)
    return table[table.gas.isin([*gases, TRACER])].reset_index(drop=True)


def run(config: Any, out: Path) -> None:
    """Write band_means.csv and the stage's record."""
    full = config.data == "full"
    means = from_stations(config) if full else embedded(config.gases)
    with atomic_path(out / "band_means.csv") as partial:
        means.to_csv(partial, index=False, lineterminator="\n")
    write_json(out / "observe.json", RunRecord("observe").content() | {"notes": notes(means, full)})


def notes(means: pd.DataFrame, full: bool) -> dict[str, Any]:
    """What the report says of the observations."""
    told = {
        gas: f"{group.year.min()}-{group.year.max()}, {len(group)} band months"
        for gas, group in means.groupby("gas")
    }
    return {"embedded": not full, "coverage": told}
