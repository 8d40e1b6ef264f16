"""What a run of the air is fed with: winds, emissions on cells and stations, and all that is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from tenbin.assimilate import fluxes
from tenbin.core.constants import MOLAR_MASS
from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.data.stations import seasonal_cycle
from tenbin.transport.air_grid import AirGrid
from tenbin.transport.meteorology_synthetic import Synthetic, as_given, perpetual_year
from tenbin.transport.operators import place_faults
from tenbin.transport.synthetic_dynamics import Dynamics
from tenbin.workflow import air_making, transport_fields
from tenbin.workflow.transport_settings import (
    ANALYSES,
    BUILT_IN,
    FLASKS,
    NONE,
    PULSE,
    SYNTHETIC,
    TransportConfig,
)

__all__ = ["Carried", "air_path", "carried_of", "emission_of", "molar_mass", "regions_of", "stations_of"]

Floats = npt.NDArray[np.float64]
RADON = 0.222
"""Molar mass of 222Rn [kg mol-1], its mass number."""
_COLUMNS = ("site", "lat", "lon", "alt", "intake_height", "above")


class Carried(NamedTuple):
    """A tracer of a run: `name`, `gas`, mole fraction at the start, whether it is `lost`, its `emission` as the
    configuration has it, and of a pulse the region and the month (1-12), 0 and 0 otherwise."""

    name: str
    gas: str
    begins: float
    lost: bool
    emission: str
    region: int = 0
    month: int = 0


def molar_mass(gas: str) -> float:
    """[kg mol-1]"""
    return RADON if gas == "rn222" else float(MOLAR_MASS[gas])


def air_path(config: TransportConfig, told: Callable[[float], None] | None = None) -> Path:
    """The file of the air; a made-up year, or that of analyses, is made if it is not in the cache. `told` hears the
    share that is done."""
    if config.meteorology == ANALYSES:
        return air_making.cached(config.analyses, told)
    if config.meteorology == SYNTHETIC:
        return perpetual_year(made_up(config), told)
    return Path(config.meteorology)


def made_up(config: TransportConfig) -> Synthetic:
    """The made-up year that is asked for."""
    return as_given(config.seed) if config.means == "where given" else Synthetic(Dynamics(seed=config.seed))


def carried_of(config: TransportConfig) -> list[Carried]:
    """All tracers: those with names, then the pulses, region by region within months."""
    usual = [Carried(one.name, one.gas, one.begins, one.losses, one.emission) for one in config.tracers]
    pulses = config.pulses
    if pulses.regions == NONE:
        return usual
    codes = np.unique(transport_fields.region_map(pulses.regions).values)
    return usual + [
        Carried(f"{pulses.gas}_r{code:02d}_m{month:02d}", pulses.gas, 0.0, True, PULSE, int(code), month)
        for month in pulses.months
        for code in codes[codes > 0]
    ]


def emission_of(
    config: TransportConfig, tracers: Sequence[Carried], grid: AirGrid, months: Sequence[np.datetime64]
) -> Floats:
    """[kg m-2 s-1] (month, tracer, lat, lon) on cells of air; the sums over the globe are kept. InputError: all
    faults of all tracers at once."""
    made = np.zeros((len(months), len(tracers), *grid.grid.shape))
    faults: list[Fault] = []
    shares = regions_of(config, grid) if any(one.region for one in tracers) else {}
    known: dict[tuple[str, str], Floats] = {}
    for place, one in enumerate(tracers):
        try:
            if one.region:
                made[_first(months, one.month), place] = shares[one.region]
            elif one.emission != NONE:
                key = (one.gas, one.emission)
                if key not in known:
                    known[key] = _monthly(one, grid, months)
                made[:, place] = known[key]
        except InputError as error:
            faults += [fault for fault in error.faults if fault not in faults]
    raise_if_any(faults)
    return made


def _first(months: Sequence[np.datetime64], month: int) -> int:
    """Place of the first `month` (1-12) of a run; InputError where it has none."""
    own = [place for place, date in enumerate(months) if int(date.astype(int)) % 12 == month - 1]
    if not own:
        found = f"month {month}, not in {months[0]} to {months[-1]}"
        raise InputError(Fault("configuration", "pulses.months", found, "months of the run", "leave it out"))
    return own[0]


def _monthly(one: Carried, grid: AirGrid, months: Sequence[np.datetime64]) -> Floats:
    """Fluxes (month of the run, lat, lon) of a tracer, built in or of a file of twelve months."""
    place = [int(date.astype(int)) % 12 for date in months]
    if one.emission != BUILT_IN:
        given = transport_fields.monthly_flux(Path(one.emission), f"tracers.{one.name}.emission")
        return grid.mean_in_groups(transport_fields.onto(given, grid.grid))[place]
    if one.gas not in fluxes.GASES:
        expected = f"'none' or a file, since only {', '.join(fluxes.GASES)} have built-in fluxes"
        raise InputError(
            Fault("configuration", f"tracers.{one.name}.emission", one.emission, expected, "name a file")
        )
    years = [int(date.astype("datetime64[Y]").astype(int)) + 1970 for date in months]
    by_year = {year: fluxes.on_cells(one.gas, grid, year).monthly for year in sorted(set(years))}
    return np.stack([by_year[year][month] for year, month in zip(years, place, strict=True)])


def regions_of(config: TransportConfig, grid: AirGrid) -> dict[int, Floats]:
    """1 kg s-1 given off over each region, as [kg m-2 s-1] (lat, lon) on cells of air."""
    field = transport_fields.region_map(config.pulses.regions)
    made, area = {}, grid.grid.area
    for code in np.unique(field.values):
        if code > 0:
            share = grid.mean_in_groups(transport_fields.onto(field == code, grid.grid))
            made[int(code)] = share / np.sum(share * area)
    return made


def stations_of(config: TransportConfig) -> pd.DataFrame:
    """site, lat, lon [degrees], alt [m above sea level], intake_height [m], above; empty where nobody watches."""
    if config.stations == NONE:
        return pd.DataFrame(columns=list(_COLUMNS))
    if config.stations == FLASKS:
        table = seasonal_cycle.embedded()
        return table.drop_duplicates("site")[list(_COLUMNS)].reset_index(drop=True)
    path = Path(config.stations)
    if not path.is_file():
        remedy = "give 'flasks', 'none', or a CSV file"
        raise InputError(Fault("configuration", "stations", f"{path}, which is not there", "a file", remedy))
    return _checked(_table(path), path)


def _table(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(path, skipinitialspace=True)
    except (OSError, ValueError) as error:  # pandas' own are ValueErrors
        found = f"no table ({str(error).strip()})"
        raise InputError(Fault(str(path), "stations", found, "a CSV file", "name another")) from error
    lacking = [name for name in _COLUMNS if name not in table.columns]
    raise_if_any(Fault(str(path), name, "no such column", ", ".join(_COLUMNS), "add it") for name in lacking)
    if table.empty:
        raise InputError(Fault(str(path), "stations", "no rows", "a station", "add one, or say 'none'"))
    return table[list(_COLUMNS)].reset_index(drop=True)


def _checked(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Stations whose names, places and heights make sense; all faults at once."""
    faults: list[Fault] = []
    for name in ("lat", "lon", "alt", "intake_height"):
        numbers = pd.to_numeric(table[name], errors="coerce")
        needed = {"alt": table["above"] == "sea", "intake_height": table["above"] == "ground"}
        bad = ~np.isfinite(numbers) & needed.get(name, True)
        if bad.any():
            found = f"no number for {', '.join(map(str, table['site'][bad][:3]))}"
            faults.append(Fault(str(path), name, found, "a number", "fill it in, or leave the station out"))
        table = table.assign(**{name: numbers})
    lat, lon = (table[name].fillna(0.0).to_numpy(float) for name in ("lat", "lon"))
    faults += place_faults(lat, lon, str(path))
    other = sorted(set(table["above"].astype(str)) - {"sea", "ground"})
    if other:
        faults.append(Fault(str(path), "above", ", ".join(other), "'sea' or 'ground'", "say which"))
    twice = sorted(set(table["site"][table["site"].duplicated()]))
    if twice:
        found = f"{', '.join(map(str, twice))} twice"
        faults.append(Fault(str(path), "site", found, "each once", "rename one, or leave it out"))
    raise_if_any(faults)
    return table
