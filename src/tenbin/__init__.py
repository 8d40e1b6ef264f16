"""tenbin weighs the Earth's greenhouse gases: what the ground says against what the air says."""

__all__ = ["__version__"]
__version__ = "0.1.0"
