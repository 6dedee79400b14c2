"""Matching: what homes say that they take, how child, home and residents go together, and what a bad fit does."""

from __future__ import annotations

from pydantic import model_validator

from marketsim.scenario.errors import LocatedError
from marketsim.scenario.sections.base import Miles, Ratio, Section, Share, ShareByNeed, figure


class Matching(Section):
    """Statements of purpose and fit.

    The fit of a child with a home (0-1) is 1, less with each thing that the child needs and the home doesn't offer, and
    with every mismatch with its residents; distance from home takes a part of what is left. Homes take who fits more
    readily and commissioners prefer it; below the usual fit stays break down more often, children need more staff, and
    inspectors see it.
    """

    homes_complex_share: Share = figure(
        0.8, "share of homes that take complex needs", "measured", "DfE children's homes workforce census 2024"
    )
    homes_mental_health_share: Share = figure(
        0.21, "share of homes that offer help with mental health", "measured", "just over a fifth; Ofsted, July 2022"
    )
    homes_younger_share: Share = figure(0.1, "share of homes that take only children up to 12")
    homes_older_share: Share = figure(0.2, "share of homes that take only children from 13 up")
    mental_health_share: ShareByNeed = figure(
        ShareByNeed(standard=0.1, complex=0.35, severe=0.6),
        "share of children who need help with their mental health, by need band",
    )
    purpose_mismatch: Share = figure(
        0.35, "loss of fit for each of complex needs, mental health and age that a statement of purpose leaves out"
    )
    age_mismatch: Share = figure(0.4, "loss of fit when residents are 6 years or more older or younger")
    sex_mismatch: Share = figure(0.25, "loss of fit when all residents are of the other sex")
    need_mismatch: Share = figure(0.4, "loss of fit when residents and child both have the highest need")
    distance_mismatch: Share = figure(
        0.15, "loss of fit at `far_miles` from home, but for children who are placed away on purpose"
    )
    far_miles: Miles = figure(
        60.0, "distance from which that loss is whole; in proportion below", off_if={"distance_mismatch": 0}
    )
    usual_fit: Share = figure(
        0.585, "fit at which nothing below is more or less than usual", "estimated", "mean fit of 2023/24 in the model"
    )
    breakdown_effect: Ratio = figure(
        1.5, "breakdowns above the usual (share) for a fit of 0 against the usual one of 1, in proportion between"
    )
    stay_effect: Ratio = figure(
        0.3, "how much sooner stays end, in the same way: a power of the luck with which their length is drawn"
    )
    cost_effect: Share = figure(0.2, "running cost of a child above the usual (share), in the same way: staff")
    rating_effect: Ratio = figure(
        1.0, "standard deviations by which a home's judgement is lower, in the same way, by its residents' mean fit"
    )

    @model_validator(mode="after")
    def _shares_fit(self) -> Matching:
        if self.homes_younger_share + self.homes_older_share > 1:
            raise LocatedError(("homes_older_share",), "homes_younger_share and homes_older_share together exceed 1")
        return self
