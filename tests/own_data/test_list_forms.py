"""A file is of one form only: none of the forms of lists, forecasts and templates takes another's heads."""

from __future__ import annotations

import pytest
from test_forecast import WEEKLY
from test_placements_standard import CAMEL, HUMAN, OTHER_SPELLINGS, SNAKE
from test_template import CONTRACT_HEADS, HOME_HEADS
from test_weekly_lists import CENSUS, OWN, WITHOUT_PLACE

from marketsim.own_data.formats.forecasts import forecast
from marketsim.own_data.formats.lists import placements_standard, weekly_lists
from marketsim.own_data.formats.template import template
from marketsim.own_data.reading.recognising import plain_head

FORMATS = [form for module in (placements_standard, weekly_lists, forecast, template) for form in module.FAMILY.formats]
EPISODES = ["CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC", "REASON_PLACE_CHANGE",
            "HOME_POST", "PL_POST", "URN"]  # fmt: skip
INSPECTED = ["Local authority", "Region", "URN", "Provision type", "Sector", "Places", "Registration date",
             "Overall experiences"]  # fmt: skip


@pytest.mark.parametrize(("heads", "name"), [
    (HUMAN, "placements_standard"), (OTHER_SPELLINGS, "placements_standard"), (CAMEL, "placements_standard"),
    (SNAKE, "placements_standard"), ([*SNAKE, "placement_start_date", "placement_sourced"], "placements_standard"),
    (OWN, "weekly_list"), (CENSUS, "weekly_list"), (WITHOUT_PLACE, "weekly_list_without_place"),
    (WEEKLY[0], "forecast"), (["authority", "need", "date", "period", "measure", "children"], "forecast"),
    (["", "10 to 16 - Residential", "10 to 16 - Other"], "forecast_wide"), (HOME_HEADS, "own_homes"),
    (CONTRACT_HEADS, "own_contracts"), (EPISODES, None), (INSPECTED, None), (["residential", "cost"], None),
])  # fmt: skip
def test_heads_are_of_one_form_or_of_none(heads: list[str], name: str | None) -> None:
    words = frozenset(plain_head(head) for head in heads if head)
    assert [form.name for form in FORMATS if form.fits(words)] == ([name] if name else [])
