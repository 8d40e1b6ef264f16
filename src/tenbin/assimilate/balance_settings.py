"""What the joint inversion of the box model assumes about priors and errors, each number with its unit."""

from __future__ import annotations

from dataclasses import dataclass, field

TARGET_GASES = ("co2", "ch4", "n2o")
TRACER = "mcf"  # CH3CCl3, inverted beside the three for its hydroxyl
UNIT_FACTOR = {"co2": 1e-6, "ch4": 1e-9, "n2o": 1e-9, "mcf": 1e-12}
"""Mole fraction [mol mol-1] of one table unit (ppm, ppb, ppb, ppt)."""

SPIN_UP_START = 1978


@dataclass(frozen=True)
class EmissionPrior:
    """Spread of a gas's prior emissions as parts of the prior's size in each band.

    The error of a year has a part that lasts (`slow_years`) and one forgotten in `fast_years`; the seasonal
    cycle and the months beside it are unknown by `seasonal` and `monthly`.
    """

    annual: float
    seasonal: float
    monthly: float
    slow_years: float = 20.0
    fast_years: float = 2.0


@dataclass(frozen=True)
class ObservationError:
    """Errors of a band mean beside those of its network, in the table unit of the gas.

    `offset`: lasting difference between marine surface air and the air of the box; `season`: the same in the
    mean seasonal cycle; `transport`: what the climatological transport cannot follow, forgotten in
    `transport_years`. For CH3CCl3 all three are relative to its mole fraction.
    """

    offset: float
    season: float
    transport: float
    transport_years: float = 0.25
    relative: bool = False


def _emission_priors() -> dict[str, EmissionPrior]:
    return {
        "co2": EmissionPrior(0.30, 0.80, 0.15),
        "ch4": EmissionPrior(0.30, 0.20, 0.03),
        "n2o": EmissionPrior(0.30, 0.20, 0.05),
        "mcf": EmissionPrior(1.0, 0.25, 0.5),  # of the published standard deviation
    }


def _observation_errors() -> dict[str, ObservationError]:
    return {
        "co2": ObservationError(0.8, 0.3, 0.15, 0.15),
        "ch4": ObservationError(8.0, 2.0, 1.5, 0.3),
        "n2o": ObservationError(0.30, 0.10, 0.10, 0.35),
        "mcf": ObservationError(0.015, 0.005, 0.020, 1.0, relative=True),
    }


@dataclass(frozen=True)
class BalanceSettings:
    """Everything the inversion assumes. `year_start` to `year_end` are reported, both ends included."""

    year_start: int = 1984
    year_end: int = 2020
    gases: tuple[str, ...] = TARGET_GASES
    emission: dict[str, EmissionPrior] = field(default_factory=_emission_priors)
    observation: dict[str, ObservationError] = field(default_factory=_observation_errors)
    band_correlation: float = 0.3
    network_years: float = 8.0
    oh_scale_sd: float = 0.15
    oh_anomaly_sd: float = 0.03
    oh_anomaly_years: float = 3.0
    transport_sd: float = 0.15
    iterations: int = 8
    tolerance: float = 0.25

    @property
    def first_year(self) -> int:
        """First year of the integration."""
        return SPIN_UP_START

    @property
    def n_years(self) -> int:
        """Years of the integration."""
        return self.year_end - self.first_year + 1

    @property
    def n_months(self) -> int:
        """Months of the integration."""
        return 12 * self.n_years

    @property
    def tracers(self) -> tuple[str, ...]:
        """The gases asked for and CH3CCl3."""
        return (*self.gases, TRACER)
