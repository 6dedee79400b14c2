"""What happens each month, quarter and year happens at its date: any start, leap years, years of 53 weeks."""

from __future__ import annotations

import datetime
import math
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from marketsim.core.calendar import Calendar, Period
from marketsim.england.figures import economy_rates
from marketsim.experiments.run import forget
from marketsim.model import MarketModel
from marketsim.scenario.loading import load_scenario

starts = st.dates(datetime.date(1990, 1, 1), datetime.date(2080, 12, 31))
DAY = datetime.timedelta(days=1)
TWENTY_YEARS = range(-60, 1_044)
LENGTHS: dict[Period, set[int]] = {
    "month": {4, 5}, "quarter": {12, 13, 14}, "financial_year": {52, 53}, "year_of_run": {52, 53},
}  # fmt: skip


@given(starts)
def test_each_week_ends_on_its_date_and_contains_its_days(start: datetime.date) -> None:
    calendar = Calendar(start)
    for week in (1, 2, 53, 1_000):
        days = [calendar.date(week) - back * DAY for back in range(7)]
        assert {calendar.week_of(day) for day in days} == {week}
    assert calendar.date(0) == start
    assert calendar.week_of(start) == calendar.week_of(start - 400 * DAY) == 1


@given(starts, st.sampled_from(sorted(LENGTHS)))
@example(datetime.date(2000, 2, 28), "year_of_run")
def test_no_period_drifts_from_its_dates(start: datetime.date, period: Period) -> None:
    """Each ends within 3 days of the date at which it ends, one after the other, in twenty years."""
    calendar = Calendar(start)
    ends = [week for week in TWENTY_YEARS if calendar.ends(period, week)]
    assert {later - week for week, later in pairwise(ends)} <= LENGTHS[period]
    assert all(calendar.next_end(period, week) == later for week, later in pairwise(ends))
    first = start + DAY
    for week in ends:
        near = [calendar.date(week) + days * DAY for days in range(-3, 4)]
        begins = {
            "month": [day for day in near if (day + DAY).day == 1],
            "quarter": [day for day in near if (day + DAY).day == 1 and (day + DAY).month in (1, 4, 7, 10)],
            "financial_year": [day for day in near if (day.month, day.day) == (3, 31)],
            "year_of_run": [day for day in near if _is_anniversary(day + DAY, first)],
        }[period]
        assert len(begins) == 1, (week, calendar.date(week))


def _is_anniversary(day: datetime.date, first: datetime.date) -> bool:
    """29 February is kept on 1 March in other years."""
    moved = (first.month, first.day) == (2, 29) and (day.day, (day - DAY).day) == (1, 28)
    return moved or (day.month, day.day) == (first.month, first.day)


@given(starts)
def test_weeks_of_a_run_from_a_sunday_are_those_of_iso(start: datetime.date) -> None:
    sunday = start - datetime.timedelta(days=start.isoweekday() % 7)
    calendar = Calendar(sunday)
    for week in range(1, 300):
        year = calendar.date(week).isocalendar().year
        assert (calendar.number("month", week) - 1) // 12 == year


@given(starts)
def test_every_day_of_the_year_comes_once_a_year(start: datetime.date) -> None:
    """Seven of them in each week, six in the one with 29 February."""
    calendar, last = Calendar(start), {}
    for week in range(1, 500):
        for day in calendar.days_of_year(week):
            assert week - last.get(day, week - 52) in (52, 53)
            last[day] = week
    assert sorted(last) == list(range(365))


def recorded_rise(year: int) -> float:
    """Of running cost in April: 66% pay, four fifths of it care staff's, who get three quarters of what the minimum
    wage rises beyond average pay."""
    cpi, pay, minimum = economy_rates()[year]
    return 0.66 * (pay + 0.8 * 0.75 * (minimum - pay)) + 0.34 * cpi


def costs(start: str, weeks: int, *changes: str) -> list[tuple[datetime.date, float]]:
    """The last day of each week after which costs rise, and by how much they do."""
    scenario = load_scenario("town", [f"horizon.start={start}", f"horizon.weeks={weeks}", *changes]).scenario
    model, found = MarketModel(scenario, 1), []
    for _ in range(weeks):
        before = model.market.cost_index
        model.step()
        if model.market.cost_index != before:
            found.append((model.market.calendar.date(model.steps), model.market.cost_index / before - 1))
    forget(model)
    return found


@pytest.mark.parametrize("start", ["2018-01-01", "2018-03-27", "2018-04-04", "2018-12-31", "2020-02-29"])
def test_costs_rise_in_april_whatever_the_day_of_the_start(start: str) -> None:
    """By the rise recorded for that year, within 3 days of 1 April; a year that has begun brings none."""
    found = costs(start, 170)
    years = [date.year for date, _ in found]
    begun = datetime.date.fromisoformat(start) + 4 * DAY  # the fourth day of week 1
    first = begun.year + ((begun.month, begun.day) >= (4, 1))
    assert years == list(range(first, first + len(years))) and len(years) >= 3
    for date, rise in found:
        assert abs((date - datetime.date(date.year, 3, 31)).days) <= 3
        assert rise == pytest.approx(recorded_rise(date.year))


def test_costs_of_the_backcast_are_those_recorded() -> None:
    """In 2023/24 over 2014/15; reviews every 52 weeks gave 1.275, because one of 2020 fell into March."""
    rises = [recorded_rise(year) for year in economy_rates() if 2015 <= year <= 2023]
    expected = math.prod(1 + rise for rise in rises)
    found = math.prod(1 + rise for _, rise in costs("2014-03-31", 520))
    assert found == pytest.approx(expected) and expected == pytest.approx(1.444, abs=0.0005)


def test_years_in_the_tables_end_on_the_anniversary() -> None:
    """Two of 52 weeks and one of 53 from a start in July; fees are revised at the end of each month."""
    scenario = load_scenario("town", ["horizon.start=2026-07-10", "horizon.weeks=160"]).scenario
    model, revised = MarketModel(scenario, 1), []
    for week in range(1, 161):
        asks = model.market.homes.ask.copy()
        model.step()
        if (model.market.homes.ask[: len(asks)] != asks).any():
            revised.append(week)
    assert [week for week, *_ in model.recorder.years] == [52, 104, 157]
    months = [week for week in range(1, 161) if model.market.calendar.ends("month", week)]
    assert revised == months and len(months) == 37
    forget(model)
