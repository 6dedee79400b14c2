"""Divide a map into cooperatives by where children go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from marketsim.cli import options

if TYPE_CHECKING:
    from rich.console import Console

    from marketsim.experiments.cooperatives.partition import Partition
    from marketsim.scenario.loading import LoadedScenario

SCENARIO = "england_2024"


def partition(
    scenario: options.ScenarioName = SCENARIO,
    within: Annotated[str | None, typer.Option(metavar="REGION", help="divide the authorities of this region")] = None,
    parts: Annotated[int | None, typer.Option(help="how many; not given: as many as there are clusters")] = None,
    least: Annotated[int, typer.Option("--least-members", help="authorities of the smallest part")] = 1,
    most: Annotated[int | None, typer.Option("--most-members", help="authorities of the largest part")] = None,
    contiguous: Annotated[bool, typer.Option("--contiguous", help="each part hangs together, by neighbours")] = False,
    resolution: Annotated[float, typer.Option(min=0.05, max=50, help="above 1: more and smaller parts")] = 1.0,
    count: Annotated[
        Literal["children", "authorities"], typer.Option(help="what counts the same: each child, or each authority")
    ] = "children",
    replicates: Annotated[int, typer.Option(min=1, max=10_000, help="runs, each with a vector of its own")] = 8,
    seed: options.Seed = 1,
    weeks: options.Weeks = None,
    workers: options.Workers = None,
    write: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="leave a scenario of each division, for compare")
    ] = None,
    run: Annotated[bool, typer.Option("--run", help="also run the divisions as markets, on the same children")] = False,
    out: Annotated[Path | None, typer.Option(help="folder; if it holds these runs, they serve again")] = None,
) -> None:
    """Divide England, a region or a made-up world into cooperatives by where children are placed, beside others.

    The same runs serve all ways to divide: typed again with other options the command takes seconds, and writes its
    files anew.
    """
    from marketsim.core import interrupts

    with interrupts.deferred():
        from rich.console import Console

        from marketsim.experiments.cooperatives import divisions, network, written
        from marketsim.experiments.cooperatives.partition import partition as divide
        from marketsim.experiments.cooperatives.wishes import Wishes
        from marketsim.reports import partition as printing
        from marketsim.reports import partition_files
        from marketsim.results import store
        from marketsim.scenario.loading import load_scenario
        from marketsim.scenario.sections.world import places_of

    loaded = load_scenario(scenario)
    world, wishes = loaded.scenario.world, Wishes(parts, least, most, contiguous, resolution)
    authorities = len(divisions.meant(places_of(world), within))
    wishes.check(authorities)
    if run or write is not None:
        written.check_base(loaded, authorities)
    if write is not None:
        written.check_free(write, map(written.file_of, divisions.WRITTEN))
    folder = out or store.RESULTS / f"partition-{loaded.scenario.name}"
    options.say_without_effect([loaded], weeks)
    planned = network.plan_of(loaded, replicates, seed, weeks)
    with options.stoppable(folder), options.progress_bar("runs") as advance:
        placed = network.make(planned, folder, workers, lambda done, total: advance(done, total, "runs"))
    found = divide(placed, world, within, wishes, count, seed)
    console = Console()
    printing.print_partition(found, console)
    asked = {"within": within, "parts": parts, "least_members": least, "most_members": most, "contiguous": contiguous,
             "resolution": resolution, "count": count}  # fmt: skip
    left = partition_files.write(found, loaded, folder, asked)
    if write is not None:
        files = written.write(loaded, found.told, write)
        typer.echo(f"Scenarios: {', '.join(str(path) for path in files)}")
    if run:
        left += _as_markets(found, loaded, folder, (replicates, seed, weeks, workers), console)
    typer.echo(f"Results: {folder} ({', '.join(left)}, runs/)")


def _as_markets(
    found: Partition, loaded: LoadedScenario, folder: Path, how: tuple[int, int, int | None, int | None],
    console: Console,
) -> list[str]:  # fmt: skip
    """Run the divisions against the scenario, print and keep what they do; returns what was left in the folder."""
    from marketsim.experiments.cooperatives import markets, written
    from marketsim.reports.partition_markets import print_markets
    from marketsim.results import store

    files = written.write(loaded, found.told, folder / "scenarios", anew=True)
    left = markets.unused(folder)
    with options.stoppable(left, "the runs that were finished are in"), options.progress_bar("runs") as advance:
        compared = markets.markets(loaded, files, *how, left, lambda done, total: advance(done, total, "runs"))
    rows = markets.of_divisions(compared, found.told, found.reference)
    print_markets(rows, found, console)
    store.write_csv(folder / "markets.csv", rows)
    return ["markets.csv", f"{left.name}/", "scenarios/"]
