"""A stage's record names the data files it read, and no other file."""

from __future__ import annotations

import json
from importlib import resources

from tenbin.core.provenance import sha256
from tenbin.workflow.config import RunConfig
from tenbin.workflow.inputs import remember_inputs, watched_inputs


def test_a_table_of_the_package_that_was_read_is_remembered_with_its_checksum(tmp_path):
    (tmp_path / "mine.csv").write_text("not a data file")
    table = resources.files("tenbin.core").joinpath("regions.yaml")
    with watched_inputs(RunConfig(data="embedded")) as found:
        (tmp_path / "mine.csv").read_text()
        table.read_text(encoding="utf-8")
    assert list(found) == ["tenbin/core/regions.yaml"]
    remember_inputs(tmp_path / "observe.json", found)
    (line,) = json.loads((tmp_path / "observe.json").read_text())["inputs"]
    assert line == {"path": "tenbin/core/regions.yaml", "sha256": sha256(str(table))}


def test_what_a_stage_says_itself_of_its_inputs_is_kept(tmp_path):
    own = {"content": {"conservation": [], "inputs": [{"path": "band_means.csv", "sha256": "a" * 64}]}}
    (tmp_path / "report.json").write_text(json.dumps(own))
    remember_inputs(tmp_path / "report.json", {})
    assert json.loads((tmp_path / "report.json").read_text()) == own


def test_files_below_the_data_folder_are_named_without_it(tmp_path, monkeypatch):
    monkeypatch.setenv("TENBIN_DATA", str(tmp_path))
    monkeypatch.setenv("TENBIN_CACHE", str(tmp_path / "no cache"))
    (tmp_path / "inventory").mkdir()
    (tmp_path / "inventory" / "x.csv").write_text("1")
    with watched_inputs(RunConfig(data="full")) as found:
        (tmp_path / "inventory" / "x.csv").read_text()
    assert list(found) == ["inventory/x.csv"]
