"""Children: how many need a home, for how long, and who they are."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from marketsim.scenario.errors import LocatedError
from marketsim.scenario.sections.base import (
    DFE_2024,
    MeanStay,
    MeanWeeks,
    Miles,
    PerYear,
    Ratio,
    RatioByNeed,
    Section,
    Share,
    ShareByNeed,
    SharePerYear,
    figure,
    lever,
)


class Demand(Section):
    """Children who newly need a place, and placements that break down."""

    new_needs_per_year: PerYear = figure(
        6_000.0,
        "children a year who newly need a home, all authorities; moves after a breakdown come on top",
        "estimated",
        "6,650 starts a year (targets) less the returns after breakdowns, plus children never placed",
    )
    level: Ratio = lever(
        1.0, "new needs over that number, for paths that change by date", off_if={"new_needs_per_year": 0}
    )
    growth_share_per_year: SharePerYear = figure(
        0.02,
        "yearly growth of new needs: the recent trend",
        "measured",
        "starts 6,260 (2021) to 6,650; " + DFE_2024,
        off_if={"new_needs_per_year": 0},
    )
    growth_by_region: dict[str, SharePerYear] = lever(
        {}, "yearly growth of new needs in regions where it differs (share/year)"
    )
    extra_complex_per_year: PerYear = lever(
        0.0, "children a year with complex or severe needs on top, for instance when mental-health beds close"
    )
    fostering_displacement: Share = figure(
        0.275,
        "share of new needs for which fostering would be the better match; they are children of standard need",
        "measured",
        "25-30%, DfE/Mutual Ventures 2024 (targets)",
    )
    fostering_recovered: Share = lever(
        0.0,
        "lever: share of these children for whom a foster home is found, so that they need no place",
        off_if={"fostering_displacement": 0},
    )
    breakdown_share: Share = figure(
        0.21,
        "share of stays that end by breaking down and bring the child back, for a child of middling need and usual fit",
        "estimated",
        "between 15% of entries after a breakdown in a home (Ofsted 2019) and 26% of endings on request of "
        "carer, child or authority or for standards or closure (DfE 2024)",
    )
    breakdown_season: Share = figure(
        0.15, "share by which breakdowns lie above their yearly mean at the peak", off_if={"breakdown_share": 0}
    )
    breakdown_peak_month: Annotated[int, Field(ge=1, le=12, json_schema_extra={"unit": "month"})] = figure(
        9, "month in which breakdowns peak", off_if={"breakdown_season": 0, "breakdown_share": 0}
    )
    moves_on_share: Share = figure(
        0.75,
        "share of planned ends after which the child lives in care elsewhere, such as in fostering",
        "estimated",
        "4,970 of 6,010 endings are moves (DfE 2024), less breakdowns and changes of status only (7%)",
    )
    elsewhere_median_weeks: MeanWeeks = figure(
        19.9,
        "median time that a child who moved on lives there",
        "measured",
        "139 days, all placements; " + DFE_2024,
        off_if={"moves_on_share": 0},
    )
    elsewhere_mean_weeks: MeanWeeks = figure(
        43.9,
        "mean of the same (lognormal)",
        "measured",
        "307 days, all placements; " + DFE_2024,
        off_if={"moves_on_share": 0},
    )
    comes_back_share: Share = figure(
        0.04,
        "share of stays elsewhere after which the child needs a home again",
        "estimated",
        "41% of entries follow a breakdown of fostering (Ofsted 2019), only some by children who had been in a home",
        off_if={"moves_on_share": 0},
    )


class Stays(Section):
    """How long a placement lasts from its start."""

    distribution: Literal["published", "exponential", "fixed"] = figure(
        "published", "`published`: the eight bands of endings in 2023/24", "measured", DFE_2024
    )
    mean_weeks: MeanStay = figure(
        63.4,
        "mean stay of `exponential` and `fixed`",
        "measured",
        "444 days; " + DFE_2024,
        off_if={"distribution": "published"},
    )
    growth_tilt_per_year: SharePerYear = figure(
        0.08,
        "growth of the numbers in homes in the year of the published endings; a growing stock has more short "
        "stays among its endings than among its starts, and the published bands are corrected for that",
        "estimated",
        "between the growth of the stock, 8.5%, and the excess of starts over endings, 10.6%; " + DFE_2024,
        only_if={"distribution": "published"},
    )


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
        0.09,
        "share of children who are placed away from home on purpose, for their safety",
        "estimated",
        "67% out of area, 49% over 20 miles (targets)",
    )
    away_miles: Miles = figure(20.0, "least distance from home for these children", off_if={"away_share": 0})
    beside_share: ShareByNeed = figure(
        ShareByNeed(standard=0.0, complex=0.08, severe=0.3),
        "share of children beside whom a place must stay empty, by need band",
    )
    one_to_one: ShareByNeed = figure(
        ShareByNeed(standard=0.05, complex=0.15, severe=0.2),
        "share of children who need one member of staff of their own by day, by need band",
        "estimated",
        "5.0 staff per child, fee of 5,550 (targets)",
    )
    two_to_one: ShareByNeed = figure(
        ShareByNeed(standard=0.015, complex=0.14, severe=0.3),
        "share of children who need two by day and one awake at night",
        "estimated",
        "1,510 placements at 10,000 GBP a week or more (targets)",
    )
    solo: ShareByNeed = figure(
        ShareByNeed(standard=0.0, complex=0.045, severe=0.15), "share of those who need that and a home to themselves"
    )
    highest: Share = lever(
        1.0, "highest need of children who come, on the scale of those of 2024, for paths that change by date"
    )
    extra_staff_level: Ratio = lever(
        1.0, "the shares with staff of their own over these, for paths that change by date"
    )
    cost_by_need: RatioByNeed = figure(
        RatioByNeed(standard=0.99, complex=1.0, severe=1.05),
        "running cost by need band over that of a child of middling need; averages 1 over the bands (ratio)",
    )

    @model_validator(mode="after")
    def _shares_fit(self) -> Need:
        if self.share_standard + self.share_severe > 1:
            raise LocatedError(("share_severe",), "share_standard and share_severe together exceed 1")
        if self.share_under_10 + self.share_16_and_over > 1:
            raise LocatedError(("share_16_and_over",), "share_under_10 and share_16_and_over together exceed 1")
        return self
