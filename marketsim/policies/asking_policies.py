"""The one way to ask policies: what all that are in force say together, each answer checked.

Policies can be files of users; whatever is wrong with what one says is one line with its file and hook. Where no policy
has a hook, asking it gives the value at which nothing changes, and costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from marketsim.core.columns import Bools, Floats, Ints, only_read
from marketsim.core.streams import name_key
from marketsim.market.authorities import Authorities
from marketsim.market.children import BANDS, NOBODY, Newcomers
from marketsim.market.fit import NEEDS
from marketsim.market.homes import SECTORS, NewHomes
from marketsim.market.market import Market
from marketsim.policies.checking import (
    check_bools,
    check_floats,
    check_ints,
    check_placed,
    check_subset,
    check_table_of_bools,
    fault_of,
)
from marketsim.policies.policy import FeeLimits, InForce, Leaving, Policy, Restated, Spending, Takeovers
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.levers import Lever, guarded, is_ours
from marketsim.scenario.sections.world import Place, rows_of

LIMIT = 1e10  # GBP: what nothing here comes near
MOST_WEEKS = 5_200
MOST_FACTOR = 1_000.0
LEAST_ASKED = 0.01  # of what a home would ask otherwise: it is divided by


def put_in_force(
    policies: Mapping[str, Lever], authorities: Authorities, week: int, before: Sequence[InForce] = ()
) -> list[InForce]:
    """The policies of a scenario, in the order in which it names them; one that was in force `before` under this name
    and rule goes on with what it remembers. One that is named no longer goes on for nobody."""
    places = [
        Place(code, name, authorities.region_names[region])
        for code, name, region in zip(authorities.code, authorities.name, authorities.region, strict=True)
    ]
    known = {(on.name, on.policy.name): on for on in before}
    found = list(before)
    nobody = np.zeros(len(places), dtype=np.bool_)
    for gone in before:
        gone.member = nobody
    for name, policy in policies.items():
        one = cast(Policy, policy)
        if (name, one.name) not in known:
            key = name_key(f"{one.name} {name}") >> 1
            known[name, one.name] = InForce(name, len(found), key, one, nobody, week)
            found.append(known[name, one.name])
        on = known[name, one.name]
        on.policy, on.member = one, _members(one, places)
    return found


def check_possible(market: Market, policies: Mapping[str, Lever]) -> None:
    """Raises ScenarioError at the first policy that can't be in force in a market."""
    for name, lever in policies.items():
        words = guarded(type(lever), "impossible", partial(cast(Policy, lever).impossible, market))
        if words:
            raise ScenarioError(str(words), f"policies.{name}:")


def _members(policy: Policy, places: Sequence[Place]) -> Bools:
    member = np.full(len(places), policy.active and not (policy.authorities or policy.regions))
    if policy.active and (policy.authorities or policy.regions):
        member[rows_of(places, policy.authorities, policy.regions)] = True
    return member


def more_needs(market: Market) -> Floats | float:
    """By authority the factor on new needs."""
    return _product(market, "more_needs", (len(market.authorities),))


def needing_a_home(market: Market, newcomers: Newcomers) -> Newcomers:
    """The newcomers who need a home: each policy is shown those whom the ones before it left."""
    for on, ask in _asked(market, "needs_no_home"):
        avoided = ask(newcomers)
        if avoided is not None:
            check_bools(on, "needs_no_home", avoided, len(newcomers.key))
            newcomers = Newcomers._make(column[~avoided] for column in newcomers)
    return newcomers


def prepared(market: Market, rows: Ints) -> Ints:
    """Of the children who wait as emergencies those for whom there is time now."""
    found = np.zeros(0, dtype=np.int64)
    for on, ask in _asked(market, "prepares"):
        said = ask(np.setdiff1d(rows, found))
        if said is not None:
            check_subset(on, "prepares", said, rows)
            found = np.union1d(found, said)
    return found


def leaving(market: Market) -> Leaving:
    """Children who leave their homes, each once."""
    rows, weeks = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    for on, ask in _asked(market, "leaves"):
        said = ask()
        if said is not None:
            if not isinstance(said, Leaving):
                raise fault_of(on, "leaves", f"returned {type(said).__name__}, not Leaving")
            check_placed(market, on, "leaves", said.rows)
            check_ints(on, "leaves", said.weeks, len(said.rows), 0, MOST_WEEKS)
            new = ~np.isin(said.rows, rows)
            rows, weeks = np.append(rows, said.rows[new]), np.append(weeks, said.weeks[new])
    return Leaving(rows, weeks)


def looking_nearer(market: Market) -> Ints:
    """Placed children for whom a home in their area is looked for."""
    found = np.zeros(0, dtype=np.int64)
    for on, ask in _asked(market, "looks_nearer"):
        said = ask()
        if said is not None:
            check_placed(market, on, "looks_nearer", said)
            found = np.union1d(found, said)
    return found


def within_area(market: Market, rows: Ints) -> Bools:
    """Which of the searching children are only to be placed in their area."""
    return _any(market, "within_area", rows)


def breakdown_factor(market: Market, rows: Ints) -> Floats | float:
    """By child the factor on the chance that a placement breaks down."""
    return _product(market, "breakdown_factor", (len(rows),), rows)


def extra_weeks(market: Market, rows: Ints) -> Ints | int:
    """By child the weeks by which a planned end comes later."""
    total: Ints | int = 0
    for on, ask in _asked(market, "extra_weeks"):
        said = ask(rows)
        if said is not None:
            check_ints(on, "extra_weeks", said, len(rows), -MOST_WEEKS, MOST_WEEKS)
            total = total + said
    return total


def kept(market: Market, rows: Ints) -> Bools:
    """Which of the children whom providers would hand back they may not."""
    return _any(market, "keeps", rows)


def notice_weeks(market: Market, rows: Ints, usual: int) -> Ints:
    """By child who is handed back the weeks of notice: the most that is asked."""
    weeks = np.full(len(rows), usual, dtype=np.int64)
    for on, ask in _asked(market, "notice_weeks"):
        said = ask(rows)
        if said is not None:
            check_ints(on, "notice_weeks", said, len(rows), 0, MOST_WEEKS)
            weeks = np.maximum(weeks, said)
    return weeks


def limited_fees(market: Market, fees: Floats) -> Floats:
    """Fees by home and need band (GBP/week) within the limits of all policies; a most goes before a least."""
    for on, ask in _asked(market, "fee_limits"):
        fees = _within(on, "fee_limits", ask(), fees)
    return fees


def most_fees(market: Market) -> Floats:
    """The most by home and need band that may be agreed (GBP/week); of no homes where no policy limits fees."""
    if not _any_has(market, "fee_limits"):
        return np.zeros((0, len(BANDS)))
    return limited_fees(market, np.full((len(market.homes), len(BANDS)), np.inf))


def margin_on_own_staff(market: Market, usual: float) -> float:
    """What providers ask over what the staff of a child's own costs (share)."""
    for on, ask in _asked(market, "most_margin_on_own_staff"):
        said = ask() if on.member.all() else None
        if said is not None:
            check_floats(on, "most_margin_on_own_staff", said, (), MOST_FACTOR)
            usual = min(usual, float(said))
    return usual


def limited_fees_at(market: Market, cost: Floats, fees: Floats) -> Floats:
    """The same for new homes, one an area, of these running costs."""
    for on, ask in _asked(market, "fee_limits_at"):
        fees = _within(on, "fee_limits_at", ask(cost), fees[:, None])[:, 0]
    return fees


def _within(on: InForce, hook: str, said: Any, fees: Floats) -> Floats:
    if said is None:
        return fees
    if not isinstance(said, FeeLimits):
        raise fault_of(on, hook, f"returned {type(said).__name__}, not FeeLimits")
    least, most = (np.asarray(side, dtype=np.float64) for side in (said.least, said.most))
    try:
        if np.broadcast_shapes(least.shape, most.shape, fees.shape) != fees.shape:
            raise ValueError
    except ValueError:
        raise fault_of(on, hook, f"limits don't go with fees of shape {fees.shape}") from None
    if not ((least >= 0).all() and (least < LIMIT).all() and (most >= 0).all()):
        raise fault_of(on, hook, "limits are not amounts from 0 up")
    return np.minimum(np.maximum(fees, least), most)


def expected_fees(market: Market, expected: Floats) -> Floats:
    """What authorities reckon to pay (authorities, bands; GBP/week)."""
    for on, ask in _asked(market, "expected_fees"):
        said = ask(expected)
        if said is not None:
            check_floats(on, "expected_fees", said, expected.shape, LIMIT)
            expected = said
    return expected


def willingness(market: Market, rows: Ints) -> Floats | float:
    """By searching child the factor on the chance of an offer."""
    return _product(market, "willingness", (len(rows),), rows)


def asking_factor(market: Market) -> Floats | float:
    """By home the factor on what it asks on the spot."""
    return _product(market, "asking_factor", (len(market.homes),), least=LEAST_ASKED)


def answers(market: Market) -> Bools | None:
    """By home and need band whether it answers referrals; None where no policy says it."""
    found, shape = None, (len(market.homes), len(BANDS))
    for on, ask in _asked(market, "answers"):
        said = ask()
        if said is not None:
            check_table_of_bools(on, "answers", said, shape)
            found = said if found is None else found & said
    return found


def off_panels(market: Market) -> Bools:
    """Which homes are on no framework's panel."""
    found = np.zeros(len(market.homes), dtype=np.bool_)
    for on, ask in _asked(market, "off_panels"):
        said = ask()
        if said is not None:
            check_table_of_bools(on, "off_panels", said, found.shape)
            found = found | said
    return found


def openings(market: Market) -> Floats | float:
    """The factor on planned homes, by sector and area."""
    return _product(market, "openings", (len(SECTORS), len(market.authorities)))


def grants_for_homes(market: Market) -> Floats:
    """By area what is paid of a new private home's house and setting up (GBP)."""
    return _sum(market, "grants_for_homes", len(market.authorities))


def homes_wanted(market: Market) -> list[tuple[InForce, NewHomes]]:
    """Homes to be planned now, by policy."""
    found = []
    for on, ask in _asked(market, "homes_wanted"):
        said = ask()
        if said is not None:
            if not isinstance(said, NewHomes):
                raise fault_of(on, "homes_wanted", f"returned {type(said).__name__}, not NewHomes")
            try:
                said.check(len(market.authorities), int(market.homes.provider.max(initial=-1)) + 1)
            except ValueError as error:
                raise fault_of(on, "homes_wanted", str(error)) from None
            found.append((on, said))
    return found


def planning_weeks(market: Market, area: Ints) -> Ints | int:
    """For homes planned in some areas the weeks by which registration takes longer."""
    if not _any_has(market, "planning_weeks"):
        return 0
    return np.rint(_sum(market, "planning_weeks", len(market.authorities), -float(MOST_WEEKS))).astype(np.int64)[area]


def tell_opened(market: Market, homes: Ints, because: Ints) -> None:
    """Tell policies which homes have opened, and which of them each planned; `because` is by home the number of the
    policy, or NOBODY."""
    for on, ask in _asked(market, "opened"):
        ask(homes, because == on.number)


def kept_for(market: Market) -> Ints | None:
    """By home the authority (row) whose children alone may have open places, or NOBODY; None if no policy says any.
    Where policies differ the first one goes."""
    found = None
    for on, ask in _asked(market, "kept_for"):
        said = ask()
        if said is not None:
            check_ints(on, "kept_for", said, len(market.homes), NOBODY, len(market.authorities) - 1)
            found = said if found is None else np.where(found == NOBODY, said, found)
    return found


def managers(market: Market) -> float:
    """The factor on managers who become free."""
    factor = 1.0
    for on, ask in _asked(market, "managers"):
        said = ask()
        if said is not None:
            check_floats(on, "managers", said, (), MOST_FACTOR)
            factor *= float(said)
    return factor


def takeovers(market: Market) -> list[Takeovers]:
    """Homes that change hands this quarter."""
    found = []
    for on, ask in _asked(market, "takes_over"):
        said = ask()
        if said is not None:
            if not isinstance(said, Takeovers):
                raise fault_of(on, "takes_over", f"returned {type(said).__name__}, not Takeovers")
            check_ints(on, "takes_over", said.homes, None, 0, len(market.homes) - 1)
            check_ints(on, "takes_over", said.provider, len(said.homes), 0, int(market.homes.provider.max()))
            found.append(said)
    return found


def restatements(market: Market) -> list[Restated]:
    """Homes whose statements of purpose change this quarter."""
    found = []
    for on, ask in _asked(market, "restates"):
        said = ask()
        if said is not None:
            if not isinstance(said, Restated):
                raise fault_of(on, "restates", f"returned {type(said).__name__}, not Restated")
            check_ints(on, "restates", said.homes, None, 0, len(market.homes) - 1)
            check_ints(on, "restates", said.takes_needs, len(said.homes), 0, NEEDS - 1)
            found.append(said)
    return found


def spending(market: Market) -> list[Spending]:
    """What policies cost this week."""
    found = []
    for on, ask in _asked(market, "spends"):
        said = ask()
        if said is not None:
            if not isinstance(said, Spending):
                raise fault_of(on, "spends", f"returned {type(said).__name__}, not Spending")
            for amount in (said.running, said.capital, said.from_outside):
                if amount is not None:
                    check_floats(on, "spends", amount, (len(market.authorities),), LIMIT)
            if said.to_homes is not None:
                check_floats(on, "spends", said.to_homes, (len(market.homes),), LIMIT)
                if said.running is None or said.to_homes.sum() > said.running.sum() * (1 + 1e-9):
                    raise fault_of(on, "spends", "homes receive more than is paid")
            found.append(said)
    return found


def _any_has(market: Market, hook: str) -> bool:
    return any(on.policy.has(hook) for on in market.policies)


def _asked(market: Market, hook: str) -> Iterator[tuple[InForce, Any]]:
    """Each policy in force that has a hook, with the way to ask it; it can only read the market."""
    for on in market.policies:
        if on.policy.has(hook):
            yield on, _asking(market, on, hook)


def _asking(market: Market, on: InForce, hook: str) -> Any:
    def ask(*about: Any) -> Any:
        def call() -> Any:
            with only_read(_closed(market, on)):
                return getattr(on.policy, hook)(market, on, *about)

        return guarded(type(on.policy), hook, call)

    return ask


def _closed(market: Market, on: InForce) -> list[NDArray[Any]]:
    """What a user's policy must not write; nothing for those of the package."""
    if is_ours(type(on.policy)):
        return []
    areas = [column for column in vars(market.authorities).values() if isinstance(column, np.ndarray)]
    tables = (market.homes, market.children, market.holdings, market.records)
    return [*areas, market.quotes, market.costs, *(column for table in tables for column in table.arrays())]


def _product(
    market: Market, hook: str, shape: tuple[int, ...], *about: Any, least: float = 0.0
) -> Floats | float:  # fmt: skip
    factor: Floats | float = 1.0
    for on, ask in _asked(market, hook):
        said = ask(*about)
        if said is not None:
            check_floats(on, hook, said, shape, MOST_FACTOR, least)
            factor = factor * said
    return factor


def _sum(market: Market, hook: str, count: int, least: float = 0.0) -> Floats:
    total = np.zeros(count)
    for on, ask in _asked(market, hook):
        said = ask()
        if said is not None:
            check_floats(on, hook, said, (count,), LIMIT, least)
            total = total + said
    return total


def _any(market: Market, hook: str, rows: Ints) -> Bools:
    found = np.zeros(len(rows), dtype=np.bool_)
    for on, ask in _asked(market, hook):
        said = ask(rows)
        if said is not None:
            check_bools(on, hook, said, len(rows))
            found = found | said
    return found
