"""Records of mole fraction at stations, flasks and ice cores, each read into the same tidy monthly table."""

from tenbin.data.stations.load import load_monthly

__all__ = ["load_monthly"]
