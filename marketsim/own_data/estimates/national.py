"""The national value beside each of our own, with source and status as the package has them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from marketsim.core.units import DAYS_PER_WEEK
from marketsim.england.figures import authority_rows, target_rows
from marketsim.own_data.estimates.quantities import RESTRICTED_WEEKS
from marketsim.own_data.estimates.stays import national_stays
from marketsim.own_data.records import SECTORS
from marketsim.scenario.schema import Demand, Need, Section, Stays

LIST = "Ofsted, list of homes 2024 (authorities.csv): share of places, not of placements"
HOMES = "DfE, Children looked after in England 2024 (authorities.csv), children in secure homes among them"


class National(NamedTuple):
    """A value for England (or of the same authorities, for numbers), where it is from, and how sure it is."""

    value: float
    source: str
    status: str


def national(quantity: str, codes: Collection[str]) -> National | None:
    """What is published or assumed for a quantity; of numbers, for the authorities of some ONS codes. None: nothing."""
    if quantity in NUMBERS:
        return NUMBERS[quantity](frozenset(codes))
    return _plain().get(quantity)


@cache
def _plain() -> dict[str, National]:
    """Those that are the same whoever asks."""
    weeks, weights = national_stays()
    bands, middling = _figure(Stays, "growth_tilt_per_year"), _figure(Need, "share_standard")
    stays = {
        "stay_mean": float(weeks @ weights),
        "stay_median": float(weeks[np.searchsorted(np.cumsum(weights), 0.5)]),
        "stay_restricted_mean": float(np.minimum(weeks, RESTRICTED_WEEKS) @ weights),
    }
    source = f"bands of endings, corrected for growth of the stock to stays that begin; {bands.source}"
    standard, severe = middling.value, _figure(Need, "share_severe").value
    return {
        **{name: National(value, source, bands.status) for name, value in stays.items()},
        **{name: _target(measure, factor) for name, (measure, factor) in TARGETS.items()},
        **{name: _figure(section, key) for name, (section, key) in FIGURES.items()},
        "need_complex": National(1 - standard - severe, "what the other two leave", "assumption"),
        **{f"sector_{sector}": _places(sector) for sector in SECTORS if sector != "local_authority"},
    }


def _figure(section: type[Section], key: str) -> National:
    """The default of a scenario's key."""
    field = section.model_fields[key]
    extra: Any = field.json_schema_extra
    return National(float(field.default), extra["source"], extra["status"])


def _target(measure: str, factor: float = 1.0) -> National:
    """A row of targets.csv."""
    row = next(row for row in target_rows() if row["measure"] == measure)
    return National(float(row["value"]) * factor, f"{row['source']} ({row['as_at']})", row["status"])


def _places(sector: str) -> National:
    """A sector's share of the places of authorities.csv; of health bodies what the others leave."""
    total = _sum("places")
    if sector == "health":
        return National(1 - sum(_sum(f"places_{one}") for one in SECTORS if one != "health") / total, LIST, "estimated")
    return National(_sum(f"places_{sector}") / total, LIST, "measured")


def _sum(column: str, codes: Collection[str] | None = None) -> float:
    """The sum of a column over all authorities, or some; NaN if one of those isn't there or wasn't published."""
    cells = {row["ons_code"]: row[column] for row in authority_rows()}
    if codes is None:
        return sum(float(cell) for cell in cells.values() if cell)
    return sum(float(cells.get(code) or "nan") for code in codes)


def _children(codes: frozenset[str]) -> National | None:
    value = _sum("children_in_homes", codes)
    return National(value, HOMES, "measured") if codes and value == value else None


def _starts(codes: frozenset[str]) -> National | None:
    children, target = _children(codes), _target("new_placements_per_year")
    if children is None:
        return None
    share = children.value / _sum("children_in_homes")
    return National(target.value * share, f"shared out like children in homes; {target.source}", "estimated")


NUMBERS: dict[str, Callable[[frozenset[str]], National | None]] = {
    "children_in_homes": _children, "starts_per_year": _starts
}  # fmt: skip
TARGETS = {
    "ended_stay_mean": ("placement_duration_mean", 1 / DAYS_PER_WEEK),
    "ended_stay_median": ("placement_duration_median", 1 / DAYS_PER_WEEK),
    "route_spot": ("share_spot", 1.0),
    "route_framework": ("share_framework", 1.0),
    "route_block": ("share_block", 1.0),
    "sector_local_authority": ("share_places_local_authority", 1.0),
    "out_of_area": ("out_of_area_share", 1.0),
    "over_20_miles": ("over_20_miles_share", 1.0),
    "fee_mean": ("weekly_fee_mean", 1.0),
    "fee_mean_in_house": ("weekly_cost_in_house", 1.0),
}
FIGURES: dict[str, tuple[type[Section], str]] = {
    "breakdown": (Demand, "breakdown_share"),
    "need_standard": (Need, "share_standard"),
    "need_severe": (Need, "share_severe"),
    "age_under_10": (Need, "share_under_10"),
    "age_16_and_over": (Need, "share_16_and_over"),
    "boys": (Need, "share_boys"),
    "emergency": (Need, "emergency_share"),
}
