"""Footprints: how much each place and hour of emission adds to what a station measures, by outside models."""

from tenbin.data.footprints.particles import read

__all__ = ["read"]
