"""What matters, and when a policy fails: sensitivity analysis and scenario discovery."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from marketsim.cli import options

if TYPE_CHECKING:
    from marketsim.experiments.definition import Definition
    from marketsim.experiments.sensitivity import Columns

Named = Annotated[list[str], typer.Argument(help="an experiment (file, or name in experiments/), or scenarios")]
Outcomes = Annotated[list[str] | None, typer.Option("--outcome", help="what to explain; can be given several times")]
Replicates = Annotated[int | None, typer.Option(min=1, max=10_000, help="runs a point, the same seeds at each")]
Folder = Annotated[Path | None, typer.Option(help="folder; if it holds this analysis unfinished, goes on with it")]
DEFAULT_OUTCOME, DEFAULT_REPLICATES = "weekly_fee_mean_gbp", 4


def sensitivity(
    named: Named,
    method: Annotated[Literal["morris", "sobol"], typer.Option(help="screening, or shares of variance")] = "morris",
    trajectories: Annotated[
        int | None, typer.Option(min=4, max=10_000, help="of Morris: factors + 1 points each [default: 10]")
    ] = None,
    samples: Annotated[
        int | None, typer.Option(min=4, max=65_536, help="of Sobol: factors + 2 points each [default: 64]")
    ] = None,
    replicates: Replicates = None,
    outcome: Outcomes = None,
    seed: options.OwnSeed = None,
    weeks: options.OwnWeeks = None,
    workers: options.Workers = None,
    out: Folder = None,
) -> None:
    """Rank factors by how much they move an outcome, with intervals. The same command goes on where it ended.

    Factors are the experiment's; for scenarios, the parameters that nobody knows (england/uncertain.csv). With several
    scenarios the first is the baseline, and what is explained is the difference from it as well.
    """
    from marketsim.core import interrupts

    with interrupts.deferred():
        from rich.console import Console

        from marketsim.experiments import screening as screenings
        from marketsim.experiments.sweep import sweep
        from marketsim.reports import sensitivity as printing
        from marketsim.results.store import RESULTS

    others = {"samples": samples} if method == "morris" else {"trajectories": trajectories}
    options.refuse(f"the method is {method}", **others)
    given = {"replicates": replicates, "seed": seed, "weeks": weeks}
    definition, columns = _definition(named, {name: value for name, value in given.items() if value is not None})
    wanted = screenings.check_outcomes(outcome or [DEFAULT_OUTCOME], definition)
    size = (trajectories or 10) if method == "morris" else (samples or 64)
    screening = screenings.Screening(definition, columns, method, size, wanted)
    folder = out or RESULTS / f"{method}-{definition.name}"
    typer.echo(f"{screening.runs:,} runs: {screening}")
    with options.stoppable(folder):
        done = sweep(definition, folder, workers, points=screening.points, on_progress=_progress)
    screened = screenings.screen(screening, folder, len(done.failed))
    shown = screened.table[screened.table["outcome"].isin(wanted)]
    printing.print_sensitivity(shown, method, screened.remark, screened.footing, Console())
    paths = printing.write_sensitivity_figures(shown, method, screened.remark, screened.footing, folder)
    typer.echo(f"Results: {folder} (sensitivity.csv, {', '.join(path.name for path in paths)}, runs/)")


def discover(
    folder: Annotated[Path, typer.Argument(help="a finished sweep of a baseline and another scenario")],
    outcome: Annotated[str, typer.Option(help="what the scenario may fail in")] = DEFAULT_OUTCOME,
    fails_if: Annotated[str, typer.Option(metavar="CONDITION", help="on the scenario less the baseline")] = "> 0",
    scenario: Annotated[str | None, typer.Option(help="if the sweep has several: which, less the first")] = None,
    out: Annotated[Path | None, typer.Option(help="folder for the results; must not exist yet")] = None,
) -> None:
    """When does a policy fail? Conditions on a sweep's factors, in words, with coverage and density (PRIM)."""
    from rich.console import Console

    from marketsim.experiments import discover as discovering
    from marketsim.reports import discover as printing
    from marketsim.results import store

    store.check_new(out)
    found = discovering.discover(folder, outcome, fails_if, scenario)
    printing.print_discovery(found, Console())
    left = store.new_folder(out, f"discover-{folder.resolve().name}")
    typer.echo(f"Results: {left} ({', '.join(path.name for path in printing.write_discovery(found, left))})")


def _definition(named: list[str], given: dict[str, Any]) -> tuple[Definition, Columns]:
    """The sweep that is meant: of an experiment, or of scenarios over the parameters that nobody knows."""
    from marketsim.experiments import screening
    from marketsim.experiments.definition import Definition, Factor
    from marketsim.experiments.experiment_file import experiment_at
    from marketsim.scenario.loading import load_scenario
    from marketsim.trust.calibration import inputs

    if (found := experiment_at(named, given)) is not None:
        return found, screening.columns_of(found)
    loaded = [load_scenario(name) for name in named]
    space = inputs.read_space(inputs.RANGES, loaded[0].scenario)
    factors = {one.key: Factor(low=one.low, high=one.high, role="uncertainty") for one in space.parameters}
    definition = Definition(
        name="-".join(one.scenario.name for one in loaded)[:60], scenarios=named, factors=factors,
        design="latin_hypercube", samples=1, **{"replicates": DEFAULT_REPLICATES, **given},
    )  # fmt: skip
    return definition, {one.key: (lambda unit, one=one: [one.value(u) for u in unit]) for one in space.parameters}


def _progress(done: int, total: int) -> None:
    """How far the runs are, on one line of a terminal; nothing where standard error is none."""
    import sys

    if sys.stderr.isatty():
        typer.echo(f"\r{done:,} of {total:,} runs" + ("\n" if done == total else ""), nl=False, err=True)
