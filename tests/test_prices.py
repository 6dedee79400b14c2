"""Recorded prices and pay move costs to the year of the start and on from there; after the records, the scenario's."""

from __future__ import annotations

import datetime

import pytest

from marketsim.england.figures import economy_rates
from marketsim.market.inflation import level_at_start, rates
from marketsim.scenario.schema import Economy

APRIL_2024 = datetime.date(2024, 4, 1)


def test_the_year_begins_in_april_or_a_few_days_before() -> None:
    economy = Economy()
    assert rates(economy, datetime.date(2024, 3, 31)) == rates(economy, APRIL_2024)
    assert rates(economy, datetime.date(2024, 3, 1)) == rates(economy, datetime.date(2023, 4, 1))


def test_cost_is_made_of_pay_and_prices() -> None:
    cpi, pay = economy_rates()[2024]
    found = rates(Economy(), APRIL_2024)
    assert (found.cpi, found.pay) == (cpi, pay) == (0.032, 0.060)
    assert found.cost == pytest.approx(0.7 * pay + 0.3 * cpi)


def test_after_the_records_the_scenario_says() -> None:
    economy = Economy(cpi_per_year=0.01, pay_per_year=0.02)
    later = rates(economy, datetime.date(max(economy_rates()) + 1, 4, 1))
    assert (later.cpi, later.pay) == (0.01, 0.02)
    assert rates(Economy(recorded=False, cpi_per_year=0.01), APRIL_2024).cpi == 0.01


def test_level_of_the_start() -> None:
    """Forwards, backwards and not at all; `level_at_start` comes on top."""
    economy = Economy(prices_of=2023)
    assert level_at_start(economy, datetime.date(2023, 4, 1)) == 1
    assert level_at_start(economy, APRIL_2024) == pytest.approx(1 + rates(economy, APRIL_2024).cost)
    back = level_at_start(economy, datetime.date(2014, 4, 1))
    there = level_at_start(Economy(prices_of=2014), datetime.date(2023, 4, 1))
    assert back * there == pytest.approx(1)
    assert back == pytest.approx(1 / 1.34, rel=0.02), "nine years of the table, pay 70%"
    assert level_at_start(Economy(prices_of=2023, level_at_start=0.5), APRIL_2024) == pytest.approx(
        0.5 * level_at_start(economy, APRIL_2024)
    )
