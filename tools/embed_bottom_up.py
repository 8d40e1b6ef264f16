"""Write the embedded bottom-up table from the full inventories: bands x sectors x years, four digits.

Run from the repository root with TENBIN_DATA set:  python tools/embed_bottom_up.py
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tenbin.budget import components
from tenbin.core.provenance import atomic_path

TARGET = Path(__file__).parents[1] / "src/tenbin/data/embedded/bottom_up_sectors.csv"
LIMIT_BYTES = 400_000


def main(root: Path) -> None:
    """Read every inventory under `root` and write TARGET, the same bytes each time."""
    table = components.from_files(root)
    for column in ("mean", "spread"):
        table[column] = [f"{value:.4g}" for value in table[column]]
    table["unit"] = "Tg yr-1"
    text = table.to_csv(index=False, lineterminator="\n")
    if len(text) > LIMIT_BYTES:
        raise SystemExit(f"{len(text)} bytes is more than the package may carry ({LIMIT_BYTES})")
    with atomic_path(TARGET) as partial:
        partial.write_text(text, encoding="utf-8")
    print(f"{TARGET}: {len(table)} rows, {len(text)} bytes")


if __name__ == "__main__":
    if "TENBIN_DATA" not in os.environ:
        sys.exit("set TENBIN_DATA to the folder that holds inventory/")
    main(Path(os.environ["TENBIN_DATA"]))
