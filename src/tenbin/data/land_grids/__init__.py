"""Maps that drive the land model: climatology, daily weather made from it, land cover, soils and wetlands."""
