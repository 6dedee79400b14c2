"""Real cases beside the model: a table for the terminal, and the page of the documentation."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from marketsim.trust.validation.real_cases import Found

HEAD = """# Real cases

What authorities report of arrangements that they tried, beside what the model says of the same: a shipped scenario each
(`scenarios/real_cases/`), run beside the same market without the lever, with the same luck. Reported figures are mostly
the authorities' own. *Like it* says whether the model's mean lies within the bounds that were set for direction and
size; these and the sources are in `marketsim/england/real_cases.csv`. What is put in, what comes out, and why it misses
stands behind. That a block is dearer than spot below its break-even occupancy and cheaper above (5,000 GBP against
6,000: 83%; against 6,500: 77%) is exact, and tested in `tests/theory/test_block.py`.

This page is made by `uv run marketsim cases --page > docs/real_cases.md`.
"""
HEADINGS = ("case", "figure", "reported", "model (lowest to highest)", "like it")


def table(found: Sequence[Found]) -> Table:
    """All cases, a row each."""
    made = Table(*HEADINGS, title="Real cases")
    for one in found:
        made.add_row(*_cells(one))
    return made


def page(found: Sequence[Found]) -> str:
    """The text of docs/real_cases.md."""
    lines = [HEAD, f"| {' | '.join(HEADINGS)} | what it rests on |", "|---|---|---|---|---|---|"]
    lines += [f"| {' | '.join(_cells(one))} | {one.case.explained} |" for one in found]
    return "\n".join(lines) + "\n"


def _cells(one: Found) -> tuple[str, ...]:
    case, unit = one.case, one.case.unit
    reported = _number(float(case.reported), unit) if case.reported[:1].isdigit() else case.reported
    said = f"{_number(one.mean, unit)} ({_number(one.lowest, unit)} to {_number(one.highest, unit)})"
    measure = case.measure if unit == "share" else f"{case.measure}, {unit}"
    return case.scenario, f"{measure}: {case.meaning}", reported, said, "yes" if one.alike else "no"


def _number(value: float, unit: str) -> str:
    if unit == "share":
        return f"{value:.1%}"
    return f"{value:,.0f}" if unit == "GBP" else f"{value:.1f}".removesuffix(".0")
