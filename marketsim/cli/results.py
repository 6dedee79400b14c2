"""Finished results: which there are, what is in them, as Excel or CSV, by SQL, and two sets against each other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

results = typer.Typer(help="List, show, export, query and compare what runs left in results/.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="a folder of results, such as results/town")]


@results.command("list")
def list_folders(
    where: Annotated[Path, typer.Option("--results", help="the folder that holds them")] = Path("results"),
) -> None:
    """List all folders of results: kind, status, when, runs finished and failed."""
    from rich.console import Console

    from marketsim.reports import results as printing
    from marketsim.results import result

    printing.print_folders(result.results_in(where), Console())


@results.command()
def show(folder: Folder) -> None:
    """Show what a folder holds and what its numbers rest on."""
    from rich.console import Console

    from marketsim.reports import results as printing
    from marketsim.results.result import Result

    printing.print_folder(Result.read(folder), Console())


@results.command()
def export(
    folder: Folder,
    csv: Annotated[bool, typer.Option("--csv", help="every table as a CSV file, in a new folder")] = False,
    excel: Annotated[bool, typer.Option("--excel", help="one workbook")] = False,
    out: Annotated[Path | None, typer.Option(help="folder (--csv) or file (--excel); must not exist yet")] = None,
) -> None:
    """Write a folder's tables for Excel: with notes on scenario, seed, versions, and what the values rest on."""
    from marketsim.reports import workbook
    from marketsim.results.result import Result

    if csv == excel:
        raise typer.BadParameter("expected one of --csv and --excel")
    found = Result.read(folder)
    name = folder.resolve().name
    if csv:
        files = workbook.export_csv(found, out or folder.with_name(f"{name}-csv"))
        typer.echo(f"Written: {files[0].parent} ({', '.join(path.name for path in files)})")
    else:
        path = out or folder.with_name(f"{name}.xlsx")
        typer.echo(f"Written: {path} (sheets {', '.join(workbook.export_excel(found, path))})")


@results.command()
def query(
    folder: Folder,
    sql: Annotated[str, typer.Argument(help="one SELECT over the folder's tables (see: marketsim results show)")],
    out: Annotated[Path | None, typer.Option(help="CSV file for all rows; must not exist yet")] = None,
) -> None:
    """Ask a folder's tables by SQL (DuckDB); nothing but these tables can be read, and nothing changed."""
    from rich.console import Console

    from marketsim.reports import results as printing
    from marketsim.results import query as asking
    from marketsim.results import store
    from marketsim.results.result import Result

    store.check_new(out)
    given = asking.query(Result.read(folder).tables, sql)
    if out is None:
        printing.print_query(given, Console())
        return
    store.write_csv(out, given)
    typer.echo(f"Written: {out} ({len(given):,} rows)")


@results.command()
def compare(
    first: Folder,
    second: Folder,
    out: Annotated[Path | None, typer.Option(help="folder for the tables as CSV; must not exist yet")] = None,
) -> None:
    """Compare two finished sweeps of the same design: what the second gives less the first, with intervals."""
    from rich.console import Console

    from marketsim.experiments import sweeps_compared
    from marketsim.reports import results as printing
    from marketsim.results import store
    from marketsim.results.result import Result

    store.check_new(out)
    done = sweeps_compared.compare_sets(Result.read(first), Result.read(second))
    printing.print_set_differences(done, first.name, second.name, Console())
    if out is not None:
        store.new_folder(out, "")
        store.write_csv(out / "differences.csv", done.table)
        store.write_csv(out / "points.csv", done.points)
        typer.echo(f"Results: {out} (differences.csv, points.csv)")
