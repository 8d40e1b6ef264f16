"""The vocabulary every other room speaks: constants, units, names, places, times and provenance."""
