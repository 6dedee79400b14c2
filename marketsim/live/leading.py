"""Who leads a room: nobody in particular, or a workshop, which has a say in what happens and keeps more of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marketsim.live.asks import Asks
from marketsim.live.side import Side


class Leader:
    """Nobody in particular: every page may do everything. A workshop says otherwise."""

    def hall(self) -> dict[str, Any] | None:
        """What all pages are told of a workshop; None if there is none."""
        return None

    def refuses(self, asked: Asks) -> str:
        """Why what is asked isn't done; empty if it is."""
        return ""

    def note_week(self, sides: tuple[Side, Side]) -> None:
        """Another week is over in both markets."""

    def kept(self) -> dict[str, Any]:
        """What is kept on disk with the room."""
        return {}

    def restore(self, found: Mapping[str, Any]) -> None:
        """Go on from what was kept. Raises kept.Unreadable for what it can't go on from."""
