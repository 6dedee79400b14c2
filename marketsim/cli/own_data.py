"""A council's own files: looked through, reduced into a folder, and shown beside the national figures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from marketsim.cli import options
from marketsim.scenario.errors import ScenarioError

data = typer.Typer(
    help="Read your own files (returns, placement lists, homes, forecasts) and start the market from them. Nothing "
    "leaves this computer.",
    no_args_is_help=True,
)

Files = Annotated[list[Path], typer.Argument(help="files of any known form; `marketsim docs own_data` lists them")]
Authority = Annotated[
    str | None, typer.Option(help="whose the files are that don't say it; not given: by the name of folder or file")
]


@data.command()
def check(files: Files, authority: Authority = None) -> None:
    """Look through files: what each is, what would be used, what not and why. Writes nothing."""
    from rich.console import Console

    from marketsim.own_data import importing
    from marketsim.reports import own_files

    wrong: list[ScenarioError] = []
    own_files.print_files(importing.read_files(files, authority, wrong.append), Console())
    for error in wrong:
        typer.echo(str(error), err=True)
    if wrong:
        raise typer.Exit(options.USER_MISTAKE)


@data.command("import")
def import_(
    files: Files,
    out: Annotated[Path, typer.Option(help="folder to make; must not exist yet")],
    authority: Authority = None,
    needs: Annotated[
        Literal["national", "ours"],
        typer.Option(help="needs of new children; ours: your lists' words mean the model's bands (docs own_data)"),
    ] = "national",
) -> None:
    """Reduce files to what a market starts from, without anything that says who a child is, and keep it in a folder."""
    from rich.console import Console

    from marketsim.own_data import dating, importing, provenance, readme, region, starting
    from marketsim.own_data.estimates.table import estimate
    from marketsim.own_data.kept import folder, folder_tables, reducing
    from marketsim.reports import own_data as estimates
    from marketsim.reports import own_files

    console = Console()
    with folder.made(out) as part:
        imported = importing.read_files(files, authority)
        day = dating.as_at(imported.part, imported.findings)
        tables = reducing.reduced(imported.part)
        ours = region.region_of(tables, day, needs == region.OURS)
        parts = provenance.provenance(ours)
        folder.write(part, tables, imported, day, needs)
        folder_tables.read(part)  # a market must be able to start from it
        folder.write_text(part / starting.SCENARIO, starting.scenario_text(ours, out.name))
        if len(tables["placements"]):
            found = estimate(tables["placements"])
            folder.write_table(part / "estimates.csv", found)
            estimates.draw(found, part / "estimates.png")
        folder.write_text(part / readme.README, readme.readme(part, imported, parts, day))
    own_files.print_files(imported, console)
    own_files.print_provenance(parts, console)
    for sentence in provenance.short_of_places(ours):
        console.print(sentence)
    typer.echo(f"Written: {out} ({', '.join(sorted(path.name for path in out.iterdir()))})")
    typer.echo(f"Next: marketsim data show {out}; marketsim run {out / starting.SCENARIO}")


@data.command()
def show(folder: Annotated[Path, typer.Argument(help="a folder that an import made")]) -> None:
    """Show which part of a market is whose, and what your own figures are beside the national ones."""
    from rich.console import Console

    from marketsim.own_data import provenance, region
    from marketsim.own_data.estimates.table import estimate
    from marketsim.own_data.kept.folder_tables import read
    from marketsim.reports import own_data as estimates
    from marketsim.reports import own_files

    ours, placements = region.read_region(str(folder)), read(folder)["placements"]
    found = estimate(placements)
    if short := estimates.in_short(found):
        Console().print(short, highlight=False)
    own_files.print_provenance(provenance.provenance(ours), Console())
    for sentence in provenance.short_of_places(ours):
        Console().print(sentence)
    if len(placements):
        estimates.print_estimates(found, Console())


@data.command()
def template(
    out: Annotated[Path, typer.Argument(help="workbook (.xlsx) to write; must not exist yet")] = Path("our-homes.xlsx"),
) -> None:
    """Write an empty workbook for homes and contracts of your own: fill it in and name it to `data import`."""
    from marketsim.own_data.formats.template import template_out
    from marketsim.results import store

    if out.exists():
        raise store.StoreError(f"{out} exists already; name another file, nothing was changed")
    store.check_new_file(out, ".xlsx")
    template_out.write_template(out)
    typer.echo(f"Written: {out} (sheets homes, contracts)")


@data.command()
def forecast(
    run: Annotated[Path, typer.Argument(help="the folder of a run, such as results/our-region")],
    out: Annotated[Path, typer.Option(help="CSV file to write; must not exist yet")],
    by: Annotated[Literal["year", "week"], typer.Option(help="a row a year, or a week")] = "year",
) -> None:
    """Write a run's children in homes by authority and need as a forecast, in the form in which forecasts are read."""
    from marketsim.own_data.formats.forecasts import forecast_out
    from marketsim.reports import forecast as making
    from marketsim.results import store
    from marketsim.results.result import Result

    store.check_new_file(out, ".csv")
    rows = making.of_run(Result.read(run), by)
    forecast_out.write_forecast(rows, out)
    typer.echo(f"Written: {out} ({len(rows):,} rows)")
