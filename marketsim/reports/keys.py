"""The page of every key that a scenario may hold (docs/keys.md), made from the schema."""

from __future__ import annotations

from collections.abc import Iterator

from marketsim.scenario import levers
from marketsim.scenario import shape as shapes
from marketsim.scenario.schema import CHANGEABLE
from marketsim.trust import evidence

HEAD = f"""# Every key of a scenario

A scenario file says only what differs from these defaults, or from the file that it builds on (`extends: FILE`). `NAME`
stands for a name of your own, `[]` for each entry of a list. Keys are given to `--set` and to experiments with dots:
`--set providers.bidding=0.5`. Shares are written from 0 to 1: 5% is 0.05. The status says what a default rests on:
*measured* (read in a publication), *estimated* (set so that the baseline comes near published figures), *assumption*,
or *lever* (what scenarios ask).
Entries of `changes` may hold, from their date on, any key of {", ".join(f"`{section}`" for section in CHANGEABLE)}.

`marketsim check SCENARIO --only changed` prints the keys in which a scenario differs from the defaults. This page is
made from the schema: `uv run marketsim schema --page > docs/keys.md`.
"""
ROW = "| key | meaning | allowed (unit) | default | status: source |"


def page() -> str:
    """The text of docs/keys.md: a table for each section of a scenario, and for each purchasing rule."""
    lines, section = [HEAD.rstrip("\n")], ""
    for key, default, shape, meaning in evidence.every_key():
        name, heading = _named(key)
        if heading != section:
            section = heading
            lines += ["", f"## {section}", "", ROW, "|---|---|---|---|---|"]
        said = "; ".join([meaning, *_switches(shape)])
        lines.append(f"| {' | '.join(map(_cell, (f'`{name}`', said, *_facts(default, shape))))} |")
    return "\n".join(lines) + "\n"


def _named(key: str) -> tuple[str, str]:
    """The key as it is written in a scenario, and the heading under which it stands."""
    head, bracket, rest = key.partition("[")
    word, _, below = rest.partition("]")
    if not word or not bracket:
        return key, head.partition(".")[0] if "." in key else "the scenario itself"
    if head == "world":
        return f"world{below}", f"world, kind: {word}"
    kind = levers.POLICIES if head == "policies" else levers.RULES
    return f"{head}.NAME{below}", f"{head}.NAME, {kind.key}: {word}"


def _switches(shape: shapes.Shape) -> Iterator[str]:
    """When the key has no effect."""
    for name, value in shape.schema.get("off_if", {}).items():
        yield f"no effect if `{name}` is {value}"
    for name, value in shape.schema.get("only_if", {}).items():
        yield f"only if `{name}` is {'not given' if value is None else value}"


def _facts(default: object, shape: shapes.Shape) -> Iterator[str]:
    status, source = shape.schema.get("status", ""), shape.schema.get("source", "")
    yield shapes.expectation(shape)
    yield "" if default is None else f"`{evidence.as_text(default)}`"
    yield status if source in ("", status) else f"{status}: {source}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
