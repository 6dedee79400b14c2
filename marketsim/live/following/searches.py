"""A child's search for a home in words: how many homes were asked, what they answered, and those that matter most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from marketsim.live.following import wording
from marketsim.market.market import Market
from marketsim.purchasing.rule import Arrangement
from marketsim.week import buying
from marketsim.week.placing.reasons import Answer, Request, counted

LISTED = 12  # homes told one by one
Told = dict[str, Any]


def told(market: Market, arrangements: list[Arrangement], row: int, requests: Sequence[Request]) -> Told:
    """One week's search of the child in a row of the columns. A home counts once for each route on which it is
    asked, but in `homes_asked` and `homes_offering` once."""
    asked = [request for request in requests if request.asked]
    offers = [request for request in asked if request.answer.offered]
    return {
        "asked": len(asked),
        "offers": len(offers),
        "homes_asked": _homes(asked),
        "homes_offering": _homes(offers),
        "answers": _counted(asked),
        "not_asked": _counted([request for request in requests if not request.asked]),
        "homes": [_home(market, arrangements, row, request) for request in _that_matter(asked)],
    }


def sentence(told: Told) -> str:
    """The same in a sentence."""
    asked, offers = told["homes_asked"], told["homes_offering"]
    if asked == 0:
        return "No home with a free place could be asked."
    offered = "none offered a place" if offers == 0 else f"{offers} offered a place"
    return f"{wording.many(asked, 'home')} asked, {offered}."


def _homes(requests: Sequence[Request]) -> int:
    return len({request.home for request in requests})


def _counted(requests: Sequence[Request]) -> list[Told]:
    return [{"words": answer.value, "times": number} for answer, number in counted(requests).items()]


def _that_matter(asked: Sequence[Request]) -> list[Request]:
    """The home chosen, then the other offers, then those that said no, the nearest first."""

    def order(request: Request) -> tuple[bool, bool, float]:
        return request.answer is not Answer.CHOSEN, not request.answer.offered, request.miles

    return sorted(asked, key=order)[:LISTED]


def _home(market: Market, arrangements: list[Arrangement], row: int, request: Request) -> Told:
    """One home's answer; the fee is what it offers, with the staff that the child needs for herself."""
    homes, home = market.homes, request.home
    own_staff = buying.own_staff(market, np.array([home]), market.children.care[[row]])[0]
    fee = request.fee + float(own_staff) if request.answer.offered else None
    return {
        "home": home,
        "provider": wording.provider(market, int(homes.provider[home])),
        "host_area": wording.area(market, int(homes.authority[home])),
        "miles": round(request.miles, 1),
        "route": wording.route(arrangements, request.route),
        "answer": request.answer.value,
        "fee": None if fee is None else wording.weekly(fee),
    }
