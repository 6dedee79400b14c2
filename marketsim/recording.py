"""Counts each week into tallies and keeps the tables that a run leaves behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from marketsim import accounts
from marketsim.children import BANDS, END_REASONS, NOT_YET, NOTICES, PLACED, UNREGISTERED, WAITING, PlacementRecords
from marketsim.columns import Bools, Floats, Ints
from marketsim.homes import GOOD, LOCAL_AUTHORITY, NEVER, PRIVATE, RATINGS, SECTORS
from marketsim.ledger import Ledger
from marketsim.outcomes import MEASURES, Tally, route_share
from marketsim.purchasing.arrangement import Market
from marketsim.scenario.changes import scenarios_by_week
from marketsim.scenario.schema import Scenario

YEAR_WEEKS = 52
QUARTER_WEEKS = 13
LARGEST_GROUPS = 15  # as in the CMA's market study of 2022
FAR_MILES = 20.0

WEEKLY = [
    "children_placed", "children_waiting", "children_unregistered", "places", "occupied", "void_rate", "open_void_rate",
    "blocked_places", "paid_voids", "weekly_fee_mean_gbp", "weekly_fee_p90_gbp", "out_of_area_share",
    "over_20_miles_share", "out_of_region_share", "distance_mean_miles", "spend_gbp", "spend_per_child_gbp",
    "offers_per_referral", "wait_mean_weeks", "placements_started", "placements_ended", "breakdowns", "homes",
    "homes_opened", "homes_closed", "provider_margin", "framework_coverage",
]  # fmt: skip
WHOLE = {
    "children_placed", "children_waiting", "children_unregistered", "places", "occupied", "blocked_places",
    "paid_voids", "placements_started", "placements_ended", "breakdowns", "homes", "homes_opened", "homes_closed",
}  # fmt: skip
YEARLY = [
    "children_placed", "children_waiting", "children_unregistered", "out_of_area_share", "out_of_region_share",
    "over_20_miles_share", "distance_mean_miles", "weekly_fee_mean_gbp",
]  # fmt: skip


class Recorder:
    """The weekly rows, the yearly rows of the authorities, and the tally of the last year of the run."""

    def __init__(self, market: Market) -> None:
        self.routes = sorted(routes_of(market.scenario))
        self.weekly: list[dict[str, Any]] = []
        self.yearly: list[pd.DataFrame] = []
        self.last_year: Tally | None = None
        self._year: Tally | None = None
        self.events: dict[str, Floats] = {}
        self.know_routes(market)
        self.clear_events(market)

    def know_routes(self, market: Market) -> None:
        """Look up the route of each arrangement; to be called again when there are others."""
        self._route_of = np.array([self.routes.index(a.route) if a.route in self.routes else 0
                                   for a in market.arrangements])  # fmt: skip
        self.largest = largest_groups(market)

    def clear_events(self, market: Market) -> None:
        """Begin the counts of a new week."""
        names = ("placements_started", "placements_ended", "breakdowns", "wait_weeks", "referrals", "offers",
                 "homes_opened", "homes_closed", "cohort", "three_placements")  # fmt: skip
        self.events = {name: np.zeros(len(market.authorities)) for name in names}

    def count(self, event: str, authority: Ints, weights: Floats | Ints | None = None) -> None:
        """Count events of this week, a row an event, at the authority concerned."""
        length = len(self.events[event])
        self.events[event] += np.bincount(authority, weights=weights, minlength=length)

    def close_week(self, market: Market, ledger: Ledger, last_weeks: int) -> None:
        """Count the state of the week, write its row, and at year ends the rows of the authorities."""
        if market.week % QUARTER_WEEKS == 0:
            self.largest = largest_groups(market)
        tally = Tally(_count_state(market, ledger, self.routes, self._route_of, self.largest) | self.events, 1)
        self.weekly.append(self._weekly_row(market, tally))
        self._year = _added(self._year, tally)
        if last_weeks <= YEAR_WEEKS:
            self.last_year = _added(self.last_year, tally)
        if market.week % YEAR_WEEKS == 0:
            self.yearly.append(_yearly_rows(market, tally, self._year))
            self._year = None
        self.clear_events(market)

    def _weekly_row(self, market: Market, tally: Tally) -> dict[str, Any]:
        total = tally.total()
        row: dict[str, Any] = {"week": market.week, "date": _date(market)}
        for name in WEEKLY:
            value = _fee_p90(market) if name == "weekly_fee_p90_gbp" else float(MEASURES[name].value(total)[0])
            row[name] = int(value) if name in WHOLE else value
        for route in self.routes:
            row[f"share_{route}"] = float(route_share(route)(total)[0])
        return row


def _added(sum_so_far: Tally | None, tally: Tally) -> Tally:
    if sum_so_far is None:
        return Tally(dict(tally.columns), tally.weeks)
    sum_so_far.add(tally)
    return sum_so_far


def _date(market: Market) -> pd.Timestamp:
    return pd.Timestamp(market.scenario.horizon.start + timedelta(weeks=market.week))


def routes_of(scenario: Scenario) -> set[str]:
    """The routes that placements can carry in a run: rules by which somebody buys at some time."""
    found: set[str] = set()
    for one in (scenario, *scenarios_by_week(scenario).values()):
        purchasing = one.purchasing
        orders = [purchasing.order, *(group.order for group in purchasing.groups)]
        found |= {purchasing.arrangements[name].name for order in orders for name in order}
    return found


def largest_groups(market: Market) -> Bools:
    """By home: True for those of the 15 private groups with most homes."""
    homes = market.homes
    private = homes.in_market(market.week) & (homes.sector == PRIVATE)
    number = np.bincount(homes.provider[private], minlength=int(homes.provider.max(initial=0)) + 1)
    ranked = np.lexsort((np.arange(len(number)), -number))[:LARGEST_GROUPS]
    return np.asarray(private & np.isin(homes.provider, ranked[number[ranked] > 0]))


def _count_state(
    market: Market, ledger: Ledger, routes: list[str], route_of: Ints, largest: Bools
) -> dict[str, Floats]:
    """The stock of children at their home authorities and of homes at their hosts, this week."""
    return _count_children(market, routes, route_of) | _count_homes(market, largest) | {
        "spend": ledger.spend,
        "paid_void_gbp": ledger.paid["empty_places"] + ledger.paid["own_empty_places"],
        "paid_voids": paid_empty_places(market),
    }  # fmt: skip


def _count_children(market: Market, routes: list[str], route_of: Ints) -> dict[str, Floats]:
    children, areas = market.children, market.authorities
    placed = children.in_state(PLACED)
    authority, home = children.authority[placed], children.home[placed]
    host = market.homes.authority[home]
    away = host != authority
    independent = market.homes.sector[home] != LOCAL_AUTHORITY

    def by_home_authority(weights: Floats | Bools | None = None) -> Floats:
        return np.bincount(authority, weights=weights, minlength=len(areas)).astype(np.float64)

    counts: dict[str, Floats] = {
        "children_placed": by_home_authority(),
        "children_waiting": _by_authority(market, WAITING),
        "children_unregistered": _by_authority(market, UNREGISTERED),
        "out_of_area": by_home_authority(away),
        "out_of_region": by_home_authority(areas.region[host] != areas.region[authority]),
        "over_20_miles": by_home_authority(children.miles[placed] > FAR_MILES),
        "miles": by_home_authority(children.miles[placed]),
        "independent_children": by_home_authority(independent),
        "independent_fees": by_home_authority(np.where(independent, children.fee[placed], 0.0)),
        "hosted_from_elsewhere": np.bincount(host, weights=away, minlength=len(areas)).astype(np.float64),
    }
    route = route_of[children.arrangement[placed]]
    for number, name in enumerate(routes):
        counts[f"route {name}"] = by_home_authority(route == number)
    return counts


def _by_authority(market: Market, state: int) -> Floats:
    rows = market.children.in_state(state)
    return np.bincount(market.children.authority[rows], minlength=len(market.authorities)).astype(np.float64)


def _count_homes(market: Market, largest: Bools) -> dict[str, Floats]:
    homes, areas = market.homes, market.authorities
    is_open, in_market = homes.is_open(market.week), homes.in_market(market.week)
    independent = in_market & (homes.sector != LOCAL_AUTHORITY)
    held = market.holdings.empty_by_home(len(homes))
    blocked = np.clip(homes.blocked + homes.beside, 0, np.maximum(homes.places - homes.occupied - held, 0))

    def by_host(weights: Floats | Ints | Bools) -> Floats:
        return np.bincount(homes.authority, weights=weights, minlength=len(areas)).astype(np.float64)

    earned, cost = accounts.revenue(market), accounts.running_cost(market)
    of_largest = np.zeros(len(homes), dtype=np.bool_)
    of_largest[: len(largest)] = largest
    return {
        "places": by_host(homes.places * is_open),
        "market_places": by_host(homes.places * in_market),
        "occupied": by_host(homes.occupied),
        "blocked_places": by_host(blocked * in_market),
        "homes": by_host(is_open),
        "independent_homes": by_host(independent),
        "homes_on_framework": by_host(independent & on_any_panel(market)),
        "private_revenue": by_host(earned * (homes.sector == PRIVATE)),
        "private_cost": by_host(cost * (homes.sector == PRIVATE)),
        "large_revenue": by_host(earned * of_largest),
        "large_cost": by_host(cost * of_largest),
        "rated_good_or_better": by_host(in_market & (homes.rating <= GOOD)),
        "market_homes": by_host(in_market),
    }


def on_any_panel(market: Market) -> Bools:
    """Homes that are on the panel of some framework."""
    joined = np.zeros(len(market.homes), dtype=np.bool_)
    for arrangement in market.arrangements:
        if len(arrangement.on_panel):
            joined[: len(arrangement.on_panel)] |= arrangement.on_panel
    return joined


def paid_empty_places(market: Market) -> Floats:
    """Places that each authority pays for though they stand empty: its share of contracts, and its own homes."""
    homes, holdings = market.homes, market.holdings
    own = homes.sector == LOCAL_AUTHORITY
    paid = np.bincount(homes.authority, weights=market.free() * own, minlength=len(market.authorities))
    by_arrangement = np.bincount(
        holdings.arrangement, weights=holdings.empty() * (holdings.retainer > 0), minlength=len(market.arrangements)
    )
    for number in np.flatnonzero(by_arrangement):
        arrangement = market.arrangements[number]
        np.add.at(paid, arrangement.members, arrangement.shares * by_arrangement[number])
    return np.asarray(paid, dtype=np.float64)


def _fee_p90(market: Market) -> float:
    children = market.children
    placed = children.in_state(PLACED)
    fees = children.fee[placed[market.homes.sector[children.home[placed]] != LOCAL_AUTHORITY]]
    return float(np.quantile(fees, 0.9)) if len(fees) else float("nan")


def _yearly_rows(market: Market, now: Tally, year: Tally) -> pd.DataFrame:
    """A row an authority at the year's end; `spend_gbp` and `paid_void_gbp` are the year's, waits the year's mean."""
    areas = market.authorities
    columns: dict[str, Any] = {
        "ons_code": areas.code,
        "name": areas.name,
        "region": [areas.region_names[number] for number in areas.region],
        "year": market.week // YEAR_WEEKS,
        "date": _date(market),
    }
    columns |= {name: MEASURES[name].value(now) for name in YEARLY}
    columns |= {"spend_gbp": year["spend"], "paid_void_gbp": year["paid_void_gbp"]}
    columns |= {name: MEASURES[name].value(now) for name in ("homes", "places", "occupied", "void_rate")}
    columns["children_hosted_from_elsewhere"] = now["hosted_from_elsewhere"]
    columns["wait_mean_weeks"] = MEASURES["wait_mean_weeks"].value(year)
    frame = pd.DataFrame(columns)
    counts = [name for name in (*WHOLE, "children_hosted_from_elsewhere") if name in frame]
    return frame.astype(dict.fromkeys(counts, "int64"))


def placements_frame(market: Market, records: PlacementRecords) -> pd.DataFrame:
    """`placements.parquet`: a row a placement; `end_week` and `end_reason` are empty while it lasts."""
    homes, areas = market.homes, market.authorities
    home = records.home
    host = homes.authority[home]
    codes, sectors = np.array(areas.code, dtype=object), np.array(SECTORS, dtype=object)
    routes = np.array([arrangement.route for arrangement in market.arrangements], dtype=object)
    running = records.end_week == NOT_YET
    return pd.DataFrame(
        {
            "child_id": records.child,
            "home_authority": codes[records.child_authority],
            "host_authority": codes[host],
            "home_id": home,
            "provider_id": homes.provider[home],
            "sector": sectors[homes.sector[home]],
            "route": routes[records.arrangement],
            "start_week": records.start_week,
            "end_week": pd.array(np.where(running, 0, records.end_week), dtype="Int64"),
            "end_reason": np.array([None, *END_REASONS[1:]], dtype=object)[records.end_reason],
            "need_band": np.array(BANDS, dtype=object)[records.band],
            "need_score": records.score,
            "age": records.age,
            "notice": np.array(NOTICES, dtype=object)[records.emergency.astype(np.int64)],
            "weekly_fee_gbp": records.fee,
            "distance_miles": records.miles,
            "displaced": records.displaced,
            "out_of_area": host != records.child_authority,
            "wait_weeks": records.wait,
        }
    ).assign(end_week=lambda frame: frame["end_week"].mask(running))


def homes_frame(market: Market) -> pd.DataFrame:
    """A row a home that was ever open, in the state of the last week; `closed_week` is empty while it is open."""
    homes, areas = market.homes, market.authorities
    is_open = homes.closed_week == NEVER
    return pd.DataFrame(
        {
            "home_id": np.arange(len(homes)),
            "host_authority": np.array(areas.code, dtype=object)[homes.authority],
            "host_region": np.array(areas.region_names, dtype=object)[areas.region[homes.authority]],
            "provider_id": homes.provider,
            "sector": np.array(SECTORS, dtype=object)[homes.sector],
            "places": homes.places,
            "short_break": homes.short_break,
            "opened_week": pd.array(np.maximum(homes.opened_week, -1), dtype="Int64"),
            "closed_week": pd.array(np.where(is_open, 0, homes.closed_week), dtype="Int64"),
            "occupied": homes.occupied,
            "blocked": homes.blocked,
            "unit_cost_gbp": homes.unit_cost * market.cost_index,
            "ask_gbp": homes.ask,
            "rating": np.array(RATINGS, dtype=object)[homes.rating],
            "on_framework": on_any_panel(market),
            "house_price_gbp": areas.house_price[homes.authority],
        }
    ).assign(closed_week=lambda frame: frame["closed_week"].mask(is_open))
