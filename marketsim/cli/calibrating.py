"""Fitting the uncertain parameters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from marketsim.cli.options import INTERRUPTED, Seed, Weeks, progress_bar


def calibrate(
    scenario: Annotated[str, typer.Argument(help="a scenario file, or the name of a shipped one")] = "baseline_2023",
    targets: Annotated[Path | None, typer.Option(help="CSV of targets; not given: those of England")] = None,
    ranges: Annotated[
        Path | None, typer.Option(help="CSV of uncertain parameters; not given: those of England")
    ] = None,
    runs_per_wave: Annotated[int | None, typer.Option(min=4, max=10_000, help="not given: 10 per parameter")] = None,
    waves: Annotated[int, typer.Option(min=1, max=50, help="most waves; fewer if the space stops shrinking")] = 5,
    keep: Annotated[int, typer.Option(min=1, max=1_000, help="plausible vectors to keep")] = 50,
    seed: Seed = 1,
    weeks: Weeks = None,
    workers: Annotated[int | None, typer.Option(min=1, help="processes; not given: one for each core")] = None,
    out: Annotated[Path | None, typer.Option(help="folder; if it holds this calibration unfinished, goes on")] = None,
    install: Annotated[
        bool, typer.Option("--install", help="put the plausible set into the checkout's package")
    ] = False,
) -> None:
    """Find the values of the uncertain parameters that fit the targets, wave by wave (history matching)."""
    from marketsim.core import interrupts

    with interrupts.deferred():
        from rich.console import Console

        from marketsim.reports.calibration import print_calibration, write_calibration_figure
        from marketsim.results.store import RESULTS
        from marketsim.scenario.signoff import signoff
        from marketsim.trust.calibration.calibrate import calibrate as calibrate_scenario
        from marketsim.trust.calibration.calibrate import write_plausible
        from marketsim.trust.calibration.folder import shipped_plausible
        from marketsim.trust.calibration.plan import read_plan

    plan = read_plan(scenario, targets, ranges, runs_per_wave, waves, keep, seed, weeks)
    kept = shipped_plausible() if install else None
    folder = out or RESULTS / f"calibrate-{plan.loaded.scenario.name}"
    try:
        with progress_bar("runs") as progress:
            task = progress.add_task("starting", total=None)
            advance: Callable[[str, int, int], None] = lambda text, done, total: progress.update(  # noqa: E731
                task, description=text, completed=done, total=total
            )
            calibrated = calibrate_scenario(plan, folder, workers=workers, on_progress=advance)
    except KeyboardInterrupt:
        typer.echo(f"\nStopped; the same command goes on with the runs that are in {folder}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    print_calibration(calibrated, Console())
    footing = signoff([plan.loaded]).line()
    typer.echo(footing)
    figure = write_calibration_figure(calibrated, folder, footing)
    if kept is not None:
        write_plausible(kept, calibrated.plausible)
    typer.echo(
        f"Results: {folder} (plausible.csv, waves.csv, parameters.csv, targets.csv, runs.parquet, {figure.name})"
    )
