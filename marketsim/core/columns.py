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
        self._looked_at: dict[str, Any] = {}

    def __len__(self) -> int:
        return self._rows

    @property
    def table(self) -> Self:
        """The records as one array, which compiled functions take; not to be kept while rows are added.

        Typed as what it stands for: `table.fee[row]` reads the same in compiled code and here.
        """
        if "table" not in self._looked_at:
            self._looked_at["table"] = self._room[: self._rows].view(np.recarray)
        return cast(Self, self._looked_at["table"])

    def __getattr__(self, name: str) -> NDArray[Any]:
        """A column, made when it is wanted first after rows were added."""
        if name not in type(self).record_type.fields:  # type: ignore[operator]  # it has fields
            raise AttributeError(f"{type(self).__name__} has no column {name}")
        if name not in self._looked_at:
            self._looked_at[name] = self._room[name][: self._rows]
        return cast(NDArray[Any], self._looked_at[name])

    def add(self, count: int, **values: Any) -> Ints:
        """Append `count` rows and return their numbers; where no value is given they are zero."""
        first = self._rows
        self.room_for(count)
        self.take_in(count)
        self.set(np.arange(first, self._rows), **values)
        return np.arange(first, self._rows)

    def room_for(self, count: int) -> Self:
        """All records with room for `count` more behind those there are, for compiled code to write."""
        while self._rows + count > len(self._room):
            larger = np.zeros(2 * len(self._room), self.record_type)
            larger[: len(self._room)] = self._room
            self._room, self._looked_at = larger, {}
        return cast(Self, self._room.view(np.recarray))

    def take_in(self, count: int) -> None:
        """Append `count` rows as compiled code has written them into `room_for` them."""
        self._rows += count
        self._looked_at = {}

    def set(self, rows: Ints, **values: Any) -> None:
        """Write values (scalars or one a row) into the named columns of `rows`."""
        for name, value in values.items():
            self._room[name][rows] = value

    def clear(self, rows: Ints) -> None:
        """Set all columns of `rows` to zero."""
        self._room[rows] = np.zeros(1, self.record_type)[0]
