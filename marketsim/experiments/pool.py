"""Runs spread over processes: any number of workers and any order give the same results."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from typing import TypeVar

from marketsim import interrupts
from marketsim.experiments.run import run
from marketsim.purchasing.rule import registered_rules

MOST_WORKERS = 61  # a process pool on Windows takes no more
Task = TypeVar("Task")
Given = TypeVar("Given")


def run_all(tasks: Sequence[Task], work: Callable[[Task], Given], workers: int | None) -> Iterator[tuple[int, Given]]:
    """What `work` gives for each task, with the task's number, as they finish; `workers` None: one a core.

    `work` must be a function of a module and the tasks must pickle: the processes are started afresh. With one worker,
    or one task, all is done in this process. What `work` raises is raised here, and the tasks not begun are dropped.
    """
    count = min(workers or multiprocessing.cpu_count(), len(tasks), MOST_WORKERS)
    if count <= 1:
        for number, task in enumerate(tasks):
            yield number, work(task)
        return
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"))
    try:
        with interrupts.ignored():
            ready = [pool.submit(_get_ready) for _ in range(count)]
        warm_up()  # compiles, if need be, while the workers import
        wait(ready)
        with interrupts.ignored():
            waiting = {pool.submit(work, task): number for number, task in enumerate(tasks)}
        while waiting:
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield waiting.pop(future), future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def warm_up() -> None:
    """Compile the placing once (kept on disk), so that workers start with machine code."""
    run("town", seed=0, weeks=1)


def _get_ready() -> int:
    """First task of a worker: knowing all rules, those of MARKETSIM_RULES too, it can be sent scenarios."""
    return len(registered_rules())
