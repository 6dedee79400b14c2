"""What the notes below tables say: how many values have which status, and the score of the model."""

from __future__ import annotations

import pytest

from marketsim import load_scenario
from marketsim.england.score import MADE_UP, Signoff, by_role, footing, read_score, recorded_score
from marketsim.scenario.signoff import count_statuses, signoff

CARD = """measure,kind,role,why,passes,passes_short,note
a,target,fitted,,yes,yes,
b,target,fitted,,no,no,
c,target,out of sample,,yes,,
d,target,input,,,,
e,pattern,out of sample,,no,yes,
"""


def test_counts_follow_the_scenario() -> None:
    plain, changed = load_scenario("town"), load_scenario("town", ["providers.cost_spread=0.05"])
    before, after = count_statuses([plain]), count_statuses([changed])
    assert after["given"] == before["given"] + 1 and after["assumption"] == before["assumption"] - 1
    assert after["measured"] == before["measured"] and sum(before.values()) == sum(after.values())
    assert count_statuses([plain, changed]) == after == count_statuses([changed, plain])


def test_note_counts_and_scores() -> None:
    note = signoff([load_scenario("soft_block")]).line()
    counts = count_statuses([load_scenario("soft_block")])
    for words in (f"{counts['measured']} values measured", f"{counts['assumption']} assumed", "Score card (England"):
        assert words in note
    assert "\n" not in note and len(note) < 320


def test_a_made_up_world_has_no_score() -> None:
    note = signoff([load_scenario("town", ["world.homes=30"])])
    assert note.line().endswith(MADE_UP) and "Score card" not in note.line()
    assert footing(note.entries()) == note.line()


def test_the_recorded_score_tells_what_was_fitted_from_what_was_predicted() -> None:
    score = recorded_score()
    assert [score[f"figures {role}"][1] for role in ("fitted", "put in")] == [28, 6]
    assert sum(of for _, of in score.values()) == 44, "34 figures and 10 patterns, each counted once"


def test_score_is_read_from_the_card() -> None:
    score = read_score(CARD)
    assert score == {
        "figures fitted": (1, 2), "figures predicted out of sample": (1, 1), "patterns predicted out of sample": (0, 1),
    }  # fmt: skip
    said = "figures within tolerance 1 of 2 fitted, 1 of 1 predicted out of sample; patterns that hold 0 of 1 predicted"
    noted = Signoff({"measured": 1, "estimated": 2, "assumption": 3, "given": 4}, score)
    assert by_role(score).startswith(said) and by_role(score) in noted.line()
    assert footing(noted.entries()) == noted.line()


@pytest.mark.parametrize("text", ["", "measure\n", "measure,passes\na,\n"])
def test_a_card_without_results_is_not_a_score(text: str) -> None:
    assert by_role(read_score(text)) == "not yet recorded"
