"""Work spread over processes: any number of workers and any order give the same, and one that dies costs one try.

A *crew* is whatever does tasks: this process, processes beside it, or (cluster.py) the workers of a cluster.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from marketsim.core import interrupts
from marketsim.experiments.run import run
from marketsim.scenario.levers import registered_rules

MOST_WORKERS = 61  # a process pool on Windows takes no more
MOST_TRIES = 2
LOOK_AGAIN_SECONDS = 5.0  # a cluster's capacity may have changed by then
Task = TypeVar("Task")
Given = TypeVar("Given")


class LostWorker(Exception):
    """The process that did a task died each time it was tried; the message is one line."""


@dataclass(frozen=True)
class Ended(Generic[Task, Given]):
    """A task that came to its end: `given` by the work, or the `error` that ended it after so many tries."""

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


def run_each(
    tasks: Iterable[Task], work: Callable[[Task], Given], crew: Crew, tries: int = MOST_TRIES
) -> Iterator[Ended[Task, Given]]:
    """Do each task, and yield each as it ends. A task whose process died is tried again, `tries` times in all.

    Tasks are drawn from the iterable only as the crew can begin them.
    """
    coming, again = iter(tasks), deque[tuple[Task, int]]()
    waiting: dict[Future[Given], tuple[Task, int]] = {}

    def begin() -> None:
        while len(waiting) < crew.capacity():
            begun = again.popleft() if again else next(((task, 1) for task in coming), None)
            if begun is None:
                return
            waiting[crew.submit(work, begun[0])] = begun

    while True:
        begin()
        if not waiting:
            return
        ended = []
        for future in wait(waiting, LOOK_AGAIN_SECONDS, FIRST_COMPLETED).done:
            task, count = waiting.pop(future)
            error = BrokenExecutor("given up") if future.cancelled() else future.exception()
            if isinstance(error, crew.losses) and count < tries:
                again.append((task, count + 1))
            else:
                ended.append(Ended(task, None if error else future.result(), error, count))
        if crew.beside:
            begin()  # so that nobody waits for a task while the caller looks at what has ended
        yield from ended


def run_all(tasks: Sequence[Task], work: Callable[[Task], Given], workers: int | None) -> Iterator[tuple[int, Given]]:
    """What `work` gives for each task, with the task's number, as they finish; `workers` None: one a core.

    `work` must be a function of a module and the tasks must pickle: the processes are started afresh. With one worker,
    or one task, all is done in this process. What `work` raises is raised here, and the tasks not begun are dropped;
    LostWorker for a task that killed its process twice.
    """
    with local_crew(workers, len(tasks)) as crew:
        for ended in run_each(enumerate(tasks), _Numbered(work), crew):
            if isinstance(ended.error, BrokenExecutor):
                raise LostWorker(f"the process of task {ended.task[0]} died {ended.tries} times; nothing else is wrong")
            if ended.error is not None:
                raise ended.error
            yield ended.task[0], ended.given  # type: ignore[misc]


@contextmanager
def local_crew(workers: int | None, tasks: int) -> Iterator[Crew]:
    """As many processes as workers (None: one a core), but no more than tasks; with one, this process itself."""
    count = min(workers or multiprocessing.cpu_count(), tasks, MOST_WORKERS)
    if count <= 1:
        yield Here()
        return
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
        self._lanes = [_Lane() for _ in range(count)]

    def get_ready(self) -> None:
        """Wait until all have started; LostWorker if they can't."""
        warm_up()  # compiles, if need be, while the workers import
        for lane in self._lanes:
            lane.check()

    def capacity(self) -> int:
        """A task for each process."""
        return len(self._lanes)

    def submit(self, work: Callable[[Any], Any], task: Any) -> Future[Any]:
        """Give a process that is free the task."""
        return next(lane for lane in self._lanes if lane.is_free()).submit(work, task)

    def close(self) -> None:
        """End all processes, each after what it is doing."""
        for lane in self._lanes:
            lane.close()


class _Lane:
    """One process, started anew when it has died."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        with interrupts.ignored():
            self._pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=_follow_parent)
            self._last: Future[Any] = self._pool.submit(_get_ready)

    def check(self) -> None:
        try:
            self._last.result()
        except BrokenExecutor as error:
            raise LostWorker(f"worker processes can't be started: {error}") from None

    def is_free(self) -> bool:
        return self._last.done()

    def submit(self, work: Callable[[Any], Any], task: Any) -> Future[Any]:
        try:
            self._last = self._pool.submit(work, task)
        except BrokenExecutor:
            self._start()
            self._last = self._pool.submit(work, task)
        return self._last

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


@dataclass(frozen=True)
class _Numbered(Generic[Task, Given]):
    """The work, for tasks that carry their number."""

    work: Callable[[Task], Given]

    def __call__(self, numbered: tuple[int, Task]) -> Given:
        return self.work(numbered[1])


def warm_up() -> None:
    """Compile the placing once (kept on disk), so that workers start with machine code."""
    run("town", seed=0, weeks=1)


def _follow_parent() -> None:
    """A worker whose parent was killed would wait for work for ever: it ends too."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def leave() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=leave, daemon=True).start()


def _get_ready() -> int:
    """First task of a worker: knowing all rules, those of MARKETSIM_RULES too, it can be sent scenarios."""
    return len(registered_rules())
