"""The market as a Mesa model: one step is one week."""

from __future__ import annotations

from datetime import timedelta

import mesa
import numpy as np

from marketsim.agents import ChildAgents
from marketsim.core.columns import Ints
from marketsim.core.compiling import Handle
from marketsim.market import prices
from marketsim.market.children import NOT_YET, PLACED, PlacementRecords
from marketsim.market.ledger import KINDS, Ledger
from marketsim.purchasing.orders import make_orders
from marketsim.purchasing.rule import PurchasingRule
from marketsim.scenario.schema import Scenario
from marketsim.week import arriving as demand
from marketsim.week import commissioners as authorities_decide
from marketsim.week import failing as groups
from marketsim.week import moving as moves
from marketsim.week import opening as supply
from marketsim.week import paying as payments
from marketsim.week import providers as providers_decide
from marketsim.week.buying import Terms, awarding_of, buy_for_all, no_fees_seen, purchase_terms
from marketsim.week.calendar import Timetable, areas_of
from marketsim.week.commissioners import Authority
from marketsim.week.ending import end_stays, ending_terms
from marketsim.week.inspecting import Inspectors
from marketsim.week.placing.panels import PanelBook
from marketsim.week.providers import Provider
from marketsim.week.recording import Recorder
from marketsim.week.stays import stay_table
from marketsim.world import start

MONTH_WEEKS = 4
YEAR_WEEKS = 52


class MarketModel(mesa.Model):
    """One seeded run of a scenario. `market` holds the columns; agents are windows on their rows.

    Raises ScenarioError if the children of week 0 do not fit into the places.
    """

    def __init__(self, parameters: Scenario, run_seed: int) -> None:
        super().__init__(rng=0)  # Mesa's generator is never drawn from: all luck comes from `streams`
        self.parameters, self.run_seed = parameters, run_seed
        self.market = start.build_market(parameters, run_seed)
        self.stays = stay_table(parameters.stays)
        self.records = PlacementRecords(capacity=16_384)
        self.geography = start.area_geography(self.market)
        start.place_starting_children(self.market, self.stays, self.records, self.geography)
        self.orders = make_orders(parameters.purchasing, self.market.authorities)
        start.start_purchasing(self.market, self.orders, self.records)
        self._pressure = providers_decide.pressure(self.market, start.first_searching(self.market))
        self.pipeline = supply.start_pipeline(self.market, run_seed, self._pressure)
        self.groups = groups.make_groups(self.market)
        self.inspectors = Inspectors(run_seed, self.market.homes)
        self.timetable = Timetable(parameters)
        self.recorder = Recorder(self.market)
        self.discharged = 0
        self.ledger = Ledger(np.zeros((len(KINDS), len(self.market.authorities))), np.zeros(1))
        self._make_agents()
        self._begin_month()
        self._closed_in_month, self._next_review = 0, 0
        self._spent, self._budget = np.zeros(len(self.market.authorities)), np.zeros(len(self.market.authorities))
        self._look_again()

    def step(self) -> None:
        """One week, in the order of design section 3."""
        self.market.week = self.steps
        self.follow_calendar()
        self.end_stays()
        self.open_and_close_homes()
        self.admit_new_needs()
        self.place_children()
        self.pay()
        self.review()
        self.record()

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

    def follow_calendar(self) -> None:
        """What the scenario dates: values that change, groups that fail, own homes that authorities plan."""
        market, week = self.market, self.market.week
        if week in self.timetable.scenarios:
            self._change_to(self.timetable.scenarios[week])
        for rank, closes_share in self.timetable.failures.get(week, []):
            self._close(groups.wind_up(market, self.run_seed, int(self.groups.ranked[rank - 1]), closes_share))
        for policy in self.timetable.own_homes.get(week, []):
            area = np.repeat(areas_of(policy, self.parameters.world), policy.homes)
            supply.plan_own_homes(market, self.run_seed, self.pipeline, area, policy.places)
        if (self.parameters.horizon.weeks - week) % YEAR_WEEKS == YEAR_WEEKS - 1:
            self._begin_cohort()

    def end_stays(self) -> None:
        """Placements reach their planned end or break down; stays outside homes end; homes are inspected."""
        tallies = self.recorder.tallies
        self._leave(end_stays(self.market, self.records, tallies, self._ending_terms, self.inspectors))

    def open_and_close_homes(self) -> None:
        """Every 4 weeks homes open after their registration; every quarter others close."""
        market = self.market
        if market.week % MONTH_WEEKS == 1:
            supply.supply_managers(market, self.pipeline, self._closed_in_month)
            self._closed_in_month = 0
            plans = self.pipeline.take_due(market.week)
            rows = supply.open_homes(market, self.run_seed, plans)
            supply.ask_like_neighbours(market, rows, self._pressure)
            providers_decide.price(market)
            self.recorder.count("homes_opened", plans.area)
            self.panel_book.refresh_opened(rows)
        if market.week % supply.QUARTER_WEEKS == 0:
            self._close(supply.closing_homes(market, self.run_seed))
            failing = groups.failing_groups(market, self.groups)
            for group in failing:
                closes = 1 - self.parameters.providers.rescued_share
                self._close(groups.wind_up(market, self.run_seed, int(group), closes, failing))

    def admit_new_needs(self) -> None:
        """New needs arise in every authority."""
        self.market.demand_index *= self._growth
        self.market.children.admit(demand.new_needs(self.market, self._arrivals), since=self.market.week)

    def place_children(self) -> None:
        """Referrals, offers and awards for all who search this week; whose deadline is past goes unregistered."""
        terms, panels, tallies = self._purchase_terms, self.panel_book.panels, self.recorder.tallies
        self._leave(buy_for_all(self.market, self.records, tallies, terms, panels, self._unplaced, self._fees_seen))

    def pay(self) -> None:
        """Fees, empty places, own homes, running costs and the last resort are paid."""
        payers, counted_by = self._payers.payers, self.recorder.groups
        self.ledger, self._census = payments.pay_week(self.market, payers, counted_by, self._spent)

    def review(self) -> None:
        """Every 4 weeks fees, every year costs; every quarter plans for new homes; contracts at their own dates."""
        market = self.market
        if market.week % YEAR_WEEKS == 0:
            self._review_costs()
            self._set_budgets()
        if market.week % MONTH_WEEKS == 0:
            self._review_fees()
        if market.week % supply.QUARTER_WEEKS == 0:
            supply.plan_homes(market, self.run_seed, self.pipeline, self._pressure, market.week)
        self._review_arrangements()

    def record(self) -> None:
        """The week's outcomes are recorded."""
        weeks_left = self.parameters.horizon.weeks - self.market.week
        self.recorder.close_week(self.market, self._payers.payers, self.ledger, self._census, weeks_left + 1)

    def _leave(self, rows: Ints) -> None:
        """Children who no longer need a home leave the model."""
        self.market.children.discharge(rows)
        self.discharged += len(rows)

    def _begin_cohort(self) -> None:
        """Children who live in a home now are followed for a year: how many placements has each?"""
        children = self.market.children
        placed = children.state == PLACED
        children.cohort[:] = placed
        children.placements[:] = 1
        self.recorder.count("cohort", children.authority[placed])

    def _close(self, rows: Ints) -> None:
        market = self.market
        if len(rows) == 0:
            return
        self._closed_in_month += len(rows)
        closing = np.zeros(len(market.homes), dtype=np.bool_)
        closing[rows] = True
        tables = market.children.table, market.homes.table, market.holdings.table, self.records.table
        moves.end_with_homes(*tables, self.recorder.tallies, closing, self._ending_terms.columns.moves, market.week)
        supply.close(market.homes, rows, market.week)
        self.recorder.count("homes_closed", market.homes.authority[rows])
        self.panel_book.refresh_closed(rows)

    def _review_costs(self) -> None:
        """Pay awards and prices move running costs, and with them the cost of the last resort, once a year."""
        market, date = self.market, self.parameters.horizon.start + timedelta(weeks=self.market.week)
        market.rates = prices.rates(self.parameters.economy, date)
        market.cost_index *= 1 + market.rates.cost
        self._purchase_terms = self._terms_now()
        providers_decide.price(market)
        self.panel_book.refresh_costs()

    def _set_budgets(self) -> None:
        """Once a year: last year's spend and a rise, for the year to come (GBP)."""
        self._budget = self._spent * (1 + self.parameters.commissioning.budget_uplift_per_year)
        self._spent = np.zeros_like(self._spent)

    def _review_fees(self) -> None:
        """Authorities learn what they pay; providers revise what they ask, for the 4 weeks to come."""
        market = self.market
        memory = self.parameters.commissioning.fee_memory
        authorities_decide.remember_fees(market.authorities.expected_fee, *self._fees_seen, memory)
        self._pressure = providers_decide.pressure(market, self._unplaced / MONTH_WEEKS)
        providers_decide.earn(market, self._census.due)
        providers_decide.revise_asks(market, self._pressure)
        providers_decide.price(market)
        self.panel_book.refresh_fees()
        self._begin_month()
        weeks = market.week % YEAR_WEEKS
        if market.week == MONTH_WEEKS:  # the first year's budget: what the first month's spend comes to in a year
            self._budget = self._spent * YEAR_WEEKS / MONTH_WEEKS
        if weeks:
            authorities_decide.keep_to_budget(market, self._spent, self._budget, weeks)

    def _review_arrangements(self) -> None:
        """The arrangements whose turn it is are reviewed."""
        market = self.market
        if market.week < self._next_review:
            return
        changed = []
        for number in np.flatnonzero(self._reviewed_from <= market.week).tolist():
            arrangement = market.arrangements[number]
            if arrangement.rule.review(market, arrangement):
                changed.append(arrangement)
            self._reviewed_from[number] = arrangement.rule.next_review(market.week, arrangement)
        self.panel_book.refresh(changed)
        self._next_review = int(self._reviewed_from.min())
        self._payers.update()
        self.recorder.know_panels(market)

    def _begin_month(self) -> None:
        """Count anew, for the 4 weeks to come, who has no home and what is paid."""
        self._unplaced = np.zeros(len(self.market.authorities), dtype=np.int64)
        self._fees_seen = no_fees_seen(len(self.market.authorities))

    def _change_to(self, scenario: Scenario) -> None:
        """Other values hold from now on; arrangements that go on keep what they hold, others run off."""
        market = self.market
        self.parameters = market.scenario = scenario
        ended = set(self.orders.ended)
        before = {a.number for a in market.arrangements} - ended
        self.orders = make_orders(scenario.purchasing, market.authorities, market.arrangements)
        market.arrangements = self.orders.arrangements
        for number in self.orders.ended:
            market.holdings.running[market.holdings.arrangement == number] = False
        providers_decide.price(market)
        resumed = ended - set(self.orders.ended)
        changed = {a.number for a in self.orders.changed}
        for arrangement in [market.arrangements[number] for number in sorted(changed | resumed)]:
            begin = arrangement.rule.change if arrangement.number in before else arrangement.rule.start
            begin(market, arrangement)
        self.recorder.know_arrangements(market)
        self._look_again()

    def _look_again(self) -> None:
        """Arrangements are new or have changed: ask all of them what they offer."""
        self._growth = demand.weekly_growth(self.parameters.demand, self.market.authorities)
        self._arrivals = demand.arrivals_of(self.market)
        self._ending_terms = ending_terms(self.parameters, self.run_seed)
        self._purchase_terms = self._terms_now()
        ended = set(self.orders.ended)
        self._reviewed_from = np.full(len(self.market.arrangements), NOT_YET)
        for arrangement in self.market.arrangements:
            if type(arrangement.rule).review is not PurchasingRule.review and arrangement.number not in ended:
                self._reviewed_from[arrangement.number] = self.market.week
        self._next_review = self.market.week
        self.panel_book = PanelBook(self.market, ended)
        self._payers = payments.PayersBook(self.market.arrangements, self.orders.cooperatives)

    def _terms_now(self) -> Handle[Terms]:
        """On what terms authorities buy, at the values and prices of now."""
        stay_terms = moves.stay_terms(self.stays, self.parameters, self.run_seed)
        awarding = awarding_of(self.parameters, stay_terms, self.run_seed)
        return purchase_terms(self.market, self.orders, self.geography, awarding)

    def _make_agents(self) -> None:
        market = self.market
        self.authority_agents = [Authority(self, row) for row in range(len(market.authorities))]
        self.provider_agents = [Provider(self, number) for number in range(int(market.homes.provider.max()) + 1)]
        self.child_agents = ChildAgents(self)
