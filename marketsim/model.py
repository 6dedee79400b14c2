"""The market as a Mesa model: one step is one week."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import mesa
import numpy as np

from marketsim.agents import Authority, ChildAgents, Provider
from marketsim.core.columns import Ints
from marketsim.market import costs
from marketsim.market.children import NO_ROUTE, PLACED
from marketsim.market.ledger import Ledger
from marketsim.policies import asking_policies
from marketsim.purchasing import asking_rules, making_orders, orders
from marketsim.purchasing.rule import Arrangement
from marketsim.scenario.changes import routes_of
from marketsim.scenario.schema import Scenario
from marketsim.week import (
    arriving,
    buying,
    commissioners,
    contract_book,
    ending_stays,
    failing_groups,
    inspecting,
    moving,
    opening_and_closing,
    paying,
    providers,
    recording,
    reviewing,
    searching,
    stays,
    timetable,
)
from marketsim.week.placing.panels import PanelBook
from marketsim.week.placing.tables import Geography
from marketsim.world import england, known_fees, own_children, own_homes, start

COHORT_WEEKS = 52


def _before(parameters: Scenario) -> Scenario:
    """The scenario as authorities bought before week 0; the same if nothing is lived before it."""
    if start.past_weeks(parameters) == 0:
        return parameters
    return parameters.model_copy(update={"purchasing": parameters.purchasing.before()})


class MarketModel(mesa.Model):
    """One seeded run of a scenario. `market` holds the columns; agents are windows on their rows.

    Raises ScenarioError if the children of week 0 do not fit into the places.
    """

    def __init__(self, parameters: Scenario, run_seed: int) -> None:
        super().__init__(rng=0)  # Mesa's generator is never drawn from: all luck comes from `streams`
        self.parameters, self.run_seed = _before(parameters), run_seed
        self.market = start.build_market(self.parameters, run_seed)
        table, geography = stays.stay_table(parameters.stays), start.area_geography(self.market)
        start.place_starting_children(self.market, table, self._buyer_before(geography, table))
        self.orders = making_orders.make_orders(self.parameters.purchasing, self.market.authorities)
        start.start_purchasing(self.market, self.orders)
        self.shop = buying.Shop(self.orders, self._book(), geography, table)
        self.pressure = providers.pressure(self.market, start.first_searching(self.market))
        usual = start.past_weeks(parameters) > 0
        self.pipeline = opening_and_closing.start_pipeline(self.market, run_seed, None if usual else self.pressure)
        self.groups = failing_groups.make_groups(self.market)
        self.follow(parameters)
        routes = routes_of(parameters) | routes_of(self.parameters)
        self.recorder = recording.Recorder(self.market, self.orders.arrangements, routes)
        self.contracts = contract_book.ContractBook(len(self.market.authorities))
        self.memory = commissioners.Memory(len(self.market.authorities))
        self.ledger = Ledger(len(self.market.authorities), 1)
        self.discharged, self._closed_in_month = 0, 0
        self._make_agents()
        self._begin_purchasing()
        if start.past_weeks(parameters) > 0:
            while self.market.week < 0:
                MarketModel.step(self)  # not counted by Mesa
            self._take_own_children(table)
            self._change_to(parameters)
        else:
            self._take_own_children(table)
            self._put_in_force(parameters)
            providers.price(self.market)
            self.shop.book.refresh()
        self._plan_homes_of_contracts(self.orders.arrangements)

    def step(self) -> None:
        """One week, line by line."""
        self.market.week += 1
        self.follow_calendar()
        self.end_stays()
        self.open_and_close_homes()
        self.admit_new_needs()
        self.place_children()
        self.pay()
        self.review()
        self.record()

    def follow(self, scenario: Scenario) -> None:
        """What a scenario dates happens from the next week on.

        Raises ScenarioError for a policy, of whatever date, that this market can't have.
        """
        dated = timetable.Timetable(scenario)
        for one in (scenario, *dated.scenarios.values()):
            asking_policies.check_possible(self.market, one.policies)
        self.timetable = dated

    def follow_calendar(self) -> None:
        """What the scenario dates: values that change, groups that fail, own homes that authorities plan."""
        market, week = self.market, self.market.week
        if week in self.timetable.scenarios:
            self._change_to(self.timetable.scenarios[week])
        for rank, closes_share in self.timetable.failures.get(week, []):
            failing = int(market.ranked_providers[rank - 1])
            self._close(failing_groups.wind_up(market, self.run_seed, failing, closes_share))
        for policy in self.timetable.own_homes.get(week, []):
            area = np.repeat(timetable.areas_of(policy, self.parameters.world), policy.homes)
            opening_and_closing.plan_own_homes(market, self.run_seed, self.pipeline, area, policy.places)
        opening_and_closing.plan_homes_of_policies(market, self.run_seed, self.pipeline)
        if (self.parameters.horizon.weeks - week) % COHORT_WEEKS == COHORT_WEEKS - 1:
            self._begin_cohort()

    def end_stays(self) -> None:
        """Placements reach their planned end or break down; stays outside homes end; homes are inspected."""
        self._leave(ending_stays.end_stays(self.market))
        self._leave(moving.move_on_early(self.market, asking_policies.leaving(self.market)))
        inspecting.inspect(self.market)
        providers.draw_blocked(self.market)

    def open_and_close_homes(self) -> None:
        """When a month is over homes open after their registration; at the end of a quarter others close."""
        market = self.market
        if market.calendar.ends("month", market.week - 1):
            opening_and_closing.supply_managers(market, self.pipeline, self._closed_in_month)
            self._closed_in_month = 0
            plans = self.pipeline.take_due(market.week)
            if market.week < 1:  # when the homes open that are there in week 0
                plans = plans.of(np.zeros(0, dtype=np.int64))
            opened = opening_and_closing.open_homes(market, self.run_seed, plans, self.pressure)
            market.events.count("homes_opened", market.homes.authority[opened])
            self._take_on(plans.arrangement, opened)
            asking_policies.tell_opened(market, opened, plans.policy)
            self.shop.book.refresh()
        if market.ends("quarter") and market.week > 0:
            self._close(opening_and_closing.closing_homes(market, self.run_seed))
            failing_now = failing_groups.failing_groups(market, self.groups)
            for group in failing_now:
                closes = 1 - self.parameters.providers.rescued_share
                self._close(failing_groups.wind_up(market, self.run_seed, int(group), closes, failing_now))

    def admit_new_needs(self) -> None:
        """New needs arise in every authority."""
        market = self.market
        market.demand_index *= arriving.weekly_growth(self.parameters.demand, market.authorities)
        market.children.admit(arriving.new_needs(market), since=market.week)
        arriving.prepare(market)

    def place_children(self) -> None:
        """Referrals, offers and awards for all who search this week; whose deadline is past goes unregistered."""
        self._leave(buying.buy_for_all(self.market, self.shop, self.memory))

    def pay(self) -> None:
        """Fees, empty places, own homes, running costs and the last resort are paid."""
        self.census = self.recorder.census(self.market)
        self.ledger = paying.pay_week(self.market, self.payers, self.census)
        self.contracts.count(self.market, self.payers, self.shop.answers)
        self.memory.spend(self.ledger.spend)

    def review(self) -> None:
        """From April costs, every month fees, every quarter plans for new homes; contracts at their own dates."""
        market = self.market
        if market.ends("financial_year"):
            reviewing.review_costs(market)
            reviewing.raise_fees(market, self.orders)
            self.memory.begin_year(self.parameters.commissioning.budget_uplift_per_year)
            self.shop.book.refresh()
        if market.ends("month"):
            self.pressure = reviewing.review_fees(market, self.memory, self.census, self.ledger.besides)
            self.shop.book.refresh()
        if market.ends("quarter"):
            reviewing.give_notice(market)
            opening_and_closing.plan_homes(market, self.run_seed, self.pipeline, self.pressure, market.week)
            for taken in opening_and_closing.hand_over(market):
                failing_groups.borrow(market, self.groups, taken)
        if reviewed := self.reviews.review(market):
            self._plan_homes_of_contracts(reviewed)
            self.shop.book.refresh()
            self.payers.update()
            self.recorder.know(market, self.orders.arrangements)

    def record(self) -> None:
        """The week's outcomes are recorded, from week 1 on."""
        if self.market.week < 1:
            self.market.events.clear()
            return
        self.ledger.voids = paying.paid_empty_places(self.market, self.payers)
        weeks_left = self.parameters.horizon.weeks - self.market.week
        self.recorder.close_week(self.market, self.ledger, self.census, weeks_left + 1)
        self.contracts.close_week(self.market, weeks_left + 1)

    @property
    def agents(self) -> mesa.agent.AgentSet:
        """All agents, those of children included who have come since somebody last looked."""
        self.child_agents.catch_up()
        return super().agents

    @property
    def agents_by_type(self) -> dict[type[mesa.Agent], mesa.agent.AgentSet]:
        """The same by their class."""
        self.child_agents.catch_up()
        by_type: dict[type[mesa.Agent], mesa.agent.AgentSet] = super().agents_by_type
        return by_type

    def _leave(self, rows: Ints) -> None:
        """Children who no longer need a home leave the model."""
        self.market.children.discharge(rows)
        self.discharged += len(rows)

    def _take_own_children(self, table: stays.StayTable) -> None:
        """The children of own data live where they are recorded, in place of those whom the past has placed."""
        region = england.own_region(self.parameters.world)
        known_fees.keep(self.market)
        if region is not None and region.authorities:
            self._leave(own_children.make_room(self.market))
            homes = own_homes.rows_of_list(self.market.homes, self.market.authorities, region)
            own_children.move_in_recorded(self.market, region, self.orders, table, homes)

    def _begin_cohort(self) -> None:
        """Children who live in a home now are followed for a year: how many placements has each?"""
        children = self.market.children
        children.cohort[:] = placed = children.state == PLACED
        children.placements[:] = 1
        self.market.events.count("cohort", children.authority[placed])

    def _close(self, rows: Ints) -> None:
        """Homes leave the market, and whoever lives there looks for another."""
        homes = self.market.homes
        moving.close_with_homes(self.market, np.isin(np.arange(len(homes)), rows))
        homes.set(rows, closed_week=self.market.week)
        self._closed_in_month += len(rows)
        self.market.events.count("homes_closed", homes.authority[rows])
        self.shop.book.refresh()

    def _change_to(self, scenario: Scenario) -> None:
        """Other values hold from now on; arrangements that go on keep what they hold, others run off."""
        market, before = self.market, self.orders
        self.parameters = market.scenario = scenario
        self._put_in_force(scenario)
        self.orders = making_orders.make_orders(scenario.purchasing, market.authorities, before.arrangements)
        market.holdings.running[np.isin(market.holdings.arrangement, self.orders.ended)] = False
        for number in self.orders.ended:  # nobody is on the panel of what nobody buys through
            self.orders.arrangements[number].on_panel = np.zeros(0, dtype=np.bool_)
        market.homes.unit_cost[:] = costs.place_cost(market, np.arange(len(market.homes)))
        providers.price(market)
        begins = orders.beginning(before, self.orders)
        for arrangement, hook in begins:
            asking_rules.settle(market, arrangement, hook)
        for arrangement in self.orders.arrangements:
            arrangement.leavers.let_go()
        if market.week > 0:
            self._plan_homes_of_contracts([arrangement for arrangement, _ in begins])
        self.recorder.know(market, self.orders.arrangements)
        self.shop.orders, self.shop.book = self.orders, self._book()
        self._begin_purchasing()

    def _put_in_force(self, scenario: Scenario) -> None:
        """The policies of a scenario hold from now on; homes are to be priced by them."""
        market = self.market
        market.policies = asking_policies.put_in_force(
            scenario.policies, market.authorities, max(market.week, 0), market.policies
        )

    def _plan_homes_of_contracts(self, arrangements: Sequence[Arrangement]) -> None:
        """Providers plan the homes that open because of contracts."""
        for arrangement in arrangements:
            if arrangement.rule.has("homes_wanted") and arrangement.number not in self.orders.ended:
                wanted = asking_rules.homes_wanted(self.market, arrangement)
                if wanted is not None:
                    opening_and_closing.plan_homes_of_contract(
                        self.market, self.run_seed, self.pipeline, arrangement, wanted
                    )

    def _take_on(self, because: Ints, opened: Ints) -> None:
        """Contracts hold the places of homes that have opened because of them; of one that has ended nobody does."""
        for number in np.unique(because[because != NO_ROUTE]).tolist():
            if number not in self.orders.ended:
                homes = opened[because == number]
                asking_rules.settle(self.market, self.orders.arrangements[number], "take_on", homes)

    def _begin_purchasing(self) -> None:
        """Arrangements are new or have changed: who pays, and whose rules review something."""
        self.payers = paying.Payers(self.orders.arrangements, self.orders.ended)
        self.reviews = reviewing.Reviews(self.market, self.orders)

    def _buyer_before(self, where: Geography, table: stays.StayTable) -> Callable[[searching.Seeking], object]:
        """Who buys for those who seek before week 0."""
        before = start.orders_before(self.market)
        shop = buying.Shop(before, PanelBook(self.market, before.arrangements), where, table)
        return partial(buying.buy, self.market, shop, commissioners.Memory(len(self.market.authorities)))

    def _book(self) -> PanelBook:
        return PanelBook(self.market, self.orders.arrangements, self.orders.ended)

    def _make_agents(self) -> None:
        market = self.market
        self.authority_agents = [Authority(self, row) for row in range(len(market.authorities))]
        self.provider_agents = [Provider(self, number) for number in range(int(market.homes.provider.max()) + 1)]
        self.child_agents = ChildAgents(self)
