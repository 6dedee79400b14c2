"""The workers of a Dask cluster as a crew: one that exists (`tcp://host:8786`), or one started here (`local`).

Dask itself gives the tasks of a worker that died to others, and gives up after a number of deaths that its scheduler
sets (`distributed.scheduler.allowed-failures`). It blames all that the worker had been sent, not only what it was
doing, so what it gives up is tried once more, like the task of any other process that died. Workers send what a run
gave back to this process, which writes it: they need marketsim of the same version, but no folder in common.
"""

from __future__ import annotations

import importlib.util
import logging
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future
from contextlib import ExitStack, contextmanager
from typing import Any

from marketsim.experiments.pool import Crew
from marketsim.results.manifest import program_digest
from marketsim.scenario.errors import shown
from marketsim.scenario.levers import all_levers

LOCAL = "local"
LOOPBACK = "127.0.0.1"
DASHBOARD = f"{LOOPBACK}:8787"
ADDRESS = re.compile(r"(tcp|tls|ws|wss|ucx|ucxx)://[^\s/]+:[0-9]{1,5}")
CONNECT_SECONDS = 15
WAIT_SECONDS = 120  # for the first worker of a cluster
COUNT_SECONDS = 5.0  # workers come and go: how often they are counted
LOST = "the cluster's scheduler is gone; runs that are finished are kept, and the same command goes on with the rest"
QUEUED_PER_THREAD = 2  # so that no worker waits for this process


class ClusterError(Exception):
    """The cluster can't be used, or was lost; the message is one line."""


def check_installed() -> None:
    """Raises ClusterError, which says how to install it, if Dask is missing."""
    if importlib.util.find_spec("distributed") is None:
        raise ClusterError("--dask needs Dask, which is not installed: pip install 'marketsim[cluster]'")


@contextmanager
def dask_crew(address: str, workers: int | None = None, dashboard: str = DASHBOARD) -> Iterator[Crew]:
    """The workers of the cluster at `address`, or `workers` processes (None: one a core) of a new one for `local`.

    `dashboard` is where the page of a local cluster listens, on this machine only unless told otherwise. Raises
    ClusterError, one line, if Dask isn't installed, nobody answers, or the workers run another version of marketsim.
    """
    check_installed()
    if address != LOCAL and not ADDRESS.fullmatch(address):
        raise ClusterError(f"--dask: expected local, or an address such as tcp://127.0.0.1:8786, got {shown(address)}")
    import distributed

    with ExitStack() as stack:
        try:
            if address == LOCAL:
                logging.getLogger("distributed").setLevel(logging.ERROR)
                address = stack.enter_context(distributed.LocalCluster(
                    n_workers=workers, threads_per_worker=1, host=LOOPBACK, dashboard_address=dashboard,
                    worker_dashboard_address=f"{LOOPBACK}:0",
                )).scheduler_address  # fmt: skip
            client = stack.enter_context(distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False))
            client.wait_for_workers(1, timeout=WAIT_SECONDS)
            _check_workers(client)
        except (OSError, ValueError, TimeoutError) as error:
            line = " ".join(str(error).split())[:300] or type(error).__name__
            raise ClusterError(f"--dask {address}: {line}") from None
        yield DaskCrew(client)


class DaskCrew:
    """The workers of a cluster, as many as there are at the time."""

    beside = True

    def __init__(self, client: Any) -> None:
        from distributed import KilledWorker

        self.losses: tuple[type[BaseException], ...] = (BrokenExecutor, KilledWorker)
        self._client = client
        self._executor = client.get_executor(pure=False)  # a run tried again is no result to be found from before
        self._threads, self._counted = 1, 0.0

    def capacity(self) -> int:
        """Tasks for all threads, and as many to come. Raises ClusterError if the scheduler is gone."""
        if time.monotonic() - self._counted > COUNT_SECONDS:
            self._counted = time.monotonic()
            if self._client.status != "running":
                raise ClusterError(LOST)
            try:
                self._threads = max(sum(self._client.nthreads().values()), 1)
            except (OSError, RuntimeError, ValueError):
                raise ClusterError(LOST) from None  # while it was asked
        return self._threads * QUEUED_PER_THREAD

    def submit(self, work: Callable[[Any], Any], task: Any) -> Future[Any]:
        """Send the task to the cluster."""
        given: Future[Any] = self._executor.submit(work, task)
        return given


def _check_workers(client: Any) -> None:
    """All workers run this version, and know all levers before they are sent a scenario."""
    digests = client.run(_get_ready)
    others = [worker for worker, digest in digests.items() if digest != program_digest()]
    if others:
        raise ClusterError(f"the workers at {', '.join(others[:3])} run another version of marketsim")


def _get_ready() -> str:
    all_levers()
    return program_digest()
