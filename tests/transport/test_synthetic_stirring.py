"""Heat that comes and goes over the tropics: its size, memory and place."""

from __future__ import annotations

import itertools

import numpy as np

from tenbin.transport.synthetic_stirring import Stirring, heights, patterns

HOW = Stirring()
LAT, LON = np.linspace(-87.0, 87.0, 48), np.arange(0.0, 360.0, 3.75)


def drawn(count: int, seed: int = 0, hours: float = 6.0):
    return np.stack(list(itertools.islice(patterns(LAT, LON, hours, seed, HOW), count)))


def test_it_has_the_size_asked_for_at_the_equator_and_falls_off():
    size = np.sqrt((drawn(800) ** 2).mean(axis=(0, 2)))
    equator, edge = np.abs(LAT).argmin(), np.abs(LAT - HOW.edge).argmin()
    assert abs(size[equator] / HOW.heat - 1.0) < 0.1
    assert abs(size[edge] / size[equator] - np.exp(-0.5)) < 0.1
    assert size[0] < 1e-3


def test_it_adds_no_heat_to_a_latitude_and_is_forgotten_in_its_memory():
    found = drawn(1200)
    assert np.abs(found.mean(axis=-1)).max() < 1e-12
    later = round(HOW.memory * 4)
    row = found[:, np.abs(LAT).argmin()]
    kept = (row[later:] * row[:-later]).mean() / (row**2).mean()
    assert abs(kept - np.exp(-1.0)) < 0.08


def test_a_seed_draws_the_same_again():
    np.testing.assert_array_equal(drawn(3, seed=5), drawn(3, seed=5))
    assert not np.allclose(drawn(3, seed=5), drawn(3, seed=6))


def test_it_is_greatest_midway_and_nought_at_the_ground_and_aloft():
    share = heights([1.0, 0.5 * (1.0 + HOW.top), HOW.top, 0.01], HOW)
    np.testing.assert_allclose(share, [0.0, 1.0, 0.0, 0.0], atol=1e-12)
