"""A run to watch: what it hands out, what may change while it runs, and that it leaves what a run leaves."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from marketsim import ScenarioError, run, watch
from marketsim.scenario.schema import Scenario

Small = Callable[..., Scenario]
BIDDING = {"providers.bidding": 0.0, "commissioning.value_per_mile": 100.0}


def same(one: dict[str, pd.DataFrame], other: Any) -> bool:
    return all(one[name].equals(getattr(other, name)) for name in ("weekly", "placements", "outcomes", "homes"))


def test_watched_or_not_a_run_is_the_same(small: Small) -> None:
    whole, rows = run(small(), seed=3), []
    with watch(small(), seed=3) as watched:
        for week in watched:
            rows.append(week.row)
            assert week.row["week"] == week.number == len(rows)
        assert same(watched.tables(), whole)
    assert pd.DataFrame(rows).equals(whole.weekly)


def test_a_look_in_the_middle_changes_nothing_and_can_be_gone_on_from(small: Small) -> None:
    with watch(small(), seed=3) as watched:
        first = [week.number for _, week in zip(range(5), watched, strict=False)]
        assert len(watched.tables()["weekly"]) == 5 and first == [1, 2, 3, 4, 5]
        watched.model.agents.select(lambda agent: True)
        assert [week.number for week in watched][-1] == 104
        assert same(watched.tables(), run(small(), seed=3))


def test_a_value_changed_by_hand_is_the_same_as_a_dated_change(small: Small) -> None:
    """It bites from the next week on, and the scenario says afterwards what has been run."""
    with watch(small(), seed=3) as watched:
        for week in watched:
            if week.number == 20:
                watched.change(BIDDING)
        by_hand = watched.tables()
    date = small().horizon.start + datetime.timedelta(weeks=21)
    sections = {"providers": {"bidding": 0.0}, "commissioning": {"value_per_mile": 100.0}}
    dated = run(small(changes=[{"from": date} | sections]), seed=3)
    assert same(by_hand, dated) and same(by_hand, run(watched.scenario, seed=3))
    usual = run(small(), seed=3).weekly
    assert by_hand["weekly"][:20].equals(usual[:20]) and not by_hand["weekly"].equals(usual)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"providers.bidding": 7.0}, "less than or equal to 1"),
        ({"providers.biding": 0.1}, "biding"),
        ({"world.homes": 5}, "can't change within a run"),
        ({"purchasing.order": ["block", "spot"]}, "buys through block"),
    ],
)
def test_what_cannot_change_is_refused_and_the_run_goes_on(
    values: dict[str, Any], words: str, small: Small
) -> None:  # fmt: skip
    with watch(small(), seed=3) as watched:
        next(iter(watched))
        with pytest.raises(ScenarioError, match=words):
            watched.change(values)
        assert sum(1 for _ in watched) == 103
        assert same(watched.tables(), run(small(), seed=3))


def test_agents_say_who_was_asked_and_what_is_held(small: Small) -> None:
    with watch(small(purchasing={"order": ["in_house", "block", "spot"]}), seed=3) as watched:
        answers = []
        for week in watched:
            if week.number > 20:
                break
            answers += [child.answers for child in watched.model.child_agents.values() if child.answers]
        authority = watched.model.authority_agents[0]
        assert authority.held["block"] > 0 and authority.name in repr(authority.name)
        providers = watched.model.provider_agents
        assert sum(one.received for one in providers) == pytest.approx(watched.model.ledger.received.sum())
    assert len(answers) > 10
    assert all(one["asked"] == one["offered"] + one["declined"] for one in answers)
    assert sum(one["offered"] for one in answers) > 5
