"""All families of forms that there are, in the order in which a head is held against them."""

from __future__ import annotations

from marketsim.own_data.formats import dfe, ssda903
from marketsim.own_data.recognising import Family


def families() -> tuple[Family, ...]:
    """Every family; the most particular heads first."""
    return (ssda903.FAMILY, dfe.FAMILY)
