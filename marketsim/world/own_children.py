"""The children of own data in week 0: each where it lives, for as long as it has, at the fee that is paid."""

from __future__ import annotations

import numpy as np
import pandas as pd

from marketsim.core.columns import Floats, Ints
from marketsim.core.streams import draws, key, name_key, uniform
from marketsim.core.units import DAYS_PER_WEEK
from marketsim.market import children as states
from marketsim.market import matching
from marketsim.market.children import BANDS, CARE, OPEN_PLACE, PLACED, SOLO, Newcomers
from marketsim.market.homes import LOCAL_AUTHORITY, PRIVATE, SECTORS
from marketsim.market.market import Market
from marketsim.own_data.records import ELSEWHERE
from marketsim.own_data.region import Region
from marketsim.purchasing.orders import Orders
from marketsim.week import buying, moving
from marketsim.week.arriving import bands, traits
from marketsim.week.stays import StayTable, own_table
from marketsim.world import start

KIND = "child of own data"
LEAVES, NOT_LISTED, NOWHERE = -1, -2, -3  # no rows of homes or areas
ELSEWHERE_PENALTY = 1e6  # miles by which a home elsewhere is farther than any in the area that is recorded


def make_room(market: Market) -> Ints:
    """The children whom the past has placed for authorities with own data leave, so that the recorded ones can take
    their places; returns their rows."""
    children, recorded = market.children, market.authorities.recorded
    if recorded is None:
        return np.zeros(0, dtype=np.int64)
    rows = np.flatnonzero((children.state == PLACED) & recorded.own[children.authority])
    records = market.records
    today = records.start_week[children.record[rows]] == market.week
    records.start_week[children.record[rows[today]]] -= 1  # who came this very week was never there
    moving.move_out(market, rows, states.MOVED_ON)
    market.holdings.run_off()
    children.state[rows] = states.GONE
    return rows


def move_in_recorded(market: Market, region: Region, orders: Orders, stays: StayTable, home_of: Ints) -> None:
    """Admit the children of the region's placements that run on its day, and put each into its home.

    `home_of` is the row of each home on the region's list. A child is put into the home that is recorded, else into one
    in the recorded area, of the recorded sector if there is one, as far from its point as is recorded; where none of
    these has a free place into the nearest that does. Its home point lies where the recorded distance says. What isn't
    recorded is drawn as for anybody else.
    """
    listed = region.running
    _give_way(market, region, home_of)
    rows = market.children.admit(_newcomers(market, region), since=market.week)
    _find_homes(market, listed, rows, _recorded_homes(region, home_of))
    placed = market.children.home[rows] >= 0
    market.children.home[rows[~placed]] = 0
    listed, rows = listed[placed].reset_index(drop=True), rows[placed]  # who finds no place in England waits for one
    _move_in(market, listed, rows, region, stays)
    _bought(market, listed, rows, orders)
    market.events.clear()


def _give_way(market: Market, region: Region, home_of: Ints) -> None:
    """Where more children are recorded than places are open, in a home or in an area, children of other authorities
    live elsewhere instead: the model has put them there, the record hasn't. Each goes into the nearest home with a
    place, in an area where none of ours is recorded."""
    children, homes, codes = market.children, market.homes, market.authorities.code
    left, hosts = np.maximum(_open_places(market), 0), region.running["host_authority"].value_counts()
    known = _recorded_homes(region, home_of)
    in_home = np.bincount(known[known != NOT_LISTED], minlength=len(homes))
    in_area = np.array([hosts.get(code, 0) for code in codes], dtype=np.int64)
    placed = np.flatnonzero((children.state == PLACED) & (children.holding == OPEN_PLACE) & (children.care != SOLO))
    placed = placed[np.argsort(uniform(market.seed, "gives way", children.key[placed]), kind="stable")]
    where = children.home[placed]
    for home in np.flatnonzero(in_home > left).tolist():
        where[np.flatnonzero(where == home)[: in_home[home] - left[home]]] = LEAVES
    leave = where == LEAVES
    freed = left + np.bincount(children.home[placed[leave]], minlength=len(homes))
    short = in_area - np.bincount(homes.authority, weights=freed, minlength=len(codes)).astype(np.int64)
    area = np.where(leave, LEAVES, homes.authority[children.home[placed]])
    for one in np.flatnonzero(short > 0).tolist():
        leave[np.flatnonzero(area == one)[: short[one]]] = True
    left[in_area[homes.authority] > 0] = 0
    _relocate(market, placed[leave], left)


def _relocate(market: Market, rows: Ints, left: Ints) -> None:
    """Each into the nearest home with a place `left`, as long as there is one."""
    children, homes = market.children, market.homes
    for row in rows.tolist():
        if not left.any():
            return
        away = np.hypot(homes.x - children.x[row], homes.y - children.y[row])
        home = int(np.where(left > 0, away, np.inf).argmin())
        left[home] -= 1
        moving.relocate(market, np.array([row]), np.array([home]))


def _recorded_homes(region: Region, home_of: Ints) -> Ints:
    """By running placement the row of the home that is recorded, or NOT_LISTED."""
    known = dict(zip(region.homes["home"], home_of.tolist(), strict=True))
    return np.array([known.get(name, NOT_LISTED) for name in region.running["home"]], dtype=np.int64)


def _newcomers(market: Market, region: Region) -> Newcomers:
    """Who they are, by luck where the data don't say it."""
    listed, areas, scenario = region.running, market.authorities, market.scenario
    row_of = {code: row for row, code in enumerate(areas.code)}
    authority: Ints = np.array([row_of[code] for code in listed["authority"]], dtype=np.int64)
    number = listed.groupby("authority").cumcount().to_numpy(dtype=np.int64)
    keys = key(areas.key[authority], np.uint64(name_key(KIND)), number)
    usual = traits(scenario, market.seed, areas, authority, keys)
    score = _scores(market, listed, usual.score)
    band = bands(score, scenario.need.share_standard, scenario.need.share_severe)
    age = listed["age"].to_numpy(dtype=np.float64)
    sex, care = listed["sex"].to_numpy(dtype=str), listed["care"].to_numpy(dtype=str)
    return usual._replace(
        score=score,
        band=band,
        age=np.where(np.isnan(age), usual.age, np.nan_to_num(age)).astype(np.int64),
        boy=np.where(sex == "", usual.boy, sex == "boy"),
        care=np.where(care == "", usual.care, _numbers(care, CARE)),
        emergency=usual.emergency & (listed["notice"].to_numpy(dtype=str) == ""),
        away=np.zeros(len(listed), dtype=np.bool_),
        displaced=usual.displaced & (band == 0),
        needs=matching.needs_of(scenario.matching, band, uniform(market.seed, "help with mental health", keys)),
    )


def _scores(market: Market, listed: pd.DataFrame, usual: Floats) -> Floats:
    """On the scale of need: within the recorded band as luck has it, else as usual."""
    need, words = market.scenario.need, listed["need"].to_numpy(dtype=str)
    limits = np.array([0.0, need.share_standard, 1 - need.share_severe, 1.0])
    band = _numbers(words, BANDS)
    within = limits[band] + (usual % 0.1) * 10 * (limits[band + 1] - limits[band])  # its last digits are luck too
    return np.where(words == "", usual, np.minimum(within, np.nextafter(limits[band + 1], 0.0)))


def _numbers(words: np.ndarray[tuple[int], np.dtype[np.str_]], allowed: tuple[str, ...]) -> Ints:
    """The position of each word among those allowed, 0 where there is none."""
    found = np.zeros(len(words), dtype=np.int64)
    for number, word in enumerate(allowed):
        found[words == word] = number
    return found


def _find_homes(market: Market, listed: pd.DataFrame, rows: Ints, wanted: Ints) -> None:
    """Write home, miles and home point of each; -1 as home where no place is free in England. Who is recorded in a
    certain home (`wanted`) comes before who is recorded in an area, and these before the others."""
    children, homes, areas = market.children, market.homes, market.authorities
    left = _open_places(market)
    row_of = {code: row for row, code in enumerate(areas.code)}
    host = np.array([row_of.get(code, -1) for code in listed["host_authority"]], dtype=np.int64)
    sector = _sectors(listed)
    away_from = np.where(listed["host_authority"] == ELSEWHERE, children.authority[rows], NOWHERE)
    miles = listed["distance_miles"].to_numpy(dtype=np.float64)
    exactness = np.where(wanted >= 0, 0, np.where(host >= 0, 1, 2))
    for one in np.lexsort((children.key[rows], exactness)).tolist():
        row = rows[one]
        if not (left > 0).any():
            children.home[row] = -1
            continue
        away = np.hypot(homes.x - children.x[row], homes.y - children.y[row])
        worse = np.abs(away - miles[one]) if not np.isnan(miles[one]) else away
        other_area = (homes.authority != host[one]) & (host[one] >= 0)
        worse = worse + ELSEWHERE_PENALTY * (other_area | (homes.authority == away_from[one]))
        worse += ELSEWHERE_PENALTY / 2 * ((homes.sector != sector[one]) & (sector[one] >= 0))
        worse[left <= 0] = np.inf
        home = wanted[one] if wanted[one] >= 0 and left[wanted[one]] > 0 else int(worse.argmin())
        left[home] -= 1
        children.home[row] = home
        _set_point(market, row, home, miles[one])


def _sectors(listed: pd.DataFrame) -> Ints:
    """Of what sector each one's home is; who is bought a place without a word on that lives in a private one. -1: not
    known."""
    said = np.array([SECTORS.index(word) if word else -1 for word in listed["sector"]], dtype=np.int64)
    route = listed["route"].to_numpy(dtype=str)
    by_route = np.where(route == "in_house", LOCAL_AUTHORITY, np.where(route == "", -1, PRIVATE))
    return np.where(said >= 0, said, by_route)


def _open_places(market: Market) -> Ints:
    """Places that somebody can live in, blocked or not, apart from those held by contracts."""
    homes, holdings = market.homes, market.holdings
    held = np.bincount(holdings.home, weights=holdings.empty(), minlength=len(homes)).astype(np.int64)
    return (homes.places - homes.occupied - homes.beside - held) * homes.in_market(market.week)


def _set_point(market: Market, row: int, home: int, miles: float) -> None:
    """The child's home point: as drawn, moved to or from the home to be as far as is recorded."""
    children, homes = market.children, market.homes
    east, north = children.x[row] - homes.x[home], children.y[row] - homes.y[home]
    apart = float(np.hypot(east, north))
    if not np.isnan(miles):
        stretch = miles / apart if apart > 0 else 0.0
        children.x[row], children.y[row] = homes.x[home] + stretch * east, homes.y[home] + stretch * north
    children.miles[row] = np.hypot(homes.x[home] - children.x[row], homes.y[home] - children.y[row])


def _move_in(market: Market, listed: pd.DataFrame, rows: Ints, region: Region, stays: StayTable) -> None:
    """Placements run since the recorded week, and for as long as placements go on that have lasted so long."""
    children = market.children
    children.holding[rows], children.arrangement[rows] = OPEN_PLACE, 0
    matching.note_fit(market, rows)
    moving.move_in(market, rows, stays)
    gone = (pd.Timestamp(region.as_at) - listed["start"]).dt.days.to_numpy(dtype=np.float64) / DAYS_PER_WEEK
    table = own_table(market.authorities.recorded) or stays
    luck, rounding = draws(market.seed, ("stay of own data", "stay of own data rounding"), children.key[rows])
    ends = market.week + table.weeks_left(gone, luck, rounding)
    moving.end_as_planned(market, rows, ends)
    since = market.week - np.maximum(gone.astype(np.int64), 0)
    children.since[rows] = since
    market.records.set(children.record[rows], start_week=since, wait=0)


def _bought(market: Market, listed: pd.DataFrame, rows: Ints, orders: Orders) -> None:
    """Through which arrangement, and at what fee: as recorded; else as for others. Fees of running placements are
    taken as they are."""
    children = market.children
    usual = start.arrangement_at_start(market, orders, rows)
    said = listed["route"].to_numpy(dtype=str)
    for route in np.unique(said[said != ""]):
        mine = said == route
        through = orders.of_rule(str(route), children.authority[rows[mine]])
        usual[mine] = np.where(through >= 0, through, usual[mine])
    children.arrangement[rows] = usual
    free = np.maximum(_open_places(market), 0)
    start.fees_of_running(market, orders, rows)
    moving.keep_places_beside(market, rows, free)
    fee = listed["weekly_fee_gbp"].to_numpy(dtype=np.float64)
    given = rows[~np.isnan(fee)]
    extra = buying.own_staff(market, children.home[given], children.care[given])
    paid = fee[~np.isnan(fee)]
    children.set(given, fee=paid, extra_fee=np.minimum(extra, paid / 2), beside_fee=0.0)
    children.asked_fee[rows] = market.quotes[children.home[rows], children.band[rows]]
    record = children.record[rows]
    market.records.set(record, arrangement=children.arrangement[rows], fee=children.fee[rows])
