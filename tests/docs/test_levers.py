"""Every lever is listed with what it is, who tried it and how sure that is, and a scenario asks a question of it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from marketsim.reports import levers as pages
from marketsim.scenario.levers import all_levers

PAGE = Path(__file__).parents[2] / "docs" / "levers.md"
ROWS = pages.rows()
Typed = Callable[..., subprocess.CompletedProcess[str]]
every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


def test_the_page_is_made_from_the_levers() -> None:
    assert PAGE.read_text(encoding="utf-8") == pages.docs_page(), "uv run marketsim levers --page > docs/levers.md"


def test_no_cell_of_the_page_is_empty() -> None:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert len(lines) == len(ROWS) > 75
    for line in lines:
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        assert len(cells) == 7 and all(cells), line


def test_all_that_can_be_switched_on_by_name_is_listed() -> None:
    assert {lever.name for _, lever in all_levers()} <= {row.name for row in ROWS}
    assert len({row.name for row in ROWS}) == len(ROWS)


@every_row
def test_it_has_a_scenario_that_asks_a_question_of_it(row: pages.Row) -> None:
    users = pages.scenarios_with(row)
    assert users and users[0].parent.name != "real_cases"
    assert users[0].read_text(encoding="utf-8").startswith("# Question: ")


@every_row
def test_its_page_says_all_of_it(row: pages.Row) -> None:
    text = pages.page_of(row)
    for said in (row.about.who, row.about.claimed, row.about.sure, pages.TRIED[row.about.tried], "```yaml\n"):
        assert said in text
    settings = [line for line in text.splitlines() if line.startswith("| `")]
    assert len(settings) == len(row.settings) > 0 and all(len(line.split(" | ")) == 5 for line in settings)


def test_the_list_and_a_page_as_they_are_typed(typed: Typed) -> None:
    listed = typed("levers").stdout
    assert all(f"  {row.name} ({pages.TRIED[row.about.tried]})" in listed for row in ROWS)
    assert typed("levers", "cost_plus").stdout.startswith("# cost_plus\n")
    wrong = typed("levers", "cost_pluss")
    assert wrong.returncode == 2 and wrong.stderr == "cost_pluss is no lever; did you mean 'cost_plus'?\n"
