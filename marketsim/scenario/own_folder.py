"""The folder of own data that a scenario names: found beside its file, and part of what is run."""

from __future__ import annotations

import datetime
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from marketsim.scenario.documents import Document, Mark
from marketsim.scenario.errors import ScenarioError, displayed, sentence

KEY = ("world", "data")
ABOUT = "about.json"
FORM = 1  # of the folder; another number is of another version
TABLES = ("placements", "homes", "figures", "forecast", "contracts")  # that a market can start from
NEEDS_OF = ("national", "ours")
FIRST_DAY, LAST_DAY = datetime.date(1990, 1, 1), datetime.date(2060, 12, 31)
MADE_BY = "`marketsim data import FILES --out FOLDER` makes one"


def found(document: Document) -> Document:
    """The document with the folder that it names as an absolute path; one that a file names is looked for beside it.

    Raises ScenarioError at the entry if there is no such folder, or none that an import made.
    """
    reached, name = document.nearest(KEY)
    if reached != KEY or not isinstance(name, str) or document.values["world"].get("kind", "england") != "england":
        return document
    mark = document.mark(KEY)
    beside = Path(mark.file).parent if mark.line is not None else Path()
    folder = (beside / name).absolute()
    _check(folder, name, mark)
    world = {**document.values["world"], "data": folder.as_posix()}
    return replace(document, values={**document.values, "world": world})


def digest(world: dict[str, Any]) -> str | None:
    """SHA-256 of all that a market takes from the folder of a world; None if it names none. It stands for the folder
    in the digest of a scenario, wherever the folder lies."""
    if not world.get("data"):
        return None
    folder = Path(world["data"])
    said = about(folder)
    total = hashlib.sha256(f"{said['as_at']} {said.get('needs')}".encode())
    for name in TABLES:
        path = folder / f"{name}.csv"
        total.update(f"\n{name}\n".encode() + (path.read_bytes() if path.is_file() else b""))
    return total.hexdigest()


def about(folder: Path) -> dict[str, Any]:
    """What the folder says of itself, `as_at` as a date. Raises ScenarioError for one that is damaged, or of another
    version."""
    path = folder / ABOUT
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        form, as_at = said["form"], datetime.date.fromisoformat(said["as_at"])
    except FileNotFoundError:
        words = f"holds no {ABOUT}, so that no import has made it" if folder.is_dir() else "there is no such folder"
        raise ScenarioError(sentence(words, MADE_BY), displayed(folder)) from None
    except NotADirectoryError:
        raise ScenarioError(sentence("is a file, and no folder", MADE_BY), displayed(folder)) from None
    except (ValueError, KeyError, TypeError, OSError, RecursionError):
        raise ScenarioError("is damaged; import the files again", displayed(path)) from None
    if not FIRST_DAY <= as_at <= LAST_DAY:
        raise ScenarioError(f"as_at: expected a date from {FIRST_DAY} to {LAST_DAY}, got {as_at}", displayed(path))
    if form != FORM:
        words = f"is of another version (form {form!r}, this is {FORM}); import the files again"
        raise ScenarioError(words, displayed(path))
    if said.get("needs", "national") not in NEEDS_OF:
        raise ScenarioError(f"needs: expected {' or '.join(NEEDS_OF)}", displayed(path))
    return {**said, "as_at": as_at}


def _check(folder: Path, name: str, mark: Mark) -> None:
    try:
        there, made = folder.is_dir(), (folder / ABOUT).is_file()
    except (OSError, ValueError):
        there, made = False, False
    if not made:
        words = f"holds no {ABOUT}, so that no import has made it" if there else "there is no such folder"
        raise mark.error(sentence(f"world.data: {name!r}: {words}", MADE_BY))
