"""Compare methane fluxes with chambers of the Arctic and boreal; needs TENBIN_DATA. Prints one JSON line.

usage: python benchmarks/methane_chambers.py

Four comparisons. Soil air: what methane in the soil under hand chambers on four Arctic sites says of its diffusion
and its loss (not independent: the default rate is from their mean flux). Uptake: the model as it stands, and with one
factor fitted on the first half of the days, against automatic chambers on upland tundra (Voigt et al. 2023, Trail
Valley), and as it stands at four forests and a meadow (COSORE). Emission: the uncalibrated wetland column against
annual fluxes of wetlands (Treat et al. 2018); it sees mean and swing of the air's temperature and the water table
only, so it can at best explain what these explain.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from tenbin.core.arrays import jax, jnp
from tenbin.data import catalog
from tenbin.data.chambers import cosore, voigt2023
from tenbin.data.land_grids import noaa_climatology
from tenbin.land import methane_upland, methane_wetland
from tenbin.land.soil_grid import DEFAULT_GRID

FOLDER = "land/ch4_chamber"
TRAIL_VALLEY_CH4 = 1.93e-6  # mol mol-1, Arctic air of 2019 to 2021
POROSITY = 0.85  # m3 m-3, organic topsoil of tundra; the table's two moistures imply 0.94
CLAY = 0.2
WETLANDS = ("Fen", "Bog", "Marsh", "Swamp", "Tundra")
YEARS = 3
FOREST_POROSITY = 0.6  # m3 m-3, topsoil of forest and meadow; own choice, for the sets do not tell
UPLANDS = (
    "d20190610_SIHI_H2",
    "d20200328_UEYAMA_HOKUROKU",
    "d20200328_UEYAMA_TESHIO",
    "d20200328_UEYAMA_YAMASHIRO",
    "d20200407_WANG",
)
MANUAL_CH4 = 1.95e-6  # mol mol-1, air over the hand chambers
PROFILE = {"ch4_2cm": 0.02, "ch4_5cm": 0.05, "ch4_10cm": 0.10, "ch4_20cm": 0.20}


def skill(model: np.ndarray, seen: np.ndarray) -> dict[str, float]:
    error = model - seen
    ranks = [pd.Series(v).rank() for v in (model, seen)]
    return {
        "n": len(seen),
        "mean_model": round(float(model.mean()), 3),
        "mean_seen": round(float(seen.mean()), 3),
        "r": round(float(np.corrcoef(model, seen)[0, 1]), 3),
        "rank_r": round(float(np.corrcoef(*ranks)[0, 1]), 3),
        "rmse": round(float(np.sqrt((error**2).mean())), 3),
        "nse": round(float(1.0 - (error**2).sum() / ((seen - seen.mean()) ** 2).sum()), 3),
    }


def trail_valley(root: Path) -> pd.DataFrame:
    """Daily means per vegetation: uptake [mg CH4 m-2 d-1], soil temperature [degC], moisture [m3 m-3]."""
    table = pd.read_csv(root / FOLDER / "voigt2023_trail_valley_autochamber.csv.gz")
    table["day"] = table.Timestamp_local.str[:10]
    table["uptake"] = -24e-3 * table.CH4_Flux_ug_m2_h
    names = ["uptake", "Soil_Temp_GF_C", "Soil_Moisture_GF_VWC"]
    daily = table.groupby(["Vegetation_Cover", "day"])[names].agg(["mean", "count"])
    enough = daily[daily["uptake"]["count"] >= 8]
    return enough.xs("mean", axis=1, level=1).dropna().reset_index()


def curry(daily: pd.DataFrame) -> np.ndarray:
    """Uptake [mg CH4 m-2 d-1] of the uncalibrated model."""
    moisture = daily.Soil_Moisture_GF_VWC.to_numpy()
    one = np.ones(len(daily))
    columns = (
        273.15 + daily.Soil_Temp_GF_C.to_numpy(),
        POROSITY * one,
        POROSITY - moisture,
        0.01 * one,  # MPa: tundra is never dry enough for suction to matter
        CLAY * one,
        0.0 * one,
        0.0 * one,
        TRAIL_VALLEY_CH4 * one,
    )
    flux = methane_upland.uptake(*map(jnp.asarray, columns), methane_upland.UplandParams())
    return np.asarray(flux) * 86400e6


def soil_air(root: Path) -> dict:
    """Diffusivity [cm2 s-1] and loss rate at 0 C [s-1] by cover, of flux and e-fold of methane with depth.

    C = C0 exp(-z/L) gives D = F L / C0 and k = F / (C0 L). Covers whose soil sensor stood above 25 C are left out,
    and those whose air holds more methane below than above: they make some.
    """
    table = voigt2023.read_manual(root / FOLDER / "voigt2023_manual_chamber.csv")
    found = {}
    for name, rows in table.groupby(["site", "landcover", "cover"]):
        mean = rows[["ch4", "soil_temperature", "soil_moisture", *PROFILE]].mean()
        if not mean["soil_temperature"] < 298.15:
            continue
        air = mean["soil_temperature"] - 273.15
        profile = mean[list(PROFILE)].to_numpy()
        known = np.isfinite(profile)
        fall = -np.log(profile[known] / MANUAL_CH4)
        depth = np.array(list(PROFILE.values()))[known]
        length = float((depth**2).sum() / (depth * fall).sum())
        above = MANUAL_CH4 * 16.04e-3 * 101325.0 / (8.314 * mean["soil_temperature"])
        velocity = -mean["ch4"] / above
        warm = float(methane_upland.warm_response(air) * methane_upland.cold_response(air))
        told = {"uptake": round(-mean["ch4"] * 86400e6, 2), "model": round(_manual_model(mean), 2)}
        if length > 0.0:
            told |= {
                "diffusivity": round(velocity * length * 1e4, 3),
                "rate": float(f"{velocity / length / warm:.2g}"),
            }
        found[", ".join(name)] = told
    return found


def _manual_model(mean: pd.Series) -> float:
    """Uptake [mg CH4 m-2 d-1] of the model in the mean conditions of a cover."""
    state = (
        mean["soil_temperature"],
        POROSITY,
        POROSITY - mean["soil_moisture"],
        0.01,
        CLAY,
        0.0,
        0.0,
        MANUAL_CH4,
    )
    arrays = [jnp.asarray([value]) for value in state]
    return float(methane_upland.uptake(*arrays, methane_upland.UplandParams())[0]) * 86400e6


def other_uptake() -> dict:
    """Daily means of automatic chambers at four Asian and American forests and a meadow in Tibet (COSORE)."""
    found = {}
    for name in UPLANDS:
        rows = cosore.read(name)
        rows = rows[rows["treatment"] == "None"].dropna(subset=["ch4", "soil_temperature", "soil_moisture"])
        if rows["measured"].nunique() > 1:
            rows = rows[rows["measured"] != "NEE"]
        state = ["ch4", "soil_temperature", "soil_moisture"]
        days = rows.groupby(rows["time"].dt.floor("D"))[state].agg(["mean", "count"])
        daily = days[days[("ch4", "count")] >= 6].xs("mean", axis=1, level=1)
        one, wet = np.ones(len(daily)), np.minimum(daily["soil_moisture"], FOREST_POROSITY - 0.02)
        columns = (
            daily["soil_temperature"], FOREST_POROSITY * one, FOREST_POROSITY - wet, 0.01 * one, CLAY * one,
            0.0 * one, 0.0 * one, TRAIL_VALLEY_CH4 * one,
        )  # fmt: skip
        arrays = (jnp.asarray(np.asarray(column)) for column in columns)
        model = np.asarray(methane_upland.uptake(*arrays, methane_upland.UplandParams())) * 86400e6
        found[rows.attrs["site"]] = skill(model, -daily["ch4"].to_numpy() * 86400e6)
    return found


def compare_uptake(root: Path) -> dict:
    daily = trail_valley(root)
    model, seen = curry(daily), daily.uptake.to_numpy()
    days = np.sort(daily.day.unique())
    early = (daily.day < days[len(days) // 2]).to_numpy()
    factor = float((model[early] * seen[early]).sum() / (model[early] ** 2).sum())
    by_cover = {
        cover: skill(model[rows], seen[rows])
        for cover, rows in (
            (c, (daily.Vegetation_Cover == c).to_numpy()) for c in sorted(set(daily.Vegetation_Cover))
        )
    }
    return {
        "uncalibrated": skill(model, seen),
        "factor_from_first_half": round(factor, 3),
        "second_half_uncalibrated": skill(model[~early], seen[~early]),
        "second_half_with_factor": skill(factor * model[~early], seen[~early]),
        "second_half_constant_mean_rmse": round(float(np.std(seen[~early] - seen[early].mean())), 3),
        "by_vegetation": by_cover,
    }


def treat(root: Path) -> pd.DataFrame:
    """Wetland rows with a temperature, a water table [m] and a measured or estimated annual flux."""
    table = pd.read_csv(root / FOLDER / "treat2018_annual_ch4_estimates.csv")
    table = table[(table.Annual_Flux_Type != "Modeled") & ~table.Remove_QC.astype(bool)]
    table = table[table.Standardized_Ecosystem_Type.isin(WETLANDS)]
    table = table[table.Water_Table_Depth_cm.abs() < 200.0]  # 999 and -999 stand for nothing known
    kept = table.rename(columns={"Mean_Annual_Air_Temp_C": "mat", "Annual_CH4_Flux_g_m2_y": "flux"})
    kept = kept.assign(table=kept.Water_Table_Depth_cm / 100.0).dropna(subset=["mat", "flux", "table"])
    return kept.assign(swing=_swing(kept.Latitude.to_numpy(), kept.Longitude.to_numpy()))


def _swing(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Half of what parts the warmest from the coldest month [K] where a site lies, of the NOAA climatology."""
    air = noaa_climatology.read()["tas"]
    at = {"lat": xr.DataArray(lat, dims="site"), "lon": xr.DataArray(np.mod(lon, 360.0), dims="site")}
    there = air.sel(at, method="nearest")
    return 0.5 * (there.max("month") - there.min("month")).to_numpy()


def column_year(mat: jax.Array, swing: jax.Array, table: jax.Array) -> jax.Array:
    """Annual emission [g CH4 m-2] of the column, last of three years, by air temperature and water table (site,)."""
    depth = jnp.asarray(DEFAULT_GRID.soil.midpoint)[:, None]
    thickness = jnp.asarray(DEFAULT_GRID.soil.thickness)[:, None]
    roots = jnp.exp(-depth / 0.15) * thickness
    roots = jnp.broadcast_to(roots / roots.sum(), (8, mat.size))
    params = methane_wetland.WetlandParams()

    def ground(day: jax.Array) -> jax.Array:
        """Surface [degC]: the air's, but under snow half as far below freezing (n-factor, Lunardini 1978)."""
        air = mat + swing * jnp.sin(2.0 * jnp.pi * (day - 115.0) / 365.0)
        return jnp.where(air > 0.0, air, 0.5 * air)

    mean = jnp.mean(jax.vmap(ground)(jnp.arange(365.0)), axis=0)

    def day(state: methane_wetland.WetlandState, t: jax.Array) -> tuple:
        # the yearly wave fades and lags over a damping depth of 1.5 m
        celsius = mean + (ground(t - depth / 1.5 * 365.0 / (2.0 * jnp.pi)) - mean) * jnp.exp(-depth / 1.5)
        ice = jax.nn.sigmoid(-4.0 * celsius)
        green = 1.5 * jax.nn.sigmoid(celsius[0] - 5.0)
        rh = 1.5e-8 * jnp.exp(0.07 * (celsius[1] - 10.0)) * (1.0 - ice[1])
        one = jnp.ones_like(mat)
        return methane_wetland.step(
            state, rh, 273.15 + celsius, table, 0.6 * (1.0 - ice), ice, green, roots,
            1.9e-6 * one, 1e5 * one, 6.2 * one, params, porosity=0.85,
        )  # fmt: skip

    start = methane_wetland.initial(mat.size)
    _, fluxes = jax.lax.scan(day, start, jnp.arange(365.0 * YEARS))
    return jnp.sum(fluxes.emission[-365:], axis=0) * 86400.0 * 1e3


def compare_emission(root: Path) -> dict:
    rows = treat(root)
    given = (jnp.asarray(rows[name].to_numpy()) for name in ("mat", "swing", "table"))
    model = np.asarray(jax.jit(column_year)(*given))
    seen = rows.flux.to_numpy()
    within = lambda name: (rows.Standardized_Ecosystem_Type == name).to_numpy()  # noqa: E731
    return {
        "all": skill(model, seen),
        "log_r": round(
            float(np.corrcoef(np.log1p(np.maximum(model, 0)), np.log1p(np.maximum(seen, 0)))[0, 1]), 3
        ),
        "median_model": round(float(np.median(model)), 2),
        "median_seen": round(float(np.median(seen)), 2),
        "rank_r_of_temperature_alone": skill(rows.mat.to_numpy(), seen)["rank_r"],
        "rank_r_of_water_table_alone": skill(-rows.table.to_numpy(), seen)["rank_r"],
        "by_type": {
            name: skill(model[within(name)], seen[within(name)])
            for name in WETLANDS
            if within(name).sum() > 9
        },
    }


def main() -> None:
    root = catalog.data_root()
    if root is None:
        sys.exit("methane_chambers.py: the chambers are not in the package; set TENBIN_DATA to their folder")
    told = {
        "soil_air": soil_air(root),
        "cosore_uptake": other_uptake(),
        "trail_valley_uptake": compare_uptake(root),
        "treat_annual_emission": compare_emission(root),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
