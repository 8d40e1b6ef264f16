"""N2O that gathers under static chambers, and the flux that a straight line through it gives."""

from __future__ import annotations

import pandas as pd

from tenbin.data.inventories.tables import PathLike, source_path
from tenbin.data.tidy import describe, read_csv, require_columns

__all__ = ["linear_fluxes", "read"]

PRODUCT = "n2o_chamber_gasfluxes"
FLUX = 1e-6 / 3600.0
"""From mg N m-2 h-1 to kg N m-2 s-1."""


def read(path: PathLike | None = None) -> pd.DataFrame:
    """One row a sample: closure, height [m] (volume over area), time [h] and `n2o` [mg N m-3].

    Places and dates are not told; times may be negative, for the clock was not always set at closure.
    """
    file = source_path(path, PRODUCT, "fluxmeas.csv")
    raw = require_columns(read_csv(file, sep=";"), ("ID", "V", "A", "time", "C"), file)
    made = {"closure": raw["ID"], "height": raw["V"] / raw["A"], "time": raw["time"], "n2o": raw["C"]}
    return describe(pd.DataFrame(made), PRODUCT, file)


def linear_fluxes(samples: pd.DataFrame, least: int = 3) -> pd.DataFrame:
    """One row a closure of at least `least` samples: `n2o` [kg N m-2 s-1, to the air] = height x dC/dt of the
    least-squares line, its correlation `r` and the number `n` of samples. A line underestimates a flux that
    fades as the chamber fills (Hutchinson and Mosier 1981, Soil Sci. Soc. Am. J. 45, 311).
    """
    columns = samples[["closure", "height", "time", "n2o"]]
    away = columns[["time", "n2o"]] - columns.groupby("closure")[["time", "n2o"]].transform("mean")
    products = {"tt": away["time"] ** 2, "tc": away["time"] * away["n2o"], "cc": away["n2o"] ** 2}
    sums = columns.assign(**products).groupby("closure", sort=False).agg(
        height=("height", "first"), n=("time", "size"), tt=("tt", "sum"), tc=("tc", "sum"), cc=("cc", "sum")
    )  # fmt: skip
    kept = sums[(sums["n"] >= least) & (sums["tt"] > 0.0)]
    flux = FLUX * kept["height"] * kept["tc"] / kept["tt"]
    correlation = kept["tc"] / (kept["tt"] * kept["cc"]) ** 0.5
    return pd.DataFrame({"n2o": flux, "r": correlation, "n": kept["n"]}).reset_index()
