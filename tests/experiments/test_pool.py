"""Tasks spread over processes: when the next one begins."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
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
