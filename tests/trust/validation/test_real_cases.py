"""Arrangements that somebody tried: the model has the reported direction and size, or the page says why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from marketsim.reports import real_cases as pages
from marketsim.scenario.shipped import find_scenario, shipped_scenarios
from marketsim.trust.validation import real_cases as known

PAGE = Path(__file__).parents[3] / "docs" / "real_cases.md"


def test_every_case_has_a_measure_and_a_scenario_and_says_what_it_rests_on() -> None:
    for case in known.cases():
        assert case.measure in known.MEASURES and find_scenario(case.scenario).parent.name == "real_cases"
        assert case.low <= case.high and len(case.explained) >= 9 and case.source and case.meaning
    assert {case.measure for case in known.cases()} == set(known.MEASURES)
    shipped = {path.stem for path in shipped_scenarios() if path.parent.name == "real_cases"}
    assert shipped == {case.scenario for case in known.cases()}


def test_the_page_has_every_case_as_it_is_reported() -> None:
    rows = [line.split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:]
    made = [pages._cells(known.Found(case, 0.0, 0.0, 0.0)) for case in known.cases()]
    assert [tuple(row[:3]) for row in rows] == [("| " + cells[0], *cells[1:3]) for cells in made]
    for row, case in zip(rows, known.cases(), strict=True):
        assert row[-1].removesuffix(" |") == case.explained
        assert (row[4] == "no") == case.explained.startswith("a miss"), "a miss is explained, and nothing else is one"


@pytest.mark.parametrize("name", ["middlesbrough", "northamptonshire"])
def test_two_of_them_in_one_run(name: str) -> None:
    pair = known.pair_of(name, 1)
    for case in known.cases():
        if case.scenario == name:
            assert case.low <= known.MEASURES[case.measure](pair) <= case.high, case.measure


@pytest.mark.slow
def test_all_of_them() -> None:
    for one in known.found((1, 2, 3)):
        assert one.alike != one.case.explained.startswith("a miss"), (one.case.scenario, one.case.measure, one.mean)
