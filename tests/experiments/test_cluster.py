"""Sweeps on a Dask cluster, by shards, and by the array job: the same bytes as in one process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from sweeping import results, small_definition

import marketsim.experiments.cluster
from marketsim.experiments.cluster import ClusterError, dask_crew
from marketsim.experiments.slurm import write_script
from marketsim.experiments.sweep import sweep
from marketsim.results.store import StoreError

psutil = pytest.importorskip("psutil")  # comes with Dask
LOOPBACK = "127.0.0.1"
POINTS = {"factors": {"demand.level": {"low": 0.5, "high": 2.0, "steps": 15}}}


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("alone")
    sweep(small_definition(folder, **POINTS), folder / "set", workers=1)
    return results(folder / "set")


@contextmanager
def started(folder: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Dask process in a folder of its own, ended with the block."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    with (folder / f"{words[0]}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *words], cwd=folder, env=environment, stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def address_of(folder: Path) -> str:
    """Where the scheduler listens, as its log says."""
    log = folder / "scheduler.log"
    for _ in range(1200):
        for word in log.read_text().split() if log.exists() else ():
            if word.startswith(f"tcp://{LOOPBACK}:"):
                return word
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def test_a_worker_and_then_the_scheduler_killed(tmp_path: Path, alone: dict[str, bytes]) -> None:
    worker_words = ("--nworkers", "1", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", LOOPBACK)
    with ExitStack() as stack:
        scheduler = stack.enter_context(
            started(tmp_path, "scheduler", "--host", LOOPBACK, "--port", "0", "--no-dashboard")
        )
        address = address_of(tmp_path)
        workers = [stack.enter_context(started(tmp_path, "worker", address, *worker_words)) for _ in range(2)]
        killed_at: list[int] = []

        def kill_one(done: int, total: int) -> None:
            if done >= 5 and not killed_at:
                killed_at.append(done)
                workers[0].send_signal(signal.SIGKILL if os.name != "nt" else signal.SIGTERM)

        definition = small_definition(tmp_path, **POINTS)
        done = sweep(definition, tmp_path / "set", crew=dask_crew(address), on_progress=kill_one)
        assert workers[0].wait(20) and workers[1].poll() is None
        assert killed_at and done.complete and done.made == 30
        assert results(tmp_path / "set") == alone
        with pytest.raises(ClusterError, match="scheduler is gone; runs that are finished are kept"):
            lose = lambda done, total: scheduler.kill() if done == 3 else None  # noqa: E731
            sweep(definition, tmp_path / "lost", crew=dask_crew(address), on_progress=lose)
    assert 3 <= sweep(definition, tmp_path / "lost", workers=1).found < 30
    assert results(tmp_path / "lost") == alone


def test_a_local_cluster_listens_on_loopback_only(tmp_path: Path, alone: dict[str, bytes]) -> None:
    heard: set[str] = set()

    def listen(done: int, total: int) -> None:
        if done == 1:
            for process in (me := psutil.Process(), *me.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):  # a helper of the cluster that has ended meanwhile
                    found = process.net_connections("inet")
                    heard.update(entry.laddr.ip for entry in found if entry.status == psutil.CONN_LISTEN)

    crew = dask_crew("local", workers=2, dashboard=f"{LOOPBACK}:0")
    done = sweep(small_definition(tmp_path, **POINTS), tmp_path / "set", crew=crew, on_progress=listen)
    assert done.complete and results(tmp_path / "set") == alone
    assert heard == {LOOPBACK}


def test_nobody_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marketsim.experiments.cluster, "CONNECT_SECONDS", 1)
    with pytest.raises(ClusterError, match=r"tcp://127.0.0.1:9: .*[Tt]imed out") as refused:
        sweep(small_definition(tmp_path), tmp_path / "set", crew=dask_crew(f"tcp://{LOOPBACK}:9"))
    assert "\n" not in str(refused.value) and not (tmp_path / "set").exists()


def test_without_dask_one_line_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marketsim.experiments.cluster.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ClusterError, match=r"pip install 'marketsim\[cluster\]'"):
        sweep(small_definition(tmp_path), tmp_path / "set", crew=dask_crew("local"))
    assert not (tmp_path / "set").exists()


# The array job


@pytest.mark.skipif(os.name == "nt", reason="a script for bash")
def test_the_script_of_the_array_job_runs_each_shard(tmp_path: Path) -> None:
    """A stand-in for marketsim notes what it is called with."""
    words = ["my experiment.yaml", "--weeks", "4", "--out", "results/it"]
    write_script(tmp_path / "it.sbatch", "it", words, 3)
    (tmp_path / "marketsim").write_text('#!/bin/sh\nfor word; do printf "%s|" "$word"; done; echo\n')
    (tmp_path / "marketsim").chmod(0o755)
    said = []
    for task in "1", "3":
        environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "SLURM_ARRAY_TASK_ID": task}
        done = subprocess.run(["bash", "it.sbatch"], cwd=tmp_path, env=environment, capture_output=True, text=True)
        said.append(done.stdout.strip())
    assert said == [f"sweep|my experiment.yaml|--weeks|4|--out|results/it|--shard|{n}/3|--workers|1|" for n in "13"]
    assert "#SBATCH --array=1-3\n" in (tmp_path / "it.sbatch").read_text()
    with pytest.raises(StoreError, match="exists already"):
        write_script(tmp_path / "it.sbatch", "it", words, 3)
