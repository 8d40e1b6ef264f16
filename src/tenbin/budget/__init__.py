"""The ledger: every number with its unit, error and origin, and what the two pans say of each other."""
