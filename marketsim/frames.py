"""The tables of placements and of homes that a run leaves behind."""

from __future__ import annotations

import numpy as np
import pandas as pd

from marketsim.children import BANDS, END_REASONS, NOT_YET, NOTICES, PlacementRecords
from marketsim.homes import NEVER, RATINGS, SECTORS
from marketsim.purchasing.arrangement import Market
from marketsim.recording import on_any_panel


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
