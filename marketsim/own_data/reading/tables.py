"""Files of councils as tables of text: CSV in any usual encoding and workbooks, with the lines that people see."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import pandas as pd
import pyarrow as pa

from marketsim.scenario.errors import ScenarioError, displayed, shown

LARGEST_BYTES = 500_000_000
LARGEST_WORKBOOK_BYTES = 100_000_000
MOST_COLUMNS = 1_000
CHUNK = 20_000  # rows that are turned into columns at once
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods", ".xlsb")
OLD_OFFICE = b"\xd0\xcf\x11\xe0"  # of .xls, and of what a password locks
ZIP = b"PK\x03\x04"
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
FIRST_LINES = 40  # among which a head is looked for
NEVER_CLOSED = 'a quotation mark (") that is opened in this row is never closed'
MOST_CELLS = 20_000_000  # of a sheet, from its first cell to its last
TEXT = pd.ArrowDtype(pa.string())


@dataclass(frozen=True)
class Table:
    """A sheet of a file below its head. `cells` has a column of stripped text for each head, and as index the line
    (from 1) that the file or sheet shows beside a row; `preamble` is what stands above the head."""

    path: Path
    sheet: str
    cells: pd.DataFrame
    head_line: int
    preamble: tuple[str, ...] = ()
    label: str = ""
    personal: bool = True  # rows are about children: cells are not to be shown

    @property
    def name(self) -> str:
        """The file (by its label if it has one), and its sheet if it is a workbook, as messages call it."""
        file = self.label or self.path.name
        return f"{file} ({self.sheet})" if self.sheet else file

    @property
    def heads(self) -> list[str]:
        """The words of the head."""
        return list(self.cells.columns)

    def error(self, message: str, line: int | None = None, column: str = "") -> ScenarioError:
        """A mistake in this file that it can't be read with."""
        where = self.name if line is None else f"{self.name}:{line}"
        return ScenarioError(f"{column}: {message}" if column else message, where)

    def renamed(self, names: dict[str, str]) -> Table:
        """The same with other words for some heads."""
        return replace(self, cells=self.cells.rename(columns=names))


@dataclass(frozen=True)
class Sheet:
    """All rows of a file or sheet, before anybody knows which is the head: the first lines, and then all of them."""

    path: Path
    name: str
    first: list[list[str]]
    rows: Callable[[], Iterator[tuple[int, list[str]]]]
    label: str = ""

    @property
    def title(self) -> str:
        """The file (by its label if it has one), and its sheet if it is a workbook."""
        file = self.label or self.path.name
        return f"{file} ({self.name})" if self.name else file

    def below(self, position: int) -> Table:
        """The table whose head is the row at a position of `first`.

        Raises ScenarioError for a head that says a word twice, and a row with more cells than the head.
        """
        head = [_one_line(cell) for cell in self.first[position]]
        while head and not head[-1]:
            head.pop()
        for word in head:
            if word and head.count(word) > 1:
                raise ScenarioError(f"has the column {shown(word)} twice", f"{self.title}:{position + 1}")
        return _gathered(self, [word or f"column {number + 1}" for number, word in enumerate(head)], position)


def read_sheets(path: Path, label: str = "") -> list[Sheet]:
    """The sheets of a file, one for a CSV file; messages call it by its `label` (not given: its name).

    Raises ScenarioError, with what to do, for what is no table, is locked by a password, or is too large; OSError for
    a file that can't be read.
    """
    name = label or path.name
    if path.is_dir():
        raise ScenarioError("is a folder; name the files in it", displayed(path))
    size = path.stat().st_size
    if size == 0:
        raise ScenarioError("is empty", name)
    with path.open("rb") as file:
        begins = file.read(4)
    if path.suffix.lower() in WORKBOOKS or begins in (OLD_OFFICE, ZIP):
        if size > LARGEST_WORKBOOK_BYTES:
            raise ScenarioError(f"is larger than {LARGEST_WORKBOOK_BYTES:,} bytes; save it as CSV", name)
        return _workbook(path, name)
    if size > LARGEST_BYTES:
        raise ScenarioError(f"is larger than {LARGEST_BYTES:,} bytes", name)
    return [_csv_sheet(path, name)]


def _csv_sheet(path: Path, name: str) -> Sheet:
    encoding = _encoding(path)
    try:
        with path.open(encoding=encoding, newline="") as file:
            start = file.read(8192)
    except UnicodeError:
        raise ScenarioError("is not a table in text (CSV) nor a workbook", name) from None
    if "\0" in start:
        raise ScenarioError("is not a table in text (CSV) nor a workbook", name)
    delimiter = max(",;\t|", key=lambda one: sum(line.count(one) for line in start.splitlines()[:FIRST_LINES]))

    def rows() -> Iterator[tuple[int, list[str]]]:
        """All rows with the line on which each begins."""
        with path.open(encoding=encoding, newline="") as file:
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            before = 0
            try:
                for cells in reader:
                    line, before = before + 1, reader.line_num
                    yield line, [cell.strip() for cell in cells]
            except csv.Error as error:
                why = NEVER_CLOSED if "unexpected end of data" in str(error) else f"is not a CSV table: {error}"
                raise ScenarioError(why, f"{name}:{before + 1}") from None
            except UnicodeError:
                message = "has a letter that is none in its encoding; save it as CSV UTF-8"
                raise ScenarioError(message, f"{name}:{before + 1}") from None

    return Sheet(path, "", [cells for _, cells in islice(rows(), FIRST_LINES)], rows, name)


def _encoding(path: Path) -> str:
    """That of the byte-order mark; else UTF-8 if all of it is, else what Windows writes."""
    with path.open("rb") as file:
        begins = file.read(3)
        for mark, encoding in MARKS.items():
            if begins.startswith(mark):
                return encoding
        file.seek(0)
        decoder = io.TextIOWrapper(file, encoding="utf-8", newline="")
        try:
            while decoder.read(1 << 20):
                pass
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _workbook(path: Path, label: str) -> list[Sheet]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

    try:
        book = CalamineWorkbook.from_path(str(path))
        names = [sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        sheets = {name: book.get_sheet_by_name(name) for name in names}
        for name, sheet in sheets.items():
            if sheet.total_height * sheet.total_width > MOST_CELLS:
                spans = f"spans {sheet.total_height:,} rows and {sheet.total_width:,} columns"
                raise ScenarioError(f"{spans}; delete what stands far out, or save it as CSV", f"{label} ({name})")
        values = {name: sheet.to_python(skip_empty_area=False) for name, sheet in sheets.items()}
    except PasswordError:
        raise ScenarioError("is locked with a password; save it without one", label) from None
    except (CalamineError, OSError, ValueError) as error:
        if _is_locked(path):
            raise ScenarioError("is locked with a password; save it without one", label) from None
        message = f"is not a workbook that can be read ({str(error)[:80]}); save it as CSV"
        raise ScenarioError(message, label) from None
    found = [_of_workbook(path, name, rows) for name, rows in values.items()]
    kept = [sheet for sheet in found if any(any(cells) for cells in sheet.first)]
    if not kept:
        raise ScenarioError("has no sheet with anything in it", label)
    return kept


def _is_locked(path: Path) -> bool:
    """A password makes of a workbook a container of the old kind, whatever it is called."""
    content = path.read_bytes()
    old = content.startswith(OLD_OFFICE)
    return old and (path.suffix.lower() != ".xls" or "EncryptedPackage".encode("utf-16-le") in content)


def _of_workbook(path: Path, name: str, values: Sequence[Sequence[object]]) -> Sheet:
    def rows() -> Iterator[tuple[int, list[str]]]:
        """All rows with the line on which each begins."""
        for line, row in enumerate(values, start=1):
            yield line, [_text(value) for value in row]

    return Sheet(path, name, [cells for _, cells in islice(rows(), FIRST_LINES)], rows)


def _text(value: object) -> str:
    """A cell as text: whole numbers without decimals, dates as ISO."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if hasattr(value, "isoformat"):
        return str(value.isoformat()).removesuffix("T00:00:00")
    return str(value).strip()


def _gathered(sheet: Sheet, head: list[str], position: int) -> Table:
    """The rows below a head as columns; rows without any text are none."""
    wide, lines, chunks, chunk = len(head), [], [], []
    if wide > MOST_COLUMNS:
        raise ScenarioError(f"has {wide:,} columns; at most {MOST_COLUMNS:,} can be read", sheet.title)
    head_line = 0
    for number, (line, cells) in enumerate(sheet.rows()):
        if number <= position:
            head_line = line
            continue
        if not any(cells):
            continue
        if len(cells) > wide and any(cells[wide:]):
            raise ScenarioError(f"has {len(cells)} cells, its head {wide}", f"{sheet.title}:{line}")
        lines.append(line)
        chunk.append([*cells[:wide], *[""] * (wide - len(cells))])
        if len(chunk) == CHUNK:
            chunks.append(_columns(chunk, wide))
            chunk = []
    if lines and len(cells) < wide and _ends_within_a_row(sheet.path):
        message = f"ends in the middle of a row, with {len(cells)} of {wide} cells; is the file whole?"
        raise ScenarioError(message, f"{sheet.title}:{line}")
    chunks.append(_columns(chunk, wide))
    columns = {
        word: pd.Series(pa.chunked_array([part[number] for part in chunks]), index=lines, dtype=TEXT)
        for number, word in enumerate(head)
    }
    above = tuple(" ".join(filter(None, cells)) for cells in sheet.first[:position])
    return Table(sheet.path, sheet.name, pd.DataFrame(columns, index=lines), head_line, above, sheet.label)


def _ends_within_a_row(path: Path) -> bool:
    """Whether a text has no line end at its end, as what was cut off; a workbook is whole or can't be read."""
    if path.suffix.lower() in WORKBOOKS:
        return False
    with path.open("rb") as file:
        file.seek(-1, io.SEEK_END)
        return file.read() not in (b"\n", b"\r", b"\0")


def _columns(rows: list[list[str]], wide: int) -> list[pa.Array]:
    return [pa.array([row[number] for row in rows], type=pa.string()) for number in range(wide)]


def _one_line(word: str) -> str:
    return " ".join(word.split())
