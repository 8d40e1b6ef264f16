"""Units of the field (PgC, TgN, Tg CH4, ppm, ppb), and the two ways to turn a mole fraction into a mass."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pint

from tenbin.core.constants import ATMOSPHERE_DRY_MASS, C_TO_CH4, C_TO_CO2, MOLAR_MASS, N_TO_N2O, Constant
from tenbin.core.errors import Fault, InputError

if TYPE_CHECKING:
    import xarray as xr

__all__ = [
    "COMMUNITY",
    "LEDGER_UNIT",
    "TABLE_UNIT",
    "WELL_MIXED",
    "ConversionFamily",
    "burden_per_mole_fraction",
    "convert",
    "in_units",
    "parse",
    "ureg",
]

LEDGER_UNIT = "Tg yr-1"
"""Unit of every mass in the ledger: Tg of the gas itself per year."""

TABLE_UNIT: dict[str, str] = {"co2": "ppm", "ch4": "ppb", "n2o": "ppb", "mcf": "ppt"}
"""Unit of a mole fraction of each gas in tables and reports (dry air)."""

ureg: pint.UnitRegistry = pint.UnitRegistry(cache_folder=None)
ureg.define("ppm = 1e-6")
ureg.define("ppb = 1e-9")
ureg.define("ppt = 1e-12")  # otherwise read as pico-pint
# A mass of an element and a mass of a gas are different things: each is its own dimension, so that
# PgC cannot become Tg without saying of which gas.
_SPECIES = ("CO2", "CH4", "N2O", "MCF", "C", "N")
for _species in _SPECIES:
    ureg.define(f"g{_species} = [mass_of_{_species.lower()}]")
    ureg.define(f"t{_species} = 1e6 g{_species}")

_MASS_PREFIX = r"(?<![A-Za-z])([YZEPTGMkhdcmunpf]?(?:g|t))"
_OF_SPECIES = re.compile(_MASS_PREFIX + r"[\s_]?(CO2|CH4|N2O|MCF|C|N)(?![A-Za-z0-9])")


def _spelled(unit: str) -> str:
    """CF spelling ('Tg CH4 yr-1', 'kg m-2 s-1') as pint spelling ('TgCH4 * yr**-1', ...)."""
    text = _OF_SPECIES.sub(r"\1\2#", unit.strip())  # '#' shields the 2 of CO2 from being read as a power
    text = re.sub(r"(?<=[A-Za-z#])(?:\^|\*\*)?([-+]?\d+)(?![\dA-Za-z#])", r"**\1", text)
    text = text.replace("#", "")
    return re.sub(r"(?<=[\w%)])\s+(?=[A-Za-z(%])", " * ", text)


_RAISED = re.compile(r"\*\*|\^")
_SMALL_POWER = re.compile(r"(?:\*\*|\^)\s*\(?\s*[-+]?\d{1,2}(?:\.\d+)?(?!\s*(?:\*\*|\^|\d))")
_RAISED_NUMBER = re.compile(r"(?<![\w.])[\d.]+\s*(?:\*\*|\^)")
_RAISED_BRACKET = re.compile(r"\)\s*(?:\*\*|\^)")
_UNREADABLE = (pint.errors.PintError, ValueError, TypeError, AttributeError, AssertionError, LookupError,
               ArithmeticError, SyntaxError, tokenize.TokenError)  # fmt: skip


def _modest(text: str) -> bool:
    """Whether the powers of a unit are small ones of units: 9**9**9 in a file's header would never end."""
    small = len(_RAISED.findall(text)) == len(_SMALL_POWER.findall(text))
    once = len(_RAISED_BRACKET.findall(text)) <= 1
    return len(text) <= 200 and small and once and not _RAISED_NUMBER.search(text)


@lru_cache(maxsize=512)
def parse(unit: str) -> pint.Unit:
    """The pint unit that `unit` spells, in CF or pint style; raises InputError if nobody knows it.

    >>> str(parse("Tg CH4 yr-1"))
    'teragCH4 / year'
    """
    spelled = _spelled(unit)
    if not _modest(spelled):
        raise InputError(_unknown(unit))
    try:
        return ureg.Unit(spelled)
    except _UNREADABLE as error:
        raise InputError(_unknown(unit)) from error


def _unknown(unit: str) -> Fault:
    return Fault(
        "unit", repr(unit), "an unknown unit", "e.g. 'Tg yr-1', 'PgC yr-1', 'ppb'", "spell it as CF does"
    )


_RATIO: dict[tuple[str, str], Constant | float] = {
    ("co2", "c"): C_TO_CO2,
    ("ch4", "c"): C_TO_CH4,
    ("n2o", "n"): N_TO_N2O,
}


def _gas_per_counted(species: str, gas: str | None) -> float:
    """Mass of `gas` that holds one mass of the counted `species` (an element, or the gas itself)."""
    if species == gas or (gas is None and species in MOLAR_MASS and species not in ("c", "n")):
        return 1.0
    if (gas or "", species) in _RATIO:
        return float(_RATIO[gas or "", species])
    found = f"a mass of {species.upper()} and gas={gas!r}"
    fault = Fault(
        "unit conversion", "gas", found, "the gas that holds the element", "pass gas='co2', 'ch4' or 'n2o'"
    )
    raise InputError(fault)


def _as_mass_of_gas(unit: pint.Unit, gas: str | None) -> pint.Quantity:
    """One `unit` with every mass of an element or named gas turned into a plain mass of the gas."""
    quantity = (1.0 * unit).to_root_units()
    for name, power in dict(quantity.units._units).items():
        species = str(name)[1:].lower()
        if str(name) in {f"g{s}" for s in _SPECIES}:
            swap = (ureg.gram / ureg.Unit(str(name))) ** power
            quantity = quantity * _gas_per_counted(species, gas) ** float(power) * swap
    return quantity


def convert(values: Any, from_unit: str, to_unit: str, gas: str | None = None) -> Any:
    """`values` (scalar or array, shape kept) turned from `from_unit` into `to_unit`.

    A mass of an element (PgC, TgN) becomes a mass of a gas (Tg, Tg CH4) only if `gas` names the gas; the
    ratios are 3.664 kg CO2 per kg C, 16.043/12.011 kg CH4 per kg C and 44/28 kg N2O per kg N. A mole
    fraction never becomes a mass here: that needs a family of factors, see `burden_per_mole_fraction`.

    >>> round(convert(10.0, "PgC yr-1", "Tg yr-1", gas="co2"), 6)
    36640.0
    """
    source, target = parse(from_unit), parse(to_unit)
    values = np.asarray(values, dtype=float)[()] if isinstance(values, (list, tuple, int)) else values
    if source == target:
        return values
    if source.dimensionality == target.dimensionality:
        return _plain_conversion(values, source, target)
    one = _as_mass_of_gas(source, gas) / _as_mass_of_gas(target, gas)
    if not one.dimensionless:
        raise InputError(_incompatible(from_unit, to_unit))
    return values * float(one.to("dimensionless").magnitude)


def _plain_conversion(values: Any, source: pint.Unit, target: pint.Unit) -> Any:
    if source in (ureg.degC, ureg.degF) or target in (ureg.degC, ureg.degF):
        return ureg.Quantity(values, source).to(target).magnitude
    return values * float((1.0 * source).to(target).magnitude)


def _incompatible(from_unit: str, to_unit: str) -> Fault:
    remedy = "check the unit of the file; a mole fraction becomes a mass with units.burden_per_mole_fraction"
    return Fault(
        "unit conversion", repr(from_unit), repr(from_unit), f"something convertible to {to_unit!r}", remedy
    )


def in_units(da: xr.DataArray, unit: str, gas: str | None = None) -> xr.DataArray:
    """`da` in `unit`, from its own attrs['units']; InputError if they are missing or of another kind."""
    found = da.attrs.get("units")
    where = f"variable {da.name!r}"
    if found is None:
        raise InputError(
            Fault(where, "attrs['units']", "nothing", repr(unit), "set attrs['units'] where it is read")
        )
    try:
        converted = da.copy(data=convert(da.data, found, unit, gas=gas))
    except InputError as error:
        raise InputError(
            [Fault(where, f.name, f.found, f.expected, f.remedy) for f in error.faults]
        ) from error
    converted.attrs["units"] = unit
    return converted


@dataclass(frozen=True)
class ConversionFamily(Mapping[str, Constant]):
    """Mass per mole fraction for each gas, all of one origin. Two families are never mixed in one budget.

    Behaves as a read-only dict from gas to Constant: co2 [PgC ppm-1], ch4 [Tg ppb-1], n2o [TgN ppb-1].
    """

    name: str
    factors: Mapping[str, Constant]

    def __getitem__(self, gas: str) -> Constant:
        if gas in self.factors:
            return self.factors[gas]
        expected = "one of " + ", ".join(self.factors)
        raise InputError(
            Fault(f"conversion family {self.name!r}", "gas", repr(gas), expected, "use the other family")
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self.factors)

    def __len__(self) -> int:
        return len(self.factors)

    def __contains__(self, gas: object) -> bool:
        return gas in self.factors

    def __hash__(self) -> int:
        return hash(self.name)


_AIR = float(ATMOSPHERE_DRY_MASS) / float(MOLAR_MASS["air"])  # mol of dry air
_DERIVED = "5.1352e18 kg of dry air at 28.97 g mol-1, gas evenly mixed from the ground to space"

WELL_MIXED = ConversionFamily(
    "well_mixed",
    {
        "co2": Constant(_AIR * 1e-6 * MOLAR_MASS["c"] * 1e-12, "PgC ppm-1", _DERIVED),
        "ch4": Constant(_AIR * 1e-9 * MOLAR_MASS["ch4"] * 1e-9, "Tg ppb-1", _DERIVED),
        "n2o": Constant(_AIR * 1e-9 * 2 * MOLAR_MASS["n"] * 1e-9, "TgN ppb-1", _DERIVED),
        "mcf": Constant(_AIR * 1e-12 * MOLAR_MASS["mcf"] * 1e-9, "Tg ppt-1", _DERIVED),
    },
)
"""For boxes and gas-cycle models, whose mole fraction is a true mean of the air they hold."""

COMMUNITY = ConversionFamily(
    "community",
    {
        "co2": Constant(
            2.124, "PgC ppm-1", "Ballantyne et al. 2012, Nature 488, 70; used by the Global Carbon Budget"
        ),
        "ch4": Constant(
            2.75, "Tg ppb-1", "Prather et al. 2012, GRL 39, L09803; used by the Global Methane Budget"
        ),
        "n2o": Constant(4.79, "TgN ppb-1", "Prather et al. 2012, GRL 39, L09803"),
    },
)
"""For growth rates measured at the surface: the factors carry the gradient from surface to mean air."""


def burden_per_mole_fraction(gas: str, family: ConversionFamily) -> float:
    """Tg of `gas` in the whole atmosphere per table unit (ppm co2, ppb ch4 and n2o, ppt mcf).

    `family` must be named at every call, WELL_MIXED or COMMUNITY: they differ by 3.3 % (CH4) and 3.5 % (N2O).

    >>> [round(burden_per_mole_fraction("ch4", family), 3) for family in (COMMUNITY, WELL_MIXED)]
    [2.75, 2.844]
    """
    if not isinstance(family, ConversionFamily):
        raise InputError(
            Fault(
                "mole fraction to mass",
                "family",
                repr(family),
                "units.WELL_MIXED or units.COMMUNITY",
                "name one",
            )
        )
    factor = family[gas]
    mass_unit = factor.unit.split()[0]
    return float(convert(float(factor), mass_unit, "Tg", gas=gas))
