"""What can be learned from data alone: empirical predictors and the measures of skill."""
