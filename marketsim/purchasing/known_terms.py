"""What is known of the terms that all contracts which hold places share."""

from __future__ import annotations

from marketsim.scenario.levers import About

TERMS: dict[str, About] = {
    "one_per": About(
        "tried", "some South East authorities share a block and sell each other beds; South East commissioning, 2021",
        "fuller places and fewer voids; the provider manages occupancy at less risk", "no figures reported",
        ("A19", "A27"),
    ),
    "uplift": About(
        "tried", "authorities gave from nothing ('no increase for five years') to CPI and pay awards",
        "formula: fewer quarrels, costs passed on; none: harmless until 2020, then frameworks collapsed",
        "reported by providers and commissioners; rises follow recorded prices and pay", ("B1", "B2", "Q8", "Q9"),
    ),
    "front_loading": About(
        "tried", "providers, where later rises are barred (DfE/Mutual Ventures 2024)",
        "a barred rise comes back in the first quote", "reported without figures; how much is asked at once is assumed",
        ("B6", "Q7"),
    ),
    "opens_homes": About(
        "tried", "blocks and partnerships in five reports; North East London: up to 35 beds from several providers",
        "guaranteed use makes providers invest and open locally; 65% of providers considered capacity (2019)",
        "how many homes open is set here, what they do is not; long-term outcomes unknown", ("A20", "A46", "Q35"),
    ),
    "houses_paid": About(
        "tried", "one county buys houses in its area and tenders the running, three more tenders coming",
        "negotiated cost in place of distant spot purchases", "no figures reported", ("A32",),
    ),
    "for_needs": About(
        "tried", "one authority sent anonymised profiles of real children to providers (2023)",
        "better matching, fewer refusals", "no figures; which needs a block is built round is set here", ("A17", "A22"),
    ),
    "purpose": About(
        "tried", "Cross Regional Project 2008 (six authorities), Herts and six others (2013): therapeutic homes",
        "members report savings and shared learning in place of distant, dear placements",
        "self-reported; fit and its effects are the model's own", ("A21",),
    ),
    "may_refuse": About(
        "tried", "Somerset: no refusals in four years; elsewhere blocks refuse and authorities pay twice",
        "must-take ends paying twice, but may bring unsuitable children", "the provider's risk is priced as assumed",
        ("A18", "Q63", "Q64"),
    ),
    "may_end": About(
        "tried", "Shropshire: a no-fail clause in a single block (2013)", "stops the provider disrupting placements",
        "credited to trust as much as to the clause; what part of breakdowns is the provider's is assumed",
        ("A18", "Q72"),
    ),
    "sells_empty": About(
        "tried", "regional blocks release empty beds to neighbours; needs the rule `neighbours`",
        "saves voids", "no figures reported", ("A24", "A19"),
    ),
    "grow_above": About(
        "tried", "Middlesbrough with Cambian: 4 beds in one home grew to 9 in three homes, 89% used in 2022",
        "deemed successful; void risk is shared as the block follows use", "one case", ("A15", "A23"),
    ),
}  # fmt: skip
