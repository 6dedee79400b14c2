"""Columns of a progress bar that count only what was done now, not what a sweep found from before."""

from __future__ import annotations

from rich.progress import ProgressColumn, Task
from rich.text import Text


class Rate(ProgressColumn):
    """Runs a second, or seconds a run where these are many."""

    def render(self, task: Task) -> Text:
        """The rate of the last two minutes."""
        speed = task.speed
        if not speed:
            return Text("")
        return Text(f"{speed:.1f} a second" if speed >= 1 else f"{1 / speed:.1f} s each")


class TimeLeft(ProgressColumn):
    """The time that is left at that rate."""

    max_refresh = 0.5

    def render(self, task: Task) -> Text:
        """Hours, minutes and seconds."""
        left = task.time_remaining
        if left is None:
            return Text("-:--:-- left")
        minutes, seconds = divmod(int(left), 60)
        return Text(f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d} left")
