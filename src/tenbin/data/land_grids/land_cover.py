"""What grows where, on which soil and how wet, estimated from climate alone where no map is given.

The rules are of the kind of BIOME (Prentice et al. 1992, J. Biogeogr. 19, 117): limits of cold and warmth for each
kind of plant and of water for trees, grass and bare ground, with ramps in place of steps. Crops, rice, wetlands
and soils are crude: they put about the known areas into the right climates, no more. Use a real map
(`tenbin.data.land_grids.maps`) wherever there is one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from tenbin.data.land_grids.bioclimate import Bioclimate, bioclimate, ramp

__all__ = ["PLANT_TYPE_NAMES", "crop_fraction", "from_climate", "plant_fractions", "soil", "wetland_fraction"]

Floats = npt.NDArray[np.float64]

PLANT_TYPE_NAMES = (
    "tropical_evergreen_broadleaf",
    "tropical_raingreen_broadleaf",
    "temperate_evergreen_broadleaf",
    "temperate_evergreen_needleleaf",
    "temperate_deciduous_broadleaf",
    "boreal_evergreen_needleleaf",
    "boreal_deciduous_needleleaf",
    "shrub",
    "c3_grass",
    "c4_grass",
    "tundra",
    "crop",
    "desert_sparse",
)
"""The order of the land model's plant types."""

WETLAND_SHARE = (
    (-90.0, -30.0, 0.03), (-30.0, 0.0, 0.150), (0.0, 30.0, 0.120), (30.0, 50.0, 0.030), (50.0, 70.0, 0.110),
    (70.0, 90.0, 0.090),
)  # fmt: skip
"""South, north [degree] and share of wetland in level, wet land [1]. With the factors of `wetland_fraction` they
give 3.4 million km2 on the mean of the year, half in the tropics and 40 % north of 50 N: an estimate in the
range of inundation from satellites without lakes and rice (Zhang et al. 2021, ESSD 13, 2001: about 4.3)."""

MOST_CROPS = 0.28
"""Share of cropland where climate suits it best [1]."""
PASTURE_FROM_FOREST = 0.5
"""Share of what woods are left that is pasture where cropland is densest [1]: leaves 39 million km2 of forest beside
the 40 of FAO's Forest Resources Assessment 2010; without it there would be 48."""

_BARREN = PLANT_TYPE_NAMES.index("desert_sparse")


def from_climate(climatology: xr.Dataset) -> xr.Dataset:
    """Estimated surface of each cell of a climatology (month, cell) with `lat`, `lon`, `elevation`.

    `plant_fraction` (plant_type 13, cell), which sums to 1; `ice_fraction`, `crop_fraction`, `rice_fraction`,
    `wetland_fraction`, `sand`, `clay`, `organic` [1], `ph` and `mean_annual_temperature` [K], all (cell,).
    """
    climate = bioclimate(climatology)
    height, lat = climatology["elevation"].values, climatology["lat"].values
    lon = climatology["lon"].values
    crops = crop_fraction(climate, height)
    fields = {"ice_fraction": (climate.warmest < 0.0).astype(float), "crop_fraction": crops}
    fields["rice_fraction"] = rice_fraction(climate, crops, lat, lon)
    fields["wetland_fraction"] = wetland_fraction(climate, lat, height)
    fields |= soil(climate)
    made = xr.Dataset({name: ("cell", values, {"units": "1"}) for name, values in fields.items()})
    made["plant_fraction"] = (("plant_type", "cell"), plant_fractions(climate, crops), {"units": "1"})
    made["mean_annual_temperature"] = ("cell", climate.mean + 273.15, {"units": "K"})
    keep = [name for name in ("lat", "lon", "elevation", "land_area") if name in climatology]
    made = made.assign_coords(
        {name: climatology[name] for name in keep} | {"plant_type": list(PLANT_TYPE_NAMES)}
    )
    return made.assign_attrs(
        title="land cover and soils estimated from climate", method="BIOME-like rules; crude"
    )


def plant_fractions(climate: Bioclimate, crops: Floats) -> Floats:
    """Shares (plant_type 13, cell) of each kind of plant; with bare ground (desert_sparse) they sum to 1.

    Trees need 0.3 to 0.75 of the demand for water and 350 to 900 degC d of warmth; where it is too cold for
    them there is tundra; below a moisture of 0.15 the ground becomes bare, and all ice is counted as bare.
    """
    cover = ramp(climate.moisture, 0.02, 0.16) * ramp(climate.warmest, 0.0, 5.0)
    cold = ramp(climate.gdd5, 900.0, 350.0) * ramp(climate.warmest, 16.0, 10.0)
    natural = np.clip(cover - crops, 0.0, 1.0)
    trees = ramp(_moisture_with_frost(climate), 0.30, 0.75) * (1.0 - cold) * 0.85
    trees *= 1.0 - PASTURE_FROM_FOREST * crops / MOST_CROPS
    open_land = 1.0 - trees - cold
    shares = dict.fromkeys(PLANT_TYPE_NAMES, np.zeros_like(cover))
    shares |= {name: natural * trees * part for name, part in _kinds_of_tree(climate).items()}
    shrubs = 0.2 + 0.4 * ramp(climate.moisture, 0.4, 0.15)
    grass = natural * open_land * (1.0 - shrubs)
    shares["shrub"] = natural * open_land * shrubs
    shares["c4_grass"], shares["c3_grass"] = grass * climate.c4_share, grass * (1.0 - climate.c4_share)
    shares["tundra"], shares["crop"] = natural * cold, np.minimum(crops, cover)
    made = np.stack([shares[name] for name in PLANT_TYPE_NAMES])
    made[_BARREN] = 0.0
    made[_BARREN] = np.maximum(1.0 - made.sum(axis=0), 0.0)
    return made / made.sum(axis=0)


def _moisture_with_frost(climate: Bioclimate) -> Floats:
    """Moisture [1], 0.3 higher where the ground stays frozen below: it keeps water for the taiga and its bogs."""
    return climate.moisture + 0.3 * ramp(climate.mean, 2.0, -6.0)


def _kinds_of_tree(climate: Bioclimate) -> dict[str, Floats]:
    """Shares of the kinds of trees among trees (they sum to 1), by the coldest month, warmth and drought."""
    tropical = ramp(climate.coldest, 12.0, 17.0)
    boreal = (1.0 - tropical) * np.maximum(
        ramp(climate.coldest, -9.0, -16.0), ramp(climate.gdd5, 1300.0, 900.0)
    )
    temperate = 1.0 - tropical - boreal
    raingreen, larch = ramp(climate.dry_months, 2.0, 5.0), ramp(climate.coldest, -22.0, -32.0)
    evergreen = 0.7 * ramp(climate.coldest, 2.0, 11.0)
    needles = 0.4 * (1.0 - evergreen)
    birch = 0.15 * boreal
    return {
        "tropical_evergreen_broadleaf": tropical * (1.0 - raingreen),
        "tropical_raingreen_broadleaf": tropical * raingreen,
        "temperate_evergreen_broadleaf": temperate * evergreen,
        "temperate_evergreen_needleleaf": temperate * needles,
        "temperate_deciduous_broadleaf": temperate * (1.0 - evergreen - needles) + birch,
        "boreal_evergreen_needleleaf": (boreal - birch) * (1.0 - larch),
        "boreal_deciduous_needleleaf": (boreal - birch) * larch,
    }


def crop_fraction(climate: Bioclimate, height: npt.ArrayLike) -> Floats:
    """Share of cropland [0..1]: up to 0.28 in warm, moderately moist lowland, some 15 million km2 of the world.

    Fields need 1000 to 2200 degC d and a moisture of 0.2 to 0.45, and are few where forest is very wet or hot.
    """
    water = ramp(climate.moisture, 0.20, 0.45) * (0.2 + 0.8 * ramp(climate.moisture, 1.5, 0.9))
    warmth = ramp(climate.gdd5, 1000.0, 2200.0)
    return np.asarray(MOST_CROPS * water * warmth * ramp(height, 2500.0, 1200.0))


def rice_fraction(climate: Bioclimate, crops: Floats, lat: npt.ArrayLike, lon: npt.ArrayLike) -> Floats:
    """Share of paddy [0..1], a part of the cropland: up to 0.75 of it in the wet summers of monsoon Asia, and few
    elsewhere."""
    north, east = np.asarray(lat, dtype=float), np.asarray(lon, dtype=float) % 360.0
    asia = (north > -11.0) & (north < 46.0) & (east > 68.0) & (east < 147.0)
    climate_of_rice = ramp(climate.warmest, 20.0, 25.0) * ramp(climate.rain, 600.0, 1200.0)
    return np.asarray(crops * climate_of_rice * np.where(asia, 0.75, 0.04))


def wetland_fraction(climate: Bioclimate, lat: npt.ArrayLike, height: npt.ArrayLike) -> Floats:
    """Share of wetland on the mean of the year [0..1]: WETLAND_SHARE of the latitude, where there is water enough
    (moisture 0.3 to 1.0), where the ground thaws, and less on high ground (e-fold 600 m), which is rarely level."""
    north = np.asarray(lat, dtype=float)
    share = np.zeros_like(north)
    for south_edge, north_edge, value in WETLAND_SHARE:
        share = np.where((north >= south_edge) & (north < north_edge), value, share)
    level = np.exp(-np.asarray(height, dtype=float) / 600.0)
    return np.asarray(
        share * ramp(_moisture_with_frost(climate), 0.3, 1.0) * ramp(climate.warmest, 3.0, 9.0) * level
    )


def soil(climate: Bioclimate) -> dict[str, Floats]:
    """Crude `sand`, `clay`, `organic` (topsoil, share of volume) [0..1] and `ph` (cell,) by climate.

    Weathering makes clay where it is warm and wet (0.40), deserts are sandy (0.70), cold and wet ground keeps its
    organic matter (0.6, as layers of raw humus and peat have in Lawrence and Slater 2008), and rain leaches
    bases: pH falls from 8.2 in deserts to 5.0 in wet land.
    """
    arid, hot_wet = (
        ramp(climate.moisture, 0.35, 0.05),
        ramp(climate.mean, 15.0, 24.0) * ramp(climate.moisture, 0.5, 1.0),
    )
    cold_wet = ramp(climate.mean, 3.0, -4.0) * ramp(_moisture_with_frost(climate), 0.4, 0.9)
    clay = 0.22 - 0.12 * arid + 0.18 * hot_wet
    sand = np.minimum(0.42 + 0.28 * arid - 0.06 * hot_wet, 0.95 - clay)
    acid = 3.2 * ramp(climate.moisture, 0.1, 1.2)
    return {"sand": sand, "clay": clay, "organic": 0.04 - 0.03 * arid + 0.56 * cold_wet, "ph": 8.2 - acid}
