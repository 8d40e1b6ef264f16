"""What published tests of transport carry around the sphere, and their measures of how well it comes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tenbin.core.arrays import jax, jnp
from tenbin.transport.air_grid import AirGrid
from tenbin.transport.idealised import arc, bell, cell_means
from tenbin.transport.sweeps import Advection, Flow, advect

__all__ = [
    "THRESHOLDS",
    "Mixing",
    "Norms",
    "carried",
    "correlated",
    "cosine_bells",
    "filaments",
    "mixing",
    "norms",
    "single_bell",
    "slotted_cylinders",
]

Floats = npt.NDArray[np.float64]
DAY = 86400.0
CENTRES = (5.0 / 6.0 * np.pi, 7.0 / 6.0 * np.pi)
"""Longitudes [rad] of the two bodies of Lauritzen et al. 2012 (Geosci. Model Dev. 5, 887), on the equator."""
HALF = 0.5
"""Their radius [rad]."""
THRESHOLDS = np.linspace(0.1, 1.0, 19)
"""Mixing ratios at which filaments are measured."""


def single_bell(air: AirGrid) -> Floats:
    """A cosine bell (lat, lon) of a third of the radius at 90 W on the equator, 1 at its top: Williamson et al. 1992
    (J. Comput. Phys. 102, 211), case 1, whose top is 1000 m."""
    return bell(air, 0.0, -0.5 * np.pi, 1.0 / 3.0)


def cosine_bells(air: AirGrid) -> Floats:
    """Two cosine bells (lat, lon) from 0.1 to 1 (Lauritzen et al. 2012, eqs. 10-11); means of cells."""
    return 0.1 + 0.9 * sum((bell(air, 0.0, lon, HALF) for lon in CENTRES), np.zeros(air.grid.shape))


def correlated(bells: npt.ArrayLike | float) -> Floats:
    """0.9 - 0.8 q^2 of the bells' ratio q in each cell (Lauritzen et al. 2012, eqs. 14-15)."""
    return np.asarray(0.9 - 0.8 * np.asarray(bells, dtype=float) ** 2)


def slotted_cylinders(air: AirGrid) -> Floats:
    """Two cylinders (lat, lon) of 1 in 0.1, the western with a slot open to the north, the other to the south
    (Lauritzen et al. 2012, eq. 12); means of cells."""

    def inside(y: Floats, x: Floats) -> Floats:
        found = np.zeros(np.broadcast_shapes(y.shape, x.shape), dtype=bool)
        for lon, way in zip(CENTRES, (-1.0, 1.0), strict=True):
            aside = np.abs(np.angle(np.exp(1j * (x - lon))))
            solid = (aside >= HALF / 6.0) | (way * y > 5.0 / 12.0 * HALF)
            found |= (arc(y, x, 0.0, lon) <= HALF) & solid
        return 0.1 + 0.9 * found

    return cell_means(air.grid, inside, points=8)


def carried(
    ratio: npt.ArrayLike,
    mass: jax.Array,
    flow_at: Callable[[jax.Array], Flow],
    days: tuple[float, float],
    how: Advection,
) -> jax.Array:
    """Mixing ratios ([tracer,] level, lat, lon) at the second of two `days`, given them at the first.

    The flow of each of `how.steps` steps is that of its middle, and leaves the air (level, lat, lon) [kg] of each
    cell as it was.
    """
    once = how._replace(steps=1)

    @jax.jit
    def run(tracer: jax.Array, air: jax.Array, first: jax.Array, length: jax.Array) -> jax.Array:
        def flow_in(number: jax.Array) -> Flow:
            return flow_at(first + (number + 0.5) * length)

        # the flow is handed on from step to step, or each face would work it out again wherever it is read
        def step(carry: tuple[jax.Array, Flow], number: jax.Array) -> tuple[tuple[jax.Array, Flow], None]:
            held, flow = carry
            return (_moved(held, air, flow, length * DAY, once), flow_in(number + 1.0)), None

        numbers = jnp.arange(how.steps, dtype=float)
        return jax.lax.scan(step, (tracer, flow_in(jnp.zeros(()))), numbers)[0][0]

    times = jnp.asarray(days[0]), jnp.asarray((days[1] - days[0]) / how.steps)
    return run(jnp.asarray(ratio) * mass, mass, *times) / mass


def _moved(tracer: jax.Array, mass: jax.Array, flow: Flow, seconds: jax.Array, how: Advection) -> jax.Array:
    """Tracer after one step whose length is traced."""
    whole = jax.tree.map(lambda f: f * seconds, flow)
    return advect(tracer, mass, whole, 1.0, how)[0]


class Norms(NamedTuple):
    """Errors over the size of the truth (mean, root mean square, largest), and by how much the lowest and the highest
    value are off, over the range of the truth: l1, l2, linf, phi_min and phi_max of Lauritzen et al. 2012 (appendix).
    """

    l1: float
    l2: float
    linf: float
    lowest: float
    highest: float


def norms(found: npt.ArrayLike, truth: npt.ArrayLike, weight: npt.ArrayLike) -> Norms:
    """Norms of a field beside the truth, both (..., lat, lon), with the area or volume of cells as `weight`."""
    found, truth = np.asarray(found, dtype=float), np.asarray(truth, dtype=float)
    weight = np.broadcast_to(np.asarray(weight, dtype=float), truth.shape)
    off, size = found - truth, np.ptp(truth)
    return Norms(
        float((weight * np.abs(off)).sum() / (weight * np.abs(truth)).sum()),
        float(np.sqrt((weight * off**2).sum() / (weight * truth**2).sum())),
        float(np.abs(off).max() / np.abs(truth).max()),
        float((found.min() - truth.min()) / size),
        float((found.max() - truth.max()) / size),
    )


def filaments(found: npt.ArrayLike, start: npt.ArrayLike, area: npt.ArrayLike) -> Floats:
    """Area [%] of what it was at the start in which the ratio is at least each of `THRESHOLDS` (19,): the diagnostic
    l_f of Lauritzen et al. 2012; 100 where nothing mixes, 0 where there was none."""
    area = np.asarray(area, dtype=float)

    def above(field: npt.ArrayLike) -> Floats:
        return np.array([(area * (np.asarray(field) >= level - 1e-12)).sum() for level in THRESHOLDS])

    before = above(start)
    return np.asarray(100.0 * above(found) / np.where(before > 0.0, before, np.inf))


class Mixing(NamedTuple):
    """How far a pair of tracers has left its curve: by what looks like true mixing, by unmixing within the first
    range, and beyond it (l_r, l_u, l_o)."""

    real: float
    unmixing: float
    overshooting: float


def mixing(
    bells: npt.ArrayLike,
    partner: npt.ArrayLike,
    weight: npt.ArrayLike,
    lowest: float = 0.1,
    highest: float = 1.0,
) -> Mixing:
    """Mean distances of (bells, partner) from `correlated`, in ranges of both: Lauritzen and Thuburn 2012 (Q. J. R.
    Meteorol. Soc. 138, 665), as in Lauritzen et al. 2012 (appendix).

    What lies between the curve and its chord may have been mixed; 1e-7 of tolerance at edges, as in the paper's code.
    """
    q, other, size = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (bells, partner, weight)))
    low, high = float(correlated(highest)), float(correlated(lowest))
    chord = high + (low - high) * (q - lowest) / (highest - lowest)
    lens = (other < correlated(q) + 1e-7) & (other > chord - 1e-7)
    ranged = (q > lowest - 1e-7) & (q < highest + 1e-7) & (other > low - 1e-7) & (other < high + 1e-7)
    width, height = highest - lowest, high - low
    near = (np.clip(_turning(q, other, width, height), lowest, highest), lowest, highest)
    away = np.min([np.hypot((x - q) / width, (correlated(x) - other) / height) for x in near], axis=0)
    share = away * size / size.sum()
    parts = (lens, ranged & ~lens, ~ranged & ~lens)
    return Mixing(*(float(share[part].sum()) for part in parts))


def _turning(q: Floats, other: Floats, width: float, height: float) -> Floats:
    """Where the curve 0.9 - 0.8 x^2 stops coming nearer to (q, other): the largest root of x^3 + 3 b x = 2 c."""
    stretch = (height / width) ** 2
    b, c = (stretch - 1.6 * (0.9 - other)) / 3.84, stretch * q / 2.56
    inner = c**2 + b**3
    root = np.sqrt(np.maximum(inner, 0.0))
    one = np.cbrt(c + root) + np.cbrt(c - root)
    deep = np.sqrt(np.maximum(-b, 1e-60))
    three = 2.0 * deep * np.cos(np.arccos(np.clip(c / deep**3, -1.0, 1.0)) / 3.0)
    return np.asarray(np.where(inner >= 0.0, one, three))
