"""All families of forms that there are, in the order in which a head is held against them."""

from __future__ import annotations

from marketsim.own_data.formats.forecasts import forecast
from marketsim.own_data.formats.lists import placements_standard, weekly_lists
from marketsim.own_data.formats.published import dfe, ofsted
from marketsim.own_data.formats.returns import ssda903
from marketsim.own_data.formats.template import template
from marketsim.own_data.reading.recognising import Family


def families() -> tuple[Family, ...]:
    """Every family; the most particular heads first."""
    return (
        ssda903.FAMILY, placements_standard.FAMILY, template.FAMILY, dfe.FAMILY, ofsted.FAMILY, forecast.FAMILY,
        weekly_lists.FAMILY,
    )  # fmt: skip
