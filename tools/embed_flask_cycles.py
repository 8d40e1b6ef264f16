"""Write data/embedded/flask_cycles.csv: the mean season and the gradient of NOAA's flask stations.

Run from the repository root with TENBIN_DATA set:  python tools/embed_flask_cycles.py
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pandas as pd

from tenbin.core.provenance import atomic_path
from tenbin.data.stations import noaa_flask
from tenbin.data.stations.seasonal_cycle import station_cycles

TARGET = Path("src/tenbin/data/embedded/flask_cycles.csv")
YEARS = (2000, 2019)


def main() -> None:
    """Read the samples of background air, fit every station, write the table."""
    parts = []
    for gas in ("co2", "ch4"):
        events = noaa_flask.read_events(gas)
        events = events[events["time"].dt.year.between(*YEARS)]
        heights = events[events["intake_height"] > -100.0].groupby("site")["intake_height"].mean()
        monthly = noaa_flask.monthly_from_events(events, "background")
        parts.append(
            station_cycles(monthly, YEARS, heights=heights, without=noaa_flask.MOBILE_SITES | {"STC"})
        )
    table = pd.concat(parts, ignore_index=True)
    with atomic_path(TARGET) as partial:
        table.to_csv(partial, index=False, float_format="%.5g", lineterminator="\n")
    print(f"{len(table)} stations -> {TARGET}")


if __name__ == "__main__":
    if "TENBIN_DATA" not in os.environ:
        sys.exit("set TENBIN_DATA to the folder that holds atmosphere/")
    main()
