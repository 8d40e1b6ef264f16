"""Columns of gases seen from space, with what a model needs to be compared with them: kernel, prior, pressures."""

from tenbin.data.columns.gems import read as read_gems
from tenbin.data.columns.gosat import read as read_gosat
from tenbin.data.columns.oco2 import read as read_oco2

__all__ = ["read_gems", "read_gosat", "read_oco2"]
