"""Growing tables of NumPy columns: the state that the weekly loop touches."""

from __future__ import annotations

from collections import namedtuple
from typing import Any, ClassVar, Self, cast

import numpy as np
from numpy.typing import NDArray

from marketsim.core.compiling import handle

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Keys = NDArray[np.uint64]


class Columns:
    """A table whose columns are attributes: views of exactly `len(self)` rows into larger buffers.

    A subclass lists its columns and their types in `types` and annotates them as attributes.
    """

    types: ClassVar[dict[str, type]]
    table_type: ClassVar[type[Any]]
    table_counts: ClassVar[bool] = True  # its length is the number of rows; False: it has all the room there is

    def __init__(self, capacity: int = 64) -> None:
        self._capacity = capacity
        self._rows = 0
        self._table: Self | None = None
        self._looked_at: list[str] = []
        self._buffers: dict[str, NDArray[Any]] = {
            name: np.zeros(capacity, dtype=kind) for name, kind in self.types.items()
        }

    def __len__(self) -> int:
        return self._rows

    @property
    def table(self) -> Self:
        """A handle on the columns, which compiled functions take; not to be kept while rows are added: buffers grow.

        Typed as what it stands for, though it has nothing but `columns`.
        """
        if self._table is None:
            rows = self._rows if self.table_counts else self._capacity
            self._table = cast(Self, handle(self._first(rows)))
        return self._table

    @property
    def columns(self) -> Self:
        """The columns as a named tuple of arrays; what compiled functions find behind a handle."""
        return self._first(self._rows)

    def __getattr__(self, name: str) -> NDArray[Any]:
        """A column, made when it is wanted first after rows were added."""
        if name not in self.types:
            raise AttributeError(f"{type(self).__name__} has no column {name}")
        column = self.__dict__[name] = self._buffers[name][: self._rows]
        self._looked_at.append(name)
        return column

    def add(self, count: int, **values: Any) -> Ints:
        """Append `count` rows and return their numbers; where no value is given they are zero."""
        first = self._rows
        if count == 0:
            return np.arange(first, first)
        self.make_room(count)
        self.take_in(count)
        self._write(slice(first, self._rows), values)
        return np.arange(first, self._rows)

    def take_in(self, count: int) -> None:
        """Append `count` rows as compiled code has written them since `make_room`."""
        self._rows += count
        self._forget_views()

    def make_room(self, count: int) -> None:
        """See to it that `count` more rows fit in, so that compiled code can write them before they are added."""
        while self._rows + count > self._capacity:
            self._grow()

    def set(self, rows: Ints, **values: Any) -> None:
        """Write values (scalars or one a row) into the named columns of `rows`."""
        self._write(rows, values)

    def _write(self, rows: Ints | slice, values: dict[str, Any]) -> None:
        for name, value in values.items():
            self._buffers[name][rows] = value

    def _first(self, rows: int) -> Self:
        return cast(Self, self.table_type(*(buffer[:rows] for buffer in self._buffers.values())))

    def _grow(self) -> None:
        self._capacity, self._table = 2 * self._capacity, None
        for name, old in self._buffers.items():
            larger = np.zeros(self._capacity, dtype=old.dtype)
            larger[: len(old)] = old
            self._buffers[name] = larger
        self._forget_views()

    def _forget_views(self) -> None:
        self._table = None if self.table_counts else self._table
        for name in self._looked_at:
            del self.__dict__[name]
        self._looked_at.clear()


def table_type(columns: type[Columns], name: str, module: str) -> type[Any]:
    """The named tuple of a table's columns. It must be an attribute of its module, since machine code that is kept on
    disk names it."""
    columns.table_type = namedtuple(name, columns.types, module=module)  # type: ignore[misc]  # names from `types`
    return columns.table_type
