"""What the ground, the sea and people give to the air, on the cells of air: monthly fluxes of a tracer by sector."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from tenbin.core.constants import C_TO_CO2, MOLAR_MASS, N_TO_N2O, SECONDS_PER_YEAR
from tenbin.core.errors import Fault, InputError, raise_if_any
from tenbin.core.grid import Grid
from tenbin.data.inventories.tables import PathLike
from tenbin.data.land_grids import remap
from tenbin.data.surface_fluxes import land_output, patterns, totals
from tenbin.data.surface_fluxes.patterns import BASE, MONTH_SECONDS
from tenbin.data.tidy import choose
from tenbin.transport.air_grid import AirGrid
from tenbin.transport.exchange_times import Hemispheres

__all__ = ["GASES", "SurfaceFluxes", "on_cells", "on_grid"]

Floats = npt.NDArray[np.float64]
GASES = totals.GASES
MOLAR = {gas: float(MOLAR_MASS[gas]) for gas in ("sf6", "co2", "ch4", "n2o")} | {"rn222": 0.222}
"""kg mol-1; that of 222Rn is its mass number."""
_TG = 1e9
_YEAR = float(SECONDS_PER_YEAR)
_LAND: dict[str, dict[str, tuple[str, float]]] = {
    "ch4": {
        "wetlands": ("wetlandCH4", 1.0), "rice": ("riceCH4", 1.0), "termites": ("termiteCH4", 1.0),
        "soil_uptake": ("uplandCH4", 1.0),
    },
    "n2o": {"natural_soils": ("fN2O", float(N_TO_N2O))},
}  # fmt: skip
"""Gas -> sector -> variable of a run of the land and factor to the mass of the gas. CO2 takes its `biosphere`."""


@dataclass(frozen=True)
class SurfaceFluxes:
    """Monthly fluxes of one gas [kg m-2 s-1 of the gas, positive to the air], each sector (12, lat, lon) on `grid`.

    `total` [Tg yr-1] is what each sector adds in a common year of 365 days; `sources` says where it comes from.
    `molar_mass` is in kg mol-1, `label` names gas, year and origin in a line.
    """

    gas: str
    grid: Grid
    molar_mass: float
    label: str
    sectors: dict[str, Floats]
    sources: dict[str, str] = field(default_factory=dict)

    @cached_property
    def monthly(self) -> Floats:
        """Sum (12, lat, lon) over the sectors."""
        return np.asarray(sum(self.sectors.values()))

    @cached_property
    def total(self) -> dict[str, float]:
        """Sector -> Tg yr-1; what gives and takes alike is nought."""
        return {name: self.yearly(flux) for name, flux in self.sectors.items()}

    def yearly(self, flux: Floats) -> float:
        """Integral [Tg yr-1] of fluxes (12, lat, lon) over the globe and a common year."""
        return float(self.grid.integrate(flux) @ MONTH_SECONDS) / _TG

    def northern_share(self, name: str | None = None) -> float:
        """Share [1] of a sector, or of the whole, that enters the air north of the equator."""
        flux = self.monthly if name is None else self.sectors[name]
        north = self.grid.rows_within(0.0, 90.0)[:, None]
        return self.yearly(flux * north) / self.yearly(flux)

    def hemispheres(self) -> Hemispheres:
        """What all sectors give north and south of the equator in each month (12,) [kg yr-1], for exchange times."""
        north = self.grid.rows_within(0.0, 90.0)[:, None]
        parts = (self.grid.integrate(self.monthly * share) * _YEAR for share in (north, 1.0 - north))
        return Hemispheres(*parts)

    def without(self, *names: str) -> SurfaceFluxes:
        """The same without some sectors, as where the model of the air has its own uptake by soil."""
        unknown = [name for name in names if name not in self.sectors]
        known = ", ".join(self.sectors)
        raise_if_any(
            Fault(f"fluxes of {self.gas}", "sector", repr(name), f"one of {known}", "name one")
            for name in unknown
        )
        kept = {name: flux for name, flux in self.sectors.items() if name not in names}
        label = f"{self.label}; without {', '.join(names)}"
        return SurfaceFluxes(self.gas, self.grid, self.molar_mass, label, kept, self.sources)


def on_cells(gas: str, grid: AirGrid, year: int | None = None, land: PathLike | None = None) -> SurfaceFluxes:
    """Fluxes of `gas` ('sf6', 'rn222', 'co2', 'ch4', 'n2o') in `year` on cells of air, merged near the poles.

    Means over cells are exact on the sphere and over merged cells: the sum over the globe is kept to round-off.
    Without a year those of 2010 are given. `land` is the land_monthly.nc of a run of the land, in place of what the
    package keeps of one (see `on_grid`). InputError: an unknown gas, or a year without totals.
    """
    fluxes = on_grid(gas, grid.grid, year, land)
    merged = {name: grid.mean_in_groups(flux) for name, flux in fluxes.sectors.items()}
    return SurfaceFluxes(gas, grid.grid, fluxes.molar_mass, fluxes.label, merged, fluxes.sources)


def on_grid(gas: str, grid: Grid, year: int | None = None, land: PathLike | None = None) -> SurfaceFluxes:
    """Fluxes of `gas` in `year` on any global `grid` with rows from south to north; see `on_cells`.

    With `land`, the CO2 breathed by plants, and the CH4 and N2O of wetlands, rice, termites and soil, are those of
    that run itself, amounts too; the total of CO2 stays, since the breath has none.
    """
    choose(gas, GASES, "gas", "surface fluxes")
    _refuse_part(grid)
    terms = totals.terms(gas, year)
    mass, sources = _masses(terms)
    if land is not None:
        own = _of_land(gas, land)
        mass |= own
        sources |= dict.fromkeys(own, f"land run {land}")
    north = remap.latitude_overlap(BASE.lat_edges, grid.lat_edges)
    east = remap.longitude_overlap(BASE.lon_edges, grid.lon_edges)
    per_second = _TG / (BASE.area * MONTH_SECONDS[:, None, None])
    sectors = {name: north @ (field * per_second) @ east.T for name, field in mass.items()}
    when = totals.REFERENCE_YEAR if year is None else year
    label = f"{gas} {when}: " + "; ".join(f"{name} ({sources[name]})" for name in sectors)
    return SurfaceFluxes(gas, grid, MOLAR[gas], label, sectors, sources)


def _refuse_part(grid: Grid) -> None:
    lat, lon = grid.lat_edges, grid.lon_edges
    whole = lat[0] == -90.0 and lat[-1] == 90.0 and abs(np.ptp(lon) - 360.0) < 1e-9 and lon[-1] > lon[0]
    if not whole:
        found = f"{lat[0]:g} to {lat[-1]:g} north, {lon[0]:g} to {lon[-1]:g} east"
        remedy = "give the globe, from south to north and from west to east"
        raise InputError(Fault("surface fluxes", "grid", found, "-90 to 90 north and a full circle", remedy))


def _masses(terms: pd.DataFrame) -> tuple[dict[str, Floats], dict[str, str]]:
    """Mass [Tg] of each sector by month and cell (12, lat, lon) on the cells of the patterns, and its sources."""
    shape, length = patterns.load(), MONTH_SECONDS[:, None, None] / MONTH_SECONDS.sum()
    mass: dict[str, Floats] = {}
    sources: dict[str, str] = {}
    for row in terms.itertuples():
        share = shape[row.pattern]
        added = row.value * (share if len(share) == 12 else share * length)
        mass[row.sector] = mass.get(row.sector, 0.0) + added
        known = sources.get(row.sector)
        sources[row.sector] = row.source if known in (None, row.source) else f"{known}, {row.source}"
    return mass, sources


def _of_land(gas: str, path: PathLike) -> dict[str, Floats]:
    """Mass [Tg of the gas] of the sectors that a run of the land gives (12, lat, lon)."""
    if gas == "co2":
        found = land_output.masses(path, ("gpp", "ra", "rh"))
        return {"biosphere": land_output.biosphere(found) * float(C_TO_CO2) / _TG}
    wanted = _LAND.get(gas, {})
    found = land_output.masses(path, tuple(name for name, _ in wanted.values())) if wanted else {}
    return {sector: found[name] * factor / _TG for sector, (name, factor) in wanted.items()}
