"""What must have been emitted for nitrous oxide to rise as it did: the balance on the back of an envelope.

Emission = growth of the burden + burden / lifetime. With the observed band means of the package and a
lifetime of 116 +- 9 yr (Prather et al. 2015, J. Geophys. Res. 120, 5693) this gives the world's source of
N2O in every year. The lifetime's error is the same in all years: it moves the whole curve, and not its
trend. The joint inversion refines this by latitude and month.

    python examples/nitrous_oxide_mass_balance.py --out examples/figures
"""

from __future__ import annotations

import argparse
from importlib import resources
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from tenbin.core.constants import N_TO_N2O
from tenbin.core.units import COMMUNITY, burden_per_mole_fraction

LIFETIME, LIFETIME_SD = 116.0, 9.0
TG_N_PER_PPB = burden_per_mole_fraction("n2o", COMMUNITY) / float(N_TO_N2O)


def january_means() -> pd.Series:
    """Global mole fraction [ppb] at the turn of each year: mean of December and January."""
    with resources.files("tenbin.data.embedded").joinpath("band_means.csv").open() as stream:
        table = pd.read_csv(stream)
    table = table[(table.gas == "n2o")]
    wide = table.pivot_table(index=["year", "month"], columns="band", values="value")
    bands = wide.drop(columns="globe", errors="ignore").dropna().mean(axis=1)
    world = bands.combine_first(wide["globe"].dropna()) if "globe" in wide else bands
    time = np.array([year + (month - 0.5) / 12 for year, month in world.index])
    turns = np.arange(int(np.ceil(time[0])), int(time[-1]) + 1)
    return pd.Series(np.interp(turns, time, world.rolling(12, center=True, min_periods=6).mean()), turns)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("examples/figures"))
    out = parser.parse_args(argv).out
    burden = january_means() * TG_N_PER_PPB
    years, middle = burden.index[:-1], 0.5 * (burden.to_numpy()[1:] + burden.to_numpy()[:-1])
    emission = np.diff(burden) + middle / LIFETIME
    sd = middle / LIFETIME * LIFETIME_SD / LIFETIME
    decade = (years >= 2010) & (years <= 2019)
    print(f"N2O source of 2010-2019: {emission[decade].mean():.1f} +- {sd[decade].mean():.1f} Tg N yr-1")
    figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
    axes.fill_between(years, emission - sd, emission + sd, alpha=0.25, label="1 sd of the lifetime")
    axes.plot(years, emission, label="growth + burden / lifetime")
    axes.plot(years, np.diff(burden), "--", label="growth alone")
    axes.set(xlabel="year", ylabel="Tg N yr-1", ylim=(0, 22))
    axes.legend(frameon=False, loc="center right")
    out.mkdir(parents=True, exist_ok=True)
    figure.savefig(out / "nitrous_oxide_mass_balance.png", dpi=150)


if __name__ == "__main__":
    main()
