"""What every solver returns: mean, covariance and how much the observations had to say."""

from __future__ import annotations

from typing import NamedTuple

from tenbin.core.arrays import jax

Array = jax.Array


class Posterior(NamedTuple):
    """Result of an estimation with Gaussian errors.

    mean (state,) and covariance (state, state); averaging_kernel (state, state), the response of the estimate
    to the truth; degrees_of_freedom, its trace; chi_square, twice the cost at the minimum; n_observations.
    """

    mean: Array
    covariance: Array
    averaging_kernel: Array
    degrees_of_freedom: Array
    chi_square: Array
    n_observations: int

    @property
    def chi_square_per_observation(self) -> Array:
        """Near one when prior and observation errors are of the right size."""
        return self.chi_square / self.n_observations
