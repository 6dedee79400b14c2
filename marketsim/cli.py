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

USER_MISTAKE, INTERRUPTED = 2, 130

app = typer.Typer(
    help="Simulate the market in which England's local authorities buy places in children's homes.",
    add_completion=False,
    pretty_exceptions_enable=False,
)

ScenarioName = Annotated[str, typer.Argument(help="a scenario file, or the name of a shipped scenario")]
Seed = Annotated[int, typer.Option(min=0, max=10**9, help="whole number that all luck depends on")]
Weeks = Annotated[int | None, typer.Option(min=1, max=5_200, help="weeks to run instead of the scenario's horizon")]
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
        from marketsim.reporting.tables import print_run
        from marketsim.reporting.targets import has_targets, print_targets
        from marketsim.scenario import load_scenario

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
        scenarios={loaded.scenario.name: {"file": loaded.path.name, "sha256": loaded.digest, "values": loaded.values}},
    )  # fmt: skip
    title = f"{loaded.scenario.name}, seed {seed}: mean of the last {min(52, horizon)} weeks"
    print_run(result.outcomes, title, Console())
    if has_targets(result):
        print_targets(result, Console())
    typer.echo(f"Results: {folder}")


@app.command()
def compare(
    baseline: ScenarioName,
    others: Annotated[list[str], typer.Argument(help="scenarios to compare with the baseline")],
    replicates: Annotated[int, typer.Option(min=1, max=10_000, help="runs of each scenario, with seeds in common")] = 6,
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
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    import json

    from marketsim.scenario.describe import json_schema

    typer.echo(json.dumps(json_schema(), indent=2))


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
