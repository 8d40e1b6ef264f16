"""What tracers meet through the year in the air of a file: monthly loss frequencies, by process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tenbin.core.arrays import jax, jnp
from tenbin.data.meteorology import oxidants
from tenbin.transport import chemistry
from tenbin.transport.air_file import AirFile
from tenbin.transport.chemistry import ChemistryParams, Climatology, Surroundings
from tenbin.transport.days import Day
from tenbin.transport.photolysis import photolysis
from tenbin.transport.zonal_fields import Zonal, layer_pressure, zonal

__all__ = ["OH_SCALES", "Losses", "climatology"]

OH_SCALES = {"cams": 1.11, "flexpart": 0.90}
"""Factor on each climatology of hydroxyl by which well-mixed CH3CCl3 lives 6.1 yr against it below the tropopause
(SPARC 2013, lifetimes of ozone-depleting substances): as they are, they give 6.8 and 5.5 yr."""
EVERY = 5
"""Days from one sample of a month's air to the next."""


def climatology(oh: str = "cams") -> Climatology:
    """Monthly zonal means of the oxidants at hand (`oh` "cams" or "flexpart") and photolysis worked out here.

    `data.meteorology.oxidants.origins` tells whether they are of whole files or of the package.
    """

    def placed(field: Any) -> Zonal:
        return zonal(field.values, field.level.values, field.lat.values)

    found = oxidants.at_hand(oh)
    return Climatology(
        placed(found["oh_concentration"]),
        placed(found["o1d"]),
        placed(found["cl"]),
        photolysis("n2o"),
        photolysis("mcf"),
    )


class Losses:
    """Loss frequencies of `gases` in each month of `days`, worked out once a month of a perpetual year.

    Temperature and pressure are means of a few samples of the month; `ocean_area` [m2] (lat, lon) is where CH3CCl3
    is taken up. `params` scale what the climatology says.
    """

    def __init__(
        self,
        air: AirFile,
        days: Sequence[Day],
        gases: Sequence[str],
        fields: Climatology,
        params: ChemistryParams | None = None,
        ocean_area: npt.NDArray[np.float64] | None = None,
    ) -> None:
        self.air, self.days, self.gases, self.fields = air, list(days), tuple(gases), fields
        self.params = ChemistryParams() if params is None else params
        self.ocean_area = ocean_area
        self._found: dict[Any, Surroundings] = {}
        self._meet = jax.jit(chemistry.surroundings)
        self._total: dict[Any, jax.Array] = {}

    def surroundings(self, date: np.datetime64) -> Surroundings:
        """What tracers meet in the month of a date."""
        key = self._key(date)
        if key not in self._found:
            month = date.astype("datetime64[M]")
            own = [day for day in self.days if day.date.astype("datetime64[M]") == month][::EVERY]
            numbers = [day.numbers[len(day.numbers) // 2] for day in own]
            warm = jnp.asarray(np.mean([self.air.temperature(n) for n in numbers], axis=0))
            dry = jnp.asarray(np.mean([self.air.dry_pressure(n) for n in numbers], axis=0))
            grid = self.air.grid
            pressure = layer_pressure(grid.a, grid.b, dry)
            middle = float(int(month.astype(int)) % 12) + 0.5
            self._found[key] = self._meet(
                self.fields, middle, jnp.asarray(grid.grid.lat), pressure, warm, self._ocean(dry)
            )
        return self._found[key]

    def _key(self, date: np.datetime64) -> Any:
        month = int(date.astype("datetime64[M]").astype(int))
        return month % 12 if self.air.times.perpetual else month

    def _ocean(self, dry: jax.Array) -> jax.Array:
        grid = self.air.grid
        if self.ocean_area is None:
            return jnp.zeros(grid.shape)
        fixed, varying = (jnp.asarray(x)[:, None, None] for x in grid.thickness)
        mass = (fixed + varying * dry) * jnp.asarray(grid.grid.area)
        return chemistry.ocean_uptake(jnp.asarray(self.ocean_area), mass)

    def by_process(self, gas: str, date: np.datetime64) -> dict[str, jax.Array]:
        """Frequency [s-1] of each process of `gas`, (level, lat, lon) or ()."""
        edges = self.air.grid.grid.lat_edges
        return chemistry.frequencies(gas, self.surroundings(date), edges, self.params)

    def __call__(self, date: np.datetime64) -> jax.Array | None:
        """Sum over the processes (tracer, level, lat, lon) [s-1]; None where nothing is lost at all."""
        key = self._key(date)
        if key not in self._total:
            edges = self.air.grid.grid.lat_edges
            self._total[key] = chemistry.total(self.gases, self.surroundings(date), edges, self.params)
        return self._total[key] if any(gas not in ("sf6", "co2") for gas in self.gases) else None

    def shared(self, gas: str, date: np.datetime64, lost: jax.Array) -> dict[str, float]:
        """What each process took [kg] of the mass `lost` (level, lat, lon) in a month: shares by frequency."""
        parts = self.by_process(gas, date)
        whole = sum(parts.values(), start=jnp.zeros(()))
        safe = jnp.where(whole > 0.0, whole, 1.0)
        return {name: float(jnp.sum(rate / safe * lost)) for name, rate in parts.items()}
