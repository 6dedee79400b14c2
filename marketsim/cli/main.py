"""The command line: the commands and what happens to a mistake."""

from __future__ import annotations

import io
import sys
from typing import Annotated

import typer

from marketsim.cli import (
    analysing,
    docs,
    lever_pages,
    live,
    options,
    own_data,
    picturing,
    results,
    running,
    sweeping,
    trusting,
)
from marketsim.cli.cooperative import cooperative

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
)
COMMANDS = (
    running.run, running.compare, live.live, picturing.plot, picturing.report, picturing.workbook, sweeping.sweep,
    running.scenarios, lever_pages.levers, running.check, trusting.validate,
    trusting.cases,
    trusting.evidence, trusting.calibrate, analysing.sensitivity, analysing.discover, running.schema,
    docs.docs,
)  # fmt: skip


def _say_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"marketsim {version('marketsim')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="print the version, and end")
    ] = False,
) -> None:
    """Simulate the market in which England's local authorities buy places in children's homes."""


for command in COMMANDS:
    app.command()(command)
app.add_typer(cooperative, name="cooperative")
app.add_typer(own_data.data, name="data")
app.add_typer(results.results, name="results")


def main() -> None:
    """Run a command; a user's mistake is one line on standard error and exit code 2."""
    _print_in_any_encoding()
    try:
        code = app(standalone_mode=False)
    except KeyboardInterrupt:
        typer.echo("Stopped.", err=True)
        sys.exit(options.INTERRUPTED)
    except Exception as error:
        message = _user_message(error)
        if message is None:
            raise
        if message:  # none where the help was printed instead
            typer.echo(message, err=True)
        sys.exit(options.USER_MISTAKE)
    sys.exit(code if isinstance(code, int) else 0)


def _print_in_any_encoding() -> None:
    """Letters that the terminal's encoding lacks (latin-1, cp1252) are printed as ?, and end nothing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _user_message(error: Exception) -> str | None:
    """One line for an error that the user can mend; None for a fault of the program."""
    format_message = getattr(error, "format_message", None)  # what typer and click raise for wrong words
    if format_message is not None:
        said = " ".join(str(format_message()).split())
        return f"{said} See: marketsim --help" if said == "Missing command." else said
    if isinstance(error, OSError):
        return f"{error.filename or ''}: {error.strerror or error}".lstrip(": ")
    name = type(error).__name__
    return str(error) if name in ("ScenarioError", "StoreError", "ClusterError", "LostWorker") else None


if __name__ == "__main__":
    main()
