"""What is wrong with folders, data and stations is known before any work is done."""

from __future__ import annotations

import pytest

from tenbin.core.errors import InputError
from tenbin.workflow.config import RunConfig
from tenbin.workflow.data_faults import stations_with_data
from tenbin.workflow.preflight import RESOLVED, prepare, settle


@pytest.fixture(autouse=True)
def embedded(monkeypatch):
    monkeypatch.delenv("TENBIN_DATA", raising=False)


def words_of(config_path, out) -> str:
    with pytest.raises(InputError) as caught:
        prepare(config_path, out)
    return str(caught.value)


def test_a_new_folder_gets_the_resolved_configuration(tmp_path):
    config, folder = prepare(None, tmp_path / "a" / "run")
    assert config.data == "embedded"
    assert (folder / RESOLVED).is_file()
    assert {path.name for path in folder.iterdir()} == {RESOLVED}


def test_the_same_configuration_is_not_written_twice(tmp_path):
    _, folder = prepare(None, tmp_path / "run")
    before = (folder / RESOLVED).stat().st_mtime_ns
    prepare(None, folder)
    assert (folder / RESOLVED).stat().st_mtime_ns == before


def test_a_stage_keeps_the_configuration_of_its_folder(tmp_path):
    asked = tmp_path / "run.yaml"
    asked.write_text("period: {start: 1990, end: 2000}")
    prepare(asked, tmp_path / "run")
    config, _ = prepare(None, tmp_path / "run", keeps=True)
    assert config.period.start == 1990


def test_a_folder_of_somebody_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    assert "other files (thesis.tex)" in words_of(None, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_in_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "run").write_text("x")
    assert "found a file of that name" in words_of(None, tmp_path / "run")


@pytest.mark.parametrize("below", ["run", "a/b/run"])
def test_a_folder_that_cannot_be_written_is_named(below):
    assert "a place that cannot be written" in words_of(None, f"/proc/{below}")


def test_faults_of_configuration_and_folder_come_together_and_leave_nothing(tmp_path):
    asked = tmp_path / "run.yaml"
    asked.write_text("perod: {}\ndata: internet\n")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("x")
    text = words_of(asked, tmp_path / "full")
    assert len(text.splitlines()) == 3
    words_of(asked, tmp_path / "new" / "run")
    assert not (tmp_path / "new").exists()


def test_a_fault_of_the_file_does_not_hide_what_is_wrong_with_the_data(tmp_path):
    asked = tmp_path / "run.yaml"
    asked.write_text("perod: {}\ninversion: {oh_prior_sd: 50 ppm}\ndata: embedded\nstations: {only: [MLO]}\n")
    assert "choice of stations (MLO)" not in words_of(asked, tmp_path / "run"), "the period is in doubt"
    asked.write_text("inversion: {oh_prior_sd: 50 ppm}\ndata: embedded\nstations: {only: [MLO]}\n")
    text = words_of(asked, tmp_path / "run")
    assert "oh_prior_sd" in text and "choice of stations (MLO)" in text


def test_a_data_folder_that_is_not_there_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("TENBIN_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match=r"TENBIN_DATA.*nowhere"):
        settle(RunConfig())


def test_full_data_without_the_files_of_a_network_names_them(monkeypatch, tmp_path):
    monkeypatch.setenv("TENBIN_DATA", str(tmp_path))
    monkeypatch.setenv("TENBIN_CACHE", str(tmp_path / "cache"))
    with pytest.raises(InputError, match=r"networks: noaa_flask: found none of its files"):
        settle(RunConfig())


def test_stations_cannot_be_chosen_among_band_means():
    with pytest.raises(InputError, match="band means only"):
        settle(RunConfig.model_validate({"stations": {"only": ["MLO"]}}))


def test_a_station_with_no_data_in_the_period_is_named(monkeypatch, data_root):
    monkeypatch.setenv("TENBIN_DATA", str(data_root))
    wishes = {
        "networks": ["noaa_flask"],
        "gases": ["co2"],
        "stations": {"only": ["MLO", "XYZ"], "exclude": ["QQQ"]},
    }
    with pytest.raises(InputError) as caught:
        settle(RunConfig.model_validate(wishes))
    assert [fault.name for fault in caught.value.faults] == ["stations: XYZ", "stations: QQQ"]
    assert "MLO" in caught.value.faults[0].expected


def test_a_gas_that_no_chosen_network_measures_is_named(monkeypatch, data_root):
    monkeypatch.setenv("TENBIN_DATA", str(data_root))
    with pytest.raises(InputError, match=r"gases: n2o.*halocarbon_n2o"):
        settle(RunConfig.model_validate({"networks": ["noaa_flask"]}))


def test_the_south_pole_speaks_in_the_flask_network(monkeypatch, data_root):
    monkeypatch.setenv("TENBIN_DATA", str(data_root))
    wishes = {"networks": ["noaa_flask"], "gases": ["co2"], "period": {"start": 1990, "end": 1999}}
    assert "SPO" in stations_with_data(RunConfig.model_validate(wishes))
