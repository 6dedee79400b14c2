"""What homes answered, read from a week's placing, is what that did; and each reason means what it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from marketsim.core.columns import Ints
from marketsim.experiments.run import Watched
from marketsim.experiments.scenarios import as_scenario
from marketsim.live.following.follower import blameless
from marketsim.market.children import NOBODY
from marketsim.market.fit import ANY_AGE, COMPLEX_NEEDS, OLDER, YOUNGER
from marketsim.market.homes import GOOD, INADEQUATE, REQUIRES_IMPROVEMENT
from marketsim.market.market import Market
from marketsim.scenario.schema import Scenario
from marketsim.week.placing import reasons, whatif
from marketsim.week.placing.place import place
from marketsim.week.placing.reasons import Answer, Request
from marketsim.week.placing.tables import Awards, Placing

Small = Callable[..., Scenario]


class Checking:
    """An observer that asks for the answers to some of each week's searches, and compares them with the awards."""

    def __init__(self, every: int = 1, homes: bool = False) -> None:
        self.every, self.homes = every, homes
        self.searches, self.said = 0, Counter[Answer]()

    def answered(self, market: Market, rows: Ints, placing: Placing, awards: Awards) -> None:
        known = blameless(market, rows, placing.searches)
        every: list[Request] = []
        for search in range(0, len(rows), self.every):
            found = reasons.of_search(placing, search, known)
            self._check(found, search, placing, awards)
            every += found
            self.said.update(request.answer for request in found)
            self.searches += 1
        if self.homes:
            self._check_homes(placing, known, every)

    def bought(self, market: Market) -> None:
        pass

    def _check(self, found: list[Request], search: int, placing: Placing, awards: Awards) -> None:
        assert sum(request.asked for request in found) == awards.referrals[search]
        assert sum(request.answer.offered for request in found) == awards.offers[search]
        assert all(request.asked for request in found if request.answer.offered)
        chosen = [request for request in found if request.answer is Answer.CHOSEN]
        assert [one.lot for one in chosen] == [lot for lot in [awards.lot[search]] if lot != NOBODY]
        for one in chosen:
            assert one.agreed is not None and one.agreed[0] == awards.fee[search]
            assert one.fee <= one.agreed[1] <= one.agreed[0]
            assert one.route == awards.route[search]
            assert one.miles == pytest.approx(awards.miles[search], rel=1e-12)

    def _check_homes(self, placing: Placing, known: Any, every: list[Request]) -> None:
        """Asked for each home in turn, the answers are the same."""
        of_homes: list[Request] = []
        for home in range(len(placing.homes.key)):
            of_homes += reasons.of_home(placing, home, known)
        assert sorted(of_homes, key=_order) == sorted((r for r in every if r.answer is not Answer.NO_PLACE), key=_order)


def _order(request: Request) -> tuple[int, ...]:
    return request.search, request.stage, request.lot


def checked(scenario: Scenario, weeks: int, **how: Any) -> Checking:
    """A run whose answers are compared with its awards every week."""
    looking = Checking(**how)
    with Watched(scenario, 1) as watched:
        watched.model.shop.observers.append(looking)
        for week in watched:
            if week.number == weeks:
                break
    return looking


@cache
def town() -> Checking:
    return checked(as_scenario("town", None), 60)


@cache
def england() -> Checking:
    return checked(as_scenario("england_2024", 3), 3, every=23)


def test_answers_in_a_town_agree_with_every_award() -> None:
    assert town().searches > 300 and town().said[Answer.CHOSEN] > 80


def test_answers_in_england_agree_with_a_sample_of_awards() -> None:
    """Where panels are searched by areas, nearest first, and searches end early."""
    looked = england()
    assert looked.searches > 60
    assert looked.said[Answer.NOT_REACHED] > 0 and looked.said[Answer.OUT_OF_REACH] > 0


def test_what_a_home_said_is_what_each_search_heard(small: Small) -> None:
    looked = checked(small(), 20, homes=True)
    assert looked.searches > 20


@pytest.mark.parametrize(
    "order",
    [[["in_house", "spot"]], ["in_house", ["soft_block", "framework", "spot"]], ["block", "soft_block", "spot"]],
)
def test_answers_agree_where_routes_are_weighed_side_by_side(small: Small, order: list[Any]) -> None:
    looked = checked(small(purchasing={"order": order}), 30)
    assert looked.said[Answer.CHOSEN] > 15


def test_answers_agree_where_children_are_kept_near(small: Small) -> None:
    """Places kept for an authority's own children, and children who may only live in their area."""
    kept = {
        "first": {"policy": "local_priority", "wait_weeks": 8, "takes_part": 1.0},
        "near": {"policy": "within_area", "share": 0.5, "weeks_until_full": 1},
    }
    looked = checked(small(policies=kept), 20)
    assert looked.said[Answer.KEPT] > 0 and looked.said[Answer.OTHER_AREA] > 0


# A market in which every home with a place takes the one child that is looked for, until one thing is changed.


@pytest.fixture(scope="module")
def willing(small: Small) -> Placing:
    """One search of a small market along one route; every home with a free place offers it."""
    caught: list[Placing] = []

    class Catching(Checking):
        def answered(self, market: Market, rows: Ints, placing: Placing, awards: Awards) -> None:
            caught.append(placing)

    scenario = small(purchasing={"order": ["spot"]}, commissioning={"shortlist": 10})
    with Watched(scenario, 1) as watched:
        watched.model.shop.observers.append(Catching())
        while not caught or len(caught[-1].searches.key) == 0:
            next(iter(watched))
    return _willing(caught[-1])


def _willing(placing: Placing) -> Placing:
    searches, homes, panels = placing.searches, placing.homes, placing.panels
    one = type(searches)(*(column[:1].copy() for column in searches))
    no, count = np.zeros(1, dtype=np.bool_), len(homes.key)
    nothing: Any = np.zeros(count, dtype=np.int64)
    one = one._replace(away=no, only_good=no, own_area_only=no, alone=no, bespoke=no, emergency=no, boy=~no,
                       needs=np.zeros(1, dtype=np.int64), age=np.array([15]), score=np.ones(1),
                       willingness=np.ones(1), urgency=np.zeros(1))  # fmt: skip
    of_homes: Any = homes
    alike = of_homes._replace(
        occupied=nothing, residents_age=nothing, residents_boys=nothing, residents_score=np.zeros(count),
        rating=np.full(count, REQUIRES_IMPROVEMENT), takes_ages=np.full(count, ANY_AGE),
        takes_needs=np.full(count, 3), kept_for=nothing, places=np.full(count, 2),
    )  # fmt: skip
    reaches = panels.reaches._replace(limited=np.zeros_like(panels.reaches.limited))
    lots = panels.lots._replace(eager=np.ones_like(panels.lots.eager))
    tastes = placing.tastes._replace(
        mismatches=placing.tastes.mismatches._replace(purpose=1.0, age=1.0, sex=1.0, need=1.0), rating_caution=1.0
    )
    free = np.zeros_like(placing.free)
    free[:count] = 1
    return Placing(one, panels._replace(reaches=reaches, lots=lots), alike, placing.geography, tastes, free)


def changed(placing: Placing, **given: Any) -> Placing:
    """Some columns of the searches, homes, lots, reaches or tastes made others."""
    searches, homes, panels, tastes = placing.searches, placing.homes, placing.panels, placing.tastes
    for name, value in given.items():
        if name in searches._fields:
            searches = searches._replace(**{name: np.asarray(value)})
        elif name in homes._fields:  # type: ignore[attr-defined]
            homes = homes._replace(**{name: value})  # type: ignore[attr-defined]
        elif name in panels.lots._fields:
            panels = panels._replace(lots=panels.lots._replace(**{name: value}))
        elif name in panels.reaches._fields:
            panels = panels._replace(reaches=panels.reaches._replace(**{name: value}))
        else:
            tastes = tastes._replace(**{name: value})
    return placing._replace(searches=searches, homes=homes, panels=panels, tastes=tastes)


def answers(placing: Placing, search: int = 0, known: Any = None) -> dict[int, Answer]:
    """What each home said, which must agree with what the placing does."""
    found = reasons.of_search(placing, search, known)
    awards = place(*placing._replace(free=placing.free.copy()))
    assert sum(request.answer.offered for request in found) == awards.offers[search]
    return {request.home: request.answer for request in found}


def at(placing: Placing, column: Any, home: int, value: Any) -> Any:
    """A column of the homes with another value for one."""
    other = column.copy()
    other[home] = value
    return other


HOME = 7


def test_all_homes_with_a_place_offer_it(willing: Placing) -> None:
    said = Counter(answers(willing).values())
    assert said == {Answer.CHOSEN: 1, Answer.OTHER_PREFERRED: 9, Answer.OFF_THE_LIST: len(willing.homes.key) - 10}


OF_ONE_HOME: dict[Answer, Callable[[Placing], dict[str, Any]]] = {
    Answer.KEPT: lambda p: {"kept_for": at(p, p.homes.kept_for, HOME, (p.searches.authority[0] + 1) % 4 + 1)},
    Answer.RATED_LOW: lambda p: {
        "only_good": [True], "rating": at(p, np.full(len(p.homes.key), GOOD), HOME, INADEQUATE), "rating_caution": 0.0,
    },
    Answer.NOT_ALONE: lambda p: {
        "alone": [True], "occupied": at(p, p.homes.occupied, HOME, 1), "solo_places_most": 2, "mismatches": no_loss(p),
    },
    Answer.TOO_DEAR: lambda p: {
        "limited": np.ones_like(p.panels.reaches.limited), "way_out": [1e6], "urgency": [1.0],
        "fee": at(p, p.panels.lots.fee, p.panels.lots.home == HOME, 2e6),
    },
    Answer.NEEDS: lambda p: {"needs": [COMPLEX_NEEDS], "takes_needs": at(p, p.homes.takes_needs, HOME, 0)},
    Answer.AGES: lambda p: {"takes_ages": at(p, np.full(len(p.homes.key), OLDER), HOME, YOUNGER)},
    Answer.AGE_GAP: lambda p: residents(p, 5, True, 0.0),
    Answer.SEX: lambda p: residents(p, 15, False, 0.0),
    Answer.NEED_MIX: lambda p: residents(p, 15, True, 1.0),
    Answer.GROUP: lambda p: residents(p, 5, False, 0.0),
    Answer.TERMS: lambda p: {"eager": at(p, p.panels.lots.eager, p.panels.lots.home == HOME, 0.0)},
    Answer.RATING: lambda p: {"rating": at(p, p.homes.rating, HOME, GOOD)},
    Answer.TOGETHER: lambda p: {"rating": at(p, p.homes.rating, HOME, GOOD)} | residents(p, 5, True, 0.0),
}  # fmt: skip


def residents(p: Placing, age: int, boy: bool, score: float) -> dict[str, Any]:
    """One child lives in the home."""
    homes = p.homes
    return {"occupied": at(p, homes.occupied, HOME, 1), "residents_age": at(p, homes.residents_age, HOME, age),
            "residents_boys": at(p, homes.residents_boys, HOME, int(boy)),
            "residents_score": at(p, homes.residents_score, HOME, score)}  # fmt: skip


def no_loss(p: Placing) -> Any:
    return p.tastes.mismatches._replace(age=0.0, sex=0.0, need=0.0)


@pytest.mark.parametrize("answer", OF_ONE_HOME, ids=lambda answer: answer.name)
def test_one_home_says_no_because_of_one_thing(willing: Placing, answer: Answer) -> None:
    """The others offer, and so does the home without that thing."""
    said = answers(changed(willing, **OF_ONE_HOME[answer](willing)))
    assert said[HOME] is answer
    assert all(other.offered for home, other in said.items() if home != HOME)


def test_a_home_without_a_place_is_not_asked(willing: Placing) -> None:
    said = reasons.of_search(willing._replace(free=at(willing, willing.free, HOME, 0)), 0)
    assert [(r.answer, r.asked) for r in said if r.home == HOME] == [(Answer.NO_PLACE, False)]


def test_homes_too_far_away(willing: Placing) -> None:
    miles = {request.home: request.miles for request in reasons.of_search(willing, 0)}
    reach = np.full_like(willing.panels.reaches.miles_at_first, np.median(list(miles.values())))
    said = answers(changed(willing, miles_at_first=reach, miles_at_last=reach))
    assert {home for home, answer in said.items() if answer is Answer.TOO_FAR} == {
        home for home, far in miles.items() if far > reach[0]
    }


@pytest.mark.parametrize(
    ("terms", "answer", "inside"), [("own_area_only", Answer.OTHER_AREA, False), ("away", Answer.TOO_NEAR, True)]
)
def test_homes_in_the_wrong_area(willing: Placing, terms: str, answer: Answer, inside: bool) -> None:
    """Outside it, for a child who must stay in it; inside, for one who must live away."""
    said = answers(changed(willing, **{terms: [True], "away_miles": 0.0}))
    own = willing.homes.authority == willing.searches.authority[0]
    assert {home for home, one in said.items() if one is answer} == set(np.flatnonzero(own == inside).tolist())


def test_breakdowns_are_named_if_homes_were_willing_without(willing: Placing) -> None:
    nobody = changed(willing, willingness=[0.0])
    assert set(answers(nobody).values()) == {Answer.NOT_WILLING}
    assert set(answers(nobody, known=np.ones(1)).values()) == {Answer.BREAKDOWNS}


@pytest.mark.parametrize(("urgent", "answer"), [(False, Answer.WENT_TO_ANOTHER), (True, Answer.TAKEN)])
def test_the_last_place_goes_to_another_child(willing: Placing, urgent: bool, answer: Answer) -> None:
    """Of two children who are alike: in the same round, or before her to an emergency."""
    searches = type(willing.searches)(*(np.repeat(column, 2, axis=0) for column in willing.searches))
    searches = searches._replace(emergency=np.array([urgent, False]), key=np.array([1, 2], dtype=np.uint64))
    free = np.zeros_like(willing.free)
    free[HOME] = 1
    both = willing._replace(searches=searches, free=free)
    said = [answers(both, search)[HOME] for search in (0, 1)]
    assert said == [Answer.CHOSEN, answer] if urgent else set(said) == {Answer.CHOSEN, answer}


def test_every_answer_there_is_is_tried() -> None:
    """So that a new one gets a test."""
    by_hand = {*OF_ONE_HOME, Answer.NO_PLACE, Answer.TOO_FAR, Answer.OTHER_AREA, Answer.TOO_NEAR, Answer.BREAKDOWNS,
               Answer.NOT_WILLING, Answer.WENT_TO_ANOTHER, Answer.TAKEN, Answer.CHOSEN, Answer.OTHER_PREFERRED,
               Answer.OFF_THE_LIST}  # fmt: skip
    assert by_hand | {Answer.NOT_REACHED, Answer.OUT_OF_REACH} == set(Answer)


def test_a_change_changes_only_what_it_says(willing: Placing) -> None:
    """Every bar has a change that takes it away, and the changes are made on copies."""
    assert set(reasons.BARS) & set(reasons.FIT) == set()
    before = [column.copy() for column in willing.searches]
    found = next(reasons.tiers(willing)).searched[0].this
    whatif.changed(found, [*reasons.BARS.values(), *reasons.FIT.values(), whatif.no_choice])
    assert all((one == other).all() for one, other in zip(before, willing.searches, strict=True))
