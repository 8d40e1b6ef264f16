"""Write the package's own table of band means from the full station records (run with TENBIN_DATA set)."""

from __future__ import annotations

from pathlib import Path

from tenbin.assimilate.observe import EMBEDDED, from_stations
from tenbin.workflow.settings import RunConfig


def main() -> None:
    table = from_stations(RunConfig(data="full"))
    target = Path(__file__).parents[1] / "src/tenbin/data/embedded" / EMBEDDED
    table.to_csv(target, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
