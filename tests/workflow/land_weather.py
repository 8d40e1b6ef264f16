"""A year of made-up weather on three by three cells, one of them sea, to run the land on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

SEA = (1, 2)
LAT, LON = (-5.0, 15.0, 35.0), (20.0, 40.0, 60.0)


def weather(year: int = 2011) -> xr.Dataset:
    """Daily drivers (time, lat, lon) in SI, warm in the south and mild in the north; no value over the sea."""
    time = pd.date_range(f"{year}-01-01", f"{year}-12-31")
    rng = np.random.default_rng(0)
    shape = (len(time), 3, 3)
    season = -np.cos(2.0 * np.pi * (np.arange(len(time)) - 15) / 365.0)[:, None, None]
    north = np.array(LAT)[None, :, None]
    tas = 300.0 - 0.4 * abs(north) + 0.3 * north * season + rng.normal(0.0, 2.0, shape)
    rain = rng.exponential(8.0, shape) * (rng.random(shape) < 0.4) / 86400.0
    fields = {
        "tas": tas,
        "tasmin": tas - 5.0,
        "tasmax": tas + 5.0,
        "rsds": 190.0 + 1.5 * north * season + rng.normal(0.0, 20.0, shape),
        "vpd": rng.uniform(300.0, 1500.0, shape),
        "pr": rain,
        "ps": np.full(shape, 98000.0),
        "co2": np.full(shape, 4e-4),
    }
    ds = xr.Dataset(
        {name: (("time", "lat", "lon"), values) for name, values in fields.items()},
        coords={"time": time, "lat": list(LAT), "lon": list(LON)},
    )
    return ds.where(~((ds.lat == LAT[SEA[0]]) & (ds.lon == LON[SEA[1]])))


def by_cell(ds: xr.Dataset) -> xr.Dataset:
    """The same as (time, cell), with lat and lon of each cell."""
    return ds.stack(cell=("lat", "lon")).reset_index("cell").transpose("time", "cell")


def configuration(folder: Path, drivers: Path, /, **more: object) -> Path:
    """A file that asks for a run of eight tiles in two blocks on these drivers, one year of settling."""
    import yaml

    content = {
        "drivers": str(drivers),
        "settle_years": 1,
        "plant_types": 1,
        "block": 4,
        "soil_settles": False,
    }
    path = folder / f"land{len(list(folder.glob('land*.yaml')))}.yaml"
    path.write_text(yaml.safe_dump(content | more))
    return path
