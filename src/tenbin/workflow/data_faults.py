"""Whether the data a configuration asks for can be had: the folder, the networks and the stations."""

from __future__ import annotations

from tenbin.core.errors import Fault, InputError
from tenbin.workflow.settings import RunConfig


def data_faults(config: RunConfig) -> list[Fault]:
    """Every choice of data in `config` that cannot be met."""
    chosen = [*config.stations.only, *config.stations.exclude]
    if config.data == "embedded":
        return [_no_stations_embedded(chosen)] if chosen else []
    try:
        faults = [fault for network in config.networks for fault in _network_faults(network)]
    except InputError as error:  # $TENBIN_DATA itself is wrong: nothing can be looked for below it
        return error.faults
    faults += _unmeasured(config)
    return faults or _station_faults(config, chosen)


def _no_stations_embedded(chosen: list[str]) -> Fault:
    found = f"a choice of stations ({', '.join(chosen)}) with the embedded data, which hold band means only"
    expected = "no choice of stations, or the full data"
    return Fault(
        "configuration", "stations", found, expected, "set TENBIN_DATA to the full files, or remove it"
    )


def _network_faults(network: str) -> list[Fault]:
    """A fault if no file of the network is at hand and none can be downloaded."""
    from tenbin.data import catalog

    product = catalog.product(network)
    roots = catalog.search_roots()
    if any((root / file.path).is_file() for root in roots for file in product.files):
        return []
    if any(product.url(file) for file in product.files):
        return []
    found = f"none of its files under {' or '.join(map(str, roots))}"
    remedy = "set TENBIN_DATA to the folder that holds atmosphere/ and inventory/, or use data: embedded"
    return [Fault("configuration", f"networks: {network}", found, product.files[0].path, remedy)]


def _station_faults(config: RunConfig, chosen: list[str]) -> list[Fault]:
    """A fault for each chosen station without a single value in the period, and one if none is left."""
    if not chosen:
        return []
    speaking = stations_with_data(config)
    faults = [_silent(code, config, speaking) for code in chosen if code not in speaking]
    kept = (set(config.stations.only) or speaking) - set(config.stations.exclude)
    if not faults and not kept:
        faults = [
            Fault("configuration", "stations", "no station left", "at least one", "exclude fewer stations")
        ]
    return faults


def _silent(code: str, config: RunConfig, speaking: set[str]) -> Fault:
    period = f"{config.period.start}-{config.period.end}"
    found = f"no value of {', '.join(config.gases)} in {period} in {', '.join(config.networks)}"
    expected = f"one of {', '.join(sorted(speaking))}" if speaking else "a station with data in the period"
    return Fault(
        "configuration", f"stations: {code}", found, expected, "correct the code, or change the period"
    )


def stations_with_data(config: RunConfig) -> set[str]:
    """Codes of the stations that have at least one accepted value of a chosen gas in the period."""
    from tenbin.data.stations.load import load_monthly

    codes: set[str] = set()
    for gas in config.gases:
        table = load_monthly(gas, config.networks)
        inside = table.year.between(config.period.start, config.period.end) & table.value.notna()
        codes |= {str(code).upper() for code in table.loc[inside, "site"]}
    return codes


def _unmeasured(config: RunConfig) -> list[Fault]:
    """A fault for each gas that none of the chosen networks measures."""
    from tenbin.data.stations.load import NETWORKS

    measured = {gas: [name for name, (gases, _) in NETWORKS.items() if gas in gases] for gas in config.gases}
    return [
        Fault("configuration", f"gases: {gas}", f"no such gas in {', '.join(config.networks)}",
              f"one of the networks {', '.join(names)}", "add a network, or leave out the gas")
        for gas, names in measured.items()
        if not set(names) & set(config.networks)
    ]  # fmt: skip
