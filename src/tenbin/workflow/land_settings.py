"""What a run of the land is asked to do: its weather, its cover, how long it settles and what it keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from tenbin.core.compute import ComputeConfig
from tenbin.workflow.quantities import refusal
from tenbin.workflow.settings import Section

__all__ = ["Box", "LandConfig"]

CLIMATOLOGY = "climatology"
ESTIMATED = "estimated"
Degrees = Annotated[float, Field(json_schema_extra={"unit": "degree"})]


class Box(Section):
    """The part of the globe that is run."""

    south: Degrees = Field(
        -60.0, ge=-90, le=90, description="Southern edge; Antarctica is left out by default."
    )
    north: Degrees = Field(90.0, ge=-90, le=90, description="Northern edge.")
    west: Degrees = Field(0.0, ge=-180, le=360, description="Western edge, degrees east.")
    east: Degrees = Field(360.0, ge=-180, le=360, description="Eastern edge, degrees east.")

    @model_validator(mode="after")
    def _has_a_height(self) -> Box:
        if self.north <= self.south:
            raise refusal(", an empty box", "north above south", of=("south", "north"))
        return self

    @model_validator(mode="after")
    def _has_a_width(self) -> Box:
        if self.east <= self.west:
            raise refusal(", an empty box", "east above west", of=("west", "east"))
        return self


def _known(parameters: dict[str, float]) -> dict[str, float]:
    if parameters:
        from tenbin.workflow.land_parameters import check  # the land is loaded only where it is asked about

        check(parameters)
    return parameters


class LandConfig(Section):
    """A run of the land over a grid."""

    drivers: str = Field(
        CLIMATOLOGY,
        description="'climatology' builds daily weather from a monthly climatology; else a NetCDF file or Zarr "
        "store of daily CF drivers along (time, lat, lon) or (time, cell).",
    )
    cover: str = Field(
        ESTIMATED,
        description="'estimated' from climate; else a NetCDF map of plant types, soil and fractions.",
    )
    disturbance: Literal["estimated", "none"] = Field(
        "estimated",
        description="Fire, wood harvest and seasons of crops where the drivers do not give them: 'estimated' from "
        "climate and kind of plant, or 'none', crops growing as the weather lets them.",
    )
    year: int = Field(2010, ge=1850, le=2100, description="Calendar year of the weather that is built.")
    seed: int = Field(0, ge=0, description="Seed of the daily weather.")
    lai: Literal["prescribed", "prognostic"] = Field(
        "prognostic", description="'prognostic' grows leaves; 'prescribed' takes `lai` from the drivers."
    )
    canopy: Literal["two_leaf", "light_use"] = Field(
        "two_leaf",
        description="'two_leaf' is of sunlit and shaded leaves; 'light_use' one leaf at its optimum (P-model).",
    )
    restart: str | None = Field(
        None, description="The restart.npz of an earlier run of the same tiles, to go on from."
    )
    settle_years: int = Field(
        40,
        ge=0,
        le=2000,
        description="Years run before those that are kept, the drivers' years in turn; 0 only with a restart.",
    )
    soil_settles: bool = Field(
        True,
        description="While settling, solve wood and soil carbon for their steady state four times.",
    )
    plant_types: int = Field(4, ge=1, le=13, description="Most plant types kept in a cell, the widest first.")
    box: Box = Field(Box(), description="Part of the globe.")
    precision: Literal["float32", "float64"] = Field("float64", description="Arithmetic of fluxes.")
    block: int = Field(1024, ge=1, le=65536, description="Tiles that are run side by side in one task.")
    parameters: Annotated[dict[str, float], AfterValidator(_known)] = Field(
        {}, description="Parameters to change, by dotted name."
    )
    compute: ComputeConfig = Field(ComputeConfig(), description="Where the work is done.")

    @model_validator(mode="after")
    def _has_a_beginning(self) -> LandConfig:
        if self.settle_years == 0 and self.restart is None:
            expected = "settle_years of 1 or more, or a restart to go on from"
            raise refusal(" without a restart", expected, of=("settle_years", "restart"))
        return self

    @model_validator(mode="after")
    def _has_its_leaves(self) -> LandConfig:
        if self.lai == "prescribed" and self.drivers == CLIMATOLOGY:
            found = ", and a climatology has no leaf area"
            raise refusal(found, "lai 'prognostic', or drivers that hold lai", of=("lai", "drivers"))
        return self

    def folder_of(self, base: Path) -> Path:
        """Where finished blocks wait until all are done."""
        return base / "blocks"
