"""A comparison of many replicates of England: how much of the time of its processes goes into runs.

uv run python benchmarks/comparison.py [REPLICATES] [WEEKS] [WORKERS]     (1,000 of 52 weeks, one worker a core)

Ideal would be all of it, from the first call to the last file: processes that do nothing but run, one a core. Runs are
timed where they are made: as many bare processes before or after tell little, since the machine is another one then.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from measuring import machine

from marketsim.experiments import compare as comparing
from marketsim.experiments.run import run

SCENARIOS = ("spot", "cooperative")


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
    """Time the comparison, and the runs in it."""
    print(f"{replicates:,} replicates of {' and '.join(SCENARIOS)}, {weeks} weeks, {workers} workers ({machine()})")
    comparing._run_task, done_by = noting_seconds, comparing._run_task
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        comparing.compare(*SCENARIOS, replicates, weeks=weeks, workers=workers, out=Path(folder) / "compared")
        seconds = time.perf_counter() - began
        runs = [float(line) for file in Path(folder).glob("seconds-*") for line in file.read_text().split()]
    comparing._run_task = done_by
    print(f"comparison  {len(runs) / seconds:6.2f} runs a second: {len(runs):,} in {seconds:,.0f} s, start and files")
    print(f"ideal       {workers * len(runs) / sum(runs):6.2f} runs a second, at {sum(runs) / len(runs):.3f} s a run")
    print(f"share       {sum(runs) / workers / seconds:6.1%} of the ideal")


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(
        given[0] if given else 1_000,
        given[1] if len(given) > 1 else 52,
        given[2] if len(given) > 2 else multiprocessing.cpu_count(),
    )
