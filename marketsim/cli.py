"""The commands. Heavy imports happen inside them, so that `--help` answers at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.progress import Progress

WORSE, USER_MISTAKE, INTERRUPTED = 1, 2, 130
VALIDATED = "baseline_2023"

app = typer.Typer(
    help="Simulate the market in which England's local authorities buy places in children's homes.",
    add_completion=False,
    pretty_exceptions_enable=False,
)

ScenarioName = Annotated[str, typer.Argument(help="a scenario file, or the name of a shipped scenario")]
Seed = Annotated[int, typer.Option(min=0, max=10**9, help="whole number that all luck depends on")]
Weeks = Annotated[int | None, typer.Option(min=1, max=5_200, help="weeks to run instead of the scenario's horizon")]
Workers = Annotated[int | None, typer.Option(min=1, help="processes; not given: one for each core")]
Out = Annotated[Path | None, typer.Option(help="folder for the results; must not exist yet")]


@app.command()
def run(
    scenario: ScenarioName,
    seed: Seed = 1,
    weeks: Weeks = None,
    out: Out = None,
    change: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="change one value, by its dotted key")
    ] = None,
) -> None:
    """Run one scenario once and leave its tables in results/."""
    from marketsim import interrupts

    with interrupts.deferred():
        from rich.console import Console

        from marketsim.experiments import store
        from marketsim.experiments.run import as_scenario
        from marketsim.experiments.run import run as run_scenario
        from marketsim.experiments.signoff import signoff
        from marketsim.reporting.scorecard import print_targets
        from marketsim.reporting.tables import print_run
        from marketsim.scenario import load_scenario
        from marketsim.validation.targets import has_targets

    loaded = load_scenario(scenario, change or [])
    store.check_new(out)
    horizon = as_scenario(loaded, weeks).horizon.weeks
    started = store.now()
    with _progress("weeks") as progress:
        task = progress.add_task(loaded.scenario.name, total=horizon)
        result = run_scenario(loaded, seed, weeks, on_week=lambda week: progress.update(task, completed=week))
    folder = store.new_folder(out, loaded.scenario.name)
    store.write_run(folder, result)
    store.write_manifest(
        folder, status="finished", started=started, finished=store.now(), weeks=horizon, seed=seed,
        vector=result.vector, **signoff([loaded]).entries(),
        scenarios={loaded.scenario.name: {"file": loaded.path.name, "sha256": loaded.digest, "values": loaded.values}},
    )  # fmt: skip
    drawn = "" if result.vector is None else f", vector {result.vector} of the plausible set"
    title = f"{loaded.scenario.name}, seed {seed}{drawn}: mean of the last {min(52, horizon)} weeks"
    print_run(result.outcomes, title, Console())
    if has_targets(result):
        print_targets(result, Console())
    Console().print(signoff([loaded]).line())
    typer.echo(f"Results: {folder}")


@app.command()
def compare(
    baseline: ScenarioName,
    others: Annotated[list[str], typer.Argument(help="scenarios to compare with the baseline")],
    replicates: Annotated[int, typer.Option(min=1, max=10_000, help="runs of each scenario, with seeds in common")] = 8,
    seed: Seed = 1,
    weeks: Weeks = None,
    workers: Annotated[int | None, typer.Option(min=1, help="processes; not given: one for each core")] = None,
    out: Out = None,
) -> None:
    """Compare scenarios with a baseline: the same children and the same luck under each."""
    from marketsim import interrupts

    with interrupts.deferred():
        from rich.console import Console

        from marketsim.experiments import store
        from marketsim.experiments.compare import compare as compare_scenarios
        from marketsim.reporting.figures import write_figures
        from marketsim.reporting.tables import print_comparison
        from marketsim.scenario import load_scenario

    loaded = [load_scenario(name) for name in (baseline, *others)]
    store.check_new(out)
    folder = out or store.unused_folder("-".join(["compare", *(one.scenario.name for one in loaded)])[:80])
    try:
        with _progress("runs") as progress:
            task = progress.add_task("compiling and starting", total=len(loaded) * replicates)
            advance: Callable[[int, int], None] = lambda done, total: progress.update(  # noqa: E731
                task, completed=done, total=total, description="runs"
            )
            comparison = compare_scenarios(loaded[0], loaded[1:], replicates, seed, weeks, workers, folder, advance)
    except KeyboardInterrupt:
        typer.echo(f"\nStopped; the runs that were finished are in {folder}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    print_comparison(comparison, Console())
    figures = write_figures(comparison, folder)
    typer.echo(f"Results: {folder} (comparison.csv, {', '.join(path.name for path in figures)}, runs/)")


@app.command()
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
    from marketsim import interrupts

    with interrupts.deferred():
        from rich.console import Console

        from marketsim.calibration.calibrate import calibrate as calibrate_scenario
        from marketsim.calibration.calibrate import write_plausible
        from marketsim.calibration.folder import shipped_plausible
        from marketsim.calibration.plan import read_plan
        from marketsim.experiments.signoff import signoff
        from marketsim.experiments.store import RESULTS
        from marketsim.reporting.calibration import print_calibration, write_calibration_figure

    plan = read_plan(scenario, targets, ranges, runs_per_wave, waves, keep, seed, weeks)
    kept = shipped_plausible() if install else None
    folder = out or RESULTS / f"calibrate-{plan.loaded.scenario.name}"
    try:
        with _progress("runs") as progress:
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


@app.command()
def check(scenarios: Annotated[list[str], typer.Argument(help="scenario files or names of shipped ones")]) -> None:
    """Check scenarios and print each with all its values and where they come from."""
    from marketsim.scenario import load_scenario
    from marketsim.scenario.describe import describe

    described = [describe(load_scenario(name)) for name in scenarios]
    for name, text in zip(scenarios, described, strict=True):
        typer.echo(f"{name}: valid\n{text}\n")


@app.command()
def scenarios() -> None:
    """List the scenarios that ship with marketsim."""
    from marketsim.scenario import load_scenario, shipped_scenarios

    paths = shipped_scenarios()
    width = max((len(path.stem) for path in paths), default=0)
    for path in paths:
        typer.echo(f"{path.stem.ljust(width)}  {load_scenario(path).scenario.question}")


@app.command()
def evidence(
    pattern: Annotated[str | None, typer.Argument(help="only keys that hold this; * stands for anything")] = None,
    status: Annotated[str | None, typer.Option(help="only these: measured, estimated or assumption")] = None,
    write: Annotated[bool, typer.Option("--write", help="make the sign-off file anew (in a checkout)")] = False,
) -> None:
    """Print what every value rests on: unit, status, source, plausible range, and what it was fitted to."""
    from marketsim.experiments.evidence import recorded_entries
    from marketsim.reporting.evidence import chosen, described, write_evidence

    if write:
        typer.echo(f"Written: {write_evidence()}")
        return
    typer.echo(described(chosen(recorded_entries(), pattern, status)))


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    import json

    from marketsim.scenario.describe import json_schema

    typer.echo(json.dumps(json_schema(), indent=2))


@app.command()
def validate(
    scenario: ScenarioName = VALIDATED,
    short: Annotated[bool, typer.Option("--short", help="2 runs; without backcast and long patterns")] = False,
    replicates: Annotated[int | None, typer.Option(min=1, max=10_000, help="runs; not given: 6, short form 2")] = None,
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
    from marketsim import interrupts

    with interrupts.deferred():
        from rich.console import Console

        from marketsim.experiments import store
        from marketsim.experiments.signoff import signoff
        from marketsim.reporting.scorecard import print_against, print_validation
        from marketsim.reporting.scorecard_figure import draw_card
        from marketsim.scenario import load_scenario
        from marketsim.validation import recorded
        from marketsim.validation import validate as validation
        from marketsim.validation.against import read_figures, set_against
        from marketsim.validation.scorecard import read_targets

    if record:
        if (scenario, short, replicates, seed, targets, backcast) != (VALIDATED, False, None, 1, None, True):
            raise typer.BadParameter("--record records the full default form: leave out all that changes it")
        recorded.check_checkout(recorded.checkout())
    loaded = load_scenario(scenario)
    validation.at_target_date(loaded)
    wanted = None if targets is None else read_targets(targets)
    figures = None if against is None else read_figures(against)
    store.check_new(out)
    with _progress("jobs") as progress:
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


def main() -> None:
    """Run a command; a user's mistake is one line on standard error and exit code 2."""
    try:
        code = app(standalone_mode=False)
    except KeyboardInterrupt:
        typer.echo("Stopped.", err=True)
        sys.exit(INTERRUPTED)
    except Exception as error:
        message = _user_message(error)
        if message is None:
            raise
        typer.echo(message, err=True)
        sys.exit(USER_MISTAKE)
    sys.exit(code if isinstance(code, int) else 0)


def _user_message(error: Exception) -> str | None:
    """One line for an error that the user can mend; None for a fault of the program."""
    format_message = getattr(error, "format_message", None)  # what typer and click raise for wrong words
    if format_message is not None:
        return " ".join(str(format_message()).split())
    if isinstance(error, OSError):
        return f"{error.filename or ''}: {error.strerror or error}".lstrip(": ")
    name = type(error).__name__
    return str(error) if name in ("ScenarioError", "StoreError") else None


@contextmanager
def _progress(unit: str) -> Iterator[Progress]:
    """A progress bar on standard error; nothing where that is not a terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn(unit),
               TimeElapsedColumn(), TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        yield progress


if __name__ == "__main__":
    main()
