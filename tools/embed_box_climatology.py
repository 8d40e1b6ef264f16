"""Average hydroxyl and temperature climatologies over the twelve boxes of the box model.

Writes data/embedded/box_climatology.csv: for each box and month the air-mass-weighted temperature, hydroxyl
number density and first-order loss frequency of CH4 and CH3CCl3 (products are averaged, not factors, because
both peak in the same warm tropical air). Run with TENBIN_DATA set; needs files of `oh_and_chemistry` and
`met_pressure_levels`.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from tenbin.core.regions import BANDS

LAYERS = (("1000-500hPa", 1000.0, 500.0), ("500-200hPa", 500.0, 200.0), ("200-0hPa", 200.0, 0.0))
BAND_EDGES = np.array([-90.0, -30.0, 0.0, 30.0, 90.0])
ARRHENIUS = {"ch4": (2.45e-12, 1775.0), "mcf": (1.64e-12, 1520.0)}  # JPL 19-5: A [cm3 s-1], E/R [K]
LATITUDE = np.arange(-88.75, 90.0, 2.5)
PRESSURE = np.arange(5.0, 1000.0, 10.0)


def zonal_temperature(root: Path) -> np.ndarray:
    """Zonal-mean temperature [K] (month, pressure, latitude): January and June means joined by one harmonic."""
    folder = root / "atmosphere" / "met_pressure_levels"
    january = _zonal(folder / "ncar_uvt_jan1988_T42.nc")
    june = _zonal(folder / "ncep_june_climatology_T42.nc")
    mean, half = 0.5 * (january + june), 0.5 * (january - june)
    # extremes of tropospheric temperature fall about one month after the solstices
    phase = np.cos(2 * np.pi * (np.arange(12) - 0.7) / 12) / np.cos(2 * np.pi * 0.7 / 12)
    return mean + phase[:, None, None] * half


def _zonal(path: Path) -> np.ndarray:
    with xr.open_dataset(path, decode_times=False) as dataset:
        field = dataset["T"].isel(time=0).mean("lon").astype(float)
        field = field.where(field > 100.0)
        field = field.sortby("lev").interpolate_na("lev", method="nearest", fill_value="extrapolate")
        field = field.interp(lat=np.clip(LATITUDE, float(field.lat.min()), float(field.lat.max())))
        lev = np.clip(PRESSURE, float(field.lev.min()), float(field.lev.max()))
        return field.interp(lev=lev).transpose("lev", "lat").to_numpy()


def hydroxyl(root: Path) -> np.ndarray:
    """Zonal-mean hydroxyl [molecules cm-3] (month, pressure, latitude): mean of two climatologies.

    The CAMS-derived field has a north/south ratio of 1.35, the GEOS-Chem-based FLEXPART field 1.11; their
    mean, 1.2, stands between the models' and that inferred from CH3CCl3. Above 122 hPa only CAMS gives values.
    """
    folder = root / "atmosphere" / "oh_and_chemistry"
    cams, flexpart = (_hydroxyl_field(folder / name) for name in ("cams_OH.nc", "flexpart_OH.nc"))
    return np.where(PRESSURE[None, :, None] > 122.0, 0.5 * (cams + flexpart), cams)


def _hydroxyl_field(path: Path) -> np.ndarray:
    with xr.open_dataset(path, decode_times=False) as dataset:
        field = dataset["OH"].sortby("press").astype(float)
        level = np.clip(PRESSURE, float(field.press.min()), float(field.press.max()))
        latitude = np.clip(LATITUDE, float(field.lat.min()), float(field.lat.max()))
        return field.interp(press=level, lat=latitude).transpose("time", "press", "lat").to_numpy()


def box_mean(field: np.ndarray) -> np.ndarray:
    """Air-mass-weighted mean (month, layer, band) of a (month, pressure, latitude) field."""
    weight = np.cos(np.radians(LATITUDE))
    out = np.empty((12, 3, 4))
    for k, (_, bottom, top) in enumerate(LAYERS):
        level = (PRESSURE < bottom) & (PRESSURE >= top)
        for b in range(4):
            band = (LATITUDE > BAND_EDGES[b]) & (LATITUDE < BAND_EDGES[b + 1])
            part = field[:, level][:, :, band] * weight[band]
            out[:, k, b] = part.mean(1).sum(-1) / weight[band].sum()
    return out


def main() -> None:
    root = Path(os.environ["TENBIN_DATA"])
    temperature, oh = zonal_temperature(root), hydroxyl(root)
    fields = {"temperature_k": box_mean(temperature), "oh_molecules_cm3": box_mean(oh)}
    for gas, (a, e_over_r) in ARRHENIUS.items():
        fields[f"loss_{gas}_per_s"] = box_mean(a * np.exp(-e_over_r / temperature) * oh)
    rows = []
    for m in range(12):
        for k, (layer, _, _) in enumerate(LAYERS):
            for b, band in enumerate(BANDS):
                row = {"month": m + 1, "layer": layer, "band": band}
                rows.append(row | {name: float(f"{value[m, k, b]:.5g}") for name, value in fields.items()})
    target = Path(__file__).parents[1] / "src/tenbin/data/embedded/box_climatology.csv"
    pd.DataFrame(rows).to_csv(target, index=False)


if __name__ == "__main__":
    main()
