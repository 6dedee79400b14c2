"""What the values rest on: one entry for each parameter of the schema and each figure of the data tables.

`england/evidence.csv`, the sign-off file, is made from this (`marketsim evidence --write`); the schema, the tables in
`england/` and `england/uncertain.csv` (ranges, and what they were fitted to) remain the only places to change a value.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from marketsim.results import store
from marketsim.scenario import levers
from marketsim.scenario.schema import Scenario
from marketsim.scenario.shape import Shape, shape_of, unit_of
from marketsim.scenario.signoff import STATUSES

UNITLESS = {"date": "date", "boolean": "yes or no", "string": "word", "integer": "number", "array": "list"}


@dataclass(frozen=True)
class Entry:
    """A value with what it rests on. All as text, as in evidence.csv; `low` and `high` are the plausible range."""

    key: str
    value: str
    low: str
    high: str
    unit: str
    status: str
    source: str
    fitted_to: str


def recorded_entries() -> list[Entry]:
    """The entries of evidence.csv, the sign-off file of this version."""
    return [Entry(**row) for row in _table("evidence.csv")]


def all_entries() -> list[Entry]:
    """The entries that the schema and the tables give now: what evidence.csv should hold."""
    ranges = {row["key"]: row for row in _table("uncertain.csv")}
    return [*_parameters(ranges), *_table_entries()]


def as_csv(entries: Iterable[Entry]) -> str:
    """The entries as the text of evidence.csv."""
    lines = [",".join(field.name for field in fields(Entry))]
    lines += [",".join(_cell(text) for text in asdict(entry).values()) for entry in entries]
    return "\n".join(lines) + "\n"


def write_evidence() -> Path:
    """Write england/evidence.csv anew from the schema and the tables; StoreError outside a checkout."""
    said = "--write rewrites the sign-off file of a checkout; this marketsim is not in one"
    path = store.in_checkout("evidence.csv", said)
    store.write_text(path, as_csv(all_entries()))
    return path


def parameters() -> Iterator[tuple[str, Any, Shape]]:
    """Key, default and shape of each parameter of the schema; `[word]` in a key says for which kind, rule or entry."""
    return ((key, default, shape) for key, default, shape, _ in every_key() if "status" in shape.schema)


def every_key() -> Iterator[tuple[str, Any, Shape, str]]:
    """Key, default, shape and meaning of all that a scenario may hold, as above; None for what has no default."""
    shape = shape_of(Scenario)
    default = {key: part.get("default") for key, part in shape.schema["properties"].items()}
    yield from _below(shape, default, "", "")


def _parameters(ranges: dict[str, dict[str, str]]) -> Iterator[Entry]:
    for key, default, shape in parameters():
        given = ranges.get(key.replace("[", ".").replace("]", ""), {})
        schema = shape.schema
        yield Entry(
            key, as_text(default), given.get("low", ""), given.get("high", ""),
            _unit(shape),
            schema["status"], schema["source"], given.get("fitted_to", ""),
        )  # fmt: skip


def _unit(shape: Shape) -> str:
    """The unit of a value, or of the entries of a mapping; for values without one, what kind of value it is."""
    first = shape.alternatives()[0].schema  # of one that need not be given, what is given
    kind = first.get("format") or first.get("type")
    return unit_of(shape.at("") if kind == "object" else shape) or UNITLESS.get(str(kind), "")


def _below(shape: Shape, default: Any, key: str, meaning: str) -> Iterator[tuple[str, Any, Shape, str]]:
    """What there is at and below a place of the schema; `meaning` is that of what it belongs to."""
    tag = shape.tag()
    said = meaning if "properties" in shape.schema else shape.schema.get("description", meaning)
    if tag is not None:
        for word in _own(*tag):
            yield from _below(shape.settled({tag[0]: word}), None, f"{key}[{word}]", "")
    elif "properties" in shape.schema:
        for name, entry in shape.schema["properties"].items():
            inner = default.get(name) if isinstance(default, dict) else None
            inner = entry.get("default") if inner is None else inner
            below = shape.at(name)
            if "const" not in below.schema:
                yield from _below(below, inner, f"{key}.{name}".lstrip("."), entry.get("description", said))
    elif "status" not in shape.schema and _entries(shape) is not None:
        yield from _below(shape.at(0 if "items" in shape.schema else ""), None, f"{key}{_entries(shape)}", said)
    else:
        yield key, default, shape, said


def _entries(shape: Shape) -> str | None:
    """How a key of each entry of a mapping or list of sections is written; None for what is one value."""
    if isinstance(shape.schema.get("additionalProperties"), dict):
        return ""
    items = shape.schema.get("items")
    return "[]" if isinstance(items, dict) and "$ref" in items else None


def _own(key: str, words: list[str]) -> list[str]:
    """Of the words behind `rule:` or `policy:` those of the package's own levers."""
    known = {lever.name: lever for kind, lever in levers.all_levers() if kind.key == key}
    return [word for word in words if word not in known or levers.is_ours(known[word])]


def _table_entries() -> Iterator[Entry]:
    """A row for each value of the tables that the model reads, and for each column of authorities.csv."""
    yield from _rows("figures.csv", ("group", "item"), {"value": ""})
    yield from _rows("stock.csv", ("year", "sector"), {"homes": "homes", "places": "places"})
    yield from _rows("economy.csv", ("year",), {"cpi": "share/year", "pay": "share/year"})
    for columns, unit, status, source in _documented():
        yield Entry(f"authorities.csv[{columns}]", "", "", "", unit or "word", status, source, "")


def _rows(name: str, keys: tuple[str, ...], units: dict[str, str]) -> Iterator[Entry]:
    source = ""
    for row in _table(name):
        source = source if row["source"] == "as above" else row["source"]
        for column, unit in units.items():
            inner = ".".join([*(row[key] for key in keys), *([column] if len(units) > 1 else [])])
            yield Entry(f"{name}[{inner}]", row[column], "", "", unit or row["unit"], row["status"], source, "")


def _documented() -> Iterator[tuple[str, str, str, str]]:
    """Columns, unit, status and source of authorities.csv, from the table in the README beside it."""
    text = files("marketsim.england").joinpath("README.md").read_text(encoding="utf-8")
    section = text.partition("## authorities.csv")[2].partition("\n## ")[0]
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and cells[2] in STATUSES:
            yield cells[0], cells[1], cells[2], cells[3]


@cache
def _table(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a table of the package; none if there is no such file."""
    path = files("marketsim.england").joinpath(name)
    return tuple(csv.DictReader(path.read_text(encoding="utf-8").splitlines())) if path.is_file() else ()


def as_text(value: Any) -> str:
    """A default as it is written in tables."""
    return value if isinstance(value, str) else json.dumps(value)


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n') else text
