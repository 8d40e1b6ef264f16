"""Readers of maps: regions of the globe, country borders and exact shares of grid cells."""
