"""The one way to ask a rule by which members buy as one; answers are checked as in `asking_rules`."""

from __future__ import annotations

from typing import Literal

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.market.market import Market
from marketsim.purchasing.asking_rules import (
    ask,
    check_numbers,
    fault,
    reach_of,
    true_or_false,
    uplift_of,
    uplift_of_held,
)
from marketsim.purchasing.rule import Arrangement, PurchasingRule
from marketsim.scenario.errors import shown

PENNY = 1e-6  # of the largest amount, by which sums may differ by rounding


def bypass_of(market: Market, arrangement: Arrangement, urgency: Floats) -> Floats:
    """The chance that a member goes round the whole, for each search (0-1), what scarcity erodes included."""
    rule = arrangement.rule
    said = ask(rule, "bypass_chance", urgency)
    check_numbers(rule, "bypass_chance", said, "chances")
    if np.shape(said) != urgency.shape:
        raise fault(rule, "bypass_chance", f"expected a chance for each of {len(urgency)} searches")
    chance = np.asarray(said, dtype=np.float64)
    if not rule.has("erosion"):
        return chance
    eroded = ask(rule, "erosion", market, arrangement)
    check_numbers(rule, "erosion", eroded, "the share eroded")
    if np.shape(eroded) != ():
        raise fault(rule, "erosion", "expected one share")
    return np.asarray(chance + (1 - chance) * min(float(eroded), 1.0))


def searches_of_whole(
    market: Market, rule: PurchasingRule, hook: Literal["decides_later", "compares"], rows: Ints
) -> Bools | None:  # fmt: skip
    """For which of the searching children (rows) members decide later, or compare; None: for none."""
    said = ask(rule, hook, market, rows) if rule.has(hook) else None
    return None if said is None else true_or_false(rule, hook, said, len(rows), "children")


def farthest_of(market: Market, rule: PurchasingRule, rows: Ints) -> Floats | None:
    """How far from home (miles) each of the searching children (rows) may live; None: no limit."""
    said = ask(rule, "miles_at_most", market, rows)
    if said is None:
        return None
    check_numbers(rule, "miles_at_most", said, "miles", len(rows), "children")
    return np.asarray(said, dtype=np.float64)


def keeps_for_own(market: Market, arrangement: Arrangement) -> Bools | None:
    """Which homes' open places are for children of the home's own authority this week; None: of no homes."""
    rule, hook = arrangement.rule, "keeps_for_own"
    said = ask(rule, hook, market, arrangement)
    return None if said is None else true_or_false(rule, hook, said, len(market.homes), "homes")


def rise_asked(market: Market, inner: Arrangement) -> float:
    """By how much fees agreed in an arrangement would rise this April (share); 0 where none are agreed for all."""
    hooks = [hook for hook in ("uplift_of_held", "uplift_within_stays") if inner.rule.has(hook)]
    if not hooks or reach_of(inner.rule).fee_limit_at_first is not None:
        return 0.0  # on the spot nothing is agreed
    return uplift_of_held(market, inner) if hooks[0] == "uplift_of_held" else float(uplift_of(market, inner).max())


def agreed_by_all(market: Market, whole: Arrangement, inner: Arrangement, rise: float) -> bool:
    """Whether those who buy as one agree to a rise of the fees of an arrangement inside."""
    said = ask(whole.rule, "agrees", market, whole, inner, rise)
    if not isinstance(said, bool | np.bool_):
        raise fault(whole.rule, "agrees", f"returned {shown(said)}; expected True or False")
    return bool(said)


def settled(market: Market, arrangement: Arrangement) -> Floats:
    """What authorities pay one another this week (GBP by authority)."""
    said = ask(arrangement.rule, "settles", market, arrangement)
    pounds = np.zeros(len(market.authorities)) if said is None else said
    check_numbers(arrangement.rule, "settles", pounds, "what is paid", len(market.authorities), "authorities", True)
    if abs(float(np.sum(pounds))) > PENNY * max(float(np.abs(pounds).max(initial=0.0)), 1.0):
        raise fault(arrangement.rule, "settles", f"what is paid adds up to {float(np.sum(pounds)):g}, not to 0")
    return np.asarray(pounds, dtype=np.float64)
