"""Weather of the whole atmosphere that drives transport, and fields of the radicals that destroy gases in it."""

from tenbin.data.meteorology.humidity import specific_humidity
from tenbin.data.meteorology.reader import read
from tenbin.data.meteorology.surface_pressure import surface_pressure_from_geopotential

__all__ = ["read", "specific_humidity", "surface_pressure_from_geopotential"]
