"""Tags: the origins of water sum to the water."""

import numpy as np
import pytest

from tenbin.core.errors import InputError
from tenbin.core.tags import ISOTOPES, LAND_TAGS, VAPOUR_TAGS, TagAxis, tag_residual


def test_tags_that_sum_to_the_water_leave_no_residual():
    tagged = np.random.default_rng(0).random((5, len(LAND_TAGS)))
    assert tag_residual(tagged, tagged.sum(axis=1)) == 0.0
    np.testing.assert_allclose(tag_residual(tagged, 1.01 * tagged.sum(axis=1)), 0.01 / 1.01)


def test_no_water_has_no_residual():
    assert tag_residual(np.zeros((4, 3)), np.zeros(4)) == 0.0


def test_an_origin_stands_where_the_axis_says():
    assert [LAND_TAGS.index(origin) for origin in LAND_TAGS.origins] == list(range(len(LAND_TAGS)))
    with pytest.raises(InputError, match="ground_ice"):
        LAND_TAGS.index("sea")


def test_no_origin_is_counted_twice():
    with pytest.raises(InputError, match="no name twice"):
        TagAxis("bad", ("rain", "rain"))
    assert len(VAPOUR_TAGS) == 8
    assert len(ISOTOPES) == 3
