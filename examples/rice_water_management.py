"""What drying a rice field now and then does to its methane and its nitrous oxide: two gases, one balance.

A season of 110 days at 26 C with straw and 120 kg N ha-1, once under water until two weeks before harvest,
once drained in the middle, once wetted and dried in turn. Methane is that of the process model (redox, roots and
straw), nitrous oxide that of soil nitrogen under the same water. Nothing is tuned; the factors of the IPCC
guidelines of 2019 stand beside it. The balance is in CO2 equivalents over 100 years (AR6GWP100).

    python examples/rice_water_management.py --out examples/figures
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from tenbin.budget.metrics import metric_set
from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import N_TO_N2O, SECONDS_PER_DAY
from tenbin.land import nitrous_oxide, rice, rice_inventory, rice_water
from tenbin.land.nitrous_oxide import MineralNitrogen, NitrousOxideParams
from tenbin.land.rice import RiceParams, RiceState
from tenbin.report.style import GASES, NEUTRALS

REGIMES = {
    "continuous": "flooded",
    "single_drainage": "drained once",
    "multiple_drainage": "wet and dry",
}
DAYS, WARM, SAND, STRAW, DOSE = 110, 299.15, 0.3, 0.1, 0.004
DAY = float(SECONDS_PER_DAY)
LEFT_BY_PLANTS = 0.94  # of mineral nitrogen, each day


def season() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Redox [mV], CH4 [kg m-2 d-1] and N2O-N [kg m-2 d-1] of each day and regime, (day, regime)."""
    day = jnp.arange(DAYS) + 0.5
    water = jnp.stack([rice_water.flooded(rice_water.REGIMES[name], day, DAYS) for name in REGIMES], axis=1)
    one = jnp.ones(len(REGIMES))
    params = RiceParams()
    shoot = rice_water.logistic_shoot(jnp.arange(DAYS + 1.0), DAYS, params.peak_shoot)
    dose = jnp.zeros(DAYS).at[jnp.array([0, 25, 55])].set(DOSE)
    soil = nitrous_oxide.soil_constants(0.52 * one, 0.40 * one, 1250.0 * one, 6.5 * one)

    def one_day(carry, each):
        paddy, nitrogen = carry
        wet, grown, fed = each
        paddy, carbon = rice.step(
            paddy,
            flooded=wet,
            soil_temperature=WARM * one,
            shoot_growth=grown / DAY * one,
            organic_input=0.0 * one,
            sand=SAND * one,
            params=params,
        )
        nitrogen, gases = nitrous_oxide.step(
            MineralNitrogen(LEFT_BY_PLANTS * nitrogen.ammonium + fed, LEFT_BY_PLANTS * nitrogen.nitrate),
            soil_temperature=WARM * one,
            water_filled_pore_space=rice.water_filled_pore_space(wet),
            heterotrophic_respiration=0.5 * carbon.carbon_from_litter + 1.5e-8,
            net_mineralisation=2e-10 * one,
            soil=soil,
            params=NitrousOxideParams(),
        )
        return (paddy, nitrogen), (paddy.redox, carbon.ch4_emission * DAY, gases.n2o * DAY)

    bare = RiceState(250.0 * one, 0.35 * STRAW * one, 0.65 * STRAW * one, shoot[0] * one, 0.0 * one)
    start = (bare, MineralNitrogen(1e-3 * one, 1e-3 * one))
    _, days = jax.jit(lambda: jax.lax.scan(one_day, start, (water, jnp.diff(shoot), dose)))()
    return tuple(np.asarray(values) for values in days)


def draw(redox: np.ndarray, methane: np.ndarray, nitrous: np.ndarray, balance: np.ndarray, out: Path) -> None:
    figure, axes = plt.subplots(2, 2, figsize=(8, 5.2), layout="constrained")
    # Colour says which gas, as in all figures; the dashes say which water regime.
    methane_ink, nitrous_ink, ink = GASES["ch4"].light, GASES["n2o"].light, NEUTRALS["ink"].light
    panels = (
        (axes[0, 0], redox, ink, "redox potential [mV]"),
        (axes[0, 1], methane * 1e3, methane_ink, "CH$_4$ [g m$^{-2}$ d$^{-1}$]"),
        (axes[1, 0], nitrous * 1e6, nitrous_ink, "N$_2$O [mg N m$^{-2}$ d$^{-1}$]"),
    )
    for axis, values, colour, label in panels:
        for series, words, dashes in zip(values.T, REGIMES.values(), ("-", "--", ":"), strict=True):
            axis.plot(series, color=colour, linestyle=dashes, label=words)
        axis.set(xlabel="day after planting", ylabel=label)
    axes[0, 0].legend(frameon=False)
    bottom = np.zeros(len(REGIMES))
    for values, colour, label in zip(balance, (methane_ink, nitrous_ink), ("CH$_4$", "N$_2$O"), strict=True):
        axes[1, 1].bar(list(REGIMES.values()), values, 0.6, bottom, color=colour, label=label)
        bottom = bottom + values
    axes[1, 1].set(ylabel="t CO$_2$e ha$^{-1}$ (100 years)")
    axes[1, 1].legend(frameon=False)
    out.mkdir(parents=True, exist_ok=True)
    figure.savefig(out / "rice_water_management.png", dpi=150)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("examples/figures"))
    out = parser.parse_args(argv).out
    redox, methane, nitrous = season()
    metric = metric_set("AR6GWP100")
    tonnes_per_hectare = 10.0
    balance = tonnes_per_hectare * np.array(
        [methane.sum(0) * metric.factor("ch4"), nitrous.sum(0) * float(N_TO_N2O) * metric.factor("n2o")]
    )
    factors = rice_inventory.EDITIONS["2019"].water
    for i, (name, words) in enumerate(REGIMES.items()):
        less = 100.0 * (1.0 - methane[:, i].sum() / methane[:, 0].sum())
        print(
            f"{words}: {methane[:, i].sum() * 1e4:.0f} kg CH4 ha-1 ({less:.0f} % less; guidelines "
            f"{100.0 * (1.0 - factors[name]):.0f} %), {nitrous[:, i].sum() * 1e4:.2f} kg N2O-N ha-1, "
            f"{balance[:, i].sum():.1f} t CO2e ha-1"
        )
    draw(redox, methane, nitrous, balance, out)


if __name__ == "__main__":
    main()
