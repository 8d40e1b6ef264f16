"""How much hydroxyl the air holds, told by the decay of methyl chloroform.

Methyl chloroform (CH3CCl3) is no longer made, so its fall is loss, and its loss is mostly hydroxyl. The
script fits the fall of the observed band means of 2001-2010, and asks what multiple of the climatological
hydroxyl makes the box model, driven by the published emissions, fall as fast. The level of the curve asks
for more hydroxyl than its slope: small emissions after the ban and the exchange with the stratosphere are
not well enough known to be left out. The joint inversion weighs slope and level with all these errors, and
lets methane profit from the answer.

    python examples/hydroxyl_from_methyl_chloroform.py --out examples/figures
"""

from __future__ import annotations

import argparse
from importlib import resources
from pathlib import Path

import equinox as eqx
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from tenbin.assimilate.balance_prior import MCF_BAND_SHARE
from tenbin.core.arrays import jax, jnp
from tenbin.transport.box import emission_to_source, propagator, run, transport_matrices
from tenbin.transport.box_chemistry import BoxChemistryParams, loss_frequencies
from tenbin.transport.box_geometry import N_BAND, N_BOX
from tenbin.transport.box_parameters import BoxTransportParams

FIRST, LAST = 1970, 2012
DECAY = (2001, 2010)
SCALES = np.array([0.6, 0.8, 1.0, 1.2])


def embedded(name: str) -> pd.DataFrame:
    with resources.files("tenbin.data.embedded").joinpath(name).open() as stream:
        return pd.read_csv(stream)


def observed() -> pd.Series:
    """Global mean mole fraction [ppt] of each year with all four bands."""
    table = embedded("band_means.csv")
    wide = table[table.gas == "mcf"].pivot_table(index=["year", "month"], columns="band", values="value")
    return wide.dropna().mean(axis=1).groupby("year").mean()


@jax.jit
def modelled(scale: jax.Array) -> jax.Array:
    """Global surface mole fraction [ppt] of the years FIRST to LAST for hydroxyl times `scale`."""
    years = np.arange(FIRST, LAST + 1)
    table = embedded("mcf_emissions.csv")
    emission = np.repeat(np.interp(years, table.year, table.emission_gg) * 1e-3, 12)
    chemistry = eqx.tree_at(lambda p: p.oh_scale, BoxChemistryParams(), scale)
    loss = sum(loss_frequencies("mcf", chemistry, jnp.zeros(12)).values())
    year = propagator(transport_matrices(BoxTransportParams()) - jax.vmap(jnp.diag)(loss))
    months = jax.tree.map(lambda matrix: jnp.tile(matrix, (len(years), 1, 1)), year)
    source = emission[:, None] * (emission_to_source("mcf") @ MCF_BAND_SHARE)
    mean, _ = run(months, jnp.full(N_BOX, 40e-12), jnp.asarray(source))  # of 1970; forgotten by 2001
    return mean[:, :N_BAND].mean(axis=1).reshape(-1, 12).mean(axis=1) * 1e12


def decay_rate(years: np.ndarray, values: np.ndarray) -> float:
    """Fractional fall per year over the DECAY years."""
    inside = (years >= DECAY[0]) & (years <= DECAY[1])
    return -float(np.polyfit(years[inside], np.log(values[inside]), 1)[0])


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("examples/figures"))
    out = parser.parse_args(argv).out
    air, years = observed(), np.arange(FIRST, LAST + 1)
    rate = decay_rate(air.index.to_numpy(), air.to_numpy())
    runs = [np.asarray(modelled(jnp.asarray(scale))) for scale in SCALES]
    best = float(np.interp(rate, [decay_rate(years, one) for one in runs], SCALES))
    print(f"observed fall {100 * rate:.1f} % per year; hydroxyl {best:.2f} times the climatology")
    figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
    axes.semilogy(air.index, air, "ko", ms=4, label="observed")
    axes.semilogy(years, modelled(jnp.asarray(best)), label=f"hydroxyl x {best:.2f}")
    axes.semilogy(years, runs[-1], ":", label=f"hydroxyl x {SCALES[-1]:.2f}")
    axes.set(xlim=(1978, LAST), ylim=(3, 200), ylabel="CH3CCl3 [ppt]", xlabel="year")
    axes.legend(frameon=False)
    out.mkdir(parents=True, exist_ok=True)
    figure.savefig(out / "hydroxyl_from_methyl_chloroform.png", dpi=150)


if __name__ == "__main__":
    main()
