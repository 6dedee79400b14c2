"""Growing tables of NumPy columns: the state that the weekly loop touches."""

from __future__ import annotations

from typing import Any, ClassVar, Self, cast

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Keys = NDArray[np.uint64]
KINDS: dict[str, type] = {"Floats": np.float64, "Ints": np.int64, "Bools": np.bool_, "Keys": np.uint64}


class Columns:
    """A table, one record a row, whose columns are attributes: views of exactly `len(self)` rows.

    A subclass annotates its columns as `Floats`, `Ints`, `Bools` or `Keys`; nothing else says what they are.
    """

    record_type: ClassVar[np.dtype[Any]]

    def __init_subclass__(cls) -> None:
        """The type of a record, from the annotations."""
        columns = [(name, KINDS[kind]) for name, kind in cls.__annotations__.items() if kind in KINDS]
        cls.record_type = np.dtype(columns, align=True)

    def __init__(self, capacity: int = 64) -> None:
        self._rows = 0
        self._room = np.zeros(capacity, self.record_type)
        self._looked_at: list[str] = []  # columns that are kept as attributes until rows are added

    def __len__(self) -> int:
        return self._rows

    @property
    def table(self) -> Self:
        """The records as one array, which compiled functions take; not to be kept while rows are added.

        Typed as what it stands for: `table.fee[row]` reads the same in compiled code and here.
        """
        return cast(Self, self._all)

    def __getattr__(self, name: str) -> Any:
        """A column (or all of them: `_all`), made when it is wanted first after rows were added."""
        if name == "_all":
            made: Any = self._room[: self._rows].view(np.recarray)
        elif name in (type(self).record_type.names or ()):
            made = self._room[name][: self._rows]
        else:
            raise AttributeError(f"{type(self).__name__} has no column named {name}")
        self.__dict__[name] = made
        self._looked_at.append(name)
        return made

    def add(self, count: int, **values: Any) -> Ints:
        """Append `count` rows and return their numbers; where no value is given they are zero."""
        first = self._rows
        while first + count > len(self._room):
            self._grow()
        self._rows += count
        self._look_again()
        rows = np.arange(first, self._rows)
        self.set(rows, **values)
        return rows

    def set(self, rows: Ints, **values: Any) -> None:
        """Write values (scalars or one a row) into the named columns of `rows`."""
        for name, value in values.items():
            self._room[name][rows] = value

    def clear(self, rows: Ints) -> None:
        """Set all columns of `rows` to zero."""
        self._room[rows] = np.zeros(1, self.record_type)[0]

    def _grow(self) -> None:
        larger = np.zeros(2 * len(self._room), self.record_type)
        larger[: len(self._room)] = self._room
        self._room = larger

    def _look_again(self) -> None:
        for name in self._looked_at:
            del self.__dict__[name]
        self._looked_at.clear()
