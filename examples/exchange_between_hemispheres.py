"""How old the air of each box is, seen by a tracer that grows steadily in the north.

Sulphur hexafluoride is inert and is emitted almost wholly in the north. After decades of steady emission
every place grows alike, and differences in mole fraction are differences in time: the lag behind the
northern surface is the age of the air. The exchange time of the hemispheres follows from the difference
between their surfaces; models and observations give 1.3-1.4 yr (Patra et al. 2011, Atmos. Chem. Phys. 11,
12813).

    python examples/exchange_between_hemispheres.py --out examples/figures
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from tenbin.core.arrays import jnp
from tenbin.core.regions import BANDS
from tenbin.transport.box import Propagator, emission_to_source, propagator, run, transport_matrices
from tenbin.transport.box_geometry import LAYERS, N_BAND, N_BOX
from tenbin.transport.box_parameters import BoxTransportParams
from tenbin.transport.exchange import NORTHERN_SOURCE, interhemispheric_exchange_time

YEARS = 40


def lag_behind_the_north() -> np.ndarray:
    """Years (layer, band) by which each box follows the surface north of 30 N."""
    year = propagator(transport_matrices(BoxTransportParams()))
    months = Propagator(*(jnp.tile(matrix, (YEARS, 1, 1)) for matrix in year))
    source = np.tile(emission_to_source("sf6") @ NORTHERN_SOURCE, (12 * YEARS, 1))
    mean = np.asarray(run(months, jnp.zeros(N_BOX), jnp.asarray(source))[0])
    annual = mean.reshape(YEARS, 12, len(LAYERS), N_BAND).mean(axis=1)
    growth = (annual[-1] - annual[-2]).mean()
    return (annual[-1, 0, 3] - annual[-1]) / growth


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("examples/figures"))
    out = parser.parse_args(argv).out
    lag = lag_behind_the_north()
    print(f"exchange time {interhemispheric_exchange_time(BoxTransportParams()):.2f} yr")
    print(f"behind the far north: southern surface {lag[0, 0]:.2f} yr, top layer {lag[2].mean():.1f} yr")
    figure, axes = plt.subplots(figsize=(6, 3), layout="constrained")
    image = axes.imshow(lag, origin="lower", aspect="auto", cmap="cividis")
    axes.set_xticks(range(N_BAND), BANDS)
    axes.set_yticks(range(len(LAYERS)), LAYERS)
    for layer, band in np.ndindex(lag.shape):
        dark = lag[layer, band] < 0.6 * lag.max()
        axes.text(
            band, layer, f"{lag[layer, band]:.1f}", ha="center", va="center", color="w" if dark else "k"
        )
    figure.colorbar(image, label="lag [yr]")
    out.mkdir(parents=True, exist_ok=True)
    figure.savefig(out / "exchange_between_hemispheres.png", dpi=150)


if __name__ == "__main__":
    main()
