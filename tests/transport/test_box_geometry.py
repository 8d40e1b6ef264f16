"""Boxes, faces and the closure of air mass."""

from __future__ import annotations

import numpy as np

from tenbin.core.constants import ATMOSPHERE_DRY_MASS
from tenbin.transport.box_geometry import (
    BOX_MASS,
    BOX_NAMES,
    FACES,
    N_BAND,
    N_BOX,
    box_index,
    smaller_mass_of_faces,
    streamfunction_to_faces,
)


def test_the_boxes_hold_all_the_air():
    np.testing.assert_allclose(BOX_MASS.sum(), float(ATMOSPHERE_DRY_MASS), rtol=1e-15)


def test_a_layer_holds_the_share_of_its_pressure_difference():
    share = BOX_MASS.reshape(3, N_BAND).sum(axis=1) / BOX_MASS.sum()
    np.testing.assert_allclose(share, [0.5, 0.3, 0.2], rtol=1e-14)


def test_overturning_neither_gathers_nor_drains_air():
    divergence = np.zeros((N_BOX, 6))
    for face, flow in zip(FACES, streamfunction_to_faces(), strict=True):
        divergence[face[0]] += flow
        divergence[face[1]] -= flow
    np.testing.assert_array_equal(divergence, 0.0)


def test_faces_join_only_neighbours():
    for first, second in FACES:
        (layer, band), (next_layer, next_band) = divmod(first, N_BAND), divmod(second, N_BAND)
        assert (next_layer - layer, next_band - band) in {(0, 1), (1, 0)}
    assert len(set(FACES)) == 17


def test_names_follow_the_order_of_the_boxes():
    assert BOX_NAMES[box_index(0, 0)] == "90S-30S 1000-500hPa"
    assert BOX_NAMES[box_index(2, 3)] == "30N-90N 200-0hPa"


def test_the_lighter_box_of_a_vertical_face_is_the_upper_one():
    np.testing.assert_allclose(smaller_mass_of_faces()[9:13], BOX_MASS[N_BAND : 2 * N_BAND])
