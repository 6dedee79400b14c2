"""The list of all levers, a page for each, and the page of the documentation: made from the levers themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from marketsim.scenario import errors, reader, shipped
from marketsim.scenario import shape as shapes
from marketsim.scenario.key_levers import KEYS
from marketsim.scenario.levers import RULES, About, Kind, Lever, all_levers
from marketsim.scenario.schema import Scenario
from marketsim.trust import evidence

WAYS, TERMS, POLICY, KEY = "way of buying", "term of a contract", "policy", "key of a scenario"
COMMON = ("active", "authorities", "regions")  # settings that all policies have
TRIED = {
    "tried": "tried",
    "proposed": "proposed only",
    "explored": "being explored",
    "happens": "happens by itself",
}
HEAD = """# Every lever

All that a scenario can switch on, for an authority, some, a region or England, alone or with others, with who has tried
it. *Tried* says that somebody has done it, not that it worked: soft blocks, profit caps, national banding and platforms
have no measured result anywhere. `marketsim levers NAME` prints the page of one, with its settings and an example.

This page is made from the levers: `uv run marketsim levers --page > docs/levers.md`. What commissioners do that is no
lever is in [practices.md](practices.md).
"""
TABLE = "| lever | what | tried? | who, with what figures | claimed | how sure | scenario |"


@dataclass(frozen=True)
class Row:
    """A lever: its name, what sort it is, what it does, what is known of it, its settings as (key, shape); of a term
    the rules that have it."""

    name: str
    sort: str
    what: str
    about: About
    settings: tuple[tuple[str, shapes.Shape], ...]
    rules: tuple[str, ...] = ()


def rows() -> list[Row]:
    """All levers: ways of buying, terms of contracts, policies, keys of scenarios; each by name."""
    found: list[Row] = []
    having: dict[tuple[str, About], list[type[Lever]]] = {}
    for kind, lever in all_levers():
        if lever.about is not None:
            sort = WAYS if kind is RULES else POLICY
            found.append(Row(lever.name, sort, _said(lever), lever.about, tuple(_settings(lever, kind))))
        for field, about in lever.terms.items():
            having.setdefault((field, about), []).append(lever)
    found += [_of_term(field, about, those) for (field, about), those in having.items()]
    found += [_of_key(key, about) for key, about in KEYS.items()]
    order = [WAYS, TERMS, POLICY, KEY]
    return sorted(found, key=lambda row: (order.index(row.sort), row.name))


def named(name: str) -> Row:
    """The lever of a name. Raises ScenarioError, with the nearest name there is."""
    all_rows = rows()
    for row in all_rows:
        if row.name == name:
            return row
    words = errors.sentence("is no lever", errors.did_you_mean(name, [row.name for row in all_rows]))
    raise errors.ScenarioError(words, errors.escaped(name)[:200] or "''")


def page_of(row: Row) -> str:
    """A lever's own page, in Markdown: what it is, who tried it, its settings, an example, and where it is used."""
    lines = [f"# {row.name}", "", f"*{row.sort}*: {row.what}", ""]
    lines += [f"- **{TRIED[row.about.tried]}**: {row.about.who}", f"- **claimed**: {row.about.claimed}"]
    lines += [f"- **how sure**: {row.about.sure}"]
    lines += ["", "| setting | meaning | allowed | default | status: source |", "|---|---|---|---|---|"]
    lines += [f"| {' | '.join(_cells(name, shape))} |" for name, shape in row.settings]
    users = scenarios_with(row)
    if users:
        text = users[0].read_text(encoding="utf-8").strip()
        lines += ["", f"Example, `{users[0].stem}`:", "", "```yaml", text, "```"]
        more = ", ".join(f"`{path.stem}`" for path in users[1:])
        lines += ["", f"Also in {more}."] if more else []
    return "\n".join(lines) + "\n"


def docs_page() -> str:
    """The text of docs/levers.md: a table for each sort of lever."""
    lines = [HEAD.rstrip("\n")]
    sort = ""
    for row in rows():
        if row.sort != sort:
            sort = row.sort
            lines += ["", f"## {sort.capitalize()}", "", TABLE, "|---|---|---|---|---|---|---|"]
        about, users = row.about, scenarios_with(row)
        scenario = f"`{users[0].stem}`" if users else ""
        cells = (f"`{row.name}`", row.what, TRIED[about.tried], about.who, about.claimed, about.sure, scenario)
        lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def scenarios_with(row: Row) -> list[Path]:
    """The shipped scenarios that switch a lever on in their own file, the one of its name first."""
    users = [path for path, values in _own_values() if _switches_on(row, values)]
    word = row.name.rpartition(".")[2]
    return sorted(users, key=lambda path: (path.stem != word, path.parent.name == "real_cases", len(path.stem)))


@cache
def _own_values() -> list[tuple[Path, dict[str, Any]]]:
    """Each shipped scenario with what its own file says."""
    return [(path, reader.read_yaml(path).values) for path in shipped.shipped_scenarios()]


def _switches_on(row: Row, values: dict[str, Any]) -> bool:
    if row.sort == POLICY:
        return any(entry.get("policy") == row.name for entry in values.get("policies", {}).values())
    if row.sort == KEY:
        return any(_has(one, row.name.split(".")) for one in (values, *values.get("changes", [])))
    field = row.name.partition(".")[2]
    for name, entry in values.get("purchasing", {}).get("arrangements", {}).items():
        rule = entry.get("rule", name)  # those that a file inherits are named like their rules
        if (field and field in entry and rule in row.rules) or (not field and rule == row.name):
            return True
    return False


def _has(values: Any, steps: list[str]) -> bool:
    for step in steps:
        if not isinstance(values, dict) or step not in values:
            return False
        values = values[step]
    return True


def _said(lever: type[Lever]) -> str:
    """The first sentence of a lever's docstring."""
    text = " ".join((inspect.getdoc(lever) or "").split())
    return text.partition(". ")[0].rstrip(".")


def _settings(lever: type[Lever], kind: Kind) -> Iterator[tuple[str, shapes.Shape]]:
    schema = lever.model_json_schema()
    whole = shapes.Shape(schema, schema.get("$defs", {}))
    for name in schema["properties"]:
        if name != kind.key and name not in COMMON:
            yield name, whole.at(name)


def _of_term(field: str, about: About, those: list[type[Lever]]) -> Row:
    """A field that is a lever of its own, under the name of the first rule that has it."""
    entry = dict(_settings(those[0], RULES))[field]
    names = tuple(lever.name for lever in those)
    also = f" (also of {', '.join(names[1:])})" if names[1:] else ""
    what = str(entry.schema.get("description", "")) + also
    return Row(f"{names[0]}.{field}", TERMS, what, about, ((field, entry),), names)


def _of_key(key: str, about: About) -> Row:
    shape = shapes.shape_of(Scenario)
    for step in key.split("."):
        shape = shape.at(step)
    return Row(key, KEY, str(shape.schema.get("description", "")), about, ((key, shape),))


def _cells(name: str, shape: shapes.Shape) -> Iterator[str]:
    schema = shape.schema
    default = schema.get("default")
    yield f"`{name}`"
    yield str(schema.get("description", ""))
    yield shapes.expectation(shape)
    yield "" if default is None else f"`{evidence.as_text(default)}`"
    status, source = schema.get("status", ""), schema.get("source", "")
    yield str(status) if source in ("", status) else f"{status}: {source}"
