"""Sweeps in processes that are killed: imported by a fork server, so that each costs a fork and no start-up."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from sweeping import small_definition

import marketsim.cli.main
from marketsim.experiments.pool import warm_up
from marketsim.experiments.sweep import Made, RunTask, make_run, sweep
from marketsim.results import store

NOTES = "SWEEP_TEST_NOTES"  # names a folder in which runs note that they were begun

if __name__ == "killing" and "KILLING_WARM" in os.environ:
    warm_up()


def make_small(folder: Path, workers: int = 1) -> None:
    """The small sweep, from beginning to end."""
    sweep(small_definition(folder), folder / "set", workers=workers)


def make_small_and_die(folder: Path, stage: str, count: int) -> None:
    """The same, but this process is killed when it opens, syncs or renames a file for the count-th time."""
    place = {"open": (Path, "open"), "sync": (store.os, "fsync"), "rename": (Path, "replace")}[stage]
    usual = getattr(*place)
    left = [count]

    def counted(*words: Any, **options: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return usual(*words, **options)

    setattr(*place, counted)
    make_small(folder)


def type_in(folder: Path, *words: str) -> None:
    """A command typed in a folder; the process ends with its exit code."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # tests begun in the background ignore it
    os.chdir(folder)
    sys.argv = ["marketsim", *words]
    marketsim.cli.main.main()


def _noted(task: RunTask) -> int:
    """How often this run has been begun before."""
    before = len(list(Path(os.environ[NOTES]).glob(f"{task.run}-*")))
    (Path(os.environ[NOTES]) / f"{task.run}-{before}").touch()
    return before


def dies_always(task: RunTask) -> Made:
    """Run 3 kills its process each time."""
    _noted(task)
    if task.run == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return make_run(task)


def dies_once(task: RunTask) -> Made:
    """Run 3 kills its process the first time."""
    if _noted(task) == 0 and task.run == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return make_run(task)
