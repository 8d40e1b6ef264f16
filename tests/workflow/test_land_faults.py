"""Whatever is wrong with a run of the land is told in one go, before any work, and nothing that is not wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml
from rich.console import Console

sys.path.insert(0, str(Path(__file__).parent))

from land_weather import weather

from tenbin.core.errors import InputError
from tenbin.workflow import land_run
from tenbin.workflow.config import load_as
from tenbin.workflow.land_settings import LandConfig


@pytest.fixture
def told(tmp_path):
    """Ask for a run by a YAML text; returns the faults as texts."""

    def ask(text: str, out: Path | None = None) -> list[str]:
        path = tmp_path / "land.yaml"
        path.write_text(text)
        with pytest.raises(InputError) as caught:
            land_run.run(path, out or tmp_path / "new" / "out", Console(quiet=True))
        assert not (tmp_path / "new").exists(), "a refused run leaves nothing"
        return [str(fault) for fault in caught.value.faults]

    return ask


@pytest.fixture
def drivers(tmp_path):
    path = tmp_path / "weather.nc"
    weather().to_netcdf(path, engine="h5netcdf")
    return path


def test_faults_of_every_kind_come_together(told, tmp_path):
    (tmp_path / "file").write_text("x")
    content = {
        "drivers": str(tmp_path / "nowhere.nc"),
        "cover": str(tmp_path / "nomap.nc"),
        "restart": str(tmp_path / "none.npz"),
        "canopi": "two_leaf",
        "precision": "float16",
        "box": {"south": 60, "north": 50, "west": 10, "east": 5},
        "compute": {"backend": "address"},
        "parameters": {"life.decomposition.q10": 22, "life.decomposition.q11": 2, "leaf_share": "many"},
    }
    found = told(yaml.safe_dump(content), tmp_path / "file")
    expected = {
        "drivers: found": "no such file",
        "nomap.nc: file": "no such file",
        "none.npz: restart": "no readable file",
        "canopi": "did you mean 'canopy'?",
        "precision": "'float32' or 'float64'",
        "box.south, box.north": "found south 60, north 50, an empty box",
        "box.west, box.east": "found west 10, east 5, an empty box",
        "compute: address": "the address of a Dask scheduler",
        "parameters.life.decomposition.q10": "found 22.0, expected 1 to 4.5",
        "parameters.life.decomposition.q11": "did you mean 'life.decomposition.q10'?",
        "parameters.leaf_share": "found 'many', expected number",
        "output folder": "a file of that name",
    }
    for name, words in expected.items():
        assert any(name in fault and words in fault for fault in found), (name, found)
    assert len(found) == len(expected), found


def test_parameters_are_told_with_their_lines_when_the_file_is_only_checked(tmp_path):
    path = tmp_path / "land.yaml"
    path.write_text("parameters:\n  leaf_share: 7\n  moon: 1\n  life.decomposition.q10: .nan\n")
    with pytest.raises(InputError) as caught:
        load_as(LandConfig, path)
    names = [(fault.where, fault.name) for fault in caught.value.faults]
    keys = ("leaf_share", "moon", "life.decomposition.q10")
    assert names == [(f"{path}:{line}", f"parameters.{key}") for line, key in enumerate(keys, start=2)]


def test_keys_that_do_not_go_together_are_told_beside_those_wrong_by_themselves(told):
    found = told("settle_years: 0\nlai: prescribed\nparameters: {moon: 1}\n")
    assert len(found) == 3
    assert any("found settle_years 0 without a restart" in fault for fault in found)
    assert any("a climatology has no leaf area" in fault for fault in found)


@pytest.mark.parametrize(
    "text",
    [
        "settle_years: 0\nrestart: [a]\n",  # that there is a restart was meant
        "settle_years: 0\nrestrat: a.npz\n",
        "lai: prescribed\ndrivers: [a]\n",
        "box: {south: south, north: -70}\n",  # not above the default of -60
    ],
)
def test_no_key_is_judged_by_the_default_of_a_faulty_one(told, drivers, text):
    if "drivers" not in text:
        text += f"drivers: {drivers}\n"
    assert len(told(text)) == 1


def test_a_faulty_file_does_not_hide_what_is_wrong_with_the_weather(told, drivers, tmp_path):
    hot = weather().assign(tas=weather()["tas"] - 273.15)
    hot.to_netcdf(tmp_path / "hot.nc", engine="h5netcdf")
    found = told(f"drivers: {tmp_path / 'hot.nc'}\nseed: -1\n")
    assert any("seed" in fault for fault in found) and any("hot.nc: tas" in fault for fault in found)
