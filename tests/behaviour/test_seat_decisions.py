"""What a seat of a workshop decides at a date, as it stands in a file: each decision in the town, and what it does.

A seat is an authority, a cooperative or a provider; what it decides is an entry of `changes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from marketsim.core.columns import Bools, Ints
from marketsim.experiments.run import forget
from marketsim.market.children import OPEN_PLACE, PLACED
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.market.market import Market
from marketsim.model import MarketModel
from marketsim.policies import asking_policies
from marketsim.purchasing.rule import Arrangement
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.loading import load_scenario

Town = Callable[..., MarketModel]
FIRST, SECOND = 10, 23  # the weeks that begin on 2024-06-09 and 2024-09-08
CONDUCT = """
changes:
  - from: 2024-06-09
    policies: {provider_1: {policy: provider_conduct, provider_rank: 1, %s}}
"""
THEN = """
  - from: 2024-09-08
    policies: {provider_1: {%s}}
"""
LATE = "changes: [{from: 2025-06-02, policies: {late: {policy: provider_conduct, %s}}}]\n"
SOON = "providers: {registration_weeks_least: 4, registration_weeks_most: 8, managers_per_year: 1.0}\n"
SEVERE = 2


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """Makes the town with what a file says besides, and lets some weeks pass."""
    made: list[MarketModel] = []

    def make(says: str = "", weeks: int = 0, seed: int = 1) -> MarketModel:
        file = tmp_path / f"seats_{len(made)}.yaml"
        file.write_text(f"extends: town.yaml\n{says}", encoding="utf-8")
        made.append(MarketModel(load_scenario(file).scenario, seed))
        step(made[-1], weeks)
        return made[-1]

    yield make
    for model in made:
        forget(model)


def step(model: MarketModel, weeks: int) -> None:
    for _ in range(weeks):
        model.step()


def homes_of(market: Market, rank: int) -> Bools:
    """The homes of the private provider of a rank."""
    return np.asarray(market.homes.provider == market.ranked_providers[rank - 1])


def moved_in(market: Market, since: int) -> Ints:
    """Rows of the children who have moved where they live since a week."""
    children = market.children
    return np.flatnonzero((children.state == PLACED) & (children.since >= since))


def arrangement_of(model: MarketModel, name: str, authority: int) -> Arrangement:
    """The arrangement of a name that one authority tries."""
    return model.orders.arrangements[int(model.orders.named(name, np.array([authority]))[0])]


def held(model: MarketModel, name: str, authority: int) -> int:
    """Places that an authority holds through an arrangement."""
    holdings = model.market.holdings
    mine = (holdings.arrangement == arrangement_of(model, name, authority).number) & holdings.running
    return int(holdings.places[mine].sum())


# ---- what a provider asks


def test_a_provider_asks_more_and_the_others_what_they_asked(town: Town) -> None:
    usual, raised = town(weeks=FIRST), town(CONDUCT % "asks: 1.3", weeks=FIRST)
    own = homes_of(raised.market, 1)
    assert own.sum() == 3
    np.testing.assert_allclose(raised.market.quotes[own], 1.3 * usual.market.quotes[own])
    assert (raised.market.quotes[~own] == usual.market.quotes[~own]).all()


def test_what_it_asks_is_not_added_anew_to_what_it_got(town: Town) -> None:
    """A year later its homes ask about a third more than they would otherwise, and fewer children live there."""
    usual, raised = town(weeks=60), town(CONDUCT % "asks: 1.3", weeks=60)
    own = homes_of(usual.market, 1)
    over = raised.market.quotes[own].mean() / usual.market.quotes[own].mean()
    assert 1.15 < over < 1.4
    assert raised.market.homes.occupied[own].sum() <= usual.market.homes.occupied[own].sum()


def test_a_later_decision_takes_the_place_of_the_one_before(town: Town) -> None:
    twice = town(CONDUCT % "asks: 1.3" + THEN % "asks: 0.9", weeks=SECOND - 1)
    before = twice.market.quotes.copy()
    twice.step()
    own = homes_of(twice.market, 1)
    np.testing.assert_allclose(twice.market.quotes[own], before[own] * 0.9 / 1.3)
    assert (twice.market.quotes[~own] == before[~own]).all()


# ---- whom it takes, and where it offers


def test_it_takes_whom_it_says_and_nobody_else_in_its_open_places(town: Town) -> None:
    usual, choosy = town(weeks=100), town(CONDUCT % "takes: [standard]", weeks=100)

    def bands(model: MarketModel) -> Ints:
        market = model.market
        new = moved_in(market, FIRST)
        new = new[homes_of(market, 1)[market.children.home[new]] & (market.children.holding[new] == OPEN_PLACE)]
        return np.asarray(market.children.band[new])

    assert len(bands(choosy)) > 0 and not bands(choosy).any() and bands(usual).any()


def test_it_leaves_frameworks_at_once_and_may_come_back(town: Town) -> None:
    model = town(CONDUCT % "off_frameworks: true" + THEN % "off_frameworks: false", weeks=FIRST - 1)
    own = homes_of(model.market, 1)

    def offering() -> Bools:
        panels, number = model.shop.book.panels, arrangement_of(model, "framework", 0).number
        return np.isin(np.flatnonzero(own), panels.lots.home[panels.first[number] : panels.last[number]])

    assert offering().any()
    model.step()
    assert not offering().any()
    step(model, 8)  # past the end of a quarter
    assert not arrangement_of(model, "framework", 0).on_panel[own].any()
    step(model, 60)  # past an April: it is on the framework's terms again where it wants to
    assert offering().any()


# ---- the homes that it opens


@pytest.mark.parametrize(("then", "in_all"), [("opens: 2", 2), ("opens: 3", 3), ("opens: 0", 2), ("active: false", 2)])
def test_homes_that_it_opens_are_its_own_and_counted_from_the_beginning(town: Town, then: str, in_all: int) -> None:
    opens = "opens: 2, opens_in: Authority 2, opens_places: 3"
    model = town(SOON + CONDUCT % opens + THEN % then, weeks=60)
    homes, own = model.market.homes, homes_of(model.market, 1)
    new = own & (homes.opened_week > 0) & (homes.authority == 1) & (homes.places == 3)
    usual = town(SOON, weeks=60).market
    assert new.sum() == in_all
    assert not (homes_of(usual, 1) & (usual.homes.opened_week > 0) & (usual.homes.places == 3)).any()


def test_without_a_place_named_it_opens_where_it_has_most_homes(town: Town) -> None:
    model = town(SOON + CONDUCT % "opens: 1", weeks=FIRST)
    plans, homes = model.pipeline.plans, model.market.homes
    planned = plans.provider == model.market.ranked_providers[0]
    most = np.bincount(homes.authority[homes_of(model.market, 1)]).argmax()
    assert planned.sum() == 1 and plans.area[planned] == most


def test_seats_of_several_providers_decide_side_by_side(town: Town) -> None:
    model = town("""
changes:
  - from: 2024-06-09
    policies:
      provider_1: {policy: provider_conduct, provider_rank: 1, asks: 1.2}
      provider_2: {policy: provider_conduct, provider_rank: 2, asks: 0.9, takes: [standard, complex]}
""", FIRST)  # fmt: skip
    usual = town(weeks=FIRST).market.quotes
    for rank, asks in ((1, 1.2), (2, 0.9)):
        own = homes_of(model.market, rank)
        np.testing.assert_allclose(model.market.quotes[own], asks * usual[own])


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ("provider_rank: 15", "there are only 14 private providers"),
        ("opens: 1, opens_in: Nowhere", "there is no authority 'Nowhere'"),
    ],
)
def test_what_nobody_can_decide_is_refused_when_the_run_begins(town: Town, says: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        town(LATE % says)


def test_two_for_one_provider_are_refused(town: Town) -> None:
    one = "{policy: provider_conduct, provider_rank: 2, asks: %s}"
    with pytest.raises(ScenarioError, match="both say what the private provider of rank 2 decides"):
        town(f"policies: {{one: {one % 1.1}, other: {one % 0.9}}}\n")


# ---- what an authority pays


PAYS = """
changes:
  - from: 2024-06-09
    policies:
      pays_1: {policy: pay_limit, authorities: [Authority 1], ready_to_pay: %s}
      pays_2: {policy: pay_limit, authorities: [Authority 2], ready_to_pay: 1.3}
"""


def test_authorities_are_ready_to_pay_more_or_less_than_others(town: Town) -> None:
    model = town(PAYS % 0.7 + "  - {from: 2024-09-08, policies: {pays_1: {ready_to_pay: 0.5}}}\n", FIRST)
    expected = model.market.authorities.expected_fee

    def ratios() -> list[float]:
        return list((asking_policies.expected_fees(model.market, expected) / expected)[:, 0].tolist())

    assert ratios() == pytest.approx([0.7, 1.3, 1.0, 1.0])
    step(model, SECOND - FIRST)
    assert ratios() == pytest.approx([0.5, 1.3, 1.0, 1.0])


def test_who_is_ready_to_pay_more_pays_more(town: Town) -> None:
    def paid(ready: float) -> float:
        """The mean fee of the places that the first authority has bought since (GBP/week)."""
        fees = []
        for seed in (1, 2, 3, 4):
            market = town(PAYS % ready, 100, seed).market
            new, children = moved_in(market, FIRST), market.children
            bought = (children.authority[new] == 0) & (market.homes.sector[children.home[new]] != LOCAL_AUTHORITY)
            fees += (children.fee - children.extra_fee)[new[bought]].tolist()
        return float(np.mean(fees))

    assert paid(0.5) < paid(1.0) < paid(2.0)


# ---- in what order an authority buys


def test_one_authority_tries_another_order(town: Town) -> None:
    model = town("""
changes:
  - from: 2024-06-09
    purchasing:
      groups: [{name: Authority 1, authorities: [Authority 1], order: [in_house, spot]}]
""", 80)  # fmt: skip
    children = model.market.children
    new = moved_in(model.market, FIRST)
    routes = np.array([arrangement.route for arrangement in model.orders.arrangements])[children.arrangement[new]]
    own = children.authority[new] == 0
    assert set(routes[own]) <= {"in_house", "spot"}
    assert "framework" in set(routes[~own])


# ---- how many places an authority holds


HOLDS = """
changes:
  - from: 2024-06-09
    purchasing:
      arrangements: {held_1: {rule: %s, places: 6, radius_miles: 60.0}}
      groups: [{name: Authority 1, authorities: [Authority 1], order: [in_house, held_1, [framework, spot]]}]
  - from: 2024-09-08
    purchasing: {arrangements: {held_1: {places: %d}}}
"""


@pytest.mark.parametrize("rule", ["block", "soft_block, grow_above: null, shrink_below: null"])
@pytest.mark.parametrize("then", [9, 2])
def test_one_authority_holds_places_and_later_more_or_fewer(town: Town, rule: str, then: int) -> None:
    model = town(HOLDS % (rule, then), weeks=FIRST - 1)
    assert not any(arrangement.name == "held_1" for arrangement in model.orders.arrangements)
    model.step()
    assert held(model, "held_1", 0) == 6
    assert arrangement_of(model, "held_1", 0).members.tolist() == [0]
    step(model, SECOND - FIRST - 1)
    assert held(model, "held_1", 0) == 6
    model.step()
    number = arrangement_of(model, "held_1", 0).number
    used = int(model.market.holdings.used[model.market.holdings.arrangement == number].sum())
    assert held(model, "held_1", 0) == max(then, used)
    left = used
    for _ in range(80):  # children stay; when they leave, their places are given back
        model.step()
        before, left = left, held(model, "held_1", 0)
        assert then == 9 or then <= left <= before
    assert then == 9 or left < 6


# ---- cooperatives


TOGETHER = """
purchasing:
  arrangements:
    together:
      rule: cooperative
      members: {authorities: [Authority 1, Authority 2]}
      order: [in_house, soft_block, spot]
      running_cost_per_year: 100000.0
  order: [together, in_house, block, [framework, spot]]
changes:
  - from: 2024-06-09
    purchasing: {arrangements: {together: {%s}}}
  - from: 2024-09-08
    purchasing: {arrangements: {together: {%s}}}
"""


def members(model: MarketModel) -> list[int]:
    """Who is in the cooperative now; nobody if there is none."""
    for arrangement in model.orders.arrangements:
        if arrangement.name == "together" and arrangement.number not in model.orders.ended:
            return list(arrangement.members.tolist())
    return []


def test_authorities_join_and_leave_a_cooperative(town: Town) -> None:
    all_but_one = "members: {authorities: [Authority 1, Authority 2, Authority 3]}"
    model = town(TOGETHER % (all_but_one, "members: {authorities: [Authority 3, Authority 2]}"), weeks=FIRST - 1)
    assert members(model) == [0, 1]
    model.step()
    assert members(model) == [0, 1, 2]
    step(model, SECOND - FIRST)
    assert members(model) == [1, 2]
    step(model, 40)
    children = model.market.children
    new = moved_in(model.market, SECOND)
    routes = np.array([arrangement.route for arrangement in model.orders.arrangements])[children.arrangement[new]]
    through = {area: (routes[children.authority[new] == area] == "cooperative").mean() for area in range(4)}
    assert through[0] == through[3] == 0.0 and through[1] > 0.5 and through[2] > 0.5


def test_the_last_member_leaves_and_others_begin_anew(town: Town) -> None:
    model = town(TOGETHER % ("members: {share: 0.0}", "members: {share: 1.0}"), weeks=FIRST)
    assert members(model) == []
    step(model, SECOND - FIRST)
    assert members(model) == [0, 1]


def test_an_authority_leaves_by_an_order_of_its_own(town: Town) -> None:
    """A group's order without the cooperative: a seat goes round it for good, though it still pays its share."""
    says = TOGETHER % ("mandate: []", "mandate: []") + """
  - from: 2024-09-15
    purchasing: {groups: [{name: Authority 1, authorities: [Authority 1], order: [in_house, [framework, spot]]}]}
"""
    model = town(says, weeks=80)
    children, new = model.market.children, moved_in(model.market, SECOND + 1)
    routes = np.array([arrangement.route for arrangement in model.orders.arrangements])[children.arrangement[new]]
    assert "cooperative" not in set(routes[children.authority[new] == 0])
    assert "cooperative" in set(routes[children.authority[new] == 1])


def test_its_mandate_changes(town: Town) -> None:
    model = town(TOGETHER % ("mandate: [severe]", "mandate: [standard, complex]"), weeks=SECOND - 1)

    def bands(since: int) -> set[int]:
        children, new = model.market.children, moved_in(model.market, since)
        routes = np.array([arrangement.route for arrangement in model.orders.arrangements])[children.arrangement[new]]
        return set(children.band[new[routes == "cooperative"]].tolist())

    assert bands(FIRST) <= {SEVERE}
    step(model, 60)
    assert bands(SECOND) and SEVERE not in bands(SECOND)


def test_how_its_members_share_what_it_costs_changes(town: Town) -> None:
    model = town(TOGETHER % ("cost_sharing: equal", "cost_sharing: by_population"), weeks=FIRST)

    def shares() -> list[float]:
        return list(next(one.shares for one in model.orders.arrangements if one.name == "together").tolist())

    assert shares() == [0.5, 0.5]
    step(model, SECOND - FIRST)
    population = model.market.authorities.population[:2]
    np.testing.assert_allclose(shares(), population / population.sum())


def test_its_members_build_homes_and_later_more(town: Town) -> None:
    model = town(SOON + """
changes:
  - from: 2024-06-09
    policies:
      together_builds:
        {policy: building_programme, authorities: [Authority 1, Authority 2], homes: 1, homes_per_year: 5, places: 3}
  - from: 2024-09-08
    policies: {together_builds: {homes: 2}}
""", 70)  # fmt: skip
    usual = town(SOON, weeks=70).market.homes
    homes = model.market.homes

    def built(of: object, area: int) -> int:
        opened = (of.sector == LOCAL_AUTHORITY) & (of.opened_week > 0)  # type: ignore[attr-defined]
        return int((opened & (of.authority == area)).sum())  # type: ignore[attr-defined]

    assert [built(homes, area) - built(usual, area) for area in range(4)] == [2, 2, 0, 0]


def test_own_homes_of_a_cooperative_are_dated_in_a_change_too(town: Town) -> None:
    model = town(SOON + """
changes:
  - from: 2024-06-09
    commissioning: {own_homes: [{from: 2024-09-08, authorities: [Authority 2], homes: 2, places: 3}]}
""", SECOND)  # fmt: skip
    plans = model.pipeline.plans
    by_policy = (plans.sector == LOCAL_AUTHORITY) & (plans.places == 3)
    assert by_policy.sum() == 2 and (plans.area[by_policy] == 1).all()
