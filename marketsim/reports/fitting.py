"""Tables that are wider than the terminal, taken apart into tables that fit, so that no word is broken into letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.table import Column, Table
from rich.text import TextType

LONGEST_WORD = 24  # letters of a column of words that are kept together


def print_table(table: Table, console: Console) -> None:
    """Print a table; if it is too wide, in groups of columns below each other, each behind the first column."""
    for number, chosen in enumerate(_groups(table, console)):
        title = table.title if number == 0 else f"(more of {table.title})" if table.title else None
        console.print(_part(table, chosen, title, console))


def fits(table: Table, console: Console) -> bool:
    """Whether a table can be printed in one piece."""
    return len(list(_groups(table, console))) <= 1


def _groups(table: Table, console: Console) -> Iterator[list[Column]]:
    """The columns that fit beside each other, the first one always among them."""
    first, *others = table.columns
    beside = _beside(table)
    room = console.width - 1 - _need(first, console) - beside
    chosen, left = [first], room
    for column in others:
        need = _need(column, console) + beside
        if need > left and len(chosen) > 1:
            yield chosen
            chosen, left = [first], room
        chosen.append(column)
        left -= need
    yield chosen


def _need(column: Column, console: Console) -> int:
    """The narrowest that a column can be: numbers stand on one line, words and headings can go over several."""
    words = column.justify == "left" and not column.no_wrap
    cells = [_measured(cell, console) for cell in column.cells]
    widths = [min(cell.minimum, LONGEST_WORD) if words else cell.maximum for cell in cells]
    return max([_measured(str(column.header), console).minimum, *widths])


def _measured(shown: RenderableType, console: Console) -> Measurement:
    """How narrow and how wide it would be if there were room."""
    return Measurement.get(console, console.options.update(max_width=100_000), shown)


def _beside(table: Table) -> int:
    """What a column takes besides what is in it."""
    return table.padding[1] + table.padding[3] + 1


def _part(table: Table, chosen: Sequence[Column], title: TextType | None, console: Console) -> Table:
    """The table with these columns only: each gets what it needs, and what is left goes to the first that want more."""
    part = Table(title=title, title_justify="left", box=table.box, padding=table.padding, pad_edge=table.pad_edge,
                 show_lines=table.show_lines)  # fmt: skip
    needs = [_need(column, console) for column in chosen]
    left = console.width - 1 - sum(needs) - _beside(table) * len(chosen)
    for column, need in zip(chosen, needs, strict=True):
        wanted = max(_measured(cell, console).maximum for cell in (str(column.header), *column.cells))
        more = min(left, wanted - need)
        part.add_column(column.header, justify=column.justify, overflow="fold", width=need + more)
        left -= max(more, 0)
    for cells in zip(*(column.cells for column in chosen), strict=True):
        part.add_row(*cells)
    return part
