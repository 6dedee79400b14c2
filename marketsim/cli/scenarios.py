"""Looking at scenario files."""

from __future__ import annotations

from typing import Annotated

import typer


def check(scenarios: Annotated[list[str], typer.Argument(help="scenario files or names of shipped ones")]) -> None:
    """Check scenarios and print each with all its values and where they come from."""
    from marketsim.scenario.loading import describe, load_scenario

    described = [describe(load_scenario(name)) for name in scenarios]
    for name, text in zip(scenarios, described, strict=True):
        typer.echo(f"{name}: valid\n{text}\n")


def scenarios() -> None:
    """List the scenarios that ship with marketsim."""
    from marketsim.scenario.loading import load_scenario
    from marketsim.scenario.shipped import shipped_scenarios

    paths = shipped_scenarios()
    width = max((len(path.stem) for path in paths), default=0)
    for path in paths:
        typer.echo(f"{path.stem.ljust(width)}  {load_scenario(path).scenario.question}")


def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    import json

    from marketsim.scenario.loading import json_schema

    typer.echo(json.dumps(json_schema(), indent=2))
