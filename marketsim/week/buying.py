"""The week's purchases: who searches, is placed, and what an award or its absence brings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints, Keys
from marketsim.market import costs, matching
from marketsim.market.children import MOVED_ON, NOBODY, OPEN_PLACE
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.market.market import Market
from marketsim.policies import asking_policies
from marketsim.purchasing import asking_wholes
from marketsim.purchasing.orders import Orders
from marketsim.week import moving, providers
from marketsim.week.commissioners import Memory
from marketsim.week.placing.panels import PanelBook
from marketsim.week.placing.place import place
from marketsim.week.placing.tables import Awards, Geography, Panels, Placing, Searches, Tastes
from marketsim.week.searching import Seeking, searches_of, seek
from marketsim.week.stays import StayTable


class Answers(NamedTuple):
    """What contracts answered in a week: the `child` (key) and `authority` of each search, and by search and stage the
    `arrangement`, whether it was `asked` for a place that it holds empty, and whether it `offered` one."""

    child: Keys
    authority: Ints
    arrangement: Ints
    asked: Bools
    offered: Bools

    @classmethod
    def none(cls) -> Answers:
        """Nobody has looked for anything yet."""
        nobody, nothing = np.zeros((0, 1), dtype=np.int64), np.zeros((0, 1), dtype=np.bool_)
        return cls(nobody[:, 0].astype(np.uint64), nobody[:, 0], nobody, nothing, nothing)


class Observer(Protocol):
    """Somebody who looks on while authorities buy, and changes nothing."""

    def answered(self, market: Market, rows: Ints, placing: Placing, awards: Awards) -> None:
        """Homes have answered the searches of the children in `rows`, and who gets what is known; nobody has moved yet,
        so that `placing` is still what the homes were asked with. To be read only."""

    def bought(self, market: Market) -> None:
        """The week's purchases are over: homes, fees and what is held are as they will be paid for."""


@dataclass
class Shop:
    """Where and how authorities buy: through which arrangements in what order, from which panels, how far areas lie
    apart, and how long stays last; and who looks on."""

    orders: Orders
    book: PanelBook
    geography: Geography
    stays: StayTable
    asked: tuple[Ints, Ints, Ints] | None = None  # this week's searches: rows of children, referrals, offers
    answers: Answers = field(default_factory=Answers.none)
    observers: list[Observer] = field(default_factory=list)


def buy_for_all(market: Market, shop: Shop, memory: Memory) -> Ints:
    """Search for all whose turn it is, move those with an award into their homes, and count what happened; of the
    others those whose deadline is past go to the last resort. Returns the rows of those whose need ends with it at
    once."""
    keep_places(market, shop.orders)
    unplaced = buy(market, shop, memory, seek(market, memory.unplaced))
    bring_nearer(market, shop)
    leaving = moving.give_up(market, unplaced)
    for observer in shop.observers:
        observer.bought(market)
    return leaving


def keep_places(market: Market, orders: Orders) -> None:
    """Open places that policies keep for the children of one authority, and cooperatives for those of the owner."""
    homes, kept = market.homes, asking_policies.kept_for(market)
    homes.kept_for[:] = 0 if kept is None else kept + 1
    for number, cooperative in orders.cooperatives:
        if cooperative.has("keeps_for_own"):
            own = asking_wholes.keeps_for_own(market, orders.arrangements[number])
            if own is not None:
                homes.kept_for[:] = np.where(own & (homes.kept_for == 0), homes.authority + 1, homes.kept_for)


def bring_nearer(market: Market, shop: Shop) -> None:
    """Children for whom a home in their area is looked for move there if one is left that takes them."""
    looking = asking_policies.looking_nearer(market)
    if len(looking) == 0:
        return
    children, count = market.children, len(looking)
    willing = providers.willingness(market.scenario.providers, children.score[looking], children.breakdowns[looking])
    answered = (market.week - children.since[looking]) // market.scenario.commissioning.answer_weeks
    seeking = Seeking(looking, answered, np.zeros(count), willing).in_order(children)
    rows, free = seeking.rows, _free_places(market)
    searches = _searches(market, shop, seeking)
    searches = searches._replace(own_area_only=np.ones(count, dtype=np.bool_))
    panels, awards = _place(market, shop, rows, searches, free)
    won = awards.lot != NOBODY
    moved = rows[won]
    ends, why = children.end_week[moved], children.ends_by[moved]
    moving.move_out(market, moved, MOVED_ON)
    children.set(moved, since=market.week)
    _settle(market, shop, moved, panels, Awards(*(column[won] for column in awards)), free)
    children.set(moved, end_week=ends, ends_by=why)  # what it needs, and for how long, hasn't changed
    market.holdings.run_off()


def buy(market: Market, shop: Shop, memory: Memory, seeking: Seeking) -> Ints:
    """The same for those who are `seeking`; returns the rows of those without an award."""
    seeking = seeking.in_order(market.children)
    rows, searches = seeking.rows, _searches(market, shop, seeking)
    area, tried = searches.authority, searches.routes
    free = _free_places(market)
    panels, awards = _place(market, shop, rows, searches, free)
    shop.asked = rows, awards.referrals, awards.offers
    shop.answers = Answers(market.children.key[rows], area, tried, awards.contracts_asked, awards.contracts_offered)
    won = awards.lot != NOBODY
    _settle(market, shop, rows[won], panels, Awards(*(column[won] for column in awards)), free)
    _see_fees(market, rows[won], memory)
    return np.asarray(rows[~won])


def _searches(market: Market, shop: Shop, seeking: Seeking) -> Searches:
    """The searches along the orders of those who are seeking."""
    rows, orders = seeking.rows, shop.orders
    tried, joins = orders.tried_for(market, rows, seeking.urgency)
    buyers = orders.buyer[market.children.authority[rows]]
    return searches_of(market, seeking, tried, buyers, joins, orders.farthest(market, rows))


def _place(market: Market, shop: Shop, rows: Ints, searches: Searches, free: Ints) -> tuple[Panels, Awards]:
    """Homes are asked for the children in `rows`, and who gets what is decided; `free` stays as it is."""
    placing = Placing(searches, shop.book.panels, market.homes.table, shop.geography, tastes(market), free)
    awards = place(*placing._replace(free=free.copy()))
    market.events.count("referrals", searches.authority, awards.referrals)
    market.events.count("offers", searches.authority, awards.offers)
    for observer in shop.observers:
        observer.answered(market, rows, placing, awards)
    return placing.panels, awards


def _free_places(market: Market) -> Ints:
    """By pool: the open places of each home, and the empty ones of each holding."""
    return np.concatenate([market.free(), market.holdings.empty()])


def _settle(market: Market, shop: Shop, placed: Ints, panels: Panels, awards: Awards, free: Ints) -> None:
    """Children move into the places that they won, an award each; `free` is what was there before, by pool."""
    _award(market, placed, panels, awards)
    free -= np.bincount(panels.lots.pool[awards.lot], minlength=len(free))
    moving.keep_places_beside(market, placed, free)
    matching.note_fit(market, placed)
    moving.move_in(market, placed, shop.stays)
    providers.remember_accepted(market, placed)
    moving.note_moves(market, placed)


def tastes(market: Market) -> Tastes:
    """The numbers by which commissioners and providers choose, at today's prices."""
    scenario, money = market.scenario, market.cost_index
    providers, commissioning = scenario.providers, scenario.commissioning
    return Tastes(
        value_per_mile=float(commissioning.value_per_mile * money),
        value_in_area=float(commissioning.value_in_area * money),
        value_of_match=float(commissioning.value_of_match * money),
        value_of_rating=float(commissioning.value_of_rating * money),
        away_miles=float(scenario.need.away_miles),
        shortlist=commissioning.shortlist,
        solo_places_most=providers.solo_places_most,
        mismatches=matching.mismatches(scenario.matching),
        rating_caution=float(providers.rating_caution),
        risk_cost=float(providers.risk_cost * money),
        bidding=float(providers.bidding),
        bargaining=float(providers.bargaining),
        bargaining_bespoke=float(providers.bargaining_bespoke),
        cost_by_need=scenario.need.cost_by_need.array(),
        most_fee=asking_policies.most_fees(market),
        money=float(money),
    )


def _award(market: Market, placed: Ints, panels: Panels, awards: Awards) -> None:
    """Write who lives where, through which arrangement and at what fee, that for staff of the child's own included."""
    pool, homes, home = panels.lots.pool[awards.lot], len(market.homes), panels.lots.home[awards.lot]
    extra = own_staff(market, home, market.children.care[placed])
    market.children.set(
        placed, home=home, holding=np.where(pool < homes, OPEN_PLACE, pool - homes),
        arrangement=awards.route, fee=awards.fee + extra, extra_fee=extra, miles=awards.miles,
        asked_fee=market.quotes[home, market.children.band[placed]],
    )  # fmt: skip


def own_staff(market: Market, home: Ints, care: Ints) -> Floats:
    """What is paid for the staff that children need for themselves, in some homes: own homes charge what it costs."""
    own = market.homes.sector[home] == LOCAL_AUTHORITY
    return np.where(own, costs.extra_cost(market)[care], providers.extra_fee(market)[care])


def _see_fees(market: Market, placed: Ints, memory: Memory) -> None:
    """Authorities take note of what they pay independent homes."""
    children = market.children
    bought = placed[market.homes.sector[children.home[placed]] != LOCAL_AUTHORITY]
    fee = children.fee[bought] - children.extra_fee[bought]
    memory.see_fees(children.authority[bought], children.band[bought], fee)
