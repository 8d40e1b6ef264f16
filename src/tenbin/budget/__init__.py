"""The ledger: every number with its unit, its error and its origin, and what the two pans say of each other."""
