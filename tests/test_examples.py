"""Every example of the gallery runs from the package alone, prints a number and draws its figure."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
SCRIPTS = sorted(EXAMPLES.glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_an_example_prints_a_number_and_draws_a_figure(script, tmp_path, monkeypatch, capsys):
    import matplotlib

    matplotlib.use("Agg")
    monkeypatch.setattr("sys.argv", [str(script), "--out", str(tmp_path)])
    runpy.run_path(str(script), run_name="__main__")
    matplotlib.pyplot.close("all")
    assert re.search(r"\d", capsys.readouterr().out)
    figure = tmp_path / f"{script.stem}.png"
    assert figure.stat().st_size > 5_000


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_the_gallery_lists_every_example(script):
    gallery = (EXAMPLES.parent / "docs" / "gallery.md").read_text(encoding="utf-8")
    assert f"examples/{script.name}" in gallery
