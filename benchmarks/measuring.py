"""Clocks and memory for the benchmarks: CPU seconds of this process, wall seconds, peak memory."""

from __future__ import annotations

import platform
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass
class Span:
    """Seconds that a stretch of work took, on the processor and on the clock."""

    cpu: float = 0.0
    wall: float = 0.0

    def __str__(self) -> str:
        return f"{self.cpu:8.2f} s CPU {self.wall:8.2f} s wall"


@contextmanager
def timed() -> Iterator[Span]:
    """Measure what is done inside the `with` block."""
    span, cpu, wall = Span(), time.process_time(), time.perf_counter()
    yield span
    span.cpu, span.wall = time.process_time() - cpu, time.perf_counter() - wall


class Yardstick:
    """A fixed piece of work of the kind that a week is made of (Python, small NumPy calls, reading all over an array),
    to be done now and then while something is measured: how fast the machine was meanwhile.

    On a shared machine the seconds of the same code differ by half from one quarter of an hour to the next; counted in
    yardsticks it stays within a tenth.
    """

    def __init__(self) -> None:
        import numpy as np  # not before the imports are timed

        self._add = np.add.reduce
        luck = np.random.default_rng(0)
        self._large, self._order = luck.random(150_000), luck.integers(0, 150_000, 40_000)
        self._small = [luck.random(150) for _ in range(8)]
        self.seconds: list[float] = []

    def measure(self) -> None:
        """Do it once, and note the processor seconds that it took."""
        began = time.process_time()
        self._work()
        self.seconds.append(time.process_time() - began)

    @property
    def mean(self) -> float:
        """Processor seconds of one measure."""
        return sum(self.seconds) / len(self.seconds)

    def _work(self) -> float:
        total = 0.0
        for turn in range(60):
            total += sum(float(self._add(small * 1.0001 + 0.5)) for small in self._small)
            total += sum({number: number * turn for number in range(60)}.values())
        return total + float((self._large[self._order] * 1.5).sum() + (self._large * self._large).sum())


class Parts:
    """CPU seconds by part of the week: the calls that a step makes on its model, wrapped from outside."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def watch(self, model: Any, *names: str) -> None:
        """Count the time that these methods of one model take."""
        for name in names:
            self.seconds[name] = 0.0
            setattr(model, name, self._counted(name, getattr(model, name)))

    def _counted(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any) -> Any:
            began = time.process_time()
            try:
                return method(*args)
            finally:
                self.seconds[name] += time.process_time() - began

        return counted


def peak_megabytes() -> float:
    """The most memory that this process ever held."""
    if (peak := _status("VmHWM")) > 0:  # the other figure counts the process that started this one too
        return peak
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1_024) / 1_000_000  # bytes there, else kibibytes


def file_megabytes() -> float:
    """Of the memory that this process holds now what mirrors files, mostly libraries, and is shared with other
    processes (Linux; elsewhere 0). How much of a file the system maps at once depends on how it came to the disk."""
    return _status("RssFile")


def _status(entry: str) -> float:
    """Megabytes of an entry of what Linux says of this process; 0 elsewhere."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    kibibytes = sum(int(line.split()[1]) for line in lines if line.startswith(entry + ":"))
    return kibibytes * 1_024 / 1_000_000


def machine() -> str:
    """Where the numbers come from."""
    return f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"


def megabytes_now() -> float:
    """The memory that this process holds now (Linux; elsewhere the most that it ever held)."""
    return _status("VmRSS") or peak_megabytes()
