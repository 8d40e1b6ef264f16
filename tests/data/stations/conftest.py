"""Real station files for the tests beside this one."""

from __future__ import annotations

import pytest


@pytest.fixture
def real_data(data_root, monkeypatch):
    """The folder of real data, set as $TENBIN_DATA for the code under test."""
    monkeypatch.setenv("TENBIN_DATA", str(data_root))
    return data_root
