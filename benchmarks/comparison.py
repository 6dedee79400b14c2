"""A comparison of many replicates of England: its rate beside the ideal, that of as many processes that only run.

uv run python benchmarks/comparison.py [REPLICATES] [WEEKS] [WORKERS]     (1,000 of 52 weeks, one worker a core)

The ideal is measured before and after, since what else the machine does changes it; and how much of their time the
comparison's own processes spend in runs, which was measured in the very same minutes.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import time
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from measuring import machine

from marketsim.experiments import compare as comparing
from marketsim.experiments.plausible import vectors_of
from marketsim.experiments.run import as_scenario, run

SCENARIOS = ("spot", "cooperative")
SAMPLE = 20  # runs of each scenario by each process


def only_run(weeks: int, number: int, together: Barrier) -> None:
    """Runs as the comparison makes them, one after the other, with nothing written and nothing said."""
    scenarios = [as_scenario(name, weeks) for name in SCENARIOS]
    for scenario in scenarios:
        run(scenario, seed=number)
    vectors = vectors_of(SAMPLE, seed=number + 1)
    together.wait()
    for seed, vector in enumerate(vectors):
        for scenario in scenarios:
            run(scenario, seed, vector=vector)
    together.wait()


def ideal_rate(weeks: int, workers: int) -> float:
    """Runs a second of processes that do nothing else."""
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(workers + 1)
    processes = [context.Process(target=only_run, args=(weeks, number, together)) for number in range(workers)]
    for process in processes:
        process.start()
    together.wait()
    began = time.perf_counter()
    together.wait()
    seconds = time.perf_counter() - began
    for process in processes:
        process.join()
    return workers * SAMPLE * len(SCENARIOS) / seconds


def noting_seconds(task: Any) -> Any:
    """A task of the comparison, done by one of its processes, which writes down the seconds of the run alone."""

    def timed_run(*given: Any, **named: Any) -> Any:
        began = time.perf_counter()
        result = run(*given, **named)
        with (task.folder.parents[3] / f"seconds-{os.getpid()}").open("a") as file:
            print(time.perf_counter() - began, file=file)
        return result

    comparing.run = timed_run
    return comparing._run_task(task)


def main(replicates: int, weeks: int, workers: int) -> None:
    """Time the comparison between two looks at the ideal."""
    print(f"{replicates:,} replicates of {' and '.join(SCENARIOS)}, {weeks} weeks, {workers} workers ({machine()})")
    before = ideal_rate(weeks, workers)
    with tempfile.TemporaryDirectory() as folder:
        done_by, comparing._run_task = comparing._run_task, noting_seconds
        began = time.perf_counter()
        comparing.compare(*SCENARIOS, replicates, weeks=weeks, workers=workers, out=Path(folder) / "compared")
        seconds = time.perf_counter() - began
        comparing._run_task = done_by
        in_runs = sum(float(line) for file in Path(folder).glob("seconds-*") for line in file.read_text().split())
    after = ideal_rate(weeks, workers)
    runs = replicates * len(SCENARIOS)
    rate, ideal = runs / seconds, (before + after) / 2
    print(f"ideal       {before:6.2f} runs a second before, {after:.2f} after")
    print(f"comparison  {rate:6.2f} runs a second: {runs:,} runs in {seconds:,.0f} s, start, tables and files included")
    print(f"share       {rate / ideal:6.1%} of the ideal; processes were in runs for {in_runs / workers / seconds:.1%}")


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(
        given[0] if given else 1_000,
        given[1] if len(given) > 1 else 52,
        given[2] if len(given) > 2 else multiprocessing.cpu_count(),
    )
