"""What a run of the moving air is asked to do: its winds, its tracers, where it is watched and how it is moved."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from tenbin.core.compute import ComputeConfig
from tenbin.workflow.air_settings import Analyses
from tenbin.workflow.quantities import MoleFraction, refusal
from tenbin.workflow.settings import Section

__all__ = [
    "ANALYSES",
    "BUILT_IN",
    "FLASKS",
    "NONE",
    "PULSE",
    "SYNTHETIC",
    "Pulses",
    "Tracer",
    "TransportConfig",
]

ANALYSES = "analyses"
SYNTHETIC, BUILT_IN, NONE, FLASKS, PULSE = "synthetic", "built-in", "none", "flasks", "pulse"
GasName = Literal["co2", "ch4", "n2o", "sf6", "rn222", "mcf"]
STARTS = {"co2": 388.8e-6, "ch4": 1798.0e-9, "n2o": 323.0e-9, "sf6": 7.0e-12, "mcf": 7.0e-12, "rn222": 0.0}
"""Mole fractions [mol mol-1] near the surface of the globe in 2010, rounded: NOAA GML (AGAGE for CH3CCl3)."""


class Tracer(Section):
    """One tracer."""

    name: str = Field(description="Its name in the files that are written: small letters, digits and _.")
    gas: GasName = Field(description="What it is made of: its molar mass and its losses.")
    emission: str = Field(
        BUILT_IN,
        description="'built-in' monthly fluxes of the gas, 'none', or a NetCDF file with a variable of "
        "(month, lat, lon) in kg m-2 s-1, on even cells round the globe; its sums are kept.",
    )
    start: MoleFraction | None = Field(
        None,
        ge=0,
        le=1,
        description="Mole fraction everywhere at the start; that of 2010 where it is left out.",
    )
    losses: bool = Field(True, description="Whether chemistry and decay take from it.")

    @field_validator("name")
    @classmethod
    def _fit_for_files(cls, name: str) -> str:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name):
            raise refusal("", "a small letter, then small letters, digits and _, forty at most")
        return name

    @property
    def begins(self) -> float:
        """Mole fraction everywhere at the start [mol mol-1]."""
        return STARTS[self.gas] if self.start is None else self.start


class Pulses(Section):
    """Green functions: a tracer for each region and month, given off at 1 kg s-1 in that month only."""

    regions: str = Field(
        NONE,
        description="'none', 'transcom' (22 regions), or a NetCDF file with whole numbers of regions on (lat, lon), "
        "0 where there is none.",
    )
    gas: GasName = Field("co2", description="What is given off, at 1 kg s-1 in its month.")
    months: tuple[Annotated[int, Field(ge=1, le=12)], ...] = Field(
        tuple(range(1, 13)), min_length=1, description="Months of the first year with a pulse."
    )

    @field_validator("months")
    @classmethod
    def _once(cls, months: tuple[int, ...]) -> tuple[int, ...]:
        twice = sorted({month for month in months if months.count(month) > 1})
        if twice:
            raise refusal(f" with {', '.join(map(str, twice))} more than once", "each month once")
        return months


_USUAL = tuple(Tracer(name=gas, gas=gas) for gas in ("co2", "ch4", "n2o", "sf6", "rn222"))


class TransportConfig(Section):
    """A run of the moving air over the globe."""

    meteorology: str = Field(
        SYNTHETIC,
        description="'synthetic' is a made-up perpetual year (labelled so); 'analyses' those below; else a file of "
        "air mass fluxes, as 'tenbin air' makes them.",
    )
    analyses: Analyses = Field(
        Analyses(),
        description="Analyses of the weather; their air is made once and kept in the user's cache.",
    )
    seed: int = Field(0, ge=0, description="Seed of the made-up year.")
    means: Literal["where given", "none"] = Field(
        "where given",
        description="Whether the made-up year is held to the mean winds and temperature of January and June of the "
        "NCEP/NCAR reanalysis, where $TENBIN_DATA has them.",
    )
    first_year: int = Field(2010, ge=1850, le=2100, description="Calendar year the run begins with.")
    years: int = Field(1, ge=1, le=500, description="Years run; of air of real dates, as many as it has.")
    tracers: tuple[Tracer, ...] = Field(_USUAL, description="Tracers.")
    pulses: Pulses = Field(
        Pulses(), description="Green functions, besides the tracers: one for each region and month."
    )
    oh: Literal["cams", "flexpart"] = Field(
        "cams", description="Climatology of hydroxyl; that of flexpart needs $TENBIN_DATA."
    )
    oh_scale: float | None = Field(
        None,
        gt=0,
        le=5,
        description="Factor on hydroxyl; left out, that by which CH3CCl3 lives as long as it is observed to.",
    )
    stations: str = Field(
        FLASKS,
        description="'flasks' of the global network, 'none', or a CSV file with columns site, lat, lon, alt "
        "[m above sea level], intake_height [m above ground], above ('sea' or 'ground').",
    )
    scheme: Literal["parabolas", "slopes", "upwind"] = Field("parabolas", description="Scheme of advection.")
    limited: bool = Field(
        False, description="Whether new extremes are forbidden; the way back is then not exact."
    )
    precision: Literal["float32", "float64"] = Field("float64", description="Arithmetic of tracers.")
    monthly: bool = Field(
        True, description="Whether monthly mean mole fractions of all cells, and their figure, are written."
    )
    restart: str | None = Field(
        None,
        description="The restart.npz of an earlier run of the same tracers, after whose air this air follows.",
    )
    batch: int = Field(12, ge=1, le=1000, description="Tracers carried side by side in one task.")
    compute: ComputeConfig = Field(
        ComputeConfig(), description="Where batches are run, if there are several."
    )

    @field_validator("tracers")
    @classmethod
    def _named_once(cls, tracers: tuple[Tracer, ...]) -> tuple[Tracer, ...]:
        names = [tracer.name for tracer in tracers]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise refusal(f" with {', '.join(twice)} more than once", "each name once")
        return tracers

    @model_validator(mode="after")
    def _knows_its_air(self) -> TransportConfig:
        if (self.meteorology == ANALYSES) != bool(self.analyses.files):
            listed = f"{len(self.analyses.files)} file(s) under analyses"
            expected = "'meteorology: analyses' with files of analyses, or neither"
            raise refusal(f" with {listed}", expected, of=("meteorology", "analyses"))
        return self

    @model_validator(mode="after")
    def _carries_something(self) -> TransportConfig:
        if not self.tracers and self.pulses.regions == NONE:
            raise refusal(", nothing to carry", "tracers, or regions of pulses", of=("tracers", "pulses"))
        return self

    @model_validator(mode="after")
    def _restarts_as_it_was(self) -> TransportConfig:
        if self.restart is not None and self.pulses.regions != NONE:
            raise refusal(" with pulses", "a restart of tracers alone", of=("restart", "pulses"))
        return self

    def folder_of(self, base: Path) -> Path:
        """Where finished months wait until all are done."""
        return base / "batches"
