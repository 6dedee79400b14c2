"""The report of a room: both markets as they were changed, run several times in the background, as one page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from marketsim.experiments import scenarios
from marketsim.live.kept import FOLDER, as_json
from marketsim.live.messages import Reporting
from marketsim.live.side import Side
from marketsim.results.store import StoreError
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.loading import LoadedScenario, recorded_scenario

ADDRESS = "/report"


class Reporter:
    """Writes one report at a time; `progress` is None before the first, `page` the latest that is finished."""

    def __init__(self, folder: Path | None) -> None:
        self.progress: Reporting | None = None
        self.page: str | None = None
        self._folder = folder
        self._task: asyncio.Task[None] | None = None

    def start(self, sides: tuple[Side, Side], replicates: int, on_change: Callable[[], None]) -> None:
        """Begin a report of what the room is now. Raises ValueError while one is being written."""
        if self._task is not None and not self._task.done():
            raise ValueError("A report is being written already.")
        labels = scenarios.labels_of([side.beginning.label for side in sides])
        loaded = [_loaded(label, side) for label, side in zip(labels, sides, strict=True)]
        self.progress = Reporting(done=0, all=2 * replicates, address="", said="")
        self._task = asyncio.create_task(self._write(loaded, replicates, on_change))

    async def _write(self, loaded: list[LoadedScenario], replicates: int, on_change: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()

        def note(done: int, total: int) -> None:
            self.progress = Reporting(done=done, all=total, address="", said="")
            loop.call_soon_threadsafe(on_change)

        try:
            self.page = await asyncio.to_thread(_page, loaded, replicates, self._unused(), note)
            self.progress = Reporting(done=2 * replicates, all=2 * replicates, address=ADDRESS, said="")
        except (ScenarioError, StoreError, OSError) as error:
            self.progress = Reporting(done=0, all=0, address="", said=str(error))
        on_change()

    def _unused(self) -> Path | None:
        """A folder for the results, beside the room that is kept."""
        if self._folder is None:
            return None
        number = 1
        while (found := self._folder / FOLDER / f"report-{number}").exists():
            number += 1
        return found


def _loaded(label: str, side: Side) -> LoadedScenario:
    scenario = side.as_written().model_copy(update={"name": label})
    return recorded_scenario(as_json(scenario), Path(label))


def _page(loaded: list[LoadedScenario], replicates: int, out: Path | None, note: Callable[[int, int], None]) -> str:
    from marketsim.experiments.compare import compare  # slow to load, and most rooms never write a report
    from marketsim.reports import report

    comparison = compare(loaded[0], loaded[1:], replicates, out=out, on_progress=note)
    return report.page(comparison, None, None, summary=False)

