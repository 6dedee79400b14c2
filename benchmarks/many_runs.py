"""A sweep of many small runs: the memory of the parent must not grow with their number.

uv run python benchmarks/many_runs.py [RUNS] [WORKERS]     (10,000 and one a core unless said otherwise)
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from measuring import machine, megabytes_now

from marketsim.experiments.definition import Definition
from marketsim.experiments.sweep import sweep
from marketsim.experiments.sweep_folder import open_set

SCENARIO = """\
extends: town.yaml
horizon: {weeks: 1}
world: {authorities: 1, homes: 12, children_at_start: 0, unregistered_at_start: 0}
demand: {new_needs_per_year: 10}
"""
SAY_EVERY = 1_000


def main(runs: int, workers: int | None) -> None:
    """Run the sweep in a folder that is removed at the end."""
    print(f"{runs:,} runs of a week of a village ({machine()})")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "village.yaml"
        path.write_text(SCENARIO, encoding="utf-8")
        definition = Definition(scenarios=[str(path)], replicates=min(runs, 10_000), outcomes=["void_rate"])
        began = time.perf_counter()

        def say(done: int, total: int) -> None:
            if done and (done == 100 or done % SAY_EVERY == 0):
                seconds = time.perf_counter() - began
                print(f"{done:7,} runs {megabytes_now():7.1f} MB {seconds:7.0f} s {seconds / done * 1e3:6.1f} ms a run")

        done = sweep(definition, Path(folder) / "set", workers, on_progress=say)
        began_reading = time.perf_counter()
        rows = len(open_set(Path(folder) / "set").outcomes)
        print(f"{len(done.failed)} failed; read {rows:,} rows in {time.perf_counter() - began_reading:.1f} s")


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(given[0] if given else 10_000, given[1] if len(given) > 1 else None)
