"""The market as a Mesa model: one step is one week."""

from __future__ import annotations

from datetime import timedelta

import mesa
import numpy as np

from marketsim import demand, groups, payments, prices, ratings, supply
from marketsim.agents import authority as authorities_decide
from marketsim.agents import provider as providers_decide
from marketsim.agents.authority import Authority
from marketsim.agents.child import ChildAgents
from marketsim.agents.provider import Provider
from marketsim.children import ELSEWHERE, OPEN_PLACE, PLACED, UNREGISTERED, WAITING, PlacementRecords
from marketsim.columns import Bools, Floats, Ints
from marketsim.homes import LOCAL_AUTHORITY
from marketsim.ledger import Ledger
from marketsim.orders import make_orders
from marketsim.panels import PanelBook
from marketsim.placing import place
from marketsim.purchasing.rule import PurchasingRule
from marketsim.recording import Recorder
from marketsim.scenario.schema import Scenario
from marketsim.searching import award, make_searches, make_stock, make_tastes, pools_free
from marketsim.stays import stay_table, weeks_elsewhere, whole_weeks
from marketsim.streams import exponential, uniform, uniforms
from marketsim.timetable import Timetable, areas_of
from marketsim.world import start

MONTH_WEEKS = 4
YEAR_WEEKS = 52
PLANNED, BREAKDOWN, HOME_CLOSED = 1, 2, 3


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
        self.timetable = Timetable(parameters)
        self.recorder = Recorder(self.market)
        self.discharged = 0
        self.ledger = Ledger(len(self.market.authorities), 1)
        self._make_agents()
        self._unplaced: list[Ints] = []
        self._fees_paid: list[tuple[Ints, Ints, Floats]] = []
        self._closed_in_month = 0
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
        market, children = self.market, self.market.children
        due = np.flatnonzero(children.end_week == market.week)
        state = children.state[due]
        ending, elsewhere = due[state == PLACED], due[state == ELSEWHERE]
        broken = children.ends_by_breakdown[ending]
        self._leave(due[state == UNREGISTERED])
        self._move_out(ending[~broken], PLANNED)
        self._move_on(ending[~broken])
        np.add.at(market.homes.breakdowns, children.home[ending[broken]], 1)
        self._move_out(ending[broken], BREAKDOWN)
        children.breakdowns[ending[broken]] += 1
        self.recorder.count("breakdowns", children.authority[ending[broken]])
        self._back_on_the_market(ending[broken])
        self._end_elsewhere(elsewhere)
        ratings.inspect(self.run_seed, market.homes, self.parameters, market.week)
        providers_decide.redraw_blocked(self.run_seed, market.homes, self.parameters.providers, market.week)
        market.holdings.run_off()

    def open_and_close_homes(self) -> None:
        """Every 4 weeks homes open after their registration; every quarter others close."""
        market = self.market
        if market.week % MONTH_WEEKS == 1:
            supply.supply_managers(market, self.pipeline, self._closed_in_month)
            self._closed_in_month = 0
            plans = self.pipeline.take_due(market.week)
            rows = supply.open_homes(market, self.run_seed, plans)
            supply.ask_like_neighbours(market, rows, providers_decide.wanted_asks(market, self._pressure))
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
        demand.grow(self.market)
        rows, columns = demand.new_needs(self.market)
        self.market.children.admit(len(rows), since=self.market.week, **columns)

    def place_children(self) -> None:
        """Referrals, offers and awards for all who search this week; whose deadline is past goes unregistered."""
        market, commissioning = self.market, self.parameters.commissioning
        children = market.children
        unplaced = np.flatnonzero((children.state == WAITING) | (children.state == UNREGISTERED))
        self._unplaced.append(children.authority[unplaced])
        rows = self._searching(unplaced)
        waited = market.week - children.since[rows]
        emergency = children.emergency[rows]
        urgency = authorities_decide.urgency(commissioning, waited, emergency)
        urgency[children.state[rows] == UNREGISTERED] = 1.0
        chance = providers_decide.willingness(
            self.parameters.providers, children.score[rows], children.breakdowns[rows]
        )
        asked = waited // commissioning.answer_weeks
        rows, searches = make_searches(market, self.orders, rows, asked, urgency, chance)
        panels = self.panel_book.panels
        awards = place(searches, panels, make_stock(market), self.geography, make_tastes(market), pools_free(market))
        self.recorder.count("referrals", children.authority[rows], awards.referrals)
        self.recorder.count("offers", children.authority[rows], awards.offers)
        placed = award(market, self.stays, self.records, rows, panels, awards)
        self._note_starts(placed)
        self._give_up(rows)

    def pay(self) -> None:
        """Fees, empty places, own homes, running costs and the last resort are paid."""
        self._census = self.recorder.census(self.market)
        self.ledger = payments.pay_week(self.market, self._payers.payers, self.orders.cooperatives, self._census)
        self._spent += self.ledger.spend

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
        self.panel_book.refresh([arrangement for arrangement, review in self._reviews if review(market, arrangement)])

    def record(self) -> None:
        """The week's outcomes are recorded."""
        weeks_left = self.parameters.horizon.weeks - self.market.week
        self.recorder.close_week(self.market, self._payers.payers, self.ledger, self._census, weeks_left + 1)

    def _searching(self, unplaced: Ints) -> Ints:
        """All who wait, and of those in unregistered settings the ones whose turn it is."""
        children, week = self.market.children, self.market.week
        every = self.parameters.unregistered.search_every_weeks
        turn = (week - children.since[unplaced]) % every == 0
        return np.asarray(unplaced[(children.state[unplaced] == WAITING) | turn])

    def _move_out(self, rows: Ints, reason: int) -> None:
        """Placements end: the places fall empty and the records are completed."""
        children, homes = self.market.children, self.market.homes
        homes.move_in(children.home[rows], children.age[rows], children.boy[rows], children.score[rows], by=-1)
        np.subtract.at(homes.beside, children.home[rows[children.has_beside[rows]]], 1)
        children.set(rows, has_beside=False, beside_fee=0.0)
        holding = children.holding[rows]
        np.subtract.at(self.market.holdings.used, holding[holding != OPEN_PLACE], 1)
        self.records.set(children.record[rows], end_week=self.market.week, end_reason=reason)
        self.recorder.count("placements_ended", children.authority[rows])

    def _leave(self, rows: Ints) -> None:
        """Children who no longer need a home leave the model."""
        self.market.children.discharge(rows)
        self.discharged += len(rows)

    def _move_on(self, rows: Ints) -> None:
        """Children whose stay ended as planned go on to live in care elsewhere, or leave care."""
        children, path = self.market.children, self.parameters.demand
        who = children.key[rows], children.search[rows]
        moves = uniform(self.run_seed, "moves on", *who) < path.moves_on_share
        self._leave(rows[~moves])
        rows = rows[moves]
        who = children.key[rows], children.search[rows]
        luck = uniforms(self.run_seed, ("stay elsewhere", "stay elsewhere rounding", "comes back"), *who)
        weeks = whole_weeks(weeks_elsewhere(path, luck[0]), luck[1])
        back = luck[2] < path.comes_back_share
        children.set(rows, state=ELSEWHERE, end_week=self.market.week + weeks, comes_back=back)
        self._note_moves(rows)

    def _end_elsewhere(self, rows: Ints) -> None:
        """Of the children who lived elsewhere some need a home again; others move on once more or leave care."""
        children, path = self.market.children, self.parameters.demand
        back = children.comes_back[rows]
        self._back_on_the_market(rows[back])
        rows = rows[~back]
        luck = uniform(self.run_seed, "moves on again", children.key[rows], children.search[rows])
        self._note_moves(rows[luck < path.moves_on_share])
        self._leave(rows)

    def _begin_cohort(self) -> None:
        """Children who live in a home now are followed for a year: how many placements has each?"""
        children = self.market.children
        placed = children.state == PLACED
        children.cohort[:] = placed
        children.placements[:] = 1
        self.recorder.count("cohort", children.authority[placed])

    def _note_moves(self, rows: Ints) -> None:
        """Children begin a placement of whatever kind; those of the cohort who begin their third are counted."""
        children = self.market.children
        children.placements[rows] += 1
        third = rows[children.cohort[rows] & (children.placements[rows] == 3)]
        self.recorder.count("three_placements", children.authority[third])

    def _back_on_the_market(self, rows: Ints) -> None:
        """Children search again, with luck of their own for the new search."""
        children = self.market.children
        search = children.search[rows] + 1
        luck = uniform(self.run_seed, "notice again", children.key[rows], search)
        emergency: Bools = luck < self.parameters.need.emergency_share
        children.set(rows, state=WAITING, since=self.market.week, search=search, emergency=emergency, end_week=0)

    def _close(self, rows: Ints) -> None:
        market = self.market
        if len(rows) == 0:
            return
        self._closed_in_month += len(rows)
        children = market.children
        residents = np.flatnonzero((children.state == PLACED) & np.isin(children.home, rows))
        self._move_out(residents, HOME_CLOSED)
        self._back_on_the_market(residents)
        supply.close(market.homes, rows, market.week)
        market.holdings.running[np.isin(market.holdings.home, rows)] = False
        market.holdings.run_off()
        self.recorder.count("homes_closed", market.homes.authority[rows])
        self.panel_book.refresh_closed(rows)

    def _note_starts(self, placed: Ints) -> None:
        children = self.market.children
        authority = children.authority[placed]
        self.recorder.count("placements_started", authority)
        self.recorder.count("wait_weeks", authority, self.records.wait[children.record[placed]])
        self._note_moves(placed)
        bought = self.market.homes.sector[children.home[placed]] != LOCAL_AUTHORITY
        self._fees_paid.append((authority[bought], children.band[placed[bought]], children.fee[placed[bought]]))

    def _give_up(self, rows: Ints) -> None:
        """Searches past their deadline end in an unregistered setting."""
        children, week = self.market.children, self.market.week
        waiting = rows[children.state[rows] == WAITING]
        late = authorities_decide.past_deadline(
            self.parameters.commissioning, week - children.since[waiting], children.emergency[waiting]
        )
        rows = waiting[late]
        mean = self.parameters.unregistered.need_ends_mean_weeks
        if mean <= 0:
            self._leave(rows)
            return
        weeks = exponential(self.run_seed, "unregistered stay", mean, children.key[rows], children.search[rows])
        self._note_moves(rows)
        children.set(rows, state=UNREGISTERED, end_week=week + np.maximum(np.ceil(weeks).astype(np.int64), 1))

    def _review_costs(self) -> None:
        """Pay awards and prices move running costs, and with them the cost of the last resort, once a year."""
        market, date = self.market, self.parameters.horizon.start + timedelta(weeks=self.market.week)
        market.rates = prices.rates(self.parameters.economy, date)
        market.cost_index *= 1 + market.rates.cost
        providers_decide.price(market)
        self.panel_book.refresh_all()

    def _set_budgets(self) -> None:
        """Once a year: last year's spend and a rise, for the year to come (GBP)."""
        self._budget = self._spent * (1 + self.parameters.commissioning.budget_uplift_per_year)
        self._spent = np.zeros_like(self._spent)

    def _review_fees(self) -> None:
        """Authorities learn what they pay; providers revise what they ask, for the 4 weeks to come."""
        market = self.market
        parts = [np.concatenate(column) for column in zip(*self._fees_paid, strict=True)]
        authorities_decide.remember_fees(market, parts[0], parts[1], parts[2])
        unplaced = np.concatenate(self._unplaced)
        weekly = np.bincount(unplaced, minlength=len(market.authorities)) / len(self._unplaced)
        self._pressure = providers_decide.pressure(market, weekly)
        providers_decide.earn(market)
        providers_decide.revise_asks(market, self._pressure)
        providers_decide.price(market)
        self.panel_book.refresh_fees()
        self._unplaced, self._fees_paid = [], []
        weeks = market.week % YEAR_WEEKS
        if market.week == MONTH_WEEKS:  # the first year's budget: what the first month's spend comes to in a year
            self._budget = self._spent * YEAR_WEEKS / MONTH_WEEKS
        if weeks:
            authorities_decide.keep_to_budget(market, self._spent, self._budget, weeks)

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
        self.recorder.know_routes(market)
        self._look_again()

    def _look_again(self) -> None:
        """Arrangements are new or have changed: ask all of them what they offer."""
        ended = set(self.orders.ended)
        self._reviews = [
            (a, a.rule.review)
            for a in self.market.arrangements
            if type(a.rule).review is not PurchasingRule.review and a.number not in ended
        ]
        self.panel_book = PanelBook(self.market, ended)
        self._payers = payments.PayersBook(self.market.arrangements)

    def _make_agents(self) -> None:
        market = self.market
        self.authority_agents = [Authority(self, row) for row in range(len(market.authorities))]
        self.provider_agents = [Provider(self, number) for number in range(int(market.homes.provider.max()) + 1)]
        self.child_agents = ChildAgents(self)
