"""A year of the land at three made-up places: larch over frozen ground, a mild deciduous forest, a savanna.

Each place is a table of twelve temperatures and rainfalls, round numbers in the manner of Yakutia, of central Europe
and of the Sudan. The builder of drivers makes days of weather from it, and the land runs for four years from bare
young ground, of which the last is shown: carbon and water at the surface, how deep it thaws, and where the water came
from that leaves. Nothing is tuned, and in four years neither wood nor soil nor the leaf area of slow plants comes to
rest: what is shown are seasons, not budgets. The books, which must close whatever the state, are printed last.

    python examples/land_at_a_site.py --out examples/figures
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from tenbin.core.arrays import jax, jnp
from tenbin.core.tags import SOIL_TAGS
from tenbin.data.land_grids import drivers as builder
from tenbin.land import closure, drivers, ecosystem, labelled, permafrost, simulation
from tenbin.land.ecosystem import LandParams, Options
from tenbin.land.plant_types import index_of

CELSIUS = 273.15
DAY = 86400.0
YEARS = 4
PLACES = {
    "larch on permafrost": "boreal_deciduous_needleleaf",
    "mild deciduous forest": "temperate_deciduous_broadleaf",
    "savanna": "tropical_raingreen_broadleaf",
}
LATITUDE = (62.0, 51.0, 11.0)
WARMTH = (  # degC of each month
    (-38, -33, -20, -5, 7, 16, 19, 15, 6, -8, -28, -37),
    (0, 1, 5, 9, 14, 17, 19, 18, 14, 10, 5, 1),
    (24, 26, 29, 31, 30, 28, 26, 26, 26, 27, 26, 24),
)
RAIN = (  # mm of each month
    (9, 8, 7, 9, 20, 35, 40, 37, 30, 18, 15, 11),
    (55, 45, 50, 45, 60, 65, 70, 65, 55, 55, 60, 60),
    (0, 0, 5, 25, 80, 130, 190, 240, 150, 40, 2, 0),
)
OPTIONS = Options(lai="prognostic")


def weather() -> drivers.Drivers:
    """Days of four years (time, place) made from the tables."""
    tas = np.array(WARMTH, float).T + CELSIUS
    pr = np.array(RAIN, float).T / (365.25 / 12.0) / DAY
    nothing = np.zeros(len(PLACES))
    climate = builder.from_table(tas, pr, LATITUDE, nothing, nothing)
    days = builder.daily_drivers(climate, range(2001, 2001 + YEARS), seed=1)
    days = days.assign(lai=(("time", "cell"), np.zeros(days["tas"].shape)))  # grown, not given
    return labelled.drivers_of(days, np.array(LATITUDE))


def run(days: drivers.Drivers) -> tuple[dict[str, np.ndarray], closure.Closure]:
    """Every day of all places by name, (time, place) or (time, tag, place), and how well the books closed."""
    ground = drivers.surface(
        latitude=jnp.asarray(LATITUDE),
        plant_type=jnp.asarray([index_of(kind) for kind in PLACES.values()]),
        organic=jnp.asarray([0.3, 0.05, 0.02]),
        wetland_fraction=0.1,
        excess_ice=jnp.asarray([50.0, 0.0, 0.0]),
    )

    @jax.jit
    def through(params: LandParams) -> tuple:
        here = ecosystem.place(ground, params, OPTIONS)
        bare = jnp.full(len(PLACES), 1.0)
        start = ecosystem.initial_state(here, jnp.mean(days.tas, axis=0), bare, OPTIONS)

        def one_day(state: ecosystem.LandState, today: drivers.Drivers) -> tuple:
            after, fluxes = ecosystem.step(state, today, here, OPTIONS)
            return after, (fluxes, closure.passed(fluxes, today))

        end, (fluxes, traffic) = simulation.day_by_day(one_day, start, days, _kept)
        total = jax.tree.map(lambda x: jnp.sum(x, axis=0), traffic)
        return fluxes, closure.residuals(start, end, total)

    fields, residuals = through(LandParams())
    return {name: np.asarray(values) for name, values in fields.items()}, residuals


def _kept(results: tuple) -> tuple[dict[str, jax.Array], closure.Passed]:
    fluxes, traffic = results
    kept = {
        "gpp": fluxes.life.gpp * 1e3 * DAY,
        "et": fluxes.ground.evapotranspiration * DAY,
        "leaves": fluxes.lai,
        "thaw": permafrost.active_layer_thickness(fluxes.ground.temperature, OPTIONS.grid),
        "left": (fluxes.ground.tagged.runoff + fluxes.ground.tagged.evapotranspiration) * DAY,
        "wetland": fluxes.gases.wetland_ch4 * 1e3 * DAY,
        "nitrous": fluxes.nitrogen.n2o * 1e6 * DAY,
    }
    return kept, traffic


def draw(fields: dict[str, np.ndarray], out: Path) -> None:
    """Carbon, water and thaw of the last year by day, and the origin of the water that left in it."""
    figure, axes = plt.subplots(2, 2, figsize=(8, 5.4), layout="constrained")
    panels = (
        (axes[0, 0], "gpp", "photosynthesis [g C m$^{-2}$ d$^{-1}$]"),
        (axes[0, 1], "et", "evapotranspiration [mm d$^{-1}$]"),
    )
    week = np.ones(7) / 7.0
    for axis, name, label in panels:
        for place, values in zip(PLACES, fields[name][-365:].T, strict=True):
            axis.plot(np.convolve(values, week, "same"), label=place)
        axis.set(xlabel="day of the year", ylabel=label)
    axes[0, 0].legend(frameon=False, fontsize=8)
    axes[1, 0].plot(fields["thaw"][-365:, 0])
    axes[1, 0].set(xlabel="day of the year", ylabel="thawed under the larch [m]")
    axes[1, 0].invert_yaxis()
    bottom = np.zeros(len(PLACES))
    water = fields["left"][-365:].sum(axis=0)
    for origin, values in zip(SOIL_TAGS.origins, water, strict=True):
        axes[1, 1].bar(list(PLACES), values, bottom=bottom, label=origin.replace("_", " "))
        bottom = bottom + values
    axes[1, 1].set(ylabel="water that left [mm yr$^{-1}$]")
    axes[1, 1].tick_params(axis="x", labelsize=7)
    axes[1, 1].legend(frameon=False, fontsize=8)
    out.mkdir(parents=True, exist_ok=True)
    figure.savefig(out / "land_at_a_site.png", dpi=150)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("examples/figures"))
    out = parser.parse_args(argv).out
    fields, residuals = run(weather())
    last = {name: values[-365:] for name, values in fields.items()}
    for k, place in enumerate(PLACES):
        print(
            f"{place}: {last['gpp'][:, k].sum():.0f} g C m-2 fixed, {last['et'][:, k].sum():.0f} mm evaporated, "
            f"leaf area up to {last['leaves'][:, k].max():.1f}, {last['wetland'][:, k].sum():.2f} g CH4 m-2 from the "
            f"tenth that is wetland, {last['nitrous'][:, k].sum():.0f} mg N2O-N m-2"
        )
    melt = last["left"][:, SOIL_TAGS.index("snowmelt"), 0].sum() / last["left"][:, :, 0].sum()
    print(
        f"larch: thawed to {last['thaw'][:, 0].max():.2f} m; {100 * melt:.0f} % of what leaves fell as snow"
    )
    worst = {name: float(jnp.max(jnp.abs(value))) for name, value in residuals._asdict().items()}
    print("books close to " + ", ".join(f"{name} {value:.0e}" for name, value in worst.items()))
    draw(fields, out)


if __name__ == "__main__":
    main()
