"""What is estimated: the name of each quantity in tables, what people call it, and its unit."""

from __future__ import annotations

from dataclasses import dataclass

from marketsim.own_data.records import NEEDS, ROUTES, SECTORS

BOUGHT = ROUTES[1:]
FAR_MILES = 20
RESTRICTED_WEEKS = 104
FEE_BASES = {"fee": "running", "fee_of_starts": "begun in the last year"}


@dataclass(frozen=True)
class Quantity:
    """What a quantity is called, its unit, and of which it is (for headings)."""

    label: str
    unit: str
    part: str


def _words(name: str) -> str:
    return name.replace("_", " ")


def _fees() -> dict[str, Quantity]:
    found = {}
    kinds = [*((need, "") for need in NEEDS), *(("", route) for route in ROUTES),
             *((need, route) for need in NEEDS for route in BOUGHT)]  # fmt: skip
    for base, words in FEE_BASES.items():
        for kind in ("mean", "median"):
            found[f"{base}_{kind}"] = Quantity(f"{kind} fee of bought, {words}", "GBP/week", "fees")
            for need, route in kinds:
                told = ", ".join(filter(None, [need and f"{need} need", route and _words(route)]))
                label = f"{kind} fee, {words}: {told}"
                found[fee_name(base, kind, need, route)] = Quantity(label, "GBP/week", "fees")
    return found


def fee_name(base: str, kind: str, need: str = "", route: str = "") -> str:
    """The name of a fee: `fee` or `fee_of_starts`, `mean` or `median`, and of whom if not of all that are bought."""
    return "_".join(filter(None, [base, kind, need, route]))


QUANTITIES: dict[str, Quantity] = {
    "stay_mean": Quantity("mean stay of those that begin", "weeks", "stays"),
    "stay_median": Quantity("median stay of those that begin", "weeks", "stays"),
    "stay_restricted_mean": Quantity(f"mean within the first {RESTRICTED_WEEKS} weeks", "weeks", "stays"),
    "ended_stay_mean": Quantity("mean stay of those that ended", "weeks", "stays"),
    "ended_stay_median": Quantity("median stay of those that ended", "weeks", "stays"),
    "breakdown": Quantity("ended by breaking down", "share", "stays"),
    **{f"need_{need}": Quantity(f"{need} need", "share", "children") for need in NEEDS},
    "age_under_10": Quantity("aged under 10", "share", "children"),
    "age_16_and_over": Quantity("aged 16 and over", "share", "children"),
    "boys": Quantity("boys", "share", "children"),
    "emergency": Quantity("placed in an emergency", "share", "children"),
    "in_house": Quantity("in own homes", "share", "homes"),
    **{f"route_{route}": Quantity(f"of bought: {_words(route)}", "share", "homes") for route in BOUGHT},
    **{f"sector_{sector}": Quantity(f"sector: {_words(sector)}", "share", "homes") for sector in SECTORS},
    "out_of_area": Quantity("out of area", "share", "distances"),
    "over_20_miles": Quantity(f"over {FAR_MILES} miles from home", "share", "distances"),
    "distance_mean": Quantity("mean distance from home", "miles", "distances"),
    "children_in_homes": Quantity("children in homes, last day", "children", "numbers"),
    "starts_per_year": Quantity("placements begun in a year", "placements/year", "numbers"),
    **_fees(),
}
