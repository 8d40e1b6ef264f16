"""Numbers of nature that nobody may tune, each with its unit and its source."""

from __future__ import annotations

import math

__all__ = [
    "ATMOSPHERE_DRY_MASS",
    "AVOGADRO",
    "BOLTZMANN",
    "C_TO_CH4",
    "C_TO_CO2",
    "DRY_PRESSURE",
    "EARTH_RADIUS",
    "GAS_CONSTANT",
    "GRAVITY",
    "MOLAR_MASS",
    "N_TO_N2O",
    "SECONDS_PER_DAY",
    "SECONDS_PER_YEAR",
    "STEFAN_BOLTZMANN",
    "ZERO_CELSIUS",
    "Constant",
]


class Constant(float):
    """A float that remembers its unit and where it was published.

    Arithmetic gives plain floats: a result is no longer the published number.

    >>> EARTH_RADIUS.unit, EARTH_RADIUS > 6.3e6
    ('m', True)
    """

    unit: str
    source: str

    def __new__(cls, value: float, unit: str, source: str) -> Constant:
        self = super().__new__(cls, value)
        self.unit, self.source = unit, source
        return self

    def __repr__(self) -> str:
        return f"{float(self)!r} {self.unit}"

    def __reduce__(self) -> tuple[type[Constant], tuple[float, str, str]]:
        return (Constant, (float(self), self.unit, self.source))


_CODATA = "CODATA 2018 (exact in the SI of 2019)"
_IUPAC = "IUPAC 2021 standard atomic weights, abridged"

EARTH_RADIUS = Constant(6.371e6, "m", "IUGG mean radius R1 = 6371.009 km, rounded as in most climate models")
AVOGADRO = Constant(6.02214076e23, "mol-1", _CODATA)
BOLTZMANN = Constant(1.380649e-23, "J K-1", _CODATA)
GAS_CONSTANT = Constant(8.314462618, "J mol-1 K-1", _CODATA)
STEFAN_BOLTZMANN = Constant(5.670374419e-8, "W m-2 K-4", _CODATA)
GRAVITY = Constant(9.80665, "m s-2", "CGPM 1901, standard acceleration of free fall")
ZERO_CELSIUS = Constant(273.15, "K", "definition of the Celsius scale")
SECONDS_PER_DAY = Constant(86400.0, "s", "definition of the civil day")
SECONDS_PER_YEAR = Constant(365.25 * 86400.0, "s", "Julian year of 365.25 days")
ATMOSPHERE_DRY_MASS = Constant(5.1352e18, "kg", "Trenberth and Smith 2005, J. Climate 18, 864")
DRY_PRESSURE = Constant(
    ATMOSPHERE_DRY_MASS * GRAVITY / (4.0 * math.pi * EARTH_RADIUS**2),
    "Pa",
    "mean at the ground under the dry mass of Trenberth and Smith 2005, J. Climate 18, 864, spread over the Earth",
)

MOLAR_MASS: dict[str, Constant] = {
    "air": Constant(28.97e-3, "kg mol-1", "mean of dry air, as used with the dry mass in FaIR"),
    "c": Constant(12.011e-3, "kg mol-1", _IUPAC),
    "n": Constant(14.007e-3, "kg mol-1", _IUPAC),
    "h": Constant(1.008e-3, "kg mol-1", _IUPAC),
    "o": Constant(15.999e-3, "kg mol-1", _IUPAC),
    "cl": Constant(35.45e-3, "kg mol-1", _IUPAC),
    "h2o": Constant(18.015e-3, "kg mol-1", _IUPAC),
    "co2": Constant(44.009e-3, "kg mol-1", _IUPAC),
    "co": Constant(28.010e-3, "kg mol-1", _IUPAC),
    "ch4": Constant(16.043e-3, "kg mol-1", _IUPAC),
    "n2o": Constant(44.013e-3, "kg mol-1", _IUPAC),
    "mcf": Constant(133.40e-3, "kg mol-1", _IUPAC + "; CH3CCl3"),
    "sf6": Constant(146.05e-3, "kg mol-1", _IUPAC + "; SF6"),
}
"""Molar masses [kg mol-1] of gases, of dry air and of the elements counted in budgets."""

# The budgets round these ratios, and published tables can be recovered only with the same rounding.
C_TO_CO2 = Constant(3.664, "kg CO2 (kg C)-1", "Global Carbon Budget tables")
N_TO_N2O = Constant(44.0 / 28.0, "kg N2O (kg N)-1", "IPCC 2006 guidelines vol. 4 ch. 11")
C_TO_CH4 = Constant(16.043 / 12.011, "kg CH4 (kg C)-1", _IUPAC)
