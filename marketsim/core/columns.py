"""Growing tables of NumPy columns: the state that the weekly loop touches."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Self, cast

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Keys = NDArray[np.uint64]
KINDS: dict[str, type] = {"Floats": np.float64, "Ints": np.int64, "Bools": np.bool_, "Keys": np.uint64}


class Columns:
    """A table whose columns are attributes: views of exactly `len(self)` rows.

    A subclass annotates its columns as `Floats`, `Ints`, `Bools` or `Keys`; nothing else says what they are. `table` is
    all of them as compiled functions take them, not to be kept while rows are added. It is typed as what it stands for:
    `table.fee[row]` reads the same in compiled code and here.
    """

    kinds: ClassVar[dict[str, type]]
    Table: ClassVar[Any]
    table: Self

    def __init_subclass__(cls) -> None:
        """What the columns are, from the annotations."""
        cls.kinds = {name: KINDS[kind] for name, kind in cls.__annotations__.items() if kind in KINDS}
        made = cast(Any, namedtuple)("Table", list(cls.kinds))
        made.__module__, made.__qualname__ = cls.__module__, f"{cls.__name__}.Table"  # where numba finds it
        cls.Table = made

    def __init__(self, capacity: int = 64) -> None:
        self._rows, self._capacity = 0, capacity
        self._room: dict[str, NDArray[Any]] = {name: np.zeros(capacity, kind) for name, kind in self.kinds.items()}
        self._look()

    def __len__(self) -> int:
        return self._rows

    def add(self, count: int, **values: Any) -> Ints:
        """Append `count` rows and return their numbers; where no value is given they are zero."""
        first = self._rows
        self._rows += count
        while self._rows > self._capacity:
            self._grow()
        if count:
            self._look()
        rows = np.arange(first, self._rows)
        self.set(rows, **values)
        return rows

    def set(self, rows: Ints, **values: Any) -> None:
        """Write values (scalars or one a row) into the named columns of `rows`."""
        for name, value in values.items():
            self._room[name][rows] = value

    def clear(self, rows: Ints) -> None:
        """Set all columns of `rows` to zero."""
        for column in self._room.values():
            column[rows] = 0

    def arrays(self) -> list[NDArray[Any]]:
        """All that the columns are kept in, views behind what they are views of."""
        return [*self._room.values(), *(vars(self)[name] for name in self.kinds)]

    def _grow(self) -> None:
        self._capacity *= 2
        for name, column in self._room.items():
            self._room[name] = np.concatenate([column, np.zeros_like(column)])

    def _look(self) -> None:
        columns = {name: column[: self._rows] for name, column in self._room.items()}
        vars(self).update(columns, table=self.Table(**columns))


@contextmanager
def only_read(arrays: Iterable[NDArray[Any]]) -> Iterator[None]:
    """While this lasts, whoever writes into one of the arrays gets NumPy's ValueError. A view comes behind its base."""
    locked = [array for array in arrays if array.flags.writeable]
    for array in locked:
        array.flags.writeable = False
    try:
        yield
    finally:
        for array in locked:
            array.flags.writeable = True
