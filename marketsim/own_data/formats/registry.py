"""All families of forms that there are, in the order in which a head is held against them."""

from __future__ import annotations

from marketsim.own_data.formats import dfe, forecast, ofsted, placements_standard, ssda903, template, weekly_lists
from marketsim.own_data.recognising import Family


def families() -> tuple[Family, ...]:
    """Every family; the most particular heads first."""
    return (
        ssda903.FAMILY, placements_standard.FAMILY, template.FAMILY, dfe.FAMILY, ofsted.FAMILY, forecast.FAMILY,
        weekly_lists.FAMILY,
    )  # fmt: skip
