"""Pure mathematics of estimation; knows no model."""
