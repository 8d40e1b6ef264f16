"""Leave each station out in turn and predict its band mean; needs TENBIN_DATA. Prints one JSON line, writes a table.

usage: python benchmarks/leave_out.py [--gases co2,ch4] [--out docs/leave_out.csv]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tenbin.assimilate.joint_inversion import invert
from tenbin.assimilate.leave_out import leave_out
from tenbin.assimilate.observe import from_stations
from tenbin.budget import bottom_up
from tenbin.data import catalog
from tenbin.workflow.settings import RunConfig


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gases", default="co2,ch4,n2o")
    parser.add_argument("--out", type=Path, default=None)
    wish = parser.parse_args()
    root = catalog.data_root()
    if root is None:
        sys.exit(
            "leave_out.py: the stations' records are not in the package; set TENBIN_DATA to their folder"
        )
    config = RunConfig(data="full")
    prior = bottom_up.build(root, with_countries=False)
    result = invert(
        from_stations(config), prior, config.balance_settings(), lambda text: print(text, file=sys.stderr)
    )
    table = leave_out(config, result, tuple(wish.gases.split(",")))
    if wish.out:
        table.round(4).to_csv(wish.out, index=False, lineterminator="\n")
    told = {}
    for gas, rows in table.dropna().groupby("gas"):
        told[gas] = {
            "stations": len(rows),
            "mean_bias": round(float(rows.bias.mean()), 4),
            "rms_bias": round(float((rows.bias**2).mean() ** 0.5), 4),
            "median_rmse": round(float(rows.rmse.median()), 4),
            "worst_site": str(rows.site[rows.rmse.idxmax()]),
            "worst_rmse": round(float(rows.rmse.max()), 4),
        }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
