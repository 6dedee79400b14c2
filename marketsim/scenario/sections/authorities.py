"""Authorities as buyers, the last resort, and prices outside the market."""

from __future__ import annotations

import itertools
from typing import Annotated

from pydantic import Field, model_validator

from marketsim.scenario import errors
from marketsim.scenario.sections.base import (
    Date,
    MeanWeeks,
    PoundsPerMile,
    PoundsPerWeek,
    RatioByCare,
    Section,
    Share,
    SharePerYear,
    Weeks,
    figure,
    lever,
)


class OwnHomes(Section):
    """Homes that authorities open by policy: planned at a date, open after the registration lead time."""

    date: Annotated[Date, Field(alias="from", description="date on which the homes are planned")]
    homes: Annotated[int, Field(ge=1, le=1_000, json_schema_extra={"unit": "homes"})] = figure(1, "homes per authority")
    places: Annotated[int, Field(ge=1, le=20, json_schema_extra={"unit": "places"})] = figure(4, "places in each")
    authorities: list[str] = Field(default_factory=list, description="names or ONS codes; none named: everybody")
    regions: list[str] = Field(default_factory=list, description="names of regions")


class Commissioning(Section):
    """How authorities search and choose."""

    value_per_mile: PoundsPerMile = figure(
        280.0,
        "fee that an authority would pay a week to place a child one mile nearer",
        "estimated",
        "49% over 20 miles",
    )
    value_in_area: PoundsPerWeek = figure(
        2_700.0,
        "fee that an authority would pay a week for a home within its own boundary (Children Act 1989, section 22C: "
        "so far as reasonably practicable)",
        "estimated",
        "67% out of area (targets)",
    )
    value_of_match: PoundsPerWeek = figure(
        500.0, "fee that it would pay a week for residents who suit the child fully rather than not at all"
    )
    value_of_rating: PoundsPerWeek = figure(100.0, "fee that it would pay a week for a judgement one step better")
    only_good_share: Share = figure(
        0.6, "share of authorities that ask only homes rated good or outstanding, until the deadline"
    )
    beside_paid_share: Share = figure(
        0.5, "share of places left empty beside a child that the authority pays for; the rest is the provider's loss"
    )
    beside_fee_share: Share = figure(
        0.7, "share of the child's fee that is paid for such a place, and for each that a child alone in a home keeps"
    )
    budget_uplift_per_year: SharePerYear = figure(
        0.0,
        "rise of an authority's yearly budget over last year's spend",
        "estimated",
        "placements: budget of 4.7bn in 2023/24, as much as was spent in 2022/23",
    )
    budget_tightening: Share = figure(
        0.3, "share by which an authority overspent by all its budget lowers the fees it accepts at first"
    )
    own_homes: list[OwnHomes] = Field(default_factory=list, description="homes that authorities open by policy")
    shortlist: Annotated[int, Field(ge=1, le=100, json_schema_extra={"unit": "offers"})] = figure(
        5, "offers that a commissioner pursues per child, route and week"
    )
    deadline_weeks_planned: Weeks = figure(
        8, "weeks a planned move can wait before the last resort", "estimated", "770 unregistered (targets)"
    )
    deadline_weeks_emergency: Weeks = figure(2, "the same for an emergency")
    urgency_of_emergency: Share = figure(0.6, "urgency of an emergency in its first week")
    answer_weeks: Annotated[int, Field(ge=1, le=520, json_schema_extra={"unit": "weeks"})] = figure(
        4, "weeks for which a home's answer to a referral stands before it is asked afresh"
    )
    fee_memory: Share = figure(0.1, "weight of the latest month's fees in what an authority expects to pay")
    availability_at_start: Annotated[float, Field(gt=0, le=1, json_schema_extra={"unit": "share"})] = figure(
        0.5,
        "chance that a home had a free place when a child already placed in week 0 was looking",
        "estimated",
        "distances in targets",
    )


class Unregistered(Section):
    """The last resort, outside regulation."""

    weekly_cost: PoundsPerWeek = figure(10_500.0, "mean weekly cost", "measured", "Children's Commissioner 2025")
    cost_by_care: RatioByCare = figure(
        RatioByCare(shared=0.73, one_to_one=0.86, two_to_one=1.2, solo=1.46),
        "cost of the last resort by the staff that a child needs, over the mean (ratio)",
    )
    need_ends_mean_weeks: MeanWeeks = figure(
        75.0,
        "mean time until such a child leaves otherwise (0: at once)",
        "estimated",
        "mean stay 6 months, 770 children",
    )
    search_every_weeks: Annotated[int, Field(ge=1, le=520, json_schema_extra={"unit": "weeks"})] = figure(
        4, "weeks between searches for a home for such a child"
    )


class PricesOfYear(Section):
    """Prices and pay with which a financial year begins."""

    year: Annotated[int, Field(ge=1951, le=2300, json_schema_extra={"unit": "year"})] = figure(
        2026, "calendar year in whose April it begins"
    )
    cpi: SharePerYear = figure(0.025, "rise of consumer prices in the twelve months before")
    pay: SharePerYear = figure(0.035, "rise of average pay in the twelve months before")
    minimum_wage: Annotated[float, Field(gt=0, le=1_000, json_schema_extra={"unit": "GBP/hour"})] = figure(
        12.71, "minimum wage of adults from that April", "measured", "National Living Wage from April 2026"
    )


class Economy(Section):
    """How prices outside this market move."""

    prices_of: Annotated[int, Field(ge=2014, le=2025, json_schema_extra={"unit": "year"})] = lever(
        2023,
        "financial year (from April) in whose money costs, ceilings and the like are written; prices and pay move them "
        "to the year in which the run starts",
    )
    level_at_start: Annotated[float, Field(gt=0, le=10, json_schema_extra={"unit": "ratio"})] = lever(
        1.0, "costs and all other amounts at the start over what prices and pay alone make of them"
    )
    recorded: bool = figure(
        True, "true: recorded prices and pay as long as there are records", "measured", "ONS; england/economy.csv"
    )
    path: list[PricesOfYear] = Field(
        default_factory=list, description="prices and pay year by year, in place of records and of the rates below"
    )
    cpi_per_year: SharePerYear = figure(0.025, "rise of consumer prices after the records")
    pay_per_year: SharePerYear = figure(0.035, "rise of average pay after the records")
    minimum_wage_per_year: SharePerYear = figure(
        0.041, "rise of the minimum wage after the records", "measured", "12.71 GBP from April 2026, was 12.21"
    )
    pay_share_of_cost: Share = figure(
        0.66, "share of running cost that is pay", "measured", "median of 189 companies (quartiles 0.60-0.71), FAME"
    )
    frontline_share_of_pay: Share = figure(
        0.8,
        "share of pay that goes to care staff",
        "estimated",
        "12.7 heads a home, 13.06 and 22.51 GBP an hour; DfE workforce census 2024",
    )
    pass_through: Share = figure(
        0.75,
        "share of the rise of the minimum wage beyond average pay that care staff get",
        "estimated",
        "0.5-1.0: about 1 in adult care homes 2017-2023, pay 1.14 times the minimum in children's homes 2024",
    )

    @model_validator(mode="after")
    def _path_goes_on(self) -> Economy:
        for number, (before, now) in enumerate(itertools.pairwise(self.path), start=1):
            if now.year != before.year + 1:
                words = f"is {now.year} behind {before.year}; the years must follow one another without a gap"
                raise errors.LocatedError(("path", number, "year"), words)
            if now.minimum_wage < before.minimum_wage:
                words = f"falls from {before.minimum_wage:g} to {now.minimum_wage:g}; a minimum wage only rises"
                raise errors.LocatedError(("path", number, "minimum_wage"), words)
        return self
