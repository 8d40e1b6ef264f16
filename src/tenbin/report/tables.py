"""Tables of the report: one description of columns and rows, as HTML for readers and CSV for machines."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from markupsafe import Markup, escape

SHORT = 14
"""Cells of up to this many letters are kept on one line."""


@dataclass(frozen=True)
class Column:
    """A column: heading, unit shown below it, and whether it holds numbers (set flush right)."""

    heading: str
    unit: str = ""
    numeric: bool = False

    @property
    def title(self) -> str:
        return f"{self.heading} [{self.unit}]" if self.unit else self.heading


@dataclass(frozen=True)
class Table:
    """A table with its caption; the first cell of each row is that row's heading.

    `name` makes the file name of the download, `note` stands below, `emphasis` lists rows set in bold.
    """

    name: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    note: str = ""
    emphasis: frozenset[int] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        wrong = [len(row) for row in self.rows if len(row) != len(self.columns)]
        if wrong:
            raise ValueError(f"table {self.name!r}: rows of {wrong} cells, expected {len(self.columns)}")


def to_csv(table: Table) -> str:
    """The table as CSV text, with units in the header line."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([column.title for column in table.columns])
    writer.writerows(table.rows)
    return stream.getvalue().replace("\u00a0", " ")


def download(table: Table) -> str:
    """The CSV as a `data:` address, so that a page with no network can still hand it out."""
    return "data:text/csv;charset=utf-8," + quote("\ufeff" + to_csv(table))


def to_html(table: Table) -> Markup:
    """The table as escaped HTML inside a container that scrolls sideways by itself on narrow screens."""
    head = Markup("").join(_heading(column) for column in table.columns)
    body = Markup("\n").join(_row(table, index) for index in range(len(table.rows)))
    note = Markup('<p class="note">{}</p>').format(table.note) if table.note else Markup("")
    return Markup(
        '<div class="table" role="region" tabindex="0" aria-label="{caption}">'
        "<table><caption><span>{caption}</span></caption><thead><tr>{head}</tr></thead>\n"
        '<tbody>{body}</tbody></table></div><p class="download"><a download="{name}.csv" href="{address}">CSV'
        '<span class="hidden"> of: {caption}</span></a></p>{note}'
    ).format(
        caption=table.caption,
        head=head,
        body=body,
        name=table.name,
        address=Markup(download(table)),
        note=note,
    )


def _heading(column: Column) -> Markup:
    unit = Markup('<span class="unit">{}</span>').format(column.unit) if column.unit else Markup("")
    kind = ' class="number"' if column.numeric else ""
    return Markup('<th scope="col"{}>{}{}</th>').format(Markup(kind), column.heading, unit)


def _row(table: Table, index: int) -> Markup:
    first, *others = table.rows[index]
    short = Markup(' class="short"' if len(first) <= SHORT else "")
    cells = [Markup('<th scope="row"{}>{}</th>').format(short, first)]
    cells += [_cell(column, text) for column, text in zip(table.columns[1:], others, strict=True)]
    kind = ' class="total"' if index in table.emphasis else ""
    return Markup("<tr{}>{}</tr>").format(Markup(kind), Markup("").join(cells))


def _cell(column: Column, text: str) -> Markup:
    kind = "number" if column.numeric else "short" if len(text) <= SHORT else ""
    return Markup("<td{}>{}</td>").format(Markup(f' class="{kind}"' if kind else ""), escape(text))
