"""Running scenarios and comparing them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from marketsim.cli.options import INTERRUPTED, Out, ScenarioName, Seed, Weeks, progress_bar


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
    from marketsim.core import interrupts

    with interrupts.deferred():
        from rich.console import Console

        from marketsim.experiments.run import run as run_scenario
        from marketsim.experiments.scenarios import as_scenario
        from marketsim.reports.scorecard import print_targets
        from marketsim.reports.tables import print_run
        from marketsim.results import store
        from marketsim.scenario.loading import load_scenario
        from marketsim.trust.validation.targets import has_targets

    loaded = load_scenario(scenario, change or [])
    store.check_new(out)
    horizon = as_scenario(loaded, weeks).horizon.weeks
    with progress_bar("weeks") as progress:
        task = progress.add_task(loaded.scenario.name, total=horizon)
        result = run_scenario(loaded, seed, weeks, on_week=lambda week: progress.update(task, completed=week))
    kept = result.keep(store.new_folder(out, loaded.scenario.name))
    vector = result.manifest["vector"]
    drawn = "" if vector is None else f", vector {vector} of the plausible set"
    title = f"{loaded.scenario.name}, seed {seed}{drawn}: mean of the last {min(52, horizon)} weeks"
    print_run(result, title, Console())
    if has_targets(result):
        print_targets(result, Console())
    Console().print(result.footing)
    typer.echo(f"Results: {kept.folder}")


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
    from marketsim.core import interrupts

    with interrupts.deferred():
        from rich.console import Console

        from marketsim.experiments.compare import compare as compare_scenarios
        from marketsim.reports.figures import write_figures
        from marketsim.reports.tables import print_comparison
        from marketsim.results import store
        from marketsim.scenario.loading import load_scenario

    loaded = [load_scenario(name) for name in (baseline, *others)]
    store.check_new(out)
    folder = out or store.unused_folder("-".join(["compare", *(one.scenario.name for one in loaded)])[:80])
    try:
        with progress_bar("runs") as progress:
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
