"""A framework: pre-agreed ceiling fees by need band that homes join and leave."""

from __future__ import annotations

from typing import ClassVar, Literal, NamedTuple

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.compiling import compiled, compiled_part
from marketsim.core.luck import luck_of, mixed
from marketsim.core.streams import beginning
from marketsim.core.units import Miles, Share, figure
from marketsim.market.children import OPEN_PLACE
from marketsim.market.homes import LOCAL_AUTHORITY, Homes
from marketsim.purchasing.arrangement import Arrangement, LotsOfAll, Market, Together
from marketsim.purchasing.rule import PurchasingRule, Reach, Scope
from marketsim.scenario.schema import PoundsByNeed

REVIEW_WEEKS = 52
MID_TERM_WEEKS = 13


class Framework(PurchasingRule):
    """Homes on the framework quote at most the ceiling; they stay while it beats what spot would bring."""

    name: ClassVar[str] = "framework"
    rule: Literal["framework"] = "framework"
    one_per: Scope = figure("region", "who shares a framework: each `authority`, each `region`, or `england`")
    ceilings: PoundsByNeed = figure(
        PoundsByNeed(standard=6_300.0, complex=6_450.0, severe=6_800.0),
        "ceiling fee by need band at the start (GBP/week)",
        "estimated",
        "43% of placements bought under frameworks (targets)",
    )
    uplift: Literal["none", "share_of_cpi", "cpi", "cpi_and_pay"] = figure(
        "share_of_cpi", "how ceilings are raised every year"
    )
    uplift_share: Share = figure(0.5, "share of the rise of consumer prices that `share_of_cpi` passes on")
    reach_miles: Miles = figure(60.0, "how far a home may be from the authorities that share the framework")
    radius_miles_at_first: Miles = figure(32.0, "search radius when the child is not urgent")
    radius_miles_at_deadline: Miles = figure(80.0, "search radius at the deadline")
    takes_part: Share = figure(0.72, "share of homes whose provider would join at all")
    flow_value: Share = figure(
        0.23, "share of the fee that the flow of referrals is worth to a home that stands quite empty"
    )
    leaves_mid_term: Share = figure(
        0.25, "chance each quarter that a home leaves before the yearly review once spot would bring more"
    )

    def scope(self) -> Scope:
        """As the scenario says."""
        return self.one_per

    def reach(self) -> Reach:
        """Radius widens with urgency; the fee is bounded by the ceilings."""
        return Reach(miles_at_first=self.radius_miles_at_first, miles_at_last=self.radius_miles_at_deadline)

    def start(self, market: Market, arrangement: Arrangement) -> None:
        """Ceilings as given; the homes for which they are worth it join."""
        arrangement.terms = self.ceilings.array()
        arrangement.ceilings = arrangement.terms * market.cost_index
        arrangement.on_panel = self._would_join(market, arrangement)

    def change(self, market: Market, arrangement: Arrangement) -> None:
        """Members or terms have changed: ceilings stay unless others are given, and homes decide anew."""
        if (arrangement.terms != self.ceilings.array()).any():
            arrangement.terms = self.ceilings.array()
            arrangement.ceilings = arrangement.terms * market.cost_index
        arrangement.on_panel = self._would_join(market, arrangement)

    def lots_of_all(self, market: Market, together: Together) -> LotsOfAll:
        """Open places of the homes on each framework, at their quote but at most the ceiling."""
        in_market, sensitivity = market.homes.in_market(market.week), market.scenario.providers.fee_sensitivity
        panels = [arrangement.on_panel for arrangement in together.arrangements]
        ceilings = np.array([arrangement.ceilings for arrangement in together.arrangements])
        on_panel, first = np.concatenate(panels), np.cumsum([0, *map(len, panels)])
        offered = _offered(on_panel, first, in_market, market.quotes, ceilings, float(sensitivity))
        return LotsOfAll(*offered, np.zeros((len(together), 3)))

    def review(self, market: Market, arrangement: Arrangement) -> bool:
        """Every year ceilings are raised and homes join or leave; some leave in between."""
        if market.week % REVIEW_WEEKS == 0:
            arrangement.ceilings = arrangement.ceilings * (1 + self._yearly_uplift(market))
            arrangement.on_panel = self._would_join(market, arrangement)
            return True
        if market.week % MID_TERM_WEEKS:
            return False
        luck = beginning(market.seed, "leave framework"), np.uint64(arrangement.key), np.uint64(market.week)
        leaves = Leaves(*luck, self.leaves_mid_term)
        arrangement.on_panel = _staying(arrangement.on_panel, leaves, *self._worth(market, arrangement))
        return True

    def next_review(self, week: int, arrangement: Arrangement) -> int:
        """The end of the next quarter, of which four make the year."""
        return week + MID_TERM_WEEKS - week % MID_TERM_WEEKS

    def _yearly_uplift(self, market: Market) -> float:
        rates = market.rates
        return {
            "none": 0.0,
            "share_of_cpi": self.uplift_share * rates.cpi,
            "cpi": rates.cpi,
            "cpi_and_pay": rates.cost,
        }[self.uplift]

    def _would_join(self, market: Market, arrangement: Arrangement) -> Bools:
        """Homes for which the ceiling is worth as much as the spot fee less the value of a steady flow."""
        return _would_join(*self._worth(market, arrangement))

    def _worth(self, market: Market, arrangement: Arrangement) -> tuple[Homes, Bools, Floats, Floats, Worth]:
        """What decides who would join, as `_would_join` takes it."""
        ceiling = float(arrangement.ceilings @ market.need_shares)
        luck = beginning(market.seed, "take part in framework"), np.uint64(arrangement.key)
        worth = Worth(self.reach_miles, ceiling, self.flow_value, self.takes_part, *luck)
        miles = market.miles_from(arrangement.members)
        return market.homes.table, market.homes.in_market(market.week), miles, market.mean_quote, worth


class Worth(NamedTuple):
    """How far a home may be (miles), the mean ceiling (GBP/week), what the flow of referrals is worth (share of the
    fee), the share of homes whose provider would join at all, and where that luck begins, with the framework's key."""

    reach: float
    ceiling: float
    flow_value: float
    takes_part: float
    begins: np.uint64
    framework: np.uint64


@compiled
def _would_join(homes: Homes, in_market: Bools, miles: Floats, quotes: Floats, worth: Worth) -> Bools:
    """Independent homes within reach for which a mean ceiling is worth their mean quote less the flow (GBP/week)."""
    homes = homes.columns
    would = np.zeros(len(in_market), dtype=np.bool_)
    for home in range(len(would)):
        if in_market[home] and miles[home] <= worth.reach and homes.sector[home] != LOCAL_AUTHORITY:
            asked = quotes[home] * (1 - worth.flow_value * (1 - homes.recent_occupancy[home]))
            if worth.ceiling >= asked:
                luck = luck_of(mixed(mixed(worth.begins, homes.key[home]), worth.framework))
                would[home] = luck < worth.takes_part
    return would


class Leaves(NamedTuple):
    """Where the luck begins by which homes leave before the yearly review, the framework's key, the week, and the share
    that leaves of those for which it isn't worth while."""

    begins: np.uint64
    framework: np.uint64
    week: np.uint64
    share: float


@compiled
def _staying(
    on_panel: Bools, leaves: Leaves, homes: Homes, in_market: Bools, miles: Floats, quotes: Floats, worth: Worth
) -> Bools:
    """Homes on the panel that would join now, and of the others those whose luck keeps them there."""
    would, staying = _would_join(homes, in_market, miles, quotes, worth), np.zeros(len(in_market), dtype=np.bool_)
    homes = homes.columns
    for home in range(len(on_panel)):
        if on_panel[home]:
            luck = luck_of(mixed(mixed(mixed(leaves.begins, homes.key[home]), leaves.framework), leaves.week))
            staying[home] = would[home] or luck >= leaves.share
    return staying


@compiled
def _offered(
    on_panel: Bools, first: Ints, in_market: Bools, quotes: Floats, ceilings: Floats, sensitivity: float
) -> tuple[Ints, Ints, Floats, Floats, Ints]:
    """The open places of homes in the market on the panel of each framework, what they are paid, how willing that
    leaves them, and how many they are; framework `a` has `ceilings[a]`, and its panel goes from `first[a]` up to
    `first[a + 1]`."""
    most, count = np.count_nonzero(on_panel), 0
    home, fee, eager = np.empty(most, dtype=np.int64), np.empty((most, 3)), np.empty((most, 3))
    number = np.zeros(len(ceilings), dtype=np.int64)
    for framework in range(len(ceilings)):
        for entry in range(first[framework], first[framework + 1]):
            row = entry - first[framework]
            if on_panel[entry] and in_market[row]:
                home[count] = row
                for band in range(3):
                    quote = quotes[row, band]
                    fee[count, band] = min(quote, ceilings[framework, band])
                    eager[count, band] = willing_at(fee[count, band], quote, sensitivity)
                count += 1
                number[framework] += 1
    return home[:count].copy(), np.full(count, OPEN_PLACE), fee[:count].copy(), eager[:count].copy(), number


@compiled_part
def willing_at(fee: float, quote: float, sensitivity: float) -> float:
    """The factor (0-1) on the willingness of a home that is paid less than it asks on the spot (GBP/week)."""
    shortfall = max(1.0 - fee / max(quote, 1.0), 0.0)
    return float(min(max(1.0 - sensitivity * shortfall, 0.0), 1.0))
