"""Bad weather files: every fault is named at once, with what was found, what was expected and what to do."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from tenbin.core.errors import InputError
from tenbin.data import meteorology


def messages(raw, **options):
    with pytest.raises(InputError) as caught:
        meteorology.read(raw, **options)
    assert all(fault.found and fault.expected and fault.remedy for fault in caught.value.faults)
    return [str(fault).removeprefix("Dataset: ") for fault in caught.value.faults]


def only(raw, **options):
    (message,) = messages(raw, **options)
    return message


def test_all_faults_stand_in_one_message(atmosphere):
    raw = atmosphere().drop_vars(["v", "sp"]).isel(lon=slice(0, 5))
    del raw["u"].attrs["units"]
    raw["t"] = (raw["t"] - 273.15).assign_attrs(units="K")
    raw = raw.isel(time=[0, 0, 2])
    said = messages(raw)
    for part in ("va: found no such field", "ps: found no such field", "ua (u): found no unit",
                 "lon: found a gap", "time: found twice", "ta: found 300 value"):  # fmt: skip
        assert any(message.startswith(part) for message in said), part
    assert len(said) == 6


def test_no_levels(atmosphere):
    said = messages(atmosphere().isel(level=0, drop=True))
    assert said[0].startswith("level: found no vertical dimension")


def test_levels_without_coordinate_and_hybrid_ones_without_coefficients(atmosphere):
    assert "level: found a dimension without coordinate" in only(atmosphere().drop_vars("level"))
    raw = atmosphere()
    raw["level"].attrs["units"] = "hybrid_sigma_pressure"
    assert "without hyam and hybm" in only(raw)
    raw["hyam"] = raw["hybm"] = ("level", np.linspace(0.1, 0.5, 5))
    assert only(raw).startswith("P0: found nothing")


def test_no_surface_pressure_says_how_it_can_be_derived(atmosphere):
    assert "or orog, from which it can be derived" in only(atmosphere().drop_vars("sp"))


def test_winds_without_unit_cannot_be_told_from_knots(atmosphere):
    raw = atmosphere()
    del raw["v"].attrs["units"]
    assert "va (v): found no unit" in only(raw)
    meteorology.read(raw, units={"va": "m s-1"})


def test_knots_that_are_called_metres_per_second_betray_themselves(atmosphere):
    raw = atmosphere()
    raw["u"] = raw["u"].clip(-100, 100).where(raw["u"] < 40.0, 290.0).assign_attrs(units="m s-1")
    assert "were these knots" in only(raw)


def test_a_unit_of_another_kind(atmosphere):
    raw = atmosphere()
    raw["t"].attrs["units"] = "Pa"
    assert "ta (t): found 'Pa', expected something convertible to 'K'" in only(raw)


def test_celsius_undeclared_and_kelvin_declared_celsius(atmosphere):
    raw = atmosphere()
    raw["t"] = (raw["t"] - 273.15).drop_attrs()
    assert "ta (t): found no unit" in only(raw) and "look like degC" in only(raw)
    raw = atmosphere()
    raw["t"].attrs["units"] = "C"
    assert "declared degC" in only(raw)
    np.testing.assert_allclose(meteorology.read(raw, units={"ta": "K"})["ta"].mean(), raw["t"].mean())


def test_pressure_whose_unit_nobody_can_tell(atmosphere):
    raw = atmosphere()
    raw["level"] = ("level", [5.0, 4.0, 3.0, 2.0, 1.0])
    assert "level: found no unit, and numbers up to 5" in only(raw)


def test_hectopascal_declared_pascal(atmosphere):
    raw = atmosphere()
    raw["sp"] = (raw["sp"] / 100.0).assign_attrs(units="Pa")
    assert any("look like hPa" in message for message in messages(raw))


@pytest.mark.parametrize(
    "region",
    [{"lat": slice(1, None)}, {"lat": slice(0, -1)}, {"lat": [0, 1, 3, 4, 5]}, {"lon": slice(2, None)}],
)
def test_a_part_of_the_globe(atmosphere, region):
    said = messages(atmosphere(rows=12, columns=12).isel(region))
    assert said[0].startswith(("lat: ", "lon: "))


def test_gaps_and_repeats_in_time_are_listed(atmosphere):
    raw = atmosphere(times=9).isel(time=[0, 1, 1, 2, 5, 6, 8])
    said = messages(raw)
    assert said[0].startswith("time: found twice 2010-01-01T06:00")
    assert said[1].startswith("time: found a gap after 2010-01-01T12:00, 2010-01-02T12:00")


def test_calendars_that_are_not_real_or_not_one(atmosphere):
    raw = atmosphere()
    days = {"units": "days since 2010-01-01", "calendar": "360_day"}
    unreal = raw.assign_coords(time=("time", [0.0, 1.0, 2.0], days))
    assert "calendar '360_day'" in messages(unreal)[0]
    said = messages([raw[["u", "v", "sp"]], unreal[["t"]]])
    assert any("calendars 360_day and standard" in message for message in said)


def test_months_since_is_no_time(atmosphere):
    raw = atmosphere().assign_coords(time=("time", [0, 1, 2], {"units": "Month"}))
    assert "time: found unit 'Month'" in only(raw)


def test_missing_values_in_the_air_tell_their_place(atmosphere):
    raw = atmosphere()
    raw["t"][0, 2, 3, 0] = np.nan
    assert "ta: found 1 missing value(s) above the ground, the first at 50000 Pa, 15 N, 0 E" in only(raw)


@pytest.mark.parametrize(
    ("name", "value", "said"), [("v", 300.0, "va"), ("sp", 3e4, "ps"), ("t", 400.0, "ta")]
)
def test_numbers_that_no_weather_has(atmosphere, name, value, said):
    raw = atmosphere()
    raw[name][0, ..., 1, 1] = value
    assert only(raw).startswith(f"{said}: found ")


def test_names_that_are_not_there_and_two_that_would_do(atmosphere):
    assert only(atmosphere(), names={"ua": "uu"}).startswith("ua: found no 'uu'")
    assert "'wind'" in only(atmosphere(), names={"wind": "u"})
    raw = atmosphere().rename(u="one")
    raw["two"] = raw["one"]
    for name in ("one", "two"):
        raw[name].attrs["standard_name"] = "eastward_wind"
    assert any("found one and two" in message for message in messages(raw))


def test_a_dimension_too_many_and_no_latitude(atmosphere):
    assert any(
        "also along member" in message for message in messages(atmosphere().expand_dims("member", axis=1))
    )
    assert any(
        "lat: found no such dimension" in m for m in messages(atmosphere().rename(lat="row").drop_attrs())
    )


def test_files_that_do_not_fit(atmosphere):
    raw = atmosphere()
    other = atmosphere(rows=8)
    assert any("do not fit" in message for message in messages([raw[["u", "v", "sp"]], other[["t"]]]))


def test_files_that_are_none(tmp_path):
    assert "no such file" in only(tmp_path / "absent.nc")
    assert "pass the Dataset" in only("gs://bucket/era5.zarr")
    (tmp_path / "words.nc").write_text("not weather")
    assert "nothing readable" in only(tmp_path / "words.nc")
    (tmp_path / "a.grib2").write_bytes(b"GRIB....")
    assert "convert it first" in only(tmp_path / "a.grib2")


def test_a_store_that_asks_for_pickles_is_refused(atmosphere, tmp_path):
    store = tmp_path / "bad.zarr"
    atmosphere().to_zarr(store, zarr_format=2)
    metadata = store / "u" / ".zarray"
    metadata.write_text(metadata.read_text().replace('"filters": null', '"filters": [{"id": "pickle"}]'))
    assert '"pickle"' in metadata.read_text()
    assert "pickled objects" in only(store)


def test_a_field_of_nothing(atmosphere):
    raw = atmosphere()
    raw["q"] = xr.full_like(raw["q"], np.nan).assign_attrs(units="1")
    assert only(raw).startswith("hus: found nothing but missing values")


def test_a_level_twice_and_two_kinds_of_levels(atmosphere):
    raw = atmosphere().isel(level=[0, 1, 1, 2, 3])
    assert "stands twice" in only(raw)
    raw = atmosphere()
    eta = np.linspace(0.9, 0.1, 5)
    raw = raw.assign(hyam=("lev", 0.0 * eta), hybm=("lev", eta), P0=1e5)
    raw["t"] = raw["t"].drop_vars("level").rename(level="lev")
    raw["lev"] = ("lev", 1e3 * eta, {"units": "hybrid_sigma_pressure"})
    assert "hybrid layers beside pressure levels" in only(raw)


def test_model_levels_are_no_pressures(atmosphere):
    raw = atmosphere().rename(level="model_level")
    raw["model_level"] = ("model_level", np.arange(1, 6))
    assert "without hyam and hybm" in only(raw)
    raw = raw.assign(hyam=("nhym", np.linspace(3e4, 0.0, 5)), hybm=("nhym", np.linspace(0.0, 0.99, 5)))
    made = meteorology.read(raw)
    np.testing.assert_allclose(made["level"].values[[0, -1]], [9.9e4, 3e4])


def test_the_valid_time_of_a_forecast_is_its_time(atmosphere):
    raw = atmosphere().isel(time=0)
    raw = raw.assign_coords(valid_time=np.datetime64("2010-01-05", "ns"))
    assert str(meteorology.read(raw)["time"].values[0]).startswith("2010-01-05")


def broken(raw, name, values, attrs=None):
    """`raw` with other values of one coordinate."""
    return raw.assign_coords({name: (name, np.asarray(values), attrs or {})})


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda raw: raw.drop_vars("time"), "time: found a dimension without coordinate"),
        (lambda raw: raw.drop_vars("lat"), "lat: found a dimension without coordinate"),
        (lambda raw: broken(raw, "lat", [np.nan] * 6), "lat: found values of type float64, or missing"),
        (lambda raw: broken(raw, "lon", list("abcdefgh")), "lon: found values of type <U1"),
        (lambda raw: broken(raw, "level", list("abcde")), "level: found values of type <U1"),
        (lambda raw: broken(raw, "level", range(1, 6), {"units": "m"}), "level: found unit 'm'"),
        (lambda raw: raw.isel(time=[]), "time: found no times"),
        (lambda raw: raw.isel(level=[]), "level: found nothing"),
        (lambda raw: raw.assign(u=raw["u"].astype(str)), "ua (u): found values of type <U"),
        (lambda raw: raw.assign(u=raw["u"] * np.inf), "ua: found 480 value(s) beyond"),
        (lambda raw: raw.assign(sp=raw["sp"].isel(time=0, drop=True)), "ps: found no time, where the file has 3"),
        (lambda raw: raw.assign(t=(raw["t"] * np.nan).drop_attrs()), "ta (t): found no unit and no values"),
        (lambda raw: raw.assign(u=raw["u"].assign_attrs(units="9**9**9 m")), "ua (u): found '9**9**9 m'"),
    ],
)  # fmt: skip
def test_what_is_malformed_is_one_clear_fault(atmosphere, spoil, said):
    assert only(spoil(atmosphere())).startswith(said)


@pytest.mark.parametrize("source", [[], None, 5, ["a.nc", 3]])
def test_sources_that_are_none(source):
    with pytest.raises(InputError, match="files or Datasets"):
        meteorology.read(source)


def test_winds_on_fewer_levels_than_temperature_and_motion_between_levels(atmosphere):
    raw = atmosphere()
    few = raw["u"].isel(level=[0, 2]).rename(level="plev")
    raw = raw.drop_vars("u").assign(u=few).assign_coords(plev=("plev", [1000.0, 500.0], {"units": "hPa"}))
    assert only(raw).startswith("ua: found 288 missing value(s) above the ground, the first at 85000 Pa")
    raw = atmosphere()
    raw["w"] = raw["u"].rename(level="half").assign_attrs(units="Pa s-1")
    raw = raw.assign_coords(half=("half", [925.0, 700.0, 300.0, 100.0, 30.0], {"units": "hPa"}))
    assert only(raw).startswith("wap: found levels that other fields do not have")
