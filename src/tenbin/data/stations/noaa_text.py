"""NOAA GML flask samples in the producer's own text format: a commented header, then one line per flask."""

from __future__ import annotations

import os
import re

import pandas as pd

from tenbin.data.stations.noaa_flask import EVENT_FIELDS, PRODUCT, SCALE, UNIT, event_table
from tenbin.data.tidy import (
    choose,
    describe,
    fault,
    read_csv,
    read_text,
    require_columns,
    require_unit,
    require_values,
)

__all__ = ["read_event_text"]

_LONG_UNIT = {"co2": "micromol mol-1", "ch4": "nanomol mol-1"}


def read_event_text(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Samples of one station as `noaa_flask.EVENT_COLUMNS`; header facts (site_name ...) are in the attrs.

    InputError: no header, another gas, unit or scale than the product's, missing column, no samples.
    """
    text = read_text(path)
    header = _header(text, path)
    gas = choose(header.get("dataset_parameter", ""), UNIT, "dataset_parameter", path)
    require_unit(header.get("value:units"), _LONG_UNIT[gas], "value", path)
    if header.get("dataset_calibration_scale") != SCALE[gas]:
        remedy = "convert the values to this scale, or keep them apart under their own"
        raise fault(
            path, "calibration scale", repr(header.get("dataset_calibration_scale")), SCALE[gas], remedy
        )
    raw = _samples(text, int(header["header_lines"]), path)
    events = require_values(event_table(raw, gas, path), "value", path)
    facts = {name: header.get(name, "") for name in ("site_name", "site_country", "dataset_platform")}
    return describe(events, PRODUCT, path, unit=UNIT[gas], scale=SCALE[gas], **facts)


def _header(text: str, path: str | os.PathLike[str]) -> dict[str, str]:
    """The lines '# name : value' of the header; the first must say how many lines it has."""
    # A name may itself hold a colon ('value:units'); the separator has blanks around it.
    pairs = re.findall(r"^# ?(\S+) : (.*)$", text, flags=re.MULTILINE)
    if not re.match(r"# header_lines : \d+\s", text):
        first = repr(text.splitlines()[0][:60])
        remedy = "use an event file of the NOAA flask network, with its header"
        raise fault(path, "header", first, "'# header_lines : N' in the first line", remedy)
    return {name: value.strip() for name, value in pairs}


def _samples(text: str, header_lines: int, path: str | os.PathLike[str]) -> pd.DataFrame:
    """The table below the header; the last header line holds the column names, without a '#'."""
    lines = text.splitlines()
    body = "\n".join(lines[header_lines - 1 :])
    names = lines[header_lines - 1].split() if header_lines <= len(lines) else []
    if "site_code" not in names:
        remedy = "the header was cut or its line count is wrong; fetch the file again"
        raise fault(path, "header", f"no column names in line {header_lines}", "'site_code year ...'", remedy)
    raw = read_csv(path, body, sep=r"\s+", dtype={"qcflag": str, "site_code": str})
    return require_columns(raw, EVENT_FIELDS, path)
