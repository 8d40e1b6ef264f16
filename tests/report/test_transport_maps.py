"""The picture of a run of the air: units that read well, areas that count, and air that is made up says so."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from tenbin.report import transport_maps
from tenbin.report.transport_maps import Shown, figure, shown_in


def fields(names=("co2",), values=390e-6, **attributes):
    lat, lon = np.linspace(-90.0, 90.0, 7), np.linspace(-180.0, 180.0, 9)
    shape = (2, 3, 6, 8)
    made = {name: (("time", "level", "lat", "lon"), np.broadcast_to(values, shape)) for name in names}
    days = np.array([["2010-01-01", "2010-02-01"], ["2010-02-01", "2010-02-11"]], "datetime64[ns]")
    coords = {
        "time_bnds": (("time", "bound"), days),
        "lat_bnds": (("lat", "bound"), np.stack([lat[:-1], lat[1:]], 1)),
        "lon_bnds": (("lon", "bound"), np.stack([lon[:-1], lon[1:]], 1)),
        "hybrid_a": ("edge", np.array([0.0, 5e3, 1e4, 100.0])),
        "hybrid_b": ("edge", np.array([1.0, 0.6, 0.1, 0.0])),
    }
    return xr.Dataset(made, coords, attributes)


def titles(drawn):
    return [ax.get_title("left") for ax in drawn.axes if ax.get_title("left")]


@pytest.mark.parametrize(
    ("greatest", "unit"),
    [(390e-6, "ppm"), (1.8e-6, "ppb"), (325e-9, "ppb"), (7e-12, "ppt"), (2e-20, "10⁻²⁰ mol mol⁻¹")],
)
def test_units_are_those_of_the_literature(greatest, unit):
    shown = shown_in(greatest)
    assert shown.unit == unit and 0.1 <= greatest * shown.factor < 1e4
    assert shown_in(0.0) == Shown("mol mol⁻¹", 1.0)


def test_months_count_by_their_length():
    values = np.array([400e-6, 442e-6])[:, None, None, None]
    drawn = figure(fields(values=values))
    mesh = drawn.axes[0].collections[0]
    assert np.allclose(mesh.get_array(), 400.0 + 42.0 * 10 / 41)  # 31 days and 10


def test_made_up_air_says_so_and_dates_are_told():
    told = figure(fields(synthetic="true", air="winds of a formula"))._suptitle.get_text()
    assert "SYNTHETIC" in told and "2010-01-01 to 2010-02-10" in told
    told = figure(fields(synthetic="true", air="SYNTHETIC meteorology"))._suptitle.get_text()
    assert told.count("SYNTHETIC") == 1
    assert "SYNTHETIC" not in figure(fields(air="ERA5"))._suptitle.get_text()


def test_hundreds_of_pulses_are_not_all_drawn():
    drawn = figure(fields(names=[f"p{number}" for number in range(30)]))
    assert len(titles(drawn)) == 2 * transport_maps.MOST
    assert "of 30 tracers" in drawn._suptitle.get_text()


def test_air_all_alike_shows_no_pattern_of_rounding():
    values = 390e-6 * (1.0 + 1e-9 * np.random.default_rng(0).normal(size=(2, 3, 6, 8)))
    mesh = figure(fields(values=values)).axes[0].collections[0]
    low, high = mesh.get_clim()
    assert high - low > 1e-7 * high and np.ptp(mesh.get_array()) < 0.02 * (high - low)
    figure(fields(values=0.0))  # nor does nothing at all


def test_the_picture_is_written(tmp_path):
    transport_maps.write_figure(fields(), tmp_path / "transport.png")
    assert (tmp_path / "transport.png").stat().st_size > 10_000
