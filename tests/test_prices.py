"""Recorded prices and pay move costs to the year of the start and on from there; after the records, the scenario's."""

from __future__ import annotations

import pytest

from marketsim.england.figures import economy_rates
from marketsim.market.inflation import level_at_start, rates
from marketsim.scenario.schema import Economy


def test_cost_is_made_of_pay_and_prices() -> None:
    """Of pay, care staff get of the minimum wage's rise beyond average pay three quarters: 11.44 after 10.42 GBP."""
    cpi, pay, minimum = economy_rates()[2024]
    found = rates(Economy(), 2024)
    assert (found.cpi, found.pay) == (cpi, pay) == (0.032, 0.060) and minimum == pytest.approx(11.44 / 10.42 - 1)
    assert found.cost == pytest.approx(0.66 * (0.06 + 0.8 * 0.75 * (minimum - 0.06)) + 0.34 * 0.032)
    assert rates(Economy(pass_through=0.0), 2024).cost == pytest.approx(0.66 * 0.06 + 0.34 * 0.032)


def test_after_the_records_the_scenario_says() -> None:
    economy = Economy(cpi_per_year=0.01, pay_per_year=0.02)
    later = rates(economy, max(economy_rates()) + 1)
    assert (later.cpi, later.pay) == (0.01, 0.02)
    assert rates(Economy(recorded=False, cpi_per_year=0.01), 2024).cpi == 0.01


def test_level_of_the_start() -> None:
    """Forwards, backwards and not at all; `level_at_start` comes on top."""
    economy = Economy(prices_of=2023)
    assert level_at_start(economy, 2023) == 1
    assert level_at_start(economy, 2024) == pytest.approx(1 + rates(economy, 2024).cost)
    back = level_at_start(economy, 2014)
    there = level_at_start(Economy(prices_of=2014), 2023)
    assert back * there == pytest.approx(1)
    assert back == pytest.approx(1 / 1.444, rel=0.005), "nine years of the table, minimum wage included"
    assert level_at_start(Economy(prices_of=2023, level_at_start=0.5), 2024) == pytest.approx(
        0.5 * level_at_start(economy, 2024)
    )
