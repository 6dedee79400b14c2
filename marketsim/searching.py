"""From children who need a home to the rows that the placing reads, and from its awards back to the columns."""

from __future__ import annotations

import numpy as np

from marketsim.children import NOT_YET, OPEN_PLACE, PLACED, PlacementRecords
from marketsim.columns import Bools, Floats, Ints
from marketsim.homes import GOOD
from marketsim.orders import Orders
from marketsim.placing import NO_ROUTE, NOBODY, Awards, Panels, Searches, Stock, Tastes
from marketsim.purchasing.arrangement import Market
from marketsim.stays import StayTable, season, whole_weeks
from marketsim.streams import stream, uniform, uniforms

POLICY_SEED = 0  # which authorities have a policy is the same in every replicate


def make_searches(
    market: Market, orders: Orders, rows: Ints, asked: Ints, urgency: Floats, willingness: Floats
) -> tuple[Ints, Searches]:
    """The searches of the children in `rows`, sorted by authority; `asked` counts how often answers were renewed.

    Luck of a child with a home depends on the child, the number of its search and `asked`, and on nothing else.
    """
    children = market.children
    routes = _without_bypassed(market, orders, rows, urgency)
    buyers = orders.buyer[children.authority[rows]]
    order = np.lexsort((children.key[rows], children.authority[rows]))
    rows, routes = rows[order], routes[order]
    return rows, Searches(
        key=stream(market.seed, "offer", children.key[rows], children.search[rows], asked[order]),
        authority=children.authority[rows],
        x=children.x[rows],
        y=children.y[rows],
        band=children.band[rows],
        age=children.age[rows],
        boy=children.boy[rows],
        score=children.score[rows],
        emergency=children.emergency[rows],
        away=children.away[rows],
        only_good=_asks_only_good(market, children.authority[rows]) & (urgency[order] < 1),
        willingness=willingness[order],
        urgency=urgency[order],
        expected_fee=_acceptable(market)[children.authority[rows], children.band[rows]],
        routes=routes,
        buyers=buyers[order],
    )


def _asks_only_good(market: Market, authority: Ints) -> Bools:
    """True for the authorities that ask only homes rated good or outstanding, the same ones in every replicate."""
    luck = uniform(POLICY_SEED, "asks only good homes", market.authorities.key)
    return np.asarray(luck < market.scenario.commissioning.only_good_share)[authority]


def _acceptable(market: Market) -> Floats:
    """What each authority expects to pay by need band, less what it cuts when its budget is overspent (GBP/week)."""
    areas, commissioning = market.authorities, market.scenario.commissioning
    cut = commissioning.budget_tightening * np.clip(areas.overspent, 0, 1)
    return np.asarray(areas.expected_fee * (1 - cut)[:, None])


def _without_bypassed(market: Market, orders: Orders, rows: Ints, urgency: Floats) -> Ints:
    """Stages of each child's search; those of a cooperative drop out for children for whom it is bypassed."""
    children = market.children
    routes = orders.stages[children.authority[rows]]
    for number, cooperative in orders.cooperatives:
        luck = uniform(market.seed, "bypass", children.key[rows], market.week)
        bypassed: Bools = luck < cooperative.bypass_chance(urgency)
        through = (routes != NO_ROUTE) & (orders.cooperative_of[routes] == number)
        routes = np.where(through & bypassed[:, None], NO_ROUTE, routes)
    return routes


def make_stock(market: Market) -> Stock:
    """What the placing reads of homes."""
    homes = market.homes
    return Stock(
        homes.authority,
        homes.rating > GOOD,
        np.asarray(market.scenario.commissioning.value_of_rating * market.cost_index * homes.rating),
        np.asarray(market.scenario.providers.rating_caution * (homes.rating <= GOOD)),
        homes.unit_cost * market.cost_index,
        homes.occupied,
        homes.residents_age,
        homes.residents_boys,
        homes.residents_score,
    )


def make_tastes(market: Market) -> Tastes:
    """The numbers by which commissioners and providers choose."""
    scenario, money = market.scenario, market.cost_index
    providers, commissioning = scenario.providers, scenario.commissioning
    return Tastes(
        value_per_mile=float(commissioning.value_per_mile * money),
        value_in_area=float(commissioning.value_in_area * money),
        value_of_match=float(commissioning.value_of_match * money),
        away_miles=float(scenario.need.away_miles),
        shortlist=commissioning.shortlist,
        last_resort=float(scenario.unregistered.weekly_cost * money),
        age_mismatch=float(providers.age_mismatch),
        sex_mismatch=float(providers.sex_mismatch),
        need_mismatch=float(providers.need_mismatch),
        risk_cost=float(providers.risk_cost * money),
        bidding=float(providers.bidding),
        bargaining=float(providers.bargaining),
        cost_by_need=scenario.need.cost_by_need.array(),
    )


def pools_free(market: Market) -> Ints:
    """Places free in each pool: the open places of all homes, then the empty places of all holdings."""
    return np.concatenate([market.free(), market.holdings.empty()])


def award(
    market: Market, stays: StayTable, records: PlacementRecords, rows: Ints, panels: Panels, awards: Awards
) -> Ints:
    """Move the children with an award into their homes; returns their rows."""
    children, won = market.children, awards.lot != NOBODY
    rows, lots = rows[won], awards.lot[won]
    home, pool = panels.home[lots], panels.pool[lots]
    holding = np.where(pool < len(market.homes), OPEN_PLACE, pool - len(market.homes))
    wait = market.week - children.since[rows]
    children.set(
        rows,
        state=PLACED,
        home=home,
        holding=holding,
        arrangement=awards.route[won],
        fee=awards.fee[won],
        miles=awards.miles[won],
        since=market.week,
    )
    plan_stays(market, stays, rows)
    market.homes.move_in(home, children.age[rows], children.boy[rows], children.score[rows])
    np.add.at(market.holdings.used, holding[holding != OPEN_PLACE], 1)
    _keep_places_beside(market, rows)
    _remember_accepted(market, rows)
    write_records(market, records, rows, wait)
    return rows


def _keep_places_beside(market: Market, rows: Ints) -> None:
    """Leave a place empty beside each child who needs it, where the home has one; some authorities pay for it."""
    children, homes, commissioning = market.children, market.homes, market.scenario.commissioning
    wanting = rows[children.needs_beside[rows]]
    home = children.home[wanting]
    order = np.lexsort((children.key[wanting], home))
    wanting, home = wanting[order], home[order]
    rank = np.arange(len(home)) - np.searchsorted(home, home)
    kept = wanting[rank < market.free()[home]]
    who = children.key[kept], children.search[kept]
    paid = uniform(market.seed, "place beside is paid", *who) < commissioning.beside_paid_share
    fee = np.where(paid, commissioning.beside_fee_share * children.fee[kept], 0.0)
    children.set(kept, has_beside=True, beside_fee=fee)
    np.add.at(homes.beside, children.home[kept], 1)


def _remember_accepted(market: Market, rows: Ints) -> None:
    """Homes remember the fee last accepted for an open place, put in terms of a child of middling need."""
    children, homes = market.children, market.homes
    rows = rows[children.holding[rows] == OPEN_PLACE]
    home = children.home[rows]
    need = market.costs[home, children.band[rows]] - homes.unit_cost[home] * market.cost_index
    homes.accepted[home] = children.fee[rows] - need


def plan_stays(market: Market, stays: StayTable, rows: Ints) -> None:
    """Draw how long each placement lasts and whether it breaks down (more often at higher need)."""
    children, seed = market.children, market.seed
    who = children.key[rows], children.search[rows]
    luck = uniforms(seed, ("stay", "stay rounding", "breakdown"), *who)
    weeks = whole_weeks(stays.draw(luck[0]), luck[1])
    demand, start = market.scenario.demand, market.scenario.horizon.start
    chance = demand.breakdown_share * (0.5 + children.score[rows]) * season(demand, start, market.week + weeks)
    children.set(rows, end_week=market.week + weeks, ends_by_breakdown=luck[2] < chance)


def write_records(market: Market, records: PlacementRecords, rows: Ints, wait: Ints) -> None:
    """Open a record for each placement that starts."""
    children = market.children
    children.record[rows] = records.add(
        len(rows),
        child=children.number[rows],
        child_authority=children.authority[rows],
        home=children.home[rows],
        arrangement=children.arrangement[rows],
        start_week=children.since[rows],
        end_week=NOT_YET,
        band=children.band[rows],
        score=children.score[rows],
        age=children.age[rows],
        emergency=children.emergency[rows],
        displaced=children.displaced[rows],
        fee=children.fee[rows],
        miles=children.miles[rows],
        wait=wait,
    )
