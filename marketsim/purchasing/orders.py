"""All arrangements, and in what order each authority, and each child's search, tries them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.streams import uniform
from marketsim.market.children import NO_ROUTE
from marketsim.market.market import Market
from marketsim.purchasing.asking_rules import children_for
from marketsim.purchasing.asking_wholes import bypass_of, farthest_of, searches_of_whole
from marketsim.purchasing.rule import Arrangement, PurchasingRule

ANYWHERE = 1e6  # miles


@dataclass
class Orders:
    """All arrangements, and by authority and stage the number of the arrangement tried (NO_ROUTE behind the last);
    `joins`, of the same shape, says which are weighed side by side with the one before; `cooperative_of` is by
    arrangement that of the whole to which it belongs, or NO_ROUTE.

    `changed` are those that are new or have other terms or members than before, `ended` the numbers of those in which
    nobody buys any more.
    """

    arrangements: list[Arrangement]
    stages: Ints
    joins: Bools
    cooperative_of: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    changed: list[Arrangement] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)

    @cached_property
    def buyer(self) -> Ints:
        """By authority and stage, who buys: a cooperative (numbers from the authorities' count up) or the authority."""
        count = len(self.stages)
        own = np.repeat(np.arange(count)[:, None], self.stages.shape[1], axis=1)
        return np.where(self.through == NO_ROUTE, own, count + self.through)

    @cached_property
    def through(self) -> Ints:
        """By authority and stage, the cooperative (the number of its arrangement) that buys, or NO_ROUTE."""
        return np.where(self.stages == NO_ROUTE, NO_ROUTE, self.cooperative_of[self.stages])

    @cached_property
    def cooperatives(self) -> list[tuple[int, PurchasingRule]]:
        """The wholes through which members buy together, with the numbers of their arrangements."""
        going = (a for a in self.arrangements if a.number not in self.ended)
        return [(a.number, a.rule) for a in going if a.inner]

    @cached_property
    def selective(self) -> list[tuple[PurchasingRule, list[int]]]:
        """The rules that may be for some children only, each once, with the numbers of their arrangements."""
        under: dict[int, tuple[PurchasingRule, list[int]]] = {}
        for arrangement in self.arrangements:
            if arrangement.number not in self.ended and arrangement.rule.has("for_children"):
                under.setdefault(id(arrangement.rule), (arrangement.rule, []))[1].append(arrangement.number)
        return list(under.values())

    def tried_for(self, market: Market, rows: Ints, urgency: Floats) -> tuple[Ints, Bools]:
        """By child and stage the arrangement tried, and whether it is weighed side by side with the one before; those
        of a cooperative drop out if it is bypassed for this child, and all that are for other children."""
        authority = market.children.authority[rows]
        tried, through, joins = self.stages[authority], self.through[authority], self.joins[authority]
        for number, _ in self.cooperatives:
            luck = uniform(market.seed, "bypass", market.children.key[rows], market.week)
            bypassed = luck < bypass_of(market, self.arrangements[number], urgency)
            tried[(through == number) & bypassed[:, None]] = NO_ROUTE
        for rule, numbers in self.selective:
            wanted = children_for(market, rule, rows)
            if wanted is not None:
                under = np.isin(tried, numbers) | np.isin(through, numbers)
                tried[under & ~wanted[:, None]] = NO_ROUTE
                joins = _first_of_tiers(tried, joins)
        for number, cooperative in self.cooperatives:
            inside = (through == number) & (tried != NO_ROUTE)
            if (compares := searches_of_whole(market, cooperative, "compares", rows)) is not None:
                joins[compares] |= _behind_first(inside[compares])
            if (later := searches_of_whole(market, cooperative, "decides_later", rows)) is not None:
                tried[(later & inside.any(axis=1))[:, None] & np.logical_or.accumulate(inside, axis=1)] = NO_ROUTE
        return tried, joins

    def farthest(self, market: Market, rows: Ints) -> Floats:
        """By child and stage how far from home (miles) a place may be, whatever arrangements reach."""
        through = self.through[market.children.authority[rows]]
        miles = np.full(through.shape, ANYWHERE)
        for number, cooperative in self.cooperatives:
            said = farthest_of(market, cooperative, rows) if cooperative.has("miles_at_most") else None
            if said is not None:
                miles = np.where(through == number, said[:, None], miles)
        return miles

    def last_of(self, authority: Ints) -> Ints:
        """For each row of `authority`, the last arrangement that it tries."""
        length = (self.stages != NO_ROUTE).sum(axis=1)
        return np.asarray(self.stages[authority, length[authority] - 1])

    def named(self, name: str, authority: Ints) -> Ints:
        """For each row of `authority`, its arrangement of a name (NO_ROUTE if it has none)."""
        return self._first(authority, [arrangement.name == name for arrangement in self.arrangements])

    def of_rule(self, rule: str, authority: Ints) -> Ints:
        """For each row of `authority`, its first arrangement of a rule (NO_ROUTE if it has none)."""
        return self._first(authority, [arrangement.rule.name == rule for arrangement in self.arrangements])

    def own_homes(self, authority: Ints) -> Ints:
        """For each row of `authority`, its arrangement for own homes (NO_ROUTE if it has none)."""
        return self._first(authority, [arrangement.rule.own_homes for arrangement in self.arrangements])

    def _first(self, authority: Ints, wanted: list[bool]) -> Ints:
        """The first arrangement that is wanted: the authority's own, or else one of its cooperative."""
        chosen = np.full(len(self.stages), NO_ROUTE)
        for side in (self.cooperative_of != NO_ROUTE, self.cooperative_of == NO_ROUTE):
            found = (self.stages != NO_ROUTE) & (np.array(wanted) & side)[self.stages]
            first = self.stages[np.arange(len(self.stages)), found.argmax(axis=1)]
            chosen = np.where(found.any(axis=1), first, chosen)
        return np.asarray(chosen[authority])


def _behind_first(inside: Bools) -> Bools:
    """All stages behind the first that is inside."""
    begun = np.logical_or.accumulate(inside, axis=1)
    return np.concatenate([np.zeros_like(begun[:, :1]), begun[:, :-1]], axis=1)


def _first_of_tiers(tried: Ints, joins: Bools) -> Bools:
    """Where the arrangement that begins a tier has dropped out, the next of the tier begins it."""
    left, open_tier = joins.copy(), np.zeros(len(tried), dtype=np.bool_)
    for stage in range(tried.shape[1]):
        open_tier &= joins[:, stage]  # a tier has begun, and goes on here
        left[:, stage] &= open_tier
        open_tier |= tried[:, stage] != NO_ROUTE
    return left


def beginning(before: Orders, now: Orders) -> list[tuple[Arrangement, str]]:
    """The arrangements that begin or change when other values hold, in the order of their numbers, with the hook that
    each rule is asked for: `start` for a new one, `change` for one that goes on or is resumed."""
    known = {a.number for a in before.arrangements}
    going = known - set(before.ended)
    resumed = set(before.ended) - set(now.ended)
    numbers = sorted({a.number for a in now.changed} | resumed)
    return [(now.arrangements[number], "change" if number in going else "start") for number in numbers]
