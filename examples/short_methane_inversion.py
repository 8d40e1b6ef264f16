"""Nine years of methane on the balance: what the inventory says, and what the air makes of it.

The joint inversion of the package on a short stretch, with methane and methyl chloroform alone. Its prior
are the embedded inventories, its observations the embedded band means. The air knows the world's total far
better than its division among the bands, and the posterior says so. The first years lean on the start of
the records in 1983.

    python examples/short_methane_inversion.py --out examples/figures
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from tenbin.assimilate.balance_products import REGIONS, emissions, yearly
from tenbin.assimilate.balance_settings import BalanceSettings
from tenbin.assimilate.joint_inversion import invert
from tenbin.assimilate.observe import embedded
from tenbin.budget.bottom_up import build

SETTINGS = BalanceSettings(year_start=1984, year_end=1992, gases=("ch4",))


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("examples/figures"))
    out = parser.parse_args(argv).out
    result = invert(embedded(("ch4",)), build(None, with_countries=False), SETTINGS)
    found = emissions(result, "ch4")
    globe = REGIONS.index("globe")
    years = np.arange(SETTINGS.first_year, SETTINGS.year_end + 1)
    reported = years >= SETTINGS.year_start
    mean, sd = found.mean[globe][reported], found.sd[globe][reported]
    prior = yearly(result.gases["ch4"].prior.emission.sum(axis=0))[reported]
    per_observation = float(result.shared.chi_square) / result.shared.n_observations
    period = f"{SETTINGS.year_start}-{SETTINGS.year_end}"
    print(f"CH4 source of {period}: {mean.mean():.0f} Tg yr-1, inventories {prior.mean():.0f}")
    print(f"one year is known to {sd.mean():.0f} Tg yr-1; chi-square per observation {per_observation:.2f}")
    figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
    axes.plot(years[reported], prior, "--", label="inventories")
    axes.errorbar(years[reported], mean, sd, fmt="o-", capsize=3, label="inversion, 1 sd")
    axes.set(xlabel="year", ylabel="CH4 emission [Tg yr-1]")
    axes.legend(frameon=False)
    out.mkdir(parents=True, exist_ok=True)
    figure.savefig(out / "short_methane_inversion.png", dpi=150)


if __name__ == "__main__":
    main()
