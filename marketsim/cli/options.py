"""Options that several commands share, exit codes, and the progress bar."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.progress import Progress

WORSE, USER_MISTAKE, INTERRUPTED = 1, 2, 130

ScenarioName = Annotated[str, typer.Argument(help="a scenario file, or the name of a shipped scenario")]
Seed = Annotated[int, typer.Option(min=0, max=10**9, help="whole number that all luck depends on")]
Weeks = Annotated[int | None, typer.Option(min=1, max=5_200, help="weeks to run instead of the scenario's horizon")]
Workers = Annotated[int | None, typer.Option(min=1, help="processes; not given: one for each core")]
OwnSeed = Annotated[int | None, typer.Option(min=0, max=10**9, help="instead of the experiment's")]
OwnWeeks = Annotated[int | None, typer.Option(min=1, max=5_200, help="instead of the experiment's")]
Out = Annotated[Path | None, typer.Option(help="folder for the results; must not exist yet")]


@contextmanager
def progress_bar(unit: str) -> Iterator[Progress]:
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
