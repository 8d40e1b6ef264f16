"""Real weather as air through faces: bad files are refused with reasons, good ones keep a uniform ratio."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import xarray as xr

from tenbin.core.arrays import jax, jnp
from tenbin.core.errors import InputError
from tenbin.data import meteorology
from tenbin.data.meteorology import csm, era5_tl31, gfs, ifs
from tenbin.data.meteorology.relief import relief_on
from tenbin.transport.advection_steps import steps_needed, windiest
from tenbin.transport.air_grid import AirGrid, hybrid_layers, merged_cells, polar_grid
from tenbin.transport.mass_fluxes import Interval, Winds, layer_means
from tenbin.transport.meteorology import Rules, driven, seconds_of, there_and_back
from tenbin.transport.sweeps import Advection, advect, flow_of

CELLS = polar_grid(10, 12)
GRID = AirGrid(CELLS, *hybrid_layers(8), merged_cells(CELLS))
LAND = np.zeros(GRID.grid.shape)
HOURS = np.timedelta64(1, "h")


def weather(times: int = 3, step: int = 6, mountain: bool = False) -> xr.Dataset:
    """Weather of a formula on 10 degrees and six levels, from the top and from the north, with its ground."""
    lat, lon = np.arange(85.0, -90.0, -10.0), np.arange(0.0, 360.0, 10.0)
    pressure = np.array([100.0, 300.0, 500.0, 700.0, 850.0, 1000.0])
    y, x = np.radians(lat)[:, None], np.radians(lon)[None]
    p, hour = pressure[None, :, None, None], step * np.arange(times)[:, None, None, None]
    nothing = np.zeros((times, 6, 18, 36))
    height = 1500.0 * np.cos(2.0 * y) ** 2 * np.cos(x) ** 2 * mountain
    ps = 1.0e5 * np.exp(-height / 8000.0) + 300.0 * np.cos(y) * np.cos(x - 0.05 * hour[:, 0]) - 300.0
    warm = 220.0 + 75.0 * np.cos(y) * (p / 1000.0) + nothing
    fields = {
        "u": (25.0 * np.cos(y) * (1.2 - p / 1000.0) + nothing, "m s-1"),
        "v": (6.0 * np.cos(y) * np.sin(3.0 * x - 0.05 * hour) + nothing, "m s-1"),
        "t": (warm, "K"),
        "q": (0.01 * np.cos(y) ** 2 * (p / 1000.0) ** 3 + nothing, "kg kg-1"),
    }
    dims = ("time", "level", "lat", "lon")
    made = xr.Dataset({name: (dims, one, {"units": unit}) for name, (one, unit) in fields.items()})
    made["sp"] = (("time", "lat", "lon"), ps, {"units": "Pa"})
    return made.assign_coords(
        time=np.datetime64("2010-06-01", "ns") + step * HOURS * np.arange(times),
        level=("level", pressure, {"units": "hPa"}),
        lat=("lat", lat, {"units": "degrees_north"}),
        lon=("lon", lon, {"units": "degrees_east"}),
    )


def arrays(interval: Interval) -> list[jax.Array]:
    return [jnp.asarray(x) for x in (interval.east, interval.north, *interval.dry_pressure)]


def messages(call) -> list[str]:
    with pytest.raises(InputError) as caught:
        call()
    assert all(fault.found and fault.expected and fault.remedy for fault in caught.value.faults)
    return [str(fault) for fault in caught.value.faults]


def refused(raw: xr.Dataset, rules: Rules | None = None, **options) -> list[str]:
    """What `driven` says before any work."""
    data = meteorology.read(raw, require=(), check_times=0, **options)
    return messages(lambda: driven(data, GRID, LAND, rules=rules))


def test_intervals_follow_each_other_and_close():
    data = meteorology.read(weather(4))
    made = list(driven(data, GRID, LAND))
    assert [one.number for one in made] == [0, 1, 2] and seconds_of(data) == 6 * 3600.0
    for one, after in zip(made, made[1:], strict=False):
        np.testing.assert_array_equal(one.interval.dry_pressure[1], after.interval.dry_pressure[0])
    for one in made:
        assert (one.exchange > 0.0).all() and (one.updraft >= 0.0).all()
        assert one.exchange.shape == one.updraft.shape == (7, 10, 12)
        assert one.temperature.min() > 200.0 and one.steps > 0


def test_reversed_axes_make_the_same_air():
    raw = weather(2)
    turned = raw.isel(lat=slice(None, None, -1), level=slice(None, None, -1), time=slice(None, None, -1))
    shifted = raw.assign_coords(lon=(raw["lon"] + 180.0) % 360.0 - 180.0)
    straight = list(driven(meteorology.read(raw), GRID, LAND))
    for other in (turned, shifted):
        for one, same in zip(straight, driven(meteorology.read(other), GRID, LAND), strict=True):
            for a, b in zip(jax.tree.leaves(one[1:]), jax.tree.leaves(same[1:]), strict=True):
                np.testing.assert_array_equal(a, b)


def test_nothing_below_the_ground_is_what_it_should_be():
    """Values that are missing under a mountain change nothing but what air close above it is taken to be."""
    raw = weather(2, mountain=True)
    level = 100.0 * raw["level"]
    under = level > raw["sp"] + 2000.0
    assert bool(under.any())
    holes = raw.copy()
    for name in ("u", "v", "t", "q"):
        holes[name] = raw[name].where(~under).transpose(*raw[name].dims)
    whole, holed = (next(driven(meteorology.read(one), GRID, LAND)) for one in (raw, holes))
    for one in (holed.interval.east, holed.temperature, holed.exchange, holed.updraft):
        assert np.isfinite(one).all()
    np.testing.assert_allclose(holed.interval.dry_pressure[0], whole.interval.dry_pressure[0], rtol=2e-4)
    assert abs(holed.temperature - whole.temperature).max() < 8.0
    assert abs(holed.temperature - whole.temperature).mean() < 0.3


def test_the_ground_between_two_levels_has_what_is_between_them():
    """What is linear in pressure has as its mean the pressure of a layer, whatever stands far below the ground."""
    lat, lon = np.linspace(-85.0, 85.0, 18), np.arange(-180.0, 180.0, 10.0)
    pressure = np.array([1000.0, 925.0, 850.0, 700.0, 500.0, 200.0]) * 100.0
    shape = (6, 18, 36)
    column = np.where(
        pressure > 9.3e4, 1e9, pressure
    )  # 1000 hPa is farther below 880 hPa than the level at 925
    field = np.broadcast_to(column[:, None, None], shape)
    ps, nothing = np.full(shape[1:], 88000.0), np.zeros(shape)
    winds = Winds(lat, lon, pressure, nothing, nothing, nothing, ps)
    found = layer_means(winds, field, GRID)[:, 4, 4]
    faces = GRID.a + GRID.b * 88000.0
    inside = faces[1:] > 20000.0
    np.testing.assert_allclose(found[inside], (0.5 * (faces[1:] + faces[:-1]))[inside], rtol=1e-12)


def test_missing_values_in_the_air_are_found_where_they_are():
    raw = weather(3)
    raw["t"][1, 2, 5, 7] = np.nan
    (said,) = refused(raw)
    assert "ta: found 1 missing value(s) above the ground, the first at 50000 Pa, 35 N, 70 E" in said


def test_faults_of_times_not_looked_at_come_when_their_turn_does():
    raw = weather(9)
    raw["u"][5, 2, 5, 7] = np.nan
    data = meteorology.read(raw, check_times=0)
    stream = driven(data, GRID, LAND, rules=Rules(check_times=2))
    assert len([next(stream) for _ in range(4)]) == 4
    assert "missing value(s) above the ground" in messages(lambda: next(stream))[0]


def test_winds_without_levels():
    raw = weather(2).isel(level=0, drop=True)
    assert "no vertical dimension" in messages(lambda: meteorology.read(raw))[0]
    bare = xr.Dataset({"ua": (("time", "lat", "lon"), np.zeros((1, 2, 2)))})
    said = messages(lambda: driven(bare, GRID, LAND))
    assert said[0].startswith("meteorology: level: found no levels")
    assert [line.split(": ")[1] for line in said] == ["level", "va", "ta", "hus", "ps"]


def test_missing_surface_pressure_says_how_to_make_it():
    (said,) = refused(weather(2).drop_vars("sp"))
    assert "ps: found no such field" in said
    assert "read it together with zg and orog" in said and "names={'ps': ...}" in said
    assert "relief_on" in said


def test_all_that_is_missing_is_said_at_once():
    data = meteorology.read(weather(2).drop_vars(["sp", "q"]), require=(), check_times=0)
    said = messages(lambda: driven(data, GRID))
    assert [line.split(": ")[1] for line in said] == ["hus", "ps", "land"]
    assert "Rules(dry=True)" in said[0]


def test_land_that_does_not_fit():
    data = meteorology.read(weather(2))
    assert "expected (10, 12), 0 to 1" in messages(lambda: driven(data, GRID, np.zeros((3, 4))))[0]
    assert "land" in messages(lambda: driven(data, GRID, LAND + 2.0))[0]


def test_a_gap_in_time_is_named():
    raw = weather(8).isel(time=[0, 1, 2, 3, 6, 7])
    assert "a gap after 2010-06-01T18:00" in messages(lambda: meteorology.read(raw))[0]
    # what was cut out after reading is found, too
    data = meteorology.read(weather(8)).isel(time=[0, 1, 2, 3, 6, 7])
    assert "a gap after 2010-06-01T18:00" in messages(lambda: driven(data, GRID, LAND))[0]
    days = meteorology.read(weather(3, step=48))
    said = messages(lambda: driven(days, GRID, LAND))
    assert "48 h between 2010-06-01T00:00 and 2010-06-03T00:00" in said[0] and "Rules(longest=...)" in said[0]
    assert len(list(driven(days, GRID, LAND, rules=Rules(longest=48.0)))) == 2
    assert seconds_of(days) == 172800.0


def test_uneven_steps_of_time_are_refused():
    data = meteorology.read(weather(4, step=4)).isel(time=[0, 1, 3])
    data = data.assign_coords(time=data["time"].values[0] + np.array([0, 4, 9]) * HOURS)
    assert "found steps of 4 and 5 h, expected even steps" in messages(lambda: driven(data, GRID, LAND))[0]


def test_an_order_beyond_the_times():
    data = meteorology.read(weather(2))
    assert "expected 0 to 1" in messages(lambda: driven(data, GRID, LAND, order=[0, 1, 2]))[0]


def test_garbage_winds_are_refused_with_place_and_value():
    raw = weather(2)
    raw["u"][1, 2, 9, 3] = 1000.0
    said = refused(raw, Rules(most_steps=3))
    assert any("ua: found 1 value(s) beyond" in line for line in said)
    assert any("ua: found 1000 m/s at 50000 Pa, -5 N, 30 E, 2010-06-01T06:00: " in line for line in said)
    assert any("expected at most 3 steps of advection" in line for line in said)


def test_strong_winds_are_allowed_if_the_steps_are():
    data = meteorology.read(weather(2))
    assert (
        "more times, or accept it: Rules(most_steps=...)"
        in messages(lambda: next(driven(data, GRID, LAND, rules=Rules(most_steps=0))))[0]
    )
    wild = data.assign(ua=data["ua"] * 6.0)
    assert next(driven(wild, GRID, LAND)).interval.east.max() > 0.0


def test_a_storm_that_only_the_flow_shows_is_refused():
    """Surface pressure that leaps asks for winds that no point had."""
    raw = weather(2)
    raw["sp"][1] = raw["sp"][1] - 40000.0 * (np.cos(np.radians(raw["lon"])) > 0.7)
    data = meteorology.read(raw)
    cells = polar_grid(19, 36)
    fine = AirGrid(cells, *hybrid_layers(8), merged_cells(cells))
    stream = driven(data, fine, np.zeros(cells.shape), rules=Rules(most_steps=1))
    assert "winds: found 1 steps in 21600 s are not enough" in messages(lambda: next(stream))[0]


def test_calendars_are_not_mixed():
    first, second = weather(2), weather(2)
    hours = np.array([12, 18])
    second = second.assign_coords(
        time=("time", hours, {"units": "hours since 2010-06-01", "calendar": "noleap"})
    )
    said = messages(lambda: meteorology.read([first, second]))
    assert any("calendar" in line for line in said)


def test_gaps_in_fields_of_the_ground():
    raw = weather(2)
    raw["t2m"] = (raw["sp"] * 0.0 + 290.0).assign_attrs(units="K")
    raw["t2m"][0, 3, 3] = np.nan
    (said,) = refused(raw)
    assert "tas: found 1 missing value(s)" in said and "drop_vars('tas')" in said


def test_an_interval_says_the_steps_that_advection_asks_for():
    for one in driven(meteorology.read(weather(3)), GRID, LAND):
        flow, mass = flow_of(*arrays(one.interval), 6 * 3600.0, GRID)
        assert one.steps == steps_needed(flow, mass, 6 * 3600.0, GRID)


def test_the_cell_that_is_blown_away_first_is_named():
    made = next(driven(meteorology.read(weather(2)), GRID, LAND)).interval
    made.east[3, 5, 7] *= 50.0
    flow, mass = flow_of(*arrays(made), 6 * 3600.0, GRID)
    level, row, column = windiest(flow, mass, GRID)
    assert row == 5 and column in (7, 8)
    place = f"layer {level}, {GRID.grid.lat[row]:g} N, {GRID.grid.lon[column]:g} E"
    assert place in messages(lambda: steps_needed(flow, mass, 6 * 3600.0, GRID, most_steps=2))[0]


def test_air_without_humidity_may_be_accepted():
    data = meteorology.read(weather(2).drop_vars("q"), require=())
    one = next(driven(data, GRID, LAND, rules=Rules(dry=True)))
    assert one.updraft.max() == 0.0


def test_to_and_fro_without_a_jump():
    course = there_and_back(8, 40)
    assert len(course) == 41 and set(np.abs(np.diff(course))) == {1} and set(course) == set(range(8))
    assert there_and_back(1, 3) == [0, 0, 0, 0]


def test_relief_is_flat_at_sea_and_tall_in_tibet():
    try:
        relief = relief_on(np.arange(-90.0, 91.0, 10.0), np.arange(-180.0, 180.0, 10.0))["orog"]
    except InputError as error:
        assert "etopo" in str(error)
        pytest.skip("needs the relief of the catalog")
    assert float(relief.sel(lat=0.0, lon=-140.0)) == 0.0
    assert float(relief.sel(lat=30.0, lon=90.0)) > 3500.0
    weight = np.cos(np.radians(relief["lat"]))
    assert float(relief.weighted(weight).mean()) == pytest.approx(235.0, abs=30.0)  # 800 m of land on 29 %


def products():
    def with_relief(reader):
        bare = reader.read()
        return reader.read(orog=relief_on(bare["lat"].values, bare["lon"].values))

    return {
        "ifs": (lambda: with_relief(ifs), there_and_back(8, 40)),
        "gfs_january": (lambda: gfs.read(file=gfs.FILES[0]), [0] * 41),
        "gfs_october": (lambda: gfs.read(file=gfs.FILES[1]), [0] * 41),
        "era5": (lambda: with_relief(era5_tl31), [0] * 41),
        "csm": (csm.read, [0] * 41),
    }


@pytest.mark.parametrize("name", list(products()))
def test_ten_days_of_real_winds_keep_a_uniform_ratio(name):
    make, order = products()[name]
    try:
        data = make()
    except InputError:
        pytest.skip("needs the weather files of the catalog")
    how, ratio, tracer = Advection(GRID, "slopes", steps=4), 3e-6, None
    move = jax.jit(partial(advect, seconds=6 * 3600.0, how=how))
    for one in driven(data, GRID, LAND, order, Rules(dry=name == "csm")):
        flow, mass = flow_of(*arrays(one.interval), 6 * 3600.0, GRID)
        assert steps_needed(flow, mass, 6 * 3600.0, GRID) <= how.steps
        tracer = ratio * mass if tracer is None else tracer
        tracer, after = move(tracer, mass, flow)
    assert float(jnp.max(jnp.abs(tracer / (ratio * after) - 1.0))) < 1e-10
