"""Records of mole fraction at stations, flasks and ice cores, each read into the same tidy monthly table."""
