"""What a place tells before its fluxes are seen: which grass grows there, and which leaves are green."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tenbin.assimilate import site_ground
from tenbin.core.arrays import jnp


def place(igbp, warm_season_rain, least=0.5, greatest=2.0, mean_temperature=290.0):
    """Two years whose summers have 28 degC, winters 10 degC, with this share of rain in the summer half."""
    time = pd.date_range("2001-01-01", "2002-12-31")
    summer = np.cos(2.0 * np.pi * (time.day_of_year.to_numpy() - 196.0) / 365.25)
    wet = np.where(summer > 0.0, warm_season_rain, 1.0 - warm_season_rain) * 4.0 / 86400.0
    columns = {
        "tas": 292.15 + 9.0 * summer,
        "pr": wet,
        "lai": 0.5 * (least + greatest) + 0.5 * (greatest - least) * summer,
    }
    attributes = {
        "igbp": igbp, "latitude": 35.0, "elevation": 10.0, "mean_annual_temperature": mean_temperature
    }  # fmt: skip
    return xr.Dataset({k: ("time", v) for k, v in columns.items()}, {"time": time}, attributes)


def test_grass_of_summer_rain_is_c4_and_of_winter_rain_c3():
    shares = [site_ground.warm_grass_share(place("GRA", wet)) for wet in (0.0, 0.5, 1.0)]
    assert shares[0] == 0.0
    assert 0.2 < shares[1] < 0.9
    assert shares[2] > 0.8
    assert shares == sorted(shares)


def test_a_place_without_rain_has_no_c4_grass():
    dry = place("GRA", 1.0)
    assert site_ground.warm_grass_share(dry.assign(pr=0.0 * dry["pr"])) == 0.0


def test_among_trees_that_stay_only_what_comes_and_goes_is_grass():
    ground = site_ground.ground_of([place("SAV", 1.0), place("ENF", 1.0), place("GRA", 1.0)])
    most, least = np.asarray(ground.greatest_lai), np.asarray(ground.least_lai)
    share = np.asarray(site_ground.warm_grass(jnp.asarray([most, least]), ground))
    assert share[0, 0] == pytest.approx(ground.warm_share[0] * (1.0 - least[0] / most[0]))
    assert share[1, 0] == 0.0
    assert (share[:, 1] == 0.0).all()
    assert share[:, 2] == pytest.approx([float(ground.warm_share[2])] * 2)


def test_what_is_brown_is_taken_from_grass_and_shed_leaves_but_not_from_evergreens():
    ground = site_ground.ground_of([place(kind, 0.5) for kind in ("GRA", "DBF", "ENF")])
    seen = jnp.asarray([ground.least_lai])
    green = np.asarray(site_ground.green_lai(seen, jnp.ones(3), jnp.zeros(3), ground))[0]
    assert green[0] < 0.05 and green[1] < 0.05
    assert green[2] == pytest.approx(float(seen[0, 2]), abs=0.01)


def test_evergreens_are_held_towards_their_greatest_leaf_area_and_no_other():
    ground = site_ground.ground_of([place(kind, 0.5) for kind in ("ENF", "MF", "DBF")])
    seen = jnp.asarray([ground.least_lai])
    held = np.asarray(site_ground.green_lai(seen, jnp.zeros(3), jnp.ones(3), ground))[0]
    free = np.asarray(site_ground.green_lai(seen, jnp.zeros(3), jnp.zeros(3), ground))[0]
    assert held[0] == pytest.approx(float(ground.greatest_lai[0]), abs=0.02)
    assert free[1] < held[1] < held[0]
    assert held[2] == free[2]
