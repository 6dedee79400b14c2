"""Tables that are wider than the terminal, taken apart into tables that fit, so that no word is broken into letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.measure import Measurement
from rich.table import Column, Table
from rich.text import TextType

LONGEST_WORD = 24  # letters of a column of words that are kept together


def print_table(table: Table, console: Console) -> None:
    """Print a table; if it is too wide, in groups of columns below each other, each behind the first column."""
    groups = list(_groups(table, console))
    for number, chosen in enumerate(groups):
        title = table.title if number == 0 else f"(more of {table.title})" if table.title else None
        console.print(_part(table, chosen, title))


def fits(table: Table, console: Console) -> bool:
    """Whether a table can be printed in one piece."""
    return len(list(_groups(table, console))) <= 1


def _groups(table: Table, console: Console) -> Iterator[list[Column]]:
    """The columns that fit beside each other, the first one always among them."""
    if not table.columns:
        return
    first, *others = table.columns
    room = console.width - _need(first, table, console) - 1
    chosen, left = [first], room
    for column in others:
        need = _need(column, table, console)
        if need > left and len(chosen) > 1:
            yield chosen
            chosen, left = [first], room
        chosen.append(column)
        left -= need
    yield chosen


def _need(column: Column, table: Table, console: Console) -> int:
    """The narrowest that a column can be: numbers stand on one line, words can go over several."""
    options = console.options.update(max_width=10_000)
    cells = [Measurement.get(console, options, cell) for cell in column.cells]
    words = column.justify == "left" and not column.no_wrap
    widths = [min(cell.minimum, LONGEST_WORD) if words else cell.maximum for cell in cells]
    heading = Measurement.get(console, options, str(column.header)).minimum
    return max([heading, *widths]) + table.padding[1] + table.padding[3] + 1


def _part(table: Table, chosen: Sequence[Column], title: TextType | None) -> Table:
    """The table with these columns only."""
    part = Table(title=title, title_justify="left", box=table.box, padding=table.padding, pad_edge=table.pad_edge,
                 show_lines=table.show_lines)  # fmt: skip
    for one in chosen:
        whole = one.no_wrap or one.justify == "right"
        part.add_column(one.header, justify=one.justify, overflow=one.overflow, no_wrap=whole)
    for cells in zip(*(column.cells for column in chosen), strict=True):
        part.add_row(*cells)
    return part
