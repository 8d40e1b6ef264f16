"""The living land: an ecosystem model of CO2, CH4, N2O, water and frozen ground, one process per file."""
