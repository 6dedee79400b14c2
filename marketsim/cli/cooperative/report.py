"""A cooperative on two pages, to hand in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from marketsim.cli import options


def report(
    folder: Annotated[Path, typer.Argument(help="the folder of a comparison in results/")],
    concerned: options.For = None,
    other: options.Against = None,
    stability: Annotated[
        Path | None, typer.Option(help="the folder that `cooperative stability` left: who would stay")
    ] = None,
    fails: Annotated[Path | None, typer.Option(help="the folder that `discover` left: when it fails")] = None,
    out: Annotated[Path | None, typer.Option(help="HTML file; not given: cabinet-for-whom.html in the results")] = None,
) -> None:
    """Write what a cabinet paper needs on two pages: proposal, who gains, who loses, who stays, what isn't known."""
    from marketsim.experiments.comparison import Comparison
    from marketsim.reports import cabinet, plots

    comparison = Comparison.read(folder)
    whom = concerned or cabinet.cooperative_in(comparison)
    path = folder / f"cabinet{plots.slug(whom)}.html" if out is None else out
    cabinet.write(comparison, whom, other, cabinet.Beside(stability, fails), path)
    typer.echo(f"Written: {path}")
