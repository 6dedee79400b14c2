"""Tables that users hand in as CSV; a mistake in one is one line with file and line number."""

from __future__ import annotations

import csv
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from marketsim.scenario import errors

LARGEST_BYTES = 20_000_000


@dataclass(frozen=True)
class Row:
    """One row of a file: its cells by column, and where it stands."""

    cells: dict[str, str]
    file: str
    line: int

    def error(self, message: str, *more: str) -> errors.ScenarioError:
        """A mistake in this row."""
        return errors.ScenarioError(errors.sentence(message, *more), f"{self.file}:{self.line}")

    def word(self, column: str, allowed: Collection[str], what: str) -> str:
        """The cell, which must be one of the words allowed; raises ScenarioError with the nearest of them."""
        return self.known(self.cells[column], allowed, what)

    def known(self, word: str, allowed: Collection[str], what: str, hint: str | None = None) -> str:
        """A word from this row, which must be one of those allowed; raises ScenarioError with the nearest of them, or
        the `hint`."""
        if word not in allowed:
            near = errors.did_you_mean(word, allowed) if hint is None else hint
            raise self.error(f"unknown {what} {errors.shown(word)}", near, f"allowed: {errors.listed(sorted(allowed))}")
        return word

    def number(self, column: str, least: float = -math.inf, more_than: float = -math.inf) -> float:
        """The cell as a number within bounds; raises ScenarioError otherwise."""
        text = self.cells[column]
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or value < least or value <= more_than:
            bound = "" if least == more_than else f"at least {least:g}" if least > more_than else f"above {more_than:g}"
            expected = f"expected a number {bound}".rstrip()
            raise self.error(f"{column}: {expected}, got {errors.shown(text or None)}")
        return value


    def amount(self, column: str, unit: str, least: float = -math.inf, more_than: float = -math.inf) -> float:
        """The cell as a number in a unit; a share that looks like a percentage is refused."""
        value = self.number(column, least, more_than)
        if unit.startswith("share") and abs(value) > 1:
            words = f"expected a share from 0 to 1, got {errors.shown(self.cells[column])}"
            raise self.error(f"{column}: {words}", f"{value:g}% is written {value / 100:g}")
        return value


def read_rows(path: Path, columns: Sequence[str]) -> list[Row]:
    """The rows of a CSV file (UTF-8, with or without byte-order mark) that has at least these columns.

    Raises ScenarioError for a file that isn't such a table, OSError for one that can't be read.
    """
    name = path.name
    if path.stat().st_size > LARGEST_BYTES:
        raise errors.ScenarioError(f"is larger than {LARGEST_BYTES:,} bytes", name)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        reader = csv.reader(lines, strict=True)
        head = [cell.strip() for cell in next(reader, [])]
        _check_head(head, columns, name)
        rows = [_row(head, cells, name, reader.line_num) for cells in reader if any(cell.strip() for cell in cells)]
    except UnicodeDecodeError:
        raise errors.ScenarioError("is not text in UTF-8; save it as CSV UTF-8", name) from None
    except csv.Error as error:
        raise errors.ScenarioError(f"is not a CSV table: {error}", f"{name}:{reader.line_num}") from None
    if not rows:
        raise errors.ScenarioError("has no rows below its head", name)
    return rows


def _check_head(head: list[str], columns: Sequence[str], name: str) -> None:
    for column in columns:
        if column not in head:
            message = f"has no column {errors.shown(column)}; columns needed are {', '.join(columns)}"
            raise errors.ScenarioError(errors.sentence(message, errors.did_you_mean(column, head)), f"{name}:1")
        if head.count(column) > 1:
            raise errors.ScenarioError(f"has the column {errors.shown(column)} twice", f"{name}:1")


def _row(head: list[str], cells: list[str], name: str, line: int) -> Row:
    if len(cells) != len(head):
        raise errors.ScenarioError(f"expected {len(head)} cells as in the head, got {len(cells)}", f"{name}:{line}")
    return Row(dict(zip(head, (cell.strip() for cell in cells), strict=True)), name, line)
