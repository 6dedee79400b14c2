"""How well a child fits a home, by what its statement of purpose takes and who lives there: compiled, and knows nothing
of scenarios."""

from __future__ import annotations

from typing import NamedTuple

from marketsim.core.compiling import compiled

NEEDS = 4  # what a child needs and a home offers: complex needs (bit 1), help with mental health (bit 2), both, neither
COMPLEX_NEEDS, MENTAL_HEALTH = 1, 2
AGES = ("any", "up to 12", "13 and over")  # that a home takes
ANY_AGE, YOUNGER, OLDER = range(3)
OLDER_FROM = 13  # years
AGE_GAP_YEARS = 6.0


class Mismatches(NamedTuple):
    """Loss of fit (share) by what doesn't go together; see `matching` in a scenario."""

    purpose: float
    age: float
    sex: float
    need: float
    far: float
    far_miles: float


@compiled
def fit(
    age: int, boy: bool, score: float, needs: int, takes_needs: int, takes_ages: int,
    residents: int, ages: int, boys: int, scores: float, loss: Mismatches,
) -> float:  # fmt: skip
    """How well a child fits a home (what it takes, and sums over those who live there), from 0 to 1, distance aside."""
    unmet, fitting = needs & ~takes_needs, 1.0
    if unmet & COMPLEX_NEEDS:
        fitting *= 1.0 - loss.purpose
    if unmet & MENTAL_HEALTH:
        fitting *= 1.0 - loss.purpose
    if takes_ages != ANY_AGE and (takes_ages == OLDER) != (age >= OLDER_FROM):
        fitting *= 1.0 - loss.purpose
    if residents == 0:
        return fitting
    gap = min(abs(age - ages / residents) / AGE_GAP_YEARS, 1.0)
    share_of_boys = boys / residents
    other_sex = 1.0 - share_of_boys if boy else share_of_boys
    both_needy = score * (scores / residents)
    return fitting * (1.0 - loss.age * gap) * (1.0 - loss.sex * other_sex) * (1.0 - loss.need * both_needy)
