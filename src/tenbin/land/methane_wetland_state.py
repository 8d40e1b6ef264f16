"""What the methane of a wetland rests on: parameters, what it remembers and what it gives."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx

from tenbin.core.arrays import jax
from tenbin.core.params import param

__all__ = ["WetlandFluxes", "WetlandParams", "WetlandState"]

_WH = "Walter and Heimann 2000, Glob. Biogeochem. Cycles 14, 745"
_RILEY = "Riley et al. 2011, Biogeosciences 8, 1925 (CLM4Me)"


class WetlandParams(eqx.Module):
    """What is uncertain in the methane of a wetland; each a scalar or one value per cell."""

    methane_share: jax.Array = param(
        0.2, "mol mol-1", bounds=(0.02, 0.6), prior_sd=0.1, source=_RILEY + ", CH4 per C respired"
    )
    production_q10: jax.Array = param(
        1.33,
        "1",
        bounds=(0.8, 6.0),
        prior_sd=0.3,
        source="CLM 4.5, over that of respiration; 1.5 in Yvon-Durocher et al. 2014, Nature 507, 488",
    )
    production_base: jax.Array = param(295.0, "K", bounds=(275.0, 305.0), prior_sd=5.0, source=_RILEY)
    redox_time: jax.Array = param(
        30.0, "d", bounds=(2.0, 120.0), prior_sd=15.0, source=_RILEY, transform="log"
    )
    substrate_depth: jax.Array = param(
        0.3, "m", bounds=(0.05, 2.0), prior_sd=0.15, source="e-fold, order of " + _WH, transform="log"
    )
    root_substrate: jax.Array = param(
        0.5, "1", bounds=(0.0, 1.0), prior_sd=0.2, source="own choice: share that follows the roots"
    )
    oxidation_rate: jax.Array = param(
        1.25e-5, "mol m-3 s-1", bounds=(5e-7, 5e-5), prior_sd=8e-6, source=_RILEY, transform="log"
    )
    half_methane: jax.Array = param(
        5e-3, "mol m-3", bounds=(5e-4, 5e-2), prior_sd=3e-3, source=_RILEY, transform="log"
    )
    half_oxygen: jax.Array = param(
        2e-2, "mol m-3", bounds=(2e-3, 2e-1), prior_sd=1e-2, source=_RILEY, transform="log"
    )
    oxidation_q10: jax.Array = param(
        1.9, "1", bounds=(1.2, 4.0), prior_sd=0.4, source=_RILEY + "; 2 in WH 2000"
    )
    bubble_share: jax.Array = param(
        0.15, "1", bounds=(0.05, 0.57), prior_sd=0.1, source=_RILEY + ", CH4 in pressure"
    )
    bubble_rate: jax.Array = param(
        24.0, "d-1", bounds=(0.5, 48.0), prior_sd=12.0, source=_WH + ", 1 h-1", transform="log"
    )
    aerenchyma: jax.Array = param(
        2.8e-5,
        "s-1",
        bounds=(1e-7, 2e-4),
        prior_sd=2e-5,
        source=_WH + ", 0.01 h-1 T_veg, T_veg 10",
        transform="log",
    )
    rhizosphere: jax.Array = param(
        0.5, "1", bounds=(0.0, 0.95), prior_sd=0.2, source=_WH + ", share of root methane oxidised"
    )


class WetlandState(NamedTuple):
    """What a wetland remembers from one day to the next."""

    methane: jax.Array  # kg CH4 m-2, (layer, cell)
    reduced: jax.Array  # 1, (layer, cell): how far other electron acceptors are used up


class WetlandFluxes(NamedTuple):
    """Methane per wetland area [kg CH4 m-2 s-1], each (cell,); emission is the sum of the last three."""

    production: jax.Array
    oxidation: jax.Array
    diffusion: jax.Array
    ebullition: jax.Array
    plant_transport: jax.Array
    emission: jax.Array
