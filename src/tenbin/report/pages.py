"""The page: one self-contained HTML file that weighs the three gases, with budget.nc beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

import tenbin
from tenbin.core.provenance import RunRecord, atomic_path
from tenbin.core.regions import BANDS
from tenbin.report import credits, evidence, figures, style
from tenbin.report.co2e import co2e_table
from tenbin.report.netcdf import write_budget
from tenbin.report.numbers import years
from tenbin.report.sectors import decade_table
from tenbin.report.selection import band_comparison, comparison, single_years, weighed_gases
from tenbin.report.stage_files import Stages, read_stages
from tenbin.report.summary import card, comparison_table
from tenbin.report.tables import Table, to_html

__all__ = ["render", "write_report"]


def write_report(out_dir: Path) -> Path:
    """Read the stage files in `out_dir`; write report.html, budget.nc and report.json there; return the page.

    Raises InputError listing every stage file that is missing, empty or wrong. Each file is written whole or
    not at all, and equal stage files give equal bytes.
    """
    folder = Path(out_dir)
    stages = read_stages(folder)
    page = render(stages)
    with atomic_path(folder / "budget.nc") as partial:
        write_budget(stages, partial)
    with atomic_path(folder / "report.html") as partial:
        partial.write_text(page, encoding="utf-8")
    RunRecord("report", inputs=dict(stages.checksums)).write(folder / "report.json")
    return folder / "report.html"


def render(stages: Stages) -> str:
    """The page as HTML text."""
    environment = Environment(
        loader=PackageLoader("tenbin.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=False
    )
    environment.globals["html"] = to_html
    # The style sheet holds nothing but our own text; it is filled in before it enters the page.
    sheet = environment.get_template("report.css").render(
        light=Markup(style.theme_variables(dark=False)), dark=Markup(style.theme_variables(dark=True))
    )
    return environment.get_template("report.html.j2").render(css=Markup(sheet), **_contents(stages))


def _contents(stages: Stages) -> dict[str, Any]:
    gases = weighed_gases(stages)
    return {
        "version": tenbin.__version__,
        "period": _period(stages, gases),
        "cards": [card(stages, gas) for gas in gases],
        "gases": [_gas(stages, gas) for gas in gases],
        "co2e": co2e_table(stages),
        **_evidence(stages),
        **_credits(stages),
    }


def _period(stages: Stages, gases: list[str]) -> str:
    frames = [single_years(comparison(stages, gas, "globe")) for gas in gases]
    covered = [year for frame in frames for year in frame["year"]]
    return years(min(covered), max(covered)) if covered else ""


def _gas(stages: Stages, gas: str) -> dict[str, Any]:
    """Everything the page shows of one gas."""
    return {
        "id": gas,
        "name": style.GAS_NAMES[gas],
        "label": style.GAS_LABELS[gas],
        "flux": style.FLUX_LABELS[gas],
        "unit": style.UNITS[gas].text,
        "mass_of": style.UNITS[gas].mass_of,
        "globe": figures.present([figures.two_pans(stages, gas, "globe"), figures.difference(stages, gas)]),
        "bands": figures.band_panels(stages, gas),
        "fit": figures.fit_panels(stages, gas),
        "growth": figures.present([figures.growth(stages, gas), figures.closure(stages, gas)]),
        "closure": evidence.closure_table(stages, gas),
        "maps": figures.present(
            [
                *(figures.band_map(stages, gas, side) for side in ("bottom_up", "top_down")),
                figures.ladder(stages, gas),
            ]
        ),
        "band_table": _band_table(stages, gas),
        "decades": decade_table(stages, gas),
    }


def _band_table(stages: Stages, gas: str) -> Table | None:
    rows = band_comparison(stages, gas).iloc[::-1]
    if rows.empty:
        return None
    rows.attrs = {"unit": style.UNITS[gas].text}
    period = years(rows["year_start"].iloc[0], rows["year_end"].iloc[0])
    caption = (
        f"{style.GAS_LABELS[gas]} by band, mean of {period} ({style.UNITS[gas].text}, positive to the air)"
    )
    headings = [style.region_label(region) for region in rows["region"]]
    return comparison_table(rows, f"tenbin_{gas}_bands", caption, headings)


def _evidence(stages: Stages) -> dict[str, Any]:
    return {
        "lifetimes": evidence.lifetime_table(stages),
        "tracer": figures.present([figures.band_fit(stages, "mcf", band) for band in reversed(BANDS)]),
        "fit": evidence.fit_table(stages),
        "diagnostics": evidence.diagnostic_table(stages),
        "conservation": evidence.conservation_table(stages),
    }


def _credits(stages: Stages) -> dict[str, Any]:
    return {
        "credits": credits.credit_table(stages),
        "sources": credits.source_table(stages),
        "embedded": credits.embedded(stages),
        "limits": credits.limits(stages),
        "versions": credits.version_table(stages),
        "checksums": credits.checksum_table(stages),
        "configuration": credits.configuration(stages),
    }
