"""The first page: per gas what the ground says, what the air says, and whether both can be right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from tenbin.report import style
from tenbin.report.agreement import Agreement, judge
from tenbin.report.numbers import score, with_sd, years
from tenbin.report.selection import comparison, latest_year, main_decade, whole_decades
from tenbin.report.stage_files import Stages
from tenbin.report.tables import Column, Table


@dataclass(frozen=True)
class Card:
    """One gas on the first page: verdict in words and the numbers behind it."""

    gas: str
    name: str
    label: str
    flux: str
    sentence: str
    latest: str
    agreement: Agreement
    table: Table


def _columns(unit: str) -> list[Column]:
    return [
        Column("Period"),
        Column("Bottom-up", unit, numeric=True),
        Column("Top-down", unit, numeric=True),
        Column("Difference", unit, numeric=True),
        Column("z", "1", numeric=True),
        Column("Verdict"),
    ]


def _verdict(row: pd.Series) -> Agreement:
    return judge(row["bottom_up"], row["top_down"], row["difference_sd"], row["z"])


def comparison_cells(row: pd.Series) -> list[str]:
    """Bottom-up, top-down, difference, z and words of one compared row, in display units."""
    return [
        with_sd(row["bottom_up"], row["bottom_up_sd"]),
        with_sd(row["top_down"], row["top_down_sd"]),
        with_sd(row["difference"], row["difference_sd"]),
        score(row["z"]),
        _verdict(row).short,
    ]


def comparison_table(rows: pd.DataFrame, name: str, caption: str, headings: Sequence[str]) -> Table:
    """Table of compared rows; `headings` names each row."""
    cells = [
        [heading, *comparison_cells(row)] for heading, (_, row) in zip(headings, rows.iterrows(), strict=True)
    ]
    return Table(name, caption, _columns(rows.attrs["unit"]), cells)


def _sentence(rows: pd.DataFrame, gas: str) -> tuple[str, Agreement]:
    chosen = main_decade(rows)
    chosen = chosen if len(chosen) else latest_year(rows)
    row, unit = chosen.iloc[-1], rows.attrs["unit"]
    verdict = _verdict(row)
    period = years(row["year_start"], row["year_end"])
    ground, air = (with_sd(row[side], row[f"{side}_sd"]) for side in ("bottom_up", "top_down"))
    text = f"{period}: the ground says {ground}, the air says {air} {unit}, z = {score(row['z'])}."
    return f"{text} {verdict.caution}".strip(), verdict


def _latest_sentence(rows: pd.DataFrame) -> str:
    latest = latest_year(rows)
    if latest.empty:
        return ""
    row = latest.iloc[0]
    ground, air = (with_sd(row[side], row[f"{side}_sd"]) for side in ("bottom_up", "top_down"))
    year, unit = int(row["year_end"]), rows.attrs["unit"]
    return f"Latest year, {year}: the ground says {ground}, the air says {air} {unit}."


def card(stages: Stages, gas: str) -> Card:
    """Everything the first page says of one gas."""
    rows = comparison(stages, gas, "globe")
    shown = pd.concat([whole_decades(rows), latest_year(rows)])
    shown.attrs = rows.attrs
    periods = [years(row["year_start"], row["year_end"]) for _, row in shown.iterrows()]
    caption = f"{style.GAS_LABELS[gas]}, globe: decade means and the latest year, positive to the air"
    table = comparison_table(shown, f"tenbin_{gas}_globe", caption, periods)
    sentence, verdict = _sentence(rows, gas)
    return Card(
        gas=gas,
        name=style.GAS_NAMES[gas],
        label=style.GAS_LABELS[gas],
        flux=style.FLUX_LABELS[gas],
        sentence=sentence,
        latest=_latest_sentence(rows),
        agreement=verdict,
        table=table,
    )
