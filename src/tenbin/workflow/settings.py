"""What a run is asked to do: every setting with its unit, its default and its meaning."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from tenbin.assimilate.balance_settings import SPIN_UP_START, BalanceSettings
from tenbin.core.compute import ComputeConfig
from tenbin.workflow.quantities import Fraction, Ppb, Ppm, Years, refusal

_BALANCE = BalanceSettings()
_EMISSION, _OBSERVATION = _BALANCE.emission, _BALANCE.observation

FIRST_YEAR = 1980
LAST_YEAR = 2020
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
            raise refusal(
                ", an empty period", f"an end at or after the start {self.start}", of=("start", "end")
            )
        return self

    @property
    def spin_up_start(self) -> int:
        """First year of the integration, early enough that the period owes little to a first guess."""
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

    co2: Fraction = Field(_EMISSION["co2"].annual, gt=0, le=10, description="Carbon dioxide.")
    ch4: Fraction = Field(_EMISSION["ch4"].annual, gt=0, le=10, description="Methane.")
    n2o: Fraction = Field(_EMISSION["n2o"].annual, gt=0, le=10, description="Nitrous oxide.")
    mcf: Fraction = Field(_EMISSION["mcf"].annual, gt=0, le=10, description="Methyl chloroform.")


class RepresentationError(Section):
    """Lasting difference between the air at the stations of a band and the air of its box, one sd."""

    co2: Ppm = Field(_OBSERVATION["co2"].offset, gt=0, le=20, description="Carbon dioxide.")
    ch4: Ppb = Field(_OBSERVATION["ch4"].offset, gt=0, le=200, description="Methane.")
    n2o: Ppb = Field(_OBSERVATION["n2o"].offset, gt=0, le=20, description="Nitrous oxide.")
    mcf: Fraction = Field(
        _OBSERVATION["mcf"].offset,
        gt=0,
        le=1,
        description="Methyl chloroform, as a part of its mole fraction.",
    )


class Inversion(Section):
    """What is believed before the air is asked, and how firmly."""

    prior_sd: PriorSpread = Field(
        PriorSpread(), description="Spread of the prior emissions of a band and year."
    )
    correlation_time: Years = Field(
        _EMISSION["co2"].fast_years,
        gt=0,
        le=50,
        description="Time in which errors of emissions are forgotten.",
    )
    lasting_time: Years = Field(
        _EMISSION["co2"].slow_years, gt=0, le=100, description="The same for the part of them that lasts."
    )
    correlation_bands: Fraction = Field(
        _BALANCE.band_correlation,
        ge=0,
        lt=1,
        description="Correlation of prior errors of neighbouring bands.",
    )
    representation_error: RepresentationError = Field(
        RepresentationError(), description="Lasting difference between stations and the air of their band."
    )
    oh_prior_sd: Fraction = Field(
        _BALANCE.oh_scale_sd, gt=0, le=1, description="Prior spread of the mean amount of OH."
    )
    oh_anomaly_sd: Fraction = Field(
        _BALANCE.oh_anomaly_sd, ge=0, le=1, description="Prior spread of the OH of single years about it."
    )
    transport_prior_sd: Fraction = Field(
        _BALANCE.transport_sd, gt=0, le=1, description="Prior spread of the rates of exchange between boxes."
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

    def balance_settings(self) -> BalanceSettings:
        """The same wishes in the words of the joint inversion."""
        wish, emission, observation = self.inversion, {}, {}
        for gas, prior in _EMISSION.items():
            annual = getattr(wish.prior_sd, gas)
            emission[gas] = replace(
                prior, annual=annual, fast_years=wish.correlation_time, slow_years=wish.lasting_time
            )
        for gas, error in _OBSERVATION.items():
            observation[gas] = replace(error, offset=getattr(wish.representation_error, gas))
        return replace(
            _BALANCE, year_start=self.period.start, year_end=self.period.end, gases=self.gases,
            emission=emission, observation=observation, band_correlation=wish.correlation_bands,
            oh_scale_sd=wish.oh_prior_sd, oh_anomaly_sd=wish.oh_anomaly_sd,
            transport_sd=wish.transport_prior_sd,
        )  # fmt: skip
