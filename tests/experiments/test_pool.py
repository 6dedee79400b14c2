"""Tasks spread over processes: when the next one begins, and what is said to a script that workers can't read."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from marketsim.experiments.pool import Here, run_each


class _Noting(Here):
    """Does tasks in this process, as if beside it or not, and notes which have begun."""

    def __init__(self, beside: bool) -> None:
        self.beside, self.begun = beside, list[int]()

    def submit(self, work: Callable[[Any], Any], task: Any) -> Future[Any]:
        self.begun.append(task)
        return super().submit(work, task)


@pytest.mark.parametrize(("beside", "ahead"), [(True, 1), (False, 0)])
def test_a_process_has_its_next_task_before_the_last_is_looked_at(beside: bool, ahead: int) -> None:
    """This process itself begins none before: what has ended would be lost if it were killed."""
    crew = _Noting(beside)
    for count, ended in enumerate(run_each(range(5), str, crew), start=1):
        assert ended.given == str(ended.task)
        assert crew.begun == list(range(min(count + ahead, 5)))
    assert count == 5


CALL = 'from marketsim import compare\ncompare("town", ["town"], replicates=2, weeks=1, workers=2)\n'


@pytest.mark.parametrize("from_a_file", [True, False])
def test_a_script_that_workers_cannot_read_is_told_how_to_mend_it(from_a_file: bool, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(CALL, encoding="utf-8")
    words = [sys.executable, "mine.py" if from_a_file else "-"]
    done = subprocess.run(words, input=CALL, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    said = done.stderr.strip().splitlines()
    assert "LostWorker" in said[-1] and "workers=1" in said[-1]
    assert ('if __name__ == "__main__":' in said[-1]) == from_a_file
    assert done.stderr.count("Traceback") == 1  # the script's own, none of a worker
