"""Losses with the oxidants of the package: as much hydroxyl, and lifetimes as long, as with the whole files."""

from __future__ import annotations

import numpy as np
import pytest

from tenbin.core.arrays import jax, jnp
from tenbin.core.constants import SECONDS_PER_YEAR
from tenbin.transport import chemistry, losses
from tenbin.transport.air_grid import hybrid_layers, polar_grid
from tenbin.transport.idealised import standard_temperature
from tenbin.transport.lifetimes import mass_mean
from tenbin.transport.zonal_fields import layer_pressure

GRID = polar_grid(46, 2)
YEAR = float(SECONDS_PER_YEAR)
DRY = 98_400.0


def of_a_year(fields: chemistry.Climatology) -> dict[str, float]:
    """OH [mol m-3] by mass of air, and lifetimes [yr] of well-mixed gases against each process."""
    a, b = hybrid_layers(20, 50.0)
    pressure = layer_pressure(a, b, jnp.full(GRID.shape, DRY))
    mass = jnp.asarray(-np.diff(a + b * DRY)[:, None, None] * GRID.area)
    warm = jnp.asarray(standard_temperature(pressure, GRID.lat))
    meet = jax.jit(chemistry.surroundings)
    params = chemistry.ChemistryParams()
    found: dict[str, float] = {}
    for month in range(12):
        around = meet(fields, month + 0.5, jnp.asarray(GRID.lat), pressure, warm)
        rates = {"oh": around.oh}
        for gas in ("ch4", "mcf", "n2o"):
            by = chemistry.frequencies(gas, around, GRID.lat_edges, params)
            rates |= {f"{gas} {name}": rate for name, rate in by.items() if name != "ocean"}
        for name, rate in rates.items():
            found[name] = found.get(name, 0.0) + float(mass_mean(rate, mass)) / 12.0
    return {name: value if name == "oh" else 1.0 / value / YEAR for name, value in found.items()}


def test_the_package_holds_as_much_hydroxyl_and_lives_as_long_as_the_whole_files(
    data_root, monkeypatch, tmp_path
):
    monkeypatch.setenv("TENBIN_CACHE", str(tmp_path))
    monkeypatch.setenv("TENBIN_DATA", str(data_root))
    whole = of_a_year(losses.climatology("cams"))
    monkeypatch.delenv("TENBIN_DATA")
    small = of_a_year(losses.climatology("cams"))
    assert 5.0 < whole["mcf oh"] < 8.0  # the fields are read, and in the right unit
    assert small != whole
    for name, value in whole.items():
        assert small[name] == pytest.approx(value, rel=0.01), name
