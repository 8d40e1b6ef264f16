"""Gas that leaves or enters the ground under a chamber: CH4, N2O and soil respiration, as tidy tables."""
