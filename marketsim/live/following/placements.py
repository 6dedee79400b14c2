"""A placement in words: where it is, and how its fee was made."""

from __future__ import annotations

from typing import Any

from marketsim.live.following import wording
from marketsim.market.children import PLACED, UNREGISTERED
from marketsim.market.market import Market
from marketsim.week import providers
from marketsim.week.placing.reasons import Request


def from_to(one: float, other: float) -> str:
    """From one weekly fee to another: "4,850 to 5,010 GBP a week"."""
    return f"{one:,.0f} to {wording.weekly(other)}"


def made_of(market: Market, row: int, chosen: Request) -> dict[str, Any]:
    """How a fee was made (GBP/week): the home's offer, what was agreed on top and why, and what is for the child alone;
    and what the home asked on the spot."""
    children = market.children
    agreed, without_rival = chosen.agreed or (chosen.fee, chosen.fee)
    total, own = float(children.fee[row]), float(children.extra_fee[row])
    beside, on_top = float(children.beside_fee[row]), agreed - chosen.fee
    rival = agreed > without_rival
    said = [f"The fee is {wording.weekly(total)}: the home offered a place for {wording.pounds(chosen.fee)}"]
    if on_top > 0:
        why = "because another authority wanted the place too" if rival else "in bargaining"
        said.append(f"{wording.pounds(on_top)} came on top {why}")
    if own > 0:
        said.append(f"{wording.pounds(own)} are for what she needs for herself")
    if beside > 0:
        said.append(f"beside the fee {wording.pounds(beside)} keep the place next to her empty")
    return {
        "words": "; ".join(said) + ".",
        "total_gbp_per_week": round(total, 2),
        "asked_on_the_spot_gbp_per_week": round(float(children.asked_fee[row]), 2),
        "offered_gbp_per_week": round(chosen.fee, 2),
        "on_top_gbp_per_week": round(on_top, 2),
        "bid_up": rival,
        "own_staff_gbp_per_week": round(own, 2),
        "empty_place_beside_gbp_per_week": round(beside, 2),
    }


def weekly_cost(market: Market, row: int) -> float:
    """What a child costs her authority a week, in a home or in the last resort (GBP)."""
    children = market.children
    if children.state[row] == PLACED:
        return float(children.fee[row] + children.beside_fee[row])
    if children.state[row] == UNREGISTERED:
        return float(providers.way_out(market)[children.care[row]])
    return 0.0


def out_of_area(market: Market, row: int) -> bool:
    """Whether a child lives outside the area of her authority."""
    return bool(market.homes.authority[market.children.home[row]] != market.children.authority[row])


def home_words(market: Market, home: int) -> str:
    """A home, who runs it and where it is."""
    homes = market.homes
    run_by = wording.provider(market, int(homes.provider[home]))
    return f"home {home} of {run_by} in {wording.area(market, int(homes.authority[home]))}"
