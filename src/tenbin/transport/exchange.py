"""How fast the hemispheres exchange air, as a tracer like sulphur hexafluoride would show it."""

from __future__ import annotations

import numpy as np

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import SECONDS_PER_YEAR
from tenbin.transport.box import Propagator, emission_to_source, propagator, run, transport_matrices
from tenbin.transport.box_geometry import BOX_MASS, N_BAND, N_BOX
from tenbin.transport.box_parameters import BoxTransportParams

NORTHERN_SOURCE = np.array([0.02, 0.03, 0.12, 0.83])
SPIN_UP_YEARS = 25


def interhemispheric_exchange_time(params: BoxTransportParams) -> float:
    """Exchange time [yr] from the surface north-south difference of a steadily growing northern tracer.

    tau = (q_N - q_S) M / (E_N - E_S) with M the mass of all the air: that of `exchange_times.exchange_time` for a
    difference at rest, and the definition used for SF6 at surface stations (Patra et al. 2011, Atmos. Chem. Phys. 11,
    12813: 1.39 +- 0.17 yr over models).
    """
    source = jnp.asarray(emission_to_source("sf6") @ NORTHERN_SOURCE)
    surface = np.asarray(_last_year(params, source)[:, :N_BAND]).mean(axis=0)
    difference = surface[2:].mean() - surface[:2].mean()
    growth = float(source @ BOX_MASS) / BOX_MASS.sum() * float(SECONDS_PER_YEAR)
    asymmetry = NORTHERN_SOURCE[2:].sum() - NORTHERN_SOURCE[:2].sum()
    return float(difference / (growth * asymmetry))


@jax.jit
def _last_year(params: BoxTransportParams, source: jax.Array) -> jax.Array:
    """Monthly means (12, 12) of the last year of a spin-up with a constant source (12,)."""
    year = propagator(transport_matrices(params))
    months = Propagator(*(jnp.tile(matrix, (SPIN_UP_YEARS, 1, 1)) for matrix in year))
    mean, _ = run(months, jnp.zeros(N_BOX), jnp.tile(source, (12 * SPIN_UP_YEARS, 1)))
    return mean[-12:]
