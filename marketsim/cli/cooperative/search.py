"""The command that looks for terms of a cooperative which serve several aims."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from marketsim.cli import options

if TYPE_CHECKING:
    from marketsim.experiments.cooperatives.search_plan import Search

Levers = Annotated[
    list[str],
    typer.Option(
        metavar="KEY=LOW:HIGH",
        help="a lever and its range, or KEY=A,B,C; of a key the last parts will do; or an experiment file, for its "
        "factors; can be given several times",
    ),
]
Objectives = Annotated[
    str,
    typer.Option(
        help="what is made small: two or more of spend, out_of_area, unregistered, voids, distance, fee, waiting, "
        "over_20_miles, with commas"
    ),
]
Concerned = Annotated[
    str | None,
    typer.Option("--for", help="whom it is measured for: as for compare, or England; not given: the members"),
]
Named = Annotated[str | None, typer.Option("--cooperative", help="which, if the scenario has several")]
Baseline = Annotated[
    str | None,
    typer.Option(help="scenario that differences are from; not given: the same with nobody in the cooperative"),
]
Folder = Annotated[Path | None, typer.Option(help="folder; if it holds this search unfinished, goes on with it")]


def search(
    scenario: options.ScenarioName,
    levers: Levers,
    objectives: Objectives = "spend,out_of_area,unregistered,voids",
    concerned: Concerned = None,
    cooperative: Named = None,
    baseline: Baseline = None,
    trials: Annotated[int, typer.Option(min=2, max=500, help="points that are tried, in generations of 8")] = 48,
    replicates: Annotated[int, typer.Option(min=1, max=1_000, help="runs a point, the same luck at each")] = 8,
    check_replicates: Annotated[int, typer.Option(min=1, max=1_000, help="fresh runs of each entry of the front")] = 8,
    seed: options.Seed = 1,
    weeks: options.Weeks = None,
    workers: options.Workers = None,
    out: Folder = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say how many runs, and how long")] = False,
) -> None:
    """Look for terms that serve several aims: points that nothing surely beats, and which of them are one choice.

    The same command goes on where it ended. Exit code 1 if runs failed.
    """
    from marketsim.core import interrupts

    with interrupts.deferred():
        from marketsim.experiments.cooperatives.search_plan import planned
        from marketsim.results.store import RESULTS

    wanted = planned(
        scenario, levers, objectives, concerned=concerned, cooperative=cooperative, against=baseline, trials=trials,
        replicates=replicates, check_replicates=check_replicates, seed=seed, weeks=weeks,
    )  # fmt: skip
    if wanted.left_out:
        keys = ", ".join(wanted.left_out)
        typer.echo(f"{keys}: what nobody knows, not levers; left as the scenario has it", err=True)
    options.say_without_effect([wanted.loaded], weeks)
    if dry_run:
        _say_estimate(wanted, workers)
    else:
        _search(wanted, out or RESULTS / f"search-{wanted.loaded.scenario.name}", workers)


def _search(wanted: Search, folder: Path, workers: int | None) -> None:
    """Make the runs, print what was found, and write it."""
    from rich.console import Console

    from marketsim.experiments.cooperatives import search as searching
    from marketsim.experiments.cooperatives import search_tables
    from marketsim.reports import plots
    from marketsim.reports import search as printing
    from marketsim.reports.pictures import search_front
    from marketsim.results.result import Result

    began = time.monotonic()
    with options.stoppable(folder), options.progress_bar("runs") as advance:
        found = searching.search(wanted, folder, workers, on_progress=advance)
    search_tables.write(found, folder, [printing.remark(found, number) for number in range(len(found.entries))])
    plots.write({"front": search_front.draw(found)}, folder, "png")
    printing.print_search(found, Result.read(folder).footing, Console())
    typer.echo(f"{found.runs:,} runs, {found.made:,} of them made now, in {options.duration(time.monotonic() - began)}")
    typer.echo(f"Results: {folder} (trials.csv, front.csv, front.png, front/*.yaml)")
    if found.failed:
        typer.echo(f"{found.failed:,} runs failed; see failed/ in the folders of runs", err=True)
        raise typer.Exit(options.WORSE)


def _say_estimate(wanted: Search, workers: int | None) -> None:
    """How many runs there are and how long they take, measured on one of the scenario's."""
    from marketsim.experiments import pool
    from marketsim.experiments.plan import plan_of
    from marketsim.experiments.sweep import estimate

    one = estimate(plan_of(wanted.definition), workers).seconds_a_run
    runs = (wanted.trials + 1) * wanted.replicates
    count = pool.worker_count(workers, runs)
    typer.echo(f"{runs:,} runs: {wanted.trials:,} points and the baseline x {wanted.replicates} replicates")
    typer.echo(f"and {wanted.check_replicates} fresh ones of each entry of the front and of the baseline")
    typer.echo(
        f"about {options.duration(runs * one / count)} with {count} workers ({one:.2f} s a run, measured on one), and "
        f"{options.duration(wanted.check_replicates * one / count)} for each entry"
    )
    typer.echo("Nothing was written.")
