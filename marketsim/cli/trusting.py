"""What the numbers rest on: the score card and the evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from marketsim.cli.options import WORSE, Out, ScenarioName, Seed, Workers, progress_bar

VALIDATED = "baseline_2023"


def validate(
    scenario: ScenarioName = VALIDATED,
    short: Annotated[bool, typer.Option("--short", help="6 runs; without backcast and long patterns")] = False,
    replicates: Annotated[int | None, typer.Option(min=1, max=10_000, help="runs; not given: 40, short form 6")] = None,
    seed: Seed = 1,
    targets: Annotated[Path | None, typer.Option(help="CSV of other targets: measure,value,tolerance")] = None,
    against: Annotated[Path | None, typer.Option(help="CSV of your figures: measure,area,value")] = None,
    backcast: Annotated[bool, typer.Option(help="also run from 2014")] = True,
    workers: Workers = None,
    out: Out = None,
    record: Annotated[bool, typer.Option("--record", help="record what passes now (in a checkout)")] = False,
) -> None:
    """Score the model against the published figures, patterns, a null model and its own past.

    Exit code 1 if something fails that passed when the baseline was recorded.
    """
    from marketsim.core import interrupts

    with interrupts.deferred():
        from rich.console import Console

        from marketsim.reports.scorecard import print_against, print_validation
        from marketsim.reports.scorecard_figure import draw_card
        from marketsim.results import store
        from marketsim.scenario.loading import load_scenario
        from marketsim.scenario.signoff import signoff
        from marketsim.trust.validation import recorded
        from marketsim.trust.validation import validate as validation
        from marketsim.trust.validation.against import read_figures, set_against
        from marketsim.trust.validation.scorecard import read_targets

    if record:
        if (scenario, short, replicates, seed, targets, backcast) != (VALIDATED, False, None, 1, None, True):
            raise typer.BadParameter("--record records the full default form: leave out all that changes it")
        recorded.check_checkout(recorded.checkout())
    loaded = load_scenario(scenario)
    validation.at_target_date(loaded)
    wanted = None if targets is None else read_targets(targets)
    figures = None if against is None else read_figures(against)
    store.check_new(out)
    with progress_bar("jobs") as progress:
        task = progress.add_task("compiling and starting", total=None)
        done = validation.validate(
            loaded, replicates, seed, short, backcast, wanted, workers,
            lambda count, total: progress.update(task, completed=count, total=total, description="runs"),
        )  # fmt: skip
    both = None if figures is None else set_against(done.predictions, figures)
    folder = store.new_folder(out, f"validate-{loaded.scenario.name}")
    validation.write(done, folder, both, targets_file=targets and targets.name, against_file=against and against.name)
    print_validation(done, Console())
    if both is not None:
        print_against(both, Console())
    draw_card(done.card, folder / "scorecard.png", signoff([loaded]).line())
    typer.echo(f"Results: {folder} ({', '.join(sorted(path.name for path in folder.iterdir()))})")
    if record:
        typer.echo(f"Recorded: {recorded.record(done.card, done.short_card, recorded.checkout())}")
    elif failing := recorded.newly_failing(done.card, recorded.recorded(), short):
        typer.echo(f"Passed when the baseline was recorded and fails now: {', '.join(failing)}", err=True)
        raise typer.Exit(WORSE)


def evidence(
    pattern: Annotated[str | None, typer.Argument(help="only keys that hold this; * stands for anything")] = None,
    status: Annotated[str | None, typer.Option(help="only these: measured, estimated or assumption")] = None,
    write: Annotated[bool, typer.Option("--write", help="make the sign-off file anew (in a checkout)")] = False,
) -> None:
    """Print what every value rests on: unit, status, source, plausible range, and what it was fitted to."""
    from marketsim.reports.evidence import chosen, described, write_evidence
    from marketsim.trust.evidence import recorded_entries

    if write:
        typer.echo(f"Written: {write_evidence()}")
        return
    typer.echo(described(chosen(recorded_entries(), pattern, status)))
