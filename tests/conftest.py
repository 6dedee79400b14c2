"""Small markets for tests, and the checks that hold in every week of every market."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import CHROMIUM
from playwright.sync_api import Browser, sync_playwright
from twins import TOWN, has_twin, twin_of

import marketsim.week.moving
from marketsim.cli.main import main
from marketsim.core.columns import Ints
from marketsim.experiments.run import forget, run
from marketsim.experiments.scenarios import as_scenario
from marketsim.market import costs
from marketsim.market.children import ELSEWHERE, NOBODY, NOT_YET, OPEN_PLACE, PLACED, UNREGISTERED, WAITING
from marketsim.market.homes import LOCAL_AUTHORITY, Holdings
from marketsim.market.market import Market
from marketsim.model import MarketModel
from marketsim.policies import asking_policies
from marketsim.policies.policy import Spending
from marketsim.purchasing.asking_rules import dues_of, handed_back
from marketsim.results.result import Result
from marketsim.results.weeks import week_row
from marketsim.scenario.overlay import laid_over
from marketsim.scenario.schema import Scenario
from marketsim.week import buying
from marketsim.week.placing.place import place
from marketsim.week.recording import on_any_panel

SPENDING = asking_policies.spending
ARRANGEMENTS: dict[str, Any] = {
    "in_house": {"rule": "in_house", "radius_miles": 60.0},
    "spot": {"rule": "spot"},
    "framework": {"rule": "framework"},
    "block": {"rule": "block", "share_of_children": 0.3, "radius_miles": 40.0},
    "soft_block": {"rule": "soft_block", "share_of_children": 0.3, "radius_miles": 40.0},
}
SMALL: dict[str, Any] = {
    "world": {
        "kind": "synthetic",
        "authorities": 4,
        "regions": 2,
        "homes": 24,
        "places_per_home": 3,
        "children_at_start": 30,
        "unregistered_at_start": 2,
    },
    "demand": {"new_needs_per_year": 60.0},
    "providers": {"acceptance_most_need": 0.02},
    "purchasing": {"arrangements": ARRANGEMENTS, "order": ["in_house", "spot"]},
}


def empty_by_home(holdings: Holdings, homes: int) -> Ints:
    """Held places without a child, per home."""
    return np.bincount(holdings.home, weights=holdings.empty(), minlength=homes).astype(np.int64)


def small_scenario(**sections: Any) -> Scenario:
    """A synthetic market of 24 homes that runs 30 weeks in a blink, with some sections changed."""
    return Scenario.model_validate(laid_over(SMALL, sections))


def watched_place(searches: Any, panels: Any, homes: Any, geography: Any, tastes: Any, free: Any) -> Any:
    """The placing, with a look at what went in and what came out."""
    before = free.copy()
    awards = place(searches, panels, homes, geography, tastes, free)
    won = np.flatnonzero(awards.lot != NOBODY)
    lot, route = awards.lot[won], awards.route[won]
    taken = np.bincount(panels.lots.pool[lot], minlength=len(free))
    assert (taken <= before).all(), "more children were placed through a pool than it had places"
    alone = panels.lots.pool[lot[searches.alone[won]]]
    assert (taken[alone] == 1).all() and not free[alone].any(), "somebody who must live alone does not"
    shared = np.setdiff1d(np.arange(len(free)), alone)
    assert (free == before - taken)[shared].all() and (free >= 0).all()
    assert ((panels.first[route] <= lot) & (lot < panels.last[route])).all()
    assert (searches.routes[won] == route[:, None]).any(axis=1).all()
    assert (awards.fee[won] >= panels.lots.fee[lot, searches.band[won]]).all(), "a fee below what was quoted"
    assert (awards.offers <= awards.referrals).all()
    assert (awards.offers[won] >= 1).all()
    return awards


@contextmanager
def watched_purchases(placing: Callable[..., Any]) -> Iterator[None]:
    """The week's purchases with a placing that can be watched."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(buying, "place", placing)
        yield


class CheckedModel(MarketModel):
    """The market with a look at the accounts at the moment of paying."""

    def pay(self) -> None:
        """Pay, and compare what each provider got with what its homes are owed."""
        with pytest.MonkeyPatch.context() as patch:  # what policies spend is asked once
            patch.setattr(asking_policies, "spending", self._watched_spending)
            super().pay()
        self.fees_paid = self.market.children.fee.copy()  # before some are raised
        children, homes, holdings, ledger = self.market.children, self.market.homes, self.market.holdings, self.ledger
        length = len(ledger.received)
        placed = children.in_state(PLACED)
        fees = np.bincount(homes.provider[children.home[placed]], weights=children.fee[placed], minlength=length)
        empty = np.maximum(holdings.places - holdings.used, 0) * holdings.retainer
        retainers = np.bincount(homes.provider[holdings.home], weights=empty, minlength=length)
        owner = homes.provider[children.home[placed]]
        beside = np.bincount(owner, weights=children.beside_fee[placed], minlength=length)
        assert not children.beside_fee[children.places_beside == 0].any()
        own = ledger.received - fees - beside - retainers - self._agreed(length)
        authorities = len(self.market.authorities)
        np.testing.assert_allclose(own[authorities:], 0, atol=1e-6)
        np.testing.assert_allclose(own[:authorities], ledger.paid["own_empty_places"], atol=1e-6)
        np.testing.assert_allclose(ledger.paid["empty_places"].sum(), retainers.sum(), atol=1e-6)
        assert abs(ledger.imbalance()) <= 1e-9 * max(ledger.spend.sum(), 1)

    def _watched_spending(self, market: Market) -> list[Spending]:
        self.spent = SPENDING(market)
        return self.spent

    def _agreed(self, length: int) -> np.ndarray:
        """What rules say that providers get besides, less what they hand back."""
        market, agreed = self.market, np.zeros(length)
        for spent in self.spent:
            if spent.to_homes is not None:
                np.add.at(agreed, market.homes.provider, spent.to_homes)
        revenue, cost = costs.books(market, self.census.due.received, self.census.due.needs, self.census.due.extra)
        for arrangement in self.payers.owing:
            given, back = dues_of(market, arrangement).homes, handed_back(market, arrangement, revenue - cost)
            np.add.at(agreed, market.homes.provider, -back if given is None else given - back)
        return agreed


@contextmanager
def checked_model(parameters: Scenario, seed: int) -> Iterator[MarketModel]:
    """A model whose placings and payments are checked as they happen."""
    with watched_purchases(watched_place):
        model = CheckedModel(parameters, seed)
        try:
            yield model
        finally:
            forget(model)


def check_week(model: MarketModel) -> None:
    """All that must hold after every week: children, places, contracts, records and the week's row agree."""
    _check_children(model)
    _check_homes(model)
    _check_holdings(model)
    _check_records(model)
    _check_row(model)


def _check_children(model: MarketModel) -> None:
    children = model.market.children
    states = (PLACED, WAITING, UNREGISTERED, ELSEWHERE)
    counts = [len(children.in_state(state)) for state in states]
    present = np.flatnonzero(np.isin(children.state, states))
    assert sum(counts) == len(present)
    assert sum(counts) + model.discharged == children.admitted
    assert len(np.unique(children.number[present])) == len(present)
    assert len(np.unique(children.key[present])) == len(present)
    assert sorted(model.child_agents) == present.tolist()


def _check_homes(model: MarketModel) -> None:
    market, week = model.market, model.market.week
    children, homes = market.children, market.homes
    placed = children.in_state(PLACED)
    home, count = children.home[placed], len(homes)
    assert (homes.occupied == np.bincount(home, minlength=count)).all()
    assert (homes.residents_age == np.bincount(home, weights=children.age[placed], minlength=count)).all()
    assert (homes.residents_boys == np.bincount(home, weights=children.boy[placed], minlength=count)).all()
    scores = np.bincount(home, weights=children.score[placed], minlength=count)
    np.testing.assert_allclose(homes.residents_score, scores, atol=1e-9)
    assert homes.in_market(week)[home].all()
    held, free, usable = empty_by_home(market.holdings, count), market.free(), homes.in_market(week)
    assert (free >= 0).all() and (held >= 0).all()
    assert not free[~usable].any() and not held[~usable].any()
    left = homes.places - homes.occupied - held
    assert (left[usable] >= 0).all(), "more residents and held places than places"
    assert (homes.beside == np.bincount(home, weights=children.places_beside[placed], minlength=count)).all()
    unusable = np.minimum(homes.blocked + homes.beside, left)
    assert (homes.occupied + free + unusable + held == homes.places)[usable].all()
    assert week_row(model.market, model.recorder)["blocked_places"] == unusable[usable].sum()


def _check_holdings(model: MarketModel) -> None:
    market = model.market
    children, holdings = market.children, market.holdings
    placed = children.in_state(PLACED)
    inside = placed[children.holding[placed] != OPEN_PLACE]
    holding = children.holding[inside]
    assert (holdings.used == np.bincount(holding, minlength=len(holdings))).all()
    assert (holdings.used <= holdings.places).all()
    assert (holdings.places[~holdings.running] == holdings.used[~holdings.running]).all()
    assert (holdings.home[holding] == children.home[inside]).all(), "a child in a place held in another home"
    through = holdings.arrangement[holding] == children.arrangement[inside]
    assert (through | holdings.sold[holding]).all(), "a child in a place held for others"
    for arrangement in model.orders.arrangements:
        assert abs(arrangement.shares.sum() - 1) < 1e-9 and (arrangement.shares >= 0).all()
    _check_what_is_remembered(model)


def _check_what_is_remembered(model: MarketModel) -> None:
    """Shares and panels are set at reviews only, and known from then on."""
    shares = [arrangement.shares for arrangement in model.orders.arrangements]
    assert (model.payers.share == np.concatenate(shares)).all()
    known, now = model.recorder._on_panel, on_any_panel(model.market, model.orders.arrangements)
    assert (known == now[: len(known)]).all() and not now[len(known) :].any()


def _check_records(model: MarketModel) -> None:
    children, records = model.market.children, model.market.records
    placed = children.in_state(PLACED)
    record = children.record[placed]
    assert sorted(np.flatnonzero(records.end_week == NOT_YET)) == sorted(record)
    for column, mine in (
        ("child", "number"),
        ("child_authority", "authority"),
        ("home", "home"),
        ("fee", "fee"),
        ("start_week", "since"),
        ("arrangement", "arrangement"),
        ("miles", "miles"),
    ):
        assert (getattr(records, column)[record] == getattr(children, mine)[placed]).all(), column
    assert (records.end_week > records.start_week).all()
    assert (records.wait >= 0).all()
    assert (children.end_week[placed] > model.market.week).all()


def _check_row(model: MarketModel) -> None:
    market, week, row = model.market, model.market.week, week_row(model.market, model.recorder)
    children, homes, records = market.children, market.homes, model.market.records
    placed = children.in_state(PLACED)
    is_open, usable = homes.is_open(week), homes.in_market(week)
    home = children.home[placed]
    away = homes.authority[home] != children.authority[placed]
    miles = np.hypot(homes.x[home] - children.x[placed], homes.y[home] - children.y[placed])
    ended = records.end_week == week
    fees = getattr(model, "fees_paid", children.fee)
    bought = fees[placed][homes.sector[home] != LOCAL_AUTHORITY]
    counted = {
        "week": week,
        "children_placed": len(placed),
        "children_waiting": len(children.in_state(WAITING)),
        "children_unregistered": len(children.in_state(UNREGISTERED)),
        "occupied": len(placed),
        "places": homes.places[is_open].sum(),
        "homes": is_open.sum(),
        "homes_opened": (homes.opened_week == week).sum(),
        "homes_closed": (homes.closed_week == week).sum(),
        "placements_started": (records.start_week == week).sum(),
        "placements_ended": ended.sum(),
        "breakdowns": (records.end_reason[ended] == marketsim.market.children.BREAKDOWN).sum(),
    }
    assert {name: row[name] for name in counted} == counted
    np.testing.assert_allclose(children.miles[placed], miles, rtol=1e-9, atol=1e-9)
    close: dict[str, Any] = {
        "void_rate": 1 - len(placed) / homes.places[usable].sum(),
        "spend_gbp": model.ledger.spend.sum(),
        "out_of_area_share": away.mean() if len(placed) else np.nan,
        "over_20_miles_share": (miles > 20).mean() if len(placed) else np.nan,
        "distance_mean_miles": miles.mean() if len(placed) else np.nan,
        "weekly_fee_mean_gbp": bought.mean() if len(bought) else np.nan,
    }
    for name, value in close.items():
        np.testing.assert_allclose(row[name], value, rtol=1e-9, err_msg=name)
    if len(placed):
        assert abs(sum(row[name] for name in row if name.startswith("share_")) - 1) < 1e-9


Small = Callable[..., Scenario]


@pytest.fixture(scope="session")
def small() -> Small:
    """Makes small synthetic scenarios; see `small_scenario`."""
    return small_scenario


@pytest.fixture(scope="session")
def checked() -> Callable[..., Any]:
    """Makes models that check themselves; see `checked_model`."""
    return checked_model


@pytest.fixture(scope="session")
def in_parts() -> Callable[..., Any]:
    """Lets a test watch the placing; see `watched_purchases`."""
    return watched_purchases


@pytest.fixture(scope="session")
def week_is_sound() -> Callable[[MarketModel], None]:
    """Checks one week; see `check_week`."""
    return check_week


@cache
def run_of_shipped(name: str) -> Result:
    """A shipped scenario, seed 1, run once for all tests: 26 weeks of England, or the town in full."""
    if has_twin(name):
        return run(twin_of(name), seed=1)
    return run(as_scenario(name, None if name == TOWN else 26), seed=1)


@pytest.fixture(scope="session")
def shipped_run() -> Callable[[str], Result]:
    """Runs of shipped scenarios; see `run_of_shipped`."""
    return run_of_shipped


@pytest.fixture
def typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Types a command into `main` in this process, in a folder of our own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")

    def type_in(*words: str) -> subprocess.CompletedProcess[str]:
        monkeypatch.setattr(sys, "argv", ["marketsim", *words])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return subprocess.CompletedProcess(words, left.value.code, said.out, said.err)

    return type_in


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, for all pages of a module."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()
