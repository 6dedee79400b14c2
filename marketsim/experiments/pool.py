"""Work spread over processes: any number of workers and any order give the same, and one that dies costs one try.

A *crew* is whatever does tasks: this process, processes beside it, or (cluster.py) the workers of a cluster.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from marketsim.core import interrupts
from marketsim.model import MarketModel
from marketsim.scenario.levers import all_levers
from marketsim.scenario.loading import load_scenario

MOST_WORKERS = 61  # a process pool on Windows takes no more
LOOK_AGAIN_SECONDS = 5.0  # a cluster's capacity may have changed by then
MEND = 'In a script, calls stand under `if __name__ == "__main__":`, since workers read it again; or say workers=1.'
Task = TypeVar("Task")
Given = TypeVar("Given")


class LostWorker(Exception):
    """The process that did a task died each time it was tried; the message is one line."""


@dataclass(frozen=True)
class Ended(Generic[Task, Given]):
    """A task that came to its end: `given` by the work, or the `error` that ended it after so many tries.

    `number`: its place among the tasks, from 0.
    """

    number: int
    task: Task
    given: Given | None
    error: BaseException | None
    tries: int


class Crew(Protocol):
    """What does tasks; `submit` may be called while fewer than `capacity` are under way.

    `losses`: what a future ends with if the process died that did its task. `beside`: tasks are done while this process
    does something else.
    """

    losses: tuple[type[BaseException], ...]
    beside: bool

    def capacity(self) -> int:
        """Most tasks under way at once: what waits in memory is bounded by this, not by the number of tasks."""

    def submit(self, work: Callable[[Any], Any], task: Any) -> Future[Any]:
        """Begin a task."""


def run_each(tasks: Iterable[Task], work: Callable[[Task], Given], crew: Crew) -> Iterator[Ended[Task, Given]]:
    """Do each task, and yield each as it ends. A task whose process died is tried once more.

    Tasks are drawn from the iterable only as the crew can begin them.
    """
    coming = enumerate(tasks)
    waiting: dict[Future[Given], tuple[int, Task, int]] = {}

    def begin() -> None:
        for number, task in islice(coming, max(crew.capacity() - len(waiting), 0)):
            waiting[crew.submit(work, task)] = number, task, 1

    begin()
    while waiting:
        ended = []
        for future in wait(waiting, LOOK_AGAIN_SECONDS, FIRST_COMPLETED).done:
            number, task, tries = waiting.pop(future)
            error = BrokenExecutor("given up") if future.cancelled() else future.exception()
            if isinstance(error, crew.losses) and tries == 1:
                waiting[crew.submit(work, task)] = number, task, 2
            else:
                ended.append(Ended(number, task, None if error else future.result(), error, tries))
        if crew.beside:
            begin()  # so that nobody waits for a task while the caller looks at what has ended
        yield from ended
        begin()


def run_all(
    tasks: Sequence[Task], work: Callable[[Task], Given], workers: int | None,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[Given]:  # fmt: skip
    """What `work` gives for each task, in the order of the tasks, whichever finished first; `workers` None: one a core.

    `on_progress` is called with the number of tasks done and of all.
    `work` must be a function of a module and the tasks must pickle: the processes are started afresh. With one worker,
    or one task, all is done in this process. What `work` raises is raised here, and the tasks not begun are dropped;
    LostWorker for a task that killed its process twice.
    """
    given: dict[int, Given] = {}
    with local_crew(workers, len(tasks)) as crew:
        for ended in run_each(tasks, work, crew):
            if isinstance(ended.error, BrokenExecutor):
                raise LostWorker(f"the process of task {ended.number} died {ended.tries} times; nothing else is wrong")
            if ended.error is not None:
                raise ended.error
            given[ended.number] = ended.given  # type: ignore[assignment]
            if on_progress is not None:
                on_progress(len(given), len(tasks))
    return [given[number] for number in range(len(tasks))]


def worker_count(workers: int | None, tasks: int) -> int:
    """How many processes there are for so many tasks; `workers` None: one a core."""
    return min(workers or multiprocessing.cpu_count(), tasks, MOST_WORKERS)


@contextmanager
def local_crew(workers: int | None, tasks: int) -> Iterator[Crew]:
    """As many processes as workers (None: one a core), but no more than tasks; with one, this process itself."""
    count = worker_count(workers, tasks)
    if count <= 1:
        yield Here()
        return
    _check_main()
    crew = Processes(count)
    try:
        crew.get_ready()
        yield crew
    finally:
        crew.close()


class Here:
    """This process: each task is done as it is submitted."""

    losses: tuple[type[BaseException], ...] = ()
    beside = False

    def capacity(self) -> int:
        """One task at a time."""
        return 1

    def submit(self, work: Callable[[Task], Given], task: Task) -> Future[Given]:
        """Do the task."""
        future: Future[Given] = Future()
        try:
            future.set_result(work(task))
        except Exception as error:
            future.set_exception(error)
        return future


class Processes:
    """Processes beside this one, each a pool of its own: if it dies, it is clear what it did, and no other suffers."""

    losses: tuple[type[BaseException], ...] = (BrokenExecutor,)
    beside = True

    def __init__(self, count: int) -> None:
        self._latest = dict(_start() for _ in range(count))

    def get_ready(self) -> None:
        """Wait until all have started; LostWorker if they can't."""
        warm_up()  # compiles, if need be, while the workers import
        try:
            for first in self._latest.values():
                first.result()
        except BrokenExecutor as error:
            raise LostWorker(f"worker processes can't be started: {error} {MEND}") from None

    def capacity(self) -> int:
        """A task for each process."""
        return len(self._latest)

    def submit(self, work: Callable[[Any], Any], task: Any) -> Future[Any]:
        """Give a process that is free the task; one that has died is started anew."""
        process = next(one for one, latest in self._latest.items() if latest.done())
        try:
            given = process.submit(work, task)
        except BrokenExecutor:
            del self._latest[process]
            process, _ = _start()
            given = process.submit(work, task)
        self._latest[process] = given
        return given

    def close(self) -> None:
        """End all processes, each after what it is doing."""
        for process in self._latest:
            process.shutdown(wait=True, cancel_futures=True)


def _start() -> tuple[ProcessPoolExecutor, Future[Any]]:
    """A process, and its first task: knowing all levers, those of users too, it can be sent scenarios."""
    with interrupts.ignored():
        process = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=_follow_parent)
        return process, process.submit(_get_ready)


def _get_ready() -> int:
    return len(all_levers())


def _check_main() -> None:
    """Workers read the main module again. One that would start workers of its own then ends without a word, since its
    parent says why; LostWorker if there is no file to read."""
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise SystemExit(1)
    file = getattr(sys.modules["__main__"], "__file__", None)
    if file is not None and not Path(file).exists():
        raise LostWorker(f"worker processes can't read {file}: save it as a file, or say workers=1")


@cache
def warm_up() -> None:
    """Compile what a week needs (kept on disk), so that workers start with machine code."""
    with interrupts.deferred():
        MarketModel(load_scenario("town").scenario, 0).step()


def _follow_parent() -> None:
    """A worker whose parent was killed would wait for work for ever: it ends too."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def leave() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=leave, daemon=True).start()
