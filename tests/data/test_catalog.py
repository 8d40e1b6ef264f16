"""The catalog says truly what each file is, and finds it or says how to get it."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tenbin.core.errors import InputError
from tenbin.data import catalog

BODY = b"year,value\n2000,1.0\n"


def entry(**changes):
    file = {"path": "folder/a.csv", "sha256": hashlib.sha256(BODY).hexdigest(), "size": len(BODY)}
    return {
        "name": "thing",
        "title": "A thing",
        "producer": "Someone",
        "version": "1",
        "licence": "CC0",
        "licence_class": "A",
        "citation": "Someone (2020)",
        "reader": "tenbin.data.thing",
        "files": [file],
    } | changes


@pytest.fixture
def empty_roots(tmp_path, monkeypatch):
    """A data root and a cache, both empty, and nothing else to look in."""
    root, cache = tmp_path / "root", tmp_path / "cache"
    root.mkdir()
    monkeypatch.setenv("TENBIN_DATA", str(root))
    monkeypatch.setenv("TENBIN_CACHE", str(cache))
    return root, cache


@pytest.fixture
def thing(monkeypatch):
    made = catalog.Product(**entry())
    monkeypatch.setattr(catalog, "load", lambda: {"thing": made})
    return made


def put(root: Path, body: bytes = BODY) -> Path:
    path = root / "folder" / "a.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return path


def written(tmp_path: Path, *entries: dict) -> Path:
    path = tmp_path / "catalog.yaml"
    path.write_text(yaml.safe_dump({"products": list(entries)}))
    return path


def test_every_product_is_credited_and_has_its_reader():
    for product in catalog.load().values():
        assert product.producer and product.citation and product.licence
        assert importlib.util.find_spec(product.reader), f"{product.name}: no module {product.reader}"


def test_what_may_not_be_redistributed_is_never_downloaded():
    unclear = [product for product in catalog.load().values() if product.licence_class == "C"]
    assert [product.name for product in unclear] == ["wdcgg", "met_era_interim_means", "gems_xco2_model"]
    assert all(product.url(file) is None for product in unclear for file in product.files)


def test_nothing_of_an_unclear_licence_stands_in_the_package():
    forbidden = {file.sha256 for p in catalog.load().values() if p.licence_class == "C" for file in p.files}
    package = Path(catalog.__file__).parent
    held = {hashlib.sha256(path.read_bytes()).hexdigest() for path in package.rglob("*") if path.is_file()}
    assert not forbidden & held
    assert not [path for path in package.rglob("*") if "wdcgg" in path.name and path.suffix != ".py"
                and path.suffix != ".pyc"]  # fmt: skip


def test_real_files_are_those_of_the_catalog(data_root, monkeypatch):
    monkeypatch.setenv("TENBIN_DATA", str(data_root))
    for name in catalog.load():
        assert catalog.verify(name)


def test_unknown_keys_and_wrong_values_are_all_listed(tmp_path):
    path = written(tmp_path, entry(colour="red", licence_class="D"), entry(name="Bad Name"))
    with pytest.raises(InputError) as error:
        catalog.load(path)
    text = str(error.value)
    assert len(error.value.faults) == 3
    assert "colour" in text and "licence_class" in text and "Bad Name" in text


def test_a_name_or_a_file_may_stand_once(tmp_path):
    with pytest.raises(InputError, match=r"twice: thing"):
        catalog.load(written(tmp_path, entry(), entry()))
    with pytest.raises(InputError, match=r"twice: folder/a\.csv"):
        catalog.load(written(tmp_path, entry(), entry(name="other")))


def test_text_that_is_no_yaml_is_refused(tmp_path):
    path = tmp_path / "catalog.yaml"
    path.write_text("products: [")
    with pytest.raises(InputError, match="not YAML"):
        catalog.load(path)


@pytest.mark.parametrize(
    "path", ["../a", "/etc/passwd", "a/../../b", "a//b", "a\\b", "C:/a", ".hidden", "a/.", "a\n", "~/a", ""]
)
def test_a_path_that_could_leave_the_cache_is_refused(path):
    with pytest.raises(ValidationError):
        catalog.CatalogFile(path=path, sha256="0" * 64, size=1)


@given(st.text(alphabet="ab./\\~:-_ \n", max_size=12))
def test_any_accepted_path_stays_inside(path):
    try:
        file = catalog.CatalogFile(path=path, sha256="0" * 64, size=1)
    except ValidationError:
        return
    assert (Path("/cache") / file.path).resolve().is_relative_to("/cache")


@pytest.mark.parametrize(
    "address", ["ftp://a/b", "file:///etc/passwd", "http://user@host/x", "a b", "http://"]
)
def test_only_web_addresses_are_accepted(address):
    with pytest.raises(ValidationError):
        catalog.CatalogFile(path="a", sha256="0" * 64, size=1, address=address)


def test_the_data_root_comes_before_the_cache(empty_roots, thing):
    root, cache = empty_roots
    in_cache = put(cache)
    assert catalog.locate("thing") == in_cache
    in_root = put(root)
    assert catalog.locate("thing", "a.csv") == in_root


def test_a_missing_file_comes_with_three_remedies(empty_roots, thing):
    with pytest.raises(InputError) as error:
        catalog.locate("thing")
    text = str(error.value)
    for part in ("folder/a.csv", "TENBIN_DATA", "tenbin fetch thing", "put the file at", "Someone"):
        assert part in text


def test_several_files_are_located_as_their_folder(data_root, monkeypatch):
    monkeypatch.setenv("TENBIN_DATA", str(data_root))
    assert catalog.locate("edgar_v432") == data_root / "inventory" / "edgar_v432"


def test_an_unknown_product_or_file_is_answered_with_the_known_ones():
    with pytest.raises(InputError, match="noaa_flask"):
        catalog.locate("noah_flask")
    with pytest.raises(InputError, match="zone_nh"):
        catalog.locate("halocarbon_n2o", "zone_tropics.ch4")


def test_a_data_root_that_is_no_folder_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("TENBIN_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match="TENBIN_DATA"):
        catalog.data_root()
    monkeypatch.delenv("TENBIN_DATA")
    assert catalog.data_root() is None


def test_the_cache_has_a_default_place(monkeypatch):
    monkeypatch.delenv("TENBIN_CACHE", raising=False)
    assert catalog.cache_root().name == "tenbin"


@pytest.mark.parametrize(
    ("body", "found"), [(BODY[:-1], "19 bytes"), (BODY.replace(b"1.0", b"2.0"), "sha256 ")]
)
def test_a_changed_file_is_told_from_the_true_one(empty_roots, thing, body, found):
    path = put(empty_roots[0], body)
    with pytest.raises(InputError) as error:
        catalog.verify("thing")
    (fault,) = error.value.faults
    assert fault.where == str(path) and fault.found.startswith(found) and "fetch it again" in fault.remedy


def test_fetch_lists_every_file_that_cannot_be_had(empty_roots, thing):
    with pytest.raises(InputError, match="no address is known"):
        catalog.fetch(["thing"])
    assert catalog.fetch() == []
