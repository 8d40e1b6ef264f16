"""How a breath of gas in the north finds its way around the world.

One teragram of an inert gas is emitted north of 30 N in January. The box model carries it for four years;
the figure shows the surface air of the four bands. Within a few months the north has shared it with the
tropics, and after about two years the far south holds as much as the far north. These curves are Green
functions: the inversion is built from one such set of curves for every band and month.

    python examples/spread_of_a_pulse.py --out examples/figures
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from tenbin.core.arrays import jnp
from tenbin.core.regions import BANDS
from tenbin.transport.box import Propagator, emission_to_source, propagator, run, transport_matrices
from tenbin.transport.box_geometry import N_BAND, N_BOX
from tenbin.transport.box_parameters import BoxTransportParams

YEARS = 4


def pulse_response() -> np.ndarray:
    """Monthly mean surface mole fraction (time, 4) [ppt] after 1 Tg of SF6-like gas in the first month."""
    year = propagator(transport_matrices(BoxTransportParams()))
    months = Propagator(*(jnp.tile(matrix, (YEARS, 1, 1)) for matrix in year))
    emission = np.zeros((12 * YEARS, N_BAND))
    emission[0, 3] = 12.0  # Tg yr-1 during one month are one Tg
    source = jnp.asarray(emission @ emission_to_source("sf6").T)
    return np.asarray(run(months, jnp.zeros(N_BOX), source)[0])[:, :N_BAND] * 1e12


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("examples/figures"))
    out = parser.parse_args(argv).out
    surface = pulse_response()
    even = int(np.argmax(surface[:, 0] > 0.95 * surface[:, 3]))
    print(f"the far south holds 95 % of the far north's mole fraction after {even} months")
    figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
    for band, series in zip(BANDS, surface.T, strict=True):
        axes.plot(np.arange(series.size) + 0.5, series, label=band)
    axes.set(xlabel="months after the pulse", ylabel="surface mole fraction [ppt]", xlim=(0, 48))
    axes.legend(frameon=False)
    out.mkdir(parents=True, exist_ok=True)
    figure.savefig(out / "spread_of_a_pulse.png", dpi=150)


if __name__ == "__main__":
    main()
