"""Provenance: a file is whole or not there, equal runs have equal records, a broken law fails loudly."""

import json
import os

import pytest

from tenbin.core.errors import ConservationError, Fault, InputError, raise_if_any
from tenbin.core.provenance import RunRecord, atomic_path, read_json, sha256, write_json


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    target = tmp_path / "new" / "ledger.csv"
    with atomic_path(target) as partial:
        partial.write_text("gas\n")
        assert partial.suffix == ".csv"
        assert not target.exists()
    assert target.read_text() == "gas\n"
    assert os.listdir(target.parent) == ["ledger.csv"]


def test_a_failure_leaves_the_old_file_and_no_litter(tmp_path):
    target = tmp_path / "ledger.csv"
    target.write_text("old")
    with pytest.raises(KeyboardInterrupt), atomic_path(target) as partial:
        partial.write_text("half")
        raise KeyboardInterrupt
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["ledger.csv"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="writable folder"), atomic_path(tmp_path / "file" / "out.csv"):
        pass


def test_the_checksum_is_that_of_the_bytes(tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    assert sha256(tmp_path / "empty").startswith("e3b0c44298fc1c14")


def test_equal_runs_have_equal_content_whenever_they_happen(tmp_path):
    (tmp_path / "input.csv").write_text("1")
    records = [RunRecord(stage="budget", config={"years": [1984, 2020]}, started=str(i)) for i in range(2)]
    for i, record in enumerate(records):
        record.add_input(tmp_path / "input.csv")
        record.conserve("mass", 1e-15, 1e-9, "globe")
        record.write(tmp_path / f"{i}.json")
    first, second = (read_json(tmp_path / f"{i}.json") for i in range(2))
    assert json.dumps(first["content"]) == json.dumps(second["content"])
    assert first["occasion"]["started"] != second["occasion"]["started"]


@pytest.mark.parametrize("residual", [1e-3, -1e-3, float("nan")])
def test_a_broken_conservation_law_is_written_and_then_fails_loudly(tmp_path, residual):
    record = RunRecord()
    record.conserve("carbon", residual, 1e-9, "1991")
    record.conserve("nitrogen", 0.0, 1e-9)
    with pytest.raises(ConservationError, match="carbon") as caught:
        record.write(tmp_path / "run.json")
    assert len(caught.value.faults) == 1
    assert (tmp_path / "run.json").exists()


def test_a_truncated_record_is_an_input_error_with_a_remedy(tmp_path):
    (tmp_path / "run.json").write_text('{"content": ')
    with pytest.raises(InputError, match="run the stage"):
        read_json(tmp_path / "run.json")
    with pytest.raises(InputError, match="no such file"):
        read_json(tmp_path / "none.json")


def test_json_refuses_what_it_cannot_tell(tmp_path):
    with pytest.raises(TypeError, match="no JSON form"):
        write_json(tmp_path / "x.json", {"what": object()})
    assert os.listdir(tmp_path) == []


def test_every_fault_is_listed():
    faults = [Fault("config.yaml", name, "1", "2", "mend it") for name in ("a", "b", "c")]
    with pytest.raises(InputError) as caught:
        raise_if_any(iter(faults))
    assert str(caught.value).count("config.yaml") == 3
    raise_if_any([])
