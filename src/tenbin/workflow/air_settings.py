"""Which analyses of the weather become air for tracers, how their files are to be read, and on which cells."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from tenbin.workflow.settings import Section

__all__ = ["Analyses"]

Even = Annotated[int, Field(ge=4, le=720, multiple_of=2)]


class Analyses(Section):
    """Files of analyses, and the cells of the air that is made of them."""

    files: tuple[str, ...] = Field(
        (),
        description="NetCDF files and Zarr stores: of other fields, of later times, of the ground. They are joined, "
        "and have to go from 0 UTC to 0 UTC of a later day: air flows between two times.",
    )
    names: dict[str, str] = Field(
        {}, description="What a field is called in them where that is not known: {ua: wind_e}."
    )
    units: dict[str, str] = Field({}, description="Units that they do not state: {hfss: W m-2}.")
    start: date | None = Field(
        None, description="From 0 UTC of this day; from their first time where left out."
    )
    end: date | None = Field(None, description="To 0 UTC of this day; to their last time where left out.")
    rows: int = Field(46, ge=6, le=361, description="Rows of cells, those at the poles half as tall.")
    columns: Even = Field(72, description="Cells around the globe, an even number.")
    levels: int = Field(20, ge=3, le=137, description="Layers of air, thin near the ground.")
    relief: bool = Field(
        False,
        description="Whether the ground is that of ETOPO where they have none. Where they lack surface pressure too, "
        "it is derived with it, roughly.",
    )
    dry: bool = Field(False, description="Whether air without humidity, and so without clouds, is accepted.")
    longest: float = Field(24.0, gt=0, le=24, description="Most hours from one time to the next.")
    most_steps: int = Field(24, ge=1, le=60, description="Most steps of advection from one time to the next.")
    days: int | None = Field(
        None,
        ge=1,
        le=366,
        description="Few times played to and fro for so many days, for trials; all times once where it is left out.",
    )
    hours: float = Field(6.0, gt=0, le=24, description="How long a single time is played before it repeats.")
