"""Following a child or a home changes nothing, and tells what the columns, the ledger and the records say."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from marketsim.experiments.run import Watched
from marketsim.experiments.scenarios import as_scenario
from marketsim.live.following import FollowedChild, FollowedHome
from marketsim.market.children import NOT_YET, PLACED, UNREGISTERED
from marketsim.market.homes import LOCAL_AUTHORITY, PRIVATE
from marketsim.model import MarketModel
from marketsim.scenario import overlay
from marketsim.scenario.schema import Scenario
from tests.twins import twin_of

Small = Callable[..., Scenario]
Followers = list[FollowedChild | FollowedHome]
WEEKS = 56  # over the end of March, when fees are raised


def lived(scenario: Scenario, weeks: int, followers: Followers, on_week: Callable[[MarketModel], None]) -> MarketModel:
    """A run in which some lives are followed; `on_week` looks at each week when it is over."""
    with Watched(scenario, 1) as watched:
        for follower in followers:
            follower.attach(watched.model)
        for week in watched:
            for follower in followers:
                follower.note_week(watched.model)
            on_week(watched.model)
            if week.number == weeks:
                break
        return watched.model


def nothing(model: MarketModel) -> None:
    pass


class Children:
    """All children of a small market followed, and what authorities paid for them."""

    def __init__(self, scenario: Scenario) -> None:
        self.paid, self.unregistered, self.searches = 0.0, 0, 0
        self.followed = [FollowedChild(number) for number in range(120)]
        self.model = lived(scenario, WEEKS, [*self.followed], self._count)
        self.told = [child.told() for child in self.followed]

    def _count(self, model: MarketModel) -> None:
        paid = model.ledger.paid
        self.paid += sum(float(paid[kind].sum()) for kind in ("placements", "places_beside", "unregistered"))
        self.unregistered += len(model.market.children.in_state(UNREGISTERED))
        assert model.market.children.admitted <= len(self.followed), "somebody is not followed"
        assert model.shop.asked is not None
        self.searches += len(model.shop.asked[0])

    def entries(self, words: str) -> list[dict[str, Any]]:
        return [entry for told in self.told for entry in told["entries"] if words in entry["words"]]


@pytest.fixture(scope="module")
def children(small: Small) -> Children:
    return Children(small(horizon={"weeks": WEEKS}, demand={"new_needs_per_year": 40.0}))


def test_followed_runs_are_the_same_runs() -> None:
    """To the last bit, a child and a home of a town being followed from week 1 to 60."""

    def tables(followers: Followers) -> dict[str, Any]:
        with Watched(as_scenario("town", 60), 3) as watched:
            for follower in followers:
                follower.attach(watched.model)
            for _ in watched:
                for follower in followers:
                    follower.note_week(watched.model)
            return watched.tables() | {"children": watched.model.market.children.arrays()}

    child, home = FollowedChild(150), FollowedHome(11)
    followed, alone = tables([child, home]), tables([])
    assert len(child.told()["entries"]) > 2 and home.told()["refusals"]["asked"] > 0
    for one, other in zip(followed.pop("children"), alone.pop("children"), strict=True):
        assert one.tobytes() == other.tobytes()
    for name, table in followed.items():
        assert table.equals(alone[name]), name


def test_all_that_is_told_goes_into_json(children: Children) -> None:
    for told in children.told:
        assert json.loads(json.dumps(told, allow_nan=False)) == told


def test_what_is_spent_on_children_is_what_authorities_pay(children: Children) -> None:
    """For placements, places beside them and the last resort, which some needed."""
    assert children.unregistered > 0
    assert sum(told["now"]["spent_gbp"] for told in children.told) == pytest.approx(children.paid, rel=1e-6)


def test_every_search_and_every_move_is_told(children: Children) -> None:
    records = children.model.market.records
    searches = [entry for told in children.told for entry in told["entries"] if "search" in entry]
    assert len(searches) == children.searches > 50
    began = np.flatnonzero(records.start_week > 0)
    moves = [entry for entry in children.entries("She moves into") if entry["week"] > 0]
    assert Counter(entry["week"] for entry in moves) == Counter(records.start_week[began].tolist())
    ended = records.end_week[(records.end_week > 0) & (records.end_week != NOT_YET)]
    ends = [entry for words in ("Her stay ended", "broke down", "Her home closed", "ended the placement", "moved on")
            for entry in children.entries(words) if entry["week"] > 0]  # fmt: skip
    assert Counter(entry["week"] for entry in ends) == Counter(ended.tolist())


def test_a_fee_is_what_it_is_made_of(children: Children) -> None:
    moves = [entry["fee"] for entry in children.entries("She moves into") if "fee" in entry]
    for fee in moves:
        parts = (fee["offered_gbp_per_week"], fee["on_top_gbp_per_week"], fee["own_staff_gbp_per_week"])
        assert sum(parts) == pytest.approx(fee["total_gbp_per_week"], abs=0.03)
    assert sum(fee["on_top_gbp_per_week"] > 0 for fee in moves) > 5
    assert sum(fee["own_staff_gbp_per_week"] > 0 for fee in moves) > 0
    assert len(children.entries("Her fee rises")) > 5


def test_where_children_live_now(children: Children) -> None:
    columns, homes = children.model.market.children, children.model.market.homes
    placed = columns.in_state(PLACED)
    for row in placed.tolist():
        now, home = children.told[columns.number[row]]["now"], columns.home[row]
        assert now["home"] == home and now["miles"] == round(float(columns.miles[row]), 1)
        assert now["out_of_area"] == (homes.authority[home] != columns.authority[row])
        assert now["cost_gbp_per_week"] == round(float(columns.fee[row] + columns.beside_fee[row]), 2)
    lives = [told for told in children.told if told["now"]["state"] == "lives in a home"]
    assert len(lives) == len(placed) > 20


def test_since_when_she_is_where_she_is_now(children: Children) -> None:
    """The week of the latest move that is told: into a home, to care elsewhere, to an unregistered setting."""
    moves = {"lives in care elsewhere": "care elsewhere", "lives in a home": "moves into"}
    seen = set()
    for told in children.told:
        now = told["now"]
        if (words := moves.get(now["state"])) is not None:
            weeks = [entry["week"] for entry in told["entries"] if words in entry["words"]]
            assert now["since_week"] == weeks[-1], told
            seen.add(now["state"])
    assert seen == set(moves)


def test_offers_that_are_told_name_the_home_that_was_chosen(children: Children) -> None:
    """The first home of a search with an award is the one that the child moves into next."""
    moved = 0
    for told in children.told:
        for entry, following in zip(told["entries"], told["entries"][1:], strict=False):
            if "search" in entry and "fee" in following:
                first = entry["search"]["homes"][0]
                assert first["answer"] == "offered a place, and was chosen"
                assert f"home {first['home']} of" in following["words"]
                moved += 1
    assert moved > 15


class Homes:
    """All homes of a market followed; what providers got and homes cost, how many referrals and offers there were."""

    def __init__(self, scenario: Scenario, weeks: int) -> None:
        self.received = np.zeros(200)
        self.cost, self.asked, self.offers = 0.0, 0, 0
        with Watched(scenario, 1) as watched:
            count = len(watched.model.market.homes)
        self.followed = [FollowedHome(row) for row in range(count + 40)]
        self.model = lived(scenario, weeks, [*self.followed], self._count)
        self.told = [home.told() for home in self.followed]

    def _count(self, model: MarketModel) -> None:
        self.received[: len(model.ledger.received)] += model.ledger.received
        totals = dict(zip(model.recorder.names, model.recorder.totals[-1], strict=True))
        assert len(model.market.homes) <= len(self.followed), "some home is not followed"
        self.cost += totals["private_cost"]
        self.asked += int(totals["referrals"])
        self.offers += int(totals["offers"])


# Homes open soon, so that what is built for a rule or a policy is there to be paid.
SOON = {"registration_weeks_least": 4, "registration_weeks_most": 8, "managers_per_year": 1.0}


@cache
def homes_of(name: str) -> Homes:
    return Homes(Scenario.model_validate(overlay.laid_over(overlay.given(twin_of(name)), {"providers": SOON})), 26)


@pytest.mark.parametrize("name", ["shared_slack", "open_book", "outcome_pay"])
def test_homes_get_what_the_ledger_says_their_providers_got(name: str) -> None:
    """Authorities as providers too, whose empty places are paid for; rules and policies pay besides or take back."""
    homes = homes_of(name)
    provider, got = homes.model.market.homes.provider, np.zeros_like(homes.received)
    for row, number in enumerate(provider.tolist()):
        got[number] += homes.told[row]["totals"]["income_gbp"]
        assert sum(filter(None, homes.told[row]["series"]["income_gbp_a_week"])) == pytest.approx(
            homes.told[row]["totals"]["income_gbp"], abs=1.0)
    np.testing.assert_allclose(got, homes.received, atol=0.2)
    own = homes.model.market.homes.sector == LOCAL_AUTHORITY
    assert own.any() and got[provider[own]].min() > 0
    assert sum(abs(told["totals"]["besides_gbp"]) for told in homes.told if "totals" in told) > 1_000


def test_homes_cost_what_is_counted() -> None:
    homes = homes_of("shared_slack")
    private = np.flatnonzero(homes.model.market.homes.sector == PRIVATE).tolist()
    assert sum(homes.told[row]["totals"]["cost_gbp"] for row in private) == pytest.approx(homes.cost, rel=1e-6)


def test_referrals_to_homes_are_those_of_the_run() -> None:
    """All homes together were asked and offered as often as children asked; who didn't offer had a reason."""
    homes = homes_of("shared_slack")
    refusals = [told["refusals"] for told in homes.told if "refusals" in told]
    assert sum(one["asked"] for one in refusals) == homes.asked > 300
    assert sum(one["offered"] for one in refusals) == homes.offers > 30
    for one in refusals:
        assert one["asked"] - one["offered"] == sum(reason["times"] for reason in one["reasons"])
        assert len(one["latest"]) == min(20, one["asked"] - one["offered"])


def test_places_are_lived_in_empty_or_blocked() -> None:
    homes = homes_of("shared_slack")
    columns, week = homes.model.market.homes, homes.model.market.week
    for row in np.flatnonzero(columns.in_market(week)).tolist():
        last = {name: values[-1] for name, values in homes.told[row]["series"].items()}
        assert last["residents"] + last["empty_places"] + last["blocked_places"] == columns.places[row]
        assert last["residents"] == columns.occupied[row]
        assert last["empty_places"] >= 0 and last["blocked_places"] >= 0
        assert len(homes.told[row]["series"]["residents"]) == week  # also of a home that has opened since
        weeks_empty = sum(run["to_week"] - run["from_week"] + 1 for run in homes.told[row]["stood_empty"])
        assert weeks_empty == homes.told[row]["totals"]["weeks_with_an_empty_place"]
    assert any(told.get("stood_empty") for told in homes.told)


def test_who_came_and_left_a_home_is_in_its_records() -> None:
    homes = homes_of("shared_slack")
    records = homes.model.market.records
    began = Counter(records.home[records.start_week > 0].tolist())
    for told in homes.told[: len(homes.model.market.homes)]:
        came = [entry for entry in told["entries"] if " came, for " in entry["words"]]
        assert len(came) == began[told["home"]]
        json.dumps(told, allow_nan=False)
    assert sum(began.values()) > 20


def test_homes_and_children_that_are_not_there(small: Small) -> None:
    """They may come: nothing is wrong, and there is nothing to tell."""
    child, home = FollowedChild(100_000), FollowedHome(100_000)
    lived(small(), 2, [child, home], nothing)
    assert child.told()["now"]["state"] == "not here" and child.told()["entries"] == []
    assert "series" not in home.told() and "no home" in home.told()["who"]


def test_who_is_followed_late_is_told_from_then_on(small: Small) -> None:
    """What the records have is told of before; attached to another model it begins anew; it lets go when told to."""
    with Watched(small(), 1) as watched, Watched(small(), 2) as another:
        for week in watched:
            if week.number == 20:
                break
        model = watched.model
        row = int(model.market.children.in_state(PLACED)[0])
        child, home = FollowedChild(int(model.market.children.number[row])), FollowedHome(0)
        for follower in (child, home):
            follower.attach(model)
        model.step()
        child.note_week(model)
        home.note_week(model)
        assert child.told()["followed_since_week"] == 20 and len(home.told()["series"]["residents"]) == 1
        assert any("She moves into" in entry["words"] for entry in child.told()["entries"])
        child.attach(another.model)
        home.detach()
        assert model.shop.observers == [] and another.model.shop.observers == [child]
        assert child.told()["followed_since_week"] == 0 and child.told()["now"]["spent_gbp"] == 0
