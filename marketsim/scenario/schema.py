"""What a scenario may say: every field with its type, unit, bounds, default, status and source.

The sections are read by the parts of the model that share their names. Money is in pounds of the week in which it is
paid; `economy` moves costs from week to week. Sources named "targets" are the rows of england/targets.csv.
"""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, PlainValidator, SerializeAsAny, field_validator, model_validator

from marketsim.purchasing.rule import PurchasingRule, parse_rule
from marketsim.scenario.errors import LocatedError, shown
from marketsim.units import (
    Count,
    MeanWeeks,
    Miles,
    PerYear,
    Pounds,
    PoundsPerMile,
    PoundsPerWeek,
    Ratio,
    Share,
    SharePerYear,
    Weeks,
    figure,
)

LONGEST_NAME = 80
FOLDER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]*")
STOCK_YEARS = (2014, 2023, 2024)
DFE_2024 = "DfE, Children looked after in England 2024"


class Section(BaseModel):
    """Base of all sections: strict types, no unknown keys, no NaN, cannot be changed once read."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class Horizon(Section):
    """When a run starts and how long it lasts."""

    start: datetime.date = figure(
        datetime.date(2024, 3, 31), "date of week 0, the state at the start", "measured", DFE_2024
    )
    weeks: Annotated[int, Field(ge=1, le=5_200, json_schema_extra={"unit": "weeks"})] = figure(
        104, "weeks simulated; outcomes are compared over the last 52"
    )


class EnglandWorld(Section):
    """England's 153 authorities with their homes, places and children on 31 March 2024."""

    kind: Literal["england"] = "england"
    stock_of: Annotated[int, Field(ge=2014, le=2024, json_schema_extra={"unit": "year"})] = figure(
        2024,
        "year (31 March) of the homes and places; those of other years than 2024 are 2024's scaled by sector and size",
        "measured",
        "Ofsted; england/stock.csv",
    )
    children_at_start: Count = figure(8_540, "children in children's homes", "measured", DFE_2024)
    unregistered_at_start: Count = figure(
        770, "children in unregistered settings", "measured", "Children's Commissioner, September 2024"
    )

    @field_validator("stock_of")
    @classmethod
    def _has_a_stock(cls, year: int) -> int:
        if year not in STOCK_YEARS:
            raise ValueError(f"expected one of {', '.join(map(str, STOCK_YEARS))}, got {year}")
        return year


class SyntheticWorld(Section):
    """Authorities and homes on a square plane, for theory, teaching and growth tests."""

    kind: Literal["synthetic"]
    authorities: Annotated[int, Field(ge=1, le=2_000, json_schema_extra={"unit": "count"})] = figure(
        4, "authorities, on a grid of squares that fills the plane"
    )
    regions: Annotated[int, Field(ge=1, le=100, json_schema_extra={"unit": "count"})] = figure(
        1, "regions, neighbouring authorities together"
    )
    homes: Annotated[int, Field(ge=1, le=100_000, json_schema_extra={"unit": "count"})] = figure(40, "homes in all")
    places_per_home: Annotated[int, Field(ge=1, le=1_000, json_schema_extra={"unit": "count"})] = figure(
        4, "places in every home"
    )
    homes_per_provider: Annotated[int, Field(ge=1, le=1_000, json_schema_extra={"unit": "count"})] = figure(
        3, "homes that one private provider owns"
    )
    local_authority_share: Share = figure(0.125, "share of homes run by the authority in whose area they stand")
    side_miles: Annotated[float, Field(gt=0, le=1_000, json_schema_extra={"unit": "miles"})] = figure(
        60.0, "side of the square plane"
    )
    homes_everywhere: bool = figure(
        False, "true: homes at random in the whole plane; false: within the discs of the authorities"
    )
    authority_radius_miles: Miles = figure(8.0, "radius of the disc in which an authority's children live")
    children_at_start: Count = figure(80, "children already placed in week 0")
    unregistered_at_start: Count = figure(0, "children in unregistered settings in week 0")


World = Annotated[EnglandWorld | SyntheticWorld, Field(discriminator="kind")]


class Demand(Section):
    """Children who newly need a place, and placements that break down."""

    new_needs_per_year: PerYear = figure(
        5_700.0,
        "children a year who newly need a home, all authorities; moves after a breakdown come on top",
        "estimated",
        "6,650 starts a year (targets) less the returns after breakdowns, plus children never placed",
    )
    level: Ratio = figure(1.0, "new needs over that number, for paths that change by date")
    growth_share_per_year: SharePerYear = figure(
        0.02, "yearly growth of new needs: the recent trend", "measured", "starts 6,260 (2021) to 6,650; " + DFE_2024
    )
    growth_by_region: dict[str, SharePerYear] = figure(
        {}, "yearly growth of new needs in regions where it differs (share/year)", "assumption"
    )
    extra_complex_per_year: PerYear = figure(
        0.0, "children a year with complex or severe needs on top, for instance when mental-health beds close"
    )
    fostering_displacement: Share = figure(
        0.275,
        "share of new needs for which fostering would be the better match; they are children of standard need",
        "measured",
        "25-30%, DfE/Mutual Ventures 2024 (targets)",
    )
    fostering_recovered: Share = figure(
        0.0, "lever: share of these children for whom a foster home is found, so that they need no place"
    )
    breakdown_share: Share = figure(
        0.2,
        "share of stays that end by breaking down and bring the child back, for a child of middling need",
        "estimated",
        "between 15% of entries after a breakdown in a home (Ofsted 2019) and 26% of endings on request of "
        "carer, child or authority or for standards or closure (DfE 2024)",
    )
    breakdown_season: Share = figure(0.15, "share by which breakdowns lie above their yearly mean at the peak")
    breakdown_peak_month: Annotated[int, Field(ge=1, le=12, json_schema_extra={"unit": "month"})] = figure(
        9, "month in which breakdowns peak"
    )
    moves_on_share: Share = figure(
        0.75,
        "share of planned ends after which the child lives in care elsewhere, such as in fostering",
        "estimated",
        "4,970 of 6,010 endings are moves (DfE 2024), less breakdowns and changes of status only (7%)",
    )
    elsewhere_median_weeks: MeanWeeks = figure(
        19.9, "median time that a child who moved on lives there", "measured", "139 days, all placements; " + DFE_2024
    )
    elsewhere_mean_weeks: MeanWeeks = figure(
        43.9, "mean of the same (lognormal)", "measured", "307 days, all placements; " + DFE_2024
    )
    comes_back_share: Share = figure(
        0.15,
        "share of stays elsewhere after which the child needs a home again",
        "estimated",
        "41% of entries follow a breakdown of fostering (Ofsted 2019), only some by children who had been in a home",
    )


class Stays(Section):
    """How long a placement lasts from its start."""

    distribution: Literal["published", "exponential", "fixed"] = figure(
        "published", "`published`: the eight bands of endings in 2023/24", "measured", DFE_2024
    )
    mean_weeks: MeanWeeks = figure(63.4, "mean stay of `exponential` and `fixed`", "measured", "444 days; " + DFE_2024)
    growth_tilt_per_year: SharePerYear = figure(
        0.10,
        "growth of the numbers in homes in the year of the published endings; a growing stock has more short "
        "stays among its endings than among its starts, and the published bands are corrected for that",
        "estimated",
        "between the growth of the stock, 8.5%, and the excess of starts over endings, 10.6%; " + DFE_2024,
    )


class ByNeed(Section):
    """One number for each need band; subclasses say of what kind."""

    def array(self) -> NDArray[np.float64]:
        """The numbers in the order of the bands: standard, complex, severe."""
        return np.array(list(self.model_dump().values()), dtype=np.float64)


class ShareByNeed(ByNeed):
    """A share for each need band."""

    standard: Share
    complex: Share
    severe: Share


class RatioByNeed(ByNeed):
    """A ratio for each need band."""

    standard: Ratio
    complex: Ratio
    severe: Ratio


class PoundsByNeed(ByNeed):
    """A weekly amount for each need band."""

    standard: PoundsPerWeek
    complex: PoundsPerWeek
    severe: PoundsPerWeek


class Need(Section):
    """Who the children are."""

    share_standard: Share = figure(
        0.51, "share without severe or complex needs", "measured", "CCN/IMPOWER 2023, 539 children in four areas"
    )
    share_severe: Share = figure(0.12, "share with the most severe needs; the rest is `complex`")
    emergency_share: Share = figure(0.20, "share of moves made as emergencies", "measured", "Ofsted 2019, 113 children")
    share_boys: Share = figure(0.58, "share of boys")
    share_under_10: Share = figure(0.08, "share aged 5 to 9")
    share_16_and_over: Share = figure(0.34, "share aged 16 or 17")
    away_share: Share = figure(
        0.10, "share of children who are placed away from home on purpose, for their safety", "assumption"
    )
    away_miles: Miles = figure(20.0, "least distance from home for these children")
    beside_share: ShareByNeed = figure(
        ShareByNeed(standard=0.0, complex=0.08, severe=0.3),
        "share of children beside whom a place must stay empty, by need band",
    )
    cost_by_need: RatioByNeed = figure(
        RatioByNeed(standard=0.98, complex=1.01, severe=1.06),
        "running cost by need band over that of a child of middling need; averages 1 over the bands (ratio)",
    )

    @model_validator(mode="after")
    def _shares_fit(self) -> Need:
        if self.share_standard + self.share_severe > 1:
            raise LocatedError(("share_severe",), "share_standard and share_severe together exceed 1")
        if self.share_under_10 + self.share_16_and_over > 1:
            raise LocatedError(("share_16_and_over",), "share_under_10 and share_16_and_over together exceed 1")
        return self


class Providers(Section):
    """What providers' places cost, what they ask, whom they refuse, and how their number changes."""

    cost_private: PoundsPerWeek = figure(
        4_700.0,
        "running cost per resident of a private home at planned occupancy",
        "estimated",
        "fee 6,108 less the operating margin of 22.6% (targets)",
    )
    cost_voluntary: PoundsPerWeek = figure(5_000.0, "the same for voluntary and health homes")
    cost_local_authority: PoundsPerWeek = figure(
        5_300.0,
        "the same for authorities' own homes",
        "estimated",
        "4,750 in 2019 (targets), raised by about half of the rise in consumer prices since",
    )
    cost_spread: Share = figure(0.20, "cost differs between homes by up to this share either way, evenly")
    cost_house_price_elasticity: Share = figure(0.10, "share by which cost rises when house prices double")
    cost_size_elasticity: Share = figure(
        0.2, "share by which the cost of a place rises as a home's places halve, over four places (about; a power)"
    )
    fixed_cost_share: Share = figure(0.75, "share of running cost that a staffed place costs when empty")
    planned_occupancy: Share = figure(0.85, "occupancy of staffed places that costs are planned on")
    floor_margin: Share = figure(0.04, "least margin over cost that a small private provider asks: it covers its cost")
    floor_margin_large: Share = figure(
        0.10, "the same for large private groups (10 homes and more), which aim at a margin", "estimated", "CMA 2022"
    )
    floor_margin_voluntary: Share = figure(0.02, "the same for voluntary and health homes: a small surplus")
    pressure_half: Ratio = figure(
        0.85,
        "children searching per free place within reach at which half of the pressure on fees is felt",
        "estimated",
        "fee of about 6,100 (targets)",
    )
    pressure_reach_miles: Miles = figure(60.0, "distance within which searching children press on a home's fee")
    occupancy_memory: Share = figure(0.1, "weight of the latest 4 weeks in the occupancy that a provider goes by")
    occupancy_at_start: Share = figure(
        0.82, "occupancy of staffed places that providers have seen before week 0", "measured", "ICHA survey 80-85%"
    )
    occupancy_power: Ratio = figure(2.0, "how sharply a home's fee rises with its own occupancy")
    fee_adjustment: Share = figure(0.15, "share of the way to the wanted fee that a provider goes every 4 weeks")
    accepted_weight: Share = figure(0.2, "weight of the fees last accepted in the fee that a home wants")
    bargaining: Share = figure(
        0.15,
        "most of the gap between the fee asked and what the commissioner would accept that goes to the provider; the "
        "luck of the two decides between none and that",
        "estimated",
        "correlation of need and fee 0.2 (targets)",
    )
    bidding: Share = figure(
        0.5, "share of the gap to a rival authority's limit by which the fee of a contested place is bid up"
    )
    risk_cost: PoundsPerWeek = figure(
        1_500.0, "what the risk of the most needy child is worth to a provider that chooses between children"
    )
    acceptance_least_need: Share = figure(
        0.25,
        "chance that a home with a free place offers it to a child of the least need",
        "estimated",
        "3-5 in 100 for children without complex needs; distances in targets",
    )
    acceptance_most_need: Share = figure(
        0.00001, "the same for a child of the most need", "estimated", "a few in 1,000; as above"
    )
    acceptance_need_power: Ratio = figure(
        2.5,
        "how much of the fall of acceptance comes at the highest needs (1: geometric all along)",
        "estimated",
        "770 children unregistered while half of all are placed within 20 miles (targets)",
    )
    breakdown_caution: Share = figure(0.75, "factor on acceptance for each earlier breakdown")
    age_mismatch: Share = figure(0.5, "loss of acceptance when residents are 6 years or more older or younger")
    sex_mismatch: Share = figure(0.3, "loss of acceptance when all residents are of the other sex")
    need_mismatch: Share = figure(0.5, "loss of acceptance when residents and child both have the highest need")
    loss_sensitivity: Ratio = figure(
        2.0, "share of acceptance lost per share of cost by which fee less cost and risk falls short of nothing"
    )
    rating_caution: Share = figure(
        0.3, "loss of acceptance of the most needy child at a home that has a good rating to lose"
    )
    fee_sensitivity: Ratio = figure(1.5, "share of acceptance lost per share by which a fee lies below the ask")
    blocked_share: Share = figure(
        0.145,
        "share of places that can't be filled for want of staff or because of residents",
        "estimated",
        "registered occupancy 70% against 80-85% in provider surveys (targets)",
    )
    blocked_weeks: Annotated[int, Field(ge=1, le=520, json_schema_extra={"unit": "weeks"})] = figure(
        26, "weeks for which a place stays blocked or free before that is decided anew"
    )
    openings_per_year: Share = figure(
        0.155,
        "homes registered a year per private home, where a new home brings the usual return",
        "measured",
        "Ofsted, year to March 2024",
    )
    return_usual: Ratio = figure(
        0.16,
        "yearly surplus of a new home over what house and setting up cost, at which that many are planned",
        "estimated",
        "532 homes registered (targets)",
    )
    return_least: Share = figure(0.08, "the same return below which nobody plans a home")
    setting_up_cost: Pounds = figure(150_000.0, "cost of a new home before its first resident, besides the house")
    foresight: Share = figure(
        0.5, "share of the places in the pipeline that companies count on when they judge how full a new home will be"
    )
    newcomers: Share = figure(0.1, "share of plans that look where children come from, not where homes are already")
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
        0.20, "registered managers who become free for new homes a year, per open home; closing homes free theirs"
    )
    closings_per_year: Share = figure(
        0.035, "private homes closed a year per home for reasons other than money", "estimated", "5% a year (targets)"
    )
    closings_voluntary: Share = figure(
        0.07,
        "the same for voluntary and health homes",
        "measured",
        "Ofsted 2017-2023: 12 a year of 150, some of them for losses",
    )
    closings_local_authority: Share = figure(
        0.05, "the same for own homes of authorities", "measured", "Ofsted 2017-2023: 22 a year of 425"
    )
    closings_if_losing: Ratio = figure(
        0.5, "homes closed a year on top, per share of its cost that a home has been losing", "estimated", "as above"
    )
    debt_per_place: Pounds = figure(
        50_000.0, "debt of large private groups per place", "assumption", "CMA 2022 says high, without a figure a place"
    )
    interest_per_year: Share = figure(0.08, "interest on that debt a year")
    quarters_to_failure: Annotated[int, Field(ge=1, le=100, json_schema_extra={"unit": "quarters"})] = figure(
        6, "quarters in a row in which a large group fails to earn its interest before it fails itself"
    )
    rescued_share: Share = figure(0.7, "share of a failing group's homes that others take over; the rest close at once")

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


class OwnHomes(Section):
    """Homes that authorities open by policy: planned at a date, open after the registration lead time."""

    date: Annotated[datetime.date, Field(alias="from", description="date on which the homes are planned")]
    homes: Annotated[int, Field(ge=1, le=1_000, json_schema_extra={"unit": "homes"})] = figure(1, "homes per authority")
    places: Annotated[int, Field(ge=1, le=20, json_schema_extra={"unit": "places"})] = figure(4, "places in each")
    authorities: list[str] = Field(default_factory=list, description="names or ONS codes; none named: everybody")
    regions: list[str] = Field(default_factory=list, description="names of regions")


class Commissioning(Section):
    """How authorities search and choose."""

    value_per_mile: PoundsPerMile = figure(
        120.0,
        "fee that an authority would pay a week to place a child one mile nearer",
        "estimated",
        "49% over 20 miles",
    )
    value_in_area: PoundsPerWeek = figure(
        1_200.0,
        "fee that an authority would pay a week for a home within its own boundary (Children Act 1989, section 22C: "
        "so far as reasonably practicable)",
        "estimated",
        "67% out of area (targets)",
    )
    value_of_match: PoundsPerWeek = figure(
        300.0, "fee that it would pay a week for residents who suit the child fully rather than not at all"
    )
    value_of_rating: PoundsPerWeek = figure(100.0, "fee that it would pay a week for a judgement one step better")
    only_good_share: Share = figure(
        0.6, "share of authorities that ask only homes rated good or outstanding, until the deadline"
    )
    beside_paid_share: Share = figure(
        0.5, "share of places left empty beside a child that the authority pays for; the rest is the provider's loss"
    )
    beside_fee_share: Share = figure(0.7, "share of the child's fee that is paid for such a place")
    budget_uplift_per_year: SharePerYear = figure(0.04, "rise of an authority's yearly budget over last year's spend")
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
    fee_memory: Share = figure(0.1, "weight of the latest 4 weeks' fees in what an authority expects to pay")
    availability_at_start: Annotated[float, Field(gt=0, le=1, json_schema_extra={"unit": "share"})] = figure(
        0.42,
        "chance that a home had a free place when a child already placed in week 0 was looking",
        "estimated",
        "distances in targets",
    )


class Unregistered(Section):
    """The last resort, outside regulation."""

    weekly_cost: PoundsPerWeek = figure(10_500.0, "mean weekly cost", "measured", "Children's Commissioner 2025")
    need_ends_mean_weeks: MeanWeeks = figure(
        60.0,
        "mean time until such a child leaves otherwise (0: at once)",
        "estimated",
        "mean stay 6 months, 770 children",
    )
    search_every_weeks: Annotated[int, Field(ge=1, le=520, json_schema_extra={"unit": "weeks"})] = figure(
        4, "weeks between searches for a home for such a child"
    )


class Economy(Section):
    """How prices outside this market move."""

    prices_of: Annotated[int, Field(ge=2014, le=2025, json_schema_extra={"unit": "year"})] = figure(
        2023,
        "financial year (from April) in whose money costs, ceilings and the like are written; prices and pay move them "
        "to the year in which the run starts",
    )
    level_at_start: Annotated[float, Field(gt=0, le=10, json_schema_extra={"unit": "ratio"})] = figure(
        1.0, "costs and all other amounts at the start over what prices and pay alone make of them"
    )
    recorded: bool = figure(
        True, "true: recorded prices and pay as long as there are records", "measured", "ONS; england/economy.csv"
    )
    cpi_per_year: SharePerYear = figure(0.025, "rise of consumer prices after the records")
    pay_per_year: SharePerYear = figure(0.035, "rise of pay after the records")
    pay_share_of_cost: Share = figure(0.7, "share of running cost that is pay")


Rule = Annotated[SerializeAsAny[PurchasingRule], PlainValidator(parse_rule)]


class Group(Section):
    """Authorities that buy in another order of routes than the rest."""

    name: str
    authorities: list[str] = Field(default_factory=list, description="names or ONS codes")
    regions: list[str] = Field(default_factory=list, description="names of regions")
    order: list[str] = Field(description="arrangements in the order in which they are tried")


class Purchasing(Section):
    """The arrangements there are, and the order in which each authority tries them."""

    arrangements: dict[str, Rule] = Field(description="arrangements by name, each with its rule and the rule's fields")
    order: list[str] = Field(description="arrangements in the order in which authorities try them")
    groups: list[Group] = Field(default_factory=list, description="authorities that use another order")
    at_start: dict[str, Share] = figure(
        {}, "share of the bought placements of week 0 by arrangement; the rest is the last arrangement's in `order`"
    )

    @model_validator(mode="after")
    def _orders_name_arrangements(self) -> Purchasing:
        _check_order(self.order, self.arrangements, ("order",))
        for number, group in enumerate(self.groups):
            _check_order(group.order, self.arrangements, ("groups", number, "order"))
        for name, rule in self.arrangements.items():
            inner = getattr(rule, "order", None)
            if inner is not None:
                _check_order(inner, self.arrangements, ("arrangements", name, "order"), within=name)
        for name in self.at_start:
            if name not in self.arrangements:
                raise LocatedError(
                    ("at_start", name), "unknown arrangement", given=name, allowed=sorted(self.arrangements)
                )
        if sum(self.at_start.values()) > 1:
            raise LocatedError(("at_start",), "the shares add up to more than 1")
        return self


class ProviderFailure(Section):
    """A dated shock: a large private group fails and its homes close, with the children back on the market."""

    date: Annotated[datetime.date, Field(alias="from", description="date of the failure")]
    provider_rank: Annotated[int, Field(ge=1, le=10_000, json_schema_extra={"unit": "rank"})] = figure(
        1, "which private group: 1 is the one with most homes in week 0"
    )
    closes_share: Share = figure(1.0, "share of its homes that close at once; others take over the rest")


class Change(BaseModel):
    """Values that hold from a date on: any of the sections that describe the market, but for `world` and `stays`."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True, allow_inf_nan=False)
    date: Annotated[datetime.date, Field(alias="from", description="date from which the values hold")]


CHANGEABLE = (
    "demand", "need", "providers", "ratings", "commissioning", "unregistered", "economy", "purchasing",
)  # fmt: skip


class Scenario(Section):
    """One file of assumptions: a complete, checked description of a run apart from its seed."""

    name: str = Field(
        default="scenario",
        description="shown in tables and used for folders: up to 80 letters, digits, spaces, dots, dashes, underscores",
    )
    question: str = Field(default="", description="the question that the scenario asks")
    description: str = Field(default="", description="anything else that a reader should know")
    uncertainty: Literal["plausible", "none"] = Field(
        default="none",
        description="`plausible`: values that the scenario doesn't set are drawn, run by run, from the plausible set; "
        "`none`: they are the defaults",
    )
    horizon: Horizon = Horizon()
    world: World = EnglandWorld()
    demand: Demand = Demand()
    stays: Stays = Stays()
    need: Need = Need()
    providers: Providers = Providers()
    ratings: Ratings = Ratings()
    commissioning: Commissioning = Commissioning()
    unregistered: Unregistered = Unregistered()
    economy: Economy = Economy()
    purchasing: Purchasing
    shocks: list[ProviderFailure] = Field(default_factory=list, description="groups that fail at a date")
    changes: list[Change] = Field(
        default_factory=list, description="values that change at a date within the run, in the order of dates"
    )

    @field_validator("name")
    @classmethod
    def _names_a_folder(cls, name: str) -> str:
        if len(name) > LONGEST_NAME or not FOLDER_NAME.fullmatch(name):
            raise ValueError(
                f"expected up to {LONGEST_NAME} letters, digits, spaces, dots, dashes or underscores, beginning with a "
                f"letter or digit, got {shown(name)}"
            )
        return name

    @model_validator(mode="after")
    def _authorities_exist(self) -> Scenario:
        from marketsim.scenario.members import check_memberships

        check_memberships(self)
        return self

    @model_validator(mode="after")
    def _changes_are_scenarios(self) -> Scenario:
        from marketsim.scenario.changes import check_changes

        check_changes(self)
        return self


def _check_order(
    order: list[str], arrangements: dict[str, Any], path: tuple[str | int, ...], within: str | None = None
) -> None:
    """Every name is an arrangement and occurs once; a cooperative doesn't contain a cooperative."""
    if not order:
        raise LocatedError(path, "names no arrangement; at least one is needed")
    for position, name in enumerate(order):
        if name not in arrangements:
            raise LocatedError((*path, position), "unknown arrangement", given=name, allowed=sorted(arrangements))
        if order.index(name) != position:
            raise LocatedError((*path, position), f"the arrangement {name!r} is named twice")
        if within is not None and hasattr(arrangements[name], "order"):
            raise LocatedError((*path, position), f"a cooperative can't buy through the cooperative {name!r}")
