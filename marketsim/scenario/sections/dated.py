"""What happens at a date within a run: groups that fail, values that change."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from marketsim.scenario.sections.base import Date, Rank, Section, Share, figure


class ProviderFailure(Section):
    """A dated shock: a large private group fails and its homes close, with the children back on the market."""

    date: Annotated[Date, Field(alias="from", description="date of the failure")]
    provider_rank: Rank = figure(1, "which private group: 1 is the one with most homes in week 0")
    closes_share: Share = figure(1.0, "share of its homes that close at once; others take over the rest")


class Change(Section):
    """Values that hold from a date on: any of the sections that describe the market, but for `world` and `stays`."""

    model_config = ConfigDict(extra="allow")
    date: Annotated[Date, Field(alias="from", description="date from which the values hold")]
