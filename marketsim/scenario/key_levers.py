"""Keys of a scenario that are levers by themselves, with what is known of them."""

from __future__ import annotations

from marketsim.scenario.levers import About

KEYS: dict[str, About] = {
    "purchasing.preferences": About(
        "tried", "the most effective authorities keep own, block, framework and spot side by side",
        "a portfolio is the best arrangement found", "judgement of five reports; no measured result", ("A47", "H17"),
    ),
    "commissioning.own_homes": About(
        "tried", "over half of the authorities asked built one to three homes; Coventry five, Leicester one a year",
        "more local children and control of cost; unfairly compared with spot alone",
        "how many open is set here; capital is in the policy `building_programme`", ("D1", "D3"),
    ),
    "commissioning.only_good_share": About(
        "tried", "many authorities buy from homes rated good or outstanding only",
        "dire for a home that requires improvement, though it is still adequate", "the share is an assumption",
        ("D40", "Q61"),
    ),
    "staffing.pay_level": About(
        "tried", "Lighthouse; pay, training and career reform are proposed (CCN/IMPOWER 2024)",
        "retention; more places staffed, at a higher cost", "what pay does to places that can't be staffed is assumed",
        ("D25", "D26"),
    ),
    "demand.fostering_recovered": About(
        "proposed", "ten recruitment hubs, 27m and 15m GBP; Foster4 for eight; a third of plans were to foster",
        "fewer children in homes; applications still fall", "how many are found is set here", ("E10", "E11", "Q80"),
    ),
    "demand.extra_complex_per_year": About(
        "happens", "hospital and secure beds close", "need moves to children's homes", "how many is set here",
        ("E21", "D35", "Q82"),
    ),
    "demand.growth_by_region": About(
        "happens", "transfer scheme, safeguarding failures, pandemic: needs rise here and there",
        "shocks by area", "how much is set here", ("E22", "E24", "E35"),
    ),
    "shocks": About(
        "happens", "large leveraged groups; owners sell in four to seven years", "disorderly exit threatens continuity",
        "that a group fails is put in, what follows is not", ("D32", "C35", "Q50"),
    ),
    "matching.homes_mental_health_share": About(
        "happens", "a fifth of homes offer help with mental health (Ofsted 2022)",
        "clear offers and tighter statements of purpose bring fewer wrong matches", "effects of fit are assumptions",
        ("D43", "S28"),
    ),
}  # fmt: skip
