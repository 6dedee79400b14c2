"""Scenarios: looking at them, running them and comparing them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from marketsim.cli import options


def run(
    scenario: Annotated[str, typer.Argument(help="a scenario's file or shipped name, or a result's manifest.json")],
    seed: Annotated[
        int | None, typer.Option(min=0, max=10**9, help="whole number that all luck depends on", show_default="1")
    ] = None,
    weeks: options.Weeks = None,
    out: options.Out = None,
    change: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="change one value, by its dotted key")
    ] = None,
    replicate: Annotated[
        int | None, typer.Option(min=0, help="of a manifest: which replicate of a comparison, or run of a sweep")
    ] = None,
    arm: Annotated[str | None, typer.Option(help="of a comparison's manifest: which scenario")] = None,
) -> None:
    """Run one scenario once and leave its tables in results/; from a manifest.json, make a recorded run again."""
    from marketsim.core import interrupts

    with interrupts.deferred():
        from rich.console import Console

        from marketsim.experiments import replay
        from marketsim.experiments import run as running
        from marketsim.experiments.scenarios import as_scenario
        from marketsim.reports import own_files, scorecard, tables
        from marketsim.results import manifest, store
        from marketsim.scenario import loading
        from marketsim.trust.published import has_targets

    store.check_new(out)
    if Path(scenario).name == manifest.FILE:
        options.refuse(f"{scenario}: a recorded run is made as it was", seed=seed, weeks=weeks, set=change)
        again = replay.recorded(Path(scenario), replicate, arm)
    else:
        options.refuse(f"{scenario}: is no {manifest.FILE}", replicate=replicate, arm=arm)
        loaded = loading.load_scenario(scenario, change or [])
        again = replay.Recorded(loaded, 1 if seed is None else seed, weeks, None)
    loaded, seed = again.loaded, again.seed
    options.say_without_effect([loaded], again.weeks)
    horizon, name = as_scenario(loaded.scenario, again.weeks).horizon.weeks, loaded.scenario.name
    with options.progress_bar("weeks", name) as advance:
        result = running.run(
            loaded, seed, again.weeks, again.vector, on_week=lambda week: advance(week.number, horizon, name)
        )
    kept = result.keep(store.new_folder(out, name))
    vector = result.manifest["vector"]
    drawn = "" if vector is None else f", vector {vector} of the plausible set"
    title = f"{name}, seed {seed}{drawn}: mean of the last {min(52, horizon)} weeks"
    tables.print_run(result, title, Console())
    if has_targets(result):
        scorecard.print_targets(result, Console())
    own_files.print_ours(result, Console())
    Console().print(result.footing)
    typer.echo(f"Results: {kept.folder}")


def compare(
    baseline: options.ScenarioName,
    others: Annotated[list[str], typer.Argument(help="scenarios to compare with the baseline")],
    replicates: Annotated[
        int, typer.Option(min=1, max=10_000, help="runs of each scenario, paired: the same luck, and the same vector")
    ] = 20,
    vectors: Annotated[
        int | None,
        typer.Option(
            min=1, max=10_000, help="different vectors of the plausible set among them; not given: as many as there are"
        ),
    ] = None,
    seed: options.Seed = 1,
    weeks: options.Weeks = None,
    workers: options.Workers = None,
    out: options.Out = None,
    concerned: options.For = None,
) -> None:
    """Compare scenarios with a baseline: the same children and the same luck under each."""
    from marketsim.core import interrupts

    with interrupts.deferred():
        from rich.console import Console

        from marketsim.experiments import compare as comparing
        from marketsim.experiments.who import group_of
        from marketsim.reports import members, plots
        from marketsim.results import store
        from marketsim.scenario import loading

    loaded = [loading.load_scenario(name) for name in (baseline, *others)]
    if concerned is not None:
        group_of(concerned, [one.scenario for one in loaded])
    store.check_new(out)
    options.say_without_effect(loaded, weeks)
    folder = out or store.unused_folder("-".join(["compare", *(one.scenario.name for one in loaded)])[:80])
    with options.stoppable(folder, "the runs that were finished are in"), options.progress_bar("runs") as advance:
        comparison = comparing.compare(
            loaded[0], loaded[1:], replicates, seed, weeks, workers, folder,
            lambda done, total: advance(done, total, "runs"), vectors,
        )  # fmt: skip
    if concerned is None:
        members.print_all(comparison, Console())
    else:
        members.print_for(comparison, concerned, Console())
    drawn = plots.at_end(comparison, concerned, folder / f"figures{plots.slug(concerned)}")
    files = ", ".join(path.relative_to(folder).as_posix() for path in drawn)
    typer.echo(f"Results: {folder} (comparison.csv, {files}, runs/)")


def check(
    scenarios: Annotated[list[str], typer.Argument(help="scenario files or names of shipped ones")],
    only: Annotated[Literal["changed"] | None, typer.Option(help="only values that differ from the defaults")] = None,
) -> None:
    """Check scenarios and print each with all its values and where they come from."""
    from rich.console import Console

    from marketsim.reports import own_files, values
    from marketsim.scenario import loading

    loaded = [loading.load_scenario(name) for name in scenarios]
    described = [values.described(one, only == "changed") for one in loaded]
    own = [own_files.of_world(one.scenario.world) for one in loaded]
    options.say_without_effect(loaded)
    for name, text, parts in zip(scenarios, described, own, strict=True):
        typer.echo(f"{name}: valid\n{text}\n")
        if parts:
            own_files.print_provenance(parts, Console())


def scenarios() -> None:
    """List the scenarios that ship with marketsim, by what they are about."""
    import itertools
    import shutil
    import textwrap

    from marketsim.scenario import loading, shipped

    paths, columns = shipped.shipped_scenarios(), shutil.get_terminal_size().columns
    width = max((len(path.stem) for path in paths), default=0) + 2
    for folder, those in itertools.groupby(paths, key=lambda path: path.parent.name):
        typer.echo(f"{folder.replace('_', ' ').capitalize()}:")
        for path in those:
            text = path.stem.ljust(width) + loading.load_scenario(path).scenario.question
            typer.echo(textwrap.fill(text, max(columns, 2 * width), subsequent_indent=" " * width))


def schema(
    page: Annotated[bool, typer.Option("--page", help="the page of all keys instead, in Markdown")] = False,
) -> None:
    """Print the JSON Schema of scenario files, for editors; or every key with meaning, bounds, default and source."""
    import json

    from marketsim.reports import keys
    from marketsim.scenario import loading

    if page:
        typer.echo(keys.page(), nl=False)
        return
    typer.echo(json.dumps(loading.json_schema(), indent=2))
