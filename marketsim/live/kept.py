"""A room on disk: written whenever it changes, so that a server that was killed goes on where it was."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic_core import to_jsonable_python

from marketsim.live.side import Changed, Side
from marketsim.results import store
from marketsim.scenario import overlay
from marketsim.scenario.schema import Scenario

VERSION = 1
FOLDER = "live"


class Unreadable(Exception):
    """A kept room can't be read; the message is one line."""


def file_of(folder: Path, names: Sequence[str], seed: int) -> Path:
    """Where a room that began with these scenarios and seed is kept."""
    words = "-".join(re.sub(r"[^A-Za-z0-9]+", "-", Path(name).stem) for name in names)
    return folder / FOLDER / f"{words[:80]}-{seed}.json"


def side_kept(side: Side) -> dict[str, Any]:
    """What is kept of a market: what it began as, what it is, and what was changed."""
    changed = [{"week": one.week, "values": one.values, "failures": one.failures} for one in side.changed]
    return {"week": side.week, "lived": as_json(side.watched.scenario), "changed": to_jsonable_python(changed)}


def as_json(scenario: Scenario) -> Any:
    """A scenario as JSON has it: what was given of it."""
    return to_jsonable_python(overlay.given(scenario))


def restore(side: Side, kept: dict[str, Any]) -> None:
    """Live a kept market again, up to where it was. Raises Unreadable for what is no kept market."""
    try:
        changed = [Changed(int(one["week"]), dict(one["values"]), list(one["failures"])) for one in kept["changed"]]
        lived, week = Scenario.model_validate_json(json.dumps(kept["lived"])), int(kept["week"])
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(str(error).splitlines()[0]) from None
    side.restore(lived, week, changed)


def write(path: Path, room: dict[str, Any]) -> None:
    """Write the room, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    store.write_bytes(path, json.dumps({"version": VERSION, **room}, separators=(",", ":")).encode())


def read(path: Path) -> dict[str, Any] | None:
    """The kept room; None if there is none. Raises Unreadable, in one line, for a file that is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise Unreadable(f"{path}: can't be read: {str(error)[:100]}") from None
    if not isinstance(found, dict) or found.get("version") != VERSION:
        raise Unreadable(f"{path}: is no room of this version")
    return found
