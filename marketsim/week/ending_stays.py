"""What ends in a week: stays, in homes and outside them."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Ints
from marketsim.market import children as states
from marketsim.market.market import Market
from marketsim.week import moving


def end_stays(market: Market) -> Ints:
    """End all stays that are due; returns the rows of the children who leave the model."""
    children = market.children
    due = np.flatnonzero(children.end_week == market.week)
    state, reason = children.state[due], children.ends_by[due]
    lived = state == states.PLACED
    planned, broken, given = (due[lived & (reason == why)] for why in (states.PLANNED, states.BREAKDOWN, states.NOTICE))
    moving.move_out(market, due[lived], reason[lived])
    leaving = moving.move_on(market, planned)
    _break_down(market, broken)
    moving.search_again(market, given)
    elsewhere = moving.end_elsewhere(market, due[state == states.ELSEWHERE])
    left = np.concatenate([due[state == states.UNREGISTERED], leaving, elsewhere])
    children.state[left] = states.GONE
    market.holdings.run_off()
    return left


def _break_down(market: Market, rows: Ints) -> None:
    """Placements have broken down: homes and children are known for it, and the children search again."""
    children = market.children
    np.add.at(market.homes.breakdowns, children.home[rows], 1)
    children.breakdowns[rows] += 1
    market.events.count("breakdowns", children.authority[rows])
    moving.search_again(market, rows)
