"""Words for people who buy and run homes: money, miles, needs, routes."""

from __future__ import annotations

from marketsim.market import homes as of_homes
from marketsim.market.children import BANDS, CARE
from marketsim.market.fit import COMPLEX_NEEDS, MENTAL_HEALTH
from marketsim.market.market import Market
from marketsim.purchasing.rule import Arrangement

CARES = dict(
    zip(
        CARE,
        (
            "shares a home and its staff with other children",
            "needs a member of staff of her own by day",
            "needs two staff of her own by day and one at night",
            "must live alone, with staff of her own",
        ),
        strict=True,
    )
)
ROUTES = {
    "spot": "bought on the spot",
    "in_house": "own homes",
    "framework": "framework",
    "block": "block contract",
    "soft_block": "soft block",
    "cooperative": "cooperative",
}
SECTORS = dict(zip(of_homes.SECTORS, ("private", "voluntary", "local authority", "health"), strict=True))
RATINGS = dict(zip(of_homes.RATINGS, ("outstanding", "good", "requires improvement", "inadequate"), strict=True))
AGES = ("children of any age", "children up to 12", "children of 13 and over")


def pounds(amount: float) -> str:
    """An amount in GBP: "4,850 GBP"."""
    return f"{amount:,.0f} GBP"


def weekly(amount: float) -> str:
    """An amount in GBP a week: "4,850 GBP a week"."""
    return f"{pounds(amount)} a week"


def miles(distance: float) -> str:
    """A distance: "12 miles"."""
    whole = round(distance)
    return "less than a mile" if whole == 0 else many(whole, "mile")


def many(count: int, thing: str) -> str:
    """So many things: "1 home", "2 homes"."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def needs(band: int) -> str:
    """What a need band means: "complex needs"."""
    return f"{BANDS[band]} needs"


def care(number: int) -> str:
    """The staff that a child needs."""
    return CARES[CARE[number]]


def notice(emergency: bool) -> str:
    """How soon a home is needed."""
    return "in an emergency" if emergency else "as a planned move"


def route(arrangements: list[Arrangement], number: int) -> str:
    """How a place is bought: "framework", "block contract, through the cooperative"."""
    arrangement = arrangements[number]
    said = ROUTES.get(arrangement.rule.name, arrangement.rule.name.replace("_", " "))
    return said if arrangement.cooperative is None else f"{said}, through the cooperative"


def provider(market: Market, number: int) -> str:
    """Who runs homes: "provider 17", or the authority that runs its own."""
    names = market.authorities.name
    return names[number] if number < len(names) else f"provider {number}"


def area(market: Market, number: int) -> str:
    """The name of an authority."""
    return market.authorities.name[number]


def offer(takes_needs: int, takes_ages: int) -> str:
    """What a statement of purpose says: "takes complex needs, helps with mental health, for children of any age"."""
    said = []
    if takes_needs & COMPLEX_NEEDS:
        said.append("takes complex needs")
    if takes_needs & MENTAL_HEALTH:
        said.append("helps with mental health")
    return ", ".join([*said, f"for {AGES[takes_ages]}"])


def sector(number: int) -> str:
    """Who a home belongs to."""
    return SECTORS[of_homes.SECTORS[number]]


def rating(number: int) -> str:
    """What inspectors say of a home."""
    return RATINGS[of_homes.RATINGS[number]]


def dated(market: Market, week: int, words: str, **more: object) -> dict[str, object]:
    """An entry of a life: its week, the date on which that ended, words, and whatever else there is."""
    return {"week": week, "date": market.calendar.date(week).isoformat(), "words": words, **more}
