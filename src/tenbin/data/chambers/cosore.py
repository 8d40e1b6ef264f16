"""CO2 and CH4 under automatic chambers at ten sites of COSORE, some of them half-hourly for years."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from tenbin.core.constants import MOLAR_MASS
from tenbin.core.errors import Fault, InputError
from tenbin.data import catalog
from tenbin.data.inventories.tables import PathLike
from tenbin.data.tidy import describe, read_csv, read_text, require_columns
from tenbin.data.towers.site_dataset import kelvin

__all__ = ["datasets", "read"]

PRODUCT = "soil_cosore"
_DATA, _WORDS, _PORTS = "data.csv.gz", "DESCRIPTION.txt", "PORTS.txt"
_MOST_CH4 = 1e-6
"""Flux of CH4 beyond which a value is an error [mol m-2 s-1]: -2.3e5 nmol stand in one file for nothing known."""
_HOTTEST = 50.0
"""Soil temperature beyond which a value is an error [degC]: 94.6 stands in one file."""


def datasets() -> list[str]:
    """Names of the sets at hand, as their folders are called."""
    return sorted({Path(file.path).parent.name for file in catalog.product(PRODUCT).files})


def read(dataset: str, folder: PathLike | None = None) -> pd.DataFrame:
    """One row a closure: time (UTC), port, measured ("Rs", "Rh", "NEE", ...), treatment ("None" if untouched),
    `co2` [kg C m-2 s-1] and `ch4` [kg CH4 m-2 s-1] to the air, `soil_temperature` [K] and `soil_moisture` [1, by
    volume] of the uppermost probe, `water_table_depth` [m, below the surface]; what a set lacks is missing.

    Moisture is a share in some sets and percent in others. One chamber at Teshio holds plants and gives NEE. Site,
    latitude, longitude, elevation [m], vegetation and time zone are attributes.
    """
    place = _folder(dataset, folder)
    raw = read_csv(place / _DATA, low_memory=False)
    require_columns(raw, ("CSR_PORT", "CSR_TIMESTAMP_BEGIN"), place / _DATA)
    ports = _ports(place / _PORTS)
    made = pd.DataFrame(
        {"time": pd.to_datetime(raw["CSR_TIMESTAMP_BEGIN"], utc=True), "port": raw["CSR_PORT"]}
    )
    kinds = (
        ports.reindex(made["port"]) if len(ports) > 1 or 0 not in ports.index else ports.loc[[0] * len(made)]
    )
    made["measured"], made["treatment"] = kinds["measured"].to_numpy(), kinds["treatment"].to_numpy()
    made["co2"] = 1e-6 * MOLAR_MASS["c"] * _numbers(raw, "CSR_FLUX_CO2")
    made["ch4"] = MOLAR_MASS["ch4"] * _credible(1e-9 * _numbers(raw, "CSR_FLUX_CH4"), _MOST_CH4)
    made["soil_temperature"] = kelvin(_credible(_uppermost(raw, "CSR_T"), _HOTTEST))
    made["soil_moisture"] = _share(_uppermost(raw, "CSR_SM"))
    made["water_table_depth"] = 0.01 * _numbers(raw, "CSR_WTD")
    return describe(made, PRODUCT, place / _DATA, **_site(place / _WORDS))


def _folder(dataset: str, folder: PathLike | None) -> Path:
    if folder is not None:
        return Path(folder) / dataset
    if dataset not in datasets():
        known = f"one of {', '.join(datasets())}"
        raise InputError(Fault(f"product {PRODUCT}", "dataset", repr(dataset), known, "choose one of them"))
    for file in (_WORDS, _PORTS):
        catalog.locate(PRODUCT, f"{dataset}/{file}")
    return catalog.locate(PRODUCT, f"{dataset}/{_DATA}").parent


def _numbers(raw: pd.DataFrame, name: str) -> pd.Series:
    """A column, or missing values where the set has none."""
    return pd.to_numeric(raw[name], errors="coerce") if name in raw else pd.Series(np.nan, index=raw.index)


def _uppermost(raw: pd.DataFrame, stem: str) -> pd.Series:
    """Values of the probe least deep, `stem` and its depth in cm being the column's name."""
    depths = {int(found[1]): name for name in raw if (found := re.fullmatch(stem + r"(\d+)", name))}
    return _numbers(raw, depths[min(depths)]) if depths else _numbers(raw, stem)


def _credible(values: pd.Series, most: float) -> pd.Series:
    return values.where(values.abs() <= most)


def _share(values: pd.Series) -> pd.Series:
    """Moisture by volume [1], whether given as a share or in percent."""
    return values / 100.0 if values.max() > 1.5 else values


def _ports(path: Path) -> pd.DataFrame:
    """What each chamber measures and how its soil was treated, by port; port 0 stands for all."""
    lines = [line for line in read_text(path).splitlines() if line.strip() and not line.startswith("#")]
    table = read_csv(path, text="\n".join(re.sub(r"\t+", "", line) for line in lines), skipinitialspace=True)
    require_columns(table, ("CSR_PORT", "CSR_MSMT_VAR", "CSR_TREATMENT"), path)
    words = {"measured": "CSR_MSMT_VAR", "treatment": "CSR_TREATMENT"}
    made = {name: table[source].astype("string").fillna("None").str.strip() for name, source in words.items()}
    return pd.DataFrame(made).set_index(table["CSR_PORT"].astype(int))


def _site(path: Path) -> dict[str, object]:
    """Place and vegetation from the lines 'CSR_NAME: value'."""
    pairs = (
        line.split(":", 1) for line in read_text(path).splitlines() if line.startswith("CSR_") and ":" in line
    )
    known = {name.strip(): value.strip() for name, value in pairs}
    words = {"site": "CSR_SITE_NAME", "vegetation": "CSR_IGBP", "time_zone": "CSR_TIMEZONE"}
    numbers = {"latitude": "CSR_LATITUDE", "longitude": "CSR_LONGITUDE", "elevation": "CSR_ELEVATION"}
    return {name: known.get(source, "") for name, source in words.items()} | {
        name: float(known[source]) for name, source in numbers.items() if known.get(source)
    }
