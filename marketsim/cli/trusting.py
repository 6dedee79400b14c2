"""What the numbers rest on: the score card, the evidence, and fitting what nobody knows."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from marketsim.cli import options

VALIDATED = "baseline_2023"


def validate(
    scenario: options.ScenarioName = VALIDATED,
    short: Annotated[bool, typer.Option("--short", help="6 runs; without backcast and long patterns")] = False,
    replicates: Annotated[int | None, typer.Option(min=1, max=10_000, help="runs; not given: 40, short form 6")] = None,
    seed: options.Seed = 1,
    targets: Annotated[Path | None, typer.Option(help="CSV of other targets: measure,value,tolerance")] = None,
    against: Annotated[
        Path | None, typer.Option(help="your figures: measure,area,value as CSV, DfE's by authority, or imported data")
    ] = None,
    backcast: Annotated[bool, typer.Option(help="also run from 2014")] = True,
    workers: options.Workers = None,
    out: options.Out = None,
    record: Annotated[bool, typer.Option("--record", help="record what passes now (in a checkout)")] = False,
) -> None:
    """Score the model against the published figures, patterns, a null model and its own past.

    Exit code 1 if something fails that passed when the baseline was recorded.
    """
    from marketsim.core import interrupts

    with interrupts.deferred():
        from rich.console import Console

        from marketsim.reports import scorecard, scorecard_figure
        from marketsim.results import store
        from marketsim.scenario import loading, signoff
        from marketsim.trust.validation import against as comparison
        from marketsim.trust.validation import held, recorded
        from marketsim.trust.validation import validate as validation
        from marketsim.trust.validation.scorecard import read_targets

    if record and (scenario, short, replicates, seed, targets, backcast) != (VALIDATED, False, None, 1, None, True):
        raise typer.BadParameter("--record records the full default form: leave out all that changes it")
    if short:
        options.refuse("the short form has no backcast", **{"no-backcast": None if backcast else True})
    kept = recorded.in_checkout() if record else None
    loaded = loading.load_scenario(scenario)
    validation.at_target_date(loaded, targets is not None)
    wanted = None if targets is None else read_targets(targets)
    figures = None if against is None else held.read_held(against, partial(typer.echo, err=True))
    store.check_new(out)
    with options.progress_bar("jobs") as advance:
        done = validation.validate(
            loaded, replicates, seed, short, backcast, wanted, workers,
            lambda count, total: advance(count, total, "runs"),
        )  # fmt: skip
    both = None if figures is None else comparison.set_against(done.predictions, figures)
    folder = store.new_folder(out, f"validate-{loaded.scenario.name}")
    validation.write(done, folder, both, targets_file=targets and targets.name, against_file=against and against.name)
    scorecard.print_validation(done, Console())
    if both is not None:
        scorecard.print_against(both, Console())
    note = signoff.signoff([loaded]).line()
    scorecard_figure.draw_card(done.card, folder / "scorecard.png", note)
    typer.echo(f"Results: {folder} ({', '.join(sorted(path.name for path in folder.iterdir()))})")
    if kept is not None:
        recorded.record(done.card, done.short_card, kept)
        typer.echo(f"Recorded: {kept}")
    elif failing := recorded.newly_failing(done.card, recorded.recorded(), short):
        typer.echo(f"Passed when the baseline was recorded and fails now: {', '.join(failing)}", err=True)
        raise typer.Exit(options.WORSE)


def cases(
    replicates: Annotated[int, typer.Option(min=1, max=1_000, help="runs of each case")] = 4,
    page: Annotated[bool, typer.Option("--page", help="as the page of the documentation, in Markdown")] = False,
) -> None:
    """Set what authorities report of arrangements that they tried beside what the model says (takes two minutes)."""
    from rich.console import Console

    from marketsim.reports import real_cases
    from marketsim.reports.fitting import print_table
    from marketsim.trust.validation import real_cases as known

    scenarios = len({case.scenario for case in known.cases()})
    found = []
    with options.progress_bar("cases") as advance:
        for one in known.found(range(1, replicates + 1)):
            found.append(one)
            advance(len({known_one.case.scenario for known_one in found}), scenarios, "cases")
    if page:
        typer.echo(real_cases.page(found), nl=False)
    else:
        print_table(real_cases.table(found), Console())


def evidence(
    pattern: Annotated[str | None, typer.Argument(help="only keys that hold this; * stands for anything")] = None,
    status: Annotated[str | None, typer.Option(help="only these: measured, estimated, assumption or lever")] = None,
    write: Annotated[bool, typer.Option("--write", help="make the sign-off file anew (in a checkout)")] = False,
    data: Annotated[Path | None, typer.Option(help="a folder of own data: which part of a market is whose")] = None,
) -> None:
    """Print what every value rests on: unit, status, source, plausible range, and what it was fitted to."""
    from rich.console import Console

    from marketsim.own_data import provenance, region
    from marketsim.reports import evidence as printing
    from marketsim.reports import own_files
    from marketsim.trust import evidence as values

    if write and (pattern or status):
        raise typer.BadParameter("--write is for all values, so a pattern or --status has no effect beside it")
    if write:
        typer.echo(f"Written: {values.write_evidence()}")
        return
    if data is not None:
        own_files.print_provenance(provenance.provenance(region.read_region(str(data))), Console())
    typer.echo(printing.described(printing.chosen(values.recorded_entries(), pattern, status)))


def calibrate(
    scenario: Annotated[str, typer.Argument(help="a scenario file, or the name of a shipped one")] = "baseline_2023",
    targets: Annotated[Path | None, typer.Option(help="CSV of targets; not given: those of England")] = None,
    ranges: Annotated[
        Path | None, typer.Option(help="CSV of uncertain parameters; not given: those of England")
    ] = None,
    runs_per_wave: Annotated[int | None, typer.Option(min=4, max=10_000, help="not given: 10 per parameter")] = None,
    waves: Annotated[int, typer.Option(min=1, max=50, help="most waves; fewer if the space stops shrinking")] = 5,
    keep: Annotated[int, typer.Option(min=1, max=1_000, help="plausible vectors to keep")] = 50,
    seed: options.Seed = 1,
    weeks: options.Weeks = None,
    workers: options.Workers = None,
    out: Annotated[Path | None, typer.Option(help="folder; if it holds this calibration unfinished, goes on")] = None,
    install: Annotated[
        bool, typer.Option("--install", help="put the plausible set into the checkout's package")
    ] = False,
) -> None:
    """Find the values of the uncertain parameters that fit the targets, wave by wave (history matching)."""
    from marketsim.core import interrupts

    with interrupts.deferred():
        from rich.console import Console

        from marketsim.reports import calibration as printing
        from marketsim.results.store import RESULTS
        from marketsim.scenario.signoff import signoff
        from marketsim.trust.calibration import calibrate as calibration
        from marketsim.trust.calibration.inputs import read_inputs

    inputs = read_inputs(scenario, targets, ranges, runs_per_wave, waves, keep, seed, weeks)
    kept = calibration.shipped_plausible() if install else None
    folder = out or RESULTS / f"calibrate-{inputs.loaded.scenario.name}"
    with options.stoppable(folder), options.progress_bar("runs", "starting") as advance:
        calibrated = calibration.calibrate(
            inputs, folder, workers=workers, on_progress=lambda text, done, total: advance(done, total, text)
        )
    printing.print_calibration(calibrated, Console())
    footing = signoff([inputs.loaded]).line()
    typer.echo(footing)
    figure = printing.write_calibration_figure(calibrated, folder, footing)
    if kept is not None:
        calibration.write_plausible(kept, calibrated.plausible)
    typer.echo(
        f"Results: {folder} (plausible.csv, waves.csv, parameters.csv, targets.csv, runs.parquet, {figure.name})"
    )
