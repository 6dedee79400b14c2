"""People and rotas: what a home needs by day and by night, what they are paid, and what a house costs."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from marketsim.scenario.sections.base import Pounds, PoundsPerWeek, Ratio, Section, Share, figure, lever

CENSUS_2024 = "DfE children's homes workforce census, autumn 2024"
STAFF = "5.0 staff per child, fee of 5,550 (targets)"
Hours = Annotated[float, Field(ge=0, le=168, allow_inf_nan=False, json_schema_extra={"unit": "hours/week"})]
PoundsPerHour = Annotated[float, Field(ge=0, le=1_000, allow_inf_nan=False, json_schema_extra={"unit": "GBP/hour"})]
Posts = Annotated[float, Field(ge=0, le=50, allow_inf_nan=False, json_schema_extra={"unit": "posts"})]
Heads = Annotated[float, Field(gt=0, le=10, allow_inf_nan=False, json_schema_extra={"unit": "heads/full-time post"})]
PayLevel = Annotated[float, Field(gt=0, le=10, allow_inf_nan=False, json_schema_extra={"unit": "ratio"})]
StaffMultiple = Annotated[float, Field(ge=1, le=10, allow_inf_nan=False, json_schema_extra={"unit": "ratio"})]


class Staffing(Section):
    """The rota of a home and its price; money of the year `economy.prices_of`."""

    care_pay: PoundsPerHour = figure(
        12.0, "pay of care staff an hour", "estimated", "13.06 in 2024/25 less a year's rise of 8.9%; " + CENSUS_2024
    )
    pay_level: PayLevel = lever(1.0, "lever: pay of care staff over that")
    pay_response: Ratio = figure(
        1.0,
        "how places that can't be staffed follow pay: a power of care pay over that of the start, both measured by the "
        "minimum wage (0: not at all)",
    )
    manager_pay: PoundsPerHour = figure(
        21.2, "pay of a registered manager an hour", "estimated", "22.51 in 2024/25 less 6%; " + CENSUS_2024
    )
    managers: Posts = figure(1.5, "managers and deputies of a home, full-time posts")
    on_costs: Share = figure(0.22, "national insurance, pension and training on top of pay")
    cover: StaffMultiple = figure(1.18, "hours paid for each hour of the rota: leave, sickness, training, handover")
    day_hours: Hours = figure(105.0, "hours of a week that are day shifts: 15 a day", "estimated", "168 less nights")
    night_hours: Hours = figure(63.0, "hours of a week that are nights: 9 each", "estimated", "sleep-ins of 9 hours")
    day_posts_home: Posts = figure(0.6, "staff on duty by day in any home, whoever lives there", "estimated", STAFF)
    day_posts_child: Posts = figure(0.4, "staff on duty by day for each child planned for", "estimated", STAFF)
    waking_nights: Posts = figure(1.0, "staff awake at night in any home")
    sleeping_nights: Posts = figure(1.0, "staff asleep on call at night in any home")
    sleep_in_pay: Pounds = figure(
        50.0, "pay for a night on call", "estimated", "a flat 35-45 GBP before 2017; Supreme Court 2021 kept it so"
    )
    heads_per_post: Heads = figure(
        1.05, "people employed for a full-time post of 37.5 hours", "estimated", "12.7-13.1 heads a home (targets)"
    )
    pay_voluntary: Ratio = figure(1.05, "pay and conditions of voluntary and health homes over those of private ones")
    pay_local_authority: Ratio = figure(
        1.45, "the same of authorities' own homes", "estimated", "4,750 a week in 2019 where private homes cost 3,970"
    )
    house_return: Share = figure(0.055, "rent of a house, or return and upkeep of an owned one, over its price a year")
    house_running: PoundsPerWeek = figure(250.0, "energy, repairs and insurance of a house a week")
    per_child: PoundsPerWeek = figure(550.0, "food, clothing, activities, travel, education and therapy of a child")
    central_share: Share = figure(0.12, "central services, regulation, vehicles and agency on top of all that")
