"""A planning clause: new homes get permission only for children of the authority in whose area they stand."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.streams import uniform
from marketsim.market.children import NOBODY, PLACED, UNREGISTERED, WAITING
from marketsim.market.homes import LOCAL_AUTHORITY, SECTORS
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, figure
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Share


class PlanningClause(Policy):
    """Independent homes that open in the members' areas serve one customer; who plans a home there reckons with the
    sales that are lost. Homes that are bound stay so when the clause is given up; homes of before never are."""

    name: ClassVar[str] = "planning_clause"
    single: ClassVar[bool] = True
    about: ClassVar[About] = About(
        tried="tried",
        who="one council with two districts, legally validated, two homes so far; elsewhere providers stopped opening",
        claimed="local places and open talks on cost; or no new homes, and none by need",
        sure="both come out: where an authority sends most of its children away nothing is lost, where homes live on "
        "others' children hardly any opens. How far lost sales deter is assumed",
        rows=("A36", "Q38", "Q39"),
    )
    inert: ClassVar[dict[str, object]] = {"share_bound": 0.0}
    policy: Literal["planning_clause"] = "planning_clause"
    share_bound: Share = figure(
        1.0, "share of the new homes that are bound (others open without permission or on other terms)"
    )
    deterred: Share = figure(1.0, "share by which fewer homes are planned per share of sales that a home would lose")

    def openings(self, market: Market, on: InForce) -> Floats:
        """Fewer independent homes where the authority's own children are fewer than those whom homes there live on."""
        factor = np.ones((len(SECTORS), len(on.member)))
        fewer = self.share_bound * self.deterred * _lost_sales(market)
        factor[:LOCAL_AUTHORITY, on.member] = factor[LOCAL_AUTHORITY + 1 :, on.member] = 1 - fewer[on.member]
        return factor

    def opened(self, market: Market, on: InForce, homes: Ints, planned: Bools) -> None:
        """Independent homes that open are bound, by luck of the home."""
        columns = market.homes
        bound = on.member[columns.authority[homes]] & (columns.sector[homes] != LOCAL_AUTHORITY)
        bound &= uniform(market.seed, "bound by a planning clause", columns.key[homes]) < self.share_bound
        if bound.any():
            on.memory["bound"] = np.append(on.memory.get("bound", np.zeros(0, dtype=np.int64)), homes[bound])

    def kept_for(self, market: Market, on: InForce) -> Ints | None:
        """Each bound home for the authority of its area."""
        bound = on.memory.get("bound")
        if bound is None:
            return None
        kept = np.full(len(market.homes), NOBODY)
        kept[bound] = market.homes.authority[bound]
        return kept


def _lost_sales(market: Market) -> Floats:
    """By area the share of the children whom its independent homes serve now that they could not if only children of
    its authority came, all of them who need a home and may live there."""
    children, homes, areas = market.children, market.homes, len(market.authorities)
    independent = homes.sector != LOCAL_AUTHORITY
    served = np.bincount(homes.authority[independent], weights=homes.occupied[independent], minlength=areas)
    searching = (children.state == WAITING) | (children.state == UNREGISTERED)
    bought = (children.state == PLACED) & independent[children.home]
    own = np.bincount(children.authority[(searching | bought) & ~children.away], minlength=areas)
    return np.asarray(1 - np.minimum(own, served) / np.maximum(served, 1)) * (served > 0)
