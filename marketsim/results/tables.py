"""The tables of placements and of homes that a run leaves behind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from marketsim.market.children import BANDS, END_REASONS, NOT_YET, NOTICES
from marketsim.market.homes import NEVER, RATINGS, SECTORS
from marketsim.market.market import Market
from marketsim.purchasing.arrangement import Arrangement
from marketsim.week.recording import on_any_panel


def placements_frame(market: Market, arrangements: Sequence[Arrangement]) -> pd.DataFrame:
    """`placements.parquet`: a row a placement; `end_week` and `end_reason` are empty while it lasts."""
    homes, areas, records = market.homes, market.authorities, market.records
    home = records.home
    host = homes.authority[home]
    codes, sectors = _words(areas.code), _words(SECTORS)
    routes = _words([arrangement.route for arrangement in arrangements])
    running = records.end_week == NOT_YET
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
            "end_reason": _words([None, *END_REASONS[1:]]).take(records.end_reason),
            "need_band": _words(BANDS).take(records.band),
            "need_score": records.score,
            "age": records.age,
            "notice": _words(NOTICES).take(records.emergency.astype(np.int64)),
            "weekly_fee_gbp": records.fee,
            "distance_miles": records.miles,
            "displaced": records.displaced,
            "out_of_area": host != records.child_authority,
            "wait_weeks": records.wait,
        }
    ).assign(end_week=lambda frame: frame["end_week"].mask(running))


def homes_frame(market: Market, arrangements: Sequence[Arrangement]) -> pd.DataFrame:
    """A row a home that was ever open, in the state of the last week; `closed_week` is empty while it is open."""
    homes, areas = market.homes, market.authorities
    is_open = homes.closed_week == NEVER
    return pd.DataFrame(
        {
            "home_id": np.arange(len(homes)),
            "host_authority": _words(areas.code).take(homes.authority),
            "host_region": _words(areas.region_names).take(areas.region[homes.authority]),
            "provider_id": homes.provider,
            "sector": _words(SECTORS).take(homes.sector),
            "places": homes.places,
            "short_break": homes.short_break,
            "opened_week": pd.array(np.maximum(homes.opened_week, -1), dtype="Int64"),
            "closed_week": pd.array(np.where(is_open, 0, homes.closed_week), dtype="Int64"),
            "occupied": homes.occupied,
            "blocked": homes.blocked,
            "unit_cost_gbp": homes.unit_cost * market.cost_index,
            "ask_gbp": homes.ask,
            "rating": _words(RATINGS).take(homes.rating),
            "on_framework": on_any_panel(market, arrangements),
            "house_price_gbp": areas.house_price[homes.authority],
        }
    ).assign(closed_week=lambda frame: frame["closed_week"].mask(is_open))


def _words(names: Sequence[str | None]) -> Any:
    """Words from which to take a column, as pandas keeps words: it need not look at each of its rows then."""
    return pd.Series(list(names)).array
