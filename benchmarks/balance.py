"""Times the balance from observations to report and prints its main numbers as one JSON line.

Usage: python benchmarks/balance.py --quick        (embedded data unless TENBIN_DATA is set)

Expected: CH4 550-600 Tg yr-1 (2010-2019), N2O 16.5-18.2 TgN yr-1 (2009-2018), CO2 growth of each decade
within 0.1 PgC yr-1 of GCB2019, chi-square per observation 0.7-1.3.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd

N2O_TO_N = 28.014 / 44.013
GCB2019_GROWTH = {(1984, 1989): 3.62, (1990, 1999): 3.13, (2000, 2009): 4.04, (2009, 2018): 4.89}
"""Growth of CO2 in the air [PgC yr-1]: means of the annual values of the Global Carbon Budget 2019
(Friedlingstein et al. 2019, ESSD 11, 1783) over each span of years that the run covers."""
PGC_PER_PPM = 2.124
"""As in the Global Carbon Budget (Ballantyne et al. 2012), the family of the numbers above."""
SAMPLE_SECONDS = 0.2


def main() -> None:
    """Run, read, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one run of the default configuration")
    parser.add_argument("--keep", type=Path, help="run folder to keep; a temporary one without it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tenbin-bench-") as scratch:
        out = options.keep or Path(scratch) / "run"
        seconds, peak = timed_run(out)
        print(json.dumps({"run_seconds": round(seconds, 2), "peak_mib": round(peak, 1)} | numbers(out)))


def timed_run(out: Path) -> tuple[float, float]:
    """Wall time [s] of `tenbin run` and the largest memory of all its processes together [MiB]."""
    begun, peak = time.perf_counter(), 0.0
    command = [sys.executable, "-m", "tenbin.cli", "run", "--force", "--out", str(out)]
    process = subprocess.Popen(command, stdout=sys.stderr)
    while process.poll() is None:
        peak = max(peak, tree_mib(process.pid))
        time.sleep(SAMPLE_SECONDS)
    if process.returncode:
        sys.exit(process.returncode)
    return time.perf_counter() - begun, peak


def tree_mib(root: int) -> float:
    """Proportional memory (shared pages counted once) of a process and its descendants [MiB]; Linux only."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # the process ended while we looked
    tree = {root}
    while grown := {pid for pid, parent in parents.items() if parent in tree} - tree:
        tree |= grown
    return sum(map(_process_mib, tree))


def _process_mib(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def numbers(out: Path) -> dict[str, Any]:
    """The numbers of the finished run in `out`."""
    top_down = pd.read_csv(out / "top_down.csv", keep_default_na=False)
    diagnostics = json.loads((out / "diagnostics.json").read_text())
    chi2 = diagnostics["chi2_per_obs"]
    return {
        "ch4_2010s_tg": round(mean_emission(top_down, "ch4", 2010, 2019), 2),
        "n2o_2010s_tgn": round(mean_emission(top_down, "n2o", 2009, 2018) * N2O_TO_N, 3),
        "co2_growth_error_pgc": round(worst_growth_error(pd.read_csv(out / "growth.csv")), 4),
        "chi2_per_obs": round(chi2["overall"] if isinstance(chi2, dict) else chi2, 4),
        "ledger_closure": ledger_closure(json.loads((out / "run.json").read_text())),
    }


def mean_emission(top_down: pd.DataFrame, gas: str, first: int, last: int) -> float:
    """Mean emission of the globe seen by the air [Tg yr-1], sinks in the air not counted."""
    rows = top_down[(top_down.gas == gas) & (top_down.region == "globe") & (top_down.sector == "total")]
    yearly = rows[(rows.year_start == rows.year_end) & rows.year_start.between(first, last)]
    return float(pd.to_numeric(yearly["mean"]).mean())


def worst_growth_error(growth: pd.DataFrame) -> float:
    """Largest difference of a decade's CO2 growth from GCB2019 [PgC yr-1], over decades with years enough."""
    rows = growth[(growth.gas == "co2") & (growth.unit == "ppm yr-1")].set_index("year")["growth"]
    errors = []
    for (first, last), published in GCB2019_GROWTH.items():
        inside = rows[(rows.index >= first) & (rows.index <= last)]
        if len(inside) == last - first + 1:
            errors.append(abs(float(inside.mean()) * PGC_PER_PPM - published))
    return max(errors)


def ledger_closure(record: dict[str, Any]) -> float:
    """Worst relative residual in the run's conservation ledger."""
    return max((abs(line["worst_relative"]) for line in record["content"]["conservation"]), default=0.0)


if __name__ == "__main__":
    main()
