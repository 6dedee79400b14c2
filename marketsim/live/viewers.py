"""Those who look at a room: each has a short queue, and who is slow misses weeks rather than holding up the others."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any

from marketsim.live.showing.scenes import FEE

MOST_WAITING = 2  # weeks that wait for a slow page; the oldest is dropped


class Viewer:
    """One open page: the `measure` that colours its maps, and what it has not been sent yet."""

    def __init__(self) -> None:
        self.measure = FEE.name
        self._state: Mapping[str, Any] | None = None
        self._ticks: deque[Mapping[str, Any]] = deque(maxlen=MOST_WAITING)
        self._others: dict[str, Mapping[str, Any]] = {}  # the latest of each type
        self._waiting = asyncio.Event()

    def send(self, message: Mapping[str, Any]) -> None:
        """Have a message sent. A state goes before all else, and makes the weeks before it needless."""
        if message["type"] == "state":
            self._state = message
            self._ticks.clear()
        elif message["type"] == "tick":
            self._ticks.append(message)
        else:
            self._others[message["type"]] = message
        self._waiting.set()

    async def next(self) -> Mapping[str, Any]:
        """The next message to send; waits until there is one."""
        while True:
            if self._state is not None:
                message, self._state = self._state, None
                return message
            if self._ticks:
                return self._ticks.popleft()
            if self._others:
                return self._others.pop(next(iter(self._others)))
            self._waiting.clear()
            await self._waiting.wait()
