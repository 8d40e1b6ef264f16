"""What all tests share: where real data files are, and how hypothesis searches."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The machines that run these tests are small and shared: no example may fail for being slow.
settings.register_profile(
    "tenbin", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("tenbin")


@pytest.fixture(scope="session")
def data_root() -> Path:
    """Folder of real data files: $TENBIN_DATA, else ../shared/data beside the clone; skips without them."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    root = Path(os.environ.get("TENBIN_DATA") or beside)
    if not root.is_dir():
        pytest.skip(f"no real data: set TENBIN_DATA to their folder ({root} does not exist)")
    return root
