"""Sweeps: thousands of runs of scenarios over levers and uncertainties."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from marketsim.cli import options

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketsim.experiments import tasks
    from marketsim.experiments.plan import Plan

Experiment = Annotated[str, typer.Argument(help="an experiment file, or the name of one in experiments/")]
Samples = Annotated[int | None, typer.Option(min=1, max=1_000_000, help="points, instead of the experiment's")]
Replicates = Annotated[int | None, typer.Option(min=1, max=10_000, help="instead of the experiment's")]
Folder = Annotated[Path | None, typer.Option(help="folder; if it holds this sweep unfinished, goes on with it")]
LOOPBACK_PAGE, SHARDS = "127.0.0.1:8787", 20


def sweep(
    experiment: Experiment,
    samples: Samples = None,
    replicates: Replicates = None,
    seed: options.OwnSeed = None,
    weeks: options.OwnWeeks = None,
    workers: options.Workers = None,
    out: Folder = None,
    dask: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="a Dask scheduler, tcp://host:8786, or `local`")
    ] = None,
    dashboard: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help=f"where the page of `--dask local` listens [default: {LOOPBACK_PAGE}]"),
    ] = None,
    shard: Annotated[str | None, typer.Option(metavar="I/N", help="make only the i-th of n parts, from 1")] = None,
    slurm: Annotated[bool, typer.Option("--slurm", help="only write the script of an array job")] = False,
    shards: Annotated[int | None, typer.Option(min=1, max=10_000, help="tasks of that array job [default: 20]")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say how many runs, how long, how much disk")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="no progress, only what failed and the result")] = False,
) -> None:
    """Run an experiment: scenarios over a design of levers and uncertainties. The same command goes on where it ended.

    Exit code 1 if runs failed.
    """
    from marketsim.core import interrupts

    with interrupts.deferred():
        from marketsim.experiments import sweep as sweeps
        from marketsim.experiments.experiment_file import load_definition
        from marketsim.experiments.plan import plan_of
        from marketsim.results.store import RESULTS

    if not slurm:
        options.refuse("--slurm is not given", shards=shards)
    if dask != "local":
        options.refuse("--dask local is not given", dashboard=dashboard)
    if slurm or dry_run:
        options.refuse("no runs are made", shard=shard, dask=dask)
    if slurm:
        options.refuse("only the script is written", **{"dry-run": dry_run or None})
    given = {"samples": samples, "replicates": replicates, "seed": seed, "weeks": weeks}
    changes = {name: value for name, value in given.items() if value is not None}
    definition = load_definition(experiment, changes)
    part = _shard(shard)
    folder = out or RESULTS / definition.name
    if dry_run:
        _say_estimate(plan_of(definition), workers)
    elif slurm:
        _write_slurm(experiment, changes, definition.name, folder, shards or SHARDS)
    else:
        crew = None if dask is None else _cluster(dask, workers, dashboard or LOOPBACK_PAGE)
        with options.stoppable(folder), _progress(quiet) as (on_progress, on_run):
            done = sweeps.sweep(
                definition, folder, workers, shard=part, crew=crew, on_progress=on_progress, on_run=on_run
            )
        if done.complete:
            _tell_effects(done.folder)
        _say_result(done)


def _tell_effects(folder: Path) -> None:
    """What each factor does, once all runs are there."""
    from rich.console import Console

    from marketsim.experiments.sweep_folder import open_set
    from marketsim.reports import effects

    written = effects.tell(open_set(folder), folder, Console())
    if written:
        typer.echo(f"Written: {', '.join(str(path) for path in written)}")


def _cluster(address: str, workers: int | None, dashboard: str) -> Any:
    from marketsim.experiments import cluster

    cluster.check_installed()
    return cluster.dask_crew(address, workers, dashboard)


def _shard(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    number, slash, count = text.partition("/")
    if slash and number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count):
        return int(number), int(count)
    raise typer.BadParameter(f"--shard: expected i/n with i from 1 to n, such as 1/20, got {text!r}")


def _say_estimate(plan: Plan, workers: int | None) -> None:
    from marketsim.experiments.sweep import estimate

    found = estimate(plan, workers)
    counts = {"point": found.points, "replicate": plan.definition.replicates, "scenario": len(plan.arms)}
    parts = (f"{count:,} {noun}{'' if count == 1 else 's'}" for noun, count in counts.items())
    typer.echo(f"{found.runs:,} runs: {' x '.join(parts)}")
    typer.echo(
        f"about {options.duration(found.seconds)} with {found.workers} workers ({found.seconds_a_run:.2f} s a run, "
        f"measured on one run of each scenario), {_size(found.bytes)} on disk"
    )
    typer.echo("Nothing was written.")


def _write_slurm(experiment: str, changes: dict[str, int], name: str, folder: Path, shards: int) -> None:
    from marketsim.experiments.slurm import write_script

    words = [experiment, *(word for key, value in changes.items() for word in (f"--{key}", str(value)))]
    path = Path(f"{name}.sbatch")
    write_script(path, name, [*words, "--out", str(folder)], shards)
    typer.echo(f"{path}: an array job of {shards} shards that fill {folder}; submit it with: sbatch {path}")


def _say_result(done: tasks.SweepResult) -> None:
    """What was done, in a line; exit code 1 if runs failed."""
    found = f", {done.found:,} found from before" if done.found else ""
    whole = "" if done.complete else " (not complete)"
    typer.echo(f"Results: {done.folder}{whole}: {done.made - len(done.failed):,} runs made{found}")
    if done.failed:
        some = ", ".join(map(str, done.failed[:5])) + (" ..." if len(done.failed) > 5 else "")
        typer.echo(
            f"{len(done.failed):,} runs failed ({some}); their settings and tracebacks are in {done.folder / 'failed'}",
            err=True,
        )
        raise typer.Exit(options.WORSE)


@contextmanager
def _progress(quiet: bool) -> Iterator[tuple[Callable[[int, int], None] | None, Callable[[tasks.RunEnded], None]]]:
    """What is told how far the sweep is, and of each run that ended: a bar with the rate, the time left and how many
    runs failed; without a terminal a line a run; if `quiet` a line for a run that failed."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from marketsim.cli import rates

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None, lambda ended: typer.echo(_line(ended), err=True) if ended.error or not quiet else None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), rates.Rate(), TimeElapsedColumn(),
               rates.TimeLeft(), TextColumn("{task.fields[failed]} failed"))  # fmt: skip
    with Progress(*columns, console=console, transient=True, speed_estimate_period=120) as progress:
        task = progress.add_task("compiling and starting", total=None, failed=0)
        yield (
            lambda done, total: progress.update(task, completed=done, total=total, description="runs"),
            lambda ended: progress.update(task, failed=ended.failed),
        )


def _line(ended: tasks.RunEnded) -> str:
    task = ended.task
    how = f"failed: {ended.error}" if ended.error else f"in {ended.seconds:.2f} s"
    where = f"point {task.point}, replicate {task.replicate}, {task.label}, seed {task.seed}"
    return f"run {task.run} ({where}) {how}; {ended.done} of {ended.total} done, {ended.failed} failed"


def _size(count: int) -> str:
    for unit, size in ("GB", 10**9), ("MB", 10**6):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count / 1_000:.0f} kB"
