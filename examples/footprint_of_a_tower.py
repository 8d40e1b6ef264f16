"""Whose breath a tower smells: transport run forward and back through the same moving air.

Ten days of made-up air on a small globe carry the methane of 2010 from nothing. A tower in the Netherlands reads what
has come to it by the last six hours. Run backwards, the same air says how much each square metre of ground counts for
that reading: its footprint. Footprint times emission is the reading again, to rounding: the way back is the exact
transpose of the way forth, and one run of it does for every emission that may be asked about.

    python examples/footprint_of_a_tower.py --out examples/figures
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LogNorm

from tenbin.assimilate import fluxes
from tenbin.core.arrays import jnp
from tenbin.core.constants import MOLAR_MASS
from tenbin.transport import stations
from tenbin.transport.air_file import AirFile
from tenbin.transport.days import days_of
from tenbin.transport.idealised_air import idealised_air
from tenbin.transport.passage import Passage

TOWER = {"lat": 51.97, "lon": 4.93, "height": 200.0}
"""Cabauw; the height of its intake above the ground [m]."""


def through(air: AirFile) -> Passage:
    """Ten days of air, watched at the tower."""
    dry, warm = air.dry_pressure(0), air.temperature(0)
    layers = stations.Vertical(stations.middle_heights(air.grid, dry, warm, air.ground), air.ground)
    tower = stations.point_map(air.grid, TOWER["lat"], TOWER["lon"], TOWER["height"], layers, above="ground")
    return Passage(air, days_of(air.times), jnp.asarray([float(MOLAR_MASS["ch4"])]), seen=tower)


def forward(passage: Passage, flux: np.ndarray) -> float:
    """What the tower reads at the end [mol mol-1] of `flux` [kg m-2 s-1] (lat, lon), from air without any."""
    (month,) = passage.forward(passage.begin(0.0), flux[None, None])
    return float(month.seen[-1, 0, 0])


def footprint(passage: Passage) -> np.ndarray:
    """What a flux of 1 kg m-2 s-1 in a cell all along adds to that reading [mol mol-1] (lat, lon)."""
    last = passage.days[-1].date

    def worth(day):
        return jnp.zeros((4, 1, 1)).at[-1].set(1.0) if day.date == last else None

    return passage.backward(worth).emission[0, 0]


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("examples/figures"))
    out = parser.parse_args(argv).out
    with tempfile.TemporaryDirectory() as folder:
        path = idealised_air(Path(folder) / "air.nc", start="2010-01-01", days=10)
        with AirFile(path) as air:
            grid, passage = air.grid.grid, through(air)
            flux = fluxes.on_cells("ch4", air.grid, 2010).monthly[0]
            read, seen_from = forward(passage, flux), footprint(passage)
    told = float((seen_from * flux).sum())
    print(f"the tower reads {1e9 * read:.3f} ppb; footprint times emission is {1e9 * told:.3f} ppb")
    print(f"they differ by {abs(told / read - 1.0):.0e}")
    drawn = seen_from / grid.area * grid.area.mean()  # of cells of equal size; 1e-9 of it is 1 ppb
    figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
    scale = LogNorm(1e-4 * drawn.max(), drawn.max())
    mesh = axes.pcolormesh(grid.lon_edges, grid.lat_edges, np.maximum(drawn, scale.vmin), norm=scale)
    axes.plot(TOWER["lon"], TOWER["lat"], "w^", markeredgecolor="k")
    axes.set(xlabel="degrees east", ylabel="degrees north", title="SYNTHETIC air: ten days before a reading")
    figure.colorbar(mesh, label="ppb per 1e-9 kg m-2 s-1", extend="min")
    out.mkdir(parents=True, exist_ok=True)
    figure.savefig(out / "footprint_of_a_tower.png", dpi=150)


if __name__ == "__main__":
    main()
