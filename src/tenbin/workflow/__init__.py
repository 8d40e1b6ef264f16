"""The stages of a run, the configuration they share and how they depend on each other."""
