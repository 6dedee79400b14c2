"""Design section 3: one route, everything free of frictions: the weekly awards are a stable matching.

Stable: nobody would rather have a home that has a place left, or that would rather have this child than one whom it
took. Both sides' preferences are built here anew from the design. Children propose, so among the stable matchings it
is the best for every child (Gale and Shapley 1962): a textbook version here must give the same, child by child.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from marketsim.core.streams import key, second_key, stream
from marketsim.market.children import NO_ROUTE, NOBODY, PLACED, WAITING
from marketsim.market.fit import Mismatches
from marketsim.market.homes import Homes
from marketsim.week.placing.place import place
from marketsim.week.placing.tables import Geography, PanelLots, Panels, Reaches, Searches, Tastes

LAST = (np.inf, 1.0)  # rank of having no home


def luck_of(child_key, home_key):
    """Luck of a child with a home: SplitMix64's finaliser over both keys, in whole numbers of Python."""
    z = int(child_key) ^ int(home_key) * 0x9E3779B97F4A7C15 % 2**64
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    z = (z ^ z >> 27) * 0x94D049BB133111EB % 2**64
    return ((z ^ z >> 31) >> 11) / 2**53


@dataclass
class Market:
    """Both sides' preferences, and who got which home (None: nobody's). Lower ranks are better; no rank, no offer."""

    by_child: dict[tuple[int, int], tuple[float, float]]
    by_home: dict[tuple[int, int], tuple[float, float]]
    places: list[int]
    got: dict[int, int | None]

    def residents(self, got):
        return [[child for child, home in got.items() if home == one] for one in range(len(self.places))]

    def blocking_pairs(self, got):
        """Child and home who would both rather have each other."""
        residents, found = self.residents(got), []
        for (child, home), rank in self.by_child.items():
            if got[child] == home or self.by_child.get((child, got[child]), LAST) < rank:
                continue
            worst = max((self.by_home[other, home] for other in residents[home]), default=LAST)
            if len(residents[home]) < self.places[home] or self.by_home[child, home] < worst:
                found.append((child, home))
        return found

    def best_for_children(self):
        """Children propose, homes keep whom they like best: the textbook, one proposal at a time."""
        wish = {child: sorted((rank, home) for (c, home), rank in self.by_child.items() if c == child)
                for child in self.got}  # fmt: skip
        got = dict.fromkeys(self.got)
        unmatched = [child for child in got if wish[child]]
        while unmatched:
            child = unmatched.pop()
            home = wish[child].pop(0)[1]
            got[child] = home
            kept = self.residents(got)[home]
            if len(kept) > self.places[home]:
                away = max(kept, key=lambda other: self.by_home[other, home])
                got[away] = None
                unmatched += [away] if wish[away] else []
        return got

    def first_come(self):
        """Another rule: in turn every child takes the best home with a place left."""
        left, got = list(self.places), dict.fromkeys(self.got)
        for child in got:
            open_homes = [(rank, home) for (c, home), rank in self.by_child.items() if c == child and left[home] > 0]
            if open_homes:
                got[child] = min(open_homes)[1]
                left[got[child]] -= 1
        return got

    def check(self):
        for home, residents in enumerate(self.residents(self.got)):
            assert len(residents) <= self.places[home]
            assert all((child, home) in self.by_child for child in residents)
        assert self.blocking_pairs(self.got) == []
        assert self.got == self.best_for_children()


def call_place(
    child_keys, area, x, y, band, score, willingness, home_keys, home_area, home_x, home_y, fee, cost, places, tastes
):
    """One week of one route with open places only, no limit on fee or distance, and a shortlist of all homes."""
    children, homes = len(child_keys), len(home_keys)
    nobody = np.zeros(children, dtype=np.int64)
    searches = Searches(
        key=child_keys, authority=area, x=x, y=y, band=band, age=nobody, boy=nobody > 0, score=score,
        emergency=nobody > 0, away=nobody > 0, only_good=nobody > 0, own_area_only=nobody > 0, bespoke=nobody > 0,
        alone=nobody > 0, needs=nobody, way_out=np.full(children, 1e6), willingness=willingness,
        urgency=np.zeros(children), expected_fee=np.zeros(children),
        routes=np.zeros((children, 1), dtype=np.int64), buyers=area[:, None].copy(),
        joins=np.zeros((children, 1), np.bool_), farthest=np.full((children, 1), 1e6),
    )  # fmt: skip
    lots = PanelLots(
        pool=np.arange(homes), home=np.arange(homes), key=second_key.py_func(home_keys), x=home_x, y=home_y, fee=fee,
        eager=np.ones((homes, 3)), owed=np.zeros(homes),
    )  # fmt: skip
    never = np.zeros(1, np.bool_)
    reaches = Reaches(np.array([1e6]), np.array([1e6]), np.zeros(1), never, np.zeros(1), never.copy())
    panels = Panels(
        lots=lots, first=np.array([0]), last=np.array([homes]), areas=np.array([NO_ROUTE]),
        area_first=np.zeros((0, 3), dtype=np.int64),
        home_first=np.zeros((0, homes), dtype=np.int64), home_next=np.full(homes, NOBODY),
        area_least_fee=np.zeros((0, 2, 3)),
        least_fee=fee.min(axis=0)[None, :].copy(), least_acceptance=np.zeros((1, 3)), reaches=reaches,
    )  # fmt: skip
    stock = Homes()
    stock.add(homes, authority=home_area, unit_cost=cost)
    where = Geography(np.array([[0, 1], [1, 0]]), np.zeros((2, 2)))
    return place(searches, panels, stock.table, where, tastes, places.copy())


def make_tastes(homes, value_per_mile, value_in_area, risk_cost):
    return Tastes(
        value_per_mile=value_per_mile, value_in_area=value_in_area, value_of_match=0.0, value_of_rating=0.0,
        away_miles=0.0, shortlist=homes, solo_places_most=3, mismatches=Mismatches(0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
        rating_caution=0.0, risk_cost=risk_cost,
        bidding=0.0, bargaining=0.0, bargaining_bespoke=0.0, cost_by_need=np.array([1.0, 1.25, 1.5]),
        most_fee=np.zeros((0, 3)), money=1.0,
    )  # fmt: skip


def random_market(seed):
    """12 to 30 children and 5 to 12 homes; every other market is full of ties, which luck has to break."""
    draw = np.random.default_rng(seed)
    children, homes, ties = draw.integers(12, 31), draw.integers(5, 13), seed % 2 == 0
    tastes = make_tastes(int(homes), 0.0 if ties else 40.0, 300.0, 0.0 if ties else 1_500.0)
    child_keys, home_keys = key(seed, 1, np.arange(children)), key(seed, 2, np.arange(homes))
    area, home_area = draw.integers(0, 2, children), draw.integers(0, 2, homes)
    x, y, home_x, home_y = (draw.uniform(0, 50, count) for count in (children, children, homes, homes))
    band, score = draw.integers(0, 3, children), draw.uniform(0, 1, children)
    willingness = draw.choice([0.3, 0.7, 1.0], children)
    fee = draw.integers(10, 14, (homes, 3)) * 500.0 if ties else draw.uniform(4_000, 8_000, (homes, 3))
    cost = draw.integers(8, 10, homes) * 400.0 if ties else draw.uniform(3_000, 5_000, homes)
    places = draw.integers(1, 4, homes)
    awards = call_place(child_keys, area, x, y, band, score, willingness, home_keys, home_area, home_x, home_y, fee,
                        cost, places, tastes)  # fmt: skip
    market = Market({}, {}, places.tolist(), {c: None if h == NOBODY else int(h) for c, h in enumerate(awards.lot)})
    for child in range(children):
        for home in range(homes):
            luck = luck_of(child_keys[child], home_keys[home])
            if luck >= willingness[child]:
                continue
            miles = np.sqrt((home_x[home] - x[child]) ** 2 + (home_y[home] - y[child]) ** 2)
            score_of_home = fee[home, band[child]] + tastes.value_per_mile * miles
            score_of_home += tastes.value_in_area * (area[child] != home_area[home])
            burden = cost[home] * tastes.cost_by_need[band[child]] + tastes.risk_cost * score[child]
            market.by_child[child, home] = (float(score_of_home), luck)
            market.by_home[child, home] = (float(burden - fee[home, band[child]]), luck)
    return market


@pytest.fixture(scope="module")
def markets():
    return [random_market(seed) for seed in range(200)]


def test_no_blocking_pair_in_200_markets(markets):
    for market in markets:
        market.check()


def test_the_check_sees_other_rules(markets):
    """First come, first served leaves blocking pairs in most of the same markets; so would a wrong award."""
    assert sum(len(market.blocking_pairs(market.first_come())) > 0 for market in markets) > 0.8 * len(markets)
    assert sum(home is None for market in markets for home in market.got.values()) > len(markets)
    contested = sum(rank[0] == other[0] for market in markets[::2] for rank, other in zip(
        sorted(market.by_child.values()), sorted(market.by_child.values())[1:], strict=False))  # fmt: skip
    assert contested > 1_000


def test_worked_example():
    """Three children, three homes of one place, by hand.

    All live at the same spot; fees are 4,000 (A), 4,500 (B) and 5,000 (C) for a standard child, and 1,000 more for a
    complex one at A, nothing more at B and 2,000 more at C. Every place costs 4,000 and 1,000 (a quarter) more for a
    complex child; risk costs 800 times the score. Child 0: standard, score 0.5; child 1: complex, 0.9; child 2:
    standard, 0.1. Home B stands in the other area (minus 600 to children 0 and 2).

    Scores:   0: A 4,000, C 5,000, B 5,100;  1: B 4,500, A 5,600, C 7,600;  2: A 4,000, C 5,000, B 5,100
    Gains:    A: 0 -400, 1 -720, 2 -80;  B: 0 100, 1 -1,220, 2 420;  C: 0 600, 1 1,280, 2 920
    Child 0 and child 2 want A, which keeps 2; child 0 goes to C. Child 1 gets B unopposed.
    """
    awards = call_place(
        child_keys=key(1, np.arange(3)), area=np.array([0, 1, 0]), x=np.zeros(3), y=np.zeros(3),
        band=np.array([0, 1, 0]), score=np.array([0.5, 0.9, 0.1]), willingness=np.ones(3),
        home_keys=key(2, np.arange(3)), home_area=np.array([0, 1, 0]), home_x=np.zeros(3), home_y=np.zeros(3),
        fee=np.array([[4_000.0, 5_000, 9_000], [4_500, 4_500, 9_000], [5_000, 7_000, 9_000]]),
        cost=np.full(3, 4_000.0), places=np.ones(3, dtype=np.int64), tastes=make_tastes(3, 0.0, 600.0, 800.0),
    )  # fmt: skip
    assert awards.lot.tolist() == [2, 1, 0]
    assert awards.fee.tolist() == [5_000.0, 4_500.0, 4_000.0]
    assert awards.offers.tolist() == [3, 3, 3]


def scenario(frictionless, homes, acceptance):
    """A week of about 90 new children at homes of one place; spot with the limits on fee and radius out of the way."""
    spot = {
        "rule": "spot",
        "radius_miles_at_first": 999.0,
        "radius_miles_at_deadline": 999.0,
        "fee_limit_at_first": 10.0,
    }
    return frictionless(
        {"arrangements": {"spot": spot}, "order": ["spot"]},
        world={
            "authorities": 9,
            "homes": homes,
            "places_per_home": 1,
            "children_at_start": 0,
            "local_authority_share": 0.1,
        },
        demand={"new_needs_per_year": 90 * 365.25 / 7},
        need={"cost_by_need": {"standard": 0.75, "complex": 1.125, "severe": 1.5}},
        providers={"cost_spread": 0.2, "acceptance_least_need": acceptance, "acceptance_most_need": acceptance},
        commissioning={"shortlist": 100, "value_in_area": 300.0, "deadline_weeks_planned": 10},
        unregistered={"weekly_cost": 90_000.0},
    )


def market_of_week_one(model, acceptance):
    """Step once; preferences from the columns of children and homes and the figures of the scenario."""
    model.step()
    columns, children, homes = model.market, model.market.children, model.market.homes
    per_mile = model.parameters.commissioning.value_per_mile
    ratio = np.array([0.75, 1.125, 1.5])
    rows = np.flatnonzero((children.state == PLACED) | (children.state == WAITING))
    got = {int(row): int(children.home[row]) if children.state[row] == PLACED else None for row in rows}
    market = Market({}, {}, homes.places.tolist(), got)
    for row in got:
        child_key = stream(columns.seed, "offer", children.key[row], 0, 0)[0]
        cost = homes.unit_cost * ratio[children.band[row]]
        fee = homes.ask - homes.unit_cost + cost
        miles = np.sqrt((homes.x - children.x[row]) ** 2 + (homes.y - children.y[row]) ** 2)
        score = fee + per_mile * miles + 300.0 * (homes.authority != children.authority[row])
        gain = fee - cost - 1_500.0 * children.score[row]
        for home, home_key in enumerate(homes.key):
            luck = luck_of(child_key, home_key)
            if luck < acceptance:
                market.by_child[row, home] = (float(score[home]), luck)
                market.by_home[row, home] = (-float(gain[home]), luck)
    return market


@pytest.mark.parametrize(("homes", "acceptance"), [(60, 1.0), (60, 0.1), (90, 0.5), (300, 0.1)])
def test_first_week_of_the_model(frictionless, make_model, homes, acceptance):
    """The same through the whole model: too few homes and enough, read through (up to 200) and by areas (300)."""
    for seed in range(1, 5):
        model = make_model(scenario(frictionless, homes, acceptance), seed)
        market = market_of_week_one(model, acceptance)
        assert len(market.got) > 50
        market.check()
        assert market.blocking_pairs(market.first_come()) != []
