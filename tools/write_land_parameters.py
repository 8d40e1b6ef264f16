"""Write the page of the land's parameters, docs/land_parameters.md, from their declarations in the code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tenbin.assimilate.site_model import SiteParams
from tenbin.core.params import Declaration, declarations
from tenbin.land.canopy import LightUseParams
from tenbin.land.ecosystem import LandParams
from tenbin.land.methane_simple import ExtentParams, SimpleParams
from tenbin.land.parameters import count
from tenbin.land.plant_types import PLANT_TYPES

PAGE = Path(__file__).parents[1] / "docs" / "land_parameters.md"

_HEAD = """# Parameters of the land

Written by `python tools/write_land_parameters.py` from the declarations in the code; do not edit by hand.

`LandParams` declares {names} parameters. Those with a value for each of the {kinds} plant types count once here and
make {numbers} numbers together. *Prior* is the mean before any data, *sd* one standard deviation, both in the unit. A
calibration stays within the bounds: it steps on the logit of the place between them, or, where *scale* is log, of the
place between their logarithms. Names are those that `parameters:` of a configuration takes (see
[the land in use](land.md)); a single number given there holds for all plant types. *Types* means one value for each,
tabled at the end.

Sources say where a number is from, not that it was measured for this model: many are rounded, and "own choice" means
that nothing better was found. The prior errors are taken as independent of each other (own choice).
`tenbin.land.parameters.prior_covariance(LandParams())` gives names, means and variances in one order.
"""

_TITLES = {
    "canopy": "Canopy",
    "phenology": "Calendar of leaves",
    "energy": "Energy and evaporation",
    "ground": "Water, heat, snow and ground ice",
    "life": "Carbon and nitrogen",
    "gases": "Methane and nitrous oxide",
    "": "Greatest leaf area",
}
_OTHERS = (
    ("Canopy as one leaf at its optimum (P-model), in place of the canopy", LightUseParams()),
    ("Simple wetland schemes, in place of the column", SimpleParams()),
    ("Extent of wetlands where no map is given", ExtentParams()),
)
_COLUMNS = "| name | prior | sd | unit | bounds | scale | source |\n|---|---|---|---|---|---|---|\n"


def page() -> str:
    """The whole page as Markdown."""
    declared = [d for d, _ in declarations(LandParams())]
    head = _HEAD.format(names=len(declared), kinds=len(PLANT_TYPES), numbers=count(LandParams()))
    parts = [head]
    for group, title in _TITLES.items():
        chosen = [d for d in declared if (d.path[0] if len(d.path) > 1 else "") == group]
        parts.append(f"## {title}\n\n{_table(chosen)}")
    for title, module in _OTHERS:
        parts.append(f"## {title}\n\n{_table([d for d, _ in declarations(module)])}")
    own = [d for d, _ in declarations(SiteParams()) if d.path[0] != "land"]
    parts.append(f"## At towers only (`assimilate.site_model.SiteParams`)\n\n{_table(own)}")
    parts.append(_by_type(declared))
    return "\n".join(parts)


def _table(declared: Sequence[Declaration]) -> str:
    return _COLUMNS + "".join(_row(d) for d in declared)


def _row(d: Declaration) -> str:
    prior = "types" if np.ndim(d.default) else _number(d.default)
    bounds = f"{_number(d.bounds[0])} to {_number(d.bounds[1])}"
    cells = (
        f"`{d.name}`",
        prior,
        _number(d.prior_sd),
        d.unit,
        bounds,
        d.transform,
        d.source.replace("|", "/"),
    )
    return f"| {' | '.join(cells)} |\n"


def _number(value: float) -> str:
    """Enough digits to tell the declared number, a power of ten where that is shorter.

    >>> _number(71513.0), _number(5e-06), _number(0.25)
    ('71513', '5e-06', '0.25')
    """
    return f"{float(value):.7g}"


def _by_type(declared: Sequence[Declaration]) -> str:
    """Values by plant type, a column a type, numbered in their order."""
    names = "\n".join(f"{k + 1}. `{kind.name}`" for k, kind in enumerate(PLANT_TYPES))
    head = "| name |" + "".join(f" {k + 1} |" for k in range(len(PLANT_TYPES))) + "\n|---"
    head += "|---" * len(PLANT_TYPES) + "|\n"
    rows = [
        f"| `{d.name}` | " + " | ".join(_number(value) for value in d.default) + " |\n"
        for d in declared
        if np.ndim(d.default)
    ]
    return f"## Priors by plant type\n\n{names}\n\n{head}{''.join(rows)}"


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
