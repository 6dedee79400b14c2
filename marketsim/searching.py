"""From children who need a home to the rows that the placing reads, and from its awards back to the columns."""

from __future__ import annotations

import numpy as np

from marketsim.children import NOT_YET, OPEN_PLACE, PLACED, PlacementRecords
from marketsim.columns import Bools, Floats, Ints
from marketsim.orders import Orders
from marketsim.placing import NO_ROUTE, NOBODY, Awards, Panels, Searches, Stock, Tastes
from marketsim.purchasing.arrangement import Market
from marketsim.purchasing.cooperative import Cooperative
from marketsim.stays import StayTable, whole_weeks
from marketsim.streams import stream, uniform


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
        willingness=willingness[order],
        urgency=urgency[order],
        expected_fee=market.authorities.expected_fee[children.authority[rows], children.band[rows]],
        routes=routes,
        buyers=buyers[order],
    )


def _without_bypassed(market: Market, orders: Orders, rows: Ints, urgency: Floats) -> Ints:
    """Stages of each child's search; those of a cooperative drop out for children for whom it is bypassed."""
    children = market.children
    routes = orders.stages[children.authority[rows]]
    luck = uniform(market.seed, "bypass", children.key[rows], market.week)
    for whole in market.arrangements:
        if isinstance(whole.rule, Cooperative):
            bypassed: Bools = luck < whole.rule.bypass_chance(urgency)
            through = (routes != NO_ROUTE) & (orders.cooperative_of[routes] == whole.number)
            routes = np.where(through & bypassed[:, None], NO_ROUTE, routes)
    return routes


def make_stock(market: Market) -> Stock:
    """What the placing reads of homes."""
    homes = market.homes
    return Stock(
        homes.authority,
        homes.unit_cost * market.cost_index,
        homes.occupied,
        homes.residents_age,
        homes.residents_boys,
        homes.residents_score,
    )


def make_tastes(market: Market) -> Tastes:
    """The numbers by which commissioners and providers choose."""
    scenario = market.scenario
    providers, commissioning = scenario.providers, scenario.commissioning
    return Tastes(
        value_per_mile=float(commissioning.value_per_mile),
        value_in_area=float(commissioning.value_in_area),
        shortlist=commissioning.shortlist,
        last_resort=float(scenario.unregistered.weekly_cost * market.cost_index),
        age_mismatch=float(providers.age_mismatch),
        sex_mismatch=float(providers.sex_mismatch),
        need_mismatch=float(providers.need_mismatch),
        risk_cost=float(providers.risk_cost),
        bidding=float(providers.bidding),
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
    write_records(market, records, rows, wait)
    return rows


def plan_stays(market: Market, stays: StayTable, rows: Ints) -> None:
    """Draw how long each placement lasts and whether it breaks down (more often at higher need)."""
    children, seed = market.children, market.seed
    who = children.key[rows], children.search[rows]
    weeks = whole_weeks(stays.draw(uniform(seed, "stay", *who)), uniform(seed, "stay rounding", *who))
    chance = market.scenario.demand.breakdown_share * (0.5 + children.score[rows])
    children.set(
        rows,
        end_week=market.week + weeks,
        ends_by_breakdown=uniform(seed, "breakdown", *who) < chance,
    )


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
        fee=children.fee[rows],
        miles=children.miles[rows],
        wait=wait,
    )
