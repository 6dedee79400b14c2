"""Options that several commands share, exit codes, and the progress bar."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from marketsim.scenario.loading import LoadedScenario

WORSE, USER_MISTAKE, INTERRUPTED = 1, 2, 130

ScenarioName = Annotated[str, typer.Argument(help="a scenario file, or the name of a shipped scenario")]
Seed = Annotated[int, typer.Option(min=0, max=10**9, help="whole number that all luck depends on")]
Weeks = Annotated[int | None, typer.Option(min=1, max=5_200, help="weeks to run instead of the scenario's horizon")]
Workers = Annotated[int | None, typer.Option(min=1, max=10_000, help="processes; not given: one for each core")]
OwnSeed = Annotated[int | None, typer.Option(min=0, max=10**9, help="instead of the experiment's")]
OwnWeeks = Annotated[int | None, typer.Option(min=1, max=5_200, help="instead of the experiment's")]
For = Annotated[
    str | None,
    typer.Option("--for", help="whom it is read for: a region, a cooperative, or authorities by name, with commas"),
]
Against = Annotated[
    str | None, typer.Option("--against", help="scenario to report on; not given: the first")
]
Out = Annotated[Path | None, typer.Option(help="folder for the results; must not exist yet")]


def refuse(why: str, **options: object) -> None:
    """Options that mean nothing here are a mistake of the user's, not passed over."""
    for name, value in options.items():
        if value is not None:
            raise typer.BadParameter(f"{why}, so --{name} has no effect")


def say_without_effect(loaded: Iterable[LoadedScenario], weeks: int | None = None) -> None:
    """A line for each value of the scenarios that is set in vain."""
    from marketsim.scenario import idle

    for one in loaded:
        for sentence in idle.without_effect(one, weeks):
            typer.echo(f"{one.scenario.name}: {sentence}", err=True)


@contextmanager
def stoppable(folder: Path, left: str = "the same command goes on with the runs that are in") -> Iterator[None]:
    """Ctrl-C is one line, which says what is left in the folder, and exit code 130."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(f"\nStopped; {left} {folder}", err=True)
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def progress_bar(unit: str, beginning: str = "compiling and starting") -> Iterator[Callable[[int, int, str], None]]:
    """A progress bar on standard error, moved on by what is done, all, and what that is; nothing without a terminal."""
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
        task = progress.add_task(beginning, total=None)
        yield lambda done, total, text: progress.update(task, completed=done, total=total, description=text)


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    for unit, length in ("days", 86_400), ("hours", 3_600), ("minutes", 60):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} seconds"
