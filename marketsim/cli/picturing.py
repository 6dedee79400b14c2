"""The command that draws what a comparison found."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from marketsim.cli import options


def plot(
    folder: Annotated[Path, typer.Argument(help="the folder of a comparison in results/")],
    kind: Annotated[
        str,
        typer.Option(
            help="difference, members, money, map, points, flows, fees, routes, voids, drivers; all: each that there is"
        ),
    ] = "all",
    outcome: Annotated[
        str, typer.Option(help="what difference, members, maps and drivers are of")
    ] = "weekly_fee_mean_gbp",
    concerned: options.For = None,
    other: Annotated[str | None, typer.Option("--against", help="scenario to draw; not given: the first")] = None,
    shown: Annotated[Literal["change", "level"], typer.Option("--show", help="what maps show")] = "change",
    form: Annotated[Literal["png", "svg"], typer.Option("--form", help="kind of file")] = "png",
    out: Annotated[
        Path | None, typer.Option(help="folder for the files; not given: figures/ (for whom) in the results")
    ] = None,
) -> None:
    """Draw pictures of a comparison: titles say the finding, and a file beside each says it in words."""
    from marketsim.experiments.comparison import Comparison
    from marketsim.reports import plots

    comparison = Comparison.read(folder)
    drawn = plots.pictures(comparison, kind, outcome, concerned, other, shown)
    into = folder / f"figures{plots.slug(concerned)}" if out is None else out
    files = {plots.named(outcome, shown, name): one for name, one in drawn.items()}
    for name in plots.write(files, into, form):
        typer.echo(f"Written: {name}")


def report(
    folder: Annotated[Path, typer.Argument(help="the folder of a comparison in results/")],
    concerned: options.For = None,
    other: options.Against = None,
    summary: Annotated[bool, typer.Option("--summary", help="two pages instead of all")] = False,
    out: Annotated[
        Path | None, typer.Option(help="HTML file; not given: report.html (report-for-whom.html) in the results")
    ] = None,
) -> None:
    """Write a comparison as one page of HTML to hand in: findings, members, money, pictures, how sure, limits."""
    from marketsim.experiments.comparison import Comparison
    from marketsim.reports import plots
    from marketsim.reports import report as reporting

    path = folder / f"{'summary' if summary else 'report'}{plots.slug(concerned)}.html" if out is None else out
    reporting.write(Comparison.read(folder), concerned, other, summary, path)
    typer.echo(f"Written: {path}")


def workbook(
    folder: Annotated[Path, typer.Argument(help="the folder of a comparison in results/")],
    concerned: options.For = None,
    other: options.Against = None,
    out: Annotated[
        Path | None, typer.Option(help="Excel file; not given: workbook.xlsx (workbook-for-whom.xlsx) in the results")
    ] = None,
) -> None:
    """Write a comparison as an Excel workbook for analysts: a table a sheet, with titles, units and notes."""
    from marketsim.experiments.comparison import Comparison
    from marketsim.reports import council_workbook, plots

    path = folder / f"workbook{plots.slug(concerned)}.xlsx" if out is None else out
    written = council_workbook.write(Comparison.read(folder), concerned, other, path)
    typer.echo(f"Written: {path} (cover, {', '.join(written)})")
