"""Statements of purpose, what children need of them, and the fit of placements, by a scenario's `matching`."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints, Keys
from marketsim.core.compiling import compiled
from marketsim.core.streams import uniform
from marketsim.market.children import COMPLEX, Children
from marketsim.market.fit import ANY_AGE, COMPLEX_NEEDS, MENTAL_HEALTH, NEEDS, OLDER, YOUNGER, Mismatches, fit
from marketsim.market.homes import Homes
from marketsim.market.market import Market
from marketsim.scenario.schema import Matching, Scenario


def mismatches(matching: Matching) -> Mismatches:
    """The losses of a scenario."""
    return Mismatches(
        purpose=float(matching.purpose_mismatch),
        age=float(matching.age_mismatch),
        sex=float(matching.sex_mismatch),
        need=float(matching.need_mismatch),
        far=float(matching.distance_mismatch),
        far_miles=max(float(matching.far_miles), 1e-9),
    )


def needs_of(matching: Matching, band: Ints, luck: Floats) -> Ints:
    """What children need of a statement of purpose, as bits, by need band and luck."""
    mental = luck < matching.mental_health_share.array()[band]
    return np.asarray(COMPLEX_NEEDS * (band >= COMPLEX) + MENTAL_HEALTH * mental)


def statements(seed: int, matching: Matching, keys: Keys) -> tuple[Ints, Ints]:
    """What homes say that they take, by their luck: needs as bits, and ages."""
    takes_complex = uniform(seed, "takes complex needs", keys) < matching.homes_complex_share
    helps = uniform(seed, "helps with mental health", keys) < matching.homes_mental_health_share
    luck, younger = uniform(seed, "ages taken", keys), matching.homes_younger_share
    ages = np.where(luck < younger, YOUNGER, np.where(luck < younger + matching.homes_older_share, OLDER, ANY_AGE))
    return np.asarray(COMPLEX_NEEDS * takes_complex + MENTAL_HEALTH * helps), ages


def shares_of_needs(scenario: Scenario, shares: Floats) -> Floats:
    """Share of children by their needs as bits, with the `shares` of the need bands."""
    mental, complex_needs = scenario.matching.mental_health_share.array(), np.arange(3) >= COMPLEX
    bits = COMPLEX_NEEDS * complex_needs
    without = np.bincount(bits, weights=shares * (1 - mental), minlength=NEEDS)
    return np.asarray(without + np.bincount(bits + MENTAL_HEALTH, weights=shares * mental, minlength=NEEDS))


def shares_of_statements(matching: Matching) -> Floats:
    """Share of new homes by the needs that they take, as bits."""
    takes_complex, helps = matching.homes_complex_share, matching.homes_mental_health_share
    return np.array([(1 - takes_complex) * (1 - helps), takes_complex * (1 - helps),
                     (1 - takes_complex) * helps, takes_complex * helps])  # fmt: skip


def left_of_fit(matching: Matching) -> Floats:
    """What statements of purpose leave of the fit (needs that a home takes, needs of a child)."""
    takes, needs = np.arange(NEEDS)[:, None], np.arange(NEEDS)[None, :]
    unmet = needs & ~takes
    return np.asarray((1.0 - matching.purpose_mismatch) ** ((unmet & 1) + (unmet >> 1)))


@compiled
def _fits(children: Children, homes: Homes, rows: Ints, counted: int, loss: Mismatches) -> Floats:
    """The fit of children with their homes, distance included; `counted` is 1 if they are among the residents, or 0."""
    found = np.empty(len(rows))
    for position, row in enumerate(rows):
        home, age, boy, score = children.home[row], children.age[row], children.boy[row], children.score[row]
        found[position] = fit(
            age, boy, score, children.needs[row], homes.takes_needs[home], homes.takes_ages[home],
            homes.occupied[home] - counted, homes.residents_age[home] - counted * age,
            homes.residents_boys[home] - counted * boy, homes.residents_score[home] - counted * score, loss,
        )  # fmt: skip
        if not children.away[row]:
            found[position] *= 1.0 - loss.far * min(children.miles[row] / loss.far_miles, 1.0)
    return found


def note_fit(market: Market, rows: Ints) -> None:
    """Write down how well children fit the homes into which they are about to move."""
    loss = mismatches(market.scenario.matching)
    market.children.fit[rows] = _fits(market.children.table, market.homes.table, rows, 0, loss)


def note_fit_within(market: Market, rows: Ints) -> None:
    """The same for those who live there already, with all others who do."""
    children, homes, loss = market.children, market.homes, mismatches(market.scenario.matching)
    found = _fits(children.table, homes.table, rows, 1, loss)
    np.add.at(homes.residents_fit, children.home[rows], found - children.fit[rows])
    children.fit[rows] = found
    market.records.set(children.record[rows], fit=found)


def residents_fit(homes: Homes, rows: Ints, usual: float) -> Floats:
    """Mean fit of those who live in some homes; the usual one where nobody does."""
    residents: Ints = homes.occupied[rows]
    lived_in: Bools = residents > 0
    return np.where(lived_in, homes.residents_fit[rows] / np.maximum(residents, 1), usual)
