"""Oxidants at hand: whole files where there are any, else the package's, which say whose they are."""

from __future__ import annotations

import numpy as np
import pytest

from tenbin.core.errors import InputError
from tenbin.data import catalog
from tenbin.data.meteorology import oxidants


@pytest.fixture
def offline(monkeypatch, tmp_path):
    monkeypatch.delenv("TENBIN_DATA", raising=False)
    monkeypatch.setenv("TENBIN_CACHE", str(tmp_path / "nothing"))


def test_without_files_the_package_speaks_and_says_so(offline):
    told, fields = oxidants.origins("cams"), oxidants.at_hand("cams")
    assert all(words.endswith(oxidants.EMBEDDED) for words in told.values())
    assert set(fields) == set(told) == {"oh_concentration", "o1d", "cl"}
    for field in fields.values():
        assert field.dims == ("month", "level", "lat") and field.sizes["month"] == 12
        assert np.isfinite(field).all() and (field >= 0.0).all()
        assert (np.diff(field["level"]) < 0.0).all() and (np.diff(field["lat"]) > 0.0).all()
        assert catalog.product(field.attrs["product"]).licence_class != "C"
        assert "20" in field.attrs["producer"] and field.attrs["licence"]


def test_what_may_not_be_passed_on_is_asked_for(offline):
    with pytest.raises(InputError, match=r"TENBIN_DATA.*'cams'"):
        oxidants.at_hand("flexpart")


def test_the_embedded_file_is_small(offline):
    from importlib import resources

    with resources.as_file(resources.files("tenbin.data") / "embedded" / oxidants.FILE) as path:
        assert path.stat().st_size < 120_000


def test_what_is_stored_comes_back(offline, tmp_path):
    fields = {name: oxidants.read(name) for name in oxidants.SOURCES}
    size = oxidants.store(fields, tmp_path / "again.npz")
    with np.load(tmp_path / "again.npz", allow_pickle=False) as stored:
        assert np.allclose(stored["cl"], fields["cl"].values, rtol=1e-3)
    assert size == (tmp_path / "again.npz").stat().st_size


def test_whole_files_are_taken_where_they_are(data_root, monkeypatch):
    monkeypatch.setenv("TENBIN_DATA", str(data_root))
    assert oxidants.origins("flexpart")["oh_concentration"].endswith("flexpart_OH.nc")
    assert oxidants.at_hand("cams")["oh_concentration"].sizes["lat"] == 241
