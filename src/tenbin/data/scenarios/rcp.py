"""RCP4.5 and RCP8.5 of CMIP5: world emissions and concentrations 1765-2500; natural emissions to match."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pandas as pd

from tenbin.core.constants import C_TO_CO2, N_TO_N2O
from tenbin.core.errors import Fault, InputError
from tenbin.data.inventories.tables import (
    UNIT,
    PathLike,
    numbers,
    read_text,
    refuse_duplicates,
    source_path,
    tidy,
)
from tenbin.data.tidy import choose

PRODUCT = "rcp"
SCENARIOS = ("rcp45", "rcp85")
_HEADER = "v YEARS/GAS >"


@dataclass(frozen=True)
class _Column:
    gas: str
    sector: str
    unit: str
    factor: float = 1.0


_EMISSIONS = {
    "FossilCO2": _Column("co2", "fossil", "GtC/yr", 1000.0 * float(C_TO_CO2)),
    "OtherCO2": _Column("co2", "land_use_change", "GtC/yr", 1000.0 * float(C_TO_CO2)),
    "CH4": _Column("ch4", "anthropogenic_and_fires", "MtCH4/yr"),
    "N2O": _Column("n2o", "anthropogenic_and_fires", "MtN2O-N/yr", float(N_TO_N2O)),
    "MCF": _Column("mcf", "industry", "kt/yr", 1e-3),
}
_CONCENTRATIONS = {
    "CO2": _Column("co2", "", "ppm"),
    "CH4": _Column("ch4", "", "ppb"),
    "N2O": _Column("n2o", "", "ppb"),
    "MCF": _Column("mcf", "", "ppt"),
}
_NATURAL = {
    "CH4": _Column("ch4", "natural", "MtCH4"),
    "N2O": _Column("n2o", "natural", "MtN2O-N", float(N_TO_N2O)),
}


def read_emissions(path: PathLike | None = None, scenario: str = "rcp45") -> pd.DataFrame:
    """World emissions [Tg of the gas yr-1] of co2 (fossil; land_use_change), ch4, n2o and mcf, 1765-2500.

    The file counts carbon (GtC), methane (Mt) and nitrogen (Mt N). Source: Meinshausen et al. 2011.
    """
    choose(scenario, SCENARIOS, "scenario", "RCP")
    file = source_path(path, PRODUCT, f"{scenario.upper()}_EMISSIONS.csv")
    return _tidy(_columns(file, _EMISSIONS, UNIT), file, scenario)


def read_concentrations(path: PathLike | None = None, scenario: str = "rcp45") -> pd.DataFrame:
    """World mid-year mole fractions of co2 [ppm], ch4, n2o [ppb] and mcf [ppt], 1765-2500."""
    choose(scenario, SCENARIOS, "scenario", "RCP")
    file = source_path(path, PRODUCT, f"{scenario.upper()}_MIDYEAR_CONCENTRATIONS.csv")
    long = _columns(file, _CONCENTRATIONS, None)
    return _tidy(long.drop(columns="sector"), file, scenario)


def read_natural(path: PathLike | None = None) -> pd.DataFrame:
    """Natural emissions of ch4 and n2o [Tg of the gas yr-1] that balance RCP concentrations, 1765-2500.

    Not observed: what a box model with lifetimes of 9.3 and 121 years needs, 1765 taken as steady, constant
    after 2005.
    """
    file = source_path(path, PRODUCT, "natural.csv")
    lines = read_text(file).splitlines()
    start = _line_of(lines, "year", file)
    units = dict(zip(("CH4", "N2O"), lines[start + 1].split(), strict=False))
    rows = [line.split() for line in lines[start + 2 :] if line.strip()]
    table = pd.DataFrame([row for row in rows if len(row) == 3], columns=["year", "CH4", "N2O"])
    return _tidy(_long(table, units, _NATURAL, UNIT, file), file, "historical")


def _line_of(lines: list[str], beginning: str, file: PathLike) -> int:
    """Number of the line that starts the table; the preamble is 36 or 37 lines, so it is searched for."""
    for index, line in enumerate(lines):
        if line.startswith(beginning):
            return index
    fault = Fault(str(file), "header", "no line that starts with it", repr(beginning), "check the file")
    raise InputError(fault)


def _columns(file: PathLike, wanted: dict[str, _Column], unit: str | None) -> pd.DataFrame:
    """Wanted columns of an RCP file as rows; the unit row stands just above the header."""
    lines = read_text(file).splitlines()
    start = _line_of(lines, _HEADER, file)
    names = lines[start].split(",")
    units = dict(zip(names, lines[max(start - 1, 0)].split(","), strict=False))
    table = pd.read_csv(io.StringIO("\n".join(lines[start:])), dtype=str, keep_default_na=False)
    return _long(table.rename(columns={_HEADER: "year"}), units, wanted, unit, file)


def _long(
    table: pd.DataFrame, units: dict[str, str], wanted: dict[str, _Column], unit: str | None, file: PathLike
) -> pd.DataFrame:
    """Rows gas, sector, year, value, unit; InputError listing every column missing or in a foreign unit."""
    faults = [
        Fault(str(file), name, f"unit {units.get(name)!r}", repr(column.unit), "use the original file")
        for name, column in wanted.items()
        if units.get(name) != column.unit or name not in table
    ]
    if faults:
        raise InputError(faults)
    refuse_duplicates(table, ("year",), file)
    year = numbers(table["year"], file).astype(int)
    parts = [
        pd.DataFrame({"year": year, "value": numbers(table[name], file) * column.factor}).assign(
            gas=column.gas, sector=column.sector, unit=unit or column.unit
        )
        for name, column in wanted.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _tidy(long: pd.DataFrame, file: PathLike, scenario: str) -> pd.DataFrame:
    return tidy(long.assign(region="globe", source="rcp_2011", scenario=scenario), PRODUCT, file)
