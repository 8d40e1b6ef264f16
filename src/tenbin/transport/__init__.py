"""How air carries gases: box geometry, exchange, chemistry."""
