"""What an inert tracer emitted in the north tells of the circulation: exchange time and age of air.

The exchange time of SF6 is about 1.3-1.4 yr in models (TransCom-CH4, Patra et al. 2011, Atmos. Chem. Phys.
11, 12813). The top layer is tuned to the depletion of CH4 and N2O, which makes its air somewhat older (about
4 yr) than the air above 200 hPa is on average: the limits on its age are wide on purpose.
"""

from __future__ import annotations

import equinox as eqx
import numpy as np
import pytest

from tenbin.core.arrays import jnp
from tenbin.transport import box
from tenbin.transport.box_geometry import N_BOX
from tenbin.transport.box_parameters import BoxTransportParams
from tenbin.transport.exchange import interhemispheric_exchange_time

SF6_SHARE = np.array([0.02, 0.04, 0.16, 0.78])  # of emissions in the four bands
YEARS = 30


@pytest.fixture(scope="module")
def growing(months_of, run):
    """Annual means (layer, band) of a tracer emitted evenly for thirty years, and its growth per year."""
    source = box.emission_to_source("mcf") @ SF6_SHARE
    mean = run(months_of(YEARS), jnp.zeros(N_BOX), jnp.asarray(np.tile(source, (12 * YEARS, 1))))[0]
    annual = np.asarray(mean).reshape(YEARS, 12, 3, 4).mean(axis=1)
    return annual[-1], float((annual[-1] - annual[-2]).mean())


def test_the_hemispheres_exchange_their_air_in_about_a_year_and_a_third(growing):
    air, growth = growing
    surface = air[0]
    imbalance = SF6_SHARE[2:].sum() - SF6_SHARE[:2].sum()
    exchange_time = (surface[2:].mean() - surface[:2].mean()) / (growth * imbalance)
    assert 1.0 <= exchange_time <= 1.7


def test_the_published_definition_gives_the_published_exchange_time():
    assert 1.0 <= interhemispheric_exchange_time(BoxTransportParams()) <= 1.7


def test_faster_mixing_across_the_equator_shortens_the_exchange_time():
    faster = eqx.tree_at(lambda p: p.mixing_equator_upper, BoxTransportParams(), jnp.asarray(25.0))
    assert interhemispheric_exchange_time(faster) < interhemispheric_exchange_time(BoxTransportParams())


def test_air_above_200_hpa_is_some_years_old(growing):
    air, growth = growing
    age = (air[0].mean() - air[2]) / growth
    assert (age > 1.5).all() and (age < 5.0).all()


def test_stratospheric_air_is_youngest_above_the_tropics(growing):
    top = growing[0][2]
    assert top[1] > top[0] and top[2] > top[3]


def test_the_far_south_lags_the_far_north_by_one_to_two_years(growing):
    air, growth = growing
    assert 1.0 <= (air[0, 3] - air[0, 0]) / growth <= 2.0


def test_every_box_grows_alike_once_the_tracer_has_spread(months_of, run):
    source = box.emission_to_source("mcf") @ SF6_SHARE
    end = run(months_of(60), jnp.zeros(N_BOX), jnp.asarray(np.tile(source, (720, 1))))[1]
    rise = np.asarray(end[-1] - end[-13])
    np.testing.assert_allclose(rise, rise.mean(), rtol=1e-3)
