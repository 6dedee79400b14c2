"""What the notes below tables say: how many values have which status, and the score of the model."""

from __future__ import annotations

import pytest

from marketsim import load_scenario
from marketsim.england.score import Score, Signoff, read_score
from marketsim.scenario.signoff import count_statuses, signoff

CARD = """measure,kind,role,why,passes,passes_short,note
a,target,fitted,,yes,yes,
b,target,fitted,,no,no,
c,target,out of sample,,yes,,
d,target,input,,,,
e,pattern,out of sample,,no,yes,
"""


def test_counts_follow_the_scenario() -> None:
    plain, changed = load_scenario("town"), load_scenario("town", ["providers.floor_margin=0.05"])
    before, after = count_statuses([plain]), count_statuses([changed])
    assert after["given"] == before["given"] + 1 and after["assumption"] == before["assumption"] - 1
    assert after["measured"] == before["measured"] and sum(before.values()) == sum(after.values())
    assert count_statuses([plain, changed]) == after == count_statuses([changed, plain])


def test_note_counts_and_scores() -> None:
    note = signoff([load_scenario("town")]).line()
    counts = count_statuses([load_scenario("town")])
    for words in (f"{counts['measured']} values measured", f"{counts['assumption']} assumed", "Score card: "):
        assert words in note
    assert "\n" not in note and len(note) < 240


def test_score_is_read_from_the_card() -> None:
    score = read_score(CARD)
    assert score == Score(targets=(2, 3), patterns=(0, 1), out_of_sample=(1, 2))
    assert str(score) == "2 of 3 published figures, 0 of 1 patterns, 1 of 2 out of sample"
    noted = Signoff({"measured": 1, "estimated": 2, "assumption": 3, "given": 4}, score)
    assert noted.line().endswith("Score card: 2 of 3 published figures, 0 of 1 patterns, 1 of 2 out of sample.")
    assert noted.entries()["validation"] == {"targets": (2, 3), "patterns": (0, 1), "out_of_sample": (1, 2)}


@pytest.mark.parametrize("text", ["", "measure\n", "measure,passes\na,\n"])
def test_a_card_without_results_is_not_a_score(text: str) -> None:
    assert str(read_score(text)) == "not yet recorded"
