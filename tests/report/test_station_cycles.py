"""The small panels are in order, labelled with units, and a file is written whole."""

from __future__ import annotations

import pandas as pd

from tenbin.assimilate.station_cycles import season_of
from tenbin.core.calendar import months_between
from tenbin.data.stations.seasonal_cycle import embedded
from tenbin.report.station_cycles import figure, write_figure


def test_panels_go_from_north_to_south_with_units(tmp_path):
    observed = embedded("ch4")
    time = months_between(2010, 2010)["decimal_year"].to_numpy()
    rows = observed.set_index("site")
    sites = ["CGO", "SPO", "BRW", "MLO", "ALT", "SMO"]
    modelled = pd.DataFrame(
        {site: 1800.0 + 0.8 * season_of(rows.loc[site], time) for site in sites}, index=time
    )
    made = figure(modelled, observed, "ch4")
    shown = [ax for ax in made.axes if ax.get_visible()]
    assert [ax.get_title(loc="left").split()[0] for ax in shown] == ["ALT", "BRW", "MLO", "SMO", "CGO", "SPO"]
    assert "[ppb]" in made._supylabel.get_text()
    assert all(
        len(ax.lines) == 2 and ax.lines[0].get_linestyle() != ax.lines[1].get_linestyle() for ax in shown
    )
    write_figure(modelled, observed, "ch4", tmp_path / "cycles.png")
    assert (tmp_path / "cycles.png").read_bytes()[:4] == b"\x89PNG"
