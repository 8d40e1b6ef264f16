"""Energy and evaporation: closed balances, the worked example of FAO-56, and reason at the limits."""

from __future__ import annotations

import equinox as eqx
import numpy as np
import pytest

from tenbin.core.arrays import jax, jnp
from tenbin.land import energy, radiation


def of_type(module, kind=4):
    return jax.tree.map(lambda a: a if a.ndim == 0 else a[kind], module)


def day(conductance=0.3, wetness=0.8, **options):
    values = (
        200.0,
        50000.0,
        290.0,
        285.0,
        295.0,
        800.0,
        1e5,
        3.0,
        options.pop("lai", 3.0),
        conductance,
        wetness,
    )
    return energy.daily(*(jnp.array([v]) for v in values), of_type(energy.EnergyParams()), **options)


def test_reference_evaporation_at_uccle_on_6_july():
    # FAO-56, example 18: 3.88 mm d-1 from Rn 13.28 MJ m-2 d-1, 16.9 C, u2 2.078 m s-1, deficit 0.589 kPa
    tas, pressure = jnp.array(16.9 + 273.15), jnp.array(100100.0)
    air = energy.air_state(tas, pressure, radiation.saturation_vapour_pressure(tas))
    assert float(air.slope) == pytest.approx(122.0, abs=1.0)
    assert float(air.psychrometric) == pytest.approx(66.6, abs=0.5)
    resistance = jnp.array(208.0 / 2.078)
    latent = energy.penman_monteith(
        jnp.array(13.28e6 / 86400), jnp.array(589.0), air, resistance, jnp.array(1 / 70)
    )
    assert float(latent / air.latent_heat) * 86400 == pytest.approx(3.88, rel=0.015)


def test_resistance_of_the_reference_grass_is_208_over_wind():
    wind = jnp.array(5.0)
    # FAO-56, box 4: grass of .12 m, wind at 2 m over the ground, that is 1.88 m over its tops
    found = energy.aerodynamic_resistance(wind, jnp.array(0.12), above=1.88)
    assert float(found) == pytest.approx(208.0 / 5.0, rel=0.02)


@pytest.mark.parametrize("ground", [0.0, 15.0, -10.0])
def test_energy_balance_closes(ground):
    out = day(ground=ground, snow_cover=jnp.array([0.3]))
    np.testing.assert_allclose(out.latent + out.sensible + out.ground, out.net_radiation, rtol=1e-12)
    again = energy.close(out, jnp.array([290.0]), jnp.array([1e-5]), 0.0, ground)
    np.testing.assert_allclose(again.latent + again.sensible + again.ground, again.net_radiation, rtol=1e-12)
    np.testing.assert_allclose(again.latent, out.latent_heat * 1e-5)


def test_closed_leaves_and_bare_ground_transpire_nothing():
    assert float(day(conductance=0.0).transpiration_potential[0]) == 0.0
    assert float(day(lai=0.0, conductance=0.0).interception_potential[0]) == 0.0


def test_wide_open_leaves_evaporate_no_more_than_open_water():
    tas = jnp.array(290.0)
    air = energy.air_state(tas, jnp.array(1e5), radiation.saturation_vapour_pressure(tas))
    rates = energy.penman_monteith(
        jnp.array(300.0), jnp.array(900.0), air, jnp.array(30.0), jnp.array([1e-3, 1e-2, 1.0, 1e6])
    )
    water = (air.slope * 300.0 + air.density * energy.HEAT_CAPACITY * 900.0 / 30.0) / (
        air.slope + air.psychrometric
    )
    assert (np.diff(rates) > 0).all() and float(rates[-1]) == pytest.approx(float(water), rel=1e-5)


def test_priestley_taylor_is_1_26_times_equilibrium():
    tas = jnp.array(290.0)
    air = energy.air_state(tas, jnp.array(1e5), radiation.saturation_vapour_pressure(tas))
    one, more = (energy.equilibrium_evaporation(jnp.array(150.0), air, c) for c in (1.0, 1.26))
    assert float(more / one) == pytest.approx(1.26)


def test_wet_soil_evaporates_more_and_shade_spares_it():
    assert day(wetness=1.0).soil_evaporation_potential[0] > 2 * day(wetness=0.2).soil_evaporation_potential[0]
    assert day(lai=6.0).soil_evaporation_potential[0] < day(lai=0.5).soil_evaporation_potential[0]


def test_snow_whitens_low_plants_more_than_forest():
    seen, cover = jnp.array(0.2), jnp.array(1.0)
    grass, forest = (energy.surface_albedo(seen, cover, of_type(energy.EnergyParams(), k)) for k in (8, 3))
    assert 0.5 < float(grass) < 0.75 and 0.15 < float(forest) < 0.4


def test_a_dry_surface_is_warmer_than_the_air_and_gradients_are_finite():
    dry = day(conductance=0.0, wetness=0.0)
    assert dry.surface_temperature[0] > day().surface_temperature[0]

    def total(tas, wind):
        values = (0.0, 0.0, tas, tas - 5, tas + 5, 0.0, 1e5, wind, 0.0, 0.0, 0.0)
        out = energy.daily(
            *(jnp.asarray(v) for v in values), of_type(energy.EnergyParams()), clearness=jnp.array(0.0)
        )
        return sum(map(jnp.sum, out))

    for celsius in (-60.0, 0.0, 50.0):
        slopes = jax.grad(total, argnums=(0, 1))(jnp.array(celsius + 273.15), jnp.array(0.0))
        assert np.isfinite(slopes).all()


def test_the_air_holds_less_over_ice_than_over_supercooled_water():
    # Sonntag 1990: 0.9054 at -10 and 0.7431 at -30 degC
    celsius = jnp.array([-30.0, -10.0, 0.0, 15.0])
    np.testing.assert_allclose(energy.ice_over_water(celsius + 273.15), [0.7431, 0.9054, 1.0, 1.0], rtol=5e-3)


def test_snow_in_air_saturated_over_ice_does_not_sublimate():
    still = {"snow_cover": jnp.array([1.0]), "lai": 0.0, "clearness": jnp.array(0.3)}

    def sublimation(vpd):
        values = (0.0, 20000.0, 253.15, 253.15, 253.15, vpd, 1e5, 3.0, 0.0, 0.0, 0.5)
        arguments = (jnp.array([v]) for v in values)
        options = {name: value for name, value in still.items() if name != "lai"}
        return float(
            energy.daily(*arguments, of_type(energy.EnergyParams()), **options).sublimation_potential[0]
        )

    frosty = 126.0 * (1.0 - float(energy.ice_over_water(jnp.array(253.15))))
    assert sublimation(frosty) < 0.2 * sublimation(frosty + 40.0)


def test_a_hot_surface_stirs_the_air_and_stays_cooler_than_in_neutral_air():
    dry = day(conductance=0.0, wetness=0.0)
    neutral = energy.close(dry._replace(convection=0.0), jnp.array([290.0]), jnp.zeros(1))
    stirred = energy.close(dry, jnp.array([290.0]), jnp.zeros(1))
    assert 290.0 < float(stirred.surface_temperature[0]) < float(neutral.surface_temperature[0])
    np.testing.assert_allclose(stirred.sensible, neutral.sensible)


def test_the_warmth_of_a_stirred_surface_solves_choudhury_and_monteith_within_a_tenth():
    """With 5 Ri of 0.3 per kelvin and 10 K in neutral air, x (1 + 0.3 x)^0.75 = 10 has x = 5.02."""
    assert 5.02 * (1.0 + 0.3 * 5.02) ** 0.75 == pytest.approx(10.0, rel=5e-3)
    of_ten = day(conductance=0.0, wetness=0.0)
    scaled = of_ten._replace(
        convection=jnp.array([0.3]), net_radiation=10.0 * of_ten.heat_capacity / of_ten.resistance
    )
    made = energy.close(scaled, jnp.array([290.0]), jnp.zeros(1)).surface_temperature - 290.0
    assert float(15.0 * jnp.arctanh(made[0] / 15.0)) == pytest.approx(5.02, rel=0.11)


def test_a_surface_that_radiates_more_when_warm_stays_nearer_to_the_air():
    night = day()._replace(net_radiation=jnp.array([-48.0]), resistance=jnp.array([60.0]), radiative=4.0)
    night = night._replace(heat_capacity=jnp.array([1200.0]))
    made = energy.close(night, jnp.array([250.0]), jnp.zeros(1)).surface_temperature - 250.0
    # 48 W m-2 over 1200 / 60 + 4 W m-2 K-1
    assert float(15.0 * jnp.arctanh(made[0] / 15.0)) == pytest.approx(-2.0)


def test_what_the_surface_radiates_lies_beside_the_air_in_the_way_of_heat():
    open_air = day(lai=0.0)
    both = open_air.heat_capacity / open_air.resistance + open_air.radiative
    np.testing.assert_allclose(open_air.over_ground, 1.0 / both)
    assert open_air.radiative[0] == pytest.approx(4.0 * 0.97 * 5.67e-8 * 290.0**3, rel=1e-3)
    assert day(lai=4.0).over_ground[0] > open_air.over_ground[0]


def test_litter_spares_the_water_of_the_soil():
    bare, covered = (
        energy.daily(
            *(jnp.array([v]) for v in (200.0, 50000.0, 290.0, 285.0, 295.0, 800.0, 1e5, 3.0, 0.5, 0.1, 0.8)),
            energy_with_litter(resistance),
        )
        for resistance in (0.0, 300.0)
    )
    assert float(covered.soil_evaporation_potential[0]) < 0.7 * float(bare.soil_evaporation_potential[0])
    np.testing.assert_allclose(covered.transpiration_potential, bare.transpiration_potential)


def energy_with_litter(resistance):
    return eqx.tree_at(lambda p: p.litter_resistance, of_type(energy.EnergyParams()), jnp.asarray(resistance))
