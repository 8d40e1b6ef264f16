"""A small file of made-up air: closed, calm enough to run, marked as made up, and refused where it makes no sense."""

from __future__ import annotations

import numpy as np
import pytest

from tenbin.core.errors import InputError
from tenbin.transport.air_file import AirFile
from tenbin.transport.idealised_air import idealised_air


@pytest.fixture(scope="module")
def air(tmp_path_factory):
    with AirFile(
        idealised_air(tmp_path_factory.mktemp("air") / "air.nc", start="2012-02-28", days=2)
    ) as file:
        yield file


def test_its_pressure_is_what_its_fluxes_make(air):
    made = air.interval(3)
    assert np.abs(made.dry_pressure[1] - air.dry_pressure(4)).max() < 0.1  # fluxes have 24 bits
    assert np.abs(air.dry_pressure(7) - air.dry_pressure(0)).max() > 100.0
    area = air.grid.grid.area
    dry = [np.sum(air.dry_pressure(number) * area) / area.sum() for number in (0, 7)]
    assert dry[1] == pytest.approx(dry[0], rel=1e-12)


def test_it_has_dates_a_mountain_and_stirred_columns(air):
    assert str(air.times.start[4])[:10] == "2012-02-29" and not air.times.perpetual
    assert 1000.0 < air.ground.max() < 5000.0 and air.ground.min() == 0.0
    weather = air.weather(range(8))
    low, high = weather.exchange[:, 0].mean(), weather.exchange[:, -1].mean()
    assert low > 10.0 * high > 0.0
    tropics = np.abs(air.grid.grid.lat) < 10.0
    assert weather.updraft[:, :, tropics].max() > 5e-3 > weather.updraft[:, :, ~tropics].min() >= 0.0
    assert np.all(weather.updraft[:, -1] == 0.0)
    assert 190.0 < weather.temperature.min() < weather.temperature.max() < 310.0
    assert air.attributes["synthetic"] == "true" and air.steps.max() <= 4


def test_winds_change_from_interval_to_interval(air):
    east = air.weather(range(8)).east
    assert np.abs(east[4] - east[0]).max() > 0.05 * np.abs(east).max()


def test_what_makes_no_air_is_refused_at_once(tmp_path):
    with pytest.raises(InputError) as caught:
        idealised_air(tmp_path / "air.nc", start="yesterday", days=0, levels=1)
    assert {fault.name for fault in caught.value.faults} == {"start", "days", "levels"}
    assert not (tmp_path / "air.nc").exists()
