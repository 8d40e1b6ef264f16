"""What the transport tests share: a compiled year of the box model and a short history of emissions."""

from __future__ import annotations

import numpy as np
import pytest

from tenbin.core.arrays import jax, jnp
from tenbin.transport import box
from tenbin.transport.box_chemistry import BoxChemistryParams, loss_frequencies
from tenbin.transport.box_geometry import N_BOX
from tenbin.transport.box_parameters import BoxTransportParams


@pytest.fixture(scope="session")
def transport():
    """Transport matrices (12, 12, 12) [s-1] of the prior parameters."""
    return jax.jit(box.transport_matrices)(BoxTransportParams())


@pytest.fixture(scope="session")
def months_of(transport):
    """Propagators of a number of years, for a gas of the prior chemistry or (None) without loss."""
    exponentiate = jax.jit(box.propagator)

    def build(n_years: int, gas: str | None = None) -> box.Propagator:
        loss = np.zeros((12, N_BOX))
        if gas is not None:
            loss = sum(loss_frequencies(gas, BoxChemistryParams(), jnp.zeros(12)).values())
        year = exponentiate(transport - jnp.asarray(loss)[:, :, None] * jnp.eye(N_BOX))
        return box.Propagator(*(jnp.tile(matrix, (n_years, 1, 1)) for matrix in year))

    return build


@pytest.fixture(scope="session")
def run():
    """The model, compiled."""
    return jax.jit(box.run)
