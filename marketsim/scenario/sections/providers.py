"""Providers: cost, fees, whom they refuse, openings and closings; and inspection."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from marketsim.scenario.errors import LocatedError
from marketsim.scenario.sections.base import (
    Count,
    Miles,
    Pounds,
    PoundsPerWeek,
    Ratio,
    Section,
    Share,
    Weeks,
    figure,
    lever,
)


class Providers(Section):
    """What providers' places cost, what they ask, whom they refuse, and how their number changes."""

    cost_private: PoundsPerWeek | None = lever(
        None, "running cost per resident of a private home; not given: worked out from people and rotas (`staffing`)"
    )
    cost_voluntary: PoundsPerWeek | None = lever(None, "the same for voluntary and health homes")
    cost_local_authority: PoundsPerWeek | None = lever(None, "the same for authorities' own homes")
    cost_spread: Share = figure(0.20, "cost differs between homes by up to this share either way, evenly")
    fixed_cost_share: Share = figure(
        0.65, "share of running cost that a staffed place costs when empty: posts, house and managers of the rota"
    )
    planned_occupancy: Share = figure(
        0.85,
        "occupancy of staffed places that costs are planned on",
        "estimated",
        "upper end of the ICHA survey; NCERCC costs own homes at 85%",
    )
    floor_margin: Share = figure(
        0.07,
        "margin over planned cost that a small private provider aims at",
        "estimated",
        "between net margin 4.5% and EBITDA 9.0% of turnover, medians of companies; FAME",
    )
    floor_margin_large: Share = figure(
        0.2, "the same for large private groups (10 homes and more)", "estimated", "CMA 2022"
    )
    floor_margin_voluntary: Share = figure(0.03, "the same for voluntary and health homes: a small surplus")
    pressure_half: Ratio = figure(
        1.1,
        "children searching per free place within reach at which half of the pressure on fees is felt",
        "estimated",
        "fee of about 6,100 (targets)",
    )
    pressure_reach_miles: Miles = figure(60.0, "distance within which searching children press on a home's fee")
    occupancy_memory: Share = figure(0.1, "weight of the latest month in the occupancy that a provider goes by")
    occupancy_at_start: Share = figure(
        0.82, "occupancy of staffed places that providers have seen before week 0", "measured", "ICHA survey 80-85%"
    )
    occupancy_pass_through: Share = figure(
        0.3, "share of a change in its own occupancy that a home plans its costs on: emptier homes are dearer"
    )
    scarcity_power: Ratio = figure(
        2.5,
        "how sharply fees rise with pressure: a power of it, so that a little scarcity moves them little",
        "estimated",
        "margin of large groups 22.6%, fee of 5,550 (targets)",
    )
    fee_adjustment: Share = figure(0.25, "share of the way to the wanted fee that a provider goes every month")
    accepted_weight: Share = figure(0.05, "weight of the fees last accepted in the fee that a home wants")
    bargaining: Share = figure(
        0.13,
        "most of the gap between the fee asked and what the commissioner would accept that goes to a provider whose "
        "offer is the only one, and less the more there are; the luck of the two decides between none and that",
        "estimated",
        "correlation of need and fee 0.2 (targets)",
    )
    bargaining_bespoke: Share = figure(
        0.5,
        "the same where staff of a child's own are bought, whatever other offers there are",
        "estimated",
        "1,510 placements at 10,000 GBP a week or more (targets)",
    )
    bespoke_margin: Share = figure(0.18, "margin over cost of the staff that a child needs for itself")
    solo_places_most: Count = figure(3, "places of the largest home in which one child lives alone")
    bidding: Share = figure(
        0.7, "share of the gap to a rival authority's limit by which the fee of a contested place is bid up"
    )
    notice_per_quarter: Share = figure(
        0.1, "chance in a quarter that a provider gives notice to a child who costs more than it brings"
    )
    notice_weeks: Weeks = figure(
        4, "weeks until that child must leave", "measured", "28 days in contracts", off_if={"notice_per_quarter": 0}
    )
    risk_cost: PoundsPerWeek = figure(
        700.0, "what the risk of the most needy child is worth to a provider that chooses between children"
    )
    acceptance_least_need: Share = figure(
        0.46,
        "chance that a home with a free place offers it to a child of the least need",
        "estimated",
        "3-5 in 100 for children without complex needs; distances in targets",
    )
    acceptance_most_need: Share = figure(
        0.00001, "the same for a child of the most need", "estimated", "a few in 1,000; as above"
    )
    acceptance_need_power: Ratio = figure(
        2.55,
        "how much of the fall of acceptance comes at the highest needs (1: geometric all along)",
        "estimated",
        "770 children unregistered while half of all are placed within 20 miles (targets)",
    )
    breakdown_caution: Share = figure(0.75, "factor on acceptance for each earlier breakdown")
    loss_sensitivity: Ratio = figure(
        2.0, "share of acceptance lost per share of cost by which fee less cost and risk falls short of nothing"
    )
    rating_caution: Share = figure(
        0.3, "loss of acceptance of the most needy child at a home that has a good rating to lose"
    )
    fee_sensitivity: Ratio = figure(1.5, "share of acceptance lost per share by which a fee lies below the ask")
    blocked_share: Share = figure(
        0.195,
        "share of places that can't be filled for want of staff or because of residents",
        "estimated",
        "registered occupancy 70% against 80-85% in provider surveys (targets)",
    )
    blocked_weeks: Annotated[int, Field(ge=1, le=520, json_schema_extra={"unit": "weeks"})] = figure(
        26, "weeks for which a place stays blocked or free before that is decided anew", off_if={"blocked_share": 0}
    )
    openings_per_year: Share = figure(
        0.155,
        "homes registered a year per private home, where a new home brings the usual return",
        "measured",
        "Ofsted, year to March 2024",
    )
    return_usual: Ratio = figure(
        0.122,
        "yearly surplus of a new home over what house and setting up cost, at which that many are planned",
        "estimated",
        "532 homes registered (targets)",
        off_if={"openings_per_year": 0},
    )
    return_least: Share = figure(
        0.08, "the same return below which nobody plans a home", off_if={"openings_per_year": 0}
    )
    setting_up_cost: Pounds = figure(
        150_000.0, "cost of a new home before its first resident, besides the house", off_if={"openings_per_year": 0}
    )
    foresight: Share = figure(
        0.5,
        "share of the places in the pipeline that companies count on when they judge how full a new home will be",
        off_if={"openings_per_year": 0},
    )
    newcomers: Share = figure(
        0.1,
        "share of plans that look where children come from, not where homes are already",
        off_if={"openings_per_year": 0},
    )
    openings_voluntary: Share = figure(
        0.06, "homes registered a year per voluntary or health home", "measured", "Ofsted 2017-2023: 9 a year of 150"
    )
    openings_local_authority: Share = figure(
        0.05, "homes registered a year per own home of authorities", "measured", "Ofsted 2017-2023: 21 a year of 425"
    )
    opening_places: Annotated[float, Field(ge=1, le=20, json_schema_extra={"unit": "places"})] = figure(
        3.2, "mean places of a new home", "measured", "Ofsted, year to March 2024"
    )
    registration_weeks_least: Weeks = figure(26, "shortest time to registration", "measured", "6-18 months")
    registration_weeks_most: Weeks = figure(78, "longest time to registration", "measured", "6-18 months")
    managers_per_year: Share = figure(
        0.17,
        "registered managers who become free for new homes a year, per open home; closing homes free theirs",
        "estimated",
        "532 homes registered (targets) of 3,050 open",
    )
    closings_per_year: Share = figure(
        0.031, "private homes closed a year per home for reasons other than money", "estimated", "5% a year (targets)"
    )
    closings_voluntary: Share = figure(
        0.05,
        "the same for voluntary and health homes",
        "estimated",
        "12 a year of 150 close (Ofsted 2017-2023), some of them for losses",
    )
    closings_local_authority: Share = figure(
        0.05, "the same for own homes of authorities", "measured", "Ofsted 2017-2023: 22 a year of 425"
    )
    closings_if_losing: Ratio = figure(
        0.4, "homes closed a year on top, per share of its cost that a home has been losing", "estimated", "as above"
    )
    debt_per_place: Pounds = figure(
        50_000.0, "debt of large private groups per place", "assumption", "CMA 2022 says high, without a figure a place"
    )
    interest_per_year: Share = figure(0.08, "interest on that debt a year", off_if={"debt_per_place": 0})
    quarters_to_failure: Annotated[int, Field(ge=1, le=100, json_schema_extra={"unit": "quarters"})] = figure(
        6,
        "quarters in a row in which a large group fails to earn its interest before it fails itself",
        off_if={"debt_per_place": 0},
    )
    rescued_share: Share = figure(
        0.7,
        "share of a failing group's homes that others take over; the rest close at once",
        off_if={"debt_per_place": 0},
    )

    @model_validator(mode="after")
    def _ranges_fit(self) -> Providers:
        if self.registration_weeks_least > self.registration_weeks_most:
            raise LocatedError(("registration_weeks_least",), "is above registration_weeks_most")
        if self.acceptance_most_need > self.acceptance_least_need:
            raise LocatedError(("acceptance_most_need",), "is above acceptance_least_need")
        if self.return_least >= self.return_usual:
            raise LocatedError(("return_least",), "is not below return_usual")
        return self


class Ratings(Section):
    """Inspection judgements: a home's lasting quality, the luck of the year, and its breakdowns."""

    share_outstanding: Share = figure(0.109, "share of inspected homes rated outstanding", "measured", "Ofsted 2024")
    share_good: Share = figure(0.722, "share rated good", "measured", "Ofsted 2024")
    share_inadequate: Share = figure(0.017, "share rated inadequate", "measured", "Ofsted 2024")
    lasting_share: Share = figure(0.6, "share of the variance of judgements that is the home's lasting quality")
    breakdown_effect: Ratio = figure(
        0.5, "standard deviations by which a breakdown per place in the year, above the usual, lowers the judgement"
    )
    closings_if_inadequate: Share = figure(0.3, "homes rated inadequate that close a year on top of others")

    @model_validator(mode="after")
    def _shares_fit(self) -> Ratings:
        if self.share_outstanding + self.share_good + self.share_inadequate > 1:
            raise LocatedError(("share_good",), "the shares add up to more than 1")
        return self
