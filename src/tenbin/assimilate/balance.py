"""What the air says was emitted: the stage that inverts the band means and writes the top-down pan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tenbin.assimilate import balance_products as products
from tenbin.assimilate.balance_forward import control_names, from_control
from tenbin.assimilate.balance_settings import TRACER
from tenbin.assimilate.joint_inversion import JointResult, invert, shared_covariance
from tenbin.assimilate.posterior_ensemble import Run, draw, run_members
from tenbin.core.arrays import jax, jnp
from tenbin.core.provenance import RunRecord, atomic_path, write_json
from tenbin.core.regions import BANDS
from tenbin.inference.shared import degrees_of_freedom
from tenbin.transport.box import transport_matrices
from tenbin.transport.box_geometry import BOX_MASS
from tenbin.transport.exchange import interhemispheric_exchange_time

MASS_LIMIT = 1e-9
DIGITS = 12
"""Significant digits of the written tables."""


def run(config: Any, out: Path) -> None:
    """Invert band_means.csv with bottom_up.csv as prior; write the inversion's tables and its record."""
    settings = config.balance_settings()
    means, bottom_up = pd.read_csv(out / "band_means.csv"), pd.read_csv(out / "bottom_up.csv")
    result = invert(means, bottom_up, settings, progress=print)
    seed = int(config.inversion.random_seed)
    members = draw(result, shared_covariance(settings), seed)
    runs = {gas: run_members(result, members, gas) for gas in settings.tracers}
    fits = {gas: products.fit_table(result, gas) for gas in settings.tracers}
    annual = {gas: products.emissions(result, gas) for gas in settings.tracers}
    rows = [products.ledger_rows(settings, gas, annual[gas], runs[gas]) for gas in settings.tracers]
    _write(pd.concat(rows), out / "top_down.csv")
    _write(pd.concat(fits.values()), out / "fit.csv")
    _write(pd.concat([products.surface_growth(means, gas) for gas in settings.tracers]), out / "growth.csv")
    write_json(out / "diagnostics.json", diagnostics(result, runs, fits))
    with atomic_path(out / "posterior.nc") as partial:
        posterior_dataset(result, runs, annual).to_netcdf(partial, engine="h5netcdf")
    _record(result, runs).write(out / "invert.json")


def _write(table: pd.DataFrame, path: Path) -> None:
    with atomic_path(path) as partial:
        table.to_csv(partial, index=False, float_format=f"%.{DIGITS}g", lineterminator="\n")


def mass_residual(gas: str, result: JointResult, one: Run) -> float:
    """Largest difference between burden change and emission minus loss, relative to the burden, in any year.

    The loss is taken from monthly mean mole fractions, whose product with a constant loss is exact.
    """
    burden = products.burdens(gas, one.end[0]).sum(axis=-1)[11::12]
    emission = products.yearly(one.emission[0].sum(axis=0))
    loss = sum(series[0] for series in products.sink_series(gas, one).values()) if one.loss else 0.0
    residual = np.diff(burden) - (emission + loss)[1:]
    return float(np.max(np.abs(residual)) / burden.max())


CREDITS = [
    {"title": "Emissions of CH3CCl3, world totals 1970-2016", "producer": "Prinn et al.; McCulloch and Midgley",
     "citation": "Prinn et al. (2005), J. Geophys. Res. 110, D07103; McCulloch and Midgley 2001",
     "licence": "published figures, cited"},
    {"title": "Hydroxyl and temperature of the twelve boxes", "producer": "aggregated by tenbin",
     "citation": "CAMS reanalysis and FLEXPART/GEOS-Chem hydroxyl as in MPTRAC; NCEP and NCAR monthly temperatures",
     "licence": "means over boxes of fields of the producers named"},
]  # fmt: skip


def _record(result: JointResult, runs: dict[str, Run]) -> RunRecord:
    record = RunRecord("invert", notes={"credits": CREDITS})
    for gas, one in runs.items():
        record.conserve(
            f"mass of {gas}", mass_residual(gas, result, one), MASS_LIMIT, "any year of the posterior run"
        )
    matrices = np.asarray(jax.jit(transport_matrices)(from_control(result.control).transport))
    worst = float(np.abs(BOX_MASS @ matrices).max() / (BOX_MASS.max() * np.abs(matrices).max()))
    record.conserve("air mass through faces", worst, 1e-12, "any month of the posterior transport")
    return record


def diagnostics(result: JointResult, runs: dict[str, Run], fits: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """Quality of the fit, lifetimes and shared parameters of the joint inversion."""
    settings = result.settings
    since = np.arange(settings.n_months) >= 12 * (settings.year_start - settings.first_year)
    with_loss = [gas for gas in runs if runs[gas].loss]
    exchange = interhemispheric_exchange_time(from_control(result.control).transport)
    return {
        "chi2_per_obs": {"overall": float(result.shared.chi_square) / result.shared.n_observations}
        | {gas: _chi_square(result, gas) for gas in runs},
        "n_observations": result.shared.n_observations,
        "degrees_of_freedom": {gas: _freedom(result, gas) for gas in runs},
        "lifetimes": {gas: products.lifetimes(gas, runs[gas], since)["total"] for gas in with_loss},
        "lifetimes_by_process": {gas: products.lifetimes(gas, runs[gas], since) for gas in with_loss},
        "exchange_time_yr": exchange,
        "annual_misfit": {gas: products.annual_misfit(fit) for gas, fit in fits.items()},
        "gauss_newton_steps_in_prior_sd": result.steps,
        "converged": bool(result.steps[-1] < settings.tolerance),
        "shared_parameters": shared_parameters(result),
        "not_verified": limits_of(result),
    }  # fmt: skip


def limits_of(result: JointResult) -> list[str]:
    """What this inversion cannot know, in words for the report: records that end, parameters that strain."""
    settings, told = result.settings, []
    for gas, state in result.gases.items():
        seen = state.observations
        last = settings.first_year + int(seen.month[seen.band >= 0].max()) // 12
        if last < settings.year_end:
            rest = "the global mean alone" if (seen.band < 0).any() else "no observation"
            told.append(
                f"{NAMES[gas]} of the bands ends in {last}; later years rest on {rest} and on the prior."
            )
    told.append("Where CH3CCl3 ends, the yearly anomaly of hydroxyl returns to its prior: zero within 3 %.")
    strained = [name.removesuffix(" (factor)") for name, one in shared_parameters(result).items()
                if name.endswith("(factor)") and abs(np.log(one["posterior"])) > 2 * one["prior_sd"]]  # fmt: skip
    if strained:
        told.append("Parameters more than two prior standard deviations from their prior: " + ", ".join(strained)
                    + ". The box model strains to fit what it is too coarse to hold.")  # fmt: skip
    return told


NAMES = {"co2": "CO2", "ch4": "CH4", "n2o": "N2O", "mcf": "CH3CCl3"}


def _freedom(result: JointResult, gas: str) -> float:
    state = result.gases[gas]
    return float(
        degrees_of_freedom(state.block, state.reduced, result.shared, jnp.asarray(state.error_factor))
    )


def _chi_square(result: JointResult, gas: str) -> float:
    state = result.gases[gas]
    misfit = state.block.residual - state.block.shared_jacobian @ result.shared.mean
    weighted = state.reduced.weighted_residual - state.reduced.weighted_shared @ result.shared.mean
    return float(misfit @ weighted) / misfit.shape[0]


def shared_parameters(result: JointResult) -> dict[str, dict[str, float]]:
    """Prior and posterior of transport, chemistry and hydroxyl; factors on the prior, anomalies as they are."""
    settings = result.settings
    names = control_names(settings.n_years, settings.first_year)
    prior_sd = np.sqrt(np.diag(np.asarray(shared_covariance(settings))))
    sd = np.sqrt(np.diag(np.asarray(result.shared.covariance)))
    told = {}
    for name, shift, before, after in zip(names, np.asarray(result.shared.mean), prior_sd, sd, strict=True):
        is_log = name.startswith("log ")
        key = name.removeprefix("log ") + (" (factor)" if is_log else "")
        told[key] = {"prior": 1.0 if is_log else 0.0, "prior_sd": float(before),
                     "posterior": float(np.exp(shift) if is_log else shift), "sd": float(after)}  # fmt: skip
    return told


def posterior_dataset(
    result: JointResult, runs: dict[str, Run], annual: dict[str, products.Annual]
) -> xr.Dataset:
    """Posterior as a CF dataset: monthly and yearly emissions, air of the twelve boxes, joint covariance."""
    settings = result.settings
    gases, years = list(settings.tracers), np.arange(settings.first_year, settings.year_end + 1)
    shape = (4, settings.n_years, 12)
    monthly = np.stack([runs[g].emission[0].reshape(shape) for g in gases])
    monthly_sd = np.stack([np.std(runs[g].emission[1:], axis=0, ddof=1).reshape(shape) for g in gases])
    prior = np.stack([np.asarray(result.gases[g].prior.emission).reshape(shape) for g in gases])
    air = np.stack([runs[g].mean[0].reshape(settings.n_years, 12, 12).mean(axis=1) for g in gases])
    per = {"units": "Tg yr-1", "comment": "mass of the gas itself, positive to the air"}
    data = {
        "emission": (("gas", "band", "year", "month"), monthly, per),
        "emission_sd": (("gas", "band", "year", "month"), monthly_sd, per),
        "emission_prior": (("gas", "band", "year", "month"), prior, per),
        "emission_annual": (("gas", "region", "year"), np.stack([annual[g].mean for g in gases]), per),
        "emission_annual_sd": (("gas", "region", "year"), np.stack([annual[g].sd for g in gases]), per),
        "emission_annual_covariance": (
            ("gas", "region", "year", "other_year"),
            np.stack([annual[g].covariance for g in gases]),
            {"units": "Tg2 yr-2", "comment": "errors of the years of one region"},
        ),
        "mole_fraction": (("gas", "year", "box"), air, {"units": "mol mol-1", "cell_methods": "year: mean"}),
    }  # fmt: skip
    coords = {"gas": gases, "band": list(BANDS), "region": list(products.REGIONS), "year": years,
              "other_year": years, "month": np.arange(1, 13)}  # fmt: skip
    attrs = {"title": "Joint posterior of the box inversion", "Conventions": "CF-1.11", "source": products.SOURCE,
             "tracer": TRACER}  # fmt: skip
    return xr.Dataset(data, coords, attrs)
