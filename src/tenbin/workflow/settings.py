"""What a run is asked to do: every setting with its unit, its default and its meaning."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from tenbin.core.compute import ComputeConfig
from tenbin.workflow.quantities import Fraction, Ppb, Ppm, Ppt, Years, refusal

FIRST_YEAR = 1980
LAST_YEAR = 2020
SPIN_UP_START = 1978
"""The air is integrated from here, so that the state at `period.start` owes little to the first guess."""

Gas = Literal["co2", "ch4", "n2o"]
Network = Literal["noaa_flask", "wdcgg", "halocarbon_n2o", "gage"]
Year = Annotated[int, Field(strict=True, ge=FIRST_YEAR, le=LAST_YEAR, json_schema_extra={"unit": "year"})]


class Section(BaseModel):
    """A part of the configuration: frozen, and closed to keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class Period(Section):
    """The calendar years whose emissions are estimated, both ends included."""

    start: Year = Field(1984, description="First year.")
    end: Year = Field(2020, description="Last year, included.")

    @model_validator(mode="after")
    def _runs_forward(self) -> Period:
        if self.end < self.start:
            raise refusal(", an empty period", f"an end at or after the start {self.start}")
        return self

    @property
    def spin_up_start(self) -> int:
        """First year of the integration that leads into the period."""
        return SPIN_UP_START

    @property
    def years(self) -> range:
        """Every year of the period."""
        return range(self.start, self.end + 1)


class Stations(Section):
    """Which stations of the networks speak; applies to the full data, not to the embedded band means."""

    only: tuple[str, ...] = Field((), description="Codes to keep, such as [MLO, SPO]; empty keeps all.")
    exclude: tuple[str, ...] = Field((), description="Codes to leave out, such as [WLG].")

    @field_validator("only", "exclude")
    @classmethod
    def _codes_in_capitals(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(code.strip().upper() for code in codes)


class PriorSpread(Section):
    """One standard deviation of the prior emissions of a year and a band, as a part of their size."""

    co2: Fraction = Field(0.3, gt=0, le=10, description="Carbon dioxide.")
    ch4: Fraction = Field(0.3, gt=0, le=10, description="Methane.")
    n2o: Fraction = Field(0.3, gt=0, le=10, description="Nitrous oxide.")


class RepresentationError(Section):
    """How far the mean of a band's stations may stand from the air of the band, one standard deviation."""

    co2: Ppm = Field(0.3, gt=0, le=20, description="Carbon dioxide.")
    ch4: Ppb = Field(4.0, gt=0, le=200, description="Methane.")
    n2o: Ppb = Field(0.3, gt=0, le=20, description="Nitrous oxide.")
    mcf: Ppt = Field(1.0, gt=0, le=50, description="Methyl chloroform, the tracer of OH.")


class Inversion(Section):
    """What is believed before the air is asked, and how firmly."""

    prior_sd: PriorSpread = Field(PriorSpread(), description="Spread of the prior emissions.")
    correlation_time: Years = Field(
        2.0, gt=0, le=50, description="Time over which errors of prior emissions are alike (1/e)."
    )
    correlation_bands: Fraction = Field(
        0.3, ge=0, lt=1, description="Correlation of prior errors between neighbouring bands."
    )
    representation_error: RepresentationError = Field(
        RepresentationError(), description="Spread of a band mean about the air of its band."
    )
    oh_prior_sd: Fraction = Field(0.1, gt=0, le=1, description="Prior spread of the amount of OH.")
    transport_prior_sd: Fraction = Field(
        0.2, gt=0, le=1, description="Prior spread of the rates of exchange between boxes."
    )
    random_seed: Annotated[int, Field(strict=True, ge=0)] = Field(
        0, description="Seed of every random draw; the same seed gives the same bytes."
    )


class RunConfig(Section):
    """Everything that decides the numbers of a run."""

    period: Period = Field(Period(), description="Years whose emissions are estimated.")
    gases: tuple[Gas, ...] = Field(("co2", "ch4", "n2o"), min_length=1, description="Gases to weigh.")
    data: Literal["auto", "embedded", "full"] = Field(
        "auto",
        description="'embedded' uses the small tables of the package, 'full' the files under $TENBIN_DATA, "
        "'auto' the full files where $TENBIN_DATA is set and the embedded ones otherwise.",
    )
    networks: tuple[Network, ...] = Field(
        ("noaa_flask", "halocarbon_n2o"), min_length=1, description="Station networks to read."
    )
    stations: Stations = Field(Stations(), description="Choice of stations.")
    inversion: Inversion = Field(Inversion(), description="Prior knowledge of the inversion.")
    compute: ComputeConfig = Field(ComputeConfig(), description="Where heavy work is done.")
    out: str = Field("tenbin-run", min_length=1, description="Folder of the run's files.")

    @field_validator("gases", "networks")
    @classmethod
    def _named_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise refusal(f" with {', '.join(twice)} more than once", "each name once")
        return names

    def resolved(self) -> dict[str, Any]:
        """Plain values in a fixed order, fit for YAML and JSON; the folder itself is left out."""
        return self.model_dump(mode="json", exclude={"out"})
