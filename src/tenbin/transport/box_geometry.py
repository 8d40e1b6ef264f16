"""Twelve boxes of air: four equal-area latitude bands by three layers, and the faces between them.

The division follows the box models of the AGAGE network (Cunnold et al. 1983, J. Geophys. Res. 88, 8379;
Rigby et al. 2013, Atmos. Chem. Phys. 13, 2691): 1000-500, 500-200 and 200-0 hPa, so that the layers hold
0.5, 0.3 and 0.2 of the air. Boxes are counted from the surface upward, within a layer from south to north.
"""

from __future__ import annotations

import numpy as np

from tenbin.core.constants import ATMOSPHERE_DRY_MASS
from tenbin.core.regions import BANDS

N_BAND, N_LAYER = 4, 3
N_BOX = N_BAND * N_LAYER
LAYERS = ("1000-500hPa", "500-200hPa", "200-0hPa")
LAYER_SHARE = np.array([0.5, 0.3, 0.2])
BOX_MASS = np.repeat(LAYER_SHARE, N_BAND) * float(ATMOSPHERE_DRY_MASS) / N_BAND
"""Dry air mass of each box [kg], shape (12,)."""


def box_index(layer: int, band: int) -> int:
    """Place of a box in every array of the model."""
    return layer * N_BAND + band


BOX_NAMES = tuple(f"{band} {layer}" for layer in LAYERS for band in BANDS)

# Faces as (lower or southern box, upper or northern box): nine horizontal ones, then eight vertical ones.
HORIZONTAL_FACES = tuple((box_index(k, b), box_index(k, b + 1)) for k in range(N_LAYER) for b in range(3))
VERTICAL_FACES = tuple((box_index(k, b), box_index(k + 1, b)) for k in range(2) for b in range(N_BAND))
FACES = HORIZONTAL_FACES + VERTICAL_FACES
N_FACE = len(FACES)


def streamfunction_to_faces() -> np.ndarray:
    """Matrix (face, corner) that turns overturning mass fluxes into fluxes through faces [kg s-1 per kg s-1].

    A corner lies between two bands and two layers, ordered (interface, band boundary): 2 x 3. Its
    overturning is positive when air goes north above the corner and south below it, and rises in the
    southern band. Every column closes each box's air mass by construction.
    """
    matrix = np.zeros((N_FACE, 6))
    for interface in range(2):
        for boundary in range(3):
            corner = 3 * interface + boundary
            matrix[3 * (interface + 1) + boundary, corner] += 1.0  # northward in the layer above
            matrix[3 * interface + boundary, corner] -= 1.0  # southward in the layer below
            vertical = 9 + N_BAND * interface
            matrix[vertical + boundary, corner] += 1.0  # up in the southern band
            matrix[vertical + boundary + 1, corner] -= 1.0  # down in the northern band
    return matrix


def smaller_mass_of_faces() -> np.ndarray:
    """Mass of the lighter of the two boxes at each face [kg]: a mixing time is defined against it."""
    return np.array([min(BOX_MASS[i], BOX_MASS[j]) for i, j in FACES])
