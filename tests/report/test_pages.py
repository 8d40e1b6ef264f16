"""The page stands alone: no outside address, nothing unescaped, every table named, every number findable."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from tenbin.report.co2e import METRICS, equivalent
from tenbin.report.evidence import band_gap
from tenbin.report.pages import render
from tenbin.report.stage_files import read_stages
from tenbin.report.tables import Column, Table, to_csv, to_html


class _Outline(HTMLParser):
    """Collects what the checks below ask of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.identities: list[str] = []
        self.addresses: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        for name, value in attrs:
            if name == "id":
                self.identities.append(str(value))
            if name in ("href", "src", "xlink:href"):
                self.addresses.append(str(value))


@pytest.fixture(scope="module")
def page(written_report: Path) -> str:
    return written_report.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def outline(page: str) -> _Outline:
    parser = _Outline()
    parser.feed(page)
    return parser


def test_the_page_asks_no_other_machine_for_anything(page: str, outline: _Outline) -> None:
    assert {address.split(":")[0] for address in outline.addresses if not address.startswith("#")} == {"data"}
    without_names = page.replace("http://www.w3.org/2000/svg", "").replace("http://www.w3.org/1999/xlink", "")
    assert not re.search(r"(?:src|url|import)\s*[=(]?\s*[\"']?(?:https?:)?//", without_names)
    assert "default-src 'none'" in page


def test_every_link_inside_the_page_has_its_place_and_no_place_is_named_twice(outline: _Outline) -> None:
    assert len(outline.identities) == len(set(outline.identities))
    inside = {address[1:] for address in outline.addresses if address.startswith("#")}
    assert inside <= set(outline.identities)


def test_headings_go_down_one_step_at_a_time(outline: _Outline) -> None:
    assert outline.headings.count(1) == 1
    assert max(np.diff(outline.headings)) <= 1


def test_every_table_has_a_caption_and_every_figure_has_words(page: str, outline: _Outline) -> None:
    assert outline.tags.count("table") == outline.tags.count("caption") > 10
    assert (
        outline.tags.count("svg")
        == outline.tags.count("figure")
        == page.count('role="img" aria-label="')
        > 30
    )


def test_what_others_wrote_is_shown_and_not_obeyed(page: str) -> None:
    assert "&lt;b&gt;fossil&lt;/b&gt; &amp; co" in page
    assert "Invented &lt;i&gt;flasks&lt;/i&gt;" in page
    assert "<b>fossil" not in page


def test_the_summary_states_the_known_numbers_of_each_gas(page: str) -> None:
    summary = page[page.index('id="summary"') : page.index('id="co2"')].replace("\u00a0", " ")
    for words in (
        "agree within one standard deviation",
        "2010–2019",
        "Latest year, 2020",
        "PgC yr⁻¹",
        "TgN yr⁻¹",
    ):
        assert words in summary
    assert "5.4 ± 0.5" in summary
    assert "AR6 GWP100" in summary
    assert "AR6 GWP20" in summary


def test_the_page_shows_lifetimes_conservation_credits_and_checksums(page: str) -> None:
    text = page.replace("\u00a0", " ")
    for words in (
        "4.93 ± 0.11",
        "3.0e−13",
        "everything: this run is invented",
        "band means, invented",
        "0" * 64,
    ):
        assert words in text


def test_equal_stage_files_give_an_equal_page_and_file(written_report: Path, tmp_path: Path) -> None:
    from tenbin.report.netcdf import write_budget

    stages = read_stages(written_report.parent)
    assert render(stages) == written_report.read_text(encoding="utf-8")
    write_budget(stages, tmp_path / "again.nc")
    assert (tmp_path / "again.nc").read_bytes() == (written_report.parent / "budget.nc").read_bytes()


def test_bands_of_the_netcdf_sum_to_its_globe(written_report: Path) -> None:
    with xr.open_dataset(written_report.parent / "budget.nc", engine="h5netcdf") as budget:
        assert list(budget["lat"].values) == [-60.0, -15.0, 15.0, 60.0]
        assert list(budget["band"].values) == ["90S-30S", "30S-EQ", "EQ-30N", "30N-90N"]
        assert budget["time"].dt.year.values[[0, -1]].tolist() == [1984, 2020]
        for side in ("prior", "posterior"):
            bands, globe = budget[f"ch4_emission_{side}"].sum("lat"), budget[f"ch4_emission_{side}_globe"]
            np.testing.assert_allclose(bands, globe, rtol=1e-9)
            assert bool((budget[f"ch4_emission_{side}_sd"] > 0).all())
        assert budget["ch4_emission_prior"].attrs["units"] == "Tg yr-1"
        np.testing.assert_allclose(
            budget["ch4_emission_prior"].isel(time=0), 540.0 * np.array([0.1, 0.25, 0.35, 0.3])
        )


def test_bands_that_miss_mass_are_seen(written_report: Path) -> None:
    stages = read_stages(written_report.parent)
    assert band_gap(stages)[0] < 1e-12
    ledger = stages["ledger"]
    lossy = ledger["mean"].where(
        (ledger["region"] != "EQ-30N") | (ledger["gas"] != "n2o"), 0.9 * ledger["mean"]
    )
    gap, where = band_gap(
        type(stages)(stages.folder, {**stages.tables, "ledger": ledger.assign(mean=lossy)}, {})
    )
    assert gap > 0.03
    assert "N₂O" in where


def test_a_tonne_of_methane_weighs_what_the_named_set_says() -> None:
    assert [equivalent(1000.0, "ch4", metric) for metric in METRICS] == pytest.approx([27.9, 81.2])
    assert [equivalent(1000.0, "co2", metric) for metric in METRICS] == pytest.approx([1.0, 1.0])


def test_a_table_gives_the_same_cells_to_readers_and_machines() -> None:
    table = Table("t", "A <caption>", [Column("Place"), Column("Flux", "Tg yr-1", True)], [["a,b", "1 <2>"]])
    assert to_csv(table) == 'Place,Flux [Tg yr-1]\n"a,b",1 <2>\n'
    assert "1 &lt;2&gt;" in to_html(table)
    with pytest.raises(ValueError, match="expected 2"):
        Table("t", "short row", table.columns, [["a"]])
