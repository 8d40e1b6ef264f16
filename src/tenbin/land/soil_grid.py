"""The layers of the ground: soil that holds water, and bedrock below it that only conducts heat."""

from __future__ import annotations

from dataclasses import dataclass

from tenbin.core.arrays import jax, jnp
from tenbin.core.errors import Fault, InputError

__all__ = ["DEFAULT_GRID", "SoilGrid"]


@dataclass(frozen=True)
class SoilGrid:
    """Layer thicknesses [m] from the surface down; the first `n_soil` hold water, the others are rock.

    Hashable, so that it can be a static argument of a compiled function.
    """

    thickness: tuple[float, ...]
    n_soil: int

    def __post_init__(self) -> None:
        if not (0 < self.n_soil <= len(self.thickness) and all(d > 0.0 for d in self.thickness)):
            found = f"n_soil {self.n_soil}, thickness {self.thickness}"
            remedy = "give positive thicknesses and 1 <= n_soil <= their number"
            raise InputError(
                Fault("soil grid", "thickness, n_soil", found, "layers of soil, then rock", remedy)
            )

    def __len__(self) -> int:
        return len(self.thickness)

    @property
    def interface(self) -> tuple[float, ...]:
        """Depths of the layer boundaries [m], one more than there are layers; the first is 0."""
        depths = [0.0]
        for step in self.thickness:
            depths.append(depths[-1] + step)
        return tuple(depths)

    @property
    def midpoint(self) -> tuple[float, ...]:
        """Depths of the layer middles [m]."""
        faces = self.interface
        return tuple(0.5 * (a + b) for a, b in zip(faces[:-1], faces[1:], strict=True))

    @property
    def distance(self) -> tuple[float, ...]:
        """Distances between neighbouring middles [m], one fewer than there are layers."""
        middles = self.midpoint
        return tuple(b - a for a, b in zip(middles[:-1], middles[1:], strict=True))

    def column(self, values: tuple[float, ...], like: jax.Array) -> jax.Array:
        """`values`, one per layer or face, as (n, 1) in the precision of `like`, to broadcast over cells."""
        return jnp.asarray(values, dtype=like.dtype)[:, None]

    @property
    def soil(self) -> SoilGrid:
        """The part of the ground that holds water."""
        return SoilGrid(self.thickness[: self.n_soil], self.n_soil)


DEFAULT_GRID = SoilGrid((0.05, 0.10, 0.15, 0.20, 0.30, 0.50, 0.70, 1.00, 2.0, 4.0, 8.0), 8)
"""3 m of soil in 8 layers over 14 m of rock in 3: deep enough for the damping of an annual wave (about 2.5 m)."""
