"""The tables that a run leaves behind, from the model at its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from marketsim.market import children as of_children
from marketsim.market import homes as of_homes
from marketsim.market.fit import AGES, COMPLEX_NEEDS, MENTAL_HEALTH
from marketsim.market.market import Market
from marketsim.purchasing.rule import Arrangement
from marketsim.results import outcomes, weeks
from marketsim.week import contract_book
from marketsim.week.contract_book import ContractBook
from marketsim.week.recording import Recorder, on_any_panel


def tables_of(
    market: Market, recorder: Recorder, book: ContractBook, arrangements: Sequence[Arrangement]
) -> dict[str, pd.DataFrame]:
    """The tables of a run so far by name: weekly, authorities, placements, outcomes, homes, sums, contracts and flows
    (see `Result`)."""
    return {
        "weekly": weeks.weekly_frame(market, recorder),
        "authorities": weeks.authorities_frame(market, recorder),
        "placements": placements_frame(market, arrangements),
        "outcomes": outcomes_frame(market, weeks.last_year(recorder)),
        "homes": homes_frame(market, arrangements),
        "sums": weeks.sums_frame(market, recorder),
        "contracts": contracts_frame(market, book, arrangements),
        "flows": flows_frame(market, recorder.last_year.weeks),
    }


def contracts_frame(market: Market, book: ContractBook, arrangements: Sequence[Arrangement]) -> pd.DataFrame:
    """`contracts.parquet`: a row an arrangement that holds places, authority and year of the run, then the last weeks
    of the run (`year` 0): what was held, used, paid and asked in them, added up."""
    number, authority = np.divmod(book.pairs, book.authorities)
    within = ["" if one.cooperative is None else arrangements[one.cooperative].name for one in arrangements]
    said = {
        "number": number,
        "arrangement": _words([one.name for one in arrangements]).take(number),
        "cooperative": _words(within).take(number),
        "rule": _words([one.rule.name for one in arrangements]).take(number),
        "ons_code": _words(market.authorities.code).take(authority),
    }
    names = [*(weeks.SUM + name for name in contract_book.SUMS), "held_at_start", "held_at_end"]
    frames = []
    for year, period in [*enumerate(book.years, start=1), (weeks.LAST_WEEKS, book.last_weeks)]:
        known = {name: column[: len(period.table)] for name, column in said.items()}
        sums = pd.DataFrame(period.table, columns=names)
        asked, refused = period.asked(book.pairs[: len(period.table)])
        counted = sums.assign(children_asked=asked, children_refused=refused)
        frames.append(pd.DataFrame(known | {"year": year, "weeks": period.weeks}).join(counted))
    return pd.concat(frames, ignore_index=True)


def placements_frame(market: Market, arrangements: Sequence[Arrangement]) -> pd.DataFrame:
    """`placements.parquet`: a row a placement; `end_week` and `end_reason` are empty while it lasts."""
    homes, areas, every = market.homes, market.authorities, market.records
    records = every.kept(np.flatnonzero(every.end_week > 0))  # not those that ended before the run
    home = records.home
    host = homes.authority[home]
    codes, sectors = _words(areas.code), _words(of_homes.SECTORS)
    routes = _words([arrangement.route for arrangement in arrangements])
    running = records.end_week == of_children.NOT_YET
    return pd.DataFrame(
        {
            "child_id": records.child,
            "home_authority": codes.take(records.child_authority),
            "host_authority": codes.take(host),
            "home_id": home,
            "provider_id": homes.provider[home],
            "sector": sectors.take(homes.sector[home]),
            "route": routes.take(records.arrangement),
            "start_week": records.start_week,
            "end_week": pd.array(np.where(running, 0, records.end_week), dtype="Int64"),
            "end_reason": _words([None, *of_children.END_REASONS[1:]]).take(records.end_reason),
            "need_band": _words(of_children.BANDS).take(records.band),
            "need_score": records.score,
            "age": records.age,
            "care": _words(of_children.CARE).take(records.care),
            "notice": _words(of_children.NOTICES).take(records.emergency.astype(np.int64)),
            "weekly_fee_gbp": records.fee,
            "distance_miles": records.miles,
            "fit": records.fit,
            "displaced": records.displaced,
            "out_of_area": host != records.child_authority,
            "wait_weeks": records.wait,
        }
    ).assign(end_week=lambda frame: frame["end_week"].mask(running))


def flows_frame(market: Market, weeks_counted: int) -> pd.DataFrame:
    """`flows.parquet`: a row a pair of home and host authority between which somebody lived in the last weeks of the
    run, with the child-weeks."""
    records, areas = market.records, len(market.authorities)
    running = records.end_week == of_children.NOT_YET
    first = np.maximum(records.start_week, market.week - weeks_counted + 1)
    last = np.where(running, market.week, records.end_week - 1)
    weeks_there = np.maximum(last - first + 1, 0)
    pair = records.child_authority * areas + market.homes.authority[records.home]
    child_weeks = np.bincount(pair, weights=weeks_there, minlength=areas * areas).astype(np.int64)
    found = np.flatnonzero(child_weeks)
    home, host = np.divmod(found, areas)
    codes = _words(market.authorities.code)
    return pd.DataFrame(
        {
            "home_authority": codes.take(home),
            "host_authority": codes.take(host),
            "sum_children_placed": child_weeks[found],
        }
    )


def homes_frame(market: Market, arrangements: Sequence[Arrangement]) -> pd.DataFrame:
    """A row a home that was ever open, in the state of the last week; `opened_week` is empty for those from before the
    run, `closed_week` for those that are open."""
    homes, areas = market.homes, market.authorities
    is_open, from_before = homes.closed_week == of_homes.NEVER, homes.opened_week < 1
    return pd.DataFrame(
        {
            "home_id": np.arange(len(homes)),
            "host_authority": _words(areas.code).take(homes.authority),
            "host_region": _words(areas.region_names).take(areas.region[homes.authority]),
            "provider_id": homes.provider,
            "sector": _words(of_homes.SECTORS).take(homes.sector),
            "places": homes.places,
            "short_break": homes.short_break,
            "takes_complex_needs": homes.takes_needs & COMPLEX_NEEDS > 0,
            "helps_with_mental_health": homes.takes_needs & MENTAL_HEALTH > 0,
            "ages_taken": _words(AGES).take(homes.takes_ages),
            "opened_week": pd.array(homes.opened_week, dtype="Int64"),
            "closed_week": pd.array(homes.closed_week, dtype="Int64"),
            "occupied": homes.occupied,
            "blocked": homes.blocked,
            "unit_cost_gbp": homes.unit_cost * market.cost_index,
            "ask_gbp": homes.ask,
            "rating": _words(of_homes.RATINGS).take(homes.rating),
            "on_framework": on_any_panel(market, arrangements),
            "house_price_gbp": areas.house_price[homes.authority],
        }
    ).assign(
        opened_week=lambda frame: frame["opened_week"].mask(from_before),
        closed_week=lambda frame: frame["closed_week"].mask(is_open),
    )


def outcomes_frame(market: Market, tally: outcomes.Tally | None) -> pd.DataFrame:
    """A row an outcome that is compared, and region or England, of the sums of a run's last year; none before it."""
    areas = market.authorities
    if tally is None:
        return pd.DataFrame({"outcome": [], "region": [], "value": []})
    total = _outcome_rows(tally.total(), [outcomes.ENGLAND])
    return pd.concat([total, _outcome_rows(tally.grouped(areas.region, len(areas.region_names)), areas.region_names)])


def _outcome_rows(tally: outcomes.Tally, names: list[str]) -> pd.DataFrame:
    compared = [measure for measure in outcomes.MEASURES.values() if measure.compared]
    values = np.concatenate([measure.value(tally) for measure in compared])
    names_of = np.repeat([measure.name for measure in compared], len(names))
    return pd.DataFrame({"outcome": names_of, "region": names * len(compared), "value": values})


def _words(names: Sequence[str | None]) -> Any:
    """Words from which to take a column, as pandas keeps words: it need not look at each of its rows then."""
    return pd.Series(list(names)).array
