"""What a home costs, from the people on its rota, its house and the rest."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.market.children import ONE_TO_ONE, SHARED, SOLO, TWO_TO_ONE
from marketsim.scenario.schema import Scenario, Staffing

FULL_TIME_HOURS = 37.5
NIGHTS = 7


def hour_cost(staffing: Staffing) -> float:
    """What an hour of care staff on the rota costs (GBP)."""
    return staffing.care_pay * staffing.pay_level * staffing.cover * (1 + staffing.on_costs)


def home_cost(staffing: Staffing, residents: Floats, house_price: Floats, pay: Floats | float = 1.0) -> Floats:
    """Weekly cost of a home that plans for so many residents (GBP): staff (whose pay and conditions are `pay` times
    those of private homes), the house, what children need, and central services."""
    rota = (staffing.day_posts_home + staffing.day_posts_child * residents) * staffing.day_hours
    rota = rota + staffing.waking_nights * staffing.night_hours
    on_call = staffing.sleeping_nights * NIGHTS * staffing.sleep_in_pay
    managers = staffing.managers * FULL_TIME_HOURS * staffing.manager_pay
    staff = pay * (rota * hour_cost(staffing) + (on_call + managers) * (1 + staffing.on_costs))
    house = house_price * staffing.house_return / WEEKS_PER_YEAR + staffing.house_running
    return np.asarray((staff + house + staffing.per_child * residents) * (1 + staffing.central_share))


def extra_hours(staffing: Staffing) -> Floats:
    """Hours of staff a week that a child needs beyond the shared rota, by care: one more by day; two by day and one
    awake at night; the same for a child who lives alone."""
    by_day, by_night = staffing.day_hours, staffing.night_hours
    hours = np.zeros(4)
    hours[SHARED], hours[ONE_TO_ONE] = 0.0, by_day
    hours[[TWO_TO_ONE, SOLO]] = 2 * by_day + by_night
    return hours


def extra_cost(staffing: Staffing) -> Floats:
    """What these hours cost (GBP a week, by care)."""
    return extra_hours(staffing) * hour_cost(staffing) * (1 + staffing.central_share)


def heads(staffing: Staffing, homes: Floats, residents: Floats, extra: Floats) -> Floats:
    """People who work in so many homes for so many residents, with so many hours of extra staff."""
    rota = homes * (staffing.day_posts_home * staffing.day_hours + staffing.waking_nights * staffing.night_hours)
    rota = rota + homes * staffing.sleeping_nights * staffing.night_hours
    rota = rota + residents * staffing.day_posts_child * staffing.day_hours + extra
    posts = rota * staffing.cover / FULL_TIME_HOURS + homes * staffing.managers
    return np.asarray(posts * staffing.heads_per_post)


def blocked_share(scenario: Scenario, relative_pay: float = 1.0) -> float:
    """Share of places that can't be filled: the less, the better care staff are paid over what they were at the start,
    the minimum wage having risen too (`relative_pay`)."""
    staffing = scenario.staffing
    paid = staffing.pay_level * relative_pay
    return float(min(scenario.providers.blocked_share * paid**-staffing.pay_response, 1.0))


def usable(places: Ints | float, blocked_share: float) -> Floats:
    """The places of a home that can be staffed and filled at a time, one at least."""
    return np.maximum(np.asarray(places) * (1 - blocked_share), 1.0)
