"""From a scenario's purchasing section to arrangements, and to the order in which each authority tries them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from marketsim.core.columns import Bools, Ints
from marketsim.core.streams import name_key, uniform
from marketsim.market.authorities import Authorities
from marketsim.market.children import NO_ROUTE
from marketsim.purchasing.asking_rules import members_of, scope_of
from marketsim.purchasing.orders import Orders
from marketsim.purchasing.rule import Arrangement, Members, PurchasingRule
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.schema import Purchasing
from marketsim.scenario.sections.world import Place, rows_of
from marketsim.scenario.tiers import Order, flat, with_joins

MEMBERSHIP_SEED = 0  # who joins first is the same in every replicate


def make_orders(purchasing: Purchasing, authorities: Authorities, existing: Sequence[Arrangement] = ()) -> Orders:
    """Make every arrangement that some authority uses, each for its members, and lay out the orders.

    `existing` arrangements go on under their numbers, with the terms and members that they have now.
    """
    maker = _Maker(purchasing, authorities, existing)
    orders = [maker.order_of(row) for row in range(len(authorities))]
    if [] in orders:
        name = authorities.name[orders.index([])]
        raise ScenarioError(
            f"{name} has nothing to buy through: it is in no cooperative of its order", "purchasing.order:"
        )
    longest = max(len(order) for order in orders)
    stages = np.full((len(authorities), longest), NO_ROUTE)
    joins = np.zeros(stages.shape, dtype=np.bool_)
    for row, order in enumerate(orders):
        stages[row, : len(order)], joins[row, : len(order)] = zip(*order, strict=True)
    through = [NO_ROUTE if a.cooperative is None else a.cooperative for a in maker.arrangements]
    ended = [a.number for a in maker.arrangements if a.identity not in maker.used]
    changed = sorted(maker.changed, key=lambda arrangement: arrangement.number)
    return Orders(maker.arrangements, stages, joins, np.array(through, dtype=np.int64), changed, ended)


def who_joins(authorities: Authorities, share: float) -> Bools:
    """Which authorities are among the share of those named that join a cooperative: the same ones first at any share,
    in every replicate."""
    return np.asarray(uniform(MEMBERSHIP_SEED, "join cooperative", authorities.key) < share)


class _Maker:
    """Makes each arrangement once for those who share it."""

    def __init__(self, purchasing: Purchasing, authorities: Authorities, existing: Sequence[Arrangement]) -> None:
        self.purchasing, self.authorities = purchasing, authorities
        self.rules = cast(dict[str, PurchasingRule], purchasing.arrangements)  # scenarios know them as levers only
        self.places = [
            Place(code, name, authorities.region_names[region])
            for code, name, region in zip(authorities.code, authorities.name, authorities.region, strict=True)
        ]
        self.arrangements = list(existing)
        self.used: set[tuple[str, str, str]] = set()
        self.changed: list[Arrangement] = []
        self._made = {made.identity: made for made in existing}
        self._orders = self._order_by_row()
        self._cooperatives = {
            name: self._members_of(chosen)
            for name in {name: None for order in purchasing.orders() for name in order}
            if (chosen := members_of(self.rules[name])) is not None
        }

    def order_of(self, row: int) -> list[tuple[int, bool]]:
        """The arrangements that one authority tries, a cooperative's own in place of the cooperative, each with whether
        it is weighed side by side with the one before."""
        numbers: list[tuple[int, bool]] = []
        for name, joined in with_joins(self._orders[row]):
            rule = self.rules[name]
            if name not in self._cooperatives:
                numbers.append((self._shared(name, rule, row).number, joined))
            elif row in self._cooperatives[name]:
                inner = self._cooperative(name, rule, row).inner
                numbers.extend(zip(inner, [side for _, side in with_joins(rule.inside() or [])], strict=True))
        return numbers

    def _order_by_row(self) -> list[Order]:
        orders = [self.purchasing.order] * len(self.places)
        for group in self.purchasing.groups:
            for row in rows_of(self.places, group.authorities, group.regions):
                orders[row] = group.order
        return orders

    def _members_of(self, chosen: Members) -> dict[int, str]:
        """Rows of the members with the label of the cooperative that each is in."""
        rows = rows_of(self.places, chosen.authorities, chosen.regions)
        if chosen.everybody():
            rows = list(range(len(self.places)))
        regional, joins = chosen.one_per == "region", who_joins(self.authorities, chosen.share)
        return {row: self.places[row].region if regional else "" for row in rows if joins[row]}

    def _shared(self, name: str, rule: PurchasingRule, row: int) -> Arrangement:
        """The arrangement of this name that an authority shares with others of its scope and the same order."""
        scope = scope_of(rule)
        label = {"authority": self.places[row].code, "region": self.places[row].region, "england": ""}[scope]
        if (name, label, rule.name) in self.used:
            return self._made[name, label, rule.name]
        members = [row] if scope == "authority" else self._users(name, label)
        return self._make(name, rule, label, members)

    def _users(self, name: str, region: str) -> list[int]:
        """Authorities whose order names an arrangement, in one region or (no region) everywhere."""
        named = (row for row, order in enumerate(self._orders) if name in flat(order))
        return [row for row in named if not region or self.places[row].region == region]

    def _cooperative(self, name: str, rule: PurchasingRule, row: int) -> Arrangement:
        """The cooperative that an authority is in, with the arrangements made for all its members."""
        label = self._cooperatives[name][row]
        members = [other for other, region in self._cooperatives[name].items() if region == label]
        whole = self._make(name, rule, label, members)
        if not whole.inner:
            for inner_name in flat(rule.inside() or []):
                inner_rule = self.rules[inner_name]
                inner = self._make(inner_name, inner_rule, f"{name} {label}", members, whole)
                whole.inner.append(inner.number)
        return whole

    def _make(
        self, name: str, rule: PurchasingRule, label: str, members: list[int], whole: Arrangement | None = None
    ) -> Arrangement:
        identity = (name, label, rule.name)
        made = self._made.get(identity)
        if made is not None and identity not in self.used:
            self._go_on(made, rule, members, whole)
        self.used.add(identity)
        if made is None:
            codes = " ".join(self.places[row].code for row in members)
            shares = np.full(len(members), 1 / max(len(members), 1)) if whole is None else whole.shares
            made = Arrangement(
                number=len(self.arrangements),
                name=name,
                label=label,
                route=rule.name if whole is None else whole.route,
                rule=rule,
                key=name_key(f"{name} of {codes}") >> 1,
                members=np.array(members, dtype=np.int64),
                shares=shares,
                cooperative=None if whole is None else whole.number,
            )
            if whole is not None:
                made.leavers = whole.leavers
            self._made[identity] = made
            self.arrangements.append(made)
            self.changed.append(made)
        return made

    def _go_on(self, made: Arrangement, rule: PurchasingRule, members: list[int], whole: Arrangement | None) -> None:
        """An arrangement from before, with its terms and members of now."""
        if made.rule != rule or made.members.tolist() != members:
            self.changed.append(made)
        made.joined = np.zeros(0, dtype=np.int64)
        if made.members.tolist() != members:
            _change_members(made, np.array(members, dtype=np.int64))
        if whole is not None:
            made.shares, made.leavers = whole.shares, whole.leavers
        made.rule, made.inner = rule, []
        made.cooperative = None if whole is None else whole.number


def _change_members(made: Arrangement, members: Ints) -> None:
    """Who comes is noted, and who leaves with the share that it had of all that was owed."""
    left = ~np.isin(made.members, members)
    if made.cooperative is None:
        made.leavers.keep(~np.isin(made.leavers.rows, members))
        borne_by_members = 1 - float(made.leavers.share.sum())
        made.leavers.add(made.members[left], made.shares[left] * borne_by_members)
    made.joined = members[~np.isin(members, made.members)]
    made.members, made.shares = members, np.full(len(members), 1 / max(len(members), 1))
