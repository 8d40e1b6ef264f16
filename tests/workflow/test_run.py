"""A whole run: resumed without a trace, redone only where it must be, and plain when it fails."""

from __future__ import annotations

import json
import shutil
import signal
import time
from pathlib import Path

import pytest

from tenbin.workflow.stages import RESULTS


def calls(out: Path) -> list[str]:
    path = out / "calls.txt"
    return path.read_text().split() if path.exists() else []


def results(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in RESULTS}


def wait_for(stage: str, out: Path) -> None:
    deadline = time.monotonic() + 30
    while stage not in calls(out):
        assert time.monotonic() < deadline, f"{stage} did not start"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def finished(tmp_path_factory, module_tenbin):
    """A run that nobody interrupted."""
    out = tmp_path_factory.mktemp("whole") / "run"
    done = module_tenbin("run", "--out", out)
    assert done.returncode == 0, done.stderr
    return out, done.stdout


def test_a_run_does_every_stage_once_and_says_what_came_out(finished):
    out, told = finished
    assert sorted(calls(out)) == sorted(["observe", "inventory", "invert", "budget", "report"])
    assert "invert: done in" in told
    assert "CH4 Tg yr-1" in told and "2010-2019" in told and "1.02" in told and "report.html" in told


def test_run_json_holds_config_versions_inputs_outputs_and_the_conservation_ledger(finished):
    content = json.loads((finished[0] / "run.json").read_text())["content"]
    assert content["config"]["period"] == {"start": 1984, "end": 2020}
    assert content["config"]["data"] == "embedded"
    assert {"numpy", "jax", "snakemake"} <= set(content["notes"]["packages"])
    assert [item["path"] for item in content["inputs"]] == sorted(
        f"{stage}.csv" for stage in ("observe", "inventory", "invert", "budget", "report")
    )
    assert set(content["notes"]["outputs"]) == set(RESULTS)
    assert len(content["conservation"]) == 5


@pytest.fixture
def copied(finished, tmp_path):
    """A copy of the finished run, its times kept, with no calls written down yet."""
    out = tmp_path / "run"
    shutil.copytree(finished[0], out)
    (out / "calls.txt").unlink()
    return out


def test_a_run_killed_half_way_resumes_to_the_same_bytes(finished, start, tenbin, tmp_path):
    out = tmp_path / "run"
    process = start("run", "--out", out, TENBIN_STUB_SLOW="invert")
    wait_for("invert", out)
    process.kill()
    process.communicate(timeout=30)
    resumed = tenbin("run", "--out", out)
    assert resumed.returncode == 0, resumed.stderr
    assert results(out) == results(finished[0])
    assert calls(out).count("observe") == 1, "what was done must be kept"


def test_control_c_ends_every_process_and_says_how_to_go_on(start, tmp_path):
    out = tmp_path / "run"
    process = start("run", "--out", out, TENBIN_STUB_SLOW="invert")
    wait_for("invert", out)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "the same command goes on from there" in errors
    assert not (out / "top_down.csv").exists() and (out / "band_means.csv").exists()


def test_only_what_depends_on_a_change_is_done_again(copied, tenbin, tmp_path):
    config = tmp_path / "run.yaml"
    config.write_text("inversion: {oh_prior_sd: 5 %}")
    assert tenbin("run", config, "--out", copied).returncode == 0
    assert {"invert", "budget", "report"} <= set(calls(copied))
    assert "inventory" not in calls(copied), "no inventory depends on the prior of OH"
    (copied / "calls.txt").unlink()
    before = results(copied)
    (copied / "ledger.csv").unlink()
    assert tenbin("run", config, "--out", copied).returncode == 0
    assert calls(copied) == ["budget", "report"], "a lost result is made again, and what depends on it"
    assert results(copied) == before


def test_a_stage_that_fails_is_named_with_its_own_words_and_status(tenbin, tmp_path):
    failed = tenbin("run", "--out", tmp_path / "run", TENBIN_STUB_FAIL="inventory")
    assert failed.returncode == 2
    assert "the stage 'inventory' failed" in failed.stderr
    assert "stub.csv: value: found -999.99, expected a number; mend the stub" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_a_quantity_that_is_not_conserved_stops_the_stage(copied, tenbin):
    failed = tenbin("budget", "--out", copied, TENBIN_STUB_RESIDUAL="1e-3")
    assert failed.returncode == 2
    assert "conservation of mass" in failed.stderr and "1.000e-03" in failed.stderr


def test_check_finds_a_result_that_was_changed_after_the_run(finished, tenbin):
    out = finished[0]
    assert tenbin("check", out).returncode == 0
    before = (out / "ledger.csv").read_bytes()
    (out / "ledger.csv").write_bytes(before + b"a line of somebody else\n")
    changed = tenbin("check", out)
    (out / "ledger.csv").write_bytes(before)
    assert changed.returncode == 2
    assert "ledger.csv: checksum" in changed.stderr


def test_a_folder_with_a_run_at_work_is_not_entered_twice(tmp_path, monkeypatch):
    from tenbin.core.errors import InputError
    from tenbin.workflow import ownership

    monkeypatch.setattr(ownership, "PATIENCE_SECONDS", 0.2)
    first, second = ownership.folder_lock(tmp_path), ownership.folder_lock(tmp_path)
    with first, pytest.raises(InputError, match="another run at work"), second:
        pass
