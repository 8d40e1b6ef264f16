"""What a run of the air is fed with: winds, emissions on cells and stations, and all that is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from tenbin.assimilate import fluxes
from tenbin.core.constants import MOLAR_MASS
from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.core.grid import Grid
from tenbin.data.land_grids.remap import edges_of, latitude_overlap, longitude_overlap
from tenbin.data.stations import seasonal_cycle
from tenbin.data.surfaces import transcom
from tenbin.transport.air_grid import AirGrid
from tenbin.transport.meteorology_synthetic import Synthetic, perpetual_year
from tenbin.transport.synthetic_dynamics import Dynamics
from tenbin.workflow import air_making
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
        return perpetual_year(Synthetic(Dynamics(seed=config.seed)), told)
    return Path(config.meteorology)


def carried_of(config: TransportConfig) -> list[Carried]:
    """All tracers: those with names, then the pulses, region by region within months."""
    usual = [Carried(one.name, one.gas, one.begins, one.losses, one.emission) for one in config.tracers]
    pulses = config.pulses
    if pulses.regions == NONE:
        return usual
    codes = np.unique(_region_map(pulses.regions).values)
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
            faults += error.faults
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
        return _of_file(one, grid)[place]
    if one.gas not in fluxes.GASES:
        expected = f"'none' or a file, since only {', '.join(fluxes.GASES)} have built-in fluxes"
        raise InputError(
            Fault("configuration", f"tracers.{one.name}.emission", one.emission, expected, "name a file")
        )
    years = [int(date.astype("datetime64[Y]").astype(int)) + 1970 for date in months]
    by_year = {year: fluxes.on_cells(one.gas, grid, year).monthly for year in sorted(set(years))}
    return np.stack([by_year[year][month] for year, month in zip(years, place, strict=True)])


def _of_file(one: Carried, grid: AirGrid) -> Floats:
    """Twelve months of a NetCDF file on any regular grid, onto cells of air."""
    where, path = f"tracers.{one.name}.emission", Path(one.emission)
    if not path.is_file():
        remedy = "give 'built-in', 'none', or a NetCDF file"
        raise InputError(Fault("configuration", where, f"{path}, which is not there", "a file", remedy))
    with xr.open_dataset(path) as opened:
        fields = [v for v in opened.data_vars.values() if {"lat", "lon"} <= set(v.dims)]
        found = f"{len(fields)} variables along lat and lon"
        if len(fields) != 1 or len(fields[0].dims) != 3 or fields[0].shape[0] != 12:
            expected = "one variable along (month, lat, lon), twelve months"
            raise InputError(Fault(str(path), where, found, expected, "leave one with twelve months"))
        field = fields[0].load()
    if (unit := field.attrs.get("units")) != "kg m-2 s-1":
        raise InputError(Fault(str(path), f"unit of {field.name}", repr(unit), "'kg m-2 s-1'", "convert it"))
    field = field.sortby("lat").sortby("lon").transpose(..., "lat", "lon")
    values = field.values.astype(float)
    if not np.isfinite(values).all():
        found = f"{int((~np.isfinite(values)).sum())} missing values"
        raise InputError(Fault(str(path), str(field.name), found, "numbers everywhere", "fill them with 0"))
    return grid.mean_in_groups(_onto(values, field["lat"].values, field["lon"].values, grid.grid))


def _onto(values: Floats, lat: Floats, lon: Floats, grid: Grid) -> Floats:
    south = np.clip(edges_of(lat), -90.0, 90.0)
    return (
        latitude_overlap(south, grid.lat_edges) @ values @ longitude_overlap(edges_of(lon), grid.lon_edges).T
    )


def _region_map(regions: str) -> xr.DataArray:
    """Whole numbers of regions (lat, lon)."""
    if regions == "transcom":
        found = transcom.read()
        return found[[name for name in found.data_vars if name != "cell_area"][0]]
    path = Path(regions)
    key = "pulses.regions"
    if not path.is_file():
        remedy = "give 'transcom', or a NetCDF file"
        raise InputError(Fault("configuration", key, f"{path}, which is not there", "a file", remedy))
    with xr.open_dataset(path) as opened:
        fields = [v for v in opened.data_vars.values() if set(v.dims) == {"lat", "lon"}]
        if len(fields) != 1:
            many = f"{len(fields)} variables along lat and lon"
            raise InputError(Fault(str(path), key, many, "one, of regions' numbers", "leave one"))
        field = fields[0].transpose("lat", "lon").load()
    values = field.values
    if not np.isfinite(values).all() or (values != np.round(values)).any() or values.min() < 0:
        raise InputError(
            Fault(str(path), str(field.name), "other than 0, 1, 2 ...", "whole numbers", "number them")
        )
    return field.astype(int).sortby("lat").sortby("lon")


def regions_of(config: TransportConfig, grid: AirGrid) -> dict[int, Floats]:
    """1 kg s-1 given off over each region, as [kg m-2 s-1] (lat, lon) on cells of air."""
    field = _region_map(config.pulses.regions)
    lat, lon = field["lat"].values.astype(float), field["lon"].values.astype(float)
    made, area = {}, grid.grid.area
    for code in np.unique(field.values):
        if code > 0:
            share = grid.mean_in_groups(_onto((field.values == code).astype(float), lat, lon, grid.grid))
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
    table = pd.read_csv(path)
    lacking = [name for name in _COLUMNS if name not in table.columns]
    raise_if_any(Fault(str(path), name, "no such column", ", ".join(_COLUMNS), "add it") for name in lacking)
    twice = sorted(set(table["site"][table["site"].duplicated()]))
    if twice:
        raise InputError(
            Fault(str(path), "site", f"{', '.join(map(str, twice))} twice", "each once", "rename")
        )
    return table[list(_COLUMNS)]
