"""The one error that a user's mistake in a scenario leads to, and the words that such errors share.

Text from files is never trusted: what is shown of it is shortened, and whatever could break the line or steer
a terminal is escaped, so that `str(error)` is always a single printable line.
"""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

LONGEST_SHOWN = 60
MOST_LISTED = 12
LONGEST_COMPARED = 80
LONGEST_MESSAGE = 1_000


class ScenarioError(Exception):
    """A scenario can't be used; `str()` is one line, `file:line:col message`.

    `line` and `column` count from 1 and are None where there is no position (a missing file, `--set`).
    """

    def __init__(self, message: str, file: str = "", line: int | None = None, column: int | None = None) -> None:
        super().__init__(message, file, line, column)
        self.message: Final = message
        self.file: Final = file
        self.line: Final = line
        self.column: Final = column

    def __str__(self) -> str:
        position = "" if self.line is None else f":{self.line}:{self.column}"
        return escaped(f"{self.file}{position} {self.message[:LONGEST_MESSAGE]}".strip())


class LocatedError(ValueError):
    """What a validator of the schema raises to say which entry is wrong, below the model that it belongs to.

    With `given` and `allowed` the text goes on to name both, and the nearest of the allowed words; a `hint`, who knows
    more, comes before what is allowed. `beside` is another entry that it is about, whose place is said behind.
    """

    def __init__(
        self, path: tuple[str | int, ...], message: str, given: str | None = None, allowed: Sequence[str] = (),
        hint: str | None = None, beside: tuple[str | int, ...] = (),
    ) -> None:  # fmt: skip
        self.path: Final = path
        self.beside: Final = beside
        named = message if given is None else f"{message} {shown(given)}"
        suggestion = "" if given is None or hint is not None else did_you_mean(given, allowed)
        super().__init__(sentence(named, hint or "", f"allowed: {listed(allowed)}" if allowed else "", suggestion))


def sentence(*parts: str) -> str:
    """What is wrong; what is allowed; did you mean: the parts that there are, in one line."""
    return "; ".join(part for part in parts if part)


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """`did you mean 'x'?` for the option nearest to the word, whatever its case; empty if none is near."""
    by_lower_case = {option.lower(): option for option in options}
    near = difflib.get_close_matches(word[:LONGEST_COMPARED].lower(), by_lower_case, n=1)
    return f"did you mean {shown(by_lower_case[near[0]])}?" if near else ""


def listed(words: Sequence[str]) -> str:
    """The words with commas between, and how many more there are when they are many."""
    more = len(words) - MOST_LISTED
    return ", ".join(words[:MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def shown(value: object) -> str:
    """A value as it should look in a message: text in quotes, nothing longer than about 60 characters."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case str():
            return f"'{shortened(value)}'"
        case int() | float() | datetime.date():
            return shortened(str(value))
        case dict() | list() if not value:
            return f"an empty {'mapping' if isinstance(value, dict) else 'list'}"
        case dict():
            return "a mapping"
        case _:
            return "a list"


def displayed(path: Path) -> str:
    """The path as messages show it: from the current folder where it lies below that."""
    try:
        return path.absolute().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return str(path)


def shortened(text: str) -> str:
    """The text, cut to 60 characters with an ellipsis at the end if it is longer."""
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def escaped(text: str) -> str:
    """The text on one line: control characters, line ends and surrogates as `\\n`, `\\x1b` and the like."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
