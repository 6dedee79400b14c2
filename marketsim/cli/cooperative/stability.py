"""Who of a cooperative's members would be better off outside, and what keeps all in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from marketsim.cli import options

if TYPE_CHECKING:
    from marketsim.experiments.cooperatives.question import Question

Replicates = Annotated[
    int, typer.Option(min=1, max=10_000, help="runs of each coalition, paired: the same luck, and the same vector")
]
Folder = Annotated[
    Path | None,
    typer.Option(help="folder; if it holds this answer unfinished, goes on with it; not given: results/stability-NAME"),
]


def stability(
    scenario: options.ScenarioName,
    cooperative: Annotated[str | None, typer.Option(metavar="NAME", help="which, if the scenario has several")] = None,
    weeks: options.Weeks = None,
    replicates: Replicates = 8,
    seed: options.Seed = 1,
    workers: options.Workers = None,
    groups: Annotated[
        int, typer.Option(min=0, max=1_000, help="pairs, and triples, that leave together: the likeliest so many")
    ] = 10,
    shapley: Annotated[
        bool | None,
        typer.Option("--shapley/--no-shapley", help="Shapley values; not given: for up to 6 members"),
    ] = None,
    shapley_weeks: Annotated[
        int | None, typer.Option(min=1, max=5_200, help="weeks of the runs for Shapley values; not given: 52")
    ] = None,
    permutations: Annotated[
        int | None,
        typer.Option(
            min=2, max=10_000,
            help="orders of joining to sample, an even number; not given: exact up to 10 members, else 16",
        ),
    ] = None,
    out: Folder = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say how many runs and how long")] = False,
) -> None:  # fmt: skip
    """Who of a cooperative's members would be better off outside, and which transfers keep all in.

    The same command goes on where it was stopped. Exit code 1 if runs failed.
    """
    from marketsim.core import interrupts

    with interrupts.deferred():
        from marketsim.experiments.cooperatives import question as asking
        from marketsim.experiments.cooperatives import stability as answering
        from marketsim.scenario import loading

    if shapley is False:
        options.refuse("--no-shapley is given", **{"shapley-weeks": shapley_weeks, "permutations": permutations})
    if permutations is not None and permutations % 2:
        raise typer.BadParameter(f"--permutations: expected an even number from 2 to 10000, got {permutations}")
    loaded = loading.load_scenario(scenario)
    question = asking.asked(
        loaded, cooperative, weeks, replicates, seed, groups, shapley, shapley_weeks, permutations
    )  # fmt: skip
    if not question.shapley_weeks:
        words = f"Shapley values of {len(question.codes)} members take --shapley"
        options.refuse(words, **{"shapley-weeks": shapley_weeks, "permutations": permutations})
    folder = answering.folder_for(question, out)
    answering.check_folder(folder)
    options.say_without_effect([loaded], weeks)
    if dry_run:
        _say_estimate(question, workers)
    else:
        _answer(question, folder, workers)


def _answer(question: Question, folder: Path, workers: int | None) -> None:
    """Make the runs, print what was found, and say what was left; exit code 1 if runs failed."""
    import time

    from rich.console import Console

    from marketsim.experiments.cooperatives import stability as answering
    from marketsim.reports import stability as printing

    began = time.perf_counter()
    try:
        with options.stoppable(folder), options.progress_bar("runs") as advance:
            found = answering.answer(question, folder, workers, advance)
    except answering.RunsFailed as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(options.WORSE) from None
    printing.print_stability(found, Console())
    files = ", ".join(answering.files_of(found))
    kept = f", {found.runs - found.made:,} found from before" if found.made < found.runs else ""
    typer.echo(f"Results: {folder} ({files}): {found.made:,} runs made{kept}, {time.perf_counter() - began:.0f} s")


def _say_estimate(question: Question, workers: int | None) -> None:
    from marketsim.experiments.cooperatives import stability as answering

    found = answering.estimates_of(question, workers)
    for stage, one in found:
        typer.echo(
            f"{stage}: {one.runs:,} runs, {one.points:,} coalitions x {question.replicates} replicates, about "
            f"{options.duration(one.seconds)} ({one.seconds_a_run:.2f} s a run)"
        )
    runs, seconds, count = sum(one.runs for _, one in found), sum(one.seconds for _, one in found), found[0][1].workers
    many = f"{count} worker{'' if count == 1 else 's'}"
    typer.echo(f"{runs:,} runs, about {options.duration(seconds)} with {many}. Nothing was written.")
