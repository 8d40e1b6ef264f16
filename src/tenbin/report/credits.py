"""Whose numbers these are: credits, licences, what is embedded or not verified, and the run's provenance."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import tenbin
from tenbin.data import catalog
from tenbin.report.stage_files import Stages
from tenbin.report.tables import Column, Table

STANDING_LIMITS = (
    "Transport is a model of twelve boxes with a mean seasonal exchange, not analysed winds; differences "
    "between continents inside one band cannot be seen.",
    "The network sees land poorly in the tropics and in the south; there the top-down numbers lean on the "
    "prior.",
    "Top-down estimates do not tell sectors apart: only the total of each band and year is weighed.",
    "Inventories are frozen vintages: their later revisions can be as large as the change of a year.",
)
"""Limits that hold for every run of this chain."""


def _content(record: Mapping[str, Any]) -> Mapping[str, Any]:
    content = record.get("content", record)
    return content if isinstance(content, Mapping) else {}


def _notes(stages: Stages, key: str) -> Iterator[Any]:
    """Items under `key` in the notes of every stage record, a single item counting as a list of one."""
    for record in stages.records.values():
        content = _content(record)
        notes = content.get("notes")
        found = (notes if isinstance(notes, Mapping) else {}).get(key, content.get(key))
        yield from (found if isinstance(found, list) else [] if found is None else [found])


def _used_products(stages: Stages) -> list[catalog.Product]:
    """Products whose files are inputs of the run, by checksum or path, or that a row names as its source."""
    inputs = list(_inputs(stages))
    checksums, paths = {checksum for _, _, checksum in inputs}, [path for _, path, _ in inputs]
    sources = " ; ".join(_sources(stages))
    return [
        product
        for product in catalog.load().values()
        if product.name in sources
        or any(
            file.sha256 in checksums or any(path.endswith(file.path) for path in paths)
            for file in product.files
        )
    ]


def _sources(stages: Stages) -> list[str]:
    frames = (stages["ledger"], stages["band_means"])
    return sorted({str(text) for frame in frames if "source" in frame for text in frame["source"].dropna()})


def credit_table(stages: Stages) -> Table | None:
    """Title, producer, citation and licence of each product that this run used, or None if none is known."""
    rows = [[p.title, p.producer, p.version, p.licence, p.citation] for p in _used_products(stages)]
    keys = ("title", "producer", "version", "licence", "citation")
    rows += [[str(credit.get(key, "")) for key in keys] for credit in _stated_credits(stages)]
    columns = [Column(heading) for heading in ("Product", "Producer", "Version", "Licence", "Citation")]
    unique = list({tuple(row): row for row in rows}.values())
    return (
        Table("tenbin_credits", "Data products used, with their licences", columns, unique)
        if unique
        else None
    )


def _stated_credits(stages: Stages) -> list[Mapping[str, Any]]:
    return [credit for credit in _notes(stages, "credits") if isinstance(credit, Mapping)]


def source_table(stages: Stages) -> Table:
    """Every source named in the ledger, with how many rows it gives to which gases and approaches."""
    frame = stages["ledger"].fillna({"source": "not stated"})
    rows = [
        [
            str(source),
            ", ".join(sorted(set(group["gas"]))),
            ", ".join(sorted(set(group["approach"]))),
            str(len(group)),
        ]
        for source, group in frame.groupby("source")
    ]
    columns = [Column("Source"), Column("Gases"), Column("Approach"), Column("Ledger rows", "", True)]
    return Table("tenbin_sources", "Sources named in the ledger", columns, rows)


def embedded(stages: Stages) -> list[str]:
    """What came from tables inside the package, as the stages state it."""
    return [str(item) for item in _notes(stages, "embedded") if not isinstance(item, bool)]


def limits(stages: Stages) -> list[str]:
    """What is not verified: as the stages state it, then what holds for every run."""
    stated = [str(item) for item in _notes(stages, "not_verified")]
    stated += [str(item) for item in stages.diagnostics.get("not_verified", [])]
    return list(dict.fromkeys([*stated, *STANDING_LIMITS]))


def _inputs(stages: Stages) -> Iterator[tuple[str, str, str]]:
    """Stage, path and SHA-256 of every input that the records name, once each."""
    seen = set()
    for stage, record in stages.records.items():
        for item in _content(record).get("inputs") or []:
            line = (str(item.get("path", "")), str(item.get("sha256", "")))
            if line not in seen:
                seen.add(line)
                yield stage, *line


def checksum_table(stages: Stages) -> Table:
    """Checksums of the inputs of the run and of the stage files this page was made from."""
    rows = [[path, stage, checksum] for stage, path, checksum in _inputs(stages)]
    rows += [[name, "read by this page", checksum] for name, checksum in stages.checksums.items()]
    columns = [Column("File"), Column("Used by"), Column("SHA-256")]
    return Table("tenbin_checksums", "Checksums of inputs and stage files", columns, rows)


def version_table(stages: Stages) -> Table:
    """Versions of tenbin and of the packages under it, as far as the records state them."""
    versions = {"tenbin": tenbin.__version__}
    for record in stages.records.values():
        notes = _content(record).get("notes")
        packages = notes.get("packages") if isinstance(notes, Mapping) else None
        versions |= (
            {str(key): str(value) for key, value in packages.items()} if isinstance(packages, Mapping) else {}
        )
    columns = [Column("Package"), Column("Version")]
    return Table("tenbin_versions", "Versions", columns, [[key, value] for key, value in versions.items()])


def configuration(stages: Stages) -> str:
    """The resolved configuration as JSON text, or an empty text if no record holds one."""
    for name in ("run", *stages.records):
        config = _content(stages.records.get(name, {})).get("config")
        if config:
            return json.dumps(config, indent=2, sort_keys=True, ensure_ascii=False)
    return ""
