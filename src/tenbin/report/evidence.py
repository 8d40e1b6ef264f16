"""What lets a reader trust or doubt the numbers: lifetimes, fit to the air, conservation and closure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from tenbin.core.regions import BANDS
from tenbin.report import style
from tenbin.report.numbers import plain, score, small, with_sd
from tenbin.report.selection import closure_of
from tenbin.report.stage_files import Stages
from tenbin.report.tables import Column, Table

LITERATURE: Mapping[str, str] = {
    "mcf": "4.7–4.9 (total; TransCom-CH4 models, Patra et al. 2011)",
    "ch4": "9.1 ± 0.9 (total; IPCC AR6 WG1 ch. 6)",
    "n2o": "116 ± 9 (Prather et al. 2015)",
}
"""Published lifetimes [yr] set beside ours."""

_SHOWN_APART = ("lifetimes", "chi2_per_obs")
_ALL = ("overall", "all", "total")


def lifetime_table(stages: Stages) -> Table | None:
    """Lifetimes of the gases lost to the same OH and stratosphere [yr], beside published ones."""
    found = stages.diagnostics.get("lifetimes")
    if not isinstance(found, Mapping) or not found:
        return None
    rows = [
        [style.GAS_LABELS.get(gas, gas), _mean_sd(value), LITERATURE.get(gas, plain(None))]
        for gas, value in found.items()
    ]
    columns = [Column("Gas"), Column("Lifetime here", "yr", True), Column("Published", "yr")]
    note = "One OH field serves methyl chloroform and methane alike; ± is one posterior standard deviation."
    return Table("tenbin_lifetimes", "Atmospheric lifetimes (years)", columns, rows, note)


def _mean_sd(value: Any) -> str:
    if isinstance(value, Mapping):
        return with_sd(_number(value.get("mean")), _number(value.get("sd")))
    return plain(_number(value))


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def fit_table(stages: Stages) -> Table:
    """Fit to the band means per gas: chi-square per observation, and the residuals seen in the fit itself."""
    fit = stages["fit"]
    stated = stages.diagnostics.get("chi2_per_obs")
    stated = dict(stated) if isinstance(stated, Mapping) else {"overall": stated}
    rows = []
    for gas, group in fit.groupby("gas", sort=False):
        residual = (group["observed"] - group["posterior"]).dropna().to_numpy(float)
        rows.append(
            [style.GAS_LABELS[gas], str(len(residual)), plain(_number(stated.get(gas))),
             plain(float(np.mean(residual)), 2), plain(float(np.sqrt(np.mean(residual**2)))),
             style.MOLE_FRACTION_UNITS[gas]]
        )  # fmt: skip
    overall = next((stated[key] for key in _ALL if key in stated), None)
    months = int((fit["observed"] - fit["posterior"]).notna().sum())
    rows.append(["all gases", str(months), plain(_number(overall)), plain(None), plain(None), plain(None)])
    columns = [Column("Gas"), Column("Band months", "1", True), Column("χ² per observation", "1", True),
               Column("Mean residual", "last column", True),
               Column("RMS residual", "last column", True), Column("Unit of residuals")]  # fmt: skip
    note = (
        "Residual is observed minus posterior. χ² per observation near 1 says that the stated errors are "
        "honest; well below 1, too wide; well above 1, too narrow."
    )
    return Table(
        "tenbin_fit",
        "Fit to the monthly means of the four bands",
        columns,
        rows,
        note,
        frozenset({len(rows) - 1}),
    )


def diagnostic_table(stages: Stages) -> Table | None:
    """Every other diagnostic of the inversion, name by name."""
    rest = {key: value for key, value in stages.diagnostics.items() if key not in _SHOWN_APART}
    rows = [[name, text] for name, text in _flattened(rest)]
    columns = [Column("Diagnostic"), Column("Value", "", True)]
    return Table("tenbin_diagnostics", "Other diagnostics of the inversion", columns, rows) if rows else None


def _flattened(content: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Names and values of nested records, one line each; {mean, sd} pairs stay together."""
    for key, value in content.items():
        name = f"{above}, {_words(key)}" if above else _words(key)
        if isinstance(value, Mapping) and "mean" in value:
            yield name, f"{_mean_sd(value)} {value.get('unit', '')}".strip()
        elif isinstance(value, Mapping):
            yield from _flattened(value, name)
        elif isinstance(value, (list, tuple)):
            yield from _listed(name, value)
        else:
            yield name, _value(value)


def _listed(name: str, values: Sequence[Any]) -> Iterator[tuple[str, str]]:
    if any(isinstance(value, Mapping) for value in values):
        yield from ((f"{name} {number}", _record(value)) for number, value in enumerate(values, 1))
    else:
        yield name, ", ".join(_value(value) for value in values) or plain(None)


def _record(value: Any) -> str:
    pairs = value.items() if isinstance(value, Mapping) else [("value", value)]
    return "; ".join(f"{_words(key)} {_value(item)}" for key, item in pairs)


def _value(value: Any) -> str:
    number = _number(value)
    if number is None or (isinstance(value, int) and abs(value) < 1e6):
        return plain(None) if value is None else str(value)
    return small(number) if number and not 1e-3 <= abs(number) < 1e6 else plain(number)


def _words(key: Any) -> str:
    return style.GAS_LABELS.get(str(key), str(key).replace("_", " "))


def conservation_lines(stages: Stages) -> list[dict[str, Any]]:
    """Lines of the conservation ledger that the stages of this run recorded, by stage."""
    lines: list[dict[str, Any]] = []
    for stage, record in stages.records.items():
        content = record.get("content", record)
        if stage == "run" and lines:
            break  # run.json repeats what the stages' own records say
        entries = content.get("conservation") or content.get("ledger") or []
        lines += [{"stage": stage, **entry} for entry in entries if isinstance(entry, Mapping)]
    return lines


def conservation_table(stages: Stages) -> Table:
    """The conservation ledger: worst residual of each conserved quantity against its limit."""
    rows = [_conservation_row(line) for line in conservation_lines(stages)]
    gap, where = band_gap(stages)
    rows.append(["report", "four bands against the globe", small(gap), small(1e-6), _holds(gap, 1e-6), where])
    columns = [Column("Stage"), Column("Quantity"), Column("Worst residual", "relative", True),
               Column("Limit", "relative", True), Column("Holds"), Column("Where it was worst")]  # fmt: skip
    return Table("tenbin_conservation", "Conservation ledger", columns, rows)


def _conservation_row(line: Mapping[str, Any]) -> list[str]:
    worst, limit = (_number(line.get(key)) for key in ("worst_relative", "limit"))
    stage, quantity, where = (str(line.get(key) or "") for key in ("stage", "quantity", "where"))
    return [stage, quantity, small(worst), small(limit), _holds(worst, limit), where]


def _holds(worst: float | None, limit: float | None) -> str:
    if worst is None or limit is None:
        return "not stated"
    return "yes" if abs(worst) <= limit else "NO"


def band_gap(stages: Stages) -> tuple[float, str]:
    """Largest relative gap between a globe row of the ledger and the sum of its bands, and where it is."""
    keys = ["gas", "sector", "approach", "year_start", "year_end"]
    # Where rival sources give the same flux, which of them makes up the globe is not for the report to guess.
    single = stages["ledger"].drop_duplicates([*keys, "region"], keep=False)
    rows = single.set_index([*keys, "region"])["mean"].unstack("region")
    if not {*BANDS, "globe"} <= set(rows.columns):
        return math.nan, "no row has the globe and all four bands"
    rows = rows.dropna(subset=[*BANDS, "globe"])
    if rows.empty:
        return math.nan, "no row has the globe and all four bands"
    size = rows[list(BANDS)].abs().sum(axis=1).clip(lower=1e-12)
    gap = (rows[list(BANDS)].sum(axis=1) - rows["globe"]).abs() / size
    gas, sector, approach, start, _ = gap.idxmax()
    return float(
        gap.max()
    ), f"{style.GAS_LABELS.get(gas, gas)} {style.sector_label(sector)}, {approach}, {start}"


def closure_table(stages: Stages, gas: str) -> Table | None:
    """Sources plus sinks of one gas against the growth that the air shows, per period."""
    rows, unit = closure_of(stages, gas), style.UNITS[gas].text
    if rows.empty:
        return None
    cells = [
        [row["period"], plain(row["sources"], 4), plain(row["sinks"], 4),
         plain(row["growth_from_budget"]), plain(row["growth_observed"]),
         with_sd(row["residual"], row["sd"]), score(_ratio(row["residual"], row["sd"]))]
        for _, row in rows.iterrows()
    ]  # fmt: skip
    headings = ("Sources", "Sinks", "Growth from budget", "Growth observed", "Residual")
    columns = [
        Column("Period"),
        *(Column(heading, unit, True) for heading in headings),
        Column("z", "1", True),
    ]
    note = (
        "Sinks are negative. Growth from budget is sources plus sinks; the residual is that minus the growth of "
        "surface air. Its error adds those of sources, sinks and growth as if independent: an upper bound, since in "
        "an inversion sources and sinks make up for each other. "
    )
    if gas == "co2":
        note += "The sinks of CO2 are what the top-down net flux leaves of fossil and land-use emissions."
    return Table(
        f"tenbin_{gas}_closure",
        f"{style.GAS_LABELS[gas]}: closure of the growth rate ({unit})",
        columns,
        cells,
        note,
    )


def _ratio(value: float, sd: float) -> float:
    return value / sd if sd and math.isfinite(sd) else math.nan
