"""The same small market written the plain Mesa way: every authority, home and child is an agent that steps every week.

It is what one would write first: lists and attributes, no arrays, no compiled code. Its behaviour is of the same kind
as marketsim's (referrals within a radius, willingness by need, fees, awards, stays, monthly fee revision) with fewer
rules: no contracts, ratings, closures, accounts by authority and year, or record of placements. So it does less work
than marketsim each week, and the ratio of run.py understates what columns and compiled code save.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean

import mesa

MONTH_WEEKS = 4
LAST_RESORT_GBP = 10_500.0
EMERGENCY_SHARE, BREAKDOWN_SHARE = 0.2, 0.2


@dataclass(frozen=True)
class Size:
    """How large the market is; the words of marketsim's synthetic world."""

    authorities: int
    homes: int
    children: int
    needs_per_year: float
    side_miles: float
    radius_miles: float = 100.0
    stay_weeks: float = 65.0
    willing_least: float = 0.2  # to take a child of least need, of a home with a free place
    willing_most: float = 0.000002  # of most need; both so that about as many wait as in marketsim's market
    need_ends_weeks: float = 50.0  # of a child without a home


class Home(mesa.Agent):
    """A children's home: answers referrals with a fee or a refusal, and revises the fee it asks each month."""

    def __init__(self, model: Market, place: tuple[float, float]) -> None:
        super().__init__(model)
        self.place = place
        self.places = model.random.choice([2, 3, 4, 5])
        self.cost = 4_600.0 * model.random.lognormvariate(0, 0.15)
        self.asks = 1.2 * self.cost
        self.residents: list[Child] = []
        self.referrals = 0

    def answer(self, child: Child) -> float | None:
        """The weekly fee (GBP) for a child; None: declined."""
        self.referrals += 1
        if len(self.residents) >= self.places:
            return None
        size = self.model.size
        willing = size.willing_least * (size.willing_most / size.willing_least) ** child.need
        ages = [resident.age for resident in self.residents]
        if ages:
            willing *= math.exp(-abs(child.age - fmean(ages)) / 10)
        return self.asks * (1 + 0.3 * child.need) if self.model.random.random() < willing else None

    def step(self) -> None:
        """Every 4 weeks the fee follows how full the home is and how much is asked of it."""
        if self.model.week % MONTH_WEEKS:
            return
        full, asked = len(self.residents) / self.places, min(self.referrals / 200, 1.0)
        aim = self.cost * (1.05 + 0.3 * full * asked)
        self.asks += 0.2 * (aim - self.asks)
        self.referrals = 0


class Child(mesa.Agent):
    """A child in care: waits, lives in a home, or in an unregistered setting; leaves when its need ends."""

    def __init__(self, model: Market, authority: Authority) -> None:
        super().__init__(model)
        luck = model.random
        self.authority, self.need, self.age = authority, luck.betavariate(2, 3), luck.randint(8, 17)
        self.place = tuple(axis + luck.gauss(0, 5) for axis in authority.place)
        self.home: Home | None = None
        self.fee, self.weeks_left, self.waited = 0.0, 0, 0
        self.patience = 1 if luck.random() < EMERGENCY_SHARE else 6
        authority.children.append(self)

    def move_in(self, home: Home, fee: float) -> None:
        """A placement begins."""
        self.home, self.fee, self.waited = home, fee, 0
        self.weeks_left = 1 + int(self.model.random.expovariate(1 / self.model.size.stay_weeks))
        home.residents.append(self)

    def step(self) -> None:
        """A week passes: a stay may end as planned (the child leaves) or break down (it searches again)."""
        if self.home is None:
            self.waited += 1
            if self.model.random.random() < 1 / self.model.size.need_ends_weeks:
                self.leave()
            return
        self.weeks_left -= 1
        if self.weeks_left <= 0:
            self.home.residents.remove(self)
            self.home = None
            if self.model.random.random() >= BREAKDOWN_SHARE:
                self.leave()

    def leave(self) -> None:
        """The child no longer needs a home."""
        self.authority.children.remove(self)
        self.remove()


class Authority(mesa.Agent):
    """A local authority: refers those who wait to the homes within its radius, and awards to the best offer."""

    def __init__(self, model: Market) -> None:
        super().__init__(model)
        side = model.size.side_miles
        self.place = (model.random.uniform(0, side), model.random.uniform(0, side))
        self.children: list[Child] = []
        self.spend = 0.0

    def step(self) -> None:
        """New needs arise; who waits is referred, emergencies first; fees are paid."""
        for _ in range(self.model.arrivals()):
            Child(self.model, self)
        waiting = [child for child in self.children if child.home is None]
        for child in sorted(waiting, key=lambda one: one.patience):
            self.place_child(child)
        self.spend = sum(child.fee if child.home else self.last_resort(child) for child in self.children)

    def place_child(self, child: Child) -> None:
        """Ask every home within the radius with a free place; award to the nearest and cheapest offer."""
        offers = []
        for home in self.model.homes:
            miles = math.dist(home.place, child.place)
            if miles <= self.model.size.radius_miles and len(home.residents) < home.places:
                fee = home.answer(child)
                if fee is not None and fee < LAST_RESORT_GBP:
                    offers.append((fee + 20 * miles, home.unique_id, home, fee))
        if offers:
            child.move_in(*min(offers)[2:])

    def last_resort(self, child: Child) -> float:
        """What a child costs (GBP a week) who waited beyond the deadline."""
        return LAST_RESORT_GBP if child.waited > child.patience else 0.0


class Market(mesa.Model):
    """The market; a step is a week in which every agent steps."""

    def __init__(self, size: Size, seed: int) -> None:
        super().__init__(seed=seed)
        self.size, self.week = size, 0
        self.authorities = [Authority(self) for _ in range(size.authorities)]
        side = size.side_miles
        self.homes = [Home(self, (self.random.uniform(0, side), self.random.uniform(0, side)))
                      for _ in range(size.homes)]  # fmt: skip
        for number in range(size.children):
            child = Child(self, self.authorities[number % size.authorities])
            free = [home for home in self.homes if len(home.residents) < home.places]
            home = min(free, key=lambda one: math.dist(one.place, child.place))
            child.move_in(home, home.asks)
        self.weekly: list[dict[str, float]] = []

    def arrivals(self) -> int:
        """New needs of one authority in a week: Poisson, by counting exponential gaps."""
        rate = self.size.needs_per_year / 52 / self.size.authorities
        count, passed = 0, self.random.expovariate(rate)
        while passed < 1:
            count, passed = count + 1, passed + self.random.expovariate(rate)
        return count

    def step(self) -> None:
        """One week."""
        self.week += 1
        for kind in (Child, Authority, Home):
            self.agents_by_type[kind].shuffle_do("step")
        self.record()

    def record(self) -> None:
        """The week's outcomes."""
        children = [child for authority in self.authorities for child in authority.children]
        fees = [child.fee for child in children if child.home]
        self.weekly.append({
            "week": self.week, "children_placed": len(fees), "children_waiting": len(children) - len(fees),
            "weekly_fee_mean_gbp": fmean(fees) if fees else math.nan,
            "void_rate": 1 - len(fees) / sum(home.places for home in self.homes),
            "spend_gbp": sum(authority.spend for authority in self.authorities),
        })  # fmt: skip
