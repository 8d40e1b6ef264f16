"""The configuration: what it accepts, and how it tells all that is wrong in one go."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tenbin.core.errors import InputError
from tenbin.workflow.config import RunConfig, load_config
from tenbin.workflow.template import commented_defaults, describe


@pytest.fixture
def faults(tmp_path):
    """Write a YAML text and return the faults found in it, as texts."""

    def find(text: str) -> list[str]:
        path = tmp_path / "run.yaml"
        path.write_text(text)
        with pytest.raises(InputError) as caught:
            load_config(path)
        return [str(fault) for fault in caught.value.faults]

    return find


def test_without_a_file_the_defaults_hold():
    config = load_config(None)
    assert (config.period.start, config.period.end) == (1984, 2020)
    assert config.gases == ("co2", "ch4", "n2o")
    assert config.period.spin_up_start == 1978


def test_the_commented_defaults_read_back_as_the_defaults(tmp_path):
    path = tmp_path / "run.yaml"
    path.write_text(commented_defaults())
    assert load_config(path) == RunConfig()
    assert load_config(_written(tmp_path, describe(path))) == RunConfig()


def _written(folder, text):
    path = folder / "again.yaml"
    path.write_text(text)
    return path


def test_every_key_of_the_commented_defaults_is_explained():
    lines = commented_defaults().splitlines()
    keys = [number for number, line in enumerate(lines) if line and not line.lstrip().startswith("#")]
    assert all(lines[number - 1].lstrip().startswith("#") for number in keys)


def test_a_missing_file_is_named_with_the_way_to_make_one(tmp_path):
    with pytest.raises(InputError, match=r"nothing\.yaml.*no such file.*tenbin config > run\.yaml"):
        load_config(tmp_path / "nothing.yaml")


def test_three_faults_are_all_listed_with_their_lines(faults):
    found = faults("perod: {}\ngases: [co2, sf6]\ninversion:\n  oh_prior_sd: 50 ppm\n")
    assert len(found) == 3
    text = "\n".join(found)
    assert "run.yaml:1: perod: found an unknown key" in text and "did you mean 'period'?" in text
    assert "run.yaml:2: gases.1: found 'sf6', expected 'co2', 'ch4' or 'n2o'" in text
    assert "run.yaml:4: inversion.oh_prior_sd: found '50 ppm' in the wrong unit 'ppm'" in text


def test_an_unknown_key_lists_the_accepted_ones(faults):
    (fault,) = faults("inversion: {zzz: 1}")
    assert "inversion.zzz" in fault and "prior_sd, correlation_time" in fault


@pytest.mark.parametrize("text", ["period: {start: 2010, end: 2009}", "period: {start: 2010, end: 1999}"])
def test_a_period_that_ends_before_it_starts_is_empty(faults, text):
    (fault,) = faults(text)
    assert "an empty period" in fault and "at or after the start 2010" in fault


@pytest.mark.parametrize(
    "text",
    [
        "period:",
        "period: 2010",
        "period: {start: '2010'}",
        "period: {start: 2010.5}",
        "period: {start: 1900}",
        "gases: []",
        "gases: co2",
        "gases: [co2, co2]",
        "inversion: {prior_sd: 0.3}",
        "inversion: {prior_sd: {co2: 50 ppm}}",
        "inversion: {prior_sd: {co2: true}}",
        "inversion: {prior_sd: {co2: .nan}}",
        "inversion: {prior_sd: {co2: [0.3]}}",
        "inversion: {prior_sd: {co2: -10 %}}",
        "inversion: {correlation_time: 2 km}",
        "inversion: {random_seed: 1.5}",
        "stations: {only: MLO}",
        "data: internet",
        "compute: {workers: 0}",
        "out: ''",
    ],
)
def test_what_makes_no_sense_is_refused_with_what_would(faults, text):
    (fault,) = faults(text)
    assert "found" in fault and "expected" in fault


def test_a_key_given_twice_is_a_fault(faults):
    (fault,) = faults("data: full\ndata: embedded\n")
    assert "the key twice, on lines 1 and 2" in fault


@pytest.mark.parametrize("text", ["- a\n- b\n", "just words", "a: [1, 2", "a: !!python/object:os.system x"])
def test_what_is_no_set_of_keys_is_refused(faults, text):
    assert len(faults(text)) == 1


@pytest.mark.parametrize(
    ("written", "years"), [("2", 2.0), ("2 yr", 2.0), ("18 months", 1.5), ("2e0", 2.0), ("+2.0 years", 2.0)]
)
def test_a_time_may_be_written_with_its_unit(tmp_path, written, years):
    path = tmp_path / "run.yaml"
    path.write_text(f"inversion: {{correlation_time: {written}}}")
    assert load_config(path).inversion.correlation_time == pytest.approx(years)


@given(st.floats(1.0, 90.0))
def test_a_percentage_is_a_hundredth(percent):
    config = RunConfig.model_validate({"inversion": {"oh_prior_sd": f"{percent!r} %"}})
    assert config.inversion.oh_prior_sd == pytest.approx(percent / 100)


@given(st.text(max_size=20))
def test_no_text_breaks_the_reader_of_quantities(text):
    try:
        value = RunConfig.model_validate({"inversion": {"oh_prior_sd": text}}).inversion.oh_prior_sd
    except ValueError:
        return
    assert 0 < value <= 1


def test_the_resolved_configuration_survives_its_own_file(tmp_path):
    config = RunConfig.model_validate({"data": "embedded", "stations": {"only": ["mlo"]}, "gases": ["ch4"]})
    path = tmp_path / "resolved.yaml"
    path.write_text(yaml.safe_dump(config.resolved()))
    assert load_config(path).resolved() == config.resolved()
    assert config.stations.only == ("MLO",)


def test_wishes_reach_the_inversion_in_its_own_words():
    wishes = {"period": {"start": 1990, "end": 2000}, "gases": ["ch4"]}
    wishes["inversion"] = {
        "prior_sd": {"ch4": "45 %"},
        "representation_error": {"ch4": 9},
        "oh_prior_sd": 0.2,
    }
    settings = RunConfig.model_validate(wishes).balance_settings()
    assert (settings.year_start, settings.year_end, settings.gases) == (1990, 2000, ("ch4",))
    assert settings.emission["ch4"].annual == pytest.approx(0.45)
    assert settings.observation["ch4"].offset == 9
    assert settings.oh_scale_sd == 0.2
