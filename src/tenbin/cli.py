"""The command line: each verb reads files and writes files by calling one public function."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    name="tenbin",
    help="Weigh the Earth's greenhouse gases: what the ground says against what the air says.\n\n"
    "Start with: tenbin run",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help appears twice as fast
    context_settings={"help_option_names": ["-h", "--help"]},
)

OutOption = Annotated[Path | None, typer.Option("--out", help="Run folder.  [default: tenbin-run]")]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="YAML file; without it the folder's own, or the defaults.")
]
ConfigArgument = Annotated[Path | None, typer.Argument(help="YAML file; without it the embedded defaults.")]


@app.callback()
def _options(
    traceback: Annotated[
        bool, typer.Option("--traceback", help="Show where in the code an error arose.")
    ] = False,
) -> None:
    """Options of every verb."""


@app.command(short_help="Do every stage, from observations to report.")
def run(
    config: ConfigArgument = None,
    out: OutOption = None,
    cores: Annotated[int, typer.Option(min=1, help="Stages and threads at once.")] = 2,
    profile: Annotated[str | None, typer.Option(help="Snakemake profile, for instance of a cluster.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Do again what is already done.")] = False,
) -> None:
    """Do every stage, from observations to report; goes on where an earlier run stopped.

    \b
    Examples:
      tenbin run
      tenbin run run.yaml --out budget-2020
      TENBIN_DATA=/data tenbin run --cores 4
    """
    from tenbin.workflow.engine import EngineOptions
    from tenbin.workflow.run import run as run_all

    run_all(config, out, EngineOptions(cores, profile, force), _console())


@app.command(short_help="Band means of the observed air.")
def observe(config: ConfigOption = None, out: OutOption = None) -> None:
    """Average the observed air over four latitude bands -> band_means.csv.

    Example: tenbin observe --out tenbin-run
    """
    _stage("observe", config, out)


@app.command(short_help="Emissions told by the ground.")
def inventory(config: ConfigOption = None, out: OutOption = None) -> None:
    """Gather the emissions told by inventories and models -> bottom_up.csv.

    Example: tenbin inventory --out tenbin-run
    """
    _stage("inventory", config, out)


@app.command(short_help="Emissions told by the air.")
def invert(config: ConfigOption = None, out: OutOption = None) -> None:
    """Carry the observed air back to its sources -> top_down.csv, posterior.nc, fit.csv.

    Example: tenbin invert --config run.yaml --out tenbin-run
    """
    _stage("invert", config, out)


@app.command(short_help="One ledger, and how far apart the pans are.")
def budget(config: ConfigOption = None, out: OutOption = None) -> None:
    """Enter both pans into one ledger and compare them -> ledger.csv, reconciliation.csv.

    Example: tenbin budget --out tenbin-run
    """
    _stage("budget", config, out)


@app.command(short_help="The page to read.")
def report(config: ConfigOption = None, out: OutOption = None) -> None:
    """Write the page to read, complete in one file -> report.html, budget.nc.

    Example: tenbin report --out tenbin-run
    """
    _stage("report", config, out)


@app.command(short_help="Run the land ecosystem over a grid.")
def land(
    config: Annotated[
        Path | None, typer.Argument(help="YAML file; without it the climatology's globe.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Run folder.  [default: tenbin-land]")] = None,
) -> None:
    """Run the land over a grid -> land_monthly.nc, land_maps.png, land_totals.csv, ledger.csv, restart.npz.

    \b
    Goes on where an earlier run stopped. Without a file: the globe at 2.5 degrees under a climatology.
    Examples:
      tenbin land --out tenbin-land
      tenbin config --land > land.yaml
      tenbin land land.yaml --out siberia
    """
    from tenbin.workflow.land_run import run as run_land

    run_land(config, out, _console())


@app.command(short_help="Carry tracers through the moving air of the globe.")
def transport(
    config: Annotated[
        Path | None, typer.Argument(help="YAML file; without it five gases in a made-up year.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Run folder.  [default: tenbin-transport]")
    ] = None,
) -> None:
    """Carry tracers through the air -> mole_fractions.nc, transport.png, stations.nc, books.csv, restart.npz.

    \b
    Goes on where an earlier run stopped; transport.json is its record, for 'tenbin check'.
    Without a file: CO2, CH4, N2O, SF6 and radon of 2010, for a year of SYNTHETIC air, which is made
    when it is first asked for (some minutes; pip install "tenbin[met]").
    Examples:
      tenbin transport --out tenbin-transport
      tenbin config --transport > transport.yaml
      tenbin transport transport.yaml --out sulfur-hexafluoride
    """
    from tenbin.workflow.transport_run import run as run_transport

    run_transport(config, out, _console())


@app.command(short_help="Make air for 'tenbin transport' of weather analyses.")
def air(
    sources: Annotated[list[str], typer.Argument(help="NetCDF files and Zarr stores; they are joined.")],
    out: Annotated[Path, typer.Option("--out", help="File to write.")] = Path("air.nc"),
    name: Annotated[list[str] | None, typer.Option(help="A field's name in them: ua=wind_e.")] = None,
    unit: Annotated[list[str] | None, typer.Option(help="A unit they do not state: hfss='W m-2'.")] = None,
    start: Annotated[str | None, typer.Option(help="From 0 UTC of this day: 2019-01-01.")] = None,
    end: Annotated[str | None, typer.Option(help="To 0 UTC of this day: 2020-01-01.")] = None,
    rows: Annotated[int, typer.Option(help="Rows of cells.")] = 46,
    columns: Annotated[int, typer.Option(help="Cells around the globe.")] = 72,
    levels: Annotated[int, typer.Option(help="Layers of air.")] = 20,
    relief: Annotated[bool, typer.Option("--relief", help="Ground of ETOPO if they have none.")] = False,
    dry: Annotated[bool, typer.Option("--dry", help="Accept air without humidity.")] = False,
    longest: Annotated[float, typer.Option(help="Most hours from one time to the next.")] = 24.0,
    most_steps: Annotated[int, typer.Option(help="Most steps of advection between two times.")] = 24,
    days: Annotated[int | None, typer.Option(help="Play few times to and fro for so long.")] = None,
    hours: Annotated[float, typer.Option(help="How long a single time is played.")] = 6.0,
) -> None:
    """Turn analyses of the weather (ERA5, GFS, IFS, ...) into a file of air mass fluxes -> air.nc.

    \b
    Names, units and axes of the usual archives are known. Says all that is wrong before any work.
    Examples:
      tenbin air era5.zarr orography.nc --start 2019-01-01 --end 2020-01-01 --out air-2019.nc
      tenbin air u.nc v.nc rest.nc --name ua=wind_e --rows 91 --columns 144
      tenbin air forecast.nc --relief --days 10
    """
    from tenbin.workflow.air_verb import run as make_air

    cells = {"rows": rows, "columns": columns, "levels": levels}
    options = {"relief": relief, "dry": dry, "longest": longest, "most_steps": most_steps, "days": days}
    more = {"hours": hours, "names": name, "units": unit, "start": start, "end": end}
    make_air(sources, out, cells | options | more, _console())


@app.command(short_help="Provenance and conservation of a run folder.")
def check(
    folder: Annotated[Path | None, typer.Argument(help="Run folder.")] = None,
    config: ConfigOption = None,
    out: OutOption = None,
) -> None:
    """Finish run.json, or compare a finished folder with it; fails if a conservation limit was passed.

    \b
    Takes the folders of 'tenbin run', 'tenbin transport' and 'tenbin land' (of the last the books alone).
    Examples:
      tenbin check tenbin-run
      tenbin check tenbin-transport
    """
    from tenbin.workflow.checking import check_folder

    check_folder(folder or out, config, _console())


@app.command(short_help="Download data products.")
def fetch(
    names: Annotated[list[str] | None, typer.Argument(help="Products; all that can be had if none.")] = None,
    cache: Annotated[Path | None, typer.Option(help="Folder to keep the files in.")] = None,
    listing: Annotated[bool, typer.Option("--list", help="Show the products and stop.")] = False,
) -> None:
    """Download data products, resumed and verified, into the user's cache.

    \b
    Examples:
      tenbin fetch --list
      tenbin fetch noaa_flask gcb2019
    """
    from tenbin.workflow import fetching

    if listing:
        fetching.list_products(_console())
    else:
        fetching.fetch(names or None, cache, _console())


@app.command("config", short_help="Print or check a configuration.")
def show_config(
    config: Annotated[Path | None, typer.Argument(help="YAML file to check and print resolved.")] = None,
    for_land: Annotated[bool, typer.Option("--land", help="Of 'tenbin land'.")] = False,
    for_transport: Annotated[bool, typer.Option("--transport", help="Of 'tenbin transport'.")] = False,
) -> None:
    """Print the default configuration as commented YAML, or check a file of yours.

    \b
    Examples:
      tenbin config > run.yaml
      tenbin config run.yaml
      tenbin config --land > land.yaml
      tenbin config --transport > transport.yaml
    """
    from tenbin.workflow.template import describe, describe_land, describe_transport

    told = describe_land if for_land else describe_transport if for_transport else describe
    typer.echo(told(config), nl=False)


@app.command(short_help="Print the version.")
def version() -> None:
    """Print the version."""
    import tenbin

    typer.echo(tenbin.__version__)


def _stage(name: str, config: Path | None, out: Path | None) -> None:
    """Do one stage in a run folder."""
    from tenbin.workflow.stages import run_verb

    typer.echo(run_verb(name, config, out))


def _console() -> Any:
    from rich.console import Console

    return Console()


def main(arguments: list[str] | None = None) -> None:
    """Entry point: shows what is wrong with an input without a traceback and ends with status 2.

    Other errors end with status 1 and a hint at --traceback, an interruption with 130.
    """
    words = sys.argv[1:] if arguments is None else arguments
    show_traceback = "--traceback" in words
    try:
        app(args=[word for word in words if word != "--traceback"], prog_name="tenbin")
    except KeyboardInterrupt:
        sys.exit(_say("Interrupted. The same command goes on from here.", 130))
    except Exception as error:
        if show_traceback:
            raise
        sys.exit(_explain(error))


def _explain(error: Exception) -> int:
    """Tell the user what happened; returns the exit status."""
    from tenbin.core.errors import InputError, TenbinError

    if isinstance(error, InputError):
        many = f"{len(error.faults)} things are wrong:\n" if len(error.faults) > 1 else ""
        return _say(f"{many}{error}", 2)
    if isinstance(error, TenbinError):
        return _say(str(error), getattr(error, "exit_code", 1))
    hint = "This is not expected; run the same command with --traceback to see where it arose."
    return _say(f"{type(error).__name__}: {error}\n{hint}", 1)


def _say(message: str, status: int) -> int:
    typer.echo(message, err=True)
    return status


if __name__ == "__main__":
    main()
