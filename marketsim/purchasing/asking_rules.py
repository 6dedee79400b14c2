"""The one way to ask a rule: whatever is wrong with its answer is one line with its file and hook.

Rules can be files of users. A home that isn't there or a fee that is no number would end up in compiled code, which
looks at nothing twice; so what a rule says, and what it has written, is checked here.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np
from numpy.typing import NDArray

from marketsim.core.columns import Bools, Floats, Ints, only_read
from marketsim.market.children import OPEN_PLACE
from marketsim.market.homes import NewHomes
from marketsim.market.market import Market
from marketsim.purchasing.rule import Arrangement, Dues, Lots, Members, PurchasingRule, Reach, Scope, Together
from marketsim.scenario.errors import ScenarioError, displayed, shown
from marketsim.scenario.levers import guarded, is_ours

SETTLING = ("start", "change", "take_on", "review")  # the hooks that may hold places
LIMIT = 1e9  # GBP: what no fee and no week's dues come near


def ask(rule: PurchasingRule, hook: str, *about: Any) -> Any:
    """What a hook of a rule says; ScenarioError, one line, for whatever goes wrong in a user's (an exit too).

    A user's rule can only read the market: what it writes there would be believed by all others. In the hooks that
    settle an arrangement it may hold places, and those of children.
    """

    def call() -> Any:
        with only_read(_closed_to(rule, hook, about)):
            return getattr(rule, hook)(*about)

    return guarded(type(rule), hook, call)


def _closed_to(rule: PurchasingRule, hook: str, about: Sequence[Any]) -> list[NDArray[Any]]:
    """What of the market a hook must not write; nothing for rules of the package."""
    if not about or not isinstance(about[0], Market) or is_ours(type(rule)):
        return []
    market: Market = about[0]
    areas = [column for column in vars(market.authorities).values() if isinstance(column, np.ndarray)]
    closed = [*areas, market.quotes, market.costs, *market.homes.arrays(), *market.records.arrays()]
    return closed if hook in SETTLING else closed + market.children.arrays() + market.holdings.arrays()


def scope_of(rule: PurchasingRule) -> Scope:
    """For whom one arrangement is made."""
    said = ask(rule, "scope")
    if said not in get_args(Scope):
        raise fault(rule, "scope", f"returned {said!r}; allowed are {', '.join(get_args(Scope))}")
    return cast(Scope, said)


def members_of(rule: PurchasingRule) -> Members | None:
    """Who buys as one under a rule; None if it isn't such a rule."""
    said = ask(rule, "joined_by")
    if not (said is None or isinstance(said, Members)):
        raise fault(rule, "joined_by", f"returned {type(said).__name__}, not Members")
    return said


def reach_of(rule: PurchasingRule) -> Reach:
    """How far a search goes and how much it accepts."""
    said = ask(rule, "reach")
    if not isinstance(said, Reach):
        raise fault(rule, "reach", f"returned {type(said).__name__}, not Reach")
    limit = 0.0 if said.fee_limit_at_first is None else said.fee_limit_at_first
    check_numbers(rule, "reach", [said.miles_at_first, said.miles_at_last, limit], "miles and limits")
    return said


def lots_of(market: Market, together: Together) -> Lots:
    """The lots of arrangements under one rule."""
    rule = together.rule
    hook = "lots_of_all" if rule.has("lots_of_all") else "lots"
    said = ask(rule, "lots_of_all", market, together)
    if not isinstance(said, Lots):
        raise fault(rule, hook, f"returned {type(said).__name__}, not Lots")
    try:
        _check_lots(market, said, len(together))
    except (ValueError, TypeError) as error:
        raise fault(rule, hook, str(error)) from None
    return said


def homes_wanted(market: Market, arrangement: Arrangement) -> NewHomes | None:
    """The homes that are to open because of an arrangement."""
    rule, hook = arrangement.rule, "homes_wanted"
    said = ask(rule, hook, market, arrangement)
    if not (said is None or isinstance(said, NewHomes)):
        raise fault(rule, hook, f"returned {type(said).__name__}, not NewHomes or None")
    try:
        if said is not None:
            said.check(len(market.authorities), int(market.homes.provider.max(initial=-1)) + 1)
    except ValueError as error:
        raise fault(rule, hook, str(error)) from None
    return said


def settle(market: Market, arrangement: Arrangement, hook: str, *about: Ints) -> bool:
    """Let a rule `start`, `change`, `take_on` or `review` an arrangement, and check what it has written; True if lots
    changed."""
    rule = arrangement.rule
    changed = ask(rule, hook, market, arrangement, *about)
    if not (changed is None or isinstance(changed, bool | np.bool_)):
        raise fault(rule, hook, f"returned {shown(changed)}; expected True if lots have changed, else False")
    shares = np.asarray(arrangement.shares)
    check_numbers(rule, hook, shares, "shares")
    if shares.shape != arrangement.members.shape or abs(shares.sum() - 1) > 1e-6:
        raise fault(rule, hook, f"left shares that don't add up to 1 over {len(arrangement.members)} members")
    panel = np.asarray(arrangement.on_panel)
    if panel.dtype != np.bool_ or panel.ndim != 1 or len(panel) > len(market.homes):
        raise fault(rule, hook, "left a panel that isn't true or false by home")
    check_numbers(rule, hook, arrangement.ceilings, "ceilings")
    _check_holdings(market, rule, hook)
    return bool(changed)


def next_review_of(market: Market, arrangement: Arrangement) -> int:
    """The week before which no other review is needed."""
    said = ask(arrangement.rule, "next_review", market, arrangement)
    if not isinstance(said, int | np.integer) or said <= market.week:
        words = f"returned {said!r}, which is not a week after {market.week}"
        raise fault(arrangement.rule, "next_review", words)
    return int(said)


def uplift_of(market: Market, arrangement: Arrangement) -> Floats:
    """By how much the fees of running placements rise this April, by authority (share)."""
    rule, hook = arrangement.rule, "uplift_within_stays"
    said = ask(rule, hook, market, arrangement)
    check_numbers(rule, hook, said, "rises")
    if np.shape(said) not in ((), (len(market.authorities),)):
        raise fault(rule, hook, f"expected one rise, or one for each of {len(market.authorities)} authorities")
    return np.broadcast_to(np.asarray(said, dtype=np.float64), len(market.authorities))


def uplift_of_held(market: Market, arrangement: Arrangement) -> float:
    """By how much the agreed fees of held places rise this April (share)."""
    rule, hook = arrangement.rule, "uplift_of_held"
    said = ask(rule, hook, market, arrangement)
    check_numbers(rule, hook, said, "the rise")
    if np.shape(said) != ():
        raise fault(rule, hook, "expected one rise")
    return float(said)


def dues_of(market: Market, arrangement: Arrangement) -> Dues:
    """What the members owe this week besides fees and retainers."""
    rule = arrangement.rule
    said = ask(rule, "owes", market, arrangement) or Dues()
    if not isinstance(said, Dues):
        raise fault(rule, "owes", f"returned {type(said).__name__}, not Dues")
    check_numbers(rule, "owes", [said.office], "the office")
    check_numbers(rule, "owes", [said.from_outside], "what is paid from outside")
    if said.homes is not None:
        check_numbers(rule, "owes", said.homes, "what homes get", len(market.homes))
    return said


def handed_back(market: Market, arrangement: Arrangement, left: Floats) -> Floats:
    """What homes hand back to the members this week (GBP by home), of what is left to each."""
    said = ask(arrangement.rule, "shares_in", market, arrangement, left)
    back = np.zeros(len(market.homes)) if said is None else said
    check_numbers(arrangement.rule, "shares_in", back, "what is handed back", len(market.homes), signed=True)
    return np.asarray(back, dtype=np.float64)


def children_for(market: Market, rule: PurchasingRule, rows: Ints) -> Bools | None:
    """Which of the searching children a rule is for; None: all."""
    said = ask(rule, "for_children", market, rows)
    return None if said is None else true_or_false(rule, "for_children", said, len(rows), "children")


def fees_at_start(market: Market, arrangement: Arrangement, home: Ints, band: Ints) -> Floats:
    """What is paid (GBP/week) for the children who live in some homes when the run begins."""
    rule = arrangement.rule
    fee = ask(rule, "fee_at_start", market, arrangement, home, band)
    check_numbers(rule, "fee_at_start", fee, "fees")
    if np.shape(fee) != np.shape(home):
        raise fault(rule, "fee_at_start", f"expected a fee for each of {len(home)} children")
    return np.asarray(fee, dtype=np.float64)


def _check_lots(market: Market, lots: Lots, arrangements: int) -> None:
    """Raises ValueError for the first thing that is wrong with a table of lots."""
    count = len(lots.home)
    shapes = {"home": (count,), "holding": (count,), "fee": (count, 3), "eager": (count, 3), "number": (arrangements,)}
    for name, shape in shapes.items():
        column = getattr(lots, name)
        kinds = "f" if len(shape) == 2 else "iu"
        if not isinstance(column, np.ndarray) or column.dtype.kind not in kinds or column.shape != shape:
            raise ValueError(f"{name}: expected {'numbers' if kinds == 'f' else 'whole numbers'} of shape {shape}")
    _check_rows("home", lots.home, 0, len(market.homes))
    _check_rows("holding", lots.holding, OPEN_PLACE, len(market.holdings))
    held = lots.holding != OPEN_PLACE
    if (market.holdings.home[lots.holding[held]] != lots.home[held]).any():
        raise ValueError("holding: lies in another home")
    if (lots.number < 0).any() or lots.number.sum() != count:
        raise ValueError(f"number: adds up to {lots.number.sum()}, but there are {count} lots")
    for name, most in (("fee", LIMIT), ("eager", 1.0), ("least_acceptance", 1.0)):
        _check_within(name, getattr(lots, name), most)


def _check_rows(name: str, rows: Any, least: int, count: int) -> None:
    if rows.min(initial=least) < least or rows.max(initial=least) >= max(count, least + 1):
        wrong = (rows < least) | (rows >= count)
        raise ValueError(f"{name}: {rows[wrong][0]} is not there; rows go from 0 to {count - 1}")


def _check_within(name: str, values: Any, most: float) -> None:
    if not (values.min(initial=0.0) >= 0 and values.max(initial=0.0) <= most):  # so are no numbers
        wrong = ~((values >= 0) & (values <= most))
        raise ValueError(f"{name}: {values[wrong][0]:g} is not from 0 to {most:g}")


def _check_holdings(market: Market, rule: PurchasingRule, hook: str) -> None:
    """What is held lies in homes that there are, and money and places are numbers."""
    holdings = market.holdings
    try:
        _check_rows("holdings.home", holdings.home, 0, len(market.homes))
        for name in ("places", "used", "fee", "retainer"):
            _check_within(f"holdings.{name}", getattr(holdings, name), LIMIT)
    except ValueError as error:
        raise fault(rule, hook, str(error)) from None


def check_numbers(
    rule: PurchasingRule, hook: str, values: Any, what: str, count: int | None = None, of: str = "homes",
    signed: bool = False,
) -> None:  # fmt: skip
    """Finite numbers from 0 up (`signed`: below 0 too), `count` of them."""
    try:
        numbers = np.asarray(values, dtype=np.float64)
        _check_within(what, np.atleast_1d(np.abs(numbers) if signed else numbers), LIMIT)
    except (TypeError, ValueError) as error:
        raise fault(rule, hook, str(error)) from None
    if count is not None and numbers.shape != (count,):
        raise fault(rule, hook, f"{what}: expected a value for each of {count} {of}")


def true_or_false(rule: PurchasingRule, hook: str, said: Any, count: int, of: str) -> Bools:
    """What was said, if it is true or false for each of so many; ScenarioError if not."""
    if not isinstance(said, np.ndarray) or said.dtype != np.bool_ or said.shape != (count,):
        raise fault(rule, hook, f"expected true or false for each of {count} {of}")
    return said


def fault(rule: PurchasingRule, hook: str, words: str) -> ScenarioError:
    """A fault in what a rule says, in one line with its file and hook."""
    return ScenarioError(f"{hook}: {words}", displayed(Path(inspect.getfile(type(rule)))))
