"""Score the land model and the empirical bar at flux towers, on the same days; prints the table as one JSON document.

usage: python benchmarks/land_sites.py [--data DIR] [--sites A,B] --mode calibrated|shared [--train DIR] [--quick]
                                       [--bar all|linear] [--without-model] [--seed N] [--out FILE]

--data takes any folder in the layout of eddy_fluxnet2015_daily12. calibrated: every site learns from the first half
of its own record and is scored on the second. shared: the sites named are predicted on all their days with what was
learned at the other sites of the training folder (--train, else --data). Where no other site is left, each site is
left out in turn if --data is the catalogued folder itself, else the catalogued sites train. --quick shrinks the
boosted trees, not the model; --bar linear leaves the trees out. Progress goes to stderr.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from land_sites_table import MODEL, site_table

from tenbin.core.errors import Fault, TenbinError, raise_if_any
from tenbin.data.towers import fluxnet_daily12
from tenbin.learn import empirical_bar
from tenbin.learn.skill import first_half

Sites = dict[str, xr.Dataset]
ByPredictor = dict[str, dict[str, pd.DataFrame]]


class Round(NamedTuple):
    """One training and the sites that it predicts."""

    training: Sites
    held_out: Sites


def main() -> None:
    wish = _wish()
    try:
        document = score(wish)
    except TenbinError as error:
        sys.exit(f"land_sites.py: {error}")
    text = json.dumps(document, allow_nan=False)
    if wish.out:
        wish.out.write_text(text + "\n", encoding="utf-8")
    print(text)


def _wish() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--train", type=Path, default=None)
    parser.add_argument("--sites", default=None)
    parser.add_argument("--mode", choices=("calibrated", "shared"), required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--bar", choices=("all", "linear"), default="all")
    parser.add_argument("--without-model", action="store_true", help="the empirical bar alone")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=None)
    return parser.parse_args()


def score(wish: argparse.Namespace) -> dict[str, Any]:
    """The site table for what the command line asks."""
    folder = fluxnet_daily12.folder(wish.data)
    named = _named(folder, wish.sites)
    observed = {site: empirical_bar.observed(data) for site, data in named.items()}
    if wish.mode == "calibrated":
        predictions, learned_at = _calibrated(named, wish), None
        scored = {site: ~first_half(table.index) for site, table in observed.items()}
    else:
        rounds = _rounds(folder, named, wish)
        predictions, learned_at = _shared(rounds, wish), [sorted(each.training) for each in rounds]
        scored = {site: np.ones(len(table), dtype=bool) for site, table in observed.items()}
    told = {"mode": wish.mode, "sites": list(named), "data": folder.name, "quick": wish.quick}
    if learned_at is not None:
        told["rounds"] = [
            {"predicted": sorted(each.held_out), "learned_at": names}
            for each, names in zip(rounds, learned_at, strict=True)
        ]
    return told | {"fluxes": site_table(observed, predictions, scored, wish.mode)}


def _named(folder: Path, listed: str | None) -> Sites:
    known = fluxnet_daily12.sites(folder)
    wanted = [name.strip() for name in listed.split(",") if name.strip()] if listed else known
    raise_if_any(
        Fault(str(folder), "--sites", repr(name), f"one of {', '.join(known)}", "choose sites of the folder")
        for name in wanted
        if name not in known
    )
    return fluxnet_daily12.read_all(folder, dict.fromkeys(wanted))


def _rounds(folder: Path, named: Sites, wish: argparse.Namespace) -> list[Round]:
    """Who learns and who is predicted. A site that is predicted never trains, in whatever folder its name stands."""
    if wish.sites is None and wish.train is None and len(named) > 1:
        return _each_in_turn(named)
    others = _others(fluxnet_daily12.folder(wish.train or folder), named)
    if not others and wish.train is None:
        catalogued = fluxnet_daily12.folder()
        if catalogued.resolve() == folder.resolve():
            return _each_in_turn(named)
        others = _others(catalogued, named)
    return [Round(others, named)]


def _others(folder: Path, named: Sites) -> Sites:
    left = [site for site in fluxnet_daily12.sites(folder) if site not in named]
    return fluxnet_daily12.read_all(folder, left)


def _each_in_turn(named: Sites) -> list[Round]:
    rounds = []
    for site, data in named.items():
        rounds.append(Round({name: other for name, other in named.items() if name != site}, {site: data}))
    return rounds


def _calibrated(named: Sites, wish: argparse.Namespace) -> ByPredictor:
    trees = _trees(wish)
    made: ByPredictor = {}
    for site, data in named.items():
        with _Told(f"empirical bar, {site}"):
            for name, table in empirical_bar.same_site(data, _bar(wish), trees).items():
                made.setdefault(name, {})[site] = table
    if not wish.without_model:
        from tenbin.assimilate import site_calibration

        early = {site: _first_half_only(data) for site, data in named.items()}
        with _Told(f"land model, calibrated at {len(named)} sites"):
            made[MODEL] = _in_table_units(site_calibration.calibrate_sites(early, seed=wish.seed))
    return _model_first(made)


def _first_half_only(data: xr.Dataset) -> xr.Dataset:
    """The record with every measured flux and soil water of its second half taken away: nobody can peek."""
    late = xr.DataArray(~first_half(data["time"].values), dims="time", coords={"time": data["time"]})
    hidden = [name for name in data.data_vars if str(name).split("_")[0] in _MEASURED]
    return data.assign({name: data[name].where(~late) for name in hidden})


_MEASURED = ("gpp", "nee", "reco", "et", "swc")


def _shared(rounds: list[Round], wish: argparse.Namespace) -> ByPredictor:
    trees = _trees(wish)
    made: ByPredictor = {}
    for each in rounds:
        label = ", ".join(each.held_out)
        with _Told(f"empirical bar, {label} from {len(each.training)} sites"):
            _add(made, empirical_bar.elsewhere(each.training, each.held_out, _bar(wish), trees))
        if not wish.without_model:
            from tenbin.assimilate import site_calibration

            blind = {site: data.drop_vars(_measured(data)) for site, data in each.held_out.items()}
            with _Told(f"land model, {label} from {len(each.training)} sites"):
                predicted = site_calibration.predict_shared(each.training, blind)
            _add(made, {MODEL: _in_table_units(predicted)})
    return _model_first(made)


def _measured(data: xr.Dataset) -> list[str]:
    return [str(name) for name in data.data_vars if str(name).split("_")[0] in _MEASURED]


def _add(made: ByPredictor, more: Mapping[str, Mapping[str, pd.DataFrame]]) -> None:
    for name, tables in more.items():
        made.setdefault(name, {}).update(tables)


def _model_first(made: ByPredictor) -> ByPredictor:
    first = {MODEL: made.pop(MODEL)} if MODEL in made else {}
    return first | made


def _in_table_units(predicted: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The model speaks SI [kg m-2 s-1] as the records do; the same turning as for the observations."""
    return {
        site: empirical_bar.observed(xr.Dataset.from_dataframe(table.rename_axis("time")))
        for site, table in predicted.items()
    }


def _bar(wish: argparse.Namespace) -> tuple[empirical_bar.Predictor, ...]:
    return tuple(one for one in empirical_bar.BAR if wish.bar == "all" or one.kind == "linear")


def _trees(wish: argparse.Namespace) -> empirical_bar.TreeSettings:
    quick = empirical_bar.TreeSettings(rounds=60, shrinkage=0.15, leaves=15, seed=wish.seed)
    return quick if wish.quick else empirical_bar.TreeSettings(seed=wish.seed)


class _Told:
    """Says on stderr what is being done and how long it took."""

    def __init__(self, what: str):
        self.what = what

    def __enter__(self) -> None:
        self.start = time.perf_counter()

    def __exit__(self, *problem: object) -> None:
        print(f"{self.what}: {time.perf_counter() - self.start:.1f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
