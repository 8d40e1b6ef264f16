"""First-order losses of CH4, N2O and CH3CCl3 in the twelve boxes.

Hydroxyl acts in the two tropospheric layers with the same hydroxyl for every gas: one scale, one
north/south ratio and one anomaly a year correct the loss of CH4 and of CH3CCl3 together, which is how
the decay of CH3CCl3 constrains the methane budget. Stratospheric loss, soil and ocean uptake are given as
the lifetime [yr] that a well-mixed gas would have against that process alone. The top layer is depleted, so
the lifetime of the actual burden is longer: 118 yr for N2O (102 well-mixed), 148 yr for CH4 against the
stratosphere (130), 38 yr for CH3CCl3 (22).
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import NamedTuple

import equinox as eqx
import numpy as np
import pandas as pd

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import SECONDS_PER_YEAR
from tenbin.core.params import declarations, param, to_vector
from tenbin.transport.box_geometry import BOX_MASS, N_BAND, N_BOX

GASES_WITH_OH = ("ch4", "mcf")

# Where each process acts, as relative loss frequency of the boxes; scaled so that a well-mixed gas has the
# stated lifetime. N2O is photolysed mostly above the tropical tropopause, hence the weight of the tropics.
STRATOSPHERE = {
    "ch4": np.array([0.6, 1.4, 1.4, 0.6]),
    "n2o": np.array([0.5, 1.5, 1.5, 0.5]),
    "mcf": np.array([0.6, 1.4, 1.4, 0.6]),
}
LAND_SHARE = np.array([0.16, 0.24, 0.27, 0.49])  # of band area; soils take up CH4
OCEAN_SHARE = 1.0 - LAND_SHARE


class BoxChemistryParams(eqx.Module):
    """Lifetimes [yr] against single processes and corrections of hydroxyl [1]."""

    oh_scale: jax.Array = param(
        1.0,
        "1",
        bounds=(0.5, 2.0),
        prior_sd=0.15,
        source="spread of CH4 lifetimes against OH, Naik et al. 2013",
    )
    oh_north_south: jax.Array = param(
        0.97, "1", bounds=(0.5, 1.8), prior_sd=0.12, source="Patra et al. 2014, Nature 513, 219"
    )
    stratosphere_ch4: jax.Array = param(
        130.0, "yr", bounds=(60.0, 300.0), prior_sd=26.0, source="SPARC 2013 lifetime report"
    )
    stratosphere_n2o: jax.Array = param(
        102.0,
        "yr",
        bounds=(60.0, 180.0),
        prior_sd=7.0,
        source="Prather et al. 2015, J. Geophys. Res. 120, 5693",
    )
    stratosphere_mcf: jax.Array = param(
        22.0, "yr", bounds=(10.0, 80.0), prior_sd=3.5, source="SPARC 2013 lifetime report"
    )
    soil_ch4: jax.Array = param(
        160.0,
        "yr",
        bounds=(80.0, 400.0),
        prior_sd=40.0,
        source="31 Tg yr-1 of Saunois et al. 2020, ESSD 12, 1561",
    )
    ocean_mcf: jax.Array = param(
        94.0, "yr", bounds=(40.0, 300.0), prior_sd=25.0, source="SPARC 2013 lifetime report"
    )


def _spread_over(weights: np.ndarray) -> np.ndarray:
    """Loss frequency pattern (12,) whose well-mixed lifetime is one unit."""
    return weights * BOX_MASS.sum() / (weights * BOX_MASS).sum()


def _layer(values: np.ndarray, layer: int) -> np.ndarray:
    boxes = np.zeros(N_BOX)
    boxes[N_BAND * layer : N_BAND * (layer + 1)] = values
    return boxes


@lru_cache(maxsize=1)
def _climatology() -> pd.DataFrame:
    """Temperature, hydroxyl and loss frequencies by month, layer and band, in the order of the boxes."""
    with resources.files("tenbin.data.embedded").joinpath("box_climatology.csv").open() as stream:
        return pd.read_csv(stream)


def hydroxyl_loss(gas: str) -> np.ndarray:
    """Loss frequency to climatological hydroxyl [s-1], shape (month, 12); zero in the top layer."""
    loss = _climatology()[f"loss_{gas}_per_s"].to_numpy().reshape(12, N_BOX)
    return np.where(np.arange(N_BOX) < 2 * N_BAND, loss, 0.0)


def climatological_asymmetry() -> float:
    """North/south ratio of the climatology's air-mass-weighted hydroxyl in the troposphere."""
    column = _climatology()["oh_molecules_cm3"].to_numpy().reshape(12, N_BOX).mean(axis=0) * BOX_MASS
    troposphere = column[: 2 * N_BAND].reshape(2, N_BAND).sum(axis=0)
    return float(troposphere[2:].sum() / troposphere[:2].sum())


def _hemisphere_factor(asymmetry: jax.Array) -> jax.Array:
    """Factor (12,) that gives hydroxyl the north/south ratio `asymmetry` and keeps its mean."""
    ratio = climatological_asymmetry()
    south = (1.0 + ratio) / (1.0 + asymmetry)
    north = south * asymmetry / ratio
    is_north = jnp.tile(jnp.array([0.0, 0.0, 1.0, 1.0]), 3)
    return north * is_north + south * (1.0 - is_north)


class LossPattern(NamedTuple):
    """Where and how fast a gas is lost, as arrays, so that one compiled model serves every gas.

    hydroxyl (month, 12) [s-1] of the climatology; other (parameter, 12) [s-1 yr]: divided by each lifetime of
    BoxChemistryParams and summed it is the loss to everything else.
    """

    hydroxyl: np.ndarray
    other: np.ndarray


_PROCESSES = {"stratosphere": "stratospheric_sink", "soil": "soil_sink", "ocean": "ocean_sink"}


def _place(name: str, gas: str) -> np.ndarray | None:
    """Relative loss frequency (12,) of the process behind a lifetime parameter, if it concerns the gas."""
    process, _, of_gas = name.partition("_")
    if of_gas != gas or process not in _PROCESSES:
        return None
    if process == "stratosphere":
        return _spread_over(_layer(STRATOSPHERE[gas], 2))
    return _spread_over(_layer(LAND_SHARE if process == "soil" else OCEAN_SHARE, 0))


def loss_pattern(gas: str) -> LossPattern:
    """The losses of one gas; zeros where a process does not concern it."""
    names = [declared.name for declared, _ in declarations(BoxChemistryParams())]
    places = [_place(name, gas) for name in names]
    other = np.stack([np.zeros(N_BOX) if place is None else place for place in places])
    hydroxyl = hydroxyl_loss(gas) if gas in GASES_WITH_OH else np.zeros((12, N_BOX))
    return LossPattern(hydroxyl, other / float(SECONDS_PER_YEAR))


def hydroxyl_frequency(pattern: LossPattern, params: BoxChemistryParams, oh_anomaly: jax.Array) -> jax.Array:
    """Loss to hydroxyl [s-1], shape (time, 12); `oh_anomaly` (time,) is its relative anomaly in each month."""
    season = jnp.asarray(pattern.hydroxyl)[jnp.arange(oh_anomaly.shape[0]) % 12]
    factor = params.oh_scale * _hemisphere_factor(params.oh_north_south)
    return season * factor * (1.0 + oh_anomaly)[:, None]


def other_frequency(pattern: LossPattern, params: BoxChemistryParams) -> jax.Array:
    """Loss to everything but hydroxyl [s-1], shape (12,)."""
    return (jnp.asarray(pattern.other) / to_vector(params)[:, None]).sum(axis=0)


def loss_frequencies(gas: str, params: BoxChemistryParams, oh_anomaly: jax.Array) -> dict[str, jax.Array]:
    """Loss frequency of each process [s-1], shape (time, 12), by name of the ledger sector."""
    pattern, n_time = loss_pattern(gas), oh_anomaly.shape[0]
    values = to_vector(params)
    losses: dict[str, jax.Array] = {}
    for k, (declared, _) in enumerate(declarations(params)):
        if pattern.other[k].any():
            process = _PROCESSES[declared.name.partition("_")[0]]
            losses[process] = jnp.broadcast_to(pattern.other[k] / values[k], (n_time, N_BOX))
    if gas in GASES_WITH_OH:
        losses["oh_sink"] = hydroxyl_frequency(pattern, params, oh_anomaly)
    return losses
